# SPDX-License-Identifier: BSD-2-Clause
"""Groups as flows (-o fmt:, csv:), as Parquet (-w) and as a set; hours, weekdays, samples and names of interfaces in filters.

usage: groups.py BINFOLDER WORK
Speaks TAP.  Values are DuckDB's over the same files.
"""

import json
import os
import subprocess
import sys

import duckdb

folder, work = sys.argv[1:3]
archive = work + "/archive"
# Four days from a Thursday on, so that a weekend is in it.
subprocess.run([folder + "/flowgen", "-n", "20000", "--seed", "5", "--exporters", "3", "--start", "2026-01-01T00:00:00Z",
                "--duration", "345600", "--slot", "86400", "-w", archive], check=True)
db = duckdb.connect()
db.execute("set timezone = 'UTC'")
db.execute("create view flows as select * from read_parquet('%s/**/*.parquet', union_by_name=true)" % archive)
number = 0


def report(name, got, want):
    global number
    number += 1
    print("%s %d - %s" % ("ok" if got == want else "not ok", number, name))
    if got != want:
        print("# got %.300r\n# want %.300r" % (got, want))


def run(program, *words, zone="UTC", status=0):
    done = subprocess.run([folder + "/" + program, *words, archive], capture_output=True, text=True,
                          env={**os.environ, "TZ": zone})
    if done.returncode != status:
        print("# status %d: %s" % (done.returncode, done.stderr))
    return done.stdout if status == 0 else done.stderr


def rows(sql):
    return [list(map(str, r)) for r in db.execute(sql).fetchall()]


# Groups as flows.
got = [line.split() for line in run("flowstat", "-a", "-O", "bytes,first", "-n", "40", "-q", "-N", "-o",
                                    "fmt:%sa %sp %da %dp %pr %pkt %byt %fl %flg", "ipv4 and proto tcp").splitlines()]
want = rows("select src_addr, src_port, dst_addr, dst_port, sum(packets), sum(bytes), sum(flows), bit_or(tcp_flags) from flows "
            "where proto = 6 and src_addr not like '%:%' and dst_addr not like '%:%' group by proto, 1, 2, 3, 4 order by 6 desc, min(first) limit 40")


report("fmt: of five-tuples", [g[:4] + g[5:] for g in got], want)
got = [line.split(",") for line in run("flowstat", "-A", "dst_port", "-O", "flows", "-n", "20", "-o",
                                       "csv:dst_port,flows,bytes,duration").splitlines()[1:]]
want = rows("select dst_port, sum(flows), sum(bytes), printf('%.3f', (max(epoch_ms(last)) - min(epoch_ms(first))) / 1000.0) "
            "from flows group by 1 order by 2 desc, 1 limit 20")
report("csv:COLUMNS of groups", got, want)
got = [line.split() for line in run("flowstat", "-A", "src_addr/16", "-O", "bytes", "-n", "10", "-q", "-N", "-o",
                                    "fmt:%sa %smk %byt", "ipv4").splitlines()]
want = rows("select regexp_extract(src_addr, '^[0-9]+\\.[0-9]+') || '.0.0', 16, sum(bytes) from flows "
            "where src_addr not like '%:%' and dst_addr not like '%:%' group by 1 order by 3 desc limit 10")
report("fmt: of networks", got, want)
report("a measure that flows have not", "flows have no column 'distinct_dst_addr'" in
       run("flowstat", "-A", "src_addr", "--measures", "distinct(dst_addr)", "-o", "line", status=2), True)
report("a format that is none", "did you mean" in run("flowstat", "-A", "src_addr", "-o", "jsn", status=2), True)

# Groups as Parquet.
path = work + "/groups.parquet"
run("flowstat", "-A", "src_addr,dst_port,proto,first/1h,dst_addr/24,tcp_flags", "--measures",
    "flows,bytes,first,last,duration,bps,bpp,bytes_pct,distinct(src_port),max(src_as)", "-w", path)
schema = {r[0]: r[1] for r in db.execute("describe select * from '%s'" % path).fetchall()}
report("-w: columns", schema, {
    "src_addr": "VARCHAR", "dst_port": "BIGINT", "proto": "BIGINT", "first": "TIMESTAMP WITH TIME ZONE",
    "dst_addr": "VARCHAR", "tcp_flags": "BIGINT", "flows": "BIGINT", "bytes": "BIGINT", "first_1": "TIMESTAMP WITH TIME ZONE",
    "last": "TIMESTAMP WITH TIME ZONE", "duration": "DOUBLE", "bps": "DOUBLE", "bpp": "DOUBLE", "bytes_pct": "DOUBLE",
    "distinct_src_port": "BIGINT", "max_src_as": "BIGINT"} if "first_1" in schema else schema)
