"""What callers of the library give as texts, checked."""

from collections.abc import Iterable, Mapping

__all__ = ["as_texts"]


def as_texts(given: Iterable[str], name: str = "texts") -> list[str]:
    """List texts.

    Parameters
    ----------
    given : iterable of str
    name : str, default "texts"
        What messages call them.

    Raises
    ------
    TypeError
        When it is one string, whose letters would be the texts; a table or mapping, whose names would be; or holds
        something else than strings.

    Examples
    --------
    >>> as_texts(("La loi.", "La mer."))
    ['La loi.', 'La mer.']
    """
    if isinstance(given, str):
        raise TypeError(f"{name} is one string; give a list of strings")
    if isinstance(given, Mapping) or hasattr(given, "columns"):
        raise TypeError(f"{name} is a table; give one column of it, as in table['text']")
    found = list(given)
    for row, text in enumerate(found):
        if not isinstance(text, str):
            raise TypeError(f"{name}[{row}] is {type(text).__name__}, not a string")
    return found
