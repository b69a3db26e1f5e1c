# SPDX-License-Identifier: BSD-2-Clause
"""NetFlow v8: the records of its 14 aggregation methods, as Cisco's "NetFlow Export Datagram Format" draws them.

Documents disagree on the order of the two masks in methods 5, 13 and 14: here it is flow-tools', the
destination's first; Wireshark reads the source's first, and Junos can send either.
"""

COMMON = 'flows:4 packets:4 bytes:4 first:4 last:4 '
CATALYST = ' packets:4 bytes:4 first:4 last:4 out_if:2 '
LAYOUTS = {
    1: COMMON + 'src_as:2 dst_as:2 in_if:2 out_if:2',
    2: COMMON + 'proto:1 :1 :2 src_port:2 dst_port:2',
    3: COMMON + 'src_addr:4 src_mask:1 :1 src_as:2 in_if:2 :2',
    4: COMMON + 'dst_addr:4 dst_mask:1 :1 dst_as:2 out_if:2 :2',
    5: COMMON + 'src_addr:4 dst_addr:4 dst_mask:1 src_mask:1 :2 src_as:2 dst_as:2 in_if:2 out_if:2',
    6: 'dst_addr:4' + CATALYST + 'tos:1 marked_tos:1 extra_packets:4 router:4',
    7: 'dst_addr:4 src_addr:4' + CATALYST + 'in_if:2 tos:1 marked_tos:1 :2 extra_packets:4 router:4',
    8: 'dst_addr:4 src_addr:4 dst_port:2 src_port:2' + CATALYST +
       'in_if:2 tos:1 proto:1 marked_tos:1 :1 extra_packets:4 router:4',
    9: COMMON + 'src_as:2 dst_as:2 in_if:2 out_if:2 tos:1 :1 :2',
    10: COMMON + 'proto:1 tos:1 :2 src_port:2 dst_port:2 in_if:2 out_if:2',
    11: COMMON + 'src_addr:4 src_mask:1 tos:1 src_as:2 in_if:2 :2',
    12: COMMON + 'dst_addr:4 dst_mask:1 tos:1 dst_as:2 out_if:2 :2',
    13: COMMON + 'src_addr:4 dst_addr:4 dst_mask:1 src_mask:1 tos:1 :1 src_as:2 dst_as:2 in_if:2 out_if:2',
    14: COMMON + 'src_addr:4 dst_addr:4 dst_mask:1 src_mask:1 tos:1 proto:1 src_port:2 dst_port:2 in_if:2 out_if:2',
}
FIELDS, SIZES = {}, {}	# method: [(name, offset, octets)]; its octets
for method, layout in LAYOUTS.items():
    at = 0
    FIELDS[method] = []
    for part in layout.split():
        name, size = part.split(':')
        if name:
            FIELDS[method].append((name, at, int(size)))
        at += int(size)
    SIZES[method] = at


def record(method, data):
    return {name: int.from_bytes(data[at:at + size], 'big') for name, at, size in FIELDS[method]}
