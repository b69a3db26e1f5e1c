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
        shutil.rmtree(self.folder + ".state", ignore_errors=True)


def test_nothing_taken():
    a = Archive(pcap(*[(T0 + i, udp_frame(v5(i))) for i in range(25)]), options=("-p", "4444"))
    says("another port", a.log, "in0.pcap: nothing taken: 25 UDP datagrams, all to port 2055; you asked for 4444")
    check("another port: status", a.status, 0)
    a.close()
    a = Archive(pcap((T0, udp_frame(v5(0)))), options=("-p", "4444"))
    says("one datagram", a.log, "nothing taken: 1 UDP datagram, all to port 2055; you asked for 4444")
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


def sflow(agent, sequence):
    """sFlow 5: one sample, 1 of 10, of an IPv4 packet of 100 bytes, as fields"""
    fields = struct.pack(">IIII", 3, 32, 100, 17) + ip("10.1.1.1") + ip("10.2.2.2") + struct.pack(">4I", 53, 5353, 0, 0)
    sample = struct.pack(">8I", sequence, 7, 10, 0, 0, 1, 2, 1) + fields
    return struct.pack(">II", 5, 1) + ip(agent) + struct.pack(">4I", 0, sequence, 1000 * sequence, 1) + struct.pack(
        ">II", 1, len(sample)) + sample


def test_agents():
    frames = []
    for i in range(5):
        frames.append((T0 + i, udp_frame(sflow("10.0.0.1", 100 + i), sport=6343)))
        frames.append((T0 + i, udp_frame(sflow("10.0.0.2", 9000 + i), sport=6343)))
    a = Archive(pcap(*frames), options=("-M", "OUT"))
    says("agents: no gaps", a.log, "sequence gaps 0")
    check("agents: a directory for each", sorted(n for n in os.listdir(a.out) if n[0] != "."), ["10-0-0-1", "10-0-0-2"])
    for agent in "10.0.0.1", "10.0.0.2":
        says("agents: -E tells " + agent, a.exporters(), "Exporter: %s, version 105, domain 0, sender 192.0.2.1\n"
             "  datagrams 5, flows 5, packets 50, bytes 5000, lost 0, late 0, restarts 0" % agent)
        check("agents: rows of " + agent, len(a.rows("bytes", "exporter ip " + agent)), 5)
    a.close()


def backward(number=256, packets=7):
    return flow_set(number, struct.pack(">IIHH", packets * 100, packets, 53, 3333) + ip("10.4.4.4") + ip("10.3.3.3"))


def test_routers():
    """Two routers behind one address, of which the second announces later than it sends."""
    frames = [(T0, 40001, v9(1, template(256, *FORWARD))), (T0, 40002, v9(7001, backward())),
              (T0 + 1, 40001, v9(2, forward())), (T0 + 1, 40002, v9(7002, template(256, *reversed(FORWARD)))),
              (T0 + 2, 40002, v9(7003, backward())), (T0 + 2, 40001, v9(3, forward()))]
    a = Archive(pcap(*[(at, udp_frame(data, sport=port)) for at, port, data in frames]))
    columns = "src_addr,src_port,dst_addr,dst_port,packets,bytes"
    check("two routers", sorted(a.rows(columns)), 2 * [("10.1.1.1", "1111", "10.2.2.2", "80", "5", "500")] +
          2 * [("10.3.3.3", "3333", "10.4.4.4", "53", "7", "700")])
    says("two routers: one exporter", a.exporters(), "datagrams 6, flows 4", "lost 0, late 0, restarts 0, senders 2")
    a.close()
    frames = [(T0, 40001, v9(1, template(256, *FORWARD))), (T0 + 1, 40001, v9(2, forward())),
              (T0 + 60, 40077, v9(1, forward(), uptime=5000, clock=T0 + 60))]
    a = Archive(pcap(*[(at, udp_frame(data, sport=port)) for at, port, data in frames]))
    check("a router whose port changed", a.rows("packets"), [("5",), ("5",)])
    a.close()


