"""The command evaluate."""

import shlex
from typing import TYPE_CHECKING

import click

import cyberclf
from cyberclf.cli.common import (
    check_paths,
    corpus_of,
    encoding_option,
    jobs_option,
    names_for,
    say,
    show,
    themes_option,
    write_json,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cyberclf.corpus import Corpus
    from cyberclf.decoding import Encoding
    from cyberclf.evaluation import Evaluation
    from cyberclf.model import Model
    from cyberclf.themes import Theme

__all__ = ["evaluate"]


@click.command()
@click.argument("corpus", nargs=-1)
@click.option("--model", metavar="FILE", help="Score this artifact on CORPUS instead of cross-validating the recipe.")
@click.option("--json", "json_file", metavar="FILE", help="Write all figures there too.")
@click.option("--report", metavar="DIR", help="Write a page for people there: DIR/index.html.")
@encoding_option
@themes_option
@jobs_option
def evaluate(
    corpus: tuple[str, ...],
    model: str | None,
    json_file: str | None,
    report: str | None,
    encoding: "Encoding",
    themes_file: str | None,
    jobs: int,
) -> None:
    """Say how good the recipe, or a model, is on labelled articles; without arguments, on all of seeds/."""
    if themes_file is not None and (model is not None or report is None):
        raise click.UsageError("--themes names the themes of a --report of the recipe; an artifact has its own names")
    check_paths([*corpus, *(given for given in (model, themes_file) if given is not None)], json_file)
    from cyberclf.files import require_writable

    if json_file:
        require_writable(json_file)
    if report:
        from cyberclf.report import prepare_report

        prepare_report(report)
    loaded = cyberclf.load(model) if model else None
    if loaded is not None and not corpus:
        raise click.UsageError("with --model, name the labelled files to score it on")
    read = corpus_of(corpus, encoding)
    names = names_for(read, themes_file)
    from cyberclf.evaluation import evaluate_model, evaluate_recipe

    result = evaluate_recipe(read, n_jobs=jobs, say=say) if loaded is None else evaluate_model(read, loaded)
    try:
        for part in result.parts:
            show(part)
    finally:
        # Files are made even where who read the figures has gone.
        if json_file:
            write_json(json_file, result.as_dict())
        _doubt(result, read, loaded)
        if report:
            _report(result, read, report, model=loaded, names=names, jobs=jobs)


def _doubt(result: "Evaluation", corpus: "Corpus", model: "Model | None") -> None:
    """Say what flatters the figures."""
    if result.data is not None:
        from cyberclf.holdout import count_short
        from cyberclf.reading import short_as_text

        if short := count_short(corpus, result.data):
            say(f"{short_as_text(short)}; here they are scored as if it did")
    if model is not None:
        from cyberclf.answers import learnt_from

        if learnt := learnt_from(model, corpus):
            of = f"{learnt} of these {len(corpus.articles)} articles"
            say(f"cyberclf: the model was trained on {of}: its scores flatter it")


def _report(
    result: "Evaluation",
    corpus: "Corpus",
    folder: str,
    *,
    model: "Model | None",
    names: "Mapping[str, Theme] | None",
    jobs: int,
) -> None:
    from cyberclf.learning import learning_curve
    from cyberclf.report import write_report

    curve = () if model else learning_curve(corpus, headline=result.parts[0], n_jobs=jobs, say=say)
    given = click.get_current_context().obj
    command = shlex.join(["cyberclf", *given]) if given else ""
    say(f"wrote {write_report(result, corpus, folder, model=model, names=names, curve=curve, command=command)}")
