# SPDX-License-Identifier: BSD-2-Clause
"""NetFlow v9 (RFC 3954) and IPFIX (RFC 7011): messages, sets, templates, records.

A record comes out as a list of Field in the order of its template; rows.py makes a row of it.
Data that comes before its template waits for it.
"""
import struct
from collections import namedtuple

import lists
import structured

# pen 0: IANA's; scope: a scope field of an options record; nested: of a list (RFC 6313)
Field = namedtuple('Field', 'pen id value scope nested', defaults=(False,))
Template = namedtuple('Template', 'fields scopes')	# fields: (pen, id, length), scopes first

VARIABLE = 65535


class Message:
    """What the header says, and what came with the datagram."""

    def __init__(self, datagram, version, export_ms, uptime, domain):
        self.datagram, self.version, self.domain = datagram, version, domain
        self.export_ms, self.uptime = export_ms, uptime


class Records:
    """Keeps templates by sender and domain; gives (message, options?, [Field], lists as JSON by name)."""

    def __init__(self):
        self.templates = {}	# (source, port, domain) -> {id: Template}
        self.waiting = {}	# the same -> [(message, set id, body)]

    def feed(self, datagram):
        data = datagram.bytes
        version = int.from_bytes(data[:2], 'big')
        if version == 9 and len(data) >= 20:
            _, _, uptime, seconds, _, domain = struct.unpack('>HHIIII', data[:20])
            message = Message(datagram, 9, seconds * 1000, uptime, domain)
            body = data[20:]
        elif version == 10 and len(data) >= 16:
            _, length, seconds, _, domain = struct.unpack('>HHIII', data[:16])
            message = Message(datagram, 10, seconds * 1000, None, domain)
            body = data[16:length]
        else:
            return
        yield from self.sets(message, body)

    def key(self, message):
        d = message.datagram
        return d.source, d.port, message.version, message.domain

    def sets(self, message, body):
        at = 0
        while at + 4 <= len(body):
            set_id, length = struct.unpack('>HH', body[at:at + 4])
            if length < 4 or at + length > len(body):
                return
            content = body[at + 4:at + length]
            at += length
            template_ids = (0, 1) if message.version == 9 else (2, 3)
            if set_id in template_ids:
                self.announce(message, content, set_id == template_ids[1])
                yield from self.release(message)
            elif set_id >= 256:
                yield from self.data(message, set_id, content)

    def announce(self, message, content, options):
        known = self.templates.setdefault(self.key(message), {})
        at = 0
        while at + 4 <= len(content):
            template_id, count = struct.unpack('>HH', content[at:at + 4])
            if template_id < 256 and not (message.version == 10 and count == 0):
                return
            at += 4
            if message.version == 10 and count == 0:
                if template_id in (2, 3):
                    for each in [i for i, t in known.items() if bool(t.scopes) == (template_id == 3)]:
                        del known[each]
                else:
                    known.pop(template_id, None)
                continue
            scopes = 0
            if options:
                if message.version == 9:
                    scope_bytes, option_bytes = count, int.from_bytes(content[at:at + 2], 'big')
                    if scope_bytes % 4 or option_bytes % 4:
                        return
                    scopes, count = scope_bytes // 4, (scope_bytes + option_bytes) // 4
                else:
                    scopes = int.from_bytes(content[at:at + 2], 'big')
                at += 2
            fields = []
            for _ in range(count):
                if at + 4 > len(content):
                    return
                element, length = struct.unpack('>HH', content[at:at + 4])
                at += 4
                pen = 0
                if message.version == 10 and element & 0x8000:
                    if at + 4 > len(content):
                        return
                    pen = int.from_bytes(content[at:at + 4], 'big')
                    element, at = element & 0x7fff, at + 4
                fields.append((pen, element, length))
            if fields and any(f[2] for f in fields):
                known[template_id] = Template(fields, scopes)

    def release(self, message):
        key = self.key(message)
        waiting = self.waiting.pop(key, [])
        for held, set_id, content in waiting:
            yield from self.data(held, set_id, content)

    def lend(self):
        """What waits, by the template of another port where those who have one agree."""
        for key, waiting in self.waiting.items():
            for message, set_id, content in waiting:
                others = {(tuple(t[set_id].fields), t[set_id].scopes): t[set_id]
                          for k, t in self.templates.items()
                          if k[0] == key[0] and k[2:] == key[2:] and set_id in t}
                if len(others) == 1:
                    yield from self.records_of(message, next(iter(others.values())), content)

    def data(self, message, set_id, content):
        key = self.key(message)
        template = self.templates.get(key, {}).get(set_id)
        if template is None:
            self.waiting.setdefault(key, []).append((message, set_id, content))
            return
        yield from self.records_of(message, template, content)

    def records_of(self, message, template, content):
        at = 0
        while at < len(content):
            record, at = self.record(message, template, content, at)
            if record is None:
                return
            reader = structured.Reader(self.templates.get(self.key(message), {}),
                                       lambda *where: self.record(message, *where))
            yield message, template.scopes > 0, self.opened(message, record), \
                structured.of_record(reader, record, template)

    def opened(self, message, record, nested=False):
        """Lists are replaced by what is in them."""
        out = []
        for field in record:
            inside = lists.leaves(field, self.templates.get(self.key(message), {}),
                                  lambda *where: self.record(message, *where))
            if inside is None:
                out.append(field._replace(nested=nested))
            else:
                out += self.opened(message, [Field(*leaf, False) for leaf in inside], True)
        return out

    @staticmethod
    def record(message, template, content, at):
        fields = []
        for i, (pen, element, length) in enumerate(template.fields):
            if length == VARIABLE:
                if at >= len(content):
                    return None, at
                length, at = content[at], at + 1
                if length == 255:
                    length, at = int.from_bytes(content[at:at + 2], 'big'), at + 2
            if at + length > len(content):
                return None, at
            fields.append(Field(pen, element, content[at:at + length], i < template.scopes))
            at += length
        return fields, at
