"""The kernel behind a model: what it says, and what happens where it cannot be had."""

from dataclasses import replace

import numpy as np
import pytest

import cyberclf
from cyberclf import batch

pytest.importorskip("numba")
MODEL = cyberclf.load()
TEXT = "Le Mali adopte sa stratégie nationale de cybersécurité, et forme ses agents. " * 200


def test_where_the_kernel_cannot_be_made_the_reference_scores_and_a_warning_says_so(monkeypatch):
    def broken(*_):
        raise EOFError("Ran out of input")

    monkeypatch.setattr("cyberclf.kernel.Kernel", broken)
    model = replace(MODEL)
    with pytest.warns(UserWarning, match=r"the compiled kernel cannot be used, .* \(EOFError: Ran out of input\)"):
        model.prepare()
    assert model.kernel is None
    assert model.tag_many([TEXT]) == [MODEL.tag(TEXT)]


def test_without_a_folder_to_keep_it_in_the_kernel_is_compiled_for_this_process(monkeypatch):
    import numba

    from cyberclf.kernel import compiling

    given = numba.njit

    def njit(*args, **options):
        if options.get("cache"):
            raise RuntimeError("cannot cache function: no locator available")
        return given(*args, **options)

    monkeypatch.setattr(numba, "njit", njit)
    made = compiling.kept(lambda x: x + 1)
    assert made(2) == 3


def test_a_stem_that_stands_only_in_pairs_is_an_unknown_word():
    rows = 3
    small = replace(
        MODEL,
        vocabulary=("loi nation", "nation", "prot"),
        idf=np.ones(rows),
        idf_whole=np.array([0.0, 1.0, 1.0]),
        coef=np.ones((rows, 4)),
        coef_whole=np.zeros((rows, 4)),
        metadata={"foreign_below": 0.2},
    )
    text = "loi nationale " * 60
    assert [tagged.status for tagged in batch.tag(small, [text]).texts()] == [small.tag(text).status]
