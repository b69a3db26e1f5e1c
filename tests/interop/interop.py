# SPDX-License-Identifier: BSD-2-Clause
"""Other engines read our files and we read theirs, every value equal (TAP).

Tables are made with pyarrow from the columns of record/field.def, put through
`flowcat -w` (so our reader and writer both had them), and compared as pyarrow,
DuckDB and Spark read them without any option.  Then each engine writes the
table in the codecs and forms it has, and flowcat reads that.
"""
import csv
import datetime
import decimal
import filecmp
import html
import importlib.util
import io
import json
import os
import re
import subprocess
import sys
import tempfile

import numpy as np
import pyarrow as pa
import pyarrow.dataset
import pyarrow.parquet as pq

from tables import (ADDRESSES, COLUMNS, FLOWCAT, FLOWSTAT, QUICK, TYPES, check, distinct_rows, done, equal_rows,
                    make_table, skip)

FILTERS = [("src_port = 40000", "src_port", lambda v: v == 40000),
           ("src_port between 65000 and 65010", "src_port", lambda v: 65000 <= v <= 65010),
           ("bytes < 100000000000000", "bytes", lambda v: v < 10**14),
           ("bytes > 9200000000000000000", "bytes", lambda v: v > 92 * 10**17),
           ("proto = 17", "proto", lambda v: v == 17), ("src_addr = '::1'", "src_addr", lambda v: v == "::1"),
           ("src_addr > '10.0.9'", "src_addr", lambda v: v > "10.0.9"),
           ("in_if > 4294900000", "in_if", lambda v: v > 4294900000),
           ("conn_id > 18446744073700000000", "conn_id", lambda v: v > 18446744073700000000)]



def flowcat(*arguments):
    return subprocess.run([FLOWCAT, *arguments], capture_output=True, text=True)


def differences(got, want):
    if got.num_rows != want.num_rows:
        return f"{got.num_rows} rows, not {want.num_rows}"
    bad = []
    for name in want.schema.names:
        a, b = got.column(name), want.column(name)
        if a.type != b.type:
            bad.append(f"{name}: type {a.type}, not {b.type}")
        elif not a.combine_chunks().equals(b.combine_chunks()):
            i = next((i for i, (x, y) in enumerate(zip(a.to_pylist(), b.to_pylist())) if x != y), -1)
            bad.append(f"{name}: row {i}: {a[i]}, not {b[i]}")
    return "\n".join(bad)


def written_by_us(path, want, what):
    """Reads a file of ours back with pyarrow, checksums verified."""
    try:
        got = pq.ParquetFile(path, page_checksum_verification=True).read()
        why = differences(got, want)
    except Exception as error:
        why = repr(error)
    check(not why, what, why)


def statistics_are(path, want, what):
    """Minimum, maximum and null count of each chunk, as pyarrow understands them, against its values."""
    file = pq.ParquetFile(path)
    bad = []
    row = 0
    for g in range(file.metadata.num_row_groups):
        group = file.metadata.row_group(g)
        for i, (name, kind, _) in enumerate(COLUMNS):
            told = group.column(i).statistics
            values = want.column(name).slice(row, group.num_rows).combine_chunks()
            least = pa.compute.min_max(values).as_py()
            if told.null_count != values.null_count:
                bad.append(f"{name}: {told.null_count} nulls, not {values.null_count}")
            elif told.has_min_max and (told.min != least["min"] or told.max != least["max"]):
                bad.append(f"{name}: {told.min}..{told.max}, not {least}")
            elif not told.has_min_max and least["min"] is not None and kind not in ("TEXT",):
                bad.append(f"{name}: no bounds")
        row += group.num_rows
    check(not bad and row == want.num_rows, what, "\n".join(bad))


# Field 32767 of a page header, binary, and the UUID that tells our index of a dictionary's pieces.
PIECES = bytes.fromhex("b5ce6b8b005e4a6dbc82e31f756d8e26")


def hosts_are_found(path, table, what):
    """One by one, from pieces of dictionaries that hold thousands; with a column that is read for few rows."""
    with open(path, "rb") as file:
        check(file.read().count(PIECES) >= 2, f"{what}: large dictionaries are in pieces")
    rows = table.select(["src_addr", "dst_addr"]).to_pylist()
    for address in sorted(set(row["src_addr"] for row in rows if row["src_addr"] is not None))[::997]:
        run = flowcat("-r", path, "-o", "ndjson:src_addr,dst_addr", f"src ip {address}")
        want = [{k: v for k, v in row.items() if v is not None} for row in rows if row["src_addr"] == address]
        check([json.loads(line) for line in run.stdout.splitlines()] == want, f"{what}: rows of {address}",
              run.stderr)


def verify_is_good(ours):
    run = flowcat("--verify", *ours)
    check(run.returncode == 0 and not run.stderr, "--verify finds no fault in our files", run.stderr)


