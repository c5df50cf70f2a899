"""One file that opens or says why not, and never runs code."""

import json
import re
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import load as from_bytes
from safetensors.numpy import save as to_bytes

import cyberclf
from cyberclf.artifact import FORMAT_VERSION, MAX_BYTES, MAX_HEADER, SHIPPED, fingerprint, load, save
from cyberclf.errors import ArtifactError
from cyberclf.files import shipped

BYTES = shipped(SHIPPED).read_bytes()
HEADER = int.from_bytes(BYTES[:8], "little")
ARRAYS = (
    "idf",
    "idf_whole",
    "coef",
    "coef_whole",
    "intercept",
    "intercept_whole",
    "calibration",
    "thresholds",
    "favoured",
    "review",
)


def refused(path, match):
    with pytest.raises(ArtifactError, match=match) as caught:
        load(path)
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)


def altered(tmp_path, change):
    """The shipped artifact with its header and tensors changed."""
    header = json.loads(json.loads(BYTES[8 : 8 + HEADER])["__metadata__"]["cyberclf"])
    tensors = from_bytes(BYTES)
    change(header, tensors)
    path = tmp_path / "m.safetensors"
    path.write_bytes(to_bytes(tensors, metadata={"cyberclf": json.dumps(header)}))
    return path


def test_what_is_saved_is_what_is_loaded_and_saving_twice_gives_the_same_bytes(small, tmp_path):
    first, second = tmp_path / "a.safetensors", tmp_path / "b.safetensors"
    save(small.model, first)
    back = load(first)
    save(back, second)
    assert first.read_bytes() == second.read_bytes()
    assert (back.vocabulary, back.theme_list) == (small.model.vocabulary, small.model.theme_list)
    for name in ARRAYS:
        np.testing.assert_array_equal(getattr(back, name), getattr(small.model, name))


def test_a_length_penalty_comes_back(small, tmp_path):
    save(replace(small.model, length_penalty=1.0), tmp_path / "m")
    assert load(tmp_path / "m").length_penalty == 1.0
    assert b"length_penalty" not in BYTES


def test_it_is_small():
    assert len(BYTES) <= 8_000_000


@settings(deadline=None, max_examples=40)
@given(st.integers(0, len(BYTES) - 1))
def test_a_truncated_file_gives_one_clear_line(tmp_path_factory, size):
    path = tmp_path_factory.mktemp("cut") / "m.safetensors"
    path.write_bytes(BYTES[:size])
    refused(path, "damaged or cut short")


#: Most of the header is digests of articles; what is read of it stands before and after them, the tensors' places last.
READ = st.integers(0, 440) | st.integers(HEADER - 3000, HEADER + 3000)


@settings(deadline=None, max_examples=100)
@given(READ, st.integers(0, 255))
def test_a_flipped_byte_gives_a_model_or_a_clear_line(tmp_path_factory, position, value):
    path = tmp_path_factory.mktemp("flip") / "m.safetensors"
    path.write_bytes(BYTES[:position] + bytes([value]) + BYTES[position + 1 :])
    said = ""
    try:
        load(path)
    except ArtifactError as error:
        said = str(error)
    assert "\n" not in said


def test_a_foreign_file_is_named_so(tmp_path):
    path = tmp_path / "x.safetensors"
    path.write_bytes(to_bytes({"w": np.zeros(3)}))
    refused(path, "not of cyberclf")
    path.write_bytes(b"\x80\x04\x95 a pickle")
    refused(path, "not an artifact")


def test_a_newer_format_asks_for_an_upgrade(tmp_path):
    refused(altered(tmp_path, lambda h, _: h.update(format_version=FORMAT_VERSION + 1)), "upgrade cyberclf")


