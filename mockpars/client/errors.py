"""What can go wrong between a client and PARS. None of these ever carries a credential."""

from __future__ import annotations

from dataclasses import dataclass


class ClientError(Exception):
    """The root of everything this package raises."""


class NotConfigured(ClientError):
    """A setting is missing or cannot be right; nothing was sent."""


class InvalidValue(ClientError):
    """A value cannot be sent to PARS, such as a date that does not exist; nothing was sent."""


class ParsError(ClientError):
    """A call that got no usable answer. `operation` names the call."""

    def __init__(self, operation: str, message: str) -> None:
        super().__init__(f"{operation}: {message}")
        self.operation = operation


@dataclass(frozen=True, slots=True)
class FaultDetail:
    """One thing a fault names: what is wrong, what was expected, and where."""

    problem: str
    expected: str = ""
    path: str = ""
    line: int | None = None


class Fault(ParsError):
    """The request itself was refused with HTTP 4xx: send no such request again before it is mended."""

    def __init__(
        self,
        operation: str,
        http_status: int,
        code: str,
        reason: str,
        fix: str = "",
        details: tuple[FaultDetail, ...] = (),
    ) -> None:
        super().__init__(operation, f"refused with HTTP {http_status}, {code or 'no code'}: {reason}")
        self.http_status = http_status
        self.code = code
        self.reason = reason
        self.fix = fix
        self.details = details


class NoAnswer(ParsError):
    """PARS could not be reached, or only failed, for as long as was tried. The message took no effect or is harmless.

    `http_status` is that of the last answer, or None where there was none at all.
    """

    def __init__(self, operation: str, message: str, http_status: int | None = None, *, sent: bool = True) -> None:
        super().__init__(operation, message)
        self.http_status = http_status
        self.sent = sent


class Unreadable(NoAnswer):
    """An answer came, but it is not one of PARS: cut short, a proxy's page, a document type declaration, ..."""


class Unclear(ParsError):
    """A record may or may not have been saved, and asking for its status did not tell. Look before you resubmit."""
