# SPDX-License-Identifier: BSD-2-Clause
"""flowcap --check before a collector runs, while one does, and after it was killed: against exporters whose faults are
made by hand."""
import os
import pwd
import re
import signal
import socket
import subprocess
import sys
import time

import exports

work, build = sys.argv[1:]
flowcap = os.path.join(build, 'flowcap')
number = 0
failed = False


def check(what, good, got=''):
    global number, failed
    number += 1
    failed |= not good
    print(f'{"" if good else "not "}ok {number} - {what}')
    if not good:
        print(f'# got {str(got)[:1500]!r}')


# What the machine may lack whatever the collector does: the test runs on any.
MACHINE = re.compile(r'the clock of this machine is not synchronised|rmem_max|receive buffer has|disk is full in|'
                     r'less than 5 % of its disk|its disk is full|disk is full, or nearly|inodes|files may be open|'
                     r'sends what looks like exports to port|to UDP ports at which nobody listens|rp_filter')


class Said:
    def __init__(self, *options):
        r = subprocess.run([flowcap, *options, '--check'], capture_output=True, text=True, timeout=60, check=False)
        self.status, self.text = r.returncode, r.stdout + r.stderr
        lines = self.text.splitlines()
        self.first = lines[0] if lines else ''
        self.all = lines[1:]
        self.own = [line for line in self.all if not MACHINE.search(line)]

    def has(self, level, *words):
        return any(line.startswith(level + ': ') and all(w in line for w in words) for line in self.all)

    def fits(self):
        """The status is that of the gravest line, and the first line says so."""
        levels = {line.split(':')[0] for line in self.all}
        worst = 2 if 'CRITICAL' in levels else 1 if 'WARNING' in levels else 0
        problems = sum(not line.startswith('NOTE: ') for line in self.all)
        return self.status == worst and levels <= {'NOTE', 'WARNING', 'CRITICAL'} and \
            self.first.startswith('FLOWCAP ' + ('OK', 'WARNING', 'CRITICAL')[worst] + ': ') and \
            self.first.endswith(f' {problems} problems')

    def __repr__(self):
        return f'{self.status} {self.text}'


def free_port():
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind(('127.0.0.1', 0))
    port = s.getsockname()[1]
    s.close()
    return port


def before():
    tree = os.path.join(work, 'before')
    os.mkdir(tree)
    port = str(free_port())
    s = Said('-w', tree, '-b', '127.0.0.1', '-p', port)
    check('before it runs', s.fits() and not s.own and 'no collector runs there' in s.first, s)
    s = Said('-w', os.path.join(work, 'none'), '-b', '127.0.0.1', '-p', port)
    check('no directory', s.fits() and s.status == 2 and s.has('CRITICAL', 'none', 'mkdir'), s)
    s = Said('-w', tree, '-p', port, '-u', 'no-such-user')
    check('no user', s.status == 2 and s.has('CRITICAL', "no user 'no-such-user'"), s)
    taken = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    taken.bind(('127.0.0.1', 0))
    s = Said('-w', tree, '-b', '127.0.0.1', '-p', str(taken.getsockname()[1]))
    check('a port that somebody has', s.fits() and s.has('CRITICAL', 'in use', 'ss -lunp'), s)
    taken.close()
    os.chmod(tree, 0o555)
    user = pwd.getpwuid(os.geteuid()).pw_name if os.geteuid() != 0 else 'nobody'
    s = Said('-w', tree, '-b', '127.0.0.1', '-p', port, '-u', user)
    check('a directory that its user may not write', s.fits() and s.has('CRITICAL', 'may not write', 'chown'), s)
    os.chmod(tree, 0o777)
    if os.geteuid() == 0:
        left = os.path.join(tree, '.templates')
        with open(left, 'w', encoding='utf-8'):
            os.chmod(left, 0o600)
        os.chmod(work, 0o755)
        s = Said('-w', tree, '-b', '127.0.0.1', '-p', port, '-u', 'nobody')
        check('what another user left', s.has('CRITICAL', '1 files of an earlier collector', 'chown -R nobody'), s)
        os.unlink(left)
        os.mkdir(tree + '.state', 0o700)
        s = Said('-w', tree, '-b', '127.0.0.1', '-p', port, '-u', 'nobody')
        check('the state of another user', s.has('CRITICAL', tree + '.state: nobody may not write there'), s)
        os.rmdir(tree + '.state')
    s = Said('-w', tree, '-b', '127.0.0.1', '-p', port)
    check('everybody may write there', s.has('WARNING', 'everybody may write'), s)
    with open(os.path.join(work, 'conf'), 'w', encoding='utf-8') as f:
        f.write(f'directory = {tree}\nport = {port}\ncheck\n')
    s = Said('-C', os.path.join(work, 'conf'))
    check('no setting', s.status == 2 and 'check' in s.text and 'FLOWCAP' not in s.text, s)


