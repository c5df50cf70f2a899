"""How functions are compiled, and how what was compiled is kept from one process to the next."""

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Final

import numba

from cyberclf import passages, text

__all__ = ["compiled", "contracted", "inlined", "kept", "sources_stamp"]

# Without references counted: it would cost more than the scoring, and nothing here makes an array.
_ARGS: Final[dict[str, Any]] = {"nogil": True, "error_model": "numpy", "_nrt": False}

#: A part of what `kept` compiles.
compiled: Final = numba.njit(**_ARGS)
#: The same, put in by numba itself: for what is too small to be a call, and what LLVM would not put in.
inlined: Final = numba.njit(inline="always", **_ARGS)

#: The same, where a product may be added before it is rounded.
contracted: Final = numba.njit(fastmath={"contract"}, **_ARGS)


@cache
def sources_stamp() -> int:
    """Return a number that changes with any file whose code or constants are compiled."""
    here = sorted(Path(__file__).parent.glob("*.py"))
    files = [*here, *(Path(str(module.__file__)) for module in (passages, text))]
    digest = hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).digest()
    return int.from_bytes(digest[:7], "little")


def kept(function: Callable[..., Any]) -> Any:
    """Compile a function, and keep it on disk for as long as no source changes.

    numba looks only at the file of the function that it keeps, not at those of the functions called there; and it
    fails where a kept signature names a class that is no more.  It keeps a function under its name: so with the stamp
    in that, what was made of other sources is never opened.

    Where no folder can be written (numba says so by RuntimeError), it is compiled for this process alone.
    """
    function.__qualname__ += f"_{sources_stamp():x}"
    try:
        return numba.njit(cache=True, **_ARGS)(function)
    except RuntimeError:
        return numba.njit(**_ARGS)(function)
