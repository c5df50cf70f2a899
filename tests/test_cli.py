"""The program as a user runs it: its main paths, in processes of their own where pipes and statuses matter."""

import csv
import io
import json
import os
import re
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import cyberclf
from cyberclf.articles import read_articles
from cyberclf.corpus import read_corpus
from cyberclf.errors import CorpusError
from cyberclf.rows import Article
from cyberclf.themes import Theme

ROOT = Path(__file__).resolve().parents[1]
ARTICLES = ROOT / "seeds" / "articles"
TEXT = (
    "Le Bénin adopte sa stratégie nationale de cybersécurité\n"
    "Le conseil des ministres a adopté mercredi la stratégie nationale de cybersécurité et créé une agence."
)
COOPERATION = "Le Sénégal et la France ont signé à Dakar un accord de coopération sur la cybersécurité."
AGREED = "Une convention de coopération bilatérale en matière de sécurité numérique a été conclue par les deux pays."

#: Themes of a user, in a language that the package knows nothing of.
FISHING = [
    "O barco de pesca voltou ao porto com atum e sardinha.",
    "Os pescadores vendem sardinha no mercado do porto.",
    "A frota de pesca descarregou atum durante a noite.",
    "As redes de pesca secam no porto, ao lado do barco.",
    "Os pescadores pedem redes novas e gelo para o atum.",
    "A pesca da sardinha abre em maio, dizem os pescadores.",
]
MUSIC = [
    "A banda toca guitarra e tambor na festa da aldeia.",
    "O coro canta uma morna e o público aplaude o concerto.",
    "O concerto de guitarra encheu a praça da aldeia.",
    "A cantora gravou um disco de morna com a sua banda.",
    "O festival de música reúne tambor, guitarra e coro.",
    "A escola de música ensina guitarra às crianças.",
]
NEITHER = [
    "A chuva caiu toda a tarde sobre as montanhas.",
    "O autocarro atrasou-se por causa das obras na estrada.",
    "O padeiro abriu a loja às seis da manhã.",
    "Faltou água na capital durante dois dias.",
]


def run(*args, cwd=None, stdin=b"", stdout=subprocess.PIPE):
    env = os.environ | {"PYTHONPATH": str(Path(cyberclf.__file__).resolve().parents[1])}
    command = [sys.executable, "-m", "cyberclf", *map(str, args)]
    done = subprocess.run(
        command, cwd=cwd, input=stdin, stdout=stdout, stderr=subprocess.PIPE, env=env, timeout=120, check=False
    )
    return done.returncode, (done.stdout or b"").decode(), done.stderr.decode()


def rows_of(out):
    return [json.loads(line) for line in out.splitlines()]


@pytest.fixture
def user_csv(tmp_path):
    path = tmp_path / "meus.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["text", "themes"])
        writer.writerows([text, "pesca"] for text in FISHING)
        writer.writerows([text, "música"] for text in MUSIC)
        writer.writerows([text, ""] for text in NEITHER)
        writer.writerow(["A banda toca guitarra no porto para os pescadores de atum.", "pesca;música"])
    return path


# predict


def test_the_seeds_get_exactly_their_labels():
    status, out, err = run("predict", ARTICLES)
    assert (status, err) == (0, "")
    given = {Path(row["id"]).name: set(row["themes"]) for row in rows_of(out)}
    labels = [json.loads(line) for line in (ROOT / "seeds" / "labels.jsonl").read_text("utf-8").splitlines()]
    assert given == {row["file"]: set(row["themes"]) for row in labels}
    assert len(given) == 5


def test_a_pipe_gets_json_lines(tmp_path):
    (tmp_path / "a.txt").write_text(TEXT, "utf-8")
    status, out, _ = run("predict", tmp_path / "a.txt")
    assert status == 0
    row = json.loads(out)
    assert list(row) == ["id", "title", "themes", "probabilities", "passages", "review", "status"]
    assert row["title"] == "Le Bénin adopte sa stratégie nationale de cybersécurité"
    assert row["themes"] == ["strategy"]
    assert set(row["passages"]) == set(row["themes"])
    assert list(row["probabilities"]) == list(cyberclf.load().themes)


@pytest.mark.parametrize(("name", "kind"), [("o.csv", "csv"), ("o.jsonl", "jsonl"), ("o.txt", "table"), ("o", "jsonl")])
def test_the_suffix_of_the_output_decides_the_format(tmp_path, call, name, kind):
    (tmp_path / "a.txt").write_text(TEXT, "utf-8")
    assert call("predict", tmp_path / "a.txt", "--output", tmp_path / name) == (0, "", "")
    written = (tmp_path / name).read_text("utf-8")
    assert written == call("predict", tmp_path / "a.txt", "--format", kind)[1]
    head = {"csv": "id,title,themes,review,status,p_strategy", "jsonl": '{"id": ', "table": ""}[kind]
    assert written.startswith(head)


def test_format_wins_over_the_suffix(tmp_path, call):
    (tmp_path / "a.txt").write_text(TEXT, "utf-8")
    assert call("predict", tmp_path / "a.txt", "--format", "csv", "--output", tmp_path / "o.jsonl")[0] == 0
    assert (tmp_path / "o.jsonl").read_text("utf-8").startswith("id,title,")


def test_the_table_shows_names_and_probabilities(tmp_path, call):
    (tmp_path / "a.txt").write_text(TEXT, "utf-8")
    (tmp_path / "b.txt").write_text("La pluie est tombée sur les collines.", "utf-8")
    (tmp_path / "c.txt").write_text("…", "utf-8")
    status, out, _ = call("predict", tmp_path, "--format", "table")
    assert status == 0
    tagged, none, empty = out.splitlines()
    assert "Strategy and governance / Stratégie et gouvernance 0." in tagged
    assert "no theme (nearest: " in none
    assert "empty: no word to judge by" in empty


def test_csv_has_a_column_of_probabilities_for_each_theme(tmp_path, call):
    (tmp_path / "a.txt").write_text(TEXT, "utf-8")
    (row,) = csv.DictReader(io.StringIO(call("predict", tmp_path / "a.txt", "--format", "csv")[1]))
    assert row["themes"] == "strategy"
    assert all(0 <= float(row[f"p_{theme}"]) <= 1 for theme in cyberclf.load().themes)
    assert list(json.loads(row["passages"])) == ["strategy"]
    assert row["status"] == "ok"
    assert row["error"] == ""


def test_standard_input_is_one_text():
    status, out, _ = run("predict", "-", stdin=TEXT.encode())
    (row,) = rows_of(out)
    assert (status, row["id"], row["themes"]) == (0, "-", ["strategy"])


def test_standard_input_may_be_json_lines():
    lines = [{"id": "x", "text": TEXT}, {"text": COOPERATION}]
    given = "\ufeff" + "\n".join(json.dumps(line) for line in lines) + "\n"
    status, out, _ = run("predict", "-", stdin=given.encode())
    assert status == 0
    assert [row["id"] for row in rows_of(out)] == ["x", "-:2"]


