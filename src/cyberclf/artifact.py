"""Model <-> file: one safetensors file, whose opening never runs code."""

import hashlib
import json
import math
import os
import stat
from pathlib import Path
from typing import IO, Any, Final, cast

import numpy as np

from cyberclf.analyzer import analyzer_settings
from cyberclf.calibration import FAVOURS
from cyberclf.conformal import LEVELS, grid_row
from cyberclf.errors import ArtifactError
from cyberclf.files import atomic_write, shipped
from cyberclf.giving import PER_ARTICLE
from cyberclf.model import Model
from cyberclf.themes import Theme, id_fault, theme_id

__all__ = ["FORMAT_VERSION", "SHIPPED", "fingerprint", "load", "save"]

#: Rises when a reader of the version before could not use the file.
FORMAT_VERSION: Final = 1
#: A header of more bytes is not one of ours, either; of the model that comes with the package it has some 46,000.
MAX_HEADER: Final = 16_000_000
_KEY: Final = "cyberclf"
SHIPPED: Final = "models/cyberclf.safetensors"
#: An artifact beyond this is not one of ours; it bounds what a stranger's file can make us read.
MAX_BYTES: Final = 2_000_000_000
#: The arrays, and the type that each is saved in, as the format names it.
_DTYPES: Final = {
    "vocabulary": "U8",
    "idf": "F32",
    "idf_whole": "F32",
    "coef": "F32",
    "intercept": "F32",
    "coef_whole": "F32",
    "intercept_whole": "F32",
    "review": "F64",
}
_NUMPY: Final = {"U8": "u1", "F32": "<f4", "F64": "<f8"}
_THEME_KEYS: Final = ("id", "name", "name_fr", "definition")


def save(model: Model, path: str | os.PathLike[str]) -> None:
    """Write a model to one safetensors file.

    The same model gives the same bytes.

    Raises
    ------
    ArtifactError
        When what its themes and metadata say is longer than an artifact's header may be.
    OSError
        When the file cannot be written; nothing is left half-written.
    """
    from safetensors.numpy import save as to_bytes

    header = {
        "format_version": FORMAT_VERSION,
        "themes": [{key: getattr(theme, key) for key in _THEME_KEYS} for theme in model.theme_list],
        "analyzer": analyzer_settings(),
        "calibration": model.calibration.tolist(),
        "thresholds": model.thresholds.tolist(),
        "favoured": dict(zip(FAVOURS, model.favoured.tolist(), strict=True)),
        "review_level": model.review_level,
        "per_article": model.per_article,
        **({"length_penalty": model.length_penalty} if model.length_penalty else {}),
        "metadata": dict(model.metadata),
    }
    tensors: dict[str, np.ndarray[Any, Any]] = {
        "vocabulary": np.frombuffer("\n".join(model.vocabulary).encode(), dtype=np.uint8),
        "idf": model.idf.astype(np.float32),
        "idf_whole": model.idf_whole.astype(np.float32),
        "coef": model.coef.astype(np.float32),
        "intercept": model.intercept.astype(np.float32),
        "coef_whole": model.coef_whole.astype(np.float32),
        "intercept_whole": model.intercept_whole.astype(np.float32),
        # Not in half precision: a bound moved inward would break its promise.
        "review": np.ascontiguousarray(model.review, dtype=np.float64),
    }
    # One key only: the library keeps several in no fixed order.
    said = json.dumps(header, ensure_ascii=False, sort_keys=True, allow_nan=False)
    # The library quotes it once more, which lengthens it.
    if len(said.encode()) > MAX_HEADER // 2:
        raise ArtifactError(f"{path}: themes and metadata of {len(said)} characters are more than an artifact can have")
    content = to_bytes(tensors, metadata={_KEY: said})
    with atomic_write(Path(path), "wb") as stream:
        cast("IO[bytes]", stream).write(content)


