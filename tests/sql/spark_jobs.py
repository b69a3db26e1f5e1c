# SPDX-License-Identifier: BSD-2-Clause
"""The jobs of scripts/spark against flowstat over the same archive.  usage: BINFOLDER SCRIPTS WORK.  Speaks TAP."""
import csv
import io
import os
import subprocess
import sys

folder, scripts, work = sys.argv[1:4]
sys.path.insert(0, scripts)
import archive			# noqa: E402
import as_by_interface		# noqa: E402
import compact_month		# noqa: E402
import percentile95		# noqa: E402
import top_talkers		# noqa: E402

number = failed = 0


def report(name, got, want):
    global number, failed
    number += 1
    bad = got != want
    failed += bad
    print('%sok %d - %s' % ('not ' if bad else '', number, name))
    if bad:
        for g, w in zip(got, want):
            if g != w:
                print('# Spark %s, flowstat %s' % (g, w))
                break
        else:
            print('# Spark has %d rows, flowstat %d' % (len(got), len(want)))


def flowstat(*words):
    out = subprocess.run([folder + '/flowstat', '-r', work + '/archive', '-o', 'csv', '--utc', *words], check=True,
                         capture_output=True, text=True).stdout
    return list(csv.DictReader(io.StringIO(out)))


def texts(rows, names):
    return [['' if row[n] in (None, '') else str(row[n]) for n in names] for row in rows]


def rates(rows, names):
    return [[('%.1f' % float(row[n])) if n.endswith('bps') else str(row[n]) for n in names] for row in rows]


subprocess.run([folder + '/flowgen', '-n', '20000', '--duration', '3h', '--exporters', '3', '--seed', '5', '-w',
                work + '/archive'], check=True)
os.environ['TZ'] = 'UTC'
spark = archive.SparkSession.builder.master('local[2]').config('spark.ui.enabled', 'false') \
    .config('spark.sql.session.timeZone', 'UTC').config('spark.sql.shuffle.partitions', '2').getOrCreate()
rows = archive.read(spark, [work + '/archive'])

got = [r.asDict() for r in top_talkers.talkers(rows, 'src_addr', 'bytes', 50).collect()]
names = ['src_addr', 'flows', 'packets', 'bytes']
report('top talkers', [r['bytes'] for r in got], [int(r['bytes']) for r in flowstat('-s', 'srcip/bytes', '-n', '50')])
report('their names', sorted(texts(got, names))[:40],
       sorted(texts(flowstat('-s', 'srcip/bytes', '-n', '50'), names))[:40])

got = [r.asDict() for r in as_by_interface.table(rows, 'in', 30).collect()]
names = ['exporter', 'in_if', 'src_as', 'flows', 'packets', 'bytes']
want = flowstat('-A', 'exporter,in_if,src_as', '-O', 'bytes', '-n', '30', '--measures', 'flows,packets,bytes')
report('AS by interface', texts(got, names), texts(want, names))

begin, end = '2026-01-01T00:00:00Z', '2026-01-01T02:00:00Z'
got = [r.asDict() for r in percentile95.bills(rows, archive.instant_ms(begin), archive.instant_ms(end)).collect()]
names = ['exporter', 'if', 'in_bytes', 'in_p95_bps', 'out_bytes', 'out_p95_bps', 'billed_bps']
want = flowstat('--billing', 'if', '-n', '0', '-t', '2026/01/01.00:00:00-2026/01/01.02:00:00')
report('95th percentile', sorted(rates(got, names)), sorted(rates(want, names)))

compact_month.compact(rows, work + '/compacted', 2, 'gzip')
again = archive.read(spark, [work + '/compacted'])
report('compacted rows', again.count(), rows.count())
out = subprocess.run([folder + '/flowstat', '-r', work + '/compacted', '-o', 'csv', '-s', 'proto/bytes'], check=True,
                     capture_output=True, text=True).stdout
report('compacted files read here', out, subprocess.run(
    [folder + '/flowstat', '-r', work + '/archive', '-o', 'csv', '-s', 'proto/bytes'], check=True,
    capture_output=True, text=True).stdout)
print('1..%d' % number)
sys.exit(failed > 0)
