# SPDX-License-Identifier: BSD-2-Clause
"""What devices send, and the values that a person works out for it: fallbacks by record, times, clocks, periods of
bills, both directions of biflows, lists within lists, the first and last seconds of the data."""
import json
import os
import sys
import tempfile

from exports import START, Test, be, capture, flow_set, ipfix, run, template, v4, v5, v5_record, v9

REVERSE = 29305
MS = START * 1000


class Archives:
    def __init__(self, work):
        self.work, self.count = work, 0

    def file(self, datagrams, *options, port=4739):
        """Datagrams, or (time, source port, datagram), as an archive's path."""
        self.count += 1
        path = os.path.join(self.work, str(self.count))
        os.mkdir(path)
        timed = [d if isinstance(d, tuple) else (START + i / 1000, 5000, d) for i, d in enumerate(datagrams)]
        capture(path + ".pcap", [(t, "127.0.0.9", p, port, d) for t, p, d in timed])
        run("flowcap", "-f", path + ".pcap", "-w", path, *options)
        return path


def records(fields, rows, **header):
    """An IPFIX message of a template and its records; numbers as long as their fields."""
    body = (b"".join(be(f[1], v) if isinstance(v, int) else v for f, v in zip(fields, row)) for row in rows)
    return ipfix(flow_set(2, template(256, fields)), flow_set(256, *body), **header)


def lines(*words):
    return [line for line in run(*words).split("\n") if line]


def rows(archive, columns, *words):
    return lines("flowcat", "-r", archive, "-q", "-o", "csv:" + columns, *words)


def fallbacks(test, archives):
    both = [(e, 8, *pen) for e in (1, 2) for pen in ((), (REVERSE,))]
    fields = [both[0], both[2], both[1], both[3]] + [(e, 8, *pen) for pen in ((), (REVERSE,)) for e in (85, 86)]
    archive = archives.file([records(fields, [
        (0, 0, 0, 0, 1000, 10, 700, 7),		# all zero: the next pair, with its reverse
        (0, 0, 500, 5, 1000, 10, 700, 7),	# the reverse counts: the flow went one way only
        (100, 1, 0, 0, 1000, 10, 700, 7),
        (0, 0, 0, 0, 0, 0, 0, 0),
        (0, 1, 0, 0, 1000, 10, 0, 0),		# half a pair: the whole one
    ])])
    test.equal(rows(archive, "bytes,packets,rev_bytes,rev_packets"),
               ["1000,10,700,7", "0,0,500,5", "100,1,0,0", "0,0,0,0", "1000,10,0,0"], "a direction and its reverse")
    archive = archives.file([records([(61, 1), (1, 4), (2, 4), (23, 4), (24, 4)], [
        (1, 0, 0, 5000, 50), (0, 700, 7, 5000, 50), (1, 700, 7, 5000, 50)])])
    test.equal(rows(archive, "bytes,packets"), ["5000,50", "700,7", "700,7"], "egress flows")
    archive = archives.file([records([(231, 4), (298, 4), (232, 4), (299, 4), (23, 4), (24, 4)], [
        (300, 3, 200, 2, 9, 1), (0, 0, 200, 2, 9, 1), (0, 0, 0, 0, 9, 1)])])
    test.equal(rows(archive, "bytes,packets,rev_bytes"), ["300,3,200", "0,0,200", "9,1,0"], "initiator and responder")


def times(test, archives):
    boot = (START - 3600) * 1000
    archive = archives.file([records([(152, 8), (153, 8), (150, 4), (151, 4), (22, 4), (21, 4), (160, 8)], [
        (MS - 5000, MS - 1000, START - 60, START - 50, 0, 0, 0),
        (MS - 5000, 0, START - 60, START - 50, 0, 0, 0),	# half a pair
        (0, 0, 0, 0, 3500000, 3590000, boot),
        (0, 0, 0, START - 50, 0, 0, boot)])])
    test.equal([tuple(t[11:23] for t in row.split(",")) for row in rows(archive, "first,last")],
               [("22:13:15.000", "22:13:19.000"), ("22:12:20.000", "22:12:30.000"), ("22:11:40.000", "22:13:10.000"),
                ("22:12:30.000", "22:12:30.000")], "kinds of times by record")


def clocks(test, archives):
    addresses = v4("10.0.0.1") + v4("10.0.0.2")
    pair = [(8, 4), (12, 4), (22, 4), (21, 4)]
    seconds = [(8, 4), (12, 4), (150, 4), (151, 4)]
    for name, datagram, told, moved in (
            ("NetFlow v5", v5(v5_record("10.0.0.1", "10.0.0.2", 1, 100, 3590000, 3599000), time=START - 86400),
             "1 d 0 h behind", "22:13:10"),
            ("NetFlow v9", v9(flow_set(0, template(256, pair)), flow_set(256, addresses + be(4, 3590000) + be(4, 3599000)),
                              time=START + 7200), "2 h 0 min ahead", "22:13:10"),
            ("IPFIX", records(seconds, [(v4("10.0.0.1"), v4("10.0.0.2"), START - 90, START - 90)], time=START - 90),
             "1 min 30 s behind", "22:13:20"),
            ("IPFIX, 59 s", records(seconds, [(v4("10.0.0.1"), v4("10.0.0.2"), START - 59, START - 59)], time=START - 59),
             None, "22:12:21")):
        archive = archives.file([datagram], "--fix-clock")
        said = run("flowcat", "-r", archive, "-E")
        test.equal([r[11:19] for r in rows(archive, "first")], [moved], name + ": times are moved")
        test.equal("clock " + told in said if told else "clock" not in said, True, name + ": -E tells the clock")


