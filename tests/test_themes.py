"""Names of themes."""

import pytest

from cyberclf.errors import ThemesError
from cyberclf.themes import DIGITAL_POLICY, id_fault, known_themes, read_themes


def test_names_are_read_and_missing_ones_fall_back(tmp_path):
    path = tmp_path / "themes.toml"
    path.write_text('[[theme]]\nid = "mer"\nname_fr = "La mer"\n[[theme]]\nid = "x"\n', encoding="utf-8")
    named = read_themes(path)
    assert [theme.label for theme in known_themes(["mer", "x", "y"], named)] == ["La mer", "x", "y"]


BAD = {
    "not TOML": ("[[theme", "not a TOML file"),
    "no themes": ("a = 1", "no \\[\\[theme\\]\\] table"),
    "no id": ("[[theme]]\nname = 'a'", "number 1: needs an id"),
    "unknown key": ("[[theme]]\nid = 'a'\nnom = 'b'", "unknown key nom"),
    "twice": ("[[theme]]\nid = 'a'\n[[theme]]\nid = 'a'", "number 2: id a stands twice"),
    "a separator in an id": ("[[theme]]\nid = 'a;b'", "without ';'"),
    "a name of a row of the scores": ("[[theme]]\nid = 'all'", "names a row of the scores"),
    "a control sign in an id": ("[[theme]]\nid = 'a\\tb'".replace("'", '"'), "control signs"),
    "a number": ("[[theme]]\nid = 3", "strings only"),
}


@pytest.mark.parametrize(("content", "match"), BAD.values(), ids=BAD)
def test_a_bad_file_is_told_what_is_wrong(tmp_path, content, match):
    path = tmp_path / "themes.toml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ThemesError, match=match):
        read_themes(path)


def test_the_codebook_has_four_themes_with_names_in_both_languages():
    assert len(DIGITAL_POLICY) == 4
    assert all(theme.name != theme.name_fr and theme.definition for theme in DIGITAL_POLICY)


@pytest.mark.parametrize(
    "theme", ["a\u2028b", "a ", " a", "", "a;b", "a\x85", "['a', 'b']", "['a'", "{a}", "macro", "no theme"]
)
def test_what_would_break_a_list_or_a_table_is_no_id(theme):
    assert "theme id" in id_fault(theme)


@pytest.mark.parametrize("theme", ["[a", "a]", "la mer", "l'IA", "pêche", "1.1"])
def test_other_names_are_ids(theme):
    assert id_fault(theme) is None


def test_a_name_stands_for_the_one_that_is_missing_and_a_file_may_begin_with_a_mark(tmp_path):
    path = tmp_path / "themes.toml"
    path.write_text('[[theme]]\nid = "mer"\nname = "Sea"\n[[theme]]\nid = "strategy"\nname = "Plans"\n', "utf-8-sig")
    named = read_themes(path)
    assert named["mer"].name_fr == "Sea"
    # What a file says counts more than the codebook.
    assert [theme.name for theme in known_themes(["strategy", "ai_regulation"], named)] == ["Plans", "AI regulation"]
