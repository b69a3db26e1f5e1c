# SPDX-License-Identifier: BSD-2-Clause
"""Names that exporters announce, meant to do harm: markup, quotes, control bytes, marks that turn the direction of text,
bytes that are no UTF-8, 64 KB.  No page gets an element or an attribute of them, no table or message for people a byte
that a terminal obeys, and JSON and CSV stay what they are.  What pages may have is what the page of the same flows with
plain names has, as Python's html.parser reads both."""
import csv
import html.parser
import io
import json
import os
import struct
import subprocess
import sys
import tempfile
import unicodedata

import exports

NAMES = [
    b"<script>alert(1)</script>",
    b"\"><img src=x onerror=alert(1)>",
    b"' onmouseover='alert(1)' x='",
    b"</td></table></title></style></script><script>alert(2)</script>",
    b"<!--<script>",
    b"&lt;b&gt;&amp;&#60;i&#62;",
    b"\x1b[31mred\x1b]0;title\x07",
    b"a\nb\r\n\tc\x0bd\x08e\x7f",
    b"\xc2\x9b31m\xc2\x85C1",
    b"user\xe2\x80\xaegpj.exe\xe2\x81\xa6x\xe2\x80\x8f",
    b"line\xe2\x80\xa8paragraph\xe2\x80\xa9",
    b"\xff\xfe\xc3(\xed\xa0\x80\xf4\x90\x80\x80\xc0\xaf",
    b"=cmd|' /C calc'!A0",
    b"$(touch x);`touch y`'\"\\",
    b"%s%n%08x{{7*7}}",
    b"`|*_[x](javascript:alert(3))",
]
LONG = b"<b>" + b"A" * 64000 + b"\x1b[1m</b>"
DAY = 1700006400	# 2023-11-15T00:00:00Z


def text(value):
    """Of variable length (RFC 7011, section 7)."""
    return bytes([len(value)]) + value if len(value) < 255 else b"\xff" + struct.pack(">H", len(value)) + value


def options(number, scope, width, *names):
    """An options template: one scope and texts."""
    fields = [(scope, width)] + [(name, 65535) for name in names]
    return struct.pack(">HHH", number, len(fields), 1) + b"".join(struct.pack(">HH", *field) for field in fields)


FLOW = [(8, 4), (12, 4), (7, 2), (11, 2), (4, 1), (10, 4), (14, 4), (234, 4), (235, 4), (95, 4), (2, 4), (1, 4), (152, 8),
        (153, 8), (371, 65535), (460, 65535)]


def datagrams(names):
    """Interfaces, VRFs, applications, samplers with these names, numbered from 1, and flows of each."""
    templates = exports.flow_set(3, options(512, 10, 4, 82, 83), options(513, 234, 4, 236), options(514, 95, 4, 96, 94),
                                 options(515, 302, 4, 335))
    yield exports.ipfix(templates, exports.flow_set(2, exports.template(256, FLOW)), time=DAY)
    for i, name in enumerate(names, 1):
        number = exports.be(4, i)
        app = exports.be(4, 13 << 24 | i)
        if len(name) > 1000:
            for kind, scope in ((512, number), (513, number), (514, app)):
                texts = text(name) + (text(b"") if kind != 513 else b"")
                yield exports.ipfix(exports.flow_set(kind, scope + texts), time=DAY)
            name = name[:500] + name[-8:]
        else:
            yield exports.ipfix(exports.flow_set(512, number + text(name) * 2), exports.flow_set(513, number + text(name)),
                                exports.flow_set(514, app + text(name) * 2), exports.flow_set(515, number + text(name)), time=DAY)
        for k in range(4):
            at = exports.be(8, (DAY + 3600 * k) * 1000)
            yield exports.ipfix(exports.flow_set(256, exports.v4(f"192.0.2.{i}"), exports.v4("198.51.100.1"),
                                                 exports.be(2, 40000 + i), exports.be(2, 443), b"\x06", number, number,
                                                 number, number, app, exports.be(4, 10), exports.be(4, 100000 * i), at, at,
                                                 text(name) * 2), time=DAY + 3600 * k)