def through_flowcat(table, folder, name, codec="lz4"):
    """pyarrow writes, flowcat reads and writes, pyarrow reads."""
    source, ours = os.path.join(folder, name + ".pa.parquet"), os.path.join(folder, name + ".parquet")
    pq.write_table(table, source, compression="none" if table.num_rows > 10**6 else "gzip")
    run = flowcat("-r", source, "-w", ours, "-z", codec)
    if run.returncode != 0 or run.stderr:
        check(False, f"{name}: flowcat -w", run.stderr)
        return None
    written_by_us(ours, table, f"{name}: pyarrow reads what we wrote from pyarrow's file, {codec}")
    copy = os.path.join(folder, "copy.parquet")
    run = flowcat("-r", ours, "-w", copy)
    check(run.returncode == 0 and not run.stderr and filecmp.cmp(ours, copy, False),
          f"{name}: a copy of our file, {codec}, is that file", run.stderr)
    return ours


def rewritten(path, want, folder, what):
    """Whatever another engine wrote: flowcat reads it, and the values are those."""
    ours = os.path.join(folder, "back.parquet")
    run = flowcat("-r", path, "-w", ours)
    good = flowcat("--verify", path, ours)
    if run.returncode != 0 or run.stderr or good.returncode != 0:
        check(False, what, run.stderr + good.stderr)
        return
    written_by_us(ours, want, what)


def pyarrow_forms(table, folder):
    path = os.path.join(folder, "form.parquet")
    forms = [dict(compression="none", use_dictionary=False), dict(compression="lz4"),
             dict(compression="gzip", data_page_version="2.0"), dict(compression="none", data_page_size=3000),
             dict(compression="lz4", data_page_size=3000, write_page_index=True),
             dict(compression="none", use_dictionary=False, data_page_version="2.0", column_encoding={
                 n: "DELTA_BYTE_ARRAY" if k in ("ADDR", "MAC", "TEXT") else "DELTA_BINARY_PACKED"
                 for n, k, _ in COLUMNS}),
             dict(compression="lz4", use_dictionary=False, column_encoding={
                 n: "DELTA_LENGTH_BYTE_ARRAY" for n, k, _ in COLUMNS if k in ("ADDR", "MAC", "TEXT")}),
             dict(compression="none", coerce_timestamps="us"), dict(compression="none", use_deprecated_int96_timestamps=True),
             dict(compression="none", version="1.0"), dict(compression="lz4", row_group_size=777),
             dict(compression="lz4", dictionary_pagesize_limit=2000, write_page_checksum=True),
             dict(compression="snappy"), dict(compression="zstd", data_page_version="2.0"),
             dict(compression="none", use_dictionary=False, column_encoding={
                 n: "BYTE_STREAM_SPLIT" for n, k, _ in COLUMNS if k not in ("ADDR", "MAC", "TEXT")}),
             dict(write_statistics=False), dict(row_group_size=1)]
    for form in forms:
        pq.write_table(table, path, **form)
        rewritten(path, table, folder, f"we read what pyarrow wrote: {form if len(str(form)) < 90 else str(form)[:90]}")
    pq.write_table(table, path, compression="brotli")
    run = flowcat("-r", path, "-o", "csv")
    check(run.returncode == 1 and "BROTLI" in run.stderr and path in run.stderr and "COMPRESSION zstd" in run.stderr,
          "brotli is refused by name, with the cure", run.stderr)
    run = flowcat("-r", path, "--verify")
    check(run.returncode == 1 and "BROTLI" in run.stderr, "and --verify says so, too", run.stderr)
    for name, kind in (("bytes", pa.decimal128(18, 2)), ("in_if", pa.date32()), ("packets", pa.float64()),
                       ("src_port", pa.list_(pa.uint16())), ("proto", pa.string())):
        other = pa.Table.from_arrays([pa.nulls(9, kind) if n == name else table.column(n).slice(0, 9)
                                      for n, _, _ in COLUMNS], names=[n for n, _, _ in COLUMNS])
        pq.write_table(other.set_column(other.schema.get_field_index(name), name, pa.array(
            [None] * 8 + [{"bytes": decimal.Decimal("1.5"), "in_if": datetime.date(2026, 1, 1), "packets": 1.5, "src_port": [1],
                           "proto": "tcp"}[name]], kind)), path, compression="none")
        run = flowcat("-r", path, "-o", "csv")
        check(run.returncode == 1 and name in run.stderr and path in run.stderr and "CAST(" in run.stderr,
              f"{name} as {kind} is refused by name, with the cure", run.stderr or run.stdout)
    refused_values(table, path)
    names_and_nulls(table, path)
    arrow_types(table, folder)
    strangers(table, folder)
    missing_and_upper_case(folder)


def put(table, name, values):
    return table.set_column(table.schema.get_field_index(name), name, values)


def names_and_nulls(table, path):
    """A column without a value has no type for Arrow; of two columns of one name none is guessed."""
    table = table.slice(0, 9)
    pq.write_table(put(table, "src_port", pa.nulls(9)), path)
    run = flowcat("-r", path, "-q", "-o", "csv:src_port,bytes")
    check(run.returncode == 0 and run.stdout.split() == [f",{v}" for v in table.column("bytes").to_pylist()],
          "a column of Arrow's type null has no values", run.stderr or run.stdout)
    pq.write_table(put(table, "bytes", pa.array([None] + [5] * 8, pa.int64())), path)
    run, ours = flowcat("-r", path, "-w", path + ".ours"), path + ".ours"
    check(run.returncode == 1 and "coalesce(bytes, " in run.stderr and not os.path.exists(ours),
          "a null in a column that may have none is not written, with the cure", run.stderr)
    run = flowcat("-r", path, "-w", ours, "not bytes is null")
    check(run.returncode == 0 and pq.read_table(ours).column("bytes").to_pylist() == [5] * 8, "which works", run.stderr)
    double = pa.Table.from_arrays([*table.columns, table.column("packets")], names=[*table.schema.names, "bytes"])
    pq.write_table(double, path)
    run = flowcat("-r", path, "-o", "csv")
    check(run.returncode == 1 and path in run.stderr and "two columns" in run.stderr and "EXCLUDE (bytes_1)" in run.stderr,
          "two columns of one name are refused, with the cure", run.stderr or run.stdout)


