"""What of a corpus is hardly meant is said, and nothing of one in order."""

import csv
import json

import pytest

from cyberclf.corpus import Corpus, read_corpus
from cyberclf.doubts import doubts
from cyberclf.labelled import LabelledArticle


@pytest.fixture
def corpus_of(tmp_path):
    def made(*rows):
        path = tmp_path / "c.csv"
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(["text", "themes", "date"])
            writer.writerows(rows)
        return read_corpus([path])

    return made


def test_a_corpus_in_order_raises_none(corpus_of):
    rows = [("Le port.", "a;b", "2025-03-12"), ("La mer.", "c, d", "2025-03-12T10:00:00+01:00"), ("Le thon.", "", "")]
    assert doubts(corpus_of(*rows)) == []


@pytest.mark.parametrize("cell", ["a, b", "a|b", "a/b"])
def test_ids_separated_otherwise_are_doubted_where_one_of_them_is_an_id(corpus_of, cell):
    (said,) = doubts(corpus_of(("Le port.", "a", ""), ("La mer.", cell, "")))
    assert said == f"theme '{cell}' is taken for one; if it is 2, separate them by ;"


@pytest.mark.parametrize("others", [("S", "s"), ("Pêche", "pêche"), ("Peche", "pêche"), ("transport", "transports")])
def test_ids_that_are_spelt_nearly_alike_are_doubted(corpus_of, others):
    (said,) = doubts(corpus_of(("Le port.", others[0], ""), ("La mer.", others[1], "")))
    assert said == f"themes '{others[0]}' and '{others[1]}' are taken for two; if they are one, write them alike"


def test_ids_spelt_in_many_ways_are_all_named(corpus_of):
    (said,) = doubts(corpus_of(("Le port.", "Pêche", ""), ("La mer.", "pêche", ""), ("Le thon.", "peche", "")))
    assert said == "themes 'Pêche', 'peche' and 'pêche' are taken for 3; if they are one, write them alike"


@pytest.mark.parametrize("name", ["Régulation de l'IA", "régulation de l’IA", "AI regulation"])
def test_a_name_beside_the_id_that_it_is_the_name_of_is_doubted(corpus_of, name):
    (said,) = doubts(corpus_of(("Une loi.", "ai_regulation", ""), ("La mer.", name, "")))
    assert said == f"theme '{name}' is taken for one of its own; if it is 'ai_regulation', write that"
    assert not doubts(corpus_of(("Une loi.", "a", ""), ("La mer.", name, "")))


def test_many_themes_in_doubt_are_counted(corpus_of):
    rows = [(f"Le port {n}.", f"t{n};T{n}", "") for n in range(9)]
    assert doubts(corpus_of(*rows))[5:] == ["and 4 more on themes"]


def test_dates_that_cannot_be_read_are_named_and_counted(corpus_of):
    (said,) = doubts(corpus_of(("Le port.", "a", "12/03/2025"), ("La mer.", "", "hier"), ("Le thon.", "a", "")))
    assert "c.csv:3: date 'hier' is neither YYYY-MM-DD nor DD/MM/YYYY; 1 date is read as none" in said


def test_dates_of_which_one_has_the_month_first_are_all_in_doubt(corpus_of):
    rows = ("Le port.", "a", "12/03/2025"), ("La mer.", "", "03/25/2025"), ("Le thon.", "a", "2025-03-12")
    (said,) = doubts(corpus_of(*rows))
    assert "c.csv:3: date '03/25/2025' has the month first, so none like it can be told; 2 dates are read as" in said


@pytest.mark.parametrize("cell", ["None", "nan", "N/A", "aucun"])
def test_a_theme_whose_name_says_that_there_is_none_is_doubted(corpus_of, cell):
    (said,) = doubts(corpus_of(("Le port.", "a", ""), ("La mer.", cell, "")))
    assert said == f"theme '{cell}' is taken for a theme; where an article has none, leave the cell empty"


def test_one_article_of_many_without_a_theme_is_doubted(corpus_of):
    rows = [(f"Le port {n}.", "ab"[n % 2], "") for n in range(99)]
    (said,) = doubts(corpus_of(*rows, ("La mer.", "", "")))
    assert "c.csv:101: no theme; 1 of 100 articles have none" in said
    assert doubts(corpus_of(*rows[:40], ("La mer.", "", ""))) == []


def test_columns_of_themes_that_nothing_can_be_learnt_of_are_named(tmp_path):
    path = tmp_path / "c.csv"
    path.write_text("text,a,b,c\nLe port.,1,1,0\nLa mer.,0,,0\nLe thon.,1,1,\n", "utf-8")
    assert doubts(read_corpus([path])) == [
        "theme 'c' is in no article",
        "theme 'b' is in every article judged for it: nothing tells it from the rest",
    ]


