"""The package as a stranger gets it: its wheel in a fresh environment, used from an empty folder."""

import importlib.util
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import cyberclf

ROOT = Path(__file__).resolve().parents[1]
TEXT = (
    "Le Bénin adopte sa stratégie nationale de cybersécurité\n"
    "Le conseil des ministres a adopté mercredi la stratégie nationale de cybersécurité et créé une agence."
)


def run(*args, cwd):
    """Run without the checkout anywhere on python's path."""
    env = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")} | {"PYTHONUTF8": "1"}
    done = subprocess.run(list(map(str, args)), cwd=cwd, env=env, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    # Without isolation where the build backend is at hand: it saves a download.
    isolation = ["--no-isolation"] if importlib.util.find_spec("hatchling") else []
    run(sys.executable, "-m", "build", "--wheel", *isolation, "--outdir", folder, ROOT, cwd=folder)
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="session")
def program(wheel, tmp_path_factory):
    folder = tmp_path_factory.mktemp("fresh")
    run(sys.executable, "-m", "venv", folder, cwd=folder)
    scripts = folder / ("Scripts" if os.name == "nt" else "bin")
    run(scripts / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", wheel, cwd=folder)
    return scripts / "cyberclf"


def test_what_the_wheel_holds(wheel):
    with zipfile.ZipFile(wheel) as opened:
        names = set(opened.namelist())
        data = {name.removeprefix("cyberclf/data/") for name in names if name.startswith("cyberclf/data/")}
        assert {
            "models/cyberclf.safetensors",
            "models/README.md",
            "seeds/corpus.jsonl",
            "seeds/cases.jsonl",
            "seeds/press.jsonl.gz",
            "seeds/articles.jsonl.gz",
            "seeds/codebook.md",
        } <= data
        shipped = (ROOT / "models" / "cyberclf.safetensors").read_bytes()
        assert opened.read("cyberclf/data/models/cyberclf.safetensors") == shipped
    # The seed articles are not ours to hand on: they go as counted words only.
    assert not [name for name in names if name.endswith(".txt") and "dist-info" not in name]
    assert not [name for name in data if name.startswith("seeds/articles/")]
    assert "cyberclf/py.typed" in names
    templates = {f"cyberclf/templates/{file.name}" for file in (ROOT / "src/cyberclf/templates").iterdir()}
    assert len(templates) == 4
    assert templates <= names
    assert not [
        name for name in names if not name.startswith(("cyberclf/", f"cyberclf-{cyberclf.__version__}.dist-info/"))
    ]


def test_it_runs_from_an_empty_folder(program, tmp_path):
    assert run(program, "--version", cwd=tmp_path) == f"cyberclf, version {cyberclf.__version__}\n"
    (tmp_path / "a.txt").write_text(TEXT, "utf-8")
    row = json.loads(run(program, "predict", "a.txt", cwd=tmp_path))
    assert row["themes"] == ["strategy"]
    assert "strategy: " in run(program, "info", cwd=tmp_path)


def test_it_trains_on_the_seeds_that_it_carries(program, tmp_path):
    run(program, "train", "--output", "m.safetensors", cwd=tmp_path)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["m.safetensors", "m.safetensors.md"]
    made, shipped = cyberclf.load(tmp_path / "m.safetensors"), cyberclf.load()
    assert made.metadata["corpus"] == shipped.metadata["corpus"]
    assert made.themes == shipped.themes
    assert made.predict([TEXT]).tolist() == shipped.predict([TEXT]).tolist()
