"""Whether probabilities come true: the figures, and those of the recipe on real press held out."""

import numpy as np
import pytest

from cyberclf.evaluation import from_held_out
from cyberclf.metrics import Predictions
from cyberclf.reliability import calibration_error, reliability_curve, reliability_points, reliability_table


def drawn(n=20_000, seed=0):
    """Two themes: the first's probabilities come true, the second's are half of what they should be."""
    rng = np.random.default_rng(seed)
    p = rng.random((n, 2))
    labels = (rng.random((n, 2)) < p).astype(float)
    p[:, 1] /= 2
    return Predictions(("true", "half"), labels, p, p > 0.5)


def test_probabilities_that_come_true_stay_below_chance_and_others_do_not():
    table = reliability_table(drawn())
    assert list(table.index) == ["true", "half", "all"]
    assert table.loc["true", "ece"] < table.loc["true", "ece_chance"] < 0.03
    assert table.loc["half", "ece"] == pytest.approx(0.25, abs=0.01)
    assert table.loc["half", "ece"] > 5 * table.loc["half", "ece_chance"]


def test_the_skill_is_the_share_of_the_base_rates_brier_score_that_is_gone():
    # A uniform probability that comes true has a Brier score of 1/6, its base rate one of 1/4.
    row = reliability_table(drawn()).loc["true"]
    assert row["brier"] == pytest.approx(1 / 6, abs=0.005)
    assert row["brier_skill"] == pytest.approx(1 / 3, abs=0.02)


def test_the_error_from_a_tenth_up_leaves_the_rest_out():
    p = np.concatenate([np.full(900, 0.01), np.full(100, 0.5)])[:, None]
    labels = np.concatenate([np.zeros(900), np.ones(100)])[:, None]
    row = reliability_table(Predictions(("a",), labels, p, p > 0.4)).loc["a"]
    assert row["from_0.1"] == 100
    assert row["ece_from_0.1"] == pytest.approx(0.5)
    assert row["ece"] == pytest.approx(0.059)


def test_labels_nobody_judged_are_left_out_and_a_theme_without_any_has_no_figure():
    made = drawn(500)
    labels = made.labels.copy()
    labels[:100, 0] = np.nan
    labels[:, 1] = np.nan
    table = reliability_table(Predictions(made.themes, labels, made.probability, made.given))
    only = Predictions(("true",), made.labels[100:, :1], made.probability[100:, :1], made.given[100:, :1])
    assert table.loc["true", "ece"] == pytest.approx(reliability_table(only).loc["true", "ece"])
    assert np.isnan(table.loc["half", "brier"])


def test_bins_hold_all_articles_about_equally_and_never_part_equals():
    rng = np.random.default_rng(0)
    p = rng.random(1000)
    bins = reliability_points(rng.random(1000) < p, p)
    assert [n for _, _, n in bins] == [100] * 10
    assert all(abs(mean - true) < 0.15 for mean, true, _ in bins)
    equal = reliability_points(np.ones(100, dtype=bool), np.repeat([0.2, 0.7], 50))
    assert [(mean, n) for mean, _, n in equal] == [(pytest.approx(0.2), 50), (pytest.approx(0.7), 50)]
    assert reliability_points(np.zeros(0, dtype=bool), np.zeros(0)) == []


def test_the_curve_has_ten_bins_a_theme_of_equal_count_that_rise():
    curve = reliability_curve(drawn(1005))
    for _, rows in curve.groupby("theme"):
        assert len(rows) == 10
        assert np.ptp(rows["articles"]) <= 1
        assert (np.diff(rows["probability"]) > 0).all()
    assert curve[curve["theme"] == "all"]["articles"].sum() == 2010


def test_equal_probabilities_and_one_article_have_an_error():
    assert calibration_error(np.array([0.3]), np.array([1.0])) == pytest.approx(0.7)
    assert np.isnan(calibration_error(np.array([]), np.array([])))


@pytest.fixture(scope="module")
def press(held_out_seeds):
    corpus, data, held_out = held_out_seeds
    return from_held_out(corpus, data, held_out, "press", "press", "five folds")


def test_on_real_press_held_out_probabilities_can_be_believed(press):
    table = press.reliability
    assert table.loc["all", "ece"] <= 0.05
    assert table.loc["all", "ece_from_0.1"] <= 0.10
    # A theme that a hundred articles may have errs by more than that even where its probabilities are right.
    assert (table["ece_from_0.1"] <= table["ece_from_0.1_chance"].clip(lower=0.10)).all()
    skill = table["brier_skill"]
    assert (skill.drop("bilateral_cooperation") >= 0.25).all()
    assert skill["bilateral_cooperation"] > 0


def test_on_real_press_held_out_the_review_band_keeps_its_promise(press):
    for _, row in press.review.iterrows():
        # The interval of the held-out share must not lie above the level.
        assert row["missed_low"] <= press.review_level
        assert row["passed_low"] <= press.review_level
        assert row["in_review"] < 0.3


def test_on_real_press_held_out_what_is_favoured_is_gained(press):
    for _, rows in press.costs.groupby("theme"):
        by = rows.set_index("favour")
        assert by.loc["precision", "threshold"] >= by.loc["f1", "threshold"] >= by.loc["recall", "threshold"]
        assert by.loc["precision", "precision"] > by.loc["f1", "precision"] > by.loc["recall", "precision"]
        assert by.loc["precision", "recall"] < by.loc["f1", "recall"] < by.loc["recall", "recall"]


def test_the_order_of_articles_of_equal_probability_changes_nothing():
    p = np.repeat([0.2, 0.6], 200)
    truth = np.concatenate([np.arange(200) < 40, np.arange(200) < 120]).astype(float)
    order = np.random.default_rng(0).permutation(400)
    assert calibration_error(p, truth) == pytest.approx(0.0)
    assert calibration_error(p[order], truth[order]) == pytest.approx(0.0)


def test_the_skill_over_all_is_over_the_base_rate_of_each_theme():
    labels = np.stack([np.arange(100) < 50, np.arange(100) < 2], axis=1).astype(float)
    base = np.tile(labels.mean(axis=0), (100, 1))
    table = reliability_table(Predictions(("a", "b"), labels, base, base > 0.5))
    assert table["brier_skill"].tolist() == pytest.approx([0.0, 0.0, 0.0])


def test_a_tenth_itself_counts_and_chance_is_what_95_of_100_draws_stay_below():
    p = np.array([0.05, 0.1, 0.15, 0.2])[:, None]
    assert reliability_table(Predictions(("a",), np.round(p), p, p > 0.5)).loc["a", "from_0.1"] == 3
    # One article of one half errs by one half whatever comes; one of 0.9 by 0.1, or in ten of 100 draws by 0.9.
    for probability, chance in ((0.5, 0.5), (0.9, 0.9), (0.99, 0.01)):
        one = np.array([[probability]])
        row = reliability_table(Predictions(("a",), np.ones((1, 1)), one, one > 0)).loc["a"]
        assert row["ece_chance"] == pytest.approx(chance)
    assert np.isnan(row["brier_skill"])
