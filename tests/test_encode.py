"""Labelled articles as arrays: the same ones in every process."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np

import cyberclf
from cyberclf.encode import encode
from cyberclf.labelled import LabelledArticle

TEXT = (
    "Le ministre du Mali et l'ambassade de France signent un accord de coopération sur la formation en cybersécurité. "
    "La loi sur les données est adoptée, une agence est créée, et l'intelligence artificielle sera encadrée."
)
SAID = f"""
from cyberclf.encode import encode
from cyberclf.labelled import LabelledArticle
from cyberclf.analyzer import article_bags
data = encode([LabelledArticle(id="a", where="a", text={TEXT!r}, themes=frozenset())], ["x"])
print(data.terms, data.counts.toarray().tolist(), list(article_bags({TEXT!r})[0].items()))
"""


def test_every_process_counts_in_the_same_order():
    source = str(Path(cyberclf.__file__).resolve().parents[1])
    said = {
        subprocess.run(
            [sys.executable, "-c", SAID],
            env=os.environ | {"PYTHONPATH": source, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(said) == 1
    assert "@law" in said.pop()


def test_terms_are_sorted_and_counts_are_theirs():
    articles = [
        LabelledArticle(id=name, where=name, bags=bags, themes=frozenset(themes))
        for name, bags, themes in (("a", [{"z": 2, "b": 1}], "x"), ("b", [{"a": 3}, {"b": 1}], ""))
    ]
    data = encode(articles, ["x"])
    assert data.terms == ["a", "b", "z"]
    assert np.array_equal(data.counts.toarray(), [[0, 1, 2], [3, 0, 0], [0, 1, 0]])
    assert data.labels.tolist() == [[1.0], [0.0]]


def labelled(name, themes="", **given):
    return LabelledArticle(id=name, where=name, themes=frozenset(themes), **given)


def test_an_article_without_a_word_has_one_passage_of_nothing():
    data = encode([labelled("a", bags=()), labelled("b", bags=({"un": 1},))], ["x"])
    assert data.first.tolist() == [0, 1, 2]
    assert data.counts.toarray().tolist() == [[0], [1]]


def test_what_nobody_judged_is_neither_given_nor_lacking():
    data = encode([labelled("a", "x", bags=({"un": 1},), not_judged=frozenset("y"))], ["x", "y", "z"])
    np.testing.assert_array_equal(data.labels, [[1, np.nan, 0]])


def test_marked_passages_are_those_of_their_article_and_other_themes_marks_are_left_out():
    bags = ({"un": 1}, {"deux": 1})
    evidence = {"x": (1,), "other": (0,)}
    data = encode([labelled("a", "x", bags=bags), labelled("b", ["x", "other"], bags=bags, evidence=evidence)], ["x"])
    assert data.marked.tolist() == [[False], [False], [False], [True]]
    assert data.has_marks.tolist() == [[False], [True]]


def test_pairs_that_bags_hold_are_known_and_those_of_texts_are_not():
    bags = [labelled(name, bags=({"un": 1, "un deux": 1, f"deux {name}": 1, "@n1": 1},)) for name in "ab"]
    text = labelled("c", text="La marine nationale.")
    assert encode([*bags, text], ["x"]).counted_pairs == {"un deux", "deux a", "deux b"}
    assert encode([text], ["x"]).counted_pairs is None


def test_sources_are_empty_where_nobody_named_one():
    data = encode([labelled("a", bags=()), labelled("b", bags=(), source="s")], ["x"])
    assert data.sources.tolist() == ["", "s"]