class Collector:
    def __init__(self, name, *options):
        self.tree = os.path.join(work, name)
        os.makedirs(self.tree, exist_ok=True)
        self.log = os.path.join(work, name + '.log')
        with open(self.log, 'w', encoding='utf-8') as err:
            self.process = subprocess.Popen([flowcap, '-w', self.tree, '-b', '127.0.0.1', '-p', '0', *options], stderr=err)
        for _ in range(400):
            with open(self.log, encoding='utf-8') as f:
                found = re.search(r'listening on port (\d+)', f.read())
            if found:
                break
            time.sleep(0.05)
        self.port = int(found[1])

    def check(self):
        return Said('-w', self.tree)

    def until(self, good):
        """Checks until that is so: what was sent may be on its way."""
        for _ in range(40):
            s = self.check()
            if good(s):
                break
            time.sleep(0.2)
        return s

    def end(self, number_of_signal=signal.SIGTERM):
        self.process.send_signal(number_of_signal)
        return self.process.wait(60)


def record(i):
    return exports.v5_record('10.0.0.1', f'10.0.1.{i % 250}', 1, 100, 1000, 2000, (1000 + i, 80))


def v5(i, sequence, sampling=0):
    return exports.v5(record(i), time=int(time.time()), sequence=sequence, sampling=sampling)


def running():
    c = Collector('running', '-t', '300')
    out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    out.connect(('127.0.0.1', c.port))
    for i in range(20):
        out.send(v5(i, i, 0x4000 | 100))
    s = c.until(lambda s: s.first.find(' 20 flows in 20 datagrams of 1 exporters') > 0)
    check('all is well', s.fits() and not s.own and ' 20 flows in 20 datagrams of 1 exporters' in s.first, s)
    for i in range(20):
        out.send(v5(i, 20 + 7 + i, 0x4000 | 100))        # the seven flows before them are missing
    s = c.until(lambda s: s.has('WARNING', 'missing by sequence number', '127.0.0.1 7 of 47:'))
    check('loss', s.fits() and s.has('WARNING', 'missing by sequence number', '127.0.0.1 7 of 47:'), s)
    for _ in range(3):
        out.send(b'\0\x63nothing at all')
    s = c.until(lambda s: s.has('NOTE', '3 datagrams were of no known version'))
    check('something else', s.has('NOTE', '3 datagrams were of no known version'), s)
    stray = free_port()
    r = subprocess.Popen([flowcap, '-w', c.tree, '--check'], stdout=subprocess.PIPE, text=True)
    for i in range(200):
        other = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        other.sendto(v5(i, i), ('127.0.0.1', stray))
        other.close()
        if r.poll() is not None:
            break
        time.sleep(0.05)
    text = r.communicate()[0]
    # Without the right to see packets there is only the number of them.
    check('exports to another port', f'looks like exports to port {stray}: flowcap is to listen at {c.port}' in text or
          ('UDP ports at which nobody listens' in text and f'another port than {c.port}' in text), text)
    s = Said('-M', work)
    check('another directory is not its', 'no collector runs there' in s.first, s)
    check('it was killed', c.end(signal.SIGKILL) == -signal.SIGKILL)
    s = c.check()
    check('who was killed is not asked', 'no collector runs there' in s.first, s)


def faults():
    c = Collector('faults', '-t', '2')
    out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    out.connect(('127.0.0.1', c.port))
    for i in range(12):
        out.send(v5(i, i))
    s = c.until(lambda s: s.has('NOTE', 'no sampling rate'))
    check('no rate', s.has('NOTE', 'no sampling rate is announced: 127.0.0.1:'), s)
    check('which is no problem', s.fits() and all(line.startswith('NOTE') for line in s.own), s)
    out.send(exports.v5(record(1), time=int(time.time()) - 7200, sequence=12))
    s = c.until(lambda s: s.has('WARNING', 'clocks are off'))
    check('a clock', any(re.search(r'clocks are off: 127\.0\.0\.1 by -(7199|7200|7201) s', line) for line in s.all), s)
    time.sleep(6.5)
    s = c.check()
    check('silent for three slots', s.fits() and s.has('WARNING', 'silent for more than 3 slots: 127.0.0.1 for '), s)
    check('it ends', c.end() == 0)
    s = c.check()
    check('after it', 'no collector runs there' in s.first, s)


before()
running()
faults()
print(f'1..{number}')
sys.exit(failed)
