"""The solvers of fitting: both reach the same optimum."""

from dataclasses import replace

import numpy as np

from cyberclf.analyzer import stem
from cyberclf.corpus import read_corpus
from cyberclf.encode import encode
from cyberclf.files import shipped
from cyberclf.fitting import Recipe, article_scores, fit_linear, keep_terms
from cyberclf.holdout import recipe_for
from cyberclf.labelled import LabelledArticle


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


def article(number, text, **given):
    return LabelledArticle(id=str(number), where=f"row {number}", text=text, themes=frozenset(), **given)


def kept(articles, **given):
    data = encode(articles, ("a",))
    columns = keep_terms(data, np.arange(len(articles)), Recipe(**given))
    return {data.terms[column] for column in columns}


def test_a_term_of_few_articles_is_not_kept_and_a_pair_needs_more_of_two_sources():
    texts = ["Thon rouge."] * 3 + ["La loi."]
    of_two = [article(n, text, source=f"s{n % 2}") for n, text in enumerate(texts)]
    of_one = [article(n, text, source="s" if n < 3 else "t") for n, text in enumerate(texts)]
    words = {stem("thon"), stem("rouge")}
    (pair,) = {term for term in kept(of_two, min_pair_articles=3) if " " in term}
    assert kept(of_two, min_pair_articles=3) == words | {pair}
    assert kept(of_two, min_pair_articles=4) == words
    assert kept(of_one, min_pair_articles=3) == words


def test_a_pair_that_bags_of_counts_do_not_hold_is_not_kept():
    texts = [article(n, "Thon rouge.", source=f"s{n % 2}") for n in range(4)]
    counted = article(4, None, bags=({stem("thon"): 1, stem("rouge"): 1},), source="s0")
    assert any(" " in term for term in kept(texts, min_pair_articles=2))
    assert not any(" " in term for term in kept([*texts, counted], min_pair_articles=2))
