"""Ending a client's connection from outside the server that owns it."""

from __future__ import annotations

import os
import socket
import struct

_NO_LINGER = struct.pack("ii", 1, 0)


def reset(client: str) -> bool:
    """Reset the connection whose far end is ``client`` ("address:port"); return whether it was there.

    Without lingering, and with its reading side shut, the server closes the socket at once, which the client
    sees as a reset.
    """
    return _shut(client, socket.SHUT_RD, linger=False)


def close(client: str) -> bool:
    """Close the connection in good order, after what was sent so far; return whether it was there."""
    return _shut(client, socket.SHUT_RDWR, linger=True)


def _shut(client: str, how: int, *, linger: bool) -> bool:
    connection = _find(client)
    if connection is None:
        return False
    with connection:
        if not linger:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        try:
            connection.shutdown(how)
        except OSError:  # The client was faster.
            return False
    return True


def _find(client: str) -> socket.socket | None:
    """Return a second handle to the connection, found among all open files: the server hides its own."""
    address, _, port = client.rpartition(":")
    wanted = (address.strip("[]"), int(port or 0))
    for descriptor in os.listdir("/dev/fd"):
        try:
            copy = socket.socket(fileno=os.dup(int(descriptor)))
        except OSError:  # Not a socket, or gone since it was listed.
            continue
        try:
            if copy.getpeername()[:2] == wanted:
                return copy
        except (OSError, ValueError):  # A listening socket has no far end.
            pass
        copy.close()
    return None
