"""`mockpars` with a server that takes every request for one of a crowd. No test, but a program of one.

It makes the file that SIGN names as soon as the second process has read something, and lets go of that after REST times
without a message.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mockpars.cli import main
from mockpars.web import ahead
from mockpars.wire.messages import Message

_offer: Callable[..., bool] = ahead.Ahead.offer
_unpacked: Callable[..., Message] = vars(ahead)["unpacked"]


def _among_many(self: ahead.Ahead, *request: Any, alone: bool) -> bool:
    return _offer(self, *request, alone=False)


def _unpacked_with_a_sign(*message: Any) -> Message:
    Path(os.environ["SIGN"]).touch()
    return _unpacked(*message)


if __name__ == "__main__":
    ahead.CROWD = 1
    ahead.REST = int(os.environ.get("REST", ahead.REST))
    ahead.Ahead.offer = _among_many  # type: ignore[method-assign, assignment]  # on purpose
    vars(ahead)["unpacked"] = _unpacked_with_a_sign
    sys.exit(main())
