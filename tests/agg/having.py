# SPDX-License-Identifier: BSD-2-Clause
"""flowstat --having, and -O of several keys, against DuckDB's SQL over the same files; and flowstat --sql=duckdb.

usage: having.py FLOWSTAT FLOWGEN WORK
Speaks TAP.  What comes out is compared row by row, in its order.
"""

import csv
import functools
import io
import ipaddress
import subprocess
import sys

import duckdb

flowstat, flowgen, work = sys.argv[1:4]
archive = work + "/archive"
subprocess.run([flowgen, "-n", "40000", "--seed", "11", "--exporters", "2", "-w", archive], check=True)
db = duckdb.connect()
db.execute("create view flows as select * from read_parquet('%s/**/*.parquet', union_by_name=true)" % archive)
number = 0


def report(name, problem):
    global number
    number += 1
    print("%s %d - %s" % ("not ok" if problem else "ok", number, name))
    if problem:
        print("# " + problem)


def run(*arguments):
    out = subprocess.run([flowstat, "-o", "csv", *arguments, archive], check=True, capture_output=True, text=True).stdout
    return list(csv.reader(io.StringIO(out)))[1:]


def compare(name, got, want):
    for i, (g, w) in enumerate(zip(got, want)):
        if g != w:
            report(name, "row %d: got %s, want %s" % (i, g, w))
            return
    report(name, "" if len(got) == len(want) else "%d rows, want %d" % (len(got), len(want)))



def digits(text):
    """An address as flowstat orders it: hexadecimal digits of 16 bytes."""
    a = ipaddress.ip_address(text)
    return ("00" * 10 + "ffff" if a.version == 4 else "") + a.packed.hex()


# Each address once: many questions order by them.
db.create_function("digits", digits, [str], str)
db.execute("create table digits_of as select a, digits(a) d from (select src_addr a from flows union select dst_addr from flows)")


def packed(column):
    return "(select d from digits_of where a = %s)" % column


DURATION = "(max(epoch_ms(last)) - min(epoch_ms(first)))"
HAVING = [
    ("bytes > 1M", "sum(bytes) > 1000000"),
    ("bytes >= 40k and flows < 20", "sum(bytes) >= 40000 and sum(flows) < 20"),
    ("flows = 3 or packets == 40", "sum(flows) = 3 or sum(packets) = 40"),
    ("not (flows > 2 or bytes < 1KiB)", "not (sum(flows) > 2 or sum(bytes) < 1024)"),
    ("not flows > 2 and !bytes<1k", "not sum(flows) > 2 and not sum(bytes) < 1000"),
    ("duration > 60s && flows != 2", DURATION + " > 60000 and sum(flows) <> 2"),
    ("duration le 1.5min", DURATION + " <= 90000"),
    ("distinct(dst_addr) >= 40", "count(distinct dst_addr) >= 40"),
    ("distinct(dst_port) < 3 and (flows gt 5)", "count(distinct dst_port) < 3 and sum(flows) > 5"),
    ("max(bytes) >= 100kB", "max(bytes) >= 100000"),
    ("bytes_pct > 0.5%", "100.0 * sum(bytes) / (select sum(bytes) from flows) > 0.5"),
    ("bpp < 100", "sum(bytes) / sum(packets) < 100"),
    # A test without a value fails, and so its `not` holds.
    ("not avg(sampling) > 0", "not coalesce(avg(sampling) > 0, false)"),
    ("((((flows > 10))))", "sum(flows) > 10"),
    ("flows > 4 or flows < 2 and packets > 3", "sum(flows) > 4 or (sum(flows) < 2 and sum(packets) > 3)"),
]


def test_having(*memory):
    for text, sql in HAVING:
        want = db.execute("select src_addr, sum(flows), sum(bytes) from flows group by 1 having %s order by %s" %
                          (sql, packed("src_addr"))).fetchall()
        got = run("-A", "src_addr", "--measures", "flows,bytes", "-P", text, *memory)
        compare("--having '%s' %s" % (text, " ".join(memory)), got, [[str(v) for v in r] for r in want])


