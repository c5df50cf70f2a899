"""Figures -> small SVG pictures, the same bytes for the same figures."""

import io
import re
import warnings
from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final

from cyberclf.diagnosis import Curve
from cyberclf.page import escape
from cyberclf.printable import threshold_as_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["learning_plot", "precision_recall_plot", "reliability_plot", "threshold_plot"]

INK: Final = "#1d2733"
SOFT: Final = "#5b6875"
BLUE: Final = "#1f5fa8"
ORANGE: Final = "#b4530a"
GREEN: Final = "#2b7a4b"
GREY: Final = "#8a949e"
_DASHES: Final = ("-", "--", "-.", ":")
_SERIES: Final = (BLUE, ORANGE, GREEN, "#7a3e9d", "#a3324a", "#4d6b1d", "#0f7c86", "#6b5b3e")
_SETTINGS: Final[dict[str, Any]] = {
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 9,
    "text.parse_math": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": SOFT,
    "axes.labelcolor": INK,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "axes.grid": True,
    "grid.color": "#e3e7eb",
    "grid.linewidth": 0.7,
    "legend.frameon": False,
    "legend.fontsize": 8,
    "lines.linewidth": 1.8,
    "lines.solid_capstyle": "round",
}
_NAMES: Final = re.compile(r' id="(?:figure|axes|patch|line2d|text|matplotlib\.axis|xtick|ytick|legend|PathCollection|'
                           r'FillBetweenPolyCollection|PolyCollection|LineCollection)_\d+"')  # fmt: skip


class _Picture:
    """One axes, drawn without any display; `svg` is what it became."""

    def __init__(self, name: str, said: str, *, size: tuple[float, float] = (3.3, 2.7)) -> None:
        import matplotlib as mpl
        from matplotlib.backends.backend_svg import FigureCanvasSVG
        from matplotlib.figure import Figure

        settings: Any = {**_SETTINGS, "svg.hashsalt": f"cyberclf {name}"}
        self._said = said
        self._context = mpl.rc_context(settings)
        self._canvas: Any = FigureCanvasSVG
        self._figure: Any = Figure
        self._size = size
        self.svg = ""

    def __enter__(self) -> "tuple[_Picture, Axes]":
        self._context.__enter__()
        self._figure = self._figure(figsize=self._size, layout="constrained")
        self._figure.patch.set_visible(False)
        self._canvas(self._figure)
        axes: Axes = self._figure.add_subplot()
        return self, axes

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            stream = io.StringIO()
            nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
            with warnings.catch_warnings():
                # The browser's fonts draw the text, not those of matplotlib.
                warnings.filterwarnings("ignore", "Glyph .* missing from")
                self._figure.savefig(stream, format="svg", metadata=nothing, transparent=True)
            self.svg = _inline(stream.getvalue(), self._said)
        self._context.__exit__(kind, error, trace)


def _inline(svg: str, said: str) -> str:
    """Make a file into an element: no prologue, no ids that several pictures would share, a text for ears."""
    svg = _NAMES.sub("", svg[svg.index("<svg") :])
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    # Its style would hold for the whole page.
    svg = re.sub(r"<style[^>]*>.*?</style>", "", svg, flags=re.DOTALL)
    return svg.replace("<svg", f'<svg role="img" aria-label="{escape(said)}"', 1).strip()


def _shares(axes: "Axes", x: str, y: str) -> None:
    axes.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.04), xlabel=x, ylabel=y)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", "", "0.5", "", "1"])
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0", "", "0.5", "", "1"])


