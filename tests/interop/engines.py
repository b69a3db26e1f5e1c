# SPDX-License-Identifier: BSD-2-Clause
"""Each engine reads what we write with its plain call, and we read what it writes by default (TAP).

ENGINES has a row for each: its name, the module (or command) that it needs, a call that
reads a file, one that reads a directory, and one that writes a file again.  Every column,
every codec, dictionaries of thousands of texts, and every value is compared.  What is not
here is skipped.  FLOW_ENGINES names those to try ("Spark,polars"); without it, all.
"""
import glob
import importlib.metadata
import importlib.util
import io
import json
import os
import re
import subprocess
import tempfile

import pyarrow as pa
import pyarrow.parquet as pq

from tables import COLUMNS, FLOWCAT, OLD_TYPES, QUICK, SCHEMA, SOURCE, TYPES, check, done, make_table, skip

KIND = {name: kind for name, kind, _ in COLUMNS}
HERE = os.path.join(SOURCE, "tests/interop")


# --- the engines -----------------------------------------------------------------------
# Imports are within: each may be missing.  `read` gives a pyarrow table, or a dict of lists.

def read_pyarrow(path):
    return pq.read_table(path)


def write_pyarrow(path, out):
    pq.write_table(pq.read_table(path), out)


def read_pandas(path):
    import pandas
    return of_pandas(pandas.read_parquet(path))


def write_pandas(path, out):
    import pandas
    pandas.read_parquet(path).to_parquet(out)


def of_pandas(frame):
    return pa.Table.from_arrays([pa.array(frame[n], from_pandas=True) for n in frame.columns],
                                names=list(frame.columns))


def read_polars(path):
    import polars
    return polars.read_parquet(path).to_arrow()


def read_polars_tree(path):
    import polars
    return polars.scan_parquet(path).collect().to_arrow()


def read_polars_hidden(path):
    """By itself it takes every file of a directory for Parquet."""
    import polars
    return polars.scan_parquet(path, hidden_file_prefix=".").collect().to_arrow()


def write_polars(path, out):
    import polars
    polars.read_parquet(path).write_parquet(out)


def duckdb():
    import duckdb as module
    db = module.connect()
    db.sql("SET TimeZone = 'UTC'")
    return db


def read_duckdb(path):
    return duckdb().sql(f"SELECT * FROM '{path}'").to_arrow_table()


def read_duckdb_tree(path):
    return read_duckdb(f"{path}/**/*.parquet")


def write_duckdb(path, out):
    duckdb().sql(f"COPY (SELECT * FROM '{path}') TO '{out}'")


def read_clickhouse(path):
    import chdb
    data = chdb.query(f"SELECT * FROM file('{path}', Parquet)", "ArrowStream").bytes()
    return pa.ipc.open_stream(io.BytesIO(data)).read_all()


def read_clickhouse_tree(path):
    return read_clickhouse(f"{path}/**/*.parquet")


def write_clickhouse(path, out):
    import chdb
    chdb.query(f"INSERT INTO FUNCTION file('{out}', Parquet) SELECT * FROM file('{path}', Parquet)")


def datafusion(tree=False):
    import datafusion as module
    config = module.SessionConfig().with_target_partitions(1)  # else row groups come in any order
    if tree:
        config = config.set("datafusion.execution.listing_table_ignore_subdirectory", "false")
    return module.SessionContext(config)


def read_datafusion(path):
    return datafusion().read_parquet(path).to_arrow_table()


def read_datafusion_tree(path):
    return datafusion(tree=True).read_parquet(path + "/").to_arrow_table()


def write_datafusion(path, out):
    datafusion().read_parquet(path).write_parquet(out)


def read_fastparquet(path):
    import fastparquet
    return of_pandas(fastparquet.ParquetFile(path).to_pandas())


def read_fastparquet_tree(path):
    """It makes columns dir0 ... of the folders' names."""
    table = read_fastparquet(path)
    return table.select([n for n in table.schema.names if not re.fullmatch("dir[0-9]+", n)])


def write_fastparquet(path, out):
    import fastparquet
    fastparquet.write(out, fastparquet.ParquetFile(path).to_pandas())


