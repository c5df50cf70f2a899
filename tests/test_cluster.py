"""A real cluster of two worker processes, one of which is killed in mid-run."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import cyberclf
from cyberclf.cluster import tag_dataset
from cyberclf.errors import ArticleError, TaggingError

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")
distributed = pytest.importorskip("distributed")

LAW = "Le Bénin adopte sa stratégie nationale de cybersécurité et crée une agence."
FILLER = "La pluie est tombée sur les collines et le marché a fermé plus tôt que prévu. " * 6
N_FILES, N_ROWS = 6, 300


@pytest.fixture(scope="module")
def cluster():
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1"
    ) as made:
        yield made


@pytest.fixture
def dataset(tmp_path):
    folder = tmp_path / "in"
    for number in range(N_FILES):
        path = folder / f"year={number % 2}" / f"{number}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        rows = [{"n": number * N_ROWS + i, "text": f"{LAW} {FILLER} {i}"} for i in range(N_ROWS)]
        pq.write_table(pa.Table.from_pylist(rows), path)
    return folder


def rows_of(folder):
    return sorted(n for path in folder.rglob("*.parquet") for n in pq.ParquetFile(path).read().column("n").to_pylist())


def test_a_worker_killed_in_mid_run_costs_no_row(cluster, dataset, tmp_path):
    out = tmp_path / "out"
    with distributed.Client(cluster) as client:
        pids = client.run(os.getpid)
        found = tag_dataset([str(dataset)], str(out), scheduler=client)
        done = [next(found)]
        # One file is done, others are under way.
        victim = next(iter(pids.values()))
        os.kill(victim, signal.SIGKILL)
        done += found
        assert {file.error for file in done} == {""}
        assert sum(file.counts["ok"] for file in done) == N_FILES * N_ROWS
        assert rows_of(out) == list(range(N_FILES * N_ROWS))
        assert len(done) == N_FILES
        assert list(out.rglob(".*")) == []
        client.wait_for_workers(2, timeout=30)
        assert victim not in client.run(os.getpid).values()
    tree = {str(path.relative_to(dataset)) for path in dataset.rglob("*.parquet")}
    assert {str(path.relative_to(out)) for path in out.rglob("*.parquet")} == tree


def test_the_command_goes_on_with_what_is_missing(cluster, dataset, tmp_path):
    out = tmp_path / "out"
    env = os.environ | {"PYTHONPATH": str(Path(cyberclf.__file__).resolve().parents[1])}
    model = tmp_path / "elsewhere.safetensors"
    cyberclf.load().save(model)
    command = [sys.executable, "-m", "cyberclf", "predict", str(dataset), "--output", str(out), "--model", str(model)]
    command += ["--cluster", cluster.scheduler_address]

    def run():
        done = subprocess.run([*command, "--resume"], env=env, capture_output=True, text=True, timeout=120, check=False)
        return done.returncode, done.stdout, done.stderr

    assert run() == (0, "", "")
    paths = sorted(out.rglob("*.parquet"))
    first = pq.read_table(paths[0]).slice(0, 1).to_pylist()[0]
    assert (first["themes"], first["status"]) == (list(cyberclf.load().tag(first["text"]).themes), "ok")
    assert first["p_strategy"] == round(cyberclf.load().tag(first["text"]).probabilities["strategy"], 4)
    stamps = [path.stat().st_mtime_ns for path in paths]
    paths[0].unlink()
    assert run() == (0, "", f"cyberclf: {N_FILES - 1} files were there already\n")
    assert [path.stat().st_mtime_ns for path in paths[1:]] == stamps[1:]
    assert rows_of(out) == list(range(N_FILES * N_ROWS))


def test_a_bad_file_does_not_stop_the_others(cluster, dataset, tmp_path):
    bad = dataset / "year=0" / "0.parquet"
    bad.write_bytes(b"PAR1 not")
    with distributed.Client(cluster) as client:
        done = list(tag_dataset([str(dataset)], str(tmp_path / "out"), scheduler=client))
    (failed,) = [file for file in done if file.error]
    assert failed.error.startswith(f"{bad}: not Parquet, or damaged or cut short")
    assert rows_of(tmp_path / "out") == list(range(N_ROWS, N_FILES * N_ROWS))


def test_no_scheduler_is_one_line(dataset, tmp_path, monkeypatch):
    monkeypatch.setattr("cyberclf.cluster._TIMEOUT", "1s")
    with pytest.raises(TaggingError, match="no Dask scheduler answers there"):
        list(tag_dataset([str(dataset)], str(tmp_path / "out"), scheduler="tcp://127.0.0.1:9"))


def test_files_that_would_be_written_over_are_refused(dataset, tmp_path):
    for out in (dataset, dataset / "year=0"):
        paths = [str(dataset)] if out == dataset else [str(dataset / "year=0" / "0.parquet")]
        with pytest.raises(ArticleError, match="would be written over"):
            list(tag_dataset(paths, str(out), scheduler="tcp://127.0.0.1:9"))
    (tmp_path / "a.txt").write_text(LAW, "utf-8")
    with pytest.raises(ArticleError, match="reads Parquet files"):
        list(tag_dataset([str(tmp_path / "a.txt")], str(tmp_path / "out"), scheduler="tcp://127.0.0.1:9"))


def test_what_stands_in_the_output_below_the_input_is_not_tagged_again(tmp_path):
    from cyberclf.cluster import _places

    folder = tmp_path / "ds"
    for name in ("a.parquet", "tagged/a.parquet"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    assert _places([str(folder)], str(folder / "tagged")) == [
        (str(folder / "a.parquet"), str(folder / "tagged" / "a.parquet"))
    ]


@pytest.fixture
def linked(tmp_path):
    """A folder of links to files of other names elsewhere, as stores of data make them; two lead nowhere."""
    store, folder = tmp_path / "store", tmp_path / "linked"
    store.mkdir()
    folder.mkdir()
    pq.write_table(pa.table({"text": [LAW]}), store / "deadbeef")
    for name in ("a.parquet", "b.parquet"):
        (folder / name).symlink_to(store / "deadbeef")
    (folder / "lost.parquet").symlink_to(store / "nowhere")
    (folder / "loop.parquet").symlink_to("loop.parquet")
    return folder


def test_links_to_files_are_tagged_by_their_own_names_and_those_that_lead_nowhere_are_said(cluster, linked, tmp_path):
    with distributed.Client(cluster) as client:
        done = list(tag_dataset([str(linked)], str(tmp_path / "out"), scheduler=client))
    assert {Path(file.output).name: file.error for file in done} == {
        "a.parquet": "",
        "b.parquet": "",
        "lost.parquet": f"{linked / 'lost.parquet'}: No such file or directory",
        "loop.parquet": f"{linked / 'loop.parquet'}: Too many levels of symbolic links",
    }
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"a.parquet", "b.parquet"}


def test_a_link_into_the_folder_to_write_does_not_cost_the_file_it_leads_to(tmp_path):
    for folder in ("in", "out"):
        (tmp_path / folder).mkdir()
    pq.write_table(pa.table({"text": [LAW]}), tmp_path / "out" / "a.parquet")
    (tmp_path / "in" / "a.parquet").symlink_to(tmp_path / "out" / "a.parquet")
    with pytest.raises(ArticleError, match="would be written over"):
        list(tag_dataset([str(tmp_path / "in")], str(tmp_path / "out"), scheduler="tcp://127.0.0.1:9"))


@pytest.mark.parametrize("options", [("--threshold", "nosuch=0.5"), ("--review", "0.9")])
def test_a_choice_that_is_not_possible_is_wrong_use_before_anything_begins(dataset, tmp_path, call, options):
    status, _, err = call("predict", dataset, "--cluster", "tcp://127.0.0.1:9", "--output", tmp_path / "o", *options)
    assert status == 2
    assert "Invalid value for '--threshold' or '--review'" in err
    assert not (tmp_path / "o").exists()
