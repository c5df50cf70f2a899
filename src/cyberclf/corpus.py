"""Labelled articles: a corpus row, and the files that hold them."""

import contextlib
import gzip
import hashlib
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from cyberclf.articles import csv_rows, json_rows, text_of
from cyberclf.errors import ArticleError, CorpusError
from cyberclf.analyzer import analyzer_fingerprint, article_bags
from cyberclf.text import passage_spans
from cyberclf.themes import DIGITAL_POLICY

__all__ = ["BAGS_FORMAT", "BAGS_VERSION", "KINDS", "Corpus", "LabelledArticle", "read_corpus", "theme_order"]

KINDS: Final = ("press", "written", "seed")
BAGS_FORMAT: Final = "cyberclf-bags"
BAGS_VERSION: Final = 1
#: Columns of a table that are never a theme.
_COLUMNS: Final = frozenset(
    {"text", "themes", "not_judged", "evidence", "id", "title", "source", "event", "date", "certain", "kind"}
)


@dataclass(frozen=True, slots=True)
class LabelledArticle:
    """One article and its labels.

    Exactly one of `text` and `bags` is given.

    Parameters
    ----------
    themes, not_judged : frozenset of str
        Themes that it has; themes that nobody judged.  All others it lacks.
    text : str or None
        Title first.
    bags : tuple of dict of str to int, or None
        Counted terms, one a passage.
    evidence : dict of str to tuple
        Theme to character spans of `text`, or to numbers of bags.
    """

    id: str
    where: str
    themes: frozenset[str]
    not_judged: frozenset[str] = frozenset()
    text: str | None = None
    bags: tuple[Mapping[str, int], ...] | None = None
    evidence: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    kind: str = "press"
    source: str | None = None
    event: str | None = None
    date: str | None = None
    certain: bool = True

    def passages(self) -> tuple[Sequence[Mapping[str, int]], dict[str, set[int]]]:
        """Bags of the passages, and for each theme the numbers of those that hold its evidence.

        A passage holds it when at least half of an evidence span lies in it.
        """
        if self.bags is not None:
            return self.bags, {theme: set(numbers) for theme, numbers in self.evidence.items()}
        text = self.text or ""
        spans = passage_spans(text)
        marked = {
            theme: {
                number
                for number, (low, high) in enumerate(spans)
                if any(2 * (min(end, high) - max(start, low)) >= end - start for start, end in marks)
            }
            for theme, marks in self.evidence.items()
        }
        return article_bags(text), marked


@dataclass(frozen=True, slots=True)
class Corpus:
    """Labelled articles and the themes that they speak of.

    Parameters
    ----------
    articles : tuple of LabelledArticle
    themes : tuple of str
        Ids; those of the codebook in its order, then the others sorted.
    fingerprint : str
        SHA-256 of the articles and labels, hexadecimal.
    """

    articles: tuple[LabelledArticle, ...]
    themes: tuple[str, ...]
    fingerprint: str

    @classmethod
    def of(cls, articles: Iterable[LabelledArticle]) -> "Corpus":
        """Gather articles.

        Raises
        ------
        CorpusError
            When there is none.
        """
        found = tuple(articles)
        if not found:
            raise CorpusError("the corpus is empty; give rows with a text and its themes")
        themes = theme_order(theme for a in found for theme in (a.themes | a.not_judged))
        digest = hashlib.sha256(json.dumps(themes).encode())
        for a in found:
            content = a.text if a.text is not None else a.bags
            evidence = {theme: list(marks) for theme, marks in a.evidence.items()}
            labels = [sorted(a.themes), sorted(a.not_judged), evidence, a.kind, a.source, a.event, a.certain]
            digest.update(json.dumps([content, labels], sort_keys=True).encode())
        return cls(found, themes, digest.hexdigest())


def theme_order(ids: Iterable[str]) -> tuple[str, ...]:
    """Sort ids: those of the codebook in its order, then the others by their letters."""
    known = [theme.id for theme in DIGITAL_POLICY]
    found = set(ids)
    return (*[theme for theme in known if theme in found], *sorted(found.difference(known)))


