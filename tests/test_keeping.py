"""Columns of the user's own that go on beside the answers."""

import csv
import json
from datetime import date, datetime

import pytest
from hypothesis import given as whatever
from hypothesis import strategies as some

from cyberclf.articles import read_articles
from cyberclf.corpus import read_corpus
from cyberclf.errors import ArticleError
from cyberclf.keeping import as_cell, kept_of
from cyberclf.rows import Article, Unreadable

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
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(),
    lambda inner: some.lists(inner) | some.dictionaries(some.text(), inner),
    max_leaves=8,
)


@whatever(json_values)
def test_whatever_json_holds_is_kept_as_it_is_but_for_numbers_that_are_none(value):
    ((name, kept),) = kept_of({"a": value}, ["a"], "f:1")
    expected = json.loads(json.dumps(value), parse_constant=lambda _: None)
    assert (name, kept, json.loads(json.dumps(kept, allow_nan=False))) == ("a", expected, expected)


def test_what_json_does_not_know_is_its_string():
    row = {"day": date(2024, 5, 2), "when": [datetime(2024, 5, 2, 7, 30)]}  # noqa: DTZ001 - as tables have it
    assert kept_of(row, ["when", "day"], "f:1") == (("when", ["2024-05-02T07:30:00"]), ("day", "2024-05-02"))


def test_what_is_nested_too_deep_is_an_error_that_names_row_and_column():
    deep = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(ArticleError, match="f:7: 'x' cannot be kept"):
        kept_of({"x": deep}, ["x"], "f:7")


def test_articles_keep_what_is_asked_and_nothing_else(tmp_path):
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


def test_a_column_in_which_no_row_has_anything_is_said(tmp_path, call):
    given = write(tmp_path / "a.jsonl")
    for options in ((), ("--output", tmp_path / "o.csv"), ("--output", tmp_path / "o.html")):
        err = call("predict", given, *options, *names("daet", "date"))[2]
        assert "no row has anything in daet, which --keep names" in err


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


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--keep", "status"], "'status' is written by cyberclf itself"),
        (["--keep", "p_strategy"], "'p_strategy' is written by cyberclf itself"),
        (["--keep", "text"], "'text' is kept by --text"),
        (["--keep", " "], "a column has a name"),
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


@pytest.mark.parametrize(("value", "cell"), [(1.5, "1.5"), ({"é": 1}, '{"é": 1}'), (False, "false"), ("", "")])
def test_a_cell_says_a_value_as_json_does_but_for_strings(value, cell):
    assert as_cell(value) == cell
