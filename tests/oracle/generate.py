# SPDX-License-Identifier: BSD-2-Clause
"""What the generators of datagrams (generate_KIND.py SEED DATAGRAMS FILE.pcap) share: time, capture, arguments."""
import struct
import sys

EPOCH = 1700000000


def udp(source, port, payload):
    head = struct.pack('>HHHH', port, 4739, 8 + len(payload), 0)
    total = 20 + len(head) + len(payload)
    return struct.pack('>BBHHHBBH4s4s', 0x45, 0, total, 0, 0, 64, 17, 0, source, b'\xc0\0\2\xfe') + head + payload


def write_pcap(path, datagrams):
    """datagrams: (source address, source port, payload); one a millisecond."""
    with open(path, 'wb') as file:
        file.write(struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 65535, 101))
        for n, datagram in enumerate(datagrams):
            packet = udp(*datagram)
            file.write(struct.pack('<IIII', EPOCH + n // 1000, n % 1000 * 1000, len(packet), len(packet)) + packet)


def main(datagrams):
    """datagrams(seed, count) gives what write_pcap takes."""
    write_pcap(sys.argv[3], datagrams(int(sys.argv[1]), int(sys.argv[2])))
