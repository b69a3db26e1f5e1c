#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Who sends or gets most: flowstat -s KEY/ORDER on Spark.

    spark-submit top_talkers.py /var/flows --by bytes -n 10
    spark-submit top_talkers.py /var/flows --key dst_addr --from 2026-11-01 --to 2026-12-01
"""
from pyspark.sql import functions as F

import archive


def talkers(rows, key, by, limit):
    sums = rows.groupBy(key).agg(
        F.sum('flows').alias('flows'),
        F.sum(F.col('packets') + F.coalesce('rev_packets', F.lit(0))).alias('packets'),
        F.sum(F.col('bytes') + F.coalesce('rev_bytes', F.lit(0))).alias('bytes'))
    return sums.orderBy(F.desc(by), F.asc_nulls_first(key)).limit(limit)


def main():
    parser = archive.arguments(__doc__)
    parser.add_argument('--key', default='src_addr', help='column to group by (src_addr)')
    parser.add_argument('--by', default='bytes', choices=['flows', 'packets', 'bytes'])
    parser.add_argument('-n', type=int, default=10)
    options = parser.parse_args()
    spark = archive.session('top talkers')
    rows = archive.window(archive.read(spark, options.archive), archive.instant_ms(options.begin),
                          archive.instant_ms(options.end))
    archive.show(talkers(rows, options.key, options.by, options.n), 0)


if __name__ == '__main__':
    main()
