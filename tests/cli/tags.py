# SPDX-License-Identifier: BSD-2-Clause
"""Columns that no file has: the ident of the file and the tag that rules give (--tags); other addresses and ASes (--map).

usage: tags.py BINFOLDER WORK
Speaks TAP.  Values are DuckDB's over the same files, and Python's own of addresses.
"""

import csv
import io
import ipaddress
import os
import subprocess
import sys

import duckdb

folder, work = sys.argv[1:3]
archive = work + "/archive"
os.mkdir(archive)
number = 0


def report(name, got, want):
    global number
    number += 1
    print("%s %d - %s" % ("ok" if got == want else "not ok", number, name))
    if got != want:
        print("# got %.400r\n# want %.400r" % (got, want))


def run(program, *words, paths=(archive,), status=0):
    done = subprocess.run([folder + "/" + program, *words, *paths], capture_output=True, text=True,
                          env={**os.environ, "TZ": "UTC"})
    if done.returncode != status:
        print("# status %d: %s" % (done.returncode, done.stderr))
    return done.stdout if status == 0 else done.stderr


def table(*words, **more):
    return [row for row in csv.reader(io.StringIO(run(*words, **more)))][1:]


def written(name, text):
    with open(work + "/" + name, "w") as f:
        f.write(text)
    return work + "/" + name


# Three files, of an ident, of one that has to be quoted, and without.
for name, count, ident in (("a", 6000, "r1"), ("b", 3000, 'r"2,x'), ("c", 2000, None)):
    flows = subprocess.run([folder + "/flowgen", "-n", str(count), "--seed", str(count), "--slot", "86400", "--start",
                            "2026-01-01T06:00:00Z", "--duration", "600", "-w", work + "/" + name], capture_output=True)
    subprocess.run([folder + "/flowcat", work + "/" + name, "-w", "%s/%s.parquet" % (archive, name),
                    *(["-i", ident] if ident else [])], check=True)
db = duckdb.connect()
db.execute("create view flows as select *, case parse_filename(filename) when 'a.parquet' then 'r1' when 'b.parquet' "
           "then 'r\"2,x' end as ident from read_parquet('%s/*.parquet', filename=true)" % archive)


def rows(sql):
    return [["" if v is None else str(v) for v in r] for r in db.execute(sql).fetchall()]


report("ident as a key", sorted(table("flowstat", "-A", "ident", "--measures", "flows,bytes", "-o", "csv")),
       sorted(rows("select ident, sum(flows), sum(bytes) from flows group by 1")))
report("ident with another key", sorted(table("flowstat", "-A", "proto,ident", "--measures", "bytes", "-o", "csv")),
       sorted(rows("select proto, ident, sum(bytes) from flows group by 1, 2")))
report("ident as a statistic", table("flowstat", "-s", "ident/bytes", "--measures", "bytes", "-o", "csv"),
       rows("select ident, sum(bytes) from flows group by 1 order by 2 desc"))
report("distinct(ident)", table("flowstat", "-A", "proto", "--measures", "distinct(ident)", "-o", "csv", "-O", "proto:a"),
       rows("select proto, count(distinct ident) from flows group by 1 order by 1"))
report("ident as a column", sorted(table("flowcat", "-o", "csv:ident,src_addr,bytes")),
       sorted(rows("select ident, src_addr, bytes from flows")))
report("ident of sorted rows", table("flowcat", "-o", "csv:ident,bytes,src_port", "-O", "bytes,src_port:a", "-c", "50"),
       rows("select ident, bytes, src_port from flows order by bytes desc, src_port limit 50"))
report("ident of the first rows", [r[:2] for r in table("flowcat", "-o", "csv:ident,bytes", "-O", "bytes", "-c", "5")],
       rows("select ident, bytes from flows order by bytes desc limit 5"))
report("ident as a filter word", sorted(table("flowstat", "-A", "ident", "--measures", "flows", "-o", "csv", "not ident r1")),
       sorted(rows("select ident, sum(flows) from flows where ident is distinct from 'r1' group by 1")))
report("ident by nfdump's token, of groups", sorted(run("flowstat", "-A", "ident", "-q", "-N", "-o", "fmt:%byt %idt", "not ident ''")
                                                    .split()), sorted(sum(rows("select sum(bytes), ident from flows where ident is not null group by ident"), [])))
