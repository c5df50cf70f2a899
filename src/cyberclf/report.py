"""An evaluation -> one HTML page for people; needs the extra ``report``."""

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, cast

import numpy as np

from cyberclf.answers import learnt_from
from cyberclf.calibration import choose_thresholds
from cyberclf.corpus import Corpus
from cyberclf.diagnosis import (
    Mistake,
    by_source,
    confusions,
    mistakes,
    threshold_curve,
)
from cyberclf.errors import MissingExtraError
from cyberclf.evaluation import Evaluation, Part
from cyberclf.explain import readable
from cyberclf.files import atomic_write, require_writable
from cyberclf.folds import SMALL_SOURCE
from cyberclf.giving import themes_per_article
from cyberclf.learning import LearningPoint
from cyberclf.model import Model
from cyberclf.page import head, marked, shown, template
from cyberclf.plots import learning_plot, precision_recall_plot, reliability_plot, threshold_plot
from cyberclf.printable import threshold_as_text
from cyberclf.provenance import provenance
from cyberclf.reasons import fold_models, top_terms
from cyberclf.reliability import reliability_points
from cyberclf.themes import Theme, known_themes
from cyberclf.verdict import verdict

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["prepare_report", "report_page", "write_report"]

_TITLE: Final = "Evaluation: cyberclf"
#: Themes that get pictures: the most frequent; tables have all.
MAX_PICTURES: Final = 8
#: Articles with a lower probability share one dot, else a rare theme's would all lie at zero.
_UNLIKELY: Final = 0.05
#: Characters of an article shown.
_TEXT: Final = 20_000


def prepare_report(folder: str | Path) -> None:
    """Find out before long work whether the page can be made, and make its folder.

    Raises
    ------
    MissingExtraError
        When Jinja2 or matplotlib is not installed.
    OSError
        When the folder cannot be made, is a file, or holds a page of another kind.
    """
    for module in ("jinja2", "matplotlib"):
        if find_spec(module) is None:
            raise MissingExtraError(f"a report needs {module}; install it with: pip install 'cyberclf[report]'")
    path = Path(folder)
    if path.exists() and not path.is_dir():
        raise NotADirectoryError(f"{path}: is a file; name a folder for the report")
    path.mkdir(parents=True, exist_ok=True)
    page = path / "index.html"
    require_writable(page)
    if page.is_file() and f"<title>{_TITLE}</title>".encode() not in page.read_bytes():
        raise FileExistsError(f"{page}: is no report of cyberclf, but the page would stand there; name another folder")


def write_report(
    evaluation: Evaluation,
    corpus: Corpus,
    folder: str | Path,
    *,
    model: Model | None = None,
    names: Mapping[str, Theme] | None = None,
    curve: Sequence[LearningPoint] = (),
    command: str = "",
) -> Path:
    """Write `report_page` to ``index.html`` in a folder, which is made if need be, and return its path.

    Raises
    ------
    MissingExtraError
        When Jinja2 or matplotlib is not installed.
    OSError
        When the page cannot be written; nothing is left half-written.
    """
    prepare_report(folder)
    page = report_page(evaluation, corpus, model=model, names=names, curve=curve, command=command)
    path = Path(folder) / "index.html"
    with atomic_write(path) as stream:
        cast("IO[str]", stream).write(page)
    return path


