#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""95th percentile billing by exporter and interface: flowstat --billing if on Spark.

    spark-submit percentile95.py /var/flows --from 2026-11-01 --to 2026-12-01

Bytes of a flow are spread over the bins of 5 minutes that it touches, in proportion to the time, and
every bin of the period counts, empty ones as 0. The period has to be whole bins.
"""
import sys

from pyspark.sql import functions as F

import archive

BIN_MS = 300000


def spread(rows, begin_ms, end_ms):
    """A row for each bin that a flow touches within the period, with its share of the bytes."""
    first, last = F.unix_millis('first'), F.unix_millis('last')
    rows = rows.select('exporter', 'in_if', 'out_if', 'bytes', first.alias('a'),
                       F.greatest(last, first + 1).alias('b'))
    rows = rows.where((F.col('b') > begin_ms) & (F.col('a') < end_ms))
    rows = rows.withColumn('bin', F.explode(F.sequence(
        F.floor((F.greatest('a', F.lit(begin_ms)) - begin_ms) / BIN_MS),
        F.floor((F.least('b', F.lit(end_ms)) - 1 - begin_ms) / BIN_MS))))

    def until(at):
        """Bytes from the flow's beginning to an instant, rounded down: shares add up to the last byte."""
        passed = F.greatest(F.least(at, F.col('b')) - F.col('a'), F.lit(0))
        return F.expr('bytes').cast('decimal(38,0)') * passed.cast('decimal(19,0)'), (F.col('b') - F.col('a'))

    begin = F.lit(begin_ms) + F.col('bin') * BIN_MS
    low, whole = until(F.greatest(begin, F.lit(begin_ms)))
    high, _ = until(F.least(begin + BIN_MS, F.lit(end_ms)))
    rows = rows.withColumn('low', low).withColumn('high', high).withColumn('whole', whole)
    return rows.withColumn('share', F.expr('(high div whole) - (low div whole)'))


def bills(rows, begin_ms, end_ms, percent=95):
    """exporter, if, bytes and percentile in and out, in bit/s; the greater of the two is billed."""
    bins = (end_ms - begin_ms) // BIN_MS
    rank = -(-bins * percent // 100)
    shares = spread(rows, begin_ms, end_ms)
    sides = [shares.select('exporter', F.col(column).alias('if'), 'bin', F.lit(way).alias('way'), 'share')
             for column, way in (('in_if', 'in'), ('out_if', 'out'))]
    by_bin = sides[0].unionAll(sides[1]).groupBy('exporter', 'if', 'way', 'bin').agg(F.sum('share').alias('bytes'))
    by_way = by_bin.groupBy('exporter', 'if').pivot('way', ['in', 'out']).agg(
        F.sum('bytes').alias('bytes'), F.sort_array(F.collect_list('bytes'), False).alias('rates'))
    for way in ('in', 'out'):
        # The place from the top: empty bins are at the bottom, and count as 0.
        place = bins - rank + 1
        value = F.try_element_at(F.col(way + '_rates'), F.lit(int(place)))
        by_way = by_way.withColumn(way + '_p95_bps', F.coalesce(value.cast('double'), F.lit(0.0)) * 8000 / BIN_MS)
        by_way = by_way.withColumn(way + '_bytes', F.coalesce(F.col(way + '_bytes'), F.lit(0)))
    by_way = by_way.withColumn('billed_bps', F.greatest('in_p95_bps', 'out_p95_bps'))
    return by_way.select('exporter', 'if', 'in_bytes', 'in_p95_bps', 'out_bytes', 'out_p95_bps', 'billed_bps') \
        .orderBy(F.desc('billed_bps'), F.asc_nulls_first('exporter'), F.asc_nulls_first('if'))


def main():
    parser = archive.arguments(__doc__)
    parser.add_argument('-n', type=int, default=0, help='most rows; 0: all')
    options = parser.parse_args()
    begin_ms, end_ms = archive.instant_ms(options.begin), archive.instant_ms(options.end)
    if begin_ms is None or end_ms is None or begin_ms % BIN_MS or end_ms % BIN_MS or end_ms <= begin_ms:
        sys.exit('percentile95.py: --from and --to have to be whole bins of 5 minutes')
    rows = archive.read(archive.session('95th percentile'), options.archive)
    archive.show(bills(rows, begin_ms, end_ms), options.n)


if __name__ == '__main__':
    main()
