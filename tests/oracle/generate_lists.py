# SPDX-License-Identifier: BSD-2-Clause
"""Random IPFIX with structured data (RFC 6313): generate_lists.py SEED DATAGRAMS FILE.pcap.

All three kinds of lists, IANA's other elements of these types, all semantics; nested, of variable and of
fixed length, repeated, empty, cut, with templates that are not known; as YAF sends them.
"""
import random
import struct

import elements
import generate
import generate_templates

KINDS = {'basicList': 291, 'subTemplateList': 292, 'subTemplateMultiList': 293}
OTHERS = [e for (pen, e), (_, kind) in elements.REGISTRY.items() if pen == 0 and kind == 'basicList' and e != 291]
SIZES = {'unsigned8': 1, 'unsigned16': 2, 'unsigned32': 4, 'unsigned64': 8, 'signed32': 4, 'float64': 8, 'boolean': 1,
         'macAddress': 6, 'ipv4Address': 4, 'ipv6Address': 16, 'dateTimeSeconds': 4, 'dateTimeMilliseconds': 8,
         'dateTimeMicroseconds': 8, 'dateTimeNanoseconds': 8, 'string': None, 'octetArray': None}
SIMPLE = [key for key, (_, kind) in elements.REGISTRY.items() if kind in SIZES and key not in ((0, 210), (0, 95))]
CERTS = [key for key in SIMPLE if key[0] == elements.CERT]
FLOW = [(0, 8, 4), (0, 12, 4), (0, 4, 1), (0, 7, 2), (0, 11, 2), (0, 1, 8), (0, 2, 4), (0, 152, 8), (0, 153, 8)]
VARIABLE = 65535
UNKNOWN = 999		# a template that nobody announces


def length_octets(n, long=False):
    """RFC 7011 7: one octet, or three."""
    return bytes([n]) if n < 255 and not long else b'\xff' + struct.pack('>H', n)


