# SPDX-License-Identifier: BSD-2-Clause
"""Flows with payload, as YAF exports them, go through flowcap (and nfcapd, where it is found); each filter
selects those that were worked out by hand, in flowcat and in nfdump, and both print the same of hellos.

Flows are told apart by their source ports.  Where nfdump selects others the filter says why.
"""
import json
import os
import re
import shutil
import ssl
import struct
import subprocess
import sys
import tempfile

BUILD = os.environ.get("FLOW_BUILDDIR", ".")
YAF = 6871      # CERT's enterprise number: element 18 is the payload, with the bit of RFC 5103 the other way's
REVERSE = 0x4000
ELEMENTS = [(0, 8, 4), (0, 12, 4), (0, 7, 2), (0, 11, 2), (0, 4, 1), (0, 1, 8), (0, 2, 8), (0, 152, 8),
            (0, 153, 8), (YAF, 18, 65535), (YAF, 18 | REVERSE, 65535)]


def client_hello(name, newest, protocols=()):
    context = ssl.create_default_context()
    context.maximum_version = newest
    if protocols:
        context.set_alpn_protocols(protocols)
    outgoing = ssl.MemoryBIO()
    try:
        context.wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname=name).do_handshake()
    except ssl.SSLWantReadError:
        pass
    return outgoing.read()


def labels(name):
    return b"".join(bytes([len(part)]) + part for part in name.encode().split(b".")) + b"\0"


def dns(name, *addresses):
    message = struct.pack(">6H", 1, 0x8180 if addresses else 0x0100, 1, len(addresses), 0, 0)
    message += labels(name) + struct.pack(">HH", 1, 1)
    for address in addresses:
        message += struct.pack(">HHHIH", 0xc00c, 1 if len(address) == 4 else 28, 1, 60, len(address)) + address
    return message


V4, V6 = bytes([192, 0, 2, 1]), bytes.fromhex("20010db8000000000000000000000001")
QUERY = dns("mail.example.org")
TLS13 = client_hello("www.example.com", ssl.TLSVersion.TLSv1_3, ["h2", "http/1.1"])
TLS12 = client_hello("old.example.org", ssl.TLSVersion.TLSv1_2)
FLOWS = {       # source port: destination port, protocol, payload, and the other way's
    1001: (8080, 6, b"GET /a HTTP/1.1\r\nHost: www.example.com\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\nnginx\0<html>"),
    1002: (80, 6, b"POST /login HTTP/1.0\r\n\r\nuser=1", b"HTTP/1.1 302 Found\r\n"),
    1003: (53, 17, dns("www.example.com"), dns("www.example.com", V4, V6)),
    1004: (53, 6, struct.pack(">H", len(QUERY)) + QUERY, b""),
    53: (1005, 17, dns("cdn.example.net", bytes([198, 51, 100, 7])), b""),
    1006: (5353, 17, dns("not.port53.example"), b""),
    1007: (443, 6, TLS13, b""),
    1008: (443, 6, TLS12, b""),
    1009: (443, 6, TLS12[:90], b""),
    1010: (443, 6, b"", b""),
    1011: (9, 17, b"\0\0\0needle\0\xff", b""),
    1012: (443, 17, TLS13, b""),
}