path = work + "/pairs.parquet"
run("flowstat", "-A", "src_addr,dst_addr", "--measures", "flows,bytes,last,bpp,bytes_pct,distinct(dst_port),max(src_as)", "-w", path)
want = "select src_addr, dst_addr, sum(flows) flows, sum(bytes) as bytes, max(last) as last, count(distinct dst_port) ports, max(src_as) " \
       "from flows group by 1, 2"
got = "select src_addr, dst_addr, flows, bytes, last, distinct_dst_port, max_src_as from '%s'" % path
for a, b in ((want, got), (got, want)):
    report("-w: rows", db.execute("select count(*) from ((%s) except all (%s))" % (a, b)).fetchone()[0], 0)
report("-w: ratios", db.execute("select count(*) from '%s' where abs(bpp - round(bpp, 6)) > 1e-6 or bpp <= 0" % path).fetchone()[0], 0)
report("-w: shares", round(db.execute("select sum(bytes_pct) from '%s'" % path).fetchone()[0], 6), 100.0)
low, high = db.execute("select min(bpp), max(bpp) from '%s'" % path).fetchone()
meta = db.execute("select min(stats_min_value::double), max(stats_max_value::double) from parquet_metadata('%s') "
                  "where path_in_schema = 'bpp'" % path).fetchone()
report("-w: statistics of DOUBLE", meta, (low, high))
report("-w: no groups, all columns", (run("flowstat", "-A", "src_addr", "-w", path, "bytes > 1T"), db.execute(
    "select count(*) from '%s'" % path).fetchone()[0]), ("", 0))
for words, why in ((["-s", "srcip", "-s", "dstip"], "one question"), (["-s", "srcip", "--bin", "5m"], "one table"),
                   (["--scans"], "one table"), (["-s", "srcip", "--sql", "duckdb"], "one table")):
    report("-w " + " ".join(words), why in run("flowstat", *words, "-w", path, status=2), True)
report("-w: nothing is left of a file that fails", (run("flowstat", "-A", "src_addr", "-w", work + "/none/x", status=1) != "",
                                                   sorted(f for f in os.listdir(work) if f.startswith("."))), (True, []))

# Sets.
a, b = work + "/a.set", work + "/b.set"
open(a, "w").write(run("flowstat", "-A", "src_addr", "-o", "set", "dst port 443"))
open(b, "w").write(run("flowstat", "-A", "src_addr", "-o", "set", "dst port 53"))
read = "(select distinct src_addr from flows where dst_port = %d)"
report("a set", sorted(open(a).read().split()), sorted(r[0] for r in rows("from " + read % 443)))
for name, text, sql in (("both", "src ip in @%s and src ip in @%s" % (a, b), "intersect"),
                        ("either", "src ip in @%s or src ip in @%s" % (a, b), "union"),
                        ("one without the other", "src ip in @%s and not src ip in @%s" % (a, b), "except")):
    report("sets: " + name, sorted(run("flowstat", "-A", "src_addr", "-o", "set", text).split()),
           sorted(r[0] for r in rows("from (%s %s %s)" % (read % 443, sql, read % 53))))

# Rows by several keys, and by addresses.
import ipaddress


def packed(text):
    a = ipaddress.ip_address(text)
    return ("00" * 10 + "ffff" if a.version == 4 else "") + a.packed.hex()


db.create_function("packed", packed, [str], str)
LINES = "csv:src_addr,dst_addr,src_port,dst_port,proto,bytes,first"
for order, sql in (("src_addr", "packed(src_addr)"), ("src_addr:d", "packed(src_addr) desc"),
                   ("proto:a,dst_addr:d,bytes", "proto, packed(dst_addr) desc, bytes desc"),
                   ("dst_port,src_addr,tstart:d", "dst_port desc, packed(src_addr), first desc")):
    want = rows("select src_addr, dst_addr, src_port, dst_port, proto, bytes, strftime(first, '%Y-%m-%dT%H:%M:%S.%g') || 'Z' from flows "
                "order by {0}, packed(src_addr), packed(dst_addr), src_port, dst_port, first".format(sql))
    for more in ([], ["--memory", "1M"], ["-c", "500"]):
        keys = order + ("" if order.startswith("src_addr") else ",src_addr") + ",dst_addr,src_port:a,dst_port:a,tstart"
        got = run("flowcat", "-q", "-o", LINES, "-O", keys, *more).splitlines()
        report("flowcat -O %s %s" % (order, " ".join(more)), [line.replace("None", "") for line in got],
               [",".join(r).replace("None", "") for r in want[:len(got)]])
        report("flowcat -O %s %s: all" % (order, " ".join(more)), len(got), 500 if more == ["-c", "500"] else len(want))
