"""Figures -> lines for a terminal."""

from typing import TYPE_CHECKING

from cyberclf.model import Model

if TYPE_CHECKING:
    from cyberclf.evaluation import Part

__all__ = ["info_as_text", "scores_as_text"]


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
        left = f"{theme:{width}}  {_number(row['precision']):9}  {_number(row['recall']):6}"
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
    """Describe an artifact."""
    meta = model.metadata
    corpus = meta.get("corpus", {})
    scores = meta.get("scores", {})
    kinds = ", ".join(f"{n} {kind}" for kind, n in corpus.get("kinds", {}).items())
    versions = ", ".join(
        f"{name} {v if isinstance(v, str) else '.'.join(map(str, v))}" for name, v in meta.get("versions", {}).items()
    )
    lines = [
        f"{len(model.themes)} themes, {len(model.vocabulary)} terms",
        f"trained on {corpus.get('articles', '?')} articles ({kinds})",
        f"fingerprint of the corpus {str(corpus.get('fingerprint', '?'))[:16]}",
        f"made with {versions}",
    ]
    if scores:
        lines.append(f"scores: {scores['protocol']}")
    for theme, threshold in zip(model.theme_list, model.thresholds, strict=True):
        row = scores.get("themes", {}).get(theme.id, {})
        said = (
            f"; F1 {row['f1']:.2f}, average precision {row['average_precision']:.2f}"
            if "average_precision" in row and "f1" in row
            else ""
        )
        lines.append(f"  {theme.id}: {theme.label}; threshold {threshold:.2f}{said}")
    return "\n".join(lines)
