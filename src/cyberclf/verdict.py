"""Figures -> the few sentences that a reader who is no programmer needs."""

from collections.abc import Sequence
from statistics import NormalDist
from typing import Final, cast

import numpy as np

from cyberclf.diagnosis import SourceScore
from cyberclf.evaluation import Part
from cyberclf.learning import LearningPoint
from cyberclf.reliability import reliability_points

__all__ = ["verdict"]

#: A gain in average precision below this is within what the draw of the articles does.
_GAIN: Final = 0.01
#: A source must have so many themes for its score to be worth a sentence.
_ENOUGH: Final = 10


def verdict(
    part: Part,
    names: dict[str, str],
    *,
    rivals: Sequence[tuple[str, Part]] = (),
    sources: Sequence[SourceScore] = (),
    points: Sequence[LearningPoint] = (),
    seen: int | None = None,
) -> list[str]:
    """Say in plain words what an evaluation found, from its figures alone.

    Parameters
    ----------
    part : Part
        The headline.
    names : dict of str to str
        Theme to the name to show.
    rivals : sequence of (str, Part), optional
        Scored on the same articles.
    sources, points : sequences, optional
        See `by_source` and `learning_curve`.
    seen : int, optional
        How many of the articles the model is known to have learnt from; None where they were held out.

    Returns
    -------
    list of str
        Sentences.
    """
    rows = cast("dict[str, dict[str, float]]", part.table.to_dict(orient="index"))
    micro, macro, n_articles = rows["micro"], rows["macro"], int(part.summary["articles"])
    which = "which the model had not seen while learning"
    if seen is not None:
        which = f"{seen:,} of which it had learnt from" if seen else "named on the command line"
    n_given = int(part.predictions.given.sum())
    said = [f"On {n_articles:,} articles ({part.name}), {which}, it gave {n_given:,} themes."]
    if seen:
        said.append("So the figures flatter it.")
    if n_given and micro["support"]:
        said.append(
            f"Of 100 themes that it gives, {_hundred(micro['precision'])} are right; of 100 that a careful "
            f"reader would give, it finds {_hundred(micro['recall'])}."
        )
        # NaN where no article is judged on every theme.
        if (all_right := part.summary["subset_accuracy"]) == all_right:
            said[-1] += f" All themes of an article are right for {_hundred(all_right)} articles in 100."
    if macro["f1"] == macro["f1"]:
        said.append(
            f"Over the themes its mean F1 (1 is perfect) is {macro['f1']:.2f}, and were as many articles drawn again "
            f"it would most likely be between {macro['f1_low']:.2f} and {macro['f1_high']:.2f}"
            + _beside([(name, _macro_f1(rival)) for name, rival in rivals])
        )
    said += _themes(rows, names, part.predictions.themes)
    said += _belief(part)
    weak = [s for s in sources if s.labels >= _ENOUGH and s.f1 == s.f1]
    # Of many sources some two lie apart by chance: wider intervals, all of which hold at once (Bonferroni).
    wider = NormalDist().inv_cdf(1 - 0.025 / max(1, len(weak))) / NormalDist().inv_cdf(0.975)
    if len(weak) > 1 and _reach(weak[0], weak[0].f1_high, wider) < _reach(weak[-1], weak[-1].f1_low, wider):
        said.append(f"It is weakest on the source {weak[0].source} (F1 {weak[0].f1:.2f}).")
    return said + _growth(points, names)


def _reach(source: SourceScore, end: float, wider: float) -> float:
    return source.f1 + wider * (end - source.f1)


def _hundred(share: float) -> str:
    """How many of a hundred: what is not all or none is never said to be."""
    if 0.995 <= share < 1:
        return "more than 99"
    if 0 < share < 0.005:
        return "fewer than 1"
    return f"about {round(100 * share)}" if 0 < share < 1 else f"{round(100 * share)}"


def _percent(share: float) -> str:
    return f"{_hundred(share).removeprefix('about ')} %"


def _macro_f1(part: Part) -> float:
    return float(part.table.to_dict(orient="index")["macro"]["f1"])


def _beside(rivals: list[tuple[str, float]]) -> str:
    known = [f"{name} {score:.2f}" for name, score in rivals if score == score]
    return f". For comparison: {', '.join(known)}." if known else "."


def _themes(rows: dict[str, dict[str, float]], names: dict[str, str], themes: Sequence[str]) -> list[str]:
    scored = sorted((rows[theme]["f1"], theme) for theme in themes if rows[theme]["support"])
    if len(scored) < 2:
        return []
    (low, worst), (high, best) = scored[0], scored[-1]
    if f"{low:.2f}" == f"{high:.2f}":
        return []
    support = int(rows[worst]["support"])
    few = "; with so few, that is uncertain" if support < 100 else ""
    said = (
        f"It is surest of {names[best]} (F1 {high:.2f}) and least sure of {names[worst]} "
        f"(F1 {low:.2f}, from {support} {'article' if support == 1 else 'articles'} that have it{few})."
    )
    return [said]


def _belief(part: Part) -> list[str]:
    """Whether probabilities can be believed: over all themes, in the upper half of what it says."""
    judged = part.predictions.judged
    p, truth = part.predictions.probability[judged], part.predictions.labels[judged] == 1
    high = p >= 0.5
    if high.sum() < 20:
        return []
    ((mean, true, _),) = reliability_points(truth[high], p[high], bins=1)
    # What right probabilities come to differs from them by chance, too.
    chance = 2 * float(np.sqrt((p[high] * (1 - p[high])).sum())) / int(high.sum())
    close = abs(mean - true) < max(0.05, chance)
    gap = "about as often as it says" if close else "more often" if true > mean else "less often"
    said = (
        f"Where it says a probability of a half or more, {_percent(mean)} on average, the theme is there in "
        f"{_percent(true)} of the cases: {gap}{'' if gap.endswith('says') else ' than it says'}."
    )
    return [said]


def _growth(points: Sequence[LearningPoint], names: dict[str, str]) -> list[str]:
    if len(points) < 2:
        return []
    before, last = points[-2].part.table, points[-1].part.table
    gains = (last["average_precision"] - before["average_precision"]).to_dict()
    more = points[-1].articles - points[-2].articles
    start = f"The last {more:,} articles to learn from"
    if not gains["macro"] > _GAIN:
        changed = f"changed its mean average precision by {gains['macro']:+.3f}"
        return [f"{start} {changed}: more of the same kind would help little."]
    gained = {theme: gain for theme, gain in gains.items() if theme in names and gain == gain}
    most = max(gained, key=lambda theme: gained[theme])
    raised = f"raised its mean average precision by {gains['macro']:.3f}, most for {names[most]} ({gained[most]:+.3f})"
    return [f"{start} {raised}: more labelled articles would still help."]
