"""Every wrong server: the mock with one deviation each, and the cases that must notice it."""

from __future__ import annotations

from tests.impostors.changes import Impostor
from tests.impostors.servers.boundaries import BOUNDARIES
from tests.impostors.servers.codes import CODES
from tests.impostors.servers.corners import CORNERS
from tests.impostors.servers.form import FORM
from tests.impostors.servers.identity import IDENTITY
from tests.impostors.servers.keeping import KEEPING
from tests.impostors.servers.life import LIFE

WRONG_SERVERS: list[Impostor] = [*BOUNDARIES, *CODES, *IDENTITY, *KEEPING, *LIFE, *FORM, *CORNERS]
