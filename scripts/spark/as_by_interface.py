#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Which AS comes in, or goes out, over which interface of which router: for balancing transit.

    spark-submit as_by_interface.py /var/flows --way in -n 20
"""
from pyspark.sql import functions as F

import archive

WAYS = {'in': ('in_if', 'src_as'), 'out': ('out_if', 'dst_as')}


def table(rows, way, limit):
    interface, number = WAYS[way]
    sums = rows.groupBy('exporter', interface, number).agg(
        F.sum('flows').alias('flows'), F.sum('packets').alias('packets'), F.sum('bytes').alias('bytes'))
    return sums.orderBy(F.desc('bytes'), F.asc_nulls_first('exporter'), F.asc_nulls_first(interface),
                        F.asc_nulls_first(number)).limit(limit)


def main():
    parser = archive.arguments(__doc__)
    parser.add_argument('--way', choices=sorted(WAYS), default='in')
    parser.add_argument('-n', type=int, default=20)
    options = parser.parse_args()
    rows = archive.window(archive.read(archive.session('AS by interface'), options.archive),
                          archive.instant_ms(options.begin), archive.instant_ms(options.end))
    archive.show(table(rows, options.way, options.n), 0)


if __name__ == '__main__':
    main()
