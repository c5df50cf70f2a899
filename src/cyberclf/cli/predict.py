"""The command predict."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

import cyberclf
from cyberclf.cli.common import fail, jobs_option, opened, say

__all__ = ["predict"]


@click.command()
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
@click.option("--model", metavar="FILE", help="Artifact; by default the one that comes with cyberclf.")
@click.option(
    "--format",
    "fmt",
    type=click.Choice(["table", "jsonl", "csv", "parquet"]),
    help="By default the suffix of --output, else a table on a terminal, jsonl when piped.",
)
@click.option("--output", metavar="FILE", help="File to write; by default standard output. With --cluster a folder.")
@click.option("--resume", is_flag=True, help="Go on where a run to the same --output was interrupted.")
@click.option("--cluster", metavar="ADDRESS", help="Tag Parquet files on this Dask scheduler, one file each.")
@jobs_option
def predict(
    paths: tuple[str, ...],
    model: str | None,
    fmt: str | None,
    output: str | None,
    resume: bool,  # noqa: FBT001 - a flag
    cluster: str | None,
    jobs: int,
) -> None:
    """Tag articles: files, folders, or - for standard input.

    Reads .txt (one article), .jsonl (objects with text, and optionally id and title), .csv, .tsv and .parquet
    (columns of those names). What cannot be read becomes a row with the status error. Parquet to Parquet keeps all
    columns.
    """
    if cluster:
        _on_cluster(paths, cluster, model=model, fmt=fmt, output=output, resume=resume)
        return
    from cyberclf.articles import find_files
    from cyberclf.progress import Progress
    from cyberclf.runs import Run, is_regular

    if resume and not is_regular(output):
        raise click.UsageError("--resume needs a file to go on with: name it with --output FILE")
    if resume and "-" in paths:
        raise click.UsageError("--resume cannot read standard input again; give it files")
    fmt = fmt or _format_of(output)
    if fmt == "parquet" and not is_regular(output):
        raise click.UsageError("parquet goes to a file: name it with --output FILE")
    loaded = cyberclf.load(model)
    files = list(find_files(paths))
    progress = Progress(sys.stderr, files)
    run = Run(files, loaded, fmt, n_jobs=jobs, progress=progress)  # type: ignore[arg-type] # a choice
    try:
        if output is not None and is_regular(output):
            from cyberclf.artifact import fingerprint

            run.to_file(output, model_fingerprint=fingerprint(model), resume=resume)
        else:
            with opened(output) as stream:
                run.to_stream(stream)
    finally:
        progress.clear()
        if run.kept:
            say(f"cyberclf: what was done stands in {output}.part; go on with --resume")
    if run.before:
        say(f"cyberclf: went on after {run.before} articles")
    _sum_up(run.counts, run.reasons)


def _sum_up(counts: dict[str, int], reasons: Sequence[str]) -> None:
    for reason in reasons:
        say(f"cyberclf: {' '.join(reason.split())}")
    total = sum(counts.values())
    if counts["empty"] or counts["error"]:
        say(
            f"cyberclf: {total} articles: {counts['ok']} tagged, {counts['empty']} empty, "
            f"{counts['error']} could not be read"
        )
    if total == counts["error"]:
        fail("nothing could be read" if total else "no article in what was given", 1)


def _on_cluster(paths: tuple[str, ...], address: str, *, output: str | None, fmt: str | None, **options: Any) -> None:
    from cyberclf.cluster import tag_dataset

    if output is None or fmt not in {None, "parquet"}:
        raise click.UsageError("--cluster goes from Parquet to Parquet: name the folder to write with --output FOLDER")
    counts = {"ok": 0, "empty": 0, "error": 0}
    failed = skipped = 0
    for done in tag_dataset(paths, output, scheduler=address, **options):
        failed += bool(done.error)
        skipped += done.skipped
        if done.error:
            say(f"cyberclf: {done.error}")
        for status, number in done.counts.items():
            counts[status] += number
    if skipped:
        say(f"cyberclf: {skipped} files were there already")
    if counts["empty"] or counts["error"]:
        _sum_up(counts, [])
    if failed:
        fail(f"{failed} files could not be tagged; run again with --resume for those", 1)


def _format_of(output: str | None) -> str:
    suffix = Path(output).suffix.lower() if output else ""
    known = {".jsonl": "jsonl", ".csv": "csv", ".txt": "table", ".parquet": "parquet"}
    if suffix in known:
        return known[suffix]
    return "table" if output is None and sys.stdout.isatty() else "jsonl"
