# SPDX-License-Identifier: BSD-2-Clause
"""flowcap --tcp --proxy-protocol: headers written by hand, and IPFIX over TLS through stunnel where that is installed."""
import os
import re
import shutil
import signal
import socket
import ssl
import struct
import subprocess
import sys
import time

import exports

work, build = sys.argv[1:]
flowcap, flowcat = (os.path.join(build, p) for p in ('flowcap', 'flowcat'))
number = 0
failed = False
SIGNATURE = b'\r\n\r\n\0\r\nQUIT\n'


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


def version_2(command, kind, addresses=b'', more=b''):
    return SIGNATURE + bytes([0x20 | command, kind]) + struct.pack('>H', len(addresses + more)) + addresses + more


def v4(source, port):
    return socket.inet_aton(source) + socket.inet_aton('192.0.2.200') + struct.pack('>HH', port, 4739)


def v6(source, port):
    return socket.inet_pton(socket.AF_INET6, source) + socket.inet_pton(socket.AF_INET6, '2001:db8::c') + \
        struct.pack('>HH', port, 4739)


def message(octets):
    """A template and one flow of so many octets, by which the row is known."""
    fields = [(8, 4), (12, 4), (1, 4), (2, 4)]
    record = socket.inet_aton('10.0.0.1') + socket.inet_aton('10.0.0.2') + struct.pack('>II', octets, 1)
    return exports.ipfix(exports.flow_set(2, exports.template(300, fields)), exports.flow_set(300, record), time=int(time.time()))


class Collector:
    def __init__(self, name, *options):
        self.tree = os.path.join(work, name)
        os.mkdir(self.tree)
        self.log = self.tree + '.log'
        with open(self.log, 'w', encoding='utf-8') as err:
            self.process = subprocess.Popen([flowcap, '-w', self.tree, '-p', '0', '-b', '127.0.0.1', '--tcp', '-v', *options],
                                            stderr=err)
        end = time.monotonic() + 20
        self.port = None
        while self.port is None and time.monotonic() < end and self.process.poll() is None:
            found = re.search(r'listening on port (\d+)', self.text())
            self.port = int(found[1]) if found else None
            time.sleep(0.02)

    def text(self):
        with open(self.log, encoding='utf-8') as f:
            return f.read()

    def send(self, data, source='127.0.0.1', pieces=1):
        """Sends, and waits until it is closed, which it is for what is wrong, or half a second."""
        s = socket.create_connection(('127.0.0.1', self.port), source_address=(source, 0))
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        size = -(-len(data) // pieces)
        closed = False
        try:
            for i in range(0, len(data), size):
                s.sendall(data[i:i + size])
                if pieces > 1:
                    time.sleep(0.01)
            s.settimeout(0.5)
            closed = s.recv(1) == b''
        except socket.timeout:
            pass
        except OSError:
            closed = True
        s.close()
        return closed

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)

    def rows(self):
        """{bytes: exporter}"""
        r = subprocess.run([flowcat, '-r', self.tree, '-q', '-o', 'csv:bytes,exporter'], capture_output=True, text=True,
                           timeout=60, check=False)
        return dict(line.split(',') for line in r.stdout.splitlines() if line[:1].isdigit())


