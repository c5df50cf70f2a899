"""Light commands stay light: what they may not import, and how they stand to a bare import of scikit-learn."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

import cyberclf

ROOT = Path(__file__).resolve().parents[1]
HEAVY = (
    "sklearn",
    "scipy",
    "pandas",
    "numba",
    "joblib",
    "matplotlib",
    "jinja2",
    "rich",
    "pyarrow",
    "dask",
    "distributed",
)
#: Names every heavy module that was imported, once the program has ended.
WATCHED = """
import sys
sys.argv[0] = "cyberclf"
try:
    from cyberclf.cli import main
    main()
except SystemExit as stop:
    assert not stop.code, stop.code
found = {name.partition(".")[0] for name in sys.modules}
print(*sorted(found & set(%r)), file=sys.stderr)
"""


@pytest.mark.parametrize(
    "args",
    [
        ["--help"],
        ["--version"],
        ["train", "--help"],
        ["predict", "seeds/articles"],
        ["predict", "seeds/articles", "--format", "csv"],
        ["predict", "seeds/articles", "--format", "table"],
        ["predict", "seeds/articles", "--format", "html"],
        ["predict", "seeds/articles", "--explain"],
        ["info"],
    ],
)
def test_light_commands_import_nothing_heavy(args):
    env = os.environ | {"PYTHONPATH": str(Path(cyberclf.__file__).resolve().parents[1])}
    command = [sys.executable, "-c", WATCHED % (HEAVY,), *args]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, encoding="utf-8", check=True)
    assert done.stderr.split() == []
    assert done.stdout


def test_import_of_the_package_imports_nothing_heavy_and_is_no_surprise():
    env = os.environ | {"PYTHONPATH": str(Path(cyberclf.__file__).resolve().parents[1])}
    code = f"import sys, cyberclf; cyberclf.load().tag('la loi'); print(*set(sys.modules) & set({HEAVY!r}))"
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_predict_ends_long_before_scikit_learn_is_imported():
    path = Path(__file__).with_name("benchmarks") / "startup.py"
    spec = importlib.util.spec_from_file_location("startup", path)
    startup = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(startup)
    ours, theirs = startup.measure(5).values()
    assert min(ours) <= 0.4 * min(theirs)
