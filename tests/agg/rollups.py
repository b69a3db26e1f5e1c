# SPDX-License-Identifier: BSD-2-Clause
"""Rollups: their rows against DuckDB's sums of the flows, and answers from them against DuckDB's over the flows.

usage: rollups.py BUILD WORK
Speaks TAP.  Values must be equal, not nearly equal.
"""

import csv
import glob
import io
import ipaddress
import os
import shutil
import subprocess
import sys

import duckdb

build, work = sys.argv[1:3]
archive, rollups = work + "/archive", work + "/rollups"
number = 0


def check(good, what, why=""):
    global number
    number += 1
    print(("ok" if good else "not ok"), number, "-", what)
    if not good:
        for line in str(why).splitlines()[:20]:
            print("#", line)


def run(program, *arguments):
    return subprocess.run([f"{build}/{program}", *arguments], capture_output=True, text=True, check=False)


def make(width, *more):
    return run("flowstat", "--rollup", width, "-w", rollups, "-r", archive, *more)


def files(pattern):
    return sorted(glob.glob(f"{rollups}/{pattern}", recursive=True))


def states():
    return {path: (os.stat(path).st_ino, os.stat(path).st_mtime_ns) for path in files("**/*.parquet")}


# Keys as SQL over the flows, and as a rollup has them.
NETWORK = "(select network from networks where address = {0})"
TABLES = {
    "interface": (["in_if", "out_if"], ["in_if", "out_if"]),
    "as": (["src_as", "dst_as"], ["src_as", "dst_as"]),
    "service": (["least(src_port, dst_port)"], ["dst_port"]),
    "src_network": ([NETWORK.format("src_addr")], ["src_addr"]),
    "dst_network": ([NETWORK.format("dst_addr")], ["dst_addr"]),
}
SUMS = "min(first), max(last), max(received), sum(flows), sum(packets), sum(bytes), sum(rev_packets), sum(rev_bytes)"
WIDTHS = {"5m": 300000, "1h": 3600000, "1d": 86400000}

db = duckdb.connect()
db.execute("set timezone = 'UTC'")


def network(address):
    bits = 48 if ":" in address else 24
    return str(ipaddress.ip_network(f"{address}/{bits}", strict=False).network_address)


def view():
    db.execute(f"create or replace view flows as select * from read_parquet('{archive}/**/*.parquet', hive_partitioning=false)")
    both = db.execute("select distinct src_addr from flows union select distinct dst_addr from flows").fetchall()
    db.execute("create or replace table networks (address varchar, network varchar)")
    db.executemany("insert into networks values (?, ?)", [(a, network(a)) for a, in both if a is not None])


def test_rows(width):
    for table, (keys, columns) in TABLES.items():
        paths = files(f"{width}/{table}/*.parquet")
        rolled = f"read_parquet({paths!r})"
        key = ", ".join(keys)
        bins = f"epoch_ms(first) // {WIDTHS[width]} as bin"
        want = db.execute(f"select {bins}, exporter, proto, {key}, {SUMS} from flows group by all order by all").fetchall()
        have = db.execute(f"select {bins}, exporter, proto, {', '.join(columns)}, {SUMS} from {rolled} "
                          "group by all order by all").fetchall()
        check(len(paths) > 0 and have == want, f"{width}/{table}: the sums of the flows",
              f"{len(have)} rows, not {len(want)}: " + str([x for x in zip(have, want) if x[0] != x[1]][:3]))
        bits = db.execute(f"select distinct src_mask, dst_mask, src_port is null from {rolled}").fetchall()
        lengths = {b for row in bits for b in row[:2]}
        check(lengths <= {None, 24, 48} and all(row[2] for row in bits), f"{width}/{table}: lengths of networks", bits)


def ask(*question):
    got = run("flowstat", "-o", "csv", *question)
    return got.stdout, got.stderr, got.returncode


def answer(text):
    return [tuple(row.values()) for row in csv.DictReader(io.StringIO(text))]


