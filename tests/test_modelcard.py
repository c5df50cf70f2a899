"""The model card that train writes."""

from dataclasses import replace

import pytest

from cyberclf.evaluation import headline
from cyberclf.modelcard import write_card
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
