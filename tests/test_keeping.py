"""Columns of the user's own that go on beside the answers."""

import csv
import json
import signal
import subprocess
import sys
from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given as whatever
from hypothesis import strategies as some

from cyberclf.articles import read_articles, read_pieces
from cyberclf.corpus import read_corpus
from cyberclf.errors import ArticleError
from cyberclf.keeping import as_cell, kept_of
from cyberclf.rows import Article, Unreadable
from cyberclf.tagging import Chunk, chunked, tag_chunk

LAW = "Le Bénin adopte sa stratégie nationale de cybersécurité, que le conseil des ministres a examinée mercredi."
SIGNED = "Le Maroc et la Malaisie ont signé mardi une convention de coopération bilatérale en cybersécurité."
ROWS = [
    {"id": "a", "text": LAW, "date": "2024-05-02", "source": "Le Soir", "event": 7, "score": -0.5},
    {"id": "b", "text": 3, "date": "2024-05-03", "source": "=1+1", "tags": ["é", {"x": None}], "event": "-12"},
    {"id": "c", "text": SIGNED, "date": None, "source": "", "event": True},
]


def write(path, rows=ROWS):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def names(*kept):
    return [option for name in kept for option in ("--keep", name)]


json_values = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats(allow_nan=False, allow_infinity=False) | some.text(),
    lambda inner: some.lists(inner) | some.dictionaries(some.text(), inner),
    max_leaves=8,
)


@whatever(json_values)
def test_whatever_json_holds_is_kept_as_it_is(value):
    ((name, kept),) = kept_of({"a": value}, ["a"], "f:1")
    # As JSON tells true from 1 and 1.0.
    assert (name, json.dumps(kept)) == ("a", json.dumps(value))


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf")])
def test_numbers_that_are_none_are_none_wherever_they_stand(number):
    row = {"a": number, "b": [1.5, number], "c": {"d": [number]}}
    assert kept_of(row, "abc", "f:1") == (("a", None), ("b", [1.5, None]), ("c", {"d": [None]}))


@pytest.mark.parametrize("column", ["date", "Date", " DATE ", "da\u0302te"])
def test_a_column_is_found_whatever_its_case_and_accents_and_space(column):
    name = "d\u00e2te" if "\u0302" in column else "date"
    assert kept_of({"datum": 1, column: 2}, [name], "f:1") == ((name, 2),)


def test_the_very_name_comes_first():
    assert kept_of({"Date": 1, "date": 2}, ["date"], "f:1") == (("date", 2),)


def test_what_json_does_not_know_is_its_string():
    row = {"day": date(2024, 5, 2), "when": [datetime(2024, 5, 2, 7, 30)]}  # noqa: DTZ001 - as tables have it
    assert kept_of(row, ["when", "day"], "f:1") == (("when", ["2024-05-02T07:30:00"]), ("day", "2024-05-02"))


def test_what_is_nested_too_deep_is_an_error_that_names_row_and_column():
    deep = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(ArticleError, match="f:7: 'x' is nested too deep, or no value; do not --keep it"):
        kept_of({"x": deep}, ["x"], "f:7")


def test_what_is_longer_than_any_article_is_an_error_that_names_the_column(monkeypatch):
    monkeypatch.setattr("cyberclf.keeping.MAX_BYTES", 10)
    with pytest.raises(ArticleError, match="f:7: 'x' is longer than 10 characters; do not --keep it"):
        kept_of({"x": "a" * 11}, ["x"], "f:7")


def test_articles_keep_what_is_asked_and_nothing_else(tmp_path):
    assert list(read_articles(write(tmp_path / "a.jsonl"))) == list(read_articles(str(tmp_path / "a.jsonl")))
    read = list(read_articles(str(write(tmp_path / "a.jsonl")), keep=["source", "url"]))
    assert [type(article) for article in read] == [Article, Unreadable, Article]
    assert read[0].kept == (("source", "Le Soir"), ("url", None))
    assert read[1].kept == (("source", "=1+1"), ("url", None))
    assert all(article.kept == () for article in read_articles(str(tmp_path / "a.jsonl")))


