#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Rewrites a part of an archive as few, sorted, partitioned files, for engines on a cluster.

    spark-submit compact_month.py /var/flows --from 2026-11-01 --to 2026-12-01 --output s3a://flows/2026-11

Files are partitioned by day (`day=2026-11-01`) and sorted within it by source address, which makes
them smaller and lets engines skip most of a file when they look for a host. The archive stays as it is.
These programs read the result too.
"""
from pyspark.sql import functions as F

import archive


def compact(rows, output, files_a_day, codec):
    rows = rows.withColumn('day', F.to_date('received'))
    (rows.repartitionByRange(files_a_day, 'day', 'src_addr').sortWithinPartitions('day', 'src_addr')
     .write.mode('errorifexists').option('compression', codec).partitionBy('day').parquet(output))


def main():
    parser = archive.arguments(__doc__)
    parser.add_argument('--output', required=True, help='directory that does not exist yet')
    parser.add_argument('--files', type=int, default=32, help='files in all, about (32)')
    parser.add_argument('--codec', default='zstd', choices=['zstd', 'lz4_raw', 'gzip', 'snappy', 'none'])
    options = parser.parse_args()
    rows = archive.window(archive.read(archive.session('compact'), options.archive),
                          archive.instant_ms(options.begin), archive.instant_ms(options.end))
    compact(rows, options.output, options.files, options.codec)


if __name__ == '__main__':
    main()
