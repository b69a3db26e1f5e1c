# SPDX-License-Identifier: BSD-2-Clause
"""flowcap -R: who gets whose datagrams, byte for byte, against sockets that stand for collectors."""
import os
import re
import signal
import socket
import subprocess
import sys
import time

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
        print(f'# got {str(got)[:800]!r}')


def receiver():
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind(('127.0.0.1', 0))
    s.settimeout(0.5)
    return s, s.getsockname()[1]


def received(s, count):
    """The datagrams, sorted; waits for so many, and half a second for more than there should be."""
    out, end = [], time.monotonic() + 20
    while time.monotonic() < end:
        try:
            out.append(s.recv(65536))
        except socket.timeout:
            if len(out) >= count:
                break
    return sorted(out)


def sender(address):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind((address, 0))
    return s


targets = [receiver() for _ in range(4)]
filters = '', ',net=127.0.0.2', ',net=127.0.0.4/30;127.0.0.1', ',net=10.0.0.0/8;2001:db8::/32'
log = os.path.join(work, 'log')
directory = os.path.join(work, 'a')
os.mkdir(directory)
arguments = [a for (_, port), f in zip(targets, filters) for a in ('-R', f'127.0.0.1/{port}{f}')]
with open(log, 'w') as out:
    collector = subprocess.Popen([flowcap, '-w', directory, '-p', '0', '-b', '127.0.0.1', '-v', *arguments], stderr=out)
port, end = None, time.monotonic() + 20
while port is None and time.monotonic() < end:
    with open(log) as f:
        m = re.search(r'listening on port (\d+)', f.read())
    port = int(m[1]) if m else None
    time.sleep(0.02)
sent = {}
for address in '127.0.0.1', '127.0.0.2', '127.0.0.3', '127.0.0.5':
    try:
        s = sender(address)
    except OSError:
        continue
    sent[address] = [f'{address} {i}'.encode() + b'\0\xff' * i for i in range(20)]
    for d in sent[address]:
        s.sendto(d, ('127.0.0.1', port))
wanted = [sent.keys(), ('127.0.0.2',), ('127.0.0.1', '127.0.0.5'), ()]
for (s, _), f, addresses in zip(targets, filters, wanted):
    want = sorted(d for a in addresses for d in sent.get(a, []))
    got = received(s, len(want))
    check(f'-R HOST/PORT{f}: its datagrams, byte for byte', got == want, (len(got), len(want)))
collector.send_signal(signal.SIGTERM)
check('the collector ends', collector.wait(60) == 0)
for wrong in '', '127.0.0.1/', '/9995', '127.0.0.1/9995,', '127.0.0.1/9995,nets=10.0.0.0/8', \
        '127.0.0.1/9995,net=', '127.0.0.1/9995,net=10.0.0.0/33', '127.0.0.1/9995,net=10.0.0.0/8;x':
    p = subprocess.run([flowcap, '-w', directory, '-R', wrong], capture_output=True, timeout=60)
    check(f'-R {wrong} is refused', p.returncode == 2 and b'-R' in p.stderr, p)
many = [a for i in range(257) for a in ('-R', f'127.0.0.1/{10000 + i}')]
p = subprocess.run([flowcap, '-w', directory, *many], capture_output=True, timeout=60)
check('more than 256 are refused', p.returncode == 2 and b'256' in p.stderr, p.stderr)
print(f'1..{number}')
sys.exit(failed)