def test_standard_input_reads_what_its_own_output_says():
    out = run("predict", ARTICLES)[1]
    status, again, err = run("predict", "-", stdin=out.encode())
    # It has titles but no texts: every row is named, none is lost.
    assert status == 1
    assert [row["status"] for row in rows_of(again)] == ["error"] * 5
    assert "no text" in err


def test_folders_are_walked_in_order(tmp_path, call):
    below = tmp_path / "2024" / "mai"
    below.mkdir(parents=True)
    for file in (below / "b.TXT", tmp_path / "a.txt", below / "note.md"):
        file.write_text(TEXT, "utf-8")
    (below / "c.jsonl").write_text(json.dumps({"text": TEXT}) + "\n", "utf-8")
    # What is hidden is some program's own.
    (tmp_path / ".cache").mkdir()
    for file in (tmp_path / ".cache" / "d.txt", below / "._a.txt", below / ".DS_Store"):
        file.write_text(TEXT, "utf-8")
    status, out, err = call("predict", tmp_path)
    assert (status, err) == (0, f"cyberclf: of other kinds, and not read: {below / 'note.md'} (1 in all)\n")
    expected = [str(below / "b.TXT"), f"{below / 'c.jsonl'}:1", str(tmp_path / "a.txt")]
    assert [row["id"] for row in rows_of(out)] == expected


@pytest.mark.parametrize("name", ["o.csv", "o.jsonl", "o.json"])
def test_answers_that_lie_in_a_folder_are_read_as_articles_and_it_is_said(tmp_path, call, name):
    (tmp_path / "a.txt").write_text(TEXT, "utf-8")
    assert call("predict", tmp_path, "--text", "--output", tmp_path / name)[::2] == (0, "")
    _, out, err = call("predict", tmp_path)
    assert len(rows_of(out)) == 2
    assert (
        err == f"cyberclf: answers of cyberclf, read as articles again: {tmp_path / name} (1 in all); is that meant?\n"
    )
    # Who names the file means it.
    assert call("predict", tmp_path / name)[::2] == (0, "")


def test_bad_rows_are_rows_and_the_rest_is_tagged(tmp_path):
    path = tmp_path / "m.jsonl"
    path.write_text(
        json.dumps({"id": "good", "text": TEXT})
        + '\n{"id": "no text"}\nnot json\n[1]\n\n'
        + json.dumps({"text": ""})
        + "\n",
        "utf-8",
    )
    status, out, err = run("predict", path)
    assert status == 0
    rows = rows_of(out)
    assert [row["status"] for row in rows] == ["ok", "error", "error", "error", "empty"]
    assert [row["id"] for row in rows] == ["good", "no text", f"{path}:3", f"{path}:4", f"{path}:6"]
    assert f"{path}:3: not JSON" in rows[2]["error"]
    assert err.splitlines()[-1] == "cyberclf: 5 articles: 1 tagged, 0 short, 0 foreign, 1 empty, 3 could not be read"
    assert "Traceback" not in err


def test_bad_rows_of_a_table_are_rows(tmp_path):
    path = tmp_path / "m.csv"
    path.write_text(f'id,text\n1,"{COOPERATION}"\n2,un,deux\n3\n', "utf-8")
    status, out, err = run("predict", path)
    assert status == 0
    assert [row["status"] for row in rows_of(out)] == ["ok", "error", "error"]
    assert f"{path}:3: 3 cells for 2 columns" in err


def test_a_row_has_its_own_id_if_that_says_anything(tmp_path, call):
    given = ['"a"', "5", "1.5", "12345678901234567890123", '""', "null", "NaN", "[1]"]
    path = tmp_path / "a.jsonl"
    path.write_text("".join(f'{{"id": {one}, "text": "La loi est votée."}}\n' for one in given), "utf-8")
    ids = [row["id"] for row in rows_of(call("predict", path)[1])]
    assert ids == ["a", "5", "1.5", "12345678901234567890123", *(f"{path}:{row}" for row in range(5, 9))]


def test_one_unreadable_file_does_not_stop_the_others(tmp_path, call):
    (tmp_path / "a.txt").write_bytes(TEXT.encode("latin-1", "replace"))
    (tmp_path / "b.txt").write_text(TEXT, "utf-8")
    status, out, err = call("predict", tmp_path)
    assert status == 0
    assert [row["status"] for row in rows_of(out)] == ["error", "ok"]
    assert f"{tmp_path / 'a.txt'}: not UTF-8 (byte " in err


@pytest.mark.parametrize("encoding", ["utf-16", "latin-1"])
@pytest.mark.parametrize("suffix", [".txt", ".csv", ".jsonl"])
def test_other_encodings_get_a_clear_line(tmp_path, call, encoding, suffix):
    content = {
        ".txt": TEXT,
        ".csv": f"id,text\n1,{COOPERATION}\n",
        ".jsonl": json.dumps({"text": TEXT}, ensure_ascii=False),
    }
    path = tmp_path / f"a{suffix}"
    path.write_bytes(content[suffix].encode(encoding))
    status, out, err = call("predict", path)
    assert status == 1
    # A table names the row, the others the byte.
    assert ("not UTF-8; save" if suffix == ".csv" else "not UTF-8 (byte") in err
    assert "save it as UTF-8" in err
    assert {row["status"] for row in rows_of(out)} == {"error"}


@pytest.mark.parametrize("encoding", ["windows-1252", "utf-16", "mac-roman"])
def test_files_in_another_encoding_are_read_if_it_is_named(tmp_path, call, encoding):
    table = f'id;text\r\n1;"{TEXT}"\r\n2;{COOPERATION}\r\n'
    for name, content in (("a.txt", TEXT), ("b.csv", table), ("c.tsv", table.replace(";", "\t"))):
        (tmp_path / name).write_bytes(content.encode(encoding))
    (tmp_path / "d.txt").write_text(TEXT, "utf-8")
    status, out, err = call("predict", tmp_path, "--encoding", encoding)
    assert (status, err) == (0, "")
    texts = [row["probabilities"] for row in rows_of(out)]
    assert len(texts) == 6
    assert texts[0] == texts[1] == texts[3] == texts[5]
    assert texts[2] == texts[4]


def test_a_corpus_in_another_encoding_is_learnt_from_if_it_is_named(tmp_path, call):
    rows = [*((text, "pêche") for text in FISHING), *((text, "été") for text in MUSIC), *((t, "") for t in NEITHER)]
    table = "text;themes\r\n" + "".join(f'"{text}";{theme}\r\n' for text, theme in rows)
    (tmp_path / "c.csv").write_bytes(table.encode("windows-1252"))
    status, _, err = call("train", tmp_path / "c.csv", "--output", tmp_path / "m.safetensors")
    assert status == 1
    assert "--encoding windows-1252" in err
    (tmp_path / "u.csv").write_text(table, "utf-8")
    for name, options in (("c", ("--encoding", "windows-1252")), ("u", ())):
        assert call("train", tmp_path / f"{name}.csv", "--output", tmp_path / name, *options)[0] == 0
    assert (tmp_path / "c").read_bytes() == (tmp_path / "u").read_bytes()
    assert call("evaluate", tmp_path / "c.csv", "--model", tmp_path / "c", "--encoding", "windows-1252")[0] == 0