def collect(work, kind, names):
    """The archive, and what flowcap said."""
    archive = os.path.join(work, kind)
    os.mkdir(archive)
    numbered, sequence = [], 0
    for n, data in enumerate(datagrams(names)):
        time = struct.unpack(">I", data[4:8])[0] + n / 10000
        # Sequence numbers count data records (RFC 7011, section 3.1): all but the first message has some.
        numbered.append((time, "192.0.2.200", 4739, 4739, data[:8] + exports.be(4, sequence) + data[12:]))
        sequence += sets(data) if n > 0 else 0
    capture = os.path.join(work, kind + ".pcap")
    exports.capture(capture, numbered)
    return archive, command(["flowcap", "-v", "-f", capture, "-w", archive])


def sets(data):
    """Sets of a message, which have a record each."""
    at, n = 16, 0
    while at < len(data):
        at += struct.unpack(">H", data[at + 2:at + 4])[0]
        n += 1
    return n


def command(words):
    """(standard output, standard error) as bytes; a status of 5 is an alert of a report."""
    words = [os.path.join(exports.BUILD, words[0]), *words[1:]]
    done = subprocess.run(words, capture_output=True, check=False, env={**os.environ, "TZ": "UTC"})
    if done.returncode not in (0, 5):
        raise AssertionError(f"{' '.join(words)}: status {done.returncode}: {done.stderr[:500]!r}")
    return done.stdout, done.stderr


def unsafe(data, also=""):
    """Characters that a terminal obeys or that turn text around, and what is no UTF-8."""
    try:
        decoded = data.decode("utf-8")
    except UnicodeDecodeError as error:
        return f"no UTF-8: {error}"
    bad = {c for c in decoded if c not in "\n" + also and unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp", "Cs")}
    return " ".join(sorted(f"U+{ord(c):04X}" for c in bad))


class Page(html.parser.HTMLParser):
    """Elements with the names of their attributes, and texts of scripts and styles."""

    def __init__(self, data):
        super().__init__()
        self.kinds, self.count, self.texts, self.inside, self.other = set(), {}, [], None, []
        self.feed(data)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.kinds |= {(tag, name) for name, _ in attrs} | {(tag, None)}
        self.count[tag] = self.count.get(tag, 0) + 1
        self.inside = tag

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)

    def handle_data(self, data):
        if self.inside == "script":
            self.texts.append(data)

    def handle_endtag(self, tag):
        self.inside = None

    def handle_comment(self, data):
        self.other.append(data)

    handle_decl = unknown_decl = handle_pi = handle_comment


def check_page(test, what, page, plain):
    try:
        got, want = Page(page.decode("utf-8")), Page(plain.decode("utf-8"))
    except UnicodeDecodeError as error:
        test.equal(str(error), "", what + ": UTF-8")
        return
    test.equal(sorted(map(str, got.kinds - want.kinds)), [], what + ": no element or attribute beside ours")
    test.equal([got.count.get(tag, 0) for tag in ("script", "style", "title")],
               [want.count.get(tag, 0) for tag in ("script", "style", "title")], what + ": as many scripts and styles")
    test.equal(got.other, want.other, what + ": no comments")
    # Scripts are the same, but for data, which stay JSON.
    data = [t for t in got.texts if t.startswith(("{", "["))]
    test.equal([t for t in got.texts if t not in data], [t for t in want.texts if not t.startswith(("{", "["))],
               what + ": the same scripts")
    for part in data:
        json.loads(part)
    test.equal(unsafe(page, "\t"), "", what + ": nothing that turns text")


