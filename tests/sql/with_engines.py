# SPDX-License-Identifier: BSD-2-Clause
"""Questions made at random, asked of flowstat and flowcat and, in the SQL that --sql prints, of engines.

usage: with_engines.py BINFOLDER WORK [ENGINE...]      (duckdb, spark, clickhouse)
Speaks TAP.  SQL_SEED chooses the questions, SQL_QUESTIONS how many DuckDB gets; the others get a sample.
"""
import datetime
import json
import os
import random
import subprocess
import sys

KEYS = ['src_addr', 'dst_addr', 'src_port', 'dst_port', 'proto', 'tos', 'tcp_flags', 'in_if', 'out_if', 'src_as',
        'dst_as', 'exporter', 'domain', 'next_hop', 'export_version', 'src_mask', 'packets', 'first/1m', 'last/10s',
        'received/5m', 'service', 'src_addr/16', 'dst_addr/24,/48', 'src_addr/9,/36', 'dst_addr/31,/64', 'icmp_type',
        'min_ttl', 'ip_version', 'direction']
STATISTICS = ['srcip', 'dstip', 'ip', 'port', 'srcport', 'dstport', 'as', 'if', 'proto', 'tos', 'mask', 'vlan', 'router',
              'record', 'ip:p', 'port:p', 'as:p', 'nhip', 'inif', 'service']
ORDERS = ['flows', 'packets', 'bytes', 'pps', 'bps', 'bpp', 'duration', 'tstart', 'tend']
MEASURES = ['flows', 'packets', 'bytes', 'rows', 'pps', 'bps', 'bpp', 'first', 'last', 'duration', 'flows_pct', 'bytes_pct',
            'in_bytes', 'rev_bytes', 'sum(bytes)', 'min(bytes)', 'max(packets)', 'avg(bytes)', 'or(tcp_flags)',
            'count(src_as)', 'distinct(src_addr)', 'distinct(dst_port)', 'p95(bytes)', 'median(packets)', 'p99.9(bytes)',
            'min(first)', 'max(received)', 'syn_only', 'syn_pct', 'max(src_port)']
PREDICATES = ['proto tcp', 'proto udp', 'port 443', 'src port > 1023', 'dst port in [53 80 443 8080]', 'bytes > 1000',
              'packets < 3', 'duration > 500', 'bps > 10k', 'pps < 5', 'bpp > 400', 'flags S', 'flags SA', 'tos 0',
              'src net 10.0.0.0/8', 'net 64.0.0.0/3', 'src net 128.0.0.0/7', 'dst net 2000::/3', 'src net 2a00::/11',
              'ipv4', 'ipv6', 'as in [13335 15169]', 'src as > 50000', 'if 1', 'in if 2', 'icmp-type 8', 'src mask 24',
              'next_hop is null', 'sampling is null', 'exporter ip 198.18.0.1', 'not flags F',
              'proto in [1 17 58]', 'first >= 2025-12-31T23:59:30Z', 'src_addr ~ "^[0-9]+[.]1"', 'username is null',
              'packets = 1', 'icmp_type != 8', 'src port != 53', 'dst_as != 0']


class Questions:
    def __init__(self, seed):
        self.r = random.Random(seed)

    def filter(self):
        terms = []
        for _ in range(self.r.choice([0, 1, 1, 2, 3])):
            term = self.r.choice(PREDICATES)
            terms.append('not (%s)' % term if self.r.random() < .25 else term)
        text = ''
        for term in terms:
            text = term if not text else '(%s) %s %s' % (text, self.r.choice(['and', 'or', 'and not', 'or not']), term)
        return [text] if text else []

    def window(self):
        if self.r.random() < .7:
            return []
        return ['-t', self.r.choice(['2025-12-31T23:59:10Z..2025-12-31T23:59:40Z', '2025-12-31T23:59:45.5Z..'])]

    def table(self):
        r = self.r
        limit = ['-n', str(r.choice([0, 1, 5, 10, 100]))]
        if r.random() < .5:
            ask = ['-s', r.choice(STATISTICS) + '/' + r.choice(ORDERS)]
        else:
            ask = ['-A', ','.join(r.sample(KEYS, r.randrange(1, 4)))]
            ask += ['--measures', ','.join(r.sample(MEASURES, r.randrange(1, 6)))] if r.random() < .8 else []
            ask += ['-O', r.choice(['flows', 'bytes', 'packets', '-packets', 'pps'])] if r.random() < .6 else []
        if r.random() < .2:
            ask += ['--min', r.choice(['bytes=1k', 'flows=2', 'packets=10'])]
        return ['flowstat', '-o', 'ndjson', '--utc'] + ask + limit + self.window() + self.filter()

    def rows(self):
        """Rows have no order of their own, so they are compared as sets: no limit without all of them."""
        columns = self.r.sample(['src_addr', 'dst_addr', 'src_port', 'dst_port', 'proto', 'bytes', 'packets', 'first',
                                 'tcp_flags', 'next_hop', 'src_as', 'icmp_type', 'sampling'], self.r.randrange(1, 6))
        return ['flowcat', '-o', 'ndjson:' + ','.join(columns), '--utc'] + self.window() + self.filter()

    def next(self):
        return self.table() if self.r.random() < .8 else self.rows()


