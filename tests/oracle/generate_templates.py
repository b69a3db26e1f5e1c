# SPDX-License-Identifier: BSD-2-Clause
"""Random exports with the twists of real devices: generate_templates.py SEED DATAGRAMS FILE.pcap.

Each datagram brings its own template (repeats, both families, odd lengths, variable lengths, zero
counters, reverse elements), so that data never waits, and values are random, so that where an octet
went can be told from what comes out.
"""
import random
import struct

import generate
from generate import EPOCH

REVERSE = 29305
TIMES = [(152, 153, 8), (154, 155, 8), (156, 157, 8), (150, 151, 4), (158, 159, 4), (22, 21, 4)]
COUNTERS = [(1, 2), (85, 86), (231, 298), (23, 24), (352, None)]
NUMBERS = {4: 1, 5: 1, 6: 1, 7: 2, 11: 2, 10: 4, 14: 4, 16: 4, 17: 4, 128: 4, 129: 4, 9: 1, 13: 1, 29: 1, 30: 1,
           61: 1, 234: 4, 235: 4, 58: 2, 59: 2, 243: 2, 254: 2, 256: 2, 52: 1, 53: 1, 25: 2, 26: 2, 136: 1, 55: 1,
           54: 4, 197: 1, 31: 4, 227: 2, 228: 2, 361: 2, 362: 2, 363: 2, 364: 2, 230: 1, 233: 1, 148: 8, 138: 8,
           180: 2, 181: 2, 192: 1, 252: 4, 253: 4, 32: 2, 139: 2, 48: 1, 88: 2, 64: 4, 198: 8, 163: 4}
FIXED = {8: 4, 12: 4, 15: 4, 18: 4, 225: 4, 226: 4, 27: 16, 28: 16, 62: 16, 63: 16, 281: 16, 282: 16, 56: 6, 57: 6,
         80: 6, 81: 6, 70: 3, 71: 3, 72: 3, 130: 4, 131: 16}
TEXTS = [82, 83, 96, 371, 94]
REVERSED = [4, 5, 7, 10, 16, 58, 88, 136, 163]	# of these RFC 5103 makes the other direction's