def test_corrected_rows_can_be_learnt_from(tmp_path, call):
    (tmp_path / "a.txt").write_text(TEXT, "utf-8")
    (tmp_path / "b.jsonl").write_text(json.dumps({"title": "Accord", "text": AGREED}) + "\n", "utf-8")
    for name in ("out.csv", "out.jsonl"):
        paths = [tmp_path / "a.txt", tmp_path / "b.jsonl"]
        assert call("predict", *paths, "--output", tmp_path / name, "--text")[0] == 0
        corpus = read_corpus([tmp_path / name])
        assert [article.text for article in corpus.articles] == [TEXT, f"Accord\n{AGREED}"]
        assert [article.themes for article in corpus.articles] == [{"strategy"}, {"bilateral_cooperation"}]


@pytest.mark.parametrize("options", [("--format", "html"), ("--format", "table"), ("--format", "jsonl", "--explain")])
def test_texts_are_written_where_they_can_be_read_again(tmp_path, call, options):
    (tmp_path / "a.txt").write_text(TEXT, "utf-8")
    status, _, err = call("predict", tmp_path / "a.txt", "--text", *options)
    assert status == 2
    assert "--text goes with --format jsonl or csv" in err


def test_files_without_an_article_are_named(tmp_path, call):
    (tmp_path / "a.txt").write_text(TEXT, "utf-8")
    (tmp_path / "b.csv").write_text("id,text\n", "utf-8")
    (tmp_path / "c.jsonl").write_text("\n\n", "utf-8")
    status, out, err = call("predict", tmp_path, "--jobs", 1)
    assert status == 0
    assert len(rows_of(out)) == 1
    assert err == f"cyberclf: no article in {tmp_path / 'b.csv'}, {tmp_path / 'c.jsonl'} (2 in all)\n"


def test_a_decimal_comma_is_said_to_be_none(tmp_path, call):
    (tmp_path / "a.txt").write_text(TEXT, "utf-8")
    status, _, err = call("predict", tmp_path / "a.txt", "--threshold", "ai_regulation=0,65")
    assert status == 2
    assert "write it as ai_regulation=0.65" in err


@pytest.mark.parametrize("suffix", [".txt", ".csv", ".jsonl"])
def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path, call, suffix):
    content = {".txt": TEXT, ".csv": f'text\n"{TEXT}"\n', ".jsonl": json.dumps({"text": TEXT})}[suffix]
    path = tmp_path / f"a{suffix}"
    rows = []
    for encoding in ("utf-8", "utf-8-sig"):
        path.write_text(content, encoding)
        rows += rows_of(call("predict", path)[1])
    assert rows[0] == rows[1]
    assert rows[0]["title"].startswith("Le Bénin")


def test_a_return_in_an_id_does_not_end_the_row(tmp_path, call):
    row = {"id": "x\r1+1", "text": TEXT}
    (tmp_path / "a.jsonl").write_text(json.dumps(row) + "\n", "utf-8")
    out = call("predict", tmp_path / "a.jsonl", "--format", "csv")[1]
    (cells,) = csv.DictReader(io.StringIO(out, newline=""))
    assert cells["id"] == "x\r1+1"
    assert out.endswith("\n")
    assert not out.endswith("\r\n")


def test_standard_input_that_comes_slowly_is_read_as_what_it_is():
    env = os.environ | {"PYTHONPATH": str(Path(cyberclf.__file__).resolve().parents[1])}
    command = [sys.executable, "-m", "cyberclf", "predict", "-", "--format", "jsonl"]
    with subprocess.Popen(command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        for piece in (b"\xef", b"\xbb\xbf", b" ", json.dumps({"id": "x", "text": TEXT}).encode() + b"\n"):
            process.stdin.write(piece)
            process.stdin.flush()
            time.sleep(0.3)
        out, _ = process.communicate(json.dumps({"id": "y", "text": TEXT}).encode() + b"\n", timeout=60)
    assert [row["id"] for row in rows_of(out.decode())] == ["x", "y"]


def test_cells_that_start_a_formula_are_quoted(tmp_path, call):
    path = tmp_path / "m.jsonl"
    starts = ["=", "+", "-", "@"]
    path.write_text(
        "".join(
            json.dumps({"id": f"{s}id", "text": f"{s}SOMME(A1) la loi sur la cybersécurité"}) + "\n" for s in starts
        ),
        "utf-8",
    )
    out = call("predict", path, "--format", "csv")[1]
    found = list(csv.DictReader(io.StringIO(out)))
    assert [row["id"] for row in found] == [f"'{s}id" for s in starts]
    assert all(row["title"].startswith(f"'{s}SOMME") for s, row in zip(starts, found, strict=True))
    assert not any(cell.startswith(tuple(starts)) for row in found for cell in row.values())


STEERING = "\x1b[2J\x1b]0;pris\x07\u202eesrevni\u202c\u2066x\u2069\x9b31m\r\b"


def test_an_article_never_steers_the_terminal(tmp_path, call):
    path = tmp_path / "m.jsonl"
    path.write_text(json.dumps({"id": f"i{STEERING}", "text": f"Titre {STEERING} fin\nla loi"}) + "\n", "utf-8")
    out = call("predict", path, "--format", "table")[1]
    assert "Titre" in out
    assert not set(STEERING) - set(" 0123[]Jmpriseventx;") & set(out)
    assert out.count("\n") == 1


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_a_terminal_gets_a_clean_table(tmp_path):
    path = tmp_path / "m.jsonl"
    path.write_text(json.dumps({"text": f"Titre {STEERING} fin\nla loi"}) + "\nnon\n", "utf-8")
    above, below = os.openpty()
    status, _, err = run("predict", path, stdout=below)
    os.close(below)
    shown = os.read(above, 65536).decode()
    os.close(above)
    assert status == 0
    assert shown.count("\r\n") == 2
    assert "Titre" in shown
    assert not shown.startswith("{")
    assert not {"\x1b", "\x07", "\u202e", "\u2066", "\x9b", "\b"} & set(shown + err)


def test_what_it_says_of_a_bad_file_does_not_steer_either(tmp_path, call):
    path = tmp_path / "m.csv"
    path.write_text("id,\u202etxet\u202c\x07\n1,2\n", "utf-8")
    status, out, err = call("predict", path, "--format", "table")
    assert status == 1
    assert "no column 'text'" in err
    assert not {"\x07", "\u202e", "\u202c"} & set(out + err)


def test_passages_are_spans_of_the_own_text(tmp_path, call):
    filler = "La pluie est tombée sur les collines et le marché a fermé plus tôt que prévu. " * 12
    text = f"{filler}\n\n{COOPERATION} {AGREED} {COOPERATION} {AGREED}\n\n{filler}"
    path = tmp_path / "m.jsonl"
    rows = [{"text": text}, {"title": "Un titre donné à part, éàü", "text": text}]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    whole, titled = rows_of(call("predict", path)[1])
    for row in (whole, titled):
        assert "bilateral_cooperation" in row["themes"]
        start, end = row["passages"]["bilateral_cooperation"]
        assert COOPERATION in text[start:end]
        assert len(text[start:end]) < len(text) / 2
    assert titled["title"] == "Un titre donné à part, éàü"


def test_a_passage_that_begins_in_the_title_begins_at_zero(tmp_path, call):
    path = tmp_path / "m.jsonl"
    path.write_text(
        json.dumps({"title": "Accord entre le Mali et la Chine", "text": f"{COOPERATION} {AGREED}"}) + "\n", "utf-8"
    )
    (row,) = rows_of(call("predict", path)[1])
    assert row["passages"]["bilateral_cooperation"] == [0, len(f"{COOPERATION} {AGREED}")]


def test_a_file_that_is_there_is_replaced_whole(tmp_path, call):
    (tmp_path / "a.txt").write_text(TEXT, "utf-8")
    out = tmp_path / "o.jsonl"
    out.write_text("before " * 10_000, "utf-8")
    out.chmod(0o640)
    assert call("predict", tmp_path / "a.txt", "--output", out)[0] == 0
    assert len(rows_of(out.read_text("utf-8"))) == 1
    assert out.stat().st_mode & 0o777 == 0o640
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a.txt", "o.jsonl"]


def test_the_reader_may_go_away(tmp_path):
    path = tmp_path / "m.jsonl"
    path.write_text((json.dumps({"text": TEXT}) + "\n") * 3000, "utf-8")
    env = os.environ | {"PYTHONPATH": str(Path(cyberclf.__file__).resolve().parents[1])}
    command = [sys.executable, "-m", "cyberclf", "predict", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env) as process:
        process.stdout.readline()
        process.stdout.close()
        err = process.stderr.read().decode()
        status = process.wait(60)
    assert status == 1
    assert err == ""


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--threshold", "ski=0.5"], "theme 'ski' is not one of the model's: strategy, "),
        (["--threshold", "strategy=1.5"], "from 0 to 1"),
        (["--threshold", "strategy=nan"], "from 0 to 1"),
        (["--threshold", "strategy"], "'strategy' is not THEME=P"),
        (["--threshold", "strategy=x"], "'strategy=x' is not THEME=P"),
        (["--threshold", "strategy=0.1", "--threshold", "strategy=0.2"], "given two thresholds"),
        (["--review", "0.6"], "not in 0.01 to 0.5"),
        (["--favour", "luck"], "'luck' is not one of"),
    ],
)
def test_wrong_thresholds_are_wrong_use(tmp_path, call, args, said):
    (tmp_path / "a.txt").write_text(TEXT, "utf-8")
    status, out, err = call("predict", tmp_path / "a.txt", *args)
    assert (status, out) == (2, "")
    assert said in err