def report_page(
    evaluation: Evaluation,
    corpus: Corpus,
    *,
    model: Model | None = None,
    names: Mapping[str, Theme] | None = None,
    curve: Sequence[LearningPoint] = (),
    command: str = "",
) -> str:
    """Lay out an evaluation as one HTML page that loads nothing and runs nothing.

    Parameters
    ----------
    evaluation : Evaluation
        Its first part is described in full, the others in a table.
    corpus : Corpus
        The articles that were scored.
    model : Model, optional
        Whose evaluation it is; without it, the recipe's, by cross-validation.
    names : mapping of str to Theme, optional
        Names to show where there is no model; see `known_themes`.
    curve : sequence of LearningPoint, optional
    command : str, optional
        How the page was made, to be shown.

    Returns
    -------
    str
        The same input gives the same page.
    """
    part = evaluation.parts[0]
    predictions = part.predictions
    themes = model.theme_list if model is not None else known_themes(predictions.themes, names)
    labels = {theme.id: theme.name for theme in themes}
    articles = [corpus.articles[row] for row in part.rows]
    rivals = _rivals(evaluation)
    sources = by_source(predictions, [article.source or "" for article in articles])
    if model is not None:
        thresholds, per_article = model.thresholds, model.per_article
    else:
        per_article = "any" if evaluation.data is None else themes_per_article(evaluation.data.labels)
        thresholds = choose_thresholds(predictions.probability, predictions.labels).values
    models = [model] if model is not None else fold_models(evaluation, themes)

    def mistake(found: Mistake) -> dict[str, Any]:
        row = int(part.rows[found.row])
        fold = 0 if model is not None or evaluation.held_out is None else int(evaluation.held_out.fold[row])
        return _mistake(corpus, row, found, themes, models[fold] if models else None)

    given, missed = mistakes(predictions)
    style = template("style.css")
    seen = None if model is None else learnt_from(model, corpus, part.rows)
    said = verdict(part, labels, rivals=rivals, sources=sources, points=curve, seen=seen)
    return (
        _environment()
        .from_string(template("report.html.jinja"))
        .render(
            head=_safe(head(_TITLE, style, inline_styles=True)),
            verdict=said,
            part=part,
            names=labels,
            themes=themes,
            rows=part.table.to_dict(orient="index"),
            n_articles=int(part.summary["articles"]),
            rivals=[(name, rival.table.to_dict(orient="index")) for name, rival in rivals],
            others=[
                (other, other.table.to_dict(orient="index"))
                for other in evaluation.parts[1:]
                if not other.name.startswith(f"{part.name}: ")
            ],
            per_article=per_article,
            unlikely=_UNLIKELY,
            small_source=SMALL_SOURCE,
            pictures=_pictures(part, themes, thresholds.tolist(), rivals),
            costs=_costs(part, themes, thresholds.tolist()),
            learning=_learning(curve, part, themes),
            confusions=confusions(predictions),
            sources=sources,
            given=[mistake(found) for found in given],
            missed=[mistake(found) for found in missed],
            recipe=model is None,
            facts=provenance(evaluation, corpus, model=model, command=command),
        )
    )


def _rivals(evaluation: Evaluation) -> list[tuple[str, Part]]:
    prefix = f"{evaluation.parts[0].name}: "
    # What stands after the comma says how its threshold came to be: too long for a column.
    return [
        (part.name.removeprefix(prefix).partition(",")[0], part)
        for part in evaluation.parts[1:]
        if part.name.startswith(prefix)
    ]


def _judged(part: Part, column: int) -> tuple[Any, Any]:
    """Labels, as bool, and probabilities of a theme where there are both."""
    judged = part.predictions.judged[:, column]
    return part.predictions.labels[judged, column] == 1, part.predictions.probability[judged, column].astype(float)


def _frequent(part: Part, themes: Sequence[Theme]) -> list[int]:
    """Columns of the themes with articles, at most so many as get pictures, in the themes' order."""
    support = np.nansum(part.predictions.labels, axis=0)
    order = sorted(range(len(themes)), key=lambda j: -support[j])[:MAX_PICTURES]
    return sorted(j for j in order if support[j])


def _pictures(
    part: Part, themes: Sequence[Theme], thresholds: list[float], rivals: list[tuple[str, Part]]
) -> list[dict[str, Any]]:
    made = []
    rows = part.table.to_dict(orient="index")
    for j in _frequent(part, themes):
        theme, curve = themes[j], threshold_curve(*_judged(part, j))
        bins = _bins(*_judged(part, j))
        own = rows[theme.id]
        made.append(
            {
                "theme": theme,
                "support": int(own["support"]),
                "precision": _safe(
                    precision_recall_plot(
                        theme.name,
                        curve,
                        (own["precision"], own["recall"]),
                        [
                            (name, threshold_curve(*_judged(rival, j)))
                            for name, rival in rivals
                            if "defaults" not in name
                        ],
                    )
                ),
                "reliability": _safe(reliability_plot(theme.name, bins)),
                "threshold": _safe(threshold_plot(theme.name, curve, thresholds[j])),
            }
        )
    return made


