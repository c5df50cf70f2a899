"""The model card: what `train` measured, for people."""

from pathlib import Path
from typing import IO, cast

from cyberclf.corpus import Corpus
from cyberclf.evaluation import Part, from_held_out
from cyberclf.files import atomic_write
from cyberclf.training import Trained

__all__ = ["card_path", "headline", "markdown_table", "write_card"]

_COLUMNS = ("precision", "recall", "f1", "average_precision")


def card_path(artifact: Path) -> Path:
    """Where the card of an artifact stands: the folder's README for the shipped one."""
    if artifact.name == "cyberclf.safetensors" and artifact.parent.name == "models":
        return artifact.with_name("README.md")
    return artifact.with_name(f"{artifact.name}.md")


def headline(corpus: Corpus, trained: Trained) -> Part | None:
    """Cross-validated scores of what was trained; None where nothing could be held out."""
    splits = trained.held_out.splits
    if not splits:
        return None
    kind = str(trained.data.kinds[splits[0].test[0]])
    n_folds = len({split.name for split in splits} - {"seeds"})
    return from_held_out(corpus, trained.data, trained.held_out, kind, kind, f"{n_folds} folds, no event on both sides")


def markdown_table(part: Part) -> str:
    """Scores with their intervals, as a table."""
    lines = ["| theme | precision | recall | F1 | average precision | support |", "|---|---|---|---|---|---|"]
    for theme, row in part.table.iterrows():
        cells = [
            f"{row[c]:.2f} [{row[c + '_low']:.2f} {row[c + '_high']:.2f}]"
            if row[c + "_low"] == row[c + "_low"]
            else f"{row[c]:.2f}"
            if row[c] == row[c]
            else ""
            for c in _COLUMNS
        ]
        lines.append(f"| {_cell(str(theme))} | {' | '.join(cells)} | {int(row['support'])} |")
    return "\n".join(lines)


def _cell(text: str) -> str:
    """Keep a text within one cell of a table."""
    return " ".join(text.split()).replace("|", "\\|")


def write_card(trained: Trained, scores: Part | None, artifact: Path) -> Path:
    """Write the card beside the artifact, and return its path.

    Raises
    ------
    OSError
        When it cannot be written.
    """
    model, meta = trained.model, trained.model.metadata
    described = meta["corpus"]
    kinds = ", ".join(f"{n} {kind}" for kind, n in described["kinds"].items())
    rows = "\n".join(
        f"| `{_cell(t.id)}` | {_cell(t.name)} | {_cell(t.name_fr)} | {described['positives'][t.id]} | {threshold:.2f} | {spread:.2f} | {_cell(t.definition)} |"
        for t, threshold, spread in zip(model.theme_list, model.thresholds, meta["threshold_spread"], strict=True)
    )
    few = (
        f"\nToo few articles to choose a threshold (the common one is used): {', '.join(trained.few)}.\n"
        if trained.few
        else ""
    )
    measured = "There were too few events to hold any out: nothing was measured.\n"
    if scores is not None:
        measured = (
            f"Cross-validated ({scores.protocol}; calibration and thresholds from the other folds), "
            f"{int(scores.summary['articles'])} articles, 95 % bootstrap intervals by article:\n\n{markdown_table(scores)}\n\n"
            f"Articles with all themes right: {scores.summary['subset_accuracy']:.1%}. "
            f"Without a theme: {scores.summary['without_theme_true']:.1%}, by the model {scores.summary['without_theme_given']:.1%}.\n"
        )
        if scores.evidence is not None:
            row = scores.evidence.to_dict(orient="index")["all"]
            measured += (
                f"\nOf the themes rightly given, the top passage holds marked evidence in {row['top']:.1%} "
                f"({int(row['count'])} of them); a random passage would in {row['random']:.1%}, the first in {row['first']:.1%}.\n"
            )
    text = f"""# Model card: {artifact.name}

Made by `cyberclf train`. Two logistic regressions a theme on TF-IDF, one of the passages of an article and one of
the article as a whole; a calibrated sum of the two gives each theme's probability.

## Intended use

To tag articles by the themes below, as a help to people who read. Not to decide about persons; not for texts of
another language or kind than the corpus.

## Themes

| id | name | in French | articles | threshold | spread | definition |
|---|---|---|---|---|---|---|
{rows}
{few}
A theme is given from its threshold upwards. The threshold is chosen for F1 on out-of-fold probabilities and drawn to
the common value {meta["threshold_common"]:.2f} where articles are few; the spread is its standard deviation over resampled articles.

## Data

{described["articles"]} articles: {kinds}. Fingerprint `{described["fingerprint"][:16]}`.

## Scores

{measured}
## Limits

Scores are of articles like those of the corpus. Rare themes have wide intervals. Labels are people's readings by a
codebook, and the best of them disagree now and then. A theme that an article treats in other words than the corpus's is missed.
"""
    path = card_path(artifact)
    with atomic_write(path) as stream:
        cast("IO[str]", stream).write(text)
    return path
