"""Old against new: differences, changes, verdict."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cyberclf import compare, metrics
from cyberclf.cli import main
from cyberclf.compare import Change, Comparison, compare_models, compare_recorded
from cyberclf.corpus import Corpus
from cyberclf.errors import ArtifactError, CorpusError
from cyberclf.labelled import LabelledArticle
from cyberclf.metrics import Predictions
from cyberclf.reading import comparison_as_text
from cyberclf.themes import Theme


@pytest.fixture(scope="module")
def unseen(small_corpus):
    """The articles of the small corpus, told in a few words more: others than the model learnt from."""
    return Corpus.of(replace(article, text=f"{article.text} Voilà.") for article in small_corpus.articles)


@pytest.fixture(scope="module")
def spoilt(small):
    """A model that gives nearly every theme to every article."""
    return small.model.with_thresholds(dict.fromkeys(small.model.themes, 0.0))


def renamed(model, *ids):
    return replace(model, theme_list=tuple(Theme(i, i, i, "") for i in ids))


def test_a_model_is_not_worse_than_itself(small, unseen):
    made = compare_models(unseen, small.model, small.model)
    assert (made.worse, made.better, made.changed, made.notes) == ((), (), (), ())
    assert (made.table["f1_difference"] == 0).all()
    assert (made.table["f1_better"] == 0.5).all()
    assert "not worse" in made.verdict


def test_a_spoilt_model_is_worse_and_the_other_way_round_better(small, spoilt, unseen):
    down, up = compare_models(unseen, small.model, spoilt), compare_models(unseen, spoilt, small.model)
    assert any(name.startswith("macro F1 -") for name in down.worse)
    assert any(name.startswith("macro F1 +") for name in up.better)
    assert "worse" in down.verdict
    assert "better" in up.verdict
    for row in (down.table.loc["macro"], up.table.loc["macro"]):
        assert row["f1_low"] <= row["f1_difference"] <= row["f1_high"]
    # Thresholds do not change how articles are ranked.
    assert (down.table["average_precision_difference"] == 0).all()


def test_what_prediction_gives_no_theme_is_given_none_in_a_comparison(small, spoilt, unseen):
    short = LabelledArticle(id="short", where="", themes=frozenset({"mer"}), text="Le port.")
    made = compare_models(Corpus.of([*unseen.articles, short]), small.model, spoilt)
    assert "the new model gives no theme to what it takes for short, foreign or empty: 1 of them" in made.notes
    assert "short" not in {change.id for change in made.changed}


def test_every_theme_gained_or_lost_is_named_with_what_is_true(small, spoilt, unseen):
    made = compare_models(unseen, small.model, spoilt)
    before = small.model.predict([article.text for article in unseen.articles])
    assert len(made.changed) == (~before).sum()
    assert all(change.gained for change in made.changed)
    themes = {article.id: article.themes for article in unseen.articles}
    assert all(change.right == (change.theme in themes[change.id]) for change in made.changed)


def test_a_change_that_nobody_judged_is_neither_right_nor_wrong(small, spoilt):
    rows = [
        LabelledArticle("x", "x", frozenset({"loi"}), frozenset({"mer"}), text="Le sénat vote la loi sur le budget."),
        LabelledArticle("y", "y", frozenset({"mer"}), text="Le thon arrive au port de la ville."),
    ]
    made = compare_models(Corpus.of(rows), small.model, spoilt)
    assert Change("x", "mer", gained=True, right=None) in made.changed


def test_themes_that_one_lacks_are_left_out_and_said(small, unseen):
    other = renamed(small.model, "loi", "ski")
    made = compare_models(unseen, small.model, other)
    assert list(made.table.index) == ["loi", "macro"]
    assert any("only the new model has ski" in note for note in made.notes)
    assert any("only the old model has mer" in note for note in made.notes)


def test_no_theme_in_common_is_refused(small, unseen):
    with pytest.raises(ArtifactError, match="no theme in common"):
        compare_models(unseen, small.model, renamed(small.model, "a", "b"))
    same = renamed(small.model, "a", "b")
    with pytest.raises(CorpusError, match="none of the themes in common"):
        compare_models(unseen, same, same)


def test_articles_that_a_model_was_trained_on_are_said(small, small_corpus):
    made = compare_models(small_corpus, small.model, small.model)
    said = "was trained on 36 of these 36 articles: its scores flatter it"
    assert list(made.notes) == [f"the old model {said}", f"the new model {said}"]


def with_scores(model, f1, average_precision=0.7, *, n_positives=1000):
    row = {"f1": f1, "average_precision": average_precision, "support": n_positives}
    scores = {"protocol": "", "themes": dict.fromkeys((*model.themes, "macro"), row)}
    return replace(model, metadata={**model.metadata, "scores": scores})


def test_recorded_scores_decide_when_they_move_by_more_than_the_noise(small):
    old = with_scores(small.model, 0.6)
    assert compare_recorded(old, with_scores(small.model, 0.595)).worse == ()
    assert compare_recorded(old, with_scores(small.model, 0.58)).worse == ("macro F1 -0.020",)
    assert compare_recorded(old, with_scores(small.model, 0.62)).better == ("macro F1 +0.020",)
    # Of a tenth as many themes the noise is about three times as large.
    few = with_scores(small.model, 0.6, n_positives=100)
    assert compare_recorded(few, with_scores(small.model, 0.57)).worse == ()
    assert compare_recorded(few, with_scores(small.model, 0.56)).worse == ("macro F1 -0.040",)


@pytest.mark.parametrize("said", [None, "100", [100], -1, float("nan"), 0])
def test_an_artifact_that_says_nothing_sound_of_how_much_was_scored_is_compared_all_the_same(small, said):
    old = with_scores(small.model, 0.6, n_positives=said)
    assert compare_recorded(old, with_scores(small.model, 0.58)).worse == ("macro F1 -0.020",)


def test_recorded_scores_of_other_articles_and_missing_scores_are_refused(small):
    old = with_scores(small.model, 0.6)
    other = replace(old, metadata={**old.metadata, "corpus": {"fingerprint": "b" * 64}})
    with pytest.raises(ArtifactError, match="different articles"):
        compare_recorded(old, other)
    with pytest.raises(ArtifactError, match="carries no cross-validated scores"):
        compare_recorded(old, small.model)
    with pytest.raises(ArtifactError, match="carries no cross-validated scores"):
        compare_recorded(old, with_scores(small.model, float("nan")))


@pytest.fixture
def files(small, spoilt, unseen, tmp_path):
    small.model.save(tmp_path / "good.safetensors")
    spoilt.save(tmp_path / "bad.safetensors")
    with_scores(small.model, 0.6).save(tmp_path / "scored.safetensors")
    renamed(small.model, "a", "b").save(tmp_path / "other.safetensors")
    rows = [{"id": a.id, "text": a.text, "themes": sorted(a.themes)} for a in unseen.articles]
    (tmp_path / "c.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("old", "new", "corpus", "expected", "said"),
    [
        ("good", "good", True, 0, "not worse"),
        ("good", "bad", True, 1, "The new model is worse: "),
        ("bad", "good", True, 0, "The new model is better: "),
        ("scored", "scored", False, 0, "no intervals"),
        ("good", "good", False, 2, "name labelled articles"),
        ("good", "other", True, 1, "no theme in common"),
        ("good", "none", True, 1, "none.safetensors: No such file"),
    ],
)
def test_the_status_is_for_a_pipeline(files, capsys, old, new, corpus, expected, said):
    args = [str(files / f"{name}.safetensors") for name in (old, new)]
    status = 0
    try:
        main(["compare", *args, *([str(files / "c.jsonl")] if corpus else [])])
    except SystemExit as stop:
        status = stop.code
    shown = capsys.readouterr()
    assert status == expected, shown
    assert said in shown.out + shown.err
    assert "Traceback" not in shown.err


def test_the_file_has_all_that_the_terminal_cuts(files, capsys):
    args = [str(files / f"{name}.safetensors") for name in ("good", "bad")]
    with pytest.raises(SystemExit):
        main(["compare", *args, str(files / "c.jsonl"), "--json", str(files / "c.json")])
    out = capsys.readouterr().out
    made = json.loads((files / "c.json").read_text("utf-8"))
    assert f"changed: {len(made['changed'])} themes" in out
    assert f"and {len(made['changed']) - 20} more" in out
    assert set(made["scores"]) == {"loi", "mer", "macro"}
    assert made["verdict"] in out
    assert np.isfinite(made["scores"]["macro"]["f1_low"])


def noisy(rng, truth, spread):
    """Predictions as good as others of the same spread."""
    p = 1 / (1 + np.exp(-(truth * 2 - 1) - rng.normal(0, spread, truth.shape)))
    return p, p > 0.5


def test_models_equally_good_are_hardly_ever_called_worse_or_better(monkeypatch, small, unseen):
    rng, verdicts = np.random.default_rng(0), 0
    labels = np.stack([article_themes(unseen, theme) for theme in small.model.themes], axis=1)
    made = []
    monkeypatch.setattr(compare, "_predictions", lambda *_: made.pop())
    for _ in range(60):
        made += [Predictions(small.model.themes, labels, *noisy(rng, labels, 1.0)) for _ in range(2)]
        found = compare_models(unseen, small.model, small.model)
        verdicts += bool(found.worse or found.better)
    # One in twenty is what is promised; of 60 that is 3, and more than 8 would come about once in a hundred times.
    assert verdicts <= 8


def article_themes(corpus, theme):
    return np.array([float(theme in article.themes) for article in corpus.articles])


def test_a_theme_of_a_few_articles_has_no_verdict_of_its_own(small, spoilt, unseen):
    rare = [replace(a, themes=a.themes - {"mer"}) if n % 8 else a for n, a in enumerate(unseen.articles)]
    made = compare_models(Corpus.of(rare), small.model, spoilt)
    assert "too few articles for a verdict of their own: mer" in made.notes
    assert not any(name.startswith("mer ") for name in (*made.worse, *made.better))


def test_recorded_scores_of_other_folds_are_refused(small):
    old = with_scores(small.model, 0.6)
    other = replace(old, metadata={**old.metadata, "recipe": {**old.metadata["recipe"], "seed": 4}})
    with pytest.raises(ArtifactError, match="or folds"):
        compare_recorded(old, other)


def test_articles_of_one_event_are_drawn_together(monkeypatch, small, small_corpus):
    """Six events of six articles each: drawn one by one they would seem to be 36 witnesses."""
    drawn = []

    def resamples(*shape, groups, seed):
        drawn.append(groups)
        return metrics.resamples(*shape, groups=groups, seed=seed)

    monkeypatch.setattr(compare, "resamples", resamples)
    articles = [replace(article, event=f"e{n // 6}") for n, article in enumerate(small_corpus.articles)]
    compare_models(Corpus.of(articles), small.model, small.model)
    assert [len(set(drawn[0][start : start + 6].tolist())) for start in range(0, 36, 6)] == [1] * 6
    assert 1 < len(set(drawn[0].tolist())) <= 6


@pytest.mark.filterwarnings("error")
def test_so_few_articles_that_a_resample_holds_none_with_a_theme_raise_no_warning(small, small_corpus):
    articles = [small_corpus.articles[0], *[replace(a, themes=frozenset()) for a in small_corpus.articles[1:3]]]
    made = compare_models(Corpus.of(articles), small.model, small.model)
    assert made.table.loc["macro", "f1_difference"] == 0


def test_a_single_event_makes_no_verdict(small, spoilt, unseen):
    for articles in (unseen.articles[:1], [replace(article, event="e") for article in unseen.articles]):
        made = compare_models(Corpus.of(articles), small.model, spoilt)
        assert (made.worse, made.better) == ((), ())
        assert made.verdict == "No verdict: the articles are of fewer than 5 events."


def test_too_few_events_are_no_success_for_a_pipeline(files, unseen, call):
    rows = [{"text": a.text, "themes": sorted(a.themes), "event": "e"} for a in unseen.articles]
    (files / "one.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    status, out, _ = call("compare", files / "good.safetensors", files / "bad.safetensors", files / "one.jsonl")
    assert status == 1
    assert "No verdict" in out
    assert "nan" not in out


def test_ten_reports_of_two_events_give_a_theme_no_verdict_of_its_own(small, spoilt, unseen):
    articles = [
        replace(article, event=f"sea{number % 2}" if "mer" in article.themes else f"e{number}")
        for number, article in enumerate(unseen.articles)
    ]
    others = [
        LabelledArticle(
            id=f"o{n}",
            where="",
            themes=frozenset({"loi"}),
            text=f"{'abcdefghijklmnop'[n] * 5} décret voté au sénat en séance publique {'qrstuvwxyzabcdef'[n] * 7}",
        )
        for n in range(16)
    ]
    made = compare_models(Corpus.of([*articles, *others]), small.model, spoilt)
    assert any(
        note.startswith("too few articles for a verdict of their own: ") and "mer" in note for note in made.notes
    )
    assert not any(name.startswith("mer ") for name in (*made.worse, *made.better))


def test_the_more_is_compared_the_surer_a_difference_must_be():
    errors = {name: np.array([0.1, 0.1]) for name in map(str, range(10))}
    row = {"f1_difference": -0.25, "average_precision_difference": 0.0}
    events = dict.fromkeys(errors, 1000)
    assert compare._sure({"0": row}, errors, events)[0] == ("0 F1 -0.250",)
    assert compare._sure(dict.fromkeys(errors, row), errors, events)[0] == ()
    # The error is less sure the fewer the events that it comes from.
    assert compare._sure({"0": row}, errors, {"0": 5})[0] == ()


def test_a_theme_of_just_enough_articles_has_a_verdict_of_its_own(monkeypatch, small, spoilt, unseen):
    n_having = sum("mer" in article.themes for article in unseen.articles)
    for enough, few in ((n_having, False), (n_having + 1, True)):
        monkeypatch.setattr(compare, "_ENOUGH", enough)
        notes = compare_models(unseen, small.model, spoilt).notes
        assert any(note.startswith("too few articles") and "mer" in note for note in notes) == few


def test_recorded_scores_of_articles_that_nobody_can_tell_are_refused(small):
    unknown = replace(small.model, metadata={k: v for k, v in small.model.metadata.items() if k != "corpus"})
    with pytest.raises(ArtifactError, match="different articles or folds"):
        compare_recorded(unknown, unknown)


def test_chance_is_spoken_of_only_where_articles_were_compared():
    table = pd.DataFrame({"f1_difference": [float("nan"), 0.5]}, index=["mer", "macro"])
    change = Change("a", "mer", gained=False, right=True)
    alike = Comparison("", table, (change,), (), (), ())
    assert "by chance" in alike.verdict
    assert "by chance" not in replace(alike, changed=()).verdict
    made = alike.as_dict()
    assert made["scores"] == {"mer": {"f1_difference": None}, "macro": {"f1_difference": 0.5}}
    assert made["changed"] == [{"id": "a", "theme": "mer", "change": "lost", "right": True}]


def test_a_model_that_is_worse_in_one_thing_is_worse_though_better_in_another():
    made = Comparison("", pd.DataFrame(), (), ("mer F1 -0.2",), ("loi F1 +0.3",), ())
    assert made.verdict == "The new model is worse: mer F1 -0.2."


def test_just_enough_events_make_a_verdict(monkeypatch, small, spoilt, unseen):
    n_events = len(np.unique(compare.encode(unseen.articles, unseen.themes).groups))
    for least, silent in ((n_events, False), (n_events + 1, True)):
        monkeypatch.setattr(compare, "_LEAST_EVENTS", least)
        assert bool(compare_models(unseen, small.model, spoilt).unsaid) == silent


def test_twenty_changes_are_shown_and_how_many_more_there_are():
    table = pd.DataFrame(
        {"f1_old": [0.5], "f1_new": [0.6], "f1_difference": [0.1]}
        | {f"average_precision_{key}": [0.5] for key in ("old", "new", "difference")},
        index=["macro"],
    )

    def lines(*right):
        changed = tuple(Change(f"x{n}", "mer", n % 2 == 0, one) for n, one in enumerate(right))
        return comparison_as_text(Comparison("The basis.", table, changed, (), (), ())).splitlines()

    said = lines(*[True, True, False], *[None] * 17)
    assert "changed: 20 themes of articles; now right 2, now wrong 1" in said
    assert [line.split()[0] for line in said if " x" in line] == ["gained", "lost"] * 10
    assert [" ".join(line.split()[2:]) for line in said if " x" in line][1:4] == [
        "now right x1",
        "now wrong x2",
        "not judged x3",
    ]
    assert not any("more; --json" in line for line in said)
    assert "  and 1 more; --json FILE has all" in lines(*[True] * 21)
