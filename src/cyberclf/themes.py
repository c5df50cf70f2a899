"""The themes: an id that data and code use, and the names and definition that people read."""

import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cyberclf.errors import ThemesError, one_line

__all__ = ["DIGITAL_POLICY", "Theme", "id_fault", "known_themes", "read_themes", "theme_id"]

#: Names of rows in tables of scores, beside those of the themes.
_RESERVED: Final = frozenset({"all", "macro", "micro", "no theme"})


@dataclass(frozen=True, slots=True)
class Theme:
    """One theme.

    Parameters
    ----------
    id : str
        As in the corpus.
    name, name_fr : str
        Shown to people, in English and in French.
    definition : str
        When an article has it.
    """

    id: str
    name: str
    name_fr: str
    definition: str = ""

    @property
    def label(self) -> str:
        """Both names in one line.

        Examples
        --------
        >>> Theme("ai_regulation", "AI regulation", "Régulation de l'IA").label
        "AI regulation / Régulation de l'IA"
        """
        return self.name if self.name == self.name_fr else f"{self.name} / {self.name_fr}"


def theme_id(written: str) -> str:
    """Id as it is kept: letters with their accents, however they were written, as one character (Unicode's NFC).

    Examples
    --------
    >>> theme_id("pe\u0302che") == "p\u00eache"
    True
    """
    return unicodedata.normalize("NFC", written)


def id_fault(theme: str) -> str | None:
    """Say what is wrong with an id, which stands in lists, tables and file headers; None where nothing is.

    Examples
    --------
    >>> id_fault("pêche") is None
    True
    >>> id_fault("macro")
    "theme id 'macro' names a row of the scores; give the theme another id"
    """
    try:
        theme.encode()
    except UnicodeEncodeError:
        return "a theme id holds half a character; write it as UTF-8"
    control = any(unicodedata.category(sign) == "Cc" for sign in theme)
    if not theme or ";" in theme or control or len(theme.splitlines()) > 1 or theme.strip() != theme:
        return f"theme id {theme[:40]!r}: an id is one line without ';', control signs or space around it"
    if theme[0] in "[{" and (theme[-1] in "]}" or theme[1:2] in ("'", '"')):
        return f"theme id {theme[:40]!r}: looks like a list written as text; write ids alone, with ';' between them"
    if theme in _RESERVED:
        return f"theme id '{theme}' names a row of the scores; give the theme another id"
    return None


#: The themes of the codebook, in its order.
DIGITAL_POLICY = (
    Theme(
        "strategy",
        "Strategy and governance",
        "Stratégie et gouvernance",
        "A public strategy, policy, law, institution or governance of the digital domain is drafted, "
        "debated, adopted, evaluated or put to work.",
    ),
    Theme(
        "bilateral_cooperation",
        "Bilateral cooperation",
        "Coopération bilatérale",
        "Two named states, or a state and a party acting for a state or a bloc, cooperate in the digital domain.",
    ),
    Theme(
        "ai_regulation",
        "AI regulation",
        "Régulation de l'IA",
        "Rules, norms, ethics, oversight or governance of artificial intelligence.",
    ),
    Theme(
        "capacity_building",
        "Capacity building",
        "Renforcement des capacités",
        "People or institutions are trained, taught, certified, made aware or equipped with skills "
        "in the digital domain.",
    ),
)


def known_themes(ids: Iterable[str], given: Mapping[str, Theme] | None = None) -> tuple[Theme, ...]:
    """Themes for `ids`: as given, else as in the codebook, else the id as its own name.

    Examples
    --------
    >>> [theme.name for theme in known_themes(["strategy", "fishing"])]
    ['Strategy and governance', 'fishing']
    """
    names = {theme.id: theme for theme in DIGITAL_POLICY} | dict(given or {})
    return tuple(names.get(key, Theme(key, key, key)) for key in ids)


def read_themes(path: str | Path) -> dict[str, Theme]:
    """Read the names of themes from a TOML file of ``[[theme]]`` tables.

    Parameters
    ----------
    path : str or Path
        Each table has ``id``, and optionally ``name``, ``name_fr`` and ``definition`` (strings).

    Returns
    -------
    dict of str to Theme

    Raises
    ------
    ThemesError
        When the file is no such TOML.
    OSError
        When it cannot be read.
    """
    try:
        table = tomllib.loads(Path(path).read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:
        # Not always a TOMLDecodeError: of numbers of thousands of digits, and of tables in tables in tables.
        raise ThemesError(f"{path}: not a TOML file in UTF-8: {one_line(error)}") from None
    rows = table.get("theme")
    if not isinstance(rows, list) or not rows:
        raise ThemesError(f"{path}: has no [[theme]] table; write one per theme, with id, name and name_fr")
    themes: dict[str, Theme] = {}
    for number, row in enumerate(rows, 1):
        values = row if isinstance(row, dict) else {}
        unknown = sorted(set(values) - {"id", "name", "name_fr", "definition"})
        if not values.get("id") or unknown or not all(isinstance(v, str) for v in values.values()):
            said = f"unknown key {unknown[0]}" if unknown else "needs an id, and strings only"
            raise ThemesError(f"{path}: [[theme]] number {number}: {said}")
        key = theme_id(values["id"])
        if key in themes:
            raise ThemesError(f"{path}: [[theme]] number {number}: id {key} stands twice")
        if fault := id_fault(key):
            raise ThemesError(f"{path}: [[theme]] number {number}: {fault}")
        name = values.get("name") or values.get("name_fr") or key
        themes[key] = Theme(key, name, values.get("name_fr") or name, values.get("definition", ""))
    return themes
