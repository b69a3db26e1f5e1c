# SPDX-License-Identifier: BSD-2-Clause
"""Every key, order and measure of flowstat against DuckDB's SQL over the same files.

usage: with_duckdb.py FLOWSTAT FLOWGEN WORK
Speaks TAP.  Values must be equal, not nearly equal.
"""

import csv
import datetime
import functools
import glob
import io
import ipaddress
import json
import os
import subprocess
import sys

import duckdb

flowstat, flowgen, work = sys.argv[1:4]
# Sanitizers make the large questions slow: fewer rows are enough for them.
quick = bool(os.environ.get("FLOW_QUICK"))
archive = work + "/archive"
subprocess.run([flowgen, "-n", "30000", "--seed", "7", "--exporters", "3", "-w", archive], check=True)
# A second part from another seed, with sampling, so that columns differ between files.
subprocess.run([flowgen, "-n", "60000", "--seed", "8", "--sampling", "100", "-v", "10",
                "-w", work + "/archive2"], check=True)
paths = glob.glob(work + "/archive*/**/*.parquet", recursive=True)
db = duckdb.connect()
db.execute("create view flows as select * from read_parquet(%r, union_by_name=true)" % paths)
columns = {name: kind for name, kind, *_ in db.execute("describe flows").fetchall()}
number = 0


def report(name, problem):
    global number
    number += 1
    print("%s %d - %s" % ("not ok" if problem else "ok", number, name))
    if problem:
        print("# " + problem)


def skip(name, why):
    global number
    number += 1
    print("ok %d - %s # SKIP %s" % (number, name, why))


# Options that every question is asked with.
always = []


def run(*arguments):
    arguments = [*arguments, *always]
    out = subprocess.run([flowstat, "-o", "csv", *arguments, work + "/archive", work + "/archive2"],
                         check=True, capture_output=True, text=True).stdout
    rows = list(csv.reader(io.StringIO(out)))
    return rows[0], rows[1:]


