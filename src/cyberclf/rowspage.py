"""Tagged rows -> one HTML page to sort, filter and read."""

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable
from typing import IO, Final

from cyberclf.model import Model
from cyberclf.page import escape, head, marked, template
from cyberclf.status import MIN_WORDS
from cyberclf.tagging import TaggedRow

__all__ = ["MAX_TEXTS", "write_page"]

#: Articles whose text stands on the page; a browser opens some ten megabytes well, not a thousand.
MAX_TEXTS: Final = 2_000
#: Characters of one article's text.
MAX_TEXT: Final = 50_000
#: Characters of a title: of an article without one, it is the first paragraph.
MAX_TITLE: Final = 160
#: With more themes, each article shows its likeliest ones, not a column a theme.
_MAX_COLUMNS: Final = 6
#: Each status in words.
_STATUS: Final = {
    "ok": "judged",
    "short": f"fewer than {MIN_WORDS} words",
    "foreign": "not the model's language",
    "empty": "no word to judge by",
    "error": "could not be read",
}


def write_page(rows: Iterable[TaggedRow], stream: IO[str], model: Model) -> None:
    """Write rows as a page that loads nothing, and whose script only sorts, filters and opens.

    The rows wait in a temporary file, since what is counted over all of them stands above them.

    Parameters
    ----------
    rows : iterable of TaggedRow
        With `text`, where it is to be shown.
    stream : text stream
    model : Model
        Whose themes, names and thresholds are shown.
    """
    given: Counter[str] = Counter()
    statuses: Counter[str] = Counter()
    with tempfile.TemporaryFile("w+", encoding="utf-8", newline="") as waiting:
        texts = 0
        for number, row in enumerate(rows):
            statuses[row.status] += 1
            given.update(row.themes or ([""] if row.status == "ok" else []))
            texts += bool(row.text)
            waiting.write(_row(row, number, model, with_text=texts <= MAX_TEXTS))
        script = template("rows.js")
        style = template("style.css") + template("rows.css")
        stream.write(head("Articles by theme: cyberclf", style, script))
        stream.write(_above(model, statuses, given, texts))
        waiting.seek(0)
        shutil.copyfileobj(waiting, stream)
    stream.write(f"</table>\n</main>\n<script>{script}</script>\n</body>\n</html>\n")


def _both(name: str, name_fr: str) -> str:
    french = f'<span class="fr" lang="fr">{escape(name_fr)}</span>' if name_fr != name else ""
    return f"{escape(name)}{french}"


def _above(model: Model, statuses: Counter[str], given: Counter[str], texts: int) -> str:
    """Everything before the first row."""
    total = sum(statuses.values())
    counted = [f"{statuses[status]:,} {escape(words)}" for status, words in _STATUS.items() if statuses[status]]
    if given[""]:
        counted[0] += f" ({given['']:,} of them without a theme)"
    summary = f"{'; '.join(counted)}. " if counted else ""
    notes = (
        f'<p class="note">The texts of the first {MAX_TEXTS:,} articles are on this page; of the other '
        f"{texts - MAX_TEXTS:,} only the rows. Tag fewer files at once to read them here.</p>\n"
        if texts > MAX_TEXTS
        else ""
    )
    tiles = "".join(
        f"<div><dt>{_both(theme.name, theme.name_fr)}</dt><dd>{given[theme.id]:,}</dd></div>"
        for theme in model.theme_list[:12]
    )
    options = "".join(
        f'<option value="{number}">{escape(theme.label)} ({given[theme.id]:,})</option>'
        for number, theme in enumerate(model.theme_list)
    )
    by_theme = "".join(
        f'<option value="p{number}">{escape(theme.name)}: probability</option>'
        for number, theme in enumerate(model.theme_list)
    )
    states = "".join(
        f'<option value="{status}">{escape(words)} ({statuses[status]:,})</option>' for status, words in _STATUS.items()
    )
    states += '<option value="review">for review</option>'
    rule = {
        "any": "the mark in it is the threshold from which the theme is given",
        "some": "the mark in it is the threshold from which the theme is given; the likeliest is if none is reached",
        "one": "the most probable theme is given",
    }[model.per_article]
    return (
        '<body class="rows">\n<main>\n<header>\n<p class="kicker">cyberclf · articles by theme</p>\n'
        f"<h1>{total:,} {'article' if total == 1 else 'articles'}</h1>\n"
        f"<p>{summary}A bar is the probability of a theme; {rule}. "
        "The highlighted passage is the one that speaks most for it.</p>\n"
        f'<dl class="tiles">{tiles}</dl>\n{notes}</header>\n'
        '<form id="controls" hidden>\n'
        '<label class="wide">Search<input type="search" id="search" placeholder="Words of title or text" '
        'autocomplete="off"></label>\n'
        f'<label>Theme<select id="theme"><option value="">all</option>{options}'
        '<option value="none">no theme</option></select></label>\n'
        f'<label>Status<select id="status"><option value="">all</option>{states}</select></label>\n'
        '<label>Sort by<select id="sort"><option value="n">order of the files</option>'
        f'<option value="t">title</option><option value="s">status</option>{by_theme}</select></label>\n'
        '<button type="button" id="turn" aria-pressed="false">Reverse order</button>\n'
        '<button type="button" id="open">Open all texts</button>\n'
        '<button type="reset">Clear</button>\n<p id="count" role="status" aria-live="polite"></p>\n</form>\n'
        '<table id="rows">\n<caption class="away">Articles and their themes</caption>\n'
        f"<thead><tr>{_columns(model)}</tr></thead>\n"
    )


