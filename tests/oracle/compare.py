# SPDX-License-Identifier: BSD-2-Clause
"""compare.py BINFOLDER CAPTURE...: rows of flowcap and flowcat against those of this decoder.

Prints TAP. Columns that this decoder does not know of a row are not compared, but for those that
it must not have: see ABSENT.
"""
import json
import os
import subprocess
import sys
import tempfile

import capture
import packet
import rows as oracle
import sflow
import structured
import visible

SKIP = ('times', 'agent')
IDENTITY = ('received', 'export_version', 'src_addr', 'dst_addr', 'src_port', 'dst_port', 'proto', 'bytes', 'packets')
# A column that the oracle would have filled, so that a value there is a fault.
ABSENT = set(oracle.NUMBERS) | set(oracle.MACS) | set(oracle.MPLS) | \
    {'src_addr', 'dst_addr', 'src_mask', 'dst_mask', 'next_hop', 'bgp_next_hop', 'sampling', 'icmp_type', 'icmp_code'}


def from_programs(folder, path):
    with tempfile.TemporaryDirectory() as archive:
        subprocess.run([folder + '/flowcap', '-f', path, '-w', archive], check=False,
                       stderr=subprocess.DEVNULL)
        out = subprocess.run([folder + '/flowcat', '-r', archive, '-o', 'ndjson', '--utc'], check=False,
                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    return [json.loads(line) for line in out.splitlines()]


def from_oracle(path):
    decoder = oracle.Decoder()
    out = []
    for datagram in capture.datagrams(path):
        out += decoder.feed(datagram)
    return out + list(decoder.end())


def plain(row):
    """An oracle's row as flowcat prints it."""
    out = {k: v for k, v in row.items() if k not in SKIP and v is not None}
    out['received'] = oracle.iso(row['received'])
    first, last = row['times']
    if first is None:
        first = last
    if last is None:
        last = first
    if first is not None and last is not None and last >= first and first >= 631152000000:
        out['first'], out['last'] = oracle.iso(first), oracle.iso(last)
    return out


def order(row):
    return [str(row.get(k)) for k in IDENTITY]


def matched(want, got):
    """Pairs of rows of one receive time: in order if that fits, else each with its likeliest."""
    if len(want) > 60:
        return list(zip(sorted(want, key=order), sorted(got, key=order)))
    if all(not differences(w, g) for w, g in zip(want, got)):
        return []
    pairs = []
    for w in want:
        best = min(got, key=lambda g: len(differences(w, g)))
        got.remove(best)
        pairs.append((w, best))
    return pairs


def by_time(rows):
    out = {}
    for row in rows:
        out.setdefault(row['received'], []).append(row)
    return out


def differences(want, got):
    out, filled = structured.differences(want.get('lists', {}), [f for f in want.get('fields', ()) if not f.nested], got)
    in_columns = set().union(*(visible.printed(v) for _, v in filled))
    columns = {str(v) for k, v in got.items() if k != 'extra'}
    out += ['%s %r: neither in the list nor in a column' % f for f in filled if f[1] and not visible.printed(f[1]) & columns]
    for name, value in want.items():
        if name in ('lists', 'rate'):
            continue
        if name == 'extra':
            out += ['extra: %r, programs %r' % (value, got.get('extra'))] * (got.get('extra', {}) != value)
            continue
        if name == 'fields':
            out += visible.unseen(value, got, want.get('rate'))
        elif name == 'tag':		# the second VLAN has no column
            out += ['tag %d is not in extra' % value] * (got.get('extra', {}).get('dot1qCustomerVlanId') != value)
        elif value is packet.NOTHING:
            out += ['%s: nothing, programs %r' % (name, got.get(name))] * (name in got)
        elif isinstance(value, sflow.Lengths):
            out += ['%s: %r, programs %r' % (name, value, got[name])] * (got[name] not in value)
        elif value is not oracle.ANY and got.get(name) != value:
            out.append('%s: %r, programs %r' % (name, value, got.get(name)))
    for name in ABSENT:
        if name not in want and name in got and str(got[name]) not in in_columns:
            out.append('%s: nothing, programs %r' % (name, got[name]))
    return out


def compare(folder, path):
    want, got = by_time(map(plain, from_oracle(path))), by_time(from_programs(folder, path))
    out = []
    for received in sorted(set(want) | set(got)):
        w, g = want.get(received, []), got.get(received, [])
        if len(w) != len(g):
            out.append('%s: %d rows, programs %d' % (received, len(w), len(g)))
            continue
        for a, b in matched(w, g):
            out += differences(a, b)
    return out


def main():
    folder, paths = sys.argv[1], sys.argv[2:]
    bad = 0
    for n, path in enumerate(paths, 1):
        found = compare(folder, path)
        bad += bool(found)
        name = os.path.basename(path)
        print('%sok %d - %s' % ('not ' if found else '', n, name))
        for line in found[:int(os.environ.get('LINES_MAX', 6))]:
            print('#', line)
        if len(found) > 6:
            print('# ... %d in all' % len(found))
    print('1..%d' % len(paths))
    return bad > 0


if __name__ == '__main__':
    sys.exit(main())