def biflows(test, archives):
    fields = [(8, 4), (12, 4), (1, 8), (2, 8), (1, 8, REVERSE), (2, 8, REVERSE)]
    archive = archives.file([records(fields, [(v4("10.0.0.1"), v4("10.0.0.2"), 1000, 10, 500, 5),
                                              (v4("10.0.0.3"), v4("10.0.0.2"), 100, 1, 0, 0)])])
    info = run("flowcat", "-r", archive, "-I").split("\n")
    test.equal(["Packets: 16" in info, "Bytes: 1600" in info], [True, True], "-I: both directions")
    test.equal("packets 16, bytes 1600" in run("flowcat", "-r", archive, "-E"), True, "-E: both directions")
    copy = archive + ".parquet"
    run("flowcat", "-r", archive, "-w", copy, "src ip 10.0.0.1")
    test.equal("flows 1, packets 15, bytes 1500" in run("flowcat", "-r", copy, "-E"), True, "-E of some rows")
    total = lines("flowstat", "-r", archive, "-s", "ip/bytes", "-N")[-1]
    test.equal("packets 16, bytes 1600" in total, True, "flowstat: both directions")


def periods(test, archives):
    """20 bins of 5 minutes, of which two have 8 Mbit/s: the 19th of 20 is 8; two clocks that are wrong change nothing."""
    fields = [(8, 4), (12, 4), (10, 4), (14, 4), (1, 8), (2, 4), (152, 8), (153, 8)]

    def flow(begin, octets, interface=1):
        return (v4("10.0.0.1"), v4("10.0.0.2"), interface, 9, octets, 10, begin * 1000, begin * 1000 + 299999)

    begin = START - START % 300
    steady = [(begin + b * 300 + 299.5, 5000, records(fields, [flow(begin + b * 300, 300000000 if b > 17 else 37500000)],
                                                     time=begin + b * 300 + 299, sequence=b)) for b in range(20)]
    stray = [(begin + 3000.0 + i, 5001, records(fields, [flow(t, 1000, 3)], time=begin + 3000, sequence=i, domain=5))
             for i, t in enumerate((725846400, begin + 86400 * 40))]
    for name, datagrams in (("steady flows", steady), ("wrong clocks", sorted(steady + stray))):
        archive = archives.file(datagrams)
        for what, words in (("", ()), (", of a filter", ("in if 1 and bytes > 40000000",))):
            table = lines("flowstat", "-r", archive, "--billing", "if", "-q", "-o", "csv", *words)
            names = table[0].split(",")
            bill = [dict(zip(names, row.split(","))) for row in table[1:]]
            test.equal([b["billed_bps"] for b in bill if b["if"] == "1"], ["8000000.0"], name + what)


def lists(test, archives):
    def var(octets):
        return bytes([len(octets)]) + octets

    ports = be(1, 4) + be(2, 7) + be(2, 2) + be(2, 1) + be(2, 2)	# ordered: 1, 2
    inner = be(2, 80) + var(ports)
    whole = template(257, [(8, 4), (12, 4), (1, 4), (2, 4), (292, 65535)])
    record = v4("10.0.0.1") + v4("10.0.0.2") + be(4, 100) + be(4, 1) + \
        var(be(1, 2) + be(2, 258) + inner + be(2, 443) + var(be(1, 255) + be(2, 7) + be(2, 2)))
    archive = archives.file([ipfix(flow_set(2, whole, template(258, [(7, 2), (291, 65535)])), flow_set(257, record))])
    row = json.loads(run("flowcat", "-r", archive, "-q", "-o", "ndjson:src_port,extra"))
    test.equal(row, {"extra": {"subTemplateList": {"semantic": "oneOrMoreOf", "records": [
        {"sourceTransportPort": 80, "basicList": {"semantic": "ordered", "sourceTransportPort": [1, 2]}},
        {"sourceTransportPort": 443, "basicList": {"sourceTransportPort": []}}]}}}, "a list within a list")


def seconds(test, archives):
    fields = [(8, 4), (12, 4), (7, 2), (1, 8), (2, 4), (152, 8), (153, 8)]
    archive = archives.file([records(fields, [(v4("10.0.0.1"), v4("10.0.0.2"), i, 1000, 10, MS + i * 100000, MS + i * 100000 + 10)
                                              for i in range(10)])])
    test.equal(rows(archive, "src_port", "-t", "-300"), ["7", "8", "9"], "-t -300: of the last 300 seconds of the data")
    test.equal(rows(archive, "src_port", "-t", "+300"), ["0", "1", "2"], "-t +300: of the first")


def main():
    test = Test()
    with tempfile.TemporaryDirectory(prefix="flow-values-") as work:
        for part in (fallbacks, times, clocks, biflows, periods, lists, seconds):
            folder = os.path.join(work, part.__name__)
            os.mkdir(folder)
            part(test, Archives(folder))
    return test.done()


sys.exit(main())
