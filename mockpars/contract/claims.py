"""What a run says about each source and each code: confirmed, refuted, or not reached."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Literal

from mockpars.contract.library import Case, Library

Word = Literal["confirmed", "refuted", "not reached"]


Ended = tuple[Case, str]
"""A case and how it ended."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a run says about one source (`T8`) or code (`303`), and the cases that say so."""

    id: str
    word: Word
    passed: tuple[str, ...]
    failed: tuple[str, ...]


def by_source(library: Library, results: Iterable[Ended]) -> list[Claim]:
    """A claim for each source, in the order of sources.yaml."""
    return _claims(library.sources, list(results), lambda case: case.sources)


def by_code(codes: Iterable[int], results: Iterable[Ended]) -> list[Claim]:
    """A claim for each code; to be confirmed, it must have been provoked: a case that breaks its rule passed."""
    ended = list(results)
    provoked = {
        str(code) for case, status in ended if status == "pass" and case.side == "breaks" for code in case.rules
    }
    found = _claims(map(str, codes), ended, lambda case: tuple(map(str, case.rules)))
    return [
        replace(claim, word="not reached") if claim.word == "confirmed" and claim.id not in provoked else claim
        for claim in found
    ]


def _claims(ids: Iterable[str], results: list[Ended], about: Callable[[Case], tuple[str, ...]]) -> list[Claim]:
    found = []
    for name in ids:
        passed = tuple(case.id for case, status in results if status == "pass" and name in about(case))
        failed = tuple(case.id for case, status in results if status == "fail" and name in about(case))
        word: Word = "refuted" if failed else "confirmed" if passed else "not reached"
        found.append(Claim(name, word, passed, failed))
    return found
