# SPDX-License-Identifier: BSD-2-Clause
"""flowcat --import: each file of a tree once, however often it is killed and begun again.

Files are made by old_files.py; what the archive has is counted by what was put into them.
"""
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import old_files as o

SOURCE, BUILD = os.environ.get('FLOW_SRCDIR', '.'), os.environ.get('FLOW_BUILDDIR', '.')
FLOWCAT, FLOWSTAT = os.path.join(BUILD, 'flowcat'), os.path.join(BUILD, 'flowstat')
ENV = dict(os.environ, TZ='UTC', LC_ALL='C')
T0 = 1700000100000
FILES, FLOWS = 60, 400
number = 0


def same(name, got, want):
    global number
    number += 1
    print('ok' if got == want else 'not ok', number, '-', name, flush=True)
    if got != want:
        print('# got  %.500r\n# want %.500r' % (got, want))


def flow(n, received):
    """A flow whose bytes are its number, so that one that is there twice or not at all is seen."""
    return o.flow_2([o.generic(received - 900, received - 100, received, 1, n, n % 60000, 443, 6),
                     o.element(2, o.numbers('192.0.2.1') + o.numbers('198.51.100.7'))])


def write(path, first, slot_ms, count=FLOWS, cut=0):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    records = [flow(first + i, slot_ms + i * 700) for i in range(count)]
    data = o.nfdump_2([records[i:i + 100] for i in range(0, count, 100)], random.choice([o.PLAIN, o.LZ4]))
    with open(path, 'wb') as f:
        f.write(data[:len(data) - cut] if cut else data)


