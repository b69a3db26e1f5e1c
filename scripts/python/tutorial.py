#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""From an archive to a plot, step by step: tutorial.py ARCHIVE [PLOT.png]

It wants duckdb and pandas, and matplotlib for the plot. Copy it, and change the question.
"""
import sys

import duckdb

if len(sys.argv) < 2:
    sys.exit(__doc__)
archive = sys.argv[1].rstrip('/') + '/**/*.parquet'

# 1. An archive is a table. Nothing is loaded yet: only footers are read.
db = duckdb.connect()
db.execute("SET TimeZone = 'UTC'")
db.execute("CREATE VIEW flows AS SELECT * FROM read_parquet('%s', union_by_name = true)" % archive.replace("'", "''"))
flows, octets, begin, end = db.execute(
    'SELECT sum(flows), sum(bytes), min("first"), max("last") FROM flows').fetchone()
print('%d flows, %.1f MB, from %s to %s' % (flows, octets / 1e6, begin, end))

# 2. A question in SQL. Only the columns that it names are read.
print(db.execute("""
    SELECT src_addr, sum(bytes) AS bytes, sum(packets) AS packets, count(DISTINCT dst_addr) AS destinations
    FROM flows GROUP BY src_addr ORDER BY bytes DESC, src_addr LIMIT 5""").df().to_string(index=False))

# 3. The same as a data frame: bytes of the five busiest ports in each minute.
series = db.execute("""
    WITH ports AS (SELECT dst_port FROM flows GROUP BY dst_port ORDER BY sum(bytes) DESC LIMIT 5)
    SELECT time_bucket(INTERVAL '1 minute', "first") AS minute, dst_port, sum(bytes) * 8 / 60 AS bps
    FROM flows SEMI JOIN ports USING (dst_port) GROUP BY ALL ORDER BY ALL""").df()
table = series.pivot(index='minute', columns='dst_port', values='bps').fillna(0)
print(table.tail(5).to_string(float_format='%.0f'))

# 4. A plot of it.
if len(sys.argv) > 2:
    import matplotlib
    matplotlib.use('Agg')
    axes = table.plot.area(figsize=(10, 4), linewidth=0)
    axes.set_ylabel('bit/s')
    axes.figure.savefig(sys.argv[2], dpi=120, bbox_inches='tight')
    print('plotted: ' + sys.argv[2])
