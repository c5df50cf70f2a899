"""What pages and tables say to people, in English and in French."""

from dataclasses import dataclass
from typing import Final, Literal, get_args

from cyberclf.themes import Theme

__all__ = ["LANGUAGES", "Language", "Phrases"]

Language = Literal["en", "fr"]
LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)

#: Each phrase in the order of `LANGUAGES`.  The spaces of French that do not break: U+00A0 before a colon and in
#: quotes, the narrow U+202F before a semicolon.
_PHRASES: Final[dict[str, tuple[str, str]]] = {
    # of both
    "no theme": ("no theme", "aucun thème"),
    "to review": ("review: {names}", "à relire\u00a0: {names}"),
    "next": ("; ", "\u202f; "),
    # of a table
    "nearest": ("no theme (nearest: {theme})", "aucun thème (le plus proche\u00a0: {theme})"),
    "unread": ("error: {reason}", "erreur\u00a0: {reason}"),
    "unjudged empty": ("empty: no word to judge by", "vide\u00a0: aucun mot sur lequel se fonder"),
    "unjudged short": (
        "short: fewer than {n} words, too few to judge",
        "court\u00a0: moins de {n} mots, trop peu pour juger",
    ),
    "unjudged foreign": (
        "foreign: not the language that the model was trained on",
        "autre langue que celle apprise par le modèle",
    ),
    # of its explanations
    "most probable": ("given if most probable", "donné s’il est le plus probable"),
    "for want of others": (
        "given as the most probable, none having reached its threshold ({threshold} here)",
        "donné comme le plus probable, aucun n’ayant atteint son seuil (ici {threshold})",
    ),
    "from": ("given from {threshold}", "donné à partir de {threshold}"),
    "mark": ("[{names}: {sentence}]", "[{names}\u00a0: {sentence}]"),
    "theme": ("{theme}: {why}", "{theme}\u00a0: {why}"),
    "terms for": ("for: {terms}", "pour\u00a0: {terms}"),
    "terms against": ("against: {terms}", "contre\u00a0: {terms}"),
    "no term": ("nothing", "rien"),
    # of the page, above the rows
    "page": ("Articles by theme: cyberclf", "Articles par thème – cyberclf"),
    "kicker": ("cyberclf · articles by theme", "cyberclf · articles par thème"),
    "one article": ("{n} article", "{n} article"),
    "articles": ("{n} articles", "{n} articles"),
    "counted": ("{n} {status}", "{status}\u00a0: {n}"),
    "of them without": (" ({n} of them without a theme)", " (dont {n} sans thème)"),
    "bars": (
        "A bar is the probability of a theme; {rule}. The highlighted passage is the one that speaks most for it.",
        (
            "Chaque barre donne la probabilité d’un thème\u202f; {rule}. "
            "Le passage surligné est celui qui plaide le plus pour ce thème."
        ),
    ),
    "rule any": (
        "the mark in it is the threshold from which the theme is given",
        "le repère y marque le seuil à partir duquel le thème est donné",
    ),
    "rule some": (
        "the mark in it is the threshold from which the theme is given; the likeliest is if none is reached",
        (
            "le repère y marque le seuil à partir duquel le thème est donné\u202f; "
            "si aucun seuil n’est atteint, c’est le thème le plus probable qui l’est"
        ),
    ),
    "rule one": ("the most probable theme is given", "le thème le plus probable est donné"),
    "most given": (
        "Of {of} themes, the {n} given most are counted here.",
        "Sur {of} thèmes, les {n} les plus donnés sont comptés ici.",
    ),
    "capped": (
        (
            "The texts of the first {n} articles are on this page; of the other {others} only the rows. "
            "Tag fewer files at once to read them here."
        ),
        (
            "Cette page contient les textes des {n} premiers articles\u202f; des autres ({others}), elle ne montre "
            "que les lignes. Pour les lire ici, classez moins de fichiers à la fois."
        ),
    ),
    # of its controls
    "search": ("Search", "Rechercher"),
    "words": ("Words of title or text", "Mots du titre ou du texte"),
    "by theme": ("Theme", "Thème"),
    "all": ("all", "tous"),
    "for review": ("for review", "à relire"),
    "sort": ("Sort by", "Trier par"),
    "by file": ("order of the files", "ordre des fichiers"),
    "by title": ("title", "titre"),
    "by status": ("status", "statut"),
    "by probability": ("{theme}: probability", "{theme}\u00a0: probabilité"),
    "reverse": ("Reverse order", "Inverser l’ordre"),
    "open": ("Open all texts", "Ouvrir tous les textes"),
    "close": ("Close all texts", "Fermer tous les textes"),
    "clear": ("Clear", "Réinitialiser"),
    "before shown": ("", "Articles affichés\u00a0: "),
    "shown of": (" of ", " sur "),
    "after shown": (" shown", ""),
    # of its rows
    "caption": ("Articles and their themes", "Articles et leurs thèmes"),
    "article": ("Article", "Article"),
    "likeliest": ("Likeliest themes", "Thèmes les plus probables"),
    "status": ("Status", "Statut"),
    "status ok": ("judged", "jugés"),
    "status short": ("fewer than {n} words", "moins de {n} mots"),
    "status foreign": ("not the model's language", "autre langue que celle du modèle"),
    "status empty": ("no word to judge by", "aucun mot"),
    "status error": ("could not be read", "lecture impossible"),
    "given": ("given", "donné"),
    "themes given": ("themes given", "classé"),
    "all the same": ("{status}: themes given all the same", "{status}\u00a0: classé malgré tout"),
    "without text": ("No text.", "Pas de texte."),
    "text elsewhere": (
        "Text not on this page: it has those of the first {n} articles.",
        "Texte absent de cette page, qui contient ceux des {n} premiers articles.",
    ),
    "cut": ("The article goes on; it is cut here.", "L’article continue\u202f; il est coupé ici."),
    "evidence cut": (
        "The evidence of {themes} lies in what is cut.",
        "Ce qui plaide pour {themes} se trouve dans la partie coupée.",
    ),
    "text": ("Text", "Texte"),
    "text and evidence": ("Text and evidence", "Texte et passages surlignés"),
}

