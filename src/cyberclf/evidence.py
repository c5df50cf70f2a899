"""Tagged articles with what made their themes: for people the article with its sentences marked, or JSON."""

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from cyberclf.explain import explain
from cyberclf.explanation import Explanation, TermPart, ThemeExplanation
from cyberclf.model import Model
from cyberclf.phrases import Language, Phrases
from cyberclf.printable import printable, writable
from cyberclf.rows import Article
from cyberclf.tagging import TaggedChunk, TaggedRow
from cyberclf.writers import lines_of

__all__ = ["as_dict", "lines_with_evidence", "terminal_painter"]

#: (text, style): what is shown, and how where there is colour.
Pieces = list[tuple[str, str]]
Painter = Callable[[Pieces], str]

#: So many sentences a theme are marked ...
_MOST_SENTENCES: Final = 3
#: ... of those that add at least this share of what the best adds.
_LEAST_SHARE: Final = 0.2
#: Terms on each side that are shown.
_MOST_TERMS: Final = 8
#: In JSON.
_MOST_LISTED: Final = 10
_STYLES: Final = ("bold cyan", "bold magenta", "bold yellow", "bold green", "bold blue", "bold red")


def lines_with_evidence(
    tagged: TaggedChunk, model: Model, fmt: str, *, paint: Painter | None = None, language: Language = "en"
) -> Iterator[str]:
    """Make text of the rows of a chunk, each explained: its themes, or where it has none the nearest.

    Parameters
    ----------
    tagged : TaggedChunk
    model : Model
    fmt : {"table", "jsonl"}
    paint : callable, optional
        Makes text of (text, style); by default the text alone.
    language : {"en", "fr"}
        Of a table.

    Yields
    ------
    str
        One a row; as of `cyberclf.writers.lines_of`, and the explanation.
    """
    say = Phrases(language)
    for article, row in zip(tagged.articles, tagged.rows(), strict=True):
        why = _explained(article, row, model)
        if fmt == "jsonl":
            found = {} if why is None else {"explanation": as_dict(why, offset=getattr(article, "offset", 0))}
            line = json.dumps(row.as_dict() | found, ensure_ascii=False)
            yield writable(line) + "\n"
            continue
        yield from lines_of([row], model, fmt, language=language)
        if why is not None and isinstance(article, Article):
            pieces = [*_article(article.text, why, say), ("\n", ""), *_terms(why, say), ("\n", "")]
            yield writable((paint or _plain)(pieces))


def _explained(article: object, row: TaggedRow, model: Model) -> Explanation | None:
    if not isinstance(article, Article) or row.status in {"error", "empty"}:
        return None
    nearest = max(row.probabilities, key=row.probabilities.__getitem__)
    return explain(model, article.text, themes=row.themes or (nearest,))


def as_dict(why: Explanation, *, offset: int = 0) -> dict[str, Any]:
    """Return an explanation as plain values, for JSON.

    Parameters
    ----------
    why : Explanation
    offset : int, default 0
        Characters before the row's own text: a title given apart, and its line end.  What lies in the
        title has ``"in": "title"`` and is counted there; what begins in it and ends in the text, for one
        of the two has no word, has ``"in": "title and text"``, its start counted there and its end here.

    Returns
    -------
    dict
        Theme to its probability, threshold and score, passages with their scores and terms, the terms
        of the article, and its sentences, the first that which adds most.
    """
    return {theme: _theme_as_dict(found, offset) for theme, found in why.themes.items()}


def _theme_as_dict(found: ThemeExplanation, offset: int) -> dict[str, Any]:
    return {
        "probability": round(found.probability, 4),
        "threshold": None if found.threshold is None else round(found.threshold, 4),
        "score": round(found.score, 4),
        "pooled": round(found.pooled, 4),
        "whole": round(found.whole, 4),
        "intercept": round(found.intercept, 4),
        "intercept_whole": round(found.intercept_whole, 4),
        "spread": round(found.spread, 4),
        "for": _listed(_most(found.terms, _MOST_LISTED)),
        "against": _listed(_least(found.terms, _MOST_LISTED)),
        "passages": [
            {
                "start": max(0, passage.start - offset),
                "end": max(0, passage.end - offset),
                "score": round(passage.score, 4),
                "weight": round(passage.weight, 4),
                "for": _listed(_most(passage.terms, _MOST_LISTED)),
                "against": _listed(_least(passage.terms, _MOST_LISTED)),
            }
            for passage in found.passages
        ],
        "sentences": [
            {**_place(sentence.start, sentence.end, offset), "value": round(sentence.value, 4)}
            for sentence in found.sentences
        ],
    }


