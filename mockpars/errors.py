"""Every exception of mockpars, in one tree.

    MockparsError                a reason and a fix, both sentences for a person
    ├── BrokenRequest            a request PARS's gateway or parser would not take; HTTP status and Fault code
    │   ├── Malformed            400 Malformed    not well-formed XML, a DTD, nesting too deep
    │   ├── SchemaInvalid        400 Schema       well-formed, but not what the XSD asks
    │   ├── BadEncoding          400 Encoding     bytes that are not what they claim, a false length
    │   ├── BadScenario          400 Scenario     a request header asks for a scenario that nobody knows
    │   ├── WrongProvider        400 100          a provider ID that is not this account's
    │   ├── BadCredentials       401 Credentials
    │   ├── NotFound             404 NotFound     no such path, or no such record
    │   ├── MethodNotAllowed     405 Method
    │   ├── UnsupportedMedia     415 MediaType
    │   └── SoapNotServed        415 Soap
    ├── UnknownScenario          a scenario name that is not in the catalogue; lists the known ones
    ├── UnknownSandbox           a sandbox name nobody created, or one that expired
    ├── SandboxExists            a sandbox of that name is there already
    ├── SandboxNameInvalid       a name that cannot stand in a path
    ├── ClockError               a sandbox clock was asked to go back, or somewhere it cannot
    ├── SettingsError            a flag or MOCKPARS_ variable that makes no sense
    ├── MissingData              a data folder that neither a checkout nor the installed package holds
    └── StoreError               the database cannot be opened, read or written

Exceptions are for broken requests and bugs. A record that breaks a rule of PARS is a Finding, a value.
"""

from collections.abc import Iterable

from mockpars.immutable import immutable


@immutable
class Detail:
    """One thing wrong with a request, what was expected, and where: line from 1, path as in XPath."""

    problem: str
    expected: str | None = None
    line: int | None = None
    path: str | None = None


class MockparsError(Exception):
    """Base of all: `reason` says what is wrong, `fix` what to do about it (may be empty)."""

    def __init__(self, reason: str, fix: str = "") -> None:
        super().__init__(reason, fix)
        self.reason = reason
        self.fix = fix

    def __str__(self) -> str:
        return f"{self.reason} {self.fix}".rstrip()


class BrokenRequest(MockparsError):
    """A request that is answered with a Fault: `status` is the HTTP status, `code` the Fault's Code."""

    status: int = 400
    code: str = "Malformed"

    def __init__(self, reason: str, fix: str = "", details: Iterable[Detail] = ()) -> None:
        super().__init__(reason, fix)
        self.details: tuple[Detail, ...] = tuple(details)


class Malformed(BrokenRequest):
    """The body is not XML that can be read safely."""

    status, code = 400, "Malformed"


class SchemaInvalid(BrokenRequest):
    """The body is XML, but not the document the operation takes; one Detail per error."""

    status, code = 400, "Schema"


class BadEncoding(BrokenRequest):
    """The bytes are not in the encoding, compression or length that the request declares."""

    status, code = 400, "Encoding"


class WrongProvider(BrokenRequest):
    """The ProviderId is not this account's, and the answer has no record to carry code 100 (D4)."""

    status, code = 400, "100"


class BadScenario(BrokenRequest):
    """A request header asks for a scenario that is not in the catalogue; the fix lists those that are."""

    status, code = 400, "Scenario"


class BadCredentials(BrokenRequest):
    """User and password are missing, wrong, or disagree between envelope and HTTP Basic (T8)."""

    status, code = 401, "Credentials"


class NotFound(BrokenRequest):
    """No operation at this path, or no record of this identity (D3)."""

    status, code = 404, "NotFound"


class MethodNotAllowed(BrokenRequest):
    """The path exists, but not for this method; `allow` lists those it takes, for the Allow header."""

    status, code = 405, "Method"

    def __init__(
        self, reason: str, fix: str = "", details: Iterable[Detail] = (), *, allow: Iterable[str] = ()
    ) -> None:
        super().__init__(reason, fix, details)
        self.allow: tuple[str, ...] = tuple(allow)


class UnsupportedMedia(BrokenRequest):
    """The Content-Type is not XML (T4)."""

    status, code = 415, "MediaType"


class SoapNotServed(BrokenRequest):
    """A SOAP call; PARS deprecated SOAP and this mock serves REST + XML only (T4)."""

    status, code = 415, "Soap"


class UnknownScenario(MockparsError):
    """A scenario `name` that is not among the `known`."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        self.name = name
        self.known = tuple(sorted(known))
        super().__init__(f'There is no scenario "{name}".', _choose(name, self.known))


class UnknownSandbox(MockparsError):
    """A sandbox `name` that is not among the `known`."""

    def __init__(self, name: str, known: Iterable[str] = ()) -> None:
        self.name = name
        self.known = tuple(sorted(known))
        create = "Create it with POST /_mockpars/sandboxes."
        super().__init__(
            f'There is no sandbox "{name}".',
            f"{create} {_choose(name, self.known)}" if self.known else create,
        )


class SandboxExists(MockparsError):
    """A sandbox of that name is there already."""


class SandboxNameInvalid(MockparsError):
    """A sandbox's name that cannot stand in a path."""


class ClockError(MockparsError):
    """A sandbox clock cannot do what was asked: it only goes forward, and stops at the year 9990."""


class SettingsError(MockparsError):
    """A flag or environment variable that makes no sense: which one, what it held, what was expected."""


class MissingData(MockparsError):
    """A data folder is neither in a checkout nor in the installed package."""


class StoreError(MockparsError):
    """The store cannot be opened, read or written."""


def _choose(name: str, known: tuple[str, ...]) -> str:
    """`Did you mean "a"? Known: a, b, c.`, without the question when nothing is near."""
    from difflib import get_close_matches  # here, because it is slow to import and rarely needed

    near = get_close_matches(name, known, n=1)
    question = f'Did you mean "{near[0]}"? ' if near else ""
    return f"{question}Known: {', '.join(known) or 'none'}."
