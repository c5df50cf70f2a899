"""Labelled articles: a corpus row, and the files that hold them."""

import gzip
import hashlib
import io
import json
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from cyberclf.analyzer import analyzer_fingerprint
from cyberclf.articles import sheet_advice
from cyberclf.csvrows import COLUMNS, by_meaning, column_meant, csv_rows
from cyberclf.decoding import Encoding
from cyberclf.errors import ArticleError, CorpusError
from cyberclf.jsonlines import json_file_rows, json_rows
from cyberclf.labelled import TRUTH, LabelledArticle, labelled_article, truth_key
from cyberclf.spreadsheet import unguarded
from cyberclf.themes import DIGITAL_POLICY, theme_id

__all__ = ["BAGS_FORMAT", "BAGS_VERSION", "Corpus", "read_corpus", "theme_order"]

BAGS_FORMAT: Final = "cyberclf-bags"
BAGS_VERSION: Final = 1
#: A file that unpacks to more than this, and so many times its size, is no corpus.
_UNPACKED: Final = 500_000_000
_SWELLS: Final = 100
#: What a cell of a theme's column says; empty: not judged.
_SAID: Final = TRUTH | {"": False}


@dataclass(frozen=True, slots=True)
class Corpus:
    """Labelled articles and the themes that they speak of.

    Parameters
    ----------
    articles : tuple of LabelledArticle
    themes : tuple of str
        Ids that some article has; those of the codebook in its order, then the others sorted.
    fingerprint : str
        SHA-256 of the articles and labels, hexadecimal.
    unmet : tuple of str
        Ids that labels name, and none has: of them nothing can be learnt.
    """

    articles: tuple[LabelledArticle, ...]
    themes: tuple[str, ...]
    fingerprint: str
    unmet: tuple[str, ...] = ()

    @classmethod
    def of(cls, articles: Iterable[LabelledArticle], asked: Iterable[str] = ()) -> "Corpus":
        """Gather articles.

        Parameters
        ----------
        articles : iterable of LabelledArticle
        asked : iterable of str
            Themes that they were judged for, whether or not one has them.

        Raises
        ------
        CorpusError
            When there is none.
        """
        found = tuple(articles)
        if not found:
            raise CorpusError("the corpus is empty; give rows with a text and its themes")
        themes = theme_order(frozenset().union(*(a.themes for a in found)))
        unmet = frozenset(asked).union(*(a.not_judged for a in found)).difference(themes)
        digest = hashlib.sha256(json.dumps(themes).encode())
        for a in found:
            content = a.text if a.text is not None else a.bags
            evidence = {theme: list(marks) for theme, marks in a.evidence.items()}
            labels = [sorted(a.themes), sorted(a.not_judged), evidence, a.kind, a.source, a.event, a.date, a.certain]
            digest.update(json.dumps([content, labels], sort_keys=True).encode())
        return cls(found, themes, digest.hexdigest(), theme_order(unmet))

    def counts(self) -> dict[str, tuple[int, int]]:
        """For each theme, how many articles have it, and how many were judged and lack it."""
        having, unjudged = Counter[str](), Counter[str]()
        for article in self.articles:
            having.update(article.themes)
            unjudged.update(article.not_judged)
        n_articles = len(self.articles)
        return {theme: (having[theme], n_articles - having[theme] - unjudged[theme]) for theme in self.themes}


def theme_order(ids: Iterable[str]) -> tuple[str, ...]:
    """Sort ids: those of the codebook in its order, then the others by their letters."""
    known = [theme.id for theme in DIGITAL_POLICY]
    found = set(ids)
    return (*[theme for theme in known if theme in found], *sorted(found.difference(known)))


