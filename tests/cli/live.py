# SPDX-License-Identifier: BSD-2-Clause
"""--live: the flows of open slots, each once, against what was sent and what the finished slots then have.  Every flow
has a number of its own, which is its bytes."""
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from exports import v5_record

work, build, what = sys.argv[1:]
flowcap, flowcat, flowstat = (os.path.join(build, p) for p in ('flowcap', 'flowcat', 'flowstat'))
number = 0
failed = False
IN_DATAGRAM = 30


def check(what, good, got=''):
    global number, failed
    number += 1
    failed |= not good
    print(f'{"" if good else "not "}ok {number} - {what}', flush=True)
    if not good:
        print(f'# got {str(got)[:800]!r}', flush=True)


def skip(what, why):
    global number
    number += 1
    print(f'ok {number} - {what} # SKIP {why}', flush=True)


class Collector:
    def __init__(self, name, *options):
        self.log = os.path.join(work, name)
        with open(self.log, 'wb') as log:
            self.process = subprocess.Popen([flowcap, '-p', '0', '-b', '127.0.0.1', '-B', '16777216', *options], stderr=log)
        self.port = None
        end = time.monotonic() + 20
        while self.port is None and time.monotonic() < end and self.process.poll() is None:
            m = re.search(r'listening on port (\d+)', self.text())
            self.port = int(m[1]) if m else None
            time.sleep(0.02)
        if self.port is None:
            raise RuntimeError(self.text())

    def text(self):
        with open(self.log) as log:
            return log.read()

    def end(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        return self.process.wait(60)


class Exporter:
    """NetFlow v5 from an address of loopback; flows are numbered from `first` on."""

    def __init__(self, port, address='127.0.0.1', first=1):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((address, 0))
        self.to = ('127.0.0.1', port)
        self.next = first
        self.sequence = 0

    def send(self, datagrams):
        for _ in range(datagrams):
            now = time.time()
            records = b''.join(v5_record('192.0.2.%d' % (n % 4), '198.51.100.1', 1, n, 1000, 2000, (n % 65536, 443))
                               for n in range(self.next, self.next + IN_DATAGRAM))
            header = struct.pack('>HHIIIIBBH', 5, IN_DATAGRAM, 3000, int(now), int(now % 1 * 1e9), self.sequence, 0, 0, 0)
            self.socket.sendto(header + records, self.to)
            self.next += IN_DATAGRAM
            self.sequence += IN_DATAGRAM


def run(*arguments):
    p = subprocess.run(arguments, capture_output=True, timeout=120, stdin=subprocess.DEVNULL)
    return p.returncode, p.stdout.decode(), p.stderr.decode()


def numbers(*arguments):
    """Of the flows that flowcat prints, sorted; its status and messages."""
    status, out, err = run(flowcat, '-q', '-o', 'csv:bytes', *arguments)
    return sorted(int(line) for line in out.split()), status, err


def await_numbers(count, *arguments):
    """Asks until so many flows are there, for at most 20 seconds."""
    end = time.monotonic() + 20
    while True:
        got = numbers(*arguments)
        if len(got[0]) >= count or time.monotonic() > end:
            return got
        time.sleep(0.05)


def folder(name):
    path = os.path.join(work, name)
    os.mkdir(path)
    return path


def sockets(path):
    return [os.path.join(path, n) for n in os.listdir(path) if n.endswith('.live')]


def test_questions():
    """One open slot of an hour, which does not end by itself."""
    a = folder('one')
    c = Collector('log', '-w', a, '-t', '3600')
    got = numbers('--live', '-r', a)
    check('nothing received, nothing live, and no word about it', got == ([], 0, ''), got)
    e = Exporter(c.port)
    e.send(100)
    sent = list(range(1, 3001))
    got = await_numbers(3000, '--live', '-r', a)
    check('flows of the open slot, each once', got == (sent, 0, ''), got)
    got = numbers('-r', a)
    check('without --live there are none, and it is named', got[:2] == ([], 0) and '--live' in got[2], got)
    got = numbers('--live', '-r', a, 'src port < 101')
    check('with a filter', got == (list(range(1, 101)), 0, ''), got)
    status, out, err = run(flowstat, '--live', '-r', a, '-A', 'src_addr', '-O', 'bytes', '-o', 'csv', '--measures',
                           'flows,bytes')
    want = {'192.0.2.%d' % k: (750, sum(n for n in sent if n % 4 == k)) for k in range(4)}
    got = {f[0]: (int(f[1]), int(f[2])) for f in (line.split(',') for line in out.split()[1:])}
    check('groups, their flows and bytes', status == 0 and got == want, (got, err))
    got = numbers('--live', '-r', a, '-t', '2001/01/01-2001/01/02'), numbers('--live', '-r', a, '-t', '-1h')
    check('with windows of time', (got[0][0], got[1][0]) == ([], sent), got)
    status, out, err = run(flowcat, '--live', '-r', a, '--explain')
    check('the plan tells of it', status == 0 and 'open slots: 1 of 1 collectors' in out and 'rows: 3000,' in out, out)
    copy = os.path.join(work, 'copy.parquet')
    status, out, err = run(flowcat, '--live', '-r', a, '-w', copy)
    check('written as Parquet', status == 0 and numbers('-r', copy)[0] == sent, err)
    check('and what is written is right to the last page', run(flowcat, '--verify', '-r', copy)[0] == 0)
    status, out, err = run(flowcat, '--live', '-r', a, '-O', 'bytes', '-c', '3', '-q', '-o', 'csv:bytes')
    check('the greatest of them', out.split() == ['3000', '2999', '2998'], (out, err))
    day = os.path.join(a, time.strftime('%Y', time.gmtime()))
    check('below a directory of the archive', numbers('--live', '-r', day)[0] == sent)
    check('from a directory above', numbers('--live', '-r', os.path.join(a, '..', 'one'))[0] == sent)
    os.makedirs(os.path.join(a, '1999', '01'))
    check('not for another directory of it', numbers('--live', '-r', os.path.join(a, '1999'))[0] == [])
    first = 'flowcap.' + time.strftime('%Y%m%d%H%M', time.gmtime(time.time() - 7200))
    check('in a range of files', numbers('--live', '-R', os.path.join(a, first))[0] == sent)
    check('not in one that ended before',
          numbers('--live', '-R', os.path.join(a, 'flowcap.200001010000') + ':flowcap.200101010000')[0] == [])
    for what in ('-I', '-g', '-E', '--verify', '--sql=duckdb', '--compact=3600', '--expire=' + a):
        check(f'{what} is refused', run(flowcat, '--live', '-r', a, what)[0] == 2)
    check('--sql of flowstat too', run(flowstat, '--live', '-r', a, '-s', 'port', '--sql', 'duckdb')[0] == 2)
    check('and standard input', run(flowcat, '--live', '-r', '-')[0] == 2)

    garbage(sockets(a)[0])
    e.send(10)
    sent = list(range(1, 3301))
    got = await_numbers(3300, '--live', '-r', a)
    check('after garbage, hangers-on and readers that left, all of it', got == (sent, 0, ''), got)
    check('the collector ends well', c.end() == 0 and 'flows written 3300' in c.text(), c.text())
    check('the finished file has what was live', numbers('-r', a)[0] == sent)
    status, out, err = run(flowcat, '-r', a, '--explain')
    check('in one row group, whoever looked', 'row groups: 1,' in out, out)
    check('and no socket is left', sockets(a) == [])
    got = numbers('--live', '-r', a)
    check('without a collector finished files, and a word', got[:2] == (sent, 0) and 'only finished files' in got[2], got)


def garbage(path):
    """Whatever may come over the socket."""
    def connect():
        s = socket.socket(socket.AF_UNIX)
        s.connect(path)
        s.settimeout(5)
        return s

    for bytes_ in (b'\0', b'GET /metrics HTTP/1.0\r\n\r\n', os.urandom(65536), b's' * 5000, b'c' * 5000, b'scscx'):
        with connect() as s:
            try:
                s.sendall(bytes_)
                s.shutdown(socket.SHUT_WR)
            except OSError:
                pass
    for _ in range(50):    # who asks, and leaves
        with connect() as s:
            s.sendall(b's')
    held = []
    for _ in range(60):    # who asks, and stays
        s = connect()
        try:
            s.sendall(b's')
        except OSError:
            pass
        held.append(s)
    check('who stays without a word does not keep others out', run(flowcat, '--live', '-r', os.path.dirname(path),
                                                                  '-o', 'null')[0] == 0)
    for s in held:
        s.close()


class Follower:
    """flowcat --follow or flowstat --follow, with what it has printed so far."""

    def __init__(self, *arguments):
        self.path = os.path.join(work, 'followed')
        with open(self.path, 'wb') as out, open(self.path + '.err', 'wb') as err:
            self.process = subprocess.Popen(arguments, stdout=out, stderr=err, stdin=subprocess.DEVNULL)

    def text(self, which=''):
        with open(self.path + which) as f:
            return f.read()

    def await_lines(self, count):
        end = time.monotonic() + 30
        while self.text().count('\n') < count and time.monotonic() < end and self.process.poll() is None:
            time.sleep(0.05)
        return self.text().split('\n')[:-1]

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)


