"""Articles with what made their themes: for programs, for people, and on a terminal."""

import contextlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import cyberclf
from cyberclf import evidence
from cyberclf.artifact import fingerprint
from cyberclf.evidence import as_dict, lines_with_evidence, terminal_painter
from cyberclf.resuming import identity, resumable
from cyberclf.rows import Article, from_rows
from cyberclf.tagging import chunked, tag_chunks

ROOT = Path(__file__).resolve().parents[1]
FIRST = "Le Bénin adopte sa stratégie nationale de cybersécurité"
THEN = "Le conseil des ministres a adopté mercredi la stratégie nationale de cybersécurité et créé une agence."
LAST = "Il a plu l’après-midi &amp; le match d'Écully a été reporté."
HOSTILE = f"{FIRST} \x1b]0;owned\x07[red]rouge[/red] \x1b[2J\u202e\n{THEN}\r{LAST}"


def run(*args, stdin="", **env):
    env = os.environ | {"PYTHONPATH": str(Path(cyberclf.__file__).resolve().parents[1])} | env
    command = [sys.executable, "-m", "cyberclf", "predict", *args]
    return subprocess.run(command, input=stdin, env=env, capture_output=True, text=True, encoding="utf-8", check=False)


def explained(model, articles, fmt, **options):
    for tagged in tag_chunks(chunked(articles), model):
        yield from lines_with_evidence(tagged, model, fmt, **options)


def test_jsonl_says_where_the_sentences_are_in_the_text_and_in_a_title_given_apart(tmp_path):
    row = {"id": "a", "title": FIRST, "text": f"  {THEN} {LAST}"}
    (tmp_path / "in.jsonl").write_text(json.dumps(row) + "\n", "utf-8")
    done = run(str(tmp_path / "in.jsonl"), "--explain")
    assert done.returncode == 0, done.stderr
    made = json.loads(done.stdout)
    assert made["themes"] == list(made["explanation"]) == ["strategy"]
    why = made["explanation"]["strategy"]
    said = [(s.get("in", "text"), row[s.get("in", "text")][s["start"] : s["end"]]) for s in why["sentences"]]
    assert sorted(said) == sorted([("title", FIRST), ("text", THEN), ("text", LAST)])
    assert said[-1] == ("text", LAST)
    assert why["probability"] == made["probabilities"]["strategy"]
    values = sum(s["value"] for s in why["sentences"])
    rest = why["intercept"] + why["intercept_whole"] + why["spread"]
    assert values + rest == pytest.approx(why["score"], abs=1e-3)
    values = [term["value"] for term in why["for"] + why["against"][::-1]]
    assert values == sorted(values, reverse=True)
    assert values[0] > 0 > values[-1]
    assert why["passages"][0]["end"] == len(row["text"])


def test_a_title_without_words_belongs_to_the_first_sentence_of_the_text(model):
    (article,) = from_rows([("x:1", {"title": "* * *", "text": THEN})])
    found = as_dict(model.explain(article.text, themes=["strategy"]), offset=article.offset)
    place = found["strategy"]["sentences"][0]
    assert (place["in"], place["start"], place["end"]) == ("title and text", 0, len(THEN))


def test_an_article_without_theme_has_the_nearest_explained_and_one_without_word_nothing(model):
    articles = [Article("a", f"{LAST} {LAST}", "a"), Article("b", " ", "b")]
    near, empty = map(json.loads, explained(model, articles, "jsonl"))
    assert near["themes"] == []
    assert list(near["explanation"]) == [max(near["probabilities"], key=near["probabilities"].get)]
    assert "explanation" not in empty


def test_what_cannot_be_read_is_a_row_without_explanation(tmp_path):
    (tmp_path / "in.jsonl").write_text('{"id": 1}\n' + json.dumps({"text": THEN}) + "\n", "utf-8")
    rows = [json.loads(line) for line in run(str(tmp_path / "in.jsonl"), "--explain").stdout.splitlines()]
    assert [row["status"] for row in rows] == ["error", "ok"]
    assert ["explanation" in row for row in rows] == [False, True]


def test_a_table_marks_the_sentences_and_lists_the_terms(model):
    shown = "".join(explained(model, [Article("a", f"{FIRST}\n{THEN} {LAST}", "a.txt")], "table"))
    assert re.search(rf"\[strategy \d: {re.escape(THEN)}\]", shown)
    assert f" {LAST}\n" in shown
    assert re.search(r"^  for: .*strategie nationale \+\d", shown, re.MULTILINE)
    assert re.search(r"^  against: ", shown, re.MULTILINE)
    assert "@" not in shown


def test_a_hostile_article_cannot_steer_the_terminal():
    pytest.importorskip("rich")
    for env in ({}, {"FORCE_COLOR": "1", "TERM": "xterm-256color"}):
        done = run("-", "--explain", "--format", "table", stdin=HOSTILE, **env)
        assert done.returncode == 0, done.stderr
        bare = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout)
        assert ("\x1b[" in done.stdout) == bool(env)
        assert not set(bare) & set("\x1b\x07\r\u202e")
        assert "[red]rouge[/red]" in bare
        assert "[2J" in bare


def test_colour_says_nothing_that_the_marks_do_not(model, monkeypatch):
    pytest.importorskip("rich")
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    articles = [Article("a", f"{FIRST}\n{THEN} {LAST} {THEN * 3}", "a.txt")]
    plain = "".join(explained(model, articles, "table"))
    painted = "".join(explained(model, articles, "table", paint=terminal_painter()))
    assert painted != plain
    assert re.sub(r"\x1b\[[0-9;]*m", "", painted) == plain


