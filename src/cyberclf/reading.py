"""Figures -> lines for a terminal."""

from typing import TYPE_CHECKING, Final

from cyberclf.errors import ArtifactError
from cyberclf.model import Model
from cyberclf.text import printable

if TYPE_CHECKING:
    from cyberclf.evaluation import Part

__all__ = ["info_as_text", "scores_as_text"]

_SCORES: Final = (("F1", "f1"), ("average precision", "average_precision"))


def _number(value: float) -> str:
    return f"{value:.3f}" if value == value else "-"


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
    lines.append(
        f"  all themes right: {part.summary['subset_accuracy']:.1%} of articles; "
        f"without a theme: {part.summary['without_theme_true']:.1%}, said {part.summary['without_theme_given']:.1%}"
    )
    if part.evidence is not None:
        shares = part.evidence.to_dict(orient="index")["all"]
        lines.append(
            f"  top passage holds marked evidence: {shares['top']:.1%} of {int(shares['count'])} themes rightly given "
            f"(random {shares['random']:.1%}, first {shares['first']:.1%})"
        )
    return "\n".join(lines) + "\n"


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
            lines.append(f"  {theme.id}: {theme.label}; threshold {threshold:.2f}{said}")
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ArtifactError(f"the artifact's metadata is damaged ({type(error).__name__}: {error})") from None
    return "\n".join(map(printable, lines))