def _place(start: int, end: int, offset: int) -> dict[str, Any]:
    if start < offset < end:
        return {"in": "title and text", "start": start, "end": end - offset}
    if start < offset:
        return {"in": "title", "start": start, "end": end}
    return {"start": start - offset, "end": end - offset}


def _listed(terms: Sequence[TermPart]) -> list[dict[str, Any]]:
    return [{"term": term.term, "label": term.label, "value": round(term.value, 4)} for term in terms]


def _most(terms: Sequence[TermPart], most: int) -> list[TermPart]:
    return [term for term in terms[:most] if term.value > 0]


def _least(terms: Sequence[TermPart], most: int) -> list[TermPart]:
    return [term for term in terms[::-1][:most] if term.value < 0]


def _styles(why: Explanation) -> dict[str, str]:
    return {theme: _STYLES[number % len(_STYLES)] for number, theme in enumerate(why.themes)}


def _article(text: str, why: Explanation, say: Phrases) -> Pieces:
    styles = _styles(why)
    marks: dict[tuple[int, int], list[tuple[str, int]]] = {}
    for theme, found in why.themes.items():
        for rank, sentence in enumerate(found.sentences[:_MOST_SENTENCES], 1):
            if sentence.value > 0 and sentence.value >= _LEAST_SHARE * found.sentences[0].value:
                marks.setdefault((sentence.start, sentence.end), []).append((theme, rank))
    pieces: Pieces = []
    at = 0
    for (start, end), held in sorted(marks.items()):
        style = styles[min(held, key=lambda mark: mark[1])[0]]
        names = ", ".join(f"{printable(theme)} {rank}" for theme, rank in held)
        mark = say("mark", names=names, sentence=_shown(text[start:end]))
        pieces += [(_shown(text[at:start]), ""), (mark, style)]
        at = end
    return [*pieces, (_shown(text[at:]).rstrip("\n") + "\n", "")]


def _shown(part: str) -> str:
    return "\n".join(map(printable, part.split("\n")))


def _rule(found: ThemeExplanation, say: Phrases, *, given: bool) -> str:
    if found.threshold is None:
        return say("most probable")
    reached = not given or found.probability >= found.threshold
    return say("from" if reached else "for want of others", threshold=say.hundredths(found.threshold))


def _terms(why: Explanation, say: Phrases) -> Pieces:
    styles = _styles(why)
    pieces: Pieces = []
    for theme, found in why.themes.items():
        rule = _rule(found, say, given=theme in why.given)
        said = printable(f"{say.label(found.theme)} {say.hundredths(found.probability)}, {rule}")
        pieces.append((f"{say('theme', theme=printable(theme), why=said)}\n", styles[theme]))
        for side, terms in (("for", _most(found.terms, _MOST_TERMS)), ("against", _least(found.terms, _MOST_TERMS))):
            listed = say("next").join(
                f"{printable(say.term(term.term, term.label))} {say.hundredths(term.value, signed=True)}"
                for term in terms
            )
            pieces.append((f"  {say(f'terms {side}', terms=listed or say('no term'))}\n", ""))
    return pieces


def _plain(pieces: Pieces) -> str:
    return "".join(text for text, _ in pieces)


def terminal_painter() -> Painter | None:
    """Return what paints for the terminal on standard output; None without rich, or where it is no terminal."""
    try:
        from rich.console import Console
        from rich.text import Text
    except ImportError:
        return None
    console = Console(highlight=False, markup=False, emoji=False)
    if not console.is_terminal:
        return None

    def paint(pieces: Pieces) -> str:
        # `Text` takes what it is given as it stands: no markup of an article is obeyed.
        with console.capture() as captured:
            console.print(Text.assemble(*pieces), soft_wrap=True, end="")
        return captured.get()

    return paint
