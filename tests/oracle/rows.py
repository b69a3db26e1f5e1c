# SPDX-License-Identifier: BSD-2-Clause
"""Records to rows: which element decides which column.

Written from flow-file(5), IANA's registry of IPFIX information elements and RFC 7011, 5103, 8158.
"""
import ipaddress
from datetime import datetime, timezone

import fixed
import packet
import sampling
import sflow
import structured
import templates

REVERSE = 29305
ANY = object()		# a column's value that no document decides: it is not compared

# Columns of unsigned numbers: elements by precedence, the first that is not zero counts, else the
# first that is present.
NUMBERS = {
    'proto': (8, [4]), 'tos': (8, [5]), 'flow_label': (32, [31]),
    'in_if': (32, [10, 252]), 'out_if': (32, [14, 253]), 'src_as': (32, [16]), 'dst_as': (32, [17]),
    'prev_as': (32, [129]), 'next_as': (32, [128]), 'direction': (8, [61]), 'in_vrf': (32, [234]),
    'out_vrf': (32, [235]), 'src_vlan': (16, [58, 243]), 'dst_vlan': (16, [59, 254]),
    'ether_type': (16, [256]), 'ip_version': (8, [60]), 'min_length': (16, [25]),
    'max_length': (16, [26]), 'end_reason': (8, [136]), 'dst_tos': (8, [55]), 'frag_id': (32, [54]),
    'frag_flags': (8, [197]), 'nat_src_port': (16, [227, 40003]), 'nat_dst_port': (16, [228, 40004]),
    'port_block_start': (16, [361]), 'port_block_end': (16, [362]), 'port_block_step': (16, [363]),
    'port_block_size': (16, [364]), 'nat_event': (8, [230]), 'fw_event': (8, [233, 40005]),
    'fw_ext_event': (16, [33002]),
    'biflow_direction': (8, [239]), 'engine_type': (8, [38]), 'engine_id': (8, [39]),
    'observation_point': (64, [138]), 'conn_id': (64, [148]), 'min_ttl': (8, [52, 192]),
    'max_ttl': (8, [53, 192]), 'src_port': (16, [7, 180, 182]), 'dst_port': (16, [11, 181, 183]),
    'tcp_flags': (16, [6]),
}
FIRST_PRESENT = ('min_ttl', 'max_ttl')	# a TTL of 0 is one
MACS = {'in_src_mac': 56, 'in_dst_mac': 80, 'out_src_mac': 81, 'out_dst_mac': 57}
MPLS = {'mpls_%d' % (i + 1): 70 + i for i in range(10)}
ADDRESSES = [{'next_hop': (15, 62)}, {'bgp_next_hop': (18, 63)},
             {'nat_src_addr': (225, 281, 40001), 'nat_dst_addr': (226, 282, 40002)}]

# Kinds of counters, of which one counts for a row: bytes, packets, and the same of the reverse direction.
COUNTERS = [
    ((0, 1), (0, 2), (REVERSE, 1), (REVERSE, 2)),
    ((0, 85), (0, 86), (REVERSE, 85), (REVERSE, 86)),
    ((0, 231), (0, 298), (0, 232), (0, 299)),
    ((0, 23), (0, 24), (REVERSE, 23), (REVERSE, 24)),
    ((0, 352), (0, 2), (REVERSE, 352), (REVERSE, 2)),
]


OF_HEADER = ('proto', 'src_port', 'dst_port', 'flow_label', 'ip_version', 'tos', 'tcp_flags', 'min_ttl',
             'max_ttl', 'frag_id', 'frag_flags')
PACKETS = (86, 298, 24)	# that go with 352 where there is no 2


def number(value):
    return int.from_bytes(value, 'big')


def capped(bits, value):
    return min(value, (1 << bits) - 1)


