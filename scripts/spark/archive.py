# SPDX-License-Identifier: BSD-2-Clause
"""An archive as a Spark table: what the jobs in this folder share."""
import argparse
import datetime

from pyspark.sql import SparkSession, functions as F


def arguments(doc):
    parser = argparse.ArgumentParser(description=doc)
    parser.add_argument('archive', nargs='+', help='directories of an archive, or files')
    parser.add_argument('--from', dest='begin', help='first instant, such as 2026-11-01T00:00:00Z')
    parser.add_argument('--to', dest='end', help='the instant after the last')
    return parser


def instant_ms(text):
    """Milliseconds since 1970 of an ISO 8601 text; without a zone it is UTC."""
    if text is None:
        return None
    at = datetime.datetime.fromisoformat(text.replace('Z', '+00:00'))
    if at.tzinfo is None:
        at = at.replace(tzinfo=datetime.timezone.utc)
    return round(at.timestamp() * 1000)


def session(name):
    return SparkSession.builder.appName(name).config('spark.sql.session.timeZone', 'UTC').getOrCreate()


def read(spark, paths):
    """
    All rows of an archive. Spark looks below a directory only if it is told to, and takes the columns
    of the first file unless it shall join those of all (older files have fewer).
    """
    return (spark.read.option('recursiveFileLookup', 'true').option('mergeSchema', 'true')
            .option('pathGlobFilter', '[!.]*.parquet').parquet(*paths))


def window(rows, begin_ms, end_ms):
    """Rows that begin in [begin, end), as flowcat -t has it; row groups elsewhere are not read."""
    if begin_ms is not None:
        rows = rows.where(F.col('first') >= F.timestamp_millis(F.lit(begin_ms)))
    if end_ms is not None:
        rows = rows.where(F.col('first') < F.timestamp_millis(F.lit(end_ms)))
    return rows


def show(rows, limit):
    """Prints rows as CSV."""
    import csv
    import sys
    out = csv.writer(sys.stdout, lineterminator='\n')
    out.writerow(rows.columns)
    for row in (rows.limit(limit) if limit else rows).collect():
        out.writerow(['' if v is None else v for v in row])
