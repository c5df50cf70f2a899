"""Parquet in and out."""

import json
import os
import pickle
import random
import re
import sys

import pytest

import cyberclf
from cyberclf.arrow import text_lengths
from cyberclf.articles import read_articles
from cyberclf.errors import ArticleError
from cyberclf.parquet import read_chunks, tag_file, write_parquet
from cyberclf.parquetrows import parquet_rows
from cyberclf.rows import Unreadable

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

LAW = (
    "Le Bénin adopte sa stratégie nationale de cybersécurité\n"
    "Le conseil des ministres a adopté mercredi la stratégie nationale de cybersécurité et créé une agence."
)


def write(path, rows, **options):
    with path.open("wb") as stream:
        pq.write_table(rows if isinstance(rows, pa.Table) else pa.Table.from_pylist(rows), stream, **options)
    return path


def test_rows_come_back_with_their_own_columns_and_ours(tmp_path, call):
    table = pa.table(
        {
            "status": ["mien"] * 3,
            "text": pa.array([LAW, None, "…"], pa.large_string()),
            "when": pa.array([1, None, 3], pa.timestamp("ms")),
            "kind": pa.array(["a", "b", "a"]).dictionary_encode(),
            "deep": [[{"x": 1}], [], None],
        },
        metadata={"mine": "kept"},
    )
    write(tmp_path / "a.parquet", table)
    status, out, err = call("predict", tmp_path / "a.parquet", "--output", tmp_path / "o.parquet")
    assert (status, out) == (0, "")
    assert err.endswith("3 articles: 1 tagged, 0 short, 0 foreign, 1 empty, 1 could not be read\n")
    found = pq.read_table(tmp_path / "o.parquet")
    themes = cyberclf.load().themes
    ours = ["themes", "review", *(f"p_{theme}" for theme in themes), "passages", "cyberclf_status", "error"]
    assert found.column_names == [*table.column_names, *ours]
    assert found.select(table.column_names).equals(table)
    assert found.schema.metadata[b"mine"] == b"kept"
    first, bad, empty = found.to_pylist()
    assert (first["themes"], first["cyberclf_status"], first["error"]) == (["strategy"], "ok", None)
    assert 0.5 < first["p_strategy"] <= 1
    assert first["passages"] == [{"theme": "strategy", "start": 0, "end": len(LAW)}]
    assert (bad["cyberclf_status"], bad["p_strategy"], bad["themes"]) == ("error", None, [])
    assert bad["error"] == f"{tmp_path / 'a.parquet'}:2: no text; each row needs 'text', a string"
    assert empty["cyberclf_status"] == "empty"


def test_a_tagged_table_can_be_tagged_again(tmp_path, call):
    write(tmp_path / "0.parquet", [{"text": LAW}])
    for number in range(3):
        assert call("predict", tmp_path / f"{number}.parquet", "--output", tmp_path / f"{number + 1}.parquet")[0] == 0
    (row,) = pq.read_table(tmp_path / "3.parquet").to_pylist()
    assert row["themes"] == row["cyberclf_themes"] == row["cyberclf_cyberclf_themes"] == ["strategy"]


def test_jsonl_and_parquet_say_the_same(tmp_path, call):
    rows = [{"id": f"i{i}", "title": "Un titre", "text": f"{LAW} {i}"} for i in range(20)]
    write(tmp_path / "a.parquet", rows, row_group_size=7)
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    from_table = call("predict", tmp_path / "a.parquet", "--format", "jsonl")[1]
    assert from_table == call("predict", tmp_path / "a.jsonl", "--format", "jsonl")[1]
    for name in ("a.jsonl", "a.parquet"):
        assert call("predict", tmp_path / name, "--output", tmp_path / f"{name}.o.parquet")[0] == 0
    ours = ["id", "themes", "p_strategy", "passages", "status"]
    one, two = (pq.read_table(tmp_path / f"{name}.o.parquet").select(ours) for name in ("a.jsonl", "a.parquet"))
    assert one.equals(two)
    assert one.column("p_strategy").to_pylist() == [
        json.loads(line)["probabilities"]["strategy"] for line in from_table.splitlines()
    ]


