# SPDX-License-Identifier: BSD-2-Clause
"""Filters made from the grammar select the same flows here as in nfdump.

The same datagrams (flowgen's, and the corpus of captures where it is found) go
through nfcapd and flowcap; each filter is run by nfdump and by flowcat.  Rows
are told apart by what both print of them; rows that the two decoders do not
show alike are left out before anything is compared.

Where the selections differ, each row has to be one of the exceptions below, or
the test fails.  nfdump is found by $NFDUMP_BIN or $PATH; without it, skipped.
"""
import collections
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile

FILTERS = int(os.environ.get("FLOW_DIFFERENTIAL", "200"))
SHOWN = "fmt:%tsr %ter %pr %sa %sp %da %dp %pkt %byt %flg %tos %in %out %sas %das"
BUILD = os.environ.get("FLOW_BUILDDIR", ".")
SOURCE = os.environ.get("FLOW_SRCDIR", ".")
CORPUS = os.environ.get("FLOW_CORPUS", os.path.join(SOURCE, "..", "shared", "corpus"))

# Why a row may be selected by one of the two only.
ABSENT = "the exporter did not send the value; nfdump stores it as 0"
MASKS = "nfcapd 1.7.8 does not store the prefix lengths of NetFlow v5"
ICMP = "nfcapd stores type and code of ICMP as the destination port"
TTL = "element 192 is the least and the greatest TTL here, and the least only in nfcapd"
MAPPED = "nfcapd stores the IPv4 next hop of an IPv6 flow as an IPv6 address"
LISTS = "IPv4 networks in nfdump's lists match some IPv6 addresses"
ZERO = "the value is 0; nfcapd leaves out parts of a record that are all 0, and then no test matches"


# Stands among the columns of a filter for a list with networks.
NETWORKS = "/"

ALWAYS_STORED = {"src_addr", "dst_addr", "src_port", "dst_port", "proto", "tcp_flags", "tos",
                 "packets", "bytes", "first", "last"}


def find(name):
    folder = os.environ.get("NFDUMP_BIN")
    if folder:
        path = os.path.join(folder, name)
        return path if os.access(path, os.X_OK) else None
    return shutil.which(name)


def skip(why):
    print(f"1..0 # SKIP {why}")
    sys.exit(0)


def run(command):
    env = dict(os.environ, TZ="UTC", LC_ALL="C")
    return subprocess.run(command, env=env, capture_output=True, text=True, errors="replace",
                          timeout=120, check=False)


class Data:
    """One archive in both forms, and the rows that both show alike."""

    def __init__(self, name, folder, captures):
        self.name = name
        self.nfdump = os.path.join(folder, name + ".nf")
        self.flow = os.path.join(folder, name + ".flow")
        for i, capture in enumerate(captures):
            nf, flow = os.path.join(self.nfdump, str(i)), os.path.join(self.flow, str(i))
            os.makedirs(nf)
            os.makedirs(flow)
            run([NFCAPD, "-f", capture, "-w", nf, "-S", "0", "-I", "lab"])
            run([FLOWCAP, "-f", capture, "-w", flow, "-S", "0", "-I", "lab"])
        mine, theirs = self.select_flow("any"), self.select_nfdump("any")
        self.common = {line for line, n in mine.items() if theirs[line] == n}
        self.rows = collections.defaultdict(list)
        lines = self.flowcat(SHOWN, "any").splitlines()
        objects = self.flowcat("ndjson", "any").splitlines()
        for line, text in zip(lines, objects, strict=True):
            if line.rstrip() in self.common:
                self.rows[line.rstrip()].append(json.loads(text))

    def flowcat(self, form, text):
        result = run([FLOWCAT, "-q", "-N", "-6", "-j", "1", "-o", form, self.flow, text])
        if result.returncode != 0:
            raise ValueError(f"flowcat refuses '{text}': {result.stderr.strip()}")
        return result.stdout

    def select_flow(self, text):
        return collections.Counter(line.rstrip() for line in self.flowcat(SHOWN, text).splitlines())

    def select_nfdump(self, text):
        result = run([NFDUMP, "-q", "-N", "-6", "-r", self.nfdump, "-o", SHOWN, text])
        if result.returncode != 0:
            raise ValueError(f"nfdump refuses '{text}': {result.stdout} {result.stderr}")
        # It says this, on the standard output, of an empty selection.
        return collections.Counter(line.rstrip() for line in result.stdout.splitlines()
                                   if line.strip() and not line.startswith("No matching"))


