"""JSON Lines: blocks cut anywhere hold the rows that the whole holds, numbered as in the file."""

import io
import json
import pickle
import tempfile
from pathlib import Path

import pytest
from hypothesis import given as whatever
from hypothesis import strategies as some

from cyberclf import jsonlines
from cyberclf.errors import ArticleError
from cyberclf.jsonlines import Lines, json_rows, line_blocks

#: Lines of every kind: good, bad, blank, too long for the bound that the tests set.
LINES = [
    b'{"text": "la loi"}',
    '{"text": "été", "id": "é"}'.encode(),
    b"\xef\xbb\xbf{}",
    b"\xef\xbb\xbf\xef\xbb\xbf{}",
    b"",
    b"  \t\r",
    b"\x0c",
    b"[1]",
    b'{"text": ',
    b'{"text": "never closed',
    b'{"text": "\xff"}',
    b"\xef\xbb\xbf{\xff",
    b'{"a": NaN, "a": 1e999}',
    b'{"id": ' + b"9" * 50 + b"}",
    b'{"id": ' + b"9" * 5000 + b"}",
    b'{"text": "\\ud800"}',
    b'{"id": 18446744073709551616}',
    b'{"a": {"b": [0, [-9223372036854775809]]}}',
    b'{"a": ' + b"[" * 600 + b"1.5" + b"]" * 600 + b"}",
    b'{"id": -0, "a": 1e5, "b": true, "c": null, "d": "\\ud83d\\ude00"}',
    b'{"a": "\x01"}',
    b'{"a": 01}',
    b"[" * 3000,
    b'{"text": "' + b"x" * 6000 + b'"}',
    b" " * 6100,
]