class Record:
    def __init__(self, fields):
        self.fields = [f for f in fields if not f.nested]
        self.first = {}
        for f in self.fields:
            if not f.scope:
                self.first.setdefault((f.pen, f.id), f.value)

    def get(self, element, pen=0):
        """The first occurrence's bytes; None if there is none, or one of no length."""
        value = self.first.get((pen, element))
        return value if value else None

    def candidates(self, elements):
        """What may fill a column: the first occurrence of its element, any of the others."""
        first = [self.get(elements[0])] if self.get(elements[0]) else []
        return first + [f.value for e in elements[1:] for f in self.fields
                        if (f.pen, f.id) == (0, e) and f.value and not f.scope]

    def number(self, element, pen=0):
        value = self.get(element, pen)
        return None if value is None else number(value)


def pairs_of(record):
    """[(version, [source, destination])]: the k-th 8 belongs to the k-th 12, the k-th 27 to the k-th 28."""
    pairs = []
    for f in record.fields:
        place = {8: (4, 0), 12: (4, 1), 27: (6, 0), 28: (6, 1)}.get(f.id) if f.pen == 0 else None
        if place is None or len(f.value) != (4 if place[0] == 4 else 16):
            continue
        version, side = place
        pair = next((p for v, p in pairs if v == version and p[side] is None), None)
        if pair is None:
            pair = [None, None]
            pairs.append((version, pair))
        pair[side] = f.value
    return pairs


def address_pair(record):
    """(IPv6?, [source, destination]) of the header that the row is (wire/decode.h)."""
    pairs = pairs_of(record)
    said = record.number(60)
    filled = [p for p in pairs if any(a is not None and any(a) for a in p[1])]
    among = filled or pairs
    if not among:
        return False, [None, None]
    version, pair = next((p for p in among if p[0] == said), among[0])
    return version == 6, pair


def is_outer(record, pair):
    return not pairs_of(record) or pairs_of(record)[0][1] == pair


def address_texts(pair, of_six):
    """IPv4-mapped addresses are IPv4's where all are, but in a flow that says that it is of IPv6 (flow-file(5))."""
    return [None if a is None else packet.address_text(ipaddress.ip_address(a)) if of_six else one_address(a)
            for a in pair]


def is_mapped(pair):
    there = [ipaddress.IPv6Address(a) for a in pair if a is not None and any(a)]
    return bool(there) and all(a.ipv4_mapped is not None for a in there)


def is_mixed(version, pair):
    """One address IPv4-mapped, the other of IPv6: it is a flow of IPv6 (flow-file(5))."""
    return version == 6 and None not in pair and \
        len({ipaddress.IPv6Address(a).ipv4_mapped is not None for a in pair}) == 2


def one_address(value):
    a = ipaddress.ip_address(value)
    return str(a.ipv4_mapped) if a.version == 6 and a.ipv4_mapped is not None else str(a)


def ntp_ms(value):
    """RFC 7011 6.1.9, 6.1.10: seconds since 1900 and a binary fraction; era 1 begins in 2036."""
    seconds, fraction = number(value[:4]), number(value[4:8])
    if not seconds & 0x80000000:
        seconds += 1 << 32
    return (seconds - 2208988800) * 1000 + (fraction * 1000 >> 32)


def times_of(record, message, init_ms):
    """(first, last) in ms since 1970 as the record tells, a missing one None."""
    def plain(scale):
        return lambda v: number(v) * scale if number(v) else None

    def ntp(v):
        return ntp_ms(v) if len(v) == 8 and number(v) else None

    def behind(v):	# one of the two is 0: a flow that goes on at the export
        both = [record.number(e) for e in (158, 159)]
        return message.export_ms - number(v) // 1000 if any(both) else None

    def uptime(v):	# one of the two is 0: a flow that began with the exporter
        if not any(record.number(e) for e in (22, 21)):
            return None
        if message.version == 9:
            return fixed.uptime_ms(message.export_ms, message.uptime, number(v))
        return init_ms + number(v) if init_ms is not None else None

    event = plain(1)(record.get(323) or b'')
    half = None
    for a, b, read in ((152, 153, plain(1)), (154, 155, ntp), (156, 157, ntp), (150, 151, plain(1000)),
                       (158, 159, behind), (22, 21, uptime)):
        there = [e for e in (a, b) if record.get(e) is not None]
        pair = [None if record.get(e) is None else read(record.get(e)) for e in (a, b)]
        if there and all(pair[(a, b).index(e)] is not None for e in there) and len(there) == 2:
            return pair
        if half is None and pair != [None, None]:
            half = pair
    return half if half and None not in half else \
        [half[0] if half[0] is not None else None, half[1] if half[1] is not None else event] if half else [None, None]


