"""Tagged rows -> one HTML page to sort, filter and read."""

import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable
from typing import IO, Final

from cyberclf.keeping import as_cell
from cyberclf.model import Model
from cyberclf.page import escape, head, marked, template
from cyberclf.phrases import Language, Phrases
from cyberclf.status import MIN_WORDS, STATUSES
from cyberclf.tagging import TaggedRow
from cyberclf.themes import Theme

__all__ = ["MAX_TEXTS", "write_page"]

#: Articles whose text stands on the page; a browser opens some ten megabytes well, not a thousand.
MAX_TEXTS: Final = 2_000
#: Characters of one article's text.
MAX_TEXT: Final = 50_000
#: Characters of a title (of an article without one, it is the first paragraph), and of a column kept.
MAX_TITLE: Final = 160
#: What is a link: nothing that a browser runs, or reads otherwise than it stands.
_ADDRESS: Final = re.compile(r"""https?://[^\s<>"'`\\]{3,2000}""")
#: With more themes, each article shows so many of its likeliest ones, not a column a theme.
_MAX_COLUMNS: Final = 6
_LIKELIEST: Final = 5
#: Themes counted above the rows: as many as two or three lines hold.
_MAX_TILES: Final = 12


def write_page(rows: Iterable[TaggedRow], stream: IO[str], model: Model, *, language: Language = "en") -> None:
    """Write rows as a page that loads nothing, and whose script only sorts, filters and opens.

    The rows wait in a temporary file, since what is counted over all of them stands above them.

    Parameters
    ----------
    rows : iterable of TaggedRow
        With `text`, where it is to be shown.
    stream : text stream
    model : Model
        Whose themes, names and thresholds are shown.
    language : {"en", "fr"}
        Of the page.  The reasons of errors stay English.
    """
    say = Phrases(language)
    given: Counter[str] = Counter()
    statuses: Counter[str] = Counter()
    with tempfile.TemporaryFile("w+", encoding="utf-8", newline="") as waiting:
        texts = 0
        for number, row in enumerate(rows):
            statuses[row.status] += 1
            given.update(row.themes or ([""] if row.status == "ok" else []))
            texts += bool(row.text)
            waiting.write(_row(row, number, model, say, with_text=texts <= MAX_TEXTS))
        script = _script(say)
        style = template("style.css") + template("rows.css")
        stream.write(head(say("page"), style, script, language=language))
        stream.write(_above(model, say, statuses, given, texts))
        waiting.seek(0)
        shutil.copyfileobj(waiting, stream)
    stream.write(f"</table>\n</main>\n<script>{script}</script>\n</body>\n</html>\n")


def _script(say: Phrases) -> str:
    """Put its words into the script: they are phrases, so nothing from outside is among them."""
    return template("rows.js") % {
        "language": say.language,
        "open": say("open"),
        "close": say("close"),
        "before": say("before shown"),
        "of": say("shown of"),
        "after": say("after shown"),
    }


def _both(theme: Theme, say: Phrases) -> str:
    name, other = say.names(theme)
    # The class makes the second name small, whichever language it is in.
    language = "en" if say.language == "fr" else "fr"
    small = f'<span class="fr" lang="{language}">{escape(other)}</span>' if other != name else ""
    return f"{escape(name)}{small}"


def _status(status: str, say: Phrases) -> str:
    return say(f"status {status}", n=MIN_WORDS)


def _above(model: Model, say: Phrases, statuses: Counter[str], given: Counter[str], texts: int) -> str:
    """Everything before the first row."""
    counted = [
        say("counted", n=statuses[status], status=_status(status, say)) for status in STATUSES if statuses[status]
    ]
    if given[""]:
        counted[0] += say("of them without", n=given[""])
    summary = f"{say('next').join(counted)}. " if counted else ""
    summary = summary[:1].upper() + summary[1:]
    notes = f"{_note(say('capped', n=MAX_TEXTS, others=texts - MAX_TEXTS))}\n" if texts > MAX_TEXTS else ""
    many = len(model.theme_list) > _MAX_TILES
    tiles = "".join(
        f"<div><dt>{_both(theme, say)}</dt><dd>{say.number(given[theme.id])}</dd></div>"
        for theme in sorted(model.theme_list, key=lambda theme: -given[theme.id] if many else 0)[:_MAX_TILES]
    )
    notes = f"{_note(say('most given', n=_MAX_TILES, of=len(model.theme_list)))}\n{notes}" if many else notes
    bars = say("bars", rule=say(f"rule {model.per_article}"))
    return (
        '<body class="rows">\n<main>\n<header>\n'
        f'<p class="kicker">{escape(say("kicker"))}</p>\n'
        f"<h1>{escape(say.articles(statuses.total()))}</h1>\n"
        f"<p>{escape(summary + bars)}</p>\n"
        f'<dl class="tiles">{tiles}</dl>\n{notes}</header>\n'
        f"{_controls(model, say, statuses, given)}"
        f'<table id="rows">\n<caption class="away">{escape(say("caption"))}</caption>\n'
        f"<thead><tr>{_columns(model, say)}</tr></thead>\n"
    )


