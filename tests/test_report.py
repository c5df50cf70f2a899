"""The page of an evaluation: what it says, for any themes, and that articles stay text in it."""

import csv
import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from cyberclf import report
from cyberclf.cli import main
from cyberclf.corpus import Corpus
from cyberclf.errors import MissingExtraError
from cyberclf.evaluation import Evaluation, Part, evaluate_model, evaluate_recipe, headline
from cyberclf.fitting import Recipe
from cyberclf.holdout import out_of_fold, prepare
from cyberclf.labelled import LabelledArticle
from cyberclf.learning import learning_curve
from cyberclf.metrics import Predictions, score_table, summary
from cyberclf.provenance import provenance
from cyberclf.report import prepare_report, report_page, write_report
from cyberclf.themes import Theme

HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(1)></script>{{7*7}}\x1b\u202e$x_'


class Tags(HTMLParser):
    """Elements, attributes and text of a page, as a browser would see them."""

    def __init__(self, page):
        super().__init__()
        self.elements, self.text = [], ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data


@pytest.fixture(scope="module")
def page(small_corpus):
    evaluation = evaluate_recipe(small_corpus, n_jobs=1)
    curve = learning_curve(small_corpus, shares=(0.5, 1.0), headline=evaluation.parts[0], n_jobs=1)
    return report_page(evaluation, small_corpus, curve=curve, command="cyberclf evaluate --report here")


def invented(n_themes, n_articles=60):
    """Labels and probabilities of many themes, drawn."""
    rng = np.random.default_rng(0)
    themes = tuple(f"theme {j}" for j in range(n_themes))
    labels = (rng.random((n_articles, n_themes)) < 0.2).astype(float)
    labels[:, -1] = 0
    labels[0, 0] = np.nan
    probability = np.clip(0.6 * np.nan_to_num(labels) + 0.4 * rng.random(labels.shape), 0, 1)
    predictions = Predictions(themes, labels, probability, probability >= 0.5)
    part = Part("press", "drawn", score_table(predictions), summary(predictions), np.arange(n_articles), predictions)
    corpus = Corpus.of(
        LabelledArticle(
            id=f"n{i}", where=f"row {i}", text=f"Texte {i}.", themes=frozenset(np.array(themes)[labels[i] == 1])
        )
        for i in range(n_articles)
    )
    return Evaluation((part,)), corpus


def test_the_page_says_what_was_measured(page, small_corpus):
    text = Tags(page).text
    macro = evaluate_recipe(small_corpus, n_jobs=1).parts[0].table["f1"]["macro"]
    assert f"mean F1 (1 is perfect) is {macro:.2f}" in text
    assert small_corpus.fingerprint in text
    assert "scikit-learn defaults" in text
    assert "cyberclf evaluate --report here" in text
    assert page.count("<figcaption>") == 3 * len(small_corpus.themes)


def test_the_page_loads_nothing_and_runs_nothing(page):
    for tag, attributes in Tags(page).elements:
        assert tag not in {"script", "link", "iframe", "img", "object", "image"}
        for name, value in attributes.items():
            assert not name.startswith("on")
            if name in {"href", "src", "xlink:href"}:
                assert value.startswith("#")
    assert not re.search(r"url\((?!#)|@import", page)


def test_no_two_elements_have_one_id_unless_they_are_alike(page):
    ids = [found for tag, attributes in Tags(page).elements if tag != "path" and (found := attributes.get("id"))]
    assert len(ids) == len(set(ids))


def test_the_same_figures_give_the_same_page(small_corpus, page):
    evaluation = evaluate_recipe(small_corpus, n_jobs=1)
    curve = learning_curve(small_corpus, shares=(0.5, 1.0), headline=evaluation.parts[0], n_jobs=1)
    again = report_page(evaluation, small_corpus, curve=curve, command="cyberclf evaluate --report here")
    assert again == page


