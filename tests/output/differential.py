#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What fmt: prints of each token is what nfdump prints, in every width.

The same datagrams (flowgen's, and the corpus of captures where it is found) go
through nfcapd and flowcap; both print every token of each row.  A cell that
differs has to be one of the exceptions below, or the test fails; which of them
occurred is told.  nfdump is found by $NFDUMP_BIN or $PATH; without it, skipped.
"""
import collections
import os
import re
import shutil
import subprocess
import sys
import tempfile

BUILD = os.environ.get("FLOW_BUILDDIR", ".")
SOURCE = os.environ.get("FLOW_SRCDIR", ".")
CORPUS = os.environ.get("FLOW_CORPUS", os.path.join(SOURCE, "..", "shared", "corpus"))
TABLES = ["line", "long", "gline", "glong", "extended", "biline", "bilong", "nsel"]
MODES = [[], ["-N"], ["-6"]]

# These are of the programs, not of the flows: when it was received, the number of a row, a name.
OWN = {"tr", "trr", "trg", "cnt", "idt", "nevt"}

# Tokens that nfdump 1.7.8 prints otherwise, whatever the flow.
ALWAYS = {
    "inam": "interfaces without a name show their number here, nothing in nfdump",
    "onam": "interfaces without a name show their number here, nothing in nfdump",
    "ivrfnam": "VRFs without a name show their number here, nothing in nfdump",
    "evrfnam": "VRFs without a name show their number here, nothing in nfdump",
    "it": "nfdump shows part of the port as the type where a flow is no ICMP",
    "ic": "nfdump shows part of the port as the code where a flow is no ICMP",
    "flid": "nfdump puts 0x before a decimal number",
    "odid": "nfdump knows observation domains from element 149 in records only",
    "exp": "nfdump numbers exporters as they come; the number here is the domain",
}

TIMES = {"ts", "tfs", "tsr", "tsg", "te", "ter", "teg"}
RATES = {"td", "tds", "pps", "bps"}


def zero(text):
    return not re.search("[1-9]", text)


def exception(token, theirs, mine, row):
    """Why a cell may differ, or None; row has the cells of both, by token."""
    their, my = row
    if token in ALWAYS:
        return ALWAYS[token]
    if token in TIMES and zero(theirs):
        return "nfdump leaves the time 0 where it does not know the elements"
    if token in RATES and (zero(theirs) or zero(mine)) and any(their[t] != my[t] for t in TIMES):
        return "the times differ"
    if token in ("smk", "dmk") and zero(theirs):
        return "nfcapd does not store the prefix lengths of NetFlow v5"
    if token in ("sn", "dn"):
        mask = my["smk" if token == "sn" else "dmk"]
        if zero(mask):
            return "nfdump does not apply a prefix length of 0, and a part of one to IPv6"
        if zero(theirs.split("/")[1]):
            return "nfcapd does not store the prefix lengths of NetFlow v5"
    if token in ("ttl", "maxttl"):
        return "element 192 is the least and the greatest TTL here, the least only in nfcapd"
    if token == "nhb" and "ffff" in theirs:
        return "nfcapd stores the IPv4 next hop of an IPv6 flow as an IPv6 address"
    if token == "iacl":
        return "nfdump swaps the bytes of ingress ACLs"
    if token in ("uname", "xevt", "nbnam") and ("<" in theirs or theirs == "" or zero(theirs)
                                               or "IGNORE" in theirs):
        return "nfdump tells an empty or unknown value from none at all"
    if token in ("opkt", "obyt", "eth", "svln", "nfc", "evt", "eng", "nfv", "tevt", "msec", "nbnam"):
        return "nfcapd and flowcap do not know the same elements"
    if token in ("dp", "dap", "gdap", "sp", "sap", "gsap") and my["pr"].strip() in ("ICMP", "ICMP6", "1", "58"):
        return "nfcapd keeps type and code of ICMP in the port"
    return None


# Captures of which nfcapd makes other flows.
OTHER_FLOWS = {
    "pmacct-400-cisco-srv6.pcap": "nfcapd takes the inner packet of tunnels",
    "pmacct-500-cisco-srv6.pcap": "nfcapd takes the inner packet of tunnels",
    "np-v7-synthetic.pcap": "nfcapd reads version 7 by the layout of version 5",
    "ak-datalink-ipfix.pcap": "nfcapd does not look into sections of sampled frames",
    "ak-samplingrate.pcap": "nfcapd does not find the announced sampling rate",
    "bk-softflowd-ipfix.pcap": "nfcapd does not know the protocol of ICMP flows",
}

# Captures of which nfcapd makes other times.
OTHER_TIMES = {
    "ls-cisco-asa1-v9.pcap": "nfcapd takes the event's time for the start",
    "ls-fortigate-521-v9.pcap": "the uptime has wrapped; nfcapd counts from before",
    "ls-nprobe-v9.pcap": "the uptime has wrapped; nfcapd goes below 0",
    "tg-nprobe-pen35632.pcap": "there are elements with milliseconds; nfcapd takes seconds",
}


def find(name):
    folder = os.environ.get("NFDUMP_BIN")
    if folder:
        path = os.path.join(folder, name)
        return path if os.access(path, os.X_OK) else None
    return shutil.which(name)


def run(command):
    env = dict(os.environ, TZ="America/St_Johns", LC_ALL="C")
    result = subprocess.run(command, env=env, capture_output=True, timeout=120, check=False)
    return result.stdout.decode("utf-8", "replace")


def tokens():
    with open(os.path.join(SOURCE, "libflow/output/token.def"), encoding="utf-8") as table:
        names = re.findall(r'^TOKEN\("(\w+)"', table.read(), re.M)
    return [name for name in names if name not in OWN]


class Test:
    def __init__(self, folder):
        self.folder = folder
        self.names = tokens()
        self.format = "fmt:" + "|".join("%" + name for name in self.names) + "|"
        self.reasons = collections.Counter()
        self.count = 0

    def check(self, good, name, why=""):
        self.count += 1
        print(f"{'ok' if good else 'not ok'} {self.count} - {name}{why}")

    def capture(self, path):
        """The archives of both; None where they do not hold as many flows."""
        name = os.path.basename(path)
        nf, flow = (os.path.join(self.folder, name + end) for end in (".nf", ".flow"))
        os.mkdir(nf)
        os.mkdir(flow)
        run([find("nfcapd"), "-f", path, "-w", nf, "-S", "0"])
        run([os.path.join(BUILD, "flowcap"), "-f", path, "-w", flow, "-S", "0"])
        return nf, flow

    def print_both(self, nf, flow, mode, form):
        theirs = run([find("nfdump"), "-R", nf, "-o", form, *mode, "any"])
        mine = run([os.path.join(BUILD, "flowcat"), "-j", "1", "-o", form, *mode, flow])
        return theirs.split("\n")[:-1], mine.split("\n")[:-1]

    def compare(self, name, theirs, mine):
        """The cells of all rows; how many differ without a reason."""
        wrong = 0
        for their_line, my_line in zip(theirs, mine):
            rows = [dict(zip(self.names, line.split("|"))) for line in (their_line, my_line)]
            for token in self.names:
                if rows[0].get(token) == rows[1].get(token):
                    continue
                why = exception(token, rows[0].get(token, ""), rows[1].get(token, ""), rows)
                if token in TIMES | RATES and name in OTHER_TIMES:
                    why = OTHER_TIMES[name]
                if why is None:
                    wrong += 1
                    if wrong <= 5:
                        print(f"# {name} %{token}: nfdump '{rows[0].get(token)}', "
                              f"here '{rows[1].get(token)}'")
                else:
                    self.reasons[why] += 1
        return wrong

    def archive(self, path, tables):
        name = os.path.basename(path)
        if name in OTHER_FLOWS:
            print(f"# {name}: {OTHER_FLOWS[name]}")
            return
        nf, flow = self.capture(path)
        for mode in MODES:
            theirs, mine = self.print_both(nf, flow, ["-q", *mode], self.format)
            # nfdump says so in words where there is nothing.
            theirs = [line for line in theirs if "|" in line]
            if len(theirs) != len(mine) or not mine:
                print(f"# {name}: {len(theirs)} flows in nfdump, {len(mine)} here; not compared")
                return
            wrong = self.compare(name, theirs, mine)
            self.check(wrong == 0, f"{name} {' '.join(mode)}")
        for table in tables:
            theirs, mine = self.print_both(nf, flow, ["-6"], table)
            # nfdump ends with a summary.
            self.check(theirs[:len(mine)] == mine, f"{name} as {table}")


def main():
    if find("nfcapd") is None or find("nfdump") is None:
        print("1..0 # SKIP no nfdump: $NFDUMP_BIN may name its folder")
        return
    found = re.search(r"Version: (\d+)\.(\d+)\.(\d+)", run([find("nfcapd"), "-V"]))
    if found is None or tuple(map(int, found.groups())) < (1, 7, 6):
        print("1..0 # SKIP nfdump is older than 1.7.6: $NFDUMP_BIN may name a newer one's folder")
        return
    with tempfile.TemporaryDirectory() as folder:
        test = Test(folder)
        for version in ("5", "9", "10"):
            path = os.path.join(folder, f"flowgen-v{version}.pcap")
            run([os.path.join(BUILD, "flowgen"), "-n", "2000", "-v", version, "-o", path])
            test.archive(path, TABLES)
        if os.path.isdir(CORPUS):
            for entry in sorted(os.listdir(CORPUS)):
                if entry.endswith(".pcap") and "sflow" not in entry:
                    test.archive(os.path.join(CORPUS, entry), [])
        else:
            print("# no corpus of captures: $FLOW_CORPUS may name its folder")
        for why, count in test.reasons.most_common():
            print(f"# {count} cells: {why}")
        print(f"1..{test.count}")


if __name__ == "__main__":
    sys.exit(main())
