"""Labelled articles: what a row may say, and how it is told what is wrong."""

import gzip
import json
from dataclasses import replace

import pytest

from cyberclf.analyzer import analyzer_fingerprint
from cyberclf.corpus import Corpus, read_corpus
from cyberclf.errors import CorpusError
from cyberclf.labelled import LabelledArticle
from cyberclf.passages import passages
from cyberclf.themes import DIGITAL_POLICY


def write(tmp_path, *rows, name="c.jsonl"):
    path = tmp_path / name
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def header(**changes):
    return {"format": "cyberclf-bags", "version": 1, "analyzer": analyzer_fingerprint(), **changes}


BAD_ROWS = {
    "no themes": ({"text": "a"}, "'themes' must be a list"),
    "themes in a string": ({"text": "a", "themes": "x"}, "'themes' must be a list"),
    "no text": ({"themes": []}, "no text"),
    "text is a number": ({"text": 3, "themes": []}, "no text"),
    "blank text": ({"text": " \n", "themes": []}, "text is empty"),
    "status is a list": ({"text": "", "themes": [], "status": []}, "the text is empty"),
    "title is a list": ({"text": "a", "title": [], "themes": []}, "'title' is no string"),
    "unknown kind": ({"text": "a", "themes": [], "kind": "rumour"}, "kind 'rumour'"),
    "source is a number": ({"text": "a", "themes": [], "source": 3}, "'source' is no string"),
    "an event is a list": ({"text": "a", "themes": [], "event": ["x"]}, "'event' is neither a string nor a number"),
    "given and not judged": ({"text": "a", "themes": ["x"], "not_judged": ["x"]}, "both given and not judged"),
    "evidence beyond": ({"text": "abc", "themes": ["x"], "evidence": {"x": [[0, 9]]}}, "within 3 characters"),
    "evidence backwards": ({"text": "abc", "themes": ["x"], "evidence": {"x": [[2, 1]]}}, "no \\[start, end\\]"),
    "evidence of nothing": ({"text": "abc", "themes": [], "evidence": {"x": [[0, 1]]}}, "does not have"),
    "evidence in a list": ({"text": "abc", "themes": [], "evidence": [1]}, "'evidence' must map"),
    "terms without header": ({"terms": [{"a": 1}], "themes": []}, "'cyberclf extract'"),
    "a file elsewhere": ({"file": "../../etc/passwd", "themes": []}, "beside"),
    "a file that is not there": ({"file": "none.txt", "themes": []}, "no file none.txt"),
}


@pytest.mark.parametrize(("row", "match"), BAD_ROWS.values(), ids=BAD_ROWS)
def test_a_bad_row_is_named_with_its_file(tmp_path, row, match):
    path = write(tmp_path, {"text": "a", "themes": []}, row)
    with pytest.raises(CorpusError, match=match) as caught:
        read_corpus([path])
    assert str(caught.value).startswith(f"{path}:2")


BAD_BAGS = {
    "a count of nought": ([{"a": 0}], {}, "count"),
    "a count that is true": ([{"a": True}], {}, "count"),
    "no list": ({"a": 1}, {}, "must be a list"),
    "evidence in no bag": ([{"a": 1}], {"x": [1]}, "not the number"),
}


@pytest.mark.parametrize(("terms", "evidence", "match"), BAD_BAGS.values(), ids=BAD_BAGS)
def test_a_bad_bag_is_named(tmp_path, terms, evidence, match):
    path = write(tmp_path, header(), {"terms": terms, "themes": ["x"], "evidence": evidence})
    with pytest.raises(CorpusError, match=match):
        read_corpus([path])


def test_bags_of_another_analyzer_are_refused_with_what_to_do(tmp_path):
    path = write(tmp_path, header(analyzer="0" * 16), {"terms": [{"a": 1}], "themes": []})
    with pytest.raises(CorpusError, match="'cyberclf extract'"):
        read_corpus([path])


def test_a_gzip_cut_short_says_so(tmp_path):
    path = tmp_path / "c.jsonl.gz"
    path.write_bytes(gzip.compress(b'{"text": "a", "themes": []}\n' * 900)[:60])
    with pytest.raises(CorpusError, match="cut short"):
        read_corpus([path])