def test_own_thresholds_move_what_is_given(tmp_path, call):
    (tmp_path / "a.txt").write_text(TEXT, "utf-8")
    everything = [f"--threshold={theme}=0" for theme in cyberclf.load().themes]
    (row,) = rows_of(call("predict", tmp_path / "a.txt", *everything)[1])
    assert row["themes"] == list(cyberclf.load().themes)
    (row,) = rows_of(call("predict", tmp_path / "a.txt", "--threshold", "strategy=1")[1])
    assert row["themes"] == []


@pytest.fixture
def favouring(tmp_path):
    """An artifact whose thresholds and band are plain: 0.5, 1 and 0; from 0 to 1 below a level of 2 %."""
    model = cyberclf.load()
    shape = (2, 50, len(model.themes))
    review = np.full(shape, 0.5)
    review[:, :1] = np.array([0.0, 1.0])[:, None, None]
    favoured = np.repeat([[0.5], [1.0], [0.0]], len(model.themes), axis=1)
    path = tmp_path / "plain.safetensors"
    replace(model, thresholds=favoured[0], favoured=favoured, review=review).save(path)
    return path


def test_what_is_favoured_and_the_review_level_reach_the_rows(tmp_path, call, favouring):
    (tmp_path / "a.txt").write_text(TEXT, "utf-8")
    themes = list(cyberclf.load().themes)

    def row(*args):
        (made,) = rows_of(call("predict", tmp_path / "a.txt", "--model", favouring, *args)[1])
        return made["themes"], made["review"]

    assert row() == (["strategy"], [])
    assert row("--favour", "precision") == ([], ["strategy"])
    assert row("--favour", "recall", "--threshold", "ai_regulation=1") == (
        [theme for theme in themes if theme != "ai_regulation"],
        ["bilateral_cooperation", "capacity_building"],
    )
    assert row("--review", "0.01") == (["strategy"], themes)
    table = call("predict", tmp_path / "a.txt", "--model", favouring, "--review", "0.01", "--format", "csv")[1]
    (cells,) = csv.DictReader(io.StringIO(table))
    assert cells["review"] == ";".join(themes)
    shown = call("predict", tmp_path / "a.txt", "--model", favouring, "--review", "0.01", "--format", "table")[1]
    assert f"; review: {', '.join(themes)}" in shown


# train, evaluate, compare, extract, info


def test_train_on_a_table_with_own_themes(tmp_path, call, user_csv):
    model_file, names = tmp_path / "m.safetensors", tmp_path / "themes.toml"
    names.write_text(
        '[[theme]]\nid = "pesca"\nname = "Pesca e mar"\nname_fr = "Pêche et mer"\ndefinition = "Peixe."\n\n'
        '[[theme]]\nid = "teatro"\nname = "Teatro"\n',
        "utf-8",
    )
    status, out, err = call("train", user_csv, "--themes", names, "--output", model_file, "--jobs", 1)
    assert status == 0, err
    assert "average precision" in out
    assert "theme 'teatro' is in no article; left out" in err
    assert "threshold pesca: " in err
    assert err.splitlines()[-1] == f"wrote {model_file} and {model_file}.md"

    card = (tmp_path / "m.safetensors.md").read_text("utf-8")
    assert "# Model card: m.safetensors" in card
    assert "| `pesca` | Pesca e mar | Pêche et mer | 7 |" in card
    assert "| `música` | música | música | 7 |" in card

    (tmp_path / "novo.txt").write_text("Os pescadores trouxeram atum e sardinha ao porto, com redes novas.", "utf-8")
    status, out, _ = call("predict", tmp_path / "novo.txt", "--model", model_file, "--format", "table")
    assert status == 0
    assert "Pesca e mar / Pêche et mer" in out

    status, out, _ = call("info", "--model", model_file)
    assert status == 0
    assert "2 themes" in out
    assert "trained on 17 articles" in out
    assert "pesca: Pesca e mar / Pêche et mer; threshold " in out


def test_train_on_columns_of_zero_and_one(tmp_path, call):
    path = tmp_path / "m.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream, delimiter=";")
        writer.writerow(["id", "text", "pesca", "música"])
        marked = [(t, 1, 0) for t in FISHING] + [(t, 0, 1) for t in MUSIC] + [(t, 0, "") for t in NEITHER]
        writer.writerows([number, *row] for number, row in enumerate(marked))
    status, _, err = call("train", path, "--output", tmp_path / "m.safetensors", "--jobs", 1)
    assert status == 0, err
    model = cyberclf.load(tmp_path / "m.safetensors")
    assert model.themes == ("música", "pesca")
    assert model.metadata["corpus"]["positives"] == {"música": 6, "pesca": 6}
    given = model.predict_proba([FISHING[0], MUSIC[0]])
    assert given[0, 1] > given[1, 1]
    assert given[1, 0] > given[0, 0]


