"""The help page: `tests/help.txt` is what the program prints.  ``python tests/test_help.py`` writes it anew."""

from pathlib import Path

import click
from click.testing import CliRunner

from cyberclf.cli import cli

PAGE = Path(__file__).with_name("help.txt")
WIDTH = 100


def help_page():
    """Help of the program and of all its commands, as a terminal of 100 columns shows it."""
    runner = CliRunner(env={"COLUMNS": str(WIDTH)})
    pages = []
    for args in ([], *([name] for name in sorted(cli.commands))):
        shown = runner.invoke(cli, [*args, "--help"], prog_name="cyberclf")
        assert shown.exit_code == 0, shown.output
        pages.append(f"$ {' '.join(['cyberclf', *args, '--help'])}\n{shown.output.rstrip()}\n")
    return "\n\n".join(pages)


def test_the_page_is_what_the_program_prints():
    assert PAGE.read_text("utf-8") == help_page(), "run: python tests/test_help.py"


def test_every_command_says_what_it_does():
    for name, command in cli.commands.items():
        assert command.help, name
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert parameter.help, f"{name} {parameter.opts}"


def test_no_line_is_wider_than_the_page():
    assert max(map(len, help_page().splitlines())) <= WIDTH


if __name__ == "__main__":
    PAGE.write_text(help_page(), "utf-8")
