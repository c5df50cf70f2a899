"""Labelled texts -> counted terms that can be shared where the texts cannot."""

import gzip
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final, cast

import numpy as np

from cyberclf.analyzer import analyzer_fingerprint, is_pair
from cyberclf.corpus import BAGS_FORMAT, BAGS_VERSION, Corpus
from cyberclf.encode import encode
from cyberclf.files import atomic_write
from cyberclf.labelled import LabelledArticle
from cyberclf.printable import writable

__all__ = ["MIN_ARTICLES", "Extraction", "extract", "write_bags"]

#: A pair of words is kept when at least so many articles have it ...
MIN_ARTICLES: Final = 5
#: ... of at least so many sources.
MIN_SOURCES: Final = 2
#: A single word is kept when at least so many articles have it.
_MIN_WORD_ARTICLES: Final = 2


@dataclass(frozen=True, slots=True)
class Extraction:
    """Rows of counts, and what was left out of them.

    Parameters
    ----------
    rows : tuple of dict
        As written, without the header.
    min_articles : int
    kept_words, kept_pairs, dropped_words, dropped_pairs : int
        Different terms.
    sources : int
        Different sources named in the corpus.
    """

    rows: tuple[dict[str, Any], ...]
    min_articles: int
    kept_words: int
    kept_pairs: int
    dropped_words: int
    dropped_pairs: int
    sources: int


def extract(corpus: Corpus, *, min_articles: int = MIN_ARTICLES, known: Corpus | None = None) -> Extraction:
    """Count the terms of every passage, and drop those that few articles share.

    Articles of one event count as one, so that a dispatch printed twice gives nothing away.

    Parameters
    ----------
    corpus : Corpus
    min_articles : int, default 5
        Articles that must share a pair of words; single words need two.
    known : Corpus, optional
        Its articles count too when terms are judged, but are not among the rows: how a small
        corpus is counted in the light of a large one.

    Returns
    -------
    Extraction
    """
    articles = [*corpus.articles, *(known.articles if known else ())]
    encoded = encode(articles, corpus.themes)
    held = encoded.by_article().tocsc()
    kept: set[str] = set()
    dropped = {True: 0, False: 0}
    source_numbers = np.unique(encoded.sources, return_inverse=True)[1]
    named = encoded.sources != ""
    for column, term in enumerate(encoded.terms):
        having = held.indices[held.indptr[column] : held.indptr[column + 1]]
        shared = len(np.unique(encoded.groups[having]))
        pair = is_pair(term)
        if pair:
            sources = len(np.unique(source_numbers[having[named[having]]]))
            keep = shared >= max(min_articles, _MIN_WORD_ARTICLES) and sources >= MIN_SOURCES
        else:
            keep = shared >= _MIN_WORD_ARTICLES
        if keep:
            kept.add(term)
        else:
            dropped[pair] += 1
    kept_pairs = sum(map(is_pair, kept))
    return Extraction(
        rows=tuple(_row(article, kept) for article in corpus.articles),
        min_articles=min_articles,
        kept_words=len(kept) - kept_pairs,
        kept_pairs=kept_pairs,
        dropped_words=dropped[False],
        dropped_pairs=dropped[True],
        sources=len(set(encoded.sources[named])),
    )


def _row(article: LabelledArticle, kept: set[str]) -> dict[str, Any]:
    bags, marked = article.passages()
    # A row number of its file would be all that names it: worth nothing elsewhere.
    row: dict[str, Any] = {} if article.id == article.where else {"id": article.id}
    row |= {"kind": article.kind, "source": article.source, "event": article.event, "date": article.date}
    row = {key: value for key, value in row.items() if value is not None}
    row |= {"certain": article.certain, "themes": sorted(article.themes)}
    if article.not_judged:
        row["not_judged"] = sorted(article.not_judged)
    row["evidence"] = {theme: sorted(marked[theme]) for theme in sorted(marked)}
    row["terms"] = [{term: bag[term] for term in sorted(bag) if term in kept} for bag in bags]
    return row


def write_bags(extraction: Extraction, path: str | Path) -> None:
    """Write the rows below their header; gzipped where the name ends in ``.gz``.

    The same rows give the same bytes.

    Raises
    ------
    OSError
        When the file cannot be written; nothing is left half-written.
    """
    with atomic_write(path, "wb") as stream:
        target = cast("IO[bytes]", stream)
        if not str(path).endswith(".gz"):
            target.writelines(_lines(extraction))
            return
        packed = io.BytesIO()
        with gzip.GzipFile(filename="", fileobj=packed, mode="wb", compresslevel=9, mtime=0) as zipped:
            zipped.writelines(_lines(extraction))
        target.write(packed.getvalue())


def _lines(extraction: Extraction) -> Iterator[bytes]:
    header = {
        "format": BAGS_FORMAT,
        "version": BAGS_VERSION,
        "analyzer": analyzer_fingerprint(),
        "min_articles": extraction.min_articles,
        "min_sources": MIN_SOURCES,
    }
    for row in (header, *extraction.rows):
        yield writable(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n").encode()
