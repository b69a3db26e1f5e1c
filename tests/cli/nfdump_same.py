#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Every filter, token and statistic of nfdump on its own file, by nfdump and by the programs here: TAP.

usage: nfdump_same.py BUILD-FOLDER NFDUMP-FOLDER LIST

The list says what is compared, and why some of it differs (nfdump_same.list).
"""

import collections
import concurrent.futures
import glob
import os
import re
import subprocess
import sys
import tempfile

DEVICES = ("cisco-asa", "cisco-ios", "cisco-ios-v5", "cisco-ios-xr", "cisco-xr-mpls", "ipt-netflow", "juniper-mx",
           "mikrotik", "nprobe", "openvswitch", "softflowd-ipfix", "yaf")
# Their events have one time, which nfdump takes for the first, and here is the last, too.
EVENTS = ("juniper-srx-cgn", "nat-events", "mikrotik")
ABOUT_EVENTS = re.compile(r"\b(nat|pb|nsa|nsp|xsa|evt)")
ROW = "fmt:%ts %pr %sa %da %sp %dp %pkt %byt %opkt %obyt %ra"
NO_ROWS = "No matching flows"
PCAP_HEADER_BYTES = 24

build, peers, listed = sys.argv[1:]
os.environ["TZ"] = "UTC"
THEIRS, OURS, FLOWCAT = peers + "/nfdump", build + "/nfdump", build + "/flowcat"


def make_data(folder, devices):
    """A file of nfcapd with the exports of several kinds of devices, one after the other."""
    os.mkdir(folder)
    with open(folder + "/all.pcap", "wb") as every:
        for device in devices:
            pcap = f"{folder}/{device}.pcap"
            run = [build + "/flowgen", "-n", "120", "--device", device, "--seed", "3", "--duration", "100", "-j", "1",
                   "-o", pcap]
            subprocess.run(run, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True, timeout=60)
            with open(pcap, "rb") as one:
                header = one.read(PCAP_HEADER_BYTES)
                if every.tell() == 0:
                    every.write(header)
                every.write(one.read())
    subprocess.run([peers + "/nfcapd", "-f", folder + "/all.pcap", "-w", folder, "-t", "86400"],
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False, timeout=60)
    return glob.glob(folder + "/nfcapd.2*")[0]


class Answer:
    """Lines of standard output without order, and the status."""

    def __init__(self, *command):
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False, timeout=60)
        self.status, self.said = done.returncode, done.stderr.strip()
        lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
        self.lines = collections.Counter(line for line in lines if line not in ("", NO_ROWS))

    def __eq__(self, other):
        return self.status == other.status and self.lines == other.lines

    def describe(self, other):
        more, less = self.lines - other.lines, other.lines - self.lines
        text = [f"status {self.status}, there {other.status} {self.said[:200]}"]
        text += [f"{len(more)} kinds of lines only here, {len(less)} only there"]
        text += ["here:  " + line for line in list(more)[:2]] + ["there: " + line for line in list(less)[:2]]
        return "".join(f"\n# {line}" for line in text)


def command(kind, data, text):
    common = ["-r", data, "-q"]
    if kind in ("filter", "zero"):
        return common + ["-6", "-N", "-o", ROW, text]
    if kind == "fmt":
        return common + ["-o", f"fmt:%{text} %pr"]
    if kind == "csv":
        return common + ["-o", f"csv:%{text},%pr"]
    return common + ["-n", "0", "-o", "json", "-s", text]


def judge(kind, data, text, reason):
    """Whether it is as listed, its name, and what is wrong."""
    refused, kind = kind.endswith("!"), kind.rstrip("!")
    arguments = command(kind, data, text)
    ours = Answer(OURS, *arguments)
    if refused:
        return ours.status != 0 and ours.said != "", f"refused: {kind} {text}: {reason}", "\n# it is taken"
    if reason:
        return ours.status == 0, f"differs: {kind} {text}: {reason}", ours.said
    theirs = Answer(THEIRS, *arguments)
    if ours != theirs:
        return False, f"{kind} {text}", ours.describe(theirs)
    if kind == "filter":
        cat = Answer(FLOWCAT, *arguments)
        return cat == theirs, f"{kind} {text}", "flowcat: " + cat.describe(theirs)
    return True, f"{kind} {text}", ""


def main():
    version = re.search(r"Version: (\S+)", subprocess.run([THEIRS, "-V"], capture_output=True, text=True,
                                                          check=False).stdout)
    print("# nfdump", version.group(1) if version else "of no known version")
    with open(listed, encoding="utf-8") as file:
        asked = [line.rstrip("\n").split("\t") for line in file if line.strip() and not line.startswith("#")]
    with tempfile.TemporaryDirectory() as folder:
        flows, events = make_data(folder + "/flows", DEVICES), make_data(folder + "/events", EVENTS)
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            results = list(pool.map(lambda a: judge(a[0], events if ABOUT_EVENTS.search(a[1]) else flows, a[1],
                                                      a[2] if len(a) > 2 else ""), asked))
    for number, (good, name, why) in enumerate(results, 1):
        print(f"{'ok' if good else 'not ok'} {number} - {name.replace('#', ' ')}{'' if good else why}")
    print(f"1..{len(results)}")
    return 0 if all(good for good, _, _ in results) else 1


sys.exit(main())
