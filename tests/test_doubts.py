"""What of a corpus is hardly meant is said, and nothing of one in order."""

import csv

import pytest

from cyberclf.corpus import read_corpus
from cyberclf.doubts import doubts


@pytest.fixture
def corpus_of(tmp_path):
    def made(*rows):
        path = tmp_path / "c.csv"
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(["text", "themes", "date"])
            writer.writerows(rows)
        return read_corpus([path])

    return made


def test_a_corpus_in_order_raises_none(corpus_of):
    rows = [("Le port.", "a;b", "2025-03-12"), ("La mer.", "c, d", "2025-03-12T10:00:00+01:00"), ("Le thon.", "", "")]
    assert doubts(corpus_of(*rows)) == []


@pytest.mark.parametrize("cell", ["a, b", "a|b", "a/b"])
def test_ids_separated_otherwise_are_doubted_where_one_of_them_is_an_id(corpus_of, cell):
    (said,) = doubts(corpus_of(("Le port.", "a", ""), ("La mer.", cell, "")))
    assert said == f"theme '{cell}' is taken for one; if it is 2, separate them by ;"


def test_ids_that_differ_in_capitals_are_doubted(corpus_of):
    (said,) = doubts(corpus_of(("Le port.", "Pêche", ""), ("La mer.", "pêche", "")))
    assert said == "themes 'Pêche' and 'pêche' are taken for two, for capitals count"


def test_many_themes_in_doubt_are_counted(corpus_of):
    rows = [("Le port.", f"t{n};T{n}", "") for n in range(9)]
    assert doubts(corpus_of(*rows))[5:] == ["and 4 themes more"]


def test_dates_that_cannot_be_read_are_named_and_counted(corpus_of):
    (said,) = doubts(corpus_of(("Le port.", "a", "12/03/2025"), ("La mer.", "", "hier"), ("Le thon.", "a", "")))
    assert "c.csv:2: date '12/03/2025' is not YYYY-MM-DD; 2 such in all" in said