def test_train_on_own_articles_never_replaces_the_shipped_model(call, user_csv):
    before = (ROOT / "models" / "cyberclf.safetensors").read_bytes()
    status, _, err = call("train", user_csv)
    assert status == 2
    assert "name the artifact to write with --output FILE" in err
    assert (ROOT / "models" / "cyberclf.safetensors").read_bytes() == before


def test_an_output_in_a_folder_is_not_read_by_the_next_run(tmp_path, call):
    (tmp_path / "a.txt").write_text("Les pêcheurs vendent la sardine au port du village.", "utf-8")
    for _ in range(2):
        status, _, err = call("predict", tmp_path, "--output", tmp_path / "out.csv", "--jobs", 1)
        assert (status, err) == (0, ""), err
    assert len((tmp_path / "out.csv").read_text("utf-8").splitlines()) == 2


@pytest.mark.parametrize("head", ["id,title,text", "text;themes", '"id"\t"text"'])
def test_a_table_on_standard_input_is_not_taken_for_an_article(head):
    status, out, _ = run("predict", "-", stdin=f"{head}\na,b,La loi\n".encode())
    assert status == 1
    (row,) = rows_of(out)
    assert row["error"] == "-: a table, not one article; save it as .csv or .tsv and name that"
    assert run("predict", "-", stdin=b"Le texte et la loi, text of the law\nSuite")[0] == 0


@pytest.mark.parametrize("name", ["a.xlsx", "a.tsv", "a.jsonl.gz", "a.table"])
def test_an_output_whose_suffix_says_no_format_is_wrong_use(tmp_path, call, name):
    (tmp_path / "a.txt").write_text(TEXT, "utf-8")
    status, _, err = call("predict", tmp_path / "a.txt", "--output", tmp_path / name)
    assert status == 2
    assert "says no format that is written here; name one of .jsonl, " in err
    assert not (tmp_path / name).exists()
    assert call("predict", tmp_path / "a.txt", "--output", tmp_path / name, "--format", "csv")[0] == 0
    assert (tmp_path / name).read_text("utf-8").startswith("id,title,themes")


def test_an_array_of_json_on_standard_input_is_said_to_be_none():
    status, out, err = run("predict", "-", stdin=b' [\n {"text": "la loi"}]')
    assert status == 1
    assert "not JSON Lines but one array; give one object a line" in out + err


def test_train_twice_gives_the_same_bytes(tmp_path, call, user_csv):
    for name in ("a", "b"):
        assert call("train", user_csv, "--output", tmp_path / f"{name}.safetensors", "--jobs", 1)[0] == 0
    assert (tmp_path / "a.safetensors").read_bytes() == (tmp_path / "b.safetensors").read_bytes()


def test_themes_that_no_review_band_is_promised_for_are_named(tmp_path, call, user_csv):
    err = call("train", user_csv, "--output", tmp_path / "m.safetensors", "--jobs", 1)[2]
    said = "too few articles to promise a review band at 10%: música, pesca (2 in all); for them nearly every article"
    assert said in err
    assert said in call("info", "--model", tmp_path / "m.safetensors")[1]
    assert "too few articles" not in call("info")[1]


def test_train_to_a_device_writes_no_card_beside_it(call, user_csv):
    status, _, err = call("train", user_csv, "--output", os.devnull, "--jobs", 1)
    assert status == 0, err
    assert err.splitlines()[-1] == f"wrote {os.devnull}"
    assert not Path(f"{os.devnull}.md").exists()


def test_train_says_when_nothing_could_be_held_out(tmp_path, call):
    rows = [
        {"text": text, "themes": themes, "event": "one"} for text, themes in ((FISHING[0], ["pesca"]), (MUSIC[0], []))
    ]
    path = tmp_path / "one.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    status, _, err = call("train", path, "--output", tmp_path / "m.safetensors", "--jobs", 1)
    assert status == 0, err
    assert "too few events to hold any out: the thresholds come from what was learnt" in err


def test_evaluate_says_how_many_articles_prediction_would_not_judge(tmp_path, call):
    rows = [f"pêche port numéro{chr(97 + n)},mer\nsénat loi numéro{chr(97 + n)},\n" for n in range(12)]
    (tmp_path / "c.csv").write_text("text,themes\n" + "".join(rows), "utf-8")
    _, _, err = call("evaluate", tmp_path / "c.csv", "--jobs", 1)
    assert "24 articles have fewer than 6 words: 'predict' gives such no theme without --force; here they" in err


def test_articles_without_a_word_are_evaluated_too(tmp_path, call):
    rows = [f'"{100_000 + n} … !",{"ab"[n % 2]}\n' for n in range(12)]
    (tmp_path / "c.csv").write_text("text,themes\n" + "".join(rows), "utf-8")
    status, out, _ = call("evaluate", tmp_path / "c.csv", "--jobs", 1)
    assert (status, "macro" in out) == (0, True)


def test_evaluate_cross_validates_and_writes_json(tmp_path, call, user_csv):
    status, out, err = call("evaluate", user_csv, "--json", tmp_path / "e.json", "--jobs", 1)
    assert status == 0, err
    assert "no event on both sides" in out
    assert (
        "  mostly luck: articles of fewer than 10 events have música, pesca; intervals from so few are too narrow\n"
        in out
    )
    figures = json.loads((tmp_path / "e.json").read_text("utf-8"))
    headline = next(iter(figures.values()))
    assert set(headline["scores"]) >= {"pesca", "música", "macro", "micro"}
    assert headline["summary"]["articles"] == 17
    assert set(headline["reliability"]) == set(headline["reliability_curve"]) == {"pesca", "música", "all"}
    assert set(headline["favour"]) == {"f1", "precision", "recall"}
    assert headline["review"]["level"] == 0.1
    # With seven articles nothing can be promised of those that have the theme.
    assert headline["review"]["themes"]["pesca"]["lower"] == 0
    assert "; too few to promise" in out
    assert not list(tmp_path.glob(".*"))


def test_evaluate_scores_a_given_model(tmp_path, call):
    labels = ROOT / "seeds" / "labels.jsonl"
    shipped = ROOT / "models" / "cyberclf.safetensors"
    status, out, err = call("evaluate", labels, "--model", shipped, "--json", tmp_path / "e.json")
    assert status == 0, err
    assert "seeds (5 articles; by the model given)" in out
    assert "all themes right: 100.0% of articles" in out
    assert json.loads((tmp_path / "e.json").read_text("utf-8"))["seeds"]["scores"]["micro"]["f1"] == 1.0


