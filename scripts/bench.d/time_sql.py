# SPDX-License-Identifier: BSD-2-Clause
"""time_sql.py ENGINE RUNS SECONDS THREADS FILES SQL: median seconds and MB of a query over `flows`, those files.

ENGINE is duckdb or clickhouse; without the other arguments, its version is printed.  The query is DuckDB's SQL.  Engines
are in process: what starting one takes is not counted.
"""
import re
import resource
import statistics
import sys
import time

# DuckDB's words, and ClickHouse's.
WORDS = ((r"epoch_ms\(", "toUnixTimestamp64Milli("), (r"bit_or\(", "groupBitOr("),
         (r"quantile_disc\((\w+), ([0-9.]+)\)", r"quantileExact(\2)(\1)"),
         (r"approx_count_distinct\(", "uniq("), (r"(\S+) // (\d+)", r"intDiv(\1, \2)"))


class DuckDB:
    def __init__(self, threads, files):
        import duckdb
        self.db = duckdb.connect()
        self.busy = duckdb.IOException
        self.db.execute("SET threads = " + threads)
        self.db.execute("SET enable_progress_bar = false")
        self.db.execute("CREATE VIEW flows AS SELECT * FROM read_parquet('%s')" % files)

    def ask(self, sql):
        """Whether it was answered: another DuckDB may be writing to /dev/null."""
        try:
            self.db.execute(sql).fetchall()
        except self.busy as error:
            if "lock" not in str(error):
                raise
            return False
        return True


class ClickHouse:
    def __init__(self, threads, files):
        from chdb import session
        self.session = session.Session()
        self.session.query("SET max_threads = " + threads)
        self.session.query("SET output_format_parquet_compression_method = 'lz4', engine_file_truncate_on_insert = 1")
        self.session.query("CREATE VIEW flows AS SELECT * FROM file('%s', Parquet)" % files)

    def ask(self, sql):
        form = "CSV"
        for ours, theirs in WORDS:
            sql = re.sub(ours, theirs, sql)
        copy = re.fullmatch(r"\s*COPY \((.*)\)\s*TO '(.*)' \(FORMAT (\w+).*\)\s*", sql, re.S)
        if copy and copy[2] == "/dev/null":
            sql, form = copy[1], {"csv": "CSV", "json": "JSONEachRow"}[copy[3]]
        elif copy:
            sql = "INSERT INTO FUNCTION file('%s', Parquet) %s" % (copy[2], copy[1])
        self.session.query(sql, form)
        return True


def version(engine):
    if engine == "duckdb":
        import duckdb
        return "DuckDB " + duckdb.__version__
    import chdb
    return "ClickHouse " + str(chdb.query("SELECT version()", "TabSeparated")).strip()


def main():
    if len(sys.argv) == 2:
        print(version(sys.argv[1]))
        return
    engine, runs, budget, threads, files, sql = sys.argv[1:]
    db = {"duckdb": DuckDB, "clickhouse": ClickHouse}[engine](threads, files)
    seconds = []
    while len(seconds) < int(runs) and sum(seconds) <= float(budget):
        start = time.monotonic()
        if db.ask(sql):
            seconds.append(time.monotonic() - start)
        else:
            time.sleep(1)
    print("%.4f %.0f" % (statistics.median(seconds), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))


main()