def read_corpus(paths: Iterable[str | Path]) -> Corpus:
    """Read labelled articles from JSON Lines (also gzipped), CSV or TSV.

    Raises
    ------
    CorpusError
        At the first bad row, which it names; for a file without rows; for bags of another analyzer.
    OSError
        When a file cannot be read.
    """
    articles: list[LabelledArticle] = []
    for path in map(Path, paths):
        if path.is_dir():
            raise CorpusError(
                f"{path}: is a folder; name the files of labelled articles (.jsonl, .jsonl.gz, .csv, .tsv)"
            )
        found = list(_read(path))
        if not found:
            raise CorpusError(f"{path}: no labelled article in it; give rows with a text and its themes")
        articles += found
    return Corpus.of(articles)


def _read(path: Path) -> Iterator[LabelledArticle]:
    name = path.name.lower()
    try:
        if name.endswith((".csv", ".tsv")):
            with path.open("rb") as stream:
                for where, row in csv_rows(stream, str(path), needed=("text",)):
                    yield _article(_from_table(_sound(row), where), where, path)
        elif name.endswith((".jsonl", ".jsonl.gz")):
            opened = gzip.open(path, "rb") if name.endswith(".gz") else path.open("rb")
            with opened as stream:
                yield from _from_json_lines(stream, path)
        else:
            raise CorpusError(f"{path}: kind of file not known; a corpus is .jsonl, .jsonl.gz, .csv or .tsv")
    except ArticleError as error:
        raise CorpusError(str(error)) from None
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise CorpusError(f"{path}: damaged or cut short ({error})") from None


def _sound(row: dict[str, Any] | str) -> dict[str, Any]:
    if isinstance(row, str):
        raise CorpusError(row)
    return row


def _from_json_lines(stream: Any, path: Path) -> Iterator[LabelledArticle]:  # noqa: ANN401 - plain or gzipped
    counted = False
    for number, (where, row) in enumerate(json_rows(stream, str(path))):
        sound = _sound(row)
        if number == 0 and "format" in sound and "themes" not in sound:
            _check_header(sound, where)
            counted = True
            continue
        if "terms" in sound and not counted:
            raise CorpusError(
                f"{where}: 'terms' in a file without the header line; make it with 'cyberclf extract'"
            )
        yield _article(sound, where, path)


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


def _from_table(row: dict[str, Any], where: str) -> dict[str, Any]:
    """Turn a record of strings into a corpus row."""
    made: dict[str, Any] = {key: value for key, value in row.items() if key in _COLUMNS and value != ""}
    made.setdefault("text", "")
    if "themes" in row:
        made["themes"] = _split(row["themes"])
        made["not_judged"] = _split(row.get("not_judged", ""))
    else:
        columns = [name for name in row if name not in _COLUMNS]
        if not columns:
            raise CorpusError(f"{where.rpartition(':')[0]}: no column 'themes' and no 0/1 column a theme")
        cells = {name: row[name].strip() for name in columns}
        for name, cell in cells.items():
            if cell not in {"0", "1", ""}:
                raise CorpusError(
                    f"{where}: column '{name}' holds '{cell[:30]}'; 0, 1 or empty (not judged), or use a column 'themes'"
                )
        made["themes"] = [name for name, cell in cells.items() if cell == "1"]
        made["not_judged"] = [name for name, cell in cells.items() if cell == ""]
    if "certain" in made:
        made["certain"] = made["certain"].strip().lower() not in {"0", "false", "no"}
    if "evidence" in made:
        try:
            made["evidence"] = json.loads(made["evidence"])
        except (ValueError, RecursionError):
            raise CorpusError(f"{where}: 'evidence' is not JSON") from None
    return made


def _split(cell: str) -> list[str]:
    return [name for part in cell.split(";") if (name := part.strip())]