def test_folders_mix_kinds(tmp_path, call):
    write(tmp_path / "b.parquet", [{"text": LAW, "n": 1}])
    (tmp_path / "a.txt").write_text(LAW, "utf-8")
    assert call("predict", tmp_path, "--output", tmp_path / "o" / ".." / "o.parquet")[0] in (0, 1)
    (tmp_path / "in").mkdir()
    for name in ("a.txt", "b.parquet"):
        (tmp_path / name).rename(tmp_path / "in" / name)
    said = "cyberclf: not all files are Parquet: of their own columns only those that --keep names go on\n"
    assert call("predict", tmp_path / "in", "--output", tmp_path / "o.parquet") == (0, "", said)
    found = pq.read_table(tmp_path / "o.parquet")
    assert found.column_names[:3] == ["id", "title", "themes"]
    assert found.column("themes").to_pylist() == [["strategy"], ["strategy"]]


def test_several_files_of_one_kind_make_one_table(tmp_path, call):
    for name in "ab":
        write(tmp_path / f"{name}.parquet", [{"text": LAW, "n": name}])
    paths = tmp_path / "a.parquet", tmp_path / "b.parquet"
    assert call("predict", *paths, "--output", tmp_path / "o.parquet") == (0, "", "")
    assert pq.read_table(tmp_path / "o.parquet").column("n").to_pylist() == ["a", "b"]
    write(tmp_path / "b.parquet", [{"text": LAW, "n": 2}])
    status, _, err = call("predict", *paths, "--output", tmp_path / "o2.parquet")
    assert (status, err) == (1, f"cyberclf: {paths[1]}: other columns than {paths[0]}; tag the two apart\n")
    assert not list(tmp_path.glob("o2*"))


def cut(path):
    path.write_bytes(path.read_bytes()[:-40])


@pytest.mark.parametrize("fmt", ["jsonl", "parquet"])
def test_what_is_no_parquet_is_one_line(tmp_path, call, fmt):
    path = write(tmp_path / "a.parquet", [{"text": LAW}])
    cut(path)
    status, _, err = call("predict", path, "--output", tmp_path / f"o.{fmt}")
    assert status == 1
    assert f"{path}: not Parquet, or damaged or cut short" in err
    assert "Traceback" not in err
    path = write(tmp_path / "b.parquet", [{"corps": LAW}])
    status, _, err = call("predict", path, "--output", tmp_path / f"o.{fmt}")
    assert status == 1
    assert f"{path}: no column 'text'; it has corps" in err


def test_a_file_damaged_in_the_middle_gives_what_could_be_read(tmp_path):
    path = write(tmp_path / "a.parquet", [{"text": f"{LAW} {i}"} for i in range(900)], row_group_size=300)
    whole = path.read_bytes()
    place = pq.read_metadata(path).row_group(1).column(0).data_page_offset
    path.write_bytes(whole[:place] + b"\xff" * 64 + whole[place + 64 :])
    found = list(read_articles(str(path)))
    assert 1 < len(found) < 900
    assert isinstance(found[-1], Unreadable)
    assert "from there on nothing could be read" in found[-1].reason


def test_texts_that_are_no_strings_are_rows(tmp_path):
    path = write(tmp_path / "a.parquet", pa.table({"text": pa.array([b"\xff", b"a"])}))
    assert [type(found) for found in read_articles(str(path))] == [Unreadable] * 2


