# SPDX-License-Identifier: BSD-2-Clause
"""The truth that flowgen tells against what flowcat reads: events.py TRUTH.ndjson FLOWS.ndjson UNSEEN...

Every flow of the truth but those of the events UNSEEN is in FLOWS with the same values, as often, and no
other is. (`received` is the datagram's in FLOWS, and not compared.) Prints each event, its flows, packets
and bytes, the first beginning and the last."""

import collections
import datetime
import json
import sys


def read(path):
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def key(flow):
    return tuple(sorted((k, v) for k, v in flow.items() if k not in ("received", "event")))


def second(stamp):
    begin = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
    return (datetime.datetime.fromisoformat(stamp.replace("Z", "+00:00")) - begin).total_seconds()


def main():
    truth, flows, unseen = sys.argv[1], sys.argv[2], set(sys.argv[3:])
    want = collections.Counter()
    events = {}
    for flow in read(truth):
        event = flow.get("event", "-")
        sums = events.setdefault(event, [0, 0, 0, flow["first"], flow["first"]])
        sums[0] += 1
        sums[1] += flow["packets"]
        sums[2] += flow["bytes"]
        sums[3] = min(sums[3], flow["first"])
        sums[4] = max(sums[4], flow["first"])
        if event not in unseen:
            want[key(flow)] += 1
    for flow in read(flows):
        want[key(flow)] -= 1
    wrong = [(k, n) for k, n in want.items() if n != 0]
    for event, (n, packets, octets, first, last) in sorted(events.items()):
        print(event, n, packets, octets, round(second(first)), round(second(last)))
    for k, n in wrong[:3]:
        print(n, k, file=sys.stderr)
    sys.exit(1 if wrong else 0)


main()
