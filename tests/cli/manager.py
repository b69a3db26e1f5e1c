# SPDX-License-Identifier: BSD-2-Clause
"""flowcap under a service manager: this plays systemd, as sd_notify(3) and sd_listen_fds(3) describe it."""
import array
import os
import signal
import socket
import subprocess
import sys
import time

work, build = sys.argv[1:]
flowcap, flowgen, flowcat = (os.path.join(build, p) for p in ('flowcap', 'flowgen', 'flowcat'))
number = 0
failed = False


def check(what, good, got=''):
    global number, failed
    number += 1
    failed |= not good
    print(f'{"" if good else "not "}ok {number} - {what}')
    if not good:
        print(f'# got {got!r}')


class Manager:
    """Starts one service, keeps what it stores, and notes what it tells."""

    def __init__(self, address):
        self.notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notify.bind('\0' + address[1:] if address.startswith('@') else address)
        self.address = address
        self.told, self.stored, self.process = [], {}, None

    def start(self, arguments, fds=(), env=None, log='log'):
        """fds: pairs of a name and a descriptor, passed from 3 on."""
        extra = dict(os.environ, NOTIFY_SOCKET=self.address, **(env or {}))
        keep = [os.dup(fd) for _, fd in fds]
        keep = [high(fd) for fd in keep]

        def child():
            for i, fd in enumerate(keep):
                os.dup2(fd, 3 + i)
            os.execve('/bin/sh', ['sh', '-c', 'LISTEN_PID=$$ exec "$@"', 'sh', flowcap] + arguments, extra)

        if fds:
            extra['LISTEN_FDS'] = str(len(fds))
            extra['LISTEN_FDNAMES'] = ':'.join(name for name, _ in fds)
        pid = os.fork()
        if pid == 0:
            err = os.open(os.path.join(work, log), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            os.dup2(err, 2)
            child()
        for fd in keep:
            os.close(fd)
        self.process = pid

    def take(self, wanted, seconds=10):
        """Reads what is told until something has that line; whether it came."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.notify.settimeout(max(0.01, end - time.monotonic()))
            try:
                data, control, _, _ = self.notify.recvmsg(4096, socket.CMSG_SPACE(64))
            except TimeoutError:
                return False
            lines = data.decode().split('\n')
            self.told.append(lines)
            name = next((x[7:] for x in lines if x.startswith('FDNAME=')), '')
            for level, kind, payload in control:
                if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                    self.stored[name] = array.array('i', payload)[0]
            if 'FDSTOREREMOVE=1' in lines:
                self.stored.pop(name, None)
            if wanted in lines:
                return True
        return False

    def stop(self, sig=signal.SIGTERM):
        os.kill(self.process, sig)
        return self.wait()

    def wait(self):
        _, status = os.waitpid(self.process, 0)
        self.process = None
        return os.waitstatus_to_exitcode(status)


def high(fd):
    """Moves a descriptor out of the way of those that are passed."""
    import fcntl
    new = fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 40)
    os.close(fd)
    return new


def log(name='log'):
    with open(os.path.join(work, name), encoding='utf-8') as f:
        return f.read()


def send(port, flows, seed):
    subprocess.run([flowgen, '-t', '127.0.0.1', '-p', str(port), '-n', str(flows), '-r', '20000', '--seed', str(seed)],
                   check=True, stdout=subprocess.DEVNULL)


def rows(directory):
    out = subprocess.run([flowcat, '-r', directory, '-q', '-o', 'csv'], check=True, capture_output=True)
    return out.stdout.count(b'\n')


def restarts():
    """Told in order, and nothing is lost while the service is down."""
    tree = os.path.join(work, 'tree')
    os.mkdir(tree)
    m = Manager(os.path.join(work, 'notify'))
    arguments = ['-w', tree, '-b', '127.0.0.1', '-p', '0']
    m.start(arguments, env={'WATCHDOG_USEC': '400000'})
    check('it tells when it is ready', m.take('READY=1'), m.told)
    check('and has its socket kept before', len(m.stored) == 1 and 'FDSTORE=1' in m.told[0], m.told)
    name, fd = next(iter(m.stored.items()))
    port = socket.socket(fileno=os.dup(fd)).getsockname()[1]
    check('it shows that it lives', m.take('WATCHDOG=1', 3) and m.take('WATCHDOG=1', 3), m.told)
    send(port, 4000, 1)
    check('it ends', m.stop() == 0 and m.take('STOPPING=1', 3), m.told)
    send(port, 4000, 2)
    m.start(arguments, [(name, fd)])
    check('it is ready again', m.take('READY=1'), log())
    check('and keeps the socket that it got', not any('FDSTORE=1' in x for x in m.told[-1:]), m.told)
    send(port, 4000, 3)
    time.sleep(1)       # what came in the last milliseconds may be in no journal yet
    m.stop(signal.SIGKILL)
    send(port, 4000, 4)
    m.start(arguments, [(name, fd)])
    m.take('READY=1')
    send(port, 4000, 5)
    m.stop()
    check('no flow is lost while it restarts', rows(tree) == 20000, (rows(tree), log()))
    m.start(['-w', tree, '-b', '127.0.0.2', '-p', '0'], [(name, fd)])
    m.take('READY=1')
    check('a socket that was kept for another address is forgotten', name not in m.stored and len(m.stored) == 1, m.told)
    m.stop()


def activation():
    """Sockets of a socket unit."""
    tree = os.path.join(work, 'units')
    os.mkdir(tree)
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind(('127.0.0.1', 0))
    tcp = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    tcp.bind(('127.0.0.1', 0))
    tcp.listen()
    port = udp.getsockname()[1]
    m = Manager(f'@flowcap-test-{os.getpid()}')
    send(port, 500, 6)
    m.start(['-w', tree], [('flowcap.socket', udp.fileno()), ('flowcap.socket', tcp.fileno())])
    check('an abstract address of the manager', m.take('READY=1'), log())
    check('nothing is stored of what a unit has', not m.stored, m.told)
    check('it listens where the unit says', f'listening on port {port}' in log(), log())
    with socket.create_connection(tcp.getsockname()) as c:
        c.sendall(b'no IPFIX at all, and long enough')
        c.settimeout(10)
        check('TCP is taken at the socket that listens, and closed for what is no IPFIX', c.recv(1) == b'', '')
    m.stop()
    check('what came before it started is there', rows(tree) == 500, rows(tree))
    m.start(['-w', tree, '-p', '9'], [('flowcap.socket', udp.fileno())])
    check('another port than that of the unit', m.wait() == 1 and f"socket is of port {port}" in log(), log())
    pair = socket.socketpair()
    m.start(['-w', tree], [('x', pair[0].fileno())])
    check('a socket that is of no use', m.wait() == 1 and 'no others' in log(), log())
    m.start(['-w', tree], [('a', udp.fileno()), ('b', udp.fileno())])
    check('two of UDP', m.wait() == 1, log())


def levels():
    """The manager's log has levels."""
    path = os.path.join(work, 'levels')
    open(path, 'w').close()
    st = os.stat(path)
    m = Manager(os.path.join(work, 'notify2'))
    m.start(['-w', work, '-b', '127.0.0.1', '-p', '0'], env={'JOURNAL_STREAM': f'{st.st_dev}:{st.st_ino}'}, log='levels')
    m.take('READY=1')
    m.stop()
    lines = log('levels').splitlines()
    check('lines have levels', lines and all(x.startswith('<6>') for x in lines), lines)


restarts()
activation()
levels()
print(f'1..{number}')
sys.exit(failed)
