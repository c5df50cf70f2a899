"""Counts instead of texts: what they keep, and what they must not give away."""

import gzip
import json
from collections import Counter, defaultdict
from dataclasses import replace

import pytest

from cyberclf.analyzer import analyzer_fingerprint, stem
from cyberclf.bags import extract, write_bags
from cyberclf.corpus import Corpus, read_corpus
from cyberclf.files import shipped
from cyberclf.labelled import LabelledArticle
from cyberclf.passages import passages


def article(text, number, **changes):
    """Make an article with words of its own, for those nearly the same are of one event."""
    own = " ".join(f"{chr(97 + number)}{chr(97 + k)}xyz" for k in range(20))
    made = LabelledArticle(
        str(number), f"row {number}", frozenset(), text=f"{text}. {own}", event=f"e{number}", source=f"s{number % 2}"
    )
    return replace(made, **changes)


def terms_of(extraction):
    return {term for row in extraction.rows for bag in row["terms"] for term in bag}


def test_a_word_of_one_event_is_dropped_however_often_it_was_printed():
    twice = [article("zèbre commun", n, event="same") for n in range(2)]
    kept = terms_of(extract(Corpus.of([*twice, article("commun", 5)])))
    assert stem("commun") in kept
    assert not any("zebr" in term for term in kept)


@pytest.mark.parametrize(("articles", "sources", "kept"), [(5, 2, True), (4, 2, False), (5, 1, False), (9, 1, False)])
def test_a_pair_needs_five_articles_of_two_sources(articles, sources, kept):
    rows = [article("loi cyber", n, source=f"s{n % sources}") for n in range(articles)]
    assert ("loi cyber" in terms_of(extract(Corpus.of(rows)))) is kept


def test_min_articles_is_settable():
    rows = [article("loi cyber", n) for n in range(3)]
    assert "loi cyber" in terms_of(extract(Corpus.of(rows), min_articles=3))


def test_numbers_addresses_and_links_never_enter():
    rows = [article("appelez +221 33 800 00 00 ou a@b.org, voir https://c.org/d", n) for n in range(6)]
    assert not any(
        char.isdigit() or char in "./:"
        for term in terms_of(extract(Corpus.of(rows)))
        for char in term[1:]
        if term[0] != "@"
    )


def test_counts_read_back_are_the_counts_of_the_text(small_corpus, tmp_path):
    made = extract(small_corpus)
    write_bags(made, tmp_path / "b.jsonl.gz")
    kept = terms_of(made)
    for before, after in zip(small_corpus.articles, read_corpus([tmp_path / "b.jsonl.gz"]).articles, strict=True):
        bags = [{t: n for t, n in bag.items() if t in kept} for bag in before.passages()[0]]
        assert list(after.bags) == bags
        assert (after.themes, after.source, after.event) == (before.themes, before.source, before.event)


def test_the_same_corpus_gives_the_same_bytes_without_a_time_stamp(small_corpus, tmp_path):
    for name in ("a.jsonl.gz", "b.jsonl.gz"):
        write_bags(extract(small_corpus), tmp_path / name)
    content = (tmp_path / "a.jsonl.gz").read_bytes()
    assert content == (tmp_path / "b.jsonl.gz").read_bytes()
    assert content[4:8] == bytes(4)


def chained(bag, start, length):
    """Guess a run from a bag's pairs: from a word, the most frequent pair onward, each as often as it is."""
    left, onward = Counter(), defaultdict(list)
    for term, count in bag.items():
        if " " in term:
            left[term] = count
            onward[term.split(" ")[0]].append(term)
    run = [start]
    while len(run) < length:
        steps = [pair for pair in onward[run[-1]] if left[pair]]
        if not steps:
            break
        best = max(steps, key=lambda pair: (left[pair], pair))
        left[best] -= 1
        run.append(best.split(" ")[1])
    return run


def test_runs_of_nine_words_cannot_be_chained_from_the_bags(written):
    runs = rebuilt = 0
    for source, row in zip(written.articles, extract(written).rows, strict=True):
        for passage, bag in zip(passages(source.text), row["terms"], strict=True):
            stems = [stem(word) for sentence in passage.sentences for word in sentence.words]
            guesses = {word: chained(bag, word, 9) for word in set(stems)}
            for i in range(len(stems) - 8):
                runs += 1
                rebuilt += guesses[stems[i]] == stems[i : i + 9]
    assert runs > 50_000
    assert rebuilt / runs < 0.001


def test_the_shared_press_keeps_the_rules():
    events, sources = defaultdict(set), defaultdict(set)
    with gzip.open(shipped("seeds/press.jsonl.gz"), "rt", encoding="utf-8") as stream:
        head = json.loads(stream.readline())
        rows = [json.loads(line) for line in stream]
    assert head["analyzer"] == analyzer_fingerprint()
    assert len(rows) == 1525
    for row in rows:
        assert "text" not in row
        for bag in row["terms"]:
            assert list(bag) == sorted(bag)
            for term in bag:
                events[term].add(row["event"])
                sources[term].add(row["source"])
    assert min(len(found) for found in events.values()) >= 2
    pairs = [term for term in events if " " in term]
    assert min(len(events[term]) for term in pairs) >= 5
    assert min(len(sources[term]) for term in pairs) >= 2


def test_the_counts_of_the_seeds_are_made_from_the_seeds(root, tmp_path):
    known = read_corpus(shipped(f"seeds/{name}") for name in ("press.jsonl.gz", "corpus.jsonl", "cases.jsonl"))
    write_bags(extract(read_corpus([root / "seeds" / "labels.jsonl"]), known=known), tmp_path / "a.jsonl.gz")
    assert (tmp_path / "a.jsonl.gz").read_bytes() == (root / "seeds" / "articles.jsonl.gz").read_bytes()


def test_halves_of_characters_are_written_so_that_they_can_be_read_again(tmp_path):
    rows = [{"text": f"Le port \ud800 de Dakar {n}", "id": "a\udfff", "themes": ["mer"]} for n in range(2)]
    texts, bags = tmp_path / "c.jsonl", tmp_path / "b.jsonl"
    texts.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    write_bags(extract(read_corpus([texts]), min_articles=2), bags)
    assert read_corpus([bags]).articles[0].id == "a\udfff"
