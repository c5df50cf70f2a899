"""How long `cyberclf predict` takes start to end, against importing what other tools of its kind begin with.

``python tests/benchmarks/startup.py [RUNS]``; the two are run in turn, so that a busy machine slows both.
"""

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import cyberclf

ROOT = Path(__file__).resolve().parents[2]
IMPORTS = "import sklearn.pipeline, sklearn.linear_model, sklearn.feature_extraction.text"
COMMANDS = {
    "cyberclf predict, five articles": ["-m", "cyberclf", "predict", str(ROOT / "seeds" / "articles")],
    "import of scikit-learn, nothing else": ["-c", IMPORTS],
}


def seconds(args):
    """Wall time of one fresh python."""
    env = os.environ | {"PYTHONPATH": str(Path(cyberclf.__file__).resolve().parents[1])}
    begin = time.perf_counter()
    subprocess.run([sys.executable, *args], env=env, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - begin


def measure(runs):
    """Times of each command, in turn; a first round, which fills the caches, is thrown away."""
    times = {name: [] for name in COMMANDS}
    for number in range(runs + 1):
        for name, args in COMMANDS.items():
            taken = seconds(args)
            if number:
                times[name].append(taken)
    return times


def main():
    """Print the minima, medians and their ratio."""
    times = measure(int(sys.argv[1]) if len(sys.argv) > 1 else 10)
    for name, found in times.items():
        print(f"{name:38} min {min(found):.3f} s  median {statistics.median(found):.3f} s")
    ours, theirs = times.values()
    ratios = min(ours) / min(theirs), statistics.median(ours) / statistics.median(theirs)
    print(f"{'ratio':38} min {ratios[0]:.2f}    median {ratios[1]:.2f}")


if __name__ == "__main__":
    main()
