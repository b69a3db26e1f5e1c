# SPDX-License-Identifier: BSD-2-Clause
"""Random sFlow v5 datagrams: generate_sflow.py SEED DATAGRAMS FILE.pcap.

Flow samples, compact and expanded, of raw headers (Ethernet with VLAN, MPLS, or IP alone), with
switch, router, gateway and socket records; as "sFlow Version 5" (July 2004) draws them.
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
            return struct.pack('>HHIIBBHHH', r.randrange(65536), r.randrange(65536), 1, 2, 0x50,
                               r.randrange(256), 512, 0, 0)
        if proto == 17:
            return struct.pack('>HHHH', r.randrange(1, 65536), r.randrange(20000, 60000), 20, 0) + bytes(12)
        return struct.pack('>BBHHH', r.randrange(256), r.randrange(16), 0, 1, 1)

    def ip(self):
        """(Ethernet type, packet)."""
        r, version = self.r, self.r.choice([4, 4, 6])
        proto = r.choice([6, 17, 1 if version == 4 else 58])
        body = self.transport(proto)
        more = r.randrange(1400)	# that was not sampled
        if version == 4:
            options = bytes(4 * r.choice([0, 0, 0, 1, 3]))
            head = struct.pack('>BBHHHBBH', 0x45 + len(options) // 4, r.randrange(256),
                               20 + len(options) + len(body) + more, r.randrange(65536),
                               r.choice([0, 0x4000]), r.randrange(1, 256), proto, 0)
            return 0x800, head + self.octets(8) + options + body, more
        extension = b'' if r.random() < .8 else struct.pack('>BB', proto, 0) + bytes(6)
        head = struct.pack('>IHBB', 6 << 28 | r.randrange(256) << 20 | r.randrange(1 << 20),
                           len(extension) + len(body) + more, 0 if extension else proto, r.randrange(1, 256))
        return 0x86dd, head + self.octets(32) + extension + body, more

    def frame(self):
        """(header protocol, sampled octets, octets of the frame that were not sampled)."""
        r = self.r
        kind, packet, more = self.ip()
        if r.random() < .15:
            return (11 if kind == 0x800 else 12), packet, more
        tags = b''
        if r.random() < .3:
            tags = b''.join(struct.pack('>HH', tag, r.randrange(1, 4095))
                            for tag in r.choice([[0x8100], [0x88a8, 0x8100], [0x8100, 0x8100]]))
        if r.random() < .2:
            labels = r.randrange(1, 4)
            packet = b''.join(struct.pack('>I', r.randrange(16, 1 << 20) << 12 | (i == labels - 1) << 8 | 64)
                              for i in range(labels)) + packet
            kind = 0x8847
        return 1, self.octets(12) + tags + struct.pack('>H', kind) + packet, more

    def address(self):
        return struct.pack('>I', 1) + self.octets(4) if self.r.random() < .6 else \
            struct.pack('>I', 2) + self.octets(16)

    def records(self):
        r, out = self.r, []
        protocol, header, more = self.frame()
        length = len(header) + more + 4
        out.append(opaque(RAW, struct.pack('>IIII', protocol, length, 4, len(header)) + header +
                          bytes(-len(header) % 4)))
        if r.random() < .4:
            out.append(opaque(SWITCH, struct.pack('>IIII', r.choice([1, 100, 4094, 0xffffffff]), 0,
                                                  r.choice([1, 200, 0xffffffff]), 0)))
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

    def datagram(self):
        self.sequence += 1
        samples = [self.sample() for _ in range(self.r.randrange(1, 4))]
        return struct.pack('>II4sIIII', 5, 1, b'\xc0\0\2\x63', self.r.randrange(2), self.sequence, 1000,
                           len(samples)) + b''.join(samples)


def datagrams(seed, count):
    made = Maker(seed)
    for _ in range(count):
        yield b'\xc0\0\2\x63', 40000, made.datagram()


if __name__ == '__main__':
    generate.main(datagrams)
