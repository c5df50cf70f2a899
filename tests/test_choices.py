"""What a user chooses beside the artifact: it makes another model, and tells a run from others."""

import pytest

from cyberclf.choices import Choices

CHOSEN = [
    Choices(),
    Choices(favour="recall"),
    Choices(favour="precision"),
    Choices(thresholds=(("mer", 0.25),)),
    Choices(thresholds=(("mer", 0.75),)),
    Choices(review=0.2),
    Choices(force=True),
]


def test_no_choice_leaves_a_model_as_it_is(small):
    made = Choices().apply(small.model)
    assert (made.thresholds == small.model.thresholds).all()
    assert made.forced is small.model.forced is False


def test_an_own_threshold_counts_more_than_what_is_favoured(small):
    made = Choices(favour="recall", thresholds=(("mer", 0.875),)).apply(small.model)
    favoured = small.model.favouring("recall")
    columns = small.model.themes.index("mer"), small.model.themes.index("loi")
    assert [made.thresholds[column] for column in columns] == [0.875, favoured.thresholds[columns[1]]]


def test_each_choice_tells_a_run_from_others():
    assert len({choices.mark() for choices in CHOSEN}) == len(CHOSEN)


def test_a_level_of_nought_is_a_choice_and_refused(small):
    with pytest.raises(ValueError, match="review level of 0"):
        Choices(review=0.0).apply(small.model)
