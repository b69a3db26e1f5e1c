# SPDX-License-Identifier: BSD-2-Clause
"""Writes files of nfdump (layouts 1 and 2) and of flow-tools (formats 1 and 3), from descriptions of the formats.

Nothing of the programs is used here.  Flows are dicts; what flowcat -o json is to say of them stands beside them.
"""
import bz2
import ipaddress
import struct
import zlib

PLAIN, LZO, BZ2, LZ4, ZSTD = range(5)


def lzo_length(code, bits, length, least):
    """An instruction and its length, which goes on in zeros and a byte where it does not fit the bits."""
    rest = length - least
    full = (1 << bits) - 1
    if 0 < rest <= full:
        return bytes([code | rest])
    rest -= full
    return bytes([code]) + bytes((rest - 1) // 255) + bytes([(rest - 1) % 255 + 1])


def lzo_literals(run, first):
    """A run of four and more literals: the first instruction of a stream has a form of its own."""
    if first and len(run) <= 238:
        return bytes([17 + len(run)]) + run
    return lzo_length(0, 4, len(run), 3) + run


def lzo_match(length, distance, literals):
    """The match, followed by up to three literals."""
    n = len(literals)
    if 3 <= length <= 8 and distance <= 2048:
        d = distance - 1
        head = (length - 3 << 5 | 64) if length <= 4 else (length - 5 << 5 | 128)
        return bytes([head | (d & 7) << 2 | n, d >> 3]) + literals
    if distance <= 16384:
        return lzo_length(32, 5, length, 2) + struct.pack('<H', (distance - 1) << 2 | n) + literals
    d = distance - 16384
    assert 0 < d < 32768
    return lzo_length(16 | (d >> 14) << 3, 3, length, 2) + struct.pack('<H', (d & 16383) << 2 | n) + literals


def lzo_compress(data):
    """Greedy: the last place of each four bytes is tried.  Runs of one to three literals ride on matches."""
    out, places = bytearray(), {}
    pending, pos, start = None, 0, 0

    def flush(upto):
        nonlocal pending
        run = data[start:upto]
        if pending is not None:
            if len(run) <= 3:
                out.extend(lzo_match(*pending, run))
                run = b''
            else:
                out.extend(lzo_match(*pending, b''))
        if run:
            out.extend(lzo_literals(run, not out))
        pending = None

    while pos + 4 <= len(data):
        key = data[pos:pos + 4]
        at = places.get(key)
        places[key] = pos
        if at is None or pos - at > 49151 or pos - at == 16384 or (pending is None and pos - start < 4):
            pos += 1
            continue
        length = 4
        while pos + length < len(data) and data[at + length] == data[pos + length]:
            length += 1
        flush(pos)
        pending = (length, pos - at)
        pos += length
        start = pos
    flush(len(data))
    return bytes(out) + b'\x11\0\0'


def lz4_compress(data):
    """One block, greedy, as lz4_Block_format.md has it: the last five bytes are literals."""
    out, places, pos, start = bytearray(), {}, 0, 0

    def sequence(upto, length, distance):
        run = data[start:upto]
        lit, more = len(run), length - 4 if length else 0
        out.append(min(lit, 15) << 4 | min(more, 15))
        for n in [lit - 15] if lit >= 15 else []:
            out.extend(b'\xff' * (n // 255) + bytes([n % 255]))
        out.extend(run)
        if length:
            out.extend(struct.pack('<H', distance))
            for n in [more - 15] if more >= 15 else []:
                out.extend(b'\xff' * (n // 255) + bytes([n % 255]))

    while pos + 12 < len(data):
        key = data[pos:pos + 4]
        at = places.get(key)
        places[key] = pos
        if at is None or pos - at > 65535:
            pos += 1
            continue
        length = 4
        while pos + length < len(data) - 5 and data[at + length] == data[pos + length]:
            length += 1
        sequence(pos, length, pos - at)
        pos += length
        start = pos
    sequence(len(data), 0, 0)
    return bytes(out)


def zstd_compress(data):
    """A frame (RFC 8878) of raw blocks: single segment, content size of four bytes."""
    out = bytearray(struct.pack('<IBI', 0xfd2fb528, 0xa0, len(data)))
    for at in range(0, len(data), 1 << 17):
        piece = data[at:at + (1 << 17)]
        out += struct.pack('<I', len(piece) << 3 | (at + len(piece) == len(data)))[:3] + piece
    return bytes(out)


COMPRESS = {PLAIN: bytes, LZO: lzo_compress, BZ2: bz2.compress, LZ4: lz4_compress, ZSTD: zstd_compress}


def block(records, codec, kind):
    body = COMPRESS[codec](b''.join(records))
    return struct.pack('<IIHH', len(records), len(body), kind, 0) + body


def numbers(address):
    """An address as nfdump stores it: 32 bits, or two numbers of 64, in the machine's order."""
    a = ipaddress.ip_address(address)
    return struct.pack('<I', int(a)) if a.version == 4 else struct.pack('<QQ', int(a) >> 64, int(a) & (1 << 64) - 1)


def element(kind, value):
    return struct.pack('<HH', kind, len(value) + 4) + value


def flow_2(elements, exporter=1, flags=0, version=9, engine=(0, 0)):
    body = b''.join(elements)
    return struct.pack('<HHHBBHBB', 11, 12 + len(body), len(elements), *engine, exporter, flags, version) + body


def generic(first, last, received, packets, octets, sport, dport, proto, flags=0, fwd=0, tos=0):
    return element(1, struct.pack('<QQQQQHHBBBB', first, last, received, packets, octets, sport, dport, proto, flags,
                                  fwd, tos))


def exporter_record(number, address, version, domain, old=False):
    """nfdump 1.7.8 has 16 bytes of an address; before there were numbers, and a family."""
    a = ipaddress.ip_address(address)
    if old:
        high, low = (0, int(a)) if a.version == 4 else (int(a) >> 64, int(a) & (1 << 64) - 1)
        ip, family = struct.pack('<QQ', high, low), 2 if a.version == 4 else 10
    else:
        ip, family = (b'\0' * 10 + b'\xff\xff' + a.packed if a.version == 4 else a.packed), 0
    return struct.pack('<HHI', 7, 32, version) + ip + struct.pack('<HHI', family, number, domain)


def sampler_record(number, selector, packets, space):
    return struct.pack('<HHHHqII', 15, 24, number, 0, selector, packets, space)


def sampler_record_old(number, selector, interval):
    return struct.pack('<HHiIHH', 9, 16, selector, interval, 0, number)


def map_record(number, extensions):
    body = struct.pack('<%dH' % (len(extensions) + 1), *extensions, 0)
    body += b'\0' * (-(8 + len(body)) % 4)
    return struct.pack('<HHHH', 2, 8 + len(body), number, 0) + body


def apps_record(apps):
    """apps: (id, name) of the same lengths each."""
    ids, names = len(apps[0][0]), max(len(n) for _, n in apps) + 1
    size = ids + names
    body = struct.pack('<HHH', ids, names, 0) + b''.join(i + n.encode().ljust(names, b'\0') for i, n in apps)
    return struct.pack('<HHHH', 12, 8 + len(body), len(apps), size) + body


def sums(flows, packets, octets, first, last, wide):
    part = struct.pack('<15Q', flows, octets, packets, flows, 0, 0, 0, octets, 0, 0, 0, packets, 0, 0, 0)
    if wide:
        return part + struct.pack('<QQQ', first, last, 0)
    return part + struct.pack('<IIHHI', first // 1000, last // 1000, first % 1000, last % 1000, 0)


def nfdump_2(blocks, codec=PLAIN, ident='history', closed=True, total=(0, 0, 0, 0, 0)):
    """blocks: lists of records."""
    body = b''.join(block(b, codec, 3) for b in blocks)
    name = ident.encode() + b'\0'
    name += b'\0' * (len(name) % 2)
    appendix = block([struct.pack('<HH', 0x8001, 4 + len(name)) + name,
                      struct.pack('<HH', 0x8002, 4 + 144) + sums(*total, True)], codec, 3)
    head = struct.pack('<HHIqBBHIqII', 0xa50c, 2, 0x01070800, 1700000000, codec, 0, 1 if closed else 0, 1,
                       40 + len(body) if closed else 0, 0, len(blocks) if closed else 0)
    return head + body + (appendix if closed else b'')


def nfdump_1(blocks, codec=PLAIN, ident='history'):
    flags = {PLAIN: 0, LZO: 1, BZ2: 8, LZ4: 0x10}[codec]
    head = struct.pack('<HHII128s', 0xa50c, 1, flags, len(blocks), ident.encode())
    return head + sums(0, 0, 0, 0, 0, False) + b''.join(block(b, codec, 2) for b in blocks)


def flow_1(number, fields, addresses, packets, octets, extensions, kind=10, wide=False):
    """fields: first, last, fwd, flags, proto, tos, sport, dport, version, exporter, biflow, reason, sampled."""
    six = ':' in addresses[0]
    flags = six | wide << 1 | wide << 2 | fields.get('sampled', 0) << 7
    head = struct.pack('<BBHHHIIBBBBHH', flags, fields['version'], number, fields['first'] % 1000,
                       fields['last'] % 1000, fields['first'] // 1000, fields['last'] // 1000, fields.get('fwd', 0),
                       fields.get('flags', 0), fields['proto'], fields.get('tos', 0), fields['sport'],
                       fields['dport'])
    if kind == 10:
        head += struct.pack('<HBB', fields['exporter'], fields.get('biflow', 0), fields.get('reason', 0))
    body = head + b''.join(numbers(a) for a in addresses) + struct.pack('<QQ' if wide else '<II', packets, octets) + \
        b''.join(extensions)
    body += b'\0' * (-len(body) % 4)
    return struct.pack('<HH', kind, 4 + len(body)) + body


def flow_tools_1(version, records, order='<', compressed=False):
    head = struct.pack(order + 'BBBBHxxIIIIIII68s256s', 0xcf, 0x10, 1 if order == '<' else 2, 1, version, 1000, 2000,
                       2 if compressed else 0, 0, len(records), 0, 0, b'collector', b'')
    body = b''.join(records)
    return head + (zlib.compress(body) if compressed else body)


def flow_tools_3(version, records, order='<', compressed=False, aggregation=0, count=True):
    def value(kind, body):
        return struct.pack(order + 'HH', kind, len(body)) + body

    head = value(2, struct.pack(order + 'H', version)) + value(3, b'\2') + value(4, bytes([aggregation])) + \
        value(8, struct.pack(order + 'I', 2 if compressed else 0)) + value(15, b'collector\0')
    if count:
        head += value(10, struct.pack(order + 'I', len(records)))
    start = struct.pack(order + 'BBBBI', 0xcf, 0x10, 1 if order == '<' else 2, 3, 8 + len(head))
    body = b''.join(records)
    return start + head + (zlib.compress(body) if compressed else body)
