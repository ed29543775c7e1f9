#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Write the hand-made inputs of the fuzz targets into corpus/<target>/.

Each is a valid packet or a single step away from one; the fuzzer finds the rest.
Run it again after adding one: the others stay as they are.  Inputs that the
fuzzer found have hashes for names and are not touched.
"""

import pathlib
import struct

CORPUS = pathlib.Path(__file__).resolve().parent / "corpus"

US, PEER = "020000000001", "020000000002"
US4, PEER4 = "c0000201", "c0000202"
US6, PEER6 = "20010db8" + "0" * 23 + "1", "20010db8" + "0" * 23 + "2"
UNSPECIFIED, SOLICITED_NODE = "0" * 32, "ff0200000000000000000001ff000001"

ALL_SYN_OPTIONS = "020405b4 0402080a 00000001 00000000 01030307"
TIMESTAMPS = "0101080a 00000001 00000002"

PLAIN, STRIPPED, VOUCHED = 0, 1, 2


def octets(text):
    return bytes.fromhex(text.replace(" ", ""))


def checksum(message):
    if len(message) % 2:
        message += b"\0"
    total = sum(struct.unpack(f"!{len(message) // 2}H", message))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return struct.pack("!H", total ^ 0xFFFF)


def put_right(message, at, pseudo=b""):
    message = message[:at] + b"\0\0" + message[at + 2 :]
    return message[:at] + checksum(pseudo + message) + message[at + 2 :]


def ether(ethertype, payload, destination=US, tags=""):
    return octets(destination + PEER + tags + ethertype) + payload


def ipv4(protocol, payload, source=PEER4, destination=US4, options="", fragment="4000"):
    options = octets(options)
    header = struct.pack("!BBHH", 0x45 + len(options) // 4, 0, 20 + len(options) + len(payload), 0)
    header += octets(fragment) + bytes([64, protocol, 0, 0]) + octets(source + destination)
    return put_right(header + options, 10) + payload


def ipv6(next_header, payload, source=PEER6, destination=US6, hop=255, extensions=""):
    extensions = octets(extensions)
    header = struct.pack("!IHBB", 6 << 28, len(extensions) + len(payload), next_header, hop)
    return header + octets(source + destination) + extensions + payload


def tcp(flags, text="", options="", family=4):
    options = octets(options)
    doff = (20 + len(options)) // 4
    segment = octets("9c400050 01020304 05060708") + bytes([doff << 4, flags])
    segment += octets("ffff 0000 0000") + options + octets(text)
    addresses = octets(PEER4 + US4 if family == 4 else PEER6 + US6)
    return put_right(segment, 16, addresses + struct.pack("!HH", 6, len(segment)))


def icmp(message):
    return put_right(octets(message), 2)


def icmpv6(message, source=PEER6, destination=US6):
    message = octets(message)
    pseudo = octets(source + destination) + struct.pack("!HH", 58, len(message))
    return put_right(message, 2, pseudo)


def solicitation(options="", source=PEER6, destination=SOLICITED_NODE, target=US6, **ip):
    message = icmpv6("8700 0000 00000000" + target + options, source, destination)
    return ether("86dd", ipv6(58, message, source, destination, **ip), "3333ff000001")


def advertisement(options="", flags="60000000", target=PEER6, **ip):
    message = icmpv6("8800 0000" + flags + target + options)
    return ether("86dd", ipv6(58, message, **ip))


def arp(operation, sender=PEER4, target=US4, form="0001 0800 0604", tags=""):
    packet = octets(form + operation + PEER + sender + "0" * 12 + target)
    return ether("0806", packet, "ffffffffffff", tags)


def frames():
    """Name: how it is delivered, length of the first segment (0: all), the frame."""
    syn4 = ether("0800", ipv4(6, tcp(0x02, options=ALL_SYN_OPTIONS)))
    syn6 = ether("86dd", ipv6(6, tcp(0x02, options=ALL_SYN_OPTIONS, family=6)))
    data4 = ether("0800", ipv4(6, tcp(0x18, "68656c6c6f", TIMESTAMPS)))
    padn = "0104 00000000"
    return {
        "ipv4-syn": (PLAIN, 0, syn4),
        "ipv4-syn-vouched": (VOUCHED, 0, syn4),
        "ipv4-syn-stripped": (STRIPPED, 0, syn4),
        "ipv4-syn-tagged": (PLAIN, 0, ether("0800", syn4[14:], tags="81000007")),
        "ipv4-syn-two-tags": (PLAIN, 0, ether("0800", syn4[14:], tags="8100000781000008")),
        "ipv4-syn-priority-tag": (PLAIN, 0, ether("0800", syn4[14:], tags="8100e000")),
        "ipv4-data": (PLAIN, 0, data4),
        "ipv4-data-segments": (PLAIN, 68, data4),
        "ipv4-data-header-split": (PLAIN, 60, data4),
        "ipv4-data-padded": (PLAIN, 0, data4 + bytes(20)),
        "ipv4-padding-segments": (PLAIN, 54, ether("0800", ipv4(6, tcp(0x10))) + bytes(600)),
        "ipv4-fin": (VOUCHED, 0, ether("0800", ipv4(6, tcp(0x11)))),
        "ipv4-rst": (VOUCHED, 0, ether("0800", ipv4(6, tcp(0x04)))),
        "ipv4-sack": (
            VOUCHED,
            0,
            ether("0800", ipv4(6, tcp(0x10, options="0101050a 00000001 00000002"))),
        ),
        "ipv4-bad-option": (VOUCHED, 0, ether("0800", ipv4(6, tcp(0x02, options="02000000")))),
        "ipv4-options": (PLAIN, 0, ether("0800", ipv4(6, tcp(0x02), options="01010101"))),
        "ipv4-fragment": (PLAIN, 0, ether("0800", ipv4(6, tcp(0x02), fragment="2000"))),
        "ipv4-martian": (PLAIN, 0, ether("0800", ipv4(6, tcp(0x02), source="7f000001"))),
        "ipv4-udp": (PLAIN, 0, ether("0800", ipv4(17, octets("0035003500080000")))),
        "ipv4-echo": (PLAIN, 0, ether("0800", ipv4(1, icmp("0800 0000 1234 0001 6162636465")))),
        "ipv4-echo-stripped": (STRIPPED, 0, ether("0800", ipv4(1, icmp("0800 0000 1234 0001")))),
        "ipv4-quoting": (PLAIN, 0, ether("0800", ipv4(1, icmp(
            "0304 0000 0000 0578 450005dc 00004000 40060000" + US4 + PEER4
            + "0050 9c40 01020304")))),
        "ipv4-quoting-split": (PLAIN, 62, ether("0800", ipv4(1, icmp(
            "0b00 0000 0000 0000 450005dc 00004000 40060000" + US4 + PEER4
            + "0050 9c40 01020304")))),
        "ipv4-unreachable": (PLAIN, 0, ether("0800", ipv4(1, icmp("0304 0000 0000 0578")))),
        "ipv6-syn": (PLAIN, 0, syn6),
        "ipv6-syn-tagged": (PLAIN, 0, ether("86dd", syn6[14:], tags="81000007")),
        "ipv6-syn-padded": (PLAIN, 0, syn6 + bytes(3)),
        "ipv6-extensions": (
            PLAIN,
            0,
            ether(
                "86dd",
                ipv6(0, tcp(0x02, family=6), extensions="3c00" + padn + "0600" + padn),
            ),
        ),
        "ipv6-router-alert": (
            PLAIN,
            0,
            ether("86dd", ipv6(0, tcp(0x02, family=6), extensions="0600 0502 0000 0100")),
        ),
        "ipv6-fragment": (
            PLAIN,
            0,
            ether("86dd", ipv6(44, tcp(0x02, family=6), extensions="0600 0001 00000001")),
        ),
        "ipv6-routing": (
            PLAIN,
            0,
            ether("86dd", ipv6(43, tcp(0x02, family=6), extensions="0600 0000 00000000")),
        ),
        "ipv6-echo": (PLAIN, 0, ether("86dd", ipv6(58, icmpv6("8000 0000 1234 0001 616263")))),
        "ipv6-echo-extensions": (
            PLAIN,
            0,
            ether("86dd", ipv6(60, icmpv6("8000 0000 1234 0001"), extensions="3a00" + padn)),
        ),
        "ipv6-quoting": (PLAIN, 0, ether("86dd", ipv6(58, icmpv6(
            "0200 0000 00000514 60000000 05a00640" + US6 + PEER6 + "0050 9c40 01020304")))),
        "ipv6-too-big": (PLAIN, 0, ether("86dd", ipv6(58, icmpv6("0200 0000 00000500")))),
        "nd-solicitation": (PLAIN, 0, solicitation("0101" + PEER)),
        "nd-solicitation-stripped": (STRIPPED, 0, solicitation("0101" + PEER)),
        "nd-solicitation-hop": (PLAIN, 0, solicitation("0101" + PEER, hop=254)),
        "nd-advertisement": (PLAIN, 0, advertisement("0201" + PEER)),
        "nd-advertisement-bare": (PLAIN, 0, advertisement()),
        "nd-advertisement-group": (PLAIN, 0, advertisement("0201" + "3333ff000001")),
        "nd-advertisement-nonce": (PLAIN, 0, advertisement("0e01 112233445566 0201" + PEER)),
        "nd-probe": (PLAIN, 0, solicitation(source=UNSPECIFIED)),
        "nd-probe-nonce": (PLAIN, 0, solicitation("0e01 112233445566", source=UNSPECIFIED)),
        "nd-option-empty": (PLAIN, 0, solicitation("0100" + PEER)),
        "arp-request": (PLAIN, 0, arp("0001") + bytes(18)),
        "arp-request-stripped": (STRIPPED, 0, arp("0001")),
        "arp-request-priority-tag": (PLAIN, 0, arp("0001", tags="8100e000")),
        "arp-probe": (PLAIN, 0, arp("0001", sender="00000000")),
        "arp-reply": (PLAIN, 0, arp("0002")),
        "arp-infiniband": (PLAIN, 0, arp("0001", form="0020 0800 1404")),
        "lldp": (PLAIN, 0, ether("88cc", octets("0207040000000000"), "0180c200000e")),
        "empty": (PLAIN, 0, b""),
    }


def tcp_options():
    """Name: 1 for a SYN's, the options."""
    blocks = "00000001 00000002 00000003 00000004 00000005 00000006 00000007 00000008"
    return {
        "none": (1, ""),
        "linux-syn": (1, ALL_SYN_OPTIONS),
        "windows-syn": (1, "020405b4 01030308 01010402"),
        "macos-syn": (1, "020405b4 01030306 0101080a 00000001 00000000 04020000"),
        "mss-only": (1, "02040218"),
        "mss-0": (1, "02040000"),
        "mss-twice": (1, "02040218 020405b4"),
        "mss-wrong-length": (1, "02030501"),
        "mss-without-syn": (0, "020405b4"),
        "wscale-15": (1, "0103030f"),
        "wscale-255": (1, "030303ff 030300 01"),
        "timestamps": (0, TIMESTAMPS),
        "timestamps-unaligned": (0, "080a 00000001 00000002 0000"),
        "timestamps-twice": (0, TIMESTAMPS + "080a 00000003 00000004 0000"),
        "sack-1": (0, "0101050a" + blocks[:17]),
        "sack-3-timestamps": (0, TIMESTAMPS + "0101051a" + blocks[:53]),
        "sack-4": (0, "01010522" + blocks + "00000000"),
        "sack-no-block": (0, "01010502"),
        "sack-half-block": (0, "01010506 00000001"),
        "unknown-skipped": (1, "fe06 01020304 020405b4"),
        "unknown-40": (1, "fe28" + "00" * 38),
        "fast-open-cookie": (1, "220a 0102030405060708 020405b4"),
        "md5": (0, "0101 1312" + "00" * 16),
        "nops": (0, "01" * 40),
        "end-then-garbage": (1, "00020400 ffffffff"),
        "length-0": (1, "02000000"),
        "length-1": (1, "020405b4 0301"),
        "length-beyond": (1, "fe29" + "00" * 38),
        "no-length": (1, "01010102"),
        "longest": (1, ALL_SYN_OPTIONS + "01010512" + blocks[:35]),
    }


