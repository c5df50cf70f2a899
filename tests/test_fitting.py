"""The solvers of fitting: both reach the same optimum."""

from dataclasses import replace

import numpy as np

from cyberclf import ThemeClassifier
from cyberclf.analyzer import stem
from cyberclf.corpus import Corpus, read_corpus
from cyberclf.encode import encode
from cyberclf.files import shipped
from cyberclf.fitting import Recipe, article_scores, fit_linear, keep_terms, least_articles
from cyberclf.holdout import recipe_for
from cyberclf.labelled import LabelledArticle
from cyberclf.training import train


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
    assert recipe_for(few) == Recipe(min_articles=1)
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


def test_words_of_a_single_article_are_kept_where_articles_are_few_and_short(small_corpus):
    alone = replace(small_corpus.articles[0], id="alone", text="Le port et la rascasse.", event="alone")
    articles = [*small_corpus.articles, alone]
    assert stem("rascasse") in train(Corpus.of(articles), n_jobs=1).model.vocabulary
    texts, labels = [a.text for a in articles], [sorted(a.themes) for a in articles]
    assert stem("rascasse") in ThemeClassifier().fit(texts, labels).model_.vocabulary
    long = [replace(a, text=f"{a.text} " * 9) for a in articles]
    many = [replace(a, id=f"{a.id}-{n}", event=f"{a.event}-{n}") for a in articles for n in range(28)]
    for others in (long, many):
        assert least_articles(encode(others, small_corpus.themes)) == 2


def test_the_estimator_and_the_command_learn_the_same(small_corpus):
    texts, labels = [a.text for a in small_corpus.articles], [sorted(a.themes) for a in small_corpus.articles]
    groups = [a.event for a in small_corpus.articles]
    of_estimator = ThemeClassifier().fit(texts, labels, groups=groups).model_
    of_command = train(Corpus.of(replace(a, source=None) for a in small_corpus.articles), n_jobs=1).model
    assert of_estimator.metadata["recipe"] == of_command.metadata["recipe"]
    order = [of_command.themes.index(theme) for theme in of_estimator.themes]
    np.testing.assert_array_equal(of_estimator.predict_proba(texts), of_command.predict_proba(texts)[:, order])


def test_articles_of_thirty_words_are_no_headlines():
    def least(n_words):
        words = " ".join(f"{first}{second}mot" for first in "bcdfg" for second in "aeiouyé"[:6])
        return least_articles(encode([article(n, " ".join(words.split()[:n_words])) for n in range(3)], ("a",)))

    assert (least(29), least(30)) == (1, 2)


def test_a_pair_needs_no_second_source_where_no_article_names_one():
    (pair,) = {term for term in kept([article(n, "Thon rouge.") for n in range(3)], min_pair_articles=3) if " " in term}
    assert pair == f"{stem('thon')} {stem('rouge')}"


def test_a_word_printed_twice_in_one_article_has_one_article():
    rows = [article(0, "Thon thon."), article(1, "La mer."), article(2, "La mer.")]
    assert stem("thon") not in kept(rows, min_articles=2)
    assert stem("mer") in kept(rows, min_articles=2)


def test_whole_articles_are_read_word_by_word():
    rows = [
        replace(article(n, "Thon rouge." if n % 2 else "La mer."), themes=frozenset("a" * (n % 2))) for n in range(12)
    ]
    data = encode(rows, ("a",))
    linear = fit_linear(data, np.arange(12), Recipe())
    of_pairs = np.array([" " in data.terms[column] for column in linear.kept])
    assert of_pairs.any()
    assert ((linear.idf_whole == 0) == of_pairs).all()
    assert (linear.idf > 0).all()


def test_written_articles_weigh_less_by_the_passage_and_as_a_whole(small_corpus):
    rows = [replace(a, kind="written" if n % 3 else "press") for n, a in enumerate(small_corpus.articles)]
    data = encode(rows, small_corpus.themes)
    less, same = (fit_linear(data, np.arange(36), Recipe(written_weight=weight)) for weight in (0.01, 1.0))
    assert np.abs(less.coef - same.coef).max() > 0.1
    assert np.abs(less.coef_whole - same.coef_whole).max() > 0.1
    press = encode(small_corpus.articles, small_corpus.themes)
    alike = fit_linear(press, np.arange(36), Recipe(written_weight=0.01))
    assert np.abs(alike.coef - same.coef).max() < 1e-6