def spark():
    os.environ["LC_ALL"] = "C.UTF-8"  # Java finds no names beyond ASCII in another locale.
    from pyspark.sql import SparkSession
    return (SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
            .config("spark.ui.showConsoleProgress", "false").config("spark.sql.session.timeZone", "UTC").config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.driver.host", "127.0.0.1").config("spark.log.level", "ERROR").getOrCreate())


def read_spark(path):
    return spark().read.parquet(path).toArrow()


def read_spark_tree(path):
    return spark().read.option("recursiveFileLookup", "true").parquet(path).toArrow()


def write_spark(path, out):
    spark().read.parquet(path).coalesce(1).write.parquet(out)


def read_hyparquet(path):
    run = subprocess.run(["node", os.path.join(HERE, "hyparquet.mjs"), path], capture_output=True, check=False,
                         env={**os.environ, "NODE_OPTIONS": "--max-old-space-size=2048"})
    if run.returncode != 0:
        raise RuntimeError(run.stderr.decode()[-300:])
    return json.loads(run.stdout)


def has_hyparquet():
    try:
        return subprocess.run(["node", os.path.join(HERE, "hyparquet.mjs")], capture_output=True,
                              check=False).stdout.decode().strip()
    except OSError:
        return ""


def parquet_go(*arguments):
    return subprocess.run([os.environ["FLOW_PARQUET_GO"], *arguments], capture_output=True, check=False)


def read_parquet_go(path):
    run = parquet_go(path)
    if run.returncode != 0:
        raise RuntimeError(run.stderr.decode()[-300:])
    return json.loads(run.stdout)


def has_parquet_go():
    return parquet_go().stdout.decode().strip() if os.environ.get("FLOW_PARQUET_GO") else ""


ENGINES = [
    ("pyarrow", "pyarrow", read_pyarrow, read_pyarrow, write_pyarrow),
    ("pandas", "pandas", read_pandas, read_pandas, write_pandas),
    ("polars", "polars", read_polars, read_polars_tree, write_polars),
    ("DuckDB", "duckdb", read_duckdb, read_duckdb_tree, write_duckdb),
    ("ClickHouse", "chdb", read_clickhouse, read_clickhouse_tree, write_clickhouse),
    ("DataFusion", "datafusion", read_datafusion, read_datafusion_tree, write_datafusion),
    ("fastparquet", "fastparquet", read_fastparquet, read_fastparquet_tree, write_fastparquet),
    ("Spark", "pyspark", read_spark, read_spark_tree, write_spark),
    ("hyparquet", has_hyparquet, read_hyparquet, None, None),
    ("parquet-go", has_parquet_go, read_parquet_go, None, None),
]


def read_polars_both(path):
    import polars
    newest = sorted(glob.glob(f"{path}/**/*.parquet", recursive=True))[-1]
    return polars.scan_parquet(f"{path}/**/*.parquet", schema=polars.read_parquet_schema(newest),
                               cast_options=polars.ScanCastOptions(integer_cast="upcast")).collect().to_arrow()


# What else has to be said to an engine where files of version 1 of the profile are among the others.  None: it
# wants the same types in all files, and `flowcat -w` or --compact makes them so.
READ_BOTH = {"polars": read_polars_both, "datafusion": None, "fastparquet": None}


# --- comparing --------------------------------------------------------------------------

def times_ms(column):
    """Milliseconds since 1970 of a time in any form: with a zone, without, or as a text of hyparquet."""
    if pa.types.is_timestamp(column.type):
        return column.cast(pa.timestamp("ms")).cast(pa.int64())
    return column.cast(pa.timestamp("ms", tz="UTC")).cast(pa.int64())


def as_wanted(column, kind):
    """A column as our type has it; floats (pandas has them where an integer is missing) stay floats."""
    if isinstance(column, list):
        column = pa.array(column if kind in ("ADDR", "MAC", "TEXT", "TIME") else
                          [v if v is None else int(v) for v in column],
                          pa.string() if kind in ("ADDR", "MAC", "TEXT", "TIME") else TYPES[kind])
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    if kind == "TIME":
        return times_ms(column)
    if pa.types.is_floating(column.type):
        return column.cast(pa.float64())
    if pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type):
        column = column.cast(pa.string())
    return column.cast(TYPES[kind])


