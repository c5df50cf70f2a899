"""The paragraph above a report: true to the figures, in all their turns."""

import re
from dataclasses import replace

import numpy as np

from cyberclf.diagnosis import SourceScore
from cyberclf.evaluation import Part
from cyberclf.learning import LearningPoint
from cyberclf.metrics import Predictions, score_table, summary
from cyberclf.verdict import verdict

NAMES = {"a": "Theme A", "b": "Theme B"}


def part_of(probability, labels, given=None):
    said = Predictions(("a", "b"), labels, probability, probability >= 0.5 if given is None else given)
    return Part("press", "drawn", score_table(said), summary(said), np.arange(len(labels)), said)


def drawn(noise, *, shift=0.0):
    rng = np.random.default_rng(0)
    p = rng.random((400, 2))
    labels = (rng.random((400, 2)) < np.clip(p + shift, 0, 1)).astype(float)
    return part_of(np.clip(p + noise * rng.normal(size=p.shape), 0, 1), labels)


def test_its_hundreds_are_those_of_the_table():
    part = drawn(0.1)
    micro = part.table.loc["micro"]
    text = " ".join(verdict(part, NAMES))
    right, found = re.search(r"about (\d+) are right; .* it finds about (\d+)", text).groups()
    assert int(right) == round(100 * micro["precision"])
    assert int(found) == round(100 * micro["recall"])


def test_probabilities_that_can_be_believed_are_told_from_those_that_are_too_sure_or_too_modest():
    assert "about as often as it says" in " ".join(verdict(drawn(0), NAMES))
    assert "less often than it says" in " ".join(verdict(drawn(0, shift=-0.25), NAMES))
    assert "more often than it says" in " ".join(verdict(drawn(0, shift=0.2), NAMES))


def test_a_curve_that_rises_asks_for_articles_and_a_flat_one_does_not():
    poor, good = LearningPoint(0.5, 50, drawn(0.6)), LearningPoint(1, 100, drawn(0.0))
    assert "more labelled articles would still help" in verdict(good.part, NAMES, points=[poor, good])[-1]
    assert "would help little" in verdict(good.part, NAMES, points=[good, good])[-1]


def test_a_source_is_called_weak_only_where_the_intervals_part():
    weak, strong = SourceScore("s1", 50, 40, 0.2, 0.1, 0.3, 0.2), SourceScore("s2", 50, 40, 0.8, 0.7, 0.9, 0.8)
    near = SourceScore("s3", 50, 40, 0.75, 0.6, 0.85, 0.8)
    assert "weakest on the source s1" in " ".join(verdict(drawn(0), NAMES, sources=[weak, strong]))
    assert "weakest" not in " ".join(verdict(drawn(0), NAMES, sources=[near, strong]))
    # Of many sources some two part by chance.
    apart = [SourceScore("s1", 50, 40, 0.5, 0.4, 0.6, 0.5), SourceScore("s2", 50, 40, 0.76, 0.66, 0.84, 0.7)]
    between = [SourceScore(f"b{n}", 50, 40, 0.6, 0.5, 0.7, 0.6) for n in range(40)]
    assert "weakest" in " ".join(verdict(drawn(0), NAMES, sources=apart))
    assert "weakest" not in " ".join(verdict(drawn(0), NAMES, sources=[apart[0], *between, apart[1]]))


def test_nothing_given_and_nothing_there_is_said_without_a_figure_that_is_none():
    labels = np.zeros((30, 2))
    text = " ".join(verdict(part_of(np.zeros((30, 2)), labels), NAMES))
    assert "it gave 0 themes" in text
    assert "nan" not in text


def test_rivals_stand_beside_it_with_their_scores():
    text = " ".join(verdict(drawn(0), NAMES, rivals=[("keyword list", drawn(0.8))]))
    assert re.search(r"For comparison: keyword list 0\.\d\d\.", text)


def test_a_model_given_is_not_said_to_have_been_held_out():
    assert "had not seen" not in " ".join(verdict(drawn(0), NAMES, seen=0))
    text = " ".join(verdict(drawn(0), NAMES, seen=3))
    assert "3 of which it had learnt from" in text
    assert "So the figures flatter it." in text


