# SPDX-License-Identifier: BSD-2-Clause
"""The headers of a sampled packet, as RFC 791, 8200, 768, 9293, 792 and IEEE 802.1Q draw them."""
import ipaddress

NOTHING = object()	# a column that must be null
INNER = ('src_addr', 'dst_addr', 'proto', 'src_port', 'dst_port')
VXLAN_PORT = 4789
VLAN_TAGS = (0x8100, 0x88a8, 0x9100)
FRAGMENT, AUTHENTICATION = 44, 51
EXTENSIONS = (0, 43, 60, FRAGMENT, AUTHENTICATION)	# and hop-by-hop, routing, destination options (RFC 8200 4)


def ethernet(data):
    """What stands in an Ethernet frame: {'ip': bytes or None, 'in_src_mac', ...}."""
    out = {'ip': None}
    if len(data) < 14:
        return out
    out['in_dst_mac'], out['in_src_mac'] = mac(data[0:6]), mac(data[6:12])
    kind, body = int.from_bytes(data[12:14], 'big'), data[14:]
    while kind in VLAN_TAGS and len(body) >= 4:
        if 'src_vlan' in out:
            out.setdefault('tag', int.from_bytes(body[:2], 'big') & 0xfff)
        out.setdefault('src_vlan', int.from_bytes(body[:2], 'big') & 0xfff)
        kind, body = int.from_bytes(body[2:4], 'big'), body[4:]
    if kind not in VLAN_TAGS:		# else it was cut behind a tag
        out['ether_type'] = kind
    if kind == 0x8864 and len(body) >= 8:		# PPPoE session, RFC 2516
        kind, body = {0x21: 0x800, 0x57: 0x86dd}.get(int.from_bytes(body[6:8], 'big'), 0), body[8:]
    if kind in (0x8847, 0x8848):
        entry = 0
        while len(body) >= 4:
            entry += 1
            if entry <= 10:
                out['mpls_%d' % entry] = int.from_bytes(body[:3], 'big')
            bottom, body = body[2] & 1, body[4:]
            if bottom:
                break
        kind = {4: 0x800, 6: 0x86dd}.get(body[0] >> 4 if body else 0, 0)
    if kind in (0x800, 0x86dd):
        out['ip'] = body
        out['ip_at'] = len(data) - len(body)
    return out


def mac(b):
    return ':'.join('%02x' % x for x in b)


def address_text(address):
    """RFC 5952, which writes IPv4-mapped addresses with dots (section 5)."""
    if address.version == 6 and address.ipv4_mapped is not None:
        return '::ffff:' + str(address.ipv4_mapped)
    return str(address)


def socket_texts(pair):
    """Ends of a socket, or what NAT made of them: a socket of both families that speaks IPv4 has two mapped addresses."""
    if all(a.version == 6 and a.ipv4_mapped is not None for a in pair):
        pair = [a.ipv4_mapped for a in pair]
    return [address_text(a) for a in pair]


def is_row6(row):
    """A row is of IPv6 by its version or by its addresses; zeros, which a missing one is, tell only if all are (flow-file(5))."""
    there = [row[n] for n in ('src_addr', 'dst_addr') if isinstance(row.get(n), str)]
    return row.get('ip_version') == 6 or any(':' in a and a != '::' for a in there) or \
        bool(there) and all(':' in a for a in there)


def hop_text(address, row):
    """An IPv4-mapped next hop is one of IPv6 beside a row that is."""
    mapped = address.version == 6 and address.ipv4_mapped
    return str(mapped) if mapped and not is_row6(row) else address_text(address)


def ip(data):
    """Columns that an IP packet's first bytes tell, and 'length', of its header; None if it is none."""
    if len(data) >= 20 and data[0] >> 4 == 4:
        head = (data[0] & 15) * 4
        if head < 20:
            return None
        fragment = int.from_bytes(data[6:8], 'big')
        out = {
            'src_addr': str(ipaddress.ip_address(data[12:16])),
            'dst_addr': str(ipaddress.ip_address(data[16:20])),
            'proto': data[9], 'tos': data[1], 'ip_version': 4, 'min_ttl': data[8],
            'max_ttl': data[8], 'frag_id': int.from_bytes(data[4:6], 'big'),
        }
        length = int.from_bytes(data[2:4], 'big')
        body = data[head:] if fragment & 0x1fff == 0 else b''
    elif len(data) >= 40 and data[0] >> 4 == 6:
        first = int.from_bytes(data[:4], 'big')
        out = {
            'src_addr': address_text(ipaddress.ip_address(data[8:24])),
            'dst_addr': address_text(ipaddress.ip_address(data[24:40])),
            'tos': first >> 20 & 255, 'ip_version': 6, 'min_ttl': data[7], 'max_ttl': data[7],
            'flow_label': first & 0xfffff,
        }
        length = 40 + int.from_bytes(data[4:6], 'big')
        kind, body, later = data[6], data[40:], False
        while kind in EXTENSIONS and body and not later:	# the first octet says what comes next
            size = 8 if kind == FRAGMENT else 8 + body[1] * 8 if len(body) > 1 else 0
            if kind == AUTHENTICATION and size:
                size = 8 + body[1] * 4
            if kind == FRAGMENT and len(body) >= 8:
                out['frag_id'] = int.from_bytes(body[4:8], 'big')
                later = int.from_bytes(body[2:4], 'big') >> 3 != 0
            kind, body = body[0], body[size:] if 0 < size <= len(body) and not later else b''
        out['proto'] = kind
    else:
        return None
    out.update(transport(out['proto'], body))
    out.update(inner(out['proto'], body))
    out['length'] = length
    for name in ('frag_id', 'flow_label'):	# 0 says nothing
        if out.get(name) == 0:
            del out[name]
    return out


def gre(body):
    """RFC 2784, 2890: the packet behind the header and its optional words."""
    if len(body) < 4 or body[1] & 7:
        return None
    at = 4 + 4 * sum(bool(body[0] & bit) for bit in (0x80, 0x20, 0x10))	# checksum, key, sequence number
    kind = int.from_bytes(body[2:4], 'big')
    if kind == 0x6558:
        return ethernet(body[at:])['ip']
    return body[at:] if kind in (0x800, 0x86dd) else None


def inner(proto, body):
    """The innermost packet's columns of one in a tunnel: IP (RFC 2003, 4213), GRE, VXLAN (RFC 7348)."""
    within = None
    if proto in (4, 41):
        within = body
    elif proto == 47:
        within = gre(body)
    elif proto == 17 and int.from_bytes(body[2:4], 'big') == VXLAN_PORT and len(body) > 16 and body[8] & 8:
        within = ethernet(body[16:])['ip']
    seen = ip(within) if within else None
    if seen is None:
        return {}
    if 'inner_proto' in seen:
        return {k: v for k, v in seen.items() if k.startswith('inner_')}
    return {'inner_' + name: seen[name] for name in INNER if name in seen}


def transport(proto, body):
    out = {}
    if proto in (6, 17, 132, 33, 136) and len(body) >= 4:
        out['src_port'] = int.from_bytes(body[0:2], 'big')
        out['dst_port'] = int.from_bytes(body[2:4], 'big')
    if proto == 6 and len(body) >= 14:
        out['tcp_flags'] = int.from_bytes(body[12:14], 'big') & 0xfff	# RFC 9565 4.1
    if proto in (1, 58) and len(body) >= 2:
        out['icmp_type'], out['icmp_code'] = body[0], body[1]
    return out