def test_an_article_and_a_theme_stay_text(small, small_corpus):
    rows = [
        replace(a, text=f"{HOSTILE} {a.text}", id=f"{HOSTILE}{a.id}", source=HOSTILE, date=HOSTILE, evidence={})
        for a in small_corpus.articles
    ]
    # The labels the wrong way round: every article is a mistake to be shown.
    turned = [replace(a, themes=frozenset({"mer", "loi"}) - a.themes) for a in rows]
    corpus = Corpus.of(turned)
    themes = tuple(replace(theme, name=f"{theme.name}{HOSTILE}") for theme in small.model.theme_list)
    model = replace(small.model, theme_list=themes).forcing()
    page = report_page(evaluate_model(corpus, model), corpus, model=model, command=HOSTILE)
    found = Tags(page)
    assert "alert(1)" in found.text
    assert "{{7*7}}" in page
    assert not [tag for tag, _ in found.elements if tag in {"script", "img"}]
    assert not set("\x1b\u202e") & set(page)
    # Terms are said in words.
    assert "law words" in found.text
    assert '<span class="term">@' not in page


def test_a_model_given_leaves_out_what_needs_cross_validation_and_says_so(small, small_corpus):
    page = report_page(evaluate_model(small_corpus, small.model), small_corpus, model=small.model)
    text = Tags(page).text
    assert "Left out: it needs cross-validation, and a model was given." in text
    assert "are left out" in text
    assert "The line is the model's threshold" in text


def test_ninety_themes_have_rows_all_and_pictures_few():
    evaluation, corpus = invented(90)
    page = report_page(evaluation, corpus)
    assert page.count("<figcaption>") == 3 * report.MAX_PICTURES
    assert "Pictures for the 8 most frequent themes of 90" in page
    assert "theme 89" in page


def test_evidence_is_marked_in_the_text_of_a_mistake():
    evaluation, corpus = invented(2)
    rows = [replace(a, evidence=dict.fromkeys(a.themes, ((0, 5),))) for a in corpus.articles]
    part = evaluation.parts[0]
    wrong = Predictions(part.predictions.themes, part.predictions.labels, 1 - part.predictions.probability,
                        ~part.predictions.given)  # fmt: skip
    turned = Evaluation((replace(part, predictions=wrong),))
    assert "<mark><b>theme 0</b> Texte</mark>" in report_page(turned, Corpus.of(rows))


