"""The learning curve: the same held-out articles, nested parts of the training events."""

import numpy as np
import pytest

from cyberclf.encode import encode
from cyberclf.evaluation import evaluate_recipe
from cyberclf.folds import event_splits
from cyberclf.learning import _first_events, learning_curve


def test_the_last_point_is_the_headline_of_the_evaluation(small_corpus):
    headline = evaluate_recipe(small_corpus, n_jobs=1).parts[0]
    half, whole = learning_curve(small_corpus, shares=(0.5, 1.0), n_jobs=1)
    assert whole.part.predictions.probability == pytest.approx(headline.predictions.probability)
    assert half.articles < whole.articles
    assert half.part.rows.tolist() == headline.rows.tolist()
    assert learning_curve(small_corpus, shares=(1.0,), headline=headline)[0].part is headline


def test_what_is_learnt_from_at_a_small_share_is_learnt_from_at_a_larger_one(small_corpus):
    data = encode(small_corpus.articles, small_corpus.themes)
    for split in event_splits(data, 3, 0):
        quarter, half = (set(_first_events(data, split, share, 0).train.tolist()) for share in (0.25, 0.5))
        assert quarter < half < set(split.train.tolist())
        assert not np.isin(data.groups[list(half)], data.groups[split.test]).any()


@pytest.mark.parametrize("share", [0.0, -1, 1.5])
def test_a_share_that_is_none_is_refused(small_corpus, share):
    with pytest.raises(ValueError, match="above 0"):
        learning_curve(small_corpus, shares=(share,))