#: Class terms as an explanation calls them; in English their labels do.
_CLASS_TERMS: Final[dict[str, str]] = {
    "@n1": "un État nommé",
    "@n2": "deux États nommés",
    "@n3": "trois États nommés",
    "@state": "un État dans la phrase",
    "@states": "plusieurs États dans une même phrase",
}
_CLASSES: Final[dict[str, str]] = {
    "ai": "IA",
    "cooperation": "coopération",
    "digital": "numérique",
    "law": "droit",
    "rules": "règles",
    "state": "État",
    "states": "plusieurs États",
    "training": "formation",
}


@dataclass(frozen=True, slots=True)
class Phrases:
    """The phrases of one language, and how it writes numbers and names.

    Parameters
    ----------
    language : {"en", "fr"}
    """

    language: Language = "en"

    def __call__(self, phrase: str, **parts: str | int) -> str:
        """Say a phrase, with its parts in their places; whole numbers are written as `number` does.

        Examples
        --------
        >>> Phrases("fr")("status short", n=6)
        'moins de 6 mots'
        """
        said = {name: self.number(part) if isinstance(part, int) else part for name, part in parts.items()}
        return _PHRASES[phrase][LANGUAGES.index(self.language)].format(**said)

    def number(self, number: int) -> str:
        """Write a whole number.

        Examples
        --------
        >>> Phrases("en").number(1234), Phrases("fr").number(1234)
        ('1,234', '1\u202f234')
        """
        written = f"{number:,}"
        return written.replace(",", "\u202f") if self.language == "fr" else written

    def hundredths(self, value: float, *, signed: bool = False) -> str:
        """Write a number to two decimals.

        Examples
        --------
        >>> Phrases("en").hundredths(0.85), Phrases("fr").hundredths(0.85, signed=True)
        ('0.85', '+0,85')
        """
        written = f"{value:+.2f}" if signed else f"{value:.2f}"
        return written.replace(".", ",") if self.language == "fr" else written

    def articles(self, number: int) -> str:
        """Count articles: of none, English has the plural and French the singular."""
        few = number < 2 if self.language == "fr" else number == 1
        return self("one article" if few else "articles", n=number)

    def names(self, theme: Theme) -> tuple[str, str]:
        """Name a theme in this language and in the other."""
        return (theme.name_fr, theme.name) if self.language == "fr" else (theme.name, theme.name_fr)

    def label(self, theme: Theme) -> str:
        """Name a theme in both languages in one line, this one's first."""
        return " / ".join(dict.fromkeys(self.names(theme)))

    def brief(self, theme: Theme) -> str:
        """Name a theme where many stand in a line of a table; its id is English."""
        return theme.name_fr if self.language == "fr" else theme.id

    def term(self, term: str, label: str) -> str:
        """Call a term as people do.

        Parameters
        ----------
        term, label : str
            Of a `TermPart`.

        Examples
        --------
        >>> say = Phrases("fr")
        >>> [say.term(term, "") for term in ("@digital+law", "@title:law", "@n2")]
        ['numérique et droit dans un même passage', 'droit dans la première phrase', 'deux États nommés']
        """
        if self.language == "en" or not term.startswith("@"):
            return label
        name = term[1:].removeprefix("title:")
        classes = [_CLASSES.get(part, part) for part in name.split("+")]
        if len(classes) > 1:
            return f"{' et '.join(classes)} dans un même passage"
        if name != term[1:]:
            return f"{classes[0]} dans la première phrase"
        return _CLASS_TERMS.get(term) or f"mots «\u00a0{classes[0]}\u00a0»"
