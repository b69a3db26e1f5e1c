# SPDX-License-Identifier: BSD-2-Clause
"""Random option data with sampling rates, and data beside it: generate_sampling.py SEED DATAGRAMS FILE.pcap.

Each exporter sends a few datagrams of NetFlow v9 or IPFIX: rates as intervals, sizes, spaces and
probabilities, whole and fractions, for the exporter, an interface or a sampler (RFC 3954 6.1, RFC 5477),
before and after the data that they are for, changed, refused, from another domain; and counters of both
directions (RFC 5103) to scale.
"""
import random
import struct

import generate

REVERSE = 29305
DATA = [(0, 8, 4), (0, 12, 4), (0, 4, 1), (0, 1, 8), (0, 2, 4), (0, 152, 8), (0, 153, 8)]


def number(value, size):
    return value.to_bytes(size, 'big')


class Exporter:
    """What one sends: its version, whom its rates are for, and how it tells them."""

    def __init__(self, r):
        self.r = r
        self.version = r.choice([9, 10])
        self.target = r.choice(['domain', 'domain', 'interface', 'sampler', 'sampler'])
        self.how = r.choice(['interval', 'random', 'space', 'size', 'size', 'probability', 'packets'])
        self.sampler = r.choice([48, 302]) if self.version == 10 else 48
        self.width = r.choice([1, 2, 4]) if self.version == 9 else r.choice([1, 4, 8])
        self.both = self.version == 10 and r.random() < .3
        self.interfaces = self.target == 'interface' or r.random() < .3
        self.own_rate = r.random() < .15
        self.domain, self.sends_as, self.sequence = r.randrange(4), 0, 0

    def rate(self):
        """[(element, octets)] of a rate; one in eight cannot be."""
        r = self.r
        low = r.choice([1, 1, 2, 3, 7, 9, 100, r.randrange(1, 1000)])
        high = low * r.choice([1, 2, 10, 1000]) + r.choice([0, 0, r.randrange(1000)])
        if r.random() < .12:
            low, high = r.choice([(3, 2), (0, 5), (5, 0), (1, (1 << 24) + 1), (1, 0xffffffff)])
        if self.how in ('interval', 'random'):
            return [(34 if self.how == 'interval' else 50, number(high, 4))] + \
                ([(35, number(r.choice([1, 2]), 1))] if self.how == 'interval' else [])
        if self.how == 'space':
            return [(305, number(low, 4)), (306, number(max(high - low, 0), 4))]
        if self.how == 'packets':
            return [(304, number(1, 2)), (305, number(high, 4))]
        if self.how == 'size':
            return [(309, number(low, 4)), (310, number(high, 4))]
        chance = low / high if high else 0.0
        return [(311, struct.pack(*r.choice([('>d', chance), ('>d', chance), ('>f', chance)])))]

    def whom(self):
        """(scope, [(element, octets)]) that say whom the rate is for; the scope is (element, octets)."""
        r = self.r
        one = r.randrange(1, 4)
        if self.target == 'interface':
            return (2 if self.version == 9 else 10, number(one, 4)), []
        plain = (1, number(r.randrange(256), 4)) if self.version == 9 else \
            r.choice([(149, number(self.sends_as, 4)), (144, number(7, 4)), (143, number(9, 4))])
        if self.target == 'domain':
            return plain, []
        if self.version == 10 and r.random() < .6:
            return (self.sampler, number(one, self.width)), []
        return plain, [(self.sampler, number(one, self.width))]

    def options(self):
        """A template of options and a record of it, as sets."""
        scope, more = self.whom()
        fields = more + self.rate()
        self.r.shuffle(fields)
        template = 256 + self.r.randrange(3)
        layout = b''.join(struct.pack('>HH', e, len(octets)) for e, octets in [scope] + fields)
        if self.version == 9:
            head = struct.pack('>HHH', template, 4, 4 * len(fields))
        else:
            head = struct.pack('>HHH', template, 1 + len(fields), 1)
        record = b''.join(octets for _, octets in [scope] + fields)
        return self.set(1 if self.version == 9 else 3, head + layout) + self.set(template, record)

    def set(self, number_of, body):
        padding = bytes(-len(body) % 4) if self.version == 9 else b''
        return struct.pack('>HH', number_of, 4 + len(body) + len(padding)) + body + padding

    def data(self):
        r = self.r
        fields = list(DATA)
        if self.interfaces:
            fields += [(0, 10, 4), (0, 14, 4)]
        if self.target == 'sampler':
            fields.append((0, self.sampler, self.width))
        if self.both:
            fields += [(REVERSE, 1, 8), (REVERSE, 2, 4)]
        if self.own_rate:
            fields += [(0, 309, 2), (0, 310, 4)]
        layout = b''.join(struct.pack('>HH', e | (0x8000 if pen else 0), size) +
                          (struct.pack('>I', pen) if pen else b'') for pen, e, size in fields)
        records = b''.join(b''.join(self.value(*f) for f in fields) for _ in range(r.randrange(1, 4)))
        head = struct.pack('>HH', 300, len(fields))
        return self.set(0 if self.version == 9 else 2, head + layout) + self.set(300, records)

    def value(self, pen, e, size):
        r = self.r
        if e in (1, 2):
            return number(r.choice([0, 1, r.randrange(100), r.getrandbits(20), r.getrandbits(min(8 * size - 1, 40))]), size)
        if e in (152, 153):
            return number((generate.EPOCH - 60 * (153 - e)) * 1000 + r.randrange(1000), size)
        if e in (10, 14, 48, 302):
            return number(r.randrange(1, 5), size)
        if e == 4:
            return number(r.choice([6, 17]), size)
        if e in (309, 310):
            return number(r.choice([0, 3, 4]) if e == 309 else 11, size)
        return bytes(r.randrange(1, 256) for _ in range(size))

    def datagram(self):
        r = self.r
        self.sends_as = self.domain + (4 if r.random() < .15 else 0)	# another domain of the same exporter
        parts = [self.data()] + [self.options() for _ in range(r.choice([0, 1, 1, 2]))]
        r.shuffle(parts)
        body = b''.join(parts)
        self.sequence += 1
        if self.version == 9:
            return struct.pack('>HHIIII', 9, 2 * len(parts), 5000000, generate.EPOCH, self.sequence, self.sends_as) + body
        return struct.pack('>HHIII', 10, 16 + len(body), generate.EPOCH, self.sequence, self.sends_as) + body


def datagrams(seed, count):
    r = random.Random(seed)
    exporter, left = None, 0
    for n in range(count):
        if left == 0:
            exporter, left = Exporter(r), r.randrange(2, 9)
            address = bytes([10]) + struct.pack('>I', n + 1)[1:]
        left -= 1
        yield address, 40000, exporter.datagram()


if __name__ == '__main__':
    generate.main(datagrams)
