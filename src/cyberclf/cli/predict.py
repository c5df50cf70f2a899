"""The command predict."""

import sys
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import click

import cyberclf
from cyberclf.calibration import FAVOURS
from cyberclf.choices import Choices
from cyberclf.cli.asked import check_kept, check_use, format_of, level_of, thresholds_of
from cyberclf.cli.common import check_paths, encoding_option, fail, is_output, jobs_option, opened, say
from cyberclf.errors import one_line
from cyberclf.model import Model
from cyberclf.phrases import LANGUAGES

if TYPE_CHECKING:
    from cyberclf.decoding import Encoding
    from cyberclf.phrases import Language
    from cyberclf.tagging import TaggedChunk
    from cyberclf.workers import Backend

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
    type=click.Choice(["table", "jsonl", "csv", "html", "parquet"]),
    help="By default the suffix of --output, else a table on a terminal, jsonl when piped.",
)
@click.option("--output", metavar="FILE", help="File to write; by default standard output. With --cluster a folder.")
@click.option(
    "--language",
    type=click.Choice(LANGUAGES),
    default="en",
    show_default=True,
    help="Of the page and the table.",
)
@click.option(
    "--favour",
    type=click.Choice(list(FAVOURS)),
    help="What the thresholds favour: f1 by default, few wrong themes (precision), or few missed (recall).",
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
    metavar="LEVEL",
    help="Share of the articles that may go wrong without review, 0.01 to 0.5; by default 0.1.",
)
@click.option("--force", is_flag=True, help="Give themes to short and foreign articles too.")
@click.option(
    "--explain",
    is_flag=True,
    help="Show the sentences and terms that made the themes, or the nearest; with table and jsonl.",
)
@click.option(
    "--text", "with_text", is_flag=True, help="Write the texts too, so that 'train' can read the rows once corrected."
)
@click.option(
    "--keep",
    metavar="COLUMN",
    multiple=True,
    help="Write this column (or key) of the rows beside the answers: a date, an address; may be repeated.",
)
@click.option("--resume", is_flag=True, help="Go on where a run to the same --output was interrupted.")
@encoding_option
@click.option("--cluster", metavar="ADDRESS", help="Tag Parquet files on this Dask scheduler, one file each.")
@jobs_option
def predict(
    paths: tuple[str, ...],
    model: str | None,
    fmt: str | None,
    output: str | None,
    language: "Language",
    favour: str | None,
    own: tuple[str, ...],
    level: str | None,
    keep: tuple[str, ...],
    encoding: "Encoding",
    cluster: str | None,
    jobs: int,
    *,
    force: bool,
    explain: bool,
    with_text: bool,
    resume: bool,
) -> None:
    """Tag articles: files, folders, or - for standard input.

    Reads .txt (one article), .jsonl (objects with text, and optionally id and title), .json (one array of them), .csv,
    .tsv and .parquet (columns of those names). What cannot be read becomes a row with the status error. What is too
    short to judge (short), not in the language the model was trained on (foreign) or without a word (empty) gets that
    status and no theme. Parquet to Parquet keeps all columns, and stops at a file with other columns or without text.

    Themes under review are those that a person should decide: of the articles that have a theme, at most the share
    LEVEL is meant to be neither given it nor in review, and of those that lack it, to be given it and not in review.
    """
    _check_paths([*paths, *([model] if model is not None else [])], output)
    choices = Choices(favour, thresholds_of(own), level_of(level), force)
    keep = tuple(dict.fromkeys(name.strip() for name in keep))
    loaded = _chosen(cyberclf.load(model), choices)
    if cluster:
        if encoding != "utf-8" or explain or with_text or keep:
            raise click.UsageError(
                "--explain goes with --format table or jsonl, "
                "and neither it, --text, --keep nor --encoding with --cluster"
            )
        if language != "en":
            raise click.UsageError("--language fr goes with --format html or table, and not with --cluster")
        _on_cluster(paths, cluster, model=model, fmt=fmt, output=output, resume=resume, choices=choices)
        return
    from cyberclf.progress import Progress
    from cyberclf.runs import Run, is_regular

    fmt = fmt or format_of(output)
    check_use(paths, fmt, output, language=language, explain=explain, with_text=with_text, keep=keep, resume=resume)
    check_kept(keep, loaded.themes)
    files = _files(paths, output, fmt)
    progress = Progress(sys.stderr, files)
    # A command is alone in its process, which can be copied as it stands.
    backend: Backend | None = "fork" if sys.platform == "linux" else None
    run = Run(
        files,
        loaded,
        fmt,  # type: ignore[arg-type] # a choice
        n_jobs=jobs,
        backend=backend,
        progress=progress,
        encoding=encoding,
        with_text=with_text,
        keep=keep,
        language=language,
    )
    if explain:
        run.write = _explaining(loaded, fmt, language, on_terminal=output in {None, "-"})
    try:
        if output is not None and is_regular(output) and fmt != "html":
            from cyberclf.artifact import fingerprint

            chosen = {
                "explain": explain,
                "text": with_text,
                encoding: encoding != "utf-8",
                language: language != "en",
                repr(keep): bool(keep),
            }
            mark = "".join([choices.mark(), *(f"+{name}" for name, is_so in chosen.items() if is_so)])
            run.to_file(output, model_fingerprint=fingerprint(model) + mark, resume=resume)
        else:
            with opened(output) as stream:
                run.to_stream(stream)
    finally:
        progress.clear()
        if run.kept:
            from cyberclf.resuming import beside

            say(f"cyberclf: what was done stands in {beside(str(output))[0]}; go on with --resume")
    if run.before:
        say(f"cyberclf: went on after {run.before} articles")
    if run.unfilled and run.counts["error"] < sum(run.counts.values()):
        from cyberclf.articles import first_columns

        found = first_columns(files, encoding)
        there = f"; the first row has {one_line(', '.join(found), 300)}" if found else ""
        if any(sign in name for name in run.unfilled for sign in ",;"):
            there += "; give each its own --keep"
        say(f"cyberclf: no row read has anything in {', '.join(run.unfilled)}, which --keep names{there}")
    _sum_up(run.counts, run.reasons, run.without)