def conversations():
    """Name: settings and steps of fuzz_conversation.c, in hexadecimal."""
    always, never, auto = "00", "01", "02"
    shake, text, fin, close, abort, other = "02", "71", "89", "03 03", "03 84", "0d"
    send, pause, resume, rst, minute = "03 19", "03 05", "03 06", "07", "84"
    open_ = "03 80"
    challenge = "00 04 05 00 00 00 00 00"  # a RST inside the window
    beyond = "00 18 40 00 ff 01 40 01 00"  # text beyond a hole
    second = "54"
    return {
        "handshake-always": f"{always} {shake}",
        "handshake-never": f"{never} {shake}",
        "handshake-auto": f"{auto} {shake}",
        "text": f"{always} {shake} {text} {text} {send} {text}",
        "peer-closes": f"{never} {shake} {text} {fin} {close} {text}",
        "we-close": f"{always} {shake} {close} {text} {fin} {text} {minute}",
        "abort": f"{always} {shake} {text} {abort} {text}",
        "paused": f"{always} {shake} {pause} {text} {text} {fin} {resume} {close}",
        "reset": f"{never} {shake} {text} {rst} {text}",
        "challenge": f"{always} {shake} {challenge} {challenge} {text}",
        "hole": f"{always} {shake} {beyond} {text} {text}",
        "unanswered": f"{always} {shake} {send} 54 54 54 54 64 64 64",
        "shut-window": f"{always} {shake} 00 10 00 00 00 00 00 00 00 {send} 54 5c 64 6c 74 84",
        "clients": f"{auto} {shake} {other} {shake} 15 {shake} 1d {shake} {text} 05 {text}",
        "time-wait": f"{never} {shake} {close} {fin} 85 {shake} {text}",
        "options": f"{always} 0a {text} 00 10 00 00 00 00 00 00 00 {send} {text}",
        "we-open": f"{always} {open_} {open_} 02 {text} {send} {fin} {close}",
        "sack": f"{always} 0a 03 f9 00 10 00 00 ff 08 00 00 20 01 0c 0c 24 0c {second}{second}",
        "d-sack": f"{always} 22 03 f9 00 10 00 00 ff 08 00 00 20 00 f4 04 {second} {text}",
        "both-open": f"{never} {open_} {open_} 00 00 02 00 00 00 00 00 00 00 {shake} {text}",
        "stopped-while-paused": f"{never} {shake} {pause} {text} {fin} {close}",
    }