LEGACY = "nfdump compares the version that a hello of TLS 1.3 has for old servers, 1.2"
ASSERTS = "nfdump 1.7.8 stops at an assertion"
CASES = [       # filter, source ports, why nfdump has others
    ("payload content 'GET'", [1001], None),
    ("payload content 'nginx'", [1001], None),
    ("payload content 'needle'", [1011], None),
    ("payload content 'HTTP'", [1001, 1002], None),
    ("payload content 'http'", [1007, 1012], None),     # of ALPN
    ("not payload content 'HTTP' and dst port 443", [1007, 1008, 1009, 1010, 1012], None),
    ("payload regex '^POST'", [1002], None),
    ("payload regex '^post' i", [1002], None),
    ("payload regex 'GET|POST'", [1001, 1002], ASSERTS),
    ("payload regex '^Host'", [], None),
    ("payload regex '^Host' m", [1001], None),
    ("payload regex 'HTTP/\\d\\.\\d \\d{3}'", [1001, 1002], None),
    ("payload regex 'OK.+html'", [], None),
    ("payload regex 'OK.+html' s", [1001], None),
    ("payload regex '[\\w]+\\.example\\.com'", [1001, 1007, 1012], None),
    ("payload dns defined", [53, 1003, 1004], None),
    ("out payload dns defined", [1003], None),
    ("payload dns name 'example'", [53, 1003, 1004], None),
    ("payload dns name www.example.com", [1003], None),
    ("payload dns name 'port53'", [], None),
    ("payload dns address 198.51", [53], None),
    ("payload dns address 192.0.2.1", [], None),
    ("out payload dns address 192.0.2.1", [1003], None),
    ("out payload dns addr '2001:db8'", [1003], None),
    ("payload ssl defined", [1007, 1008], None),
    ("payload tls defined", [1007, 1008], None),
    ("payload tls version 1.2", [1008], LEGACY),
    ("payload tls version 1.3", [1007], LEGACY),
    ("payload tls version 1.0", [], None),
    ("payload ssl version 3.0", [], None),
    ("payload tls sni 'example'", [1007, 1008], None),
    ("payload tls sni old.example.org", [1008], None),
    ("payload ja3 defined", [1007, 1008], None),
    ("payload ja4 defined", [1007, 1008], None),
    ("payload ja3 d41d8cd98f00b204e9800998ecf8427e", [], None),
]


def find(name):
    folder = os.environ.get("NFDUMP_BIN")
    path = os.path.join(folder, name) if folder else shutil.which(name)
    return path if path and os.access(path, os.X_OK) else None


def run(*command):
    env = dict(os.environ, TZ="UTC", LC_ALL="C")
    return subprocess.run(command, env=env, capture_output=True, text=True, errors="replace", timeout=60,
                          check=False)


def ports(*command):
    result = run(*command)
    if result.returncode != 0:
        return (result.stdout + result.stderr).strip()
    return sorted(int(line) for line in result.stdout.split("\n") if line.strip().isdigit())


def variable(value):
    return (bytes([len(value)]) if len(value) < 255 else struct.pack(">BH", 255, len(value))) + value


def messages():
    """IPFIX: a template, and a message for each flow."""
    template = struct.pack(">HH", 256, len(ELEMENTS))
    for enterprise, element, length in ELEMENTS:
        template += struct.pack(">HH", element | (0x8000 if enterprise else 0), length)
        template += struct.pack(">I", enterprise) if enterprise else b""
    sets = [struct.pack(">HH", 2, 4 + len(template)) + template]
    for i, (port, (to, proto, payload, back)) in enumerate(FLOWS.items()):
        record = struct.pack(">4B4BHHBQQQQ", 10, 0, 0, 1, 192, 0, 2, 9, port, to, proto, 1000, 10,
                             1764200000000 + i, 1764200001000 + i) + variable(payload) + variable(back)
        sets.append(struct.pack(">HH", 256, 4 + len(record)) + record)
    for i, one in enumerate(sets):
        yield struct.pack(">HHIII", 10, 16 + len(one), 1764200010, max(i - 1, 0), 1) + one


def write_capture(path):
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 101))
        for message in messages():
            packet = struct.pack(">BBHHHBBH4B4B", 0x45, 0, 28 + len(message), 1, 0, 64, 17, 0, 127, 0, 0, 1,
                                 127, 0, 0, 1) + struct.pack(">HHHH", 5000, 4739, 8 + len(message), 0) + message
            file.write(struct.pack("<IIII", 1764200010, 0, len(packet), len(packet)) + packet)


def fingerprints(nfdump, theirs):
    """JA3 of each flow, and JA4 of hellos that say their version, as nfdump tells them."""
    for line in run(nfdump, "-R", theirs, "-q", "-o", "fmt:%sp %ja3 %ja4").stdout.split("\n"):
        found = re.match(r" *(\d+) ja3 *: ([0-9a-f]{32}) ja4 *: (\S+)", line)
        if found is not None:
            port = int(found[1])
            same = [p for p in (1007, 1008) if FLOWS[p][2] == FLOWS[port][2]]
            yield f"payload ja3 {found[2]}", same, None
            if port == 1008:
                yield f"payload ja4 {found[3]}", same, None


class Test:
    def __init__(self):
        self.count = self.failures = 0

    def equal(self, got, want, what):
        self.count += 1
        self.failures += got != want
        print(f"{'ok' if got == want else 'not ok'} {self.count} - {what}")
        if got != want:
            print(f"# {got}\n# not {want}")

    def skip(self, why):
        self.count += 1
        print(f"ok {self.count} # SKIP {why}")