def check_json(test, what, data, lines):
    try:
        decoded = data.decode("utf-8")
        for part in filter(None, decoded.split("\n")) if lines else [decoded]:
            json.loads(part)
        test.equal("JSON", "JSON", what)
    except ValueError as error:
        test.equal(str(error), "JSON", what)


def check_csv(test, what, data):
    try:
        rows = list(csv.reader(io.StringIO(data.decode("utf-8"), newline="")))
        test.equal(len({len(row) for row in rows if row}), 1, what + ": as many cells in all rows")
    except UnicodeDecodeError as error:
        test.equal(str(error), "", what + ": UTF-8")


TOKENS = "fmt:%in %inam %onam %ivrfnam %evrfnam %nbid %nbnam %uname"
KEYS = ["in_if", "out_if", "in_vrf,in_if", "app_name", "app_id", "username"]


def ask(test, archive, plain):
    for form in ("line", "long", "extended", "wide", "biline", "raw", TOKENS):
        try:
            out, err = command(["flowcat", "-r", archive, "-o", form])
        except AssertionError as error:
            test.equal(str(error), "", form)
            continue
        test.equal(unsafe(out + err), "", f"flowcat -o {form}")
    for form in ("csv:all", "csv:src_addr,extra,app_name"):
        check_csv(test, f"flowcat -o {form}", command(["flowcat", "-q", "-r", archive, "-o", form])[0])
    for form in ("json", "ndjson"):
        check_json(test, f"flowcat -o {form}", command(["flowcat", "-r", archive, "-o", form])[0], form == "ndjson")
    for option in ("-E", "-I"):
        out, err = command(["flowcat", option, "-r", archive])
        test.equal(unsafe(out + err), "", f"flowcat {option}")
    keys = [word for key in KEYS for word in ("-A", key)]
    for form in ("text", "markdown"):
        out, err = command(["flowstat", "-r", archive, "-o", form, *keys])
        test.equal(unsafe(out + err), "", f"flowstat -o {form}")
    for form in ("json", "ndjson"):
        check_json(test, f"flowstat -o {form}", command(["flowstat", "-r", archive, "-o", form, *keys])[0], form == "ndjson")
    for key in KEYS:
        check_csv(test, f"flowstat -o csv -A {key}", command(["flowstat", "-q", "-r", archive, "-o", "csv", "-A", key,
                                                             "--if-names", "/dev/null"])[0])
    words = ["flowstat", "-o", "html", *keys, "--series", "in_if", "--series", "app_name", "--billing", "if", "-r"]
    check_page(test, "flowstat -o html", command([*words, archive])[0], command([*words, plain])[0])


def report(test, archive, plain):
    words = ["nightly-report", "-d", "2023-11-15"]
    check_page(test, "nightly-report", command([*words, archive])[0], command([*words, plain])[0])
    check_json(test, "nightly-report --json", command([*words, "--json", archive])[0], False)
    out, err = command([*words, "--text", archive])
    test.equal(unsafe(out + err), "", "nightly-report --text")


def main():
    test = exports.Test()
    names = [*NAMES, LONG]
    with tempfile.TemporaryDirectory(prefix="hostile-names.") as work:
        archive, said = collect(work, "archive", names)
        plain, _ = collect(work, "plain", [b"name%d" % i for i in range(len(names))])
        test.equal(unsafe(b"".join(said)), "", "flowcap's messages")
        stored = command(["flowcat", "-E", "-r", archive])[0]
        test.equal(stored.count(b"alert(1)") > 0, True, "names are announced")
        # JSON is for programs, which get the name as it was said.
        first = command(["flowcat", "-r", archive, "-o", "ndjson:app_name,username", "src host 192.0.2.1", "-c", "1"])[0]
        test.equal(json.loads(first), {"app_name": NAMES[0].decode(), "username": NAMES[0].decode()}, "JSON has the name itself")
        ask(test, archive, plain)
        report(test, archive, plain)
    return test.done()


if __name__ == "__main__":
    sys.exit(main())
