# SPDX-License-Identifier: BSD-2-Clause
"""Names and abstract data types of elements, and their values as flow-file(5) has them in `extra`.

IANA's are read from the copy of its registry beside this folder; CERT's are from its own registry
(tools.netsa.cert.org/cert-ipfix-registry), with the names of YAF 3.
"""
import ipaddress
import os
import struct
import unicodedata

import packet

REVERSE = 29305
CERT = 6871
CERTS = {
    14: ('initialTCPFlags', 'unsigned16'), 15: ('unionTCPFlags', 'unsigned16'), 18: ('payload', 'octetArray'),
    21: ('reverseFlowDeltaMilliseconds', 'unsigned32'), 33: ('silkAppLabel', 'unsigned16'),
    36: ('osName', 'string'), 37: ('osVersion', 'string'), 40: ('flowAttributes', 'unsigned16'),
    110: ('httpServerString', 'string'), 112: ('httpGet', 'string'), 117: ('httpHost', 'string'),
    174: ('dnsQueryResponse', 'unsigned8'), 178: ('dnsSection', 'unsigned8'), 179: ('dnsName', 'string'),
    187: ('sslServerCipher', 'unsigned32'), 199: ('dnsTTL', 'unsigned32'), 226: ('dnsId', 'unsigned16'),
}


def registry():
    path = os.path.join(os.path.dirname(__file__), '..', 'wire', 'iana-elements.tsv')
    out = {}
    with open(path, encoding='utf-8') as file:
        for line in file:
            if line[0] != '#' and line.strip():
                number, name, kind = line.rstrip('\n').split('\t')[:3]
                out[0, int(number)] = (name, kind)
    out.update(((CERT, number), each) for number, each in CERTS.items())
    return out


REGISTRY = registry()


def described(pen, number):
    """(name, type or None) of an element."""
    if pen == REVERSE and (0, number) in REGISTRY or pen == CERT and number >= 16384:
        name, kind = described(0, number) if pen == REVERSE else described(CERT, number - 16384)
        if kind is not None:
            return 'reverse' + name[0].upper() + name[1:], kind
    if (pen, number) in REGISTRY:
        return REGISTRY[pen, number]
    return ('%d/%d' % (pen, number) if pen else str(number)), None


def text(octets):
    return octets.rstrip(b'\0').decode('utf-8', 'replace')


def nobody_tells(octets, variable):
    """An element whose type is unknown: octets, or a text where all of flow-file(5)'s conditions hold."""
    said = octets.rstrip(b'\0')
    if (variable or len(octets) > 8) and len(said) >= 4:
        try:
            said = said.decode('utf-8')
        except UnicodeDecodeError:
            return octets.hex()
        digits = len(said) % 2 == 0 and all(c in '0123456789abcdef' for c in said)
        if not digits and all(c in '\t\r\n' or unicodedata.category(c) != 'Cc' for c in said):
            return said
    return octets.hex()


def ntp(octets, scale):
    seconds, fraction = struct.unpack('>II', octets)
    if not seconds & 0x80000000:
        seconds += 1 << 32
    return (seconds - 2208988800) * scale + (fraction * scale >> 32)


def value(pen, number, octets, variable):
    """The JSON value of a simple element (RFC 7011 6.1 and 6.2, flow-file(5)); hexadecimal digits where
    the length does not fit the type."""
    kind, size = described(pen, number)[1], len(octets)
    if kind is None:
        return nobody_tells(octets, variable)
    if kind == 'string':
        return text(octets)
    if kind.startswith('unsigned') and 0 < size <= 8:
        return int.from_bytes(octets, 'big')
    if kind.startswith('signed') and 0 < size <= 8:
        return int.from_bytes(octets, 'big', signed=True)
    if kind == 'float64' and size in (4, 8):
        return struct.unpack('>f' if size == 4 else '>d', octets)[0]
    if kind == 'boolean' and octets in (b'\1', b'\2'):
        return octets == b'\1'
    if kind == 'macAddress' and size == 6:
        return packet.mac(octets)
    if (kind, size) in (('ipv4Address', 4), ('ipv6Address', 16)):
        return packet.address_text(ipaddress.ip_address(octets))
    if (kind, size) in (('dateTimeSeconds', 4), ('dateTimeMilliseconds', 8)):
        return int.from_bytes(octets, 'big')
    if kind in ('dateTimeMicroseconds', 'dateTimeNanoseconds') and size == 8:
        return ntp(octets, 10 ** 6 if kind == 'dateTimeMicroseconds' else 10 ** 9)
    return octets.hex()
