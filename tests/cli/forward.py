# SPDX-License-Identifier: BSD-2-Clause
"""flowcap -R to receivers that come back and to multicast groups, -A, -J: against sockets that stand for collectors."""
import ctypes
import fcntl
import os
import re
import signal
import socket
import struct
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
    print(f'{"" if good else "not "}ok {number} - {what}', flush=True)
    if not good:
        print(f'# got {str(got)[:1500]!r}')


def skip(what, why):
    global number
    number += 1
    print(f'ok {number} - {what} # SKIP {why}', flush=True)


class Collector:
    count = 0

    def __init__(self, *options, bind='127.0.0.1'):
        Collector.count += 1
        self.tree = os.path.join(work, f'tree{Collector.count}')
        os.mkdir(self.tree)
        self.log = self.tree + '.log'
        bound = ('-b', bind) if bind else ()
        with open(self.log, 'w', encoding='utf-8') as err:
            self.process = subprocess.Popen([flowcap, '-w', self.tree, '-p', '0', *bound, *options], stderr=err)
        end = time.monotonic() + 20
        self.port = None
        while self.port is None and time.monotonic() < end and self.process.poll() is None:
            found = re.search(r'listening on port (\d+)', self.text())
            self.port = int(found[1]) if found else None
            time.sleep(0.02)

    def text(self):
        with open(self.log, encoding='utf-8') as f:
            return f.read()

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)


def udp(address, port=0, timeout=5):
    s = socket.socket(socket.AF_INET6 if ':' in address else socket.AF_INET, socket.SOCK_DGRAM)
    s.bind((address, port))
    s.settimeout(timeout)
    return s


def take(s, wait=5.0):
    """(datagram, address, port), or None."""
    s.settimeout(wait)
    try:
        data, source = s.recvfrom(65536)
    except socket.timeout:
        return None
    return data, source[0], source[1]


def take_all(s):
    out = []
    while (d := take(s, 0.5)) is not None:
        out.append(d)
    return out


# Two templates, one of them of options (RFC 3954 6.1), and a datagram with a record of the first.
FIELDS = [(8, 4), (12, 4), (1, 4), (2, 4)]
TEMPLATE = exports.template(300, FIELDS)
OPTIONS = struct.pack('>HHH', 301, 4, 4) + struct.pack('>HHHH', 1, 4, 34, 4) + b'\0\0'
# Rates of two samplers, and IPFIX' names of interfaces, of variable length (RFC 7011 3.4.2.2, 7).
RATES = [struct.pack('>II', sampler, rate) for sampler, rate in ((1, 100), (2, 1000))]
NAMES = struct.pack('>HHHHHHH', 302, 2, 1, 10, 4, 82, 65535)
NAMED = struct.pack('>I', 7) + b'\x04eth7' + struct.pack('>I', 8) + b'\xff\x00\x05eth88'
RECORD = socket.inet_aton('10.0.0.1') + socket.inet_aton('10.0.0.2') + struct.pack('>II', 1000, 10)


def now():
    return int(time.time())


