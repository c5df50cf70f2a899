"""The shipped artifact is what `train` makes, its scores are real, and they do not fall."""

import copy
import importlib.util
import json
import os
import subprocess
import sys
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest

import cyberclf

ROOT = Path(__file__).resolve().parents[1]


def _gate():
    spec = importlib.util.spec_from_file_location("gate", Path(__file__).with_name("gate.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


gate = _gate()


@pytest.fixture(scope="session")
def trained(tmp_path_factory):
    """Artifact that `cyberclf train` writes from the seeds, where the shipped one came from."""
    path = tmp_path_factory.mktemp("trained") / "models" / "cyberclf.safetensors"
    path.parent.mkdir()
    env = os.environ | {"PYTHONPATH": str(Path(cyberclf.__file__).resolve().parents[1])}
    command = [sys.executable, "-m", "cyberclf", "train", "--output", str(path)]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return path


def same_versions(model):
    made = model.metadata["versions"]
    return all(made[name] == version(name) for name in ("numpy", "scipy", "scikit-learn"))


def test_train_writes_the_shipped_artifact(trained):
    shipped = ROOT / "models" / "cyberclf.safetensors"
    ours, theirs = cyberclf.load(trained), cyberclf.load(shipped)
    if same_versions(theirs):
        assert ours.metadata["corpus"] == theirs.metadata["corpus"]
        assert ours.metadata["recipe"] == theirs.metadata["recipe"]
    if trained.read_bytes() == shipped.read_bytes():
        assert trained.with_name("README.md").read_bytes() == shipped.with_name("README.md").read_bytes()
        return
    assert ours.themes == theirs.themes
    assert ours.vocabulary == theirs.vocabulary
    for name, values in vars(theirs).items():
        if isinstance(values, np.ndarray):
            apart = np.abs(getattr(ours, name) - values)
            # Another release's or processor's arithmetic: equal but for a few values that were rounded the other way.
            assert apart.max() <= 0.011, name
            assert (apart > 2e-4).mean() <= 0.01, name


def test_the_recorded_scores_are_those_that_training_measures(trained):
    shipped, anew = gate.recorded(cyberclf.load()), gate.recorded(cyberclf.load(trained))
    assert gate.fingerprint(cyberclf.load()) == gate.fingerprint(cyberclf.load(trained))
    assert shipped == pytest.approx(anew, abs=0.002)
    # They are of real press, not of texts that were written to be learnt from.
    card = trained.with_name("README.md").read_text("utf-8")
    press = cyberclf.load().metadata["corpus"]["kinds"]["press"]
    assert f", {press} articles, 95 % bootstrap intervals" in card


def test_the_shipped_artifact_passes():
    model = cyberclf.load()
    assert gate.check(gate.recorded(model), gate.read(gate.FLOORS), gate.fingerprint(model)) == []


def test_what_is_gated():
    floors = gate.read(gate.FLOORS)
    themes = {f"{theme} average_precision" for theme in cyberclf.load().themes}
    assert set(floors["floors"]) == {"macro average_precision", "macro f1"} | themes
    assert 0 < floors["noise"] <= 0.02


FLOORS = {"corpus": "a" * 64, "noise": 0.01, "floors": {"macro f1": 0.6, "x average_precision": 0.7}}


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ({"macro f1": 0.6, "x average_precision": 0.7}, []),
        ({"macro f1": 0.591, "x average_precision": 0.9}, []),
        ({"macro f1": 0.589, "x average_precision": 0.9}, ["macro f1: 0.589 is below the floor 0.600 (noise 0.01)"]),
        ({"macro f1": 0.6, "x average_precision": float("nan")}, ["x average_precision: nan is below"]),
        ({"macro f1": 0.6}, ["x average_precision: nan is below"]),
        (
            {"macro f1": 0.6, "x average_precision": 0.7, "y average_precision": 1.0},
            ["y average_precision: has no floor"],
        ),
    ],
)
def test_below_the_floor_less_the_noise_fails(scores, expected):
    failures = gate.check(scores, FLOORS, "a" * 64)
    assert len(failures) == len(expected)
    assert all(found.startswith(line) for found, line in zip(failures, expected, strict=True))


def test_another_corpus_fails_with_one_clear_line():
    (line,) = gate.check({"macro f1": 1.0, "x average_precision": 1.0}, FLOORS, "b" * 64)
    assert "the floors are of corpus aaaaaaaaaaaaaaaa, the scores of corpus bbbbbbbbbbbbbbbb" in line
    assert line.endswith("run: python tests/gate.py --raise")


def with_scores(change):
    """Shipped model whose recorded scores are all moved."""
    model = cyberclf.load()
    metadata = copy.deepcopy(dict(model.metadata))
    for row in metadata["scores"]["themes"].values():
        for name in row:
            row[name] = round(row[name] + change, 3)
    return replace(model, metadata=metadata)


def test_raise_raises_and_never_lowers(tmp_path, capsys):
    path = tmp_path / "floors.json"
    assert gate.main(["--raise"], path) == 0
    first = gate.read(path)
    assert first["floors"] == gate.recorded(cyberclf.load())

    assert gate.main(["--raise"], path, with_scores(0.05)) == 0
    higher = gate.read(path)
    assert all(higher["floors"][name] > floor for name, floor in first["floors"].items())

    assert gate.main(["--raise"], path, with_scores(-0.05)) == 1
    assert gate.read(path) == higher
    assert "is below the floor" in capsys.readouterr().err

    assert gate.main(["--raise", "--allow-lower"], path, with_scores(-0.05)) == 0
    assert all(floor < first["floors"][name] for name, floor in gate.read(path)["floors"].items())


def test_raise_on_another_corpus_takes_its_fingerprint_and_keeps_the_floors(tmp_path):
    path = tmp_path / "floors.json"
    assert gate.main(["--raise"], path) == 0
    before = gate.read(path)
    path.write_text(json.dumps(before | {"corpus": "b" * 64}), "utf-8")
    assert gate.main([], path) == 1
    assert gate.main(["--raise"], path) == 0
    assert gate.read(path) == before


def test_a_theme_does_not_leave_the_gate_unseen():
    made = gate.raised({"macro f1": 0.9}, FLOORS, "a" * 64)
    assert made["floors"] == {"macro f1": 0.9, "x average_precision": 0.7}
    assert gate.check({"macro f1": 0.9}, made, "a" * 64)


def test_a_missing_file_of_floors_says_what_to_run(tmp_path, capsys):
    with pytest.raises(SystemExit) as stop:
        gate.main([], tmp_path / "none.json")
    assert stop.value.code == 2
    assert "there is no none.json; run: python tests/gate.py --raise" in capsys.readouterr().err