report("ident is no column of SQL", "ident" in run("flowstat", "-A", "ident", "--sql", "duckdb", status=2), True)
report("a column of that name in a file is not taken for it", (
    db.execute("copy (select * exclude (filename, ident), 'other' as ident, 'other' as tag from flows where ident = 'r1') to '%s/own.parquet'" % work),
    run("flowstat", "-A", "ident", "--measures", "flows", "-q", "-o", "csv", paths=[work + "/own.parquet"]).splitlines()[1:])[1], [",6000"])

# Tags.
rules = written("rules", """# what it is
web = proto tcp and
\tport in [80, 443]	# either end

dns:1 = port 53
big = bytes > 10000
r2 = ident /^r.2/
""")
tag = ("case when proto = 6 and (src_port in (80, 443) or dst_port in (80, 443)) then 'web' when src_port = 53 or dst_port = 53 "
       "then 'dns:1' when bytes > 10000 then 'big' when ident like 'r_2%' then 'r2' end")
rules = written("rules", open(rules).read().replace("/^r.2/", "'r\"2,x'"))
report("tag as a key", sorted(table("flowstat", "--tags", rules, "-A", "tag", "--measures", "flows,bytes", "-o", "csv")),
       sorted(rows("select %s, sum(flows), sum(bytes) from flows group by 1" % tag)))
report("tag as a column", sorted(table("flowcat", "--tags", rules, "-o", "csv:tag,src_addr,bytes")),
       sorted(rows("select %s, src_addr, bytes from flows" % tag)))
report("tag as a filter word", sorted(table("flowcat", "--tags", rules, "-o", "csv:bytes,first", "tag dns:1 or tag big")),
       sorted([a, b[:-3].replace(" ", "T") + "Z" if "." in b else b.replace(" ", "T") + ".000Z"] for a, b in rows(
           "select bytes, strftime(first at time zone 'UTC', '%%Y-%%m-%%d %%H:%%M:%%S.%%g000') from flows where (%s) in ('dns:1', 'big')" % tag)))
host = rows("select src_addr from flows group by 1 order by count(*) desc limit 1")[0][0]
report("a host, and the tags of its flows", sorted(table("flowstat", "--tags", rules, "-A", "tag,dst_port", "--measures", "flows", "-o", "csv",
                                                         "src ip %s and not tag big" % host)),
       sorted(rows("select %s t, dst_port, sum(flows) from flows where src_addr = '%s' and t is distinct from 'big' group by 1, 2" % (tag, host))))
report("flows without a tag", table("flowstat", "--tags", rules, "-A", "ident", "--measures", "flows", "-o", "csv", "-O", "ident:a",
                                    "not tag in [web, dns:1, big, r2]"),
       sorted(rows("select ident, sum(flows) from flows where (%s) is null group by 1" % tag)))
report("tags of sorted rows", table("flowcat", "--tags", rules, "-o", "csv:tag,bytes", "-O", "bytes", "-c", "7"),
       rows("select %s, bytes from flows order by bytes desc limit 7" % tag))
copy = work + "/copy.parquet"
run("flowcat", "--tags", rules, "-w", copy, "tag web")
report("rows written by their tag", rows("select count(*), sum(bytes) from '%s'" % copy),
       rows("select count(*), sum(bytes) from flows where (%s) = 'web'" % tag))
report("a tag without rules", "--tags FILE" in run("flowcat", "tag web", status=2), True)
for text, want in (("web proto tcp\n", ":1: not NAME = FILTER"), ("a = any\n\nb = proto tcpp\n", ":3:11:"), ("a = any\na = port 1\n", ":2: there is a rule above"),
                   ("a =\n  # nothing\nb = any\n", ":1: no filter"), ("a = tag b\n", "no 'tag' in rule 'a'"), ("a = count < 5\n", "no 'count'"),
                   ("", ": no rule"), ("a = port 1\n b\n", ":2:2:"), ("a" * 65 + " = any\n", "more than 64 bytes"), ("a = po\0rt\n", ":1: a NUL byte")):
    said = run("flowcat", "--tags", written("bad", text), "-o", "csv:tag", status=2)
    report("a rule file of %.20r" % text, want in said, True)
report("a rule file that is none", "No such file" in run("flowcat", "--tags", work + "/none", "-o", "csv:tag", status=1), True)

# Maps.
nets = [("0.0.0.0/0", 16), ("10.0.0.0/8", 24), ("10.1.0.0/16", 32), ("2000::/3", 48), ("::/0", 20)]
some = rows("select src_as from flows where src_as > 0 group by 1 order by count(*) desc limit 3")
ases = [(int(some[0][0]), int(some[0][0]), 64500), (int(some[1][0]), int(some[1][0]) + 500, 64501), (0, 0, 64502)]
ases = sorted(ases)
if any(x[1] >= y[0] for x, y in zip(ases, ases[1:])):
    ases = ases[:1]