def test_evaluate_says_that_a_model_was_trained_on_what_it_is_scored_on(tmp_path, call, user_csv):
    model = tmp_path / "m.safetensors"
    assert call("train", user_csv, "--output", model)[0] == 0
    status, _, err = call("evaluate", user_csv, "--model", model, "--report", tmp_path / "r")
    assert status == 0
    assert "trained on 17 of these 17 articles: its scores flatter it" in err
    page = (tmp_path / "r" / "index.html").read_text("utf-8")
    assert "17 of which it had learnt from" in page
    assert "So the figures flatter it." in page
    assert f"cyberclf evaluate {user_csv} --model {model} --report" in page
    # A part of them, in another order and written another way, too.
    part = tmp_path / "part.jsonl"
    rows = [(FISHING[0].replace(" ", "\n"), ["pesca"]), ("A banda de morna", ["música"])]
    part.write_text("".join(json.dumps({"text": text, "themes": themes}) + "\n" for text, themes in rows), "utf-8")
    assert "trained on 1 of these 2 articles" in call("evaluate", part, "--model", model)[2]
    other = tmp_path / "other.csv"
    other.write_text("text,themes\nO atum e o mar,pesca\nA banda de morna,música\n", "utf-8")
    assert "flatter" not in call("evaluate", other, "--model", model)[2]


def test_what_prediction_gives_no_theme_is_given_none_in_evaluation(tmp_path, call):
    labels = tmp_path / "c.csv"
    labels.write_text("text,themes\nStratégie nationale de cybersécurité,strategy\n", "utf-8")
    status, out, _ = call("evaluate", labels, "--model", ROOT / "models" / "cyberclf.safetensors")
    assert status == 0
    assert "by the model given; 1 short, foreign or empty, given no theme" in out


def test_themes_that_labels_never_name_are_not_judged(tmp_path, call):
    lines = [json.loads(line) for line in (ROOT / "seeds" / "corpus.jsonl").read_text("utf-8").splitlines()]
    labels = tmp_path / "c.jsonl"
    rows = [{"text": row["text"], "themes": ["strategy"] if "strategy" in row["themes"] else []} for row in lines[:80]]
    labels.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    call("evaluate", labels, "--model", ROOT / "models" / "cyberclf.safetensors", "--json", tmp_path / "e.json")
    scores = json.loads((tmp_path / "e.json").read_text("utf-8"))["press"]["scores"]
    assert scores["micro"]["f1"] == scores["strategy"]["f1"] > 0.9


def test_evaluate_says_which_themes_it_cannot_score(tmp_path, call):
    shipped = ROOT / "models" / "cyberclf.safetensors"
    labels = tmp_path / "c.csv"
    labels.write_text(f"text,themes\n{'Stratégie nationale de cybersécurité. ' * 9},strategy\nLa pluie,\n", "utf-8")
    status, out, _ = call("evaluate", labels, "--model", shipped, "--json", tmp_path / "e.json")
    assert status == 0
    unnamed = "the labels do not judge bilateral_cooperation, ai_regulation, capacity_building: not scored"
    assert unnamed in out
    assert "no article is judged for all themes" in out
    figures = json.loads((tmp_path / "e.json").read_text("utf-8"), parse_constant=pytest.fail)
    assert figures["press"]["summary"]["subset_accuracy"] is None
    labels.write_text("text,themes\nLa pluie,\n", "utf-8")
    status, _, err = call("evaluate", labels, "--model", shipped)
    assert status == 1
    assert "no article has a theme, so nothing can be scored" in err


def test_a_table_that_only_says_what_articles_have_is_refused(tmp_path, call):
    path = tmp_path / "c.csv"
    path.write_text("text,pesca,música\n" + "".join(f"{text},1,\n{text},,1\n" for text in "abcdef"), "utf-8")
    status, _, err = call("train", path, "--output", tmp_path / "m.safetensors")
    assert status == 1
    assert "in a 0/1 table write 0, not an empty cell (not judged), where an article lacks a theme" in err


def test_a_column_of_noughts_is_said_and_not_learnt(tmp_path, call):
    path = tmp_path / "c.csv"
    rows = [(text, "1,0") for text in FISHING] + [(text, "0,0") for text in [*MUSIC, *NEITHER]]
    path.write_text("text,pesca,macro\n" + "".join(f'"{text}",{cells}\n' for text, cells in rows), "utf-8")
    status, _, err = call("train", path, "--output", tmp_path / "m.safetensors", "--jobs", 1)
    assert status == 0
    assert "theme 'macro' is in no article" in err
    status, out, _ = call("predict", path, "--model", tmp_path / "m.safetensors")
    assert status == 0
    assert all(list(json.loads(line)["probabilities"]) == ["pesca"] for line in out.splitlines())
    # What the model has no theme of, and no article either, does not keep it from being scored.
    status, out, err = call("evaluate", path, "--model", tmp_path / "m.safetensors")
    assert status == 0, err


def test_a_theme_that_no_article_has_is_scored_where_the_labels_ask_for_it(tmp_path, call):
    path, model = tmp_path / "c.csv", ROOT / "models" / "cyberclf.safetensors"
    columns = "strategy,bilateral_cooperation,ai_regulation,capacity_building"
    path.write_text(f"text,{columns}\n{'Stratégie nationale de cybersécurité. ' * 9},1,0,0,0\n", "utf-8")
    status, out, _ = call("evaluate", path, "--model", model)
    assert status == 0
    assert "bilateral_cooperation" in out
    assert "not scored" not in out
    status, out, err = call("compare", model, model, path)
    assert (
        "no article of the corpus has bilateral_cooperation, ai_regulation, capacity_building: not compared"
        in out + err
    )
    path.write_text(f"text,{columns}\nLa pluie tombe sur le port et la mer.,0,0,0,0\n", "utf-8")
    for command in (["evaluate", path, "--model", model], ["compare", model, model, path]):
        status, _, err = call(*command)
        assert status == 1
        assert "no article has a theme" in err or "has none of the themes in common" in err


def test_what_of_a_corpus_is_hardly_meant_is_said(tmp_path, call):
    path = tmp_path / "c.csv"
    path.write_text(
        'text,themes\nO atum e o mar,pesca\nA banda de morna,música\nO mar canta,"pesca, música"\n', "utf-8"
    )
    _, _, err = call("train", path, "--output", tmp_path / "m.safetensors")
    assert "cyberclf: theme 'pesca, música' is taken for one; if it is 2, separate them by ;" in err


def test_evaluate_refuses_themes_that_the_model_does_not_have(call, user_csv):
    status, _, err = call("evaluate", user_csv, "--model", ROOT / "models" / "cyberclf.safetensors")
    assert status == 1
    assert "is not one of the model's: strategy, " in err