def tree(root):
    for i in range(FILES):
        slot = T0 + i * 300000
        name = time.strftime('%Y/%m/%d/nfcapd.%Y%m%d%H%M', time.gmtime(slot // 1000))
        write(os.path.join(root, name), 1 + i * FLOWS, slot)


def run(*words):
    p = subprocess.run(words, capture_output=True, text=True, env=ENV, check=False)
    return p.returncode, p.stdout, p.stderr


def there(archive):
    """The numbers of the flows in an archive, sorted."""
    out = run(FLOWCAT, '-q', '-o', 'csv:bytes', '-r', archive)[1]
    return sorted(map(int, out.split()))


def leftovers(archive):
    return sorted(n for n in os.listdir(archive) if n.startswith('.flow-import.'))


def main(work):
    old, archive = work + '/old', work + '/new'
    tree(old)
    os.mkdir(archive)
    everything = list(range(1, FILES * FLOWS + 1))

    # The parent alone is killed: what it began must not go on, and not stay.
    kills = 0
    for i in range(40):
        with subprocess.Popen([FLOWCAT, '--import', '-w', archive, '-r', old, '-j', '2'], env=ENV, stderr=subprocess.PIPE,
                              text=True) as p:
            time.sleep(random.uniform(0.005, 0.12))
            p.send_signal(signal.SIGKILL if i % 2 == 0 else signal.SIGTERM)
            err = p.communicate()[1]
        if p.returncode == 0:
            break
        kills += 1
        done = there(archive)
        if len(set(done)) != len(done):
            same('killed: nothing twice', done, sorted(set(done)))
        if p.returncode == 1 and ('goes on with the rest' not in err or leftovers(archive)):
            same('ended by SIGTERM: it says so, and nothing waits', (err, leftovers(archive)), None)
    print('# killed %d times' % kills)
    status, _, err = run(FLOWCAT, '--import', '-w', archive, '-r', old)
    same('the last one ends well', status, 0)
    same('nothing twice, nothing lost', there(archive), everything)
    same('nothing waits', leftovers(archive), [])
    same('the ledger balances', '%d flows filed' % len(everything) in err, True)

    # What was done is not done again; what came since is.
    status, _, err = run(FLOWCAT, '--import', '-w', archive, '-r', old)
    same('again: nothing to do', (status, '%d were imported before' % FILES in err), (0, True))
    write(old + '/2023/11/15/nfcapd.202311151200', len(everything) + 1, T0 + 10 ** 8)
    status, _, err = run(FLOWCAT, '--import', '-w', archive, '-r', old)
    same('a new file is taken', (status, 'imported 1 files of nfdump' in err), (0, True))
    everything += range(len(everything) + 1, len(everything) + FLOWS + 1)
    same('it and the others are there', there(archive), everything)
    os.utime(old + '/2023/11/15/nfcapd.202311151200', (1, 1))
    status, _, err = run(FLOWCAT, '--import', '-w', archive, '-r', old)
    same('one that changed is left alone, and told of', (status, 'is another file now' in err), (1, True))
    same('nothing was filed', there(archive), everything)

    # A damaged file: what can be read is there once.
    write(old + '/2023/11/15/nfcapd.202311151300', 10 ** 6, T0 + 2 * 10 ** 8, cut=2500)
    status, _, err = run(FLOWCAT, '--import', '-w', archive, '-r', old + '/2023/11/15/nfcapd.202311151300')
    some = [n for n in there(archive) if n >= 10 ** 6]
    same('a damaged file: what can be read', (status, 'nfcapd.202311151300' in err, some == list(range(10 ** 6, 10 ** 6 + len(some))),
                                              0 < len(some) < FLOWS), (1, True, True, True))
    status, _, err = run(FLOWCAT, '--import', '-w', archive, '-r', old + '/2023/11/15/nfcapd.202311151300')
    same('a damaged file: told again', (status, 'nfcapd.202311151300: was imported before as far as it could be read' in err,
                                        '1 were imported before (damaged: 1)' in err), (1, True, True))
    same('a damaged file: once', [n for n in there(archive) if n >= 10 ** 6], some)

    left_out(work)
    crashes(work, old)
    refusals(work, old, archive)


def left_out(work):
    """What is not read because of its name is told and counted; what a collector still writes is no failure."""
    old, archive = work + '/names', work + '/names-new'
    os.mkdir(archive)
    write(old + '/nfcapd.202311150000', 1, T0)
    write(old + '/nfcapd.current.4711', 1001, T0)
    write(old + '/tmp-v05.2023-11-15.000000+0000', 2001, T0)
    write(old + '/b.flows', 3001, T0)
    write(old + '/a.flows', 4001, T0)
    status, _, err = run(FLOWCAT, '--import', '-w', archive, '-r', old)
    same('unfinished files are told', (status, 'nfcapd.current.4711: its collector still' in err,
                                       'tmp-v05.2023-11-15.000000+0000: its collector still' in err), (0, True, True))
    same('other names are told', 'a.flows: left out for its name, which neither nfcapd nor flow-capture gives (such files: 2)' in err,
         True)
    same('they are counted', ('imported 1 files of nfdump' in err, '4 are left out' in err), (True, True))
    same('the finished one is filed', there(archive), list(range(1, FLOWS + 1)))
    status, _, err = run(FLOWCAT, '--import', '-w', archive, '-r', old, '-r', old + '/b.flows', '-r', old + '/a.fl*')
    same('those that are named are read', (status, 'imported 2 files of nfdump' in err, 'left out for its name' in err,
                                           '2 are left out' in err), (0, True, False, True))
    # Its name begins as a finished one's: no file of flows at all, each time.
    with open(old + '/nfcapd.202311150005', 'wb') as f:
        f.write(b'nothing\n' * 10)
    for when in 'at first', 'again':
        status, _, err = run(FLOWCAT, '--import', '-w', archive, '-r', old)
        same('a file that is none, ' + when, (status, 'nfcapd.202311150005: ' in err), (1, True))


def crashes(work, old):
    """What a crash leaves between two steps is put right."""
    archive = work + '/crash'
    os.mkdir(archive)
    run(FLOWCAT, '--import', '-w', archive, '-r', old)
    want = there(archive)
    # Moved, but not yet taken away where it waited; a batch that is not done; half a block.
    os.mkdir(archive + '/.flow-import.1')
    some = sorted(os.path.join(d, f) for d, _, fs in os.walk(archive) for f in fs if f.endswith('.parquet'))[:3]
    for path in some:
        waits = archive + '/.flow-import.1' + path[len(archive):]
        os.makedirs(os.path.dirname(waits), exist_ok=True)
        os.link(path, waits)
    # And one that was not moved yet.
    os.unlink(some[0])
    os.makedirs(archive + '/.flow-import.9999/2023')
    shutil.copy(some[1], archive + '/.flow-import.9999/2023/flowcap.202311140000.parquet')
    with open(archive + '/.flow-import', 'a', encoding='utf-8') as f:
        f.write('file 1 1 /nowhere\ncounts 5 0 0 0 5\ndon')
    run(FLOWCAT, '--import', '-w', archive, '-r', old)
    same('after a crash: nothing twice, nothing lost', there(archive), want)
    same('after a crash: nothing waits', leftovers(archive), [])
    with open(archive + '/.flow-import', encoding='utf-8') as f:
        same('after a crash: half a block is gone', '/nowhere' in f.read(), False)


def refusals(work, old, archive):
    import fcntl
    with open(archive + '/.flow-import', 'rb') as f:
        fcntl.flock(f, fcntl.LOCK_EX)
        status, _, err = run(FLOWCAT, '--import', '-w', archive, '-r', old)
        same('two at once', (status, 'another import' in err), (1, True))
    with open(archive + '/.flow-import', 'w', encoding='utf-8') as f:
        f.write('something else\ndone 1\n')
    status, _, err = run(FLOWCAT, '--import', '-w', archive, '-r', old)
    same('a ledger that is none', (status, 'not a ledger of imports' in err), (1, True))
    for words, why in ((['-r', old], '-w DIRECTORY'), (['-w', archive, '-r', old, 'proto tcp'], 'whole files'),
                       (['-w', archive, '-r', old, '-t', '1h'], 'whole files'), (['-w', archive, '-r', old, '-c', '5'], 'whole files')):
        status, _, err = run(FLOWCAT, '--import', *words)
        same('refused: ' + ' '.join(w for w in words if not w.startswith('/')), (status, why in err), (2, True))
    status, _, err = run(FLOWCAT, '--import', '-w', work + '/none', '-r', old)
    same('no directory', (status, 'none' in err), (1, True))


random.seed(7)
with tempfile.TemporaryDirectory(prefix='import-test.') as folder:
    main(folder)
print('1..%d' % number)
sys.exit(0)