def _bins(truth: Any, probability: Any) -> list[tuple[float, float, int]]:
    """One dot for the many articles that are surely not of the theme, then dots of equal count."""
    low = probability < _UNLIKELY
    rest = reliability_points(truth[~low], probability[~low], bins=max(1, min(8, int((~low).sum()) // 20)))
    return [*reliability_points(truth[low], probability[low], bins=1), *rest]


def _costs(part: Part, themes: Sequence[Theme], thresholds: list[float]) -> list[dict[str, Any]]:
    """Scores at a theme's threshold and around it."""
    made = []
    for j in _frequent(part, themes):
        curve, chosen = threshold_curve(*_judged(part, j)), thresholds[j]
        steps = sorted({chosen / 2, 0.75 * chosen, chosen, 1 - 0.75 * (1 - chosen), 1 - (1 - chosen) / 2})
        made.append({"theme": themes[j], "steps": [(step, *curve.at(step), step == chosen) for step in steps]})
    return made


def _learning(points: Sequence[LearningPoint], part: Part, themes: Sequence[Theme]) -> dict[str, Any] | None:
    if len(points) < 2:
        return None
    tables = [point.part.table.to_dict(orient="index") for point in points]
    rows = [
        (name, [table[theme]["average_precision"] for table in tables], [table[theme]["f1"] for table in tables])
        for theme, name in [
            ("macro", "mean of the themes"),
            *((themes[j].id, themes[j].name) for j in _frequent(part, themes)),
        ]
    ]
    articles = [point.articles for point in points]
    picture = learning_plot(articles, [(name, values) for name, values, _ in rows])
    return {"points": points, "rows": rows, "picture": _safe(picture)}


def _mistake(corpus: Corpus, row: int, found: Mistake, themes: Sequence[Theme], model: Model | None) -> dict[str, Any]:
    article = corpus.articles[row]
    names = {theme.id: theme.name for theme in themes}
    made: dict[str, Any] = {
        "article": article,
        "name": (article.text or "").strip().split("\n")[0][:120] or article.id,
        "theme": themes[found.theme].name,
        "probability": found.probability,
        "labels": [names.get(theme, theme) for theme in sorted(article.themes)],
    }
    if article.text is not None:
        spans = [(names.get(theme, theme), marks) for theme, marks in article.evidence.items()]
        made["text"] = _safe(marked(article.text[:_TEXT], spans))
        made["cut"] = len(article.text) > _TEXT
    if model is not None:
        bags = article.passages()[0]
        passage, terms = top_terms(model, bags, found.theme)
        said = [(readable(term), value) for term, value in terms]
        made |= {"passage": passage + 1, "passages": len(bags), "terms": said}
    return made


def _safe(html: str) -> Any:
    """Mark HTML that we made, every foreign part of it escaped."""
    from markupsafe import Markup

    return Markup(html)  # noqa: S704 - see above


def _environment() -> "Environment":
    from jinja2 import Environment, StrictUndefined

    def plain(value: Any) -> Any:
        return shown(value) if type(value) is str else value

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, finalize=plain, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["two"] = lambda value: f"{value:.2f}" if value == value else "–"
    environment.filters["threshold"] = threshold_as_text
    # Not by the template's own words, which take an id with a dot or of digits for a path.
    environment.filters["f1_of"] = lambda rivals, key: [table[key]["f1"] for _, table in rivals]
    environment.filters["percent"] = lambda value: f"{100 * value:.0f} %" if value == value else "–"
    environment.filters["many"] = lambda value: f"{value:,}"
    environment.filters["x"] = lambda value: f"{116 * min(max(value, 0.0), 1.0) + 2:.1f}" if value == value else "-9"
    return environment