def _controls(model: Model, say: Phrases, statuses: Counter[str], given: Counter[str]) -> str:
    themes = "".join(
        f'<option value="{number}">{escape(say.label(theme))} ({say.number(given[theme.id])})</option>'
        for number, theme in enumerate(model.theme_list)
    )
    by_theme = "".join(
        f'<option value="p{number}">{escape(say("by probability", theme=say.names(theme)[0]))}</option>'
        for number, theme in enumerate(model.theme_list)
    )
    states = "".join(
        f'<option value="{status}">{escape(_status(status, say))} ({say.number(statuses[status])})</option>'
        for status in STATUSES
    )
    everything = f'<option value="">{escape(say("all"))}</option>'
    return (
        '<form id="controls" hidden>\n'
        f'<label class="wide">{escape(say("search"))}<input type="search" id="search" '
        f'placeholder="{escape(say("words"))}" autocomplete="off"></label>\n'
        f'<label>{escape(say("by theme"))}<select id="theme">{everything}{themes}'
        f'<option value="none">{escape(say("no theme"))}</option></select></label>\n'
        f'<label>{escape(say("status"))}<select id="status">{everything}{states}'
        f'<option value="review">{escape(say("for review"))}</option></select></label>\n'
        f'<label>{escape(say("sort"))}<select id="sort"><option value="n">{escape(say("by file"))}</option>'
        f'<option value="t">{escape(say("by title"))}</option><option value="s">{escape(say("by status"))}</option>'
        f"{by_theme}</select></label>\n"
        f'<button type="button" id="turn" aria-pressed="false">{escape(say("reverse"))}</button>\n'
        f'<button type="button" id="open">{escape(say("open"))}</button>\n'
        f'<button type="reset">{escape(say("clear"))}</button>\n'
        '<p id="count" role="status" aria-live="polite"></p>\n</form>\n'
    )


def _columns(model: Model, say: Phrases) -> str:
    cells = f'<th scope="col" data-sort="t">{escape(say("article"))}</th>'
    if len(model.theme_list) > _MAX_COLUMNS:
        cells += f'<th scope="col">{escape(say("likeliest"))}</th>'
    else:
        cells += "".join(
            f'<th scope="col" data-sort="p{number}">{_both(theme, say)}</th>'
            for number, theme in enumerate(model.theme_list)
        )
    return f'{cells}<th scope="col" data-sort="s">{escape(say("status"))}</th>'


def _row(row: TaggedRow, number: int, model: Model, say: Phrases, *, with_text: bool) -> str:
    """One article: a ``tbody`` that is sorted and filtered as a whole."""
    order = {theme.id: j for j, theme in enumerate(model.theme_list)}
    probabilities = [row.probabilities.get(theme, 0.0) for theme in model.themes]
    given = " ".join(str(order[theme]) for theme in row.themes)
    values = " ".join(f"{p:.4f}" for p in probabilities) if _has_bars(row) else ""
    name = _cut(row.title) or row.id
    where = row.where if row.id == row.where else f"{row.id} · {row.where}"
    kept = " · ".join(filter(None, [_kept(value) for _, value in row.kept]))
    below_title = f'<span class="id">{kept}</span>' if kept else ""
    said = _status(row.status, say)
    if row.status == "ok":
        said = say("themes given" if row.themes else "no theme")
    elif row.themes:
        said = say("all the same", status=said)
    state = f'<span class="bad">{escape(said)}</span>' if row.status == "error" else escape(said)
    if row.review:
        names = ", ".join(say.names(model.theme_list[order[theme]])[0] for theme in row.review)
        state += f'<span class="id">{escape(say("to review", names=names))}</span>'
    review = " data-r" if row.review else ""
    n_columns = 3 if len(order) > _MAX_COLUMNS else len(order) + 2
    below = _below(row, model, say, with_text=with_text)
    return (
        f'<tbody data-n="{number}" data-g="{given}" data-p="{values}" data-s="{row.status}"{review}>\n'
        f'<tr><th scope="row">{escape(name)}{below_title}<span class="id">{escape(where)}</span></th>'
        f'{_cells(row, probabilities, model, say)}<td class="status">{state}</td></tr>\n'
        f'<tr class="below"><td colspan="{n_columns}">{below}</td></tr>\n</tbody>\n'
    )


