"""Stand-in for a user's own taxonomy: 90 Zipf-distributed labels, 7,800 short texts, made up.

Run: ``python tests/benchmarks/many_labels.py [--texts N] [--labels N]``.  Prints the seconds that training takes and
the cross-validated F1.  The most frequent label has about 37 % of the texts, the last ones one or two, as in
Reuters-21578, whose texts cannot stand here.
"""

import argparse
import time

import numpy as np

from cyberclf.corpus import Corpus
from cyberclf.evaluation import headline
from cyberclf.labelled import LabelledArticle
from cyberclf.training import train


def made_up_corpus(n_texts: int, n_labels: int, seed: int = 0) -> Corpus:
    """Texts of 20 to 300 words from Zipf's law, mixed with words that speak for their labels."""
    rng = np.random.default_rng(seed)
    # Letters alone: words with several digits are dropped as numbers.
    letters = str.maketrans("0123456789", "ghijklmnop")
    vocabulary = np.array([f"w{number:x}q".translate(letters) for number in range(25_000)])
    common = 1.0 / np.arange(1, len(vocabulary) + 1)
    common /= common.sum()
    frequency = 0.37 / np.arange(1, n_labels + 1) ** 1.25
    topics = rng.integers(50, len(vocabulary), size=(n_labels, 60))
    articles = []
    for number in range(n_texts):
        chosen = np.flatnonzero(rng.random(n_labels) < frequency)
        length = int(np.clip(rng.lognormal(4.5, 0.6), 20, 300))
        drawn = rng.choice(len(vocabulary), size=length, p=common)
        for label in chosen:
            spots = rng.integers(0, length, size=max(2, length // 10))
            drawn[spots] = rng.choice(topics[label], size=len(spots))
        tokens = vocabulary[drawn].tolist()
        sentences = (" ".join(tokens[i : i + 15]).capitalize() + "." for i in range(0, length, 15))
        articles.append(
            LabelledArticle(
                id=str(number),
                where=f"text {number}",
                text=" ".join(sentences),
                themes=frozenset(f"label{label:02d}" for label in chosen),
            )
        )
    return Corpus.of(articles)


def main() -> None:
    """Train once and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=7800)
    parser.add_argument("--labels", type=int, default=90)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    corpus = made_up_corpus(options.texts, options.labels)
    started = time.perf_counter()
    trained = train(corpus, n_jobs=options.jobs, say=print)
    seconds = time.perf_counter() - started
    part = headline(corpus, trained.data, trained.held_out)
    print(part.table.loc[["macro", "micro"], ["precision", "recall", "f1", "average_precision"]].round(3))
    print(f"{seconds:.0f} s to train; fewer than two articles: {', '.join(trained.few) or 'none'}")


if __name__ == "__main__":
    main()
