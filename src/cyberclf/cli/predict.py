"""The command predict."""

import sys
from collections.abc import Iterator
from pathlib import Path

import click

import cyberclf
from cyberclf.cli.common import fail, opened, say

__all__ = ["predict"]


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
def predict(paths: tuple[str, ...], model: str | None, fmt: str | None, output: str | None) -> None:
    """Tag articles: files, folders, or - for standard input.

    Reads .txt (one article), .jsonl (objects with text, and optionally id and title), .csv and .tsv (columns of
    those names). What cannot be read becomes a row with the status error.
    """
    from cyberclf.articles import find_files, read_articles
    from cyberclf.tagging import TaggedRow, tag_articles
    from cyberclf.writers import WITH_TEXT, write_rows

    fmt = fmt or _format_of(output)
    loaded = cyberclf.load(model)
    files = list(find_files(paths))
    counts = {"ok": 0, "empty": 0, "error": 0}
    failures: list[str] = []

    def counted() -> Iterator[TaggedRow]:
        for file in files:
            for row in tag_articles(read_articles(file), loaded, keep_text=fmt in WITH_TEXT):
                counts[row.status] += 1
                if row.error and len(failures) < 10:
                    failures.append(row.error)
                yield row

    with opened(output) as stream:
        write_rows(counted(), stream, loaded, fmt)
    for failure in failures:
        say(f"cyberclf: {' '.join(failure.split())}")
    total = sum(counts.values())
    if counts["empty"] or counts["error"]:
        say(
            f"cyberclf: {total} articles: {counts['ok']} tagged, {counts['empty']} empty, "
            f"{counts['error']} could not be read"
        )
    if total == counts["error"]:
        fail("nothing could be read" if total else "no article in what was given", 1)


def _format_of(output: str | None) -> str:
    suffix = Path(output).suffix.lower() if output else ""
    known = {".jsonl": "jsonl", ".csv": "csv", ".txt": "table", ".html": "html"}
    if suffix in known:
        return known[suffix]
    return "table" if output is None and sys.stdout.isatty() else "jsonl"