class Maker:
    """Filters from the grammar, with values that occur in the rows."""

    COMPARATORS = ["", "=", "==", "eq", ">", "gt", "<", "lt", ">=", "ge", "<=", "le"]
    # Words, the columns they test, and whether nfdump takes comparators behind them.
    # Not `ethertype`, of which nfcapd does not know the element; nor `flows`, which is 1 for
    # every flow, but matches nothing in nfdump unless it was sent.
    NUMBERS = [
        ("port", ["src_port", "dst_port"], True), ("src port", ["src_port"], True),
        ("dst port", ["dst_port"], True), ("tos", ["tos"], True), ("src tos", ["tos"], True),
        ("dst tos", ["dst_tos"], True),
        ("packets", ["packets"], True), ("bytes", ["bytes"], True), ("in bytes", ["bytes"], True),
        ("in packets", ["packets"], True),
        ("as", ["src_as", "dst_as"], True), ("src as", ["src_as"], True),
        ("dst as", ["dst_as"], True), ("prev as", ["prev_as"], True), ("next as", ["next_as"], True),
        ("if", ["in_if", "out_if"], False), ("in if", ["in_if"], False),
        ("out if", ["out_if"], False), ("mask", ["src_mask", "dst_mask"], False),
        ("src mask", ["src_mask"], False), ("dst mask", ["dst_mask"], False),
        ("vlan", ["src_vlan", "dst_vlan"], False), ("src vlan", ["src_vlan"], False),
        ("dst vlan", ["dst_vlan"], False), ("min ttl", ["min_ttl"], True),
        ("max ttl", ["max_ttl"], True), ("ttl", ["min_ttl", "max_ttl"], True),
        ("fwdstat", ["fwd_status"], True),
        ("flowdir", ["direction"], False), ("ingress vrf", ["in_vrf"], True),
        ("egress vrf", ["out_vrf"], True), ("nat port", ["nat_src_port", "nat_dst_port"], True),
        ("src nat port", ["nat_src_port"], True), ("dst nat port", ["nat_dst_port"], True),
        ("nat event", ["nat_event"], True), ("asa event", ["fw_event"], True),
        ("asa xevent", ["fw_ext_event"], True),
    ]
    ADDRS = [
        ("ip", ["src_addr", "dst_addr"]), ("host", ["src_addr", "dst_addr"]),
        ("src ip", ["src_addr"]), ("dst ip", ["dst_addr"]), ("next ip", ["next_hop"]),
        ("bgp next ip", ["bgp_next_hop"]), ("router ip", ["exporter"]),
        ("exporter ip", ["exporter"]), ("nat ip", ["nat_src_addr", "nat_dst_addr"]),
        ("src nat ip", ["nat_src_addr"]), ("dst nat ip", ["nat_dst_addr"]),
    ]
    MACS = [("in src mac", ["in_src_mac"]), ("out dst mac", ["out_dst_mac"]),
            ("mac", ["in_src_mac", "in_dst_mac", "out_src_mac", "out_dst_mac"])]

    def __init__(self, rows, seed):
        self.random = random.Random(seed)
        self.values = collections.defaultdict(list)
        for row in rows:
            for column, value in row.items():
                self.values[column].append(value)

    def value(self, columns):
        """A value of one of the columns, or None where no row has one."""
        held = [c for c in columns if self.values[c]]
        return self.random.choice(self.values[self.random.choice(held)]) if held else None

    def number(self):
        words, columns, compares = self.random.choice(self.NUMBERS)
        value = self.value(columns)
        if value is None:
            return None
        kind = self.random.random()
        if words.split()[-1] in ("port", "as") and "nat" not in words and kind < 0.3:
            values = [str(self.value(columns)) for _ in range(self.random.randint(1, 6))]
            return f"{words} in [{self.random.choice([' ', ', ']).join(values)}]", columns
        if kind < 0.4:
            value = hex(value)
        elif kind < 0.5 and value % 1000 == 0 and value > 0:
            value = f"{value // 1000}k"
        comparator = self.random.choice(self.COMPARATORS) if compares else ""
        return f"{words} {comparator} {value}", columns

    def computed(self):
        words, columns = self.random.choice([
            ("duration", []), ("pps", []), ("bps", []), ("bpp", [])])
        value = self.random.choice([0, 1, 7, 10, 64, 100, 500, 1000, "1k", 5000, "20k", "1M"])
        return f"{words} {self.random.choice(self.COMPARATORS)} {value}", columns

    def network(self, text, prefix):
        """The network of that prefix, which nfdump wants without further bits."""
        if ":" in text:
            groups = text.split("::")
            head = [g for g in groups[0].split(":") if g]
            return (f"{':'.join((head + ['0', '0'])[:2])}::", 32) if prefix != 128 else (text, 128)
        octets = [int(o) for o in text.split(".")]
        number = int.from_bytes(bytes(octets), "big") & (0xffffffff << (32 - prefix))
        return ".".join(str(b) for b in (number & 0xffffffff).to_bytes(4, "big")), prefix

    def address(self):
        words, columns = self.random.choice(self.ADDRS)
        text = self.value(columns)
        if text is None:
            return None
        kind = self.random.random()
        if words in ("ip", "src ip", "dst ip") and kind < 0.4:
            # nfdump's lists lose networks of which they hold a part, and members
            # where the families mix, so that here they have hosts or networks alike.
            others = [v for v in (self.value(columns) for _ in range(8))
                      if v is not None and (":" in v) == (":" in text)]
            items = [text] + others[:self.random.randint(0, 7)]
            if self.random.random() < 0.4:
                bits = self.random.choice([8, 12, 16, 20, 24, 28])
                items = ["%s/%d" % self.network(item, bits) for item in items]
                columns = columns + [NETWORKS]
            return f"{words} in [{self.random.choice([' ', ', ']).join(items)}]", columns
        if words in ("ip", "src ip", "dst ip", "nat ip") and kind < 0.7:
            net, bits = self.network(text, self.random.choice([1, 8, 9, 15, 16, 23, 24, 31, 32]))
            if ":" not in net and self.random.random() < 0.3:
                mask = (0xffffffff << (32 - bits)) & 0xffffffff
                dotted = ".".join(str(b) for b in mask.to_bytes(4, "big"))
                return f"{words.replace('ip', 'net')} {net} {dotted}", columns
            return f"{words.replace('ip', 'net')} {net}/{bits}", columns
        return f"{words} {text}", columns

    def mac(self):
        words, columns = self.random.choice(self.MACS)
        text = self.value(columns)
        return (f"{words} {text}", columns) if text else None

    def flags(self):
        kind = self.random.random()
        if kind < 0.6:
            letters = "".join(self.random.sample("FSRPAU", self.random.randint(1, 3)))
            if letters == "AS":
                letters = "SA"  # nfdump takes it for the word of autonomous systems
            return f"flags {self.random.choice(['', '', '='])}{letters}", ["tcp_flags"]
        return (f"flags {self.random.choice(self.COMPARATORS)} {self.random.randint(0, 63)}",
                ["tcp_flags"])

    def proto(self):
        return f"proto {self.random.choice(['tcp', 'udp', 'icmp', 6, 17, 47, 58, 'GRE'])}", ["proto"]

    def icmp(self):
        words, column = self.random.choice([
            ("icmp type", "icmp_type"), ("icmp-type", "icmp_type"), ("icmp code", "icmp_code"),
            ("icmp-code", "icmp_code")])
        value = self.random.choice([0, 1, 3, 8, 11, 128, 129, 135])
        return f"{words} {self.random.choice(self.COMPARATORS)} {value}", [column]

    def time(self):
        words, column = self.random.choice([("first seen", "first"), ("last seen", "last")])
        text = self.value([column]).rstrip("Z")
        text = text[:self.random.choice([10, 13, 16, 19, 23])]
        return f"{words} {self.random.choice(self.COMPARATORS)} {text}", [column]

    def plain(self):
        return self.random.choice([
            ("any", []), ("ipv4", ["src_addr", "dst_addr"]), ("ipv6", ["src_addr", "dst_addr"]),
            ("ident lab", []), ("ident other", [])])

    def primitive(self):
        makers = [self.number, self.number, self.number, self.number, self.address, self.address,
                  self.address, self.computed, self.flags, self.flags, self.proto, self.icmp,
                  self.time, self.mac, self.plain]
        made = None
        while made is None:
            made = self.random.choice(makers)()
        return made

    def filter(self, depth):
        """A text, and the columns that it tests."""
        if depth == 0 or self.random.random() < 0.3:
            text, columns = self.primitive()
            if self.random.random() < 0.15:
                text = f"{self.random.choice(['not', 'NOT', '!'])} {text}"
            return text, set(columns)
        left, some = self.filter(depth - 1)
        right, others = self.filter(depth - 1)
        text = f"{left} {self.random.choice(['and', 'or', 'AND', 'or'])} {right}"
        if self.random.random() < 0.5:
            text = f"{self.random.choice(['', '', 'not '])}({text})"
        return text, some | others