def precision_recall_plot(
    name: str, curve: Curve, chosen: tuple[float, float], rivals: Sequence[tuple[str, Curve]]
) -> str:
    """Precision against recall, the point chosen, and the rivals' curves (a point, where a rival only says yes or no)."""
    said = f"Precision and recall for {name}: at the thresholds chosen {chosen[0]:.2f} and {chosen[1]:.2f}"
    with _Picture(f"precision {name}", said) as (picture, axes):
        dashes = iter(("--", ":", "-."))
        for rival, other in rivals:
            if len(other.threshold) <= 2:
                axes.plot(other.recall[:1], other.precision[:1], "s", color=ORANGE, ms=6, label=rival, zorder=4)
            else:
                axes.plot(other.recall, other.precision, next(dashes, "-"), color=GREY, lw=1.2, label=rival)
        axes.plot(curve.recall, curve.precision, color=BLUE, label="this model")
        axes.plot(chosen[1], chosen[0], "o", color=BLUE, ms=7, mec="white", zorder=5, label="as decided")
        _shares(axes, "recall: share found", "precision: share right")
        axes.legend(loc="lower left", handlelength=1.6, borderaxespad=0.2)
    return picture.svg


def reliability_plot(name: str, bins: Sequence[tuple[float, float, int]]) -> str:
    """Share that has the theme against the probability said; on the diagonal where probabilities can be believed."""
    said = f"Reliability for {name}: " + "; ".join(f"said {p:.2f}, true {t:.2f} of {n}" for p, t, n in bins[-4:])
    with _Picture(f"reliability {name}", said) as (picture, axes):
        axes.plot([0, 1], [0, 1], "--", color=GREY, lw=1)
        p, true, n = (list(values) for values in zip(*bins, strict=True)) if bins else ([], [], [])
        spread = [1.96 * (max(t * (1 - t), 0.25 / k) / k) ** 0.5 for t, k in zip(true, n, strict=True)]
        low = [min(s, t) for s, t in zip(spread, true, strict=True)]
        high = [min(s, 1 - t) for s, t in zip(spread, true, strict=True)]
        axes.errorbar(p, true, yerr=[low, high], fmt="o-", color=BLUE, ecolor="#9db9da", ms=5, lw=1.4, elinewidth=1.4)
        _shares(axes, "probability said", "share that has the theme")
    return picture.svg


def threshold_plot(name: str, curve: Curve, threshold: float) -> str:
    """Precision, recall and F1 against the threshold, and where it stands."""
    precision, recall, f1, given = curve.at(threshold)
    said = f"Thresholds for {name}: at {threshold_as_text(threshold)} precision {precision:.2f}, recall {recall:.2f}, F1 {f1:.2f}, {given} articles"
    with _Picture(f"threshold {name}", said) as (picture, axes):
        for values, colour, dash, label in (
            (curve.precision, BLUE, "-", "precision"),
            (curve.recall, ORANGE, "--", "recall"),
            (curve.f1, INK, "-.", "F1"),
        ):
            axes.plot(curve.threshold, values, dash, color=colour, label=label, drawstyle="steps-post")
        axes.axvline(threshold, color=GREEN, lw=1.4, ls=":")
        _shares(axes, "threshold", "score")
        axes.legend(loc="lower center", handlelength=1.8, ncols=3, columnspacing=1.0, bbox_to_anchor=(0.5, 1.0))
    return picture.svg


def learning_plot(articles: Sequence[int], series: Sequence[tuple[str, Sequence[float]]]) -> str:
    """Average precision against the articles learnt from; the first series stands out."""
    said = "Average precision by articles learnt from: " + "; ".join(
        f"{name} from {values[0]:.2f} to {values[-1]:.2f}" for name, values in series
    )
    with _Picture("learning", said, size=(3.9, 3.7)) as (picture, axes):
        for number, (name, values) in enumerate(series):
            colour = INK if number == 0 else _SERIES[(number - 1) % len(_SERIES)]
            dash = "-" if number == 0 else _DASHES[(number - 1) % len(_DASHES)]
            axes.plot(
                articles, values, dash, color=colour, lw=2.6 if number == 0 else 1.5, marker="o", ms=4, label=name
            )
        axes.set(xlabel="articles learnt from", ylabel="average precision", xlim=(0, max(articles) * 1.04))
        axes.set_xticks(list(articles))
        axes.set_ylim(top=min(1.0, axes.get_ylim()[1]))
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=2, columnspacing=1.2)
    return picture.svg