def refused_values(table, path):
    """Values that a column cannot have: told with the value, its type and what is wanted."""
    table = table.slice(0, 9)
    for name, kind, value, told in (
            ("bytes", pa.uint64(), 2**64 - 1, "18446744073709551615"), ("bytes", pa.int64(), -1, "-1"),
            ("bytes", pa.float64(), 1.5, "1.5"), ("bytes", pa.float64(), -3.0, "-3"),
            ("packets", pa.decimal128(20, 0), -1, "DECIMAL(20,0)"), ("src_port", pa.int32(), 65536, "65536"),
            ("src_port", pa.int32(), -1, "-1"), ("proto", pa.int64(), 256, "256"), ("in_if", pa.int64(), 2**32, str(2**32)),
            ("conn_id", pa.int64(), -1, "-1"), ("first", pa.int64(), 1_700_000_000, "1700000000"),
            ("last", pa.int64(), 1_700_000_000_000_000, "1700000000000000"),
            ("received", pa.int64(), 1_700_000_000_000_000_000, "1700000000000000000")):
        usual = {"TIME": 1_700_000_000_000}.get(dict((n, k) for n, k, _ in COLUMNS)[name], 1)
        pq.write_table(put(table, name, pa.array([usual] * 8 + [value], kind)), path)
        for query in ((), (f"{name} > 5",) if name in ("bytes", "src_port") else ()):
            run = flowcat("-r", path, "-o", f"csv:{name}", *query)
            check(run.returncode == 1 and told in run.stderr and name in run.stderr and "is wanted" in run.stderr,
                  f"{name} of {value} as {kind} is refused {query}", run.stderr or run.stdout)


def arrow_types(table, folder):
    """The same values as other types of Arrow."""
    path = os.path.join(folder, "types.parquet")
    texts = [n for n, k, _ in COLUMNS if k in ("ADDR", "MAC", "TEXT")]
    numbers = [n for n, k, _ in COLUMNS if k not in ("ADDR", "MAC", "TEXT", "TIME")]
    small = table
    for n, k, _ in COLUMNS:
        if k in ("U64", "I64"):
            small = put(small, n, pa.array([v if v is None else v >> 11 for v in table.column(n).to_pylist()], TYPES[k]))
    for kind in (pa.large_string(), pa.string_view(), pa.binary(), pa.dictionary(pa.int32(), pa.string())):
        other = table
        for n in texts:
            other = put(other, n, table.column(n).cast(kind))
        pq.write_table(other, path)
        rewritten(path, table, folder, f"we read texts as {kind}")
    for kind, of in ((pa.float64(), small), (pa.decimal128(20, 0), table), (pa.decimal128(25, 2), table)):
        other = of
        for n in numbers:
            other = put(other, n, of.column(n).cast(pa.decimal128(20, 0)).cast(kind) if kind != pa.float64() else
                        of.column(n).cast(kind))
        for form in (dict(), dict(use_dictionary=False), dict(use_dictionary=False, data_page_version="2.0",
                                                              store_decimal_as_integer=True)):
            pq.write_table(other, path, **form)
            rewritten(path, of, folder, f"we read whole numbers as {kind}, {form}")
    nan = small
    for n in numbers:
        column = small.column(n).cast(pa.float64())
        nan = put(nan, n, pa.compute.fill_null(column, float("nan")))
    pq.write_table(nan, path)
    rewritten(path, small, folder, "we read NaN as null")
    for unit in ("s", "ms", "us", "ns"):
        for zone in ("UTC", "Europe/Berlin", None):
            other = want = table
            for n, k, _ in COLUMNS:
                if k != "TIME":
                    continue
                seconds = table.column(n).cast(pa.timestamp("s", "UTC"), safe=False)
                want = put(want, n, seconds.cast(TYPES[k]))
                moved = seconds.cast(pa.timestamp(unit, "UTC"))
                other = put(other, n, moved.cast(pa.timestamp(unit, zone)) if zone else moved.cast(pa.timestamp(unit)))
            pq.write_table(other, path)
            rewritten(path, want, folder, f"we read times in {unit}, zone {zone}")


def strangers(table, folder):
    """Columns in another order, and others beside them, nested ones too: one line tells of these."""
    path, ours = os.path.join(folder, "strangers.parquet"), os.path.join(folder, "back.parquet")
    rows = table.num_rows
    other = table.select(list(reversed(table.schema.names)))
    other = other.add_column(3, "colour", pa.array(["red"] * rows))
    other = other.add_column(0, "tags", pa.array([["a", "b"]] * rows))
    other = other.append_column("place", pa.array([{"x": 1, "y": {"z": [1.5]}}] * rows))
    other = other.append_column("map", pa.array([[("k", 1)]] * rows, pa.map_(pa.string(), pa.int64())))
    pq.write_table(other, path)
    run = flowcat("-r", path, path, "-w", ours)
    check(run.returncode == 0 and run.stderr.count("\n") == 1 and all(
        name in run.stderr for name in ("tags", "colour", "place", "map")), "one line tells what is ignored", run.stderr)
    run = flowcat("-r", path, "-w", ours)
    written_by_us(ours, table, "columns in another order, with others between them")
    check(flowcat("--verify", path).returncode == 0, "--verify of such a file")