@pytest.mark.parametrize("suffix", [".jsonl", ".jsonl.gz"])
def test_extract_then_train_on_the_counts(tmp_path, call, suffix):
    texts, bags = tmp_path / "textos.jsonl", tmp_path / f"bags{suffix}"
    marked = [(t, ["pesca"]) for t in FISHING] + [(t, ["música"]) for t in MUSIC] + [(t, []) for t in NEITHER]
    texts.write_text(
        "".join(
            json.dumps({"text": text, "themes": themes, "source": f"jornal {number % 3}"}) + "\n"
            for number, (text, themes) in enumerate(marked)
        ),
        "utf-8",
    )
    status, out, err = call("extract", texts, "--output", bags, "--min-articles", 2)
    assert (status, out) == (0, "")
    assert f"wrote 16 articles to {bags}" in err
    assert "dropped " in err
    # Nothing but counted words leaves: no sentence, no word of one article alone.
    if suffix == ".jsonl":
        written = bags.read_text("utf-8")
        assert json.loads(written.splitlines()[0])["format"] == "cyberclf-bags"
        assert "padeiro" not in written
        assert FISHING[0][:20] not in written

    status, _, err = call("train", bags, "--output", tmp_path / "m.safetensors", "--jobs", 1)
    assert status == 0, err
    assert cyberclf.load(tmp_path / "m.safetensors").themes == ("música", "pesca")


def test_info_of_the_shipped_artifact():
    status, out, err = run("info")
    assert (status, err) == (0, "")
    model = cyberclf.load()
    assert out.startswith(f"{len(model.themes)} themes, {len(model.vocabulary)} terms\n")
    assert str(model.metadata["corpus"]["fingerprint"])[:16] in out
    for theme in model.theme_list:
        assert f"  {theme.id}: {theme.label}; threshold 0." in out


def test_version():
    assert run("--version") == (0, f"cyberclf, version {cyberclf.__version__}\n", "")


@pytest.mark.parametrize("indent", [None, 2])
def test_an_array_of_json_in_a_file_is_as_good_as_lines(tmp_path, call, indent):
    rows = [{"id": "a", "text": TEXT}, {"id": "b", "text": COOPERATION}, "no object", {"id": "c"}]
    (tmp_path / "a.json").write_text(json.dumps(rows, ensure_ascii=False, indent=indent), "utf-8-sig")
    (tmp_path / "b.json").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    made = [rows_of(call("predict", tmp_path / name)[1]) for name in ("a.json", "b.json")]
    assert [row["status"] for row in made[0]] == ["ok", "ok", "error", "error"]
    assert [row["probabilities"] for row in made[0]] == [row["probabilities"] for row in made[1]]
    assert made[0][2]["id"] == f"{tmp_path / 'a.json'}:3"


@pytest.mark.parametrize("content", [b'[{"text": "x"}', b"[" * 100_000, b'[{"text": "\xe9"}]', b"[1e5] x"])
def test_a_broken_array_is_one_row_of_error(tmp_path, call, content):
    (tmp_path / "a.json").write_bytes(content)
    status, out, err = call("predict", tmp_path / "a.json")
    assert status == 1
    assert [row["status"] for row in rows_of(out)] == ["error"]
    assert f"{tmp_path / 'a.json'}: not " in err


def test_an_array_can_be_learnt_from(tmp_path, call):
    rows = [*((text, ["pesca"]) for text in FISHING), *((text, ["musica"]) for text in MUSIC)]
    objects = [{"text": text, "themes": themes} for text, themes in [*rows, *((text, []) for text in NEITHER)]]
    (tmp_path / "c.json").write_text(json.dumps(objects), "utf-8")
    (tmp_path / "c.jsonl").write_text("".join(json.dumps(row) + "\n" for row in objects), "utf-8")
    for name in ("c.json", "c.jsonl"):
        assert call("train", tmp_path / name, "--output", tmp_path / f"{name}.m")[0] == 0
    assert (tmp_path / "c.json.m").read_bytes() == (tmp_path / "c.jsonl.m").read_bytes()


def test_people_are_told_in_french_if_they_wish(tmp_path, call):
    (tmp_path / "a.txt").write_text(COOPERATION, "utf-8")
    (tmp_path / "b.txt").write_text("Trop court", "utf-8")
    status, out, _ = call("predict", tmp_path, "--format", "table", "--language", "fr")
    assert status == 0
    assert re.search(r"Coopération bilatérale / Bilateral cooperation [01],\d\d", out)
    assert "court\u00a0: moins de 6 mots, trop peu pour juger" in out
    out = call("predict", tmp_path / "a.txt", "--format", "table", "--language", "fr", "--explain")[1]
    assert "deux États nommés +" in out
    assert "donné à partir de 0," in out
    assert call("predict", tmp_path, "--output", tmp_path / "o.html", "--language", "fr")[0] == 0
    assert '<html lang="fr">' in (tmp_path / "o.html").read_text("utf-8")


@pytest.mark.parametrize(
    "options", [("--format", "jsonl"), ("--output", "o.csv"), ("--cluster", "here", "--output", "o")]
)
def test_only_what_people_read_has_a_language(tmp_path, call, options):
    (tmp_path / "a.txt").write_text(COOPERATION, "utf-8")
    status, _, err = call("predict", tmp_path / "a.txt", "--language", "fr", *options)
    assert status == 2
    assert "--language fr goes with --format html or table" in err


ODD = [
    {"id": "a", "text": "\nTitre de l'article\nLe gouvernement adopte une loi sur la cybersécurité."},
    {"id": "b", "text": "- Le ministre a signé un accord de coopération avec la France sur le numérique."},
    {
        "id": "c",
        "title": "Accord de coopération\r\nentre le Mali et la France",
        "text": "Les deux pays l'ont signé à Dakar.",
    },
    {
        "id": "d",
        "title": "=Accord",
        "text": "L'accord de coopération a été signé à Dakar, hier, par les deux ministres.",
    },
    {"id": "e", "title": "T" * 400, "text": "@ministre : la stratégie nationale de cybersécurité est adoptée."},
]


@pytest.mark.parametrize("name", ["out.csv", "out.jsonl"])
def test_no_text_changes_on_its_way_to_a_person_and_back(tmp_path, call, name):
    given = tmp_path / "a.jsonl"
    given.write_text("".join(json.dumps(row) + "\n" for row in ODD), "utf-8")
    assert call("predict", given, "--output", tmp_path / name, "--text")[0] == 0
    labelled = "".join(json.dumps({**row, "themes": []}) + "\n" for row in ODD)
    (tmp_path / "labelled.jsonl").write_text(labelled, "utf-8")
    before, after = (read_corpus([tmp_path / file]).articles for file in ("labelled.jsonl", name))
    assert [article.text for article in after] == [article.text for article in before]


def test_themes_that_look_like_formulas_come_back_as_they_were(tmp_path, call, model):
    ids = ("-mer", "=été", "+loi", "@a")
    odd = replace(model, theme_list=tuple(Theme(one, one, one, "") for one in ids))
    odd.with_thresholds(dict.fromkeys(ids, 0.0)).save(tmp_path / "m")
    (tmp_path / "a.txt").write_text(TEXT, "utf-8")
    assert (
        call("predict", tmp_path / "a.txt", "--model", tmp_path / "m", "--output", tmp_path / "o.csv", "--text")[0] == 0
    )
    assert set(read_corpus([tmp_path / "o.csv"]).themes) == set(ids)


