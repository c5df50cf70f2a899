"""The review band keeps its promise where articles are exchangeable, and says when it cannot promise."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cyberclf.conformal import LEVELS, grid_row, in_review, review_band, review_grid


def scores(n_has, n_lacks, gap, rng):
    """Probabilities of articles that have a theme and of those that lack it, in columns of labels 1 and 0."""
    odds = np.concatenate([rng.normal(gap, 1, n_has), rng.normal(-gap, 1, n_lacks)])
    labels = np.concatenate([np.ones(n_has), np.zeros(n_lacks)])
    return 1 / (1 + np.exp(-odds))[:, None], labels[:, None]


@settings(deadline=None, max_examples=25)
@given(
    st.integers(1, 60),
    st.integers(1, 60),
    st.sampled_from([0.01, 0.05, 0.1, 0.25, 0.5]),
    st.floats(-0.5, 3),
    st.floats(0, 1),
    st.integers(0, 2**16),
)
def test_at_most_the_level_is_wrong_unseen_whatever_the_scores_and_the_threshold(
    n_has, n_lacks, level, gap, threshold, seed
):
    rng = np.random.default_rng(seed)
    n_new, missed, passed = 40, [], []
    for _ in range(150):
        known, labels = scores(n_has, n_lacks, gap, rng)
        band = review_band(review_grid(known, labels), level, np.array([threshold]))
        new, truth = scores(n_new, n_new, gap, rng)
        settled = ~in_review(new, new >= threshold, *band)
        missed.append((settled & (new < threshold))[truth == 1].mean())
        passed.append((settled & (new >= threshold))[truth == 0].mean())
    for wrong in (missed, passed):
        # Five standard errors of the mean of what was drawn.
        assert np.mean(wrong) <= level + 5 * max(np.std(wrong), 0.01) / np.sqrt(len(wrong))


def test_the_bounds_are_order_statistics_with_the_correction_for_finite_samples():
    p = np.arange(1, 20)[:, None] / 100
    has = review_grid(p, np.ones((19, 1)))
    # k = floor(0.1 * 20) = 2, the second smallest; at 4 % k = 0.
    assert has[0, grid_row(0.1), 0] == 0.02
    assert has[0, grid_row(0.04), 0] == 0.0
    assert (has[1] == 1.0).all()
    lacks = review_grid(p, np.zeros((19, 1)))
    assert lacks[1, grid_row(0.1), 0] == 0.18
    assert (lacks[0] == 0.0).all()


def test_articles_of_one_event_count_as_one():
    p = np.arange(1, 39)[:, None] / 100
    by_event = np.arange(38) // 2
    grid = review_grid(p, np.ones((38, 1)), by_event)
    # Of 19 events, in pairs: one event may lie below the bound at 10 %, as its two articles do.
    assert grid[0, grid_row(0.1), 0] == 0.03
    assert grid[0, grid_row(0.04), 0] == 0.0
    apart = review_grid(p, np.ones((38, 1)), np.arange(38))
    np.testing.assert_array_equal(apart, review_grid(p, np.ones((38, 1))))


def test_the_promise_holds_for_the_articles_of_a_new_event():
    rng, missed, plain = np.random.default_rng(0), [], []
    for _ in range(1500):
        of_event = np.repeat(rng.normal(size=12), 6) + 0.3 * rng.normal(size=72)
        known, new = (1 / (1 + np.exp(-x)) for x in (of_event, rng.normal() + 0.3 * rng.normal()))
        for groups, wrong in ((np.repeat(np.arange(12), 6), missed), (None, plain)):
            lower = review_grid(known[:, None], np.ones((72, 1)), groups)[0, grid_row(0.1), 0]
            wrong.append(new < lower)
    assert np.mean(missed) <= 0.1 + 0.02
    assert np.mean(plain) > np.mean(missed)


def test_too_few_articles_promise_nothing_and_a_person_looks_at_all():
    nothing = review_grid(np.full((50, 2), np.nan), np.ones((50, 2)))
    lower, upper = review_band(nothing, 0.1, np.array([0.3, 0.7]))
    assert (lower.tolist(), upper.tolist()) == ([0.0, 0.0], [1.0, 1.0])


def test_a_theme_not_judged_counts_nowhere():
    p, labels = scores(40, 40, 1.0, np.random.default_rng(0))
    more = np.vstack([p, np.full((30, 1), 0.5)]), np.vstack([labels, np.full((30, 1), np.nan)])
    np.testing.assert_array_equal(review_grid(*more), review_grid(p, labels))


def test_the_band_reaches_the_threshold_and_needs_no_room_where_the_bounds_cross_around_it():
    p, labels = scores(200, 200, 3.0, np.random.default_rng(0))
    grid = review_grid(p, labels)
    low, high = grid[1, grid_row(0.2), 0], grid[0, grid_row(0.2), 0]
    assert low < high
    for threshold in (low / 2, (low + high) / 2, (1 + high) / 2):
        lower, upper = review_band(grid, 0.2, np.array([threshold]))
        assert (lower[0], upper[0]) == (min(high, threshold), max(low, threshold))


def test_a_stricter_level_has_a_wider_band():
    p, labels = scores(90, 300, 1.0, np.random.default_rng(0))
    lower, upper = review_grid(p, labels)
    assert (np.diff(lower, axis=0) >= 0).all()
    assert (np.diff(upper, axis=0) <= 0).all()
    assert len(lower) == len(LEVELS)


@pytest.mark.parametrize("level", [0.0, 0.009, 0.51, 1.0, -1.0, float("nan")])
def test_a_level_outside_the_grid_is_refused(level):
    with pytest.raises(ValueError, match=r"not in 0\.01 to 0\.5"):
        grid_row(level)


@pytest.mark.parametrize("level", LEVELS)
def test_a_level_of_the_grid_is_found_in_it_and_one_between_promises_no_less(level):
    assert LEVELS[grid_row(level)] == level
    assert LEVELS[grid_row(min(0.5, level + 0.004))] == level


def test_a_bound_is_0_or_1_only_where_there_are_too_few_articles():
    tiny = np.linspace(3.4e-7, 3.4e-5, 200)[:, None]
    grid = review_grid(np.vstack([tiny, 1 - tiny]), np.repeat([[1.0], [0.0]], 200, axis=0))
    lower, upper = grid[:, grid_row(0.1), 0]
    assert 0 < lower <= np.sort(tiny[:, 0])[19]
    assert 1 - np.sort(tiny[:, 0])[19] <= upper < 1
    few = review_grid(np.vstack([tiny[:5], 1 - tiny[:5]]), np.repeat([[1.0], [0.0]], 5, axis=0))
    assert few[:, grid_row(0.1), 0].tolist() == [0.0, 1.0]


def test_what_lies_on_a_bound_is_for_a_person():
    bound = np.array(0.4)
    assert in_review(np.array([0.4, 0.4]), np.array([True, False]), bound, bound).all()


def test_bounds_are_rounded_outward():
    p = np.full((40, 1), 0.12346)
    assert review_grid(p, np.ones((40, 1)))[0, grid_row(0.1), 0] == 0.1234
    assert review_grid(1 - p, np.zeros((40, 1)))[1, grid_row(0.1), 0] == 0.8766


def test_a_level_that_floats_miss_by_a_hair_counts_whole():
    # 0.29 * 100 is a little less than 29.
    assert review_grid(np.arange(1, 100)[:, None] / 100, np.ones((99, 1)))[0, grid_row(0.29), 0] == 0.29
