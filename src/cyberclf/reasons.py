"""Which terms spoke for a theme in an article's best passage: exact parts of its score."""

from collections.abc import Mapping, Sequence

import numpy as np

from cyberclf.calibration import FAVOURS
from cyberclf.conformal import LEVELS
from cyberclf.evaluation import Evaluation
from cyberclf.explain import term_parts
from cyberclf.model import Model
from cyberclf.themes import Theme

__all__ = ["fold_models", "top_terms"]


def fold_models(evaluation: Evaluation, themes: tuple[Theme, ...]) -> list[Model]:
    """Models of the folds of an evaluation, to ask why: they score, but do not decide."""
    if evaluation.data is None:
        return []
    terms = evaluation.data.terms
    shape = (2, len(themes))
    return [
        Model(
            theme_list=themes,
            vocabulary=tuple(terms[column] for column in linear.kept),
            idf=linear.idf,
            idf_whole=linear.idf_whole,
            coef=linear.coef,
            intercept=linear.intercept,
            coef_whole=linear.coef_whole,
            intercept_whole=linear.intercept_whole,
            calibration=np.zeros(shape),
            thresholds=np.ones(shape[1]),
            favoured=np.ones((len(FAVOURS), shape[1])),
            review=np.ones((2, len(LEVELS), shape[1])),
        )
        for linear in evaluation.linears
    ]


def top_terms(
    model: Model, bags: Sequence[Mapping[str, int]], theme: int, *, most: int = 10
) -> tuple[int, list[tuple[str, float]]]:
    """Find the passage that speaks most for a theme, and its terms by what each adds to the score.

    Returns
    -------
    passage : int
    terms : list of (str, float)
        The `most` that add most, then in falling order; only those that speak for the theme.
    """
    if not bags:
        return 0, []
    scores = model.article(bags)[1]
    passage = int(scores[:, theme].argmax())
    rows, parts = term_parts(model, bags[passage])
    added = parts[:, theme]
    order = [int(i) for i in (-added).argsort(kind="stable")[:most] if added[i] > 0]
    return passage, [(model.vocabulary[rows[i]], float(added[i])) for i in order]
