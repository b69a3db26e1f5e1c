# SPDX-License-Identifier: BSD-2-Clause
"""flowcat --sets and flowstat -o set:cidr against Python's ipaddress.collapse_addresses.

Expressions are computed address by address in a small universe, to which `and` confines flowcat's, too.
"""
import ipaddress
import os
import random
import subprocess
import sys
import tempfile

BUILD = os.environ.get('FLOW_BUILDDIR', '.')
FLOWCAT, FLOWSTAT, FLOWGEN = (os.path.join(BUILD, p) for p in ('flowcat', 'flowstat', 'flowgen'))
V4, V6 = ipaddress.ip_network('10.0.0.0/24'), ipaddress.ip_network('2001:db8::/120')
UNIVERSE = frozenset(V4) | frozenset(V6)
number = 0


def same(name, got, want):
    global number
    number += 1
    print('ok' if got == want else 'not ok', number, '-', name, flush=True)
    if got != want:
        print('# got  %.500r\n# want %.500r' % (got, want))


def run(*words):
    p = subprocess.run(words, capture_output=True, text=True, check=False, env=dict(os.environ, LC_ALL='C'))
    return p.returncode, p.stdout, p.stderr


def collapsed(addresses):
    """Lines as they have to be: IPv4 first, a single address without its length."""
    lines = []
    for version in 4, 6:
        nets = [n if isinstance(n, (ipaddress.IPv4Network, ipaddress.IPv6Network)) else ipaddress.ip_network(n)
                for n in addresses if n.version == version]
        for net in ipaddress.collapse_addresses(nets):
            lines.append(str(net.network_address) if net.prefixlen == net.max_prefixlen else str(net))
    return lines


def operand(work, rng, n):
    """A set as flowcat reads it, and its addresses."""
    base = rng.choice([V4, V6])
    kind = rng.randrange(4)
    if kind == 0:
        a = base[rng.randrange(256)]
        return str(a), {a}
    if kind == 1:
        net = ipaddress.ip_network((int(base.network_address) + rng.randrange(256), base.max_prefixlen - rng.randrange(1, 8)),
                                   strict=False)
        return str(net), set(net)
    if kind == 2:
        lo, hi = sorted(rng.sample(range(256), 2))
        return 'in %s-%s' % (base[lo], base[hi]), {base[i] for i in range(lo, hi + 1)}
    path = '%s/set%d' % (work, n)
    some = set(rng.sample(sorted(V4), 60)) | set(rng.sample(sorted(V6), 60))
    some |= {base[i] for i in range(64, 100)}
    with open(path, 'w', encoding='ascii') as f:
        f.write('# a set\n' + ''.join('%s\n' % a for a in some))
    return rng.choice(['@%s', 'in @%s']) % path, some


def expression(work, rng, depth, n):
    if depth == 0:
        return operand(work, rng, n)
    left, a = expression(work, rng, depth - 1, 2 * n)
    if rng.random() < 0.3:
        return 'not (%s)' % left, UNIVERSE - a
    right, b = expression(work, rng, depth - 1, 2 * n + 1)
    word, both = rng.choice([('and', a & b), ('or', a | b), ('and not', a - b)])
    return '(%s) %s (%s)' % (left, word, right), both


def expressions(work):
    rng = random.Random(4)
    wrong = []
    for _ in range(60):
        text, want = expression(work, rng, rng.randrange(4), 1)
        status, out, err = run(FLOWCAT, '--sets', '(%s) and (%s or %s)' % (text, V4, V6))
        if (status, out.split(), err) != (0, collapsed(want), ''):
            wrong.append((text, status, out, err))
    same('60 expressions', wrong, [])
    a, b = work + '/a', work + '/b'
    for path, lines in ((a, '10.0.0.0/25\n10.0.0.128/26\n2001:db8::1\n'), (b, '10.0.0.64/26\n2001:db8::/127\n')):
        with open(path, 'w', encoding='ascii') as f:
            f.write(lines)
    # By hand.
    same('union', run(FLOWCAT, '--sets', '@%s or @%s' % (a, b))[1], '10.0.0.0/25\n10.0.0.128/26\n2001:db8::/127\n')
    same('intersection', run(FLOWCAT, '--sets', '@%s and @%s' % (a, b))[1], '10.0.0.64/26\n2001:db8::1\n')
    same('difference', run(FLOWCAT, '--sets', '@%s and not @%s' % (a, b))[1], '10.0.0.0/26\n10.0.0.128/26\n')
    same('a list', run(FLOWCAT, '--sets', '[ 10.0.0.1, 10.0.0.0 ]')[1], '10.0.0.0/31\n')
    same('nothing', run(FLOWCAT, '--sets', '10.0.0.1 and 10.0.0.2'), (0, '', ''))