def back():
    """A receiver that is not there, and is: what it gets first."""
    closed = udp('127.0.0.1')
    port = closed.getsockname()[1]
    closed.close()
    c = Collector('-R', f'127.0.0.1/{port}')
    v9, ipfix = udp('127.0.0.2'), udp('127.0.0.3')
    to = '127.0.0.1', c.port
    for i in range(3):
        v9.sendto(exports.v9(exports.flow_set(0, TEMPLATE), exports.flow_set(1, OPTIONS),
                             exports.flow_set(301, RATES[0]), exports.flow_set(301, RATES[1]), time=now(), sequence=i, count=4), to)
        ipfix.sendto(exports.ipfix(exports.flow_set(2, TEMPLATE), exports.flow_set(3, NAMES), exports.flow_set(302, NAMED),
                                   time=now(), sequence=2 * i, domain=9), to)
        time.sleep(0.2)
    there = udp('127.0.0.1', port)
    v9.sendto(exports.v9(exports.flow_set(300, RECORD), time=now(), sequence=3), to)
    first = take_all(there)
    check('not before some time has gone by', len(first) == 1, first)
    time.sleep(3)
    data9 = exports.v9(exports.flow_set(300, RECORD), time=now(), uptime=3700000, sequence=70)
    data10 = exports.ipfix(exports.flow_set(300, RECORD), time=now(), sequence=50, domain=9)
    v9.sendto(data9, to)
    ipfix.sendto(data10, to)
    got = [d for d, _, _ in take_all(there)]
    # RFC 3954 5.1: a count of datagrams; RFC 7011 3.1: of data records, to which templates add none.
    padded = OPTIONS + b'\0' * (-len(OPTIONS) % 4)
    want9 = exports.v9(exports.flow_set(0, TEMPLATE), exports.flow_set(1, padded), time=struct.unpack('>I', data9[8:12])[0],
                       uptime=3700000, sequence=69, count=2)
    data_of_9 = exports.v9(exports.flow_set(301, RATES[0]), exports.flow_set(301, RATES[1]),
                           time=struct.unpack('>I', data9[8:12])[0], uptime=3700000, sequence=69, count=2)
    # Two records of option data are to come before the one with sequence number 50.
    want10 = exports.ipfix(exports.flow_set(2, TEMPLATE), exports.flow_set(3, NAMES + b'\0' * (-len(NAMES) % 4)),
                           time=struct.unpack('>I', data10[4:8])[0], sequence=48, domain=9)
    data_of_10 = exports.ipfix(exports.flow_set(302, NAMED + b'\0' * (-len(NAMED) % 4)),
                               time=struct.unpack('>I', data10[4:8])[0], sequence=48, domain=9)
    check('who is back gets v9 templates, option data, then the datagram', got[:3] == [want9, data_of_9, data9], got)
    check('and those of IPFIX', got[3:] == [want10, data_of_10, data10], got)
    v9.sendto(data9, to)
    check('once', [d for d, _, _ in take_all(there)] == [data9])
    # A template that was withdrawn (RFC 7011 8.1) is not sent.
    ipfix.sendto(exports.ipfix(exports.flow_set(2, struct.pack('>HH', 300, 0)), exports.flow_set(3, struct.pack('>HH', 302, 0)),
                               time=now(), sequence=51, domain=9), to)
    take_all(there)
    there.close()
    for _ in range(3):
        v9.sendto(data9, to)
        time.sleep(0.2)
    there = udp('127.0.0.1', port)
    v9.sendto(data9, to)
    time.sleep(3.5)
    ipfix.sendto(data10, to)
    got = [d for d, _, _ in take_all(there)]
    check('nothing of what was withdrawn', got == [data9, data10], got)
    check('the log tells', 'it takes datagrams again' in c.text(), c.text())
    check('it ends', c.end() == 0, c.text())


def capabilities(pid):
    out = set()
    for task in os.listdir(f'/proc/{pid}/task'):
        with open(f'/proc/{pid}/task/{task}/status', encoding='utf-8') as f:
            text = f.read()
        out |= {int(x, 16) for x in re.findall(r'^Cap(?:Inh|Prm|Eff|Amb):\s*([0-9a-f]+)', text, re.M)}
    return out


def keep_source():
    try:
        socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW).close()
        may = True
    except OSError:
        may = False
    if not may:
        c = Collector('-R', '127.0.0.1/9', '-A')
        check('-A without the right to', c.process.wait(20) == 1 and 'CAP_NET_RAW' in c.text(), c.text())
        skip('-A', 'needs root')
        return
    plain = [flowcap, '-w', work, '-p', '0', '-b', '127.0.0.1', '-R', '127.0.0.1/9', '-A']
    r = subprocess.run(['setpriv', '--bounding-set=-net_raw', '--inh-caps=-net_raw', *plain], capture_output=True, text=True,
                       timeout=20, check=False)
    check('-A without the right to', r.returncode == 1 and '-A: ' in r.stderr and 'CAP_NET_RAW' in r.stderr, r)
    receiver = udp('127.0.0.1')
    c = Collector('-R', f'127.0.0.1/{receiver.getsockname()[1]}', '-A')
    senders = [udp(a) for a in ('127.0.0.2', '127.9.8.7')]
    datagrams = [bytes(range(256)) * n + b'odd' for n in (1, 5, 200)]
    for s in senders:
        for d in datagrams:
            s.sendto(d, ('127.0.0.1', c.port))
    got = sorted(take_all(receiver))
    want = sorted((d, *s.getsockname()) for s in senders for d in datagrams)
    check('address and port of who sent it, IPv4', got == want, [(len(d), a, p) for d, a, p in got])
    check('no thread may send so by itself any more', all(caps >> 13 & 1 == 0 for caps in capabilities(c.process.pid)),
          capabilities(c.process.pid))
    check('it ends', c.end() == 0, c.text())
    try:
        receiver = udp('::1')
    except OSError:
        skip('address and port of who sent it, IPv6', 'no IPv6')
        return
    v4 = udp('127.0.0.1')
    c = Collector('-R', f'::1/{receiver.getsockname()[1]}', '-R', f'127.0.0.1/{v4.getsockname()[1]}', '-A', bind='::1')
    sender = udp('::1')
    for d in datagrams:
        sender.sendto(d, ('::1', c.port))
    got, want = sorted(take_all(receiver)), sorted((d, '::1', sender.getsockname()[1]) for d in datagrams)
    check('address and port of who sent it, IPv6', got == want, [(len(d), a, p) for d, a, p in got])
    got = take_all(v4)
    check('a receiver of the other family gets it from here', sorted(d for d, _, _ in got) == sorted(datagrams) and
          'has no IPv6 address' in c.text(), c.text())
    check('it ends', c.end() == 0, c.text())


