"""The command compare."""

import sys
from typing import TYPE_CHECKING

import click

import cyberclf
from cyberclf.cli.common import check_paths, encoding_option, say, write_json

if TYPE_CHECKING:
    from cyberclf.decoding import Encoding

__all__ = ["compare"]


@click.command()
@click.argument("old")
@click.argument("new")
@click.argument("corpus", nargs=-1)
@click.option("--json", "json_file", metavar="FILE", help="Write all figures and all changed articles there too.")
@encoding_option
def compare(old: str, new: str, corpus: tuple[str, ...], json_file: str | None, encoding: "Encoding") -> None:
    """Say whether the artifact NEW is better than OLD on labelled articles.

    CORPUS should be articles that neither was trained on. Without it, two artifacts of the same articles are compared
    by the cross-validated scores that they carry. Exit status: 0 when NEW is not worse, 1 when it is, or when
    the articles are of too few events to say.
    """
    from cyberclf.compare import compare_models, compare_recorded
    from cyberclf.corpus import read_corpus
    from cyberclf.errors import ArtifactError
    from cyberclf.files import require_writable
    from cyberclf.reading import comparison_as_text

    check_paths([old, new, *corpus], json_file)
    if json_file:
        require_writable(json_file)
    before, after = cyberclf.load(old), cyberclf.load(new)
    if corpus:
        made = compare_models(read_corpus(corpus, encoding=encoding), before, after)
    else:
        try:
            made = compare_recorded(before, after)
        except ArtifactError as error:
            raise click.UsageError(str(error)) from None
    try:
        click.echo(comparison_as_text(made))
        for note in made.notes:
            say(f"cyberclf: {note}")
    finally:
        if json_file:
            write_json(json_file, made.as_dict())
    if made.worse or made.unsaid:
        sys.exit(1)