CHANGES = {
    "another analyzer": (lambda h, _: h["analyzer"].update(fingerprint="0" * 16), "train it again"),
    "no version": (lambda h, _: h.pop("format_version"), "no format version"),
    "no themes": (lambda h, _: h.update(themes=[]), "damaged"),
    "a theme without id": (lambda h, _: h["themes"][0].pop("id"), "damaged"),
    "one threshold": (lambda h, _: h.update(thresholds=[0.5]), "thresholds has shape"),
    "a number that no float holds": (lambda h, _: h.update(calibration=10**400), "damaged"),
    "half a character in an id": (lambda h, _: h["themes"][0].update(id="\ud800x"), "half a character"),
    "half a character in a name": (lambda h, _: h["themes"][0].update(name="\ud800x"), "surrogates not allowed"),
    "an id that is two": (lambda h, _: h["themes"][0].update(id="a;b"), "an id is one line without ';'"),
    "more words than weights": (
        lambda _, t: t.update(vocabulary=np.frombuffer(b"\n" * 500_000, np.uint8)),
        "more terms than there are weights",
    ),
    "words for numbers": (lambda h, _: h.update(calibration="x"), "damaged"),
    "a short array": (lambda _, t: t.update(coef=t["coef"][:5]), "coef has shape"),
    "a missing array": (lambda _, t: t.pop("idf"), "damaged"),
    "a penalty that is none": (lambda h, _: h.update(length_penalty=-1.0), "length_penalty is not between 0 and 1"),
    "a cut-off that is no number": (
        lambda h, _: h["metadata"].update(foreign_below=1e999),
        "foreign_below is not a finite",
    ),
    "half a character in a definition": (
        lambda h, _: h["themes"][0].update(definition="\ud800"),
        "surrogates not allowed",
    ),
    "numbers of another type": (lambda _, t: t.update(idf=t["idf"].astype(np.float64)), "idf is of type F64, not F32"),
    "a penalty above 1": (lambda h, _: h.update(length_penalty=1.5), "length_penalty is not between 0 and 1"),
    "not a number": (lambda _, t: t.update(idf=t["idf"] * np.float32(np.nan)), "not finite"),
}


@pytest.mark.parametrize(("change", "match"), CHANGES.values(), ids=CHANGES)
def test_damage_inside_is_found(tmp_path, change, match):
    refused(altered(tmp_path, change), match)


def of_small(model, tmp_path, change):
    """An artifact of a small model with its header and tensors changed."""
    path = tmp_path / "m.safetensors"
    save(model, path)
    content = path.read_bytes()
    size = int.from_bytes(content[:8], "little")
    header, tensors = json.loads(json.loads(content[8 : 8 + size])["__metadata__"]["cyberclf"]), from_bytes(content)
    change(header, tensors)
    path.write_bytes(to_bytes(tensors, metadata={"cyberclf": json.dumps(header)}))
    return path


DECISIONS = {
    "a threshold above 1": (lambda h, _: h.update(thresholds=[0.5, 1.5]), "no probability"),
    "a threshold that is no number": (lambda h, _: h.update(thresholds=[0.5, float("nan")]), "not finite"),
    "no favoured": (lambda h, _: h.pop("favoured"), "damaged"),
    "no favour for recall": (lambda h, _: h["favoured"].pop("recall"), "damaged"),
    "one favoured": (lambda h, _: h["favoured"].update(f1=[0.5]), "damaged"),
    "recall above F1": (lambda h, _: h["favoured"].update(recall=[1.0, 1.0]), "that for F1"),
    "no grid": (lambda _, t: t.pop("review"), "damaged"),
    "a short grid": (lambda _, t: t.update(review=t["review"][:, 1:].copy()), "review has shape"),
    "a bound below 0": (lambda _, t: t.update(review=t["review"] - 2), "no probability"),
    "a bound that is no number": (lambda _, t: t.update(review=t["review"] * np.nan), "not finite"),
    "a grid upside down": (lambda _, t: t.update(review=t["review"][:, ::-1].copy()), "laxer level"),
    "a level of 0": (lambda h, _: h.update(review_level=0.0), "review level"),
    "a level of words": (lambda h, _: h.update(review_level="low"), "damaged"),
}


@pytest.mark.parametrize(("change", "match"), DECISIONS.values(), ids=DECISIONS)
def test_damaged_decisions_are_found(small, tmp_path, change, match):
    refused(of_small(small.model, tmp_path, change), match)


def test_a_missing_file_and_a_folder_are_os_errors(tmp_path):
    for path in (tmp_path / "none", tmp_path):
        with pytest.raises(OSError, match=r"none|folder"):
            load(path)


