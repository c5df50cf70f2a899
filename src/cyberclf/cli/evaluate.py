"""The command evaluate."""

import json

import click

import cyberclf
from cyberclf.cli.common import corpus_of, jobs_option, opened, say, show

__all__ = ["evaluate"]


@click.command()
@click.argument("corpus", nargs=-1)
@click.option("--model", metavar="FILE", help="Score this artifact on CORPUS instead of cross-validating the recipe.")
@click.option("--json", "json_file", metavar="FILE", help="Write all figures there too.")
@jobs_option
def evaluate(corpus: tuple[str, ...], model: str | None, json_file: str | None, jobs: int) -> None:
    """Say how good the recipe, or a model, is on labelled articles; without arguments, on all of seeds/."""
    from cyberclf.files import require_writable

    if json_file:
        require_writable(json_file)
    loaded = cyberclf.load(model) if model else None
    if loaded is not None and not corpus:
        raise click.UsageError("with --model, name the labelled files to score it on")
    read = corpus_of(corpus)
    from cyberclf.evaluation import evaluate_model, evaluate_recipe

    result = evaluate_recipe(read, n_jobs=jobs, say=say) if loaded is None else evaluate_model(read, loaded)
    for part in result.parts:
        show(part)
    if json_file:
        with opened(json_file) as stream:
            json.dump(result.as_dict(), stream, ensure_ascii=False, indent=1)
            stream.write("\n")
