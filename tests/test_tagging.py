"""Streams: order, bounds, bad rows, workers."""

import gc
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given as whatever
from hypothesis import strategies as some

import cyberclf
from cyberclf.errors import TaggingError
from cyberclf.rows import Article, Unreadable, from_rows
from cyberclf.tagging import Chunk, chunked, tag_articles, tag_chunks
from cyberclf.workers import in_order

LAW = "Le Bénin adopte sa stratégie nationale de cybersécurité et crée une agence."


linux = pytest.mark.skipif(sys.platform != "linux", reason="a process can be copied there")


def failing(word, how):
    """Make a model that fails on texts with a word; its class is sent to processes by value."""

    class Failing:
        def prepare(self):
            pass

        theme_list = cyberclf.load().theme_list

        def tag_texts(self, texts):
            if any(word in text for text in texts):
                how()
            return cyberclf.load().tag_texts(texts)

    return Failing()


class Slow:
    def __init__(self):
        self.done = 0

    def prepare(self):
        pass

    def tag_texts(self, texts):
        # The first chunk is the last to be ready.
        time.sleep(0.2 if texts[0].startswith("0 ") else 0)
        self.done += 1
        return cyberclf.load().tag_texts(texts)


def articles(number):
    return [Article(f"a{i}", f"{i} {LAW}", f"f:{i}") for i in range(number)]


def small_chunks(number, size=2):
    made = articles(number)
    return [Chunk(made[i : i + size]) for i in range(0, number, size)]


def test_a_chunk_ends_by_count_or_by_size():
    assert [len(chunk.articles) for chunk in chunked(articles(300))] == [256, 44]
    long = [Article("a", "x" * 400_000, "a")] * 4
    assert [len(chunk.articles) for chunk in chunked(long)] == [3, 1]
    assert list(chunked([])) == []


def test_chunks_that_begin_again_at_an_end_are_the_same():
    made = [Article(str(i), "x" * (i * 997 % 50_000), "a") for i in range(400)]
    ends = [len(chunk.articles) for chunk in chunked(made)]
    assert len(ends) > 3
    assert [len(chunk.articles) for chunk in chunked(made[ends[0] :])] == ends[1:]


@pytest.mark.parametrize("backend", ["threads", "processes"])
def test_several_workers_say_what_one_says(model, backend):
    given = [*articles(5), Unreadable("u", "f:5", "f:5: torn"), Article("e", " ", "f:6"), *articles(5)]
    chunks = [Chunk(given[i : i + 2]) for i in range(0, len(given), 2)]
    alone = list(tag_articles(given, model))
    spread = [row for tagged in tag_chunks(chunks, model, n_jobs=2, backend=backend) for row in tagged.rows()]
    assert spread == alone
    assert [row.status for row in alone[5:7]] == ["error", "empty"]


def test_order_is_kept_when_the_first_is_slowest():
    found = tag_chunks(small_chunks(20), Slow(), n_jobs=4, backend="threads")
    assert [row.id for tagged in found for row in tagged.rows()] == [f"a{i}" for i in range(20)]