def test_what_is_nearly_all_is_not_said_to_be_all():
    labels = np.zeros((1000, 2))
    labels[:500] = 1
    given = labels == 1
    given[0, 0] = False
    given[-1, 1] = True
    (said,) = [s for s in verdict(part_of(labels, labels, given), NAMES) if s.startswith("Of 100")]
    assert "it gives, more than 99 are right" in said
    assert "it finds more than 99." in said
    assert "right for more than 99 articles in 100" in said
    (said,) = [s for s in verdict(part_of(labels, labels, given), NAMES) if s.startswith("Where")]
    assert "of a half or more, 100 % on average, the theme is there in 100 % of the cases" in said
    almost = part_of(np.where(labels == 1, 0.999, 0.001), labels, given)
    (said,) = [s for s in verdict(almost, NAMES) if s.startswith("Where")]
    assert "of a half or more, more than 99 % on average" in said


def test_themes_found_equally_well_are_not_set_against_each_other():
    labels = np.tile([[1.0, 1.0], [0.0, 0.0]], (50, 1))
    assert "surest" not in " ".join(verdict(part_of(labels, labels), NAMES))
    assert "surest" in " ".join(verdict(drawn(0.1), NAMES))


def test_a_gain_of_a_hundredth_is_none_and_the_theme_that_gains_most_is_named():
    before = drawn(0.1)

    def gaining(**gains):
        table = before.table.copy()
        for name, gain in gains.items():
            table.loc[name, "average_precision"] += gain
        points = [LearningPoint(0.5, 1000, before), LearningPoint(1, 2200, replace(before, table=table))]
        return verdict(before, NAMES, points=points)[-1]

    assert gaining(macro=0.009, a=0.02).startswith("The last 1,200 articles to learn from changed")
    said = gaining(macro=0.02, a=0.01, b=0.03)
    assert "raised its mean average precision by 0.020, most for Theme B (+0.030)" in said


def test_how_few_articles_a_theme_has_is_said_with_the_theme_least_sure():
    part = drawn(0.1)

    def least(support):
        table = part.table.copy()
        table.loc["a", "f1"], table.loc["b", "f1"], table.loc["a", "support"] = 0.2, 0.9, support
        (said,) = [s for s in verdict(replace(part, table=table), NAMES) if "surest" in s]
        return said

    assert "surest of Theme B (F1 0.90) and least sure of Theme A" in least(100)
    assert "from 100 articles that have it)" in least(100)
    assert "from 99 articles that have it; with so few, that is uncertain)" in least(99)
    assert "from 1 article that have it" in least(1)


def test_a_source_of_fewer_than_ten_themes_is_not_called_weak():
    part = drawn(0)
    weak, strong = SourceScore("s1", 50, 10, 0.2, 0.1, 0.3, 0.2), SourceScore("s2", 50, 40, 0.8, 0.7, 0.9, 0.8)
    assert "weakest on the source s1" in " ".join(verdict(part, NAMES, sources=[weak, strong]))
    assert "weakest" not in " ".join(verdict(part, NAMES, sources=[replace(weak, labels=9), strong]))


def test_what_is_nearly_none_is_not_said_to_be_none_and_none_is():
    labels = np.ones((1000, 2))
    given = np.zeros((1000, 2), dtype=bool)
    given[0, 0] = True
    said = " ".join(verdict(part_of(np.full((1000, 2), 0.4), labels, given), NAMES))
    assert "it finds fewer than 1. All themes of an article are right for 0 articles in 100" in said


def test_of_fewer_than_twenty_high_probabilities_nothing_is_said_and_chance_is_no_fault():
    part = drawn(0.1)

    def said(n, n_true, probability=0.5):
        p = np.column_stack([np.full(n, probability), np.zeros(n)])
        truth = np.column_stack([np.arange(n) < n_true, np.zeros(n)])
        predictions = Predictions(("a", "b"), truth, p, p >= 0.5)
        return " ".join(verdict(replace(part, predictions=predictions), NAMES))

    assert "Where it says" not in said(19, 10)
    assert "Where it says" not in said(50, 25, 0.49)
    # Of twenty articles at one half some thirteen may have the theme by chance; of two thousand not.
    assert "about as often as it says" in said(20, 13)
    assert "more often than it says" in said(2000, 1300)
    # A gap of four hundredths is too small to speak of, however sure.
    assert "about as often as it says" in said(20_000, 10_800)
