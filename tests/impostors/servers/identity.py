"""Wrong servers that mistake one learner for another."""

from __future__ import annotations

import unicodedata
from typing import Any

from mockpars.domain.names import fold as right_fold
from tests.impostors.changes import DAY, around, put, server, swap


def _matching(compare: Any) -> Any:
    """A way to compare a learner with a physician, for `Sandbox.matching`."""
    return put("mockpars.service.sandbox.matches", compare)


def _plain(name: str) -> str:
    return unicodedata.normalize("NFC", name.strip()).casefold()


def _same(sent: Any, filed: Any, fold: Any = None, *fields: str) -> bool:
    fold = fold or right_fold
    wanted = fields or ("npi", "date_of_birth", "last_name", "first_name")
    pairs = [(getattr(sent, name), getattr(filed, name)) for name in wanted]
    return all(fold(a) == fold(b) if isinstance(a, str) else a == b for a, b in pairs)


def _bare(name: str) -> str:
    return "".join(letter for letter in right_fold(name) if letter.isalnum())


IDENTITY = [
    server(
        "names-by-case",
        "match-names-in-capitals learner-names-in-capitals",
        _matching(
            lambda s, f: _same(s, f, lambda name: unicodedata.normalize("NFKD", name.strip()).encode("ascii", "ignore"))
        ),
    ),
    server(
        "names-by-accent",
        "match-without-accents learner-names-without-accents",
        _matching(lambda s, f: _same(s, f, _plain)),
    ),
    server(
        "names-untrimmed",
        "match-names-with-space-around",
        _matching(lambda s, f: _same(s, f, lambda name: _fold_untrimmed(name))),
    ),
    server(
        "names-without-punctuation",
        "match-without-the-apostrophe match-without-the-hyphen",
        _matching(lambda s, f: _same(s, f, _bare)),
    ),
    server(
        "first-name-ignored",
        "match-other-first-name",
        _matching(lambda s, f: _same(s, f, None, "npi", "date_of_birth", "last_name")),
    ),
    server(
        "last-name-ignored",
        "match-other-last-name",
        _matching(lambda s, f: _same(s, f, None, "npi", "date_of_birth", "first_name")),
    ),
    server(
        "birth-date-ignored",
        "match-birth-date-a-day-late",
        _matching(lambda s, f: _same(s, f, None, "npi", "last_name", "first_name")),
    ),
    server(
        "birth-year-ignored",
        "match-birth-date-a-year-off",
        _matching(
            lambda s, f: (
                _same(s, f, None, "npi", "last_name", "first_name")
                and s.date_of_birth.timetuple()[1:3] == f.date_of_birth.timetuple()[1:3]
            )
        ),
    ),
    server(
        "birth-date-a-day-off-is-fine",
        "match-birth-date-a-day-late match-birth-date-a-day-early",
        _matching(
            lambda s, f: (
                _same(s, f, None, "npi", "last_name", "first_name") and abs(s.date_of_birth - f.date_of_birth) <= DAY
            )
        ),
    ),
    server(
        "npi-ignored",
        "match-other-npi match-npi-of-somebody-else learner-other-npi",
        around(
            "mockpars.service.sandbox.Sandbox.matching",
            lambda real: (
                lambda box, sent: [
                    entry
                    for entry in box.physicians()
                    if _same(sent, entry, None, "date_of_birth", "last_name", "first_name")
                ]
            ),
        ),
    ),
    server("npi-alone", "match-other-first-name match-other-last-name", _matching(lambda s, f: s.npi == f.npi)),
    server(
        "initials-are-fine",
        "match-an-initial-is-not-a-name",
        _matching(
            lambda s, f: (
                _same(s, f, None, "npi", "date_of_birth", "last_name")
                and _bare(s.first_name)[:1] == _bare(f.first_name)[:1]
            )
        ),
    ),
    server("match-says-yes-or-no", "match-ambiguous", rewrite=swap(r"(<int [^>]*>)[2-9]<", r"\g<1>1<")),
    server(
        "match-counts-one-too-many",
        "match-everything-right",
        around("mockpars.service.learners.match", lambda real: lambda *a: real(*a) + 1),
    ),
    server(
        "match-asks-for-consent",
        "match-says-nothing-of-consent",
        around(
            "mockpars.service.learners.match",
            lambda real: lambda box, who, wishes: sum(entry.consent for entry in box.matching(who)),
        ),
    ),
]


def _fold_untrimmed(name: str) -> str:
    return right_fold("." + name + ".")
