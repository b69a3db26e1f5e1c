# SPDX-License-Identifier: BSD-2-Clause
"""flowstat --distribution: flow-stat's classes, counted by DuckDB.

usage: distribution.py BINFOLDER WORK
Speaks TAP.  The bounds are those that flow-stat 0.68 prints in its report 0, whose classes end at them.
"""

import csv
import io
import json
import subprocess
import sys

import duckdb

folder, work = sys.argv[1:3]
archive = work + "/archive"
subprocess.run([folder + "/flowgen", "-n", "20000", "--seed", "5", "--start", "2026-01-01T00:00:00Z", "--duration", "3600",
                "--slot", "86400", "-w", archive], check=True, capture_output=True)
db = duckdb.connect()
# Some flows at and beside bounds, of several, and without packets, besides the usual ones.
source = "read_parquet('%s/**/*.parquet', union_by_name=true)" % archive
db.execute("create table flows as select * from %s" % source)
db.execute("""insert into flows select * replace (
    cast([0, 1, 2, 3, 900, 901, 5000][cast(1 + rowid % 7 as int)] as bigint) as packets,
    cast([0, 32, 33, 15872, 15873, 1000000][cast(1 + rowid % 6 as int)] as bigint) as bytes,
    cast(1 + rowid % 3 as bigint) as flows,
    first + to_milliseconds(cast([0, 10, 11, 30000, 30001][cast(1 + rowid % 5 as int)] as bigint)) as last)
    from flows where rowid < 420""")
db.execute("copy flows to '%s/flows.parquet'" % work)
number = 0
bounds = {
    "packet size, bytes": ("bytes // packets", 0, [*range(32, 577, 32), 1024, 1536, 2048, 2560, 3072, 3584, 4096, 4608]),
    "packets per flow": ("packets", 1, [1, 2, *range(4, 53, 4), 60, *range(100, 901, 100)]),
    "bytes per flow": ("bytes", 0, [32, 64, 128, 256, 512, *range(1280, 15873, 768)]),
    "duration of flows, ms": ("epoch_ms(last) - epoch_ms(first)", 0,
                              [10, 50, 100, 200, 500, *range(1000, 10001, 1000), *range(12000, 30001, 2000)]),
}


def report(name, got, want):
    global number
    number += 1
    print("%s %d - %s" % ("ok" if got == want else "not ok", number, name))
    if got != want:
        print("# got %.600r\n# want %.600r" % (got, want))


def run(*words, status=0):
    done = subprocess.run([folder + "/flowstat", *words, work + "/flows.parquet"], capture_output=True, text=True)
    if done.returncode != status:
        print("# status %d: %s" % (done.returncode, done.stderr))
    return done.stdout if status == 0 else done.stderr


def wanted(title, where):
    value, least, ends = bounds[title]
    total = db.execute("select sum(flows) from flows where packets > 0 and %s" % where).fetchone()[0]
    out = []
    for low, high in zip([least - 1, *ends], [*ends, None]):
        condition = "%s > %d" % (value, low) + (" and %s <= %d" % (value, high) if high is not None else "")
        if low == least - 1:
            condition = "%s <= %d" % (value, high)
        flows, packets, octets = db.execute("select coalesce(sum(flows), 0), coalesce(sum(packets), 0), coalesce(sum(bytes), 0) "
                                            "from flows where packets > 0 and %s and %s" % (condition, where)).fetchone()
        out.append([str(low + 1), "" if high is None else str(high), str(flows), "%.3f" % (100 * flows / total), str(packets), str(octets)])
    return out


for words, where in (([], "true"), (["proto udp"], "proto = 17")):
    tables = run("--distribution", "-o", "csv", *words).split("\n\n")
    report("as many tables", len(tables), 4)
    for (title, text) in zip(bounds, tables):
        rows = [r for r in csv.reader(io.StringIO(text)) if r]
        report("%s: %s" % (title, where), rows[1:], wanted(title, where))
done = json.loads(run("--distribution", "-o", "json"))
tables = done if isinstance(done, list) else done["tables"]
report("json has the titles", [t["title"] for t in tables], list(bounds))
report("and the flows without packets", "rows_without_packets" in json.dumps(done), True)
report("beside another question", run("--distribution", "-A", "proto", "-o", "csv").count("\n\n"), 4)
for words in (["--sql", "duckdb"], ["-w", work + "/x"], ["--rollups", work], ["--alert", work + "/rules"]):
    report("not with " + words[0], "istribution" in run("--distribution", *words, status=2) or words[0] == "--alert", True)
print("1..%d" % number)
