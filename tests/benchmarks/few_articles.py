"""Words of a single article, kept or not, where articles are few: quality on the rest of a corpus.

Run: ``python tests/benchmarks/few_articles.py [FILE ...] [--articles 60 120 250] [--draws 10]``.  From each file (by
default the passages on border cases and the written articles of the project; any corpus that `train` reads) so many
articles are drawn, two models learnt from them, and both scored on all others.  Evidence marks and sources are left
out: a table of texts and themes has none.  Prints means over the draws, and the paired difference with its 95 %
interval over draws (Student's t).
"""

import argparse
from dataclasses import replace

import numpy as np
from scipy.stats import t as student

from cyberclf.corpus import Corpus, read_corpus
from cyberclf.files import shipped
from cyberclf.fitting import Recipe
from cyberclf.labelled import LabelledArticle
from cyberclf.metrics import Predictions, macro_scores, resampled_scores
from cyberclf.training import train


def scores(model_of: Corpus, others: list[LabelledArticle], recipe: Recipe, jobs: int) -> tuple[float, float]:
    """Macro average precision and macro F1 on other articles."""
    model = train(model_of, recipe=recipe, n_jobs=jobs).model
    labels = np.array([[theme in article.themes for theme in model.themes] for article in others], dtype=float)
    probability = model.predict_proba([article.text or "" for article in others])
    said = Predictions(model.themes, labels, probability, model.give(probability))
    values = resampled_scores(said, np.ones((1, len(others))))[:, 0]
    _, _, f1, average_precision = macro_scores(values, labels.any(axis=0))
    return float(average_precision), float(f1)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("files", nargs="*", default=[shipped("seeds/cases.jsonl"), shipped("seeds/corpus.jsonl")])
    parser.add_argument("--articles", type=int, nargs="+", default=[60, 120, 250])
    parser.add_argument("--titles", action="store_true", help="of each article its first line alone")
    parser.add_argument("--draws", type=int, default=10)
    parser.add_argument("--jobs", type=int, default=2)
    given = parser.parse_args()
    for file in given.files:
        articles = [
            replace(article, kind="press", source=None, event=None, evidence={})
            for article in read_corpus([file]).articles
        ]
        if given.titles:
            articles = [replace(article, text=(article.text or "").split("\n")[0]) for article in articles]
        for number in (number for number in given.articles if number < len(articles)):
            found = []
            for draw in range(given.draws):
                order = np.random.default_rng(draw).permutation(len(articles))
                drawn = Corpus.of(articles[row] for row in order[:number])
                others = [articles[row] for row in order[number:]]
                found.append([scores(drawn, others, Recipe(min_articles=least), given.jobs) for least in (2, 1)])
            values = np.array(found)
            difference = values[:, 1] - values[:, 0]
            half = student.ppf(0.975, given.draws - 1) * difference.std(axis=0, ddof=1) / np.sqrt(given.draws)
            said = "; ".join(
                f"{name} {values[:, 0, k].mean():.3f}, with words of one article {values[:, 1, k].mean():.3f} "
                f"({difference[:, k].mean():+.3f} ± {half[k]:.3f})"
                for k, name in enumerate(("AP", "F1"))
            )
            print(f"{file}: {number} articles, {given.draws} draws: {said}", flush=True)


if __name__ == "__main__":
    main()
