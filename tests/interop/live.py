# SPDX-License-Identifier: BSD-2-Clause
"""Engines read a directory that a collector files in, beside its journals and what it writes just now (TAP).

The calls are those of engines.py for a tree.  What must be in it is known by what was sent.
"""
import os
import re
import subprocess
import sys
import tempfile
import time

from engines import ENGINES, FLOWCAT, QUICK, version
from tables import check, done, skip

FLOWS = 3000
BUILD = os.environ["FLOW_BUILDDIR"]


def wait_for(what, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        got = what()
        if got:
            return got
        time.sleep(0.1)
    return None


def port_of(log):
    with open(log, encoding="utf-8") as file:
        found = re.search(r"listening on port (\d+)", file.read())
    return found and found[1]


def rows(folder):
    run = subprocess.run([FLOWCAT, "-r", folder, "-o", "csv:bytes", "-q"], capture_output=True, text=True, check=False)
    return [int(line) for line in run.stdout.split()]


def others(folder):
    """What lies beside the files of the archive, as (ending, bytes)."""
    return {(os.path.splitext(name)[1], os.path.getsize(os.path.join(at, name)) > 0)
            for at, _, names in os.walk(folder) for name in names if not name.endswith(".parquet")}


def look(folder, sent):
    """Every engine, with the directory as it is."""
    chosen = os.environ.get("FLOW_ENGINES", "").split(",")
    for name, needs, _, read_tree, _ in ENGINES:
        if read_tree is None or (chosen != [""] and name not in chosen):
            continue
        if not version(needs) or (QUICK and name == "Spark"):
            skip(f"{name} is not here, or this is a quick run")
            continue
        try:
            got = read_tree(folder)
            got = got.column("bytes").to_pylist() if hasattr(got, "schema") else got["bytes"]
            why = "" if sorted(got) == sent else f"{len(got)} rows, not {len(sent)}, or other values"
        except Exception as error:  # whatever an engine throws: it did not read
            why = f"{type(error).__name__}: {str(error)[:400]}"
        check(not why, f"{name} reads what a collector files in", why)


def beside(folder, log):
    port = wait_for(lambda: port_of(log))
    check(port, "the collector listens")
    flowgen = [os.path.join(BUILD, "flowgen"), "-n", str(FLOWS), "--seed", "4", "-r", "1000"]
    subprocess.run([*flowgen, "-t", "127.0.0.1", "-p", port], check=True)
    # Sent once more, for the rows that must be there.
    subprocess.run([*flowgen, "-w", folder + ".sent"], check=True)
    sent = sorted(rows(folder + ".sent"))
    check(wait_for(lambda: len(rows(folder)) == FLOWS) and sorted(rows(folder)) == sent, "all is filed",
          f"{len(rows(folder))} rows of {len(sent)}")
    # One that lasts: it is there as long as a file is written.
    newest = max(os.path.join(at, name) for at, _, names in os.walk(folder) for name in names
                 if name.endswith(".parquet"))
    at, name = os.path.split(newest)
    with open(os.path.join(at, f".{name}.{os.getpid()}-0"), "wb") as file:
        file.write(b"PAR1 and no end")
    found = others(folder)
    check({".lock", ".state"} <= {ending for ending, _ in found} and any(full for _, full in found),
          "beside files that are none of its archive", str(found))
    look(folder, sent)


def main():
    with tempfile.TemporaryDirectory() as top:
        folder, log = os.path.join(top, "tree"), os.path.join(top, "log")
        os.mkdir(folder)
        with open(log, "wb") as file:
            collector = subprocess.Popen([os.path.join(BUILD, "flowcap"), "-w", folder, "-p", "0", "-b", "127.0.0.1",
                                          "-t", "2", "-S", "2"], stderr=file)
        try:
            beside(folder, log)
        finally:
            collector.terminate()
            check(collector.wait(30) == 0, "the collector ends")


if __name__ == "__main__":
    main()
    sys.exit(done())
