"""Figures of evaluation that are not in the tables of scores."""

import numpy as np
import pytest

from cyberclf.encode import encode
from cyberclf.evaluation import evidence_agreement
from cyberclf.labelled import LabelledArticle


@pytest.fixture
def data():
    """Two articles of four passages each, given as counts; the second one's evidence of `a` is in two of them."""
    bags = tuple({f"t{n}": 1} for n in range(4))
    marks = [{"a": (0,), "b": (3,)}, {"a": (1, 2)}]
    return encode(
        [
            LabelledArticle(id=str(n), where=str(n), themes=frozenset({"a", "b"}), bags=bags, evidence=evidence)
            for n, evidence in enumerate(marks)
        ],
        ("a", "b"),
    )


def test_the_top_passage_is_compared_with_a_random_one_and_the_first(data):
    given = np.ones((2, 2), dtype=bool)
    best = np.array([[0, 0], [2, 0]])
    table = evidence_agreement(data, ("a", "b"), given, best, np.arange(2))
    assert table.loc["a"].tolist() == [1.0, (0.25 + 0.5) / 2, 0.5, 2]
    # The second article has the theme without marks: nothing can be said of it.
    assert table.loc["b"].tolist() == [0.0, 0.25, 0.0, 1]
    assert table.loc["all"].tolist() == [2 / 3, 1 / 3, 1 / 3, 3]


def test_themes_wrongly_given_or_missed_do_not_count(data):
    given = np.array([[True, False], [False, True]])
    table = evidence_agreement(data, ("a", "b"), given, np.zeros((2, 2), int), np.arange(2))
    assert table["count"].to_dict() == {"a": 1, "b": 0, "all": 1}
    assert evidence_agreement(data, ("a", "b"), np.zeros((2, 2), bool), np.zeros((2, 2), int), np.arange(2)) is None
