"""Compressed bodies of every shape: right ones come back whole, and no shape takes long, whatever it is made of."""

from __future__ import annotations

import gzip
import os
import time
import zlib

import pytest

from mockpars.web.bodies import Refusal, decompress

MIB = 1024 * 1024
EMPTY = gzip.compress(b"")


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 65_537, 300_000])
@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_body_comes_back_whole_wherever_it_is_cut(size: int, encoding: str) -> None:
    """Random bytes stay as long as they are, so streams end on either side of the slices' ends."""
    body = os.urandom(size)
    packed = gzip.compress(body, 1) if encoding == "gzip" else zlib.compress(body, 1)
    assert decompress(packed, encoding, MIB) == body
    with pytest.raises(Refusal, match="incomplete"):
        decompress(packed[:-1], encoding, MIB)


def test_streams_in_a_row_are_one_body_up_to_the_limit_and_no_further() -> None:
    """What tools write that compress in blocks; the limit counts them all."""
    blocks = [os.urandom(5000) for _ in range(100)]
    packed = b"".join(gzip.compress(block, 1) for block in blocks)
    assert decompress(packed, "gzip", 500_000) == b"".join(blocks)
    with pytest.raises(Refusal) as refused:
        decompress(packed, "gzip", 499_999)
    assert refused.value.status == 413
    with pytest.raises(Refusal):
        decompress(packed + b"more", "gzip", MIB)


def test_a_million_empty_streams_are_not_gone_through() -> None:
    """They would take half an hour if each were followed by a copy of the rest, and everybody would wait."""
    started = time.process_time()
    with pytest.raises(Refusal, match="streams in a row") as refused:
        decompress(EMPTY * (32 * MIB // len(EMPTY)), "gzip", 32 * MIB)
    assert refused.value.status == 400
    assert time.process_time() - started < 2
