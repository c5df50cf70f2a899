"""pandas frames, tagged: the same rows, with columns more."""

from typing import TYPE_CHECKING, Any

from cyberclf.columns import columns_of, free_names, our_names
from cyberclf.errors import one_line
from cyberclf.model import Model
from cyberclf.rows import from_rows
from cyberclf.tagging import chunked, tag_chunks

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["tag_frame"]


def tag_frame(
    model: Model, frame: "pd.DataFrame", *, text: str = "text", title: str | None = "title", n_jobs: int | None = 1
) -> "pd.DataFrame":
    """Tag the rows of a frame.

    Parameters
    ----------
    model : Model
    frame : pandas.DataFrame
        It is not changed.
    text : str, default "text"
        Column of the texts.
    title : str or None, default "title"
        Column of the titles, each of which is put before its text; ``title`` counts only where there is one.
    n_jobs : int or None, default 1
        Workers; None: one, -1: as many as there are cores, as joblib counts.

    Returns
    -------
    pandas.DataFrame
        The columns and the index of `frame`, then ``themes`` and ``review`` (lists of ids), ``p_THEME`` (of every
        theme, NaN where it could not be read), ``passages`` (lists of objects: theme, start, end),
        ``status`` and ``error``.  One whose name is taken gets the prefix ``cyberclf_``.

    Raises
    ------
    KeyError
        When the frame has no such column, or two.
    TypeError
        When it is no frame.

    Examples
    --------
    >>> import cyberclf, pandas as pd
    >>> frame = pd.DataFrame({"text": ["Une loi sur la cybersécurité est adoptée.", None]}, index=["a", "b"])
    >>> cyberclf.load().tag_frame(frame).status.to_dict()
    {'a': 'ok', 'b': 'error'}
    """
    import pandas as pd

    if not isinstance(frame, pd.DataFrame):
        raise TypeError(f"{type(frame).__name__} is no frame of pandas; for texts alone call tag_many")
    if title == "title" and title not in frame.columns:
        title = None
    for name in (text, title) if title is not None else (text,):
        if name not in frame.columns:
            raise KeyError(
                f"the frame has no column '{name}'; it has {one_line(', '.join(map(str, frame.columns[:12])))}"
            )
        if list(frame.columns).count(name) > 1:
            raise KeyError(f"the frame has two columns '{name}'; rename one")
    titles = frame[title] if title is not None else [None] * len(frame)

    def rows() -> Any:
        for place, (body, head) in enumerate(zip(frame[text], titles, strict=True)):
            # NaN and NA are how pandas says that there is nothing.
            yield f"row {place}", {"text": body, "title": head if isinstance(head, str) else None}

    columns: dict[str, list[Any]] = {name: [] for name in our_names(model.themes)}
    for tagged in tag_chunks(chunked(from_rows(rows())), model, n_jobs=n_jobs or 1):
        for name, values in columns_of(tagged, exact=True).items():
            columns[name] += list(values)
    names = free_names(model.themes, frame.columns)
    added = pd.DataFrame(
        {
            names[name]: pd.Series(values, index=frame.index, dtype="float64" if name.startswith("p_") else "object")
            for name, values in columns.items()
        },
        index=frame.index,
    )
    return pd.concat([frame, added], axis=1)
