"""A record's life as a drawing: one track for the record and one for each destination, and where the clock stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mockpars.domain.model import LearnerRecord
from mockpars.domain.timeline import Transition

WIDTH = 720
_LEFT, _RIGHT, _TOP, _TRACK, _WORD = 92, 34, 26, 42, 64
_BELOW, _ABOVE = 18, -11


@dataclass(frozen=True, slots=True)
class Dot:
    """A status reached, or still to come, on a track."""

    x: int
    y: int
    status: str
    at: datetime
    reached: bool
    label: int | None
    """Where its word stands, in pixels below it; nowhere when there is no room."""


@dataclass(frozen=True, slots=True)
class Track:
    """A line of the drawing."""

    name: str
    y: int
    dots: tuple[Dot, ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    """Everything the SVG needs, in pixels."""

    width: int
    height: int
    left: int
    right: int
    tracks: tuple[Track, ...]
    now_x: int


def draw(record: LearnerRecord, steps: Sequence[Transition], now: datetime) -> Drawing:
    """Lays a record's transitions out in time, with the clock's present among them."""
    first = record.accepted_at
    last = max([first + timedelta(hours=1), *(step.at for step in steps), min(now, _latest(steps, first))])
    span = (last - first).total_seconds()

    def x(at: datetime) -> int:
        share = min(1.0, max(0.0, (at - first).total_seconds() / span))
        return round(_LEFT + share * (WIDTH - _LEFT - _RIGHT))

    names = [None, *(entry.destination for entry in record.deliveries)]
    tracks = []
    for position, name in enumerate(names):
        y = _TOP + position * _TRACK
        own = [step for step in steps if step.destination == name]
        places = [x(step.at) for step in own]
        dots = tuple(
            Dot(place, y, str(step.status), step.at, step.at <= now, label)
            for place, step, label in zip(places, own, _labels(places), strict=True)
        )
        tracks.append(Track(name or "Record", y, dots))
    return Drawing(WIDTH, _TOP + len(names) * _TRACK, _LEFT, WIDTH - _RIGHT, tuple(tracks), x(now))


def _labels(places: Sequence[int]) -> list[int | None]:
    """Words go below their dots, or above where they would run into one; none may run into another."""
    last = {_BELOW: -_WORD, _ABOVE: -_WORD}
    found: list[int | None] = []
    for place in places:
        side = next((side for side, before in last.items() if place - before >= _WORD), None)
        if side is not None:
            last[side] = place
        found.append(side)
    return found


def _latest(steps: Sequence[Transition], first: datetime) -> datetime:
    """How far a long-past record's drawing reaches: not to a present that is years away."""
    return max((step.at for step in steps), default=first) + timedelta(hours=6)