def missing_and_upper_case(folder):
    """Required columns that are missing never become zeros without a word; names in another case are found."""
    path = os.path.join(folder, "lacking.parquet")
    at = pa.array([1_790_000_000_123], pa.timestamp("ms", "UTC"))
    text = "2026-09-21T14:13:20.123Z"

    def answer(columns, fields, *more):
        pq.write_table(pa.table(columns), path)
        run = flowcat("-r", path, "-q", "-o", "csv:" + fields, *more)
        return run.stdout.strip(), run.stderr.strip().partition(": ")[2].partition(": ")[2], run.returncode

    for has, lacks in (("first", ("last", "received")), ("last", ("first", "received")), ("received", ("first", "last"))):
        check(answer({has: at, "packets": [2], "bytes": [7]}, "first,last,received,packets,bytes,flows") ==
              (f"{text},{text},{text},2,7,1", f"it lacks {lacks[0]} (read as {has}), {lacks[1]} (read as {has})", 0),
              f"{has} stands in for the other times")
        check(answer({has: at, "packets": [2], "bytes": [7]}, "bytes", "-t", "2026-09-21")[0] == "7" and
              not answer({has: at, "packets": [2], "bytes": [7]}, "bytes", "-t", "2026-09-22")[0],
              f"and a window asks {has}")
    check(answer({"first": at, "last": at, "received": at}, "packets,bytes,flows") ==
          ("0,0,1", "it lacks packets (read as 0), bytes (read as 0)", 0), "counters that are missing are told")
    check(answer({"BYTES": [7], "Packets": [2], "FIRST": at, "LAST": at, "RECEIVED": at, "SRC_ADDR": ["192.0.2.1"]},
                 "src_addr,packets,bytes", "src host 192.0.2.1") == ("192.0.2.1,2,7", "", 0), "names in another case")
    check(answer({"BYTES": [8], "bytes": [7], "packets": [2], "first": at, "last": at, "received": at}, "bytes") ==
          ("7", "columns that flow-file(5) does not have are ignored: BYTES", 0), "the very name comes first")
    pq.write_table(pa.table({"BYTES": [8], "Bytes": [7], "first": at}), path)
    run = flowcat("-r", path)
    check(run.returncode == 1 and "two columns" in run.stderr, "but two other spellings are refused", run.stderr)


def copied_metadata(ours, folder):
    """pyarrow copies our keys to files with other rows: what they tell of rows is not believed there."""
    table = pq.read_table(ours)
    some = os.path.join(folder, "some.parquet")
    pq.write_table(table.slice(0, 7), some)
    check(b"flow.stats" in pq.read_metadata(some).metadata, "pyarrow copies our keys")
    run = flowcat("--verify", some)
    check(run.returncode == 0 and "7 flows" in run.stdout, "--verify of some rows is good", run.stderr)
    run = flowcat("-I", some)
    check("Rows: 7\n" in run.stdout and "Files_without_sums: 1\n" in run.stdout and "\nFlows" not in run.stdout,
          "-I tells no sums of other rows", run.stdout)
    first = re.search("msec_first: (.*)", run.stdout)
    want = min(int(t.timestamp() * 1000 + .5) for t in table.column("first").slice(0, 7).to_pylist())
    check(first is not None and int(first[1]) == want, "but their times", run.stdout)


def duckdb_cases(ours, table, folder):
    if importlib.util.find_spec("duckdb") is None:
        return skip("DuckDB is not here")
    import duckdb
    db = duckdb.connect()
    db.sql("SET TimeZone = 'UTC'")
    for name, path in ours.items():
        got = db.sql(f"SELECT * FROM '{path}'").to_arrow_table()
        want = table[name]
        got = pa.Table.from_arrays(
            [got.column(n).cast(TYPES[k]) if k == "TIME" else got.column(n) for n, k, _ in COLUMNS],
            names=want.schema.names)
        why = differences(got, want)
        check(not why, f"{name}: DuckDB reads ours", why)
    path = os.path.join(folder, "duck.parquet")
    for form in ("COMPRESSION gzip", "COMPRESSION lz4_raw", "COMPRESSION uncompressed",
                 "COMPRESSION uncompressed, PARQUET_VERSION v2"):
        db.sql(f"COPY (SELECT * FROM '{ours['mixed']}') TO '{path}' (FORMAT parquet, {form})")
        rewritten(path, table["mixed"], folder, f"we read what DuckDB wrote: {form}")
    address = next(a for a in table["mixed"].column("src_addr").to_pylist() if a is not None)
    count = db.execute(f"SELECT count(*) FROM '{ours['mixed']}' WHERE src_addr = '{address}'").fetchall()[0][0]
    want = sum(a == address for a in table["mixed"].column("src_addr").to_pylist())
    check(count == want and want > 0, "DuckDB finds a host with our Bloom filters and indexes", count)
    probe = "SELECT bool_or(NOT bloom_filter_excludes) FROM parquet_bloom_probe('{}', 'src_addr', '{}')"
    there = sorted(set(a for a in table["many"].column("src_addr").to_pylist() if a is not None))[::200]
    here = [db.execute(probe.format(ours["many"], a)).fetchall()[0][0] for a in there]
    away = [db.execute(probe.format(ours["many"], f"192.168.{i}.9")).fetchall()[0][0] for i in range(100)]
    check(all(here) and len(here) > 50, "DuckDB's own look at our Bloom filter finds what is there", here)
    check(sum(away) < 20, "and hardly anything else", away)
    bloom_of_numbers(db, table["many"].slice(0, 20000), folder)
    partitions(db, ours["few"], folder)


