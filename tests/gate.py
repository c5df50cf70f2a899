"""The quality gate: scores may not fall below floors that were reached once, on the same corpus.

``python tests/gate.py`` says how the shipped artifact stands; ``--raise`` writes higher floors.
"""

import argparse
import json
import sys
from pathlib import Path

import cyberclf

FLOORS = Path(__file__).with_name("quality_floors.json")
#: What another processor's arithmetic, or a tie broken otherwise, may move a score by.
NOISE = 0.01
RAISE = "python tests/gate.py --raise"


def recorded(model):
    """Scores that are gated, by name: those of cross-validation that `train` put into an artifact."""
    rows = model.metadata["scores"]["themes"]
    scores = {f"macro {name}": rows["macro"][name] for name in ("average_precision", "f1")}
    return scores | {f"{theme} average_precision": rows[theme]["average_precision"] for theme in model.themes}


def fingerprint(model):
    """SHA-256 of the corpus that an artifact was trained on."""
    return model.metadata["corpus"]["fingerprint"]


def check(scores, floors, corpus):
    """List what fails, a line each; nothing when all is well.

    Scores on another corpus are not compared: floors say nothing about it.
    """
    if corpus != floors["corpus"]:
        pair = f"the floors are of corpus {floors['corpus'][:16]}, the scores of corpus {corpus[:16]}"
        return [f"{pair}: look at the scores, then run: {RAISE}"]
    missing = [f"{name}: has no floor; run: {RAISE}" for name in scores if name not in floors["floors"]]
    failures = []
    for name, floor in floors["floors"].items():
        score = scores.get(name, float("nan"))
        if not score >= floor - floors["noise"]:
            failures.append(f"{name}: {score:.3f} is below the floor {floor:.3f} (noise {floors['noise']})")
    return missing + failures


def raised(scores, floors, corpus, *, allow_lower=False):
    """Return floors for `scores`; those that are higher already stay, unless `allow_lower`."""
    before = {} if allow_lower or floors is None else floors["floors"]
    made = {name: max(score, before.get(name, score)) for name, score in scores.items()}
    # A floor whose score is gone stays, and fails: a theme must not leave the gate unseen.
    made |= {name: floor for name, floor in before.items() if name not in scores}
    return {"corpus": corpus, "noise": floors["noise"] if floors else NOISE, "floors": made}


def read(path):
    """Floors as written; None where there is no file."""
    return json.loads(path.read_text("utf-8")) if path.exists() else None


def main(args=None, path=FLOORS, model=None):
    """Check, or raise; 1 when a score is too low."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--raise", dest="write", action="store_true", help="write the floors anew, none lower")
    parser.add_argument("--allow-lower", action="store_true", help="with --raise: let floors fall, too")
    given = parser.parse_args(args)
    if given.allow_lower and not given.write:
        parser.error("--allow-lower goes with --raise")
    model = model or cyberclf.load()
    scores, corpus, floors = recorded(model), fingerprint(model), read(path)
    if given.write:
        floors = raised(scores, floors, corpus, allow_lower=given.allow_lower)
        path.write_text(json.dumps(floors, indent=2) + "\n", "utf-8")
    if floors is None:
        parser.error(f"there is no {path.name}; run: {RAISE}")
    failures = check(scores, floors, corpus)
    for name, floor in floors["floors"].items():
        print(f"{name:42} floor {floor:.3f}  score {scores.get(name, float('nan')):.3f}")
    for failure in failures:
        print(failure, file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