def counters(record):
    """[bytes, packets, reverse bytes, reverse packets]: the first kind that is whole, else that counts."""
    some = first = None
    for kind in COUNTERS:
        value = [record.number(e, pen) for pen, e in kind]
        there = [v for v in value[:2] if v is not None]
        if not there or (kind[0] == (0, 352) and value[0] is None):
            continue
        reverse = any(value[2:])
        if kind[0] == (0, 352):
            reverse = bool(value[2])
            if value[1] is None:	# layer 2 has no packets of its own
                value[1] = next(filter(None, (record.number(e) for e in PACKETS)), None)
        first = first or value
        if all(there) or (reverse and not any(there)):	# a flow that only the other side sent
            return value
        if some is None and (any(there) or reverse):
            some = value
    return some or first or [None] * 4


def reverse_of(record, chosen):
    """Where the kind that counts has no reverse, that of the first kind that counts some."""
    out = list(chosen)
    for side in (2, 3):
        if out[side] is None:
            there = [record.number(k[side][1], k[side][0]) for k in COUNTERS]
            there = [v for v in there if v is not None]
            out[side] = next(filter(None, there), there[0] if there else None)
    return out


def addresses_of(row, record, use6):
    """Of both families that which is set, and where both are, that of the row; NAT's two go together."""
    for columns in ADDRESSES:
        sides = {name: [v for v in record.candidates(elements) if len(v) in (4, 16)]
                 for name, elements in columns.items()}
        filled = {len(v) for values in sides.values() for v in values if any(v)}
        want = (16 if use6 else 4) if len(filled) != 1 else filled.pop()
        for values in sides.values():
            values.sort(key=lambda v: (len(v) != want, not any(v)))
        chosen = [values[0] if values else None for values in sides.values()]
        mixed = len(chosen) == 2 and all(v is not None and len(v) == 16 for v in chosen) and is_mixed(6, chosen)
        row.update((name, a) for name, a in zip(sides, address_texts(chosen, mixed)) if a is not None)
        if len(chosen) == 1 and chosen[0] is not None:	# a next hop: the row, when it is whole, says what it is
            row['hops'].append((*sides, ipaddress.ip_address(chosen[0])))


def of_header(row, record, use6):
    """Masks and flow label of the header whose addresses are the row's."""
    both = {v for v, _ in pairs_of(record)} == {4, 6}
    for name, e4, e6 in (('src_mask', 9, 29), ('dst_mask', 13, 30)):
        there = [(e6, e4), (e4, e6)][not use6][:1 if both else 2]
        if not row['outer']:	# the second header's mask, if it has one
            row[name] = ANY
            continue
        own = record.number(there[0]) if pairs_of(record) else None
        families = [e for e in there if record.number(e) is not None]
        there = [number(v) for v in record.candidates([e4, e6])] if len(families) == 1 and not both else \
            [number(v) for v in record.candidates(there)]
        if there:
            row[name] = capped(8, own if own is not None and len(families) == 2 else
                               next(filter(None, there), 0))
    if not use6:	# no document says whether a row of IPv4 has one: it must be seen, anywhere
        row['flow_label'] = ANY


