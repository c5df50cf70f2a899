"""The README's commands: they stand there as they are run."""

import ast
import json
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


def test_its_scores_are_those_of_the_model_card():
    (row,) = re.findall(r"^\| \*\*cyberclf\*\* \| (0.*) \|$", README, re.MULTILINE)
    average_precision, macro, micro, right = row.split(" | ")
    card = (ROOT / "models" / "README.md").read_text(encoding="utf-8")
    of = {name: row.split(" | ")[2:4] for name, row in re.findall(r"^\| (macro|micro) \| (.*) \|", card, re.MULTILINE)}
    assert [macro, average_precision] == of["macro"]
    assert micro == of["micro"][0]
    (share,) = re.findall(r"Articles with all themes right: ([0-9.]+)%", card)
    assert right == f"{round(float(share))}%"
    evidence = re.findall(
        r"evidence in ([0-9.]+)% .* random passage would in ([0-9.]+)%, the first in ([0-9.]+)%", card
    )
    top, random, first = (f"{round(float(value))}%" for value in evidence[0])
    assert f"in {top} of the themes rightly given (a random passage: {random}, the first: {first})" in README


def test_the_scores_of_the_rivals_are_those_of_the_notebook():
    notebook = json.loads((ROOT / "notebooks" / "03-how-good-is-it.ipynb").read_text(encoding="utf-8"))
    texts = [
        "".join(output.get("data", {}).get("text/plain", []))
        for cell in notebook["cells"]
        for output in cell.get("outputs", [])
    ]
    scores, share = next(re.split(r"\n\s+all themes right", text) for text in texts if "press: keyword list" in text)
    rows = re.findall(r"^\| ([a-z].*) \| [^|]+ \| ([^|]+) \| [^|]+ \| (\d+%) \|$", README, re.MULTILINE)
    assert [name.partition(" ")[0] for name, _, _ in rows] == ["a", "scikit-learn's", "the"]
    for begun, (_, macro, right) in zip(
        ("keyword list", "scikit-learn defaults", "scikit-learn balanced"), rows, strict=True
    ):
        assert re.search(rf"^press: {begun}.* {re.escape(macro)} *$", scores, re.MULTILINE)
        assert re.search(rf"^press: {begun}.* {right} *$", share, re.MULTILINE)


def test_every_file_that_it_links_to_is_there():
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert target.startswith("https://") or (ROOT / target).exists(), target


def test_every_module_has_its_room():
    package = ROOT / "src" / "cyberclf"
    for module in [*package.glob("[a-z]*.py"), *(package / "kernel").glob("[a-z]*.py")]:
        assert f"`{module.stem}`" in README, module.stem


def rooms():
    """Modules of each row of the table of rooms; of `kernel` the package alone."""
    rows = README.partition("| room | what lives there |\n|---|---|\n")[2].partition("\n\n")[0].splitlines()
    found = [re.findall(r"`(\w+)`", row.split("|")[1]) for row in rows]
    return [["kernel"] if row[0] == "kernel" else row for row in found]


def imported(file):
    """Modules of ours that a file imports when it is imported itself: not those for types, nor those put off."""
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "cyberclf":
            names = [alias.name for alias in node.names] if node.module == "cyberclf" else [node.module.split(".")[1]]
            yield from names


def test_imports_only_point_downward():
    depth = {module: row for row, modules in enumerate(rooms()) for module in modules}
    package = ROOT / "src" / "cyberclf"
    upward = [
        f"{module} -> {name}"
        for file in sorted(package.rglob("[a-z]*.py"))
        for module in [file.relative_to(package).parts[0].removesuffix(".py")]
        for name in imported(file)
        if depth[name] < depth[module]
    ]
    assert depth["cli"] == 0
    assert upward == []
