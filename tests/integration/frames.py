# SPDX-License-Identifier: BSD-3-Clause
"""Frames by hand: well-formed unless told otherwise."""

import socket
import struct

ETH_IPV4, ETH_ARP, ETH_VLAN, ETH_IPV6 = 0x0800, 0x0806, 0x8100, 0x86dd
FIN, SYN, RST, PSH, ACK, URG = 1, 2, 4, 8, 16, 32
TCP, UDP, ICMP, ICMPV6 = 6, 17, 1, 58


def checksum(octets):
    if len(octets) % 2:
        octets += b"\0"
    total = sum(struct.unpack(f"!{len(octets) // 2}H", octets))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def packed(address):
    return socket.inet_pton(socket.AF_INET6 if ":" in address else socket.AF_INET, address)


def ethernet(target, source, kind, payload):
    return target + source + struct.pack("!H", kind) + payload


def ipv4(source, target, payload, protocol=TCP, version=4, options=b"", length=None, fragment=0,
         ttl=64, header_checksum=None, header_words=None):
    words = 5 + len(options) // 4 if header_words is None else header_words
    total = 20 + len(options) + len(payload) if length is None else length
    header = struct.pack("!BBHHHBBH4s4s", version << 4 | words, 0, total, 1, fragment, ttl,
                         protocol, 0, packed(source), packed(target)) + options
    good = checksum(header) if header_checksum is None else header_checksum
    return header[:10] + struct.pack("!H", good) + header[12:] + payload


def ipv6(source, target, payload, protocol=TCP, version=6, length=None, hops=64):
    return struct.pack("!IHBB16s16s", version << 28, len(payload) if length is None else length,
                       protocol, hops, packed(source), packed(target)) + payload


def upper_checksum(source, target, protocol, payload):
    source, target = packed(source), packed(target)
    return checksum(source + target + struct.pack("!II", len(payload), protocol) + payload)


def tcp(source, target, source_port, target_port, flags, seq=0, ack=0, options=b"", payload=b"",
        words=None, window=64240, good_checksum=None):
    """A segment; `options` must fill whole words unless `words` says how many there are."""
    if words is None:
        assert len(options) % 4 == 0
        words = 5 + len(options) // 4
    segment = struct.pack("!HHIIBBHHH", source_port, target_port, seq, ack, words << 4, flags,
                          window, 0, 0) + options + payload
    if good_checksum is None:
        good_checksum = upper_checksum(source, target, TCP, segment)
    return segment[:16] + struct.pack("!H", good_checksum) + segment[18:]


def icmpv6(source, target, kind, code, body, good_checksum=None):
    message = struct.pack("!BBH", kind, code, 0) + body
    if good_checksum is None:
        good_checksum = upper_checksum(source, target, ICMPV6, message)
    return message[:2] + struct.pack("!H", good_checksum) + message[4:]


def icmp(kind, code, body):
    message = struct.pack("!BBH", kind, code, 0) + body
    return message[:2] + struct.pack("!H", checksum(message)) + message[4:]


def arp(sender_mac, sender, target, operation=1, hardware=1, protocol=ETH_IPV4, sizes=(6, 4)):
    return struct.pack("!HHBBH6s4s6s4s", hardware, protocol, *sizes, operation, sender_mac,
                       packed(sender), b"\0" * 6, packed(target))


class Tcp:
    """What an Ethernet frame with a TCP segment holds; None if it holds something else."""

    def __init__(self, source, target, segment):
        (self.source_port, self.target_port, self.seq, self.ack, offset, self.flags, self.window,
         _, _) = struct.unpack("!HHIIBBHHH", segment[:20])
        self.source, self.target = source, target
        self.options = segment[20:(offset >> 4) * 4]
        self.payload = segment[(offset >> 4) * 4:]

    @classmethod
    def parse(cls, frame):
        kind = struct.unpack("!H", frame[12:14])[0]
        if kind == ETH_IPV4 and frame[23] == TCP:
            start, end = 14 + (frame[14] & 15) * 4, 14 + struct.unpack("!H", frame[16:18])[0]
            return cls(socket.inet_ntop(socket.AF_INET, frame[26:30]),
                       socket.inet_ntop(socket.AF_INET, frame[30:34]), frame[start:end])
        if kind == ETH_IPV6 and frame[20] == TCP:
            end = 54 + struct.unpack("!H", frame[18:20])[0]
            return cls(socket.inet_ntop(socket.AF_INET6, frame[22:38]),
                       socket.inet_ntop(socket.AF_INET6, frame[38:54]), frame[54:end])
        return None
