# SPDX-License-Identifier: BSD-2-Clause
"""Files of nfdump and flow-tools through flowcat and flowstat.

Files are made by old_files.py from the formats' descriptions, with what each flow has to become beside it.  Where
$FLOW_HISTORY (else ../shared/history beside the source tree) has files of the collectors themselves, with what their own
programs print of them, rows are compared with that, too.
"""
import csv
import datetime
import glob
import json
import os
import random
import shutil
import struct
import subprocess
import sys
import tempfile

import old_files as o

SOURCE = os.environ.get('FLOW_SRCDIR', '.')
BUILD = os.environ.get('FLOW_BUILDDIR', '.')
HISTORY = os.environ.get('FLOW_HISTORY', os.path.join(SOURCE, '..', 'shared', 'history'))
FLOWCAT, FLOWSTAT, FLOWGEN, FLOWCAP = (os.path.join(BUILD, p) for p in ('flowcat', 'flowstat', 'flowgen', 'flowcap'))
ENV = dict(os.environ, TZ='UTC', LC_ALL='C')
T0 = 1700000000123
state = {'number': 0, 'failed': 0}


def tap(name, ok, *why):
    state['number'] += 1
    print(('ok' if ok else 'not ok'), state['number'], '-', name, flush=True)
    if not ok:
        state['failed'] += 1
        for line in why:
            print('# ', str(line)[:600])


def skip(name, why):
    state['number'] += 1
    print('ok', state['number'], '-', name, '# SKIP', why, flush=True)


def same(name, got, want):
    tap(name, got == want, 'got  %r' % (got,), 'want %r' % (want,))


def run(*args, stdin=b''):
    p = subprocess.run(args, input=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=ENV, check=False)
    return p.returncode, p.stdout.decode(), p.stderr.decode()


def rows_of(*args):
    """Status, rows as dicts, and messages."""
    status, out, err = run(FLOWCAT, '-o', 'json', *args)
    return status, json.loads(out) if out.strip() else None, err


def iso(ms):
    t = datetime.datetime(1970, 1, 1) + datetime.timedelta(milliseconds=ms)
    return t.strftime('%Y-%m-%dT%H:%M:%S.') + '%03dZ' % (ms % 1000)


class Work:
    def __init__(self):
        self.path = tempfile.mkdtemp(prefix='history-test.')

    def put(self, name, data):
        path = os.path.join(self.path, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'wb') as f:
            f.write(data)
        return path


def mac(n):
    return ':'.join('%02x' % b for b in n.to_bytes(6, 'big'))


def full_2():
    """A flow with every element that has columns, and what it is."""
    first, last = T0, T0 + 1500
    elements = [
        o.generic(first, last, T0 + 9000, 5000000000, 7000000000000, 443, 50000, 6, 0x1b, 64, 0xb8),
        o.element(3, o.numbers('2001:db8::1') + o.numbers('2001:db8::2')),
        o.element(4, struct.pack('<IIBBBBBBH', 70000, 2, 48, 64, 1, 8, 2, 3, 0)),
        o.element(5, struct.pack('<QQQ', 3, 11, 22)),
        o.element(6, struct.pack('<II', 100, 4094)),
        o.element(7, struct.pack('<II', 4200000001, 64500)),
        o.element(9, o.numbers('2001:db8::b')),
        o.element(11, o.numbers('2001:db8::c')),
        o.element(13, o.numbers('2001:db8::d')),
        o.element(14, struct.pack('<10I', *([16001, 32] + [0] * 8))),
        o.element(15, struct.pack('<4Q', 0x0a0b0c0d0e0f, 0, 0x112233445566, 0)),
        o.element(16, struct.pack('<II', 65001, 65002)),
        o.element(17, struct.pack('<QQQ', 1000, 2000, 1 << 40)),
        o.element(18, struct.pack('<QHH', 7, 1, 0)),
        o.element(20, o.numbers('203.0.113.1') + o.numbers('203.0.113.2')),
        o.element(22, struct.pack('<HH', 1025, 1026)),
        o.element(24, b'alice'.ljust(68, b'\0')),
        o.element(25, struct.pack('<QIBBH', T0 + 5, 77, 1, 0, 0)),
        o.element(26, struct.pack('<4H', 1024, 2047, 1, 1024)),
        o.element(27, b'\x0d\0\0\x31'),
        o.element(28, b'a label\0'),
        o.element(33, struct.pack('<QI', 99, 5)),
        o.element(36, struct.pack('<II', 8, 9)),
        o.element(38, struct.pack('<HHHHIIQHB5x', 0, 12, 0, 0, 31, 0, 5001, 0x86dd, 6)),
        o.element(39, struct.pack('<Q', 1 << 50)),
        o.element(42, bytes([0, 0x40, 63, 64])),
        o.element(0, b'whatever'),
    ]
    want = {
        'first': iso(first), 'last': iso(last), 'received': iso(T0 + 9000), 'src_addr': '2001:db8::1',
        'dst_addr': '2001:db8::2', 'src_port': 443, 'dst_port': 50000, 'proto': 6, 'tos': 0xb8, 'tcp_flags': 0x1b,
        'fwd_status': 64, 'packets': 5000000000, 'bytes': 7000000000000, 'flows': 3, 'rev_packets': 11, 'rev_bytes': 22,
        'sampling': 100, 'in_if': 70000, 'out_if': 2, 'src_as': 4200000001, 'dst_as': 64500, 'prev_as': 65002,
        'next_as': 65001, 'src_mask': 48, 'dst_mask': 64, 'next_hop': '2001:db8::c', 'bgp_next_hop': '2001:db8::b',
        'direction': 1, 'dst_tos': 8, 'biflow_direction': 2, 'end_reason': 3, 'in_vrf': 9, 'out_vrf': 8,
        'in_src_mac': mac(0x0a0b0c0d0e0f), 'in_dst_mac': mac(0x112233445566), 'src_vlan': 100, 'dst_vlan': 4094,
        'mpls_1': 16001, 'mpls_2': 32, 'ether_type': 0x86dd, 'ip_version': 6, 'min_ttl': 63, 'max_ttl': 64,
        'frag_flags': 0x40, 'nat_src_addr': '203.0.113.1', 'nat_dst_addr': '203.0.113.2', 'nat_src_port': 1025,
        'nat_dst_port': 1026, 'port_block_start': 1024, 'port_block_end': 2047, 'port_block_step': 1,
        'port_block_size': 1024, 'nat_event': 1, 'event_time': iso(T0 + 5), 'username': 'alice', 'conn_id': 1 << 50,
        'app_id': '13:49', 'app_name': 'ping', 'client_latency': 1000, 'server_latency': 2000,
        'app_latency': (1 << 32) - 1, 'exporter': '2001:db8::d', 'domain': 5, 'observation_point': 99,
        'export_version': 10,
        'extra': {'selectorId': 7, 'natPoolId': 77, 'nfdumpLabel': 'a label', 'dot1qCustomerVlanId': 12,
                  'ingressPhysicalInterface': 31, 'layer2SegmentId': 5001},
    }
    return o.flow_2(elements, exporter=1, flags=2, version=10, engine=(0, 5)), want