def test_a_table_with_a_column_of_ids(tmp_path):
    path = tmp_path / "c.csv"
    path.write_text('text,themes\n"un, deux",a; b\ntrois,\n', encoding="utf-8-sig")
    first, second = read_corpus([path]).articles
    assert (first.text, first.themes, second.themes) == ("un, deux", {"a", "b"}, frozenset())


def test_a_table_with_a_column_a_theme_tells_lacking_from_not_judged(tmp_path):
    path = tmp_path / "c.tsv"
    path.write_text("text\tsource\ta\tb\nun\ts1\t1\t\ndeux\ts2\t0\t1\n", encoding="utf-8")
    first, second = read_corpus([path]).articles
    assert (first.themes, first.not_judged, first.source) == ({"a"}, {"b"}, "s1")
    assert (second.themes, second.not_judged) == ({"b"}, frozenset())


def test_a_title_goes_before_the_text_and_evidence_moves_with_it(tmp_path):
    row = {"title": "Titre", "text": "Une loi.", "themes": ["x"], "evidence": {"x": [[0, 8]]}}
    (article,) = read_corpus([write(tmp_path, row)]).articles
    (start, end) = article.evidence["x"][0]
    assert article.text[start:end] == "Une loi."
    assert article.text.startswith("Titre\n")


def test_a_passage_holds_evidence_when_half_of_it_lies_there(tmp_path):
    text = "Une phrase de début. " * 40 + "La loi est votée."
    where = text.index("La loi")
    row = {"text": text, "themes": ["x"], "evidence": {"x": [[where, len(text)]]}}
    (article,) = read_corpus([write(tmp_path, row)]).articles
    bags, marked = article.passages()
    assert marked["x"] == {len(bags) - 1}


def test_passages_within_evidence_that_is_longer_than_they_hold_it(tmp_path):
    text = "Une phrase de début. " * 80
    row = {"text": text, "themes": ["x"], "evidence": {"x": [[0, len(text)]]}}
    (article,) = read_corpus([write(tmp_path, row)]).articles
    bags, marked = article.passages()
    assert len(bags) > 3
    assert marked["x"] == set(range(len(bags)))


def test_a_packed_corpus_that_swells_beyond_any_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("cyberclf.corpus._UNPACKED", 1_000_000)
    path = tmp_path / "c.jsonl.gz"
    row = json.dumps({"text": "La loi. " * 10_000, "themes": ["x"]}) + "\n"
    path.write_bytes(gzip.compress(row.encode() + b"\n" * 9_000_000))
    with pytest.raises(CorpusError, match=r"c.jsonl.gz: unpacks to more than \d+ bytes; no articles do"):
        read_corpus([path])


def test_the_seeds_are_read_with_their_texts(root):
    seeds = read_corpus([root / "seeds" / "labels.jsonl"])
    assert [article.kind for article in seeds.articles] == ["seed"] * 5
    assert all(article.evidence for article in seeds.articles)


def test_the_fingerprint_follows_text_and_labels(small_corpus):
    assert Corpus.of(small_corpus.articles).fingerprint == small_corpus.fingerprint
    assert Corpus.of(small_corpus.articles[:-1]).fingerprint != small_corpus.fingerprint


def test_an_empty_corpus_is_refused():
    with pytest.raises(CorpusError, match="empty"):
        Corpus.of([])


def test_a_table_as_pandas_writes_it_is_read(tmp_path):
    import pandas as pd

    frame = pd.DataFrame({"text": ["La loi.", "Le port."], "loi": [1, 0], "mer": [None, 1]})
    frame.to_csv(tmp_path / "a.csv")
    first, second = read_corpus([tmp_path / "a.csv"]).articles
    assert (first.themes, first.not_judged) == ({"loi"}, {"mer"})
    assert (second.themes, second.not_judged) == ({"mer"}, set())
    pd.DataFrame({"text": ["La loi.", "Le port."], "loi": [True, False]}).to_csv(tmp_path / "b.csv")
    assert [article.themes for article in read_corpus([tmp_path / "b.csv"]).articles] == [{"loi"}, set()]


def test_an_empty_event_is_none(tmp_path):
    path = tmp_path / "c.jsonl"
    rows = [{"text": "La loi.", "themes": ["a"], "event": ""}, {"text": "La mer.", "themes": [], "event": 0}]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    assert [article.event for article in read_corpus([path]).articles] == [None, "0"]


