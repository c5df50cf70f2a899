"""What of a corpus is no error but is hardly meant: said before it is learnt from."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

from cyberclf.corpus import Corpus
from cyberclf.events import days_of, month_first
from cyberclf.labelled import LabelledArticle
from cyberclf.themes import DIGITAL_POLICY

__all__ = ["doubts"]

#: What people separate ids by, where it should be ``;``.
_SEPARATORS: Final = re.compile("[,|/]")
_MOST: Final = 5
_ACCENTS: Final = re.compile("[\u0300-\u036f]")
#: Of a word that is long enough to have one.
_PLURAL: Final = re.compile(r"(?<=\w{5})[sx]$")
#: What people and programs write where nothing is.
_NOTHING: Final = frozenset({"none", "nan", "<na>", "na", "n/a", "null", "nil", "-", "--", "aucun", "aucune", "rien"})
#: A theme that so many times as many articles have as are said to lack it.
_FEW: Final = 5
#: A theme that others have in so many articles, and a file should have in so many, and has in none, was perhaps not
#: looked for there.
_MISSED: Final = 10
#: Of so small a part of the articles to have no theme may be an oversight.
_RARE: Final = 0.02


def doubts(corpus: Corpus) -> list[str]:
    """Say what of a corpus is hardly meant, a line each.

    Parameters
    ----------
    corpus : Corpus

    Returns
    -------
    list of str
        On themes that are several ids in one, that are spelt nearly alike or by the name of another, whose name says
        that there is none, or that little can be learnt of; on the few articles without a theme; on themes that one
        file names and another does not; on articles that stand there twice; on dates that cannot be read.
    """
    found = [*_names(corpus.themes), *_lopsided(corpus)]
    if len(found) > _MOST:
        found = [*found[:_MOST], f"and {len(found) - _MOST} more on themes"]
    without = [article for article in corpus.articles if not article.themes]
    if 0 < len(without) <= _RARE * len(corpus.articles):
        found.append(
            f"{without[0].where}: no theme; {len(without)} of {len(corpus.articles)} articles have none, so new ones "
            "may have none too; if it was forgotten, add it"
        )
    found += [*_repeated(corpus.articles), *_unnamed(corpus)]
    return [*found, *_undated([article for article in corpus.articles if article.date and article.kind == "press"])]


def _undated(articles: Sequence[LabelledArticle]) -> Iterator[str]:
    """Say which dates cannot be read: by the others, articles of one event are told."""
    days = days_of(article.date for article in articles)
    undated = [article for article, day in zip(articles, days, strict=True) if not day]
    number = "1 date is" if len(undated) == 1 else f"{len(undated)} dates are"
    lost = f"{number} read as none, so the articles are not told to be of one event by them: the scores"
    if american := [article for article in undated if month_first(article.date or "")]:
        where, date = american[0].where, american[0].date
        yield f"{where}: date '{date}' has the month first, so none like it can be told; {lost} may flatter"
    elif undated:
        yield f"{undated[0].where}: date '{undated[0].date}' is neither YYYY-MM-DD nor DD/MM/YYYY; {lost} may flatter"


def _names(themes: Sequence[str]) -> Iterator[str]:
    known = set(themes)
    alike = defaultdict(list)
    for theme in themes:
        alike[_bare(theme)].append(theme)
        parts = [part for part in map(str.strip, _SEPARATORS.split(theme)) if part]
        if theme.casefold() in _NOTHING:
            yield f"theme '{theme}' is taken for a theme; where an article has none, leave the cell empty"
        elif len(parts) > 1 and known.intersection(parts):
            yield f"theme '{theme}' is taken for one; if it is {len(parts)}, separate them by ;"
    for several in alike.values():
        if len(several) > 1:
            listed = ", ".join(f"'{one}'" for one in several[:-1])
            many = "two" if len(several) == 2 else str(len(several))
            yield f"themes {listed} and '{several[-1]}' are taken for {many}; if they are one, write them alike"
    ids = {_bare(name): theme.id for theme in DIGITAL_POLICY for name in (theme.name, theme.name_fr)}
    for theme in themes:
        if (meant := ids.get(_bare(theme))) in known and meant != theme:
            yield f"theme '{theme}' is taken for one of its own; if it is '{meant}', write that"


def _bare(theme: str) -> str:
    """Without what people write now one way, now another: capitals, accents, apostrophes, the plural's ending."""
    bare = _ACCENTS.sub("", unicodedata.normalize("NFD", theme.casefold())).replace("’", "'")
    return _PLURAL.sub("", bare)


def _lopsided(corpus: Corpus) -> Iterator[str]:
    for theme in corpus.unmet:
        yield f"theme '{theme}' is in no article"
    counts, n_articles = corpus.counts(), len(corpus.articles)
    # Where all are so, training refuses the corpus, and says why.
    if not any(lacking for _, lacking in counts.values()):
        return
    for theme, (having, lacking) in counts.items():
        unjudged = n_articles - having - lacking
        if not lacking:
            yield f"theme '{theme}' is in every article judged for it: nothing tells it from the rest"
        elif _FEW * lacking < having and lacking < unjudged:
            yield (
                f"theme '{theme}' is not judged in {unjudged} of {n_articles} articles, and said to be lacking in "
                f"{lacking} alone; in a 0/1 table write 0, not an empty cell, where an article lacks a theme"
            )


def _unnamed(corpus: Corpus) -> Iterator[str]:
    """Say what theme a file should have often, by the others, and never names: its articles are taken to lack it."""
    of_file: dict[str, list[LabelledArticle]] = defaultdict(list)
    for article in corpus.articles:
        of_file[article.where.rpartition(":")[0]].append(article)
    counts, found = corpus.counts(), []
    for file, own in of_file.items():
        named = frozenset[str]().union(*(article.themes | article.not_judged for article in own))
        share = len(own) / max(1, len(corpus.articles) - len(own))
        # A file without any theme is one of articles that have none.
        if any(article.themes for article in own):
            found += [
                (file, theme)
                for theme in corpus.themes
                if theme not in named and counts[theme][0] * min(1, share) >= _MISSED
            ]
    if found:
        file, theme = found[0]
        more = f" ({len(found)} such in all)" if len(found) > 1 else ""
        yield (
            f"{file}: '{theme}' is in none of its {len(of_file[file])} articles, and often in other files{more}; they "
            "are taken to lack it: where nobody judged a theme, list it in not_judged"
        )


def _repeated(articles: Sequence[LabelledArticle]) -> Iterator[str]:
    first: dict[str, LabelledArticle] = {}
    same: list[tuple[str, str]] = []
    contrary: list[tuple[str, str]] = []
    for article in articles:
        if article.bags is not None and not any(article.bags):
            continue
        before = first.setdefault(article.digest, article)
        if before is not article:
            apart = (before.themes ^ article.themes) - before.not_judged - article.not_judged
            (contrary if apart else same).append((article.where, before.where))
    for pairs, said in ((same, "the same article as"), (contrary, "the same article, with other themes, as")):
        if pairs:
            yield f"{pairs[0][0]}: {said} {pairs[0][1]}; {len(pairs)} such in all"
