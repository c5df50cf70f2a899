"""A table gives a record or an error for each of its rows, whatever its quotes are."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyberclf import csvrows
from cyberclf.csvrows import csv_rows
from cyberclf.errors import ArticleError


def read(content: str, path: str = "a.csv") -> list:
    return [row if isinstance(row, str) else list(row.values()) for _, row in rows(content, path)]


def rows(content: str, path: str = "a.csv") -> list:
    return list(csv_rows(io.BytesIO(content.encode()), path))


CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)


@given(st.lists(st.tuples(CELL, CELL, CELL), max_size=6), st.sampled_from([",", ";", "\t"]))
def test_what_is_written_as_csv_is_read_again(table, delimiter):
    if delimiter == "\t":
        # A text whose every line has all the tabs of a row is taken for rows: see below.
        table = [tuple(cell.replace("\t", " ") for cell in row) for row in table]
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerows([("id", "text", "title"), *table])
    assert read(out.getvalue()) == [list(row) for row in table]


def test_a_quote_that_nothing_closes_costs_its_row_alone():
    found = rows('id,text\n1,one\n2,"two\n3,three\n4,"four, and more"\n5,five\n')
    assert [where for where, _ in found] == [f"a.csv:{n}" for n in range(2, 7)]
    assert found[1][1].startswith("a.csv:3: not CSV: ")
    assert "in a quoted text that runs on for 3 lines" in found[1][1]
    assert [row if isinstance(row, str) else row["text"] for _, row in found][2:] == ["three", "four, and more", "five"]


def test_a_quote_that_nothing_closes_to_the_end_of_the_file_costs_its_row_alone():
    found = rows('id,text\n1,"one\n' + "".join(f"{n},text {n}\n" for n in range(2, 500)))
    assert len(found) == 499
    assert [where for where, row in found if isinstance(row, str)] == ["a.csv:2"]


def test_a_text_over_several_lines_is_one_row():
    assert read('id,text\n1,"one\n""two""\n\nthree"\n2,two\n') == [["1", 'one\n"two"\n\nthree'], ["2", "two"]]


@pytest.mark.parametrize(
    "body",
    [
        '1\t"Non\n2\tOui\n3\tNon"\n',
        '1\t"Non" dit-il\n2\tOui\n3\t"x\n',
        '1\t"Non\n2\t"Oui\n3\tx\n',
        '1\tNon\n2\t"\n3\t"\n',
    ],
)
def test_quotes_of_a_tab_separated_file_may_be_signs_like_others(body):
    expected = [line.split("\t") for line in body.splitlines()]
    assert read(f"id\ttext\n{body}", "a.tsv") == expected


def test_a_tab_separated_file_may_quote_texts_over_several_lines():
    assert read('id\ttext\n1\t"one\ntwo"\n2\t"a\tb"\n', "a.tsv") == [["1", "one\ntwo"], ["2", "a\tb"]]
    assert read('text\n"one\ntwo"\n', "a.tsv") == [["one\ntwo"]]
    # But then no tab in them: each of these lines could be a row.
    assert read('id\ttext\n1\t"one\ntwo\tthree"\n', "a.tsv") == [["1", '"one'], ["two", 'three"']]
    assert read('id\ttext\n1\t"a" b\n2\t"one\ntwo"\n', "a.tsv") == [["1", '"a" b'], ["2", "one\ntwo"]]


def test_a_quote_that_nothing_closes_costs_its_row_alone_where_the_next_stands_within_a_text():
    body = "".join(f"{n},text {n}\n" for n in range(1, 300))
    found = rows(f'id,text\n0,"never closed\n{body}300,un écran de 5" tactile\n')
    assert [where for where, row in found if isinstance(row, str)] == ["a.csv:2"]
    assert [row["id"] for _, row in found if isinstance(row, dict)] == [str(n) for n in range(1, 301)]


def test_the_lines_of_a_text_with_a_quote_too_many_are_no_articles():
    found = rows('id,text\n1,"Il a dit\nà la fin, au vote, à tous\nqu\'un "oui" suffit\nà la loi."\n2,two\n')
    assert [row["text"] for _, row in found if isinstance(row, dict)] == ["two"]
    assert "runs on for 3 lines; the 2 lines after it are lost with it" in found[0][1]
    found = rows('text\n"Il a dit\nqu\'un "oui" suffit"\ntwo\n')
    assert [row["text"] for _, row in found if isinstance(row, dict)] == ["two"]


@pytest.mark.parametrize(
    ("line", "path", "lost"),
    [('a","b\n', "a.csv", True), ('a"\t"b\n', "a.tsv", False), ('a"\t"b\nx\n', "a.tsv", True)],
)
def test_rows_that_each_open_a_quote_are_not_read_again_without_end(monkeypatch, line, path, lost):
    monkeypatch.setattr(csvrows, "MAX_BYTES", 2000)
    read_lines = 0
    step = csvrows._Lines.__next__

    def counted(self):
        nonlocal read_lines
        read_lines += 1
        return step(self)

    monkeypatch.setattr(csvrows._Lines, "__next__", counted)
    head = "id\ttext\n" if path.endswith(".tsv") else "id,text\n"
    found = rows(head + line * 5000, path)
    assert read_lines < 150_000
    assert any("are lost" in row for _, row in found if isinstance(row, str)) == lost
    if not lost:
        assert [list(row.values()) for _, row in found] == [line.rstrip("\n").split("\t")] * 5000


def test_a_row_longer_than_any_article_is_an_error_in_its_place(monkeypatch):
    monkeypatch.setattr(csvrows, "MAX_BYTES", 100)
    found = read("id,text\n1,one\n2," + "x" * 300 + "\n3,three\n")
    assert found[0] == ["1", "one"]
    assert "a line longer than 100 characters" in found[1]
    assert found[2] == ["3", "three"]


@pytest.mark.parametrize("line", ["sep=;\n", "sep=;\r\n", "SEP=;\n"])
def test_the_line_that_names_the_separator_is_no_header(line):
    if line.startswith("sep"):
        assert rows(f"{line}id;text\n1;a, b\n") == [("a.csv:3", {"id": "1", "text": "a, b"})]
    else:
        with pytest.raises(ArticleError, match="no column 'text'"):
            rows(f"{line}id;text\n1;a, b\n")


@pytest.mark.parametrize("head", [b"sep=;\nid;th\xe9me;text\n", b"th\xe9me,text\n"])
def test_a_header_that_is_no_utf_8_is_said_to_be_none(head):
    with pytest.raises(ArticleError, match="not UTF-8; save it as UTF-8"):
        list(csv_rows(io.BytesIO(head + b"1;2;3\n"), "a.csv"))


@pytest.mark.parametrize("line", ["sep=\r\n", 'sep="\n', "sep=x\n"])
def test_a_separator_that_is_none_is_no_separator(line):
    with pytest.raises(ArticleError, match="no column 'text'"):
        rows(f"{line}id,text\n1,a\n")


def test_a_limit_that_a_program_has_set_is_not_lowered():
    before = csv.field_size_limit(csvrows.MAX_BYTES + 5)
    try:
        rows("id,text\n1,one\n")
        assert csv.field_size_limit() == csvrows.MAX_BYTES + 5
    finally:
        csv.field_size_limit(before)


def test_what_is_said_of_a_header_is_one_line_of_some_length():
    with pytest.raises(ArticleError) as caught:
        rows("x" * 100_000 + ",b\n")
    assert len(str(caught.value)) < 400
    with pytest.raises(ArticleError, match=r"two columns have the name .x+.; rename one"):
        rows("x" * 100_000 + ",text," + "x" * 100_000 + "\n")


def test_text_title_and_id_are_found_whatever_their_case_and_in_french():
    ((_, row),) = rows("ID;Titre;Texte;Thèmes;Lien\n7;Une loi;Le texte.;a;x\n")
    own = {"ID": "7", "Titre": "Une loi", "Texte": "Le texte.", "Thèmes": "a", "Lien": "x"}
    assert row == own | {"id": "7", "title": "Une loi", "text": "Le texte."}


def test_a_column_with_the_very_name_goes_before_one_that_means_it():
    ((_, row),) = rows("Text,text,titre,title\nA,b,C,d\n")
    assert row == {"Text": "A", "text": "b", "titre": "C", "title": "d"}


def test_of_two_columns_that_may_be_the_title_none_is_guessed():
    ((_, row),) = rows("text,Titre,Title\na,b,c\n")
    assert row == {"text": "a", "Titre": "b", "Title": "c"}


def test_a_text_longer_than_the_limit_of_the_csv_module_is_read():
    before = csv.field_size_limit(131_072)
    try:
        assert read("id,text\n1," + "x" * 200_000 + "\n") == [["1", "x" * 200_000]]
    finally:
        csv.field_size_limit(before)


@pytest.mark.parametrize("name", ["a.tsv", "A.TSV"])
def test_a_tab_separated_file_is_told_by_its_name_whatever_its_header_holds(name):
    assert read("text\nun, deux\n", name) == [["un, deux"]]
    assert read("text\ta,b,c\nun\t1\n", name) == [["un", "1"]]


def test_a_tab_may_be_named_as_the_separator():
    assert read("sep=\t\nid\ttext\n1\ta, b\n") == [["1", "a, b"]]


def test_quotes_that_mean_nothing_mean_nothing_with_any_end_of_line():
    assert read('id\ttext\r\n1\t"Non\r\n2\tOui"\r\n', "a.tsv") == [["1", '"Non'], ["2", 'Oui"']]


@pytest.mark.parametrize(
    "body",
    ['text,id\n"never closed,1\n"a, b, c",2\nd,3\n', 'id,text\n1,"never closed\n2,"a, b, c"\n3,d\n'],
)
def test_a_quote_that_nothing_closes_costs_its_row_alone_where_the_next_is_quoted(body):
    first, *others = rows(body)
    assert isinstance(first[1], str)
    assert [(row["id"], row["text"]) for _, row in others] == [("2", "a, b, c"), ("3", "d")]


def test_in_one_column_too_a_quote_that_nothing_closes_costs_its_row_alone():
    assert read('text\n"one\ntwo\nthree\n')[1:] == [["two"], ["three"]]


def test_a_line_without_its_tabs_leaves_the_rows_before_it_as_they_are():
    found = read('id\ttext\n1\t"Non\n2\tOui\nrien\n3\t"x\n', "a.tsv")
    assert [found[0], found[1], found[3]] == [["1", '"Non'], ["2", "Oui"], ["3", '"x']]
    assert "1 cells for 2 columns" in found[2]


@pytest.mark.parametrize("name", ["Contenu", "content"])
def test_a_column_that_is_the_text_by_another_name_is_to_be_renamed(name):
    with pytest.raises(ArticleError, match=f"rename '{name}' to 'text'"):
        rows(f"id,{name}\n1,a\n")


def test_a_first_line_without_end_is_no_header(monkeypatch):
    monkeypatch.setattr(csvrows, "MAX_BYTES", 100)
    with pytest.raises(ArticleError, match="a first line longer than 100 characters; no header line is"):
        rows("text," + "x" * 300)


def test_blank_lines_and_columns_without_a_name_and_space_around_names_are_passed_over():
    assert [row["text"] for _, row in rows(" id , text ,,\n1,one,,\n\n2,two,,\n")] == ["one", "two"]
    with pytest.raises(ArticleError, match=r"a\.csv: empty; it needs a header line"):
        rows("\n1,one\n")


def test_the_file_stays_open(tmp_path):
    (tmp_path / "a.csv").write_text("id,text\n1,one\n", "utf-8")
    with (tmp_path / "a.csv").open("rb") as stream:
        assert len(list(csv_rows(stream, "a.csv"))) == 1
        assert not stream.closed
