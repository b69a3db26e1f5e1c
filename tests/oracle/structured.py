# SPDX-License-Identifier: BSD-2-Clause
"""Lists (RFC 6313) as JSON, as flow-file(5) describes it, and whether a row shows them so."""
import struct

import elements
import lists

SEMANTICS = {0: 'noneOf', 1: 'exactlyOneOf', 2: 'oneOrMoreOf', 3: 'allOf', 4: 'ordered'}
PADDING = (0, 210)


def semantic_of(octets):
    """{} for 255 (undefined); a value that RFC 6313 10.1 does not assign is a number."""
    return {'semantic': SEMANTICS.get(octets[0], octets[0])} if octets and octets[0] != 255 else {}


def add(record, name, value):
    """An element that is there more than once has an array."""
    if name in record:
        if not isinstance(record[name], Several):
            record[name] = Several([record[name]])
        record[name].append(value)
    else:
        record[name] = value


class Several(list):
    pass


class Reader:
    """known: {id: Template} of the sender and domain; record_of(template, octets, at): (fields or None, end)."""

    def __init__(self, known, record_of):
        self.known, self.record_of = known, record_of

    def value(self, pen, number, octets, variable):
        kind = lists.kind_of(pen, number)
        if kind is None:
            return elements.value(pen, number, octets, variable)
        return {'basicList': self.basic, 'subTemplateList': self.sub_template,
                'subTemplateMultiList': self.multi}[kind](octets)

    def basic(self, octets):
        out = semantic_of(octets)
        head = lists.basic_head(octets)
        if head is None:
            return dict(out, octets=octets.hex()) if octets else {'octets': ''}
        name = elements.described(head.pen, head.element)[0]
        out[name], at = [], head.size
        while at < len(octets):
            item, end = lists.basic_item(octets, at, head.length)
            if item is None:
                out['octets'] = octets[at:].hex()
                break
            out[name].append(self.value(head.pen, head.element, item, head.length == lists.VARIABLE) if item else None)
            at = end
        return out

    def records(self, number, octets):
        template, out, at = self.known.get(number), [], 0
        while at < len(octets):
            fields, end = self.record_of(template, octets, at) if template else (None, at)
            if fields is None or end == at:
                return out + [{'template': number, 'octets': octets[at:].hex()}]
            out.append(self.record(fields, template, number))
            at = end
        return out

    def record(self, fields, template, number):
        """Of no length is no value, which only repeated elements show, for the sake of their order."""
        keys = [(f.pen, f.id) for f in fields]
        out, there = {}, {(f.pen, f.id) for f in fields if f.value or keys.count((f.pen, f.id)) > 1} - {PADDING}
        for field, (_, _, length) in zip(fields, template.fields):
            if (field.pen, field.id) in there:
                add(out, elements.described(field.pen, field.id)[0],
                    self.value(field.pen, field.id, field.value, length == lists.VARIABLE) if field.value else None)
        return Record(out, fields, number)

    def sub_template(self, octets):
        return dict(semantic_of(octets), records=self.records(lists.u16(octets, 1), octets[3:]))

    def multi(self, octets):
        out, at = [], 1
        while at + 4 <= len(octets):
            length = lists.u16(octets, at + 2)
            if length < 4 or at + length > len(octets):
                break
            out += self.records(lists.u16(octets, at), octets[at + 4:at + length])
            at += length
        rest = {'octets': octets[at:].hex()} if at < len(octets) else {}
        return dict(semantic_of(octets), records=out, **rest)


class Record(dict):
    """A record's JSON, its fields, and the id of its template."""

    def __init__(self, members, fields, template):
        super().__init__(members)
        self.fields, self.template = fields, template


# The flow's own header and counters are never a list's (flow-file(5)).
OWN = {'sourceIPv4Address', 'destinationIPv4Address', 'sourceIPv6Address', 'destinationIPv6Address',
       'protocolIdentifier', 'sourceTransportPort', 'destinationTransportPort', 'ipVersion', 'octetDeltaCount',
       'packetDeltaCount', 'octetTotalCount', 'packetTotalCount', 'postOctetDeltaCount', 'postPacketDeltaCount'}


def same(want, got):
    if isinstance(want, float):	# of a float of 4 octets 9 digits are enough
        short = struct.pack('>f', want)
        return isinstance(got, (int, float)) and (
            got == want or struct.unpack('>f', short)[0] == want and struct.pack('>f', got) == short)
    if isinstance(want, dict) and isinstance(got, dict):
        return set(want) == set(got) and all(same(want[k], got[k]) for k in want)
    if isinstance(want, list) and isinstance(got, list):
        return len(want) == len(got) and all(map(same, want, got))
    return type(want) is type(got) and want == got or isinstance(want, Several) and want == got