def table(tmp_path, text):
    path = tmp_path / "c.csv"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("cell", ["\"['a', 'b']\"", '"[""a""]"', "['a';'b']", "{a}"])
def test_a_list_written_as_text_is_no_theme(tmp_path, cell):
    with pytest.raises(CorpusError, match="looks like a list written as text"):
        read_corpus([table(tmp_path, f"text,themes\nLe port,{cell}\n")])


def test_an_id_in_two_forms_of_unicode_is_one_theme(tmp_path):
    corpus = read_corpus([table(tmp_path, "text,themes\nLe port,p\u00eache\nLa mer,pe\u0302che\n")])
    assert corpus.themes == ("p\u00eache",)
    corpus = read_corpus([table(tmp_path, "text,pe\u0302che\nLe port,1\nLa mer,0\n")])
    assert corpus.themes == ("p\u00eache",)
    row = {"text": "abc", "themes": ["p\u00eache"], "evidence": {"pe\u0302che": [[0, 1]]}}
    assert read_corpus([write(tmp_path, row)]).articles[0].evidence == {"p\u00eache": ((0, 1),)}


def test_a_theme_that_no_article_has_is_none_of_the_corpus(tmp_path):
    corpus = read_corpus([table(tmp_path, "text,a,b,c\nLe port,1,0,\nLa mer,0,0,0\n")])
    assert (corpus.themes, corpus.unmet) == (("a",), ("b", "c"))
    row = {"text": "abc", "themes": ["a"], "not_judged": ["d"]}
    assert read_corpus([write(tmp_path, row)]).unmet == ("d",)


def test_truth_may_be_as_pandas_and_spreadsheets_write_it(tmp_path):
    corpus = read_corpus([table(tmp_path, "text,a,b\nLe port,VRAI,1.0\nLa mer,FAUX,oui\nLe vent,0,Non\n")])
    assert [article.themes for article in corpus.articles] == [{"a", "b"}, {"b"}, set()]


def test_a_table_of_columns_may_say_what_was_not_judged(tmp_path):
    corpus = read_corpus([table(tmp_path, "text,a,b,not_judged\nLe port,1,0,b\nLa mer,0,,\n")])
    assert [article.not_judged for article in corpus.articles] == [{"b"}, {"b"}]


@pytest.mark.parametrize(("given", "expected"), [(0, "0"), ("a", "a"), (7.5, "7.5")])
def test_a_number_names_an_article_and_an_event_as_a_string_does(tmp_path, given, expected):
    (article,) = read_corpus([write(tmp_path, {"text": "a", "themes": [], "id": given, "event": given})]).articles
    assert (article.id, article.event) == (expected, expected)


def test_rows_and_columns_that_a_spreadsheet_left_empty_are_passed_over(tmp_path):
    corpus = read_corpus([table(tmp_path, "sep=;\ntext;themes;;\nLe port;a;;\n;;;\nLa mer;;;\n ; ;;\n")])
    assert [(article.text, article.where.rpartition(":")[2]) for article in corpus.articles] == [
        ("Le port", "3"),
        ("La mer", "5"),
    ]


def test_what_a_table_has_no_column_of_is_not_judged(tmp_path):
    (tmp_path / "a.csv").write_text("text,loi,mer\nLa loi.,1,0\n", "utf-8")
    (tmp_path / "b.csv").write_text("text,loi,ski\nLe ski.,0,1\n", "utf-8")
    lists = write(tmp_path, {"text": "Rien.", "themes": []})
    first, second, third = read_corpus([tmp_path / "a.csv", tmp_path / "b.csv", lists]).articles
    assert (first.not_judged, second.not_judged, third.not_judged) == ({"ski"}, {"mer"}, frozenset())


@pytest.mark.parametrize(
    ("said", "certain"),
    [
        (0, False),
        ("0", False),
        ("non", False),
        ("no", False),
        ("yes", True),
        ("Oui", True),
        (False, False),
        (1, True),
        ("vrai", True),
        (None, True),
        ("", True),
    ],
)
def test_a_reader_may_say_in_many_ways_that_a_label_is_unsure(tmp_path, said, certain):
    (article,) = read_corpus([write(tmp_path, {"text": "a", "themes": ["x"], "certain": said})]).articles
    assert article.certain is certain