class Maker:
    def __init__(self, seed):
        self.r = random.Random(seed)
        self.sequence = 0

    def fields(self):
        """[(pen, id, length, kind)], in random order; families and pairs stay in sensible company."""
        r, out = self.r, []
        families = r.choice([[4], [4], [6], [6], [4, 6], [4, 4], [6, 4], []])
        for family in families:
            out += [(0, e, n) for e, n in (((8, 4), (12, 4)) if family == 4 else ((27, 16), (28, 16)))]
        if len(set(families)) == 2 and r.random() < .7:
            out.append((0, 60, 1))
        for octets, packets in r.sample(COUNTERS, r.choice([0, 1, 1, 1, 2, 3])):
            size = r.choice([4, 8, 8, 3, 5])
            out.append((0, octets, size))
            if packets:
                out.append((0, packets, size))
        if r.random() < .2:
            out += [(REVERSE, 1, 8), (REVERSE, 2, 8)]
        for first, last, size in r.sample(TIMES, r.choice([0, 1, 1, 2, 3])):
            out += [(0, first, size), (0, last, size)]
        for e in r.sample(sorted(NUMBERS), r.randrange(0, 20)):
            out.append((0, e, self.length(NUMBERS[e])))
        for e in r.sample(sorted(set(FIXED) - {8, 12, 27, 28}), r.randrange(0, 8)):
            out.append((0, e, FIXED[e]))
        for e in r.sample(TEXTS, r.randrange(0, 3)):
            out.append((0, e, r.choice([65535, 8, 13])))
        for _ in range(r.choice([0, 0, 0, 1, 3])):
            out.append((r.randrange(1, 60000), r.randrange(1, 32768), r.choice([1, 2, 4, 8, 65535])))
        if out and r.random() < .3:		# an element once more
            out += [r.choice(out) for _ in range(r.randrange(1, 3))]
            out += [out[-1]] * r.choice([0, 0, 1])
        for e in r.sample(sorted(REVERSED), r.choice([0, 0, 0, 2])):
            out.append((REVERSE, e, NUMBERS[e]))
        if not families or r.random() < .5:
            r.shuffle(out)
        if r.random() < .1:
            out.insert(r.randrange(len(out) + 1), (0, 210, r.randrange(1, 5)))
        return out or [(0, 7, 2)]

    def length(self, natural):
        return natural if self.r.random() < .85 else self.r.randrange(1, natural + 1)

    def value(self, pen, element, length):
        r = self.r
        if length == 65535:
            text = bytes(r.choice(b'abcdefghijklmnopqrstuvwxyz') for _ in range(r.choice([0, 3, 9, 260])))
            return (bytes([len(text)]) if len(text) < 255 else b'\xff' + struct.pack('>H', len(text))) + text
        if pen == 0 and element in (152, 153):
            return ((EPOCH - r.randrange(3600)) * 1000 + r.randrange(1000)).to_bytes(8, 'big')
        if pen == 0 and element in (154, 155, 156, 157):
            return struct.pack('>II', EPOCH + 2208988800 - r.randrange(3600), r.getrandbits(32))
        if pen == 0 and element in (150, 151):
            return (EPOCH - r.randrange(3600)).to_bytes(4, 'big')
        if pen == 0 and element in (22, 21, 158, 159):
            return r.randrange(1, 3000000).to_bytes(4, 'big')
        if pen == 0 and element == 60:
            return bytes([r.choice([4, 6])])
        if pen == 0 and element == 4:
            return r.choice([1, 6, 17, 58, 47]).to_bytes(length, 'big')
        if pen == 0 and element in TEXTS:
            return bytes(r.choice(b'ABCDEFGHIJKLMNOPQRSTUVWXYZ') for _ in range(length))
        if r.random() < (.35 if pen == 0 and element in sum(map(list, COUNTERS), []) else .08):
            return bytes(length)
        if pen == 0 and element in (27, 28, 62, 63, 281, 282, 131) and r.random() < .15:
            return bytes(10) + b'\xff\xff' + bytes(r.randrange(1, 256) for _ in range(4))
        if pen in (0, REVERSE) and length == 8:
            return r.getrandbits(36).to_bytes(8, 'big')
        return bytes(r.randrange(256) for _ in range(length))

    def pairs_of_zero(self, record, fields):
        """The two times of a pair are there or not together, as devices have it."""
        for first, last, _ in TIMES:
            at = {f[1]: i for i, f in enumerate(fields) if f[0] == 0}
            if first in at and last in at and self.r.random() < .3:
                record[at[first]] = bytes(len(record[at[first]]))
                record[at[last]] = bytes(len(record[at[last]]))

    def datagram(self, version, domain, template_id):
        fields = self.fields()
        if version == 9:
            fields = [f for f in fields if f[0] == 0 and f[2] != 65535] or [(0, 7, 2)]
        template = struct.pack('>HH', template_id, len(fields))
        for pen, element, length in fields:
            template += struct.pack('>HH', element | (0x8000 if pen else 0), length)
            if pen:
                template += struct.pack('>I', pen)
        records = []
        for _ in range(self.r.randrange(1, 4)):
            record = [self.value(*f) for f in fields]
            self.pairs_of_zero(record, fields)
            records.append(b''.join(record))
        data = b''.join(records)
        if version == 9 or self.r.random() < .5:
            data += bytes(-len(data) % 4) if min(map(len, records)) > 3 else b''
        sets = struct.pack('>HH', 0 if version == 9 else 2, len(template) + 4) + template
        sets += struct.pack('>HH', template_id, len(data) + 4) + data
        if version == 9:
            self.sequence += 1
            return struct.pack('>HHIIII', 9, 1 + len(records), 5000000, EPOCH, self.sequence, domain) + sets
        self.sequence += len(records)
        return struct.pack('>HHIII', 10, 16 + len(sets), EPOCH, self.sequence - len(records), domain) + sets


def datagrams(seed, count):
    maker = Maker(seed)
    for n in range(count):
        version = maker.r.choice([9, 10, 10])
        yield b'\xc0\0\2' + bytes([1 + n % 5]), 40000 + n % 3, maker.datagram(version, n % 4, 256 + n % 7)


if __name__ == '__main__':
    generate.main(datagrams)
