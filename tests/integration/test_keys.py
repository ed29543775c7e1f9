# SPDX-License-Identifier: BSD-3-Clause
"""Master keys: shared by two processes, and changed while clients connect under a flood."""

import re
import signal
import struct
import subprocess
import time

import pytest

import frames
from daemon import TOOLS
from frames import ACK, PSH, SYN
from test_devices import PCAP_MAC, read_pcap, weir_alone, write_pcap
from testbed import ECHO, WEIR_ADDRESS, tally, wait_until

KEY, OTHER_KEY = "00112233445566778899aabbccddeeff", "ffeeddccbbaa99887766554433221100"
CLIENT_MAC = bytes.fromhex("02000000beef")
CLIENTS = {4: "192.0.2.77", 6: "2001:db8::77"}
HELLO = b"hello, whoever you are"
EACH = 25  # clients of each family, with timestamps and without

FLOOD_FRAMES, FLOOD_PER_SECOND = 300_000, 50_000

# The key before is accepted, the one before that is not: a client whose acknowledgment the
# device has dropped must have the time to send again.
ROLL_SECONDS = 1.5


def mss():
    return struct.pack("!BBH", 2, 4, 1400)


def timestamps(tsval, tsecr):
    return struct.pack("!BBBBII", 1, 1, 8, 10, tsval, tsecr)


def tsval_of(segment):
    """What our peer wants to see again; None without timestamps."""
    at = segment.options.find(b"\x08\x0a")
    return None if at < 0 else struct.unpack_from("!I", segment.options, at + 2)[0]


def packet(family, port, flags, seq, ack=0, options=b"", payload=b""):
    ours, theirs = CLIENTS[family], WEIR_ADDRESS[family]
    segment = frames.tcp(ours, theirs, port, ECHO, flags, seq=seq, ack=ack, options=options,
                         payload=payload)
    if family == 4:
        return frames.ethernet(PCAP_MAC, CLIENT_MAC, frames.ETH_IPV4,
                               frames.ipv4(ours, theirs, segment))
    return frames.ethernet(PCAP_MAC, CLIENT_MAC, frames.ETH_IPV6,
                           frames.ipv6(ours, theirs, segment))


def syns():
    for family in CLIENTS:
        for i in range(EACH):
            yield packet(family, 2000 + i, SYN, 1000 * i, options=mss())
            yield packet(family, 4000 + i, SYN, 1000 * i, options=mss() + timestamps(7, 0))


def requests(answers):
    """For each SYN-ACK the acknowledgment, with the first text."""
    for answer in answers:
        family = 6 if ":" in answer.source else 4
        tsval = tsval_of(answer)
        assert (tsval is None) == (answer.target_port < 4000)
        yield packet(family, answer.target_port, PSH | ACK, answer.ack, answer.seq + 1,
                     b"" if tsval is None else timestamps(8, tsval), HELLO)


def segments(path):
    return [s for s in map(frames.Tcp.parse, read_pcap(path)) if s is not None]


def pcap_weir(directory, name, packets, secrets):
    """weir that receives `packets` and writes what it sends to NAME.out."""
    write_pcap(directory / f"{name}.in", packets)
    device = f"net_pcap0,rx_pcap={directory}/{name}.in,tx_pcap={directory}/{name}.out"
    return weir_alone(device, directory, {"syn": secrets})


def shake_hands_with_two(directory, secrets):
    """SYNs go to one process, everything after them to another: what the second counts."""
    everybody = 4 * EACH
    with pcap_weir(directory, "first", syns(), {"secret": KEY}) as first:
        wait_until(lambda: first.live_counters()["cookie_sent"] == everybody, "SYN-ACKs")
        wait_until(lambda: (directory / "first.out").exists(), "SYN-ACKs in the file")
        first.stop()
    answers = [s for s in segments(directory / "first.out") if s.flags == SYN | ACK]
    assert len(answers) == everybody
    with pcap_weir(directory, "second", requests(answers), secrets) as second:
        wait_until(lambda: second.live_counters()["rx_packets"] >= everybody, "the requests")
        return second.stop()


