"""Both pages in a browser: they work by mouse and keyboard, fit a phone, and let an article do nothing."""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

import cyberclf
from cyberclf.corpus import Corpus
from cyberclf.evaluation import evaluate_model, evaluate_recipe
from cyberclf.learning import learning_curve
from cyberclf.report import write_report
from cyberclf.rows import Article, Unreadable
from cyberclf.rowspage import write_page
from cyberclf.tagging import tag_articles

CHROMIUM = Path("/usr/bin/chromium")
HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(1)></script>{{7*7}}\x1b\u202e'
STRATEGY = "Le Bénin adopte sa stratégie nationale de cybersécurité et crée une agence nationale."
COOPERATION = "Le Sénégal et la France ont signé à Dakar un accord de coopération sur la cybersécurité."
FOOTBALL = "L'équipe a fait match nul à Bamako devant son public."
ARGUMENTS = [
    "--no-sandbox",
    "--headless",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

pytestmark = pytest.mark.skipif(
    not CHROMIUM.exists() and not os.environ.get("CI"), reason=f"no browser: apt-get install chromium ({CHROMIUM})"
)


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def visit(browser):
    """Open a file; at the end, nothing may have been asked for, complained of or popped up."""
    seen, contexts = [], []

    def opened(path, *, width=1200, scripts=True):
        context = browser.new_context(viewport={"width": width, "height": 850}, java_script_enabled=scripts)
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: seen.append(request.url) if request.url != path.as_uri() else None)
        page.on("console", lambda message: seen.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: seen.append(f"error: {error}"))
        page.on("dialog", lambda dialog: (seen.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.goto(path.as_uri())
        return page

    yield opened
    for context in contexts:
        context.close()
    assert seen == []


def written(path, articles, **options):
    model = cyberclf.load()
    with path.open("w", encoding="utf-8") as stream:
        write_page(tag_articles(articles, model), stream, model, **options)
    return path


@pytest.fixture(scope="module")
def articles():
    return [
        Article("first", f"Zoo et stratégie\n{STRATEGY}", "first"),
        Article("second", f"Accord à Dakar\n{COOPERATION}", "second"),
        Article("third", f"Match nul\n{FOOTBALL}", "third"),
        Article("hostile", f"{HOSTILE}\n{STRATEGY} {HOSTILE}", f"hostile {HOSTILE}"),
        Article("long", f"{'W' * 300}\n{'x' * 3000}", f"{'folder' * 40}.txt"),
        Unreadable("broken", "broken", f"broken: {HOSTILE}"),
    ]


@pytest.fixture(scope="module")
def rows_page(tmp_path_factory, articles):
    return written(tmp_path_factory.mktemp("rows") / "rows.html", articles)


@pytest.fixture(scope="module")
def french_page(tmp_path_factory, articles):
    return written(tmp_path_factory.mktemp("rows") / "rows.html", articles, language="fr")


@pytest.fixture(scope="module")
def report(tmp_path_factory, small_corpus):
    # What many short texts share would make them one event.
    articles = [
        replace(a, id=f"{HOSTILE} {a.id}", text=f"{a.text} {HOSTILE}" if number % 4 == 0 else a.text)
        for number, a in enumerate(small_corpus.articles)
    ]
    corpus = Corpus.of(articles)
    evaluation = evaluate_recipe(corpus, n_jobs=1)
    curve = learning_curve(corpus, shares=(0.5, 1.0), headline=evaluation.parts[0], n_jobs=1)
    return write_report(evaluation, corpus, tmp_path_factory.mktemp("report"), curve=curve, command="cyberclf evaluate")


@pytest.fixture(scope="module")
def mistaken(tmp_path_factory, small, small_corpus):
    """A report whose every article is a mistake, hostile and shown."""
    both = frozenset({"mer", "loi"})
    articles = [replace(a, text=f"{HOSTILE} {a.text}", themes=both - a.themes) for a in small_corpus.articles]
    corpus = Corpus.of(articles)
    folder = tmp_path_factory.mktemp("mistaken")
    model = small.model.forcing()
    return write_report(evaluate_model(corpus, model), corpus, folder, model=model)


def until(locator):
    """Wait without evaluating strings in the page, which its policy forbids."""
    from playwright.sync_api import expect

    return expect(locator)


def shown(page):
    """Row numbers of the articles shown, from above."""
    return page.eval_on_selector_all("tbody:not([hidden])", "rows => rows.map(row => Number(row.dataset.n))")


def overflow(page):
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def test_rows_are_sorted_by_a_heading_and_back(visit, rows_page):
    page = visit(rows_page)
    assert shown(page) == [0, 1, 2, 3, 4, 5]
    page.click("th[data-sort=t] button")
    assert page.get_attribute("th[data-sort=t]", "aria-sort") == "ascending"
    titles = page.eval_on_selector_all("tbody th", "cells => cells.map(cell => cell.firstChild.data)")
    assert titles.index("Accord à Dakar") < titles.index("Match nul") < titles.index("Zoo et stratégie")
    before = shown(page)
    page.click("th[data-sort=t] button")
    assert page.get_attribute("th[data-sort=t]", "aria-sort") == "descending"
    assert shown(page) == before[::-1]
    page.select_option("#sort", "p0")
    values = page.eval_on_selector_all("tbody", "rows => rows.map(row => parseFloat(row.dataset.p || '0'))")
    assert values == sorted(values, reverse=True)
    page.click("text=Clear")
    until(page.locator("th[aria-sort]")).to_have_count(0)
    assert shown(page) == [0, 1, 2, 3, 4, 5]


def test_rows_are_filtered_by_theme_status_and_words_without_their_accents(visit, rows_page):
    page = visit(rows_page)
    page.select_option("#theme", "0")
    given = page.eval_on_selector_all("tbody:not([hidden])", "rows => rows.map(row => row.dataset.g.split(' ')[0])")
    assert given
    assert set(given) == {"0"}
    page.select_option("#theme", "none")
    assert 2 in shown(page)
    assert 0 not in shown(page)
    page.select_option("#theme", "")
    page.select_option("#status", "error")
    assert shown(page) == [5]
    page.select_option("#status", "review")
    marked = page.eval_on_selector_all("tbody", "rows => rows.filter(row => 'r' in row.dataset).length")
    assert len(shown(page)) == marked
    page.select_option("#status", "")
    page.fill("#search", "SENEGAL accord")
    until(page.locator("tbody:visible")).to_have_count(1)
    assert shown(page) == [1]
    assert page.text_content("#count") == "1 of 6 shown"


def test_words_are_looked_for_in_articles_and_not_in_what_the_page_says_itself(visit, rows_page):
    page = visit(rows_page)
    for words in ("governance", "highlighted"):
        page.fill("#search", words)
        until(page.locator("tbody:visible")).to_have_count(0)


def test_rows_without_probabilities_are_last_whichever_way(visit, rows_page):
    page = visit(rows_page)
    page.select_option("#sort", "p0")
    assert shown(page)[-1] == 5
    page.click("#turn")
    assert shown(page)[-1] == 5


def test_what_a_browser_filled_in_again_counts(visit, rows_page):
    page = visit(rows_page)
    page.evaluate("document.getElementById('theme').value = '0'; dispatchEvent(new Event('pageshow'))")
    assert 0 in shown(page)
    assert 2 not in shown(page)


def test_the_button_for_all_texts_says_what_it_will_do(visit, rows_page):
    page = visit(rows_page)
    page.click("#open")
    until(page.locator("#open")).to_have_text("Close all texts")
    page.click("tbody details[open] summary")
    until(page.locator("#open")).to_have_text("Open all texts")


def test_on_paper_rows_stay_a_table(visit, rows_page):
    page = visit(rows_page, width=688)
    page.emulate_media(media="print")
    assert page.eval_on_selector("#rows thead", "head => getComputedStyle(head).display") == "table-header-group"


def test_the_script_speaks_the_language_of_the_page(visit, french_page, rows_page):
    page = visit(french_page)
    assert page.text_content("#count") == "Articles affichés\u00a0: 6 sur 6"
    page.select_option("#status", "error")
    assert page.text_content("#count") == "Articles affichés\u00a0: 1 sur 6"
    page.select_option("#status", "")
    for path, closing, opening in (
        (french_page, "Fermer tous les textes", "Ouvrir tous les textes"),
        (rows_page, "Close all texts", "Open all texts"),
    ):
        page = visit(path)
        assert page.text_content("#open") == opening
        page.click("#open")
        assert page.text_content("#open") == closing
        page.click("#open")
        assert page.text_content("#open") == opening


def test_the_script_counts_as_the_language_does(visit, tmp_path):
    many = [Article(f"{n}", f"Match {n}", "m") for n in range(1100)]
    assert visit(written(tmp_path / "en.html", many)).text_content("#count") == "1,100 of 1,100 shown"
    french = visit(written(tmp_path / "fr.html", many, language="fr")).text_content("#count")
    assert french == "Articles affichés\u00a0: 1\u202f100 sur 1\u202f100"


def test_a_row_opens_by_click_and_by_key_and_shows_the_passage(visit, rows_page):
    page = visit(rows_page)
    first = page.locator("tbody").first
    assert not first.locator(".text").is_visible()
    first.locator("th").click()
    assert first.locator("mark").first.is_visible()
    assert "stratégie nationale" in first.locator("mark").first.text_content()
    first.locator("th").click()
    assert not first.locator(".text").is_visible()
    first.locator("summary").focus()
    page.keyboard.press("Enter")
    assert first.locator(".text").is_visible()
    page.focus("th[data-sort=t] button")
    page.keyboard.press("Enter")
    assert page.get_attribute("th[data-sort=t]", "aria-sort") == "ascending"
    page.click("#open")
    assert page.locator("details:not([open])").count() == 0


def test_a_hostile_article_stays_text_in_the_rows(visit, rows_page):
    page = visit(rows_page)
    page.click("#open")
    text = page.text_content('tbody[data-n="3"]')
    assert "<script>alert(1)</script>" in text
    assert "<img src=x onerror=alert(1)>" in text
    assert "{{7*7}}" in text
    assert not set("\x1b\u202e") & set(page.content())
    assert page.locator("script").count() == 1
    assert page.locator("img").count() == 0


def test_without_scripts_all_rows_can_be_read_and_opened(visit, rows_page):
    page = visit(rows_page, scripts=False)
    assert page.locator("tbody").count() == 6
    assert not page.locator("#controls").is_visible()
    page.locator("summary").first.click()
    assert page.locator(".text").first.is_visible()


def test_a_script_that_got_into_the_page_would_not_run(browser, rows_page, tmp_path):
    broken = tmp_path / "broken.html"
    injected = "<script>document.title = 'run'</script><img src=x onerror=\"document.title = 'run'\">"
    broken.write_text(rows_page.read_text("utf-8").replace("<h1>", f"{injected}<h1>"), "utf-8")
    page = browser.new_page()
    page.goto(broken.as_uri())
    assert page.title() == "Articles by theme: cyberclf"
    page.close()


def test_the_rows_fit_a_phone(visit, rows_page, french_page):
    for path in (rows_page, french_page):
        page = visit(path, width=390)
        page.click("#open")
        assert overflow(page) <= 0


def test_the_report_fits_a_phone_and_asks_for_nothing(visit, report):
    for width in (390, 1200):
        page = visit(report, width=width)
        assert overflow(page) <= 0
        assert page.locator("figure svg").count() == 7
        for box in page.eval_on_selector_all("figure svg", "all => all.map(one => one.getBoundingClientRect().width)"):
            assert 200 < box <= width


def test_a_mistake_opens_and_stays_text(visit, mistaken):
    for scripts in (True, False):
        page = visit(mistaken, scripts=scripts)
        page.locator(".mistake summary").first.click()
        assert page.locator(".mistake .text").first.is_visible()
        assert "<script>alert(1)</script>" in page.locator(".mistake .text").first.text_content()
        assert page.locator("script").count() == 0
        assert page.locator("img").count() == 0
    assert overflow(visit(mistaken, width=390)) <= 0


def test_both_pages_print(visit, report, rows_page, tmp_path):
    for number, path in enumerate((report, rows_page)):
        page = visit(path)
        page.pdf(path=tmp_path / f"{number}.pdf", prefer_css_page_size=True)
        assert (tmp_path / f"{number}.pdf").read_bytes().startswith(b"%PDF")


def test_every_control_of_the_rows_has_a_name(visit, rows_page):
    page = visit(rows_page)
    unnamed = page.evaluate(
        "[...document.querySelectorAll('input, select, button')]"
        ".filter(one => !(one.labels?.[0]?.textContent || one.textContent).trim()).map(one => one.id)"
    )
    assert json.dumps(unnamed) == "[]"