def read_corpus(paths: Iterable[str | Path], *, encoding: Encoding = "utf-8") -> Corpus:
    """Read labelled articles from JSON Lines (also gzipped), a JSON array, CSV or TSV.

    Parameters
    ----------
    paths : iterable of str or Path
    encoding : str, default "utf-8"
        Of tables that are not UTF-8; one of `cyberclf.decoding.ENCODINGS`.

    Raises
    ------
    CorpusError
        At the first bad row, which it names; for a file without rows; for bags of another analyzer.
    OSError
        When a file cannot be read.
    """
    articles: list[LabelledArticle] = []
    asked: set[str] = set()
    tables: list[tuple[slice, set[str]]] = []
    for path in map(Path, paths):
        if path.is_dir():
            raise CorpusError(
                f"{path}: is a folder; name the files of labelled articles (.jsonl, .jsonl.gz, .csv, .tsv)"
            )
        columns: set[str] = set()
        found = list(_read(path, columns, encoding))
        if not found:
            raise CorpusError(f"{path}: no labelled article in it; give rows with a text and its themes")
        if columns:
            tables.append((slice(len(articles), len(articles) + len(found)), columns))
        articles += found
        asked |= columns
    # What a table has no column of, nobody was asked when it was filled.
    named = asked.union(*(article.themes for article in articles))
    for rows, columns in tables:
        if unasked := named - columns:
            articles[rows] = [replace(each, not_judged=each.not_judged | unasked) for each in articles[rows]]
    return Corpus.of(articles, asked)


def _read(path: Path, columns: set[str], encoding: Encoding) -> Iterator[LabelledArticle]:
    """Yield the articles of a file, and add to `columns` the themes that a table has 0/1 columns of."""
    name = path.name.lower()
    try:
        if name.endswith((".csv", ".tsv")):
            with path.open("rb") as stream:
                for where, row in csv_rows(stream, str(path), encoding=encoding):
                    # Spreadsheets write a tail of rows that nobody filled.
                    if isinstance(row, dict) and (_was_unread(row) or not any(map(str.strip, row.values()))):
                        continue
                    yield labelled_article(_from_table(_sound(row), where, columns), where, path, encoding)
        elif name.endswith(".json"):
            with path.open("rb") as stream:
                yield from _from_rows(json_file_rows(stream, str(path)), path, encoding)
        elif name.endswith((".jsonl", ".ndjson", ".jsonl.gz")):
            with _unpacked(path) if name.endswith(".gz") else path.open("rb") as stream:
                yield from _from_rows(json_rows(stream, str(path)), path, encoding)
        else:
            kinds = "a corpus is .jsonl, .jsonl.gz, .csv or .tsv, or one array in .json"
            raise CorpusError(f"{path}: kind of file not known; {kinds}{sheet_advice(name, documents=False)}")
    except ArticleError as error:
        raise CorpusError(str(error)) from None
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise CorpusError(f"{path}: damaged or cut short ({error})") from None


def _was_unread(row: dict[str, Any]) -> bool:
    """Whether `predict` wrote the row of an article that had no text."""
    return row.get("status") in ("error", "empty") and not str(row.get("text") or "").strip()


def _sound(row: dict[str, Any] | str) -> dict[str, Any]:
    if isinstance(row, str):
        raise CorpusError(row)
    return row


def _unpacked(path: Path) -> io.BufferedReader:
    """Open a gzipped file, which comes from others: it may unpack to no more than articles can."""
    return io.BufferedReader(_Unpacked(path))


class _Unpacked(io.RawIOBase):
    def __init__(self, path: Path) -> None:
        self._path = path
        self._stream = gzip.open(path, "rb")  # noqa: SIM115 - closed with this
        self._left = self._most = max(_UNPACKED, _SWELLS * path.stat().st_size)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        read = self._stream.readinto(buffer)
        self._left -= read
        if self._left < 0:
            raise CorpusError(f"{self._path}: unpacks to more than {self._most} bytes; no articles do")
        return read

    def close(self) -> None:
        self._stream.close()
        super().close()


def _from_rows(rows: Iterable[tuple[str, Any]], path: Path, encoding: Encoding) -> Iterator[LabelledArticle]:
    counted = False
    for number, (where, row) in enumerate(rows):
        sound = _sound(row)
        if _was_unread(sound):
            continue
        if number == 0 and "format" in sound and "themes" not in sound:
            _check_header(sound, where)
            counted = True
            continue
        if "terms" in sound and not counted:
            raise CorpusError(f"{where}: 'terms' in a file without the header line; make it with 'cyberclf extract'")
        yield labelled_article(sound, where, path, encoding)