def test_what_says_neither_sure_nor_unsure_is_refused(tmp_path):
    with pytest.raises(CorpusError, match="'certain' holds 'perhaps', neither 1 nor 0"):
        read_corpus([write(tmp_path, {"text": "a", "themes": ["x"], "certain": "perhaps"})])


def test_a_table_with_headers_in_french_is_read_and_none_of_them_is_a_theme(tmp_path):
    (article,) = read_corpus([table(tmp_path, "ID,Titre,Texte,mer,port\n7,Le port,Il ouvre.,0,1\n")]).articles
    assert (article.id, article.text, article.themes) == ("7", "Le port\nIl ouvre.", {"port"})
    content = "texte,Thèmes,Date,Source,Kind,Event\nLe port ouvre.,port;mer,05/03/2025,APA,dépêche,conférence\n"
    (article,) = read_corpus([table(tmp_path, content)]).articles
    assert (article.themes, article.date, article.source) == ({"port", "mer"}, "05/03/2025", "APA")
    # What other columns mean by such names is not known.
    assert (article.kind, article.event) == ("press", None)


def test_columns_of_themes_may_have_names_that_mean_something_elsewhere(tmp_path):
    corpus = read_corpus([table(tmp_path, "text,Event,Source,Cyber\nUn forum.,1,0,0\nUne loi.,0,1,1\n")])
    assert corpus.themes == ("Cyber", "Event", "Source")
    assert [article.event for article in corpus.articles] == [None, None]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("text,Theme,Thèmes,relu\na,b,c,1\n", "columns 'Theme' and 'Thèmes' may both be the themes; call one 'themes'"),
        ("text,Theme,a\nx,1,0\n", "column 'Theme' is read as the list of themes, and holds '1'; rename it"),
    ],
)
def test_what_may_be_the_list_of_themes_is_not_guessed(tmp_path, content, said):
    with pytest.raises(CorpusError, match=said):
        read_corpus([table(tmp_path, content)])


CHANGES = {
    "not_judged": frozenset({"loi"}),
    "evidence": {"mer": ((0, 2),)},
    "kind": "written",
    "source": "s9",
    "event": "other",
    "date": "2025-03-12",
    "certain": False,
}


@pytest.mark.parametrize("name", CHANGES)
def test_the_fingerprint_follows_whatever_is_said_of_an_article(small_corpus, name):
    first, *others = small_corpus.articles
    changed = replace(first, **{name: CHANGES[name]})
    assert Corpus.of([changed, *others]).fingerprint != small_corpus.fingerprint


def test_the_order_of_terms_in_a_bag_is_nothing_to_the_fingerprint():
    one, two = (
        Corpus.of([LabelledArticle("a", "a", frozenset("x"), bags=(bag,))])
        for bag in ({"un": 1, "deux": 2}, {"deux": 2, "un": 1})
    )
    assert one.fingerprint == two.fingerprint


@pytest.mark.parametrize("span", [[1, 1], [-1, 2], [0, 4]])
def test_evidence_is_a_span_of_the_text_itself_even_with_a_title(tmp_path, span):
    row = {"title": "Titre", "text": "abc", "themes": ["x"], "evidence": {"x": [span]}}
    with pytest.raises(CorpusError, match=r"no \[start, end\] within 3 characters"):
        read_corpus([write(tmp_path, row)])


def test_two_passages_that_each_hold_half_of_a_span_both_hold_it(tmp_path):
    text = "Une phrase de début. " * 40
    before, after, *_ = passages(text)
    assert before.end == after.start
    row = {"text": text, "themes": ["x"], "evidence": {"x": [[before.end - 9, before.end + 9]]}}
    assert read_corpus([write(tmp_path, row)]).articles[0].passages()[1] == {"x": {0, 1}}


@pytest.mark.parametrize("name", ["../secret.txt", "folder/secret.txt", ".secret.txt", "/etc/hostname"])
def test_a_file_elsewhere_or_hidden_is_not_read_even_where_it_is(tmp_path, name):
    (tmp_path / "c" / "folder").mkdir(parents=True)
    for place in ("secret.txt", "c/folder/secret.txt", "c/.secret.txt"):
        (tmp_path / place).write_text("La loi.", "utf-8")
    with pytest.raises(CorpusError, match="'file' must be the name of a file beside"):
        read_corpus([write(tmp_path / "c", {"file": name, "themes": []})])


