"""Figures -> lines for a terminal."""

from typing import TYPE_CHECKING, Final

from cyberclf.errors import ArtifactError
from cyberclf.giving import PER_ARTICLE
from cyberclf.metrics import events_having
from cyberclf.model import Model
from cyberclf.printable import printable, threshold_as_text
from cyberclf.status import MIN_WORDS

if TYPE_CHECKING:
    from cyberclf.compare import Comparison
    from cyberclf.evaluation import Part

__all__ = [
    "comparison_as_text",
    "info_as_text",
    "rule_as_text",
    "scores_as_text",
    "short_as_text",
    "unpromised_as_text",
]

#: Changed articles that a terminal shows.
_SHOWN: Final = 20
#: Where the articles that have a theme are of fewer events, its scores say little.
_ENOUGH: Final = 10
_SCORES: Final = (("F1", "f1"), ("average precision", "average_precision"))


def _number(value: float) -> str:
    return f"{value:.3f}" if value == value else "-"


def _share(value: float) -> str:
    return f"{value:.1%}" if value == value else "-"


def scores_as_text(part: "Part") -> str:
    """Scores of one part, a line a theme, F1 and average precision with their intervals."""
    width = max([24, *(len(str(theme)) for theme in part.table.index)])
    lines = [
        f"{part.name} ({int(part.summary['articles'])} articles; {part.protocol})",
        f"  {'':{width}}  precision  recall  F1                   average precision    support",
    ]
    for theme, row in part.table.iterrows():
        spans = [
            f"{_number(row[c])} [{_number(row[c + '_low'])} {_number(row[c + '_high'])}]"
            for c in ("f1", "average_precision")
        ]
        left = f"{printable(str(theme)):{width}}  {_number(row['precision']):9}  {_number(row['recall']):6}"
        lines.append(f"  {left}  {spans[0]:20} {spans[1]:20} {int(row['support'])}")
    few = [theme for theme, n_events in events_having(part.predictions).items() if n_events < _ENOUGH]
    if few:
        names = printable(", ".join(few))
        lines.append(
            f"  mostly luck: articles of fewer than {_ENOUGH} events have {names}; intervals from so few are too narrow"
        )
    right, true, said = (part.summary[c] for c in ("subset_accuracy", "without_theme_true", "without_theme_given"))
    if right == right:
        lines.append(f"  all themes right: {right:.1%} of articles; without a theme: {true:.1%}, said {said:.1%}")
    else:
        lines.append("  no article is judged for all themes")
    if part.evidence is not None:
        shares = part.evidence.to_dict(orient="index")["all"]
        lines.append(
            f"  top passage holds marked evidence: {shares['top']:.1%} of {int(shares['count'])} themes rightly given "
            f"(random {shares['random']:.1%}, first {shares['first']:.1%})"
        )
    return "\n".join([*lines, *_operating(part, width)]) + "\n"


def _operating(part: "Part", width: int) -> list[str]:
    """Lines on calibration, thresholds and the review band; none for rivals."""
    if part.reliability is None or part.costs is None or part.review is None:
        return []
    lines = [f"  {'calibration':{width}}  Brier skill  error (by chance)  error from 0.1 up (by chance)  articles"]
    for theme, row in part.reliability.to_dict(orient="index").items():
        errors = [f"{_number(row[c])} (< {_number(row[c + '_chance'])})" for c in ("ece", "ece_from_0.1")]
        left = f"{printable(str(theme)):{width}}  {_number(row['brier_skill']):11}"
        lines.append(f"  {left}  {errors[0]:17}  {errors[1]:29}  {int(row['from_0.1'])}")
    lines.append(f"  {'thresholds that favour':{width}}  {'':9}  threshold  precision  recall  F1     given")
    for cost in part.costs.to_dict(orient="records"):
        name = cost["theme"] if cost["favour"] == "f1" else ""
        cells = [f"{_number(cost[c]):{len(c)}}" for c in ("threshold", "precision", "recall")]
        end = f"{_number(cost['f1']):5}  {cost['given']}"
        lines.append(f"  {printable(name):{width}}  {cost['favour']:9}  {'  '.join(cells)}  {end}")
    head = f"review band, {part.review_level:.0%}"
    lines.append(f"  {head:{width}}  from   to     in review  missed               passed               having it")
    for theme, row in part.review.to_dict(orient="index").items():
        spans = [
            f"{_number(row[c])} [{_number(row[c + '_low'])} {_number(row[c + '_high'])}]" for c in ("missed", "passed")
        ]
        left = f"{printable(str(theme)):{width}}  {_number(row['lower'])}  {_number(row['upper'])}"
        note = "; too few to promise" if row["lower"] == 0 or row["upper"] == 1 else ""
        lines.append(
            f"  {left}  {_share(row['in_review']):>9}  {spans[0]:19}  {spans[1]:19}  {int(row['positives'])}{note}"
        )
    return lines