class Maker(generate_templates.Maker):
    """templates: {id: [(pen, id, length)]} of the datagram on its way."""

    def octets(self, n):
        return bytes(self.r.randrange(256) for _ in range(n))

    def field(self):
        """A simple element for a list's record: (pen, id, length)."""
        r = self.r
        if r.random() < .05:
            return r.randrange(50000, 60000), r.randrange(1, 32768), r.choice([1, 4, 8, 12, VARIABLE])
        if r.random() < .04:
            return 0, 210, r.randrange(1, 4)
        if r.random() < .04:
            return 0, r.randrange(2000, 32768), r.choice([2, 8, VARIABLE])
        if r.random() < .25:
            pen, e = r.choice([(0, 6), (0, 56), (0, 80), (0, 81), (0, 57), (0, 10), (0, 58), (0, 4), (0, 12), (0, 2),
                               (0, 184), (6871, 14), (6871, 15)])
        else:
            pen, e = r.choice(SIMPLE if r.random() < .8 else CERTS)
        kind = elements.REGISTRY[pen, e][1]
        size = SIZES[kind]
        if size is None:
            size = r.choice([VARIABLE, VARIABLE, 7])
        elif kind.startswith(('unsigned', 'signed')) and r.random() < .15:
            size = r.randrange(1, size + 1)
        elif kind == 'float64' and r.random() < .3:
            size = 4
        if pen == 0 and r.random() < .05:
            pen = elements.REVERSE
        return pen, e, size

    def simple(self, pen, e, size):
        r, kind = self.r, elements.described(pen, e)[1]
        if kind == 'string' or kind is None and r.random() < .5:
            n = r.choice([0, 1, 5, 30, 300]) if size == VARIABLE else size
            return bytes(r.choice(b'abcdefghijklmnopqrstuvwxyz0123456789 ."\\') for _ in range(n))
        if size == VARIABLE:
            return self.octets(r.choice([0, 1, 4, 20, 254, 255, 256]))
        if kind == 'boolean':
            return bytes([r.choice([1, 2])])
        if kind == 'float64':
            return struct.pack('>f' if size == 4 else '>d', r.choice([0.0, 0.5, -3.25, 1.5e10, r.random()]))
        if kind in ('dateTimeSeconds', 'dateTimeMilliseconds') or (kind or '').startswith('dateTime'):
            return self.time(kind)
        return bytes(size) if r.random() < .05 else self.octets(size)

    def time(self, kind):
        at = generate.EPOCH - self.r.randrange(3600)
        if kind == 'dateTimeSeconds':
            return struct.pack('>I', at)
        if kind == 'dateTimeMilliseconds':
            return struct.pack('>Q', at * 1000 + self.r.randrange(1000))
        return struct.pack('>II', (at + 2208988800) & 0xffffffff, self.r.getrandbits(32))

    def value_of(self, field, depth):
        """The octets of a field, with its length before them where that is variable."""
        pen, e, size = field
        if pen == 0 and (e in KINDS.values() or e in OTHERS):
            body = self.list(e, depth)
        elif self.flow and (pen, e) in ((0, 152), (0, 153)):
            body = self.time('dateTimeMilliseconds')
        else:
            body = self.simple(*field)
        return length_octets(len(body), self.r.random() < .1) + body if size == VARIABLE else body

    def semantic(self):
        return bytes([self.r.choice([0, 1, 2, 3, 3, 3, 4, 255, 255, self.r.randrange(256)])])

    def list(self, element, depth):
        if element == 292:
            return self.semantic() + self.sub_template(depth)
        if element == 293:
            return self.semantic() + self.multi(depth)
        return self.semantic() + self.basic(depth)

    def basic(self, depth):
        r = self.r
        pen, e, size = self.list_field() if depth < 3 and r.random() < .3 else self.field()
        if (pen, e) == (0, 210):
            pen, e, size = 0, 483, 4
        out = struct.pack('>HH', e | (0x8000 if pen else 0), size) + (struct.pack('>I', pen) if pen else b'')
        out += b''.join(self.value_of((pen, e, size), depth + 1) for _ in range(r.choice([0, 1, 1, 2, 5])))
        if r.random() < .03 and size not in (VARIABLE, 1):
            out += self.octets(r.randrange(1, size))	# a value that is cut
        return out

    def list_field(self):
        return 0, self.r.choice([291, 291, 292, 293, self.r.choice(OTHERS)]), VARIABLE

    def template(self, depth):
        """A new template for a list's records; its id."""
        r = self.r
        fields = [self.field() for _ in range(r.choice([1, 1, 2, 3, 6]))]
        if depth < 3 and r.random() < .3:
            fields.insert(r.randrange(len(fields) + 1), self.list_field())
        if r.random() < .1:
            fields.append(r.choice(fields))
        number = self.next_id
        self.next_id += 1
        self.templates[number] = fields
        return number

    def known(self, depth):
        """The id of a template; one of this datagram's that has no lists in it, or a new one."""
        plain = [i for i, fields in self.templates.items() if i != self.own and
                 all(f[0] or f[1] not in KINDS.values() and f[1] not in OTHERS for f in fields)]
        return self.r.choice(plain) if plain and self.r.random() < .4 else self.template(depth)

    def records(self, number, counts, depth):
        return b''.join(b''.join(self.value_of(f, depth + 1) for f in self.templates[number])
                        for _ in range(self.r.choice(counts)))

    def sub_template(self, depth):
        if self.r.random() < .04:
            return struct.pack('>H', UNKNOWN) + self.octets(self.r.randrange(1, 9))
        number = self.known(depth)
        return struct.pack('>H', number) + self.records(number, [0, 1, 1, 1, 2, 4], depth)

    def multi(self, depth):
        out = b''
        for _ in range(self.r.choice([0, 1, 2, 2, 3])):
            if self.r.random() < .04:
                number, body = UNKNOWN, self.octets(self.r.randrange(1, 9))
            else:
                number = self.known(depth)
                body = self.records(number, [0, 1, 1, 1, 2], depth)
            out += struct.pack('>HH', number, 4 + len(body)) + body
        return out

    def own_fields(self):
        r = self.r
        fields = list(FLOW) + [f for f in [(0, 6, 1), (0, 56, 6), (0, 10, 4), (0, 61, 1)] if r.random() < .3]
        for _ in range(r.choice([1, 1, 1, 2, 3])):
            fields.insert(r.randrange(len(fields) + 1), self.list_field())
        return fields

    def datagram(self, domain):
        """Templates, the data's and those of its lists, before, after or around each other; then the data."""
        r = self.r
        self.templates, self.own, self.flow = {}, 256 + r.randrange(10), True
        self.next_id = 300 + r.randrange(50)
        fields = self.templates[self.own] = self.own_fields()
        number = r.randrange(1, 4)
        data = b''.join(b''.join(self.value_of(f, 0) for f in fields) for _ in range(number))
        order = list(self.templates.items())
        if r.random() < .5:
            r.shuffle(order)
        body = b''.join(self.template_octets(*t) for t in order)
        sets = struct.pack('>HH', 2, 4 + len(body)) + body + struct.pack('>HH', self.own, 4 + len(data)) + data
        if len(sets) > 60000:
            return None
        self.sequence += number
        return struct.pack('>HHIII', 10, 16 + len(sets), generate.EPOCH, self.sequence - number, domain) + sets

    @staticmethod
    def template_octets(number, fields):
        out = struct.pack('>HH', number, len(fields))
        for pen, e, size in fields:
            out += struct.pack('>HH', e | (0x8000 if pen else 0), size) + (struct.pack('>I', pen) if pen else b'')
        return out


def datagrams(seed, count):
    maker = Maker(seed)
    for n in range(count):
        made = None
        while made is None:
            made = maker.datagram(n % 4)
        yield bytes([192, 0, 2, 1 + n % 5]), 40000, made


if __name__ == '__main__':
    generate.main(datagrams)
