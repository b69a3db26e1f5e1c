# SPDX-License-Identifier: BSD-2-Clause
"""--metrics as an address, read as Prometheus reads it, against what was sent and what the log says."""
import atexit
import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time

work, build = sys.argv[1:]
flowcap, flowgen = (os.path.join(build, p) for p in ('flowcap', 'flowgen'))
number = 0
failed = False


def check(what, good, got=''):
    global number, failed
    number += 1
    failed |= not good
    print(f'{"" if good else "not "}ok {number} - {what}')
    if not good:
        print(f'# got {str(got)[:800]!r}')


SAMPLE = re.compile(r'([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (-?[0-9.]+(?:e[+-]?[0-9]+)?|NaN|[+-]Inf)$')
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(?:,|$)')


def parse(text):
    """The exposition format 0.0.4: {(name, labels): value}; ValueError for what is not of it."""
    kinds, helps, out, done, last = {}, set(), {}, set(), None
    if not text.endswith('\n'):
        raise ValueError('no line feed at the end')
    for line in text.splitlines():
        if line.startswith('# HELP '):
            name = line.split(' ')[2]
            if name in helps:
                raise ValueError(f'HELP twice: {line}')
            helps.add(name)
        elif line.startswith('# TYPE '):
            _, _, name, kind = line.split(' ')
            if name in kinds or kind not in ('counter', 'gauge', 'histogram', 'summary', 'untyped'):
                raise ValueError(line)
            kinds[name] = kind
        else:
            m = SAMPLE.match(line)
            if not m:
                raise ValueError(line)
            name, labels = m[1], m[2] or ''
            found = LABEL.findall(labels)
            if ','.join(f'{k}="{v}"' for k, v in found) != labels or len({k for k, _ in found}) != len(found):
                raise ValueError(line)
            if name not in kinds or name not in helps or (name != last and name in done):
                raise ValueError(f'not described, or not together: {line}')
            if (kinds[name] == 'counter') != name.endswith('_total'):
                raise ValueError(f'its name does not fit its type: {line}')
            key = (name, tuple(sorted(found)))
            if key in out:
                raise ValueError(f'twice: {line}')
            out[key] = float(m[3])
            done.add(name)
            last = name
    return out


class Unix(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__('localhost', timeout=20)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(20)
        self.sock.connect(self.path)


def get(connection, path, method='GET'):
    connection.request(method, path)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, answer.getheader('Content-Type'), text


def value(metrics, name):
    return metrics.get((f'flowcap_{name}', ()))


def total(metrics, name):
    return sum(v for (n, _), v in metrics.items() if n == f'flowcap_{name}')


class Collector:
    def __init__(self, name, *options, there=False):
        self.tree = os.path.join(work, name)
        os.makedirs(self.tree, exist_ok=there)
        self.log = os.path.join(work, name + '.log')
        with open(self.log, 'w', encoding='utf-8') as err:
            self.process = subprocess.Popen([flowcap, *options, '-b', '127.0.0.1', '-p', '0'], stderr=err)
        atexit.register(self.process.kill)
        self.port = int(self.wait_for(r'listening on port (\d+)')[1])

    def text(self):
        with open(self.log, encoding='utf-8') as f:
            return f.read()

    def wait_for(self, pattern):
        for _ in range(400):
            found = re.search(pattern, self.text())
            if found:
                return found
            time.sleep(0.05)
        raise RuntimeError(f'{pattern} is not in {self.text()}')

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)


def files(tree):
    return [os.path.join(d, f) for d, _, fs in os.walk(tree) for f in fs if f.endswith('.parquet')]


