# SPDX-License-Identifier: BSD-2-Clause
"""Captures to datagrams: classic pcap, the frames of the corpus, IPv4 and IPv6 fragments."""
import ipaddress
import struct
from collections import namedtuple

# bytes: the UDP payload; time_ms: of the capture, since 1970; source: ipaddress object
Datagram = namedtuple('Datagram', 'bytes time_ms source port')

ETHERNET, RAW, LOOPBACK, LINUX_COOKED = 1, 101, 0, 113
VLAN_TAGS = (0x8100, 0x88a8, 0x9100)


def pcap_frames(data):
    magic = data[:4]
    order = '<' if magic in (b'\xd4\xc3\xb2\xa1', b'\x4d\x3c\xb2\xa1') else '>'
    per_ms = 1000000 if magic in (b'\x4d\x3c\xb2\xa1', b'\xa1\xb2\x3c\x4d') else 1000
    link = struct.unpack(order + 'I', data[20:24])[0] & 0xffff
    at = 24
    while at + 16 <= len(data):
        seconds, fraction, kept, _ = struct.unpack(order + '4I', data[at:at + 16])
        at += 16
        if at + kept > len(data):
            break
        yield link, seconds * 1000 + fraction // per_ms, data[at:at + kept]
        at += kept


def ip_of_frame(link, frame):
    if link == RAW or link == 12 or link == 14:
        return frame
    if link in (LOOPBACK, 108):
        return frame[4:]
    if link == LINUX_COOKED:
        kind, body = int.from_bytes(frame[14:16], 'big'), frame[16:]
    elif link == ETHERNET:
        kind, body = int.from_bytes(frame[12:14], 'big'), frame[14:]
    else:
        return b''
    while kind in VLAN_TAGS:
        kind, body = int.from_bytes(body[2:4], 'big'), body[4:]
    return body if kind in (0x0800, 0x86dd) else b''


class Fragments:
    def __init__(self):
        self.pieces = {}

    def add(self, key, offset, more, body):
        """The whole payload once all its pieces are here, else None."""
        if offset == 0 and not more:
            return body
        pieces = self.pieces.setdefault(key, {})
        pieces[offset] = (body, more)
        whole, at = b'', 0
        while at in pieces:
            body, more = pieces[at]
            whole += body
            at += len(body)
            if not more:
                del self.pieces[key]
                return whole
        return None


def udp_of_ip(packet, fragments):
    """(source, source port, payload) of a UDP packet, or None."""
    if len(packet) >= 20 and packet[0] >> 4 == 4:
        head = (packet[0] & 15) * 4
        length = int.from_bytes(packet[2:4], 'big')
        if packet[9] != 17:
            return None
        flags = int.from_bytes(packet[6:8], 'big')
        body = packet[head:length] if length >= head else packet[head:]
        source = ipaddress.ip_address(packet[12:16])
        body = fragments.add((packet[12:20], packet[4:6]), (flags & 0x1fff) * 8,
                             bool(flags & 0x2000), body)
    elif len(packet) >= 40 and packet[0] >> 4 == 6:
        length = int.from_bytes(packet[4:6], 'big')
        body, kind = packet[40:40 + length], packet[6]
        source = ipaddress.ip_address(packet[8:24])
        if kind == 44 and len(body) >= 8:
            where = int.from_bytes(body[2:4], 'big')
            kind, body = body[0], fragments.add((packet[8:40], body[4:8]), where & ~7,
                                                bool(where & 1), body[8:])
        if kind != 17:
            return None
    else:
        return None
    if body is None or len(body) < 8:
        return None
    port, _, length = struct.unpack('>3H', body[:6])
    return source, port, body[8:max(length, 8)]


def datagrams(path):
    with open(path, 'rb') as file:
        data = file.read()
    fragments = Fragments()
    for link, time_ms, frame in pcap_frames(data):
        found = udp_of_ip(ip_of_frame(link, frame), fragments)
        if found is not None:
            source, port, payload = found
            yield Datagram(payload, time_ms, source, port)
