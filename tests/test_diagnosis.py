"""What a report shows: figures by hand."""

import numpy as np
import pytest

from cyberclf.diagnosis import by_source, confusions, mistakes, threshold_curve
from cyberclf.metrics import Predictions, average_precision


def predictions():
    """Four articles, two themes; a: right, wrong, missed, not judged.  b: right, -, given for a, -."""
    labels = np.array([[1, 0], [0, 0], [1, 0], [np.nan, 1]], dtype=float)
    probability = np.array([[0.9, 0.1], [0.8, 0.2], [0.3, 0.7], [0.6, 0.9]])
    return Predictions(("a", "b"), labels, probability, probability >= 0.5)


def test_a_curve_says_what_each_threshold_gives():
    curve = threshold_curve(np.array([True, False, True, False]), np.array([0.9, 0.8, 0.3, 0.3]))
    assert curve.threshold.tolist() == [0.9, 0.8, 0.3]
    assert curve.given.tolist() == [1, 2, 4]
    assert curve.at(0.85) == (1.0, 0.5, pytest.approx(2 / 3), 1)
    assert curve.at(0.3)[3] == 4
    assert curve.at(0.95)[1:] == (0.0, 0.0, 0)


def test_the_area_under_a_curve_is_the_average_precision_of_the_tables():
    rng = np.random.default_rng(3)
    truth, p = rng.random(200) < 0.3, rng.random(200).round(1)
    curve = threshold_curve(truth, p)
    area = float((np.diff(curve.recall, prepend=0) * curve.precision).sum())
    assert area == pytest.approx(average_precision(truth, p)[0])


def test_a_curve_of_nothing_is_empty():
    assert threshold_curve(np.zeros(0, dtype=bool), np.zeros(0)).at(0.5)[3] == 0


def test_confusions_say_what_the_wrong_ones_are_about_and_what_the_missed_were_given():
    a, b = confusions(predictions())
    assert (a.wrong, a.missed, a.really, a.instead) == (1, 1, (("no theme", 1),), (("b", 1),))
    assert (b.wrong, b.missed, b.really, b.instead) == (1, 0, (("a", 1),), ())


def test_a_label_that_nobody_judged_is_no_mistake():
    given, missed = mistakes(predictions())
    assert [(m.row, m.theme) for m in given] == [(1, 0), (2, 1)]
    assert [(m.row, m.theme) for m in missed] == [(2, 0)]
    assert given[0].probability >= given[1].probability


def test_sources_are_weakest_first_and_small_ones_scored_together():
    rng = np.random.default_rng(1)
    labels = (rng.random((70, 2)) < 0.4).astype(float)
    said = labels == 1
    said[:30] = ~said[:30]
    made = Predictions(("a", "b"), labels, said.astype(float), said)
    sources = ["bad"] * 30 + ["good"] * 30 + ["x"] * 5 + ["y"] * 5
    scores = by_source(made, sources)
    assert [(s.source, s.articles) for s in scores] == [("bad", 30), ("good", 30), ("2 other sources together", 10)]
    assert scores[0].f1 == 0
    assert scores[1].f1 == 1
    assert sum(s.labels for s in scores) == labels.sum()


def test_a_theme_called_none_is_not_taken_for_the_want_of_one():
    labels = np.array([[1, 0], [0, 1], [0, 0]], dtype=float)
    probability = np.array([[0.9, 0.1], [0.8, 0.2], [0.7, 0.1]])
    first, _ = confusions(Predictions(("a", "none"), labels, probability, probability >= 0.5))
    assert sorted(first.really) == [("no theme", 1), ("none", 1)]


def test_the_interval_of_a_source_is_drawn_over_events():
    rng = np.random.default_rng(0)
    labels = (rng.random((40, 2)) < 0.5).astype(float)
    made = Predictions(("a", "b"), labels, rng.random((40, 2)), rng.random((40, 2)) < 0.5, np.zeros(40, dtype=int))
    (one_event,) = by_source(made, ["s"] * 40)
    assert np.isnan([one_event.f1_low, one_event.f1_high]).all()
    assert one_event.f1 > 0


def test_twenty_articles_are_a_source_of_their_own_and_nineteen_are_named_alone_where_nothing_else_is_left():
    made = Predictions(("a",), np.ones((39, 1)), np.ones((39, 1)), np.ones((39, 1), dtype=bool))
    assert sorted(s.source for s in by_source(made, ["x"] * 20 + ["y"] * 19)) == ["x", "y"]
    assert sorted(s.source for s in by_source(made, ["x"] * 20 + [""] * 19)) == ["source unknown", "x"]
    assert [s.articles for s in by_source(made, [f"s{n // 3}" for n in range(39)])] == [39]


def test_of_more_sources_than_asked_for_the_smallest_are_scored_together():
    made = Predictions(("a",), np.ones((90, 1)), np.ones((90, 1)), np.ones((90, 1), dtype=bool))
    scores = by_source(made, ["x"] * 20 + ["y"] * 25 + ["z"] * 45, most=1)
    assert {s.source: s.articles for s in scores} == {"z": 45, "2 other sources together": 45}


def test_a_source_without_a_score_stands_last():
    labels = np.concatenate([np.zeros((20, 1)), np.ones((20, 1))])
    made = Predictions(("a",), labels, labels, labels == 1)
    assert [s.source for s in by_source(made, ["none"] * 20 + ["all"] * 20)] == ["all", "none"]


def test_the_most_certain_mistakes_come_first_and_eight_of_each_at_most():
    p = np.linspace(0.01, 0.99, 40)[:, None]
    given, missed = mistakes(Predictions(("a",), (p < 0.5).astype(float), p, p > 0.5))
    assert [m.row for m in given] == [39, 38, 37, 36, 35, 34, 33, 32]
    assert [m.row for m in missed] == [0, 1, 2, 3, 4, 5, 6, 7]
