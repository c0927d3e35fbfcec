"""`mockpars client`: the door to the verdict on a team's own client."""

from mockpars.contract.clients.commands import add_arguments, run

__all__ = ["add_arguments", "run"]
