# SPDX-License-Identifier: BSD-2-Clause
"""Datagrams of NetFlow v5, v9, IPFIX and sFlow v5 written by hand, and captures of them: for tests that work out by
hand what the programs have to make of them."""
import ipaddress
import os
import struct
import subprocess

BUILD = os.environ.get("FLOW_BUILDDIR", ".")
START = 1700000000	# 2023-11-14T22:13:20Z


def v4(text):
    return ipaddress.IPv4Address(text).packed


def v6(text):
    return ipaddress.IPv6Address(text).packed


def be(size, value):
    return value.to_bytes(size, "big")


def template(number, fields):
    """(ID, length) or (ID, length, PEN)."""
    out = struct.pack(">HH", number, len(fields))
    for element, length, *pen in fields:
        out += struct.pack(">HH", element | (0x8000 if pen else 0), length) + b"".join(be(4, p) for p in pen)
    return out


def flow_set(number, *parts):
    body = b"".join(parts)
    return struct.pack(">HH", number, 4 + len(body)) + body


def ipfix(*sets, time=START, sequence=0, domain=0):
    body = b"".join(sets)
    return struct.pack(">HHIII", 10, 16 + len(body), time, sequence, domain) + body


def v9(*sets, time=START, uptime=3600000, sequence=0, domain=0, count=None):
    body = b"".join(sets)
    return struct.pack(">HHIIII", 9, len(sets) if count is None else count, uptime, time, sequence, domain) + body


def v5(*records, time=START, uptime=3600000, sequence=0, sampling=0):
    return struct.pack(">HHIIIIBBH", 5, len(records), uptime, time, 0, sequence, 0, 0, sampling) + b"".join(records)


def v5_record(src, dst, packets, octets, first, last, ports=(0, 0), proto=6):
    return v4(src) + v4(dst) + v4("0.0.0.0") + struct.pack(">HHIIIIHHBBBBHHBBH", 1, 2, packets, octets, first, last,
                                                          *ports, 0, 0, proto, 0, 0, 0, 0, 0, 0)


def sflow(*samples, agent="192.0.2.1", sub_agent=0, sequence=1, uptime=3600000):
    return struct.pack(">II", 5, 1) + v4(agent) + struct.pack(">IIII", sub_agent, sequence, uptime, len(samples)) + \
        b"".join(samples)


def sflow_record(kind, body):
    body += bytes(-len(body) % 4)
    return struct.pack(">II", kind, len(body)) + body


def sflow_sample(*records, rate=1, sequence=1, source=1, ports=(1, 2), pool=None):
    body = struct.pack(">IIIIIIII", sequence, source, rate, rate if pool is None else pool, 0, *ports, len(records)) + \
        b"".join(records)
    return struct.pack(">II", 1, len(body)) + body


def sflow_raw(header, frame=None, protocol=1):
    """protocol 1: Ethernet, 11: IPv4, 12: IPv6."""
    return sflow_record(1, struct.pack(">IIII", protocol, len(header) + 4 if frame is None else frame, 4, len(header)) + header)


def ipv6_packet(src, dst, payload=b"", proto=17, length=None):
    return struct.pack(">IHBB", 6 << 28, len(payload) if length is None else length, proto, 64) + v6(src) + v6(dst) + payload


def ipv4_packet(src, dst, payload=b"", proto=17):
    return struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(payload), 1, 0, 64, proto, 0) + v4(src) + v4(dst) + payload


def udp(src, dst, payload=b""):
    return struct.pack(">HHHH", src, dst, 8 + len(payload), 0) + payload


def capture(path, datagrams):
    """(seconds or milliseconds as a float, source, source port, destination port, bytes) each."""
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHIIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 101))
        for time, src, src_port, dst_port, data in datagrams:
            packet = ipv4_packet(src, "127.0.0.1", udp(src_port, dst_port, data))
            file.write(struct.pack("<IIII", int(time), round(time % 1 * 1000000), len(packet), len(packet)) + packet)


def run(program, *words, fails=False):
    """What a program of the build prints; with `fails` what it says on standard error, and it has to fail."""
    done = subprocess.run([os.path.join(BUILD, program), *words], capture_output=True, text=True, check=False,
                          env={**os.environ, "TZ": "UTC"})
    if (done.returncode != 0) != fails:
        raise AssertionError(f"{program} {' '.join(words)}: status {done.returncode}: {done.stderr}")
    return done.stderr if fails else done.stdout


class Test:
    """Says in TAP what is right."""

    def __init__(self):
        self.count = self.failures = 0

    def equal(self, got, want, what):
        self.count += 1
        self.failures += got != want
        print(f"{'ok' if got == want else 'not ok'} {self.count} - {what}")
        if got != want:
            print(f"# {got}\n# not {want}")

    def skip(self, what, why):
        self.count += 1
        print(f"ok {self.count} - {what} # SKIP {why}")

    def done(self):
        print(f"1..{self.count}")
        return self.failures > 0
