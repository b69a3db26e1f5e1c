# SPDX-License-Identifier: BSD-2-Clause
"""Tables of random flows, and TAP, for the tests of this folder.

The columns are those of libflow/record/field.def, as pyarrow has their types.
"""
import os
import re

import numpy as np
import pyarrow as pa
import pyarrow.compute

SOURCE = os.environ["FLOW_SRCDIR"]
FLOWCAT = os.path.join(os.environ["FLOW_BUILDDIR"], "flowcat")
FLOWSTAT = os.path.join(os.environ["FLOW_BUILDDIR"], "flowstat")
QUICK = bool(os.environ.get("FLOW_QUICK"))
TYPES = {
    "U8": pa.int32(), "U16": pa.int32(), "U32": pa.int64(), "U64": pa.uint64(), "I64": pa.int64(),
    "TIME": pa.timestamp("ms", tz="UTC"), "ADDR": pa.string(), "MAC": pa.string(), "TEXT": pa.string(),
}
# Those of version 1 of the profile.
OLD_TYPES = {**TYPES, "U8": pa.uint8(), "U16": pa.uint16(), "U32": pa.uint32()}
MOST = {"U8": 2**8 - 1, "U16": 2**16 - 1, "U32": 2**32 - 1, "U64": 2**64 - 1, "I64": 2**63 - 1}
ADDRESSES = ["0.0.0.0", "255.255.255.255", "192.0.2.1", "::", "::1", "2001:db8::1", "fe80::1:2:3:4",
             "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "1:0:0:2::3", "::2:0:0:0"]

number = failures = 0


def check(ok, what, why=""):
    global number, failures
    number += 1
    print(f"{'ok' if ok else 'not ok'} {number} - {what}", flush=True)
    if not ok:
        failures += 1
        for line in str(why).splitlines()[:20]:
            print("# " + line)


def skip(what):
    global number
    number += 1
    print(f"ok {number} - {what} # SKIP", flush=True)


def columns():
    text = open(os.path.join(SOURCE, "libflow/record/field.def")).read()
    found = re.findall(r'^FIELD\(\w+, (\w+), (\w+), "(\w+)"', text, re.M)
    return [(name, kind, need == "REQUIRED") for kind, need, name in found]


COLUMNS = columns()
SCHEMA = pa.schema([pa.field(n, TYPES[k], nullable=not r) for n, k, r in COLUMNS])


def random_column(rng, kind, rows, few):
    if kind in ("ADDR", "MAC", "TEXT"):
        pool = {"ADDR": ADDRESSES + [f"10.{i // 256}.{i % 256}.7" for i in range(3 if few else 60000)],
                "MAC": [f"02:00:00:00:00:{i:02x}" for i in range(5)],
                "TEXT": ["", "é, \"quoted\"", "x" * 300, "{\"a\":1}"] +
                        [f"name {i}" for i in range(3 if few else 5000)]}[kind]
        return [pool[i] for i in rng.integers(0, len(pool), rows)]
    if kind == "TIME":
        base = rng.integers(1_600_000_000_000, 1_600_000_000_000 + (1000 if few else 10**9), rows)
        return pa.array(base, pa.int64()).cast(TYPES[kind])
    most = MOST[kind]
    if few:
        return pa.array([[0, 1, most][i] for i in rng.integers(0, 3, rows)], TYPES[kind])
    low = rng.integers(0, min(most, 2**63 - 1), rows, dtype=np.uint64, endpoint=True)
    return pa.array(low.astype(TYPES[kind].to_pandas_dtype()), TYPES[kind])


def make_table(rows, seed, few=False, nulls=0.0):
    rng = np.random.default_rng(seed)
    out = []
    for name, kind, required in COLUMNS:
        values = pa.array(random_column(rng, kind, rows, few), TYPES[kind])
        if nulls and not required:
            mask = rng.random(rows) < nulls
            values = pa.compute.if_else(pa.array(mask), pa.scalar(None, TYPES[kind]), values)
        out.append(values)
    return pa.Table.from_arrays(out, schema=SCHEMA)


def equal_rows(rows):
    """The same row again and again; and a column each of nothing but nulls."""
    out = []
    for name, kind, required in COLUMNS:
        if not required and kind in ("U16", "TEXT"):
            out.append(pa.nulls(rows, TYPES[kind]))
        elif kind == "TIME":
            out.append(pa.array([1_700_000_000_123] * rows, pa.int64()).cast(TYPES[kind]))
        elif kind in MOST:
            out.append(pa.array([MOST[kind]] * rows, TYPES[kind]))
        else:
            out.append(pa.array(["2001:db8::7"] * rows))
    return pa.Table.from_arrays(out, schema=SCHEMA)


def distinct_rows(rows):
    out = []
    for name, kind, required in COLUMNS:
        index = np.arange(rows, dtype=np.uint64)
        if kind in ("ADDR", "MAC", "TEXT"):
            out.append(pa.array([f"10.{i >> 16}.{i >> 8 & 255}.{i & 255}" for i in range(rows)]))
        elif kind == "TIME":
            out.append(pa.array((index * 7 + 1_700_000_000_000).astype(np.int64)).cast(TYPES[kind]))
        else:
            spread = index * np.uint64(MOST[kind] // max(rows - 1, 1) or 1) % np.uint64(MOST[kind])
            out.append(pa.array(spread.astype(TYPES[kind].to_pandas_dtype()), TYPES[kind]))
    return pa.Table.from_arrays(out, schema=SCHEMA)


def done():
    """Prints the plan; the exit status of the test."""
    print(f"1..{number}")
    return failures > 0