def _columns(model: Model) -> str:
    cells = '<th scope="col" data-sort="t">Article</th>'
    if len(model.theme_list) > _MAX_COLUMNS:
        cells += '<th scope="col">Likeliest themes</th>'
    else:
        cells += "".join(
            f'<th scope="col" data-sort="p{number}">{_both(theme.name, theme.name_fr)}</th>'
            for number, theme in enumerate(model.theme_list)
        )
    return f'{cells}<th scope="col" data-sort="s">Status</th>'


def _row(row: TaggedRow, number: int, model: Model, *, with_text: bool) -> str:
    """One article: a ``tbody`` that is sorted and filtered as a whole."""
    order = {theme.id: j for j, theme in enumerate(model.theme_list)}
    probabilities = [row.probabilities.get(theme, 0.0) for theme in model.themes]
    given = " ".join(str(order[theme]) for theme in row.themes)
    values = " ".join(f"{p:.4f}" for p in probabilities) if _has_bars(row) else ""
    name = row.title if len(row.title) <= MAX_TITLE else f"{row.title[:MAX_TITLE].rstrip()}…"
    name = name or row.id
    where = row.where if row.id == row.where else f"{row.id} · {row.where}"
    said = escape(_STATUS[row.status])
    if row.status == "error":
        said = f'<span class="bad">{said}</span>'
    elif row.status == "ok":
        said = "themes given" if row.themes else "no theme"
    elif row.themes:
        said += ": themes given all the same"
    if row.review:
        names = ", ".join(model.theme_list[order[theme]].name for theme in row.review)
        said += f'<span class="id">review: {escape(names)}</span>'
    review = " data-r" if row.review else ""
    n_columns = 3 if len(order) > _MAX_COLUMNS else len(order) + 2
    below = _below(row, model, with_text=with_text)
    return (
        f'<tbody data-n="{number}" data-g="{given}" data-p="{values}" data-s="{row.status}"{review}>\n'
        f'<tr><th scope="row">{escape(name)}<span class="id">{escape(where)}</span></th>'
        f'{_cells(row, probabilities, model)}<td class="status">{said}</td></tr>\n'
        f'<tr class="below"><td colspan="{n_columns}">{below}</td></tr>\n</tbody>\n'
    )


def _has_bars(row: TaggedRow) -> bool:
    """Whether its probabilities mean something, or gave it a theme."""
    return row.status == "ok" or bool(row.themes)


def _cells(row: TaggedRow, probabilities: list[float], model: Model) -> str:
    shown = range(len(probabilities))
    if len(probabilities) > _MAX_COLUMNS:
        likely = sorted(shown, key=lambda j: -probabilities[j])[:5] if _has_bars(row) else []
        bars = "".join(_bar(row, j, probabilities[j], model) for j in likely)
        return f'<td class="likely">{bars}</td>'
    if not _has_bars(row):
        return "<td></td>" * len(probabilities)
    return "".join(f"<td>{_bar(row, j, probabilities[j], model)}</td>" for j in shown)


def _bar(row: TaggedRow, column: int, probability: float, model: Model) -> str:
    theme = model.theme_list[column]
    given = theme.id in row.themes
    kind = ' class="given"' if given else ""
    cut = ""
    if model.per_article != "one":
        at = 100 * min(float(model.thresholds[column]), 0.99)
        cut = f'<rect class="cut" x="{at:.1f}%" width="1.5" height="100%"/>'
    return (
        f'<div{kind}><span class="name">{_both(theme.name, theme.name_fr)}</span>'
        f'<svg class="bar" aria-hidden="true"><rect class="all" width="100%" height="100%"/>'
        f'<rect class="own" width="{100 * probability:.1f}%" height="100%"/>{cut}</svg>'
        f'<span class="p">{100 * probability:.0f}&nbsp;%{"<b> given</b>" if given else ""}</span></div>'
    )


def _below(row: TaggedRow, model: Model, *, with_text: bool) -> str:
    if row.status == "error":
        return f'<p class="bad">{escape(row.error)}</p>'
    if not row.text.strip():
        return '<p class="note">No text.</p>'
    if not with_text:
        return f'<p class="note">Text not on this page: it has those of the first {MAX_TEXTS:,} articles.</p>'
    names = {theme.id: theme.label for theme in model.theme_list}
    text = row.text[:MAX_TEXT]
    spans = {names[theme]: [span] for theme, span in row.passages.items()}
    cut = '<p class="note">The article goes on; it is cut here.</p>' if len(row.text) > MAX_TEXT else ""
    if beyond := [name for name, ((_, end),) in spans.items() if end > MAX_TEXT]:
        cut += f'<p class="note">The evidence of {escape(", ".join(beyond))} lies in what is cut.</p>'
    what = "Text and evidence" if len(beyond) < len(spans) else "Text"
    return f'<details><summary>{what}</summary><div class="text" dir="auto">{marked(text, spans)}</div>{cut}</details>'
