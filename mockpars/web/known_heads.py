"""Heads that have been parsed before: a client sends the same ones again and again, and only its bodies differ."""

from __future__ import annotations

from mockpars.web.heads import Environ

_MOST = 512
_LONGEST = 1024
"""Bytes of a head that is remembered."""
_UNUSUAL = ("HTTP_TRANSFER_ENCODING", "HTTP_EXPECT")
"""Headers with which a request is more than a head and so many bytes."""
_END = b"\r\n\r\n"


class KnownHeads:
    """What heads say, by their bytes; forgotten all at once when they are too many. It parses nothing by itself."""

    def __init__(self) -> None:
        self._known: dict[bytes, tuple[Environ, int]] = {}

    def find(self, data: bytes) -> tuple[Environ, bytes] | None:
        """What the head says and the body, if this is one whole request with a head that is known."""
        end = data.find(_END) + len(_END)
        found = self._known.get(data[:end])
        if found is None or len(data) != end + found[1]:
            return None
        return found[0], data[end:]

    def learn(self, data: bytes, environ: Environ, common: Environ, body: bytes) -> None:
        """Remembers what the head of a request says, if `data` is all of it and it is a usual one.

        `common` is what the environs of a connection share.
        """
        end = data.find(_END) + len(_END)
        if end > _LONGEST or len(data) != end + len(body) or environ["SERVER_PROTOCOL"] != "HTTP/1.1":
            return
        if any(name in environ for name in _UNUSUAL):
            return
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[data[:end]] = {key: value for key, value in environ.items() if key not in common}, len(body)