def differences(got, want):
    names = got.schema.names if isinstance(got, pa.Table) else list(got)
    if sorted(names) != sorted(want.schema.names):
        return f"columns are {sorted(set(names) ^ set(want.schema.names))} more or less"
    bad = []
    for name in want.schema.names:
        try:
            a = as_wanted(got.column(name) if isinstance(got, pa.Table) else got[name], KIND[name])
            b = want.column(name).combine_chunks()
            b = times_ms(b) if KIND[name] == "TIME" else b.cast(a.type, safe=False)
            if len(a) != len(b):
                bad.append(f"{name}: {len(a)} rows, not {len(b)}")
            elif not a.equals(b):
                i = next((i for i, (x, y) in enumerate(zip(a.to_pylist(), b.to_pylist())) if x != y), -1)
                bad.append(f"{name}: row {i}: {a[i]}, not {b[i]}")
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError, ValueError) as error:
            bad.append(f"{name}: {str(error)[:100]}")
    return "\n".join(bad)


def flowcat(*arguments):
    return subprocess.run([FLOWCAT, *arguments], capture_output=True, text=True)


def what_differs(read, path, want):
    try:
        return differences(read(path), want)
    except Exception as error:  # whatever an engine throws: it did not read
        return f"{type(error).__name__}: {str(error)[:400]}"


def is_read(name, what, read, path, want, other=None):
    """`other` is another writer's file of the same rows and codec: what an engine cannot read of that, either, is not ours."""
    why = what_differs(read, path, want)
    if why and other is not None and what_differs(read, other, want):
        return skip(f"{name} reads {what}: nor does it read pyarrow's")
    check(not why, f"{name} reads {what}", why)


def is_written(name, write, path, folder, want):
    """What the engine writes by default comes back through flowcat with the values it had."""
    out, ours = os.path.join(folder, "out.parquet"), os.path.join(folder, "ours.parquet")
    try:
        write(path, out)
    except Exception as error:
        # Snappy's library for Java takes a machine that has musl, too, for one that has nothing else.
        if "UnsatisfiedLinkError" in str(error) or "NoClassDefFoundError" in str(error):
            return skip(f"{name} cannot load its own codec here")
        return check(False, f"{name} writes our file again", f"{type(error).__name__}: {str(error)[:400]}")
    if os.path.isdir(out):
        out = sorted(glob.glob(out + "/*.parquet"))[0]
    run, good = flowcat("-r", out, "-w", ours), flowcat("--verify", out)
    why = run.stderr + good.stderr
    if run.returncode == 0 and not why:
        why = differences(pq.read_table(ours), want)
    check(run.returncode == 0 and good.returncode == 0 and not why, f"we read what {name} writes by default", why)


def version(needs):
    if callable(needs):
        return needs()
    return importlib.metadata.version(needs) if importlib.util.find_spec(needs) else ""


def codecs():
    """Those that this build writes."""
    return ["lz4", "gzip", "none"] + (["zstd"] if "zstd" in flowcat("--version").stdout else [])


def below_2_53(table):
    """The same with numbers that a float of 64 bits holds."""
    names = table.schema.names
    return pa.Table.from_arrays(
        [pa.array([v if v is None else v >> 11 for v in table.column(n).to_pylist()], TYPES[KIND[n]])
         if KIND[n] in ("U64", "I64") else table.column(n) for n in names], schema=SCHEMA)


def make_moved(table, folder, ours):
    """Row groups of two files, which flowcat copies as they stand: one of 2^17 rows is not merged with others."""
    source, large, moved = (os.path.join(folder, n + ".parquet") for n in ("large.pa", "large", "moved"))
    rows = pa.concat_tables([table.slice(i * 64, 64) for i in range(4)] * 512)
    pq.write_table(rows, source)
    flowcat("-r", source, "-w", large)
    run = flowcat("-r", large, "-r", ours["gzip"], "-w", moved)
    codec = [pq.ParquetFile(moved).metadata.row_group(i).column(0).compression for i in range(2)]
    check(run.returncode == 0 and not run.stderr and "GZIP" in codec, "row groups keep their codecs", str(codec) + run.stderr)
    return moved, pa.concat_tables([rows, table] if codec[1] == "GZIP" else [table, rows])


