"""What may be asked of predict: formats, thresholds, and which options go together."""

import re
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from cyberclf.printable import writable

__all__ = ["check_kept", "check_use", "format_of", "level_of", "thresholds_of"]

#: What a suffix of --output says.
_FORMATS: dict[str, str] = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
    ".csv": "csv",
    ".txt": "table",
    ".html": "html",
    ".parquet": "parquet",
}
_NO_RESUME = "html is written in one go: --resume goes with jsonl, csv, table and parquet"


def check_use(
    paths: Sequence[str],
    fmt: str,
    output: str | None,
    *,
    language: str,
    explain: bool,
    with_text: bool,
    keep: Sequence[str],
    resume: bool,
) -> None:
    """Refuse options that do not go with the format or the output.

    Raises
    ------
    click.UsageError
    """
    from cyberclf.runs import is_regular

    if explain and fmt not in {"table", "jsonl"}:
        raise click.UsageError("--explain goes with --format table or jsonl")
    if with_text and (explain or fmt not in {"jsonl", "csv"}):
        raise click.UsageError("--text goes with --format jsonl or csv, and not with --explain")
    if keep and fmt == "table":
        raise click.UsageError("--keep goes with --format jsonl, csv, html or parquet")
    if language != "en" and fmt not in {"html", "table"}:
        raise click.UsageError("--language fr goes with --format html or table")
    if resume and fmt == "html":
        raise click.UsageError(_NO_RESUME)
    if resume and not is_regular(output):
        raise click.UsageError("--resume needs a file to go on with: name it with --output FILE")
    if resume and "-" in paths:
        raise click.UsageError("--resume cannot read standard input again; give it files")
    if fmt == "parquet" and not is_regular(output):
        raise click.UsageError("parquet goes to a file: name it with --output FILE")


def check_kept(keep: Sequence[str], themes: Sequence[str]) -> None:
    """Refuse to keep what has the name of something that is written anyway.

    Raises
    ------
    click.BadParameter
    """
    from cyberclf.columns import our_names

    ours = {"id", "title", "text", "probabilities", "explanation", *our_names(themes)}
    for name in keep:
        fault = ""
        if not name or writable(name) != name:
            fault = "a column has a name, of letters that UTF-8 can hold; name one"
        elif name == "text":
            fault = "texts are written by --text; give that"
        elif name in ours:
            fault = f"'{name}' is what cyberclf writes itself; rename the column to keep it"
        if fault:
            raise click.BadParameter(fault, param_hint="'--keep'")


def thresholds_of(own: tuple[str, ...]) -> tuple[tuple[str, float], ...]:
    """Read what --threshold says, THEME=P.

    Raises
    ------
    click.BadParameter
    """
    found: dict[str, float] = {}
    for given in own:
        theme, _, value = given.rpartition("=")
        if theme in found:
            raise click.BadParameter(f"theme '{theme}' is given two thresholds; give one", param_hint="'--threshold'")
        try:
            found[theme] = float(value)
        except ValueError:
            likely = f"{theme}={value.replace(',', '.')}" if re.fullmatch(r"[01],\d+", value) else "strategy=0.7"
            said = f"'{given}' is not THEME=P; write it as {likely}"
            raise click.BadParameter(said, param_hint="'--threshold'") from None
    return tuple(found.items())


def level_of(given: str | None) -> float | None:
    """Read what --review says.

    Raises
    ------
    click.BadParameter
    """
    if given is None:
        return None
    try:
        return float(given)
    except ValueError:
        comma = re.fullmatch(r"0,\d+", given)
        said = f"'{given}' is no share; write it as {given.replace(',', '.') if comma else '0.1'}"
        raise click.BadParameter(said, param_hint="'--review'") from None


def format_of(output: str | None) -> str:
    """Tell the format that the suffix of an output says, else what suits where it goes.

    Raises
    ------
    click.BadParameter
        When the suffix says none.
    """
    suffix = Path(output).suffix.lower() if output else ""
    if suffix:
        if suffix not in _FORMATS:
            said = (
                f"'{suffix}' says no format that is written here; name one of {', '.join(_FORMATS)}, or give --format"
            )
            raise click.BadParameter(said, param_hint="'--output'")
        return _FORMATS[suffix]
    return "table" if output is None and sys.stdout.isatty() else "jsonl"