def load(path: str | os.PathLike[str] | None = None) -> Model:
    """Open an artifact.

    Parameters
    ----------
    path : str or path-like, optional
        Without it, the artifact that comes with the package.

    Returns
    -------
    Model

    Raises
    ------
    ArtifactError
        When the file is damaged, truncated, foreign, or made by a newer version.
    OSError
        When it cannot be read.

    Examples
    --------
    >>> import cyberclf
    >>> cyberclf.load().themes
    ('strategy', 'bilateral_cooperation', 'ai_regulation', 'capacity_building')
    """
    from safetensors import SafetensorError, deserialize

    file = Path(path) if path is not None else shipped(SHIPPED)
    # Read, not mapped into memory: of a file that another process writes over, reading would end this one.
    content = _sound_bytes(file)
    try:
        stored = dict(deserialize(content))  # type: ignore[no-untyped-call]
    except SafetensorError as error:
        raise ArtifactError(f"{file}: not an artifact, or damaged or cut short ({error})") from None
    length = int.from_bytes(content[:8], "little")
    said = json.loads(content[8 : 8 + length]).get("__metadata__", {}).get(_KEY)
    if said is None:
        raise ArtifactError(f"{file}: a safetensors file, but not of cyberclf; train one with 'cyberclf train'")
    header = _header(file, said)
    tensors = {}
    for name, dtype in _DTYPES.items():
        if name not in stored:
            raise ArtifactError(f"{file}: damaged: it has no {name}; train it again")
        tensor = stored[name]
        if tensor["dtype"] != dtype:
            raise ArtifactError(f"{file}: damaged: {name} is of type {tensor['dtype']}, not {dtype}; train it again")
        tensors[name] = np.frombuffer(tensor["data"], dtype=_NUMPY[dtype]).reshape(tensor["shape"])
    try:
        model = _model(header, tensors)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise ArtifactError(f"{file}: damaged: {type(error).__name__} {error}; train it again") from None
    if header["analyzer"].get("fingerprint") != analyzer_settings()["fingerprint"]:
        raise ArtifactError(f"{file}: was trained with other rules for terms; train it again with 'cyberclf train'")
    return model


def _sound_bytes(file: Path) -> bytes:
    """Read a file; refuse what is none, or is larger than ours, before it is taken into memory."""
    state = file.stat()
    if stat.S_ISDIR(state.st_mode):
        raise IsADirectoryError(f"{file}: is a folder; name an artifact (.safetensors)")
    if not stat.S_ISREG(state.st_mode):
        raise ArtifactError(f"{file}: is no regular file; name an artifact (.safetensors)")
    if state.st_size > MAX_BYTES:
        raise ArtifactError(f"{file}: {state.st_size} bytes is more than an artifact can have")
    with file.open("rb") as stream:
        begun = stream.read(8)
        length = int.from_bytes(begun, "little")
        if MAX_HEADER < length < state.st_size:
            raise ArtifactError(f"{file}: a header of {length} bytes is more than an artifact can have")
        return begun + stream.read(MAX_BYTES)


def fingerprint(path: str | os.PathLike[str] | None = None) -> str:
    """Sixteen hexadecimal digits of an artifact's bytes; without a path, of the one that comes with the package."""
    file = Path(path) if path is not None else shipped(SHIPPED)
    return hashlib.sha256(file.read_bytes()).hexdigest()[:16]


def _header(file: Path, said: str) -> dict[str, Any]:
    try:
        header = json.loads(said)
    except (ValueError, RecursionError):
        raise ArtifactError(f"{file}: damaged: its header is not JSON; train it again") from None
    version = header.get("format_version") if isinstance(header, dict) else None
    if not isinstance(version, int):
        raise ArtifactError(f"{file}: damaged: its header has no format version; train it again")
    if version > FORMAT_VERSION:
        raise ArtifactError(
            f"{file}: format {version} is newer than this cyberclf reads ({FORMAT_VERSION}); upgrade cyberclf"
        )
    return cast("dict[str, Any]", header)