def partitions(db, ours, folder):
    """Partitioning takes columns out of the files: the directories' names have them; what they cannot tell is said, once."""
    rows = (f"(SELECT * REPLACE (CASE bytes % 3 WHEN 0 THEN '2001:db8::7' WHEN 1 THEN '192.0.2.9' END AS src_addr, "
            f"CASE WHEN proto < 128 THEN proto END AS proto) FROM '{ours}')")
    common = db.sql(f"SELECT mode(proto) FROM {rows}").fetchall()[0][0]
    for keys in ("proto", "src_addr", "proto, src_addr, direction"):
        tree, back = os.path.join(folder, "by " + keys.replace(", ", " ")), os.path.join(folder, "by.parquet")
        db.sql(f"COPY {rows} TO '{tree}' (FORMAT parquet, PARTITION_BY ({keys}))")
        run = flowcat("-r", tree, "-q", "-w", back)
        less = [db.sql(f"SELECT count(*) FROM (FROM {one} EXCEPT ALL FROM {other})").fetchall()[0][0]
                for one, other in ((rows, f"'{back}'"), (f"'{back}'", rows))]
        check(run.returncode == 0 and not run.stderr and less == [0, 0], f"we read what DuckDB partitioned by {keys}",
              f"{less} {run.stderr}")
        for question, where in (("src host 2001:db8::7", "src_addr = '2001:db8::7'"), (f"proto {common}", f"proto = {common}"),
                                ("not src host 192.0.2.9 and proto < 20", "src_addr IS DISTINCT FROM '192.0.2.9' AND proto < 20")):
            run = flowcat("-r", tree, "-q", "-o", "csv:bytes", question)
            want = [r[0] for r in db.sql(f"SELECT bytes FROM {rows} WHERE {where}").fetchall()]
            check(want and sorted(map(int, run.stdout.split())) == sorted(want), f"and find '{question}' there", run.stderr)
        run = flowcat("-r", tree, "--sql=spark", "-o", "csv:bytes")
        check(run.returncode == 2 and "differ" in run.stderr and not run.stdout, "--sql=spark refuses it", run.stderr)
        run = flowcat("-r", tree, "-r", ours, "--sql=duckdb", "-o", "csv:bytes")
        check(run.returncode == 2 and "not all directories" in run.stderr, "and --sql of a tree of both kinds", run.stderr)
        run = flowcat("-r", tree, "--sql=duckdb", "-o", "csv:proto,bytes", "proto < 20")
        got = db.sql(run.stdout).fetchall()
        want = db.sql(f"SELECT proto, bytes FROM {rows} WHERE proto < 20").fetchall()
        check(want and sorted(got) == sorted(want), "and DuckDB's statement answers the same", run.stderr)
    tree = os.path.join(folder, "by time")
    db.sql(f"COPY (FROM '{ours}' LIMIT 3) TO '{tree}' (FORMAT parquet, PARTITION_BY (first))")
    run = flowcat("-r", tree, "-q", "-o", "csv:bytes")
    check(run.returncode == 0 and len(run.stdout.split()) == 3 and run.stderr.count("\n") == 1 and
          ": first is missing: the directory's name 'first=" in run.stderr, "times of partitions are not read, and told",
          run.stderr)
    for name, notice in (("proto=300", True), ("proto=6x", True), ("proto=", True), ("proto=%36", False),
                         ("in_src_mac=0A-00-00-00-00-01", False), ("x=1", False)):
        os.makedirs(os.path.join(folder, "hand", name))
        path = os.path.join(folder, "hand", name, "one.parquet")
        db.sql(f"COPY (SELECT * EXCLUDE (proto, in_src_mac) FROM '{ours}' LIMIT 1) TO '{path}'")
        run = flowcat("-r", path, "-q", "-o", "csv:proto,in_src_mac")
        want = {"proto=%36": "6,", "in_src_mac=0A-00-00-00-00-01": ",0a:00:00:00:00:01"}.get(name, ",")
        check(run.stdout.strip() == want and (": proto is missing: " in run.stderr) == notice, f"a directory {name}", run.stderr)


