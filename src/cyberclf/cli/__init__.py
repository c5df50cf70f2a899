"""The commands: they parse, call and print; what they print is computed elsewhere."""

import atexit
import gc
import io
import os
import signal
import sys
import threading
import warnings
from collections.abc import Sequence
from pathlib import Path

import click

import cyberclf
from cyberclf.cli.common import fail
from cyberclf.cli.compare import compare
from cyberclf.cli.evaluate import evaluate
from cyberclf.cli.extract import extract
from cyberclf.cli.info import info
from cyberclf.cli.predict import predict
from cyberclf.cli.train import train
from cyberclf.errors import ArticleError, ArtifactError, CorpusError, MissingExtraError, TaggingError, ThemesError
from cyberclf.printable import printable

__all__ = ["cli", "main"]

#: Options that name a file for what is asked.
_FILES = frozenset({"--output", "--json", "--report"})
_ERRORS = (ArticleError, ArtifactError, CorpusError, MissingExtraError, TaggingError, ThemesError, OSError)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(cyberclf.__version__, prog_name="cyberclf")
def cli() -> None:
    """Tag news articles on digital policy by theme.

    Shell completion: eval "$(_CYBERCLF_COMPLETE=bash_source cyberclf)", or zsh_source, fish_source.
    """


def main(args: Sequence[str] | None = None) -> None:
    """Run the command line; exit with 0, 1 (failure) or 2 (wrong use)."""
    # At the end the system takes all back: to look once more for what can go takes as long as a thousand articles.
    atexit.register(gc.freeze)
    given = list(sys.argv[1:] if args is None else args)
    _open_what_is_closed(given)
    if threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        # Whoever ends it by a command loses no more than who does by hand.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
    before = warnings.formatwarning
    warnings.formatwarning = lambda message, *_, **__: printable(f"cyberclf: {message}") + "\n"
    try:
        cli.main(args=args, prog_name="cyberclf", standalone_mode=False, obj=given)
        sys.stdout.flush()
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except click.ClickException as error:
        shown = io.StringIO()
        error.show(file=shown)
        click.echo("\n".join(map(printable, shown.getvalue().splitlines())), err=True)
        sys.exit(error.exit_code)
    except click.Abort:
        fail("interrupted; no file was half-written", 130)
    except BrokenPipeError:
        # The reader has gone (| head); python would complain once more when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except _ERRORS as error:
        _silence_stdout()
        fail(_one_line(error), 1)
    finally:
        warnings.formatwarning = before


def _open_what_is_closed(given: Sequence[str]) -> None:
    """Put something in the place of standard streams that who called has closed."""
    if None not in (sys.stdin, sys.stdout, sys.stderr):
        return
    # The next file to be opened would take the number of a stream, and get what workers print there.
    while (number := os.open(os.devnull, os.O_RDWR)) <= 2:
        os.set_inheritable(number, True)  # noqa: FBT003 - its second argument has no name
    os.close(number)
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - as long as the process
    if sys.stdout is None:
        if not _names_a_file(given):
            fail("standard output is closed; open it, or name a file to write", 1)
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115


def _names_a_file(given: Sequence[str]) -> bool:
    for option, following in zip(given, [*given[1:], "-"], strict=True):
        name, _, value = option.partition("=")
        if name in _FILES and (value or following) != "-":
            return True
    return False


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


for _command in (predict, train, evaluate, compare, extract, info):
    cli.add_command(_command)