def test_json_lines_hold_values_as_they_were(tmp_path, call):
    status, out, err = call("predict", write(tmp_path / "a.jsonl"), *names("tags", "date", "event", "score"))
    rows = [json.loads(line) for line in out.splitlines()]
    assert status == 0
    assert "--keep" not in err
    for given, row in zip(ROWS, rows, strict=True):
        assert {name: row[name] for name in ("tags", "date", "event", "score")} == {
            name: given.get(name) for name in ("tags", "date", "event", "score")
        }
    assert list(rows[0])[:7] == ["id", "title", "tags", "date", "event", "score", "themes"]
    assert rows[1]["status"] == "error"


TABLE = 'id;Texte libre;text;Score\r\na;"=1+1";"{LAW}";-1,5e3\r\nb;+33 6 12;"{LAW}";-1+cmd\r\n'.replace("{LAW}", LAW)


@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.json"])
def test_tables_and_arrays_give_them_too(tmp_path, call, name):
    if name == "a.json":
        rows = [{"id": "a", "text": LAW, "Texte libre": "=1+1", "Score": "-1,5e3"}]
        rows += [{"id": "b", "text": LAW, "Texte libre": "+33 6 12", "Score": "-1+cmd"}]
        content = json.dumps(rows)
    else:
        content = TABLE.replace(";", "\t") if name == "a.tsv" else TABLE
    (tmp_path / name).write_text(content, "utf-8")
    kept = names("texte libre", "Score")
    rows = [json.loads(line) for line in call("predict", tmp_path / name, *kept)[1].splitlines()]
    assert [(row["texte libre"], row["Score"]) for row in rows] == [("=1+1", "-1,5e3"), ("+33 6 12", "-1+cmd")]
    out = call("predict", tmp_path / name, "--format", "csv", *kept)[1]
    cells = [(row["texte libre"], row["Score"]) for row in csv.DictReader(out.splitlines())]
    assert cells == [("'=1+1", "-1,5e3"), ("'+33 6 12", "'-1+cmd")]


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv"])
def test_a_torn_row_has_the_keys_with_nothing_in_them(tmp_path, call, name):
    torn = '{"text": "la loi' if name == "a.jsonl" else "text,date\none cell\n"
    (tmp_path / name).write_text(torn, "utf-8")
    write(tmp_path / "b.jsonl")
    row = json.loads(call("predict", tmp_path / name, tmp_path / "b.jsonl", *names("date"))[1].splitlines()[0])
    assert (row["status"], row["date"]) == ("error", None)


def test_a_name_is_guarded_and_written_once(tmp_path, call):
    given = write(tmp_path / "a.jsonl", [{"text": LAW, "=x": 1}])
    out = call("predict", given, "--format", "csv", *names("=x", " =x", "=x"))[1]
    assert out.splitlines()[0].startswith("id,title,'=x,themes,")
    assert call("predict", given, *names("=x", "=x"))[1].count('"=x"') == 1


def test_columns_of_a_table_hold_numbers_and_no_formula(tmp_path, call):
    out = tmp_path / "o.csv"
    assert (
        call("predict", write(tmp_path / "a.jsonl"), "--output", out, *names("score", "source", "tags", "event"))[0]
        == 0
    )
    with out.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["score"] for row in rows] == ["-0.5", "", ""]
    assert [row["source"] for row in rows] == ["Le Soir", "'=1+1", ""]
    assert [row["event"] for row in rows] == ["7", "-12", "true"]
    assert json.loads(rows[1]["tags"]) == ROWS[1]["tags"]
    assert [row["status"] for row in rows] == ["ok", "error", "ok"]


