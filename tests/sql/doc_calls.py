# SPDX-License-Identifier: BSD-2-Clause
"""Every Python block of doc/sql.md against flowstat, the views, the tutorial and the hooks.  usage: BINFOLDER SOURCE WORK"""
import csv
import io
import os
import re
import subprocess
import sys

folder, source, work = sys.argv[1:4]
archive = work + '/archive'
number = failed = 0


def report(name, problem='', skip=''):
    global number, failed
    number += 1
    failed += bool(problem)
    print('%sok %d - %s%s' % ('not ' if problem else '', number, name, ' # SKIP ' + skip if skip else ''))
    if problem:
        print('# ' + str(problem).replace('\n', '\n# '))


def flowstat(*words):
    out = subprocess.run([folder + '/flowstat', '-r', archive, '-o', 'csv', '--utc', *words], check=True,
                         capture_output=True, text=True).stdout
    return list(csv.DictReader(io.StringIO(out)))


def run_blocks(text):
    want = [(r['src_addr'], int(r['bytes'])) for r in flowstat('-A', 'src_addr', '-O', 'bytes', '-n', '3')]
    for block in re.findall(r'```python\n(.*?)```', text, re.S):
        name = re.search(r'(?:import|from) (\w+)', block).group(1)
        if name == 'glob':
            name = 'fastparquet'
        space = {}
        try:
            exec(block.replace('/var/flows', archive), space)
        except ImportError as e:
            report('doc/sql.md: ' + name, skip=str(e))
            continue
        except Exception as e:			# every engine has its own
            report('doc/sql.md: ' + name, '%s: %s' % (type(e).__name__, str(e)[:500]))
            continue
        report('doc/sql.md: ' + name, '' if space['answer'] == want else '%s, flowstat %s' % (space['answer'], want))


def views():
    try:
        import duckdb
    except ImportError as e:
        return report('views.sql', skip=str(e))
    db = duckdb.connect()
    db.execute("SET TimeZone = 'UTC'")
    db.execute("SET VARIABLE archive = '%s/**/*.parquet'" % archive)
    with open(source + '/scripts/duckdb/views.sql') as file:
        db.execute(file.read())

    def same(name, sql, want):
        got = [tuple(map(str, row)) for row in db.execute(sql).fetchall()]
        want = [tuple(row) for row in want]
        report('views.sql: ' + name, '' if got == want and got else '%s, want %s' % (got[:3], want[:3]))

    rows = flowstat('-A', 'exporter,in_if,src_as', '-O', 'bytes', '-n', '5')
    same('as_by_interface', "SELECT exporter, interface, asn, bytes FROM as_by_interface WHERE way = 'in' "
         "ORDER BY bytes DESC LIMIT 5", [(r['exporter'], r['in_if'], r['src_as'], r['bytes']) for r in rows])
    rows = flowstat('-A', 'first/5m,src_addr', '-O', 'bytes', '-n', '1')
    same('hosts_5m', "SELECT address, sent_bytes FROM hosts_5m ORDER BY sent_bytes DESC LIMIT 1",
         [(r['src_addr'], r['bytes']) for r in rows])
    rows = flowstat('-A', 'exporter')
    same('exporters', 'SELECT exporter, sum(flows) FROM exporters GROUP BY 1 ORDER BY 1',
         sorted((r['exporter'], r['flows']) for r in rows))
    same('files', 'SELECT sum(flows), sum(bytes) FROM files',
         [(str(sum(int(r['flows']) for r in rows)), str(sum(int(r['bytes']) for r in rows)))])
    rows = flowstat('-A', 'proto')
    same('flows_named', "SELECT sum(bytes) FROM flows_named WHERE protocol = 'UDP'",
         [(r['bytes'],) for r in rows if r['proto'] == '17'])
    text = subprocess.run([folder + '/flowcat', '-E', '-r', archive], check=True, capture_output=True, text=True).stdout
    names = db.execute('SELECT DISTINCT name FROM interfaces').fetchall()
    report('views.sql: interfaces', '' if names and all(n[0] in text for n in names) else str(names[:3]))


def tutorial():
    done = subprocess.run([sys.executable, source + '/scripts/python/tutorial.py', archive], capture_output=True,
                          text=True, check=False)
    if 'No module named' in done.stderr:
        return report('tutorial', skip=done.stderr.splitlines()[-1])
    top = flowstat('-A', 'src_addr', '-O', 'bytes', '-n', '1')[0]
    good = done.returncode == 0 and re.search(r'%s +%s\b' % (re.escape(top['src_addr']), top['bytes']), done.stdout)
    report('tutorial', '' if good else done.stdout + done.stderr)


def hooks():
    target = work + '/store'
    os.makedirs(target + '/2026')
    with open(work + '/file', 'w') as file:
        file.write('bytes')
    environment = dict(os.environ, COPY='cp', TRIES='1')
    hook = source + '/scripts/hooks/copy-to-store'
    done = subprocess.run([hook, target, work, 'file'], env=environment, check=False, capture_output=True, text=True)
    with open(target + '/file') as file:
        report('copy-to-store copies', done.stderr if done.returncode or file.read() != 'bytes' else '')
    done = subprocess.run([hook, target, work, 'missing'], env=environment, check=False, capture_output=True, text=True)
    report('copy-to-store reports what fails',
           '' if done.returncode == 1 and 'missing was not copied' in done.stderr else done.stderr)
    try:
        import pyiceberg.catalog.sql	# noqa: F401
    except ImportError as e:
        return report('iceberg-register', skip=str(e))
    os.makedirs(work + '/warehouse')
    catalog = {'uri': 'sqlite:///%s/warehouse/catalog.db' % work, 'type': 'sql',
               'warehouse': 'file://%s/warehouse' % work}
    environment = dict(os.environ, **{'PYICEBERG_CATALOG__TEST__' + k.upper(): v for k, v in catalog.items()})
    files = sorted(os.path.join(at, f) for at, _, names in os.walk(archive) for f in names if f.endswith('.parquet'))[:2]
    for path in files + files:
        done = subprocess.run([sys.executable, source + '/scripts/hooks/iceberg-register', 'test', 'flows.archive', path],
                              env=environment, check=False, capture_output=True, text=True)
        if done.returncode:
            return report('iceberg-register', done.stderr)
    from pyiceberg.catalog import load_catalog
    got = load_catalog('test', **catalog).load_table('flows.archive').scan().to_arrow().num_rows
    want = sum(int(r['rows']) for r in csv.DictReader(io.StringIO(subprocess.run(
        [folder + '/flowstat', '-o', 'csv', '-A', 'exporter', '--measures', 'rows', *files], check=True,
        capture_output=True, text=True).stdout)))
    report('iceberg-register: each file once', '' if got == want else '%s rows, want %s' % (got, want))


subprocess.run([folder + '/flowgen', '-n', '20000', '--duration', '30m', '--exporters', '3', '--seed', '5', '-w', archive],
               check=True)
os.environ['TZ'] = 'UTC'
with open(source + '/doc/sql.md') as page:
    run_blocks(page.read())
views()
tutorial()
hooks()
print('1..%d' % number)
sys.exit(failed > 0)
