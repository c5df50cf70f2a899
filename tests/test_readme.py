"""The README's commands: they stand there as they are run."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_two_commands_do_everything():
    install, test = (block.strip() for block in blocks("sh"))
    assert "\n" not in install + test
    assert install.endswith("-m cyberclf predict seeds/articles --format table")
    assert "pytest" in test


def test_the_first_command_shows_a_line_an_article_with_both_names_and_probabilities():
    predict = blocks("sh")[0].strip().rpartition("&&")[2]
    arguments = shlex.split(predict)[1:]
    done = subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=True)
    lines = done.stdout.splitlines()
    assert len(lines) == len(list((ROOT / "seeds" / "articles").iterdir()))
    assert "Strategy and governance / Stratégie et gouvernance" in lines[0]
    assert all(re.search(r" [01]\.\d\d(;|$)", line) for line in lines)


@pytest.mark.skipif(os.name == "nt", reason="the examples are for a POSIX shell")
def test_the_example_of_an_own_taxonomy_runs(tmp_path):
    sea = ["thon", "port", "filet", "sardine", "chalutier", "marée", "criée", "mareyeur"]
    law = ["sénat", "loi", "vote", "décret", "ministre", "débat", "député", "scrutin"]
    rows = [f"la pêche {a} {b} {c},mer" for a, b, c in zip(sea, sea[3:] + sea[:3], sea[5:] + sea[:5], strict=True)]
    rows += [f"la réunion {a} {b} {c}," for a, b, c in zip(law, law[3:] + law[:3], law[5:] + law[:5], strict=True)]
    (tmp_path / "labelled.csv").write_text("\n".join(["text,themes", *rows, ""]), encoding="utf-8")
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "a.txt").write_text("Le thon arrive au port.", encoding="utf-8")
    (example,) = [block for block in blocks("console") if "labelled.csv" in block]
    for line in example.strip().splitlines():
        command = [sys.executable, "-m", "cyberclf", *shlex.split(line.removeprefix("$ cyberclf "))]
        subprocess.run(command, cwd=tmp_path, capture_output=True, check=True)
    assert (tmp_path / "mine.safetensors.md").is_file()


def test_every_file_that_it_links_to_is_there():
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert target.startswith("https://") or (ROOT / target).exists(), target


def test_every_module_has_its_room():
    package = ROOT / "src" / "cyberclf"
    for module in [*package.glob("[a-z]*.py"), *(package / "kernel").glob("[a-z]*.py")]:
        assert f"`{module.stem}`" in README, module.stem
