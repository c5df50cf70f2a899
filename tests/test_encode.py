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