def explained(*question):
    return run("flowstat", "--explain", *question).stdout


QUESTIONS = [
    ["-s", "as/bytes/packets"], ["-s", "if", "-n", "0"], ["-s", "proto"], ["-A", "src_as,dst_as", "proto tcp"],
    ["-A", "service", "-O", "bytes"], ["-A", "exporter,service", "--min", "bytes=10k"], ["-A", "first/1d,src_as"],
    ["-A", "src_addr/24,/32", "-O", "bytes"], ["-A", "src_addr/16,/32"], ["-A", "dst_addr/24,/48,proto"],
    ["-A", "in_if,out_if", "--measures", "flows,sum(rev_bytes),bytes_pct,duration,max(received),max(last)"],
    ["-A", "src_as", "-t", "2026-01-02..2026-01-03"], ["-s", "as", "src as > 1000 and not proto udp"],
    ["-A", "src_as", "--bin", "1d", "-n", "3", "-O", "bytes", "-t", "2026-01-01..2026-01-03"],
]
# Not from sums: another column, part of a bin, rows, spread, one row for two ways, a longer network, no period.
OTHERS = [
    ["-A", "src_port"], ["-A", "src_as", "-t", "2026-01-01T00:01..2026-01-01T07:30:30"], ["-A", "src_as", "--measures", "count(bytes)"],
    ["-A", "src_as", "--measures", "avg(bytes)"], ["-A", "src_as", "--bin", "1h", "--spread", "-n", "2"], ["-b", "-n", "5"],
    ["-A", "src_addr/24"], ["-A", "src_addr/28,/48"], ["-A", "src_as", "--bin", "1h", "-n", "2"], ["--billing", "as"], ["-A", "src_as", "bytes > 1000"],
    ["-A", "last/1d"], ["-A", "src_as", "--measures", "or(tcp_flags)"], ["-A", "src_as", "dst port 443"],
    ["-A", "src_as", "--measures", "distinct(dst_as)"],
]


def test_questions():
    for question in QUESTIONS:
        rows, rolled = ask("-r", archive, *question), ask("-r", archive, "--rollups", rollups, *question)
        check(rows == rolled and rows[2] == 0 and len(answer(rows[0])) > 0, "the same from rollups: " + " ".join(question),
              rolled[1])
        told = explained("-r", archive, "--rollups", rollups, *question)
        check(told.startswith("rollups: ") and "none" not in told.splitlines()[0], "and it says so", told)
        check(ask("--rollups", rollups, *question) == rows, "and from rollups alone", ask("--rollups", rollups, *question)[1])
    for question in OTHERS:
        rows, rolled = ask("-r", archive, *question), ask("-r", archive, "--rollups", rollups, *question)
        told = explained("-r", archive, "--rollups", rollups, *question).splitlines()[0]
        check(rows == rolled and rows[2] == 0 and told.startswith("rollups: none, as no table has"),
              "from flows: " + " ".join(question), told + rolled[1])
    alone = ask("--rollups", rollups, "-A", "src_port")
    check(alone[2] == 2 and "no table has src_port" in alone[1], "rollups alone do not tell all", alone)


def test_duckdb():
    want = db.execute("select src_as, sum(flows), sum(packets), sum(bytes) from flows group by 1 order by 1 nulls first").fetchall()
    got = answer(ask("--rollups", rollups, "-A", "src_as", "--measures", "flows,packets,bytes")[0])
    check([tuple(int(v) if v else None for v in row) for row in got] == want, "ASes by DuckDB over the flows", got[:3])
    want = db.execute("select least(src_port, dst_port) p, sum(bytes) from flows where proto = 17 group by 1 "
                      "order by 2 desc, 1 nulls first limit 20").fetchall()
    got = answer(ask("-r", archive, "--rollups", rollups, "-A", "service", "-O", "bytes", "-n", "20", "--measures", "bytes",
                     "proto udp")[0])
    check([tuple(int(v) if v else None for v in row) for row in got] == want, "services by DuckDB over the flows", got[:3])


