"""Why a passage spoke for a theme: the parts add up to its score."""

import pytest

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
