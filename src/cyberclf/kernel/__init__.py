"""The fused batch scorer: one pass over the bytes of many articles, compiled by numba.

It says exactly what `Model.article` says of `article_bags` (within rounding), but keeps no Python object a
word.  What it rests on:

- Where words begin and end is marked in bits, many bytes at once (`wide`), and a word is hashed sixteen bytes at once;
  only what is neither ASCII nor a letter of Latin-1, or may go on after a sign, is read sign by sign (`read`).
- News repeats its words.  What a word means (its term, its flags) is remembered by a hash of its raw bytes; only one
  not met lately is folded, stemmed and looked up (`words`).  Frequent words and terms lie side by side.
- A pair of words is looked up only where both can stand in one, which their flags say (`count`).
- Counts of a passage are kept in an array of terms and the list of those touched; scores are added up when the
  passage is complete (`scoring`).
- Compiled functions count no references: whoever calls holds the arrays (`compiling`).

Articles with signs whose folding it does not know (a sign beyond the second Unicode plane), or with a word of more than
a thousand bytes, are left to the reference, so equality has no exceptions.
"""

from cyberclf.kernel.scorer import Kernel, Scored

__all__ = ["Kernel", "Scored"]