def test_a_missing_extra_says_which_to_install(monkeypatch, tmp_path):
    monkeypatch.setattr(report, "find_spec", lambda name: None if name == "matplotlib" else object())
    evaluation, corpus = invented(2)
    with pytest.raises(MissingExtraError, match=r"needs matplotlib; .*cyberclf\[report\]"):
        write_report(evaluation, corpus, tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_a_file_in_the_folders_place_is_an_error(tmp_path):
    (tmp_path / "there").write_text("", "utf-8")
    with pytest.raises(NotADirectoryError, match="name a folder"):
        write_report(*invented(2), tmp_path / "there")


def test_the_page_is_written_into_a_folder_that_is_made(tmp_path):
    path = write_report(*invented(2), tmp_path / "a" / "b")
    assert path == tmp_path / "a" / "b" / "index.html"
    assert path.read_text("utf-8").startswith("<!DOCTYPE html>")


def written_csv(corpus, path):
    with path.open("w", encoding="utf-8", newline="") as stream:
        table = csv.writer(stream)
        table.writerow(["id", "text", "themes", "event", "source"])
        table.writerows([a.id, a.text, ";".join(sorted(a.themes)), a.event, a.source] for a in corpus.articles)
    return path


def test_the_command_writes_the_page_with_a_learning_curve(small_corpus, tmp_path, capsys):
    labelled = written_csv(small_corpus, tmp_path / "labelled.csv")
    main(["evaluate", str(labelled), "--report", str(tmp_path / "out"), "--jobs", "1"])
    assert "macro" in capsys.readouterr().out
    text = Tags((tmp_path / "out" / "index.html").read_text("utf-8")).text
    assert "Average precision with" in text
    assert small_corpus.themes[0] in text


def test_the_command_shows_the_names_given_for_own_themes(small_corpus, tmp_path, capsys):
    labelled = written_csv(small_corpus, tmp_path / "labelled.csv")
    names = tmp_path / "names.toml"
    names.write_text('[[theme]]\nid = "mer"\nname = "Fishing & the sea"\n\n[[theme]]\nid = "vin"\n', "utf-8")
    main(["evaluate", str(labelled), "--report", str(tmp_path / "out"), "--themes", str(names), "--jobs", "1"])
    assert "Fishing & the sea" in Tags((tmp_path / "out" / "index.html").read_text("utf-8")).text
    assert f"cyberclf: {names}: theme 'vin' is in no article; left out" in capsys.readouterr().err


def test_names_of_themes_without_a_report_are_wrong_use(small_corpus, tmp_path, capsys):
    labelled = written_csv(small_corpus, tmp_path / "labelled.csv")
    with pytest.raises(SystemExit) as stop:
        main(["evaluate", str(labelled), "--themes", str(labelled)])
    assert stop.value.code == 2
    assert "--themes names the themes of a --report of the recipe" in capsys.readouterr().err


def test_the_command_reports_on_a_model_too(small, small_corpus, tmp_path):
    labelled = written_csv(small_corpus, tmp_path / "labelled.csv")
    small.model.save(tmp_path / "m.safetensors")
    args = ["evaluate", str(labelled), "--model", str(tmp_path / "m.safetensors"), "--report", str(tmp_path / "out")]
    main(args)
    assert "a model was given" in (tmp_path / "out" / "index.html").read_text("utf-8")


def test_the_command_says_in_one_line_that_the_folder_is_a_file(small_corpus, tmp_path, capsys):
    labelled = written_csv(small_corpus, tmp_path / "labelled.csv")
    with pytest.raises(SystemExit) as stop:
        main(["evaluate", str(labelled), "--report", str(labelled)])
    assert stop.value.code == 1
    assert capsys.readouterr().err == f"cyberclf: {labelled}: is a file; name a folder for the report\n"


def test_a_page_of_somebody_else_is_not_written_over(tmp_path):
    (tmp_path / "index.html").write_text("<h1>my site</h1>", "utf-8")
    with pytest.raises(FileExistsError, match="is no report of cyberclf"):
        prepare_report(tmp_path)
    (tmp_path / "index.html").write_text("<head><title>Evaluation: cyberclf</title>", "utf-8")
    prepare_report(tmp_path)


def test_a_threshold_far_below_a_hundredth_is_shown_and_counted_as_it_is():
    labels = np.zeros((1000, 1))
    labels[:5] = 1
    probability = np.where(labels == 1, 5e-4, 1e-5)
    predictions = Predictions(("rare",), labels, probability, probability >= 4e-4)
    part = Part("press", "", score_table(predictions), summary(predictions), np.arange(1000), predictions)
    ((chosen,),) = (
        [step for step in made["steps"] if step[-1]] for made in report._costs(part, (Theme("rare", "", ""),), [4e-4])
    )
    assert chosen == (4e-4, 1.0, 1.0, 1.0, 5, True)


def test_what_a_model_learnt_from_is_counted_among_the_articles_that_are_scored(small, small_corpus):
    written = [replace(a, kind="written") for a in small_corpus.articles[:30]]
    corpus = Corpus.of([*small_corpus.articles, *written])
    page = report_page(evaluate_model(corpus, small.model), corpus, model=small.model)
    assert "On 36 articles (press), 36 of which it had learnt from" in Tags(page).text


@pytest.mark.parametrize("theme", ["A.I.", "15000000", "0", "items", "a['b']"])
def test_any_id_has_its_row(theme):
    evaluation, corpus = invented(2)
    part = evaluation.parts[0]
    renamed = replace(part.predictions, themes=(theme, "other"))
    part = replace(part, table=score_table(renamed), predictions=renamed)
    rival = replace(part, name="press: keyword list")
    page = report_page(Evaluation((part, rival)), corpus)
    assert "keyword list" in page
    assert Tags(page).text.count(theme) > 1


def drawn_for(supports):
    """A part of an evaluation where each theme has so many articles."""
    labels = (np.arange(30)[:, None] < np.array(supports)).astype(float)
    themes = tuple(f"t{j}" for j in range(len(supports)))
    predictions = Predictions(themes, labels, labels, labels == 1)
    part = Part("press", "drawn", score_table(predictions), summary(predictions), np.arange(30), predictions)
    return part, tuple(Theme(name, name, name) for name in themes)


def test_the_most_frequent_themes_are_pictured_in_the_order_of_all_and_none_without_an_article():
    part, themes = drawn_for([1, 0, 9, 8, 7, 6, 5, 4, 3, 2])
    assert report._frequent(part, themes) == [2, 3, 4, 5, 6, 7, 8, 9]
    assert report._frequent(*drawn_for([0, 3])) == [1]


def test_costs_are_shown_at_half_and_three_quarters_of_the_way_to_either_side():
    steps = report._costs(*drawn_for([3]), [0.4])[0]["steps"]
    assert [step[0] for step in steps] == pytest.approx([0.2, 0.3, 0.4, 0.55, 0.7])
    assert [step[-1] for step in steps] == [False, False, True, False, False]


def test_of_a_long_article_the_begin_is_shown_and_it_is_said(small):
    long = "Le thon. " * 3000
    articles = [LabelledArticle("a", "a", frozenset({"mer"}), text=text) for text in (long, long[: report._TEXT])]
    corpus, mistake = Corpus.of(articles), report.Mistake(0, 0, "given", 0.9)
    first, second = (report._mistake(corpus, row, mistake, small.model.theme_list, small.model) for row in range(2))
    assert (first["text"], first["cut"], second["cut"]) == (long[: report._TEXT], True, False)
    assert len(first["name"]) == 120
    assert (second["passage"], second["passages"]) == (1, len(articles[1].passages()[0]))


def test_a_mistake_is_explained_by_the_model_that_had_not_seen_it(small_corpus, monkeypatch):
    turned = Corpus.of(
        replace(a, themes=frozenset({"mer"} if n % 5 else {"loi"})) for n, a in enumerate(small_corpus.articles)
    )
    data, recipe, splits = prepare(turned, Recipe(n_folds=2))
    held_out, linears = out_of_fold(data, splits, recipe, n_jobs=1)
    evaluation = Evaluation((headline(turned, data, held_out),), data, held_out, tuple(linears), recipe)
    asked = []
    models = [replace(model) for model in report.fold_models(evaluation, small_themes(turned))]
    monkeypatch.setattr(report, "fold_models", lambda *_: models)
    monkeypatch.setattr(report, "_pictures", lambda *_: [])
    show = report._mistake
    monkeypatch.setattr(report, "_mistake", lambda *args: (asked.append((args[1], args[4])), show(*args))[1])
    report_page(evaluation, turned)
    assert len({models.index(model) for _, model in asked}) > 1
    assert all(models[evaluation.held_out.fold[row]] is model for row, model in asked)


def small_themes(corpus):
    return tuple(Theme(name, name, name) for name in corpus.themes)


def test_a_command_is_named_where_there_was_one_and_a_strangers_metadata_is_no_obstacle(small, small_corpus):
    model = replace(small.model, metadata={"corpus": "none"})
    facts = dict(provenance(Evaluation(()), small_corpus, model=model))
    assert facts["Model"] == f"2 themes, {len(model.vocabulary)} terms"
    assert not {"Command", "Recipe"} & set(facts)
    assert dict(provenance(Evaluation(()), small_corpus, command="cyberclf evaluate"))["Command"] == "cyberclf evaluate"
