"""What several commands share: options, output, and lines on standard error."""

import contextlib
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

import click

from cyberclf.decoding import ENCODINGS
from cyberclf.printable import printable

if TYPE_CHECKING:
    from cyberclf.corpus import Corpus
    from cyberclf.decoding import Encoding
    from cyberclf.evaluation import Part
    from cyberclf.themes import Theme

__all__ = [
    "check_paths",
    "corpus_of",
    "encoding_option",
    "fail",
    "is_output",
    "jobs_option",
    "names_for",
    "opened",
    "say",
    "show",
    "themes_option",
    "write_json",
]

_BUNDLED = ("corpus.jsonl", "cases.jsonl", "press.jsonl.gz", "articles.jsonl.gz")


def fail(message: str, status: int) -> None:
    """Say why, and exit."""
    click.echo(printable(f"cyberclf: {message}"), err=True)
    sys.exit(status)


def say(message: str) -> None:
    """Print a line on standard error."""
    click.echo(printable(message), err=True)


def check_paths(inputs: Sequence[str], output: str | None) -> None:
    """Refuse an empty name, and an output that would take the place of an input.

    Raises
    ------
    click.UsageError
    """
    if "" in {*inputs, output}:
        raise click.UsageError("the name of a file is empty; name one")
    if any(is_output(given, output) for given in inputs):
        raise click.UsageError(f"{output}: would be written over while it is read; name another file to write")


def is_output(given: str, output: str | None) -> bool:
    """Whether what is read is the file that will be written."""
    if output is None or output == "-" or not Path(output).is_file():
        return False
    return Path(given).exists() and Path(given).samefile(output)


def themes_option(function: Callable[..., None]) -> Callable[..., None]:
    """Add the option --themes, as `themes_file`."""
    return click.option(
        "--themes",
        "themes_file",
        metavar="FILE",
        help="TOML with [[theme]] tables: id, name, name_fr, definition.",
    )(function)


def encoding_option(function: Callable[..., None]) -> Callable[..., None]:
    """Add the option --encoding."""
    return click.option(
        "--encoding",
        type=click.Choice(ENCODINGS),
        default="utf-8",
        show_default=True,
        help="Of texts and tables that are not UTF-8 (JSON always is).",
    )(function)


def names_for(corpus: "Corpus", themes_file: str | None) -> "dict[str, Theme] | None":
    """Read names of themes, and say which the corpus does not have."""
    if themes_file is None:
        return None
    from cyberclf.themes import read_themes

    names = read_themes(themes_file)
    for unknown in sorted(set(names) - set(corpus.themes)):
        say(f"cyberclf: {themes_file}: theme '{unknown}' is in no article; left out")
    return names


def _n_cores() -> int:
    """Count the cores that this process may use, where the system says it."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def jobs_option(function: Callable[..., None]) -> Callable[..., None]:
    """Add the option --jobs."""
    return click.option(
        "--jobs",
        type=click.IntRange(min=1),
        default=_n_cores(),
        show_default="one a core",
        help="Processes.",
    )(function)


def corpus_of(paths: Sequence[str], encoding: "Encoding" = "utf-8") -> "Corpus":
    """Read the labelled articles given; without any, all of seeds/."""
    from cyberclf.corpus import read_corpus
    from cyberclf.files import checkout, shipped

    if paths:
        from cyberclf.doubts import doubts

        corpus = read_corpus(paths, encoding=encoding)
        for doubt in doubts(corpus):
            say(f"cyberclf: {doubt}")
        return corpus
    root = checkout()
    return read_corpus(root / "seeds" / name if root else shipped(f"seeds/{name}") for name in _BUNDLED)


@contextlib.contextmanager
def opened(output: str | None) -> Iterator[IO[str]]:
    """Open standard output, or a file that is written whole or not at all."""
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


def write_json(path: str, made: Mapping[str, Any]) -> None:
    """Write figures as JSON; halves of characters, which names may hold, as escapes."""
    from cyberclf.printable import writable

    with opened(path) as stream:
        stream.write(writable(json.dumps(made, ensure_ascii=False, indent=1)) + "\n")


def show(part: "Part") -> None:
    """Print the scores of one part."""
    from cyberclf.reading import scores_as_text

    click.echo(scores_as_text(part))