def iso(value):
    value = value.astimezone(datetime.timezone.utc) if value.tzinfo else value
    return value.strftime('%Y-%m-%dT%H:%M:%S') + '.%03dZ' % (value.microsecond // 1000)


def plain(value):
    if isinstance(value, datetime.datetime):
        return iso(value)
    if isinstance(value, (int, str)) or value is None:
        return value
    return float(value)


def same(name, got, want):
    if isinstance(got, float) or isinstance(want, float):
        digits = .0501 if name.endswith(('pps', 'bps')) else .000501
        return got is not None and want is not None and abs(got - want) <= max(digits, abs(want) * 1e-12)
    return got == want


def differences(got, want, ordered):
    if len(got) != len(want):
        return 'SQL has %d rows, the program %d' % (len(got), len(want))
    if not ordered:
        got, want = (sorted(rows, key=lambda r: json.dumps(r, sort_keys=True)) for rows in (got, want))
    for n, (g, w) in enumerate(zip(got, want)):
        for name in sorted(set(g) | set(w)):
            if not same(name, g.get(name), w.get(name)):
                return 'row %d, %s: SQL %r, program %r (%s | %s)' % (n, name, g.get(name), w.get(name), g, w)
    return ''


class DuckDB:
    name = 'duckdb'

    def __init__(self):
        import duckdb
        self.db = duckdb.connect()
        self.db.execute("SET TimeZone = 'UTC'")

    def ask(self, sql):
        answer = self.db.execute(sql)
        names = [d[0] for d in answer.description]
        return [dict(zip(names, map(plain, row))) for row in answer.fetchall()]


class Spark:
    name = 'spark'

    def __init__(self):
        from pyspark.sql import SparkSession
        os.environ['TZ'] = 'UTC'
        self.spark = SparkSession.builder.master('local[2]').config('spark.ui.enabled', 'false') \
            .config('spark.sql.session.timeZone', 'UTC').config('spark.sql.shuffle.partitions', '2') \
            .config('spark.log.level', 'ERROR').getOrCreate()

    def ask(self, sql):
        answer = None
        for statement in sql.split(';\n'):
            if statement.strip():
                answer = self.spark.sql(statement)
        return [{k: plain(v) for k, v in row.asDict().items()} for row in answer.collect()]


class ClickHouse:
    name = 'clickhouse'

    def __init__(self):
        import chdb
        self.chdb = chdb

    def ask(self, sql):
        text = str(self.chdb.query(sql.rstrip().rstrip(';') +
                                   " SETTINGS output_format_json_quote_64bit_integers = 0,"
                                   " date_time_output_format = 'iso', session_timezone = 'UTC'", 'JSONEachRow'))
        return [json.loads(line) for line in text.splitlines()]


ENGINES = {e.name: e for e in (DuckDB, Spark, ClickHouse)}


def question(folder, archive, words, engine):
    program = [folder + '/' + words[0]] + words[1:]
    want = subprocess.run(program + ['-r', archive], capture_output=True, text=True, check=False)
    if want.returncode != 0:
        return 'the program fails: ' + want.stderr
    sql = subprocess.run(program + ['-r', archive, '--sql', engine.name], capture_output=True, text=True, check=False)
    if sql.returncode != 0:
        return sql.stderr if ': no SQL for ' not in sql.stderr else None
    try:
        got = engine.ask(sql.stdout)
    except Exception as e:			# every engine has its own
        return '%s\n%s' % (e, sql.stdout)
    # A key called as a measure is only the latter in an object of JSON.
    got = [{k: v for k, v in row.items() if v is not None and not k.endswith('_key')} for row in got]
    rows = [{k: float(v) if isinstance(v, float) else v for k, v in json.loads(line).items()}
            for line in want.stdout.splitlines()]
    return differences(got, rows, words[0] == 'flowstat')


def main():
    folder, work, names = sys.argv[1], sys.argv[2], sys.argv[3:] or list(ENGINES)
    archive = work + '/archive'
    for seed, version in ((7, '9'), (8, '10')):
        subprocess.run([folder + '/flowgen', '-n', '6000', '--seed', str(seed), '--exporters', '2', '-v', version,
                        '-w', archive + '/' + version], check=True)
    number = failed = 0
    for name in names:
        try:
            engine = ENGINES[name]()
        except Exception as e:
            number += 1
            print('ok %d - %s # SKIP %s' % (number, name, str(e).splitlines()[0] if str(e) else 'not installed'))
            continue
        questions = Questions(int(os.environ.get('SQL_SEED', 1)))
        count = int(os.environ.get('SQL_QUESTIONS', 300))
        refused = 0
        for _ in range(count if name == 'duckdb' else max(count // 6, 1)):
            words = questions.next()
            problem = question(folder, archive, words, engine)
            if problem is None:
                refused += 1
                continue
            number += 1
            print('%sok %d - %s: %s' % ('not ' if problem else '', number, name, ' '.join(words)), flush=True)
            if problem:
                failed += 1
                print('# ' + problem.replace('\n', '\n# '))
        print('# %s: %d questions refused by name' % (name, refused))
    print('1..%d' % number)
    return failed > 0


sys.exit(main())
