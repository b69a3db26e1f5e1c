# SPDX-License-Identifier: BSD-2-Clause
"""Whether every octet of a record can be seen in the row that the programs made of it.

An element is seen if some reading of its octets (number, address, text, time, hexadecimal digits)
is a value of the row or stands in `extra`.  DROPPED lists what need not be seen, and why.
"""
import ipaddress
import json
import struct

import elements
import lists
import packet
import rows

# (pen, id): reason
DROPPED = {
    (0, 210): 'paddingOctets: RFC 7011 3.3.1 says that they mean nothing',
    (0, 22): 'uptimes count from a boot that the row does not name; first and last say when',
    (0, 21): 'likewise',
    (0, 158): 'deltas before the export time, which the row does not name',
    (0, 159): 'likewise',
    (0, 104): 'a packet\'s first bytes: the columns that they fill tell it (flow-file(5))',
    (0, 313): 'likewise', (0, 315): 'likewise', (0, 316): 'likewise', (0, 317): 'likewise',
    (0, 160): 'boot time: it only turns 22 and 21 into first and last',
}


# Ends and their beginnings: an end before its beginning is corrected (wire/decode.h).
BEGIN = {153: 152, 155: 154, 157: 156, 151: 150}


def corrected(fields, field):
    return field.pen == 0 and any(f.pen == 0 and f.id == BEGIN.get(field.id) and f.value > field.value
                                  for f in fields)


def readings(value):
    """Every way in which octets may be printed."""
    number = int.from_bytes(value, 'big')
    out = {str(number), value.hex(), '0x' + value.hex()}
    if value:
        out.add(str(int.from_bytes(value, 'big', signed=True)))
    text = value.split(b'\0')[0]
    out.add(text.decode('utf-8', 'replace'))
    out.add(value.rstrip(b'\0').decode('utf-8', 'replace'))
    if len(value) in (4, 16):
        address = ipaddress.ip_address(value)
        out |= {str(address), packet.address_text(address), rows.one_address(value)}
    if len(value) == 2:			# ICMP's type and code
        out.add('icmp %d %d' % tuple(value))
    if len(value) > 1:			# RFC 6759: engine and selector
        out.add('%d:%d' % (value[0], int.from_bytes(value[1:], 'big')))
    if len(value) == 12:		# NSEL's access lists
        out.add('-'.join(value[i:i + 4].hex() for i in (0, 4, 8)))
    if len(value) == 6:
        out.add(':'.join('%02x' % b for b in value))
    if len(value) == 4:
        out.add('%r' % struct.unpack('>f', value)[0])
    if len(value) == 8:
        out.add('%r' % struct.unpack('>d', value)[0])
        out |= {str(ntp(value, 10 ** 6)), str(ntp(value, 10 ** 9))}
    for milliseconds in times(value):
        if abs(milliseconds) < 1 << 47:
            out.add(rows.iso(milliseconds))
    return out


def printed(value):
    """Ways in which a value of a list's JSON may stand in a column."""
    out = {str(value)}
    if isinstance(value, bool):
        out.add(str(int(value)))
    if isinstance(value, int) and 0 <= value < 1 << 47:
        out |= {rows.iso(value), 'icmp %d %d' % (value >> 8, value & 255)}
    if isinstance(value, int) and 0 <= value < 1 << 32:
        out.add(rows.iso(value * 1000))
    return out


def ntp(value, scale):
    """Since 1970, in `scale` a second."""
    seconds, fraction = struct.unpack('>II', value)
    return (seconds - 2208988800) * scale + (fraction * scale >> 32)


def times(value):
    if len(value) == 8:
        yield int.from_bytes(value, 'big')
        yield rows.ntp_ms(value)
    if len(value) <= 8:
        yield int.from_bytes(value, 'big') * 1000


def leaves(value):
    if isinstance(value, dict):
        for each in value.values():
            yield from leaves(each)
    elif isinstance(value, list):
        for each in value:
            yield from leaves(each)
    elif isinstance(value, bool):
        yield str(int(value))
    else:
        yield str(value)


def unseen(fields, got, rate):
    """Elements of a record that the programs' row does not show."""
    shown = set(leaves(got)) | {'icmp %s %s' % (got.get('icmp_type'), got.get('icmp_code'))}
    extra = json.dumps(got.get('extra', {}))
    out = []
    for f in fields:
        value = f.value
        if f.scope or f.nested or lists.kind_of(f.pen, f.id) or (f.pen, f.id) in DROPPED or not any(value) or corrected(fields, f):
            continue
        number = int.from_bytes(value, 'big')
        scaled = {str(rows.scaled(number, rate))} if rate else set()
        capped = {str((1 << bits) - 1) for bits in (8, 16, 32, 63, 64) if number >= 1 << bits}
        if not (readings(value) | scaled | capped) & shown and value.hex() not in extra:
            out.append('%d/%d %s is nowhere' % (f.pen, f.id, value.hex()))
    return out
