# SPDX-License-Identifier: BSD-2-Clause
"""split_capture.py PCAP FOLDER: one pcap for each 300 s, each beginning with the first datagram (templates)."""
import struct
import sys

source = open(sys.argv[1], "rb")
header, first, slot, out = source.read(24), None, None, None
while record := source.read(16):
    seconds, _, length, _ = struct.unpack("<IIII", record)
    record += source.read(length)
    first = first or record
    if seconds // 300 != slot:
        slot = seconds // 300
        out = open("%s/%d.pcap" % (sys.argv[2], slot * 300), "wb")
        out.write(header + first)
    out.write(record)
