# SPDX-License-Identifier: BSD-2-Clause
"""Engines read a directory that a collector files in, beside what it holds in journals and writes just now (TAP).

The calls are those of engines.py for a tree.  What must be in it is known by what was sent.
"""
import os
import re
import signal
import subprocess
import sys
import tempfile
import time

from engines import ENGINES, FLOWCAT, QUICK, read_polars_hidden, version
from tables import check, done, skip

FLOWS, OPEN, RATE = 3000, 300000, 30000
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


def names(folder):
    """What is in a directory and below, as (ending, bytes)."""
    return {(os.path.splitext(name)[1], os.path.getsize(os.path.join(at, name)) > 0)
            for at, _, found in os.walk(folder) for name in found}


def look(folder, sent, what, calls):
    """Every engine, with the directory as it is."""
    chosen = os.environ.get("FLOW_ENGINES", "").split(",")
    for name, needs, _, read_tree, _ in ENGINES:
        if read_tree is None or (chosen != [""] and name not in chosen):
            continue
        if not version(needs) or (QUICK and name == "Spark"):
            skip(f"{name} is not here, or this is a quick run")
            continue
        try:
            got = calls.get(needs, read_tree)(folder)
            got = got.column("bytes").to_pylist() if hasattr(got, "schema") else got["bytes"]
            why = "" if sorted(got) == sent else f"{len(got)} rows, not {len(sent)}, or other values"
        except Exception as error:  # whatever an engine throws: it did not read
            why = f"{type(error).__name__}: {str(error)[:400]}"
        check(not why, f"{name} reads {what}", why)


def send(port, flows, rate):
    subprocess.run([os.path.join(BUILD, "flowgen"), "-n", str(flows), "--seed", "4", "-r", str(rate), "-t", "127.0.0.1",
                    "-p", port], check=True)


def beside(folder, log, collector):
    port = wait_for(lambda: port_of(log))
    check(port, "the collector listens")
    send(port, FLOWS, RATE)
    # Sent once more, for the rows that must be there.
    subprocess.run([os.path.join(BUILD, "flowgen"), "-n", str(FLOWS), "--seed", "4", "-r", str(RATE), "-w", folder + ".sent"], check=True)
    sent = sorted(rows(folder + ".sent"))
    time.sleep(0.3)
    collector.send_signal(signal.SIGHUP)
    check(wait_for(lambda: len(rows(folder)) == FLOWS) and sorted(rows(folder)) == sent, "a slot is filed",
          f"{len(rows(folder))} rows of {len(sent)}")
    # More than a row group: the next slot's file is being written.
    send(port, OPEN, 150000)
    check(wait_for(lambda: unnamed(collector.pid)), "another is being written")
    check({".lock", ".state"} <= {ending for ending, _ in names(folder + ".state")} and
          (".journal", True) in names(folder + ".state"), "journals are beside the archive", str(names(folder + ".state")))
    check(names(folder) == {(".parquet", True), (".live", False)}, "in it are files of Parquet, and a socket", str(names(folder)))
    look(folder, sent, "what a collector files in, by its plain call", {})
    # As it is where there are no files without a name, or no directory beside an archive.
    newest = max(os.path.join(at, name) for at, _, found in os.walk(folder) for name in found if name.endswith(".parquet"))
    at, name = os.path.split(newest)
    with open(os.path.join(at, f".{name}.{os.getpid()}-0"), "wb") as file:
        file.write(b"PAR1 and no end")
    with open(os.path.join(folder, ".flowcap.r1-00000000.journal"), "wb") as file:
        file.write(b"a journal")
    look(folder, sent, "it beside hidden files", {"polars": read_polars_hidden})


def unnamed(pid):
    """Whether a process has a file open that has no name, and bytes."""
    at = f"/proc/{pid}/fd"
    try:
        return any("(deleted)" in os.readlink(os.path.join(at, fd)) and os.stat(os.path.join(at, fd)).st_size > 0
                   for fd in os.listdir(at))
    except FileNotFoundError:
        return False


def main():
    with tempfile.TemporaryDirectory() as top:
        folder, log = os.path.join(top, "tree"), os.path.join(top, "log")
        os.mkdir(folder)
        with open(log, "wb") as file:
            collector = subprocess.Popen([os.path.join(BUILD, "flowcap"), "-w", folder, "-p", "0", "-b", "127.0.0.1",
                                          "-t", "86400", "-S", "2"], stderr=file)
        try:
            beside(folder, log, collector)
        finally:
            collector.terminate()
            check(collector.wait(30) == 0, "the collector ends")


if __name__ == "__main__":
    main()
    sys.exit(done())