def headers():
    c = Collector('headers', '--proxy-protocol', '127.0.0.1;127.0.0.8/30')
    tlv = bytes([2]) + struct.pack('>H', 3) + b'abc'
    good = {
        1: ('127.0.0.1', b'PROXY TCP4 192.0.2.1 192.0.2.200 1000 4739\r\n', '192.0.2.1', 1),
        2: ('127.0.0.1', b'PROXY TCP6 2001:db8::1 2001:db8::c 1000 4739\r\n', '2001:db8::1', 7),
        3: ('127.0.0.1', b'PROXY UNKNOWN\r\n', '127.0.0.1', 1),
        4: ('127.0.0.1', version_2(1, 0x11, v4('192.0.2.4', 1)), '192.0.2.4', 1),
        5: ('127.0.0.9', version_2(1, 0x21, v6('2001:db8::5', 65535)), '2001:db8::5', 1),
        6: ('127.0.0.1', version_2(1, 0x11, v4('192.0.2.6', 1), tlv), '192.0.2.6', 40),
        7: ('127.0.0.1', version_2(0, 0x00), '127.0.0.1', 1),
        8: ('127.0.0.1', version_2(1, 0x11, v4('192.0.2.8', 1), bytes(60000)), '192.0.2.8', 3),
        9: ('127.0.0.2', b'', '127.0.0.2', 1),
    }
    for octets, (source, header, _, pieces) in good.items():
        check(f'{header[:24]} stays open', not c.send(header + message(octets), source, pieces))
    bad = {
        101: ('127.0.0.1', b''),
        102: ('127.0.0.2', version_2(1, 0x11, v4('192.0.2.1', 1))),
        103: ('127.0.0.2', b'PROXY TCP4 192.0.2.1 192.0.2.200 1000 4739\r\n'),
        104: ('127.0.0.1', version_2(1, 0x21, v4('192.0.2.1', 1))),
        105: ('127.0.0.1', version_2(2, 0x11, v4('192.0.2.1', 1))),
        106: ('127.0.0.1', SIGNATURE[:11] + b'\r'),
        107: ('127.0.0.1', b'PROXY TCP4 192.0.2.1 192.0.2.200 1000 70000\r\n'),
        108: ('127.0.0.1', b'PROXY TCP4 ' + b'1' * 200 + b'\r\n'),
        109: ('127.0.0.1', version_2(1, 0x11, v4('192.0.2.1', 1)) * 2),
    }
    for octets, (source, header) in bad.items():
        check(f'{source} {header[:24]} is closed', c.send(header + message(octets), source))
    check('it ends', c.end() == 0, c.text())
    # Of many in a second the first few are told, and all are counted.
    check('the log says why', 'this is no header of the PROXY protocol' in c.text() and 'this is no IPFIX' in c.text() and
          'no IPFIX: 9' in c.text(), c.text()[-800:])
    want = {str(k): exporter for k, (_, _, exporter, _) in good.items()}
    check('exporters are those of the headers', c.rows() == want, c.rows())


def many():
    """As many connections from a proxy as there may be in all; of one exporter behind it as of any other."""
    c = Collector('many', '--proxy-protocol', '127.0.0.1')
    opened = []
    for i in range(100):
        s = socket.create_connection(('127.0.0.1', c.port))
        s.sendall(version_2(1, 0x11, v4(f'192.0.2.{i}', i + 1)) + message(i + 1))
        opened.append(s)
    for i in range(70):
        s = socket.create_connection(('127.0.0.1', c.port))
        s.sendall(version_2(1, 0x11, v4('198.51.100.1', i + 1)) + message(1000 + i))
        opened.append(s)
    time.sleep(1)
    check('it ends', c.end() == 0, c.text())
    rows = c.rows()
    check('of a hundred exporters all', sum(v.startswith('192.0.2.') for v in rows.values()) == 100, rows)
    check('of one 64', sum(v == '198.51.100.1' for v in rows.values()) == 64, rows)
    for s in opened:
        s.close()


def tls():
    stunnel, openssl = shutil.which('stunnel4') or shutil.which('stunnel'), shutil.which('openssl')
    if stunnel is None or openssl is None:
        skip('IPFIX over TLS', 'no stunnel')
        return
    key, cert, conf = (os.path.join(work, name) for name in ('key', 'cert', 'conf'))
    subprocess.run([openssl, 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2',
                    '-subj', '/CN=collector', '-keyout', key, '-out', cert], check=True, capture_output=True, timeout=60)
    c = Collector('tls', '--proxy-protocol', '127.0.0.1')
    s = socket.socket()
    s.bind(('127.0.0.1', 0))
    port = s.getsockname()[1]
    s.close()
    # As doc/security.md has it, but for names and ports.
    with open(conf, 'w', encoding='utf-8') as f:
        f.write(f'foreground = yes\npid =\n[ipfix]\naccept = 127.0.0.1:{port}\nconnect = 127.0.0.1:{c.port}\n'
                f'protocol = proxy\ncert = {cert}\nkey = {key}\nCAfile = {cert}\nverifyPeer = yes\n')
    with open(os.path.join(work, 'stunnel.log'), 'w', encoding='utf-8') as err:
        t = subprocess.Popen([stunnel, conf], stdout=err, stderr=err)
    context = ssl.create_default_context(cafile=cert)
    context.check_hostname = False
    context.load_cert_chain(cert, key)
    for octets, source in (1, '127.0.0.5'), (2, '127.0.0.6'):
        for _ in range(100):
            try:
                raw = socket.create_connection(('127.0.0.1', port), source_address=(source, 0))
                break
            except OSError:
                time.sleep(0.1)
        with context.wrap_socket(raw) as s:
            s.sendall(message(octets))
            time.sleep(0.5)
    time.sleep(0.5)
    check('it ends', c.end() == 0, c.text())
    t.terminate()
    t.wait(20)
    check('over TLS, by stunnel, from whom it is', c.rows() == {'1': '127.0.0.5', '2': '127.0.0.6'}, (c.rows(), c.text()))


headers()
many()
tls()
print(f'1..{number}')
sys.exit(failed)
