"""The command info."""

import click

import cyberclf

__all__ = ["info"]


@click.command()
@click.option("--model", metavar="FILE", help="Artifact; by default the one that comes with cyberclf.")
def info(model: str | None) -> None:
    """Say what an artifact is: its themes, thresholds, data and scores."""
    from cyberclf.reading import info_as_text

    click.echo(info_as_text(cyberclf.load(model)))
