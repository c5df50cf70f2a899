"""What of a corpus is no error but is hardly meant: said before it is learnt from."""

import re
from collections import defaultdict
from typing import Final

from cyberclf.corpus import Corpus
from cyberclf.events import day_of

__all__ = ["doubts"]

#: What people separate ids by, where it should be ``;``.
_SEPARATORS: Final = re.compile(r"\s*[,|/]\s*")
_MOST: Final = 5


def doubts(corpus: Corpus) -> list[str]:
    """Say what of a corpus is hardly meant, a line each.

    Parameters
    ----------
    corpus : Corpus

    Returns
    -------
    list of str
        On themes that are several ids in one, themes that differ in capitals alone, dates that cannot be read.
    """
    known = set(corpus.themes)
    found = []
    for theme in corpus.themes:
        parts = [part for part in _SEPARATORS.split(theme) if part]
        if len(parts) > 1 and known.intersection(parts):
            found.append(f"theme '{theme}' is taken for one; if it is {len(parts)}, separate them by ;")
    alike = defaultdict(list)
    for theme in corpus.themes:
        alike[theme.casefold()].append(theme)
    found += [
        f"themes '{themes[0]}' and '{themes[1]}' are taken for two, for capitals count"
        for themes in alike.values()
        if len(themes) > 1
    ]
    if len(found) > _MOST:
        found = [*found[:_MOST], f"and {len(found) - _MOST} themes more"]
    undated = [article for article in corpus.articles if article.date and not day_of(article.date)]
    if undated:
        found.append(
            f"{undated[0].where}: date '{undated[0].date}' is not YYYY-MM-DD; {len(undated)} such in all, "
            "which are not told to be of one event by their date"
        )
    return found