def cores():
    """Name: settings and steps of fuzz_core.c, in hexadecimal; forge.h says how frames are made."""
    always, never, auto = "00", "01", "02"
    fragments, dad, limits, others, vlan = "10", "21", "40", "90", "04"
    none, all_connected = "00", "0f"
    plain, waits, split, cut, extended = "00", "01", "02", "04", "08"
    tag, not_right, vouched = "10", "20", "40"
    over_ipv6, second, text, second_later, minute = "15", "0d", "76", "54", "84"
    question, answer, claim, probe = "00 01", "00 02 00", "00 03", "00 04"
    answer_asked = "00 02 01"
    echo, error, unknown = "00 05 10", "00 06 04 00 40", "00 07 10"
    syn, ack, rst = (f"00 00 {flags} 00 00 ff 08 00 00 00" for flags in ("02", "10", "04"))
    data = "00 00 18 00 00 ff 08 c8 04 00"
    open_, open_unknown, send = "03 80", "03 88 07", "03 19"
    up, short, silent, stop = "07", "0f", "17", "1f"
    families = {"": "", "-ipv6": over_ipv6}
    seeds = {}
    for family, first in families.items():
        begin = f"{none} {first}"
        seeds |= {
            f"question{family}": f"{always} {begin} {question} {plain}",
            f"question-tagged{family}": f"{vlan} {begin} {question} {plain} {question} {vouched}",
            f"question-foreign-tag{family}": f"{always} {begin} {question} {tag} 09",
            f"probe{family}": f"{always} {begin} {probe} {plain}",
            f"claim{family}": f"{dad} {begin} {up} {claim} {plain} {second_later} {claim} {plain}",
            f"tentative{family}": f"{dad} {begin} {up} {probe} {plain} {minute} {syn} {plain}",
            f"echo{family}": f"{always} {begin} {echo} {plain} {echo} {vouched}",
            f"echo-options{family}": f"{always} {begin} {echo} {extended} 01",
            f"echo-chain{family}": f"08 {begin} {echo} {split} 30",
            f"error{family}": f"{never} {all_connected} {first} {send} {error} {plain}",
            f"unknown{family}": f"{always} {begin} {unknown} {plain}",
            f"syn{family}": f"{always} {begin} {syn} {plain} {syn} {vouched}",
            f"syn-options{family}": f"{always} {begin} {syn} {extended} 84 02",
            f"syn-broken{family}": f"{always} {begin} {syn} {not_right} {syn} 80 00 14 45",
            f"ack-rst{family}": f"{always} {begin} {ack} {waits} {rst} {plain}",
            f"connected{family}": f"{auto} {all_connected} {first} {text} {data} {plain} {send}",
            f"cut{family}": f"{fragments} {all_connected} {first} {data} {cut} 0f {data} {cut} 2f",
            f"cut-again{family}": f"{fragments} {all_connected} {first} {data} {cut} 8f {minute}",
            f"cut-hole{family}": f"{others} {all_connected} {first} {data} {cut} 4f {minute}",
            f"cut-back{family}": f"{others} {all_connected} {first} {data} {cut} 1f {text}",
            f"open{family}": f"{never} {begin} {open_} 02 {text} {send}",
            f"open-silent{family}": f"{never} {begin} {silent} {open_} {second_later} {answer} 00",
            f"open-unknown{family}": f"{never} {begin} {open_unknown} {answer_asked} 00 {minute}",
            f"open-gateway{family}": f"{never} {begin} 03 88 87 55 {answer_asked} 00 {minute}",
            f"limits{family}": f"{limits} {begin} " + f"{ack} {waits} " * 4 + f"{echo} {plain}",
            f"short{family}": f"{never} {all_connected} {first} {short} {text} {open_} {short}",
            f"stop{family}": f"{never} {all_connected} {first} {stop} {text} {second_later}",
        }
    return seeds | {
        "raw": "00 00 01 04 00 45000014 00 09 04 80112233 00",
        "lldp": "00 00 01 04 03 02070400 00",
        "keepalive": "03 1f 76 54 54 54 54 54 54 03 19 54 5c 64",
        "second": f"{auto} 03 {second} {text} 05 {text}",
    }


