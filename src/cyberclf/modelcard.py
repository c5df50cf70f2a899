"""The model card: what `train` measured, for people."""

from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any, cast

from cyberclf.evaluation import Part
from cyberclf.files import atomic_write
from cyberclf.giving import PER_ARTICLE
from cyberclf.model import Model
from cyberclf.printable import threshold_as_text
from cyberclf.training import Trained

__all__ = ["card_path", "is_card", "markdown_table", "write_card"]

_TITLE = "# Model card: "

_COLUMNS = ("precision", "recall", "f1", "average_precision")
#: How many themes an article is given, in French.
_FRENCH_RULE = {"any": "aucun, un ou plusieurs", "some": "un ou plusieurs", "one": "un seul"}
#: Fewer articles than this say little of a theme: its scores may be luck.
_RARE = 100


def _cell(text: object) -> str:
    """Text that stays within its cell: no bar, no end of line."""
    return " ".join(str(text).replace("|", "\\|").split())


def _number(value: float) -> str:
    return f"{value:.2f}" if value == value else ""


def _span(row: Mapping[Any, Any], column: str) -> str:
    low, high = row[f"{column}_low"], row[f"{column}_high"]
    limits = f" [{low:.2f} {high:.2f}]" if low == low else ""
    return _number(row[column]) + limits


def card_path(artifact: Path) -> Path:
    """Where the card of an artifact stands: the folder's README for the shipped one."""
    if artifact.name == "cyberclf.safetensors" and artifact.parent.name == "models":
        return artifact.with_name("README.md")
    return artifact.with_name(f"{artifact.name}.md")


def is_card(path: Path) -> bool:
    """Whether a file begins as the cards do that `write_card` writes."""
    with path.open("rb") as stream:
        return stream.read(len(_TITLE)) == _TITLE.encode()


def markdown_table(part: Part) -> str:
    """Scores with their intervals, as a table."""
    lines = ["| theme | precision | recall | F1 | average precision | support |", "|---|---|---|---|---|---|"]
    for theme, row in part.table.to_dict(orient="index").items():
        cells = " | ".join(_span(row, column) for column in _COLUMNS)
        lines.append(f"| {_cell(theme)} | {cells} | {int(row['support'])} |")
    return "\n".join(lines)


def _scores(part: Part) -> str:
    said = (
        f"Cross-validated ({part.protocol}; calibration and thresholds from the other folds), "
        f"{int(part.summary['articles'])} articles, 95 % bootstrap intervals by event:\n\n{markdown_table(part)}\n\n"
        f"{_whole_articles(part.summary)}"
    )
    if part.evidence is not None:
        row = part.evidence.to_dict(orient="index")["all"]
        said += (
            f"\nOf the themes rightly given, the top passage holds marked evidence in {row['top']:.1%} "
            f"({int(row['count'])} of them); a random passage would in {row['random']:.1%}, the first in {row['first']:.1%}.\n"
        )
    return said


def _whole_articles(summary: "dict[str, float]") -> str:
    right, true, said = (summary[c] for c in ("subset_accuracy", "without_theme_true", "without_theme_given"))
    if right != right:
        return "No article is judged for all themes.\n"
    return f"Articles with all themes right: {right:.1%}. Without a theme: {true:.1%}, by the model {said:.1%}.\n"


def _reliability(part: Part) -> str:
    if part.reliability is None:
        return ""
    lines = [
        "## Reliability of the probabilities\n",
        "On the same held-out articles. Brier skill: the share of the error of always saying the base rate that is gone (1 is perfect,",
        "0 no better). Calibration error (ECE): how far, on average, what was said lies from the share that came true; beside it",
        "what probabilities that come true exactly would stay below 95 times in 100, by chance.\n",
        "| theme | Brier score | Brier skill | ECE (by chance) | ECE from 0.1 up (by chance) | articles from 0.1 up |",
        "|---|---|---|---|---|---|",
    ]
    for theme, row in part.reliability.to_dict(orient="index").items():
        errors = [
            f"{row[c]:.3f} (< {row[c + '_chance']:.3f})" if row[c] == row[c] else "" for c in ("ece", "ece_from_0.1")
        ]
        brier = f"{row['brier']:.3f}" if row["brier"] == row["brier"] else ""
        lines.append(
            f"| {_cell(theme)} | {brier} | {_number(row['brier_skill'])} | {' | '.join(errors)} | {int(row['from_0.1'])} |"
        )
    return "\n".join([*lines, ""])


