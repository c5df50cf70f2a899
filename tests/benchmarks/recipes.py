"""Recipes on the same folds: average precision and F1 on real press, against the prototype.

Run: ``python tests/benchmarks/recipes.py [--shuffles 5] [--jobs 2] [--only NAME ...]``.  For each recipe: the mean over
shuffles of the event grouping; the difference to the prototype with its paired 95 % bootstrap interval by
article; F1 at thresholds from the other folds; and average precision with a source left out.  Prints the rows
of the table in ``models/RECIPE.md``.

With ``--seeds``, instead: of the five seeds, held out, how many have all their themes right.  Nothing is chosen by it.
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from cyberclf.corpus import read_corpus
from cyberclf.encode import Encoded, encode
from cyberclf.files import shipped
from cyberclf.fitting import Recipe, article_scores
from cyberclf.folds import SEEDS, Split, event_splits, source_splits
from cyberclf.holdout import OutOfFold, cross_validate, out_of_fold
from cyberclf.metrics import average_precision

RESAMPLES = 1000
FILES = ("corpus.jsonl", "cases.jsonl", "press.jsonl.gz")


@dataclass(frozen=True)
class Variant:
    """A recipe: which terms it may use, its settings, and the weight of the whole article's score."""

    name: str
    keep: Callable[[str], bool] = lambda _: True
    recipe: Recipe = field(default_factory=Recipe)
    whole: float = 1.0
    passages: bool = True
    written: bool = True
    cases: bool = True


PLAIN = Recipe(C=5.0, written_weight=1.0)
VARIANTS = (
    Variant("prototype (with stems)", lambda t: not t.startswith("@"), PLAIN, whole=0.0),
    Variant("the recipe"),
    Variant("without the whole article", whole=0.0),
    Variant("whole article alone", passages=False),
    Variant("without class terms", lambda t: not t.startswith("@")),
    Variant("without classes of the title", lambda t: not t.startswith("@title:")),
    Variant("without states", lambda t: not (t.startswith(("@n", "@state")) or "+state" in t or "@title:state" in t)),
    Variant("without pairs of classes", lambda t: not (t.startswith("@") and "+" in t)),
    Variant("without pairs of words", lambda t: " " not in t),
    Variant("C 5", recipe=Recipe(C=5.0)),
    Variant("C 100", recipe=Recipe(C=100.0)),
    Variant("no class weights", recipe=Recipe(class_weight=None)),
    Variant("written text at full weight", recipe=Recipe(written_weight=1.0)),
    Variant("written text at weight 0.2", recipe=Recipe(written_weight=0.2)),
    Variant("without border cases", cases=False),
    Variant("without written text", written=False),
    Variant("no rounds of multiple instances", recipe=Recipe(rounds=1)),
)


def _columns(data: Encoded, keep: Callable[[str], bool]) -> Encoded:
    kept = [column for column, term in enumerate(data.terms) if keep(term)]
    return replace(data, terms=[data.terms[c] for c in kept], counts=data.counts[:, kept])


def _held_out(data: Encoded, splits: list[Split], variant: Variant, n_jobs: int) -> OutOfFold:
    learnt = np.full(len(data.labels), fill_value=True)
    if not variant.written:
        learnt &= data.kinds != "written"
    if not variant.cases:
        learnt &= data.sources != "cases"
    splits = [replace(split, train=split.train[learnt[split.train]]) for split in splits]
    # Looser than in training, where bytes must repeat: scores move by less than a thousandth.
    held_out, linears = out_of_fold(data, splits, replace(variant.recipe, tol=1e-3), n_jobs=n_jobs)
    if variant.passages and variant.whole == 1:
        return held_out
    scores = held_out.scores.copy()
    for split, linear in zip(splits, linears, strict=True):
        whole = replace(linear, coef=linear.coef * 0, intercept=linear.intercept * 0)
        of_whole = article_scores(data, split.test, whole)[0] - np.log(np.diff(data.first)[split.test])[:, None]
        scores[split.test] = scores[split.test] - (1 - variant.whole) * of_whole if variant.passages else of_whole
    return replace(held_out, scores=scores)


