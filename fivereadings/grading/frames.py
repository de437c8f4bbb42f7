"""Messages over a pipe: four bytes of length, then that many bytes of JSON."""

import json
import os
import struct

HEAD = struct.Struct(">I")


def pack(message) -> bytes:
    """Return a message as the bytes that go over a pipe."""
    return framed(json.dumps(message, allow_nan=False).encode("ascii"))


def framed(body: bytes) -> bytes:
    """Return the bytes of a message with their length in front."""
    return HEAD.pack(len(body)) + body


def send(descriptor: int, data: bytes) -> None:
    """Write all of `data` to a file descriptor."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest):]


def receive(descriptor: int, most: int) -> bytes:
    """Return the body of the next message, or b"" at the end.

    Raises ValueError for a message that claims more than `most` bytes: nothing of it is read.
    """
    head = _exactly(descriptor, HEAD.size)
    if not head:
        return b""
    size = HEAD.unpack(head)[0]
    if size > most:
        raise ValueError(f"a message of {size} bytes, where {most} are allowed")
    return _exactly(descriptor, size)


def _exactly(descriptor: int, size: int) -> bytes:
    parts = []
    while size:
        part = os.read(descriptor, min(size, 1 << 16))
        if not part:
            return b""
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
