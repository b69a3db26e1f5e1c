# SPDX-License-Identifier: BSD-2-Clause
"""Captures worked out by hand go through flowcap; what flowcat, the log and the metadata say of them is
compared with what the documents of the protocols say.  Times are 2023-11-14 22:13:20 UTC (T0) and later.
"""
import csv
import io
import os
import shutil
import struct
import subprocess
import tempfile

BUILD = os.environ.get("FLOW_BUILDDIR", ".")
ENV = dict(os.environ, TZ="UTC")
T0 = 1700000000
number = 0


def check(name, got, want):
    global number
    number += 1
    if got == want:
        print("ok %d - %s" % (number, name))
    else:
        print("# got  %s\n# want %s\nnot ok %d - %s" % (got, want, number, name))


def says(name, text, *parts):
    check(name, [p for p in parts if p not in text] and text, [])


def ip(text):
    return bytes(int(part) for part in text.split("."))


def udp_frame(payload, src="192.0.2.1", sport=40001, dst="192.0.2.9", dport=2055):
    """RFC 768 and 791, without checksums"""
    udp = struct.pack(">4H", sport, dport, 8 + len(payload), 0) + payload
    return struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(udp), 1, 0, 64, 17, 0) + ip(src) + ip(dst) + udp


def pcap(*frames, link=101, nano=False):
    """draft-ietf-opsawg-pcap: (seconds, bytes), link type 101 is raw IP"""
    out = struct.pack("<IHHiIII", 0xa1b23c4d if nano else 0xa1b2c3d4, 2, 4, 0, 0, 262144, link)
    for at, frame in frames:
        fraction = int(round((at - int(at)) * (10**9 if nano else 10**6)))
        out += struct.pack("<IIII", int(at), fraction, len(frame), len(frame)) + frame
    return out


def v5(sequence, clock=T0, uptime=3600000, records=1, engine=0):
    """NetFlow v5: 10.1.1.1:1111 -> 10.2.2.2:80, TCP, 5 packets, 500 bytes, over the last second"""
    head = struct.pack(">HHIIIIHH", 5, records, uptime, clock, 0, sequence, engine, 0)
    one = ip("10.1.1.1") + ip("10.2.2.2") + ip("0.0.0.0") + struct.pack(
        ">HHIIIIHHBBBBHHBBH", 1, 2, 5, 500, uptime - 1000, uptime, 1111, 80, 0, 0, 6, 0, 0, 0, 0, 0, 0)
    return head + one * records


class Archive:
    def __init__(self, *captures, options=()):
        self.folder = tempfile.mkdtemp()
        self.out = os.path.join(self.folder, "out")
        os.mkdir(self.out)
        self.log = ""
        where = () if "-M" in options else ("-w", self.out)
        options = [self.out if o == "OUT" else o for o in options]
        for i, capture in enumerate(captures):
            path = os.path.join(self.folder, "in%d.pcap" % i)
            with open(path, "wb") as f:
                f.write(capture)
            where += ("-f", path)
        done = subprocess.run([BUILD + "/flowcap", *where, "-v", *options], capture_output=True, text=True, env=ENV)
        self.log, self.status = done.stderr, done.returncode

    def flowcat(self, *options):
        return subprocess.run([BUILD + "/flowcat", "-r", self.out, "--utc", *options], capture_output=True, text=True,
                              env=ENV).stdout

    def rows(self, columns, *options):
        return [tuple(row) for row in csv.reader(io.StringIO(self.flowcat("-o", "csv:" + columns, *options)))][1:]

    def exporters(self):
        return self.flowcat("-E")

    def close(self):
        shutil.rmtree(self.folder)


def test_nothing_taken():
    a = Archive(pcap(*[(T0 + i, udp_frame(v5(i))) for i in range(25)]), options=("-p", "4444"))
    says("another port", a.log, "in0.pcap: nothing taken: 25 UDP datagrams, all to port 2055; you asked for 4444")
    check("another port: status", a.status, 0)
    a.close()
    names = [(T0, udp_frame(b"\x12\x34\x01\x00" + b"\0" * 8, dport=53)) for _ in range(3)]
    a = Archive(pcap(*names, (T0, udp_frame(b"#" * 48, dport=123))))
    says("other services", a.log, "4 UDP datagrams, to ports 53 (3), 123 (1); none is NetFlow, IPFIX or sFlow")
    a.close()
    tcp = bytearray(udp_frame(b""))
    tcp[9] = 6
    a = Archive(pcap((T0, bytes(tcp)), (T0, b"\x45\0")))
    says("no UDP", a.log, "no UDP datagram in 2 frames (1 hold something else, 1 are damaged, 0 are fragments)")
    a.close()
    a = Archive(pcap())
    says("nothing at all", a.log, "nothing taken: the capture has no frames")
    a.close()
    a = Archive(pcap((T0, udp_frame(v5(0)))))
    check("something", "nothing taken" in a.log, False)
    a.close()


def test_capture_times():
    columns = "received,first,src_addr"
    want = [("2023-11-14T22:13:20.250Z", "2023-11-14T22:13:19.000Z", "10.1.1.1")]
    for nano in False, True:
        a = Archive(pcap((T0 + 0.25, udp_frame(v5(0))), nano=nano))
        check("capture in %s" % ("nanoseconds" if nano else "microseconds"), a.rows(columns), want)
        a.close()
    a = Archive(pcap((0, udp_frame(v5(0)))))
    check("a capture without times goes by the exporter's", a.rows(columns),
          [("2023-11-14T22:13:20.000Z", "2023-11-14T22:13:19.000Z", "10.1.1.1")])
    a.close()


def v9(sequence, *sets, clock=T0, uptime=3600000, domain=0):
    """RFC 3954"""
    return struct.pack(">HHIIII", 9, len(sets), uptime, clock, sequence, domain) + b"".join(sets)


def flow_set(number, body):
    return struct.pack(">HH", number, 4 + len(body)) + body


def template(number, *fields):
    return flow_set(0, struct.pack(">HH", number, len(fields)) + b"".join(struct.pack(">HH", *f) for f in fields))


FORWARD = (8, 4), (12, 4), (7, 2), (11, 2), (2, 4), (1, 4)


def forward(number=256, packets=5):
    return flow_set(number, ip("10.1.1.1") + ip("10.2.2.2") + struct.pack(">HHII", 1111, 80, packets, packets * 100))


def test_long_capture():
    """Three days between a template and its data, and slots that end meanwhile."""
    day = 86400
    a = Archive(pcap((T0, udp_frame(v9(1, template(256, *FORWARD)))),
                     (T0 + day, udp_frame(v9(2, clock=T0 + day))),
                     (T0 + 2 * day, udp_frame(v9(3, clock=T0 + 2 * day))),
                     (T0 + 3 * day, udp_frame(v9(4, forward(), clock=T0 + 3 * day)))))
    check("templates do not age by a capture's clock", a.rows("src_addr,packets"), [("10.1.1.1", "5")])
    a.close()


test_nothing_taken()
test_capture_times()
test_long_capture()
print("1..%d" % number)
