"""What can go wrong with the suite itself, as opposed to what it judges."""

from __future__ import annotations

from mockpars.errors import MockparsError


class ContractError(MockparsError):
    """Base of the suite's own troubles; `exit_code` is what the command ends with."""

    exit_code = 3


class DataInvalid(ContractError):
    """A file under contracts/, or one that the team gave, is not what it must be; says which, where and why."""

    exit_code = 2


class ExpressionInvalid(DataInvalid):
    """An expression in braces cannot be read or has no value."""


class UsageWrong(ContractError):
    """The command was asked for something it does not do."""

    exit_code = 2


class TargetUnreachable(ContractError):
    """The target does not answer, or does not start."""


class TargetRefused(ContractError):
    """The suite itself refuses to send: a production host, an identity outside the test set, no opt-in."""

    exit_code = 2


class BudgetSpent(ContractError):
    """The calls that the run was allowed are used up."""
