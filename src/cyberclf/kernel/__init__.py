"""The fused batch scorer: one pass over the bytes of many articles, compiled by numba.

It says exactly what `Model.article` says of `article_bags` (within rounding), but keeps no Python object a
word.  What it rests on:

- News repeats its words.  A table of the words just met, by a hash of their raw bytes, gives what a word means
  (its term, its flags) with one look; only a word not found there is folded, stemmed and looked up.
- A pair of words is looked up only where both can stand in one, which their flags say.
- Counts of a passage are kept in an array of terms and the list of those touched; scores are added up when the
  passage is complete.

Articles with signs whose folding it does not know (a sign beyond
the second Unicode plane) are left to the reference, so equality has no exceptions.
"""

from cyberclf.kernel.scorer import Kernel, Scored

__all__ = ["Kernel", "Scored"]