def exception(row, columns):
    """Why this row may be in one selection only; None if it may not."""
    if any(column not in row for column in columns - {NETWORKS}):
        return ABSENT
    if row["export_version"] == 5 and columns & {"src_mask", "dst_mask"}:
        return MASKS
    if row["proto"] in (1, 58) and columns & {"src_port", "dst_port"}:
        return ICMP
    if "max_ttl" in columns and row["min_ttl"] == row["max_ttl"]:
        return TTL
    if "bgp_next_hop" in columns and "." in row["bgp_next_hop"] and ":" in row["src_addr"]:
        return MAPPED
    if NETWORKS in columns and ":" in row["src_addr"]:
        return LISTS
    if any(row[column] in (0, "0.0.0.0", "::") for column in columns - ALWAYS_STORED - {NETWORKS}):
        return ZERO
    return None


def compare(data, mine, theirs, columns, reasons):
    """What differs without an excuse, as a text; None if nothing does."""
    for line in data.common:
        if mine[line] == theirs[line]:
            continue
        why = [w for w in (exception(row, columns) for row in data.rows[line]) if w is not None]
        if len(why) < abs(mine[line] - theirs[line]):
            return (f"flowcat {mine[line]}, nfdump {theirs[line]} times: {line}\n"
                    f"{json.dumps(data.rows[line][0])}")
        reasons[why[0]] += 1
    return None


