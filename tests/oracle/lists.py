# SPDX-License-Identifier: BSD-2-Clause
"""Structured data (RFC 6313): the elements within basicList, subTemplateList, subTemplateMultiList.

Which elements are lists, IANA's registry says: 291 to 293, and those of BGP, SRv6, MIB and others.
"""
from collections import namedtuple

import elements

VARIABLE = 65535
# size: of the head, semantic to enterprise number
Head = namedtuple('Head', 'pen element length size')


def u16(data, at):
    return int.from_bytes(data[at:at + 2], 'big')


def kind_of(pen, number):
    """'basicList', 'subTemplateList', 'subTemplateMultiList', or None."""
    kind = elements.described(pen, number)[1]
    return kind if kind and kind.endswith('List') else None


def leaves(field, known, record_of):
    """[(pen, id, octets)] within a list, or None where it cannot be read or a template is unknown.

    record_of(template, octets, at) is (fields or None, end).
    """
    read = {'basicList': basic, 'subTemplateList': sub_template,
            'subTemplateMultiList': multi}.get(kind_of(field.pen, field.id))
    if read is None:
        return None
    if len(field.value) < 3:	# a semantic alone: a list of templates that has no records
        return [] if read is multi else None
    return read(field.value, known, record_of)


def basic_head(data):
    """Semantic, element, length, and the element's enterprise where it has one (RFC 6313 4.5.1)."""
    element, size, pen = u16(data, 1), 5, 0
    if element & 0x8000:
        element, pen, size = element & 0x7fff, int.from_bytes(data[5:9], 'big'), 9
    return Head(pen, element, u16(data, 3), size) if len(data) >= size else None


def basic_item(data, at, length):
    """(octets, end) of a value; octets is None where it is cut, or would never end."""
    size = length
    if length == VARIABLE:
        size, at = data[at], at + 1
        if size == 255:
            size, at = u16(data, at), at + 2
    if size == 0 and length != VARIABLE or at + size > len(data):
        return None, at
    return data[at:at + size], at + size


def basic(data, _known, _record_of):
    head = basic_head(data)
    out, at = [], head.size if head else len(data)
    while at < len(data):
        item, at = basic_item(data, at, head.length)
        if item is None:
            return None
        out.append((head.pen, head.element, item))
    return out


def records(data, template, record_of):
    out, at = [], 0
    while at < len(data):
        fields, end = record_of(template, data, at)
        if fields is None or end == at:
            return None
        out += [(f.pen, f.id, f.value) for f in fields]
        at = end
    return out


def sub_template(data, known, record_of):
    """Semantic, template, records (4.5.2)."""
    template = known.get(u16(data, 1))
    return None if template is None else records(data[3:], template, record_of)


def multi(data, known, record_of):
    """Semantic, then for each template its number, a length with these four octets, records (4.5.3)."""
    out, at = [], 1
    while at + 4 <= len(data):
        template, length = known.get(u16(data, at)), u16(data, at + 2)
        if template is None or length < 4 or at + length > len(data):
            return None
        found = records(data[at + 4:at + length], template, record_of)
        if found is None:
            return None
        out += found
        at += length
    return out
