#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""tools/obedient.c over the kernel's TCP: a server that does what its client says.

    obedient_server.py ADDRESS PORT:LATE_MS ...

Of its commands: send N, close, abort, pause MS.
"""

import selectors
import socket
import struct
import sys
import time

PATTERN = bytes(i % 251 for i in range(251 * 40))


class Peer:
    def __init__(self, connection, late):
        self.connection, self.late = connection, late
        self.line = b""
        self.sent = 0
        self.owed = b""
        self.close_at = None
        self.resume_at = None
        self.has_fin = self.has_shut = False

    def command(self, line):
        word, _, number = line.partition(b" ")
        if word == b"send":
            start, total = self.sent % 251, int(number)
            self.owed += (PATTERN * (total // len(PATTERN) + 2))[start:start + total]
            self.sent += total
        elif word == b"close":
            self.close_at = 0
        elif word == b"pause":
            self.resume_at = time.monotonic() + int(number) / 1000
        elif word == b"abort":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                       struct.pack("ii", 1, 0))
            self.connection.close()

    def readable(self):
        text = self.connection.recv(65536)
        if not text:
            self.has_fin = True
            if self.close_at is None:
                self.close_at = time.monotonic() + self.late
        *lines, self.line = (self.line + text).split(b"\n")
        for line in lines:
            self.command(line)

    def act(self):
        """What is due.  False when it is over."""
        if self.connection.fileno() < 0:
            return False
        if self.owed:
            try:
                self.owed = self.owed[self.connection.send(self.owed):]
            except BlockingIOError:
                pass
        if self.resume_at is not None and time.monotonic() >= self.resume_at:
            self.resume_at = None
        if self.close_at is not None and not self.owed and not self.has_shut and \
           time.monotonic() >= self.close_at:
            self.has_shut = True
            self.connection.shutdown(socket.SHUT_WR)
        return not (self.has_fin and self.has_shut)


def main():
    selector = selectors.DefaultSelector()
    for argument in sys.argv[2:]:
        port, late_ms = argument.split(":")
        listener = socket.create_server((sys.argv[1], int(port)), backlog=256)
        listener.setblocking(False)
        selector.register(listener, selectors.EVENT_READ, int(late_ms) / 1000)
    print("ready", flush=True)
    peers = {}
    while True:
        for key, _ in selector.select(0.01):
            if key.fileobj in peers:
                continue
            connection, _ = key.fileobj.accept()
            connection.setblocking(False)
            # Urgent text stays in line, as RFC 6093 would have it and weir has it.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_OOBINLINE, 1)
            peers[connection] = Peer(connection, key.data)
        for connection, peer in list(peers.items()):
            try:
                while not peer.has_fin and peer.resume_at is None and connection.fileno() >= 0:
                    peer.readable()
            except BlockingIOError:
                pass
            except OSError:
                connection.close()
            try:
                alive = peer.act()
            except OSError:
                alive = False
            if not alive:
                connection.close()
                del peers[connection]


if __name__ == "__main__":
    main()