def one_by_one(content, path):
    """What the rows are, said without blocks: a line is read, and nothing is known of the others."""
    for number, line in enumerate(io.BytesIO(content), 1):
        where = f"{path}:{number}"
        if len(line) > jsonlines.MAX_BYTES:
            yield where, f"{where}: row longer than {jsonlines.MAX_BYTES} bytes; not an article"
            continue
        if not line.strip():
            continue
        try:
            row = json.loads(line.decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            yield where, f"{where}: not UTF-8 (byte {error.start}); save it as UTF-8"
        except (ValueError, RecursionError) as error:
            said = getattr(error, "msg", "nested too deep or a number too long")
            yield where, f"{where}: not JSON: {said}; each line is one object"
        else:
            yield where, row if isinstance(row, dict) else f"{where}: not a JSON object; each line is one object"


@pytest.mark.parametrize("reader", ["json", "orjson"])
@whatever(some.lists(some.sampled_from(LINES), max_size=12), some.sampled_from([1, 7, 40, 5000]), some.booleans())
def test_blocks_hold_the_rows_of_the_file_and_their_numbers(reader, lines, size, ends):
    if reader == "orjson":
        pytest.importorskip("orjson")
    content = b"\n".join(lines) + b"\n" * ends
    with pytest.MonkeyPatch.context() as patch:
        if reader == "json":
            patch.setattr(jsonlines, "_orjson", lambda: None)
        patch.setattr(jsonlines, "MAX_BYTES", 6000)
        patch.setattr(jsonlines, "_BLOCK", size)
        expected = list(one_by_one(content, "f"))
        assert repr(list(json_rows(io.BytesIO(content), "f"))) == repr(expected)
        blocks = list(line_blocks(io.BytesIO(content), "f"))
        assert sum(block.n_rows() for block in blocks) == len(expected)
        assert all(len(block.content) <= size + 6002 for block in blocks)


def test_a_block_ends_with_a_line():
    content = b"".join(b'{"text": "%d"}\n' % number for number in range(200_000))
    blocks = list(line_blocks(io.BytesIO(content), "f"))
    assert len(blocks) == 6
    assert b"".join(block.content for block in blocks) == content
    assert all(block.content.endswith(b"\n") for block in blocks)
    lines = [block.n_lines for block in blocks]
    assert [block.first for block in blocks] == [1 + sum(lines[:number]) for number in range(6)]


def test_a_line_too_long_by_far_is_not_held(monkeypatch):
    monkeypatch.setattr(jsonlines, "MAX_BYTES", 1000)
    monkeypatch.setattr(jsonlines, "_BLOCK", 100)
    blocks = list(line_blocks(io.BytesIO(b"x" * 50_000 + b'\n{"text": "loi"}\n'), "f"))
    assert max(len(block.content) for block in blocks) < 1200
    rows = [row for block in blocks for row in block.rows()]
    assert rows == [("f:1", "f:1: row longer than 1000 bytes; not an article"), ("f:2", {"text": "loi"})]


def test_a_block_is_counted_without_being_read():
    block = Lines("f", 1, 4, b"{}\n\nnot json\n \n")
    assert block.n_rows() == len(list(block.rows())) == 2


@whatever(some.lists(some.sampled_from(LINES), max_size=12), some.sampled_from([1, 7, 40, 5000]), some.booleans())
def test_a_block_of_a_file_travels_as_the_place_where_it_stands(lines, size, ends):
    content = b"\n".join(lines) + b"\n" * ends
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        patch.setattr(jsonlines, "MAX_BYTES", 6000)
        patch.setattr(jsonlines, "_BLOCK", size)
        path = Path(folder) / "f"
        path.write_bytes(content)
        with path.open("rb") as stream:
            blocks = list(line_blocks(stream, str(path)))
        again = [pickle.loads(pickle.dumps(block)) for block in blocks]  # noqa: S301 - our own
        assert [block.content for block in again] == [block.content for block in blocks]
        assert repr([list(block.rows()) for block in again]) == repr([list(block.rows()) for block in blocks])


def test_the_place_is_sent_instead_of_the_content(tmp_path):
    path = tmp_path / "f"
    path.write_bytes(b'{"text": "la loi"}\n' * 10_000)
    with path.open("rb") as stream:
        (block,) = line_blocks(stream, str(path))
    assert len(pickle.dumps(block)) < 1000


@pytest.mark.parametrize("change", ["gone", "shorter", "other lines", "other words"])
def test_a_file_that_changes_before_its_block_is_read_is_said_in_a_line(tmp_path, change):
    path = tmp_path / "f"
    path.write_bytes(b'{"text": "la loi"}\n' * 3)
    with path.open("rb") as stream:
        (block,) = line_blocks(stream, str(path))
    sent = pickle.dumps(block)
    if change == "gone":
        path.unlink()
    else:
        other = {
            "shorter": b"{}\n",
            "other lines": b'{"text": "la loi"} ' * 3,
            "other words": b'{"text": "la foi"}\n' * 3,
        }
        path.write_bytes(other[change])
    with pytest.raises(ArticleError, match="f: changed while it was read; leave it as it is, and run again"):
        list(pickle.loads(sent).rows())  # noqa: S301 - our own


@whatever(
    some.recursive(
        some.none()
        | some.booleans()
        | some.integers()
        | some.floats()
        | some.text(some.characters(exclude_categories=())),
        lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=3), inner, max_size=3),
        max_leaves=8,
    ),
    some.booleans(),
)
def test_a_fast_reader_says_what_json_says_or_leaves_it_to_that(value, ascii_only):
    pytest.importorskip("orjson")
    content = json.dumps({"a": value}, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    quickly = jsonlines._quickly(content)
    assert quickly is None or repr(quickly) == repr(json.loads(content.decode()))
    plain = isinstance(value, str | bool | None) and "\\u" not in json.dumps(value)
    assert quickly is not None or not plain


def test_a_last_line_without_its_end_counts_and_what_is_added_meanwhile_is_not_read(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"text": "loi"}\n{"text": "mer"}')
    with path.open("rb") as stream:
        blocks = line_blocks(stream, str(path))
        first = next(blocks)
        with path.open("ab") as more:
            more.write(b'\n{"text": "port"}\n')
        assert (first.n_lines, first.n_rows(), list(blocks)) == (2, 2, [])


@pytest.mark.parametrize("begun", [b"\xef\xbb\xbf", b"\xef\xbb\xbf\n", b"\xef\xbb\xbf\r\n"])
def test_an_empty_first_line_with_a_byte_order_mark_is_no_row(tmp_path, begun):
    (tmp_path / "a.jsonl").write_bytes(begun + b'\n{"text": "la loi"}\n')
    (block,) = line_blocks((tmp_path / "a.jsonl").open("rb"), str(tmp_path / "a.jsonl"))
    assert [row for _, row in block.rows()] == [{"text": "la loi"}]
    assert block.n_rows() == 1
