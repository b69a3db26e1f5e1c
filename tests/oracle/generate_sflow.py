# SPDX-License-Identifier: BSD-2-Clause
"""Random sFlow v5 datagrams: generate_sflow.py SEED DATAGRAMS FILE.pcap.

Flow samples, compact and expanded, of raw headers (Ethernet with VLANs, MPLS, PPPoE, or IP alone; packets in
packets; fragments; extension headers; cut anywhere; of lengths that cannot be), with switch, router, gateway and
socket records, and samples that are no flows; as "sFlow Version 5" (July 2004) draws them.
"""
import random
import struct

import generate

RAW, SWITCH, ROUTER, GATEWAY, SOCKET4, SOCKET6 = 1, 1001, 1002, 1003, 2100, 2101


def opaque(kind, body):
    return struct.pack('>II', kind, len(body)) + body + bytes(-len(body) % 4)


class Maker:
    def __init__(self, seed):
        self.r = random.Random(seed)
        self.sequence = 0

    def octets(self, n):
        return bytes(self.r.randrange(1, 256) for _ in range(n))

    def transport(self, proto):
        r = self.r
        if proto == 6:
            return struct.pack('>HHIIHHHH', r.randrange(65536), r.randrange(65536), 1, 2,
                               0x5000 | r.randrange(1 << r.choice([8, 9, 12])), 512, 0, 0)
        if proto == 17:
            return struct.pack('>HHHH', r.randrange(1, 65536), r.randrange(20000, 60000), 20, 0) + bytes(12)
        return struct.pack('>BBHHH', r.randrange(256), r.randrange(16), 0, 1, 1)

    def addresses(self, version):
        """Source and destination; some of IPv6 are IPv4-mapped."""
        if version == 4:
            return self.octets(8)
        return b''.join(bytes(10) + b'\xff\xff' + self.octets(4) if self.r.random() < .1 else self.octets(16)
                        for _ in range(2))

    def gre(self, packet):
        """Optional words by the flags; IP itself, or Ethernet with it."""
        words = self.r.choice([0, 0, 0x80, 0x20, 0x30, 0xb0])
        kind = packet[0]
        body = packet[1]
        if self.r.random() < .3:
            kind, body = 0x6558, self.octets(12) + struct.pack('>H', kind) + body
        return struct.pack('>BBH', words, 0, kind) + self.octets(4 * bin(words).count('1')) + body

    def carried(self, depth):
        """(protocol, what it carries) of a tunnel, and how much of that is not there."""
        kind, packet, more = self.ip(depth + 1)
        way = self.r.choice(['ip', 'gre', 'vxlan'])
        if way == 'ip':
            return (4 if kind == 0x800 else 41), packet, more
        if way == 'gre':
            return 47, self.gre((kind, packet)), more
        frame = self.octets(12) + self.tags() + struct.pack('>H', kind) + packet
        return 17, struct.pack('>HHHH', self.r.randrange(20000, 60000), 4789, 16 + len(frame), 0) + \
            struct.pack('>BBHI', self.r.choice([8, 8, 8, 0]), 0, 0, self.r.randrange(1 << 24) << 8) + frame, more

    def ip(self, depth=0):
        """(Ethernet type, packet, how many of its octets were not sampled)."""
        r, version = self.r, self.r.choice([4, 4, 6])
        if depth < 3 and r.random() < .2:
            proto, body, more = self.carried(depth)
        else:
            proto = r.choice([6, 17, 1 if version == 4 else 58])
            body, more = self.transport(proto), r.randrange(1400)
        fragment = r.choice([0, 0, 0, 0, 0x4000, 0x2000, 0x2000 | r.randrange(1, 100), r.randrange(1, 100)])
        if version == 4:
            options = bytes(4 * r.choice([0, 0, 0, 1, 3, 10]))
            head = struct.pack('>BBHHHBBH', 0x45 + len(options) // 4, r.randrange(256),
                               20 + len(options) + len(body) + more, r.randrange(65536),
                               fragment, r.randrange(256), proto, 0)
            return 0x800, head + self.addresses(4) + options + body, more
        kinds = [r.choice([0, 43, 60, 44, 51]) for _ in range(r.choice([0, 0, 0, 1, 2]))]
        extensions = b''
        for at, kind in enumerate(kinds):
            after = (kinds[at + 1:] + [proto])[0]
            if kind == 44:
                extensions += struct.pack('>BBHI', after, 0, fragment << 3 & 0xffff, r.randrange(1 << 32))
            else:
                size = r.choice([0, 0, 1, 6])
                extensions += struct.pack('>BB', after, size) + bytes(6 + (4 if kind == 51 else 8) * size)
        head = struct.pack('>IHBB', 6 << 28 | r.randrange(256) << 20 | r.randrange(1 << 20),
                           len(extensions) + len(body) + more, (kinds + [proto])[0], r.randrange(256))
        return 0x86dd, head + self.addresses(6) + extensions + body, more

    def tags(self):
        if self.r.random() < .6:
            return b''
        return b''.join(struct.pack('>HH', tag, self.r.randrange(1 << 16))
                        for tag in self.r.choice([[0x8100], [0x88a8, 0x8100], [0x8100, 0x8100], [0x9100, 0x88a8, 0x8100]]))

    def frame(self):
        """(header protocol, sampled octets, octets of the frame that were not sampled)."""
        r = self.r
        kind, packet, more = self.ip()
        if r.random() < .15:
            return (11 if kind == 0x800 else 12), packet, more
        if r.random() < .2:
            labels = r.choice([1, 2, 3, 11])
            packet = b''.join(struct.pack('>I', r.randrange(16, 1 << 20) << 12 | r.randrange(8) << 9 |
                                          (i == labels - 1) << 8 | 64)
                              for i in range(labels)) + packet
            kind = 0x8847
        elif r.random() < .1:
            packet = struct.pack('>BBHHH', 0x11, 0, r.randrange(1 << 16), len(packet) + more + 2,
                                 0x21 if kind == 0x800 else 0x57) + packet
            kind = 0x8864
        return 1, self.octets(12) + self.tags() + struct.pack('>H', kind) + packet, more

    def address(self):
        return struct.pack('>I', 1) + self.octets(4) if self.r.random() < .6 else \
            struct.pack('>I', 2) + (bytes(10) + b'\xff\xff' + self.octets(4) if self.r.random() < .3 else self.octets(16))

    def records(self):
        r, out = self.r, []
        if r.random() < .1:
            return self.fields()
        protocol, header, more = self.frame()
        length = len(header) + more + 4
        if r.random() < .15:	# that cannot be
            length = r.choice([0, r.randrange(1, 14), len(header) // 2, 1 << 20, 0xfffffffc])
        if r.random() < .4:	# as much as agents sample
            header = header[:r.choice([128, 64, r.randrange(14, 100)])]
        out.append(opaque(RAW, struct.pack('>IIII', protocol, length, 4, len(header)) + header +
                          bytes(-len(header) % 4)))
        if r.random() < .4:
            out.append(opaque(SWITCH, struct.pack('>IIII', r.choice([1, 100, 4095, 4096, 0xffffffff]), 0,
                                                  r.choice([1, 200, 65535, 0xffffffff]), 0)))
        if r.random() < .3:
            out.append(opaque(ROUTER, self.address() + struct.pack('>II', r.randrange(33), r.randrange(33))))
        if r.random() < .3:
            path = [r.randrange(1, 1 << 32) for _ in range(r.randrange(4))]
            segments = struct.pack('>II', 2, len(path)) + b''.join(struct.pack('>I', a) for a in path)
            out.append(opaque(GATEWAY, self.address() + struct.pack('>III', 65000, r.randrange(1, 1 << 32),
                                                                    r.randrange(1, 1 << 32)) +
                              (struct.pack('>I', 1) + segments if path else struct.pack('>I', 0)) +
                              struct.pack('>III', 1, 0xfde80001, 100)))
        if r.random() < .5:
            r.shuffle(out)
        return out

    def fields(self):
        """What agents without the packet's header tell: of Ethernet, of IPv4 or IPv6, or of both."""
        r, length = self.r, self.r.randrange(64, 1500)
        ethernet = opaque(2, struct.pack('>I', length + 18) + self.octets(6) + bytes(2) + self.octets(6) + bytes(2) +
                          struct.pack('>I', r.choice([0x800, 0x86dd])))
        size = r.choice([4, 16])
        ip = opaque(3 if size == 4 else 4, struct.pack('>II', length, r.choice([6, 17])) + self.octets(2 * size) +
                    struct.pack('>IIII', r.randrange(65536), r.randrange(65536), r.randrange(256), r.randrange(256)))
        return r.choice([[ethernet], [ip], [ethernet, ip], [ip, ethernet]])

    def socket(self):
        r = self.r
        kind = r.choice([SOCKET4, SOCKET6])
        size = 4 if kind == SOCKET4 else 16
        return [opaque(kind, struct.pack('>I', r.choice([6, 17])) + self.octets(2 * size) +
                       struct.pack('>II', r.randrange(1, 65536), r.randrange(1, 65536)))]

    def sample(self):
        r = self.r
        records = self.socket() if r.random() < .1 else self.records()
        rate, pool = r.choice([0, 1, 100, 2048]), r.getrandbits(32)
        interfaces = [r.randrange(1, 1 << 24) for _ in range(2)]
        if r.random() < .5:
            form = r.choice([0, 0, 1, 2])		# out: an interface, dropped, several
            body = struct.pack('>IIIIIII', self.sequence, 7, rate, pool, 0, interfaces[0],
                               form << 30 | interfaces[1])
            return opaque(1, body + struct.pack('>I', len(records)) + b''.join(records))
        body = struct.pack('>IIIIIIIIII', self.sequence, 0, 7, rate, pool, 0, 0, interfaces[0],
                           r.choice([0, 0, 1, 2]), interfaces[1])
        return opaque(3, body + struct.pack('>I', len(records)) + b''.join(records))

    def other(self):
        """Counters, a discarded packet's notification, another enterprise's sample: they are no flows."""
        return opaque(self.r.choice([2, 4, 5, 4413 << 12 | 7]), self.octets(4 * self.r.randrange(3, 10)))

    def datagram(self):
        self.sequence += 1
        samples = [self.sample() if self.r.random() < .9 else self.other() for _ in range(self.r.randrange(1, 4))]
        return struct.pack('>II4sIIII', 5, 1, b'\xc0\0\2\x63', self.r.randrange(2), self.sequence, 1000,
                           len(samples)) + b''.join(samples)


def datagrams(seed, count):
    made = Maker(seed)
    for _ in range(count):
        yield b'\xc0\0\2\x63', 40000, made.datagram()


if __name__ == '__main__':
    generate.main(datagrams)
