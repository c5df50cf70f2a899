"""The model card that train writes."""

from dataclasses import replace

import pytest

from cyberclf.evaluation import headline
from cyberclf.modelcard import card_path, write_card
from cyberclf.themes import Theme


@pytest.fixture(scope="module")
def scores(small, small_corpus):
    return headline(small_corpus, small.data, small.held_out)


def card_of(trained, scores, folder):
    return write_card(trained, scores, folder / "m.safetensors").read_text("utf-8")


def rows_of(card):
    return [line for line in card.splitlines() if line.startswith("|")]


def test_it_has_every_section_and_a_summary_in_french(small, scores, tmp_path):
    card = card_of(small, scores, tmp_path)
    heads = [line.removeprefix("## ") for line in card.splitlines() if line.startswith("## ")]
    assert heads == [
        "Intended use",
        "Themes",
        "Data",
        "Scores",
        "Reliability of the probabilities",
        "Review band",
        "What favouring precision or recall costs",
        "Known failures",
        "Limits",
    ]
    assert "**En français.** Ce modèle attribue" in card
    assert small.model.metadata["corpus"]["fingerprint"] in card


@pytest.mark.parametrize(
    ("rule", "said"), [("any", "aucun, un ou plusieurs"), ("some", "un ou plusieurs"), ("one", "un seul")]
)
def test_it_says_in_french_how_many_themes_an_article_has(small, scores, tmp_path, rule, said):
    card = card_of(replace(small, model=replace(small.model, per_article=rule)), scores, tmp_path)
    assert f"attribue à un article {said} de ces thèmes" in card


def test_it_says_where_passages_are_averaged(small, scores, tmp_path):
    averaged = replace(small, model=replace(small.model, length_penalty=1.0))
    assert "are averaged" in card_of(averaged, scores, tmp_path)
    added = replace(small, model=replace(small.model, length_penalty=0.0))
    assert "are averaged" not in card_of(added, scores, tmp_path)


def test_its_figures_are_those_measured(small, scores, tmp_path):
    card = card_of(small, scores, tmp_path)
    skill = scores.reliability.loc["all", "brier_skill"]
    assert any(row.startswith("| all |") and f" {skill:.2f} |" in row for row in rows_of(card))
    for cost in scores.costs.to_dict(orient="records"):
        start = f"| {cost['theme']} | {cost['favour']} | {cost['threshold']:.2f} |"
        assert any(row.startswith(start) and row.endswith(f"| {cost['given']} |") for row in rows_of(card))


def test_a_bar_or_a_line_break_in_a_name_does_not_break_the_table(small, scores, tmp_path):
    hostile = tuple(Theme(t.id, "a|b\n| c", "d|e", "f\n\n# g") for t in small.model.theme_list)
    card = card_of(replace(small, model=replace(small.model, theme_list=hostile)), scores, tmp_path)
    rows = [row for row in rows_of(card) if r"a\|b \| c" in row]
    assert len(rows) == len(hostile)
    assert {row.replace(r"\|", "").count("|") for row in rows} == {8}
    assert "\n# g" not in card


def test_without_anything_held_out_it_says_that_nothing_was_measured(small, tmp_path):
    card = card_of(small, None, tmp_path)
    assert "nothing was measured" in card
    assert "rien n'a été mesuré" in card
    assert "## Review band" not in card
    assert "nan" not in card.lower().split()


def test_a_theme_never_found_is_said_so(small, scores, tmp_path):
    table = scores.table.copy()
    table.loc["mer", ["precision", "recall"]] = 0.0
    card = card_of(small, replace(scores, table=table), tmp_path)
    assert "- `mer`: not one of the 24 articles that have it was found." in card
    assert "\n\n\n" not in card


def test_themes_of_fewer_than_a_hundred_articles_are_said_to_be_few(small, scores, tmp_path):
    meta = small.model.metadata
    counts = {"loi": 100, "mer": 99}
    model = replace(small.model, metadata={**meta, "corpus": {**meta["corpus"], "positives": counts}})
    card = card_of(replace(small, model=model), scores, tmp_path)
    assert "- Few articles have `mer` (99): expect other scores on other articles." in card


def test_what_goes_wrong_is_what_is_wrong_of_those_given_and_missed_of_those_that_have_it(small, scores, tmp_path):
    table = scores.table.copy()
    table.loc["mer", ["precision", "recall"]] = 0.9, 0.7
    card = card_of(small, replace(scores, table=table), tmp_path)
    assert "- `mer`: 10% of those given are wrong, 30% of those that have it are missed." in card


def test_a_band_that_reaches_an_end_is_said_to_promise_nothing(small, scores, tmp_path):
    review = scores.review.copy()
    review.loc["mer", ["lower", "upper"]] = 0.2, 1.0
    review.loc["loi", ["lower", "upper"]] = 0.2, 0.9
    card = card_of(small, replace(scores, review=review), tmp_path)
    assert "| mer (too few articles to promise) | 0.20 | 1.00 |" in card
    assert "| loi | 0.20 | 0.90 |" in card


def test_themes_with_too_few_articles_for_a_threshold_are_named(small, scores, tmp_path):
    assert "(the common one is used): mer." in card_of(replace(small, few=("mer",)), scores, tmp_path)
    assert "(the common one is used)" not in card_of(replace(small, few=()), scores, tmp_path)


def test_only_the_artifact_of_the_models_folder_has_its_card_as_readme(tmp_path):
    models = tmp_path / "models"
    assert card_path(models / "cyberclf.safetensors") == models / "README.md"
    assert card_path(models / "other.safetensors") == models / "other.safetensors.md"
    assert card_path(tmp_path / "cyberclf.safetensors") == tmp_path / "cyberclf.safetensors.md"


def test_french_figures_have_commas(small, scores, tmp_path):
    row = scores.table.loc["macro"]
    assert f"F1 {row['f1']:.2f}".replace(".", ",") + " [" in card_of(small, scores, tmp_path)


def test_where_no_article_is_judged_for_all_themes_that_is_said(small, scores, tmp_path):
    card = card_of(small, replace(scores, summary={**scores.summary, "subset_accuracy": float("nan")}), tmp_path)
    assert "No article is judged for all themes." in card
    assert "nan%" not in card
