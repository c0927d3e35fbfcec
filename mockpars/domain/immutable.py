"""What the nouns and facts are made of: values that nobody changes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform

_Class = TypeVar("_Class")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def immutable(cls: type[_Class]) -> type[_Class]:
    """Makes a data class that the type checker holds to be frozen.

    Python itself does not enforce it: that would treble the cost of making one, which every request does dozens of
    times, and add half to the time it takes to import the class. Use a frozen dataclass where a hash is needed.
    """
    return dataclass(slots=True)(cls)