@pytest.mark.parametrize("name", ["out.csv", "out.jsonl"])
def test_rows_of_what_had_no_text_are_passed_over_in_a_corpus(tmp_path, call, name):
    (tmp_path / "a.jsonl").write_text(f'{json.dumps({"text": TEXT})}\n{{"text": 5}}\n{{"text": " "}}\n', "utf-8")
    assert call("predict", tmp_path / "a.jsonl", "--output", tmp_path / name, "--text")[0] == 0
    assert [article.text for article in read_corpus([tmp_path / name]).articles] == [TEXT]


@pytest.mark.parametrize("change", [("--text",), ("--encoding", "windows-1252"), ("--keep", "date")])
def test_a_run_begun_with_other_options_is_not_gone_on_with(tmp_path, call, monkeypatch, change):
    (tmp_path / "a.txt").write_text(TEXT, "utf-8")
    marks = []
    monkeypatch.setattr(
        "cyberclf.runs.Run.to_file", lambda _, *args, **options: marks.append((args, options["model_fingerprint"]))
    )
    for options in ((), change, ()):
        call("predict", tmp_path / "a.txt", "--output", tmp_path / "o.csv", *options)
    assert marks[0] == marks[2] != marks[1]


def test_a_title_with_commas_is_no_header(tmp_path, call):
    (tmp_path / "a.txt").write_text(f"Image, text, video: les règles de l'IA\n{TEXT}", "utf-8")
    assert [row["status"] for row in rows_of(call("predict", tmp_path / "a.txt")[1])] == ["ok"]


def test_a_json_file_may_hold_one_article_over_many_lines(tmp_path, call):
    (tmp_path / "a.json").write_text(json.dumps({"id": "x", "text": TEXT}, indent=2), "utf-8")
    assert [(row["id"], row["status"]) for row in rows_of(call("predict", tmp_path / "a.json")[1])] == [("x", "ok")]


def test_texts_in_files_of_a_corpus_are_read_in_the_encoding_named(tmp_path):
    (tmp_path / "a.txt").write_bytes(TEXT.encode("windows-1252"))
    (tmp_path / "c.jsonl").write_text(json.dumps({"file": "a.txt", "themes": ["strategy"]}) + "\n", "utf-8")
    assert read_corpus([tmp_path / "c.jsonl"], encoding="windows-1252").articles[0].text == TEXT
    with pytest.raises(CorpusError, match=r"c\.jsonl:1: .*a\.txt: not UTF-8"):
        read_corpus([tmp_path / "c.jsonl"])


def test_tagging_a_table_written_here_again_changes_no_text(tmp_path, call):
    text = "- La loi prévoit :\n- une agence ;- un plan\n=1+1 et la formation des agents"
    (tmp_path / "0.jsonl").write_text(json.dumps({"id": "-1", "text": text}) + "\n", "utf-8")
    for number in range(3):
        source = tmp_path / ("0.jsonl" if not number else f"{number}.csv")
        assert call("predict", source, "--text", "--output", tmp_path / f"{number + 1}.csv")[0] == 0
    first, third = ((tmp_path / f"{number}.csv").read_bytes() for number in (1, 3))
    assert first == third
    assert b"\n'- une agence ;'- un plan\n'=1+1" in first
    (article,) = read_corpus([tmp_path / "3.csv"]).articles
    assert (article.id, article.text) == ("-1", text)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_corpus_may_come_through_a_named_pipe(tmp_path, user_csv):
    rows = [{"text": row["text"], "themes": []} for row in csv.DictReader(user_csv.open(encoding="utf-8"))]
    os.mkfifo(tmp_path / "c.jsonl")
    writer = threading.Thread(
        target=lambda: (tmp_path / "c.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    )
    writer.start()
    assert len(read_corpus([tmp_path / "c.jsonl"]).articles) == len(rows)
    writer.join()


@pytest.mark.parametrize(
    "args",
    [
        ("train", "none.jsonl", "--output", "there/m"),
        ("evaluate", "none.jsonl", "--json", "there/m.json"),
        ("extract", "none.jsonl", "--output", "there/m.jsonl"),
        ("compare", "none", "none", "none.jsonl", "--json", "there/m.json"),
    ],
)
def test_a_place_that_cannot_be_written_is_known_before_anything_is_read(tmp_path, monkeypatch, call, args):
    monkeypatch.chdir(tmp_path)
    status, _, err = call(*args)
    assert status == 1
    assert "there is no folder" in err


class Slow(io.RawIOBase):
    """A pipe that brings a piece at a time."""

    def __init__(self, *pieces):
        self.pieces = list(pieces)

    def readable(self):
        return True

    def readinto(self, buffer):
        piece = self.pieces.pop(0) if self.pieces else b""
        buffer[: len(piece)] = piece
        return len(piece)


@pytest.mark.parametrize(
    ("pieces", "found"),
    [
        ((b"\xef\xbb\xbf", b'{"text": "la', b' loi"}\n'), ["la loi"]),
        ((b" \r\n", b'{"text": "la', b' loi"}\n'), ["la loi"]),
        ((b"[", b"\n ", b'{"text": "la loi"}]'), ["-: not JSON Lines but one array; give one object a line"]),
        ((b"[", b" sic] la", b" loi"), ["[ sic] la loi"]),
        ((b"la", b" loi {"), ["la loi {"]),
        ((b" \n", b"\n"), [" \n\n"]),
    ],
)
def test_a_slow_pipe_is_told_by_its_first_sign(monkeypatch, pieces, found):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(Slow(*pieces))))
    read = [article.text if isinstance(article, Article) else article.reason for article in read_articles("-")]
    assert [one[: len(text)] for one, text in zip(read, found, strict=True)] == found


def test_a_closed_standard_input_is_said(monkeypatch):
    monkeypatch.setattr(sys, "stdin", None)
    (article,) = read_articles("-")
    assert article.reason == "-: standard input is closed; give files, or a pipe"


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("predict", "a.txt", "--output", "o.html", "--resume"), "html is written in one go: --resume goes with jsonl"),
        (("extract", "a.jsonl", "--output", "o.gz"), "name a file that ends in .jsonl or .jsonl.gz"),
        (("predict", "a.txt", "--review", "0,3"), "'0,3' is no share; write it as 0.3"),
        (("predict", "a.txt", "--review", "low"), "'low' is no share; write it as 0.1"),
        (("predict", "a.txt", "--threshold", "strategy=1,0"), "write it as strategy=1.0"),
    ],
)
def test_wrong_use_says_what_to_write(tmp_path, monkeypatch, call, args, said):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.txt").write_text(TEXT, "utf-8")
    (tmp_path / "a.jsonl").write_text(json.dumps({"text": TEXT, "themes": ["strategy"]}) + "\n", "utf-8")
    status, _, err = call(*args)
    assert status == 2
    assert said in " ".join(err.split())
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a.jsonl", "a.txt"]


def test_counts_of_a_single_source_hold_no_pair_and_it_is_said(tmp_path, call):
    for sources, said in (("s", True), ("st", False)):
        rows = [{"text": f"{TEXT} {n}", "themes": [], "source": sources[n % len(sources)]} for n in range(4)]
        (tmp_path / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
        status, _, err = call("extract", tmp_path / "a.jsonl", "--output", tmp_path / "o.jsonl")
        assert status == 0
        assert ("name fewer than two sources, so no pair could be kept" in err) is said
