"""What a test expects PARS to refuse, and the complaint about everything else."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from mockpars.pytest_support.journal import Exchange, Journal

_REFUSALS = {"Malformed", "Schema", "Credentials", "MediaType", "Method", "NotFound", "TooLarge", "Encoding", "Soap"}


@dataclass(slots=True)
class Expected:
    """What `expect_rejection` caught; filled in when its block ends."""

    exchange: Exchange | None = None

    @property
    def codes(self) -> list[int]:
        """The codes of the exchange; empty before the block has ended."""
        return self.exchange.codes if self.exchange else []


class Expecting(ABC):
    """The part of `pars` that remembers what was expected."""

    def __init__(self) -> None:
        self._allowed: set[str] = set()
        self._settled: set[int] = set()

    @property
    @abstractmethod
    def journal(self) -> Journal:
        """Everything the client did."""

    @property
    @abstractmethod
    def meanings(self) -> dict[int, str]:
        """What each rejection code means."""

    def allow(self, *what: int | str) -> None:
        """From now on these need no expecting: codes such as 300, faults, kinds of broken request, "L12", "all"."""
        self._allowed |= {str(entry) for entry in what}

    @contextmanager
    def expect_rejection(self, *codes: int | str) -> Iterator[Expected]:
        """Within the block PARS must refuse something with all of these codes (any code, without one).

        A broken request's kind, such as "Schema", may stand for a code. Fails when nothing of the kind happens.
        """
        wanted, before = {str(code) for code in codes}, {entry.id for entry in self.journal}
        expected = Expected()
        yield expected
        happened = [entry for entry in self.journal if entry.id not in before]
        caught = [entry for entry in happened if entry.complaints and wanted <= entry.complaints]
        if not caught:
            self._settled |= {entry.id for entry in happened}
            words = " and ".join(sorted(wanted)) or "any code"
            seen = "\n".join(entry.explain(self.meanings) for entry in happened) or "PARS was not called at all."
            pytest.fail(f"PARS was expected to refuse something with {words}, and did not.\n{seen}", pytrace=False)
        expected.exchange = caught[-1]
        self._settled |= {entry.id for entry in caught}

    def complaint(self) -> str:
        """Says, once, what nobody expected; nothing when all is well."""
        fresh = [entry for entry in self.journal if entry.id not in self._settled]
        self._settled |= {entry.id for entry in fresh}
        bad = [entry for entry in fresh if self._unexpected(entry)]
        if not bad:
            return ""
        many = "something" if len(bad) == 1 else f"{len(bad)} things"
        told = "\n".join(entry.explain(self.meanings) for entry in bad)
        return (
            f"PARS refused {many} that this test did not expect.\n{told}\n"
            "If it is meant: with pars.expect_rejection(code): ..., or @pytest.mark.pars(allow=[code])."
        )

    def story(self) -> str:
        """What the client did, in order, explained."""
        return "\n".join(entry.explain(self.meanings) for entry in self.journal) or "PARS was not called at all."

    def _unexpected(self, entry: Exchange) -> set[str]:
        if "all" in self._allowed:
            return set()
        asked = entry.asked_for
        if asked:  # the request itself wished for it
            return set()
        left = entry.complaints - self._allowed
        return left - _REFUSALS if "Refused" in self._allowed else left