@pytest.mark.parametrize("secrets", [{"secret": KEY}, {"secret": OTHER_KEY, "secret_previous": KEY}],
                         ids=["the_same_key", "the_key_before"])
def test_a_process_opens_the_connections_another_has_answered(tmp_path, secrets):
    counters = shake_hands_with_two(tmp_path, secrets)
    assert counters["cookie_accepted"] == counters["flow_opened"] == 4 * EACH
    echoed = [s for s in segments(tmp_path / "second.out") if s.payload]
    assert sorted({(s.target, s.target_port) for s in echoed if s.payload == HELLO}) == sorted(
        (client, port + i) for client in CLIENTS.values() for port in (2000, 4000)
        for i in range(EACH))


def test_a_process_with_another_key_opens_none(tmp_path):
    counters = shake_hands_with_two(tmp_path, {"secret": OTHER_KEY})
    assert counters["cookie_accepted"] == counters["flow_opened"] == 0
    assert counters["cookie_forged"] == counters["drop.cookie_forged"] == 4 * EACH


def roll(weir, secret):
    """As an operator: the file, then the signal."""
    rolled = weir.live_counters()["cookie_key_rolled"]
    if secret is not None:
        text = weir.config.read_text()
        weir.config.write_text(re.sub(r"^secret = .*$", f"secret = {secret}", text, flags=re.M))
    weir.process.send_signal(signal.SIGUSR2)
    wait_until(lambda: weir.live_counters()["cookie_key_rolled"] > rolled, "new keys")


@pytest.mark.parametrize("is_given", [True, False], ids=["given", "random"])
def test_no_handshake_is_lost_while_keys_roll_during_a_flood(new_testbed, is_given):
    settings = {"syn": {"secret": KEY}} if is_given else None
    bed = new_testbed(cookies="always", settings=settings, only_ipv4=True)
    flood = bed.client.popen(*bed.flood("syn", FLOOD_FRAMES, rate=FLOOD_PER_SECOND, port=ECHO),
                             stdout=subprocess.DEVNULL)
    rolls = completed = 0
    rolled = time.monotonic()
    while flood.poll() is None:
        run = bed.client.popen(str(TOOLS / "connections"), "--count", "1000", "--open", "20",
                               "--octets", "100", WEIR_ADDRESS[4], str(ECHO),
                               stdout=subprocess.PIPE, text=True)
        while run.poll() is None:
            time.sleep(0.05)
            if time.monotonic() - rolled >= ROLL_SECONDS:
                roll(bed.weir, f"{rolls:032x}" if is_given else None)
                rolls += 1
                rolled = time.monotonic()
        done = tally(run.communicate(timeout=10)[0].splitlines()[-1])
        assert done["completed"] == 1000 and done["failed"] == 0
        completed += 1000
    assert rolls >= 3
    counters = bed.stop()
    assert counters["cookie_accepted"] == completed
    # Nobody but them sent an acknowledgment: each was good, whichever key had made it.
    assert counters["drop.cookie_forged"] == counters["drop.cookie_expired"] == 0
    assert counters["cookie_key_rolled"] == rolls


def test_a_file_with_a_fault_leaves_the_keys_alone(testbed):
    weir = testbed.weir
    text = weir.config.read_text()
    weir.config.write_text(text + "\n[syn]\nsecret = too short\n")
    weir.process.send_signal(signal.SIGUSR2)
    wait_until(lambda: "the keys stay what they are" in weir.stderr.read_text(), "a message")
    assert weir.live_counters()["cookie_key_rolled"] == 0
    weir.config.write_text(text)
    roll(weir, None)
    assert testbed.connections("--count", "10")["completed"] == 10
