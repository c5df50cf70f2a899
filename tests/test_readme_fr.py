"""The French README: what it names is there, and the statuses are all explained."""

import re
from pathlib import Path

import click

from cyberclf.cli import cli
from cyberclf.status import STATUSES

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.fr.md").read_text(encoding="utf-8")


def test_every_file_that_it_links_to_is_there():
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert (ROOT / target).exists(), target


def test_every_status_is_explained():
    assert re.findall(r"^\| `(\w+)` \|", README, re.MULTILINE) == ["status", *STATUSES]


def test_every_command_and_option_exists():
    examples = re.findall(
        r"cyberclf (\w+) ?([^\n`]*)", "\n".join(re.findall(r"```console\n(.*?)```", README, re.DOTALL))
    )
    assert len(examples) >= 8
    with click.Context(cli) as context:
        for name, rest in examples:
            command = cli.get_command(context, name)
            assert command is not None, name
            known = {option for parameter in command.params for option in parameter.opts}
            assert set(re.findall(r"--[a-z]+", rest)) <= known, rest