def small_links():
    """In a network of our own whose loopback takes 1500 bytes: 1 MB of it in parts."""
    libc = ctypes.CDLL(None, use_errno=True)
    if os.geteuid() != 0 or libc.unshare(0x40000000) != 0:        # CLONE_NEWNET
        skip('-A in parts', 'no network of our own')
        return
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    fcntl.ioctl(s, 0x8922, struct.pack('16si12x', b'lo', 1500))        # SIOCSIFMTU
    fcntl.ioctl(s, 0x8914, struct.pack('16sh14x', b'lo', 0x1001))        # SIOCSIFFLAGS: IFF_UP, IFF_MULTICAST
    # A link that has multicast of IPv6, which loopback has not.
    for line in 'link add v0 type veth peer name v1', 'link set v0 addrgenmode none', 'link set v0 up', 'link set v1 up', \
            '-6 address add fe80::1/64 dev v0 nodad':
        try:
            subprocess.run(['ip', *line.split()], check=False, stderr=subprocess.DEVNULL)
        except OSError:
            break
    for address, target in ('127.0.0.2', '127.0.0.1'), ('::1', '::1'):
        try:
            receiver, sender = udp(target), udp(address)
        except OSError:
            skip(f'-A in parts, {address}', 'no IPv6')
            continue
        c = Collector('-R', f'{target}/{receiver.getsockname()[1]}', '-A', bind=target)
        datagrams = [os.urandom(n) for n in (1452, 1453, 1472, 1473, 2464, 2465, 9000, 65000)]
        for d in datagrams:
            sender.sendto(d, (target, c.port))
        got, want = sorted(take_all(receiver)), sorted((d, address, sender.getsockname()[1]) for d in datagrams)
        check(f'-A in parts, {address}', got == want, [(len(d), a, p) for d, a, p in got])
        check('it ends', c.end() == 0, c.text())


def member(group, interface):
    """A socket that takes what is sent to a group; (socket, port)."""
    family = socket.AF_INET6 if ':' in group else socket.AF_INET
    s = socket.socket(family, socket.SOCK_DGRAM)
    s.bind(('', 0))
    if family == socket.AF_INET:
        s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP,
                     socket.inet_aton(group) + struct.pack('=4si', b'\0' * 4, interface))
    else:
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, socket.inet_pton(family, group) + struct.pack('=i', interface))
    return s, s.getsockname()[1]


def to_group(group, port, interface, data):
    family = socket.AF_INET6 if ':' in group else socket.AF_INET
    s = socket.socket(family, socket.SOCK_DGRAM)
    if family == socket.AF_INET:
        s.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, struct.pack('=4s4si', b'\0' * 4, b'\0' * 4, interface))
        s.sendto(data, (group, port))
    else:
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, interface)
        s.sendto(data, (group, port, 0, interface))
    s.close()


