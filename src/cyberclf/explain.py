"""Why a text has its probabilities: terms and sentences, as exact parts of the score.  numpy alone.

An article's score is the soft maximum of its passages' scores plus the score of the whole.  A passage's
score is its intercept plus a sum over its terms.  The soft maximum of scores ``s`` is the sum of ``w * s``
plus the spread, ``-sum(w * log(w))``, where the weights ``w`` are the softmax of ``s``; of a model that
averages passages, the spread less the penalty for their number.  So nothing here is an approximation:
the parts add up, at each level, to the number that the model made.

A term's part is shared among sentences by how often it occurs in each.  Two kinds of terms are of the
passage and in no sentence: the number of states that it names (``@n1`` to ``@n3``) is shared equally among
its sentences that name one; two classes that meet in it (``@digital+law``) go half to each class, and
there equally to its sentences.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from cyberclf.analyzer import bags_of, count_terms, is_class_term, stem
from cyberclf.calibration import logistic
from cyberclf.explanation import Explanation, PassagePart, SentencePart, TermPart, ThemeExplanation
from cyberclf.model import Model
from cyberclf.passages import Passage, passages
from cyberclf.texts import as_texts

__all__ = ["explain", "readable", "term_parts"]

FloatArray = npt.NDArray[np.float64]

#: Quotes that close the sentence before.
_LEFT_OVER: Final = "»”"
_NUMBERS: Final = {"@n1": "a state named", "@n2": "two states named", "@n3": "three states named"}
_STATES: Final = {"@state": "a state in the sentence", "@states": "several states in one sentence"}


@dataclass(frozen=True, eq=False, slots=True)
class _Sums:
    """What all themes share: arrays over the text's terms and sentences."""

    labels: Mapping[str, str]
    of_passages: list[tuple[npt.NDArray[np.int64], FloatArray]]
    of_whole: tuple[npt.NDArray[np.int64], FloatArray]
    scores: FloatArray
    sentences: list[tuple[int, int, int]]
    in_passage: FloatArray
    in_whole: FloatArray


def term_parts(
    model: Model, counts: Mapping[str, int], *, whole: bool = False
) -> tuple[npt.NDArray[np.int64], FloatArray]:
    """Part of each known term in the scores of a passage, or of a whole article.

    Parameters
    ----------
    model : Model
    counts : mapping of str to int
        Counted terms.
    whole : bool, default False
        Whether they are of a whole article.

    Returns
    -------
    rows : ndarray of int64, shape (n_known,)
        Of the vocabulary.
    parts : ndarray of float64, shape (n_known, n_themes)
        They and the intercept sum to the scores.
    """
    idf, coef = (model.idf_whole, model.coef_whole) if whole else (model.idf, model.coef)
    rows, values = model._weights(counts, idf)  # noqa: SLF001 - the same weights that the score is made of
    return rows, values[:, None] * coef[rows]


def readable(term: str, words: Mapping[str, str] | None = None) -> str:
    """Say a term in words.

    Parameters
    ----------
    term : str
    words : mapping of str to str, optional
        Stem to a word that has it.

    Examples
    --------
    >>> [readable(term) for term in ("@digital+law", "@title:law", "@law", "@n2")]
    ['digital + law together', 'law in the first sentence', 'law words', 'two states named']
    >>> readable("strateg nation", {"strateg": "strategie", "nation": "nationale"})
    'strategie nationale'
    """
    if not is_class_term(term):
        known = words or {}
        return " ".join(known.get(part, part) for part in term.split(" "))
    name = term[1:]
    if "+" in name:
        return f"{name.replace('+', ' + ')} together"
    if name.startswith("title:"):
        return f"{name.removeprefix('title:')} in the first sentence"
    return _NUMBERS.get(term) or _STATES.get(term) or f"{name} words"


def explain(model: Model, text: str, *, themes: Iterable[str] | None = None) -> Explanation:
    """Say why a text has its probabilities.

    Parameters
    ----------
    model : Model
    text : str
        The title, if any, is the first line.
    themes : iterable of str, optional
        Ids of the themes to explain; by default all.

    Returns
    -------
    Explanation

    Raises
    ------
    ValueError
        For a theme that the model does not have.
    TypeError
        When `text` is no string, or `themes` is one.

    Examples
    --------
    >>> import cyberclf
    >>> text = "Le Parlement adopte une loi sur l'intelligence artificielle. Il pleut."
    >>> why = explain(cyberclf.load(), text, themes=["ai_regulation"]).themes["ai_regulation"]
    >>> best = why.sentences[0]
    >>> text[best.start : best.end]
    "Le Parlement adopte une loi sur l'intelligence artificielle."
    """
    asked = model.themes if themes is None else tuple(as_texts(themes, "themes"))
    for theme in asked:
        if theme not in model.themes:
            raise ValueError(f"theme '{theme}' is not one of the model's: {', '.join(model.themes)}")
    tagged = model.tag(text)
    found = passages(text)
    sums = _add_up(model, text, found)
    spans = [(passage.start, passage.end) for passage in found]
    made = {theme: _of_theme(model, sums, spans, j) for j, theme in enumerate(model.themes) if theme in asked}
    return Explanation(tagged.status, tagged.themes, made)


