"""How much the figures depend on the draw of the folds: each draw's scores on real press, then mean and range.

Run: ``python tests/benchmarks/draws.py [--draws 8]``.  Intervals by event say how the articles might have fallen, not
how the folds did: the headline of ``evaluate`` is draw 0.
"""

import argparse
from dataclasses import replace

import numpy as np

from cyberclf.cli.common import corpus_of
from cyberclf.evaluation import from_held_out
from cyberclf.folds import event_splits
from cyberclf.holdout import out_of_fold, prepare


def main() -> None:
    """Score each draw and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=8)
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    options = parser.parse_args()
    corpus = corpus_of(())
    data, recipe, _ = prepare(corpus)
    # Looser than in training, where bytes must repeat: scores move by less than a thousandth.
    recipe = replace(recipe, tol=1e-3)
    print("| draw | macro average precision | macro F1 | micro F1 | all themes right |\n|---|---|---|---|---|")
    rows = []
    for seed in range(options.draws):
        splits = event_splits(data, recipe.n_folds, seed)
        held_out, _ = out_of_fold(data, splits, recipe, n_jobs=options.jobs)
        part = from_held_out(corpus, data, held_out, "press", "press", f"draw {seed}")
        macro, micro = part.table.loc["macro"], part.table.loc["micro"]
        rows.append([macro["average_precision"], macro["f1"], micro["f1"], part.summary["subset_accuracy"]])
        print(f"| {seed} | {' | '.join(f'{value:.3f}' for value in rows[-1])} |", flush=True)
    for name, of in (("mean", np.mean), ("lowest", np.min), ("highest", np.max)):
        print(f"| {name} | {' | '.join(f'{value:.3f}' for value in of(rows, axis=0))} |")


if __name__ == "__main__":
    main()
