"""What every answer must keep to, whatever a case is about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from mockpars.contract.expectations import decoded
from mockpars.contract.targets.base import Answer

_FEWEST: Final = 4


def broken_invariants(answer: Answer, expect: Mapping[str, Any], secrets: tuple[str, ...]) -> list[str]:
    """No password in an answer, no redirect, and where the schema counts the media type T4 names."""
    problems = []
    text = decoded(answer)
    everything = text + "".join(answer.headers.values())
    for secret in {secret for secret in secrets if len(secret) >= _FEWEST}:
        if f">{secret}<" in everything or (secret not in _WORDS and secret in everything):
            problems.append("The answer shows the password.")
    if 300 <= answer.http < 400 and "http" not in expect:
        problems.append(f"The answer redirects to {answer.headers.get('location', '(nowhere)')}.")
    media = answer.headers.get("content-type", "")
    judged = expect.get("valid", True) and "content-type" not in _lower(expect) and answer.body
    if judged and media.replace(" ", "").lower() != "application/xml;charset=utf-8":
        problems.append(f"The answer's Content-Type is {media or '(none)'}, expected application/xml; charset=utf-8.")
    return problems


# The mock's default password is also a word of its messages.
_WORDS: Final = frozenset({"sandbox"})


def _lower(expect: Mapping[str, Any]) -> set[str]:
    return {name.lower() for name in expect.get("headers", {})}
