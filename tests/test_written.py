"""What a worker makes of a chunk: the bytes, the counts and the first reasons, whatever the input was."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from cyberclf.articles import read_articles
from cyberclf.jsonlines import Lines
from cyberclf.rows import Article, Unreadable
from cyberclf.runs import Run
from cyberclf.tagging import Chunk, tag_articles
from cyberclf.writers import lines_of
from cyberclf.written import MOST_REASONS, Writing

ROOT = Path(__file__).resolve().parents[1]
LAW = "Le Bénin adopte sa stratégie nationale de cybersécurité et crée une agence."


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """A folder of every kind of file, one of them long enough for several workers, with bad rows."""
    folder = tmp_path_factory.mktemp("archive")
    texts = [json.loads(line)["text"] for line in (ROOT / "seeds/corpus.jsonl").read_text("utf-8").splitlines()]
    lines = [json.dumps({"id": i, "title": f"Titre {i}", "text": texts[i % len(texts)]}) for i in range(12_000)]
    for number in (0, 5000, 11_999):
        lines[number] = '{"text": 5}'
    lines[7000] = ""
    (folder / "b.jsonl").write_text("\n".join(lines), "utf-8")
    (folder / "a.csv").write_text(f"id,text\n1,{LAW}\n2\n", "utf-8")
    (folder / "c.txt").write_text(LAW, "utf-8")
    (folder / "d.jsonl").write_text('\n{"text": ""}\n', "utf-8")
    return folder


def test_a_chunk_of_lines_and_articles_is_written_as_its_rows_are(model):
    lines = Lines("f", 3, 3, b'{"text": "' + LAW.encode() + b'"}\n\n{"text": 5}\n')
    chunk = Chunk([Article("a", "", "a"), lines, Unreadable("u", "g:1", "g:1: torn")])
    done = Writing(model, "jsonl")(chunk)
    assert done.content.decode() == "".join(lines_of(tag_articles(chunk.articles, model), model, "jsonl"))
    assert [json.loads(line)["id"] for line in done.content.splitlines()] == ["a", "f:3", "f:5", "u"]
    assert done.counts == {"ok": 1, "short": 0, "foreign": 0, "empty": 1, "error": 2}
    assert done.reasons == ("f:5: no text; each row needs 'text', a string", "g:1: torn")


def test_a_text_that_makes_the_model_fail_is_a_row_and_the_others_are_tagged(model):
    class Failing:
        theme_list = model.theme_list

        def tag_texts(self, texts):
            return model.tag_texts([text if text != "bad" else 1 // 0 for text in texts])

    made = Writing(Failing(), "jsonl")(
        Chunk([Article("a", LAW, "a"), Article("b", "bad", "f:2"), Article("c", "", "c")])
    )
    assert [json.loads(line)["status"] for line in made.content.splitlines()] == ["ok", "error", "empty"]
    assert made.reasons == ("f:2: could not be tagged: ZeroDivisionError integer division or modulo by zero",)


def test_only_the_first_reasons_travel(model):
    done = Writing(model, "csv")(Chunk([Unreadable("u", "u", f"torn {i}") for i in range(30)]))
    assert done.counts["error"] == 30
    assert done.reasons == tuple(f"torn {i}" for i in range(MOST_REASONS))


@pytest.mark.parametrize("fmt", ["jsonl", "csv", "table"])
def test_workers_write_what_one_would_and_row_by_row(archive, tmp_path, model, fmt):
    files = sorted(map(str, archive.iterdir()))
    outputs = []
    for jobs in (1, 3):
        run = Run(files, model, fmt, n_jobs=jobs)
        output = tmp_path / f"{jobs}"
        run.to_file(str(output), model_fingerprint="m")
        outputs.append((output.read_bytes(), run.counts, run.reasons))
    assert outputs[0] == outputs[1]
    content, counts, reasons = outputs[0]
    assert sum(counts.values()) == 12_003
    assert counts["error"] == 4
    where = [f"{archive}/a.csv:3", f"{archive}/b.jsonl:1", f"{archive}/b.jsonl:5001", f"{archive}/b.jsonl:12000"]
    assert [reason.partition(": ")[0] for reason in reasons] == where
    if fmt == "jsonl":
        ids = [json.loads(line)["id"] for line in content.splitlines()]
        assert ids == [article.id for file in files for article in read_articles(file)]


def test_standard_input_is_cut_too(archive):
    content = (archive / "b.jsonl").read_bytes()
    command = [sys.executable, "-m", "cyberclf", "predict", "-", "--jobs", "2"]
    done = subprocess.run(command, input=content, capture_output=True, check=True)
    assert len(done.stdout.splitlines()) == 11_999
    assert b"cyberclf: -:12000: no text; each row needs 'text', a string\n" in done.stderr