def test_a_file_without_such_columns_stands_beside_one_that_has_them(tmp_path, call):
    (tmp_path / "d.txt").write_text(LAW, "utf-8")
    (tmp_path / "e.csv").write_text("no header of ours\n", "utf-8")
    write(tmp_path / "a.jsonl")
    assert call("predict", tmp_path, "--output", tmp_path / "o.csv", *names("date"))[0] == 0
    with (tmp_path / "o.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["date"] for row in rows] == ["2024-05-02", "2024-05-03", "", "", ""]
    assert [row["status"] for row in rows] == ["ok", "error", "ok", "ok", "error"]
    (tmp_path / "o.csv").unlink()
    lines = call("predict", tmp_path, "--format", "jsonl", *names("date"))[1].splitlines()
    dates = [json.loads(line).get("date", "no key") for line in lines]
    assert dates == ["2024-05-02", "2024-05-03", None, None, None]


def test_a_column_in_which_no_row_has_anything_is_said(tmp_path, call):
    given = write(tmp_path / "a.jsonl")
    for options in ((), ("--output", tmp_path / "o.csv"), ("--output", tmp_path / "o.html")):
        err = call("predict", given, *options, *names("daet", "date"))[2]
        assert "no row read has anything in daet, which --keep names; the first row has id, text, date, source" in err


def test_columns_named_together_are_told_apart(tmp_path, call):
    given = write(tmp_path / "a.jsonl")
    err = call("predict", given, *names("date,source"))[2]
    assert "no row read has anything in date,source, which --keep names; the first row has id, text, date" in err
    assert "; give each its own --keep\n" in err


def test_nothing_is_said_of_columns_where_no_row_could_be_read(tmp_path, call):
    (tmp_path / "a.csv").write_bytes("texte;lien\né;x\n".encode("windows-1252"))
    assert "--keep" not in call("predict", tmp_path / "a.csv", *names("lien"))[2]


@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.jsonl", "a.json"])
def test_it_is_said_by_a_real_process_and_in_one_line(tmp_path, name):
    separator = "\t" if name == "a.tsv" else ";"
    rows = [f"id{separator}text", f"a{separator}{LAW}", f"b{separator}{LAW}"]
    content = "\n".join(rows) if name.endswith("sv") else json.dumps({"id": "a", "text": LAW})
    (tmp_path / name).write_text(content, "utf-8")
    command = [sys.executable, "-m", "cyberclf", "predict", tmp_path / name, "--keep", "url"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    said = "cyberclf: no row read has anything in url, which --keep names; the first row has id, text\n"
    assert (done.returncode, done.stderr) == (0, said)


def test_a_column_of_nothing_but_zeros_is_not_empty(tmp_path, call):
    given = write(tmp_path / "a.jsonl", [{"text": LAW, "n": 0, "f": False, "l": []}])
    assert call("predict", given, *names("n", "f", "l"))[2] == ""


def test_an_article_that_fails_keeps_them(model):
    class Failing:
        theme_list = model.theme_list

        def tag_texts(self, _):
            raise ZeroDivisionError

    article = Article("a", LAW, "f:1", kept=(("date", "2024"),))
    (made,) = tag_chunk(Chunk([article], ["date"]), Failing()).articles
    assert (made.reason, made.kept) == ("f:1: could not be tagged: ZeroDivisionError", article.kept)


def test_what_is_kept_counts_for_the_size_of_a_chunk():
    long = [Article("a", LAW, "a", kept=(("v", "x" * 400_000), ("w", ["y" * 200_000]))) for _ in range(4)]
    assert [len(chunk.articles) for chunk in chunked(long, ["v", "w"])] == [2, 2]


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="POSIX")
def test_a_run_that_was_killed_goes_on_with_the_same_columns(tmp_path):
    given = write(tmp_path / "a.jsonl", [{"text": LAW * 30, "n": n} for n in range(20_000)])
    command = [sys.executable, "-m", "cyberclf", "predict", given, "--keep", "n", "--output"]
    subprocess.run([*command, tmp_path / "whole.csv"], check=True)
    with subprocess.Popen([*command, tmp_path / "o.csv"]) as run:
        while run.poll() is None and not (tmp_path / "o.csv.part").exists():
            pass
        run.kill()
    done = subprocess.run([*command, tmp_path / "o.csv", "--resume"], check=False)
    assert done.returncode == 0
    assert (tmp_path / "o.csv").read_bytes() == (tmp_path / "whole.csv").read_bytes()


@pytest.mark.parametrize("name", ["o.csv", "o.jsonl"])
def test_a_corrected_table_keeps_what_a_corpus_knows_of_an_article(tmp_path, call, name):
    rows = [row for row in ROWS if isinstance(row["text"], str)]
    rows[1] = {**rows[1], "event": "e-2", "source": "Le Matin"}
    given = write(tmp_path / "a.jsonl", rows)
    kept = names("event", "date", "source")
    assert call("predict", given, "--output", tmp_path / name, "--text", *kept)[0] == 0
    found = read_corpus([tmp_path / name]).articles
    assert [(one.event, one.date, one.source) for one in found] == [
        ("7", "2024-05-02", "Le Soir"),
        ("e-2", None, "Le Matin"),
    ]


def test_explanations_have_them_too(tmp_path, call):
    out = call("predict", write(tmp_path / "a.jsonl"), "--format", "jsonl", "--explain", *names("date"))[1]
    assert [json.loads(line)["date"] for line in out.splitlines()] == ["2024-05-02", "2024-05-03", None]


def test_a_page_shows_them_below_the_title_and_escaped(tmp_path, call):
    hostile = [{"text": LAW, "source": "<b>Le Soir</b>", "date": "2024-05-02", "url": 5 * "long" * 100}]
    given = write(tmp_path / "a.jsonl", hostile)
    assert call("predict", given, "--output", tmp_path / "o.html", *names("source", "date", "url"))[0] == 0
    page = (tmp_path / "o.html").read_text("utf-8")
    assert '<span class="id">&lt;b&gt;Le Soir&lt;/b&gt; · 2024-05-02 · longlong' in page
    assert "<b>Le" not in page
    assert "longlong…</span>" in page
    assert 100 * "long" not in page


def test_a_parquet_file_gives_and_takes_them(tmp_path, call):
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    days = pa.array([date(2024, 5, 2), None])
    pq.write_table(pa.table({"text": [LAW, SIGNED], "date": days, "n": [1, 2]}), tmp_path / "a.parquet")
    out = call("predict", tmp_path / "a.parquet", "--format", "jsonl", *names("date", "n"))[1]
    rows = [json.loads(line) for line in out.splitlines()]
    assert [(row["date"], row["n"]) for row in rows] == [("2024-05-02", 1), (None, 2)]
    status, _, err = call("predict", tmp_path / "a.parquet", "--output", tmp_path / "all.parquet", *names("n"))
    assert (status, err) == (0, "")
    assert (
        call("predict", write(tmp_path / "b.jsonl"), "--output", tmp_path / "o.parquet", *names("event", "tags"))[0]
        == 0
    )
    table = pq.read_table(tmp_path / "o.parquet")
    assert table.column_names[:5] == ["id", "title", "event", "tags", "themes"]
    assert table["event"].to_pylist() == ["7", "-12", "true"]
    assert table["tags"].to_pylist() == [None, '["é", {"x": null}]', None]


def test_parquet_values_that_python_cannot_hold_cost_no_answer(tmp_path, call):
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    odd = {
        "far": pa.array([4_000_000], pa.int32()).cast(pa.date32()),
        "later": pa.array([2**62], pa.int64()).cast(pa.timestamp("us")),
        "fine": pa.array([1_714_600_000_123_456_789], pa.int64()).cast(pa.timestamp("ns")),
        "mars": pa.array([1], pa.int64()).cast(pa.timestamp("us", "Mars/Base")),
        "twice": pa.StructArray.from_arrays([pa.array([1]), pa.array([2])], ["a", "a"]),
        "bytes": pa.array([b"2024-05-02 \xff"], pa.binary()),
        "torn": pa.array([b"caf\xe9"], pa.binary()).view(pa.string()),
        "price": pa.array([Decimal("12.50")], pa.decimal128(6, 2)),
        "none": pa.array([None], pa.null()),
    }
    table = pa.table({"id": pa.array([2**62], pa.int64()).cast(pa.timestamp("us")), "text": [LAW], **odd})
    pq.write_table(table, tmp_path / "a.parquet", store_schema=True)
    write(tmp_path / "b.jsonl")
    for name in ("o.jsonl", "o.csv", "o.html", "o.parquet"):
        status, _, err = call("predict", tmp_path, "--output", tmp_path.parent / name, *names(*odd))
        assert (status, "Traceback" in err) == (0, False)
    rows = [json.loads(line) for line in (tmp_path.parent / "o.jsonl").read_text("utf-8").splitlines()]
    assert [row["status"] for row in rows] == ["ok", "ok", "error", "ok"]
    row = rows[0]
    assert (row["bytes"], row["torn"], row["price"], row["none"]) == ("2024-05-02 \ufffd", "caf\ufffd", "12.50", None)
    assert row["fine"].startswith("2024-05-01")
    assert row["fine"].endswith("123456789")
    assert row["mars"].startswith("1970-01-01T00:00:00.000001")


def test_a_long_value_that_a_few_bytes_repeat_is_not_held_for_all_rows(tmp_path):
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    repeated = pa.DictionaryArray.from_arrays(pa.array([0] * 200, pa.int32()), pa.array(["x" * 2_000_000]))
    pq.write_table(pa.table({"text": [LAW] * 200, "v": repeated}), tmp_path / "a.parquet")
    chunks = chunked(read_pieces(str(tmp_path / "a.parquet"), keep=["v"]), ["v"])
    assert {len(chunk.pieces) for chunk in chunks} == {1}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--keep", "status"], "'status' is what cyberclf writes itself; rename the column to keep it"),
        (["--keep", "p_strategy"], "'p_strategy' is what cyberclf writes itself"),
        (["--keep", "text"], "texts are written by --text"),
        (["--keep", "explanation"], "'explanation' is what cyberclf writes itself"),
        (["--keep", "probabilities "], "'probabilities' is what cyberclf writes itself"),
        (["--keep", " "], "a column has a name"),
        (["--keep", "\udcff"], "a column has a name"),
        (["--keep", "date", "--format", "table"], "--keep goes with --format jsonl, csv, html or parquet"),
        (["--keep", "date", "--cluster", "tcp://x:1"], "neither it, --text, --keep nor --encoding with --cluster"),
    ],
)
def test_what_cannot_be_kept_is_refused(tmp_path, call, options, said):
    status, _, err = call("predict", write(tmp_path / "a.jsonl"), *options)
    assert status == 2
    assert said in err


def test_workers_keep_them_as_one_process_does(tmp_path, call):
    given = write(tmp_path / "a.jsonl", [{**ROWS[0], "n": n, "text": LAW * 20} for n in range(3000)])
    outs = []
    for jobs in ("1", "2"):
        out = tmp_path / f"{jobs}.csv"
        assert call("predict", given, "--jobs", jobs, "--output", out, *names("n", "date"))[0] == 0
        outs.append(out.read_bytes())
    assert outs[0] == outs[1]
    rows = list(csv.DictReader(outs[0].decode().splitlines()))
    assert [row["n"] for row in rows] == [str(n) for n in range(3000)]


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (1.5, "1.5"),
        (["a", "b"], "a;b"),
        (["a;b"], '["a;b"]'),
        ({"é": 1}, '{"é": 1}'),
        (False, "false"),
        ("", ""),
        ([], "[]"),
        (["", "a"], '["", "a"]'),
    ],
)
def test_a_cell_says_a_value_as_json_does_but_for_strings_and_lists_of_them(value, cell):
    assert as_cell(value) == cell