VOLLEYS = ("syn", "ack", "near", "other", "text", "fin", "flags", "no-tcp")
COUNTS = (1, 16, 2, 3, 4, 5, 6, 8, 10, 12, 15, 17, 24, 32, 48, 64)


def volley(kind, count, who="00", where="00", more=""):
    """A run of frames: volley.h says what the octets mean."""
    return f"{COUNTS.index(count) << 4 | VOLLEYS.index(kind):02x} {who} {where} {more} "


def batches():
    """Name: settings and steps."""
    ms_500, s_2, s_16 = "7a", "ba", "5b"  # time passes
    all_agreed, calm, auto, none_agreed, port_sums = "00", "00", "02", "3c", "c0"
    spent, few_resets, low = "01", "02", "07"
    syns = volley("syn", 64, "80", more="00 00")  # one of each form after another
    acks = volley("ack", 64)
    shake = f"{syns} {ms_500} {acks}"
    fins = volley("fin", 64, more="00")
    mixed = volley("syn", 15, "80", more="30 00") + volley("no-tcp", 1, more="00")
    mixed += volley("other", 4, "80", more="00 00") + volley("ack", 17, "0a")
    begin = f"{all_agreed} {calm} 40"
    seeds = {
        "flood": f"{begin} {syns} 09",
        "flood-port-sums": f"{port_sums} {calm} 40 {syns} 09",
        "flood-nothing-agreed": f"{none_agreed} {calm} 40 {syns} 09",
        "flood-auto": f"{auto} 80 40 {syns} {ms_500} {syns} {ms_500} {syns} 09",
        "flood-queue": f"01 80 40 {syns} {ms_500} {syns}",
        "flood-never": f"03 00 40 {syns} {ms_500} {acks}",
        "handshakes": f"{begin} {shake} 09",
        "handshakes-spent": f"{all_agreed} {spent} 40 {shake} 09",
        "handshakes-few-resets": f"{all_agreed} {few_resets} 40 {shake} {acks}",
        "handshakes-low": f"{all_agreed} {low} 40 {shake} 09",
        "handshakes-late": f"{begin} {syns} {s_16} {acks} {s_16} {acks} {s_16} {acks}",
        "handshakes-next-epoch": f"{all_agreed} {calm} fe {syns} 0c {ms_500} {acks} 4c "
        f"{syns} {acks}",
        "keys-rolled": f"{begin} {syns} 0c {acks} 1c {acks} 2c {acks}",
        "clock-back": f"{begin} {syns} 5c {acks} 3c {syns} {acks}",
        "clock-back-keys-rolled": f"{begin} fa 5a {syns} 4c {acks} 4c 0c {acks} {syns} {acks}",
        "forged": f"{all_agreed} {spent} 40 {syns} "
        + volley("near", 16, more="00 01 00") + volley("near", 16, "10", more="00 00 08")
        + volley("near", 32, "20", "80", "00 10 00 13"),
        "clock-none": f"{all_agreed} {calm} fe {syns} 3a {volley('near', 64, more='00 00 41')}",
        "time-wait": f"{begin} {shake} {ms_500} {fins} {ms_500} {syns} {ms_500} {acks} "
        f"{s_2} {syns}",
        "again": f"{begin} {shake} {syns} {acks} {fins} {acks}",
        "texts": f"{begin} {shake} " + volley("text", 32, more="08") + syns + acks,
        "octet-less": f"{begin} " + volley("syn", 16, "00", "20", "03 00 0c")
        + volley("syn", 16, "00", "21", "03 00 0d"),
        "mixed": f"{begin} {mixed} {mixed} {ms_500} {acks} {mixed}",
        "ack-then-text": f"{begin} {syns} " + volley("ack", 8) + volley("text", 8, more="08")
        + volley("near", 8, more="00 05 00") + syns,
        "resets": f"{begin} {shake} " + volley("flags", 16, more="04") + acks + syns,
        "stopping": f"{begin} {shake} fc {syns} {acks}",
    }
    for name, where in (("ipv6", "01"), ("vlan", "02"), ("vlan-ipv6", "03"), ("ports", "07")):
        some = volley("syn", 64, "80", where, "00 00")
        seeds[f"links-{name}"] = f"{begin} {some} {ms_500} " + volley("ack", 64, "00", where)
        seeds[f"links-{name}-spent"] = f"{port_sums} {spent} 40 {some} {ms_500} " + volley(
            "near", 64, "00", where, "00 10 00"
        )
    sums = ("01", "04", "05", "02", "08", "0f", "10", "20", "35", "c5", "80")
    lies = ("01", "02", "03", "04", "08", "10", "20", "40", "12", "13", "18")
    return seeds | {
        "sums": f"{begin} "
        + "".join(volley("syn", 5, f"{i * 5 + 128:02x}", "88", f"00 00 {sum_} 12")
                  for i, sum_ in enumerate(sums))
        + ms_500
        + "".join(volley("ack", 5, f"{i * 5:02x}", "88", f"{sum_} 01")
                  for i, sum_ in enumerate(sums)),
        "lying": f"{all_agreed} {spent} 40 "
        + "".join(volley("syn", 5, f"{i * 5 + 128:02x}", "90", f"00 00 {how} 14 12")
                  for i, how in enumerate(lies))
        + ms_500
        + "".join(volley("near", 5, f"{i * 5:02x}", "90", f"00 00 00 {how} 0c 01")
                  for i, how in enumerate(lies)),
    } | {
        f"odd{link}-{odd // 8}": f"{all_agreed} 08 40 "
        + "".join(volley("syn", 8, f"{i * 8 + 128:02x}", where, f"00 00 {odd + i:02x} 24")
                  for i in range(8))
        + ms_500
        + "".join(volley("ack", 8, f"{i * 8:02x}", where, f"{odd + i:02x} 13") for i in range(8))
        for link, where in (("", "a0"), ("-vlan-ipv6", "a3"))
        for odd in range(0, 64, 8)
    }


