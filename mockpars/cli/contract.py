"""`mockpars contract`: the door to the contract suite."""

from mockpars.contract.commands import add_arguments, run

__all__ = ["add_arguments", "run"]
