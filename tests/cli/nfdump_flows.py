#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""nfdump_flows.py PCAP: four flows whose sums are worked out by hand in nfdump.sh."""
import sys

from exports import START, capture, v5, v5_record

HOST, SERVER, RESOLVER = "192.0.2.1", "198.51.100.7", "203.0.113.9"

# The router says that it is 2023-11-14T22:13:20Z and up for 3600 s.
capture(sys.argv[1], [(START, "192.0.2.254", 50000, 9995, v5(
    v5_record(HOST, SERVER, 10, 4000, 3590000, 3592000, (1024, 443)),
    v5_record(SERVER, HOST, 20, 30000, 3590100, 3592100, (443, 1024)),
    v5_record(HOST, SERVER, 5, 500, 3594000, 3595000, (1024, 443)),
    v5_record(RESOLVER, HOST, 1, 120, 3593000, 3593000, (53, 5353), 17),
))])
