"""The commands: they parse, call and print; what they print is computed elsewhere."""

import contextlib
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

import click

import cyberclf
from cyberclf.errors import ArticleError, ArtifactError, CorpusError, ThemesError
from cyberclf.text import printable

if TYPE_CHECKING:
    from cyberclf.corpus import Corpus
    from cyberclf.evaluation import Part

__all__ = ["cli", "main"]

_ERRORS = (ArticleError, ArtifactError, CorpusError, ThemesError, OSError)
_BUNDLED = ("corpus.jsonl", "press.jsonl.gz", "articles.jsonl.gz")


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(cyberclf.__version__, prog_name="cyberclf")
def cli() -> None:
    """Tag news articles on digital policy by theme.

    Shell completion: eval "$(_CYBERCLF_COMPLETE=bash_source cyberclf)", or zsh_source, fish_source.
    """


def main(args: Sequence[str] | None = None) -> None:
    """Run the command line; exit with 0, 1 (failure) or 2 (wrong use)."""
    try:
        cli.main(args=args, prog_name="cyberclf", standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        _fail("interrupted; nothing was half-written", 130)
    except BrokenPipeError:
        # The reader has gone (| head); python would complain once more when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except _ERRORS as error:
        _silence_stdout()
        _fail(_one_line(error), 1)


def _one_line(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        name = error.filename if error.filename is not None else "standard output"
        return f"{name}: {error.strerror}"
    return " ".join(str(error).split())


def _silence_stdout() -> None:
    """Drop what a full device did not take, so that the exit does not fail over it again."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _fail(message: str, status: int) -> None:
    click.echo(printable(f"cyberclf: {message}"), err=True)
    sys.exit(status)


def _say(message: str) -> None:
    click.echo(printable(message), err=True)


def _jobs_option(function: Callable[..., None]) -> Callable[..., None]:
    return click.option(
        "--jobs",
        type=click.IntRange(min=1),
        default=os.cpu_count() or 1,
        show_default="one a core",
        help="Processes.",
    )(function)


def _corpus(paths: Sequence[str]) -> "Corpus":
    from cyberclf.corpus import read_corpus
    from cyberclf.files import checkout, shipped

    if paths:
        return read_corpus(paths)
    root = checkout()
    return read_corpus(root / "seeds" / name if root else shipped(f"seeds/{name}") for name in _BUNDLED)


@cli.command()
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
@click.option("--model", metavar="FILE", help="Artifact; by default the one that comes with cyberclf.")
@click.option(
    "--format",
    "fmt",
    type=click.Choice(["table", "jsonl", "csv"]),
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
    from cyberclf.writers import write_rows

    fmt = fmt or _format_of(output)
    loaded = cyberclf.load(model)
    files = list(find_files(paths))
    counts = {"ok": 0, "empty": 0, "error": 0}
    failures: list[str] = []

    def counted() -> Iterator[TaggedRow]:
        for file in files:
            for row in tag_articles(read_articles(file), loaded):
                counts[row.status] += 1
                if row.error and len(failures) < 10:
                    failures.append(row.error)
                yield row

    with _opened(output) as stream:
        write_rows(counted(), stream, loaded, fmt)
    for failure in failures:
        _say(f"cyberclf: {' '.join(failure.split())}")
    total = sum(counts.values())
    if counts["empty"] or counts["error"]:
        _say(
            f"cyberclf: {total} articles: {counts['ok']} tagged, {counts['empty']} empty, "
            f"{counts['error']} could not be read"
        )
    if total == counts["error"]:
        _fail("nothing could be read" if total else "no article in what was given", 1)


def _format_of(output: str | None) -> str:
    suffix = Path(output).suffix.lower() if output else ""
    known = {".jsonl": "jsonl", ".csv": "csv", ".txt": "table"}
    if suffix in known:
        return known[suffix]
    return "table" if output is None and sys.stdout.isatty() else "jsonl"


@contextlib.contextmanager
def _opened(output: str | None) -> Iterator[IO[str]]:
    if output is None or output == "-":
        # Names and titles are French whatever the terminal's locale says.
        if hasattr(sys.stdout, "reconfigure"):
            sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")
        yield sys.stdout
        sys.stdout.flush()
        return
    from cyberclf.files import atomic_write

    with atomic_write(output) as stream:
        yield cast("IO[str]", stream)


@cli.command()
@click.argument("corpus", nargs=-1)
@click.option(
    "--output",
    metavar="FILE",
    help="Artifact to write; in a checkout by default models/cyberclf.safetensors.",
)
@click.option(
    "--themes",
    "themes_file",
    metavar="FILE",
    help="TOML with [[theme]] tables: id, name, name_fr, definition.",
)
@_jobs_option
def train(corpus: tuple[str, ...], output: str | None, themes_file: str | None, jobs: int) -> None:
    """Train a model on labelled articles; without arguments, on all of seeds/.

    CORPUS is JSON Lines (.jsonl, .jsonl.gz) of rows with text and themes, or a table (.csv, .tsv) with a column
    text and a column themes (ids separated by ;) or one 0/1 column a theme. The themes are those of the corpus.
    """
    from cyberclf.files import checkout, require_writable
    from cyberclf.modelcard import card_path
    from cyberclf.themes import read_themes

    if output is None:
        root = checkout()
        if root is None:
            raise click.UsageError("not in a checkout of cyberclf: name the file to write with --output FILE")
        output = str(root / "models" / "cyberclf.safetensors")
    require_writable(output)
    require_writable(card_path(Path(output)))
    names = read_themes(themes_file) if themes_file else None
    read = _corpus(corpus)
    for unknown in sorted(set(names or ()) - set(read.themes)):
        _say(f"cyberclf: {themes_file}: theme '{unknown}' is in no article; left out")
    from cyberclf.modelcard import headline, write_card
    from cyberclf.training import train as train_model

    trained = train_model(read, themes=names, n_jobs=jobs, say=_say)
    scores = headline(read, trained)
    model = trained.model
    if scores is not None:
        _show(scores)
    for theme, threshold, spread in zip(model.theme_list, model.thresholds, trained.thresholds.spread, strict=True):
        _say(f"threshold {theme.id}: {threshold:.3f} (spread {spread:.3f})")
    for theme_id in trained.few:
        _say(f"theme {theme_id}: fewer than two articles; it has a model, and the common threshold")
    replace(model, metadata={**model.metadata, "scores": _scores(scores)}).save(output)
    card = write_card(trained, scores, Path(output))
    _say(f"wrote {output} and {card}")


def _scores(part: "Part | None") -> dict[str, Any]:
    if part is None:
        return {}
    columns = ["precision", "recall", "f1", "average_precision"]
    rows = part.table[columns].round(3).to_dict(orient="index")
    return {
        "protocol": part.protocol,
        "themes": {str(k): {m: v for m, v in row.items() if v == v} for k, row in rows.items()},
    }


def _show(part: "Part") -> None:
    from cyberclf.reading import scores_as_text

    click.echo(scores_as_text(part))


@cli.command()
@click.argument("corpus", nargs=-1)
@click.option("--model", metavar="FILE", help="Score this artifact on CORPUS instead of cross-validating the recipe.")
@click.option("--json", "json_file", metavar="FILE", help="Write all figures there too.")
@_jobs_option
def evaluate(corpus: tuple[str, ...], model: str | None, json_file: str | None, jobs: int) -> None:
    """Say how good the recipe, or a model, is on labelled articles; without arguments, on all of seeds/."""
    from cyberclf.files import require_writable

    if json_file:
        require_writable(json_file)
    loaded = cyberclf.load(model) if model else None
    if loaded is not None and not corpus:
        raise click.UsageError("with --model, name the labelled files to score it on")
    read = _corpus(corpus)
    from cyberclf.evaluation import evaluate_model, evaluate_recipe

    result = evaluate_recipe(read, n_jobs=jobs, say=_say) if loaded is None else evaluate_model(read, loaded)
    for part in result.parts:
        _show(part)
    if json_file:
        with _opened(json_file) as stream:
            json.dump(result.as_dict(), stream, ensure_ascii=False, indent=1)
            stream.write("\n")


@cli.command()
@click.argument("corpus", nargs=-1, required=True)
@click.option("--output", metavar="FILE", required=True, help="File to write (.jsonl or .jsonl.gz).")
@click.option(
    "--min-articles",
    type=click.IntRange(min=2),
    default=5,
    show_default=True,
    help="Articles that must share a pair of words.",
)
@click.option(
    "--known",
    metavar="FILE",
    multiple=True,
    help="Corpus whose articles count too when terms are judged, but are not written; may be repeated.",
)
def extract(corpus: tuple[str, ...], output: str, min_articles: int, known: tuple[str, ...]) -> None:
    """Turn labelled texts into counted words, to share where the texts may not be.

    Each passage becomes a bag: its words and how often, no order. Words of a single article are dropped, pairs of
    words that few articles share, numbers, addresses and links.
    """
    from cyberclf.bags import extract as extract_bags
    from cyberclf.bags import write_bags
    from cyberclf.corpus import read_corpus
    from cyberclf.files import require_writable

    require_writable(output)
    read = read_corpus(corpus)
    made = extract_bags(read, min_articles=min_articles, known=read_corpus(known) if known else None)
    write_bags(made, output)
    _say(f"kept {made.kept_words} words and {made.kept_pairs} pairs")
    _say(
        f"dropped {made.dropped_words} words of a single article and {made.dropped_pairs} pairs of fewer than "
        f"{min_articles} articles or of one source"
    )
    if made.sources < 2:
        _say("the rows name fewer than two sources, so no pair could be kept: give each row its source")
    _say(f"wrote {len(made.rows)} articles to {output}")


@cli.command()
@click.option("--model", metavar="FILE", help="Artifact; by default the one that comes with cyberclf.")
def info(model: str | None) -> None:
    """Say what an artifact is: its themes, thresholds, data and scores."""
    from cyberclf.reading import info_as_text

    click.echo(info_as_text(cyberclf.load(model)))