def test_what_says_nothing_is_nothing(tmp_path):
    row = {"text": "abc", "themes": ["x"], "evidence": {"x": []}, "source": "", "date": ""}
    (article,) = read_corpus([write(tmp_path, row)]).articles
    assert (article.evidence, article.source, article.date) == ({}, None, None)
    assert article.id == article.where == f"{tmp_path / 'c.jsonl'}:1"


@pytest.mark.parametrize("ids", [[" "], [""], [3]])
def test_a_blank_id_is_no_theme(tmp_path, ids):
    with pytest.raises(CorpusError, match="'themes' must be a list of theme ids"):
        read_corpus([write(tmp_path, {"text": "a", "themes": ids})])


@pytest.mark.parametrize(("terms", "match"), [([{"a\x1b": 1}], "is no term"), ([{"a": 2**31}], "count")])
def test_a_term_that_cannot_be_shown_and_a_count_beyond_any_are_refused(tmp_path, terms, match):
    with pytest.raises(CorpusError, match=match):
        read_corpus([write(tmp_path, header(), {"terms": terms, "themes": []})])


@pytest.mark.parametrize("said", [{"version": 2}, {"format": "other"}])
def test_bags_of_another_format_are_refused(tmp_path, said):
    with pytest.raises(CorpusError, match="not a header of cyberclf-bags 1"):
        read_corpus([write(tmp_path, header(**said), {"terms": [{"a": 1}], "themes": []})])


def test_half_a_character_is_no_obstacle_to_a_digest():
    assert len(LabelledArticle("a", "a", frozenset(), text="\ud800").digest) == 12


def test_what_a_list_names_and_a_table_has_no_column_of_is_not_judged_in_the_table(tmp_path):
    lists = write(tmp_path, {"text": "Le ski.", "themes": ["ski"]})
    first, second = read_corpus([lists, table(tmp_path, "text,loi\nLa loi.,1\n")]).articles
    assert (first.not_judged, second.not_judged) == (frozenset(), {"ski"})


@pytest.mark.parametrize("name", ["c.ndjson", "C.JSONL", "C.CSV"])
def test_a_file_is_known_by_the_end_of_its_name_in_any_case(tmp_path, name):
    path = tmp_path / name
    path.write_text("text,themes\nabc,x\n" if name.endswith("CSV") else '{"text": "abc", "themes": ["x"]}\n', "utf-8")
    assert read_corpus([path]).themes == ("x",)


@pytest.mark.parametrize("status", ["error", "empty"])
def test_what_predict_could_not_read_is_passed_over_and_what_has_a_text_is_not(tmp_path, status):
    rows = [{"text": text, "themes": "", "status": status} for text in ("", "abc")]
    lines = "".join(f"{row['text']},,{status}\n" for row in rows)
    in_table = read_corpus([table(tmp_path, f"text,themes,status\n{lines}")]).articles
    in_lines = read_corpus([write(tmp_path, *({**row, "themes": []} for row in rows))]).articles
    assert [article.text for article in (*in_table, *in_lines)] == ["abc", "abc"]


@pytest.mark.parametrize("content", [b'{"text": "a", "themes": []}\n', gzip.compress(b"", mtime=0)[:10] + b"\xff" * 30])
def test_what_is_no_gzip_by_its_content_says_so(tmp_path, content):
    path = tmp_path / "c.jsonl.gz"
    path.write_bytes(content)
    with pytest.raises(CorpusError, match=r"c\.jsonl\.gz: damaged or cut short"):
        read_corpus([path])


def test_an_article_may_have_a_format(tmp_path):
    assert len(read_corpus([write(tmp_path, {"text": "a", "themes": [], "format": "interview"})]).articles) == 1


def test_themes_are_in_the_order_of_the_codebook_then_by_their_letters(tmp_path):
    ids = [DIGITAL_POLICY[1].id, *"hgfedcba", DIGITAL_POLICY[0].id]
    expected = (DIGITAL_POLICY[0].id, DIGITAL_POLICY[1].id, *"abcdefgh")
    assert read_corpus([write(tmp_path, {"text": "a", "themes": ids})]).themes == expected


def test_a_table_as_it_is_written_here_has_its_texts_without_the_guard(tmp_path):
    (article,) = read_corpus([table(tmp_path, "text,themes\n'=1+1 dit la loi,'-x\n")]).articles
    assert (article.text, article.themes) == ("=1+1 dit la loi", {"-x"})
