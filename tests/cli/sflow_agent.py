# SPDX-License-Identifier: BSD-2-Clause
"""sflow_agent.py PCAP TRUTH RATE: whether the sFlow v5 datagrams of the pcap are what an agent takes of the flows in
TRUTH (JSON lines, by flowgen), one packet in RATE.  Decodes by itself (sflow.org, "sFlow Version 5").

Each packet is taken by chance, so a sum over n samples is off by a normal deviate: six standard deviations are allowed,
which one sum in five hundred million exceeds."""
import collections
import json
import math
import socket
import struct
import sys

pcap, truth, rate = open(sys.argv[1], 'rb').read(), sys.argv[2], int(sys.argv[3])
faults = []


def must(condition, text):
    if not condition:
        faults.append(text)


def words(data, at, n):
    return struct.unpack_from('!%dI' % n, data, at)


def raw_header(data):
    """frame length and IP protocol of the record with a packet's header"""
    at = 0
    while at < len(data):
        kind, length = words(data, at, 2)
        if kind == 1:
            frame = words(data, at + 8, 2)[1]
            header = data[at + 24:at + 8 + length]
            offset = 14
            ether = struct.unpack_from('!H', header, 12)[0]
            return frame, header[offset + 9] if ether == 0x800 else header[offset + 6]
        at += 8 + length
    raise ValueError('no header')


state, datagrams = {}, {}
seen = collections.defaultdict(lambda: [0, 0])      # samples, bytes of frames


def sample(agent, data, expanded):
    sequence, = words(data, 0, 1)
    at = 4
    if expanded:
        source, at = words(data, at, 2)[1], at + 8
    else:
        source, at = words(data, at, 1)[0] & 0xffffff, at + 4
    told, pool, drops = words(data, at, 3)
    at += 12 + (16 if expanded else 8)
    last_sequence, last_pool = state.get((agent, source), (0, 0))
    must(sequence == last_sequence + 1, 'sample %d of %s behind %d' % (sequence, (agent, source), last_sequence))
    must(pool > last_pool, 'a pool of %d behind %d' % (pool, last_pool))
    must(told == rate and drops == 0, 'rate %d, drops %d' % (told, drops))
    state[agent, source] = sequence, pool
    frame, proto = raw_header(data[at + 4:])
    for key in ('all',), ('exporter', agent), ('proto', proto):
        seen[key][0] += 1
        seen[key][1] += frame


def datagram(data):
    version, family = words(data, 0, 2)
    must((version, family) == (5, 1), 'version %d, address of type %d' % (version, family))
    agent = socket.inet_ntoa(data[8:12])
    _, sequence, _, samples = words(data, 12, 4)
    must(sequence == datagrams.get(agent, -1) + 1, 'datagram %d' % sequence)
    datagrams[agent] = sequence
    at = 28
    for _ in range(samples):
        kind, length = words(data, at, 2)
        if kind in (1, 3):
            sample(agent, data[at + 8:at + 8 + length], kind == 3)
        at += 8 + length
    must(at == len(data), 'a datagram of %d bytes, read to %d' % (len(data), at))


at = 24
while at < len(pcap):
    length, = struct.unpack_from('<I', pcap, at + 8)
    datagram(pcap[at + 16 + 14 + 20 + 8:at + 16 + length])
    at += 16 + length

made = collections.defaultdict(lambda: [0, 0, 0.0])     # packets, bytes, squares of lengths
ports = collections.Counter()
for line in open(truth):
    flow = json.loads(line)
    for key in ('all',), ('exporter', flow['exporter']), ('proto', flow['proto']):
        made[key][0] += flow['packets']
        made[key][1] += flow['bytes']
        made[key][2] += flow['packets'] * (flow['bytes'] / flow['packets']) ** 2
    ports[flow['exporter'], flow['in_if']] += flow['packets']

for key, (packets, octets, squares) in made.items():
    samples, frames = seen[key]
    must(abs(samples * rate - packets) <= 6 * math.sqrt(packets * (rate - 1)) + rate,
         '%s: packets %d for %d' % (key, samples * rate, packets))
    must(abs(frames * rate - octets) <= 6 * math.sqrt(squares * (rate - 1)) + 1500 * rate,
         '%s: bytes %d for %d' % (key, frames * rate, octets))
# What passes behind the last sample is longer than 40 times the rate once in e^40 cases.
for port, packets in ports.items():
    pool = state.get(port, (0, 0))[1]
    must(packets - 40 * rate <= pool <= packets, '%s: a pool of %d for %d packets' % (port, pool, packets))
if rate == 1:
    must(all(seen[key] == [value[0], value[1]] for key, value in made.items()), 'not every packet was taken')
print('\n'.join(faults[:10]) if faults else 'as an agent takes them: %d flows' % sum(1 for _ in open(truth)))