def _article(row: dict[str, Any], where: str, path: Path) -> LabelledArticle:
    themes, not_judged = (_ids(row, key, where) for key in ("themes", "not_judged"))
    if both := themes & not_judged:
        raise CorpusError(f"{where}: theme {min(both)} is both given and not judged")
    kind = row.get("kind", "press")
    if kind not in KINDS:
        raise CorpusError(f"{where}: kind {str(kind)[:30]!r} is not one of {', '.join(KINDS)}")
    text, bags, offset = None, None, 0
    if "terms" in row:
        bags = _bags(row["terms"], where)
    else:
        if "file" in row:
            row = row | {"text": _text_file(row["file"], where, path)}
        text, offset = text_of(row, where)
        if not text.strip():
            raise CorpusError(f"{where}: the text is empty; fill it or leave the row out")
    size = len(bags) if bags is not None else len(text or "") - offset
    event = row.get("event")
    return LabelledArticle(
        id=str(row.get("id") or where),
        where=where,
        themes=themes,
        not_judged=not_judged,
        text=text,
        bags=bags,
        evidence=_evidence(row.get("evidence") or {}, themes, size, offset, where, spans=bags is None),
        kind=kind,
        source=_optional(row, "source", where),
        event=None if event is None else str(event),
        date=_optional(row, "date", where),
        certain=row.get("certain") is not False,
    )


def _ids(row: dict[str, Any], key: str, where: str) -> frozenset[str]:
    value = row.get(key, None if key == "themes" else [])
    if not isinstance(value, list) or not all(isinstance(v, str) and v.strip() for v in value):
        raise CorpusError(
            f"{where}: '{key}' must be a list of theme ids" + (" ([] for none)" if key == "themes" else "")
        )
    return frozenset(value)


def _optional(row: dict[str, Any], key: str, where: str) -> str | None:
    value = row.get(key)
    if value is None or isinstance(value, str):
        return value or None
    raise CorpusError(f"{where}: '{key}' is no string")


def _bags(value: Any, where: str) -> tuple[dict[str, int], ...]:  # noqa: ANN401 - any JSON
    if not isinstance(value, list) or not all(isinstance(bag, dict) for bag in value):
        raise CorpusError(f"{where}: 'terms' must be a list of {{term: count}}, one a passage")
    if not all(type(n) is int and 0 < n < 2**31 for bag in value for n in bag.values()):
        raise CorpusError(f"{where}: a count in 'terms' is not a whole number above 0")
    return tuple(value)


def _text_file(name: Any, where: str, path: Path) -> str:  # noqa: ANN401 - any JSON
    if not isinstance(name, str) or Path(name).name != name or name.startswith("."):
        raise CorpusError(
            f"{where}: 'file' must be the name of a file beside {path.name} or in its folder 'articles'"
        )
    for file in (path.parent / "articles" / name, path.parent / name):
        if file.is_file():
            with (
                contextlib.suppress(UnicodeDecodeError),
                file.open(encoding="utf-8-sig", newline="") as stream,
            ):
                return stream.read()
            raise CorpusError(f"{where}: {file}: not UTF-8; save it as UTF-8")
    raise CorpusError(f"{where}: no file {name} beside {path.name} or in its folder 'articles'")


def _evidence(
    value: Any,
    themes: frozenset[str],
    size: int,
    offset: int,
    where: str,
    *,
    spans: bool,  # noqa: ANN401 - any JSON
) -> dict[str, tuple[Any, ...]]:
    if not isinstance(value, dict) or not all(isinstance(marks, list) for marks in value.values()):
        raise CorpusError(f"{where}: 'evidence' must map a theme to a list")
    if other := set(value) - themes:
        raise CorpusError(f"{where}: evidence for {min(other)}, which the article does not have")
    made: dict[str, tuple[Any, ...]] = {}
    for theme, marks in value.items():
        if spans:
            for mark in marks:
                if (
                    not isinstance(mark, list)
                    or [type(n) for n in mark] != [int, int]
                    or not 0 <= mark[0] < mark[1] <= size
                ):
                    raise CorpusError(
                        f"{where}: evidence for {theme}: {str(mark)[:40]} is no [start, end] within the text's {size} characters"
                    )
            made[theme] = tuple((start + offset, end + offset) for start, end in marks)
        else:
            if not all(type(mark) is int and 0 <= mark < size for mark in marks):
                raise CorpusError(f"{where}: evidence for {theme}: not the number of one of its {size} bags")
            made[theme] = tuple(marks)
    return {theme: marks for theme, marks in made.items() if marks}