def _files(paths: Sequence[str], output: str | None, fmt: str) -> list[str]:
    """Find the files to read, and say which of a folder's are not, and what is lost of those that are."""
    from cyberclf.articles import sheet_advice
    from cyberclf.inputs import find_files
    from cyberclf.resuming import beside
    from cyberclf.writers import holds_answers, is_result

    others: list[str] = []
    files = []
    for file in find_files(paths, others):
        if not is_output(file, output):
            files.append(file)
        # A folder that is read may hold what a run before wrote, which this one replaces.
        elif not is_result(file):
            raise click.UsageError(f"{file}: would be written over while it is read; name another file to write")
    if not files:
        raise click.UsageError(f"{output}: nothing else to read in what was given; it is left as it is")
    own = [output, *map(str, beside(output))] if output else []
    unread = sorted({file for file in others if not any(is_output(file, name) for name in own)})
    if unread:
        say(f"cyberclf: of other kinds, and not read: {_some(unread)}{sheet_advice(*unread)}")
    named = set(paths)
    if answers := [file for file in files if file not in named and holds_answers(file)]:
        say(f"cyberclf: answers of cyberclf, read as articles again: {_some(answers)}; is that meant?")
    if fmt == "parquet" and 0 < sum(file.lower().endswith(".parquet") for file in files) < len(files):
        say("cyberclf: not all files are Parquet: of their own columns only those that --keep names go on")
    return files


def _some(files: Sequence[str]) -> str:
    return f"{', '.join(files[:5])}{' ...' if len(files) > 5 else ''} ({len(files)} in all)"


def _check_paths(inputs: list[str], output: str | None) -> None:
    check_paths(inputs, output)
    if output:
        from cyberclf.resuming import beside

        for path in beside(output):
            check_paths(inputs, str(path))


def _sum_up(counts: dict[str, int], reasons: Sequence[str], without: Sequence[str] = ()) -> None:
    if without and any(counts.values()):
        say(f"cyberclf: no article in {_some(without)}")
    for reason in reasons:
        say(f"cyberclf: {' '.join(reason.split())}")
    total = sum(counts.values())
    if total > counts["ok"]:
        summary = ", ".join(f"{counts[status]} {said}" for status, said in _SAID.items())
        say(f"cyberclf: {total} articles: {summary}")
    if total == counts["error"]:
        fail("nothing could be read" if total else "no article in what was given", 1)


def _explaining(
    model: Model, fmt: str, language: "Language", *, on_terminal: bool
) -> "Callable[[TaggedChunk], Iterable[str]]":
    from cyberclf.evidence import lines_with_evidence, terminal_painter

    paint = terminal_painter() if on_terminal and fmt == "table" else None
    return lambda tagged: lines_with_evidence(tagged, model, fmt, paint=paint, language=language)


def _chosen(model: Model, choices: Choices) -> Model:
    try:
        return choices.apply(model)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="'--threshold' or '--review'") from None


def _on_cluster(paths: tuple[str, ...], address: str, *, output: str | None, fmt: str | None, **options: Any) -> None:
    from cyberclf.cluster import tag_dataset

    if output is None or fmt not in {None, "parquet"}:
        raise click.UsageError("--cluster goes from Parquet to Parquet: name the folder to write with --output FOLDER")
    counts = dict.fromkeys(_SAID, 0)
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
    if sum(counts.values()) > counts["ok"]:
        _sum_up(counts, [])
    if failed:
        fail(f"{failed} files could not be tagged; run again with --resume for those", 1)