def bloom_of_numbers(db, table, folder):
    """Filters of ASes: ours as DuckDB looks at them, and of any integer column DuckDB's as we do."""
    table = put(table, "src_as", pa.array([1000 + 7 * (i * i % 501) for i in range(table.num_rows)], pa.int64()))
    table = put(table, "dst_port", pa.array([7 * (i * i % 503) for i in range(table.num_rows)], pa.int32()))
    ours, source = os.path.join(folder, "as.parquet"), os.path.join(folder, "as.pa.parquet")
    theirs = os.path.join(folder, "as.duck.parquet")
    pq.write_table(table, source)
    flowcat("-r", source, "-w", ours)
    db.sql(f"COPY (SELECT * FROM '{source}') TO '{theirs}' (FORMAT parquet, COMPRESSION lz4_raw)")
    there = set(table.column("src_as").to_pylist())
    probe = "SELECT bool_and(bloom_filter_excludes) FROM parquet_bloom_probe('{}', 'src_as', {})"
    out = [n for n in range(1000, 4500) if db.execute(probe.format(ours, n)).fetchall()[0][0]] if there else []
    check(not there & set(out) and len(out) > 3100, "DuckDB finds ASes by our Bloom filters, and hardly others", len(out))
    for path in (ours, theirs):
        for column in ("src_as", "dst_port"):
            values = table.column(column).to_pylist()
            word = "src as" if column == "src_as" else "dst port"
            for n in sorted(set(values))[::50] + [1001, 3, 70]:
                run = flowcat("-r", path, "-q", "-o", f"csv:{column}", f"{word} {n}")
                check(run.returncode == 0 and run.stdout.split() == [str(n)] * values.count(n),
                      f"{word} {n} in {os.path.basename(path)}", run.stderr)
        run = flowcat("--verify", path)
        check(run.returncode == 0, f"--verify asks Bloom filters of numbers of {os.path.basename(path)}", run.stderr)


def spark_cases(ours, table, folder, tree):
    if QUICK:
        return skip("PySpark, in a quick run")
    if importlib.util.find_spec("pyspark") is None:
        return skip("PySpark is not here")
    try:
        os.environ["LC_ALL"] = "C.UTF-8"  # Java finds no names beyond ASCII in another locale.
        from pyspark.sql import SparkSession
        spark = (SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
                 .config("spark.sql.session.timeZone", "UTC").config("spark.driver.bindAddress", "127.0.0.1")
                 .config("spark.driver.host", "127.0.0.1").config("spark.log.level", "ERROR").getOrCreate())
    except Exception as error:
        return skip(f"PySpark does not start: {str(error).splitlines()[0][:60]}")
    for name in ("empty", "one row", "mixed", "equal"):
        rows = spark.read.parquet(ours[name]).collect()
        want = table[name].to_pylist()
        bad = ""
        if len(rows) != len(want):
            bad = f"{len(rows)} rows, not {len(want)}"
        for i, (row, wanted) in enumerate(zip(rows, want)):
            for column, value in wanted.items():
                got = row[column]
                if hasattr(value, "timestamp"):
                    got, value = got and got.timestamp(), value.replace(tzinfo=None).timestamp()
                if not bad and got != value:
                    bad = f"row {i}, {column}: {got}, not {value}"
        check(not bad, f"{name}: Spark reads ours", bad)
    for name in ("many", "distinct"):
        for condition, column, test in FILTERS:
            # Spark leaves out pages by our column indexes, which would show as rows that are missing.
            got = spark.read.parquet(ours[name]).filter(condition).count()
            want = sum(v is not None and test(v) for v in table[name].column(column).to_pylist())
            check(got == want, f"{name}: Spark finds {condition}", f"{got}, not {want}")
    for codec in ("uncompressed", "gzip", "lz4_raw"):
        for times in ("INT96", "TIMESTAMP_MICROS", "TIMESTAMP_MILLIS"):
            target = os.path.join(folder, f"spark-{codec}-{times}")
            spark.conf.set("spark.sql.parquet.outputTimestampType", times)
            spark.read.parquet(ours["mixed"]).coalesce(1).write.option("compression", codec).parquet(target)
            part = [n for n in os.listdir(target) if n.endswith(".parquet")][0]
            rewritten(os.path.join(target, part), table["mixed"], folder, f"we read what Spark wrote: {codec}, {times}")
    tree_by_spark(spark, *tree)
    spark.stop()


# Names that directories, CSV, JSON, Markdown and HTML each find something special in.
NAMES = ["alice", "a/b=c", "\u00e9, \"q\"", "100%", "50%25", "a b", ".", "..", ".hidden", "x:y", "\\back", "tab\there",
         "O'Neil", "{a}", "a*?[b]", "<b>&amp;</b>", "|pipe|", "line\r\nbreak", "-", "null", "\u65e5\u672c",
         "\x01\x1b[31m\x7f", "\u20ac" * 21]