def test_changes():
    before = states()
    check(make("1h").returncode == 0 and states() == before, "what is up to date stays")
    # A file is written anew: it is read itself until its rollup is made once more.
    one = sorted(glob.glob(archive + "/**/*.parquet", recursive=True))[5]
    run("flowcat", "-r", one, "-c", "10", "-w", work + "/some.parquet")
    run("flowcat", "-r", one, "-r", work + "/some.parquet", "-w", one + ".new")
    os.rename(one + ".new", one)
    view()
    rows, rolled = ask("-r", archive, "-s", "as"), ask("-r", archive, "--rollups", rollups, "-s", "as")
    told = explained("-r", archive, "--rollups", rollups, "-s", "as")
    check(rows == rolled and "rollups: 1 of 1d/as" in told, "a file that was written anew", told)
    for width in WIDTHS:
        made = make(width)
        check(made.returncode == 0 and states() != before, f"{width} is made anew", made.stderr)
    test_rows("1h")
    test_duckdb()


def test_gone():
    whole = ask("--rollups", rollups, "-s", "as")
    before = states()
    for path in sorted(glob.glob(archive + "/**/*.parquet", recursive=True))[:3]:
        os.remove(path)
    made = make("1d")
    check(made.returncode == 0 and states() == before and ask("--rollups", rollups, "-s", "as") == whole,
          "sums of files that have expired stay", made.stderr)
    rows, rolled = ask("-r", archive, "-s", "as"), ask("-r", archive, "--rollups", rollups, "-s", "as")
    check(rows == rolled and rows != whole, "but do not count where files are named")
    one = sorted(glob.glob(archive + "/**/*.parquet", recursive=True))[5]
    run("flowcat", "-r", one, "-c", "3", "-w", one)
    made = make("1d")
    check(made.returncode == 1 and "not made anew" in made.stderr and states() == before, "nothing is lost silently", made.stderr)
    expired = run("flowcat", "--expire", rollups, "--max-age", "1d")
    check(states() == before, "--expire removes no rollup", expired.stderr)


def test_misuse():
    made = run("flowstat", "--rollup", "1h", "-w", archive + "/rollups", "-r", archive)
    check(made.returncode == 2 and not files("../archive/rollups/**/*.parquet"), "no rollups below the archive", made.stderr)
    for more in (["-s", "as"], ["proto tcp"], ["-t", "2026-01-01"]):
        check(make("1h", *more).returncode == 2, "rollups are of all flows: " + more[0])
    check(run("flowstat", "--rollup", "2h", "-w", rollups, "-r", archive).returncode == 2, "no other widths")
    check(run("flowstat", "--rollups", work + "/none", "-s", "as").returncode == 1, "no rollups")
    damaged = files("1d/as/*.parquet")[0]
    with open(damaged, "r+b") as file:
        file.truncate(100)
    rows, rolled = ask("-r", archive, "-s", "as"), ask("-r", archive, "--rollups", rollups, "-s", "as")
    check(rows == rolled, "a damaged rollup is not used", rolled[1])
    check(ask("--rollups", rollups, "-s", "as")[2] == 1, "or told of")
    # A period that is not over has no rollup yet.
    run("flowgen", "-w", work + "/now", "-n", "100", "--start", "now")
    made = run("flowstat", "--rollup", "1d", "-w", work + "/soon", "-r", work + "/now")
    check(made.returncode == 0 and not glob.glob(work + "/soon/**/*.parquet", recursive=True), "not before the day is over",
          made.stderr)


run("flowgen", "-w", archive, "-n", "12000", "--duration", "2d", "--slot", "3600", "--exporters", "3", "--seed", "5")
view()
for width in WIDTHS:
    made = make(width)
    check(made.returncode == 0 and not made.stderr, f"--rollup {width}", made.stderr)
    test_rows(width)
test_duckdb()
test_questions()
test_changes()
test_gone()
test_misuse()
shutil.rmtree(work + "/now")
print("1..%d" % number)
