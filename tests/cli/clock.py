# SPDX-License-Identifier: BSD-2-Clause
"""clock.py: the collector's clock is set, forward and back, by seconds and decades, and the archive is counted.

The exporter sends its template once, then data whose flows have numbers as source addresses.  Each flow has to be
filed once, whatever the clock says when it comes, and whether the collector is killed or ends between.
"""
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

BUILD = os.environ.get("FLOW_BUILDDIR", ".")
MINUTE, HOUR, DAY = 60, 3600, 86400
work = tempfile.mkdtemp(prefix="clock-test.")
number = 0
failed = False


def result(name, good, *notes):
    global number, failed
    number += 1
    print(f"{'ok' if good else 'not ok'} {number} - {name}", flush=True)
    if not good:
        failed = True
        for note in notes:
            print("#", str(note)[:1000].replace("\n", "\n# "), flush=True)


def build_shim():
    library = os.path.join(work, "clock_shim.so")
    source = os.path.join(os.environ.get("FLOW_SRCDIR", "."), "tests", "cli", "clock_shim.c")
    if sys.platform != "linux" or subprocess.run(
            [*os.environ.get("CC", "cc").split(), "-shared", "-fPIC", "-o", library, source, "-ldl"],
            capture_output=True, check=False).returncode != 0:
        return None
    env = {**os.environ, "LD_PRELOAD": library, "CLOCK_AHEAD": os.path.join(work, "ahead")}
    works = subprocess.run([os.path.join(BUILD, "flowcap"), "-V"], env=env, capture_output=True, check=False)
    return env if works.returncode == 0 else None


def set_clock(seconds):
    """By how much the clock is ahead, from now on."""
    path = os.path.join(work, "ahead")
    with open(path + ".new", "w", encoding="ascii") as f:
        f.write(str(int(seconds)))
    os.rename(path + ".new", path)


class Collector:
    def __init__(self, directory, env):
        self.path = os.path.join(work, "log")
        with open(self.path, "w", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                [os.path.join(BUILD, "flowcap"), "-w", directory, "-p", "0", "-b", "127.0.0.1", "-t", "2"],
                stderr=log, stdin=subprocess.DEVNULL, env=env)
        for _ in range(400):
            if "listening on port " in self.text():
                break
            time.sleep(0.02)
        self.port = int(self.text().split("listening on port ")[1].split(",")[0])

    def text(self):
        with open(self.path, encoding="utf-8") as f:
            return f.read()

    def end(self, kill):
        self.process.send_signal(signal.SIGKILL if kill else signal.SIGTERM)
        return self.process.wait(60)


def v9(sequence, *sets):
    return struct.pack(">HHIIII", 9, len(sets), 1000000, int(time.time()), sequence, 7) + b"".join(sets)


TEMPLATE = struct.pack(">HHHHHHHHHH", 0, 20, 300, 3, 8, 4, 2, 4, 1, 4)


def data(first, count):
    body = b"".join(struct.pack(">III", n, 1, 100) for n in range(first, first + count))
    return struct.pack(">HH", 300, 4 + len(body)) + body


def filed(directory):
    out = subprocess.run([os.path.join(BUILD, "flowcat"), "-r", directory, "-q", "-o", "csv:src_addr"],
                         capture_output=True, text=True, check=False)
    result("the archive can be read", out.returncode == 0, out.stderr)
    times = {}
    for line in out.stdout.split():
        n = struct.unpack(">I", socket.inet_aton(line.strip('"')))[0]
        times[n] = times.get(n, 0) + 1
    return times


def jumps(name, env, settings, ends):
    """The clock is set in turn; after each setting comes data, and then perhaps an end ('k' kill, 't' SIGTERM)."""
    directory = os.path.join(work, "archive")
    os.mkdir(directory)
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.bind(("127.0.0.1", 0))
    set_clock(0)
    collector = Collector(directory, env)
    sequence, n = 1, 0x01000000
    sender.sendto(v9(0, TEMPLATE), ("127.0.0.1", collector.port))
    for i, seconds in enumerate(settings):
        set_clock(seconds)
        for _ in range(20):
            sender.sendto(v9(sequence, data(n, 10)), ("127.0.0.1", collector.port))
            sequence, n = sequence + 1, n + 10
        time.sleep(0.4)
        if ends[i % len(ends)] != "-":
            status = collector.end(ends[i % len(ends)] == "k")
            if status != -signal.SIGKILL:
                result(f"{name}: it ends well", status == 0, collector.text())
            collector = Collector(directory, env)
    result(f"{name}: the last ends well", collector.end(False) == 0, collector.text())
    times = filed(directory)
    want = {i: 1 for i in range(0x01000000, n)}
    result(f"{name}: each of {len(want)} flows is filed once", times == want,
           f"{len([i for i in want if i not in times])} lost", f"{len([i for i in times if times[i] > 1])} twice",
           collector.text())
    left = [x for top in (directory, directory + ".state") for _, _, names in os.walk(top) for x in names
            if not x.endswith((".parquet", ".state"))]
    result(f"{name}: nothing else is left", not left, left)
    shutil.rmtree(directory)
    shutil.rmtree(directory + ".state", ignore_errors=True)


def main():
    env = build_shim()
    if env is None:
        print("1..0 # SKIP no shim can be put before this program")
        return 0
    now = int(time.time())
    small = [1, -1, 3, -3, 61, -61, 5 * MINUTE, -5 * MINUTE, HOUR, -HOUR, 6 * HOUR, 0]
    large = [2 * DAY, 0, 40 * DAY, -DAY, 400 * DAY, 4102444800 - now, 0, 100000 - now, 0]
    jumps("small steps", env, small, "-")
    jumps("large steps", env, large, "-")
    jumps("small steps and kills", env, small, "k")
    jumps("large steps and kills", env, large, "k")
    jumps("large steps and ends", env, large, "t-k")
    return 1 if failed else 0


try:
    code = main()
finally:
    shutil.rmtree(work, ignore_errors=True)
if number > 0:
    print(f"1..{number}")
sys.exit(code)