def _review(part: Part) -> str:
    if part.review is None:
        return ""
    lines = [
        "## Review band\n",
        f"Between its bounds a person should decide. At the level {part.review_level:.0%}: of the articles that have the theme, at most that share",
        "is meant to be neither given it nor in review, and of those that lack it, to be given it and not in review (conformal prediction). On the held-out articles; bounds are means over the folds, and `info` has the model's:\n",
        "| theme | from | to | articles in review | missed without review | wrongly given without review |",
        "|---|---|---|---|---|---|",
    ]
    for theme, row in part.review.to_dict(orient="index").items():
        note = " (too few articles to promise)" if row["lower"] == 0 or row["upper"] == 1 else ""
        share = f"{row['in_review']:.0%}" if row["in_review"] == row["in_review"] else ""
        lines.append(
            f"| {_cell(theme)}{note} | {_number(row['lower'])} | {_number(row['upper'])} | {share} | {_span(row, 'missed')} | {_span(row, 'passed')} |"
        )
    return "\n".join([*lines, ""])


def _costs(part: Part) -> str:
    if part.costs is None:
        return ""
    lines = [
        "## What favouring precision or recall costs\n",
        "`predict --favour precision` gives fewer themes, more of them right; `--favour recall` misses fewer. Thresholds are means over the folds.\n",
        "| theme | favours | threshold | precision | recall | F1 | given |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in part.costs.to_dict(orient="records"):
        cells = " | ".join(_number(row[column]) for column in ("threshold", "precision", "recall", "f1"))
        lines.append(f"| {_cell(row['theme'])} | {row['favour']} | {cells} | {row['given']} |")
    return "\n".join([*lines, ""])


def _failures(model: Model, part: Part | None) -> str:
    """Say what goes wrong: by the figures of this training, then what models of this kind do."""
    positives = model.metadata["corpus"]["positives"]
    said = []
    if part is not None:
        for theme, row in part.table.loc[list(model.themes)].to_dict(orient="index").items():
            if row["support"] and not row["recall"]:
                said.append(
                    f"- `{_cell(theme)}`: not one of the {int(row['support'])} articles that have it was found."
                )
            elif row["support"]:
                wrong, missed = 1 - row["precision"], 1 - row["recall"]
                said.append(
                    f"- `{_cell(theme)}`: {wrong:.0%} of those given are wrong, {missed:.0%} of those that have it are missed."
                )
    rare = [f"`{_cell(theme)}` ({count})" for theme, count in positives.items() if count < _RARE]
    if rare:
        said.append(f"- Few articles have {', '.join(rare)}: expect other scores on other articles.")
    said += [
        "- A theme in a single clause of a long article on something else is easily missed.",
        "- A text is taken for one article: of several in one (a newsletter, a page of briefs) the rarer themes are easily missed.",
        "- Words of a theme without its substance (a passing mention, a list of headlines) can earn it wrongly.",
        "- A source unlike those of the corpus is scored worse than the figures above; where a corpus names several, `evaluate` has a table with one left out.",
        "- Articles under six words, or unlike the language of the corpus, get the status `short` or `foreign` and no theme.",
    ]
    return "\n".join(said)


def _french(model: Model, part: Part | None) -> str:
    described = model.metadata["corpus"]
    names = ", ".join(_cell(theme.name_fr) for theme in model.theme_list)
    measured = "Trop peu d'événements pour en mettre de côté : rien n'a été mesuré."
    if part is not None:
        row = part.table.to_dict(orient="index")["macro"]
        f1, precision, recall = (_span(row, c).replace(".", ",") for c in ("f1", "precision", "recall"))
        measured = (
            f"Sur {int(part.summary['articles'])} articles que le modèle n'avait pas vus, en moyenne sur les thèmes : "
            f"F1 {f1}, précision {precision}, rappel {recall} (intervalles à 95 %)."
        )
    return (
        f"Ce modèle attribue à un article {_FRENCH_RULE[model.per_article]} de ces thèmes : {names}. Il a appris de {described['articles']} articles "
        f"étiquetés. {measured} C'est une aide à la lecture, pas un juge : ne l'employez pas pour décider du sort de personnes, ni sur des "
        "textes d'une autre langue ou d'un autre genre que le corpus. Les articles de la zone de relecture (*review*) sont à lire par une personne."
    )


def _themes(trained: Trained) -> str:
    model, meta = trained.model, trained.model.metadata
    rows = [
        f"| `{_cell(t.id)}` | {_cell(t.name)} | {_cell(t.name_fr)} | {meta['corpus']['positives'][t.id]} | {threshold_as_text(threshold)} | {spread:.2f} | {_cell(t.definition)} |"
        for t, threshold, spread in zip(model.theme_list, model.thresholds, meta["threshold_spread"], strict=True)
    ]
    if trained.few:
        rows += ["", f"Too few articles to choose a threshold (the common one is used): {', '.join(trained.few)}."]
    return "\n".join(rows)


def _described(trained: Trained, scores: Part | None, name: str) -> str:
    meta, rule = trained.model.metadata, PER_ARTICLE[trained.model.per_article]
    described = meta["corpus"]
    kinds = ", ".join(f"{n} {kind}" for kind, n in described["kinds"].items())
    versions = ", ".join(f"{library} {value}" for library, value in meta["versions"].items())
    nothing = "There were too few events to hold any out: nothing was measured.\n"
    figures = (
        nothing
        if scores is None
        else "\n".join(
            part for part in (_scores(scores), _reliability(scores), _review(scores), _costs(scores)) if part
        )
    )
    averaged = ""
    if trained.model.length_penalty:
        averaged = (
            " The passages of a long\narticle are averaged: held-out articles were ranked better so than by their sum, or "
            "hardly one of them\nhad several."
        )
    return f"""{_TITLE}{name}

Made by `cyberclf train`. Two logistic regressions a theme on TF-IDF, one of the passages of an article and one of
the article as a whole; a calibrated sum of the two gives each theme's probability.{averaged}

**En français.** {_french(trained.model, scores)}

## Intended use

To tag articles by the themes below, as a help to people who read. Not to decide about persons; not for texts of
another language or kind than the corpus.

## Themes

| id | name | in French | articles | threshold | spread | definition |
|---|---|---|---|---|---|---|
{_themes(trained)}

{rule[0].upper()}{rule[1:]}. The threshold is chosen for F1 on out-of-fold probabilities and drawn to
the common value {threshold_as_text(meta["threshold_common"])} where articles are few; the spread is its standard deviation over resampled articles.

## Data

{described["articles"]} articles: {kinds}. Fingerprint of the corpus `{described["fingerprint"]}`. Made with {versions}.

## Scores

{figures}
## Known failures

{_failures(trained.model, scores)}

## Limits

Scores are of articles like those of the corpus. Rare themes have wide intervals. Labels are readings, and the
most careful readers disagree now and then. A theme that an article treats in other words than the corpus's is missed.
"""


def write_card(trained: Trained, scores: Part | None, artifact: Path) -> Path:
    """Write the card beside the artifact, and return its path.

    Raises
    ------
    OSError
        When it cannot be written.
    """
    path = card_path(artifact)
    with atomic_write(path) as stream:
        cast("IO[str]", stream).write(_described(trained, scores, _cell(artifact.name)))
    return path
