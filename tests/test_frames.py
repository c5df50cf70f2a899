"""pandas frames, tagged."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

LAW = (
    "Le Bénin adopte sa stratégie nationale de cybersécurité\n"
    "Le conseil des ministres a adopté mercredi la stratégie nationale de cybersécurité et créé une agence."
)


def test_rows_index_and_columns_are_kept(model):
    frame = pd.DataFrame({"text": [LAW, None, np.nan, "…", 5], "error": range(5)}, index=[9, 9, 2, 1, 0])
    before = frame.copy()
    tagged = model.tag_frame(frame)
    pd.testing.assert_frame_equal(frame, before)
    pd.testing.assert_frame_equal(tagged[["text", "error"]], frame)
    assert tagged["status"].tolist() == ["ok", "error", "error", "empty", "error"]
    assert tagged["themes"].tolist()[0] == ["strategy"]
    assert tagged["p_strategy"].isna().tolist() == [False, True, True, False, True]
    assert tagged["p_strategy"].iloc[0] == model.predict_proba([LAW])[0, 0]
    assert "no text" in tagged["cyberclf_error"].iloc[1]


def test_a_title_counts_and_passages_are_of_the_own_text(model):
    frame = pd.DataFrame({"corps": ["Une agence est créée."], "titre": [LAW]})
    (row,) = model.tag_frame(frame, text="corps", title="titre").to_dict("records")
    tagged = model.tag(f"{LAW}\nUne agence est créée.")
    assert row["p_strategy"] == tagged.probabilities["strategy"]
    assert row["passages"] == [{"theme": "strategy", "start": 0, "end": 21}]


def test_columns_may_be_named_by_numbers(model):
    frame = pd.DataFrame([[LAW, "Une agence est créée."]])
    (row,) = model.tag_frame(frame, text=1, title=0).to_dict("records")
    assert row["p_strategy"] == model.tag(f"{LAW}\nUne agence est créée.").probabilities["strategy"]


def test_an_empty_frame_has_the_columns(model):
    tagged = model.tag_frame(pd.DataFrame({"text": []}))
    assert list(tagged.columns)[:2] == ["text", "themes"]
    assert len(tagged) == 0


def test_no_number_of_workers_is_one(model):
    frame = pd.DataFrame({"text": [LAW]})
    pd.testing.assert_frame_equal(model.tag_frame(frame, n_jobs=None), model.tag_frame(frame))


def test_a_missing_column_is_named(model):
    with pytest.raises(KeyError, match="no column 'text'; it has corps"):
        model.tag_frame(pd.DataFrame({"corps": [LAW]}))


def test_titles_are_read_as_predict_reads_them(model):
    frame = pd.DataFrame({"title": ["Le Mali adopte sa stratégie"], "text": ["La cybersécurité avance au pays."]})
    said, without = model.tag_frame(frame), model.tag_frame(frame, title=None)
    assert said.p_strategy[0] == model.tag(f"{frame.title[0]}\n{frame.text[0]}").probabilities["strategy"]
    assert without.p_strategy[0] == model.tag(frame.text[0]).probabilities["strategy"]


def test_one_column_is_no_frame(model):
    with pytest.raises(TypeError, match="Series is no frame of pandas; for texts alone call tag_many"):
        model.tag_frame(pd.Series(["La loi."]))


def test_two_columns_of_one_name_are_refused(model):
    frame = pd.DataFrame([["La loi.", "x", "y"]], columns=["text", "title", "title"])
    with pytest.raises(KeyError, match="two columns 'title'; rename one"):
        model.tag_frame(frame)
    assert len(model.tag_frame(frame, title=None)) == 1


def test_a_title_column_that_was_named_must_be_there(model):
    with pytest.raises(KeyError, match="no column 'titre'"):
        model.tag_frame(pd.DataFrame({"text": [LAW]}), title="titre")


def test_a_title_that_is_nothing_is_none_and_all_themes_for_review_are_listed(model):
    frame = pd.DataFrame({"text": [LAW] * 3, "title": ["Une loi", np.nan, pd.NA]})
    always = replace(model, review=np.stack([np.zeros_like(model.review[0]), np.ones_like(model.review[0])]))
    tagged = always.tag_frame(frame)
    assert tagged["status"].tolist() == ["ok"] * 3
    assert tagged["p_strategy"].tolist()[1:] == [model.tag(LAW).probabilities["strategy"]] * 2
    assert tagged["review"].tolist() == [list(model.themes)] * 3


def test_a_name_that_is_taken_twice_has_the_prefix_twice(model):
    frame = pd.DataFrame({"text": [LAW], "status": [1], "cyberclf_status": [2]})
    assert model.tag_frame(frame)["cyberclf_cyberclf_status"].tolist() == ["ok"]
