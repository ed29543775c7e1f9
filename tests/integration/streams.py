# SPDX-License-Identifier: BSD-3-Clause
"""Many octets through one connection, compared by SHA-256."""

import contextlib
import hashlib
import random
import socket
import threading

PIECE = 1 << 18
PATTERN = bytes(range(251))


def _pieces(total, seed):
    rng = random.Random(seed)
    while total > 0:
        piece = rng.randbytes(min(total, PIECE))
        total -= len(piece)
        yield piece


def _send(connection, total, seed, digest, failure):
    try:
        for piece in _pieces(total, seed):
            digest.update(piece)
            connection.sendall(piece)
        connection.shutdown(socket.SHUT_WR)
    except OSError as error:
        failure.append(error)


def receive_all(connection):
    """Everything up to the end: (octets, SHA-256)."""
    digest = hashlib.sha256()
    received = 0
    while piece := connection.recv(PIECE):
        digest.update(piece)
        received += len(piece)
    return received, digest.hexdigest()


def check_echo(connection, total, seed=1):
    """Send `total` octets to an echo while taking them back; both must be the same."""
    digest = hashlib.sha256()
    failure = []
    sender = threading.Thread(target=_send, args=(connection, total, seed, digest, failure))
    sender.start()
    try:
        received, sha256 = receive_all(connection)
    except BaseException:
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)  # the sender need not wait
        raise
    finally:
        sender.join(10)
    assert not failure, failure
    assert received == total
    assert sha256 == digest.hexdigest()


def pattern_sha256(total):
    """Of what the obedient application sends."""
    digest = hashlib.sha256()
    whole, rest = divmod(total, len(PATTERN) * 1024)
    for _ in range(whole):
        digest.update(PATTERN * 1024)
    digest.update((PATTERN * 1024)[:rest])
    return digest.hexdigest()


def receive_exactly(connection, count):
    parts = []
    while count > 0:
        piece = connection.recv(count)
        assert piece, f"the connection ended with {count} octets to come"
        parts.append(piece)
        count -= len(piece)
    return b"".join(parts)
