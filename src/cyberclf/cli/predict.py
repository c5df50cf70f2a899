"""The command predict."""

import sys
from collections.abc import Iterator
from pathlib import Path

import click

import cyberclf
from cyberclf.calibration import FAVOURS
from cyberclf.cli.common import fail, opened, say
from cyberclf.model import Model

__all__ = ["predict"]

#: What the summary calls each status.
_SAID: dict[str, str] = {
    "ok": "tagged",
    "short": "short",
    "foreign": "foreign",
    "empty": "empty",
    "error": "could not be read",
}


@click.command()
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
@click.option("--model", metavar="FILE", help="Artifact; by default the one that comes with cyberclf.")
@click.option(
    "--format",
    "fmt",
    type=click.Choice(["table", "jsonl", "csv", "html"]),
    help="By default the suffix of --output, else a table on a terminal, jsonl when piped.",
)
@click.option("--output", metavar="FILE", help="File to write; by default standard output.")
@click.option("--force", is_flag=True, help="Give themes to short and foreign articles too.")
@click.option(
    "--favour",
    type=click.Choice(list(FAVOURS)),
    default="f1",
    show_default=True,
    help="What the thresholds favour: few wrong themes, or few missed.",
)
@click.option(
    "--threshold",
    "own",
    metavar="THEME=P",
    multiple=True,
    help="Give THEME from this probability, 0 to 1; may be repeated.",
)
@click.option(
    "--review",
    "level",
    type=float,
    metavar="LEVEL",
    help="Share of the articles that may fall on the wrong side of the review band, 0.01 to 0.5; by default 0.1.",
)
def predict(
    paths: tuple[str, ...],
    model: str | None,
    fmt: str | None,
    output: str | None,
    favour: str,
    own: tuple[str, ...],
    level: float | None,
    *,
    force: bool,
) -> None:
    """Tag articles: files, folders, or - for standard input.

    Reads .txt (one article), .jsonl (objects with text, and optionally id and title), .csv and .tsv (columns of
    those names). What cannot be read becomes a row with the status error. What is too short to judge (short), not in
    the language the model was trained on (foreign) or without a word (empty) gets that status and no theme.

    Themes under review are those that a person should decide: outside, of the articles that have a theme, and of
    those that lack it, at most the share LEVEL is on the wrong side.
    """
    from cyberclf.articles import find_files, read_articles
    from cyberclf.tagging import TaggedRow, tag_articles
    from cyberclf.writers import WITH_TEXT, write_rows

    fmt = fmt or _format_of(output)
    loaded = _moved(cyberclf.load(model), favour, own, level)
    files = list(find_files(paths))
    counts = dict.fromkeys(_SAID, 0)
    failures: list[str] = []

    def counted() -> Iterator[TaggedRow]:
        for file in files:
            for row in tag_articles(read_articles(file), loaded, force=force, keep_text=fmt in WITH_TEXT):
                counts[row.status] += 1
                if row.error and len(failures) < 10:
                    failures.append(row.error)
                yield row

    with opened(output) as stream:
        write_rows(counted(), stream, loaded, fmt)
    for failure in failures:
        say(f"cyberclf: {' '.join(failure.split())}")
    total = sum(counts.values())
    if total > counts["ok"]:
        summary = ", ".join(f"{counts[status]} {said}" for status, said in _SAID.items())
        say(f"cyberclf: {total} articles: {summary}")
    if total == counts["error"]:
        fail("nothing could be read" if total else "no article in what was given", 1)


def _moved(model: Model, favour: str, own: tuple[str, ...], level: float | None) -> Model:
    """Return the model with the thresholds and the review band asked for."""
    if favour != "f1":
        model = model.favouring(favour)
    try:
        model = model.with_thresholds(_thresholds(own))
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="'--threshold'") from None
    try:
        return model if level is None else model.reviewing(level)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="'--review'") from None


def _thresholds(own: tuple[str, ...]) -> dict[str, float]:
    found: dict[str, float] = {}
    for given in own:
        theme, _, value = given.rpartition("=")
        if theme in found:
            raise ValueError(f"theme '{theme}' is given two thresholds; give one")
        try:
            found[theme] = float(value)
        except ValueError:
            raise ValueError(f"'{given}' is not THEME=P; write it as strategy=0.7") from None
    return found


def _format_of(output: str | None) -> str:
    suffix = Path(output).suffix.lower() if output else ""
    known = {".jsonl": "jsonl", ".csv": "csv", ".txt": "table", ".html": "html"}
    if suffix in known:
        return known[suffix]
    return "table" if output is None and sys.stdout.isatty() else "jsonl"