def http_requests():
    """Name: length of the pieces less one, the text."""
    host = "Host: a\r\n"
    return {
        "get": (255, f"GET / HTTP/1.1\r\n{host}\r\n"),
        "get-octets": (0, f"GET /x?y HTTP/1.1\r\n{host}Accept: */*\r\n\r\n"),
        "head-close": (2, f"HEAD / HTTP/1.1\r\n{host}Connection: te, close\r\n\r\n"),
        "keep-alive": (1, "GET / HTTP/1.0\nConnection: Keep-Alive\n\n"),
        "pipelined": (7, f"\r\nGET / HTTP/1.1\r\n{host}\r\nGET / HTTP/1.1\r\n{host}\r\n"),
        "length-0": (3, f"GET / HTTP/1.1\r\n{host}Content-Length: 0\r\n\r\n"),
        "length-1": (3, f"GET / HTTP/1.1\r\n{host}Content-Length: 1\r\n\r\n"),
        "chunked": (4, f"GET / HTTP/1.1\r\n{host}Transfer-Encoding: chunked\r\n\r\n"),
        "post": (5, f"POST / HTTP/1.1\r\n{host}\r\n"),
        "http-2": (6, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        "hosts": (8, f"GET / HTTP/1.1\r\n{host}{host}\r\n"),
        "folded": (9, f"GET / HTTP/1.1\r\n{host} b\r\n\r\n"),
    }


def config_files():
    """Name: the text."""
    root = pathlib.Path(__file__).resolve().parents[2] / "config"
    files = [root / "weir.conf", *sorted(root.glob("examples/*.conf"))]
    shipped = {path.stem: path.read_text(encoding="ascii") for path in files}
    return shipped | {
        "lists": "[weir]\ncores = 1-3, 5\n[listener a]\ntcp=80,8080-8090\napplication=echo\n",
        "escaped": "[weir]\neal = a\\;b\\\\;c \\ d\n",
        "comments": "# a = b\n; c = d\n[tcp] ; e\nttl = 9 ; f\n#=\n",
        "secrets": f"[syn]\nsecret = {'0f' * 16}\nsecret_previous = {'F0' * 16}\n",
        "duplicates": "[tcp]\nttl = 1\nttl = 1\n[tcp]\n[port a]\n[port a]\n",
        "broken": "ttl = 1\n[tcp\n[tcp] x\nttl\n = 1\n[]\n[port]\n[port a b]\n",
    }


def write(target, name, message):
    directory = CORPUS / target
    directory.mkdir(parents=True, exist_ok=True)
    (directory / name).write_bytes(message)


def main():
    for name, (delivery, first_bytes, frame) in frames().items():
        write("frame", name, bytes([delivery, first_bytes // 2]) + frame)
    for name, (is_syn, options) in tcp_options().items():
        write("tcp_options", name, bytes([is_syn]) + octets(options))
    for name, steps in conversations().items():
        write("conversation", name, octets(steps))
    for name, steps in cores().items():
        write("core", name, octets(steps))
    for name, steps in batches().items():
        write("batch", name, octets(steps))
    for name, (piece, text) in http_requests().items():
        write("http_request", name, bytes([piece]) + text.encode("ascii"))
    for name, text in config_files().items():
        write("config_file", name, text.encode("ascii"))


if __name__ == "__main__":
    main()
