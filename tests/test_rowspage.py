"""The page of tagged articles, without a browser: rows in are rows out, all readable, all text."""

import base64
import hashlib
import io
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from cyberclf import rowspage
from cyberclf.articles import Article, Unreadable
from cyberclf.cli import main
from cyberclf.phrases import _PHRASES, LANGUAGES, Phrases
from cyberclf.rowspage import write_page
from cyberclf.tagging import TaggedRow, tag_articles
from cyberclf.themes import DIGITAL_POLICY, Theme

TEXT = (
    "Le Bénin adopte sa stratégie nationale de cybersécurité\n"
    "Le conseil des ministres a adopté mercredi la stratégie nationale de cybersécurité et créé une agence."
)
HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(1)></script>{{7*7}}\x1b\u202e'


class Tags(HTMLParser):
    def __init__(self, page):
        super().__init__()
        self.elements = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def named(self, name):
        return [attributes for tag, attributes in self.elements if tag == name]


def page_of(articles, model):
    stream = io.StringIO()
    write_page(tag_articles(articles, model), stream, model)
    return stream.getvalue()


def test_rows_in_are_rows_out_in_order_with_their_status(model):
    page = page_of([Article("a", TEXT, "a"), Article("b", " ", "b"), Unreadable("c", "c", "c: not UTF-8")], model)
    bodies = Tags(page).named("tbody")
    assert [body["data-s"] for body in bodies] == ["ok", "empty", "error"]
    assert [body["data-n"] for body in bodies] == ["0", "1", "2"]
    assert "c: not UTF-8" in page
    assert "<h1>3 articles</h1>" in page


def test_what_was_not_judged_says_why_and_is_counted(model):
    english = "The council of ministers adopted the national cybersecurity strategy on Wednesday. " * 3
    articles = [Article("s", "Une loi.", "s"), Article("f", english, "f"), Article("a", TEXT, "a")]
    page = page_of(articles, model)
    assert "<p>1 judged; 1 fewer than 6 words; 1 not the model&#x27;s language. " in page
    assert '<option value="foreign">not the model&#x27;s language (1)</option>' in page
    assert page.count("no theme</td>") == 0
    assert [bool(body["data-p"]) for body in Tags(page).named("tbody")] == [False, False, True]
    assert "1 not the model&#x27;s language" in page_of([Article("f", english, "f")], model)


def test_a_theme_given_all_the_same_shows_its_bar(model):
    forced = model.forcing().with_thresholds({"strategy": 0.0})
    page = page_of([Article("s", "Une loi.", "s")], forced)
    assert "fewer than 6 words: themes given all the same" in page
    assert page.count("<b> given</b>") == 1


def test_the_passage_is_marked_with_both_names_of_its_theme(model):
    page = page_of([Article("a", TEXT, "a")], model)
    assert "<mark><b>Strategy and governance / Stratégie et gouvernance</b> " in page
    assert '<span class="fr" lang="fr">Stratégie et gouvernance</span>' in page


def test_a_title_given_apart_does_not_shift_the_passage(model):
    title, text = TEXT.split("\n")
    row = next(tag_articles([Article("a", TEXT, "a", len(title) + 1)], model))
    assert row.text == text
    low, high = row.passages["strategy"]
    assert text[low:high] == text


def test_themes_that_a_person_should_decide_are_named_and_marked(model):
    row = replace(next(tag_articles([Article("a", TEXT, "a.txt")], model)), review=("capacity_building",))
    stream = io.StringIO()
    write_page([row, replace(row, review=())], stream, model)
    page = stream.getvalue()
    assert page.count("review: Capacity building") == 1
    assert ["data-r" in body for body in Tags(page).named("tbody")] == [True, False]


def test_a_hostile_article_and_theme_stay_text(model):
    theme = Theme("t", f"name {HOSTILE}", f"nom {HOSTILE}")
    hostile = replace(model, theme_list=(theme, *model.theme_list[1:]))
    page = page_of([Article(HOSTILE, f"{HOSTILE} {TEXT}", HOSTILE), Unreadable(HOSTILE, HOSTILE, HOSTILE)], hostile)
    found = Tags(page)
    assert len(found.named("script")) == 1
    assert found.named("img") == []
    assert "{{7*7}}" in page
    assert not set("\x1b\u202e") & set(page)


def test_the_page_allows_nothing_from_outside_and_needs_no_style_attribute(model):
    found = Tags(page_of([Article("a", TEXT, "a")], model))
    (policy,) = [meta["content"] for meta in found.named("meta") if "http-equiv" in meta]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert not [attributes for _, attributes in found.elements if "style" in attributes]


