"""A corpus row: one labelled article, checked."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from cyberclf.analyzer import bags_of
from cyberclf.decoding import Encoding, decode
from cyberclf.errors import CorpusError
from cyberclf.passages import passages
from cyberclf.rows import named_by, text_of
from cyberclf.themes import id_fault, theme_id

__all__ = ["KINDS", "TRUTH", "LabelledArticle", "labelled_article", "truth_key"]

KINDS: Final = ("press", "written", "seed")
#: How JSON, tables and spreadsheets in English and French say yes and no, by `truth_key`.
TRUTH: Final = {
    **dict.fromkeys(("1", "true", "yes", "vrai", "oui"), True),
    **dict.fromkeys(("0", "false", "no", "faux", "non"), False),
}
#: Whether a reader was sure; nothing said means so.
_CERTAIN: Final = TRUTH | {"": True}


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

    @property
    def digest(self) -> str:
        """Twelve hexadecimal digits of its text, whatever the space in it, or of its counts."""
        content = " ".join(self.text.split()) if self.text is not None else json.dumps(self.bags, sort_keys=True)
        return hashlib.blake2b(content.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()

    def passages(self) -> tuple[Sequence[Mapping[str, int]], dict[str, set[int]]]:
        """Bags of the passages, and for each theme the numbers of those that hold its evidence.

        A passage holds it when at least half of an evidence span lies in it, or half of it in the span.
        """
        if self.bags is not None:
            return self.bags, {theme: set(numbers) for theme, numbers in self.evidence.items()}
        text = self.text or ""
        found = passages(text)
        marked = {
            theme: {
                number
                for number, passage in enumerate(found)
                if any(
                    2 * (min(end, passage.end) - max(start, passage.start))
                    >= min(end - start, passage.end - passage.start)
                    for start, end in marks
                )
            }
            for theme, marks in self.evidence.items()
        }
        return bags_of(found), marked


def labelled_article(row: dict[str, Any], where: str, path: Path, encoding: Encoding = "utf-8") -> LabelledArticle:
    """Make an article of a corpus row.

    Parameters
    ----------
    row : dict
    where : str
        File and row, for messages.
    path : Path
        Of the corpus; a row that names a file means one beside it.
    encoding : str, default "utf-8"
        Of such a file that is not UTF-8; one of `cyberclf.decoding.ENCODINGS`.

    Raises
    ------
    CorpusError
        Naming `where`, when something in the row is wrong.
    ArticleError
        When it has no text.
    """
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
            row = row | {"text": _text_file(row["file"], where, path, encoding)}
        text, offset = text_of(row, where)
        if not text.strip():
            raise CorpusError(f"{where}: the text is empty; fill it or leave the row out")
    if not isinstance(row.get("event"), str | int | float | None):
        raise CorpusError(f"{where}: 'event' is neither a string nor a number")
    size = len(bags) if bags is not None else len(text or "") - offset
    return LabelledArticle(
        id=named_by(row, "id") or where,
        where=where,
        themes=themes,
        not_judged=not_judged,
        text=text,
        bags=bags,
        evidence=_evidence(row.get("evidence") or {}, themes, size, offset, where, spans=bags is None),
        kind=kind,
        source=_optional(row, "source", where),
        event=named_by(row, "event"),
        date=_optional(row, "date", where),
        certain=_certain(row.get("certain"), where),
    )


def _ids(row: dict[str, Any], key: str, where: str) -> frozenset[str]:
    value = row.get(key, None if key == "themes" else [])
    if not isinstance(value, list) or not all(isinstance(v, str) and v.strip() for v in value):
        raise CorpusError(
            f"{where}: '{key}' must be a list of theme ids" + (" ([] for none)" if key == "themes" else "")
        )
    ids = frozenset(map(theme_id, value))
    for fault in filter(None, map(id_fault, sorted(ids))):
        raise CorpusError(f"{where}: {fault}")
    return ids


def truth_key(value: object) -> str:
    """Fold what says yes or no; with empty cells in a column, pandas writes its numbers as 1.0 and 0.0.

    Examples
    --------
    >>> truth_key(" VRAI"), truth_key("0.0"), truth_key(None)
    ('vrai', '0', '')
    """
    return "" if value is None else str(value).strip().lower().removesuffix(".0")


def _certain(value: Any, where: str) -> bool:
    said = _CERTAIN.get(truth_key(value))
    if said is None:
        raise CorpusError(f"{where}: 'certain' holds '{str(value)[:30]}', neither 1 nor 0")
    return said


def _optional(row: dict[str, Any], key: str, where: str) -> str | None:
    value = row.get(key)
    if value is None or isinstance(value, str):
        return value or None
    raise CorpusError(f"{where}: '{key}' is no string")


def _bags(value: Any, where: str) -> tuple[dict[str, int], ...]:
    if not isinstance(value, list) or not all(isinstance(bag, dict) for bag in value):
        raise CorpusError(f"{where}: 'terms' must be a list of {{term: count}}, one a passage")
    odd = next((term for bag in value for term in bag if not term or not term.isprintable()), None)
    if odd is not None:
        raise CorpusError(f"{where}: {odd[:30]!r} in 'terms' is no term; make the file with 'cyberclf extract'")
    if not all(type(n) is int and 0 < n < 2**31 for bag in value for n in bag.values()):
        raise CorpusError(f"{where}: a count in 'terms' is not a whole number above 0")
    return tuple(value)


def _text_file(name: Any, where: str, path: Path, encoding: Encoding) -> str:
    if not isinstance(name, str) or Path(name).name != name or name.startswith("."):
        raise CorpusError(f"{where}: 'file' must be the name of a file beside {path.name} or in its folder 'articles'")
    for file in (path.parent / "articles" / name, path.parent / name):
        if file.is_file():
            return decode(file.read_bytes(), f"{where}: {file}", encoding)
    raise CorpusError(f"{where}: no file {name} beside {path.name} or in its folder 'articles'")


def _evidence(
    value: Any,
    themes: frozenset[str],
    size: int,
    offset: int,
    where: str,
    *,
    spans: bool,
) -> dict[str, tuple[Any, ...]]:
    if not isinstance(value, dict) or not all(isinstance(marks, list) for marks in value.values()):
        raise CorpusError(f"{where}: 'evidence' must map a theme to a list")
    value = {theme_id(theme): marks for theme, marks in value.items()}
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
                        f"{where}: evidence for {theme}: {str(mark)[:40]} is no [start, end] within {size} characters"
                    )
            made[theme] = tuple((start + offset, end + offset) for start, end in marks)
        else:
            if not all(type(mark) is int and 0 <= mark < size for mark in marks):
                raise CorpusError(f"{where}: evidence for {theme}: not the number of one of its {size} bags")
            made[theme] = tuple(marks)
    return {theme: marks for theme, marks in made.items() if marks}
