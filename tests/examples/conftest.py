"""A sandbox on a served mock for each test that asks for one."""

from tests.plugged import sandbox as sandbox
from tests.plugged import server as server