def _check_header(header: dict[str, Any], where: str) -> None:
    if header.get("format") != BAGS_FORMAT or header.get("version") != BAGS_VERSION:
        raise CorpusError(
            f"{where}: not a header of {BAGS_FORMAT} {BAGS_VERSION}; make the file with 'cyberclf extract'"
        )
    if header.get("analyzer") != analyzer_fingerprint():
        raise CorpusError(
            f"{where}: counted by another analyzer ({header.get('analyzer')}, here {analyzer_fingerprint()}); "
            "count the texts again with 'cyberclf extract'"
        )


def _from_table(row: dict[str, Any], where: str, asked: set[str]) -> dict[str, Any]:
    """Turn a record of strings into a corpus row, and add to `asked` the themes that it has 0/1 columns of."""
    # As rows are written here, and corrected by people.
    row = {key: unguarded(value) for key, value in row.items()}
    made: dict[str, Any] = {key: value for key, value in row.items() if key in COLUMNS and value != ""}
    made.setdefault("text", "")
    made["not_judged"] = _split(row.get("not_judged", ""))
    layout = _layout(tuple(row))
    if layout.lists:
        made["themes"] = _split(_list_of_themes(row, layout.lists, where))
        made |= {meant: row[column] for meant, column in layout.also.items() if row[column] != ""}
    else:
        cells = _cells_of_themes(row, layout.columns, where)
        made["themes"] = [name for name, cell in cells.items() if _SAID[cell]]
        made["not_judged"] += [name for name, cell in cells.items() if cell == ""]
        asked.update(map(theme_id, layout.columns))
    if "evidence" in made:
        try:
            made["evidence"] = json.loads(made["evidence"])
        except (ValueError, RecursionError):
            raise CorpusError(f"{where}: 'evidence' is not JSON") from None
    return made


def _list_of_themes(row: dict[str, str], lists: Sequence[str], where: str) -> str:
    if len(lists) > 1:
        several = " and ".join(f"'{name}'" for name in lists[:2])
        raise CorpusError(f"{where.rpartition(':')[0]}: columns {several} may both be the themes; call one 'themes'")
    (name,) = lists
    if name != "themes" and truth_key(row[name]) in TRUTH:
        said = row[name].strip()
        raise CorpusError(f"{where}: column '{name}' is read as the list of themes, and holds '{said}'; rename it")
    return row[name]


def _cells_of_themes(row: dict[str, str], columns: Sequence[str], where: str) -> dict[str, str]:
    if not columns:
        raise CorpusError(f"{where.rpartition(':')[0]}: no column 'themes' and no 0/1 column a theme")
    cells = {name: truth_key(row[name]) for name in columns}
    for name, cell in cells.items():
        if cell not in _SAID:
            raise CorpusError(
                f"{where}: column '{name}' holds '{row[name].strip()[:30]}', not 0, 1 or empty (not judged); "
                "without a column 'themes' every other one is taken for a theme: write 1 or 0, call the labels' "
                "column themes, or drop this one"
            )
    return cells


@dataclass(frozen=True, slots=True)
class _Layout:
    """What the columns of a table are.

    Parameters
    ----------
    lists : tuple of str
        The column of lists of themes; several, where none has the very name and several mean it.
    columns : tuple of str
        Else, those of 0/1, one a theme.
    also : dict of str to str
        What is read of columns of other names than its own, beside such a list.  Without one they may be themes.
    """

    lists: tuple[str, ...]
    columns: tuple[str, ...]
    also: Mapping[str, str]


@lru_cache(maxsize=16)  # asked for in each row of a file
def _layout(names: tuple[str, ...]) -> _Layout:
    lists = ("themes",) if "themes" in names else tuple(name for name in names if column_meant(name) == "themes")
    # A column without a name is the index that pandas writes.
    columns = tuple(n for n in names if n and n not in COLUMNS and column_meant(n) not in {"text", "title", "id"})
    return _Layout(lists, columns, by_meaning(names, ("source", "date")))


def _split(cell: str) -> list[str]:
    return [name for part in cell.split(";") if (name := part.strip())]
