"""The solvers of fitting: both reach the same optimum."""

from dataclasses import replace

import numpy as np

from cyberclf.corpus import read_corpus
from cyberclf.encode import encode
from cyberclf.files import shipped
from cyberclf.fitting import Recipe, article_scores, fit_linear
from cyberclf.holdout import recipe_for


def test_the_solver_for_many_gives_the_scores_of_the_exact_one():
    corpus = read_corpus([shipped("seeds/corpus.jsonl")])
    data = encode(corpus.articles, corpus.themes)
    rows = np.arange(len(corpus.articles))
    exact, many = Recipe(tol=1e-6), Recipe(dual=True, tol=0.05)
    wanted = article_scores(data, rows, fit_linear(data, rows, exact))[0]
    found = article_scores(data, rows, fit_linear(data, rows, many))[0]
    assert np.abs(found - wanted).max() < 0.02 * np.ptp(wanted)


def test_folds_rounds_and_solver_change_with_counts_times_themes_not_with_articles_alone(small_corpus):
    few = encode(small_corpus.articles, small_corpus.themes)
    assert recipe_for(few) == Recipe()
    n_themes = 30_000_000 // few.counts.nnz
    many = replace(few, labels=np.zeros((len(few.labels), n_themes)))
    recipe = recipe_for(many)
    assert recipe.dual
    assert recipe.n_folds < Recipe().n_folds
    assert recipe.rounds < Recipe().rounds


def test_a_recipe_that_is_given_is_kept_however_large_the_corpus(small_corpus):
    few = encode(small_corpus.articles, small_corpus.themes)
    own = Recipe(n_folds=7)
    assert recipe_for(few, own) is own