def of_record(reader, fields, template):
    """{member of extra: [lists]} of a record's fields."""
    out = {}
    for field, (_, _, length) in zip(fields, template.fields):
        if lists.kind_of(field.pen, field.id):
            out.setdefault(elements.described(field.pen, field.id)[0], []).append(
                reader.value(field.pen, field.id, field.value, length == lists.VARIABLE))
    return out


def may_fill(listed):
    """Records of lists of templates whose elements are the flow's own: the only one of their template, and
    not some of several of which not all hold (RFC 6313 4.4).  listed: {member of extra: [lists]}."""
    hold, found = [], [each for lists_of in listed.values() for each in lists_of if 'records' in each]
    for each in found:
        said = each.get('semantic')
        if said != 'noneOf' and (said not in ('exactlyOneOf', 'oneOrMoreOf') or len(each['records']) == 1):
            hold += [r for r in each['records'] if isinstance(r, Record)]
    kinds = [r.template for each in found for r in each['records'] if isinstance(r, Record)]
    return [r for r in hold if kinds.count(r.template) == 1]


def moved(want, got, fills):
    """[(name, value)] of members that stand in columns instead, or None where `got` cannot be `want`."""
    if not isinstance(got, dict) or any(k not in want for k in got):
        return None
    away = []
    for name, value in want.items():
        if name in got and same(value, got[name]):
            continue
        first, rest = (value[0], value[1:]) if isinstance(value, Several) else (value, [])
        if not fills or name in OWN or isinstance(first, (dict, list)) or \
                (rest if len(rest) != 1 else rest[0]) != got.get(name, []):	# the first in the column, as of any record
            return None
        away.append((name, first))
    return away


def of_templates(want, got, fills):
    """(differences, [(name, value) that are in columns]) of a subTemplateList or subTemplateMultiList."""
    out, there = [], list(got.get('records', ()))
    for record in want['records']:
        away = moved(record, there[0], id(record) in fills) if there else None
        if away is not None:
            there.pop(0)
        else:
            away = moved(record, {}, id(record) in fills)
        if away is None:
            return ['list: %r, programs %r' % (want, got)], []
        out += away
    if there or {k: v for k, v in want.items() if k != 'records'} != {k: v for k, v in got.items() if k != 'records'}:
        return ['list: %r, programs %r' % (want, got)], []
    return [], out


def differences(listed, own, row):
    """(what differs of the lists of a record, [(name, value)] that must be in columns)."""
    out, filled, fills = [], [], [id(r) for r in may_fill(listed)]
    for name, wants in listed.items():
        got = row.get('extra', {}).get(name)
        gots = got if isinstance(got, list) else [got] if got is not None else []
        if len(wants) != len(gots) and not (len(wants) == 1 and not gots and not empty(wants[0])):
            out.append('%s: %r, programs %r' % (name, wants, got))
            continue
        for want, each in zip(wants, gots or [{'records': [], **without_records(wants[0])}]):
            if 'records' in want:
                found, away = of_templates(want, each, fills)
                out += found
                filled += away
            elif not same(want, each):
                out.append('%s: %r, programs %r' % (name, want, each))
    return out + list(missed(listed, own, filled)), filled


# Elements that must be in their column where a list's record may fill it.
MUST = {(0, 6): 'tcpControlBits', (0, 56): 'sourceMacAddress', (0, 57): 'postDestinationMacAddress',
        (0, 80): 'destinationMacAddress', (0, 81): 'postSourceMacAddress'}
FLAGS = ((0, 6), (elements.CERT, 14), (elements.CERT, 15))


def missed(listed, own, filled):
    """What should have filled a column and did not; own: the record's own [Field]."""
    inside = [(f.pen, f.id) for r in may_fill(listed) for f in r.fields if f.value]
    claimed = {(f.pen, f.id) for f in own}
    for key, name in MUST.items():
        rivals = FLAGS if key in FLAGS else (key,)
        if inside.count(key) == 1 and sum(map(inside.count, rivals)) == 1 and not claimed & set(rivals) and \
                name not in [n for n, _ in filled]:
            yield '%s of a list does not fill its column' % name


def without_records(listed):
    return {k: v for k, v in listed.items() if k != 'records'}


def empty(listed):
    return not listed.get('records')
