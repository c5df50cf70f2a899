"""The model: a few arrays, and how they score texts.  numpy alone."""

import math
import os
import threading
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import numpy.typing as npt

from cyberclf import batch
from cyberclf.analyzer import article_bags, bags_of
from cyberclf.calibration import FAVOURS, logistic
from cyberclf.conformal import DEFAULT_LEVEL, grid_row, in_review, review_band
from cyberclf.giving import give
from cyberclf.passages import passages
from cyberclf.status import UNKNOWN, is_judged, status_of, tally, typicality_values
from cyberclf.tagged import ReadTexts, TaggedText, TaggedTexts
from cyberclf.texts import as_texts
from cyberclf.themes import Theme, theme_id

if TYPE_CHECKING:
    import pandas as pd
    from sklearn.pipeline import Pipeline

    from cyberclf.explanation import Explanation
    from cyberclf.kernel import Kernel

__all__ = ["Model"]

#: Characters from which the kernel pays, once it is loaded.
_PAYS_LOADED = 5_000
#: Characters, all calls together, from which loading it pays: it costs about what these cost without it.
_PAYS = 1_000_000
_LOADING = threading.Lock()

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class Model:
    """A linear model over passages, pooled to articles.

    Parameters
    ----------
    theme_list : tuple of Theme
    vocabulary : tuple of str, length n_terms
        Sorted.
    idf, idf_whole : ndarray of float64, shape (n_terms,)
        Over passages, and over whole articles (0 for pairs: a whole article is read word by word).
    coef, coef_whole : ndarray of float64, shape (n_terms, n_themes)
        Of the scores of passages, and of whole articles.
    intercept, intercept_whole : ndarray of float64, shape (n_themes,)
    calibration : ndarray of float64, shape (2, n_themes)
        Slope and intercept from an article's score to its log-odds.
    thresholds : ndarray of float64, shape (n_themes,)
        Probability from which a theme is given, unless `per_article` is ``one``.
    favoured : ndarray of float64, shape (3, n_themes)
        The thresholds for F1, and those that favour precision and recall.
    review : ndarray of float64, shape (2, n_levels, n_themes)
        Bounds of the review band at each level, before it is widened to the thresholds; see `cyberclf.conformal`.
    review_level : float
        Share of the articles that may go wrong without review.
    per_article : {"any", "some", "one"}
        How many themes an article is given, as every article of the corpus has; see `cyberclf.giving`. Thresholds
        that someone chooses (`favouring`, `with_thresholds`) make it ``any``.
    length_penalty : float
        0, or 1 where the soft maximum of an article's passages is less the logarithm of their number: their soft mean.
    forced : bool
        Whether `tag` gives themes to what is short or foreign, too.
    metadata : dict
        What `train` recorded: scores, fingerprints, versions, spread of the thresholds.
    """

    theme_list: tuple[Theme, ...]
    vocabulary: tuple[str, ...]
    idf: FloatArray
    idf_whole: FloatArray
    coef: FloatArray
    intercept: FloatArray
    coef_whole: FloatArray
    intercept_whole: FloatArray
    calibration: FloatArray
    thresholds: FloatArray
    favoured: FloatArray
    review: FloatArray
    review_level: float = DEFAULT_LEVEL
    per_article: str = "any"
    length_penalty: float = 0.0
    forced: bool = False
    metadata: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def themes(self) -> tuple[str, ...]:
        """Ids of the themes, in the order of every array's columns."""
        return tuple(theme.id for theme in self.theme_list)

    def __repr__(self) -> str:
        """Name its themes: the arrays would fill the screen."""
        return f"<Model: themes {', '.join(self.themes)}; {len(self.vocabulary)} terms>"

    @cached_property
    def _index(self) -> dict[str, int]:
        return {term: row for row, term in enumerate(self.vocabulary)}

    @cached_property
    def typicality(self) -> FloatArray:
        """How typical of the training articles each term is, shape (n_terms,); see `typicality_values`."""
        return typicality_values(self.idf_whole)

    @cached_property
    def foreign_below(self) -> float:
        """Typicality below which a text is foreign; an artifact that has none calls nothing foreign."""
        return float(self.metadata.get("foreign_below", UNKNOWN))

    def _weights(self, counts: Mapping[str, int], idf: FloatArray) -> tuple[npt.NDArray[np.int64], FloatArray]:
        """TF-IDF of counted terms: rows of the vocabulary, and their weights.

        Sublinear in tf, of length one; both empty where no term is known.
        """
        index = self._index
        known = [(row, count) for term, count in counts.items() if (row := index.get(term)) is not None]
        if not known:
            return np.empty(0, dtype=np.int64), np.empty(0)
        rows, tf = np.array(known, dtype=np.int64).T
        values = (1.0 + np.log(tf)) * idf[rows]
        length = np.sqrt(values @ values)
        return rows, values / length if length else values

    def article(self, bags: Iterable[Mapping[str, int]]) -> tuple[FloatArray, FloatArray]:
        """Score an article from the counted terms of its passages.

        Its score is the soft maximum (log-sum-exp) of its passages' scores, less the length penalty times the
        logarithm of their number, plus the score of the whole; a logistic curve a theme makes it a probability
        (Platt 1999).

        Returns
        -------
        probabilities : ndarray of float64, shape (n_themes,)
        scores : ndarray of float64, shape (n_passages, n_themes)
            Of the passages; an article without any is one empty passage.
        """
        whole: Counter[str] = Counter()
        scores = []
        for bag in bags:
            rows, values = self._weights(bag, self.idf)
            scores.append(values @ self.coef[rows] + self.intercept)
            whole.update(bag)
        rows, values = self._weights(whole, self.idf_whole)
        of_passages = np.array(scores or [self.intercept])
        score = np.logaddexp.reduce(of_passages, axis=0) + values @ self.coef_whole[rows] + self.intercept_whole
        score -= self.length_penalty * np.log(len(of_passages))
        return logistic(score, self.calibration), of_passages

    def predict_proba(self, texts: Iterable[str]) -> FloatArray:
        """Probability of each theme in each text.

        Parameters
        ----------
        texts : iterable of str
            Articles; the title, if any, is the first line.

        Returns
        -------
        ndarray of float64, shape (n_texts, n_themes)
            Themes are independent: a row need not sum to one.

        Raises
        ------
        TypeError
            When `texts` is one string or a table, or holds something else than strings.

        Examples
        --------
        >>> import cyberclf
        >>> model = cyberclf.load()
        >>> model.predict_proba(["Le Mali adopte sa stratégie nationale de cybersécurité."]).shape
        (1, 4)
        """
        found = as_texts(texts)
        if self._kernel_pays(found):
            return batch.score(self, found)[0]
        rows = [self.article(article_bags(text))[0] for text in found]
        return np.array(rows, dtype=np.float64).reshape(len(rows), len(self.theme_list))

    def __getstate__(self) -> dict[str, Any]:
        """Leave out what is made anew where it is needed: the kernel cannot be pickled."""
        return {name: value for name, value in self.__dict__.items() if name not in {"kernel", "_met"}}

    def _deciding(self, **changes: Any) -> "Model":
        """Return a model that decides otherwise and scores the same, by what was made for it already."""
        made = replace(self, **changes)
        scoring = ("kernel", "_index", "typicality")
        made.__dict__.update({name: self.__dict__[name] for name in scoring if name in self.__dict__})
        return made

    @cached_property
    def kernel(self) -> "Kernel | None":
        """The compiled scorer; None where numba is not installed."""
        with _LOADING:
            # Of threads that came at once the first has made it.
            if "kernel" not in self.__dict__:
                self.__dict__["kernel"] = batch.load_kernel(self)
            return cast("Kernel | None", self.__dict__["kernel"])

    def _kernel_pays(self, texts: Sequence[str]) -> bool:
        size = sum(map(len, texts))
        if "kernel" not in self.__dict__:
            # Archives come in chunks, none of which would pay alone.
            self._met[0] += size
            if self._met[0] < _PAYS:
                return False
        # Nor does a call wait for what it would not use.
        return size >= _PAYS_LOADED and self.kernel is not None

    def prepare(self) -> None:
        """Load what scores many texts fast, which otherwise happens when many have come, and one call waits for it.

        A service calls it at its start, before it forks.
        """
        _ = self.kernel

    @cached_property
    def _met(self) -> list[int]:
        """Characters scored before the kernel is loaded."""
        return [0]

    def predict(self, texts: Iterable[str]) -> npt.NDArray[np.bool_]:
        """Themes given to each text: bool, shape (n_texts, n_themes); see `give`.

        By the probabilities alone, for short, foreign and empty texts too, to which `tag` gives none.
        """
        return self.give(self.predict_proba(texts))

    def give(self, probabilities: FloatArray) -> npt.NDArray[np.bool_]:
        """Themes given for probabilities, both of shape (n_texts, n_themes); see `cyberclf.giving.give`."""
        return give(probabilities, self.thresholds, self.per_article)

    def tag(self, text: str, *, force: bool = False) -> TaggedText:
        """Tag one text, and say which passage speaks most for each theme given.

        Parameters
        ----------
        text : str
        force : bool, default False
            Give themes to what is short or foreign too; the status says so all the same.

        Examples
        --------
        >>> import cyberclf
        >>> tagged = cyberclf.load().tag("")
        >>> tagged.status, tagged.themes
        ('empty', ())
        """
        as_texts([text])
        return self.judge(self.read(text), force=force).texts()[0]

    def read(self, text: str) -> ReadTexts:
        """Find all that is to be known of one text: a row of one."""
        found = passages(text)
        bags = bags_of(found)
        probabilities, scores = self.article(bags)
        spans = [(passage.start, passage.end) for passage in found] or [(0, len(text))]
        n_words, typicality = self.tally(bags)
        best = np.array(spans, dtype=np.int64)[scores.argmax(axis=0)]
        return ReadTexts(probabilities[None], best[None], np.array([n_words]), np.array([typicality]))

    def tally(self, bags: Iterable[Mapping[str, int]]) -> tuple[int, float]:
        """Count the words of passages, and say how typical of the training articles they are; see `status.tally`."""
        return tally(bags, self._index, self.typicality)

    def judge(self, read: ReadTexts, *, force: bool = False) -> TaggedTexts:
        """Say what follows from what was found in texts, whichever way that was."""
        status = [
            status_of(n_words, typicality, self.foreign_below)
            for n_words, typicality in zip(read.n_words.tolist(), read.typicality.tolist(), strict=True)
        ]
        judged = np.array([is_judged(said, forced=force or self.forced) for said in status], dtype=bool)
        given = self.give(read.probabilities)
        review = in_review(read.probabilities, given, *self.band)
        return TaggedTexts(
            self.theme_list,
            status,
            read.probabilities,
            given & judged[:, None],
            read.spans,
            review & judged[:, None],
        )

    def explain(self, text: str, *, themes: Iterable[str] | None = None) -> "Explanation":
        """Say which sentences and terms made a text's probabilities; see `cyberclf.explain.explain`."""
        from cyberclf.explain import explain

        return explain(self, text, themes=themes)

    def tag_many(self, texts: Iterable[str]) -> list[TaggedText]:
        """Tag texts, each as `tag` would.

        Examples
        --------
        >>> import cyberclf
        >>> [tagged.status for tagged in cyberclf.load().tag_many(["La loi.", ""])]
        ['short', 'empty']
        """
        return self.tag_texts(texts).texts()

    def tag_texts(self, texts: Iterable[str]) -> TaggedTexts:
        """Tag texts as `tag_many` does, but say it in columns: for archives, where an object a text costs time.

        Examples
        --------
        >>> import cyberclf
        >>> cyberclf.load().tag_texts(["La loi.", ""]).given.shape
        (2, 4)
        """
        found = as_texts(texts)
        if self._kernel_pays(found):
            return batch.tag(self, found)
        return TaggedTexts.joined(self.theme_list, [self.judge(self.read(text)) for text in found])

    def forcing(self) -> "Model":
        """Return the model that gives themes to what is short or foreign, too; `save` does not keep that."""
        return self._deciding(forced=True)

    def tag_frame(
        self, frame: "pd.DataFrame", *, text: str = "text", title: str | None = "title", n_jobs: int | None = 1
    ) -> "pd.DataFrame":
        """Tag the rows of a pandas frame; see `cyberclf.frames.tag_frame`."""
        from cyberclf.frames import tag_frame

        return tag_frame(self, frame, text=text, title=title, n_jobs=n_jobs)

    def in_review(self, probabilities: FloatArray) -> npt.NDArray[np.bool_]:
        """Whether a person should decide: bool, of the shape of `probabilities`, (n_texts, n_themes) or (n_themes,).

        At the level 0.1, of the articles that have a theme at most one in ten is meant to be neither given it nor for a
        person, and of those that lack it to be given it and not for a person; see `cyberclf.conformal`.
        """
        given = self.give(np.atleast_2d(probabilities)).reshape(probabilities.shape)
        return in_review(probabilities, given, *self.band)

    @cached_property
    def band(self) -> tuple[FloatArray, FloatArray]:
        """Lower and upper bounds of the review band, each of shape (n_themes,); it reaches the thresholds."""
        return review_band(self.review, self.review_level, self.thresholds)

    def reviewing(self, level: float) -> "Model":
        """Return the model with another level of the review band: 0.01 to 0.5.

        Raises
        ------
        ValueError
            When it is not.
        """
        grid_row(level)
        return self._deciding(review_level=float(level))

    def favouring(self, favour: str) -> "Model":
        """Return the model with the thresholds that favour ``f1``, ``precision`` or ``recall``.

        Raises
        ------
        ValueError
            When `favour` is none of them.

        Examples
        --------
        >>> import cyberclf
        >>> model = cyberclf.load()
        >>> bool((model.favouring("recall").thresholds <= model.thresholds).all())
        True
        """
        if favour not in FAVOURS:
            raise ValueError(f"cannot favour '{favour}'; choose one of {', '.join(FAVOURS)}")
        return self._deciding(thresholds=self.favoured[list(FAVOURS).index(favour)].copy(), per_article="any")

    def with_thresholds(self, thresholds: Mapping[str, float]) -> "Model":
        """Return the model with other thresholds for some themes.

        Parameters
        ----------
        thresholds : mapping of str to float
            Theme to the probability, 0 to 1, from which it is given.

        Raises
        ------
        ValueError
            For a theme that the model does not have, or a threshold outside 0 to 1.

        Examples
        --------
        >>> import cyberclf
        >>> cyberclf.load().with_thresholds({"strategy": 0.75}).thresholds[0].item()
        0.75
        """
        values = self.thresholds.copy()
        for written, value in thresholds.items():
            theme = theme_id(written)
            if theme not in self.themes:
                raise ValueError(f"theme '{theme}' is not one of the model's: {', '.join(self.themes)}")
            try:
                found = float(value)
            except (TypeError, ValueError):
                found = math.nan
            if isinstance(value, str) or not 0.0 <= found <= 1.0:
                raise ValueError(f"a threshold of {value!r} for '{theme}' is no probability; give one from 0 to 1")
            values[self.themes.index(theme)] = found
        return self._deciding(thresholds=values, per_article="any" if thresholds else self.per_article)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the artifact; see `cyberclf.artifact.save`."""
        from cyberclf.artifact import save

        save(self, path)

    def to_pipeline(self) -> "Pipeline":
        """Return the equivalent fitted scikit-learn pipeline: texts in, probabilities out."""
        from cyberclf.pipeline import to_pipeline

        return to_pipeline(self)