def test_follow():
    """A stream over slots that end, a kill and a start: all rows that the archive then has, each once."""
    a = folder('follow')
    c = Collector('log', '-w', a, '-t', '2')
    e = Exporter(c.port)
    e.send(5)
    await_numbers(150, '--live', '-r', a)
    f = Follower(flowcat, '--follow', '-r', a, '-q', '-o', 'csv:bytes', '-t', '2000/01/01..')
    first = f.await_lines(150)
    check('--follow with a window begins with what is there', first == [str(n) for n in range(1, 151)], first)
    later = subprocess.Popen([flowcat, '--follow', '-r', a, '-q', '-o', 'csv:bytes', '-c', '30', 'bytes > 600'],
                             stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
    for _ in range(25):
        e.send(1)
        time.sleep(0.1)
    f.await_lines(900)
    c.end(signal.SIGKILL)
    c = Collector('log', '-w', a, '-t', '2')
    e.to = ('127.0.0.1', c.port)
    for _ in range(10):
        e.send(1)
        time.sleep(0.1)
    got = [int(n) for n in f.await_lines(1200)]
    check('the collector ends', c.end() == 0, c.text())
    kept = numbers('-r', a)[0]
    time.sleep(2.5)
    got = [int(n) for n in f.text().split()]
    status = f.end()
    check('its rows are those of the archive, each once', sorted(got) == kept and len(set(got)) == len(got) and len(got) > 900,
          (len(got), len(kept), f.text('.err')))
    check('in the order in which they came', got == sorted(got), got[:20])
    check('a signal ends it well', status == 0, (status, f.text('.err')))
    out, _ = later.communicate(timeout=60)
    check('without a window, only what comes, filtered, up to -c',
          later.returncode == 0 and [int(n) for n in out.split()] == list(range(601, 631)), out[:200])
    p = subprocess.Popen([flowcat, '--follow', '-r', a, '-q'], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
    p.stdout.close()
    check('it ends with who reads', p.wait(30) == 0)
    for what in ('-w' + os.path.join(work, 'x'), '-Obytes', '-ojson', '-I', '-t-300'):
        check(f'--follow and {what} are refused', run(flowcat, '--follow', '-r', a, what)[0] == 2)


def test_follow_tables():
    a = folder('tables')
    c = Collector('log', '-w', a, '-t', '3600')
    e = Exporter(c.port)
    e.send(1)
    await_numbers(30, '--live', '-r', a)
    f = Follower(flowstat, '--follow', '1', '-r', a, '-A', 'dst_port', '-o', 'csv', '--measures', 'flows,bytes')
    first = f.await_lines(2)
    check('flowstat --follow prints a table', first[:2] == ['dst_port,flows,bytes', '443,30,465'], first)
    e.send(1)
    end = time.monotonic() + 20
    while '443,60,1830' not in f.text() and time.monotonic() < end:
        time.sleep(0.1)
    check('and again, with what came', '\n443,60,1830\n' in f.text() and f.text().count('dst_port,') >= 2, f.text())
    check('not to a terminal: no sequences', '\033' not in f.text())
    check('it ends', f.end() == 0 and f.text('.err') == '', f.text('.err'))
    import pty
    main, side = pty.openpty()
    p = subprocess.Popen([flowstat, '--follow', '1', '-r', a, '-s', 'port', '-n', '3'], stdout=side, stdin=subprocess.DEVNULL)
    os.close(side)
    text, end = b'', time.monotonic() + 20
    while text.count(b'\033[H\033[J') < 2 and time.monotonic() < end:
        text += os.read(main, 65536)
    check('on a terminal in the same place', text.startswith(b'\033[H\033[Jas of ') and text.count(b'\033[H\033[J') == 2, text)
    p.send_signal(signal.SIGINT)
    check('until it is interrupted', p.wait(30) == 0)
    os.close(main)
    check('-o html and --follow are refused', run(flowstat, '--follow', '1', '-r', a, '-s', 'port', '-o', 'html')[0] == 2)
    check('the collector ends', c.end() == 0)


def test_ending():
    """While a collector ends: its slot is live, or a file, and never neither."""
    for n in range(4):
        a = folder('ending%d' % n)
        c = Collector('log', '-w', a, '-t', '3600')
        Exporter(c.port).send(20)
        sent = list(range(1, 601))
        await_numbers(600, '--live', '-r', a)
        c.process.send_signal(signal.SIGTERM)
        looks = []
        while c.process.poll() is None:
            looks.append(numbers('--live', '-r', a))
        looks.append(numbers('--live', '-r', a))
        wrong = [x for x in looks if x[0] != sent or x[1] != 0]
        check(f'while a collector ends, {n + 1}', not wrong, [(len(x[0]), x[1:]) for x in wrong])


def test_rotation():
    """Slots of two seconds while flows come: every look has all flows up to some number, each once."""
    a = folder('rotation')
    c = Collector('log', '-w', a, '-t', '2')
    e = Exporter(c.port)
    going = True

    def send():
        begin = time.monotonic()
        while going:
            e.send(20)
            time.sleep(max(0, begin + e.sequence / 30000 - time.monotonic()))

    sender = threading.Thread(target=send)
    sender.start()
    looks = []
    end = time.monotonic() + 5
    try:
        while time.monotonic() < end:
            before = e.next
            got, status, err = numbers('--live', '-r', a)
            looks.append((before, got, status, err))
    finally:
        going = False
        sender.join()
    status = c.end()
    kept = numbers('-r', a)[0]
    check('many looks, over slots that end', len(looks) > 5 and status == 0 and len(set(kept)) == len(kept),
          (len(looks), c.text()))
    wrong = [(len(got), status, err) for _, got, status, err in looks
             if status != 0 or err not in ('', ) or got != kept[:len(got)]]
    check('each has the flows up to some number, each once', not wrong, wrong[:3])
    check('and never fewer than the one before', all(len(x[1]) <= len(y[1]) for x, y in zip(looks, looks[1:])))


def test_large():
    """More than a row group: its beginning is in a file, its end in memory."""
    a = folder('large')
    c = Collector('log', '-w', a, '-t', '3600')
    e = Exporter(c.port)
    for _ in range(95):
        e.send(100)
        time.sleep(0.005)
    sent = list(range(1, 95 * 3000 + 1))
    got = await_numbers(len(sent), '--live', '-r', a)
    lost = 'kernel drops' in c.text()
    check('a row group in a file, and the next', got == (sent, 0, ''), (len(got[0]), got[1:]))
    status, out, err = run(flowstat, '--live', '-r', a, '-A', 'dst_port', '-o', 'csv', '--measures', 'flows,bytes')
    check('their sums', out.split()[1:] == ['443,%d,%d' % (len(sent), sum(sent))], (out, err, lost))
    status, out, err = run(flowcat, '--live', '-r', a, '--explain')
    check('are one file of two row groups', 'files: 1,' in out and 'row groups: 2,' in out, out)
    copy = os.path.join(work, 'large.parquet')
    status, out, err = run(flowcat, '--live', '-r', a, '-w', copy)
    check('copied too', status == 0 and numbers('-r', copy)[0] == got[0], err)
    got = numbers('--live', '-r', a, 'src port 77')
    check('a look for few of them', got == ([n for n in sent if n % 65536 == 77], 0, ''), got)
    check('nothing was lost', c.end() == 0 and numbers('-r', a)[0] == sent, c.text())


def test_trees():
    """A directory for each exporter, and sources with directories of their own."""
    a, b, own = folder('many'), folder('beside'), folder('own')
    try:
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM).bind(('127.0.0.2', 0))
    except OSError:
        skip('a directory for each exporter', 'no second address of loopback')
        return
    c = Collector('log', '-M', a, '-n', 'own,127.0.0.3,' + own, '-t', '3600')
    one, two, three = Exporter(c.port), Exporter(c.port, '127.0.0.2', 1001), Exporter(c.port, '127.0.0.3', 5001)
    for e in one, two, three:
        e.send(2)
    first, second, third = list(range(1, 61)), list(range(1001, 1061)), list(range(5001, 5061))
    got = await_numbers(120, '--live', '-r', a)
    check('-M: slots of all exporters', got == (first + second, 0, ''), got)
    names = sorted(n for n in os.listdir(a) if not n.startswith('.'))
    check('of one of them', numbers('--live', '-r', os.path.join(a, names[0])) == (first, 0, ''), names)
    check('of the other', numbers('--live', '-r', os.path.join(a, names[1])) == (second, 0, ''), names)
    check('of both by -M', numbers('--live', '-M', os.path.join(a, ':'.join(names))) == (first + second, 0, ''), names)
    got = await_numbers(60, '--live', '-r', own)
    check('-n: of the source', got == (third, 0, ''), got)
    check('of all, from above', numbers('--live', '-r', work, 'bytes < 6000 and src as 0')[1] == 0)
    other = Collector('log2', '-w', b, '-t', '3600')
    last = Exporter(other.port, first=9001)
    last.send(1)
    got = await_numbers(210, '--live', '-r', a, '-r', b, '-r', own)
    check('of two collectors', got == (first + second + third + list(range(9001, 9031)), 0, ''), got)
    same = Collector('log3', '-w', b, '-t', '3600')
    Exporter(same.port, first=9101).send(1)
    got = await_numbers(60, '--live', '-r', b)
    check('of two collectors of one directory', got == (list(range(9001, 9031)) + list(range(9101, 9131)), 0, ''), got)
    check('all of them end', (c.end(), other.end(), same.end()) == (0, 0, 0))
    check('and filed the same', numbers('-r', a)[0] == first + second and numbers('-r', own)[0] == third)


def test_killed():
    a = folder('killed')
    c = Collector('log', '-w', a, '-t', '3600')
    e = Exporter(c.port)
    e.send(10)
    check('before a kill', len(await_numbers(300, '--live', '-r', a)[0]) == 300)
    c.end(signal.SIGKILL)
    got = numbers('--live', '-r', a)
    check('a socket of the dead is told, and is no failure', got[:2] == ([], 0) and 'started there again' in got[2], got)
    c = Collector('log', '-w', a, '-t', '3600')
    e.to = ('127.0.0.1', c.port)
    e.send(10)
    got = await_numbers(600, '--live', '-r', a)
    check('started again, what was and what comes, each once', got[:2] == (list(range(1, 601)), 0), got)
    check('it ends', c.end() == 0)
    check('with the same in files', numbers('-r', a)[0] == list(range(1, 601)))


def test_impostor():
    """Somebody else's socket, which says what he likes."""
    a = folder('impostor')
    header = struct.pack('<8sIIQQQII', b'flowlive', 2, 0, 48, 1, 0, 0, 0)

    def lie(claimed, body=b''):
        return struct.pack('<8sIIQQQII', b'flowlive', 2, 1, claimed, 1, 0, 0, 0) + body

    def text(s):
        return struct.pack('<H', len(s)) + s

    outside = text(b'../x.parquet') + struct.pack('<QQ', 0, 0)
    begun = text(b'x.parquet') + struct.pack('<QQ', 4, 0)
    junk = text(b'x.parquet') + struct.pack('<QQ', 0, 100) + os.urandom(100)
    answers = {'nothing': b'', 'a text': b'HTTP/1.0 200 OK\r\n' + b' ' * 40, 'another version': header[:8] + b'\3' + header[9:],
               'too many slots': lie(48), 'a size beyond reason': lie(1 << 60), 'less than it said': lie(1000, b'x' * 10),
               'a path that leads outside': lie(48 + len(outside), outside), 'no Parquet': lie(48 + len(junk), junk),
               'a beginning without a file': lie(48 + len(begun), begun)}
    pipe = os.pipe()
    other = os.open(os.path.join(work, 'log'), os.O_RDONLY | os.O_CREAT)
    files = {'a pipe for a file': (answers['a beginning without a file'], pipe[:1]),
             'a file that is shorter': (answers['a beginning without a file'], [os.memfd_create('short')]),
             'files that nobody asked for': (answers['no Parquet'], [other, other])}
    answers = {**{name: (answer, []) for name, answer in answers.items()}, **files}
    for name, (answer, with_files) in answers.items():
        path = os.path.join(a, '.flowcap.0123.live')
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(path)
        listener.listen(200)
        listener.settimeout(0.2)
        ended = threading.Event()

        def serve():
            while not ended.is_set():
                try:
                    s, _ = listener.accept()
                except OSError:
                    continue
                with s:
                    s.settimeout(5)
                    try:
                        s.recv(1)
                        socket.send_fds(s, [answer], with_files) if with_files else s.sendall(answer)
                    except OSError:
                        pass

        server = threading.Thread(target=serve)
        server.start()
        got = numbers('--live', '-r', a)
        ended.set()
        server.join()
        listener.close()
        os.unlink(path)
        check(f'a false answer: {name}', got[0] == [] and got[1] == 1 and got[2] != '', got)
    open(os.path.join(a, '.flowcap.0123.live'), 'w').close()
    check('a file of that name is nothing', numbers('--live', '-r', a)[:2] == ([], 0))


GROUPS = {
    'live': (test_questions, test_rotation, test_large, test_trees, test_killed),
    'follow': (test_follow, test_follow_tables, test_ending, test_impostor),
}
for test in GROUPS[what]:
    test()
print(f'1..{number}')
sys.exit(failed)