def comparison_as_text(made: "Comparison") -> str:
    """Old and new scores, a line a theme and measure; what changed; the verdict."""
    width = max([24, *(len(str(theme)) for theme in made.table.index)])
    lines = [made.basis, f"  {'':{width}}  {'':17}  old    new    difference               better"]
    for theme, row in made.table.to_dict(orient="index").items():
        for name, key in _SCORES:
            left = printable(str(theme)) if key == "f1" else ""
            span = f"{row[key + '_difference']:+.3f}"
            share = ""
            if row.get(f"{key}_better", float("nan")) >= 0:
                span += f" [{row[key + '_low']:+.3f} {row[key + '_high']:+.3f}]"
                share = f"{row[key + '_better']:.0%} of resamples"
            numbers = f"{_number(row[key + '_old'])}  {_number(row[key + '_new'])}"
            lines.append(f"  {left:{width}}  {name:17}  {numbers}  {span:23}  {share}".rstrip())
    judged = [change for change in made.changed if change.right is not None]
    if made.changed:
        right = sum(bool(change.right) for change in judged)
        lines.append(
            f"changed: {len(made.changed)} themes of articles; now right {right}, now wrong {len(judged) - right}"
        )
    for change in made.changed[:_SHOWN]:
        said = {True: "now right", False: "now wrong", None: "not judged"}[change.right]
        lines.append(f"  {'gained' if change.gained else 'lost':6}  {change.theme:{width}}  {said:10}  {change.id}")
    if len(made.changed) > _SHOWN:
        lines.append(f"  and {len(made.changed) - _SHOWN} more; --json FILE has all")
    return "\n".join(map(printable, [*lines, made.verdict]))


def _bands(model: Model) -> str:
    said = [
        f"{theme} none needed" if low == high else f"{theme} {low:.2f} to {high:.2f}"
        for theme, low, high in zip(model.themes, *model.band, strict=True)
    ]
    return ", ".join(said)


def unpromised_as_text(model: Model) -> list[str]:
    """One line on the themes that have too few articles to promise a review band; none where all have enough."""
    bands = zip(model.themes, *model.band, strict=True)
    named = [theme for theme, low, high in bands if low == 0.0 or high == 1.0]
    if not named:
        return []
    shown = printable(f"{', '.join(named[:5])}{' ...' if len(named) > 5 else ''} ({len(named)} in all)")
    said = f"too few articles to promise a review band at {model.review_level:.0%}: {shown}"
    return [
        f"{said}; for them nearly every article is for review ('predict --review' with a laxer level asks for fewer)"
    ]


def short_as_text(number: int) -> str:
    """Say how many articles of a corpus are too short for prediction."""
    having = "1 article has" if number == 1 else f"{number} articles have"
    return f"{having} fewer than {MIN_WORDS} words: 'predict' gives such no theme without --force"


def rule_as_text(model: Model) -> list[str]:
    """One line on how many themes an article is given; none where thresholds say it."""
    if model.per_article == "any":
        return []
    return [f"{PER_ARTICLE[model.per_article]}; 'predict --favour' and '--threshold' go by thresholds alone"]


def info_as_text(model: Model) -> str:
    """Describe an artifact.

    Raises
    ------
    ArtifactError
        When what it says of itself is not what `train` writes.
    """
    meta = model.metadata
    try:
        corpus, scores = meta["corpus"], meta.get("scores") or {}
        kinds = ", ".join(f"{int(n)} {kind}" for kind, n in corpus["kinds"].items())
        versions = ", ".join(f"{name} {value}" for name, value in meta["versions"].items())
        lines = [
            f"{len(model.themes)} themes, {len(model.vocabulary)} terms",
            f"trained on {int(corpus['articles'])} articles ({kinds})",
            f"fingerprint of the corpus {str(corpus['fingerprint'])[:16]}",
            f"made with {versions}",
        ]
        if scores:
            lines.append(f"scores: {scores['protocol']}")
        for theme, threshold in zip(model.theme_list, model.thresholds, strict=True):
            row = scores.get("themes", {}).get(theme.id, {})
            said = "".join(f"; {name} {float(row[key]):.2f}" for name, key in _SCORES if key in row)
            lines.append(f"  {theme.id}: {theme.label}; threshold {threshold_as_text(threshold)}{said}")
        lines += rule_as_text(model)
        lines.append(f"review band at {model.review_level:.0%}: {_bands(model)}")
        lines += unpromised_as_text(model)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise ArtifactError(f"the artifact's metadata is damaged ({type(error).__name__}: {error})") from None
    return "\n".join(map(printable, lines))