def check_hellos(test, flowcat, flowstat):
    """What columns and keys are made of hellos."""
    names = "src_port,tls_version,tls_sni,ja3,ja4"
    rows = run(*flowcat, "csv:" + names, "src port 1007 or src port 1008 or src port 1009").stdout.split("\n")
    fields = [row.split(",") for row in rows if row]
    test.equal([row[:3] for row in fields], [["1007", "1.3", "www.example.com"], ["1008", "1.2", "old.example.org"],
                                             ["1009", "", ""]], "versions and names of servers")
    test.equal([bool(re.fullmatch("[0-9a-f]{32}", row[3])) for row in fields], [True, True, False], "ja3")
    test.equal([bool(re.fullmatch(form, row[4])) for form, row in zip(
        ["t13d[0-9]{4}h2_[0-9a-f]{12}_[0-9a-f]{12}", "t12d[0-9]{4}00_[0-9a-f]{12}_[0-9a-f]{12}", ""], fields)],
               [True] * 3, "ja4")
    lines = run(*flowcat, "ndjson:" + names, "src port in [1007 1008 1009]").stdout.split("\n")
    keys = names.split(",")
    want = [{key: int(value) if key == "src_port" else value for key, value in zip(keys, row) if value}
            for row in fields]
    test.equal([json.loads(line) for line in lines if line], want, "the same in JSON")
    for key, column in (("tls_version", 1), ("tls_sni", 2), ("ja3", 3), ("ja4", 4)):
        result = run(*flowstat, "-s", key + "/flows", "-o", "csv", "src port in [1007 1008]").stdout.split("\n")
        got = sorted(line.split(",")[result[0].split(",").index(key)] for line in result[1:] if line)
        test.equal(got, sorted(row[column] for row in fields[:2]), f"flowstat -s {key}")


def check_print(test, flowcat, nfdump, theirs):
    """What people see, but of hellos of TLS 1.3, and of UDP, in which nfdump looks for none."""
    form = "fmt:%sp|%ja3|%ja4|%sni|%tls|"
    them = run(nfdump, "-R", theirs, "-q", "-o", form, "not src port in [1007 1012]").stdout
    us = run(*flowcat, form, "not src port in [1007 1012]").stdout
    test.equal(us.split("\n"), them.split("\n"), "fmt: with %ja3, %ja4, %sni and %tls as nfdump")


def main():
    test = Test()
    with tempfile.TemporaryDirectory(prefix="flow-payload-") as folder:
        capture, ours, theirs = (os.path.join(folder, name) for name in ("capture.pcap", "ours", "theirs"))
        os.makedirs(ours)
        os.makedirs(theirs)
        write_capture(capture)
        run(os.path.join(BUILD, "flowcap"), "-f", capture, "-w", ours)
        flowcat = (os.path.join(BUILD, "flowcat"), "-r", ours, "-q", "-o")
        nfdump, nfcapd = find("nfdump"), find("nfcapd")
        version = re.search(r"(\d+)\.(\d+)\.(\d+)", run(nfdump, "-V").stdout) if nfdump and nfcapd else None
        cases = list(CASES)
        if version is None or tuple(map(int, version.groups())) < (1, 7, 8):
            nfdump = None
        else:
            run(nfcapd, "-f", capture, "-w", theirs)
            cases += fingerprints(nfdump, theirs)
        for text, want, why in cases:
            test.equal(ports(*flowcat, "csv:src_port", text), sorted(want), f"flowcat: {text}")
            if why is None and nfdump is not None:
                test.equal(ports(nfdump, "-R", theirs, "-q", "-o", "fmt:%sp", text), sorted(want),
                           f"nfdump: {text}")
        check_hellos(test, flowcat, (os.path.join(BUILD, "flowstat"), "-r", ours))
        if nfdump is None:
            test.skip("no nfdump and nfcapd of at least 1.7.8 in $NFDUMP_BIN or $PATH")
        else:
            test.equal(len(cases) - len(CASES), 3, "nfdump tells three fingerprints")
            check_print(test, flowcat, nfdump, theirs)
    print(f"1..{test.count}")
    return test.failures > 0


sys.exit(main())