def test_having_top():
    """Of the groups that pass the first ones, which none that was left out for its order may be missing from."""
    want = db.execute("select src_addr, dst_addr, sum(bytes) from flows group by 1, 2 having sum(flows) = 1 "
                      "order by 3 desc, %s, %s limit 25" % (packed("src_addr"), packed("dst_addr"))).fetchall()
    got = run("-A", "src_addr,dst_addr", "--measures", "bytes", "-O", "bytes", "-n", "25", "--having", "flows = 1")
    compare("--having with -n", got, [[str(v) for v in r] for r in want])
    want = db.execute("select dst_port, sum(flows) f from flows group by 1 having f < 5 and f > 1 "
                      "order by f desc, dst_port limit 10").fetchall()
    got = [[r[0], r[1]] for r in run("-s", "dstport/flows", "--measures", "flows", "--having", "flows<5 and flows>1")]
    compare("--having of a statistic", got, [[str(v) for v in r] for r in want])


ORDERS = [
    ("flows,src_addr", "f desc, {src}"),
    ("flows,src_addr:d", "f desc, {src} desc"),
    ("-flows,-bytes", "f asc, b asc"),
    ("flows:a,bytes:d", "f asc, b desc"),
    ("dst_port,src_addr", "dst_port, {src}"),
    ("dst_port:d,bytes", "dst_port desc, b desc"),
    ("src_addr", "{src}"),
    ("-src_addr,dst_port:d", "{src} desc, dst_port desc"),
    ("srcip:d,flows", "{src} desc, f desc"),
    ("-key", "{src} desc, dst_port desc"),
]


@functools.cache
def in_order(sql):
    rows = db.execute(("select src_addr, dst_port, sum(flows) f, sum(bytes) b from flows group by 1, 2 "
                       "order by " + sql + ", {src}, dst_port").format(src=packed("src_addr"))).fetchall()
    return [[str(v) for v in r] for r in rows]


def test_orders(*memory):
    for text, sql in ORDERS:
        want = in_order(sql)
        got = run("-A", "src_addr,dst_port", "--measures", "flows,bytes", "-O", text, *memory)
        compare("-O %s %s" % (text, " ".join(memory)), got, want)
        got = run("-A", "src_addr,dst_port", "--measures", "flows,bytes", "-O", text, "-n", "30", *memory)
        compare("-O %s -n 30 %s" % (text, " ".join(memory)), got, want[:30])


def test_sql():
    """The statement that flowstat prints, run by DuckDB, gives flowstat's rows."""
    for question in (["-P", "bytes > 1M or duration > 60s and not flows = 2"], ["-P", "bytes_pct > 0.5%"],
                     ["-P", "not avg(sampling) > 0", "-n", "7"], ["--min", "bytes_pct=1"],
                     ["-O", "flows,src_addr:d", "-n", "50"], ["-O", "-key"], ["-O", "dst_port,-bytes", "-n", "40"]):
        question = ["-A", "src_addr,dst_port", "--measures", "flows,bytes", *question]
        statement = subprocess.run([flowstat, "--sql", "duckdb", *question, archive], check=True, capture_output=True,
                                   text=True).stdout
        want = [[str(v) for v in r] for r in db.execute(statement).fetchall()]
        compare("--sql " + " ".join(question), run(*question), want)


def test_refusals():
    for text, why in (("byts > 1", "did you mean 'bytes'"), ("bytes", "expected a comparison"),
                      ("bytes > x", "expected a number"), ("bytes > 10Q", "not a number of bytes"),
                      ("duration > 10M", "not a number of duration"), ("(bytes > 1", "not closed"),
                      ("bytes > 1 flows > 2", "expected 'and', 'or'"), ("first > 3", "an instant is no number"),
                      ("", "expected a measure before the end"), ("(" * 40 + "bytes > 1" + ")" * 40, "too deep"),
                      (" and ".join(["bytes > 1"] * 17), "more than 16 comparisons")):
        got = subprocess.run([flowstat, "-A", "src_addr", "-P", text, archive], capture_output=True, text=True)
        report("refused: " + text[:30], "" if got.returncode == 2 and why in got.stderr else got.stderr)
    for words, why in ((["-s", "srcip", "-O", "bytes,dst_addr"], "dst_addr"), (["-A", "src_addr", "-O", "scr_addr"], "scr_addr"),
                       (["-s", "srcip", "--bin", "5m", "-O", "bytes,flows"], "one order"),
                       (["--billing", "if", "-P", "bytes > 1"], "bills and spikes")):
        got = subprocess.run([flowstat, *words, archive], capture_output=True, text=True)
        report("refused: " + " ".join(words), "" if got.returncode == 2 and why in got.stderr else got.stderr)


test_having()
test_having("--memory", "4M")
test_having_top()
test_orders()
test_orders("--memory", "4M")
test_orders("--memory", "100k")
test_sql()
test_refusals()
print("1..%d" % number)