def several_headers(row, record):
    """What no document says of repeated elements: they have to be seen, anywhere."""
    numbers = [f.id for f in record.fields if f.pen == 0]
    several = len(pairs_of(record)) > 1
    for name, (_, elements) in NUMBERS.items():
        repeated = [e for e in elements if numbers.count(e) > 1]
        of_header = several and name in OF_HEADER and (name != 'proto' or not row['outer'])
        if repeated and (of_header or len(elements) > 1 and name in row):
            row[name] = ANY
    for columns in ADDRESSES:
        if any(numbers.count(e) > 1 for elements in columns.values() for e in elements):
            row.update((name, ANY) for name in columns if name in row)
    if row.get('proto') is ANY or row.get('dst_port') is ANY and 'icmp_type' in row:
        row['icmp_type'] = row['icmp_code'] = ANY
    if not several and numbers.count(4) < 2:
        return
    if row.get('proto') in (4, 41, 47, 137):	# a packet that carries one has no ports: they are the inner one's
        row['src_port'] = row['dst_port'] = ANY


def columns_of(record, message, rates, key, init_ms):
    row = {'export_version': message.version, 'domain': message.domain, 'hops': []}
    for name, (bits, elements) in NUMBERS.items():
        there = [number(v) for v in record.candidates(elements)]
        if name in ('src_vlan', 'dst_vlan'):		# the second 58 is a tag within a tag
            there = [v for v in map(record.number, elements) if v is not None]
        if there:
            value = there[0] if name in FIRST_PRESENT else next(filter(None, there), 0)
            row[name] = capped(bits, value)
    for name, e in MACS.items():
        value = record.get(e)
        if value is not None and len(value) == 6:
            row[name] = packet.mac(value)
    for name, e in MPLS.items():
        value = record.get(e)
        if value is not None and len(value) == 3:
            row[name] = number(value)
    use6, pair = address_pair(record)
    of_six = use6 and (record.number(60) == 6 or is_mixed(6, pair))
    for name, value in zip(('src_addr', 'dst_addr'), address_texts(pair, of_six)):
        if value is not None:
            row[name] = value
    addresses_of(row, record, use6 and (of_six or not is_mapped(pair)))
    row['outer'] = is_outer(record, pair)
    of_header(row, record, use6)
    rate = rates.of_record(key, record.fields, row.get('in_if'), row.get('out_if'))
    row['rate'] = rate
    row['bytes'], row['packets'], row['rev_bytes'], row['rev_packets'] = reverse_of(record, counters(record))
    row['bytes'], row['packets'] = row['bytes'] or 0, row['packets'] or 0
    for name in ('bytes', 'packets', 'rev_bytes', 'rev_packets'):
        if row[name] is not None:
            row[name] = capped(63, row[name])
    row['times'] = times_of(record, message, init_ms)
    icmp(row, record)
    sections(row, record)
    several_headers(row, record)
    row.update((name, packet.hop_text(hop, row)) for name, hop in row.pop('hops') if row.get(name) is not ANY)
    del row['outer']
    scale(row)
    return row


def icmp(row, record):
    """RFC 5102 5.4: 32 and 139 hold type and code, 176 to 179 one of them; else the destination port."""
    told = [(record.number(e), proto) for e, proto in ((32, 1), (139, 58)) if record.number(e) is not None]
    if told:
        default = next((p for v, p in told if v), told[0][1] if len(told) == 1 else ANY)
        row.setdefault('proto', default)
    if row.get('proto') is ANY:		# 32 and 139 are both 0
        row['icmp_type'] = row['icmp_code'] = ANY
    if row.get('proto') not in (1, 58):
        return
    pairs = ((32, 176, 177), (139, 178, 179))
    for both, kind, code in pairs if row['proto'] == 1 else pairs[::-1]:
        if record.number(both) is not None:
            row['icmp_type'], row['icmp_code'] = record.number(both) >> 8 & 255, record.number(both) & 255
            return
        if record.number(kind) is not None or record.number(code) is not None:
            for name, e in (('icmp_type', kind), ('icmp_code', code)):
                if record.number(e) is not None:
                    row[name] = record.number(e)
            return
    if row.get('dst_port') is not None:
        row['icmp_type'], row['icmp_code'] = row['dst_port'] >> 8, row['dst_port'] & 255


