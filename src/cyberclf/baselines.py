"""What a user would have without us: a list of keywords, and scikit-learn's defaults."""

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from cyberclf.analyzer import stem
from cyberclf.calibration import best_f1_threshold
from cyberclf.encode import Encoded
from cyberclf.folds import Split
from cyberclf.giving import give, themes_per_article
from cyberclf.text import words

__all__ = ["BASELINES", "Baseline", "keyword_scores", "run_baseline"]

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

#: A word of the digital domain must stand beside a word of the theme.
_DOMAIN: Final = """
cybersécurité, cyber, cybercriminalité, cyberespace, numérique, digital, digitale, tic, télécommunications, internet,
données, informatique, ia, intelligence artificielle, électronique
"""
_AI: Final = "ia, intelligence artificielle, algorithmes, ai"
_KEYWORDS: Final = {
    "strategy": """
        stratégie, politique nationale, loi, projet loi, décret, gouvernance, agence nationale, souveraineté, réforme,
        plan national, cadre juridique, feuille route
    """,
    "bilateral_cooperation": """
        coopération, bilatérale, bilatéral, ambassadeur, ambassade, mémorandum, convention, accord, partenariat,
        audience
    """,
    "ai_regulation": "régulation, réglementation, éthique, encadrer, encadrement, réguler, règlement, charte, ia act",
    "capacity_building": """
        formation, former, atelier, renforcement capacités, compétences, sensibilisation, académie, certification,
        étudiants
    """,
}


@dataclass(frozen=True, slots=True)
class Baseline:
    """One rival.

    Parameters
    ----------
    name : str
    kind : {"keywords", "defaults", "balanced"}
    """

    name: str
    kind: Literal["keywords", "defaults", "balanced"]


BASELINES: Final = (
    Baseline("keyword list", "keywords"),
    Baseline("scikit-learn defaults, threshold 0.5", "defaults"),
    Baseline("scikit-learn balanced, out-of-fold thresholds", "balanced"),
)


def _has(data: Encoded, phrases: str) -> BoolArray:
    """Whether each article holds one of the phrases, whose words may stand apart in a passage."""
    index = {term: column for column, term in enumerate(data.terms)}
    counts = data.counts.tocsc()
    found = np.zeros(data.counts.shape[0], dtype=bool)
    for phrase in phrases.split(","):
        columns = [index.get(stem(word)) for word in words(phrase)]
        together = np.full(len(found), fill_value=bool(columns))
        for column in columns:
            if column is None:
                together[:] = False
                break
            having = np.zeros(len(found), dtype=bool)
            having[counts.indices[counts.indptr[column] : counts.indptr[column + 1]]] = True
            together &= having
        found |= together
    return found


def keyword_scores(data: Encoded, themes: tuple[str, ...]) -> BoolArray | None:
    """Themes by keywords: a passage with a word of the domain and a word of the theme.

    Returns
    -------
    ndarray of bool, shape (n_articles, n_themes), or None
        None where a theme is not one of the codebook's: nobody has written its list.
    """
    if not set(themes) <= set(_KEYWORDS):
        return None
    domain, ai = _has(data, _DOMAIN), _has(data, _AI)
    columns = []
    for theme in themes:
        passage = _has(data, _KEYWORDS[theme]) & (ai if theme == "ai_regulation" else domain)
        columns.append(np.logical_or.reduceat(passage, data.first[:-1]))
    return np.column_stack(columns)


def run_baseline(
    data: Encoded, splits: tuple[Split, ...], baseline: Baseline, themes: tuple[str, ...]
) -> tuple[FloatArray, BoolArray] | None:
    """Scores and decisions of a rival on the same folds, learnt from the same articles.

    ``TfidfVectorizer()`` and ``LogisticRegression()`` one-vs-rest on whole articles; since real press
    comes as counts, its words are the stems of our analyzer, without pairs and class terms.

    Returns
    -------
    (probability, given) or None
        Shapes (n_articles, n_themes); NaN and False for articles of no fold.
    """
    from sklearn.feature_extraction.text import TfidfTransformer
    from sklearn.linear_model import LogisticRegression

    probability = np.full(data.labels.shape, np.nan)
    given = np.zeros(data.labels.shape, dtype=bool)
    if baseline.kind == "keywords":
        found = keyword_scores(data, themes)
        if found is None:
            return None
        for split in splits:
            probability[split.test], given[split.test] = found[split.test], found[split.test]
        return probability, given
    counts = data.words_by_article()
    if not counts.shape[1]:
        return None
    weight = "balanced" if baseline.kind == "balanced" else None
    for split in splits:
        transform = TfidfTransformer().fit(counts[split.train])
        x_train, x_test = transform.transform(counts[split.train]), transform.transform(counts[split.test])
        for theme in range(data.labels.shape[1]):
            judged = ~np.isnan(data.labels[split.train, theme])
            y = data.labels[split.train, theme][judged]
            if len(np.unique(y)) < 2:
                probability[split.test, theme] = y.mean() if len(y) else 0.0
                continue
            model = LogisticRegression(class_weight=weight).fit(x_train[judged], y)
            probability[split.test, theme] = model.predict_proba(x_test)[:, 1]
    if baseline.kind == "defaults":
        return probability, give(probability, np.full(len(themes), 0.5), themes_per_article(data.labels))
    return probability, _out_of_fold_decisions(data.labels, probability, splits)


def _out_of_fold_decisions(labels: FloatArray, probability: FloatArray, splits: tuple[Split, ...]) -> BoolArray:
    thresholds = np.full(labels.shape, 0.5)
    held_out = np.zeros(len(labels), dtype=bool)
    for split in splits:
        held_out[split.test] = True
    for split in splits:
        other = held_out.copy()
        other[split.test] = False
        for theme in range(labels.shape[1]):
            rows = other & ~np.isnan(labels[:, theme])
            chosen = best_f1_threshold(probability[rows, theme], labels[rows, theme] == 1)
            if not np.isnan(chosen):
                thresholds[split.test, theme] = chosen
    return np.asarray(give(probability, thresholds, themes_per_article(labels)) & held_out[:, None], dtype=bool)