def test_themes_that_hardly_any_article_is_said_to_lack_are_doubted(tmp_path):
    path = tmp_path / "c.csv"
    body = "".join(f"Le port {n}.,1,\n" for n in range(9)) + "Le thon.,0,1\n" + "La mer.,,0\n"
    path.write_text(f"text,a,b\n{body}", "utf-8")
    assert doubts(read_corpus([path])) == []
    path.write_text(f"text,a,b\n{body}" + "".join(f"La mer {n}.,,0\n" for n in range(9)), "utf-8")
    (said,) = doubts(read_corpus([path]))
    assert said.startswith("theme 'a' is not judged in 10 of 20 articles, and said to be lacking in 1 alone")


def test_articles_that_stand_there_twice_are_named_with_what_their_labels_say(corpus_of):
    said = doubts(corpus_of(("Le port.", "a", ""), ("Le  port.", "a", ""), ("Le port.", "", ""), ("La mer.", "", "")))
    assert ["c.csv:3: the same article as" in said[0], "c.csv:4: the same article, with other themes, as" in said[1]]
    assert all("c.csv:2; 1 such in all" in line for line in said)


def test_articles_judged_for_one_theme_after_the_other_contradict_nothing(tmp_path):
    rows = [
        {"text": "Le port.", "themes": ["a"], "not_judged": ["b"]},
        {"text": "Le port.", "themes": ["b"], "not_judged": ["a"]},
        {"text": "La mer.", "themes": []},
    ]
    (tmp_path / "c.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    (said,) = doubts(read_corpus([tmp_path / "c.jsonl"]))
    assert "c.jsonl:2: the same article as" in said


@pytest.mark.parametrize(
    "others", [("MS", "MX"), ("C", "CS"), ("tax", "ta"), ("article I", "article IX"), ("カキ", "ガキ")]
)
def test_ids_that_are_merely_short_are_not_taken_for_one(corpus_of, others):
    assert doubts(corpus_of(("Le port.", others[0], ""), ("La mer.", others[1], ""))) == []


def test_a_theme_that_one_file_names_often_and_another_never_is_doubted(tmp_path):
    def write(name, theme, n_rows):
        rows = [{"text": f"{name} {n}", "themes": [theme] if theme and n % 2 else []} for n in range(n_rows)]
        (tmp_path / name).write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
        return tmp_path / name

    files = [write("a.jsonl", "mer", 40), write("b.jsonl", "loi", 40)]
    (said,) = doubts(read_corpus(files))
    assert said == (
        f"{files[0]}: 'loi' is in none of its 40 articles, and often in other files (2 such in all); they are taken to "
        "lack it: where nobody judged a theme, list it in not_judged"
    )
    for other in (write("few.jsonl", "loi", 8), write("none.jsonl", "", 40)):
        assert doubts(read_corpus([files[0], other])) == []


def test_the_plural_in_x_is_no_other_theme(corpus_of):
    (said,) = doubts(corpus_of(("Le port.", "bateau", ""), ("La mer.", "bateaux", "")))
    assert "if they are one, write them alike" in said


def test_five_themes_in_doubt_are_all_there_are(corpus_of):
    said = doubts(corpus_of(*[(f"Le port {n}.", f"t{n};T{n}", "") for n in range(5)]))
    assert len(said) == 5
    assert not any("more on themes" in line for line in said)


def test_one_article_of_fifty_without_a_theme_is_doubted_and_one_of_forty_nine_is_not(corpus_of):
    rows = [(f"Le port {n}.", "ab"[n % 2], "") for n in range(49)]
    assert len(doubts(corpus_of(*rows, ("La mer.", "", "")))) == 1
    assert doubts(corpus_of(*rows[1:], ("La mer.", "", ""))) == []


def test_articles_without_a_word_are_not_the_same_article():
    empty = [LabelledArticle(str(n), f"c:{n}", frozenset(), bags=({},)) for n in range(2)]
    others = [LabelledArticle(str(n), f"c:{n}", frozenset("ab"[n % 2]), bags=({f"w{n}": 1},)) for n in range(2, 6)]
    assert doubts(Corpus.of([*empty, *others])) == []


def test_a_theme_that_a_file_lists_as_not_judged_is_not_doubted(tmp_path):
    def write(name, theme, not_judged):
        rows = [{"text": f"{name} {n}", "themes": [theme] * (n % 2), "not_judged": not_judged} for n in range(40)]
        (tmp_path / name).write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
        return tmp_path / name

    assert doubts(read_corpus([write("a.jsonl", "mer", ["loi"]), write("b.jsonl", "loi", ["mer"])])) == []


def test_where_every_theme_is_in_every_article_training_says_so_and_not_a_doubt(corpus_of):
    assert doubts(corpus_of(("Le port.", "a", ""), ("La mer.", "a", ""))) == []
