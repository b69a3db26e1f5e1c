# SPDX-License-Identifier: BSD-2-Clause
"""lists.py make ARCHIVE DIR: lists of networks around addresses of the archive.
lists.py ask FLOWS ANSWER DIR [OWN]: compares flowstat --lists (JSON, list-score=0) with sums over flows (NDJSON)."""
import ipaddress
import json
import os
import random
import sys


def flows(path):
    return [json.loads(line) for line in open(path)]


def make(path, out):
    random.seed(7)
    seen = sorted({f["src_addr"] for f in flows(path)})
    for name, form in (("one.netset", "{0} # x"), ("two.csv", '"2026-11-23 10:00:00","{0}",443'), ("three", "{1}-{2}")):
        with open(os.path.join(out, name), "w") as f:
            f.write("# made\n")
            for addr in random.sample(seen, 40):
                bits = random.choice((32, 32, 28, 20)) if ":" not in addr else random.choice((128, 64, 48))
                net = ipaddress.ip_network(f"{addr}/{bits}", strict=False)
                f.write(form.format(net, net[0], net[-1]) + "\n")


def networks(path):
    found = []
    for line in open(path):
        line = line.split("#")[0].strip()
        if "," in line:
            line = line.split(",")[1].strip('"')
        if "-" in line:
            a, b = map(ipaddress.ip_address, line.split("-"))
            found += ipaddress.summarize_address_range(a, b)
        elif line:
            found.append(ipaddress.ip_network(line))
    return found


def on(nets, addr):
    return any(addr in net for net in nets)


def own_of(path):
    if path:
        nets = networks(path)
        return lambda a: on(nets, a)
    private = [ipaddress.ip_network(n) for n in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10",
                                                 "169.254.0.0/16", "fc00::/7", "fe80::/10")]
    return lambda a: on(private, a)


def ask(path, answer, directory, own=None):
    lists = {name: networks(os.path.join(directory, name)) for name in os.listdir(directory)}
    is_own = own_of(own)
    marks = {}

    def mark(text):
        if text not in marks:
            a = ipaddress.ip_address(text)
            mine = is_own(a)
            marks[text] = (mine, a.is_multicast, [] if mine or a.is_multicast else
                           [n for n in lists if on(lists[n], a)])
        return marks[text]

    want = {}
    for f in flows(path):
        for host, peer, out in ((f["src_addr"], f["dst_addr"], 1), (f["dst_addr"], f["src_addr"], 0)):
            if mark(host)[1] or (own and not mark(host)[0]):
                continue
            for name in mark(peer)[2]:
                w = want.setdefault((host, name, peer), [0, 0, 0, f["first"], f["last"]])
                w[1 - out] += f["bytes"]
                w[2] += 1
                w[3] = min(w[3], f["first"])
                w[4] = max(w[4], f["last"])
    rows = json.load(open(answer))[0]["rows"]
    got = {(r["host"], r["list"], r["peer"]): [r["bytes_out"], r["bytes_in"], r["flows"], r["first"], r["last"]]
           for r in rows}
    print(len(got) == len(rows), got == want, len(want) > 20)
    for k in list(set(got) ^ set(want))[:3] + [k for k in got if k in want and got[k] != want[k]][:3]:
        print(k, got.get(k), want.get(k))
    # A listed peer that was answered has a higher score than one that knocked in vain.
    print(all((r["answered"] == "yes") == (r["score"] >= 60) or r["began"] == "host" for r in rows))


{"make": make, "ask": ask}[sys.argv[1]](*sys.argv[2:])
