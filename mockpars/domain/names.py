"""Comparing names as PARS does: case, accents and surrounding space do not count, anything else does."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_STROKES = str.maketrans({"ø": "o", "đ": "d", "ð": "d", "ł": "l", "ħ": "h", "ŧ": "t", "\u0131": "i"})
"""Letters whose accent is a stroke through them, which Unicode does not take apart."""


@lru_cache(maxsize=4096)
def fold(name: str) -> str:
    """Reduces a name to what is compared (L5): 'Núñez ' and 'NUNEZ' become the same."""
    bare = unicodedata.normalize("NFKD", name.strip()).casefold()
    bare = "".join(letter for letter in bare if not unicodedata.combining(letter))
    return bare.translate(_STROKES)