def make_rollup(tree, folder):
    """Sums of a tree's files, as pyarrow reads them."""
    run = subprocess.run([os.path.join(os.environ["FLOW_BUILDDIR"], "flowstat"), "--rollup", "1d", "-w",
                          os.path.join(folder, "rollups"), "-r", tree], capture_output=True, text=True, check=False)
    path = os.path.join(folder, "rollups/1d/src_network/rollup.202601010000.parquet")
    rows = pq.read_table(path)
    check(run.returncode == 0 and not run.stderr and rows.num_rows > 1000, "flowstat --rollup", run.stderr)
    return path, rows


def make_tree(table, folder, name, old):
    """The table's rows in files as a collector names them; those whose number is in `old` are of version 1."""
    rows = table.num_rows // 4
    for i in range(4):
        at = os.path.join(folder, f"{name}/2026/01/0{i // 2 + 1}/0{i}")
        os.makedirs(at)
        ours = os.path.join(at, f"flowcap.2026010{i // 2 + 1}0{i}00.parquet")
        part, source = table.slice(i * rows, rows), os.path.join(folder, "part.parquet")
        if i in old:
            pq.write_table(pa.Table.from_arrays([part.column(n).cast(OLD_TYPES[KIND[n]]) for n in part.schema.names],
                                                names=part.schema.names), ours, compression="gzip")
        else:
            pq.write_table(part, source, compression="none")
            flowcat("-r", source, "-w", ours)
    return os.path.join(folder, name)


def main():
    with tempfile.TemporaryDirectory() as folder:
        table = make_table(20000, 11, nulls=0.3)
        plain = below_2_53(table.slice(0, 5000))
        source = os.path.join(folder, "source.parquet")
        pq.write_table(table, source, compression="none")
        ours, theirs = {}, {}
        for codec in codecs():
            theirs[codec] = os.path.join(folder, codec + ".pa.parquet")
            pq.write_table(table, theirs[codec], compression=codec)
            ours[codec] = os.path.join(folder, codec + ".parquet")
            run = flowcat("-r", source, "-w", ours[codec], "-z", codec)
            check(run.returncode == 0 and not run.stderr, f"flowcat -w -z {codec}", run.stderr)
        pq.write_table(plain, source, compression="none")
        small = os.path.join(folder, "plain.parquet")
        flowcat("-r", source, "-w", small)
        moved, both_tables = make_moved(table, folder, ours)
        theirs["moved"] = os.path.join(folder, "moved.pa.parquet")
        pq.write_table(both_tables, theirs["moved"], compression="lz4")
        tree, both = make_tree(plain, folder, "tree", ()), make_tree(plain, folder, "both", (0, 2))
        rollup, sums = make_rollup(tree, folder)
        chosen = os.environ.get("FLOW_ENGINES", "").split(",")
        for name, needs, read, read_tree, write in ENGINES:
            if chosen != [""] and name not in chosen:
                continue
            told = version(needs)
            if not told or (QUICK and name == "Spark"):
                skip(f"{name} is not here" if not told else f"{name}, in a quick run")
                continue
            name = f"{name} {told}"
            for codec, path in ours.items():
                is_read(name, f"all columns of a file of {codec}", read, path, table, theirs[codec])
            is_read(name, "a file of row groups copied from others", read, moved, both_tables, theirs["moved"])
            is_read(name, "a rollup", read, rollup, sums)
            if read_tree is not None:
                # Files come in any order.
                order = [("first", "ascending"), ("bytes", "ascending"), ("last", "ascending")]
                is_read(name, "a tree of files", lambda path: in_order(read_tree(path), order), tree,
                        plain.sort_by(order))
                read_both = READ_BOTH.get(needs, read_tree)
                if read_both is None:
                    skip(f"{name} reads a tree of one version only")
                else:
                    is_read(name, "a tree of both versions", lambda path: in_order(read_both(path), order), both,
                            plain.sort_by(order))
            if write is not None:
                os.makedirs(os.path.join(folder, needs))
                is_written(name, write, small, os.path.join(folder, needs), plain)


def in_order(got, order):
    got = pa.Table.from_arrays([as_wanted(got.column(n), KIND[n]) for n in got.schema.names],
                               names=got.schema.names)
    return got.sort_by(order)


if __name__ == "__main__":
    main()
    raise SystemExit(done())