def named_table(names, kind=pa.string()):
    """Each name 100 times, then 100 rows without any; bytes tell the rows apart."""
    rows = 100 * (len(names) + 1)
    index = np.arange(rows)
    ends = pa.array(ADDRESSES).take(pa.array(index % len(ADDRESSES)))
    times = pa.array(index + 1_700_000_000_000).cast(TYPES["TIME"])
    return pa.table({"first": times, "last": times, "received": times, "src_addr": ends, "exporter": ends,
                     "proto": pa.array(np.where(index % 3 == 0, 6, 17), pa.int32()),
                     "username": pa.array([names[i // 100] if i // 100 < len(names) else None for i in range(rows)],
                                          kind).cast(pa.string(), safe=False),
                     "packets": pa.array(index), "bytes": pa.array(index + 10**12),
                     "flows": pa.array(np.ones(rows, np.int64)), "export_version": pa.array([9] * rows, pa.int32())})


def tree_cases(folder):
    """--split-by makes a tree that each engine reads with the values of the rows, and all of them."""
    source, tree = os.path.join(folder, "named.parquet"), os.path.join(folder, "tree")
    table = named_table(NAMES)
    pq.write_table(table, source, compression="none")
    run = flowcat("-r", source, "-w", tree, "--split-by", "proto,username,exporter")
    check(run.returncode == 0 and not run.stderr, "--split-by of names that are hard on directories", run.stderr)
    want = sorted(zip(*(table.column(n).to_pylist() for n in ("bytes", "proto", "username", "exporter"))))
    paths = [os.path.join(at, n) for at, _, names in os.walk(tree) for n in names]
    inside = sorted(row for p in paths for row in zip(*(pq.ParquetFile(p).read([n]).column(0).to_pylist()
                                                         for n in ("bytes", "proto", "username", "exporter"))))
    check(inside == want, "every row is in a file of the tree, with its values")
    keys = pa.schema([("proto", pa.int32()), ("username", pa.string()), ("exporter", pa.string())])
    rows = pa.dataset.dataset([p[len(tree) + 1:] for p in paths], format="parquet", schema=pa.schema(
        [*keys, ("bytes", pa.int64())]), filesystem=pa.fs.SubTreeFileSystem(tree, pa.fs.LocalFileSystem()),
        partitioning=pa.dataset.partitioning(keys, flavor="hive")).to_table()
    got = sorted(zip(*(rows.column(n).to_pylist() for n in ("bytes", "proto", "username", "exporter"))))
    check(got == want, "pyarrow reads the tree", [g for g, w in zip(got, want) if g != w][:3])
    one = pa.dataset.dataset(tree, partitioning=pa.dataset.partitioning(keys, flavor="hive")).to_table(
        filter=(pa.dataset.field("username") == "a/b=c") & (pa.dataset.field("proto") == 6)).num_rows
    check(one == sum(w[2] == "a/b=c" and w[1] == 6 for w in want), "and finds one directory's rows", one)
    if importlib.util.find_spec("duckdb") is None:
        skip("DuckDB is not here")
    else:
        import duckdb
        got = sorted(duckdb.sql(f"SELECT bytes, proto::INT, username, exporter FROM read_parquet('{tree}/**/*.parquet', "
                                "hive_partitioning = true, hive_types_autocast = false)").fetchall())
        check(got == want, "DuckDB reads the tree", [g for g, w in zip(got, want) if g != w][:3])
        got = duckdb.sql(f"SELECT count(*) FROM read_parquet('{tree}/**/*.parquet', hive_partitioning = true) "
                         "WHERE exporter = '2001:db8::1' AND username IS NULL").fetchall()[0][0]
        check(got == sum(w[3] == "2001:db8::1" and w[2] is None for w in want),
              "DuckDB finds what has no name", got)
    pq.write_table(named_table(["\u20ac" * 21 + "a", "\u20ac" * 22, "\u20ac" * 23]), source, compression="none")
    run = flowcat("-r", source, "-w", tree + "2", "--split-by", "username")
    names = sorted(re.sub("-[0-9a-f]{16}$", "-HASH", n) for n in os.listdir(tree + "2"))
    check(names == sorted(["username=__HIVE_DEFAULT_PARTITION__", "username=" + "\u20ac" * 21 + "a"] +
                          ["username=" + "\u20ac" * 21 + "-HASH"] * 2),
          "a name of more than 64 bytes is cut, not within a character", names)
    return tree, want


def tree_by_spark(spark, tree, want):
    # Partition columns are text here, as otherwise "-" or "null" might be taken for something else.
    spark.conf.set("spark.sql.sources.partitionColumnTypeInference.enabled", "false")
    got = sorted((r.bytes, int(r.proto), r.username, r.exporter) for r in spark.read.parquet(tree).select(
        "bytes", "proto", "username", "exporter").collect())
    check(got == want, "Spark reads the tree", [(g, w) for g, w in zip(got, want) if g != w][:3])


def text_cases(folder):
    """Names of any bytes, in every output, by a parser of it."""
    path = os.path.join(folder, "texts.parquet")
    raw = [n.encode() for n in NAMES] + [b"\xff\xfe", b"cut \xc3", b"\xed\xa0\x80", b"nul\0byte", b"=1+1"]
    pq.write_table(named_table(raw, pa.binary()), path, compression="none")
    # CSV has no way to write NUL that others read.
    want = [b.decode("utf-8", "replace") for b in raw] + [None]
    fold = lambda rows: {name: sum(n for m, n in rows if m == name) for name, _ in rows}
    counts = {name: 100 for name in want}
    of_csv = {(n or "").replace("\0", "\ufffd"): 100 for n in want}

    def output(*command):
        run = subprocess.run([*command, "-r", path], capture_output=True, check=False)
        check(run.returncode == 0 and not run.stderr, f"{' '.join(os.path.basename(c) for c in command)}: status",
              run.stderr)
        return run.stdout.decode("utf-8")  # must be UTF-8, whatever the names are

    got = list(csv.DictReader(io.StringIO(output(FLOWCAT, "-o", "csv:username,bytes"), newline="")))
    check(fold([(r["username"], 1) for r in got]) == of_csv, "flowcat's CSV has the names")
    got = json.loads(output(FLOWCAT, "-o", "json:username,bytes"))
    check(fold([(r.get("username"), 1) for r in got]) == counts, "flowcat's JSON has the names")
    got = [json.loads(line) for line in output(FLOWCAT, "-o", "ndjson:username").split("\n")[:-1]]
    check(fold([(r.get("username"), 1) for r in got]) == counts, "flowcat's lines of JSON have the names")
    stat = (FLOWSTAT, "-A", "username", "--measures", "flows", "-o")
    got = list(csv.DictReader(io.StringIO(output(*stat, "csv"), newline="")))
    check({r["username"]: int(r["flows"]) for r in got} == of_csv, "flowstat's CSV has the names")
    got = json.loads(output(*stat, "json"))[0]["rows"]
    check({r.get("username"): r["flows"] for r in got} == counts, "flowstat's JSON has the names")
    got = [json.loads(line) for line in output(*stat, "ndjson").split("\n")[:-1]]
    check({r.get("username"): r["flows"] for r in got} == counts, "flowstat's lines of JSON have the names")
    for form in ("text", "markdown"):
        text = output(*stat, form)
        check(not re.search("[\0-\x09\x0b-\x1f\x7f]", text), f"{form} has no control characters", repr(text))
        check(len(re.findall(r"\b100\b(?!%)", text)) == len(want), f"{form} has a line for each name", text)
    text = output(*stat, "html")
    check(not re.search("[\0-\x08\x0b\x0c\x0e-\x1f\x7f]", text) and "<b>&amp;</b>" not in text and
          html.escape("<b>&amp;</b>", quote=False) in text, "HTML has them as text")
    text = output(FLOWCAT, "-o", "fmt:%uname|%byt") + output(FLOWCAT, "-o", "raw")
    check(not re.search("[\0-\x08\x0b-\x1f\x7f]", text), "formats for people have no control characters")


def five_million(folder):
    if QUICK:
        return skip("5 million rows, in a quick run")
    rows = 5_000_000
    index = np.arange(rows, dtype=np.int64)
    cheap = {"U8": index % 256, "U16": index * 7 % 65536, "U32": index * 104729 % 2**32, "U64": index * 99991,
             "I64": index % 1500 * (index % 77), "TIME": index // 10 + 1_700_000_000_000}
    pool = pa.array(ADDRESSES + [f"10.{i >> 8 & 255}.{i & 255}.1" for i in range(50000)])
    keep = {"first", "last", "received", "src_addr", "dst_addr", "src_port", "proto", "packets", "bytes", "flows",
            "conn_id", "in_if", "exporter", "export_version"}
    out, names = [], []
    for name, kind, _ in COLUMNS:
        if name not in keep:
            continue
        if kind == "ADDR":
            out.append(pool.take(pa.array(index * 31 % len(pool))))
        elif kind == "TIME":
            out.append(pa.array(cheap[kind]).cast(TYPES[kind]))
        else:
            out.append(pa.array(cheap[kind].astype(TYPES[kind].to_pandas_dtype()), TYPES[kind]))
        names.append(name)
    table = pa.Table.from_arrays(out, names=names)
    source, ours = os.path.join(folder, "5m.pa.parquet"), os.path.join(folder, "5m.parquet")
    pq.write_table(table, source, compression="none", row_group_size=1_000_000)
    run = flowcat("-r", source, "-w", ours)
    check(run.returncode == 0 and not run.stderr, "5 million rows through flowcat", run.stderr)
    got = pq.ParquetFile(ours, page_checksum_verification=True).read(columns=names)
    why = differences(got, table)
    check(not why, "5 million rows are the same", why)


def main():
    with tempfile.TemporaryDirectory() as folder:
        table = {
            "empty": make_table(0, 1), "one row": make_table(1, 2), "mixed": make_table(3000, 3, nulls=0.3),
            "few": make_table(40000, 4, few=True, nulls=0.01), "many": make_table(40000, 5, nulls=0.5),
            "equal": equal_rows(5000), "distinct": distinct_rows(40000),
        }
        ours = {name: through_flowcat(t, folder, name) for name, t in table.items()}
        verify_is_good([path for path in ours.values() if path is not None])
        for name, path in ours.items():
            if path is not None:
                statistics_are(path, table[name], f"{name}: our statistics are exact")
        hosts_are_found(ours["many"], table["many"], "many")
        hosts_are_found(ours["distinct"], table["distinct"], "distinct")
        for codec in ("none", "gzip", "gzip:9", "lz4:9"):
            through_flowcat(table["many"], folder, "many", codec)
        if None in ours.values():
            return
        run = flowcat("-r", ours["mixed"], "-o", "ndjson:src_addr,bytes,conn_id")
        lines = [json.loads(line) for line in run.stdout.splitlines()]
        want = [{k: v for k, v in row.items() if v is not None}
                for row in table["mixed"].select(["src_addr", "bytes", "conn_id"]).to_pylist()]
        check(lines == want, "ndjson tells the same values", run.stderr)
        pyarrow_forms(table["mixed"], folder)
        copied_metadata(ours["few"], folder)
        duckdb_cases(ours, table, folder)
        text_cases(folder)
        spark_cases(ours, table, folder, tree_cases(folder))
        five_million(folder)


main()
sys.exit(done())
