# SPDX-License-Identifier: BSD-2-Clause
"""NetFlow v1, v5, v7 and v8, as Cisco's "NetFlow Export Datagram Format" draws them."""
import ipaddress
import struct

import aggregates

V1 = struct.Struct('>4s4s4sHHIIIIHHHBBB11x')
V1_SHORT = struct.Struct('>4s4s4sHHIIIIHHHBBB7x')	# softflowd's, which leaves the last 4 bytes out
V5 = struct.Struct('>4s4s4sHHIIIIHHxBBBHHBB2x')
V7 = struct.Struct('>4s4s4sHHIIIIHHBBBBHHBBHI')


def uptime_ms(export_ms, uptime, value):
    """Uptimes are 32 bits that wrap: up to 2^30 ms after the header's uptime, else before it."""
    ahead = (value - uptime) & 0xffffffff
    if ahead > 1 << 30:
        ahead -= 1 << 32
    return export_ms + ahead


def is_short(octets, count):
    """By the count; where that is more than there is room for, by what divides the octets."""
    return octets == count * V1_SHORT.size or \
        octets < count * V1.size and octets % V1_SHORT.size == 0 and octets % V1.size != 0


def rows(datagram):
    data = datagram.bytes
    version, count, uptime, seconds, nanoseconds = struct.unpack('>HHIII', data[:16])
    if version == 8:
        yield from rows_of_aggregates(data, count, uptime, seconds * 1000 + nanoseconds // 1000000)
        return
    layout, at = {1: (V1, 16), 5: (V5, 24), 7: (V7, 24)}[version]
    if version == 1 and is_short(len(data) - at, count):
        layout = V1_SHORT
    export_ms = seconds * 1000 + nanoseconds // 1000000
    rate = None
    if version == 5:
        mode_rate = int.from_bytes(data[22:24], 'big') & 0x3fff
        rate = mode_rate or None
    while count > 0 and at + layout.size <= len(data):
        f = layout.unpack_from(data, at)
        at, count = at + layout.size, count - 1
        first, last = (uptime_ms(export_ms, uptime, t) for t in f[7:9])
        row = {
            'export_version': version, 'src_addr': f[0], 'dst_addr': f[1], 'next_hop': f[2],
            'in_if': f[3], 'out_if': f[4], 'packets': f[5] * (rate or 1), 'bytes': f[6] * (rate or 1),
            'src_port': f[9], 'dst_port': f[10], 'times': (first, last), 'sampling': rate,
        }
        if version == 1:
            row.update(proto=f[12], tos=f[13], tcp_flags=f[14])
        elif version == 5:
            row.update(tcp_flags=f[11], proto=f[12], tos=f[13], src_as=f[14], dst_as=f[15],
                       src_mask=f[16], dst_mask=f[17], engine_type=data[20], engine_id=data[21])
        else:
            row.update(tcp_flags=f[12], proto=f[13], tos=f[14], src_as=f[15], dst_as=f[16],
                       src_mask=f[17], dst_mask=f[18],
                       extra=members({'ipv4RouterSc': str(ipaddress.ip_address(f[20]))}))
        for name in ('src_addr', 'dst_addr', 'next_hop'):
            row[name] = str(ipaddress.ip_address(row[name]))
        yield row


def members(extra):
    """What has no column, but for zeros."""
    return {name: value for name, value in extra.items() if value not in (0, '0.0.0.0')}


# What has no column, and its name in `extra`: IANA's or Cisco's.
OTHERS = {'marked_tos': 'marked_tos', 'extra_packets': 'extra_pkts', 'router': 'ipv4RouterSc'}


def rows_of_aggregates(data, count, uptime, export_ms):
    engine_type, engine_id, method = data[20:23]
    size = aggregates.SIZES[method]
    for at in range(28, min(28 + count * size, len(data) - size + 1), size):
        row = aggregates.record(method, data[at:at + size])
        row['times'] = [uptime_ms(export_ms, uptime, row.pop(name)) for name in ('first', 'last')]
        for name in ('src_addr', 'dst_addr', 'router'):
            if name in row:
                row[name] = str(ipaddress.ip_address(row[name]))
        row.update(export_version=8, engine_type=engine_type, engine_id=engine_id)
        row['extra'] = members({OTHERS[name]: row.pop(name) for name in list(row) if name in OTHERS})
        row.setdefault('flows', 1)
        yield row