def plain_2(i, exporter=2):
    """A flow like most, of an exporter that only its record tells."""
    first = T0 + 10 * i
    record = o.flow_2([o.generic(first, first + 5, 0, i + 1, 40 * (i + 1), 1000 + i, 53, 17),
                       o.element(2, o.numbers('10.0.%d.%d' % (i // 256, i % 256)) + o.numbers('192.0.2.1'))],
                      exporter=exporter, version=9, engine=(1, 2))
    return record, {'first': iso(first), 'last': iso(first + 5), 'received': iso(first + 5), 'src_port': 1000 + i,
                    'src_addr': '10.0.%d.%d' % (i // 256, i % 256), 'dst_addr': '192.0.2.1', 'dst_port': 53,
                    'proto': 17, 'tos': 0, 'tcp_flags': 0, 'packets': i + 1, 'bytes': 40 * (i + 1), 'flows': 1,
                    'exporter': '198.51.100.7', 'domain': 258, 'export_version': 9}


def special_2():
    """Firewall events, ICMP, sFlow, NetFlow v5, and flows whose exporter nobody tells."""
    nsel = o.flow_2([o.generic(0, 0, T0, 0, 56, 0, 0x0803, 1),
                     o.element(2, o.numbers('10.1.1.1') + o.numbers('10.1.1.2')),
                     o.element(5, struct.pack('<QQQ', 0, 2, 112)),
                     o.element(19, struct.pack('<QIHBB', T0, 8500, 2025, 2, 0)),
                     o.element(23, struct.pack('>6I', 0xf8e7ff3, 0xfc1a030f, 0, 0, 0, 0)),
                     o.element(12, o.numbers('192.0.2.9'))], exporter=9, flags=1)
    want_nsel = {'first': iso(T0), 'last': iso(T0), 'received': iso(T0), 'src_addr': '10.1.1.1', 'dst_addr': '10.1.1.2',
                 'src_port': 0, 'dst_port': 0x0803, 'proto': 1, 'tos': 0, 'tcp_flags': 0, 'icmp_type': 8, 'icmp_code': 3,
                 'packets': 0, 'bytes': 56, 'flows': 1, 'rev_packets': 2, 'rev_bytes': 112, 'fw_event': 2,
                 'fw_ext_event': 2025, 'event_time': iso(T0), 'in_acl': '0f8e7ff3-fc1a030f-00000000', 'conn_id': 8500,
                 'exporter': '192.0.2.9', 'export_version': 9}
    sflow = o.flow_2([o.generic(T0, T0, T0, 512, 512 * 100, 1, 2, 17),
                      o.element(2, o.numbers('10.1.1.3') + o.numbers('10.1.1.4')),
                      o.element(12, o.numbers('192.0.2.10'))], exporter=9, flags=2, version=0x85)
    want_sflow = {'first': iso(T0), 'last': iso(T0), 'received': iso(T0), 'src_addr': '10.1.1.3',
                  'dst_addr': '10.1.1.4', 'src_port': 1, 'dst_port': 2, 'proto': 17, 'tos': 0, 'tcp_flags': 0,
                  'packets': 512, 'bytes': 51200, 'flows': 1, 'sampling': 512, 'exporter': '192.0.2.10',
                  'export_version': 105}
    v5 = o.flow_2([o.generic(T0, T0 + 1, T0 + 2, 1, 40, 3, 4, 6, 2),
                   o.element(2, o.numbers('10.1.1.5') + o.numbers('10.1.1.6')),
                   o.element(4, struct.pack('<IIBBBBBBH', 1, 2, 0, 0, 0, 0, 0, 0, 0)),
                   o.element(10, o.numbers('10.9.9.9'))], exporter=8, version=5, engine=(0, 3))
    want_v5 = {'first': iso(T0), 'last': iso(T0 + 1), 'received': iso(T0 + 2), 'src_addr': '10.1.1.5',
               'dst_addr': '10.1.1.6', 'src_port': 3, 'dst_port': 4, 'proto': 6, 'tos': 0, 'tcp_flags': 2,
               'packets': 1, 'bytes': 40, 'flows': 1, 'in_if': 1, 'out_if': 2, 'next_hop': '10.9.9.9',
               'engine_type': 0, 'engine_id': 3, 'exporter': '0.0.0.0', 'export_version': 5}
    return [nsel, sflow, v5], [want_nsel, want_sflow, want_v5]


def file_2(codec):
    """Three blocks; the exporter of the second one's flows is told behind them, as nfcapd's threads may write it."""
    full, want_full = full_2()
    some = [plain_2(i) for i in range(400)]
    records, wants = special_2()
    first = [o.exporter_record(1, '2001:db8::d', 10, 5), o.sampler_record(1, 7, 1, 99), o.sampler_record(1, -1, 1, 9),
             o.apps_record([(b'\x0d\0\0\x30', 'http'), (b'\x0d\0\0\x31', 'ping')]), full]
    second = [r for r, _ in some]
    third = [o.exporter_record(2, '198.51.100.7', 9, 258, old=True)] + records
    return o.nfdump_2([first, second, third], codec), [want_full] + [w for _, w in some] + wants


FULL_MAP = [5, 7, 8, 10, 12, 13, 15, 17, 19, 20, 21, 22, 24, 25, 26, 27, 45]
EVENT_MAP = [4, 6, 9, 11, 14, 16, 18, 23, 37, 38, 39, 41, 42, 46, 48]


def file_1(codec):
    def ex(form, *values):
        return struct.pack('<' + form, *values)

    fields = {'first': T0, 'last': T0 + 700, 'fwd': 64, 'flags': 0x12, 'proto': 6, 'tos': 4, 'sport': 443, 'dport': 9,
              'version': 9, 'exporter': 3, 'biflow': 1, 'reason': 2, 'sampled': 1}
    full = o.flow_1(4, fields, ('2001:db8::5', '2001:db8::6'), 1 << 40, 1 << 41, [
        ex('II', 70001, 70002), ex('II', 4200000002, 7), bytes([16, 1, 32, 48]), o.numbers('2001:db8::a'),
        o.numbers('2001:db8::b'), ex('HH', 10, 20), ex('Q', 33), ex('Q', 44), ex('Q', 2), ex('QQ', 0x010203040506, 7),
        ex('QQ', 8, 9), ex('10I', 500, *[0] * 9), o.numbers('2001:db8::e'), bytes([0, 0, 1, 2]), ex('II', 1, 2),
        ex('Q', T0 + 800), ex('QQQ', 3, 4, 5)], wide=True)
    want_full = {
        'first': iso(T0), 'last': iso(T0 + 700), 'received': iso(T0 + 800), 'src_addr': '2001:db8::5',
        'dst_addr': '2001:db8::6', 'src_port': 443, 'dst_port': 9, 'proto': 6, 'tos': 4, 'tcp_flags': 0x12,
        'fwd_status': 64, 'packets': 1 << 40, 'bytes': 1 << 41, 'flows': 2, 'rev_packets': 33, 'rev_bytes': 44,
        'sampling': 10, 'in_if': 70001, 'out_if': 70002, 'src_as': 4200000002, 'dst_as': 7, 'prev_as': 2, 'next_as': 1,
        'src_mask': 32, 'dst_mask': 48, 'direction': 1, 'dst_tos': 16, 'next_hop': '2001:db8::a',
        'bgp_next_hop': '2001:db8::b', 'biflow_direction': 1, 'end_reason': 2, 'src_vlan': 10, 'dst_vlan': 20,
        'in_src_mac': mac(0x010203040506), 'out_dst_mac': mac(7), 'in_dst_mac': mac(8), 'out_src_mac': mac(9),
        'mpls_1': 500, 'exporter': '2001:db8::e', 'domain': 65537, 'engine_type': 1, 'engine_id': 2,
        'client_latency': 3, 'server_latency': 4, 'app_latency': 5, 'export_version': 9}
    fields = {'first': 0, 'last': 0, 'proto': 58, 'sport': 0, 'dport': 0, 'version': 9, 'exporter': 3}
    event = o.flow_1(5, fields, ('10.0.0.1', '10.0.0.2'), 1, 2, [
        ex('HH', 1, 2), ex('HH', 3, 4), o.numbers('10.0.0.3'), o.numbers('10.0.0.4'), ex('I', 5), ex('I', 6),
        ex('I', 7), o.numbers('10.0.0.5'), ex('QIHBBHH', T0, 8, 0x8001, 2, 0, 9, 10), ex('HH', 11, 12),
        o.numbers('10.0.0.6') + o.numbers('10.0.0.7'), ex('6I', 1, 2, 3, 4, 5, 6), b'bob'.ljust(24, b'\0'),
        ex('BBHII', 1, 0, 0, 13, 14), ex('4H', 15, 16, 17, 18)])
    want_event = {
        'first': iso(T0), 'last': iso(T0), 'received': iso(T0), 'src_addr': '10.0.0.1', 'dst_addr': '10.0.0.2',
        'src_port': 0, 'dst_port': 0, 'proto': 58, 'tos': 0, 'tcp_flags': 0, 'icmp_type': 0x80, 'icmp_code': 1,
        'packets': 1, 'bytes': 2, 'flows': 7, 'rev_packets': 5, 'rev_bytes': 6, 'in_if': 1, 'out_if': 2, 'src_as': 3,
        'dst_as': 4, 'next_hop': '10.0.0.3', 'bgp_next_hop': '10.0.0.4', 'in_vrf': 14, 'out_vrf': 13,
        'nat_src_addr': '10.0.0.6', 'nat_dst_addr': '10.0.0.7', 'nat_src_port': 11, 'nat_dst_port': 12,
        'port_block_start': 15, 'port_block_end': 16, 'port_block_step': 17, 'port_block_size': 18, 'nat_event': 1,
        'fw_event': 2, 'fw_ext_event': 9, 'event_time': iso(T0), 'in_acl': '00000001-00000002-00000003',
        'out_acl': '00000004-00000005-00000006', 'username': 'bob', 'conn_id': 8, 'exporter': '10.0.0.5',
        'domain': 65537, 'export_version': 9, 'extra': {'securityGroupTag': 10}}
    fields = {'first': T0, 'last': T0, 'proto': 17, 'sport': 5, 'dport': 6, 'version': 3}
    first = o.flow_1(6, fields, ('10.0.0.8', '10.0.0.9'), 3, 4, [], kind=1)
    want_first = {'first': iso(T0), 'last': iso(T0), 'received': iso(T0), 'src_addr': '10.0.0.8',
                  'dst_addr': '10.0.0.9', 'src_port': 5, 'dst_port': 6, 'proto': 17, 'tos': 0, 'tcp_flags': 0,
                  'packets': 3, 'bytes': 4, 'flows': 1, 'exporter': '203.0.113.3', 'domain': 65537,
                  'export_version': 9}
    describe = [o.exporter_record(3, '203.0.113.3', 9, 65537, old=True), o.sampler_record_old(3, -1, 10),
                o.map_record(4, FULL_MAP), o.map_record(5, EVENT_MAP), o.map_record(6, [])]
    return o.nfdump_1([describe + [full], [event, first]], codec), [want_full, want_event, want_first]


def stamp(order, swapped=False, uptime=5000, exporter='192.0.2.77'):
    e = struct.pack(order + 'I', int(o.ipaddress.ip_address(exporter)))
    u = struct.pack(order + 'I', uptime)
    return struct.pack(order + 'II', 1700000000, 250000000) + (e + u if swapped else u + e)


def addr(order, text):
    return struct.pack(order + 'I', int(o.ipaddress.ip_address(text)))


SINCE = 1700000000250 - 5000


def common_want(version):
    return {'first': iso(SINCE + 1000), 'last': iso(SINCE + 2000), 'received': iso(SINCE + 5000),
            'exporter': '192.0.2.77', 'export_version': version, 'flows': 1, 'packets': 3, 'bytes': 4}


def plain_ft(order, tail):
    return stamp(order) + addr(order, '10.0.0.1') + addr(order, '10.0.0.2') + addr(order, '10.0.0.3') + \
        struct.pack(order + 'HHIIIIHHBBB', 1, 2, 3, 4, 1000, 2000, 0, 0x0301, 1, 6, 7) + tail


WANT_PLAIN = {'src_addr': '10.0.0.1', 'dst_addr': '10.0.0.2', 'next_hop': '10.0.0.3', 'in_if': 1, 'out_if': 2,
              'src_port': 0, 'dst_port': 0x301, 'proto': 1, 'tos': 6, 'tcp_flags': 7, 'icmp_type': 3, 'icmp_code': 1}
WANT_ROUTE = {'engine_type': 8, 'engine_id': 9, 'src_mask': 24, 'dst_mask': 25, 'src_as': 64500, 'dst_as': 64501}


def forms(order):
    """Of each form of records a name, version, aggregation, a record, and what it is beyond common_want."""
    def p(form, *values):
        return struct.pack(order + form, *values)

    route = p('xBBBBHH', 8, 9, 24, 25, 64500, 64501)
    src, dst = addr(order, '10.1.0.0'), addr(order, '10.2.0.0')
    hop = addr(order, '10.0.0.4')
    count = p('IIIII', 20, 3, 4, 1000, 2000)
    bare = p('IIII', 3, 4, 1000, 2000)
    engine = {'engine_type': 8, 'engine_id': 9}
    asn = {'src_as': 64500, 'dst_as': 64501}
    nets = {'src_addr': '10.1.0.0', 'dst_addr': '10.2.0.0', 'src_mask': 24, 'dst_mask': 25}
    ifs = {'in_if': 1, 'out_if': 2}
    ports = {'src_port': 53, 'dst_port': 1025}
    s, t = stamp(order), stamp(order, swapped=True)
    extra = {'extraPackets': 5, 'routerShortcut': '10.0.0.4', 'markedTos': 7}
    grouped = {'flows': 20}
    return [
        ('v1', 1, 0, plain_ft(order, p('xI', 0)), WANT_PLAIN),
        ('v5', 5, 0, plain_ft(order, route), {**WANT_PLAIN, **WANT_ROUTE}),
        ('v6', 6, 0, plain_ft(order, route + p('BBH', 1, 2, 0) + hop), {**WANT_PLAIN, **WANT_ROUTE, 'extra': {
            'inEncapsulation': 1, 'outEncapsulation': 2, 'peerNextHop': '10.0.0.4'}}),
        ('v7', 7, 0, plain_ft(order, b'\x21' + route[1:] + hop), {**WANT_PLAIN, **WANT_ROUTE, 'extra': {
            'discardFlags': 33, 'routerShortcut': '10.0.0.4'}}),
        ('v1005', 1005, 0, plain_ft(order, route + p('II', 11, 12)), {**WANT_PLAIN, **WANT_ROUTE, 'extra': {
            'srcTag': 11, 'dstTag': 12}}),
        ('v8.1', 8, 1, s + count + p('HHHHBBH', 64500, 64501, 1, 2, 8, 9, 0), {**grouped, **asn, **ifs, **engine}),
        ('v8.2', 8, 2, s + count + p('BBHHHBBH', 17, 0, 0, 53, 1025, 8, 9, 0),
         {**grouped, 'proto': 17, **ports, **engine}),
        ('v8.3', 8, 3, t + count + src + p('BBHHBB', 24, 0, 64500, 1, 8, 9),
         {**grouped, 'src_addr': '10.1.0.0', 'src_mask': 24, 'src_as': 64500, 'in_if': 1, **engine}),
        ('v8.4', 8, 4, s + count + dst + p('BBBBHH', 25, 0, 8, 9, 64501, 2),
         {**grouped, 'dst_addr': '10.2.0.0', 'dst_mask': 25, 'dst_as': 64501, 'out_if': 2, **engine}),
        ('v8.5', 8, 5, s + count + src + dst + p('BBBBHHHH', 25, 24, 8, 9, 64500, 64501, 1, 2),
         {**grouped, **nets, **asn, **ifs, **engine}),
        ('v8.6', 8, 6, s + bare + dst + p('I', 5) + hop + p('HHBBBB', 2, 0, 6, 7, 8, 9),
         {'dst_addr': '10.2.0.0', 'out_if': 2, 'tos': 6, **engine, 'extra': extra}),
        ('v8.7', 8, 7, s + bare + dst + src + p('I', 5) + hop + p('HHBBBB', 2, 1, 6, 7, 8, 9),
         {'src_addr': '10.1.0.0', 'dst_addr': '10.2.0.0', **ifs, 'tos': 6, **engine, 'extra': extra}),
        ('v8.8', 8, 8, s + bare + dst + src + p('I', 5) + hop + p('HHHHBBBBBBH', 1025, 53, 2, 1, 6, 7, 8, 9, 17, 0, 0),
         {'src_addr': '10.1.0.0', 'dst_addr': '10.2.0.0', **ifs, **ports, 'proto': 17, 'tos': 6, **engine,
          'extra': extra}),
        ('v8.9', 8, 9, s + count + p('HHHHBBBB', 64500, 64501, 1, 2, 8, 9, 6, 0),
         {**grouped, **asn, **ifs, **engine, 'tos': 6}),
        ('v8.10', 8, 10, s + count + p('HHHHBBBB', 53, 1025, 1, 2, 8, 9, 17, 6),
         {**grouped, **ports, **ifs, **engine, 'proto': 17, 'tos': 6}),
        ('v8.11', 8, 11, t + count + src + p('BBHHBB', 24, 6, 64500, 1, 8, 9),
         {**grouped, 'src_addr': '10.1.0.0', 'src_mask': 24, 'tos': 6, 'src_as': 64500, 'in_if': 1, **engine}),
        ('v8.12', 8, 12, t + count + dst + p('HHBBBB', 2, 64501, 25, 6, 8, 9),
         {**grouped, 'dst_addr': '10.2.0.0', 'dst_mask': 25, 'tos': 6, 'dst_as': 64501, 'out_if': 2, **engine}),
        ('v8.13', 8, 13, s + count + src + dst + p('HHHHBBBBBBH', 64500, 64501, 1, 2, 25, 24, 8, 9, 6, 0, 0),
         {**grouped, **nets, **asn, **ifs, **engine, 'tos': 6}),
        ('v8.14', 8, 14, s + count + src + dst + p('HHHHBBBBBBH', 53, 1025, 1, 2, 25, 24, 8, 9, 6, 17, 0),
         {**grouped, **nets, **ports, **ifs, **engine, 'tos': 6, 'proto': 17}),
    ]


def check_flow_tools(w):
    for order, name in (('<', 'little-endian'), ('>', 'big-endian')):
        for form, version, aggregation, record, extra in forms(order):
            for packed in (False, True):
                data = o.flow_tools_3(version, [record] * 3, order, packed, aggregation)
                path = w.put('ft-%s-%s-%d' % (form, name, packed), data)
                want = {**common_want(5 if version == 1005 else version), **extra}
                status, got, err = rows_of('-r', path)
                same('flow-tools %s, %s%s' % (form, name, ', zlib' if packed else ''), (status, got, err),
                     (0, [want] * 3, ''))
        old = struct.pack(order + 'II', 1700000000, 500) + addr(order, '10.0.0.1') + addr(order, '10.0.0.2') + \
            addr(order, '10.0.0.3') + struct.pack(order + 'HHIIIIHHHBBBBBBHHBBH', 1, 2, 3, 4, 1000, 2000, 53, 1025, 0,
                                                  17, 6, 7, 0, 0, 0, 64500, 64501, 24, 25, 0)
        want = {'first': iso(1700000001500), 'last': iso(1700000002500), 'received': iso(1700000002500),
                'src_addr': '10.0.0.1', 'dst_addr': '10.0.0.2', 'next_hop': '10.0.0.3', 'in_if': 1, 'out_if': 2,
                'packets': 3, 'bytes': 4, 'flows': 1, 'src_port': 53, 'dst_port': 1025, 'proto': 17, 'tos': 6,
                'tcp_flags': 7, 'src_as': 64500, 'dst_as': 64501, 'src_mask': 24, 'dst_mask': 25,
                'exporter': '0.0.0.0', 'export_version': 5}
        path = w.put('ft-1-' + name, o.flow_tools_1(5, [old] * 2, order, order == '>'))
        same('flow-tools format 1, ' + name, rows_of('-r', path), (0, [want] * 2, ''))
    record = stamp('<', uptime=100) + plain_ft('<', b'\0' * 9)[16:40] + \
        struct.pack('<II', 2**32 - 900, 50) + plain_ft('<', b'\0' * 9)[48:]
    status, got, err = rows_of('-r', w.put('ft-wrap', o.flow_tools_3(5, [record])))
    same('an uptime that has wrapped', (status, got[0]['first'], got[0]['last']),
         (0, iso(1700000000250 - 1000), iso(1700000000250 - 50)))


def check_many(w):
    """Parts, of compressed data too, whose count the header tells or not."""
    records = [plain_ft('<', b'\0' * 9)[:36] + struct.pack('<I', i) + plain_ft('<', b'\0' * 9)[40:]
               for i in range(150000)]
    total = sum(range(150000))
    for packed in (False, True):
        for count in (True, False):
            path = w.put('ft-many', o.flow_tools_3(5, records, '<', packed, 0, count))
            name = 'parts of flow-tools%s%s' % (', zlib' if packed else '', '' if count else ', not counted')
            status, out, err = run(FLOWCAT, '-r', path, '-o', 'fmt:%byt', '-N', '-q')
            same(name + ': in order', (status, [int(x) for x in out.split()], err), (0, list(range(150000)), ''))
            status, out, err = run(FLOWSTAT, '-j', '4', '-r', path, '-s', 'proto', '-o', 'csv')
            tap(name + ': summed up', status == 0 and str(total) in out, status, out, err)
            status, out, err = run(FLOWCAT, '-j', '4', '-r', path, '-O', 'bytes', '-c', '3', '-o', 'fmt:%byt', '-N',
                                   '-q')
            same(name + ': first of an order', (status, out.split()), (0, ['149999', '149998', '149997']))


def check_nfdump(w):
    for codec, name in enumerate(('plain', 'LZO', 'bzip2', 'LZ4', 'ZSTD')):
        data, want = file_2(codec)
        path = w.put('nf2-' + name, data)
        status, got, err = rows_of('-r', path)
        if 'build with' in err:
            skip('nfdump layout 2, ' + name, 'not built in')
        else:
            same('nfdump layout 2, ' + name, (status, got, err), (0, want, ''))
        if codec == o.ZSTD:
            continue
        data, want = file_1(codec)
        status, got, err = rows_of('-r', w.put('nf1-' + name, data))
        if 'build with' in err:
            skip('nfdump layout 1, ' + name, 'not built in')
        else:
            same('nfdump layout 1, ' + name, (status, got, err), (0, want, ''))
    path = os.path.join(w.path, 'nf2-LZO')
    want = file_2(o.LZO)[1]
    with open(path, 'rb') as f:
        same('from standard input', rows_of_input(f.read()), (0, want))
    same('a filter, and columns of rows that passed', rows_of('-r', path, 'host 2001:db8::1 and app_name ping')[1],
         want[:1])
    for host in ('10.0.0.7', '192.0.2.1', '2001:db8::2', '203.0.113.99'):
        for what in ('host %s', 'src host %s', 'dst host %s and not port 1007', 'host %s or proto tcp'):
            hits = [r for r in want if host in {'host %s': (r['src_addr'], r['dst_addr']), 'src host %s': (r['src_addr'],),
                                                'host %s or proto tcp': (r['src_addr'], r['dst_addr'])}.get(
                                                    what, (r['dst_addr'],))]
            if 'not port' in what:
                hits = [r for r in hits if 1007 not in (r['src_port'], r['dst_port'])]
            if 'tcp' in what:
                hits = [r for r in want if r in hits or r['proto'] == 6]
            same('the filter ' + what % host, rows_of('-r', path, what % host)[1] or [], hits)
    same('a window of time', len(rows_of('-r', path, '-t', '2023-11-14T22:13:20.123Z-2023-11-14T22:13:20.143Z')[1] or []),
         len([x for x in want if iso(T0) <= x['first'] < iso(T0 + 20)]))
    same('a filter by ident', len(rows_of('-r', path, 'ident history')[1]), len(want))
    unclosed = o.nfdump_2([[plain_2(i)[0] for i in range(5)]], o.LZ4, closed=False)
    same('a file that was not closed', len(rows_of('-r', w.put('nf-open', unclosed))[1]), 5)


def rows_of_input(data):
    status, out, _ = run(FLOWCAT, '-o', 'json', '-r', '-', stdin=data)
    return status, json.loads(out)


def check_archive(w):
    """Old files beside Parquet, and made into it."""
    old = w.put('tree/2023/nfcapd.202311142210', file_2(o.LZ4)[0])
    w.put('tree/2023/nfcapd.202311142215', file_1(o.LZO)[0])
    w.put('tree/ft-v05.2023-11-14.221500+0000', o.flow_tools_3(5, [plain_ft('<', b'\0' * 9)] * 3, '<', True))
    w.put('tree/nfcapd.current.4711', b'not looked at')
    w.put('tree/tmp-v05.2023-11-14.222000+0000', b'not looked at')
    tree = os.path.join(w.path, 'tree')
    want = file_2(o.LZ4)[1] + file_1(o.LZO)[1]
    count = len(want) + 3
    one = os.path.join(w.path, 'one.parquet')
    status, _, err = run(FLOWCAT, '-r', old, '-w', one)
    same('-w of an old file', (status, err), (0, ''))
    same('it has the same rows', rows_of('-r', one), rows_of('-r', old))
    status, out, _ = run(FLOWCAT, '-I', '-r', one)
    tap('its ident and exporters', status == 0 and 'Ident: history' in out, out)
    status, out, _ = run(FLOWCAT, '--exporters', '-r', one)
    tap('its exporters are those of the rows', status == 0 and '198.51.100.7' in out and '2001:db8::d' in out, out)
    status, out, _ = run(FLOWCAT, '-r', tree, '-r', one, '-o', 'csv', '-q')
    same('a tree of old files beside an archive', (status, len(out.splitlines())), (0, count + len(file_2(0)[1])))
    slots = os.path.join(w.path, 'slots')
    os.mkdir(slots)
    status, _, err = run(FLOWCAT, '--split', '300', '-S', '2', '-w', slots, '-r', tree)
    tap('--split of a tree: the ledger', status == 0 and 'of nfdump: 2, of flow-tools: 1' in err and
        '%d flows' % count in err and '0 lost' in err and '%d flows filed, 0 left out' % count in err, status, err)
    everything = sorted(json.dumps(r, sort_keys=True) for r in rows_of('-r', slots)[1])
    same('--split loses nothing', everything,
         sorted(json.dumps(r, sort_keys=True) for r in rows_of('-r', tree)[1]))
    names = sorted(os.path.relpath(p, slots) for p in glob.glob(slots + '/**/*.parquet', recursive=True))
    same('slots by the old files\' times', names, ['2023/11/14/22/flowcap.202311142210.parquet'])
    status, out, _ = run(FLOWCAT, '--exporters', '-r', slots)
    tap('slots tell of exporters', status == 0 and '203.0.113.3' in out and '192.0.2.77' in out, out)
    status, _, err = run(FLOWCAT, '--compact', '3600', '-r', tree)
    left = sorted(os.listdir(tree) + os.listdir(tree + '/2023'))
    tap('--compact leaves old files alone', 'nfcapd.202311142210' in left and 'nfcapd.202311142215' in left and
        len(left) == 6 and '--split' in err, left, err)
    status, _, err = run(FLOWCAT, '--verify', '-r', old)
    tap('--verify says what it cannot do', status == 1 and 'no checksums' in err, err)


def check_damage(w):
    data, want = file_2(o.LZ4)
    path = w.put('damaged', data)
    offsets = []
    at = 40
    while len(offsets) < 3:
        n, size = struct.unpack_from('<II', data, at)
        offsets.append((at, n, size))
        at += 12 + size
    broken = bytearray(data)
    middle = offsets[1][0] + 12
    broken[middle:middle + 4] = b'\xff\xff\xff\xff'
    status, got, err = rows_of('-r', w.put('damaged', bytes(broken)))
    same('a damaged block: the others are read', (status, got), (1, want[:1] + want[401:]))
    tap('it is told where, and what it costs', 'damaged' in err and 'at byte %d' % middle in err and
        '400 records lost' in err, err)
    short = data[:offsets[2][0] + 20]
    status, got, err = rows_of('-r', w.put('damaged', short))
    same('a file that ends within a block', (status, len(got)), (1, 401))
    tap('it is told', 'ends within a block' in err and 'at byte %d' % offsets[2][0] in err, err)
    out_dir = os.path.join(w.path, 'damaged.d')
    os.mkdir(out_dir)
    w.put('damaged', bytes(broken))
    status, _, err = run(FLOWCAT, '--split', '300', '-w', out_dir, '-r', path)
    tap('--split of it balances, and fails', status == 1 and '409 records = 4 flows + 5 that' in err and
        '+ 400 lost' in err and '; 4 flows filed, 0 left out' in err, err)
    map_lost = o.nfdump_1([[o.exporter_record(3, '203.0.113.3', 9, 1, old=True), o.flow_1(
        7, {'first': T0, 'last': T0, 'proto': 17, 'sport': 5, 'dport': 6, 'version': 9, 'exporter': 3},
        ('10.0.0.8', '10.0.0.9'), 3, 4, [])]])
    status, got, err = rows_of('-r', w.put('damaged', map_lost))
    tap('a flow without its map', status == 1 and not got and '1 record lost' in err, status, got, err)
    unknown = o.nfdump_2([[plain_2(0)[0], o.flow_2([o.generic(T0, T0, T0, 1, 1, 1, 1, 6), o.element(60, b'1234')])]])
    status, got, err = rows_of('-r', w.put('damaged', unknown))
    tap('an element that is not known', status == 1 and len(got) == 2 and 'type 60' in err, status, got, err)
    packed = o.flow_tools_3(5, [plain_ft('<', b'\0' * 9)] * 1000 + [os.urandom(64) for _ in range(1000)], '<', True)
    status, got, err = rows_of('-r', w.put('damaged', packed[:len(packed) - 2000]))
    tap('zlib that ends too early', status == 1 and 1000 <= len(got) < 2000 and 'ends too early' in err, status, err)
    cut = o.flow_tools_3(5, [plain_ft('<', b'\0' * 9)] * 4)[:-10]
    status, got, err = rows_of('-r', w.put('damaged', cut))
    tap('a record that is cut', status == 1 and len(got) == 3 and '54 of 64 bytes' in err and '1 record lost' in err,
        status, err)


def check_hostile(w):
    """Bytes changed and files cut anywhere: never anything but rows and messages."""
    random.seed(23)
    wrong = []
    for make in (lambda: file_2(o.LZO)[0], lambda: file_2(o.PLAIN)[0], lambda: file_1(o.LZ4)[0],
                 lambda: o.flow_tools_3(8, [forms('>')[18][3]] * 9, '>', True, 14)):
        data = make()
        for _ in range(40):
            broken = bytearray(data)
            for _ in range(random.randint(1, 4)):
                broken[random.randrange(len(broken))] = random.choice([0, 1, 127, 128, 255, random.randrange(256)])
            if random.random() < 0.3:
                del broken[random.randrange(len(broken)):]
            path = w.put('hostile', bytes(broken))
            status, _, err = run(FLOWCAT, '-r', path, '-o', 'json')
            if status not in (0, 1) or (status == 1 and path not in err):
                wrong.append((status, err))
                shutil.copy(path, path + '.%d' % len(wrong))
    same('160 damaged files', wrong, [])


def check_kinds(w):
    layout_3 = struct.pack('<HHI', 0xa50c, 3, 0x01080000) + b'\0' * 64
    old, _ = file_1(0)
    tell = [
        ('pcap', b'\xd4\xc3\xb2\xa1\2\0\4\0' + b'\0' * 16, 'a capture (pcap): flowcap -f'),
        ('pcapng', b'\x0a\x0d\x0d\x0a' + b'\0' * 24, 'a capture (pcapng): flowcap -f'),
        ('gzip', b'\x1f\x8b\x08\0' + b'\0' * 20, 'compressed with gzip: gunzip'),
        ('zstd', b'\x28\xb5\x2f\xfd' + b'\0' * 20, 'compressed with Zstandard: unzstd'),
        ('text', b'this is text\n', 'text'),
        ('empty', b'', 'empty'),
        ('SiLK', b'\xde\xad\xbe\xef' + b'\0' * 20, 'rwsilk2ipfix'),
        ('IPFIX', b'\0\x0a\0\x20' + b'\0' * 28, 'IPFIX messages'),
        ('nfdump 1.8', layout_3, 'nfdump 1.8 (layout 3)'),
        ('nfdump, big-endian', b'\xa5\x0c\0\1' + b'\0' * 300, 'big-endian'),
        ('nfdump, layout 9', struct.pack('<HH', 0xa50c, 9) + b'\0' * 60, 'layout 9'),
        ('nfdump, cut', old[:100], 'ends within its header'),
        ('flow-tools, format 2', b'\xcf\x10\1\2' + b'\0' * 60, 'stream format 2'),
        ('flow-tools, version 9', o.flow_tools_3(9, []), 'version 9'),
    ]
    for name, data, word in tell:
        path = w.put('kind', data)
        for program, args in ((FLOWCAT, ['-r', path]), (FLOWSTAT, ['-r', path, '-s', 'proto']),
                              (FLOWGEN, ['--replay', path, '-o', os.path.join(w.path, 'replay.pcap')])):
            status, out, err = run(program, *args)
            tap('%s of %s' % (os.path.basename(program), name), status == 1 and word in err and path in err, status, err)
    archive = os.path.join(w.path, 'archive')
    os.mkdir(archive)
    for name, data, word in [
            ('nfdump', old, 'a file of nfdump: flowcat -r and flowstat -r read it'),
            ('flow-tools', o.flow_tools_3(5, []), 'a file of flow-tools: flowcat -r'),
            ('Parquet', b'PAR1' + b'\0' * 60, 'a Parquet file: flowcat -r'), ('text', b'this is text\n', 'text')]:
        path = w.put('kind', data)
        status, _, err = run(FLOWCAP, '-w', archive, '-f', path)
        tap('flowcap -f of ' + name, status == 1 and word in err and path in err, status, err)


# Files of the collectors themselves.

def flags_text(flags):
    return ''.join(c if flags & bit else '.' for c, bit in zip('CEUAPRSF', (128, 64, 32, 16, 8, 4, 2, 1)))


def ms_of(text):
    """Milliseconds of ISO 8601."""
    t = datetime.datetime.strptime(text[:-1], '%Y-%m-%dT%H:%M:%S.%f') - datetime.datetime(1970, 1, 1)
    return (t.days * 86400 + t.seconds) * 1000 + t.microseconds // 1000


def port_of(r):
    icmp = r.get('proto') in (1, 58)
    return '%d.%d' % (r['icmp_type'], r['icmp_code']) if icmp else str(r.get('dst_port', 0))


def out_of(r, what):
    return r.get('rev_' + what, r.get('post_' + what, 0))


def nfdump_columns(r):
    """As nfdump prints them, by its names."""
    label = r.get('mpls_1', 0)
    return {'firstSeen': '%d.%03d' % divmod(ms_of(r['first']), 1000), 'lastSeen': '%d.%03d' % divmod(ms_of(r['last']), 1000),
            'srcAddr': r.get('src_addr', '0.0.0.0'), 'dstAddr': r.get('dst_addr', '0.0.0.0'),
            'srcPort': str(r.get('src_port', 0)), 'dstPort': port_of(r), 'proto': str(r.get('proto', 0)),
            'packets': str(r['packets']), 'bytes': str(r['bytes']), 'outPackets': str(out_of(r, 'packets')),
            'outBytes': str(out_of(r, 'bytes')), 'flags': flags_text(r.get('tcp_flags', 0)), 'tos': str(r.get('tos', 0)),
            'input': str(r.get('in_if', 0)), 'output': str(r.get('out_if', 0)), 'srcAS': str(r.get('src_as', 0)),
            'dstAS': str(r.get('dst_as', 0)), 'srcXIP': r.get('nat_src_addr', '0.0.0.0'),
            'dstXIP': r.get('nat_dst_addr', '0.0.0.0'), 'srcXPort': str(r.get('nat_src_port', 0)),
            'dstXPort': str(r.get('nat_dst_port', 0)), 'mplsLabel1': '%d-%d-%d' % (label >> 4, label >> 1 & 7, label & 1),
            'srcVlan': str(r.get('src_vlan', 0)), 'routerIP': r['exporter']}


def columns_1(r):
    def when(text):
        return text[:10] + text[11:-1]

    # The nfdump that printed these was built without NSEL: it knows nothing of a firewall's type of ICMP.
    if r.get('proto') == 1 and 'fw_event' in r:
        r = {**r, 'icmp_type': r['dst_port'] >> 8, 'icmp_code': r['dst_port'] & 255}

    return [when(r['first']), when(r['last']), r.get('src_addr', '0.0.0.0'), r.get('dst_addr', '0.0.0.0'),
            str(r.get('src_port', 0)), port_of(r), str(r.get('proto', 0)), str(r['packets']), str(r['bytes']),
            str(out_of(r, 'packets')), str(out_of(r, 'bytes')), flags_text(r.get('tcp_flags', 0)), str(r.get('tos', 0)),
            str(r.get('in_if', 0)), str(r.get('out_if', 0)), str(r.get('src_as', 0)), str(r.get('dst_as', 0))]


FT_NAMES = {'dpkts': 'packets', 'doctets': 'bytes', 'dflows': 'flows', 'engine_type': 'engine_type',
            'engine_id': 'engine_id', 'srcaddr': 'src_addr', 'dstaddr': 'dst_addr', 'nexthop': 'next_hop',
            'input': 'in_if', 'output': 'out_if', 'srcport': 'src_port', 'dstport': 'dst_port', 'prot': 'proto',
            'tos': 'tos', 'tcp_flags': 'tcp_flags', 'src_mask': 'src_mask', 'dst_mask': 'dst_mask', 'src_as': 'src_as',
            'dst_as': 'dst_as', 'exaddr': 'exporter'}


def ft_differences(got, line, number):
    """flow-export's row beside ours: all columns, and the times that it has as uptimes."""
    base = int(line['unix_secs']) * 1000 + int(line['unix_nsecs']) // 1000000
    for name, mine in (('first', 'first'), ('last', 'last')):
        age = (int(line['sysuptime']) - int(line[name]) + 2**30) % 2**32 - 2**30
        if ms_of(got[mine]) != base - age:
            yield number, name, got[mine], line
    for name, text in line.items():
        mine = FT_NAMES.get(name)
        if mine is not None and str(got.get(mine, '')) != text:
            yield number, name, got.get(mine), text


def check_collectors():
    paths = sorted(p for p in glob.glob(os.path.join(HISTORY, '*')) if not p.endswith(('.csv', '.md')))
    if not paths:
        skip('files of the collectors', 'no ' + HISTORY)
    for path in paths:
        name = os.path.basename(path)
        stem, kind = name.split('.', 1)
        table = path + '.csv' if os.path.exists(path + '.csv') else os.path.join(HISTORY, '%s.%s.csv' % (
            stem, kind.rsplit('-', 1)[0]))
        with open(table, encoding='utf-8') as f:
            lines = list(csv.reader(f))
        status, got, err = rows_of('-r', path)
        if 'build with' in err:
            skip(name, 'not built in')
            continue
        if kind.startswith('v1'):
            want = [line for line in lines if len(line) > 5]
            same(name, (status, [columns_1(r) for r in got or []]), (0, want))
        elif kind.startswith('v2'):
            want = [dict(zip(lines[0], (v.strip() for v in line))) for line in lines[1:] if len(line) == len(lines[0])]
            have = [nfdump_columns(r) for r in got]
            wrong = [(i, k, h[k], v) for i, (h, l) in enumerate(zip(have, want)) for k, v in l.items() if h[k] != v]
            tap(name, status == 0 and len(have) == len(want) and not wrong, status, err, len(have), len(want), wrong[:5])
        else:
            head = [h.lstrip('#:') for h in lines[0]]
            # Version 6 has two columns of that name: the second is the peer's.
            if head.count('nexthop') == 2:
                head[-1] = 'peer_nexthop'
            want = [dict(zip(head, line)) for line in lines[1:]]
            wrong = [d for i, (r, l) in enumerate(zip(got, want)) for d in ft_differences(r, l, i)]
            tap(name, status == 0 and len(got) == len(want) and not wrong, status, err, len(got), len(want), wrong[:5])


def main():
    w = Work()
    try:
        check_nfdump(w)
        check_flow_tools(w)
        check_many(w)
        check_archive(w)
        check_damage(w)
        check_hostile(w)
        check_kinds(w)
        check_collectors()
    finally:
        if not state['failed']:
            shutil.rmtree(w.path)
        else:
            print('# files are in', w.path)
    print('1..%d' % state['number'])
    return 1 if state['failed'] else 0


if __name__ == '__main__':
    sys.exit(main())
