"""What the nouns and facts are made of: values that nobody changes."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, TypeVar, dataclass_transform

_Class = TypeVar("_Class")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def immutable(cls: type[_Class]) -> type[_Class]:
    """Makes a data class that the type checker holds to be frozen.

    Python itself does not enforce it: that would treble the cost of making one, which every request does dozens of
    times. Nor does it write each class methods of its own to compare and print, which would double the time that
    importing the class takes; all share those below. Use a frozen dataclass where a hash is needed.
    """
    made = dataclass(slots=True, repr=False, eq=False)(cls)
    for method in (__eq__, __repr__):
        setattr(made, method.__name__, method)
    made.__hash__ = None  # type: ignore[assignment]  # as Python has it for what compares by value
    return made


def __eq__(self: Any, other: Any) -> Any:
    """Equal when of the same class, with equal fields."""
    if other.__class__ is not self.__class__:
        return NotImplemented
    return all(getattr(self, one.name) == getattr(other, one.name) for one in fields(self) if one.compare)


def __repr__(self: Any) -> str:
    """As a data class prints itself: secrets are fields that say `repr=False`."""
    shown = ", ".join(f"{one.name}={getattr(self, one.name)!r}" for one in fields(self) if one.repr)
    return f"{self.__class__.__qualname__}({shown})"
