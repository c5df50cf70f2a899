"""What thresholds cost and what the review band holds: counted by hand."""

import numpy as np
import pytest

from cyberclf.metrics import Predictions
from cyberclf.operating import cost_table, review_table

P = np.array([[0.9], [0.7], [0.6], [0.4], [0.2], [0.1]])
Y = np.array([[1.0], [1.0], [0.0], [1.0], [0.0], [np.nan]])
MADE = Predictions(("a",), Y, P, P > 0.5)


def test_costs_are_those_of_each_threshold():
    table = cost_table(MADE, np.array([[[0.5]], [[0.65]], [[0.15]]])).set_index("favour")
    assert table["given"].tolist() == [3, 2, 5]
    assert table.loc["f1", ["precision", "recall", "f1"]].tolist() == pytest.approx([2 / 3] * 3)
    assert table.loc["precision", ["precision", "recall"]].tolist() == pytest.approx([1, 2 / 3])
    assert table.loc["recall", ["precision", "recall"]].tolist() == pytest.approx([3 / 5, 1])
    assert set(table["articles"]) == {5}


def test_nothing_given_has_no_precision():
    table = cost_table(MADE, np.ones((3, 1, 1)))
    assert table["precision"].isna().all()
    assert (table["recall"] == 0).all()


def test_the_band_is_counted_with_its_bounds():
    row = review_table(MADE, np.array([0.5]), np.array([0.7])).loc["a"]
    assert row["in_review"] == pytest.approx(2 / 5)
    assert (row["missed"], row["passed"]) == (pytest.approx(1 / 3), 0.0)
    assert (row["positives"], row["negatives"]) == (3, 2)
    # Wilson's interval of 1 in 3.
    assert (row["missed_low"], row["missed_high"]) == pytest.approx((0.061, 0.792), abs=0.001)


def test_a_theme_given_below_the_band_and_one_not_given_above_are_for_review():
    most_probable = Predictions(("a",), Y, P, np.array([[False], [True], [True], [False], [True], [False]]))
    row = review_table(most_probable, np.array([0.3]), np.array([0.5])).loc["a"]
    # 0.9 is not given, 0.4 lies inside, 0.2 is given; 0.6 is given, and wrongly.
    assert row["in_review"] == pytest.approx(3 / 5)
    assert (row["missed"], row["passed"]) == (0.0, 0.5)


def test_a_theme_nobody_judged_has_no_figure():
    row = review_table(Predictions(("a",), np.full((6, 1), np.nan), P, P > 0.5), np.array([0.6]), np.array([0.7]))
    assert row.loc["a", ["lower", "in_review", "missed", "missed_low", "passed"]].isna().all()


def test_an_article_without_a_probability_is_not_counted():
    unjudged = Predictions(("a",), Y, np.where(P == 0.9, np.nan, P), P > 0.5)
    table = cost_table(unjudged, np.full((3, 1, 1), 0.65))
    assert set(table["articles"]) == {4}
    assert table["recall"].tolist() == pytest.approx([1 / 2] * 3)


def test_what_just_reaches_a_threshold_is_given():
    assert cost_table(MADE, np.full((3, 1, 1), 0.6))["given"].tolist() == [3] * 3


def test_nothing_given_has_an_f1_of_0_and_where_no_article_has_the_theme_none():
    table = cost_table(MADE, np.ones((3, 1, 1)))
    assert (table["f1"] == 0).all()
    lacking = Predictions(("a",), np.zeros((6, 1)), P, P > 0.5)
    assert cost_table(lacking, np.full((3, 1, 1), 0.5))["f1"].isna().all()


def test_thresholds_and_bounds_that_differ_by_article_are_shown_by_their_means():
    own = np.array([[0.1], [0.2], [0.3], [0.4], [0.5], [9.0]])
    assert cost_table(MADE, np.stack([own] * 3))["threshold"].tolist() == pytest.approx([0.3] * 3)
    row = review_table(MADE, own, own + 0.2).loc["a"]
    assert (row["lower"], row["upper"]) == pytest.approx((0.3, 0.5))