lines = ["net %s mask %d" % n for n in nets] + ["as %d-%d %d  # x" % a if a[0] != a[1] else "as AS%d %d" % (a[0], a[2]) for a in ases]
the_map = written("map", "# privacy\n\n" + "\n".join(lines) + "\n")
known = [(ipaddress.ip_network(n), b) for n, b in nets]


def mapped(text):
    if text == "":
        return ""
    a = ipaddress.ip_address(text)
    around = max(((n.prefixlen, b) for n, b in known if a.version == n.version and a in n), default=None)
    return text if around is None else str(ipaddress.ip_network((text, around[1]), strict=False).network_address)


def mapped_as(text):
    return next((str(c) for a, b, c in ases if text != "" and a <= int(text) <= b), text)


def sums(pairs):
    out = {}
    for key, value in pairs:
        out[key] = out.get(key, 0) + int(value)
    return sorted([*k, str(v)] for k, v in out.items())


whole = rows("select src_addr, dst_addr, src_as, dst_as, exporter, bytes from flows")
want = sorted([mapped(s), mapped(d), mapped_as(a), mapped_as(b), e, n] for s, d, a, b, e, n in whole)
report("map: columns", sorted(table("flowcat", "--map", the_map, "-o", "csv:src_addr,dst_addr,src_as,dst_as,exporter,bytes")), want)
report("map: groups", sorted(table("flowstat", "--map", the_map, "-A", "src_addr,dst_as", "--measures", "bytes", "-o", "csv")),
       sums(((mapped(r[0]), mapped_as(r[3])), r[5]) for r in whole))
run("flowcat", "--map", the_map, "-w", copy)
report("map: what is written", sorted(rows("select src_addr, dst_addr, src_as, dst_as, exporter, bytes from '%s'" % copy)), want)
report("map: extra is not written", rows("select count(extra) from '%s'" % copy), [["0"]])
report("map: a filter sees the real host", sorted(table("flowcat", "--map", the_map, "-o", "csv:src_addr,bytes", "src ip " + host)),
       sorted([mapped(r[0]), r[5]] for r in whole if r[0] == host))
report("map: sorted", table("flowcat", "--map", the_map, "-o", "csv:src_addr,bytes", "-O", "bytes", "-c", "9"),
       [[mapped(s), n] for s, n in rows("select src_addr, bytes from flows order by bytes desc limit 9")])
report("map: tags see the real flows", sorted(table("flowstat", "--map", the_map, "--tags", written("t", "it = src ip %s\n" % host), "-A", "tag,src_addr",
                                                    "--measures", "bytes", "-o", "csv")),
       sums((("it" if r[0] == host else "", mapped(r[0])), r[5]) for r in whole))
for text, want in (("net 10.0.0.0/8 mask 33\n", ":1: '33' is no number of bits from 0 to 32"), ("\nnet 10.0.0/8 mask 3\n", ":2: '10.0.0/8' is no network"),
                   ("as 5-4 6\n", ":1: '5-4' is neither an AS"), ("as 1 x\n", ":1: 'x' is no AS"), ("as 1-9 5\nas 5 6\n", ":2: AS 5 stands on line 1 already"),
                   ("net 10.0.0.0/8 mask 8\nnet 10.0.0.1/8 mask 9\n", ":2: the network stands on line 1 already"), ("mask 10.0.0.0/8\n", "is neither 'net"),
                   ("# nothing\n", ": no line"), ("net ::/0 mask 129\n", "from 0 to 128"), ("net 10.0.0.1-10.0.0.9 mask 8\n", "is no network")):
    report("a map of %.30r" % text, want in run("flowcat", "--map", written("bad", text), status=2), True)
report("map: not with --compact", "--map" in run("flowcat", "--map", the_map, "--compact", "3600", status=2), True)
report("map: not with -I", "--map" in run("flowcat", "--map", the_map, "-I", status=2), True)
report("map: not with --rollups", "--map" in run("flowstat", "--map", the_map, "-A", "src_as", "--rollups", work, status=2), True)
report("map: not with --sql", "--map" in run("flowstat", "--map", the_map, "-A", "src_as", "--sql", "duckdb", status=2), True)
print("1..%d" % number)
