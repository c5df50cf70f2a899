"""The page of tagged articles, without a browser: rows in are rows out, all readable, all text."""

import base64
import hashlib
import html
import io
import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from cyberclf import rowspage
from cyberclf.cli import main
from cyberclf.phrases import _PHRASES
from cyberclf.rows import Article, Unreadable
from cyberclf.rowspage import write_page
from cyberclf.tagging import TaggedRow, tag_articles
from cyberclf.themes import Theme

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


def page_of(articles, model, **options):
    stream = io.StringIO()
    write_page(tag_articles(articles, model), stream, model, **options)
    return stream.getvalue()


class Words(HTMLParser):
    """What a French page says to people in French: text, and the attributes that are read or read out."""

    def __init__(self, page):
        super().__init__()
        self.said, self.within = [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if tag in {"style", "script"}:
            self.within.append(None)
        elif tag not in {"meta", "input"}:
            self.within.append(attributes.get("lang", self.within[-1] if self.within else None))
        self.said += [attributes[name] for name in ("placeholder", "title", "aria-label") if name in attributes]

    def handle_startendtag(self, tag, attrs):
        """Leave alone: it holds nothing."""

    def handle_endtag(self, _):
        self.within.pop()

    def handle_data(self, data):
        if self.within and self.within[-1] == "fr":
            self.said.append(data)


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


def test_themes_of_one_name_each_have_their_passage_marked(model):
    alike = replace(model, theme_list=tuple(replace(theme, name="X", name_fr="X") for theme in model.theme_list))
    passages = {theme: (20 * number, 20 * number + 10) for number, theme in enumerate(alike.themes)}
    row = next(iter(tag_articles([Article("a", TEXT, "a")], alike)))
    stream = io.StringIO()
    write_page([replace(row, passages=passages)], stream, alike)
    assert stream.getvalue().count("<mark>") == len(alike.themes)


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
    # Of so many, those given most are counted above, and it is said.
    tiles = page.partition('class="tiles">')[2].partition("</dl>")[0]
    assert tiles.count("<dd>") == 12
    assert tiles.startswith('<div><dt>Theme 89<span class="fr" lang="fr">Thème 89</span></dt><dd>1</dd>')
    assert "Of 90 themes, the 12 given most are counted here." in page


@pytest.mark.parametrize(
    ("value", "linked"),
    [
        ("https://exemple.sn/article?id=7&p=2", True),
        ("http://exemple.sn/é", True),
        (f"https://exemple.sn/{'a' * 500}", True),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ('https://x.sn/"onclick="alert(1)', False),
        ("https://x.sn/\u202ea", False),
        ("voir https://x.sn/a", False),
        ("https://x.sn/\nb", False),
        (["https://x.sn/a", "https://x.sn/b"], False),
    ],
)
def test_an_address_that_was_kept_is_a_link_and_nothing_else_is(model, value, linked):
    row = TaggedRow("a", "Titre", "w", (), dict.fromkeys(model.themes, 0.0), {}, "ok", kept=(("lien", value),))
    stream = io.StringIO()
    rowspage.write_page([row], stream, model)
    page = stream.getvalue()
    assert (f'<a href="{html.escape(str(value))}" rel="noopener noreferrer">' in page) == linked
    assert ("<a " in page) == linked


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


ENGLISH = "The council of ministers adopted the national cybersecurity strategy on Wednesday. " * 3


#: Names of phrases that only tables and the script have.
OF_OTHERS = "nearest|unread|unjudged|most probable|want of others|from|terms|mark|no term|open|close|shown|most given"


def of_every_kind(model):
    """Pages in French that have, together, whatever a page may say."""
    articles = [
        *(Article(f"a{i}", TEXT, f"a{i}") for i in range(3)),
        Article("n", "L'équipe a fait match nul à Bamako devant son public.", "n"),
        Article("s", "Une loi.", "s"),
        Article("f", "O conselho de ministros adoptou na quarta-feira uma lei e não mais do que isso. " * 3, "f"),
        Article("e", " ", "e"),
        Unreadable("u", "u", "u: not UTF-8"),
    ]
    forced = model.forcing().with_thresholds({"strategy": 0.0})
    for chosen in (model, forced, replace(model, per_article="some"), replace(model, per_article="one")):
        rows = [replace(row, review=("capacity_building",)) for row in tag_articles(articles, chosen)]
        stream = io.StringIO()
        write_page(rows, stream, chosen, language="fr")
        yield stream.getvalue()


def parts(phrase):
    """Of a phrase what stands around its places."""
    return [part for part in re.split(r"[ ():.;]*\{\w+\}[ ():.;]*", phrase) if part.strip("; ")]


def is_in(part, shown):
    return re.search(rf"\b{re.escape(part.strip(' .'))}\b", shown)


def test_no_english_phrase_is_left_on_a_french_page(model, monkeypatch):
    monkeypatch.setattr(rowspage, "MAX_TEXTS", 2)
    monkeypatch.setattr(rowspage, "MAX_TEXT", 30)
    pages = list(of_every_kind(model))
    monkeypatch.setattr(rowspage, "_MAX_COLUMNS", 1)
    monkeypatch.setattr(rowspage, "MAX_TEXT", 300)
    shown = "\n".join("\n".join(Words(page).said) for page in [*pages, *of_every_kind(model)])
    of_both = "\n".join(french for _, french in _PHRASES.values())
    left = [part for english, _ in _PHRASES.values() for part in parts(english) if is_in(part, shown)]
    assert [part for part in left if not is_in(part, of_both)] == []
    unsaid = [name for name, (_, french) in _PHRASES.items() if any(part not in shown for part in parts(french))]
    assert [name for name in unsaid if not re.search(OF_OTHERS, name)] == []


def test_a_french_page_says_its_language_and_names_themes_in_french_first(model):
    page = page_of([Article("a", TEXT, "a")], model, language="fr")
    assert page.startswith('<!DOCTYPE html>\n<html lang="fr">\n')
    assert "<title>Articles par thème – cyberclf</title>" in page
    assert "<h1>1 article</h1>" in page
    assert '<dt>Stratégie et gouvernance<span class="fr" lang="en">Strategy and governance</span></dt>' in page
    assert "<mark><b>Stratégie et gouvernance / Strategy and governance</b> " in page
    assert ">Stratégie et gouvernance\u00a0: probabilité</option>" in page
    assert "&nbsp;%<b> donné</b>" in page


def test_a_french_page_counts_as_the_french_do(model):
    row = next(tag_articles([Article("a", TEXT, "a")], model))
    stream = io.StringIO()
    write_page([replace(row, text="")] * 1234, stream, model, language="fr")
    assert "<h1>1\u202f234 articles</h1>" in stream.getvalue()
    assert "<p>Jugés\u00a0: 1\u202f234. Chaque barre " in stream.getvalue()
    assert "<h1>0 article</h1>" in page_of([], model, language="fr")


def test_reasons_stay_english_and_the_french_page_says_so(model):
    page = page_of([Unreadable("u", "u", "u: not UTF-8")], model, language="fr")
    assert '<p class="bad" lang="en">u: not UTF-8</p>' in page
    assert '<span class="bad">lecture impossible</span>' in page


def test_a_hostile_article_and_theme_stay_text_in_french_too(model):
    theme = Theme("t", f"name {HOSTILE}", f"nom {HOSTILE}")
    hostile = replace(model, theme_list=(theme, *model.theme_list[1:]))
    given = [Article(HOSTILE, f"{HOSTILE} {TEXT}", HOSTILE), Unreadable(HOSTILE, HOSTILE, HOSTILE)]
    found = Tags(page_of(given, hostile, language="fr"))
    assert len(found.named("script")) == 1
    assert found.named("img") == []


@pytest.mark.parametrize(("language", "words"), [("en", "Close all texts"), ("fr", "Fermer tous les textes")])
def test_the_script_has_its_words_and_its_hash(model, language, words):
    page = page_of([Article("a", TEXT, "a")], model, language=language)
    script = page.partition("<script>")[2].partition("</script>")[0]
    assert words in script
    assert "%(" not in script
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in page


def test_english_is_what_a_page_speaks_without_more(model):
    articles = [Article("a", TEXT, "a"), Article("f", ENGLISH, "f"), Unreadable("u", "u", "u: not UTF-8")]
    page = page_of(articles, model)
    assert page == page_of(articles, model, language="en")
    assert (
        "<p>1 judged; 1 not the model&#x27;s language; 1 could not be read. A bar is the probability of a theme; the "
        "mark in it is the threshold from which the theme is given. The highlighted passage is the one that speaks "
        "most for it.</p>"
    ) in page
    assert '`${seen.toLocaleString("en")} of ${rows.length.toLocaleString("en")} shown`' in page


@pytest.mark.parametrize(("number", "columns"), [(6, 6), (7, 0)])
def test_up_to_six_themes_have_a_column_each(model, number, columns):
    themes = tuple(Theme(f"t{j}", f"Theme {j}", f"Thème {j}") for j in range(number))
    many = replace(model, theme_list=themes, thresholds=np.full(number, 0.5))
    row = TaggedRow(
        "a", "Titre", "w", ("t5",), {theme.id: 0.1 for theme in themes}, {"t5": (0, 3)}, "ok", text="Une loi."
    )
    stream = io.StringIO()
    rowspage.write_page([row], stream, many)
    page = stream.getvalue()
    assert page.count('data-sort="p') == columns
    assert f'<td colspan="{columns + 2 if columns else 3}">' in page
    # All themes stand above, in the model's order.
    tiles = page.partition('class="tiles">')[2].partition("</dl>")[0]
    assert re.findall(r"<dt>Theme (\d)", tiles) == [str(j) for j in range(number)]
    assert re.findall(r"<dd>(\d)</dd>", tiles) == ["0"] * 5 + ["1"] + ["0"] * (number - 6)
    assert "are counted here" not in page


def test_a_blank_text_has_none_and_without_thresholds_no_bar_is_cut(model):
    row = TaggedRow("a", "Titre", "w", (), dict.fromkeys(model.themes, 0.1), {}, "ok", text=" \n")
    for rule, cuts in (("any", 4), ("one", 0)):
        stream = io.StringIO()
        rowspage.write_page([row], stream, replace(model, per_article=rule))
        assert stream.getvalue().count('class="cut"') == cuts
        assert "<details>" not in stream.getvalue()