def iso(ms):
    if ms is None:
        return ""
    t = datetime.datetime(1970, 1, 1) + datetime.timedelta(milliseconds=ms)
    return t.strftime("%Y-%m-%dT%H:%M:%S.") + "%03dZ" % (t.microsecond // 1000)


def text(value):
    return "" if value is None else str(value)


def key_sql(column):
    """A column as it is grouped by: instants as milliseconds."""
    return "epoch_ms(%s)" % column if columns[column].startswith("TIMESTAMP") else column


def key_text(column, value):
    return iso(value) if columns[column].startswith("TIMESTAMP") else text(value)


@functools.cache
def key_order(column, value):
    """Keys as flowstat sorts them: no value first, addresses by their bytes."""
    if value is None:
        return (0,)
    if isinstance(value, str) and (
            column.endswith("_addr") or column in ("exporter", "next_hop", "bgp_next_hop")):
        a = ipaddress.ip_address(value.split("/")[0])
        return (1, (b"\0" * 10 + b"\xff\xff" if a.version == 4 else b"") + a.packed)
    if isinstance(value, str):
        return (1, value.encode())
    return (1, value)


SUMS = "sum(flows), sum(packets), sum(bytes), min(epoch_ms(first)), max(epoch_ms(last))"
BOTH = SUMS.replace("sum(packets)", "sum(packets + coalesce(rev_packets, 0))").replace(
    "sum(bytes)", "sum(bytes + coalesce(rev_bytes, 0))")


def rate(amount, first, last):
    return "%.1f" % (float(amount) * 1000 / (last - first)) if last > first else "0.0"


def measures(flows, packets, octets, first, last):
    """The default columns of -A, from the sums."""
    ms = max(last - first, 0)
    return [iso(first), iso(last), "%d.%03d" % (ms // 1000, ms % 1000), str(flows), str(packets),
            str(octets), rate(packets, first, last), rate(octets * 8, first, last),
            "%.3f" % (octets / packets) if packets else "0.000"]


def compare(name, got, want):
    for i, (g, w) in enumerate(zip(got, want)):
        if g != w:
            report(name, "row %d: got %s, want %s" % (i, g, w))
            return
    report(name, "" if len(got) == len(want) else "%d rows, want %d" % (len(got), len(want)))


def test_columns():
    """-A over each column of the profile, by key."""
    for column in columns:
        sql = "select %s, %s from flows group by 1" % (key_sql(column), SUMS)
        want = sorted(db.execute(sql).fetchall(), key=lambda r: key_order(column, r[0]))
        want = [[key_text(column, r[0])] + measures(*r[1:]) for r in want]
        compare("-A " + column, run("-A", column)[1], want)


def test_orders():
    """-s with each order, ties by key."""
    total = db.execute("select " + BOTH + " from flows").fetchone()
    sql = "select src_addr, %s from flows group by 1" % BOTH
    groups = db.execute(sql).fetchall()
    order = {
        "flows": lambda r: -r[1], "packets": lambda r: -r[2], "bytes": lambda r: -r[3],
        "tstart": lambda r: r[4], "tend": lambda r: r[5], "duration": lambda r: r[4] - r[5],
        "pps": lambda r: -(float(r[2]) * 1000 / (r[5] - r[4]) if r[5] > r[4] else 0),
        "bps": lambda r: -(float(r[3]) * 8 * 1000 / (r[5] - r[4]) if r[5] > r[4] else 0),
        "bpp": lambda r: -(r[3] / r[2] if r[2] else 0),
    }
    for word, key in order.items():
        want = sorted(groups, key=lambda r: (key(r), key_order("src_addr", r[0])))[:500]
        rows = []
        for r in want:
            m = measures(*r[1:])
            share = ["%.3f" % (100 * float(r[i]) / float(total[i - 1])) for i in (1, 2, 3)]
            rows.append([text(r[0])] + m[:4] + [share[0], m[4], share[1], m[5], share[2]] + m[6:])
        compare("-s srcip/" + word, run("-s", "srcip/" + word, "-n", "500")[1], rows)


def test_either_end():
    """Statistics over any end count a flow once under each distinct value."""
    for word, a, b in (("ip", "src_addr", "dst_addr"), ("port", "src_port", "dst_port"),
                       ("as", "src_as", "dst_as"), ("if", "in_if", "out_if"),
                       ("mask", "src_mask", "dst_mask"), ("vlan", "src_vlan", "dst_vlan")):
        for by_proto in ("", ":p"):
            extra = ", proto" if by_proto else ""
            sql = ("select k%s, sum(flows), sum(packets), sum(bytes) from (select %s k, * from flows"
                   " union all select %s k, * from flows where %s is distinct from %s)"
                   " group by all" % (extra, a, b, a, b))
            want = sorted(db.execute(sql).fetchall(),
                          key=lambda r: (-r[-1],) + tuple(key_order(a, k) for k in r[:-3]))
            want = [[text(v) for v in r] for r in want]
            got = run("-s", word + by_proto + "/bytes", "-n", "0", "--measures",
                      "flows,packets,bytes")[1]
            compare("-s %s%s/bytes" % (word, by_proto), got, want)


@functools.cache
def network(address, bits4, bits6):
    if address is None:
        return None
    a = ipaddress.ip_address(address)
    return str(ipaddress.ip_network((address, bits4 if a.version == 4 else bits6), strict=False))


db.create_function("net_24_48", lambda a: network(a, 24, 48), ["VARCHAR"], "VARCHAR",
                   null_handling="special")
db.create_function("net_16", lambda a: network(a, 16, 128), ["VARCHAR"], "VARCHAR", null_handling="special")
db.create_function("net_mask", lambda a, m: network(a, m, m) if m is not None else None,
                   ["VARCHAR", "INTEGER"], "VARCHAR", null_handling="special")


def test_keys():
    """Networks, bins, services and several keys at once."""
    cases = {
        "src_addr/24,/48": ["net_24_48(src_addr)"],
        "srcip4/24,srcip6/48,proto": ["net_24_48(src_addr)", "proto"],
        "dstnet": ["net_mask(dst_addr, dst_mask)"],
        "first/5m": ["epoch_ms(first) // 300000 * 300000"],
        "last/10s,proto": ["epoch_ms(last) // 10000 * 10000", "proto"],
        "service": ["least(src_port, dst_port)"],
        "proto,src_addr,dst_addr,src_port,dst_port": [
            "proto", "src_addr", "dst_addr", "src_port", "dst_port"],
        "src_as": ["src_as"],
        "out_if": ["out_if"],
        "src_as,dst_as": ["src_as", "dst_as"],
        "in_if,out_if,tos,tcp_flags": ["in_if", "out_if", "tos", "tcp_flags"],
        "exporter,domain,next_hop": ["exporter", "domain", "next_hop"],
        "packets,bytes,flows": ["packets", "bytes", "flows"],
    }
    for keys, sql in cases.items():
        rows = db.execute("select %s, sum(flows), sum(packets), sum(bytes) from flows group by all"
                          % ", ".join(sql)).fetchall()
        want = sorted([text(v) for v in r] for r in rows)
        for r in want:
            if keys.startswith(("first/", "last/")):
                r[0] = iso(int(r[0]))
        got = sorted(run("-A", keys, "--measures", "flows,packets,bytes")[1])
        compare("-A " + keys, got, sorted(want))


def test_measures():
    """Functions of columns, exact distinct counts and percentiles."""
    words = ["rows", "sum(bytes)", "min(bytes)", "max(packets)", "avg(bytes)", "count(src_as)",
             "or(tcp_flags)", "distinct(src_addr)", "distinct(dst_port)", "distinct(src_mask)",
             "min(first)", "max(received)", "max(src_as)", "syn_only", "syn_pct"]
    sql = ["count(*)", "sum(bytes)", "min(bytes)", "max(packets)",
           "printf('%.3f', sum(bytes)::double / count(bytes))", "count(src_as)",
           "bit_or(tcp_flags)", "count(distinct src_addr)", "count(distinct dst_port)",
           "count(distinct src_mask)", "min(epoch_ms(first))", "max(epoch_ms(received))",
           "max(src_as)", "count(*) filter (tcp_flags & 63 = 2)",
           "printf('%.3f', 100 * (count(*) filter (tcp_flags & 63 = 2))::double / count(*))"]
    for key in ("proto", "dst_port", "src_addr", "exporter", "dst_as"):
        rows = db.execute("select %s, %s from flows group by 1" % (key, ", ".join(sql))).fetchall()
        rows = sorted(rows, key=lambda r: key_order(key, r[0]))
        want = [[iso(v) if i in (11, 12) else text(v) for i, v in enumerate(r)] for r in rows]
        compare("measures by " + key, run("-A", key, "--measures", ",".join(words))[1], want)
    rows = db.execute("select dst_port, list_sort(list(bytes)) from flows group by 1").fetchall()
    rows = sorted(rows, key=lambda r: key_order("dst_port", r[0]))

    def nearest(values, thousandths):
        return str(values[-(-len(values) * thousandths // 100000) - 1])

    want = [[text(k), nearest(v, 50000), nearest(v, 95000), nearest(v, 99900)] for k, v in rows]
    compare("percentiles", run("-A", "dst_port", "--measures",
                               "median(bytes),p95(bytes),p99.9(bytes)")[1], want)


def test_values():
    """Distinct values and percentiles by several keys, of both widths, and of what is in the key."""
    words = ["distinct(dst_addr)", "distinct(src_addr)", "distinct(bytes)", "distinct(first)", "distinct(src_as)",
             "p90(packets)", "median(bytes)", "p99(bytes)", "median(src_port)", "p75(last)"]
    sql = ["count(distinct dst_addr)", "count(distinct src_addr)", "count(distinct bytes)",
           "count(distinct first)", "count(distinct src_as)", "list_sort(list(packets))",
           "list_sort(list(bytes))", "list_sort(list(bytes))", "list_sort(list(src_port))",
           "list_sort(list(epoch_ms(last)))"]
    share = {5: 90, 6: 50, 7: 99, 8: 50, 9: 75}

    def value(i, v):
        if i in share:
            v = [x for x in v if x is not None]
            v = v[-(-len(v) * share[i] // 100) - 1] if v else None
        return iso(v) if i == 9 else text(v)

    for keys in ("src_addr,dst_port", "src_addr,dst_addr,proto", "proto,tos", "in_if,out_if,exporter",
                 "src_as,dst_as", "src_addr"):
        rows = db.execute("select %s, %s from flows group by all" % (keys, ", ".join(sql))).fetchall()
        n = keys.count(",") + 1
        want = sorted([text(v) for v in r[:n]] + [value(i, v) for i, v in enumerate(r[n:])] for r in rows)
        for threads in ("1", "3", "8"):
            compare("values by %s, %s threads" % (keys, threads),
                    sorted(run("-A", keys, "-j", threads, "--measures", ",".join(words))[1]), want)
    either = ("select k, count(distinct dst_port), count(distinct src_addr) from (select src_addr k, * from flows"
              " union all select dst_addr k, * from flows where src_addr is distinct from dst_addr) group by all")
    want = sorted([text(v) for v in r] for r in db.execute(either).fetchall())
    compare("values of either end", sorted(run("-s", "ip", "-n", "0", "--measures",
                                               "distinct(dst_port),distinct(src_addr)")[1]), want)


def test_thresholds():
    """Groups with so many rows or values that a first pass leaves other rows out."""
    syn = "count(*) filter (tcp_flags & 63 = 2)"
    cases = [("src_addr,dst_port", "distinct(dst_addr)=35", "count(distinct dst_addr) >= 35"),
             ("src_addr,dst_port", "distinct(dst_addr)=36", "count(distinct dst_addr) >= 36"),
             ("dst_addr", "distinct(src_addr)=40,rows=100", "count(distinct src_addr) >= 40 and count(*) >= 100"),
             ("src_addr,proto", "rows=33", "count(*) >= 33"),
             ("src_addr", "count(src_as)=32", "count(src_as) >= 32"),
             ("src_addr/16,first/1m", "rows=50,flows=60", "count(*) >= 50 and sum(flows) >= 60"),
             ("exporter,dst_port", "rows=64,syn_pct=90", "count(*) >= 64 and %s * 10 >= 9 * count(*)" % syn),
             ("exporter,tos", "syn_only=40", syn + " >= 40"),
             # What says nothing of rows keeps all of them in.
             ("src_addr,dst_port", "bytes=1M,distinct(dst_addr)=2", "sum(bytes) >= 1000000 and count(distinct dst_addr) >= 2")]
    names = {"src_addr/16": "net_16(src_addr)", "first/1m": "epoch_ms(first) // 60000 * 60000"}
    for keys, least, having in cases:
        sql = ", ".join(names.get(k, k) for k in keys.split(","))
        rows = db.execute("select %s, sum(flows), sum(bytes), count(distinct dst_addr) from flows group by %s"
                          " having %s" % (sql, sql, having)).fetchall()
        want = sorted([iso(v) if k == "first/1m" else text(v) for k, v in zip(keys.split(","), r)]
                      + [text(v) for v in r[-3:]] for r in rows)
        for threads in ("1", "4"):
            got = run("-A", keys, "--min", least, "-j", threads, "--measures", "flows,bytes,distinct(dst_addr)")
            compare("-A %s --min %s, %s threads" % (keys, least, threads), sorted(got[1]), want)
    # Shares are of all flows, whatever a table leaves out, and whatever other tables there are.
    total = db.execute("select sum(flows) from flows").fetchone()[0]
    rows = db.execute("select src_addr, sum(flows) from flows group by 1 having count(distinct dst_addr) >= 40").fetchall()
    got = run("-s", "srcip", "-n", "0", "--min", "distinct(dst_addr)=40",
              "--measures", "flows,flows_pct,packets,bytes,first,last")[1]
    compare("shares beside --min", sorted(r[:3] for r in got),
            sorted([k, str(n), "%.3f" % (100 * float(n) / float(total))] for k, n in rows))
    rows = db.execute("select src_addr, dst_addr, sum(flows) from flows group by all").fetchall()
    want = sorted([k, d, str(n)] for k, d, n in rows if 100 * float(n) / float(total) >= 0.05)
    for others in ([], ["-s", "srcip", "-s", "proto"]):
        out = subprocess.run([flowstat, "-o", "json", *others, "-A", "src_addr,dst_addr", "-n", "1000000", "--measures",
                              "flows", "--min", "flows_pct=0.05", *always, work + "/archive", work + "/archive2"],
                             check=True, capture_output=True, text=True).stdout
        last = json.loads(out)[-1]["rows"]
        compare("--min of a share beside %d tables" % len(others),
                sorted([r["src_addr"], r["dst_addr"], str(r["flows"])] for r in last), want)
    both = run("-A", "src_addr,dst_port", "--min", "rows=40", "--measures", "rows", "src port > 1024")[1]
    want = db.execute("select src_addr, dst_port, count(*) from flows where src_port > 1024 group by all"
                      " having count(*) >= 40").fetchall()
    compare("--min with a filter", sorted(both), sorted([text(v) for v in r] for r in want))


def test_series():
    """Bins of the top groups and the others; values at the start, and spread."""
    bins, spread, top = {}, {}, {}
    rows = db.execute("select proto, epoch_ms(first), epoch_ms(last), flows, packets, bytes"
                      " from flows").fetchall()
    for proto, first, last, flows, packets, octets in rows:
        total = top.setdefault(proto, [0])
        total[0] += octets
        start = first // 60000 * 60000
        for i, v in enumerate((flows, packets, octets)):
            bins.setdefault((start, proto), [0, 0, 0])[i] += v
        n = max(1, -(-(last - start) // 60000))
        for b in range(n):
            to = min(last, start + (b + 1) * 60000) - first
            at = max(first, start + b * 60000) - first
            got = spread.setdefault((start + b * 60000, proto), [0, 0, 0])
            got[0] += flows if b == 0 else 0
            for i, v in ((1, packets), (2, octets)):
                got[i] += v * to // (last - first) - v * at // (last - first) if n > 1 else v
    shown = sorted(top, key=lambda p: (-top[p][0], p))[:2]
    for name, series, options in (("--bin", bins, []), ("--bin --spread", spread, ["--spread"])):
        joined = {}
        for (time, proto), v in series.items():
            place = shown.index(proto) if proto in shown else len(shown)
            row = joined.setdefault((time, place), [0, 0, 0])
            for i in range(3):
                row[i] += v[i]
        want = [[iso(time), str(shown[place]) if place < len(shown) else "other"] +
                [str(x) for x in v] for (time, place), v in sorted(joined.items())]
        compare(name, run("-A", "proto", "-O", "bytes", "-n", "2", "--bin", "1m", "--measures",
                          "flows,packets,bytes", *options)[1], want)


def spread(rows, lo, hi, width):
    """{(key, bin): shares of counters} of rows (key, first, last, counters...) in [lo, hi)."""
    got = {}
    for key, first, last, *counters in rows:
        if last <= first:
            parts = [(first, 0, 1, 1)] if lo <= first < hi else []
        else:
            parts, at = [], max(first, lo)
            while at < min(last, hi):
                to = min(last, hi, (at // width + 1) * width)
                parts.append((at, at - first, to - first, last - first))
                at = to
        for at, before, until, whole in parts:
            sums = got.setdefault((key, at // width * width), [0] * len(counters))
            for i, v in enumerate(counters):
                sums[i] += v * until // whole - v * before // whole
    return got


def bin_length(time, lo, hi, width):
    """How much of a bin lies in the period."""
    return min(time + width, hi) - max(time, lo)


def bins_in(lo, hi, width):
    return (hi - 1) // width - lo // width + 1 if hi > lo else 0


def bills(rows, lo, hi, width):
    """--billing if of rows (exporter, in_if, out_if, first, last, bytes)."""
    of_key = {}
    for way, i in ((0, 1), (1, 2)):
        for (key, time), (v,) in spread([((r[0], r[i]), r[3], r[4], r[5]) for r in rows], lo, hi, width).items():
            of_key.setdefault(key, ({}, {}))[way][time] = v
    count, want = bins_in(lo, hi, width), []
    for key, ways in of_key.items():
        row = []
        for of_way in ways:
            rates = sorted(v * 8 * 1000 / bin_length(t, lo, hi, width) for t, v in of_way.items())
            # Bins without traffic, of which there may be millions, come before these.
            place = -(-count * 95 // 100) - 1 - (count - len(rates))
            row += [sum(of_way.values()), rates[-1] if rates else 0, rates[place] if place >= 0 else 0]
        want.append((key, row, max(row[2], row[5])))
    want.sort(key=lambda r: (-r[2], key_order("exporter", r[0][0]), key_order("in_if", r[0][1])))
    return [[text(k[0]), text(k[1])] + [("%.1f" % v if i % 3 else str(v)) for i, v in enumerate(r)] +
            ["%.1f" % b, iso(lo), iso(hi), str(count)] for k, r, b in want]


def test_billing():
    """95th percentile of the interfaces' rates over bins of a minute, of those in which rows were received."""
    rows = db.execute("select exporter, in_if, out_if, epoch_ms(first), epoch_ms(last), bytes"
                      " from flows").fetchall()
    lo, hi = db.execute("select min(epoch_ms(received)) // 60000 * 60000,"
                        " (max(epoch_ms(received)) // 60000 + 1) * 60000 from flows").fetchone()
    compare("--billing if", run("--billing", "if", "--bin", "1m")[1], bills(rows, lo, hi, 60000))


def test_filters():
    """Selections, thresholds and limits."""
    want = db.execute("select dst_port, sum(bytes) from flows where proto = 6 and src_as > 1000"
                      " group by 1 having sum(bytes) >= 100000").fetchall()
    want = sorted(want, key=lambda r: (-r[1], key_order("dst_port", r[0])))
    want = [[text(v) for v in r] for r in want]
    compare("filter and --min", run("-A", "dst_port", "-O", "bytes", "--measures", "bytes", "--min",
                                    "bytes=100k", "proto tcp and src as > 1000")[1], want)
    compare("two thresholds", run("-A", "dst_port", "-O", "bytes", "--measures", "bytes", "--min",
                                  "100k,flows=3", "proto tcp and src as > 1000")[1],
            [[text(k), str(b)] for k, b in sorted(db.execute(
                "select dst_port, sum(bytes) from flows where proto = 6 and src_as > 1000 group by 1"
                " having sum(bytes) >= 100000 and sum(flows) >= 3").fetchall(),
                key=lambda r: (-r[1], key_order("dst_port", r[0])))])
    compare("limit", run("-A", "dst_port", "-O", "bytes", "-n", "7", "--measures", "bytes", "--min",
                         "bytes=100k", "proto tcp and src as > 1000")[1], want[:7])
    compare("nothing passes", run("-s", "srcip", "host 192.0.2.255")[1], [])


def test_pairs():
    """Rows of two-way flows, of which there are too many for little memory."""
    rows = {}
    for proto, src, dst, sport, dport, packets, octets in db.execute(
            "select proto, src_addr, dst_addr, src_port, dst_port, packets, bytes from flows"
            " where src_addr is not null and dst_addr is not null and src_port is not null"
            " and dst_port is not null").fetchall():
        ends = sorted([(key_order("src_addr", src), sport, src), (key_order("src_addr", dst), dport, dst)])
        row = rows.setdefault((proto, ends[0][2], ends[0][1], ends[1][2], ends[1][1]), [0, 0])
        row[0] += packets
        row[1] += octets
    want = sorted([str(k[0]), *sorted([k[1] + " " + str(k[2]), k[3] + " " + str(k[4])]), *map(str, v)]
                  for k, v in rows.items())
    got = [[r[0], *sorted([r[1] + " " + r[3], r[2] + " " + r[4]]), str(int(r[5]) + int(r[6] or 0)),
            str(int(r[7]) + int(r[8] or 0))]
           for r in run("-b", "--measures", "packets,rev_packets,bytes,rev_bytes",
                        "src port >= 0 and dst port >= 0")[1]]
    compare("-b", sorted(got), want)


def test_many_pairs():
    """So many pairs of a flow and its answer that rows wait for their groups: at first each has one of its own."""
    path, rows = work + "/answers.parquet", 400_000
    half = rows // 2
    k = "(i %% %d)" % half
    ends = ["'10.0.' || (%s %% 256) || '.' || (%s // 256 %% 256)" % (k, k), "'192.0.2.' || (%s %% 200)" % k]
    ports = ["1024 + %s %% 60000" % k, "443"]

    def either(a, b):
        return "case when i < %d then %s else %s end" % (half, a, b)

    # Some rows have more packets than a record of waiting rows has room for.
    write(path, [either(*ends) + " as src_addr", either(*reversed(ends)) + " as dst_addr",
                 "(%s)::usmallint as src_port" % either(*ports),
                 "(%s)::usmallint as dst_port" % either(*reversed(ports)), "6::utinyint as proto",
                 "(case when i % 1000 < 2 then 100000 + i else i % 100 end)::bigint as packets",
                 "(3 * i + 1)::bigint as bytes", "1::bigint as flows"], rows)
    packets = lambda i: 100000 + i if i % 1000 < 2 else i % 100
    want = sorted(["6", "10.0.%d.%d" % (n % 256, n // 256 % 256), "192.0.2.%d" % (n % 200), str(1024 + n % 60000),
                   "443", "2", str(packets(n)), str(packets(half + n)), str(3 * n + 1), str(3 * (half + n) + 1)]
                  for n in range(half))
    for options in (["-j", "1"], ["-j", "3"], ["-j", "3", "--memory", "8M"]):
        got = ask(path, "-b", "--measures", "flows,packets,rev_packets,bytes,rev_bytes", *options)
        compare("many pairs " + " ".join(options), sorted(got), want)
        top = ask(path, "-b", "-O", "bytes", "-n", "3", "--measures", "bytes,rev_bytes", *options)
        compare("the greatest of them " + " ".join(options), [r[5:] for r in top],
                [[str(3 * n + 1), str(3 * (half + n) + 1)] for n in range(half - 1, half - 4, -1)])
    os.unlink(path)


def test_top_of_many():
    """The greatest of so many groups that a first pass guesses which those are: few great ones, or all alike."""
    path, rows = work + "/top.parquet", 300_000
    octets = {"few great ones": "case when k % 997 < 40 then 100000 + k % 997 * 1000 + i % 7 else 40 + i % 1460 end",
              "even sums": "1000", "one sum each": "1 + k"}
    for name, of in list(octets.items())[:1 if quick else None]:
        k = "(i * 7919 % 60013)"
        write(path, ["'10.0.' || (%s // 256 %% 7) || '.' || (%s %% 256) as src_addr" % (k, k),
                     "'10.1.' || (%s %% 97) || '.' || (%s %% 31) as dst_addr" % (k, k),
                     "(1024 + %s %% 60000)::usmallint as dst_port" % k, "443::usmallint as src_port",
                     "6::utinyint as proto", "(1 + i % 9)::bigint as packets", "1::bigint as flows",
                     "(%s)::bigint as bytes" % of.replace("k", k)], rows)
        top_of_many(name, path)
        os.unlink(path)


def top_of_many(name, path):
    order = ("bytes", "packets", "flows")
    for keys, pairing in (("src_addr,dst_addr", []), ("proto,src_addr,dst_addr,src_port,dst_port", []),
                          ("proto,src_addr,dst_addr,src_port,dst_port", ["-b"])):
        columns = keys.split(",")
        for measure in order:
            got = duckdb.execute("select %s, sum(%s)::ubigint s from '%s' group by all order by s desc"
                                 % (keys, measure, path)).fetchall()
            want = sorted(got, key=lambda r: (-r[-1], [key_order(c, v) for c, v in zip(columns, r)]))[:20]
            for options in (["-j", "1"], ["-j", "3"], ["-j", "2", "--memory", "1M"]):
                rows = ask(path, "-A", keys, *pairing, "-O", measure, "-n", "20", "--measures", measure, *options)
                compare("%s: 20 of %s by %s %s" % (name, keys, measure, " ".join([*pairing, *options])), rows,
                        [[text(v) for v in r] for r in want])
    for key in ("dst_port", "dst_addr"):
        bins = {}
        for value, time, octets in duckdb.execute(
                "select %s, epoch_ms(first) // 100 * 100, sum(bytes)::bigint from '%s' group by all"
                % (key, path)).fetchall():
            bins.setdefault(value, {})[time] = octets
        shown = sorted(bins, key=lambda v: (-sum(bins[v].values()), key_order(key, v)))[:5]
        want = {}
        for value, times in bins.items():
            place = shown.index(value) if value in shown else 5
            for time, octets in times.items():
                want[time, place] = want.get((time, place), 0) + octets
        want = [[iso(t), text(shown[p]) if p < 5 else "other", str(v)] for (t, p), v in sorted(want.items())]
        for options in (["-j", "1"], ["-j", "3"], ["--spread"], ["-j", "2", "--memory", "1M"]):
            compare("%s: a series of %s %s" % (name, key, " ".join(options)),
                    ask(path, "-A", key, "-O", "bytes", "-n", "5", "--bin", "100ms", "--measures", "bytes",
                        *options), want)


MOST = 2**64 - 1


def ask(path, *arguments):
    """Rows of CSV over one file."""
    out = subprocess.run([flowstat, "-o", "csv", "-r", path, *arguments], check=True, capture_output=True,
                         text=True).stdout
    return list(csv.reader(io.StringIO(out)))[1:]


def write(path, columns, rows):
    """A file of the profile by DuckDB, from expressions of the row's number i."""
    fixed = ["make_timestamp_ms(1700000000000 + i % 1000) as first", "first as last", "first as received",
             "'192.0.2.9' as exporter", "10::utinyint as export_version"]
    db.execute("copy (select %s from range(%d) t(i)) to '%s' (format parquet, compression lz4_raw)"
               % (", ".join(fixed + columns), rows, path))


def test_overflow():
    """Sums beyond 64 bits stay at the greatest number, wherever they are made."""
    path = work + "/huge.parquet"
    # Sources have 1, 2 and 3 rows; two of the greatest numbers that a file holds do just fit.
    write(path, ["'10.0.0.' || (case when i = 0 then 1 when i < 3 then 2 else 3 end) as src_addr",
                 "'192.0.2.1' as dst_addr", "6::utinyint as proto", "1::usmallint as src_port",
                 "2::usmallint as dst_port", "1::uinteger as in_if", "2::uinteger as out_if",
                 "9223372036854775807 as bytes", "(9223372036854775807 - i)::bigint as packets",
                 "9223372036854775807 as flows", "18446744073709551615::ubigint as conn_id"], 6)
    names = db.execute("select src_addr, sum(flows), sum(packets), sum(bytes), sum(conn_id::hugeint)"
                       " from '%s' group by 1 order by 1" % path).fetchall()
    want = [[name] + [str(min(v, MOST)) for v in sums] for name, *sums in names]
    assert [int(r[3]) for r in want] == [2**63 - 1, 2**64 - 2, MOST]
    sums = ["--measures", "flows,packets,bytes,sum(conn_id)"]
    for name, *options in (("a column",), ("one thread", "-j", "1"), ("a file", "--memory", "1"),
                           ("a filter", "proto tcp")):
        compare("sums of 64 bits by " + name, ask(path, "-A", "src_addr", *sums, *options), want)
    compare("sums of 64 bits, two keys", [[r[0]] + r[2:] for r in ask(path, "-A", "src_addr,dst_port", *sums)],
            want)
    compare("sums of 64 bits, a statistic",
            ask(path, "-s", "srcip", "-O", "key", *sums), want)
    compare("sums of 64 bits in bins", ask(path, "-A", "src_addr", "--bin", "1h", *sums[:1],
                                           "flows,packets,bytes"),
            [["2023-11-14T22:00:00.000Z"] + r[:4] for r in want])
    compare("sums of 64 bits, none by", ask(path, "-A", "proto", *sums), [["6"] + [str(MOST)] * 4])
    compare("sums of 64 bits by the hour", ask(path, "-A", "first/1h", *sums[:1], "bytes"),
            [["2023-11-14T22:00:00.000Z", str(MOST)]])
    # Nobody knows what part a sum that stayed at the greatest number is.
    compare("shares of such sums", [r[9] for r in ask(path, "-s", "proto")], [""])
    compare("the least and the greatest", ask(path, "-A", "proto", "--measures",
                                              "min(packets),max(packets),max(conn_id),median(conn_id)"),
            [["6", str(2**63 - 6), str(2**63 - 1), str(MOST), str(MOST)]])
    compare("billing of such sums", [[r[0], r[1], r[2], r[5]] for r in ask(path, "--billing", "if")],
            [["192.0.2.9", "1", str(MOST), "0"], ["192.0.2.9", "2", "0", str(MOST)]])


def test_biflows():
    """flowcat -I counts both directions of biflows, as the totals of flowstat do."""
    path, rewritten = work + "/biflows.parquet", work + "/rewritten.parquet"
    write(path, ["(10 + i)::bigint as packets", "(1000 * i)::bigint as bytes", "1::bigint as flows",
                 "(case i % 4 when 0 then 6 when 1 then 17 when 2 then 1 else 47 end)::utinyint as proto",
                 "(case when i % 3 = 0 then 5 + i end)::bigint as rev_packets",
                 "(case when i % 3 = 0 then 100 * i end)::bigint as rev_bytes"], 100)
    flowcat = os.path.join(os.path.dirname(os.path.abspath(flowstat)), "flowcat")
    subprocess.run([flowcat, "-r", path, "-w", rewritten], check=True)
    told = subprocess.run([flowcat, "-I", "-r", rewritten], check=True, capture_output=True, text=True).stdout
    told = dict(line.split(": ", 1) for line in told.splitlines())
    sums = db.execute("select sum(packets) + sum(coalesce(rev_packets, 0)), sum(bytes) + sum(coalesce(rev_bytes, 0))"
                      " from '%s'" % path).fetchone()
    compare("biflows in flowcat -I", [[told["Packets"], told["Bytes"]]], [[str(n) for n in sums]])
    tcp = db.execute("select sum(packets) + sum(coalesce(rev_packets, 0)), sum(bytes) + sum(coalesce(rev_bytes, 0))"
                     " from '%s' where proto = 6" % path).fetchone()
    compare("those of TCP", [[told["Packets_tcp"], told["Bytes_tcp"]]], [[str(n) for n in tcp]])
    out = subprocess.run([flowstat, "-r", path, "-N", "-s", "proto"], check=True, capture_output=True,
                         text=True).stdout
    report("as in flowstat's totals", "" if "packets %d, bytes %d," % sums in out else out)
    verified = subprocess.run([flowcat, "--verify", "-r", rewritten], capture_output=True, text=True)
    report("such a file verifies", "" if verified.returncode == 0 else verified.stderr)
    both = work + "/both.parquet"
    subprocess.run([flowcat, "-r", path, "-r", rewritten, "-w", both], check=True)
    told = subprocess.run([flowcat, "-I", "-r", both], check=True, capture_output=True, text=True).stdout
    report("sums of two such files", "" if "Bytes: %d" % (2 * sums[1]) in told else told)


def tables(path, *options):
    """The rows of each table, which an empty line parts."""
    out = subprocess.run([flowstat, "-o", "csv", "-r", path, *options], check=True, capture_output=True,
                         text=True).stdout
    return [list(csv.reader(part.splitlines()))[1:] for part in out.split("\n\n")]


def plant(path, kinds):
    """A file of (count, src, dst, proto, dst_port, tcp_flags, bytes, first in ms), each of i."""
    parts = ["select %s as src_addr, %s as dst_addr, %s::utinyint as proto, 1024::usmallint as src_port,"
             " (%s)::usmallint as dst_port, %s::usmallint as tcp_flags, 1::bigint as packets,"
             " (%s)::bigint as bytes, 1::bigint as flows, make_timestamp_ms(%s) as first, first as last,"
             " first as received, '192.0.2.9' as exporter, 10::utinyint as export_version from range(%d) t(i)"
             % (src, dst, proto, port, flags, octets, first, count)
             for count, src, dst, proto, port, flags, octets, first in kinds]
    db.execute("copy (%s) to '%s' (format parquet, compression lz4_raw)" % (" union all ".join(parts), path))


def test_scans():
    """Each kind of scan planted once, beside what is nearly one: 32 targets that fail, and half of those tried."""
    path, net = work + "/scans.parquet", "'198.51.' || (100 + i // 250) || '.' || (i % 250)"
    later = net.replace("i", "(i + 40)")
    plant(path, [
        (32, "'10.0.0.1'", net, 6, "445", 2, "40", "1000"),	# hosts, all SYN
        (31, "'10.0.0.2'", net, 6, "445", 2, "40", "1000"),	# one too few
        (150, "'10.0.0.3'", net, 6, "443", 27, "40", "1000"),	# answered
        (32, "'10.0.0.4'", "'192.0.2.1'", 6, "i", 2, "40", "1000"),	# ports
        (31, "'10.0.0.5'", "'192.0.2.1'", 6, "i", 2, "40", "1000"),
        (150, "'10.0.0.6'", "'192.0.2.1'", 6, "i", 27, "40", "1000"),
        (40, "'10.0.0.7'", net, 17, "161", "NULL", "40", "1000"),	# one port of UDP, and nothing comes back
        (31, "'10.0.0.8'", net, 17, "161", "NULL", "40", "1000"),
        (300, "'10.0.0.9'", net, 17, "i", "NULL", "40", "1000"),	# each another port
        (2000, "'10.2.0.1'", net, 17, "1024", "NULL", "40", "1000"),	# answered
        (2000, net, "'10.2.0.1'", 17, "1024", "NULL", "40", "1001"),
        # Half of the targets failed, and a little less.
        (40, "'10.0.0.10'", net, 6, "22", 2, "40", "1000"),
        (40, "'10.0.0.10'", later, 6, "22", 27, "40", "2000"),
        (40, "'10.0.0.11'", net, 6, "22", 2, "40", "1000"),
        (41, "'10.0.0.11'", later, 6, "22", 27, "40", "2000"),
        # The same hosts failed and answered later.
        (60, "'10.0.0.12'", net, 6, "22", 2, "40", "1000"),
        (60, "'10.0.0.12'", net, 6, "22", 27, "40", "9000"),
    ])
    hosts, ports = tables(path, "--scans")
    compare("scans of hosts", sorted(r[1:7] for r in hosts), [
        ["10.0.0.1", "6", "445", "32", "32", "0"], ["10.0.0.10", "6", "22", "40", "80", "40"],
        ["10.0.0.7", "17", "161", "40", "40", "0"]])
    compare("scans of ports", [r[1:7] for r in ports], [["10.0.0.4", "192.0.2.1", "6", "32", "32", "0"]])
    compare("lower thresholds", [len(t) for t in tables(path, "--scans", "--threshold", "scan-targets=31,scan-share=49")],
            [3 + 3, 2])
    shown = subprocess.run(["sh", "-c", hosts[0][-1] + " -o csv:src_addr,dst_port"], check=True, capture_output=True,
                           text=True, env=dict(os.environ, PATH=os.path.dirname(flowstat) + ":" + os.environ["PATH"]))
    compare("the flows behind it", [len(shown.stdout.splitlines())], [1 + int(hosts[0][7])])


def test_spikes():
    """Ten bins of 5 minutes: one host has 30 times its other bins, one 2.9 times, one always the same."""
    path, bin_ms = work + "/spikes.parquet", 300000
    plant(path, [
        (10, "'10.0.0.1'", "'192.0.2.1'", 6, "80", 27, "case when i = 6 then 3000 else 100 end",
         "i * %d + 1000" % bin_ms),
        (10, "'10.0.0.1'", "'192.0.2.2'", 6, "80", 27, "case when i = 4 then 290 else 100 end",
         "i * %d + 1000" % bin_ms),
        (10, "'10.0.0.1'", "'192.0.2.3'", 6, "80", 27, "5000", "i * %d + 1000" % bin_ms),
        (1, "'10.0.0.1'", "'192.0.2.4'", 6, "80", 27, "700", str(8 * bin_ms)),	# new in bin 8
    ])
    time = lambda i: iso(i * bin_ms)
    compare("spikes", [sorted(r[:2]) for r in tables(path, "--spikes", "dst_addr")[0]],
            [[ "192.0.2.1", time(6)], ["192.0.2.4", time(8)]])
    compare("spikes by a lower factor", [sorted(r[:2]) for r in
                                         tables(path, "--spikes", "dst_addr", "--factor", "2.9")[0]],
            [["192.0.2.1", time(6)], ["192.0.2.4", time(8)], ["192.0.2.2", time(4)]])


PERIOD = 1700000000000	# 2023-11-14T22:13:20


def spikes_of(rows, lo, hi, width):
    """--spikes of rows (key, first, last, bytes)."""
    of_key, want = {}, []
    for (key, time), (v,) in spread(rows, lo, hi, width).items():
        of_key.setdefault(key, {})[time] = v
    for key, bins in of_key.items():
        for time, v in bins.items():
            length = bin_length(time, lo, hi, width)
            usual = (sum(bins.values()) - v) * width / (hi - lo - length)
            if v > 0 and v * width / length >= 3 * usual:
                want.append([text(key), iso(time), str(v)])
    return sorted(want) if bins_in(lo, hi, width) >= 3 else []


def together(rows, lo, hi, width):
    """
    Questions whose groups flowstat takes from each other, in a window: a series (of seven), a bill and spikes of
    interfaces, and sums by fewer keys beside sums by more.
    """
    begun = [r for r in rows if lo <= r[3] < hi]
    touching = [r for r in rows if r[3] < hi and (r[3] >= lo or r[4] > lo)]

    def sums(some, *keys):
        got = {}
        for r in some:
            key = tuple(str(r[k]) for k in keys)
            got[key] = got.get(key, 0) + r[5]
        return sorted(([*k, str(v)] for k, v in got.items()), key=lambda r: -int(r[-1]))

    shown = [",".join(r[:2]) for r in sums(touching, 0, 1)[:7]]
    bins = spread([("%s,%s" % (r[0], r[1]), *r[3:6]) for r in rows], lo, hi, width)
    series = {}
    for (key, time), (v,) in bins.items():
        at = (iso(time), key if key in shown else "other,other")
        series[at] = series.get(at, 0) + v
    series = sorted([*at, str(v)] for at, v in series.items() if v > 0)
    spikes = spikes_of([("%s,%s" % (r[0], r[1]), *r[3:6]) for r in rows], lo, hi, width)
    return {
        "a series": (lambda t: sorted([r[0], ",".join(r[1:3]), r[5]] for r in t if r[5] != "0"), series),
        "a bill": (lambda t: t, bills(rows, lo, hi, width)[:2]),
        "spikes": (lambda t: [[",".join(r[:2]), *r[2:4]] in spikes for r in t], [True] * min(len(spikes), 2)),
        "three keys": (lambda t: t, sums(begun, 0, 1, 2)[:2]),
        "two keys": (lambda t: t, sums(begun, 0, 2)[:2]),
        "a key": (lambda t: t, sums(begun, 1)[:2]),
    }


def test_together(path, name, options, rows, lo, hi, width):
    want = together(rows, lo, hi, width)
    for more in (["-j", "1"], ["-j", "4"], ["--memory", "100k"]):
        got = tables(path, *options, *more, "--measures", "bytes", "-n", "2", "--spread", "--series", "exporter,in_if",
                     "--billing", "if", "--spikes", "exporter,in_if", "-s", "exporter,in_if,out_if/bytes", "-s",
                     "exporter,out_if/bytes", "-s", "in_if/bytes")
        for (what, (cut, rows_wanted)), t in zip(want.items(), got):
            compare("%s beside others, window: %s, %s" % (what, name, " ".join(more)), cut(t), rows_wanted)


def test_periods():
    """Bills, spikes and series of windows that cut flows and bins, beside rows whose times cannot be."""
    path, width = work + "/periods.parquet", 300000
    first = "case i %% 500 when 7 then 0 when 8 then 4300000000000 when 9 then 730000000000 else %d end" % PERIOD
    db.execute("copy (select make_timestamp_ms(f) as first, make_timestamp_ms(f + d) as last,"
               " make_timestamp_ms(%d + (i * 7200) + 1) as received, '192.0.2.' || (i %% 3) as exporter,"
               " 10::utinyint as export_version, (i %% 4)::uinteger as in_if, (i %% 5)::uinteger as out_if,"
               " (hash(i + 5) %% 1000000)::bigint as bytes, 1::bigint as packets, 1::bigint as flows,"
               " ('10.0.0.' || (hash(i + 6) %% 9)) as src_addr from (select i,"
               " (%s + i * 7200 - (hash(i) %% 1800000))::bigint as f,"
               " (case i %% 10 when 3 then 0 when 4 then -500 when 5 then 7200000 else hash(i + 1) %% 1800000 end)"
               "::bigint as d from range(2000) t(i))) to '%s' (format parquet, compression lz4_raw,"
               " row_group_size 2048)" % (PERIOD, first, path))
    rows = db.execute("select exporter, in_if, out_if, epoch_ms(first), epoch_ms(last), bytes, src_addr"
                      " from '%s'" % path).fetchall()
    received = (PERIOD // width * width, ((PERIOD + 1999 * 7200 + 1) // width + 1) * width)
    cut = PERIOD + 3000123
    windows = {
        "none": ([], *received),
        "whole bins": (["-t", "@%d-@%d" % (PERIOD // 1000 + 4000, PERIOD // 1000 + 7000)],
                       PERIOD + 4000000, PERIOD + 7000000),
        "parts of bins": (["-t", "@%.3f..@%.3f" % (cut / 1000, cut / 1000 + 3333.456)], cut, cut + 3333456),
        "only a start": (["-t", "@%.3f.." % (cut / 1000)], cut, received[1]),
        "only an end": (["-t", "..@%.3f" % (cut / 1000)], received[0], cut),
        "more than the data": (["-t", "@0-@4000000000"], 0, 4000000000000),
    }
    assert (PERIOD + 4000000) % width == 0
    for name, (options, lo, hi) in windows.items():
        options = options + ["-r", path, "-o", "csv"]
        want = bills(rows, lo, hi, width)
        for more in (["-j", "1"], ["-j", "4"], ["--memory", "100k"]):
            compare("a bill, window: %s, %s" % (name, " ".join(more)),
                    ask(path, *options, *more, "--billing", "if"), want)
        filtered = [r for r in rows if r[6] == "10.0.0.3"]
        compare("a bill of some, window: %s" % name, ask(path, *options, "--billing", "if",
                                                         "src ip 10.0.0.3"), bills(filtered, lo, hi, width))
        want = spikes_of([(r[6], *r[3:6]) for r in rows], lo, hi, width)
        compare("spikes, window: %s" % name, sorted(r[:3] for r in ask(
            path, *options, "--spikes", "src_addr", "-n", "0")), want)
        slack_lo, slack_hi = lo, hi
        if "-t" not in options or name == "only an end":
            slack_lo -= 86400000
        if "-t" not in options or name == "only a start":
            slack_hi += 86400000
        want = sorted([iso(time), key, str(v)] for (key, time), (v,) in
                      spread([(r[6], *r[3:6]) for r in rows], slack_lo, slack_hi, width).items())
        compare("a spread series, window: %s" % name, ask(path, *options, "-A", "src_addr", "--bin", "5m",
                                                          "--spread", "--measures", "bytes"), want)
        begun = {}
        for r in rows:
            if slack_lo <= r[3] < slack_hi:
                sums = begun.setdefault((r[3] // width * width, r[6]), [0, 0])
                sums[0] += 1
                sums[1] += r[5]
        want = sorted([iso(t), key, str(n), "%.1f" % (v * 8 * 1000 / (
            bin_length(t, lo, hi, width) if lo < t + width and t < hi else width))]
            for (t, key), (n, v) in begun.items())
        compare("a series, window: %s" % name, ask(path, *options, "-A", "src_addr", "--bin", "5m",
                                                   "--measures", "flows,bps"), want)
        if name in ("whole bins", "parts of bins", "more than the data"):
            test_together(path, name, options[:-4], rows, lo, hi, width)
        both = tables(path, *options[:-4], "-A", "exporter", "--measures", "flows,bytes", "--billing", "if")
        plain = {}
        for r in rows:
            if "-t" not in options or (lo if name != "only an end" else -1 << 60) <= r[3] < (
                    hi if name != "only a start" else 1 << 60):
                sums = plain.setdefault(r[0], [0, 0])
                sums[0] += 1
                sums[1] += r[5]
        compare("groups beside a bill, window: %s" % name, both[0],
                [[k, str(n), str(v)] for k, (n, v) in sorted(plain.items())])
    unset = work + "/unset.parquet"
    db.execute("copy (select * replace (make_timestamp_ms(1000) as received) from '%s' limit 5) to '%s'"
               " (format parquet, compression lz4_raw)" % (path, unset))
    more = rows + rows[:5]
    compare("a clock of a collector that was not set", ask(path, "-r", unset, "--billing", "if"),
            bills(more, *received, width))
    compare("the period of such a clock alone", [r[-3:] for r in ask(unset, "--billing", "if", "-n", "1",
                                                                     "-t", "@0..")], [])


def test_talkers():
    path = paths[0]
    got = tables(path, "--talkers")
    want = [tables(path, "-s", word)[0] for word in
            ("srcip/bytes", "dstip/bytes", "src_addr,dst_addr/bytes")]
    compare("talkers", got, want)


def lines_are(name, path, line, rows, *options):
    """As many lines as there are rows, each what `line` makes of its number."""
    with subprocess.Popen([flowstat, "-o", "csv", "-r", path, *options], stdout=subprocess.PIPE) as run:
        next(run.stdout)
        n = 0
        for got in run.stdout:
            if got != line(n):
                report(name, "row %d: got %r, want %r" % (n, got, line(n)))
                run.kill()
                return
            n += 1
    report(name, "" if n == rows and run.returncode == 0 else "%d rows, want %d" % (n, rows))


def test_many():
    """Two million distinct keys (FLOW_LARGE: ten): numbers, addresses, and two columns; and a million in little memory."""
    if quick:
        many_keys(500_000)
        many_keys(250_000, "--memory", "4M")
    else:
        many_keys(10_000_000 if os.environ.get("FLOW_LARGE") else 2_000_000)
        many_keys(1_000_000, "--memory", "16M")


def many_keys(rows, *memory):
    path = work + "/many.parquet"
    write(path, ["i::ubigint as conn_id", "'10.' || (i >> 16) || '.' || (i >> 8 & 255) || '.' || (i & 255)"
                 " as src_addr", "(i % 7)::utinyint as proto", "(3 * i + 1)::bigint as bytes",
                 "1::bigint as packets", "1::bigint as flows"], rows)
    number = lambda i: b"%d,%d\n" % (i, 3 * i + 1)
    address = lambda i: b"10.%d.%d.%d,%d\n" % (i >> 16, i >> 8 & 255, i & 255, 3 * i + 1)
    both = lambda i: b"10.%d.%d.%d,%d,%d\n" % (i >> 16, i >> 8 & 255, i & 255, i % 7, 3 * i + 1)
    words = " ".join(memory)
    lines_are("%d numbers %s" % (rows, words), path, number, rows,
              "-A", "conn_id", "--measures", "bytes", *memory)
    lines_are("%d addresses %s" % (rows, words), path, address, rows,
              "-A", "src_addr", "--measures", "bytes", *memory)
    lines_are("%d pairs %s" % (rows, words), path, both, rows,
              "-A", "src_addr,proto", "--measures", "bytes", *memory)
    lines_are("the greatest of %d %s" % (rows, words), path,
              lambda i: address(rows - 1 - i), 1000, "-A", "src_addr", "-O", "bytes", "-n", "1000",
              "--measures", "bytes", *memory)
    compare("a distinct count of %d %s" % (rows, words),
            ask(path, "-A", "exporter", "--measures", "distinct(src_addr),distinct(conn_id)", *memory),
            [["192.0.2.9", str(rows), str(rows)]])
    # 2^14 registers err by 0.8 % on average.
    told = [int(n) for n in ask(path, "-A", "exporter", "--measures", "approx(src_addr),approx(conn_id)", *memory)[0][1:]]
    report("about %d %s" % (rows, words), "" if all(abs(n - rows) < 0.03 * rows for n in told) else str(told))
    os.unlink(path)


def peak_kb(pid):
    """Peak memory of a process that runs; 0 where it has ended, or the system does not tell."""
    try:
        with open("/proc/%d/status" % pid) as status:
            return max([int(line.split()[1]) for line in status if line.startswith("VmHWM")], default=0)
    except OSError:
        return 0


def test_promise():
    """Questions of far more groups than fit into 20 MB: no more than 64 MB beside it, and the same answers."""
    given = work + "/given"
    subprocess.run([flowgen, "-n", "150000" if quick else "400000", "--duration", "6h", "-w", given], check=True)
    for question in (["-a"], ["-b"], ["-A", "src_addr,dst_addr,first/1s"], ["--spikes", "src_addr"],
                     ["--series", "src_addr"], ["--scans"], ["-s", "ip/bytes", "-n", "0"],
                     ["-A", "src_addr", "--measures", "distinct(dst_addr)"],
                     ["-A", "dst_addr", "--measures", "approx(src_addr),p95(bytes)"]):
        command = [flowstat, "-o", "csv", "-j", "2", *question, given]
        got, peak = bytearray(), 0
        with subprocess.Popen([*command, "--memory", "20M"], stdout=subprocess.PIPE) as run:
            while piece := run.stdout.read1(1 << 20):
                got += piece
                peak = max(peak, peak_kb(run.pid))
        want = subprocess.run(command, check=True, capture_output=True).stdout
        name = " ".join(question) + " in 20 MB"
        report(name, "" if got == want and run.returncode == 0 else "another answer")
        if os.environ.get("FLOW_SANITIZER"):
            skip(name + ": memory", "sanitizers take memory of their own")
        else:
            report(name + ": memory", "" if peak <= 84 * 1024 else "%d KB" % peak)


test_promise()
test_overflow()
test_biflows()
test_scans()
test_spikes()
test_periods()
test_talkers()
test_many()
test_many_pairs()
test_top_of_many()
test_columns()
test_orders()
test_either_end()
test_keys()
test_measures()
test_values()
test_thresholds()
test_series()
test_billing()
test_filters()
test_pairs()
# All that does not need every column again, in the least memory that there is (4M): groups in files, by shares.
always = ["--memory", "4M"]
test_orders()
test_either_end()
test_keys()
test_measures()
test_values()
test_thresholds()
test_series()
test_billing()
test_filters()
test_pairs()
print("1..%d" % number)
