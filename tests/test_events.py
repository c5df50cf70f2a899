"""Which articles are of one event, whatever their numbers say."""

import random
from dataclasses import replace

import pytest
from hypothesis import given as whatever
from hypothesis import strategies as some

from cyberclf import events
from cyberclf.encode import encode
from cyberclf.labelled import LabelledArticle

ACCORD = "Lomé et Luxembourg signent trois accords sur la formation, un centre de données et la cybersécurité"
REPORT = (
    "Luxembourg appuie Lomé : un centre de données et la cybersécurité sont au programme des trois accords "
    "paraphés hier par les ministres"
)
FOOTBALL = "une équipe de football gagne la coupe devant son public ravi après les prolongations"


def article(number, text, **given):
    return LabelledArticle(str(number), str(number), frozenset(), text=text, **given)


def others(number):
    """Make articles that have nothing in common, so that no word of the test is a common one."""
    return [article(f"o{n}", " ".join(f"{chr(97 + n)}{chr(97 + k)}xyz" for k in range(20))) for n in range(number)]


def grouped(*articles):
    return encode([*articles, *others(20)], ()).groups[: len(articles)].tolist()


def test_near_duplicates_without_event_are_one_event():
    text = "le ministre a présenté hier au parlement le projet de loi sur la protection des données personnelles "
    groups = grouped(article(0, text), article(1, text + "enfin"), article(2, FOOTBALL))
    assert groups[0] == groups[1] != groups[2]


def test_two_reports_of_one_event_within_days_are_one_event_though_their_numbers_differ():
    first = article(0, ACCORD, event="1", date="2026-01-30")
    groups = grouped(first, article(1, REPORT, event="2", date="2026-02-09"), article(2, FOOTBALL, date="2026-02-01"))
    assert groups[0] == groups[1] != groups[2]


@pytest.mark.parametrize(
    "given", [{"date": "2026-02-10"}, {"date": None}, {"date": "février"}, {"date": "2026-02-01", "kind": "written"}]
)
def test_reports_far_apart_or_of_no_known_day_or_not_real_are_events_of_their_own(given):
    groups = grouped(article(0, ACCORD, event="1", date="2026-01-30"), article(1, REPORT, event="2", **given))
    assert groups[0] != groups[1]


def test_what_has_one_event_by_its_number_stays_one():
    groups = grouped(article(0, ACCORD, event="1"), article(1, FOOTBALL, event="1"), article(2, REPORT, event="2"))
    assert groups[0] == groups[1] != groups[2]


@pytest.mark.parametrize("event", [None, "1"])
def test_what_is_nearly_the_same_is_one_event_whatever_its_number_and_day(event):
    first = article(0, f"{ACCORD} du Togo", event="0", date="2026-01-30")
    groups = grouped(first, article(1, f"{ACCORD} du pays", event=event, date="2026-06-30"), article(2, FOOTBALL))
    assert groups[0] == groups[1] != groups[2]


def test_dated_reports_of_which_all_words_are_common_are_compared_by_nothing():
    draw = random.Random(0)
    shared = [f"{first}{second}xyz" for first in "abcde" for second in "abcdef"]
    made = [article(n, " ".join(draw.sample(shared, 10)), event=str(n), date="2026-01-30") for n in range(60)]
    # Every word is in more than ten of them, and none is nearly another.
    assert len(set(encode(made, ()).groups.tolist())) == 60
    empty = [article(n, "", event=str(n), date="2026-01-30") for n in range(12)]
    assert len(set(encode(empty, ()).groups.tolist())) == 12


def test_three_reports_in_a_small_corpus_are_one_event():
    made = [article(n, text, event=str(n), date="2026-01-30") for n, text in enumerate((ACCORD, REPORT, ACCORD))]
    groups = grouped(*made)
    assert groups[0] == groups[1] == groups[2]


@whatever(some.lists(some.integers(1, 40), min_size=2, max_size=25), some.integers(1, 7))
def test_blocks_of_any_size_find_the_same(days, size):
    # Of three subjects; alike, and none nearly another.
    pools = [[f"{first}{chr(97 + k)}xyz" for k in range(18)] for first in "xyz"]
    texts = [" ".join(random.Random(1700 + n).sample(pools[n % 3], 8)) for n in range(25)]
    made = [
        article(n, texts[n], event=str(n), date=f"2026-{1 + day // 29:02}-{1 + day % 28:02}")
        for n, day in enumerate(days)
    ]
    whole = encode([*made, *others(20)], ()).groups.tolist()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(events, "_BLOCK", size)
        assert encode([*made, *others(20)], ()).groups.tolist() == whole
    alone = encode([replace(made[0], date=None), *made[1:], *others(20)], ()).groups
    assert (alone == alone[0]).sum() == 1


def test_space_around_a_date_hides_no_day():
    spaced, plain = events.days_of([" 2025-03-12\n", "2025-03-12"])
    assert spaced == plain > 0


def test_copies_are_told_among_many_texts_of_one_form():
    # Half of the words of any two are those of the form: most that a signature brings together are no copies.
    draw = random.Random(0)
    words = ["".join(draw.choices("abcdefghijklmnopqrstuvwxyz", k=8)) for _ in range(3000)]
    form = " ".join(words[:40])
    own = [draw.sample(words[40:], 20) for _ in range(400)]
    made = [article(n, f"{form} {' '.join(held)}") for n, held in enumerate(own)]
    made += [article(f"c{n}", f"{form} {' '.join(held[:17])} autre chose encore") for n, held in enumerate(own[:50])]
    made += [article(f"d{n}", each.text) for n, each in enumerate(made[50:100])]
    groups = grouped(*made)
    assert sum(copy == first for copy, first in zip(groups[400:450], groups[:50], strict=True)) >= 45
    assert groups[450:] == groups[50:100]
    assert len(set(groups[:400])) > 390


def drawn(number, first):
    return [f"{first}{chr(97 + n // 26)}{chr(97 + n % 26)}xyz" for n in range(number)]


@pytest.mark.parametrize(("own", "same"), [(18, True), (25, False)])
def test_articles_that_share_three_fifths_of_their_words_are_one_event(own, same):
    """Of sixty words in common and so many of each alone: 62 and 55 percent."""
    texts = [" ".join(drawn(60, "m") + drawn(own, letter)) for letter in "kt"]
    groups = grouped(*(article(n, text) for n, text in enumerate(texts)))
    assert (groups[0] == groups[1]) is same


@pytest.mark.parametrize(("shared", "same"), [(16, True), (14, False)])
def test_reports_within_days_are_one_event_where_a_good_third_of_their_words_weighs_the_same(shared, same):
    texts = [" ".join(drawn(shared, "m") + drawn(30 - shared, letter)) for letter in "kt"]
    groups = grouped(*(article(n, text, date="2026-01-30") for n, text in enumerate(texts)))
    assert (groups[0] == groups[1]) is same


def test_a_month_and_a_day_that_can_only_be_english_make_all_dates_of_their_form_unknown():
    assert events.days_of(["12/03/2025", "03/25/2025", "2025-03-12"])[:2] == [0, 0]
    # No form at all has a month and a day above twelve: that one alone is wrong.
    assert events.days_of(["12/03/2025", "25/25/2025"])[0] > 0
