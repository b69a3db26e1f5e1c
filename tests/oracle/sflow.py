# SPDX-License-Identifier: BSD-2-Clause
"""sFlow version 5 (sflow.org, "sFlow Version 5", July 2004): flow samples to rows."""
import ipaddress
import struct

import packet

ETHERNET, IPV4, IPV6 = 1, 11, 12
FRAME_MAX = 1 << 16	# beyond any jumbo frame


class Xdr:
    def __init__(self, data):
        self.data, self.at = data, 0

    def u32(self):
        return struct.unpack('>I', self.take(4))[0]

    def take(self, n):
        if self.at + n > len(self.data):
            raise EOFError
        self.at += n
        return self.data[self.at - n:self.at]

    def opaque(self):
        n = self.u32()
        body = self.take(n)
        self.take(-n % 4)
        return body

    def address(self):
        kind = self.u32()
        return ipaddress.ip_address(self.take({1: 4, 2: 16}[kind])) if kind else None


def rows(datagram):
    x = Xdr(datagram.bytes)
    try:
        if x.u32() != 5:
            return
        agent, sub_agent = x.address(), x.u32()
        x.u32()
        x.u32()
        for _ in range(x.u32()):
            kind, body = x.u32(), x.opaque()
            if kind in (1, 3):
                row = sample(Xdr(body), kind == 3)
                if row is not None:
                    row.update(export_version=105, domain=sub_agent, agent=str(agent))
                    yield row
    except (EOFError, KeyError):
        return


def interface(value, form):
    return value if form == 0 else None


def sample(x, expanded):
    x.u32()
    if expanded:
        x.take(8)
    else:
        x.take(4)
    rate = x.u32()
    x.take(8)
    if expanded:
        in_form, in_if, out_form, out_if = x.u32(), x.u32(), x.u32(), x.u32()
    else:
        a, b = x.u32(), x.u32()
        in_form, in_if, out_form, out_if = a >> 30, a & 0x3fffffff, b >> 30, b & 0x3fffffff
    row = {'packets': rate or 1, 'sampling': rate or None,
           'in_if': interface(in_if, in_form), 'out_if': interface(out_if, out_form)}
    told = {}
    for _ in range(x.u32()):
        kind, body = x.u32(), x.opaque()
        flow_record(kind, Xdr(body), told)
    seen = dict(told.get('ethernet', {}), **(told.get('header') or told.get('socket') or {}))
    if 'header' not in told and 'ethernet' not in told:	# no packet was sampled: an application's (wire/decode.h)
        row['packets'] = 0
    for name, value in told.get('columns', {}).items():
        seen[name] = value
    seen.update((n, packet.hop_text(seen[n], seen)) for n in ('next_hop', 'bgp_next_hop') if seen.get(n) is not None)
    row.update((k, v) for k, v in seen.items() if k not in ('ip', 'ip_at', 'length', 'tag'))
    for name in packet.INNER:
        row.setdefault('inner_' + name, packet.NOTHING)
    row['bytes'] = Lengths(length * (rate or 1) for length in lengths(told, seen))
    row['tag'] = seen.get('tag')
    return row


class Lengths(tuple):
    """What a counter may be."""


def lengths(told, seen):
    """The frame's length; where that cannot be, what the headers say, with or without what was stripped."""
    if 'bytes' not in told:
        return [told.get('ethernet_bytes', told.get('ip_bytes', 0))]
    packet_end = seen['ip_at'] + seen['length'] if 'length' in seen else 0
    least, there = max(packet_end, told['sampled']), told['bytes']
    if least <= there <= FRAME_MAX:
        return [there]
    return [least, least + told['stripped']] + [there] * (packet_end <= there <= FRAME_MAX and there > 0)


def flow_record(kind, x, told):
    columns = told.setdefault('columns', {})
    if kind == 1:
        protocol, length, stripped = x.u32(), x.u32(), x.u32()
        header = x.opaque()
        seen = packet.ethernet(header) if protocol == ETHERNET else \
            {'ip': header, 'ip_at': 0} if protocol in (IPV4, IPV6) else {}
        inside = packet.ip(seen['ip']) if seen.get('ip') else None
        if inside:
            told['ip_bytes'] = inside['length']
            seen.update(inside)
        told['header'] = seen
        told['bytes'], told['stripped'], told['sampled'] = length, stripped, len(header)
    elif kind == 2:		# length, source, destination, each padded to 8, type
        length, macs, ether_type = x.u32(), [packet.mac(x.take(8)[:6]) for _ in range(2)], x.u32()
        told['ethernet'] = {'in_src_mac': macs[0], 'in_dst_mac': macs[1], 'ether_type': ether_type}
        told['ethernet_bytes'] = length
    elif kind in (3, 4):
        length, proto = x.u32(), x.u32()
        size = 4 if kind == 3 else 16
        src, dst = (packet.address_text(ipaddress.ip_address(x.take(size))) for _ in range(2))
        sport, dport, flags, tos = x.u32(), x.u32(), x.u32(), x.u32()
        told.setdefault('ip_bytes', length)
        told['header'] = told.get('header') or {
            'src_addr': src, 'dst_addr': dst, 'proto': proto, 'src_port': sport,
            'dst_port': dport, 'tcp_flags': flags, 'tos': tos, 'ip_version': 4 if kind == 3 else 6}
    elif kind in (2100, 2101):		# "sFlow Host Structures": protocol, local and remote end
        proto, size = x.u32(), 4 if kind == 2100 else 16
        src, dst = packet.socket_texts([ipaddress.ip_address(x.take(size)) for _ in range(2)])
        told.setdefault('socket', {'src_addr': src, 'dst_addr': dst, 'proto': proto, 'src_port': x.u32(),
                                   'dst_port': x.u32(), 'ip_version': 6 if ':' in src else 4})
    elif kind == 1001:
        vlan, _, out_vlan, _ = x.u32(), x.u32(), x.u32(), x.u32()
        if vlan < 4096:
            columns['src_vlan'] = vlan
        if out_vlan < 4096:
            columns['dst_vlan'] = out_vlan
    elif kind == 1002:
        columns['next_hop'] = x.address()
        columns['src_mask'], columns['dst_mask'] = x.u32(), x.u32()
    elif kind == 1003:
        columns['bgp_next_hop'] = x.address()
        own, columns['src_as'], columns['prev_as'] = x.u32(), x.u32(), x.u32()
        path = []
        for _ in range(x.u32()):
            x.u32()
            path += [x.u32() for _ in range(x.u32())]
        columns['dst_as'] = path[-1] if path else own
        if path:
            columns['next_as'] = path[0]
    elif kind == 1007:
        columns['nat_src_addr'], columns['nat_dst_addr'] = (packet.address_text(x.address()) for _ in range(2))
    elif kind == 1020:
        columns['nat_src_port'], columns['nat_dst_port'] = x.u32(), x.u32()
