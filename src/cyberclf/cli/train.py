"""The command train."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cyberclf.cli.common import (
    check_paths,
    corpus_of,
    encoding_option,
    jobs_option,
    names_for,
    say,
    show,
    themes_option,
)

if TYPE_CHECKING:
    from cyberclf.decoding import Encoding
    from cyberclf.evaluation import Part

__all__ = ["train"]


@click.command()
@click.argument("corpus", nargs=-1)
@click.option(
    "--output",
    metavar="FILE",
    help="Artifact to write; without CORPUS, in a checkout, by default models/cyberclf.safetensors.",
)
@encoding_option
@themes_option
@jobs_option
def train(
    corpus: tuple[str, ...], output: str | None, encoding: "Encoding", themes_file: str | None, jobs: int
) -> None:
    """Train a model on labelled articles; without arguments, on all of seeds/.

    CORPUS is JSON Lines (.jsonl, .jsonl.gz) or an array (.json) of rows with text and themes, or a table (.csv,
    .tsv) with a column text and a column themes (ids separated by ;) or one 0/1 column a theme. The themes are those
    of the corpus.
    """
    check_paths([*corpus, *([themes_file] if themes_file is not None else [])], output)
    from cyberclf.files import checkout, is_replaceable, require_writable
    from cyberclf.modelcard import card_path

    if output is None:
        if corpus:
            raise click.UsageError(
                "name the artifact to write with --output FILE; without CORPUS the shipped one is remade"
            )
        root = checkout()
        if root is None:
            raise click.UsageError("not in a checkout of cyberclf: name the file to write with --output FILE")
        output = str(root / "models" / "cyberclf.safetensors")
    require_writable(output)
    # What goes to a device or pipe has no card beside it.
    with_card = is_replaceable(output)
    if with_card:
        _check_card(card_path(Path(output)))
    read = corpus_of(corpus, encoding)
    names = names_for(read, themes_file)
    from cyberclf.evaluation import headline
    from cyberclf.modelcard import write_card
    from cyberclf.printable import threshold_as_text
    from cyberclf.reading import rule_as_text, short_as_text, unpromised_as_text
    from cyberclf.training import train as train_model

    trained = train_model(read, themes=names, n_jobs=jobs, say=say)
    scores = headline(read, trained.data, trained.held_out) if trained.held_out.splits else None
    model = trained.model
    # Before anything is printed: who reads it may have gone, and the work of minutes with it.
    replace(model, metadata={**model.metadata, "scores": _scores(scores)}).save(output)
    written = [output, *([str(write_card(trained, scores, Path(output)))] if with_card else [])]
    if scores is not None:
        show(scores)
    for theme, threshold, spread in zip(model.theme_list, model.thresholds, trained.thresholds.spread, strict=True):
        say(f"threshold {theme.id}: {threshold_as_text(threshold, 3)} (spread {spread:.3f})")
    for line in [*rule_as_text(model), *unpromised_as_text(model)]:
        say(line)
    for line in trained.shortcomings():
        say(line)
    if trained.n_short:
        say(short_as_text(trained.n_short))
    say(f"wrote {' and '.join(written)}")


def _check_card(card: Path) -> None:
    from cyberclf.files import require_writable
    from cyberclf.modelcard import is_card

    require_writable(card)
    if card.is_file() and not is_card(card):
        raise click.UsageError(
            f"{card}: is no model card, but the artifact's would stand there; move it or name another artifact"
        )


def _scores(part: "Part | None") -> dict[str, Any]:
    if part is None:
        return {}
    columns = ["precision", "recall", "f1", "average_precision", "support"]
    rows = part.table[columns].round(3).to_dict(orient="index")
    return {
        "protocol": part.protocol,
        "themes": {str(k): {m: v for m, v in row.items() if v == v} for k, row in rows.items()},
    }
