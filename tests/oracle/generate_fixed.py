# SPDX-License-Identifier: BSD-2-Clause
"""Random NetFlow v1, v5, v7 and v8 datagrams: generate_fixed.py SEED DATAGRAMS FILE.pcap.

All 14 aggregation methods of v8; uptimes that wrap, counts that lie, sampling fields with mode bits,
octets without a meaning that are not zero.
"""
import random
import struct

import aggregates
import generate

WHOLE = 1 << 32


class Maker:
    def __init__(self, seed):
        self.r = random.Random(seed)
        self.sequence = 0

    def octets(self, n):
        return bytes(self.r.randrange(256) for _ in range(n))

    def header(self, version, count):
        """The 16 octets that all versions have; the uptime of them is self.uptime."""
        r = self.r
        self.uptime = r.choice([r.randrange(5000000, WHOLE), r.randrange(1000, 100000), WHOLE - r.randrange(1, 1000)])
        return struct.pack('>HHIII', version, count, self.uptime, generate.EPOCH - r.randrange(2),
                           r.choice([0, r.randrange(1000000000), 999999999]))

    def times(self):
        """First and last as uptimes: before the header's (modulo 2^32), rarely a little after it."""
        r = self.r
        last = self.uptime + r.choice([0, -r.randrange(60000), -r.randrange(60000), r.randrange(1000)])
        first = last - r.choice([0, r.randrange(1000), r.randrange(3600000)])
        return struct.pack('>II', first % WHOLE, last % WHOLE)

    def counters(self):
        r = self.r
        return struct.pack('>II', r.choice([0, 1, r.getrandbits(16), r.getrandbits(32), WHOLE - 1]),
                           r.choice([0, 40, r.getrandbits(20), r.getrandbits(32), WHOLE - 1]))

    def record(self, version):
        r = self.r
        ports = struct.pack('>HH', r.randrange(65536), r.choice([0, 53, 0x0800, 0x0301, r.randrange(65536)]))
        proto, octet = bytes([r.choice([1, 6, 17, 47, 58])]), lambda: self.octets(1)
        out = self.octets(8) + r.choice([bytes(4), self.octets(4)]) + self.octets(4) + self.counters() + \
            self.times() + ports
        if version == 1:
            return out + self.octets(2) + proto + self.octets(13)
        if version == 5:
            return out + self.octets(2) + proto + self.octets(7) + self.octets(2)
        return out + octet() + octet() + proto + self.octets(1 + 4 + 2 + 2 + 4)

    def aggregate(self, method):
        """A record of v8: octets by chance, but for its times and its protocol."""
        r = self.r
        out = bytearray(self.octets(aggregates.SIZES[method]))
        for name, at, size in aggregates.FIELDS[method]:
            if name == 'first':
                out[at:at + 8] = self.times()
            elif name == 'proto':
                out[at] = r.choice([1, 6, 17, 58])
            elif name == 'flows':
                out[at:at + 4] = struct.pack('>I', r.choice([0, 1, 7, r.getrandbits(32)]))
            elif r.random() < .1:
                out[at:at + size] = bytes(size)
        return bytes(out)

    def datagram(self, version):
        r = self.r
        number = r.randrange(1, 6)
        told = number + r.choice([0] * 8 + [-1, 3])
        head = self.header(version, told)
        self.sequence += told
        if version == 1:
            return head + b''.join(self.record(1) for _ in range(number))
        if version == 5:
            rate = r.choice([0, 0, 1, 100, 16383]) | r.randrange(4) << 14
            head += struct.pack('>I', self.sequence) + self.octets(2) + struct.pack('>H', rate)
        elif version == 7:
            head += struct.pack('>I', self.sequence) + self.octets(4)
        else:
            method = r.randrange(1, 15)
            head += struct.pack('>I', self.sequence) + self.octets(2) + bytes([method, 2]) + self.octets(4)
            return head + b''.join(self.aggregate(method) for _ in range(number))
        return head + b''.join(self.record(version) for _ in range(number))


def datagrams(seed, count):
    maker = Maker(seed)
    for n in range(count):
        version = maker.r.choice([1, 5, 5, 7, 8, 8, 8])
        yield bytes([192, 0, 2, 1 + n % 50]), 40000, maker.datagram(version)


if __name__ == '__main__':
    generate.main(datagrams)
