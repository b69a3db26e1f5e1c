# SPDX-License-Identifier: BSD-2-Clause
"""Every question of doc/cookbook.md: what its command prints against the page, and its values against those of its SQL.

usage: cookbook.py BINFOLDER PAGE WORK [--update]

WORK is a folder for the archive of the page.  --update writes what the commands print into the page if
all questions agree with their SQL.
"""
import csv
import datetime
import io
import json
import os
import re
import subprocess
import sys

folder, page, work = sys.argv[1:4]
update = sys.argv[4:] == ['--update']
number = failed = 0
environment = dict(os.environ, TZ='UTC', LC_ALL='C', PATH=folder + ':' + os.environ['PATH'])
environment.pop('FLOWRC', None)
entry = re.compile(r'^### (?P<title>[^\n]*)\n(?P<text>.*?)```sh\n(?P<command>.*?)```\n(?:\n```\n(?P<output>.*?)```\n)?'
                   r'(?P<rest>(?:\n```sql\n(?P<sql>.*?)```\n)?)', re.S | re.M)


def report(name, problem='', skip=''):
    global number, failed
    number += 1
    failed += bool(problem)
    print('%sok %d - %s%s' % ('not ' if problem else '', number, name, ' # SKIP ' + skip if skip else ''))
    if problem:
        print('# ' + str(problem).replace('\n', '\n# '))


def run(command):
    return subprocess.run(['bash', '-c', command], cwd=work, env=environment, check=True, capture_output=True, text=True,
                          timeout=120).stdout


def our_rows(command, output):
    """The rows that a command prints, as dictionaries of texts; a text alone where it makes no table."""
    if '| awk' in command:
        return output.strip()
    if 'ndjson' in command:
        return [{k: str(v) for k, v in json.loads(line).items()} for line in output.splitlines()]
    if '-o csv' not in command:
        output = run(command.strip() + ' -o csv')
    return list(csv.DictReader(io.StringIO(output)))


def text_of(value):
    if value is None:
        return ''
    if isinstance(value, datetime.datetime):
        value = value.astimezone(datetime.timezone.utc)
        return value.strftime('%Y-%m-%dT%H:%M:%S.') + '%03dZ' % (value.microsecond // 1000)
    return str(value)


def equal(ours, theirs):
    """As texts; numbers with a fraction within what the commands print of it."""
    if ours == theirs:
        return True
    try:
        a, b = float(ours), float(theirs)
    except ValueError:
        return False
    return ('.' in ours or '.' in theirs) and abs(a - b) <= max(0.06 if abs(b) > 100 else 0.0006, 1e-6 * abs(b))


def compare(ours, db, sql):
    cursor = db.execute(sql)
    names = [d[0] for d in cursor.description]
    rows = [[text_of(v) for v in row] for row in cursor.fetchall()]
    if isinstance(ours, str):
        return '' if [[ours]] == rows else 'it prints %s, SQL has %s' % (ours, rows)
    if not rows or len(rows) != len(ours):
        return '%d rows, SQL has %d' % (len(ours), len(rows))
    missing = [n for n in names if n not in ours[0]]
    if missing:
        return 'SQL has columns that the command has not: %s' % missing
    for mine, row in zip(ours, rows):
        for name, value in zip(names, row):
            if not equal(mine[name], value):
                return '%s: %s, SQL has %s, in the row %s' % (name, mine[name], value, row)
    return ''


def database():
    try:
        import duckdb
    except ImportError:
        return None
    db = duckdb.connect()
    db.execute("SET TimeZone = 'UTC'")
    db.execute("CREATE VIEW flows AS FROM read_parquet('%s/flows/**/*.parquet', union_by_name = true)" % work)
    return db


with open(page) as file:
    text = file.read()
run(re.search(r'^ {4}(flowgen .*)$', text, re.M).group(1))
db = database()
new = text
for found in entry.finditer(text):
    title, command = found.group('title'), found.group('command')
    try:
        output = run(command)
    except (subprocess.SubprocessError, OSError) as e:
        report(title, '%s\n%s' % (e, getattr(e, 'stderr', '')))
        continue
    if update:
        new = new.replace(found.group(0), '### %s\n%s```sh\n%s```\n\n```\n%s```\n%s' % (
            title, found.group('text'), command, output, found.group('rest')))
    elif output != found.group('output'):
        report(title, 'it prints\n' + output)
        continue
    if not found.group('sql'):
        report(title)
    elif db is None:
        report(title, skip='no duckdb')
    else:
        report(title, compare(our_rows(command, output), db, found.group('sql')))
if update and not failed:
    with open(page, 'w') as file:
        file.write(new)
report('forty questions', '' if len(entry.findall(text)) == 40 else '%d' % len(entry.findall(text)))
print('1..%d' % number)
sys.exit(failed > 0)