def test_without_a_terminal_or_rich_there_is_no_colour(monkeypatch):
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    assert terminal_painter() is None
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setitem(sys.modules, "rich.console", None)
    assert terminal_painter() is None


def test_a_file_of_explained_rows_is_written_whole(tmp_path):
    (tmp_path / "in.jsonl").write_text(json.dumps({"text": THEN}) + "\n", "utf-8")
    done = run(str(tmp_path / "in.jsonl"), "--explain", "--output", str(tmp_path / "out.jsonl"))
    assert done.returncode == 0, done.stderr
    assert "explanation" in json.loads((tmp_path / "out.jsonl").read_text("utf-8"))


def test_what_was_begun_without_explanations_is_not_gone_on_with_by_them(tmp_path):
    (tmp_path / "in.jsonl").write_text(json.dumps({"text": THEN}) + "\n", "utf-8")
    out = tmp_path / "out.jsonl"
    args = [str(tmp_path / "in.jsonl"), "--output", str(out)]
    state = identity([args[0]], model=fingerprint(None), fmt="jsonl", version=cyberclf.__version__)
    with contextlib.suppress(KeyboardInterrupt), resumable(out, state) as part:
        part.write(b"{}\n", {"ok": 1})
        raise KeyboardInterrupt
    done = run(*args, "--explain", "--resume")
    assert done.returncode == 1
    assert "was begun with another model" in done.stderr
    assert run(*args, "--resume").returncode == 0


@pytest.mark.parametrize("args", [["--format", "csv"], ["--output", "x.html"], ["--cluster", "here", "--output", "x"]])
def test_formats_that_cannot_hold_it_are_wrong_use(args):
    done = run("-", "--explain", *args, stdin=THEN)
    assert done.returncode == 2
    assert "--explain goes with --format table or jsonl" in done.stderr
    assert not done.stdout


def test_signs_without_width_do_not_move_the_marks(model):
    hyphenated = FIRST.replace("adopte", "adop\u00adte").replace("nationale", "na\u00adtio\u00adnale") + " \ufeff\u200b"
    plain, odd = (
        "".join(explained(model, [Article("a", f"{title}\n{THEN} {LAST}", "a")], "table"))
        for title in (FIRST, hyphenated)
    )
    marks = [re.findall(r"\[[a-z_]+ \d: ([^\]]*)\]", shown) for shown in (plain, odd)]
    assert [mark.strip() for mark in marks[1]] == marks[0]
    assert "\u00ad" not in odd


def test_what_begins_where_the_text_begins_is_in_the_text_with_a_title_and_without(model):
    with_title, without = from_rows([("x:1", {"title": FIRST, "text": f"{THEN} {LAST}"}), ("x:2", {"text": THEN})])
    why, alone = (
        as_dict(model.explain(article.text, themes=["strategy"]), offset=article.offset)["strategy"]
        for article in (with_title, without)
    )
    assert {"start": 0, "end": len(THEN)} in [
        {key: value for key, value in sentence.items() if key != "value"} for sentence in why["sentences"]
    ]
    assert why["passages"][0]["start"] == 0
    assert [(sentence.get("in"), sentence["start"]) for sentence in alone["sentences"]] == [(None, 0)]


def test_every_theme_given_is_explained_even_with_fewer_styles_than_themes(model, monkeypatch):
    monkeypatch.setattr(evidence, "_STYLES", ("bold red",))
    generous = model.with_thresholds(dict.fromkeys(model.themes, 0.0))
    (row,) = map(json.loads, explained(generous, [Article("a", f"{FIRST}\n{THEN}", "a")], "jsonl"))
    assert set(row["explanation"]) == set(row["themes"]) == set(model.themes)
    shown = "".join(explained(generous, [Article("a", f"{FIRST}\n{THEN}", "a")], "table"))
    assert shown.count("  against: ") == len(model.themes)


def test_the_nearest_of_what_has_no_theme_is_not_said_to_be_given_for_want_of_others(model):
    shown = "".join(explained(model, [Article("a", f"{LAST} {LAST}", "a")], "table"))
    assert "given from 0." in shown
    assert "for want of others" not in shown
    assert "none having reached" not in shown


def test_an_explained_row_of_half_a_character_can_be_written(model):
    (line,) = explained(model, [Article("\ud800", f"{FIRST} \ud800\n{THEN}", "a")], "jsonl")
    assert json.loads(line.encode())["id"] == "\ud800"


def test_the_three_sentences_that_say_most_are_marked_and_ten_terms_listed(model):
    said = [f"La stratégie nationale de cybersécurité du pays {name} est adoptée." for name in "BCDFG"]
    article = Article("a", "\n".join([*said, *(f"{THEN} {LAST}" for _ in range(3))]), "a")
    shown = "".join(explained(model, [article], "table"))
    assert "[strategy 3: " in shown
    assert "strategy 4" not in shown
    (row,) = map(json.loads, explained(model, [article], "jsonl"))
    n_listed = {side: len(row["explanation"]["strategy"][side]) for side in ("for", "against")}
    assert n_listed["for"] == 10
    for side, n_terms in n_listed.items():
        shown_terms = re.search(rf"^  {side}: (.*)$", shown, re.MULTILINE)[1].split("; ")
        assert len(shown_terms) == min(n_terms, 8)