def _add_up(model: Model, text: str, found: Sequence[Passage]) -> _Sums:
    n_themes = len(model.theme_list)
    bags = bags_of(found)
    whole: Counter[str] = Counter()
    for bag in bags:
        whole.update(bag)
    whole_rows, whole_parts = term_parts(model, whole, whole=True)
    at = {row: position for position, row in enumerate(whole_rows.tolist())}
    of_passages, spans = [], []
    in_passage, in_whole = [np.empty((0, n_themes))], [np.empty((0, n_themes))]
    for number, (passage, bag) in enumerate(zip(found, bags, strict=True)):
        rows, parts = term_parts(model, bag)
        of_passages.append((rows, parts))
        terms = [model.vocabulary[row] for row in rows]
        shares = _shares(passage, terms, first=not number)
        held = np.array([bag[term] / whole[term] for term in terms]).reshape(-1, 1)
        in_passage.append(shares @ parts)
        in_whole.append(shares @ (held * whole_parts[[at[row] for row in rows.tolist()]]))
        spans += [(*_trimmed(text, sentence.start, sentence.end), number) for sentence in passage.sentences]
    scores = [parts.sum(axis=0) + model.intercept for _, parts in of_passages] or [model.intercept]
    return _Sums(
        _labels(found, [model.vocabulary[row] for row in at]),
        of_passages,
        (whole_rows, whole_parts),
        np.array(scores),
        spans,
        np.concatenate(in_passage),
        np.concatenate(in_whole),
    )


def _shares(passage: Passage, terms: Sequence[str], *, first: bool) -> FloatArray:
    """Share of each sentence in each term: shape (n_sentences, n_terms); every column sums to one."""
    own = [
        count_terms(Passage(sentence.start, sentence.end, [sentence]), first=first and not number)
        for number, sentence in enumerate(passage.sentences)
    ]

    def of(term: str) -> FloatArray:
        counts = np.array([bag.get(term, 0) for bag in own], dtype=np.float64)
        counts /= counts.sum()
        return counts

    def shared(term: str) -> FloatArray:
        if term in _NUMBERS:
            return of("@state")
        if is_class_term(term) and "+" in term:
            left, right = term[1:].split("+")
            halves: FloatArray = (of(f"@{left}") + of(f"@{right}")) / 2.0
            return halves
        return of(term)

    return np.array([shared(term) for term in terms]).reshape(len(terms), len(own)).T


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    # French sets white space before », and a sentence ends before white space.
    while start < end and (text[start].isspace() or text[start] in _LEFT_OVER):
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _labels(found: Sequence[Passage], terms: Sequence[str]) -> dict[str, str]:
    said = Counter(word for passage in found for sentence in passage.sentences for word in sentence.words)
    words: dict[str, str] = {}
    for word, _ in sorted(said.items(), key=lambda item: (-item[1], item[0])):
        words.setdefault(stem(word), word)
    return {term: readable(term, words) for term in terms}


def _of_theme(model: Model, sums: _Sums, spans: Sequence[tuple[int, int]], column: int) -> ThemeExplanation:
    scores = sums.scores[:, column]
    highest = np.logaddexp.reduce(scores)
    weights = np.exp(scores - highest)
    pooled = float(highest - model.length_penalty * np.log(len(scores)))
    whole_rows, whole_parts = sums.of_whole
    intercept, intercept_whole = float(model.intercept[column]), float(model.intercept_whole[column])
    whole = float(whole_parts[:, column].sum()) + intercept_whole
    article = np.zeros(len(model.vocabulary))
    article[whole_rows] += whole_parts[:, column]
    for weight, (rows, parts) in zip(weights, sums.of_passages, strict=False):
        article[rows] += weight * parts[:, column]

    def terms(rows: npt.NDArray[np.int64], parts: FloatArray) -> tuple[TermPart, ...]:
        order = (-parts).argsort(kind="stable").tolist()
        names = [model.vocabulary[rows[i]] for i in order]
        return tuple(
            TermPart(name, sums.labels[name], float(parts[i])) for name, i in zip(names, order, strict=True) if parts[i]
        )

    in_passage, in_whole = sums.in_passage[:, column], sums.in_whole[:, column]
    sentences = [
        SentencePart(start, end, number, float(near), float(far), float(weights[number] * near + far))
        for (start, end, number), near, far in zip(sums.sentences, in_passage, in_whole, strict=True)
    ]
    curve = model.calibration[:, [column]]
    of_passages = zip(spans, scores, weights, sums.of_passages, strict=False)
    return ThemeExplanation(
        theme=model.theme_list[column],
        probability=float(logistic(np.array([pooled + whole]), curve)[0]),
        threshold=float(model.thresholds[column]) if model.per_article != "one" else None,
        score=pooled + whole,
        pooled=pooled,
        whole=whole,
        intercept=intercept,
        intercept_whole=intercept_whole,
        spread=pooled - float(weights @ scores),
        passages=tuple(
            PassagePart(start, end, float(score), float(weight), terms(rows, parts[:, column]))
            for (start, end), score, weight, (rows, parts) in of_passages
        ),
        whole_terms=terms(whole_rows, whole_parts[:, column]),
        terms=terms(whole_rows, article[whole_rows]),
        sentences=tuple(sorted(sentences, key=lambda sentence: (-sentence.value, sentence.start))),
    )