def test_clocks():
    """Headers a day and a minute behind, and without a clock; the flow ended when the header was made."""
    frames = pcap((T0, udp_frame(v5(0))), (T0 + 1, udp_frame(v5(1, clock=T0 - 86340 + 1), src="192.0.2.2")),
                  (T0 + 2, udp_frame(v5(2, clock=T0 - 86340 + 2), src="192.0.2.2")),
                  (T0 + 3, udp_frame(v5(3, clock=3600), src="192.0.2.3")))
    told = "exporter 192.0.2.2: its clock is 23 h 59 min behind: it says 2023-11-13T22:14:21.000Z"
    a = Archive(frames)
    says("clocks: told", a.log, told + "\n", "exporter 192.0.2.3: its clock is 53 y",
         "datagrams whose exporter's clock is more than a minute off: 3")
    check("clocks: told once", a.log.count("its clock is"), 2)
    says("clocks: -E", a.exporters(), "Exporter: 192.0.2.2", "clock 23 h 59 min behind (datagrams 2)\n")
    check("clocks: times as told", a.rows("last", "exporter ip 192.0.2.2")[0], ("2023-11-13T22:14:21.000Z",))
    a.close()
    a = Archive(frames, options=("--fix-clock",))
    says("clocks mended: told", a.log, told + "; its times are moved by that\n")
    check("clocks mended", a.rows("first,last", "exporter ip in [192.0.2.2 192.0.2.3]"),
          [("2023-11-14T22:13:2%d.000Z" % (i - 1), "2023-11-14T22:13:2%d.000Z" % i) for i in (1, 2, 3)])
    a.close()


def test_named_exporters():
    """A mediator sends flows of two routers (130) and of its own, and 20 are lost: files of some rows tell of these."""
    flows = [ip("10.1.1.1") + ip("10.2.2.2") + struct.pack(">HHII", 1111, 80, n, 100 * n) + ip(router)
             for n, router in ((1, "192.0.2.77"), (2, "0.0.0.0"), (3, "192.0.2.78"), (4, "192.0.2.77"))]
    fields = b"".join(struct.pack(">HH", *f) for f in FORWARD + ((130, 4),))
    first = flow_set(2, struct.pack(">HH", 256, 7) + fields) + flow_set(256, b"".join(flows[:3]))
    messages = [(T0, 0, first), (T0 + 400, 23, flow_set(256, flows[3]))]
    a = Archive(pcap(*[(at, udp_frame(struct.pack(">HHIII", 10, 16 + len(sets), at, number, 0) + sets))
                       for at, number, sets in messages]))
    head = "Exporter: 192.0.2.%d, version 10, domain 0\n  flows %d, packets %d, bytes %d\n"
    part = os.path.join(a.folder, "part.parquet")
    a.flowcat("-w", part, "bytes > 150")
    whole, a.out = a.out, part
    check("named exporters: -E of a filtered file", a.exporters().strip(),
          (head % (1, 1, 2, 200) + head % (78, 1, 3, 300) + head % (77, 1, 4, 400)).strip())
    for how in (("--split", "300"), ("--split-by", "proto")):
        a.out = whole
        tree = os.path.join(a.folder, how[0][2:])
        os.mkdir(tree)
        a.flowcat("-w", tree, *how)
        a.out = tree
        check("named exporters: -E behind " + how[0], sorted(a.exporters().strip().split("\nE")), sorted(
            (head % (1, 1, 2, 200) + head % (78, 1, 3, 300) + head % (77, 2, 5, 500)).strip().split("\nE")))
        check("named exporters: losses are not known behind " + how[0], "Sequence_failures" in a.flowcat("-I"), False)
    a.close()


test_nothing_taken()
test_named_exporters()
test_clocks()
test_agents()
test_routers()
test_capture_times()
test_long_capture()
print("1..%d" % number)