@pytest.mark.parametrize("backend", ["threads", "processes"])
@pytest.mark.parametrize("n_jobs", [1, 2])
def test_a_text_that_makes_the_model_fail_is_a_row(backend, n_jobs):
    given = articles(8)
    given[3] = Article("bad", "panne", "f:3")
    chunks = [Chunk(given[i : i + 2]) for i in range(0, 8, 2)]
    found = [
        row
        for tagged in tag_chunks(chunks, failing("panne", lambda: 1 // 0), n_jobs=n_jobs, backend=backend)
        for row in tagged.rows()
    ]
    assert [row.status for row in found] == ["ok", "ok", "ok", "error", "ok", "ok", "ok", "ok"]
    assert found[3].id == "bad"
    assert found[3].error == "f:3: could not be tagged: ZeroDivisionError integer division or modulo by zero"


class Echo:
    """A task that says who does it, and here takes its time, so that the others get some of the work."""

    def __init__(self, how=int):
        self.parent = os.getpid()
        self.how = how

    def prepare(self):
        pass

    def __call__(self, given):
        if os.getpid() == self.parent and threading.current_thread() is threading.main_thread():
            time.sleep(0.05)
        else:
            self.how()
        return given, os.getpid(), threading.get_ident()


def pairs(number):
    return [(str(i), i) for i in range(number)]


@pytest.mark.parametrize("backend", ["threads", "processes"])
def test_the_caller_and_the_others_share_the_work_and_answers_come_in_order(backend):
    found = list(in_order(pairs(200), Echo(), n_jobs=2, backend=backend))
    assert [(kept, given) for kept, (given, _, _) in found] == pairs(200)
    workers = [worker for _, (_, *worker) in found]
    assert len({tuple(worker) for worker in workers}) == 2


def test_few_pieces_are_done_here():
    found = list(in_order(pairs(7), Echo(), n_jobs=4, backend="processes"))
    assert {process for _, (_, process, _) in found} == {os.getpid()}


def test_a_worker_that_dies_is_said():
    with pytest.raises(TaggingError, match="worker process was killed"):
        list(in_order(pairs(200), Echo(lambda: os._exit(9)), n_jobs=2, backend="processes"))


def test_where_no_worker_can_begin_the_caller_does_all_and_says_so():
    class Unprepared(Echo):
        def prepare(self):
            os._exit(9)

    with pytest.warns(UserWarning, match="workers could not be started, so one process does all"):
        found = list(in_order(pairs(200), Unprepared(), n_jobs=2, backend="processes"))
    assert [(kept, given) for kept, (given, _, _) in found] == pairs(200)
    assert {process for _, (_, process, _) in found} == {os.getpid()}


COPIES = """
import os, sys, time
from cyberclf.workers import in_order
class Task:
    prepared = None
    def prepare(self):
        assert self.prepared is None
        self.prepared = os.getpid()
    def __call__(self, given):
        time.sleep(0.02)
        if {dies} and os.getpid() != self.prepared:
            os._exit(9)
        return os.getpid(), self.prepared, given
for kept, (process, prepared, given) in in_order(((i, i) for i in range(100)), Task(), n_jobs=3, backend="fork"):
    assert kept == given
    print(process, prepared, kept, flush=True)
"""


def copies(*, dies=False):
    env = os.environ | {"PYTHONPATH": str(Path(cyberclf.__file__).resolve().parents[1])}
    code = COPIES.format(dies=dies)
    return subprocess.Popen([sys.executable, "-c", code], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def run_with(before):
    """Let copies do what they do, after some other code."""
    env = os.environ | {"PYTHONPATH": str(Path(cyberclf.__file__).resolve().parents[1])}
    code = before + COPIES.format(dies=False)
    return subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, timeout=30, check=False)


@linux
def test_copies_of_the_caller_do_what_it_prepared_and_answers_come_in_order():
    process = copies()
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err.decode()
    said = [list(map(int, line.split())) for line in out.splitlines()]
    assert [row[2] for row in said] == list(range(100))
    assert len({row[0] for row in said}) == 3
    assert {row[1] for row in said} == {process.pid}


@linux
def test_a_copy_that_dies_is_said():
    process = copies(dies=True)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert b"TaggingError: a worker process was killed" in err


@linux
def test_a_copy_that_is_killed_while_it_answers_hangs_nobody():
    done = run_with("""
import os, signal
from multiprocessing.connection import Connection
parent, send, sent = os.getpid(), Connection._send, []
def half(self, content, *given):
    if os.getpid() != parent:
        sent.append(1)
        if len(sent) == 4:
            os.write(self.fileno(), content[: len(content) // 2])
            os.kill(os.getpid(), signal.SIGKILL)
    return send(self, content, *given)
Connection._send = half
""")
    assert done.returncode == 1
    assert b"TaggingError: a worker process was killed" in done.stderr


@linux
def test_where_not_all_copies_can_be_made_the_caller_does_all_and_ends():
    done = run_with("""
import os
fork, made = os.fork, []
def once():
    made.append(1)
    if len(made) > 1:
        raise BlockingIOError(11, "Resource temporarily unavailable")
    return fork()
os.fork = once
""")
    assert done.returncode == 0, done.stderr
    assert b"workers could not be started, so one process does all" in done.stderr
    assert len(done.stdout.splitlines()) == 100


@linux
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_copies_end_with_the_process_that_they_are_copies_of(how):
    psutil = pytest.importorskip("psutil")
    process = copies()
    assert process.stdout.readline()
    workers = psutil.Process(process.pid).children()
    assert len(workers) == 2
    process.send_signal(how)
    process.communicate(timeout=60)
    assert psutil.wait_procs(workers, timeout=20)[1] == []


def test_a_worker_that_dies_before_it_has_read_what_to_do_hangs_nobody(tmp_path):
    (tmp_path / "sitecustomize.py").write_text(
        "import os, sys\nif any('popen_loky' in given for given in sys.orig_argv): os._exit(1)\n", "utf-8"
    )
    rows = tmp_path / "a.jsonl"
    rows.write_text(json.dumps({"text": "La loi sur la cybersécurité. " * 100}) + "\n", "utf-8")
    rows.write_bytes(rows.read_bytes() * 5000)
    path = os.pathsep.join([str(tmp_path), str(Path(cyberclf.__file__).resolve().parents[1])])
    done = subprocess.run(
        [sys.executable, "-m", "cyberclf", "predict", str(rows), "--output", str(tmp_path / "o.jsonl"), "--jobs", "2"],
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert len((tmp_path / "o.jsonl").read_bytes().splitlines()) == 5000


def test_ctrl_c_still_reaches_who_takes_the_answers():
    before = signal.getsignal(signal.SIGINT)
    found = in_order(pairs(200), Echo(), n_jobs=2, backend="processes")
    next(found)
    assert signal.getsignal(signal.SIGINT) is before
    found.close()


@pytest.mark.parametrize("backend", ["threads", "processes"])
def test_reading_stays_a_few_pieces_ahead_of_who_takes_the_answers(backend):
    read = 0

    def source():
        nonlocal read
        for pair in pairs(200):
            read += 1
            yield pair

    found = in_order(source(), Echo(), n_jobs=2, backend=backend)
    for taken in range(1, 20):
        next(found)
        time.sleep(0.1)
        assert read <= max(8, taken + 6)
    found.close()


def test_who_stops_early_leaves_no_worker():
    psutil = pytest.importorskip("psutil")

    def workers():
        return {child.pid for child in psutil.Process().children() if "popen_loky" in " ".join(child.cmdline())}

    before = workers()
    found = in_order(pairs(200), Echo(), n_jobs=3, backend="processes")
    next(found)
    assert len(workers() - before) == 2
    found.close()
    gc.collect()
    assert workers() == before


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_memory_is_flat_however_long_the_input():
    code = """
import resource, sys
import numpy as np
from cyberclf.rows import Article
from cyberclf.tagged import TaggedTexts
from cyberclf.tagging import tag_articles
class Quick:
    theme_list = ()
    def prepare(self):
        pass
    def tag_texts(self, texts):
        n = len(texts)
        none = np.zeros((n, 0), bool)
        return TaggedTexts((), ["ok"] * n, np.zeros((n, 0)), none, np.zeros((n, 0, 2)), none)
made = (Article(str(i), str(i) + "x" * 2000, "f") for i in range(int(sys.argv[1])))
assert sum(1 for _ in tag_articles(made, Quick(), n_jobs=2, backend="threads")) == int(sys.argv[1])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
    env = os.environ | {"PYTHONPATH": str(Path(cyberclf.__file__).resolve().parents[1])}
    peaks = [
        int(subprocess.run([sys.executable, "-c", code, number], env=env, capture_output=True, check=True).stdout)
        for number in ("2000", "100000")
    ]
    assert peaks[1] - peaks[0] < 30_000  # KB; the texts alone are 200 MB


def test_tag_many_says_what_tag_says(model):
    texts = [LAW, "", "Un match nul."]
    assert model.tag_many(texts) == [model.tag(text) for text in texts]
    with pytest.raises(TypeError, match="one string"):
        model.tag_many(LAW)


@whatever(
    some.text(some.sampled_from(" \n\r\x0b\x85\u2028\ta"), max_size=12), some.integers(1, 320), some.text(max_size=9)
)
def test_a_title_is_the_first_line_that_is_not_blank(before, number, after):
    text = before + "x" * number + before + after
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    assert Article("a", text, "a").title == lines[0][:300]
    assert Article("a", before.replace("a", ""), "a").title == ""


@pytest.mark.parametrize(
    ("text", "title", "whole", "offset"),
    [
        ("La loi.\nElle passe.", " La loi. ", "La loi.\nElle passe.", 0),
        ("\n  La loi.\nElle passe.", "La loi.", "\n  La loi.\nElle passe.", 0),
        ("Elle passe.", " La loi. ", "La loi.\nElle passe.", 8),
        ("Elle passe.", "  ", "Elle passe.", 0),
    ],
)
def test_a_title_goes_before_a_text_that_does_not_begin_with_it(text, title, whole, offset):
    (article,) = from_rows([("f:1", {"text": text, "title": title})])
    assert (article.text, article.offset) == (whole, offset)
    assert article.given_title == (title.strip() if offset else "")
    assert article.own_span(0, len(whole)) == (0, len(text))


@pytest.mark.parametrize(
    ("row_id", "name"), [(0, "0"), (7.5, "7.5"), ("", "f:1"), (None, "f:1"), (float("nan"), "f:1")]
)
def test_an_article_that_has_no_id_is_named_by_its_row(row_id, name):
    (article,) = from_rows([("f:1", {"id": row_id, "text": "La loi."})])
    assert article.id == name