def test_long_texts_make_short_chunks(tmp_path):
    path = write(tmp_path / "a.parquet", [{"text": "x" * 400_000, "n": i} for i in range(7)])
    chunks = list(read_chunks(str(path)))
    sent = [pickle.dumps(chunk) for chunk in chunks]
    assert [len(content) // 100_000 for content in sent] == [12, 12, 4]  # a slice drags nothing along
    for found in (chunks, [pickle.loads(content) for content in sent]):  # noqa: S301 - our own
        pieces = [piece for chunk in found for piece in chunk.pieces]
        assert [piece.batch.column("n").to_pylist() for piece in pieces] == [[0, 1, 2], [3, 4, 5], [6]]
        assert [where for piece in pieces for where, _ in piece.rows()] == [f"{path}:{i}" for i in range(1, 8)]
    assert [len(chunk.articles) for chunk in chunks] == [3, 3, 1]


def test_texts_that_are_kept_once_make_short_chunks_too(tmp_path):
    texts = pa.array(["x" * 400_000, "y", None], pa.string()).dictionary_encode()
    column = pa.DictionaryArray.from_arrays(pa.array([0, 0, 1, None, 0, 0, 1], pa.int32()), texts.dictionary)
    pq.write_table(pa.table({"text": column}), tmp_path / "a.parquet")
    assert [chunk.n_rows for chunk in read_chunks(str(tmp_path / "a.parquet"))] == [5, 2]


def test_reading_holds_a_few_rows_however_long_the_file(tmp_path):
    digits = random.Random(0)
    texts = [f"{digits.getrandbits(40_000):x}" for _ in range(2000)]
    pq.write_table(pa.table({"text": texts}), tmp_path / "a.parquet", row_group_size=100)
    before, most = pa.total_allocated_bytes(), 0
    for _ in read_chunks(str(tmp_path / "a.parquet")):
        most = max(most, pa.total_allocated_bytes() - before)
    assert most < sum(map(len, texts)) / 2


def test_without_pyarrow_it_says_what_to_install(tmp_path, call, monkeypatch):
    path = write(tmp_path / "a.parquet", [{"text": LAW}])
    (tmp_path / "a.txt").write_text(LAW, "utf-8")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    expected = (1, "", "cyberclf: Parquet needs pyarrow; install it with: pip install 'cyberclf[parquet]'\n")
    assert call("predict", path, "--format", "csv", "--output", tmp_path / "o.csv") == expected
    assert call("predict", tmp_path / "a.txt", "--output", tmp_path / "o.parquet") == expected
    assert not list(tmp_path.glob("o.*"))
    status, out, err = call("predict", tmp_path)
    assert status == 0
    assert [json.loads(line)["status"] for line in out.splitlines()] == ["error", "ok"]
    assert f"{path}: Parquet needs pyarrow" in err


def test_parquet_needs_a_file(tmp_path, call):
    (tmp_path / "a.txt").write_text(LAW, "utf-8")
    status, _, err = call("predict", tmp_path / "a.txt", "--format", "parquet")
    assert status == 2
    assert "parquet goes to a file: name it with --output FILE" in err


def test_a_dictionary_of_many_texts_does_not_go_with_every_few_rows(tmp_path):
    texts = [f"{LAW} {number} {'x' * 2000}" for number in range(1500)]
    column = pa.array([*texts, None, texts[0]]).dictionary_encode()
    pq.write_table(pa.table({"text": column}), tmp_path / "a.parquet", row_group_size=300)
    output = tmp_path / "o.parquet"
    counts = tag_file(str(tmp_path / "a.parquet"), str(output), cyberclf.load())
    assert counts == {"ok": 1501, "error": 1}
    table = pq.read_table(output)
    assert table.schema.field("text").type == column.type
    assert table["text"].to_pylist() == [*texts, None, texts[0]]
    assert output.stat().st_size < 1.5 * (tmp_path / "a.parquet").stat().st_size
    (piece,) = next(read_chunks(str(tmp_path / "a.parquet"))).pieces
    assert len(pickle.dumps(piece)) < 1_000_000


def test_a_text_longer_than_an_article_is_an_error_in_its_place(tmp_path, monkeypatch):
    monkeypatch.setattr("cyberclf.parquetrows.MAX_BYTES", 1000)
    for name, texts in (
        ("plain", pa.array([LAW, "x" * 1001, LAW])),
        ("dictionary", pa.array([LAW, "x" * 1001, LAW]).dictionary_encode()),
    ):
        pq.write_table(pa.table({"text": texts}), tmp_path / f"{name}.parquet")
        first, second, third = read_articles(str(tmp_path / f"{name}.parquet"))
        assert (first.text, third.text) == (LAW, LAW)
        assert isinstance(second, Unreadable)
        assert second.reason.endswith(f"{name}.parquet:2: longer than 1000 characters; not an article")


def test_a_text_that_a_few_bytes_repeat_is_not_held_for_hundreds_of_rows(tmp_path):
    places = pa.array([0] * 300, pa.int32())
    column = pa.DictionaryArray.from_arrays(places, pa.array(["x" * 1_000_000]))
    # Without Arrow's schema the column is read as plain texts.
    pq.write_table(pa.table({"text": column}), tmp_path / "a.parquet", store_schema=False)
    before, most = pa.total_allocated_bytes(), 0
    for _ in read_chunks(str(tmp_path / "a.parquet")):
        most = max(most, pa.total_allocated_bytes() - before)
    assert most < 80_000_000


def test_what_is_no_utf_8_is_said_to_be_none(tmp_path):
    texts = pa.array([LAW.encode(), b"\xff\xfe"], pa.binary()).view(pa.string())
    pq.write_table(pa.table({"text": texts}), tmp_path / "a.parquet")
    (_, first), (_, second) = parquet_rows(str(tmp_path / "a.parquet"))
    assert first == {"text": LAW}
    assert second == f"{tmp_path / 'a.parquet'}:2: not UTF-8; save it as UTF-8"


def test_no_name_of_a_file_is_taken_for_an_address_or_for_utf_8(tmp_path, call, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = ["s3:a.parquet", "b.parquet"]
    if sys.platform == "linux":
        names.append(os.fsdecode(b"\xe9tude.parquet"))
    for name in names:
        write(tmp_path / name, [{"text": LAW}])
    status, out, err = call("predict", tmp_path, "--output", tmp_path / f"o{names[-1]}")
    assert (status, out, err) == (0, "", "")
    assert pq.read_table(pa.OSFile(os.fsencode(tmp_path / f"o{names[-1]}"))).num_rows == len(names)
    assert call("predict", names[0], "--output", "s3:o.parquet") == (0, "", "")
    assert call("predict", names[0], "--output", "s3:o.parquet") == (0, "", "")


def bomb(path, n_rows, length):
    """Few bytes that unpack to a text of this length in each row."""
    column = pa.DictionaryArray.from_arrays(pa.array([0] * n_rows, pa.int32()), pa.array(["x" * length]))
    pq.write_table(pa.table({"text": column}), path, store_schema=False, compression="zstd")
    assert path.stat().st_size < length / 100
    return str(path)


def test_of_what_unpacks_to_far_more_one_row_at_a_time_is_held(tmp_path):
    path = bomb(tmp_path / "a.parquet", 16, 30_000_000)
    before, most, said = pa.total_allocated_bytes(), 0, []
    for row in read_articles(path):
        said.append(row.reason)
        most = max(most, pa.total_allocated_bytes() - before)
    assert said == [f"{path}:{i}: longer than 20000000 characters; not an article" for i in range(1, 17)]
    assert most < 150_000_000


def test_what_would_unpack_beyond_any_memory_is_no_file_of_articles(tmp_path, monkeypatch):
    monkeypatch.setattr("cyberclf.parquetrows._BOMB_BYTES", 1_000_000)
    path = bomb(tmp_path / "a.parquet", 3, 9_000_000)
    (row,) = read_articles(path)
    assert re.fullmatch(
        rf"{re.escape(path)}: column 'text' would unpack \d+ bytes to 90\d+; from there on .*", row.reason
    )


def test_what_was_read_before_a_damaged_row_group_is_given(tmp_path, monkeypatch):
    monkeypatch.setattr("cyberclf.parquetrows._BOMB_BYTES", 1_000_000)
    swelling = pa.array(["x" * 9_000_000])
    path = tmp_path / "a.parquet"
    with pq.ParquetWriter(path, pa.schema({"text": pa.string()}), compression="zstd") as writer:
        writer.write_table(pa.table({"text": [LAW] * 5}))
        writer.write_table(pa.table({"text": swelling}))
    rows = list(read_articles(str(path)))
    assert [type(row).__name__ for row in rows] == ["Article"] * 5 + ["Unreadable"]
    assert rows[5].reason.endswith("from there on nothing could be read")


def test_a_column_with_a_dot_in_its_name_is_no_part_of_another(tmp_path, monkeypatch):
    monkeypatch.setattr("cyberclf.parquetrows._BOMB_BYTES", 1_000_000)
    table = pa.table({"text": [LAW], "text.raw": ["x" * 9_000_000], "b.c": ["y" * 9_000_000]})
    pq.write_table(table, tmp_path / "a.parquet", compression="zstd")
    (row,) = read_articles(str(tmp_path / "a.parquet"))
    assert row.text == LAW
    (row,) = read_articles(str(tmp_path / "a.parquet"), keep=["b.c"])
    assert "column 'b.c' would unpack" in row.reason


def categories(prefix):
    values = pa.array([f"{prefix}-{number}" for number in range(100)]).dictionary_encode()
    return values.cast(pa.dictionary(pa.int8(), pa.string()))


def test_categories_of_many_files_and_row_groups_fit_together(tmp_path, call):
    folder = tmp_path / "in"
    folder.mkdir()
    names = []
    for file in range(2):
        schema = pa.schema({"text": pa.string(), "outlet": pa.dictionary(pa.int8(), pa.string())})
        with pq.ParquetWriter(folder / f"{file}.parquet", schema) as writer:
            for group in range(2):
                outlets = categories(f"{file}{group}")
                names += outlets.to_pylist()
                writer.write_table(pa.table({"text": [LAW] * 100, "outlet": outlets}))
    assert call("predict", folder, "--output", tmp_path / "o.parquet") == (0, "", "")
    assert pq.read_table(tmp_path / "o.parquet")["outlet"].to_pylist() == names
    status, out, _ = call("predict", folder, "--keep", "outlet", "--format", "jsonl")
    assert (status, [json.loads(line)["outlet"] for line in out.splitlines()]) == (0, names)


def test_categories_with_an_order_keep_it(tmp_path, call):
    days = pa.DictionaryArray.from_arrays(pa.array([2, 0], pa.int8()), pa.array(["a", "b", "c"]), ordered=True)
    write(tmp_path / "a.parquet", pa.table({"text": [LAW] * 2, "day": days}))
    assert call("predict", tmp_path / "a.parquet", "--output", tmp_path / "o.parquet")[0] == 0
    (found,) = pq.read_table(tmp_path / "o.parquet")["day"].chunks
    assert (found.dictionary.to_pylist(), found.type.ordered) == (["a", "b", "c"], True)
    assert found.to_pylist() == ["c", "a"]


def test_a_large_dictionary_does_not_go_with_every_few_rows_that_are_read(tmp_path):
    pages = pa.array([f"{number} {'x' * 900}" for number in range(3000)])
    write(tmp_path / "a.parquet", pa.table({"text": [LAW] * 3000, "html": pages.dictionary_encode()}))
    chunks = list(read_chunks(str(tmp_path / "a.parquet")))
    assert len(chunks) < 20
    assert sum(chunk.n_rows for chunk in chunks) == 3000
    held = [len(piece.batch.column("html").dictionary) for chunk in chunks for piece in chunk.pieces]
    assert max(held) <= 600


@pytest.mark.parametrize(("name", "most"), [("_GROUP_ROWS", 3), ("_GROUP_BYTES", 25)])
def test_a_row_group_ends_with_the_rows_that_bring_it_to_its_size(tmp_path, monkeypatch, name, most):
    monkeypatch.setattr(f"cyberclf.parquet.{name}", most)
    schema = pa.schema([("n", pa.int64())])
    batches = [pa.record_batch([pa.array([0, 1])], schema=schema) for _ in range(5)]
    write_parquet(batches, schema, tmp_path / "a.parquet")
    opened = pq.ParquetFile(tmp_path / "a.parquet").metadata
    assert [opened.row_group(number).num_rows for number in range(opened.num_row_groups)] == [4, 4, 2]


def test_the_length_of_a_text_is_known_without_it_and_what_is_no_text_has_none():
    texts = pa.array(["é", None, "loi", "é"])
    assert text_lengths(texts) == text_lengths(texts.dictionary_encode()) == [2, 0, 3, 2]
    assert text_lengths(pa.array([1, 2])) == [0, 0]


def test_a_file_with_two_columns_of_one_name_is_refused(tmp_path):
    table = pa.table([pa.array(["La loi."]), pa.array(["a"]), pa.array(["b"])], names=["text", "n", "n"])
    path = write(tmp_path / "a.parquet", table)
    with pytest.raises(ArticleError, match="two columns have the same name"):
        list(parquet_rows(str(path)))