def send(port, flows, *options):
    """Returns how many flows an exporter tells of, which are fewer where it samples."""
    sent = subprocess.run([flowgen, '-t', '127.0.0.1', '-p', str(port), '-n', str(flows), '-r', '20000', *options],
                          check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    sampled = re.search(r'sampled: of \d+ flows (\d+)', sent.stderr)
    return int(sampled[1]) if sampled else flows


def scrape_until(connection, name, wanted):
    """Scrapes until that many are counted: what was sent may be on its way."""
    metrics = {}
    for _ in range(100):
        metrics = parse(get(connection, '/metrics')[2])
        if value(metrics, name) == wanted:
            break
        time.sleep(0.1)
    return metrics


def one_archive():
    path = os.path.join(work, 'socket')
    c = Collector('one', '-w', os.path.join(work, 'one'), '--metrics', 'unix:' + path)
    web = Unix(path)
    first = parse(get(web, '/metrics')[2])
    check('before anything came', value(first, 'flows_total') == 0 and value(first, 'kernel_drops_total') == 0, first)
    sent = send(c.port, 20000, '--sampling', '100', '--seed', '3') + send(c.port, 2000, '-v', '10', '--seed', '4')
    junk = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    for _ in range(7):
        junk.sendto(b'\x00\x63nothing', ('127.0.0.1', c.port))
    m = scrape_until(web, 'unknown_version_total', 7)
    check('flows as they were sent', value(m, 'flows_total') == sent, m)
    check('causes', value(m, 'unknown_version_total') == 7 and value(m, 'no_template_total') == 0, m)
    check('by exporter: the same sum', total(m, 'exporter_flows_total') == sent, m)
    check('datagrams, too', total(m, 'exporter_datagrams_total') + 7 == value(m, 'datagrams_total'), m)
    check('the rate that was announced', 100 in [v for (n, _), v in m.items() if n == 'flowcap_exporter_sampling'], m)
    check('who sent last, and when', all(abs(v - time.time()) < 60 for (n, _), v in m.items()
                                         if n == 'flowcap_exporter_last_seconds'), m)
    check('no exporter twice', len([1 for (n, _) in m if n == 'flowcap_exporter_flows_total']) == 2, m)
    disk = os.statvfs(c.tree)
    check('the disk', value(m, 'archive_size_bytes') == disk.f_blocks * disk.f_frsize and
          value(m, 'archive_free_bytes') <= disk.f_blocks * disk.f_frsize, m)
    check('nothing waits', value(m, 'backlog_bytes') == 0 and value(m, 'report_age_seconds') == 0, m)
    c.process.send_signal(signal.SIGUSR1)
    told = c.wait_for(r'in all: datagrams (\d+), flows decoded (\d+)')
    check('SIGUSR1 logs the same ledger', int(told[1]) == value(m, 'datagrams_total'), told)
    # The machine's disk and buffers are not ours.
    status, _, text = get(web, '/health')
    check('the health', status == 200 and all(re.match(r'ok$|WARNING: (the archive.s disk|the receive buffer)', line)
                                              for line in text.splitlines()), text)
    check('what is used of the rings', value(m, 'ring_bytes') == 0 and value(m, 'ring_size_bytes') > 0 and
          value(m, 'lag_seconds') == 0, m)
    check('the settings', value(m, 'port') == c.port and value(m, 'slot_seconds') == 300 and
          value(m, 'receive_buffer_wanted_bytes') == 33554432 and value(m, 'receive_buffer_bytes') > 0, m)
    ages = [v for (n, _), v in m.items() if n == 'flowcap_exporter_template_age_seconds']
    check('when templates came', len(ages) == 2 and all(0 <= v < 60 for v in ages), m)
    check('nothing waits for one, nothing is lost', total(m, 'exporter_waiting_bytes') == 0 and
          total(m, 'exporter_lost_lately') == 0, m)
    # v9 counts datagrams, IPFIX records (RFC 3954 5.1, RFC 7011 3.1).
    got = {dict(k)['version']: (v, m[('flowcap_exporter_flows_total', k)], m[('flowcap_exporter_datagrams_total', k)])
           for (n, k), v in m.items() if n == 'flowcap_exporter_received_lately'}
    check('units of sequence numbers', got['9'][0] == got['9'][2] and got['10'][0] == got['10'][1], got)
    c.process.send_signal(signal.SIGHUP)
    c.wait_for(r'parquet: datagrams')
    send(c.port, 1000, '--seed', '3')
    m2 = scrape_until(web, 'flows_total', sent + 1000)
    check('counters go on over a slot', total(m2, 'exporter_flows_total') == sent + 1000 and value(m2, 'files_total') == 1, m2)
    check('counters do not go back', all(m2[k] >= v for k, v in m.items() if k[0].endswith('_total')), m2)
    size = sum(os.path.getsize(os.path.join(d, f)) for d, _, fs in os.walk(c.tree) for f in fs if f.endswith('.parquet'))
    check('bytes of files', value(m2, 'file_bytes_total') == size and value(m2, 'file_rows_total') == sent, (m2, size))
    check('bytes of a flow', value(m2, 'file_bytes_per_flow') == round(size / sent, 2), (m2, size))
    check('days that are left', value(m2, 'archive_days_left') is not None and value(m2, 'archive_days_left') > 0, m2)
    check('anything else', get(web, '/')[0] == 404 and get(web, '/metricsx')[0] == 404 and
          get(web, '/metrics', 'POST')[0] == 404)
    check('its type', get(web, '/metrics')[1] == 'text/plain; version=0.0.4')
    rude(path, web)
    other = subprocess.run([flowcap, '-w', c.tree, '-b', '127.0.0.1', '-p', '0', '--metrics', 'unix:' + path],
                           capture_output=True, timeout=20, check=False)
    check('a socket that is in use', other.returncode == 1 and b'in use' in other.stderr, other)
    check('it ends', c.end() == 0, c.text())
    check('and the socket is gone', not os.path.exists(path))
    last = re.findall(r'in all: datagrams (\d+), flows decoded (\d+), flows written (\d+)', c.text())[-1]
    check('the last ledger is the metrics', last == ('%d' % value(m2, 'datagrams_total'), str(sent + 1000), str(sent + 1000)), last)


def crowd(address, family=socket.AF_UNIX, ask=b''):
    """Clients that ask for nothing, for a part, for too much, or take no answer; more than are served at a time."""
    out = []
    for i in range(150):
        c = socket.socket(family)
        c.connect(address)
        c.settimeout(20)
        try:
            c.sendall([b'', b'GET ', b'GET /' + b'x' * 100000, ask, b'\0'][i % 5])
        except OSError:
            pass    # too much: it was closed
        out.append(c)
    return out


def rude(path, web):
    """Each of them kept others out for two seconds once: all answers would come after five minutes."""
    silent = crowd(path, ask=b'GET /metrics HTTP/1.0\r\n\r\n')
    check('who is rude keeps nobody out', all(get(web, '/health')[0] == 200 for _ in range(3)))
    for c in silent:
        c.close()
    several = [Unix(path) for _ in range(20)]
    for c in several:
        c.request('GET', '/metrics')
    answers = [parse(c.getresponse().read().decode()) for c in several]
    check('many at the same time get an answer each', all(value(a, 'flows_total') == value(answers[0], 'flows_total')
                                                          for a in answers))


def many_trees():
    c = Collector('many', '-M', os.path.join(work, 'many'), '--metrics', '127.0.0.1:0')
    port = int(c.wait_for(r'metrics at port (\d+)')[1])
    send(c.port, 2000, '--seed', '5')
    web = http.client.HTTPConnection('127.0.0.1', port, timeout=20)
    m = scrape_until(web, 'flows_total', 2000)
    check('-M, over TCP', value(m, 'flows_total') == 2000 and total(m, 'exporter_flows_total') == 2000, m)
    silent = crowd(('127.0.0.1', port), socket.AF_INET)
    check('who is rude keeps nobody out over TCP', get(web, '/health')[0] == 200)
    live = os.path.join(c.tree, [f for f in os.listdir(c.tree) if f.endswith('.live')][0])
    silent += crowd(live, ask=b'm')
    told = subprocess.run([flowcap, '-M', c.tree, '--check'], capture_output=True, timeout=20, check=False)
    check('nor from the socket in the archive', b'2000 flows in ' in told.stdout, told)
    for s in silent:
        s.close()
    check('it ends', c.end() == 0, c.text())


one_archive()
many_trees()
c = Collector('rules', '-w', os.path.join(work, 'rules'), '--metrics', 'unix:' + os.path.join(work, 'rules.socket'),
              '-s', '1000,net=127.0.0.0/8;::1,if=5;7', '-s', '-8,net=192.0.2.1', '-s', '100')
m = parse(get(Unix(os.path.join(work, 'rules.socket')), '/metrics')[2])
got = sorted((v, *(dict(k)[w] for w in ('net', 'interface', 'override'))) for (n, k), v in m.items() if n == 'flowcap_sampling_rule')
check('rules of sampling', got == sorted([(1000, net, interface, '0') for net in ('127.0.0.0/8', '::1/128') for interface in '57'] +
                                         [(8, '192.0.2.1/32', '', '1'), (100, '', '', '0')]), got)
check('it ends', c.end() == 0, c.text())


def after_a_crash():
    """What an earlier run received counts as files, and not for the rate at which the disk fills."""
    path = os.path.join(work, 'crash.socket')
    options = ['-w', os.path.join(work, 'crash'), '--metrics', 'unix:' + path]
    c = Collector('crash', *options)
    send(c.port, 50000, '--seed', '6')
    scrape_until(Unix(path), 'flows_total', 50000)
    c.process.kill()
    c.process.wait()
    c = Collector('crash', *options, there=True)
    m = scrape_until(Unix(path), 'file_rows_total', 50000)
    check('the backlog is filed, and is no rate', value(m, 'file_rows_total') == 50000 and
          value(m, 'archive_days_left') is None, m)
    earlier = set(files(c.tree))
    send(c.port, 500, '--seed', '7')
    scrape_until(Unix(path), 'flows_total', 50500)
    time.sleep(max(0, value(m, 'start_seconds') + 3 - time.time()))
    c.process.send_signal(signal.SIGHUP)
    m = scrape_until(Unix(path), 'file_rows_total', 50500)
    own = [f for f in files(c.tree) if f not in earlier]
    lasted = value(m, 'archive_days_left') * 86400 * sum(map(os.path.getsize, own)) / value(m, 'archive_free_bytes')
    wanted = max(map(os.path.getmtime, own)) - value(m, 'start_seconds')
    check('days left by what this run received', len(own) == 1 and abs(lasted - wanted) < 0.5, (lasted, wanted, own))
    check('it ends', c.end() == 0, c.text())


after_a_crash()
left = os.path.join(work, 'left')
s = socket.socket(socket.AF_UNIX)
s.bind(left)
s.close()
c = Collector('dead', '-w', os.path.join(work, 'dead'), '--metrics', 'unix:' + left)
check('a dead socket is replaced', get(Unix(left), '/health')[0] == 200)
c.end()
with open(left, 'w', encoding='utf-8') as f:
    f.write('precious')
r = subprocess.run([flowcap, '-w', work, '-p', '0', '--metrics', 'unix:' + left], capture_output=True, timeout=20, check=False)
check('a file is not', r.returncode == 1 and open(left, encoding='utf-8').read() == 'precious', r)
print(f'1..{number}')
sys.exit(failed)
