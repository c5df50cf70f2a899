"""Scores, calibration and thresholds."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, f1_score, fbeta_score

from cyberclf.calibration import (
    FAVOURS,
    best_f1_threshold,
    best_threshold,
    calibrate,
    choose_favoured,
    choose_thresholds,
    logistic,
)
from cyberclf.metrics import (
    Predictions,
    average_precision,
    events_having,
    interval,
    macro_scores,
    resampled_scores,
    resamples,
    score_table,
    summary,
)

RANKED = st.lists(st.tuples(st.booleans(), st.integers(0, 6)), min_size=2, max_size=40)


@given(RANKED)
def test_average_precision_is_that_of_scikit_learn(pairs):
    truth, score = np.array([p[0] for p in pairs]), np.array([p[1] for p in pairs], dtype=float)
    found = average_precision(truth, score)[0]
    if truth.any():
        assert found == pytest.approx(average_precision_score(truth, score))
    else:
        assert np.isnan(found)


@given(RANKED)
def test_no_threshold_has_a_better_f1(pairs):
    truth, score = np.array([p[0] for p in pairs]), np.array([p[1] / 10 + 0.1 for p in pairs])
    if not truth.any():
        return
    best = f1_score(truth, score >= best_f1_threshold(score, truth))
    assert all(f1_score(truth, score >= cut) <= best + 1e-12 for cut in score)


@given(RANKED, st.sampled_from([0.5, 2.0]))
def test_no_threshold_has_a_better_f_beta(pairs, beta):
    truth, score = np.array([p[0] for p in pairs]), np.array([p[1] / 10 + 0.1 for p in pairs])
    if not truth.any():
        return
    best = fbeta_score(truth, score >= best_threshold(score, truth, beta=beta), beta=beta)
    assert all(fbeta_score(truth, score >= cut, beta=beta) <= best + 1e-12 for cut in score)


@settings(deadline=None, max_examples=15)
@given(st.integers(0, 2**16))
def test_precision_asks_for_no_less_and_recall_for_no_more_than_f1(seed):
    rng = np.random.default_rng(seed)
    labels = (rng.random((60, 3)) < [0.4, 0.1, 0.02]).astype(float)
    probability = np.clip(labels * rng.random() + rng.random(labels.shape) * 0.8, 0, 1)
    thresholds, favoured = choose_favoured(probability, labels)
    np.testing.assert_array_equal(favoured[0], thresholds.values)
    assert (favoured[1] >= favoured[0]).all()
    assert (favoured[2] <= favoured[0]).all()


def test_calibrated_probabilities_are_the_shares_that_come_true():
    rng = np.random.default_rng(0)
    score = rng.normal(size=(20_000, 1))
    labels = (rng.random((20_000, 1)) < 1 / (1 + np.exp(-(2 * score - 1)))).astype(float)
    assert calibrate(score, labels)[:, 0] == pytest.approx([2.0, -1.0], abs=0.1)


def test_a_theme_without_articles_takes_the_common_curve():
    rng = np.random.default_rng(0)
    score = rng.normal(size=(500, 2))
    labels = np.column_stack([(score[:, 0] > 0).astype(float), np.full(500, np.nan)])
    curve = calibrate(score, labels)
    assert curve[:, 1] == pytest.approx(curve[:, 0], rel=0.3)


@settings(deadline=None)
@given(st.floats(-1e6, 1e6), st.floats(-50, 50))
def test_a_probability_is_one_whatever_the_score(score, offset):
    (value,) = logistic(np.array([[score]]), np.array([[1.0], [offset]]))[0]
    assert 0 <= value <= 1


def test_a_rare_theme_is_drawn_to_the_common_threshold():
    rng = np.random.default_rng(1)
    labels = np.zeros((2000, 2))
    labels[:600, 0] = 1
    labels[:3, 1] = 1
    probability = np.clip(labels * 0.5 + rng.random(labels.shape) * 0.45, 0, 1)
    probability[:, 1] *= 0.3
    chosen = choose_thresholds(probability, labels)
    own = best_f1_threshold(probability[:, 1], labels[:, 1] == 1)
    assert abs(chosen.values[1] - chosen.common) < abs(own - chosen.common)
    assert chosen.spread[0] > 0


def test_the_table_has_intervals_around_its_values_and_a_row_for_no_theme():
    rng = np.random.default_rng(0)
    labels = (rng.random((300, 2)) < 0.3).astype(float)
    labels[:5, 1] = np.nan
    score = np.nan_to_num(labels) * 0.4 + rng.random((300, 2))
    made = Predictions(("a", "b"), labels, score, score > 0.7)
    table = score_table(made)
    assert list(table.index) == ["a", "b", "macro", "micro", "no theme"]
    for theme in ("a", "b", "macro"):
        row = table.loc[theme]
        for name in ("precision", "recall", "f1", "average_precision"):
            assert row[f"{name}_low"] <= row[name] <= row[f"{name}_high"]
    assert table.loc["a", "f1"] == pytest.approx(f1_score(labels[:, 0], score[:, 0] > 0.7))
    assert 0 < summary(made)["subset_accuracy"] < 1


@pytest.mark.filterwarnings("error")
def test_one_positive_among_many_warns_of_nothing_and_micro_has_an_interval():
    rng = np.random.default_rng(0)
    labels = np.zeros((40, 2))
    labels[0, 0] = 1
    table = score_table(Predictions(("a", "b"), labels, rng.random(labels.shape), labels == 1))
    assert table.loc["macro", "f1"] == 1.0
    row = table.loc["micro"]
    assert row["average_precision_low"] <= row["average_precision"] <= row["average_precision_high"]
    assert row["average_precision_low"] < row["average_precision_high"]


def test_only_articles_judged_whole_are_without_a_theme():
    labels = np.array([[0.0, np.nan], [0.0, 0.0], [1.0, 0.0], [np.nan, np.nan]])
    made = summary(Predictions(("a", "b"), labels, np.zeros((4, 2)), np.zeros((4, 2), dtype=bool)))
    assert made["without_theme_true"] == 0.5
    assert made["without_theme_given"] == 1.0


def test_an_article_judged_in_part_is_right_or_wrong_for_nobody():
    labels = np.vstack([np.ones((10, 2)), np.full((90, 2), np.nan)])
    wrong = Predictions(("a", "b"), labels, np.zeros((100, 2)), np.zeros((100, 2), dtype=bool))
    assert summary(wrong)["subset_accuracy"] == 0.0
    assert np.isnan(summary(replace(wrong, labels=np.full((100, 2), np.nan)))["subset_accuracy"])


def test_articles_of_one_event_are_drawn_together():
    groups = np.repeat(np.arange(40), 12)
    weights = resamples(480, 1, groups=groups)[1:].reshape(-1, 40, 12)
    assert (weights == weights[:, :, :1]).all()
    assert (weights[:, :, 0].sum(axis=1) == 40).all()


def test_intervals_hold_the_truth_where_the_articles_of_an_event_stand_or_fall_together():
    rng = np.random.default_rng(0)
    covered = 0
    for _ in range(60):
        found = np.repeat(rng.random(40) < 0.7, 12)[:, None]
        made = Predictions(("a",), np.ones((480, 1)), found.astype(float), found, np.repeat(np.arange(40), 12))
        row = score_table(made).loc["a"]
        covered += row["recall_low"] <= 0.7 <= row["recall_high"]
    assert covered >= 50


def test_a_probability_rises_with_its_score_even_where_what_was_held_out_says_otherwise():
    scores = np.linspace(-3, 3, 80)[:, None]
    curve = calibrate(scores, (scores < 0).astype(float))
    assert curve[0, 0] == pytest.approx(0.05, abs=1e-6)
    probability = logistic(scores, curve)[:, 0]
    assert (np.diff(probability) > 0).all()
    assert probability.mean() == pytest.approx(0.5, abs=0.02)


def test_scores_that_are_none_rank_nothing():
    assert np.isnan(average_precision(np.array([True, False]), np.array([np.nan, 0.5]))).all()


def test_one_event_has_no_intervals():
    predictions = Predictions(("a",), np.array([[1.0], [0.0]]), np.array([[0.8], [0.2]]), np.array([[True], [False]]))
    table = score_table(replace(predictions, groups=np.zeros(2, dtype=int)))
    assert table.loc["a", "f1"] == 1.0
    assert np.isnan(table.loc["a", ["f1_low", "f1_high"]].astype(float)).all()


def test_what_nobody_judged_has_no_figure():
    labels = np.array([[1.0, np.nan], [0.0, np.nan], [1.0, np.nan]])
    given = np.array([[True, False], [False, False], [True, False]])
    table = score_table(Predictions(("a", "b"), labels, given.astype(float), given))
    assert table.loc[["b", "no theme"], ["precision", "recall", "f1", "precision_low"]].isna().all(axis=None)
    assert table.loc["macro", "f1"] == 1.0


@pytest.mark.parametrize(("truth", "threshold"), [([True, True, False], 0.6), ([True, True, True], 0.2)])
def test_a_threshold_lies_midway_to_the_next_score_below(truth, threshold):
    assert best_f1_threshold(np.array([0.9, 0.8, 0.4]), np.array(truth)) == pytest.approx(threshold)


def test_a_theme_of_one_article_has_the_common_threshold_and_one_of_two_its_own_in_part():
    rng = np.random.default_rng(0)
    labels = np.zeros((200, 3))
    labels[:60, 0] = labels[:1, 1] = labels[:2, 2] = 1
    probability = np.clip(labels * 0.5 + rng.random(labels.shape) * [0.45, 0.1, 0.1], 0, 1)
    chosen = choose_thresholds(probability, labels)
    assert chosen.values[1] == chosen.common != chosen.values[2]
    assert chosen.spread[1] == 0 < chosen.spread[2]


def test_a_rare_theme_has_nearly_the_common_threshold_and_a_little_of_its_own():
    labels = np.zeros((2000, 2))
    labels[:600, 0] = labels[:3, 1] = 1
    # Told apart without error: the rare theme's own threshold is midway on nearly every resample.
    probability = np.where(labels == 1, [0.8, 0.2], [0.4, 0.02])
    chosen = choose_thresholds(probability, labels)
    assert chosen.values[0] == pytest.approx(0.6, abs=0.01)
    odds, common, own = (np.log(p / (1 - p)) for p in (chosen.values[1], chosen.common, 0.11))
    assert (odds - common) / (own - common) == pytest.approx(3 / 23, abs=0.02)


def test_a_single_article_of_low_probability_does_not_draw_the_threshold_to_its_own():
    labels = np.zeros((100, 1))
    labels[0] = 1
    probability = np.where(labels == 1, 0.02, 0.01)
    assert 0.2 < choose_thresholds(probability, labels).common < 0.5


def test_what_thresholds_may_favour_is_an_f_measure():
    assert dict(FAVOURS) == {"f1": 1.0, "precision": 0.5, "recall": 2.0}


def test_a_theme_given_where_nobody_judged_it_is_no_mistake():
    labels = np.array([[1.0], [0.0], [np.nan], [np.nan]])
    given = np.array([[True], [False], [True], [True]])
    assert score_table(Predictions(("a",), labels, given.astype(float), given)).loc["a", "precision"] == 1.0


def test_of_articles_judged_in_part_nobody_knows_whether_they_have_no_theme():
    labels = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, np.nan], [np.nan, 0.0]])
    none = np.zeros((4, 2), dtype=bool)
    given = none.copy()
    given[3, 1] = True
    for said, expected in ((none, (0.5, 1.0, 1)), (given, (0.5, 1.0, 1))):
        row = score_table(Predictions(("a", "b"), labels, said.astype(float), said)).loc["no theme"]
        assert (row["precision"], row["recall"], row["support"]) == expected


def test_the_macro_average_is_of_the_themes_that_an_article_has():
    labels = np.array([[1.0, 0.0], [0.0, 0.0], [1.0, 0.0]])
    given = np.array([[True, True], [False, False], [True, False]])
    table = score_table(Predictions(("a", "b"), labels, given.astype(float), given))
    assert (table.loc["a", "f1"], table.loc["b", "f1"], table.loc["macro", "f1"]) == (1.0, 0.0, 1.0)


def test_intervals_are_of_95_percent():
    rng = np.random.default_rng(0)
    labels = (rng.random((60, 1)) < 0.4).astype(float)
    made = Predictions(("a",), labels, labels * 0.3 + rng.random((60, 1)), rng.random((60, 1)) < 0.5)
    values = resampled_scores(made, resamples(60, 1))[2, :, 0]
    row = score_table(made).loc["a"]
    assert (row["f1_low"], row["f1_high"]) == interval(values[0], values[1:])
    # F1 has next to no bias: as the plain percentiles.
    assert [row["f1_low"], row["f1_high"]] == pytest.approx(np.percentile(values[1:], [2.5, 97.5]).tolist(), abs=0.02)


@pytest.mark.parametrize("shift", [0.0, 0.02, -0.02])
def test_an_interval_is_of_percentiles_corrected_for_the_bias_of_resamples(shift):
    drawn = np.random.default_rng(0).normal(0.5 + shift, 0.02, 200_000)
    # Of a normal distribution the correction takes the bias away twice over (Efron 1987).
    assert interval(0.5, drawn) == pytest.approx((0.4608 - shift, 0.5392 - shift), abs=0.001)


def test_an_interval_holds_the_score_and_is_none_of_no_resample():
    assert interval(0.4, np.array([0.6, 0.7, np.nan])) == (0.4, pytest.approx(0.6, abs=0.01))
    assert interval(0.5, np.full(9, 0.5)) == (0.5, 0.5)
    assert np.isnan(interval(0.5, np.full(3, np.nan))).all()


def test_intervals_of_the_macro_average_precision_of_rare_themes_hold_the_truth():
    # Percentiles alone held it 14 times in 20.
    rng, held = np.random.default_rng(1), 0

    def drawn(n, n_themes=20):
        labels = (rng.random((n, n_themes)) < 0.02).astype(float)
        return labels, 2.2 * (labels - 0.5) + rng.normal(size=labels.shape)

    labels, score = drawn(200_000, 1)
    true = average_precision(labels[:, 0] == 1, score[:, 0])[0]
    for seed in range(20):
        labels, score = drawn(500)
        made = Predictions(tuple(map(str, range(20))), labels, score, score > 0)
        values = resampled_scores(made, resamples(500, 20, seed=seed)[:151])[3]
        macro = macro_scores(values, (labels == 1).any(axis=0))
        low, high = interval(macro[0], macro[1:])
        held += low <= true <= high
    assert held >= 16


def test_events_that_have_a_theme_are_counted_once():
    labels = np.array([[1.0, 0.0], [1.0, 1.0], [1.0, np.nan]])
    made = Predictions(("a", "b"), labels, labels, labels == 1, np.array([3, 3, 5]))
    assert events_having(made) == {"a": 2, "b": 1}
    assert events_having(replace(made, groups=None)) == {"a": 3, "b": 1}


def test_many_decisions_are_resampled_less_often_but_fifty_times_at_least():
    assert [len(resamples(n, 80)) for n in (10, 1_000, 20_000)] == [1001, 501, 51]


def test_an_article_is_right_when_all_of_its_themes_are():
    labels = np.array([[1.0, 0.0], [1.0, 1.0], [0.0, 0.0]])
    given = np.array([[True, False], [True, False], [True, True]])
    made = summary(Predictions(("a", "b"), labels, given.astype(float), given))
    assert made["subset_accuracy"] == pytest.approx(1 / 3)
