# SPDX-License-Identifier: BSD-2-Clause
"""doc/from-nfdump.md and doc/from-flow-tools.md: every letter of the old programs has a place in a table, and every option of ours
that stands beside it exists.

usage: old_letters.py SOURCE
Speaks TAP.  The letters are those of getopt in nfdump 1.7.8's sources, and of flow-tools 0.68's manual pages.
"""

import re
import subprocess
import sys

source = sys.argv[1]
OURS = ("flowcap", "flowcat", "flowstat", "flowgen", "nightly-report")

NFDUMP = {
    "nfdump": "6aAbBcCDEGsgHhnijfqyzrvwJMNImOPRXZtTVWxo",
    "nfcapd": "46AbBCdDeEfghiIJjlmMnpPRsStTuvVwWxXyYzZ",
    "sfcapd": "46AbBCdDeEfghIijJlmMnopPRStTuvVWwxXyzZ",
    "nfanon": "ChsdKqrtvwW",
    "nfreplay": "46EhHiLpSdcbjrftvzVY",
    "nfexpire": "ehlLTYprstuw",
    "nfprofile": "IpPhifjrLMStVyzZ",
}
# Those of all flow-tools programs (b, C, d, z, h) have a table of their own.
FLOW_TOOLS = {
    "all of them": "bCdzh",
    "flow-capture": "bcCdDeEfFhmnNpRStTuVwxXz",
    "flow-cat": "agmopTt",
    "flow-nfilter": "fFkv",
    "flow-print": "flnpw",
    "flow-stat": "fnpPsStTw",
    "flow-report": "sSv",
    "flow-gen, flow-send": "nVxsm",
    "flow-receive, flow-fanout": "oSVpsAmxDfF",
    "flow-dscan": "bBpwWlDOPTSLsiIotmdh",
    "flow-expire, flow-merge, flow-split, flow-header, flow-import, flow-export": "eEwogatTNGncdfmVu",
    "flow-mask, flow-tag, flow-xlate, flow-log2rrd": "mMktTvxXVnpd",
}
number = 0


def report(name, wrong):
    global number
    number += 1
    for line in wrong:
        print("#", line)
    print("%s %d - %s" % ("not ok" if wrong else "ok", number, name))


def options(program):
    """Letters and long names of a program's table; whether each takes an argument."""
    rows = subprocess.run([source + "/scripts/list-options", program, source], check=True, capture_output=True,
                          text=True).stdout.splitlines()
    known = set()
    for row in rows:
        _, letter, name, *_ = row.split("\t")
        known |= {"-" + letter} if letter != "-" else set()
        known |= {"--" + name} if name != "-" else set()
    return known


KNOWN = {program: options(program) for program in OURS}


def sections(page):
    """Heading -> rows of its table, as lists of cells."""
    found, name = {}, None
    with open(source + "/doc/" + page, encoding="utf-8") as f:
        for line in f:
            if line.startswith("#"):
                name = line.strip("# \n") if "→" in line else None
            elif name is not None and line.startswith("|") and not line.startswith("|-"):
                cells = re.split(r"(?<!\\)\|", line.strip()[1:-1])
                found.setdefault(name, []).append([c.strip() for c in cells])
    return found


def spans(cell):
    return re.findall(r"`([^`]+)`", cell)


def wrong_options(span, default):
    """Options of a span of ours that there are not."""
    words = re.sub(r"'[^']*'", "''", span).split()
    program = words[0] if words[0] in OURS else default if words[0].startswith("-") else None
    if program is None:
        return []
    bad = []
    for word in words:
        option = re.match(r"--[a-z-]+|-[A-Za-z0-9]", word)
        if option and not re.fullmatch(r"-\d+", word) and option.group(0) not in KNOWN[program]:
            bad.append("%s has no %s: %s" % (program, option.group(0), span))
    return bad


def check(page, letters):
    found = sections(page)
    names = {heading.split(" → ")[0]: heading for heading in found}
    for name, wanted in letters.items():
        if name not in names:
            report("%s: %s" % (page, name), ["no table"])
            continue
        rows = found[names[name]]
        ours = names[name].split(" → ")[1]
        there = {m for row in rows for span in spans(row[0]) for m in re.findall(r"^-([A-Za-z0-9])", span)}
        report("%s: every letter of %s" % (page, name), ["no -" + c for c in wanted if c not in there])
        bad = [b for row in rows[1:] for cell in row[1:] for span in spans(cell)
               for b in wrong_options(span, ours if ours in OURS else None)]
        report("%s: every option of ours beside %s" % (page, name), bad)


check("from-nfdump.md", NFDUMP)
check("from-flow-tools.md", FLOW_TOOLS)

# Words of CSV are those that the nfdump personality prints, and the columns that flowcat has for their tokens.
with open(source + "/cmd/nfdump/csv_token.def", encoding="utf-8") as f:
    heads = dict(re.findall(r'^CSV\("(\w+)", "(\w+)"', f.read(), re.M))
with open(source + "/libflow/output/token.def", encoding="utf-8") as f:
    columns = dict(re.findall(r'^TOKEN\("(\w+)",.*"([^"]*)"\)$', f.read(), re.M))
with open(source + "/doc/from-nfdump.md", encoding="utf-8") as f:
    table = f.read().split("## Words of CSV")[1]
rows = {}
for word, tokens, ours in re.findall(r"^\| `(\w+)` \| (`%[^|]*) \| ([^|]*) \|$", table, re.M):
    for token in re.findall(r"%(\w+)", tokens):
        rows[token] = (word, set(re.findall(r"`(\w+)`", ours)))
report("words of CSV", ["%%%s: %r, want %s %s" % (t, rows.get(t), head, columns.get(t)) for t, head in heads.items()
                        if t not in rows or rows[t][0] != head or not set(filter(None, columns.get(t, "").split(","))) <= rows[t][1]])
print("1..%d" % number)
