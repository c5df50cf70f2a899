"""Sentences -> passages of about 100 words, the unit that the model scores."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from cyberclf.text import Sentence, sentences

__all__ = ["MAX_WORDS", "REST_WORDS", "TARGET_WORDS", "Passage", "passages"]

#: A passage is closed at the first sentence end after this many words ...
TARGET_WORDS: Final = 75
#: ... and never holds more than this many, but for a run of signs without white space, which is never cut.
MAX_WORDS: Final = 115
#: A rest shorter than this joins the passage before it, when the two fit into MAX_WORDS.
REST_WORDS: Final = 30


@dataclass(slots=True)
class Passage:
    """Some sentences of an article, in order.

    Parameters
    ----------
    start, end : int
        Characters of the text.
    sentences : list of Sentence
    """

    start: int
    end: int
    sentences: list[Sentence]


def _pieces(found: list[Sentence]) -> Iterator[Sentence]:
    """Yield sentences, those too long cut between runs."""
    for sentence in found:
        if len(sentence.words) <= MAX_WORDS:
            yield sentence
            continue
        begin, low = sentence.start, 0
        for number, run in enumerate(sentence.runs):
            if number - low >= TARGET_WORDS and run != sentence.runs[number - 1]:
                yield Sentence(begin, run, sentence.words[low:number], sentence.runs[low:number])
                begin, low = run, number
        yield Sentence(begin, sentence.end, sentence.words[low:], sentence.runs[low:])


def passages(text: str) -> list[Passage]:
    """Cut an article at sentence ends into passages of about 100 words.

    Parameters
    ----------
    text : str
        The article, its title on the first line.

    Returns
    -------
    list of Passage
        In order, without gap or overlap, covering the text; none where it has no word.

    Examples
    --------
    >>> [(passage.start, passage.end) for passage in passages("Une seule phrase.")], passages(" … ")
    ([(0, 17)], [])
    """
    made: list[Passage] = []
    held = 0
    before = 0
    for piece in _pieces(sentences(text)):
        count = len(piece.words)
        if made and held < TARGET_WORDS and held + count <= MAX_WORDS:
            made[-1].sentences.append(piece)
            made[-1].end = piece.end
            held += count
        else:
            made.append(Passage(piece.start, piece.end, [piece]))
            before, held = held, count
    if len(made) > 1 and held < REST_WORDS and before + held <= MAX_WORDS:
        rest = made.pop()
        made[-1].sentences += rest.sentences
        made[-1].end = rest.end
    return made