def _kept(value: object) -> str:
    """Show what was kept: an address as a link, of which the target learns nothing."""
    cell = as_cell(value).strip()
    said = escape(_cut(cell))
    is_address = isinstance(value, str) and _ADDRESS.fullmatch(cell) and cell.isprintable()
    return f'<a href="{escape(cell)}" rel="noopener noreferrer">{said}</a>' if is_address else said


def _cut(text: str) -> str:
    return text if len(text) <= MAX_TITLE else f"{text[:MAX_TITLE].rstrip()}…"


def _has_bars(row: TaggedRow) -> bool:
    """Whether its probabilities mean something, or gave it a theme."""
    return row.status == "ok" or bool(row.themes)


def _cells(row: TaggedRow, probabilities: list[float], model: Model, say: Phrases) -> str:
    shown = range(len(probabilities))
    if len(probabilities) > _MAX_COLUMNS:
        likely = sorted(shown, key=lambda j: -probabilities[j])[:_LIKELIEST] if _has_bars(row) else []
        bars = "".join(_bar(row, j, probabilities[j], model, say) for j in likely)
        return f'<td class="likely">{bars}</td>'
    if not _has_bars(row):
        return "<td></td>" * len(probabilities)
    return "".join(f"<td>{_bar(row, j, probabilities[j], model, say)}</td>" for j in shown)


def _bar(row: TaggedRow, column: int, probability: float, model: Model, say: Phrases) -> str:
    theme = model.theme_list[column]
    kind, given = (' class="given"', f"<b> {escape(say('given'))}</b>") if theme.id in row.themes else ("", "")
    cut = ""
    if model.per_article != "one":
        at = 100 * min(float(model.thresholds[column]), 0.99)
        cut = f'<rect class="cut" x="{at:.1f}%" width="1.5" height="100%"/>'
    return (
        f'<div{kind}><span class="name">{_both(theme, say)}</span>'
        f'<svg class="bar" aria-hidden="true"><rect class="all" width="100%" height="100%"/>'
        f'<rect class="own" width="{100 * probability:.1f}%" height="100%"/>{cut}</svg>'
        f'<span class="p">{100 * probability:.0f}&nbsp;%{given}</span></div>'
    )


def _below(row: TaggedRow, model: Model, say: Phrases, *, with_text: bool) -> str:
    if row.status == "error":
        english = "" if say.language == "en" else ' lang="en"'
        return f'<p class="bad"{english}>{escape(row.error)}</p>'
    if not row.text.strip():
        return _note(say("without text"))
    if not with_text:
        return _note(say("text elsewhere", n=MAX_TEXTS))
    names = {theme.id: say.label(theme) for theme in model.theme_list}
    text = row.text[:MAX_TEXT]
    spans = [(names[theme], [span]) for theme, span in row.passages.items()]
    cut = _note(say("cut")) if len(row.text) > MAX_TEXT else ""
    if beyond := [name for name, ((_, end),) in spans if end > MAX_TEXT]:
        cut += _note(say("evidence cut", themes=", ".join(dict.fromkeys(beyond))))
    what = escape(say("text and evidence" if len(beyond) < len(spans) else "text"))
    return f'<details><summary>{what}</summary><div class="text" dir="auto">{marked(text, spans)}</div>{cut}</details>'


def _note(said: str) -> str:
    return f'<p class="note">{escape(said)}</p>'
