# SPDX-License-Identifier: BSD-2-Clause
"""Structured data (RFC 6313): the elements within basicList, subTemplateList, subTemplateMultiList."""

BASIC, SUB_TEMPLATE, SUB_TEMPLATE_MULTI = 291, 292, 293
VARIABLE = 65535


def u16(data, at):
    return int.from_bytes(data[at:at + 2], 'big')


def leaves(field, known, record_of):
    """[(pen, id, octets)] within a list, or None where it cannot be read or a template is unknown.

    record_of(template, octets, at) is (fields or None, end).
    """
    read = {BASIC: basic, SUB_TEMPLATE: sub_template, SUB_TEMPLATE_MULTI: multi}.get(field.id)
    if field.pen != 0 or read is None:
        return None
    if len(field.value) < 3:	# a semantic alone: a list of templates that has no records
        return [] if field.id == SUB_TEMPLATE_MULTI else None
    return read(field.value, known, record_of)


def basic(data, _known, _record_of):
    """Semantic, element, length, values (RFC 6313 4.5.1)."""
    element, length, at, pen = u16(data, 1), u16(data, 3), 5, 0
    if element & 0x8000:
        element, pen, at = element & 0x7fff, int.from_bytes(data[5:9], 'big'), 9
    out = []
    while at < len(data):
        size = length
        if length == VARIABLE:
            size, at = data[at], at + 1
            if size == 255:
                size, at = u16(data, at), at + 2
        if size == 0 and length != VARIABLE or at + size > len(data):
            return None
        out.append((pen, element, data[at:at + size]))
        at += size
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