def _model(header: dict[str, Any], tensors: dict[str, Any]) -> Model:
    themes = _themes(header["themes"])
    joined = tensors["vocabulary"].tobytes().decode()
    if joined.count("\n") > len(tensors["idf"]):
        raise ValueError("the vocabulary has more terms than there are weights")
    vocabulary = tuple(joined.split("\n")) if joined else ()
    if len(set(vocabulary)) < len(vocabulary):
        raise ValueError("a term stands twice in the vocabulary")
    model = Model(
        theme_list=themes,
        vocabulary=vocabulary,
        idf=tensors["idf"].astype(np.float64),
        idf_whole=tensors["idf_whole"].astype(np.float64),
        coef=tensors["coef"].astype(np.float64),
        intercept=tensors["intercept"].astype(np.float64),
        coef_whole=tensors["coef_whole"].astype(np.float64),
        intercept_whole=tensors["intercept_whole"].astype(np.float64),
        calibration=np.array(header["calibration"], dtype=np.float64),
        thresholds=np.array(header["thresholds"], dtype=np.float64),
        favoured=np.array([header["favoured"][favour] for favour in FAVOURS], dtype=np.float64),
        review=tensors["review"].astype(np.float64),
        review_level=float(header["review_level"]),
        # Artifacts made before there was a choice go by thresholds.
        per_article=header.get("per_article", "any"),
        length_penalty=float(header.get("length_penalty", 0.0)),
        metadata=dict(header["metadata"]),
    )
    n_terms, n_themes = len(vocabulary), len(themes)
    expected = {
        "idf": (n_terms,),
        "idf_whole": (n_terms,),
        "coef": (n_terms, n_themes),
        "intercept": (n_themes,),
        "coef_whole": (n_terms, n_themes),
        "intercept_whole": (n_themes,),
        "calibration": (2, n_themes),
        "thresholds": (n_themes,),
        "favoured": (len(FAVOURS), n_themes),
        "review": (2, len(LEVELS), n_themes),
    }
    for name, shape in expected.items():
        values = getattr(model, name)
        if values.shape != shape:
            raise ValueError(f"{name} has shape {values.shape}, not {shape}")
        if not math.isfinite(float(np.abs(values).sum())):
            raise ValueError(f"{name} holds a number that is not finite")
    if not 0.0 <= model.length_penalty <= 1.0:
        raise ValueError("length_penalty is not between 0 and 1")
    if not math.isfinite(model.foreign_below):
        raise ValueError("foreign_below is not a finite number")
    _check_probabilities(model)
    if model.per_article not in PER_ARTICLE:
        raise ValueError(f"per_article is none of {', '.join(PER_ARTICLE)}")
    if not isinstance(header["analyzer"], dict) or not n_themes:
        raise ValueError("no analyzer or no theme")
    return model


def _themes(rows: list[dict[str, Any]]) -> tuple[Theme, ...]:
    made = ({key: str(row[key]) for key in _THEME_KEYS} for row in rows)
    themes = tuple(Theme(**row | {"id": theme_id(row["id"])}) for row in made)
    if len({theme.id for theme in themes}) < len(themes):
        raise ValueError("two themes have the same id")
    for theme in themes:
        if fault := id_fault(theme.id):
            raise ValueError(fault)
        # Halves of characters, which no output could hold.
        f"{theme.label}{theme.definition}".encode()
    return themes


def _check_probabilities(model: Model) -> None:
    for name in ("thresholds", "favoured", "review"):
        values = getattr(model, name)
        if values.size and not 0.0 <= values.min() <= values.max() <= 1.0:
            raise ValueError(f"{name} holds a number that is no probability")
    f1, precision, recall = model.favoured
    if (precision < f1).any() or (recall > f1).any():
        raise ValueError("favoured: a threshold for precision is below, or one for recall above, that for F1")
    lower, upper = model.review
    if (np.diff(lower, axis=0) < 0).any() or (np.diff(upper, axis=0) > 0).any():
        raise ValueError("review: a bound at a laxer level is farther out than at a stricter one")
    grid_row(model.review_level)