statement = run("flowcat", "--sql", "duckdb", "-o", LINES, "-O", "proto:a,src_addr:d,dst_addr,src_port:a,dst_port:a,tstart")
report("flowcat --sql of several keys", [r[:6] for r in rows(statement)], [line.split(",")[:6] for line in run(
    "flowcat", "-q", "-o", LINES, "-O", "proto:a,src_addr:d,dst_addr,src_port:a,dst_port:a,tstart").splitlines()])
for order, why in (("byts", "did you mean 'bytes'"), ("bytes,scr_addr", "did you mean 'src_addr'"), ("bytes:x", "a or d"),
                   (",".join(["src_addr"] * 6), "too many orders")):
    report("flowcat -O " + order[:30], why in run("flowcat", "-O", order, status=2), True)

# Hours and weekdays, in UTC, in a zone with DST's offset of half hours, and in SQL.
CLOCK = [("hour 8-17", "hour({0}) between 8 and 17"), ("weekday mon-fri", "isodow({0}) between 1 and 5"),
         ("weekday in [sat sun] and hour < 6", "isodow({0}) in (6, 7) and hour({0}) < 6"),
         ("weekday != thu", "isodow({0}) <> 4"), ("not hour >= 22", "not hour({0}) >= 22")]
for zone in ("UTC", "Asia/Kolkata", "America/St_Johns"):
    for text, sql in CLOCK:
        want = rows("select coalesce(sum(flows), 0) from flows where " + sql.format("(first at time zone '%s')" % zone))
        report("%s: %s" % (zone, text), [[str(sum(map(int, run("flowstat", "-A", "domain", "-q", "-N", "-o", "fmt:%fl", text, zone=zone).split())))]], want)
for text, sql in CLOCK:
    statement = run("flowstat", "--utc", "--sql", "duckdb", "-A", "proto", "--measures", "flows", text, zone="Asia/Kolkata")
    report("--sql: " + text, rows(statement), rows("select proto, sum(flows) from flows where %s group by 1 order by 1" %
                                                   sql.format("first")))
report("--sql: local time", "--utc" in run("flowstat", "--sql", "duckdb", "-A", "proto", "hour 8", zone="Asia/Kolkata", status=1), True)

# One flow in N: about so many, the same each time, and those of a part are among those of the whole.
all_rows = rows("select count(*) from flows")[0][0]
some = run("flowcat", "-q", "-o", "csv:first,src_addr,src_port,dst_addr,dst_port,proto", "sample 20").splitlines()
report("sample 20: about so many", abs(len(some) - int(all_rows) / 20) < 4 * (int(all_rows) / 20) ** 0.5, True)
report("sample 20: again", run("flowcat", "-q", "-O", "first", "-o", "csv:first,src_addr,src_port,dst_addr,dst_port,proto",
                               "-j", "1", "sample 20").splitlines(), sorted(some, key=lambda line: line.split(",")[0]))
report("sample 20: of a part", set(run("flowcat", "-q", "-o", "csv:first,src_addr,src_port,dst_addr,dst_port,proto",
                                       "proto tcp and sample 20").splitlines()) <= set(some), True)

# Names of interfaces, as exporters' metadata have them.
named = {}
for file in db.execute("select distinct file_name from parquet_metadata('%s/**/*.parquet')" % archive).fetchall():
    for key, value in db.execute("select key, value from parquet_kv_metadata('%s')" % file[0]).fetchall():
        if bytes(key) == b"flow.exporters":
            for e in json.loads(bytes(value)):
                for index, name in e.get("interfaces", {}).items():
                    named[(e["exporter"], int(index))] = name if isinstance(name, str) else name.get("name")


def with_names(test):
    """Conditions on exporter and interface for the names that pass."""
    return " or ".join("(exporter = '%s' and %%s = %d)" % key for key, name in named.items() if name and test(name)) or "false"


report("interfaces have names", any(name == "Gi0/0/2" for name in map(lambda n: (n or "").split(" ")[0], named.values())), True)
for text, field, test in (("in if Gi0/0/2", "in_if", lambda n: n == "Gi0/0/2"), ("out if = Gi0/0/2", "out_if", lambda n: n == "Gi0/0/2"),
                          ("in_if in [Gi0/0/2, \"Gi0/0/3\"]", "in_if", lambda n: n in ("Gi0/0/2", "Gi0/0/3")),
                          ("in if ~ 'Gi0/0/1*'", "in_if", lambda n: n.startswith("Gi0/0/1"))):
    sql = with_names(test).replace("%s", field)
    report(text, sum(map(int, run("flowstat", "-A", "domain", "-q", "-N", "-o", "fmt:%fl", text).split())),
           db.execute("select sum(flows) from flows where " + sql).fetchone()[0])
report("--sql: names", "metadata" in run("flowstat", "--sql", "duckdb", "-A", "proto", "in if Gi0/0/2", status=1), True)
print("1..%d" % number)
