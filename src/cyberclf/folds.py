"""How articles are held out: no event on both sides, a source at a time, the seeds apart."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cyberclf.encode import Encoded

__all__ = ["SEEDS", "SMALL_SOURCE", "Split", "event_splits", "scored_kind", "source_splits", "writer_splits"]

IntArray = npt.NDArray[np.int64]

#: Name of the fold of the seeds.
SEEDS = "seeds"
#: Sources with fewer articles are held out, and scored, together, so that no figure rests on a handful.
SMALL_SOURCE = 20
#: Events from which calibration and thresholds are worth having.
_FEW_EVENTS = 10
#: Of fewer real ones, so many times as many written ones take their place.
_MANY = 5


@dataclass(frozen=True, eq=False)
class Split:
    """Rows to learn from and rows held out; neither shares an event with the other."""

    name: str
    train: IntArray
    test: IntArray


def _split(name: str, data: Encoded, test: npt.NDArray[np.bool_]) -> Split:
    shared = np.isin(data.groups, data.groups[test])
    return Split(name, np.flatnonzero(~shared), np.flatnonzero(test))


def scored_kind(data: Encoded) -> str:
    """Kind of the articles by which a recipe is judged."""
    n_events = {kind: len(np.unique(data.groups[data.kinds == kind])) for kind in ("press", "written")}
    if n_events["press"] and (n_events["press"] >= _FEW_EVENTS or n_events["written"] < _MANY * n_events["press"]):
        return "press"
    return "written" if n_events["written"] else "seed"


def event_splits(data: Encoded, n_folds: int, seed: int) -> list[Split]:
    """Folds of the real articles grouped by event, then one fold of the seeds.

    Written articles are learnt from in every fold and held out in none, unless there is nothing
    else, or of real articles too few events to calibrate by: then those are learnt from in every fold.
    With fewer events than folds there are fewer folds; with one event there is none, for thresholds of what is held
    out come from other folds.
    """
    scored = data.kinds == scored_kind(data)
    events = np.unique(data.groups[scored])
    n_folds = min(n_folds, len(events))
    if n_folds < 2:
        return []
    fold = np.empty(data.groups.max() + 1, dtype=np.int64)
    fold[events] = np.random.default_rng(seed).permutation(len(events)) % n_folds
    splits = [_split(f"fold {k + 1}", data, scored & (fold[data.groups] == k)) for k in range(n_folds)]
    seeds = data.kinds == "seed"
    if seeds.any() and not (scored & seeds).any():
        splits.append(_split(SEEDS, data, seeds))
    return [split for split in splits if len(split.train)]


def source_splits(data: Encoded) -> list[Split]:
    """Real articles, a source at a time; those of small sources together.  None where that is one split."""
    press = data.kinds == "press"
    names, counts = np.unique(data.sources[press], return_counts=True)
    if len(names) < 2:
        return []
    small = set(names[counts < SMALL_SOURCE])
    splits = [_split(str(name), data, press & (data.sources == name)) for name in names if name not in small]
    if small:
        splits.append(_split(f"{len(small)} small sources", data, press & np.isin(data.sources, list(small))))
    splits = [split for split in splits if len(split.train)]
    return splits if len(splits) > 1 else []


def writer_splits(data: Encoded) -> list[Split]:
    """Written articles, a writer at a time."""
    written = data.kinds == "written"
    names = np.unique(data.sources[written])
    if len(names) < 2:
        return []
    return [_split(str(name), data, written & (data.sources == name)) for name in names]