def sections(row, record):
    """The first bytes of a packet fill what the record does not tell (RFC 7133; 104, 313, 315 to 317)."""
    for e, link in ((315, True), (104, True), (313, False), (316, False), (317, False)):
        section = record.get(e)
        if section is None:
            continue
        seen = packet.ethernet(section) if link else {'ip': section}
        inside = packet.ip(seen['ip']) if seen.get('ip') else None
        if inside is None:
            continue
        seen.update(inside)
        length = seen.pop('length')
        if row['packets'] == row['bytes'] == 0:
            row['packets'], row['bytes'] = 1, record.number(312) or length
        for name, value in seen.items():
            if name not in ('ip', 'ip_at', 'tag'):
                row.setdefault(name, value)
        return


def scaled(value, rate):
    """Rounded once, half up, to what a column holds."""
    return capped(63, (2 * value * rate.numerator + rate.denominator) // (2 * rate.denominator))


def scale(row):
    rate = row['rate']
    if rate is None:
        return
    for name in ('packets', 'bytes', 'rev_packets', 'rev_bytes'):
        if row.get(name) is not None:
            row[name] = scaled(row[name], rate)
    row['sampling'] = scaled(1, rate)


class YafFlags:
    """CERT's flags of the first packet, and of all others; those of IPFIX, where they are, are all."""

    def __init__(self, fields, filling):
        inside = [f for r in filling for f in r.fields]
        self.both = [[number(f.value) for f in [f for f in fields if not f.nested] + inside if (f.pen, f.id) == (6871, e)]
                     for e in (14, 15)]
        self.told = any((f.pen, f.id) == (0, 6) for f in inside)

    def fill(self, row):
        if self.told or not any(self.both):
            return
        once = all(len(each) <= 1 for each in self.both)
        row.setdefault('tcp_flags', sum(self.both, [])[0] | sum(self.both, [])[-1] if once else ANY)


class Decoder:
    def __init__(self):
        self.records, self.rates, self.init_ms = templates.Records(), sampling.Rates(), {}

    def feed(self, datagram):
        """Rows as dictionaries; 'fields' holds the record that a row came from."""
        version = int.from_bytes(datagram.bytes[:2], 'big')
        if version in (1, 5, 7, 8):
            for row in fixed.rows(datagram):
                icmp(row, Record([]))
                yield self.finish(row, datagram, [])
        elif version in (9, 10):
            for message, options, fields, listed in self.records.feed(datagram):
                key = (message.datagram.source, message.datagram.port, message.version, message.domain)
                record = Record(fields)
                if record.get(160) is not None:
                    self.init_ms[key] = record.number(160)
                if options:
                    self.rates.learn(key, message.version, fields)
                    continue
                row = columns_of(record, message, self.rates, key, self.init_ms.get(key))
                yield self.finish(row, message.datagram, fields, listed)
        elif datagram.bytes[:4] == b'\0\0\0\5':
            for row in sflow.rows(datagram):
                row['times'] = (datagram.time_ms, datagram.time_ms)
                if not ipaddress.ip_address(row['agent']).is_unspecified:
                    row['exporter'] = row['agent']
                yield self.finish(row, datagram, [])

    def end(self):
        """Rows of data whose template never came, but from another port of its sender."""
        for message, options, fields, listed in self.records.lend():
            if not options:
                key = (message.datagram.source, message.datagram.port, message.version, message.domain)
                row = columns_of(Record(fields), message, self.rates, key, self.init_ms.get(key))
                yield self.finish(row, message.datagram, fields, listed)

    @staticmethod
    def finish(row, datagram, fields, listed=None):
        row['received'] = datagram.time_ms
        YafFlags(fields, structured.may_fill(listed or {})).fill(row)
        named = [Record(fields).get(e) or b'' for e in (403, 404, 130, 131)]
        origin = [v for v in named if len(v) in (4, 16) and any(v)]
        if origin:
            row['exporter'] = one_address(origin[0])
        row.setdefault('exporter', one_address(datagram.source.packed))
        row['fields'] = fields
        row['lists'] = listed or {}
        return row


def iso(ms):
    return datetime.fromtimestamp(ms // 1000, timezone.utc).strftime('%Y-%m-%dT%H:%M:%S') + \
        '.%03dZ' % (ms % 1000)