def test_beyond_the_cap_rows_stand_without_their_texts_and_a_line_says_so(model, monkeypatch):
    monkeypatch.setattr(rowspage, "MAX_TEXTS", 2)
    page = page_of([Article(f"a{i}", TEXT, f"a{i}") for i in range(5)], model)
    found = Tags(page)
    assert len(found.named("tbody")) == 5
    assert len(found.named("details")) == 2
    assert "The texts of the first 2 articles are on this page; of the other 3 only the rows." in page


def test_rows_are_not_held_in_memory(model):
    """The writer asks for the next row only when it has done with the one before."""
    alive = 0

    def rows():
        nonlocal alive
        for number in range(50):
            alive += 1
            yield TaggedRow(f"{number}", "t", "w", (), dict.fromkeys(model.themes, 0.1), {}, "ok", text="x" * 100)
            alive -= 1

    class Stream(io.StringIO):
        def write(self, text):
            assert alive == 0
            return super().write(text)

    rowspage.write_page(rows(), Stream(), model)


def test_many_themes_show_the_likeliest_of_each_article(model):
    themes = tuple(Theme(f"t{j}", f"Theme {j}", f"Thème {j}") for j in range(90))
    import numpy as np

    many = replace(model, theme_list=themes, thresholds=np.full(90, 0.5))
    probabilities = {theme.id: j / 100 for j, theme in enumerate(themes)}
    row = TaggedRow("a", "Titre", "w", ("t89",), probabilities, {"t89": (0, 3)}, "ok", text="Une loi.")
    stream = io.StringIO()
    rowspage.write_page([row], stream, many)
    page = stream.getvalue()
    assert page.count('class="bar"') == 5
    assert page.count("<option") > 180
    assert "<mark><b>Theme 89 / Thème 89</b> Une</mark> loi." in page


def test_the_suffix_of_the_output_chooses_the_page(tmp_path):
    (tmp_path / "a.txt").write_text(TEXT, "utf-8")
    out = tmp_path / "out.html"
    main_exits(["predict", str(tmp_path / "a.txt"), "--output", str(out)])
    assert out.read_text("utf-8").startswith("<!DOCTYPE html>")
    assert "<details>" in out.read_text("utf-8")


def main_exits(args):
    try:
        main(args)
    except SystemExit as stop:
        pytest.fail(f"exit {stop.code}")


def test_evidence_in_what_is_cut_is_said(model, monkeypatch):
    monkeypatch.setattr(rowspage, "MAX_TEXT", 3)
    page = page_of([Article("a", TEXT, "a")], model)
    assert "<summary>Text</summary>" in page
    assert "lies in what is cut." in page


def test_a_page_in_french_has_no_english_left_but_the_second_names_of_themes(model):
    articles = [
        Article("a", TEXT, "a"),
        Article("b", "Trop court", "b"),
        Article("c", "…", "c"),
        Unreadable("d", "d", "d"),
    ]
    stream = io.StringIO()
    write_page(tag_articles(articles, model), stream, model, language="fr")
    page = stream.getvalue()
    assert '<html lang="fr">' in page
    assert Phrases("fr")("page") in page
    # What both languages say alike tells nothing.
    for english, french in _PHRASES.values():
        if english != french and len(english) > 4 and "{" not in english:
            assert not re.search(rf"(?<![\\w-]){re.escape(english)}(?![\\w-])", words_of(page)), english
    assert f'{model.theme_list[0].name_fr}<span class="fr" lang="en">{model.theme_list[0].name}</span>' in page


def words_of(page):
    """What a reader sees: neither the names of styles and scripts nor those of elements, nor second names."""
    for pattern in (
        r"<style>.*?</style>",
        r"<script>.*?</script>",
        r'<span class="fr" lang="en">.*?</span>',
        r"<[^>]*>",
    ):
        page = re.sub(pattern, " ", page, flags=re.DOTALL)
    for theme in DIGITAL_POLICY:
        page = page.replace(theme.name, " ")
    return page


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_script_is_the_one_that_the_page_allows(model, language):
    stream = io.StringIO()
    write_page(tag_articles([Article("a", TEXT, "a")], model), stream, model, language=language)
    page = stream.getvalue()
    (script,) = re.findall(r"<script>(.*?)</script>", page, flags=re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in page
    assert Phrases(language)("open") in script
    assert "%(" not in script
