"""Bad input gets one clear line, the right exit status, and leaves nothing half-written."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

import cyberclf
from cyberclf.cli import main

ROOT = Path(__file__).resolve().parents[1]
SHIPPED = ROOT / "models" / "cyberclf.safetensors"
FULL = Path("/dev/full")
TEXT = "Le conseil des ministres a adopté la stratégie nationale de cybersécurité."
FARM = [
    "La récolte de mil a été bonne dans la plaine cette année.",
    "Les éleveurs ont conduit leurs chèvres au puits du village.",
    "Le marché aux oignons ouvre chaque jeudi près du pont.",
    "La coopérative achète du mil et des oignons aux paysans.",
]
SPORT = [
    "L'équipe a gagné le match de football par deux buts à zéro.",
    "Le gardien a arrêté un tir au but dans les dernières minutes.",
    "Les supporters ont fêté la victoire de leur équipe au stade.",
    "L'entraîneur prépare le match de dimanche au stade.",
]

# What python says of a generator that it cannot close is a traceback to the user.
pytestmark = pytest.mark.filterwarnings("error::pytest.PytestUnraisableExceptionWarning")
needs_full = pytest.mark.skipif(not FULL.exists(), reason="there is no /dev/full here")


def run(*args, cwd=None, stdin=b"", stdout=subprocess.PIPE):
    env = os.environ | {"PYTHONPATH": str(Path(cyberclf.__file__).resolve().parents[1])}
    command = [sys.executable, "-m", "cyberclf", *map(str, args)]
    done = subprocess.run(
        command, cwd=cwd, input=stdin, stdout=stdout, stderr=subprocess.PIPE, env=env, timeout=120, check=False
    )
    return done.returncode, (done.stdout or b"").decode(), done.stderr.decode()


@pytest.fixture
def fails(call, tmp_path):
    """Run, and see that it fails with one line that says `expected` and writes nothing at all."""

    def failed(*args, expected, status=1):
        before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
        found, out, err = call(*args)
        assert found == status, err
        assert expected in err
        assert "Traceback" not in out + err
        assert err.startswith("cyberclf: ")
        assert err.count("\n") == 1, err
        assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before

    return failed


def corpus(path, rows):
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return path


def two_themes():
    return [{"text": t, "themes": ["ferme"]} for t in FARM] + [{"text": t, "themes": ["sport"]} for t in SPORT]


# Wrong use: status 2


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        (["predict"], "Missing argument 'PATH...'"),
        (["predict", "--nope", "x"], "No such option"),
        (["predict", "x", "--format", "xml"], "'xml' is not one of"),
        (["extract", "x"], "Missing option '--output'"),
        (["extract", "--output", "o.jsonl"], "Missing argument"),
        (["extract", "x", "--output", "o.jsonl", "--min-articles", "1"], "1 is not in the range"),
        (["train", "--jobs", "0"], "0 is not in the range"),
        (["evaluate", "--model", str(SHIPPED)], "name the labelled files"),
        (["nothing"], "No such command 'nothing'"),
    ],
)
def test_wrong_use(call, tmp_path, monkeypatch, args, expected):
    monkeypatch.chdir(tmp_path)
    status, out, err = call(*args)
    assert status == 2
    assert expected in err
    assert "Usage: cyberclf" in err
    assert "Traceback" not in err
    assert out == ""
    assert list(tmp_path.iterdir()) == []


def test_train_outside_a_checkout_needs_a_name(call, tmp_path, monkeypatch):
    monkeypatch.setattr("cyberclf.files._PACKAGE", tmp_path / "lib" / "site" / "cyberclf")
    monkeypatch.chdir(tmp_path)
    status, _, err = call("train")
    assert status == 2
    assert "not in a checkout of cyberclf: name the file to write with --output FILE" in err
    assert list(tmp_path.iterdir()) == []


# What to tag


def test_a_missing_file(fails, tmp_path):
    (tmp_path / "a.txt").write_text(TEXT, "utf-8")
    missing = tmp_path / "none.txt"
    for paths in ([missing], [tmp_path / "a.txt", missing]):
        fails("predict", *paths, "--output", tmp_path / "o.csv", expected=f"{missing}: no such file or folder")


def test_a_folder_without_articles(fails, tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "a.pdf").write_bytes(b"%PDF")
    fails(
        "predict",
        tmp_path / "folder",
        expected="no article in this folder; it needs files of .txt, .jsonl, .ndjson, .csv, .tsv",
    )


def test_an_empty_text_is_a_row_with_the_status_empty(call, tmp_path):
    (tmp_path / "a.txt").write_bytes(b"")
    status, out, err = call("predict", tmp_path / "a.txt")
    assert status == 0
    assert json.loads(out)["status"] == "empty"
    assert json.loads(out)["themes"] == []
    assert err == "cyberclf: 1 articles: 0 tagged, 0 short, 0 foreign, 1 empty, 0 could not be read\n"


def test_empty_standard_input():
    status, out, err = run("predict", "-")
    assert status == 0
    assert json.loads(out)["status"] == "empty"
    assert "Traceback" not in err


def test_a_file_without_rows(call, tmp_path):
    (tmp_path / "a.jsonl").write_bytes(b"\n\n")
    assert call("predict", tmp_path / "a.jsonl") == (1, "", "cyberclf: no article in what was given\n")
    (tmp_path / "a.csv").write_bytes(b"id,text\n")
    assert call("predict", tmp_path / "a.csv")[0] == 1


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.csv", b"", "a.csv: empty; it needs a header line with the column text"),
        ("a.csv", b"id,para\n1,x\n", "a.csv: no column 'text'; it has id, para"),
        ("a.csv", b"sep=;\nID;Contenu\n1;x\n", "a.csv: no column 'text'; rename 'Contenu' to 'text'"),
        ("a.csv", b'<html lang="fr"><body>\n1,x\n', "a.csv: not plain text but a page in HTML; save it as text or CSV"),
        ("a.txt", b"\xef\xbb\xbf\n<!DOCTYPE html>\n<p>La loi.", "a.txt: not plain text but a page in HTML"),
        ("a.docx", b"PK", "; save documents as .txt"),
        ("a.xlsx", b"PK", "; save sheets as CSV UTF-8"),
        ("a.csv", b"Text;texte\nx;y\n", "a.csv: columns 'Text' and 'texte' may both be 'text'; rename one to that"),
        ("a.csv", b"PK\x03\x04\xff", "a.csv: not plain text but a zipped document (Word, Excel, LibreOffice)"),
        ("a.txt", b"%PDF-1.7\n", "a.txt: not plain text but a PDF; save it as text"),
        ("a.txt", b"id\ttext\n1\tx\n", "a.txt: a table, not one article; save it as .csv or .tsv"),
        ("a.jsonl", b'{"content": "x", "lien": "y"}\n', "needs 'text', a string; this one has content, lien"),
        ("a.csv", b"text,text\n1,x\n", "a.csv: two columns have the name 'text'; rename one"),
        ("a.csv", b'text\n"never closed\n', "a.csv:2: not CSV: "),
        ("a.tsv", b"id,text\n1,x\n", "a.tsv: no column 'text'"),
        ("a.jsonl", b'{"id": 1}\n', "a.jsonl:1: no text; each row needs 'text', a string"),
        ("a.jsonl", b'{"text": 5}\n', "a.jsonl:1: no text; each row needs 'text', a string"),
        ("a.jsonl", b'{"text": "x", "title": 5}\n', "a.jsonl:1: 'title' is no string"),
        ("a.jsonl", b'{"text": "x"\n', "a.jsonl:1: not JSON"),
        ("a.jsonl", b'{"a":' * 100_000, "a.jsonl:1: not JSON: nested too deep"),
        ("a.jsonl", b'["text"]\n', "a.jsonl:1: not a JSON object"),
        ("a.pdf", b"%PDF", "a.pdf: kind of file not known; it reads .txt, .jsonl, .ndjson, .csv, .tsv"),
        ("a.txt", b"\xff\xfe\x00", "a.txt: not UTF-8 (byte 0); save it as UTF-8"),
    ],
)
def test_nothing_that_can_be_read(call, tmp_path, name, content, expected):
    (tmp_path / name).write_bytes(content)
    status, out, err = call("predict", tmp_path / name)
    assert status == 1
    assert expected in err
    assert "Traceback" not in err
    assert err.splitlines()[-1] == "cyberclf: nothing could be read"
    assert {json.loads(line)["status"] for line in out.splitlines()} == {"error"}


# Where to write


@needs_full
@pytest.mark.parametrize("command", ["predict", "info", "help"])
def test_a_full_standard_output(tmp_path, command):
    (tmp_path / "a.txt").write_text(TEXT, "utf-8")
    args = {"predict": ["predict", tmp_path / "a.txt"], "info": ["info"], "help": ["--help"]}[command]
    with FULL.open("wb") as full:
        status, _, err = run(*args, stdout=full)
    assert status == 1
    assert err == "cyberclf: standard output: No space left on device\n"


@needs_full
def test_a_full_standard_output_is_no_failure_of_workers(tmp_path, monkeypatch):
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)
    (tmp_path / "a.jsonl").write_text(f"{json.dumps({'text': f'{TEXT} ' * 20})}\n" * 5000, "utf-8")
    with FULL.open("wb") as full:
        status, _, err = run("predict", tmp_path / "a.jsonl", "--format", "csv", "--jobs", 2, stdout=full)
    assert status == 1
    assert err == "cyberclf: standard output: No space left on device\n"


@needs_full
def test_a_full_device_as_output(tmp_path):
    (tmp_path / "a.txt").write_text(TEXT, "utf-8")
    status, out, err = run("predict", tmp_path / "a.txt", "--output", FULL)
    assert (status, out) == (1, "")
    assert err == "cyberclf: /dev/full: No space left on device\n"


@needs_full
def test_a_full_device_for_a_model_and_for_bags(tmp_path):
    # A folder that stands for the device, so that the card is not written beside the real one.
    (tmp_path / "m.safetensors").symlink_to(FULL)
    (tmp_path / "b.jsonl").symlink_to(FULL)
    path = corpus(tmp_path / "c.jsonl", two_themes())
    before = sorted(tmp_path.iterdir())
    for args in (["train", path, "--jobs", "1", "--output", "m.safetensors"], ["extract", path, "--output", "b.jsonl"]):
        status, _, err = run(*args, cwd=tmp_path)
        assert status == 1
        assert err.splitlines()[-1] == f"cyberclf: {args[-1]}: No space left on device"
        assert "Traceback" not in err
        assert sorted(tmp_path.iterdir()) == before


OUTPUTS = {
    "predict": ["predict", "INPUT.txt", "--output"],
    "train": ["train", "INPUT.jsonl", "--output"],
    "evaluate": ["evaluate", "INPUT.jsonl", "--json"],
    "extract": ["extract", "INPUT.jsonl", "--output"],
}


@pytest.mark.parametrize("command", OUTPUTS)
def test_an_output_that_cannot_be(fails, tmp_path, command):
    (tmp_path / "INPUT.txt").write_text(TEXT, "utf-8")
    corpus(tmp_path / "INPUT.jsonl", two_themes())
    args = [tmp_path / arg if arg.startswith("INPUT") else arg for arg in OUTPUTS[command]]
    fails(*args, tmp_path / "no" / "o.jsonl", expected=f"there is no folder {tmp_path / 'no'}; create it first")
    (tmp_path / "folder").mkdir()
    fails(*args, tmp_path / "folder", expected="folder: is a folder; name a file to write")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
@pytest.mark.parametrize("command", OUTPUTS)
def test_a_folder_that_is_not_ours(fails, tmp_path, command):
    (tmp_path / "INPUT.txt").write_text(TEXT, "utf-8")
    corpus(tmp_path / "INPUT.jsonl", two_themes())
    args = [tmp_path / arg if arg.startswith("INPUT") else arg for arg in OUTPUTS[command]]
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    fails(*args, locked / "o.jsonl", expected="not writable")


def test_an_output_whose_card_would_take_its_place(call, tmp_path):
    path = corpus(tmp_path / "c.jsonl", two_themes())
    status, _, err = call("train", path, "--output", tmp_path / "m.safetensors.md", "--jobs", 1)
    if status == 0:
        assert cyberclf.load(tmp_path / "m.safetensors.md").themes == ("ferme", "sport")
    else:
        assert "Traceback" not in err
        assert not (tmp_path / "m.safetensors.md").exists()


def test_a_card_that_cannot_be_written_is_known_before_training(fails, tmp_path):
    path = corpus(tmp_path / "c.jsonl", two_themes())
    (tmp_path / "m.safetensors.md").mkdir()
    fails("train", path, "--output", tmp_path / "m.safetensors", "--jobs", 1, expected="m.safetensors.md: is a folder")


# Corpora


def test_a_bad_row_of_a_table_leaves_no_noise(tmp_path):
    (tmp_path / "c.csv").write_text("text,a\nbon,1\nmauvais,peut-être\n", "utf-8")
    status, out, err = run("train", "c.csv", "--output", "m.safetensors", cwd=tmp_path)
    assert (status, out) == (1, "")
    assert err == (
        "cyberclf: c.csv:3: column 'a' holds 'peut-être', not 0, 1 or empty (not judged); without a column 'themes' "
        "every other one is taken for a theme: write 1 or 0, call the labels' column themes, or drop this one\n"
    )
    assert [file.name for file in tmp_path.iterdir()] == ["c.csv"]


def test_a_short_row_of_a_table(fails, tmp_path):
    # A cell that is not there must not count as a 0.
    (tmp_path / "c.csv").write_text("text,a,b\nun,1,0\ndeux,0,1\ntrois,1\n", "utf-8")
    fails("train", tmp_path / "c.csv", "--output", tmp_path / "m.safetensors", expected="c.csv:4: ")


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("c.jsonl", "", "c.jsonl: no labelled article in it; give rows with a text and its themes"),
        ("c.csv", "", "c.csv: empty; it needs a header line with the column text"),
        ("c.csv", "text,themes\n", "c.csv: no labelled article in it"),
        ("c.csv", "corps,themes\nx,a\n", "c.csv: no column 'text'; rename 'corps' to 'text'"),
        ("c.csv", "text,title\nx,y\n", "c.csv: no column 'themes' and no 0/1 column a theme"),
        ("c.csv", "text,a\nbon,1\nmauvais,peut-être\n", "c.csv:3: column 'a' holds 'peut-être', not 0, 1 or empty"),
        ("c.csv", "text,themes\nbon,a\nun,deux,trois\n", "c.csv:3: 3 cells for 2 columns"),
        ("c.csv", "text,a\nbon,1\ncourt\n", "c.csv:3: "),
        ("c.csv", "text,themes\nbon,a\n,a\n", "c.csv:3: the text is empty; fill it or leave the row out"),
        ("c.jsonl", '{"text": "bon", "themes": []}\n{"themes": []}\n', "c.jsonl:2: no text; each row needs 'text'"),
        ("c.jsonl", '{"text": "bon", "themes": []}\n{"text": " ", "themes": []}\n', "c.jsonl:2: the text is empty"),
        ("c.jsonl", '{"text": "bon"}\n', "c.jsonl:1: 'themes' must be a list of theme ids ([] for none)"),
        ("c.jsonl", '{"text": "bon", "themes": "a"}\n', "c.jsonl:1: 'themes' must be a list of theme ids"),
        ("c.jsonl", '{"text": "bon", "themes": [1]}\n', "c.jsonl:1: 'themes' must be a list of theme ids"),
        ("c.jsonl", '{"text": "bon", "themes": ["a"], "not_judged": ["a"]}\n', "c.jsonl:1: theme a is both"),
        ("c.jsonl", '{"text": "bon", "themes": ["a"], "kind": "blog"}\n', "c.jsonl:1: kind 'blog' is not one of"),
        ("c.jsonl", '{"text": "bon", "themes": ["a"], "evidence": {"a": [[0, 9]]}}\n', "c.jsonl:1: evidence for a"),
        ("c.jsonl", '{"text": "bon", "themes": [], "evidence": {"a": [[0, 1]]}}\n', "c.jsonl:1: evidence for a"),
        ("c.jsonl", '{"file": "../a.txt", "themes": []}\n', "c.jsonl:1: 'file' must be the name of a file beside"),
        ("c.jsonl", '{"file": "a.txt", "themes": []}\n', "c.jsonl:1: no file a.txt beside c.jsonl"),
        ("c.jsonl", '{"terms": [{"a": 1}], "themes": []}\n', "c.jsonl:1: 'terms' in a file without the header line"),
        ("c.jsonl", '{"format": "other", "version": 9}\n', "c.jsonl:1: not a header of cyberclf-bags 1"),
        ("c.jsonl", '{"format": "cyberclf-bags", "version": 1, "analyzer": "x"}\n', "counted by another analyzer"),
        ("c.jsonl", "non\n", "c.jsonl:1: not JSON"),
        ("c.jsonl.gz", "not gzip", "c.jsonl.gz: damaged or cut short"),
        ("c.parquet", "PAR1", "c.parquet: kind of file not known; a corpus is .jsonl, .jsonl.gz, .csv or .tsv"),
        (
            "c.jsonl",
            '{"text": "bon", "themes": []}\n{"text": "beau", "themes": []}\n',
            "no article of the corpus has a theme",
        ),
        (
            "c.csv",
            "text,themes\nbon,a\nbeau,a\nbref,a\n",
            "every article has the same themes (a): there is nothing to tell",
        ),
    ],
)
def test_a_corpus_that_nothing_can_be_learnt_from(fails, tmp_path, name, content, expected):
    (tmp_path / name).write_text(content, "utf-8")
    fails("train", tmp_path / name, "--output", tmp_path / "m.safetensors", expected=expected)
    fails("evaluate", tmp_path / name, "--json", tmp_path / "e.json", expected=expected)


@pytest.mark.parametrize("command", ["train", "evaluate", "extract"])
def test_a_corpus_that_is_not_there(fails, tmp_path, command):
    output = [] if command == "evaluate" else ["--output", tmp_path / "o.jsonl"]
    missing = tmp_path / "none.jsonl"
    fails(command, missing, *output, expected=f"cyberclf: {missing}: No such file or directory")
    (tmp_path / "folder").mkdir()
    fails(command, tmp_path / "folder", *output, expected="folder: is a folder; name the files of labelled articles")


def test_a_theme_with_one_example_is_learnt_and_named(call, tmp_path):
    rows = [*two_themes(), {"text": "Le griot a chanté l'épopée au mariage du forgeron.", "themes": ["musique"]}]
    path = corpus(tmp_path / "c.jsonl", rows)
    status, _, err = call("train", path, "--output", tmp_path / "m.safetensors", "--jobs", 1)
    assert status == 0, err
    assert "theme musique: fewer than two articles" in err
    assert "Traceback" not in err
    model = cyberclf.load(tmp_path / "m.safetensors")
    assert model.themes == ("ferme", "musique", "sport")
    assert np.isfinite(model.thresholds).all()
    card = (tmp_path / "m.safetensors.md").read_text("utf-8")
    assert "Too few articles to choose a threshold (the common one is used): musique." in card
    assert "nan" not in card.lower().split()


def test_two_articles_are_enough_to_run(call, tmp_path):
    path = corpus(tmp_path / "c.jsonl", [two_themes()[0], two_themes()[-1]])
    status, _, err = call("train", path, "--output", tmp_path / "m.safetensors", "--jobs", 1)
    assert status == 0, err
    assert cyberclf.load(tmp_path / "m.safetensors").themes == ("ferme", "sport")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("theme = [", "themes.toml: not a TOML file in UTF-8"),
        ("", "themes.toml: has no [[theme]] table"),
        ('[[theme]]\nname = "x"\n', "themes.toml: [[theme]] number 1: needs an id, and strings only"),
        ('[[theme]]\nid = "a"\nnom = "x"\n', "themes.toml: [[theme]] number 1: unknown key nom"),
        ('[[theme]]\nid = "a"\n[[theme]]\nid = "a"\n', "themes.toml: [[theme]] number 2: id a stands twice"),
        ('[[theme]]\nid = "a;b"\n', "themes.toml: [[theme]] number 1: theme id 'a;b': an id is one line without ';'"),
    ],
)
def test_a_bad_file_of_themes(fails, tmp_path, content, expected):
    path = corpus(tmp_path / "c.jsonl", two_themes())
    (tmp_path / "themes.toml").write_text(content, "utf-8")
    output = tmp_path / "m.safetensors"
    fails("train", path, "--themes", tmp_path / "themes.toml", "--output", output, expected=expected)
    fails("train", path, "--themes", tmp_path / "no.toml", "--output", output, expected="no.toml: No such file")


# Artifacts


def damaged(tmp_path, how):
    content = SHIPPED.read_bytes()
    path = tmp_path / "m.safetensors"
    size = int.from_bytes(content[:8], "little")
    if how == "foreign":
        save_file({"weight": np.zeros(3)}, path, metadata={"format": "pt"})
        return path
    if how in {"newer", "no version", "no themes", "infinite", "other rules"}:
        header = json.loads(content[8 : 8 + size])
        said = json.loads(header["__metadata__"]["cyberclf"])
        if how == "newer":
            said["format_version"] += 1
        elif how == "no version":
            del said["format_version"]
        elif how == "no themes":
            said["themes"] = []
        elif how == "infinite":
            said["thresholds"][0] = float("inf")
        else:
            said["analyzer"]["fingerprint"] = "0" * 16
        header["__metadata__"]["cyberclf"] = json.dumps(said)
        made = json.dumps(header).encode()
        made += b" " * (-len(made) % 8)
        path.write_bytes(len(made).to_bytes(8, "little") + made + content[8 + size :])
        return path
    changed = {
        "empty": b"",
        "text": TEXT.encode(),
        "cut": content[: len(content) // 2],
        "cut header": content[:100],
        "longer": content + b"\0" * 64,
        "huge header": (2**62).to_bytes(8, "little") + content[8:],
        "pickle": b"\x80\x04cos\nsystem\n.",
        "header": content[:20] + b"\0" * 40 + content[60:],
    }
    path.write_bytes(changed[how])
    return path


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ("empty", "not an artifact, or damaged or cut short"),
        ("text", "not an artifact, or damaged or cut short"),
        ("cut", "not an artifact, or damaged or cut short"),
        ("cut header", "not an artifact, or damaged or cut short"),
        ("longer", "not an artifact, or damaged or cut short"),
        ("huge header", "not an artifact, or damaged or cut short"),
        ("pickle", "not an artifact, or damaged or cut short"),
        ("header", "not an artifact, or damaged or cut short"),
        ("foreign", "a safetensors file, but not of cyberclf"),
        ("newer", "is newer than this cyberclf reads"),
        ("no version", "its header has no format version"),
        ("no themes", "damaged: "),
        ("infinite", "damaged: "),
        ("other rules", "was trained with other rules for terms"),
    ],
)
def test_a_damaged_artifact(fails, tmp_path, how, expected):
    (tmp_path / "a.txt").write_text(TEXT, "utf-8")
    path = damaged(tmp_path, how)
    fails("predict", tmp_path / "a.txt", "--model", path, "--output", tmp_path / "o.csv", expected=f"{path}: ")
    fails("info", "--model", path, expected=expected)
    fails("evaluate", ROOT / "seeds" / "labels.jsonl", "--model", path, expected=expected)


def test_an_artifact_that_is_not_there(fails, tmp_path):
    fails("info", "--model", tmp_path / "no.safetensors", expected="no.safetensors: No such file or directory")
    fails("info", "--model", tmp_path, expected=f"{tmp_path}: is a folder; name an artifact (.safetensors)")


@pytest.mark.parametrize(
    "scores", [{"themes": {}}, {"protocol": "x", "themes": {"strategy": {"f1": "a", "average_precision": 1}}}]
)
def test_info_bears_what_a_stranger_wrote(call, tmp_path, scores):
    content = SHIPPED.read_bytes()
    size = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + size])
    said = json.loads(header["__metadata__"]["cyberclf"])
    said["metadata"]["scores"] = scores
    said["themes"][0]["name"] = "pris\x1b[2J\u202e"
    header["__metadata__"]["cyberclf"] = json.dumps(said)
    made = json.dumps(header).encode()
    made += b" " * (-len(made) % 8)
    path = tmp_path / "m.safetensors"
    path.write_bytes(len(made).to_bytes(8, "little") + made + content[8 + size :])
    status, out, err = call("info", "--model", path)
    assert status in (0, 1)
    assert "Traceback" not in err
    assert not {"\x1b", "\u202e"} & set(out + err)


# Found by an audit


@pytest.fixture
def trained_on(call, tmp_path):
    """Train on texts of which the first alone has a theme."""

    def trained(*texts):
        rows = [{"text": text, "themes": ["a"] if number == 0 else []} for number, text in enumerate(texts)]
        path = corpus(tmp_path / "c.jsonl", rows)
        status, _, err = call("train", path, "--output", tmp_path / "m.safetensors", "--jobs", 1)
        assert status == 0, err
        return cyberclf.load(tmp_path / "m.safetensors")

    return trained


def test_articles_without_a_word_make_a_constant_model(trained_on):
    texts = ["...", "!!!", "???"]
    assert trained_on(*texts).vocabulary == ()
    classifier = cyberclf.ThemeClassifier(n_jobs=1).fit(texts, [[1], [0], [0]])
    assert len(np.unique(classifier.predict_proba(texts))) == 1


def test_articles_that_share_no_word_make_a_model(trained_on):
    texts = ["abc mot", "xyz truc", "uvw chose"]
    probability = trained_on(*texts).predict_proba(texts)[:, 0]
    assert probability[0] > probability[1:].max()


def rewritten(path, change):
    """Write the shipped artifact with another header."""
    content = SHIPPED.read_bytes()
    size = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + size])
    change(header)
    made = json.dumps(header).encode()
    made += b" " * (-len(made) % 8)
    path.write_bytes(len(made).to_bytes(8, "little") + made + content[8 + size :])
    return path


@pytest.mark.parametrize(("name", "dtype"), [("vocabulary", "I8"), ("coef", "I32"), ("idf", "U32"), ("review", "I64")])
def test_an_artifact_whose_arrays_are_of_another_type(fails, tmp_path, name, dtype):
    path = rewritten(tmp_path / "m.safetensors", lambda header: header[name].update(dtype=dtype))
    fails("info", "--model", path, expected=f"damaged: {name} is of type {dtype}, not ")


def test_an_artifact_in_half_precision(fails, tmp_path):
    def halve(header):
        rows, columns = header["coef"]["shape"]
        header["coef"].update(dtype="BF16", shape=[rows, 2 * columns])

    path = rewritten(tmp_path / "m.safetensors", halve)
    fails("info", "--model", path, expected="damaged: coef is of type BF16, not F32")


def test_an_artifact_with_one_theme_twice(fails, tmp_path):
    def repeat(header):
        said = json.loads(header["__metadata__"]["cyberclf"])
        said["themes"][1] = said["themes"][0]
        header["__metadata__"]["cyberclf"] = json.dumps(said)

    path = rewritten(tmp_path / "m.safetensors", repeat)
    fails("info", "--model", path, expected="two themes have the same id")


@pytest.mark.parametrize("theme", ["a;b", "a\nb", " a", "\ud800", "macro", "micro", "no theme"])
def test_a_theme_id_that_a_table_could_not_hold(fails, tmp_path, theme):
    path = tmp_path / "c.jsonl"
    path.write_text(json.dumps({"text": "bon", "themes": [theme]}) + "\n", "utf-8")
    fails("train", path, "--output", tmp_path / "m.safetensors", expected="c.jsonl:1: ")


@pytest.mark.parametrize("command", ["train", "predict", "extract"])
def test_an_output_that_is_an_input_is_refused_and_left_alone(command, tmp_path, capsys):
    file = tmp_path / "a.jsonl"
    file.write_text('{"text": "La loi.", "themes": ["a"]}\n', encoding="utf-8")
    with pytest.raises(SystemExit) as stop:
        main([command, str(file), "--output", str(file)])
    assert stop.value.code == 2
    assert "would be written over" in capsys.readouterr().err
    assert "La loi" in file.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "args", [["predict", ""], ["predict", "a.txt", "--output", ""], ["predict", "a.txt", "--model", ""]]
)
def test_an_empty_name_is_wrong_use(args, capsys):
    with pytest.raises(SystemExit) as stop:
        main(args)
    assert stop.value.code == 2
    assert "name of a file is empty" in capsys.readouterr().err


def test_counts_go_to_a_file_that_can_be_read_again(tmp_path, capsys):
    with pytest.raises(SystemExit) as stop:
        main(["extract", "a.jsonl", "--output", str(tmp_path / "counts")])
    assert stop.value.code == 2
    assert ".jsonl.gz" in capsys.readouterr().err


@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")
@pytest.mark.parametrize(
    ("closed", "said"),
    [
        ("- <&-", "standard input is closed"),
        ("a.txt >&-", "standard output is closed"),
        ("a.txt --output - >&-", "standard output is closed"),
        ("a.txt --output=- >&-", "standard output is closed"),
    ],
)
def test_a_closed_stream_is_one_line(closed, said, tmp_path):
    (tmp_path / "a.txt").write_text("La loi.", encoding="utf-8")
    command = f"{sys.executable} -m cyberclf predict {closed}"
    done = subprocess.run(["/bin/sh", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")
@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&- >&- 2>&-"])
def test_what_goes_to_a_file_needs_no_open_stream(closed, tmp_path):
    rows = [{"text": f"{TEXT} {n}", "themes": ["a"] if n % 2 else []} for n in range(12)]
    (tmp_path / "c.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    command = f"{sys.executable} -m cyberclf train c.jsonl --output m.safetensors --jobs 2 {closed}"
    done = subprocess.run(["/bin/sh", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, "Traceback" in done.stdout + done.stderr) == (0, False)
    assert cyberclf.load(tmp_path / "m.safetensors").themes == ("a",)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
def test_figures_that_nobody_takes_do_not_cost_the_files(tmp_path):
    words = "loi port vote mer agence pluie".split()  # noqa: SIM905
    rows = [
        {"text": f"{words[n % 6]} {words[n // 6]} {n}" * 9, "themes": ["a"] if n % 2 else [], "event": n}
        for n in range(36)
    ]
    (tmp_path / "c.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    for arguments, made in (
        ("train c.jsonl --output m.safetensors", "m.safetensors m.safetensors.md"),
        ("evaluate c.jsonl --json e.json --report r", "e.json r/index.html"),
        ("compare m.safetensors m.safetensors c.jsonl --json c.json", "c.json"),
    ):
        command = f"{sys.executable} -m cyberclf {arguments} > /dev/full"
        done = subprocess.run(["/bin/sh", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert (done.returncode, "Traceback" in done.stderr) == (1, False)
        assert "standard output: No space left on device" in done.stderr
        assert all((tmp_path / name).stat().st_size for name in made.split())
    done = subprocess.run(
        [sys.executable, "-m", "cyberclf", "evaluate", "c.jsonl", "--json", "/dev/full"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, "macro" in done.stdout) == (1, True)


@pytest.mark.parametrize("bad", [b"caf\xe9", b'"a"b'])
def test_a_bad_row_of_a_table_costs_that_row_only(bad, tmp_path, capsys):
    rows = [TEXT.encode()] * 50 + [bad] + [TEXT.encode()] * 50
    (tmp_path / "a.csv").write_bytes(b"text,id\n" + b"".join(b"%b,%d\n" % (row, n) for n, row in enumerate(rows)))
    main(["predict", str(tmp_path / "a.csv"), "--format", "jsonl"])
    out, err = capsys.readouterr()
    found = [json.loads(line) for line in out.splitlines()]
    assert [row["status"] for row in found].count("ok") == 100
    assert found[50]["status"] == "error"
    assert "a.csv:52" in found[50]["error"]
    assert "1 could not be read" in err


@pytest.mark.parametrize("written", ["corpus.jsonl", "old.safetensors"])
def test_what_compare_reads_is_not_written_over(tmp_path, capsys, written):
    shipped = (ROOT / "models" / "cyberclf.safetensors").read_bytes()
    for name in ("old.safetensors", "new.safetensors"):
        (tmp_path / name).write_bytes(shipped)
    (tmp_path / "corpus.jsonl").write_text('{"text": "La loi.", "themes": ["strategy"]}\n', "utf-8")
    before = (tmp_path / written).read_bytes()
    files = [str(tmp_path / name) for name in ("old.safetensors", "new.safetensors", "corpus.jsonl")]
    with pytest.raises(SystemExit) as stop:
        main(["compare", *files, "--json", str(tmp_path / written)])
    assert stop.value.code == 2
    assert "would be written over" in capsys.readouterr().err
    assert (tmp_path / written).read_bytes() == before


def test_a_file_that_is_no_card_is_not_written_over_by_one(tmp_path, capsys):
    (tmp_path / "c.csv").write_text("text,themes\nLe port,a\nLa loi,\n", "utf-8")
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "README.md").write_text("mine", "utf-8")
    with pytest.raises(SystemExit) as stop:
        main(["train", str(tmp_path / "c.csv"), "--output", str(tmp_path / "models" / "cyberclf.safetensors")])
    assert stop.value.code == 2
    assert "is no model card" in capsys.readouterr().err
    assert (tmp_path / "models" / "README.md").read_text("utf-8") == "mine"


def test_a_name_cannot_steer_the_terminal_through_a_message_of_wrong_use(tmp_path, capsys):
    file = tmp_path / "a\x1b]0;x\x07.jsonl"
    file.write_text('{"text": "La loi."}\n', "utf-8")
    with pytest.raises(SystemExit):
        main(["predict", str(file), "--output", str(file)])
    err = capsys.readouterr().err
    assert "would be written over" in err
    assert not {"\x1b", "\x07"} & set(err)


def test_a_line_that_no_article_has_costs_its_row_not_the_memory(tmp_path, call, monkeypatch):
    monkeypatch.setattr("cyberclf.csvrows.MAX_BYTES", 1000)
    path = tmp_path / "a.csv"
    path.write_text("id,text\n1,La loi.\n2," + "x" * 5000 + "\n3,La mer.\n", "utf-8")
    status, out, _ = call("predict", path, "--format", "jsonl")
    rows = [json.loads(line) for line in out.splitlines()]
    assert status == 0
    assert [row["id"] for row in rows] == ["1", f"{path}:3", "3"]
    assert "a line longer than 1000 characters" in rows[1]["error"]


def test_a_header_line_without_end_is_refused(tmp_path, call, monkeypatch):
    monkeypatch.setattr("cyberclf.csvrows.MAX_BYTES", 1000)
    path = tmp_path / "a.csv"
    path.write_text("x" * 5000, "utf-8")
    assert "no header line is" in call("predict", path)[2]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may look into every folder")
def test_a_folder_that_cannot_be_looked_into_is_a_row_that_says_so(tmp_path, call):
    closed = tmp_path / "closed"
    closed.mkdir()
    (tmp_path / "a.txt").write_text("La loi sur la mer.", "utf-8")
    closed.chmod(0)
    try:
        _, out, _ = call("predict", tmp_path, "--format", "jsonl")
    finally:
        closed.chmod(0o700)
    assert [json.loads(line)["status"] for line in out.splitlines()] == ["short", "error"]


def test_a_link_to_nothing_is_a_row_that_says_so(tmp_path, call):
    (tmp_path / "a.txt").symlink_to(tmp_path / "nowhere")
    assert "a.txt: cannot be read: No such file" in call("predict", tmp_path, "--format", "jsonl")[2]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_a_pipe_is_no_artifact(tmp_path, fails):
    os.mkfifo(tmp_path / "m.safetensors")
    fails("info", "--model", tmp_path / "m.safetensors", expected="is no regular file")


def test_a_header_larger_than_any_of_ours_is_not_read(tmp_path, fails):
    path = tmp_path / "m.safetensors"
    with path.open("wb") as stream:
        stream.write((20_000_000).to_bytes(8, "little"))
        stream.truncate(30_000_000)
    fails("info", "--model", path, expected="a header of 20000000 bytes is more than an artifact can have")


@pytest.mark.parametrize("text", ["x = " + "[" * 5000, "x = " + "1" * 5000])
def test_themes_that_a_reader_of_toml_stumbles_over(tmp_path, fails, text):
    (tmp_path / "t.toml").write_text(text, "utf-8")
    rows = corpus(tmp_path / "c.jsonl", [{"text": "La loi.", "themes": ["a"]}, {"text": "La mer.", "themes": []}])
    fails("train", rows, "--output", tmp_path / "m", "--themes", tmp_path / "t.toml", expected="not a TOML file")


def test_files_named_ndjson_are_json_lines(tmp_path, call):
    (tmp_path / "a.ndjson").write_text(json.dumps({"id": "x", "text": "La loi."}) + "\n", "utf-8")
    assert json.loads(call("predict", tmp_path, "--format", "jsonl")[1])["id"] == "x"


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.txt"])
def test_a_file_of_a_folder_that_is_no_result_is_not_written_over(tmp_path, call, name):
    content = {"a.jsonl": f"{json.dumps({'text': TEXT})}\n", "a.csv": f'text\n"{TEXT}"\n', "a.txt": TEXT}[name]
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / name).write_text(content, "utf-8")
    (tmp_path / "in" / "b.txt").write_text(TEXT, "utf-8")
    status, _, err = call("predict", tmp_path / "in", "--output", tmp_path / "in" / name)
    assert status == 2
    assert "would be written over while it is read" in err
    assert (tmp_path / "in" / name).read_text("utf-8") == content


@pytest.mark.parametrize("suffix", ["jsonl", "csv", "parquet"])
def test_the_result_of_a_run_before_is_replaced(tmp_path, call, suffix):
    (tmp_path / "b.txt").write_text(TEXT, "utf-8")
    for _ in range(2):
        status, _, err = call("predict", tmp_path, "--output", tmp_path / f"out.{suffix}")
        assert (status, err) == (0, "")


@pytest.mark.parametrize("suffix", ["jsonl", "csv", "parquet"])
def test_a_result_that_holds_texts_is_not_replaced_by_what_is_read_beside_it(tmp_path, call, suffix):
    """They may be the only ones there are, and corrected."""
    out = tmp_path / f"out.{suffix}"
    if suffix == "parquet":
        pytest.importorskip("pandas").DataFrame({"text": [TEXT], "id": ["a"]}).to_parquet(tmp_path / "b.parquet")
        assert call("predict", tmp_path / "b.parquet", "--output", out)[0] == 0
    else:
        (tmp_path / "b.txt").write_text(TEXT, "utf-8")
        assert call("predict", tmp_path / "b.txt", "--output", out, "--text")[0] == 0
    before = out.read_bytes()
    status, _, err = call("predict", tmp_path, "--output", out)
    assert status == 2
    assert f"{out}: would be written over while it is read" in err
    assert out.read_bytes() == before


@pytest.mark.parametrize("line", ['{"text": "La loi.", "themes": []}', '{"id": "a", "text": "La loi."}', "La loi."])
def test_a_result_to_which_something_was_added_is_not_replaced(tmp_path, call, line):
    (tmp_path / "b.txt").write_text(TEXT, "utf-8")
    out = tmp_path / "out.jsonl"
    assert call("predict", tmp_path / "b.txt", "--output", out)[0] == 0
    with out.open("a", encoding="utf-8") as stream:
        stream.write(line + "\n")
    assert call("predict", tmp_path, "--output", out)[0] == 2
    assert out.read_text("utf-8").endswith(line + "\n")


def test_a_result_is_not_replaced_by_nothing(tmp_path, call):
    (tmp_path / "b.txt").write_text(TEXT, "utf-8")
    out = tmp_path / "in" / "out.csv"
    out.parent.mkdir()
    assert call("predict", tmp_path / "b.txt", "--output", out)[0] == 0
    before = out.read_bytes()
    status, _, err = call("predict", out.parent, "--output", out)
    assert status == 2
    assert "nothing else to read" in err
    assert out.read_bytes() == before


def test_terms_of_strangers_that_are_none_are_refused(tmp_path, call):
    header = {"format": "cyberclf-bags", "version": 1, "analyzer": cyberclf.analyzer.analyzer_fingerprint()}
    for term in ("la\nloi", "\ud800", ""):
        rows = [header, {"terms": [{term: 1}], "themes": ["a"]}, {"terms": [{"b": 1}], "themes": []}]
        (tmp_path / "c.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
        status, _, err = call("train", tmp_path / "c.jsonl", "--output", tmp_path / "m.safetensors")
        assert status == 1
        assert "c.jsonl:2: " in err
        assert "is no term" in err
        assert not (tmp_path / "m.safetensors").exists()


def test_a_corpus_may_be_named_ndjson(tmp_path, call):
    rows = [
        {"text": f"{('Le port', 'La pêche', 'Un quai')[n % 3]} {n}", "themes": ["mer"] * (n % 2)} for n in range(12)
    ]
    (tmp_path / "c.ndjson").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    assert call("train", tmp_path / "c.ndjson", "--output", tmp_path / "m.safetensors")[0] == 0