def multicast():
    links = {name: index for index, name in socket.if_nameindex()}
    for group, other, link in ('239.255.77.1', '239.255.77.2', 'lo'), ('ff02::7701', 'ff02::7702', 'v0'):
        lo = links.get(link)
        there = None
        try:
            s, port = member(other, lo)
            to_group(other, port, lo, b'try')
            there = take(s, 2)
        except (OSError, struct.error, TypeError):
            pass
        if there is None:
            skip(f'multicast, {group}', 'there is none')
            continue
        c = Collector('-J', f'{group}%{link}', '-R', f'{other}%{link}/{port}', bind=None)
        data = exports.v5(exports.v5_record('10.0.0.1', '10.0.0.2', 1, 100, 1000, 2000), time=now())
        to_group(group, c.port, lo, data)
        got = take(s, 5)
        check(f'{group}: taken, and sent on to another group', got is not None and got[0] == data, (got, c.text()))
        to_group(other, c.port, lo, data)
        check('what is sent to other groups is not taken', take(s, 1) is None)
        check('it ends', c.end() == 0 and 'datagrams 1,' in c.text(), c.text())
    for wrong, says in ('10.0.0.1', 'no multicast group'), ('239.1.1.1%nowhere', "no interface 'nowhere'"), ('x', 'no multicast'):
        r = subprocess.run([flowcap, '-w', work, '-p', '0', '-J', wrong], capture_output=True, text=True, timeout=20, check=False)
        check(f'-J {wrong}', r.returncode == 2 and says in r.stderr, r)
    for line, says in (('-J', '239.1.1.1', '-b', '127.0.0.1'), 'do not go together'), \
            (('-R', 'x,ttl=0'), 'ttl'), (('-R', 'x,tll=1'), 'ttl=N'), (('-R', 'x%nowhere'), 'no interface'):
        r = subprocess.run([flowcap, '-w', work, '-p', '0', *line], capture_output=True, text=True, timeout=20, check=False)
        check(' '.join(line), r.returncode == 2 and says in r.stderr, r)


def ask(path, what):
    s = socket.socket(socket.AF_UNIX)
    s.connect(path)
    s.sendall(f'GET {what} HTTP/1.0\r\n\r\n'.encode())
    return b''.join(iter(lambda: s.recv(65536), b'')).decode()


def repeated(path):
    """{(what, target, cause): count}"""
    found = re.findall(r'^flowcap_repeat_(sent|lost)_total\{target="([^"]*)",number="\d+"(?:,cause="(\w+)")?\} (\d+)$',
                       ask(path, '/metrics'), re.M)
    return {(what, target, cause): int(n) for what, target, cause, n in found}


def losses():
    """What does not reach a target is counted by target and cause."""
    closed = udp('127.0.0.1')
    gone = f'127.0.0.1/{closed.getsockname()[1]}'
    closed.close()
    there = udp('127.0.0.1')
    fine = f'127.0.0.1/{there.getsockname()[1]}'
    path = os.path.join(work, 'losses')
    c = Collector('-R', gone, '-R', fine, '--metrics', 'unix:' + path)
    s = udp('127.0.0.1')
    data = exports.v5(exports.v5_record('10.0.0.1', '10.0.0.2', 1, 100, 1000, 2000), time=now())
    before = ask(path, '/health')
    for n in range(1, 11):
        s.sendto(data, ('127.0.0.1', c.port))
        check(f'datagram {n} is sent on', take(there) is not None)
    counts = repeated(path)
    # An ICMP message comes at once here, and the next send tells it: of the last one nothing is known yet.
    check('each refusal is counted', counts['lost', gone, 'refused'] == 9 and counts['sent', gone, ''] == 10, counts)
    check('for this target alone', counts['sent', fine, ''] == 10 and
          all(n == 0 for (what, target, cause), n in counts.items() if what == 'lost' and (target, cause) != (gone, 'refused')), counts)
    health = ask(path, '/health')
    check('it is a warning', f'WARNING: datagrams do not reach {gone} (-R)' in health and gone not in before and
          fine not in health, health)
    c.process.send_signal(signal.SIGUSR1)
    for _ in range(100):
        told = re.search(r'repeated to ' + gone + r': datagrams 10, lost: refused (\d+),', c.text())
        if told:
            break
        time.sleep(0.05)
    check('SIGUSR1 logs it', told and told[1] == '9', c.text())
    check('it ends', c.end() == 0, c.text())


back()
losses()
keep_source()
small_links()
multicast()
print(f'1..{number}')
sys.exit(failed)