def check(data, seed):
    rows = [row for same in data.rows.values() for row in same]
    maker = Maker(rows, seed)
    reasons = collections.Counter()
    passed, empty = 0, 0
    for _ in range(FILTERS):
        text, columns = maker.filter(maker.random.choice([0, 0, 1, 1, 2, 3]))
        try:
            mine = data.select_flow(text)
            wrong = compare(data, mine, data.select_nfdump(text), columns, reasons)
            empty += not mine
        except ValueError as error:
            wrong = str(error)
        passed += wrong is None
        if wrong is not None:
            print(f"not ok - {data.name}: {text}")
            print("# " + wrong.replace("\n", "\n# "))
    print(f"# {data.name}: {len(rows)} rows, {passed} of {FILTERS} filters agree, {empty} select nothing")
    for why, count in reasons.items():
        print(f"# {data.name}: {count} selections of a row excused: {why}")
    ok = passed == FILTERS and len(rows) > 0
    print(f"{'ok' if ok else 'not ok'} - {data.name}: {passed} filters select what nfdump selects")
    return ok


def generate(folder, name, *options):
    capture = os.path.join(folder, name + ".pcap")
    result = run([FLOWGEN, "-o", capture, "-n", "2000", "--duration", "4m", *options])
    if result.returncode != 0:
        raise RuntimeError(result.stderr)
    return capture


def main():
    with tempfile.TemporaryDirectory(prefix="flow-filter-") as folder:
        sets = [Data("generated", folder, [
            generate(folder, "v9", "-v", "9", "--exporters", "3"),
            generate(folder, "v5", "-v", "5", "--seed", "2"),
            generate(folder, "ipfix", "-v", "10", "--seed", "3")])]
        if os.path.isdir(CORPUS):
            captures = sorted(os.path.join(CORPUS, f) for f in os.listdir(CORPUS)
                              if f.endswith(".pcap") and "sflow" not in f)
            sets.append(Data("corpus", folder, captures))
        results = [check(data, seed) for seed, data in enumerate(sets)]
        print(f"1..{len(results)}")
        return 0 if all(results) else 1


NFDUMP, NFCAPD = find("nfdump"), find("nfcapd")
FLOWCAP, FLOWCAT, FLOWGEN = (os.environ.get(name.upper(), os.path.join(BUILD, name))
                             for name in ("flowcap", "flowcat", "flowgen"))
if NFDUMP is None or NFCAPD is None:
    skip("no nfdump and nfcapd in $NFDUMP_BIN or $PATH")
# Older ones speak another filter language; their nfcapd does not read captures either.
version = re.search(r"(\d+)\.(\d+)\.(\d+)", run([NFDUMP, "-V"]).stdout)
if version is None or tuple(map(int, version.groups())) < (1, 7, 8):
    skip("nfdump is older than 1.7.8")
for program in (FLOWCAP, FLOWCAT, FLOWGEN):
    if not os.access(program, os.X_OK):
        skip(f"{program} is not built")
sys.exit(main())
