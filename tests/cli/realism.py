# SPDX-License-Identifier: BSD-2-Clause
"""Distributions of flows, lines of CSV with src_addr,dst_addr,src_port,dst_port,proto,packets,bytes on standard input:
the slope of Zipf's law among clients and the exponent of packets' tail, as flowgen(1) tells them."""

import collections
import csv
import math
import sys


def slope(points):
    """Of the line through (x, y) by least squares."""
    n = len(points)
    sx, sy = sum(x for x, _ in points), sum(y for _, y in points)
    sxx, sxy = sum(x * x for x, _ in points), sum(x * y for x, y in points)
    return (n * sxy - sx * sy) / (n * sxx - sx * sx)


def main():
    clients = collections.Counter()
    packets = []
    for row in csv.DictReader(sys.stdin):
        if ":" in row["src_addr"] or row["proto"] != "6" or row["dst_port"] != "443":
            continue
        if row["packets"] != "1":
            clients[row["src_addr"]] += 1
            packets.append(int(row["packets"]))
    ranked = [n for _, n in clients.most_common(100)]
    zipf = slope([(math.log(i + 1), math.log(n)) for i, n in enumerate(ranked) if i >= 4])
    print(f"zipf {zipf:.2f}", -1.15 < zipf < -0.85)
    # How many have at least 2^k packets: each doubling is 2.5 times rarer, 2^(4/3).
    tail = slope([(k, math.log2(sum(1 for p in packets if p >= 2 ** k))) for k in range(4, 10)])
    print(f"tail {tail:.2f}", -1.5 < tail < -1.15)


main()