def test_the_shipped_artifact_says_what_it_is():
    meta = cyberclf.load().metadata
    assert meta["corpus"]["kinds"] == {"press": 1525, "seed": 5, "written": 859}
    assert set(meta["versions"]) == {"cyberclf", "numpy", "python", "scikit-learn", "scipy"}


def test_no_text_of_the_corpus_leaks_into_it(written):
    words = [article.text.split() for article in written.articles]
    assert not any(" ".join(w[i : i + 4]).encode() in BYTES for w in words for i in range(0, len(w) - 4, 9))


def test_a_model_with_other_thresholds_can_be_saved(model, tmp_path):
    other = replace(model, thresholds=np.full(4, 0.9))
    other.save(tmp_path / "m.safetensors")
    assert (load(tmp_path / "m.safetensors").thresholds == 0.9).all()


def test_a_vocabulary_with_a_term_twice_is_refused(small, tmp_path):
    path = tmp_path / "m.safetensors"
    words = (small.model.vocabulary[1], *small.model.vocabulary[1:])
    replace(small.model, vocabulary=words).save(path)
    with pytest.raises(ArtifactError, match="a term stands twice"):
        load(path)


def test_a_file_that_is_written_over_while_it_is_read_is_damaged_and_ends_nothing(tmp_path):
    path = tmp_path / "m.safetensors"
    path.write_bytes(BYTES)
    reading = (
        "import sys, time, cyberclf\n"
        "until = time.monotonic() + 2\n"
        "print(flush=True)\n"
        "while time.monotonic() < until:\n"
        "    try:\n"
        "        cyberclf.load(sys.argv[1])\n"
        "    except cyberclf.ArtifactError:\n"
        "        pass\n"
    )
    with subprocess.Popen([sys.executable, "-c", reading, path], stdout=subprocess.PIPE) as reader:
        reader.stdout.readline()
        while reader.poll() is None:
            path.write_bytes(BYTES[: len(BYTES) // 2])
            path.write_bytes(BYTES)
    assert reader.returncode == 0


def test_a_rule_that_is_none_is_refused(small, tmp_path):
    refused(of_small(small.model, tmp_path, lambda h, _: h.update(per_article="two")), "per_article is none of any")


def test_an_upper_bound_that_rises_with_the_level_is_refused(small, tmp_path):
    def change(_, tensors):
        tensors["review"] = np.stack(
            [tensors["review"][0], np.linspace(0, 1, tensors["review"].shape[1])[:, None] + 0 * tensors["review"][1]]
        )

    refused(of_small(small.model, tmp_path, change), "laxer level")


def test_a_model_that_learnt_no_term_comes_back(small, tmp_path):
    none = {name: getattr(small.model, name)[:0] for name in ("idf", "idf_whole", "coef", "coef_whole")}
    save(replace(small.model, vocabulary=(), **none), tmp_path / "m")
    assert load(tmp_path / "m").vocabulary == ()


def test_a_file_larger_than_any_artifact_is_not_read(tmp_path):
    path = tmp_path / "m.safetensors"
    with path.open("wb") as stream:
        stream.truncate(MAX_BYTES + 1)
    refused(path, f"{MAX_BYTES + 1} bytes is more than an artifact can have")


def test_what_is_too_long_for_the_header_is_not_written(small, tmp_path):
    with pytest.raises(ArtifactError, match="more than an artifact can have"):
        save(replace(small.model, metadata={"note": "a" * (MAX_HEADER // 2)}), tmp_path / "m")
    assert list(tmp_path.iterdir()) == []


def test_a_theme_is_found_by_its_id_in_either_form_of_unicode(small, tmp_path):
    path = of_small(small.model, tmp_path, lambda h, _: h["themes"][0].update(id="pe\u0302che"))
    assert load(path).themes == ("p\u00eache", "mer")


def test_the_order_in_which_metadata_came_to_be_is_nothing_to_the_bytes(small, tmp_path):
    turned = replace(small.model, metadata=dict(reversed(small.model.metadata.items())))
    save(small.model, tmp_path / "a")
    save(turned, tmp_path / "b")
    assert fingerprint(tmp_path / "a") == fingerprint(tmp_path / "b")
    assert re.fullmatch("[0-9a-f]{16}", fingerprint())
