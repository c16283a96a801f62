"""Messages between a process and its renderer."""

from __future__ import annotations

import io
import struct

import pytest

from dsr.output import frames


def test_message_comes_back_as_it_was_written() -> None:
    pipe = io.BytesIO()
    frames.write(pipe, {"error": "", "name": "Łódź"}, [b"\x00\xff", b""])
    frames.write(pipe, {"error": "x"})
    pipe.seek(0)

    assert frames.read(pipe) == ({"error": "", "name": "Łódź"}, [b"\x00\xff", b""])
    assert frames.read(pipe) == ({"error": "x"}, [])
    assert frames.read(pipe) is None


@pytest.mark.parametrize("cut", [1, 3, 6, -1])
def test_torn_message_is_an_error(cut: int) -> None:
    pipe = io.BytesIO()
    frames.write(pipe, {"error": ""}, [b"body"])

    with pytest.raises(frames.FrameError):
        frames.read(io.BytesIO(pipe.getvalue()[:cut]))


@pytest.mark.parametrize(
    "head",
    [b"[]", b"{}", b"not json", b'{"sizes": ["x"]}', b'{"sizes": [-1]}', b'{"sizes": [999999999999]}', b'{"sizes": 3}'],
)
def test_header_that_is_none_is_an_error(head: bytes) -> None:
    with pytest.raises(frames.FrameError):
        frames.read(io.BytesIO(struct.pack(">I", len(head)) + head))


def test_huge_length_is_refused_before_anything_is_read() -> None:
    with pytest.raises(frames.FrameError):
        frames.read(io.BytesIO(b"\xff\xff\xff\xff"))
