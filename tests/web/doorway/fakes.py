"""What stands for an event loop's transport where a connection is tried by itself."""

from __future__ import annotations

from typing import Any


class Transport:
    """Keeps what is written, and whether it was closed."""

    def __init__(self) -> None:
        self.written = b""
        self.is_closed = False

    def get_extra_info(self, name: str) -> Any:
        return ("127.0.0.1", 80) if name in ("sockname", "peername") else None

    def write(self, data: bytes) -> None:
        self.written += data

    def can_write_eof(self) -> bool:
        return False

    def get_write_buffer_size(self) -> int:
        return 0

    def close(self) -> None:
        self.is_closed = True

    abort = pause_reading = resume_reading = close