def _given(data: Encoded, held_out: OutOfFold) -> np.ndarray:
    made = cross_validate(data.labels, held_out)
    return made.probability >= made.threshold


def _f1(data: Encoded, held_out: OutOfFold, rows: np.ndarray) -> np.ndarray:
    given, truth = _given(data, held_out)[rows], data.labels[rows] == 1
    return 2 * (given & truth).sum(0) / (given.sum(0) + truth.sum(0))


def _seeds_right(variants: list[Variant], n_shuffles: int, n_jobs: int) -> None:
    corpus = read_corpus(shipped(f"seeds/{name}") for name in (*FILES, "articles.jsonl.gz"))
    data = encode(corpus.articles, corpus.themes)
    rows = np.flatnonzero(data.kinds == "seed")
    for variant in variants:
        own, right = _columns(data, variant.keep), []
        for seed in range(n_shuffles):
            held_out = _held_out(own, event_splits(own, 5, seed), variant, n_jobs)
            right.append(int((_given(own, held_out)[rows] == (own.labels[rows] == 1)).all(axis=1).sum()))
        print(f"| {variant.name} | {', '.join(map(str, right))} of {len(rows)} |", flush=True)


def main() -> None:
    """Compare and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shuffles", type=int, default=5)
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    parser.add_argument("--only", nargs="*", help="names of recipes; the prototype always runs")
    parser.add_argument("--seeds", action="store_true", help="of the seeds how many are right, instead")
    options = parser.parse_args()
    variants = [each for each in VARIANTS if not options.only or each is VARIANTS[0] or each.name in options.only]
    if options.seeds:
        _seeds_right(variants, options.shuffles, options.jobs)
        return
    corpus = read_corpus(shipped(f"seeds/{name}") for name in FILES)
    data = encode(corpus.articles, corpus.themes)
    rows = np.flatnonzero(data.kinds == "press")
    truth = data.labels[rows] == 1
    rng = np.random.default_rng(0)
    drawn = rng.multinomial(len(rows), np.full(len(rows), 1 / len(rows)), size=RESAMPLES).astype(float)
    weights = np.vstack([np.ones(len(rows)), drawn])
    base = None
    print(
        "| recipe | average precision | "
        + " | ".join(corpus.themes)
        + " | against the prototype | F1 | a source left out |"
    )
    print("|---" * (len(corpus.themes) + 5) + "|")
    for variant in variants:
        own = _columns(data, variant.keep)
        by_shuffle, f1 = [], []
        for seed in range(options.shuffles):
            splits = [split for split in event_splits(own, 5, seed) if split.name != SEEDS]
            held_out = _held_out(own, splits, variant, options.jobs)
            scores = held_out.scores[rows]
            by_shuffle.append([average_precision(truth[:, j], scores[:, j], weights) for j in range(truth.shape[1])])
            f1.append(_f1(own, held_out, rows))
        values = np.mean(by_shuffle, axis=0)  # themes, resamples
        macro = values.mean(axis=0)
        base = macro if base is None else base
        low, high = np.percentile((macro - base)[1:], [2.5, 97.5])
        left_out = _held_out(own, source_splits(own), variant, options.jobs).scores[rows]
        by_source = np.mean([average_precision(truth[:, j], left_out[:, j])[0] for j in range(truth.shape[1])])
        themes = " | ".join(f"{value:.2f}" for value in values[:, 0])
        difference = f"{macro[0] - base[0]:+.3f} [{low:+.3f} {high:+.3f}]"
        print(
            f"| {variant.name} | {macro[0]:.3f} | {themes} | {difference} | {np.mean(f1):.3f} | {by_source:.3f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
