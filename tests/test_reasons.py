"""Why a passage spoke for a theme: the parts add up to its score."""

import pytest

from cyberclf.analyzer import article_bags
from cyberclf.evaluation import evaluate_recipe
from cyberclf.reasons import fold_models, top_terms


def test_the_parts_of_all_terms_add_up_to_the_score_of_the_best_passage(small, small_corpus):
    bags = small_corpus.articles[0].passages()[0]
    for theme in range(2):
        passage, terms = top_terms(small.model, bags, theme, most=10_000)
        score = small.model.article(bags)[1][passage, theme] - small.model.intercept[theme]
        assert [value for _, value in terms] == sorted((value for _, value in terms), reverse=True)
        assert all(value > 0 for _, value in terms)
        rows, values = small.model._weights(bags[passage], small.model.idf)
        against = sum(min(0.0, part) for part in values * small.model.coef[rows, theme])
        assert sum(value for _, value in terms) + against == pytest.approx(score)


def test_an_article_without_words_has_no_reason(small):
    assert top_terms(small.model, [], 0) == (0, [])


def test_the_models_of_the_folds_score_as_the_folds_did(small_corpus, small):
    evaluation = evaluate_recipe(small_corpus, n_jobs=1)
    models = fold_models(evaluation, small.model.theme_list)
    assert len(models) == len(evaluation.held_out.splits)
    for row in (0, 20):
        fold = evaluation.held_out.fold[row]
        scores = models[fold].article(small_corpus.articles[row].passages()[0])[1]
        assert scores.argmax(axis=0).tolist() == evaluation.held_out.best[row].tolist()


def test_the_ten_terms_that_add_most_are_named(model):
    bags = article_bags(
        "Le parlement adopte une loi sur la stratégie nationale de cybersécurité et crée une agence. Le gouvernement "
        "présente la politique numérique, la réforme du cadre juridique et un plan de gouvernance des données."
    )
    everything = top_terms(model, bags, 0, most=10_000)
    assert len(everything[1]) > 10
    assert top_terms(model, bags, 0) == (everything[0], everything[1][:10])


def test_the_passage_named_is_the_one_that_speaks_most_for_the_theme(small):
    sea, law = (article_bags(text)[0] for text in ("Le thon et le port.", "La loi et le vote."))
    law_first = [top_terms(small.model, [law, sea], theme)[0] for theme in range(2)]
    assert (small.model.themes, law_first) == (("loi", "mer"), [0, 1])
