"""Runs that are killed and gone on with: the file is what an uninterrupted run would have made, to the byte."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import cyberclf
from cyberclf import resuming
from cyberclf.artifact import fingerprint
from cyberclf.cli import main
from cyberclf.errors import TaggingError
from cyberclf.resuming import identity, resumable

ROOT = Path(__file__).resolve().parents[1]
RUN = {"inputs": "i", "model": "m", "format": "jsonl", "version": "v"}
#: Long enough that a killed run has made a note of some rows, and not of all ...
N_ROWS = 12_000
#: ... on a fast machine too, which would be done before the first second is over.
OFTEN = """
from cyberclf import resuming
resuming._EVERY = 0.01
from cyberclf.cli import main
main()
"""


def command(*args):
    return [sys.executable, "-c", OFTEN, "predict", *map(str, args)]


def environment():
    return os.environ | {"PYTHONPATH": str(Path(cyberclf.__file__).resolve().parents[1])}


def run(*args):
    return subprocess.run(command(*args), env=environment(), capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """Many articles in JSON Lines, some bad, and as Parquet with a column of the user's."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    lines = (ROOT / "seeds" / "corpus.jsonl").read_text("utf-8").splitlines()
    texts = [json.loads(line)["text"] for line in lines]
    rows = [{"id": f"r{i}\n,é", "text": f"{texts[i % len(texts)]} {i}"} for i in range(N_ROWS)]
    rows[70] = {"id": "bad"}
    folder = tmp_path_factory.mktemp("archive")
    (folder / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    table = pa.Table.from_pylist([{"text": row.get("text"), "n": i} for i, row in enumerate(rows)])
    pq.write_table(
        table.append_column("kind", pa.array(["a", "b"] * (N_ROWS // 2)).dictionary_encode()), folder / "a.parquet"
    )
    return folder


def checkpoints(output):
    log = output.with_name(output.name + ".part.log")
    return log.read_bytes().count(b"\n") - 1 if log.exists() else 0


def killed(*args, output, with_signal=signal.SIGKILL, least=1):
    """Run until there is a checkpoint more, and kill; True where that was in the middle."""
    before = checkpoints(output)
    process = subprocess.Popen(
        command(*args, "--output", output), env=environment(), stderr=subprocess.PIPE, start_new_session=True
    )
    while process.poll() is None and checkpoints(output) < before + least:
        time.sleep(0.02)
    if process.poll() is None:
        # All of its processes, as when a machine goes down.
        os.killpg(process.pid, with_signal)
    said = process.communicate(timeout=30)[1].decode()
    return process.returncode, said


@pytest.mark.skipif(sys.platform == "win32", reason="kills process groups")
@pytest.mark.parametrize(
    ("source", "suffix", "jobs"),
    [("a.jsonl", "jsonl", 1), ("a.jsonl", "csv", 2), ("a.parquet", "parquet", 1), ("a.jsonl", "parquet", 2)],
)
def test_killed_and_resumed_is_as_if_never_killed(archive, tmp_path, source, suffix, jobs):
    output, whole = tmp_path / f"o.{suffix}", tmp_path / f"whole.{suffix}"
    args = (archive / source, "--jobs", jobs)
    status, _ = killed(*args, output=output)
    assert status == -signal.SIGKILL
    assert not output.exists()
    part = output.with_name(output.name + ".part")
    done = part.stat().st_size
    # A torn row, as a machine that goes down may leave it.
    with part.open("ab") as stream:
        stream.write(b'{"id": "torn')
    resumed = run(*args, "--output", output, "--resume")
    assert resumed.returncode == 0, resumed.stderr
    assert "cyberclf: went on after " in resumed.stderr
    assert f"{N_ROWS} articles: {N_ROWS - 1} tagged, 0 short, 0 foreign, 0 empty, 1 could not be read" in resumed.stderr
    assert run(*args, "--output", whole).returncode == 0
    assert output.read_bytes() == whole.read_bytes()
    assert done > 0
    assert sorted(file.name for file in tmp_path.iterdir()) == sorted([output.name, whole.name])


@pytest.mark.skipif(sys.platform == "win32", reason="needs signals")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("jobs", [1, 2])
def test_interrupted_by_hand_or_ended_it_says_how_to_go_on(archive, tmp_path, jobs, how):
    output = tmp_path / "o.jsonl"
    status, said = killed(archive / "a.jsonl", "--jobs", jobs, output=output, with_signal=how)
    assert status == 130
    assert f"what was done stands in {output}.part; go on with --resume" in said
    assert "Traceback" not in said
    rows = [json.loads(line) for line in (tmp_path / "o.jsonl.part").read_text("utf-8").splitlines()]
    assert 0 < len(rows) < N_ROWS


@pytest.mark.skipif(sys.platform == "win32", reason="kills process groups")
def test_a_run_of_something_else_is_refused(archive, tmp_path):
    output, source = tmp_path / "o.jsonl", tmp_path / "in.jsonl"
    source.write_bytes((archive / "a.jsonl").read_bytes())
    killed(source, "--jobs", 1, output=output)
    left = (tmp_path / "o.jsonl.part").read_bytes()

    def refused(reason, *args):
        done = run(*args, "--jobs", 1, "--output", output, "--resume")
        expected = f"cyberclf: {output}.part: was begun with {reason}; run without --resume to begin anew\n"
        assert (done.returncode, done.stdout, done.stderr) == (1, "", expected)
        assert (tmp_path / "o.jsonl.part").read_bytes() == left

    refused("another format", source, "--format", "csv")
    refused("other input files, or they have changed since", source, source)
    os.utime(source, ns=(1, 1))
    refused("other input files, or they have changed since", source)


def interrupt(path, run):
    """Write one row, and be interrupted."""

    def one_row():
        with resumable(path, run) as part:
            part.write(b"a\n", {"ok": 1})
            raise KeyError

    with pytest.raises(KeyError):
        one_row()


def test_a_model_is_told_by_its_bytes(tmp_path, capsys):
    path = tmp_path / "a.txt"
    path.write_text("La loi.", "utf-8")
    output = tmp_path / "o.jsonl"
    run = {"inputs": "x", "model": "0" * 16, "format": "jsonl", "version": cyberclf.__version__}
    right = identity([str(path)], model=run["model"], fmt="jsonl", version=cyberclf.__version__)
    interrupt(output, right)
    with pytest.raises(SystemExit) as stop:
        main(["predict", str(path), "--output", str(output), "--resume"])
    assert stop.value.code == 1
    assert "was begun with another model" in capsys.readouterr().err


def test_resume_with_nothing_to_resume_begins(tmp_path, capsys):
    (tmp_path / "a.txt").write_text("La loi sur la cybersécurité est adoptée par le Parlement.", "utf-8")
    output = tmp_path / "o.jsonl"
    for _ in range(2):
        main(["predict", str(tmp_path / "a.txt"), "--output", str(output), "--resume"])
        assert output.read_text("utf-8").count("\n") == 1
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        (["a.txt", "--resume"], "--resume needs a file to go on with"),
        (["-", "--resume", "--output", "o.jsonl"], "--resume cannot read standard input again"),
    ],
)
def test_wrong_use(capsys, tmp_path, monkeypatch, args, expected):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as stop:
        main(["predict", *args])
    assert stop.value.code == 2
    assert expected in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_two_runs_never_write_one_file(tmp_path):
    pytest.importorskip("fcntl")
    path = tmp_path / "o"
    with resumable(path, RUN) as part:
        with pytest.raises(TaggingError, match="another run is writing it"), resumable(path, RUN):
            pass
        part.write(b"a\n", {"ok": 1})
    assert path.read_bytes() == b"a\n"


def test_a_failure_before_the_first_row_leaves_nothing(tmp_path):
    (tmp_path / "o").write_text("old")
    with pytest.raises(KeyError), resumable(tmp_path / "o", RUN):
        raise KeyError
    assert [file.name for file in tmp_path.iterdir()] == ["o"]
    assert (tmp_path / "o").read_text() == "old"


@pytest.mark.parametrize("torn", [b'{"size": 4, "cou', b"\x00\x00", b'{"size": 400, "counts": {"ok": 9}}\n'])
def test_a_torn_note_is_passed_over(tmp_path, torn):
    interrupt(tmp_path / "o", RUN)
    with (tmp_path / "o.part.log").open("ab") as log:
        log.write(torn)
    with resumable(tmp_path / "o", RUN, resume=True) as part:
        assert (part.rows, part.size) == (1, 2)
        part.write(b"b\n", {"ok": 1})
    assert (tmp_path / "o").read_bytes() == b"a\nb\n"


def test_a_file_that_happens_to_have_the_name_of_the_part_file_is_left_alone(tmp_path):
    mine = tmp_path / "out.jsonl.part"
    mine.write_text("mine", "utf-8")
    with pytest.raises(TaggingError, match="no run of cyberclf began it"), resumable(tmp_path / "out.jsonl", RUN):
        pass
    assert mine.read_text("utf-8") == "mine"
    assert [file.name for file in tmp_path.iterdir()] == ["out.jsonl.part"]


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
@pytest.mark.parametrize("name", ["out.jsonl.part", "out.jsonl.part.log"])
def test_a_link_in_the_place_of_the_part_file_leads_nowhere(tmp_path, name):
    victim = tmp_path / "victim"
    victim.write_text("precious", "utf-8")
    (tmp_path / name).symlink_to(victim)
    with pytest.raises((TaggingError, OSError)), resumable(tmp_path / "out.jsonl", RUN) as part:
        part.write(b"row\n", {"ok": 1})
    assert victim.read_text("utf-8") == "precious"
    assert not (tmp_path / "out.jsonl").exists()


def test_the_model_that_stands_where_the_part_file_would_is_refused(tmp_path, capsys):
    (tmp_path / "a.txt").write_text("La loi sur les données.", "utf-8")
    model = tmp_path / "m.part"
    model.write_bytes((ROOT / "models" / "cyberclf.safetensors").read_bytes())
    with pytest.raises(SystemExit) as stop:
        main(["predict", str(tmp_path / "a.txt"), "--model", str(model), "--output", str(tmp_path / "m")])
    assert stop.value.code == 2
    assert "would be written over" in capsys.readouterr().err
    assert model.read_bytes() == (ROOT / "models" / "cyberclf.safetensors").read_bytes()


def test_the_file_takes_its_place_while_the_run_is_still_locked(tmp_path, monkeypatch):
    pytest.importorskip("fcntl")
    target, tried = tmp_path / "out.jsonl", []
    replace = Path.replace

    def another_begins(path, to):
        with pytest.raises(TaggingError, match="another run is writing it"), resumable(target, RUN):
            pass
        tried.append(path)
        return replace(path, to)

    monkeypatch.setattr(Path, "replace", another_begins)
    with resumable(target, RUN) as part:
        part.write(b"row\n", {"ok": 1})
    assert tried
    assert target.read_bytes() == b"row\n"


def test_an_interruption_leaves_rows_and_counts_together(tmp_path):
    class Interrupting(dict):
        def get(self, *_):
            raise KeyboardInterrupt

    def interrupted():
        with resumable(tmp_path / "out.jsonl", RUN) as part:
            part.write(b"first\n", {"ok": 1})
            part.write(b"second\n", Interrupting(ok=1))

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    with resumable(tmp_path / "out.jsonl", RUN, resume=True) as part:
        assert (part.counts, part.size) == ({"ok": 1}, len(b"first\n"))
        part.write(b"second\n", {"ok": 1})
    assert (tmp_path / "out.jsonl").read_bytes() == b"first\nsecond\n"


@pytest.mark.skipif(sys.platform == "win32", reason="files have no such limit there")
def test_where_the_disk_is_full_the_file_is_named(tmp_path):
    import resource

    rows = "".join(json.dumps({"text": f"La loi sur la mer numéro {i}."}) + "\n" for i in range(5000))
    (tmp_path / "a.jsonl").write_text(rows, "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "cyberclf", "predict", "a.jsonl", "--output", "o.jsonl", "--jobs", "1"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000)),
    )
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].endswith("o.jsonl.part: File too large")


def test_a_table_begun_in_one_language_is_not_gone_on_with_in_another(tmp_path, call):
    (tmp_path / "a.txt").write_text("Le Mali et la France signent un accord de coopération en cybersécurité.", "utf-8")
    output = tmp_path / "o.txt"
    options = ("--format", "table", "--output", output, "--resume")
    run = identity([str(tmp_path / "a.txt")], model=fingerprint(), fmt="table", version=cyberclf.__version__)
    with contextlib.suppress(KeyboardInterrupt), resumable(str(output), run, resume=False) as part:
        part.write(b"row\n", {"ok": 1})
        raise KeyboardInterrupt
    status, _, err = call("predict", tmp_path / "a.txt", *options, "--language", "fr")
    assert status == 1
    assert "run without --resume" in err
    assert call("predict", tmp_path / "a.txt", *options)[0] == 0
    assert output.read_text("utf-8") == "row\n"


def test_the_last_checkpoint_counts(tmp_path, monkeypatch):
    monkeypatch.setattr(resuming, "_EVERY", 0.0)

    def interrupted():
        with resumable(tmp_path / "o", RUN) as part:
            for row in (b"a\n", b"b\n", b"c\n"):
                part.write(row, {"ok": 1})
            assert checkpoints(tmp_path / "o") == 3
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    with resumable(tmp_path / "o", RUN, resume=True) as part:
        assert (part.rows, part.size) == (3, 6)


def test_without_resume_what_was_begun_is_thrown_away(tmp_path):
    interrupt(tmp_path / "o", RUN)
    with resumable(tmp_path / "o", RUN) as part:
        assert (part.rows, part.size) == (0, 0)
        part.write(b"b\n", {"ok": 1})
    assert (tmp_path / "o").read_bytes() == b"b\n"


@pytest.mark.skipif(os.name == "nt", reason="modes and links are others there")
def test_the_file_keeps_its_mode_and_a_link_to_it_stays_a_link(tmp_path):
    (tmp_path / "folder").mkdir()
    there, link = tmp_path / "folder" / "there", tmp_path / "link"
    there.write_text("old", "utf-8")
    there.chmod(0o640)
    link.symlink_to(there)
    with resumable(link, RUN) as part:
        part.write(b"new\n", {"ok": 1})
    assert link.is_symlink()
    assert (there.read_bytes(), there.stat().st_mode & 0o777) == (b"new\n", 0o640)
    assert sorted(file.name for file in tmp_path.rglob("*")) == ["folder", "link", "there"]


def test_an_input_that_has_changed_is_another_run(tmp_path):
    file = tmp_path / "in"
    file.write_text("one", "utf-8")
    stat = file.stat()

    def said():
        return identity([str(file), "-"], model="m", fmt="jsonl", version="1")["inputs"]

    before = said()
    file.write_text("more", "utf-8")
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    longer = said()
    file.write_text("two", "utf-8")
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns + 1_000_000_000))
    assert len({before, longer, said()}) == 3


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("inputs", "other input files, or they have changed since"),
        ("model", "another model or other options"),
        ("format", "another format"),
        ("version", "another version of cyberclf"),
    ],
)
def test_what_a_run_was_begun_with_is_said(tmp_path, name, said):
    interrupt(tmp_path / "o", RUN)
    with (
        pytest.raises(TaggingError, match=f"was begun with {said}; run without --resume"),
        resumable(tmp_path / "o", RUN | {name: "other"}, resume=True),
    ):
        pass


def test_a_log_whose_part_file_is_gone_begins_anew(tmp_path):
    interrupt(tmp_path / "o", RUN)
    (tmp_path / "o.part").unlink()
    with resumable(tmp_path / "o", RUN, resume=True) as part:
        assert part.rows == 0
        part.write(b"b\n", {"ok": 1})
    assert [file.name for file in tmp_path.iterdir()] == ["o"]