def edges():
    """The ends of both families."""
    v4, v6 = ipaddress.ip_network('0.0.0.0/0'), ipaddress.ip_network('::/0')
    same('everything', run(FLOWCAT, '--sets', '0.0.0.0/0 or ::/0')[1].split(), ['0.0.0.0/0', '::/0'])
    for text in '0.0.0.0', '255.255.255.255', '10.0.0.0/8':
        rest = sorted(v4.address_exclude(ipaddress.ip_network(text)))
        same('not ' + text, run(FLOWCAT, '--sets', 'not (%s or ::/0)' % text)[1].split(), collapsed(rest))
    for text in '::', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', '2001:db8::/32':
        rest = sorted(v6.address_exclude(ipaddress.ip_network(text)))
        same('not ' + text, run(FLOWCAT, '--sets', 'not (%s or 0.0.0.0/0)' % text)[1].split(), collapsed(rest))
    lo, hi = ipaddress.ip_address('::1'), ipaddress.ip_address('::1:0:0:5')
    same('a range beside IPv4', run(FLOWCAT, '--sets', '%s-%s' % (lo, hi))[1].split(),
         collapsed(list(ipaddress.summarize_address_range(lo, hi))))


def refusals(work):
    for words, status, why in (
            (['nosuch.txt'], 2, 'no address'), (['@' + work + '/none'], 1, 'none'), ([''], 2, 'expected a set'),
            (['10.0.0.1 and'], 2, 'expected a set'), (['proto tcp'], 2, 'no address'), (['(10.0.0.1'], 2, 'not closed'),
            (['10.0.0.1', 'x.parquet'], 2, 'no files'), (['10.0.0.1', '-r', work], 2, 'no files'), (['10.0.0.1', '-w', work + '/out'], 2, 'no files'),
            (['> 10.0.0.1'], 2, 'not compared')):
        got, out, err = run(FLOWCAT, '--sets', *words)
        same('refused: ' + ' '.join(words).replace(work, ''), (got, out, why in err), (status, '', True))
    if os.path.exists('/dev/full'):
        with open('/dev/full', 'w', encoding='ascii') as full:
            p = subprocess.run([FLOWCAT, '--sets', '10.0.0.1'], stdout=full, stderr=subprocess.PIPE, check=False)
        same('a full disk', p.returncode, 1)


def flows(work):
    """-o set:cidr of a table's keys, and back through a filter."""
    archive = work + '/archive'
    os.mkdir(archive)
    run(FLOWGEN, '-w', archive, '-n', '20000')
    for key in 'src_addr', 'src_addr/30,/126', 'dst_addr':
        listed = run(FLOWSTAT, '-r', archive, '-A', key, '-o', 'set')[1].split()
        got = run(FLOWSTAT, '-r', archive, '-A', key, '-o', 'set:cidr')
        want = collapsed([ipaddress.ip_network(a, strict=False) for a in listed])
        same('set:cidr of ' + key, (got[0], got[1].split(), len(listed) > 100), (0, want, True))
    with open(work + '/cidr', 'w', encoding='ascii') as f:
        f.write(run(FLOWSTAT, '-r', archive, '-A', 'src_addr', '-o', 'set:cidr', 'dst port 443')[1])
    hosts = set(run(FLOWSTAT, '-r', archive, '-A', 'src_addr', '-o', 'set', 'dst port 443')[1].split())
    same('read by a filter', set(run(FLOWSTAT, '-r', archive, '-A', 'src_addr', '-o', 'set',
                                     'src ip in @%s/cidr' % work)[1].split()), hosts)
    status, out, err = run(FLOWSTAT, '-r', archive, '-A', 'dst_port', '-o', 'set:cidr')
    same('of ports', (status, out, "the first key is 'dst_port'" in err), (2, '', True))
    same('of no row', run(FLOWSTAT, '-r', archive, '-A', 'src_addr', '-o', 'set:cidr', 'src ip 192.0.2.1')[:2], (0, ''))


with tempfile.TemporaryDirectory(prefix='sets-test.') as folder:
    expressions(folder)
    edges()
    refusals(folder)
    flows(folder)
print('1..%d' % number)
sys.exit(0)
