# SPDX-License-Identifier: BSD-2-Clause
"""crash.py [ROUNDS [SEED [SECONDS]]]: flowcap is killed (SIGKILL) at random moments, and the archive is counted.

SECONDS is the longest life of a collector.
Each datagram is NetFlow v5 with one flow whose source address is the datagram's number, so the archive
tells of each how often it was filed.  What must hold:

  - no flow is filed twice, whatever was interrupted: receiving, a rotation, or filing what was left;
  - a datagram that was sent 0.3 s before the kill, or earlier, is filed once;
  - where a shim notes what the kernel handed over: how long before the kill that was, of what is lost;
  - data that waits for its template is decoded when that comes, however many kills lie between.
"""
import array
import os
import random
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time

BUILD = os.environ.get("FLOW_BUILDDIR", ".")
ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 12
SEED = int(sys.argv[2]) if len(sys.argv) > 2 else 1
LIFE_S = float(sys.argv[3]) if len(sys.argv) > 3 else 2.2
SAFE_S = 0.3
FIRST = 0x01000000
NOTES = 1 << 22  # datagrams that the shim can note
shim = {}  # of the environment
work = tempfile.mkdtemp(prefix="crash-test.")
number = 0
failed = False


def result(name, good, *notes):
    global number, failed
    number += 1
    print(f"{'ok' if good else 'not ok'} {number} - {name}", flush=True)
    if not good:
        failed = True
        for note in notes:
            print("#", str(note)[:400], flush=True)


def notes_file():
    """Has a shim note what the kernel hands over; the file, None where there can be no shim."""
    library, path = os.path.join(work, "receive_shim.so"), os.path.join(work, "received")
    source = os.path.join(os.environ.get("FLOW_SRCDIR", "."), "tests", "cli", "receive_shim.c")
    done = sys.platform == "linux" and subprocess.run(
        [*os.environ.get("CC", "cc").split(), "-shared", "-fPIC", "-o", library, source, "-ldl"],
        capture_output=True, check=False).returncode == 0
    done = done and subprocess.run([os.path.join(BUILD, "flowcap"), "-V"], env={**os.environ, "LD_PRELOAD": library},
                                   capture_output=True, check=False).returncode == 0
    if not done:
        return None
    with open(path, "wb") as f:
        f.truncate(8 * NOTES)
    shim.update(LD_PRELOAD=library, RECEIVED=path)
    return path


def received_times(path):
    """CLOCK_MONOTONIC when the kernel handed a datagram over, by its number."""
    with open(path, "rb") as f:
        return {FIRST + n: us / 1e6 for n, us in enumerate(array.array("Q", f.read())) if us > 0}


def tell_lost(path, killed, times):
    """How old was what was handed over and is lost, when its collector was killed."""
    received = received_times(path)
    ages = sorted(1000 * (killed[n] - at) for n, at in received.items() if n not in times)
    print(f"# {len(received)} datagrams handed over by the kernel: {len(ages)} lost" + (
        f", that many ms before the kill: median {ages[len(ages) // 2]:.1f}, 99 of 100 "
        f"{ages[len(ages) * 99 // 100]:.1f}, most {ages[-1]:.1f}; older than 10 ms: "
        f"{len([a for a in ages if a > 10])}" if ages else ""))
    unknown = [n for n in times if n not in received]
    result("none is there that was not received", not unknown, unknown[:10])


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


PORT = free_port()


class Collector:
    def __init__(self, directory, *options):
        self.log = open(os.path.join(work, "log"), "a+")
        self.port = PORT
        self.start_size = self.log.seek(0, 2)
        self.process = subprocess.Popen(
            [os.path.join(BUILD, "flowcap"), "-w", directory, "-p", str(self.port), "-b", "127.0.0.1", *options],
            stderr=self.log, stdin=subprocess.DEVNULL, env={**os.environ, **shim})
        for _ in range(2000):
            self.log.seek(self.start_size)
            if "listening" in self.log.read():
                return
            time.sleep(0.005)
        raise SystemExit("the collector does not listen")

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        self.process.terminate()
        return self.process.wait(120)

    def tail(self):
        self.log.seek(self.start_size)
        return self.log.read()[-3000:]


def v5(i):
    now = time.time()
    header = struct.pack(">HHIIIIBBH", 5, 1, 1000000, int(now), 0, i, 0, 0, 0)
    return header + struct.pack(">IIIHHIIIIHHBBBBHHBBH", i, 0xcb007101, 0, 1, 2, 1, 100, 999000, 999900, 10, 20,
                                0, 0, 17, 0, 0, 0, 24, 24, 0)


def filed(directory):
    """How often each number is in the archive."""
    out = subprocess.run([os.path.join(BUILD, "flowcat"), "-r", directory, "-q", "-o", "csv:src_addr"],
                         capture_output=True, text=True, check=False)
    if out.returncode != 0:
        result("the archive can be read", False, out.stderr)
    times = {}
    for line in out.stdout.split():
        i = struct.unpack(">I", socket.inet_aton(line.strip('"')))[0]
        times[i] = times.get(i, 0) + 1
    return times


def leftovers(directory):
    return sorted(name for top in (directory, directory + ".state") for _, _, names in os.walk(top)
                  for name in names if not name.endswith((".parquet", ".state")) or name.startswith(".flowcap.2"))


def random_kills():
    """Kills while datagrams come, some near rotations, some while journals are filed."""
    rng = random.Random(SEED)
    directory = os.path.join(work, "random")
    os.mkdir(directory)
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    i, safe, in_doubt, killed_at = FIRST, set(), set(), {}
    notes = notes_file()
    for _ in range(ROUNDS):
        collector = Collector(directory, "-t", "2")
        end = time.time() + rng.uniform(0, LIFE_S)
        sent = []
        while time.time() < end:
            for _ in range(rng.randrange(1, 40)):
                sender.sendto(v5(i), ("127.0.0.1", collector.port))
                sent.append((time.time(), i))
                i += 1
            time.sleep(rng.uniform(0, 0.01))
        killed = time.time()
        monotonic = time.monotonic()
        collector.kill()
        killed_at.update((n, monotonic) for _, n in sent)
        safe.update(n for at, n in sent if at < killed - SAFE_S)
        in_doubt.update(n for at, n in sent if at >= killed - SAFE_S)
    collector = Collector(directory, "-t", "2")
    result(f"{ROUNDS} kills: the last collector ends well", collector.stop() == 0, collector.tail())
    times = filed(directory)
    lost = [n for n in safe if n not in times]
    twice = [n for n in times if times[n] > 1]
    unknown = [n for n in times if n not in safe and n not in in_doubt]
    print(f"# {len(safe)} datagrams sent {SAFE_S} s before a kill: {len(lost)} lost; {len(in_doubt)} sent later: "
          f"{len([n for n in in_doubt if n not in times])} lost; filed more than once: {len(twice)}")
    if notes is not None:
        tell_lost(notes, killed_at, times)
        shim.clear()
    result("none that was sent in time is lost", not lost, lost[:10])
    result("none is filed twice", not twice, twice[:10])
    result("none is there that was not sent", not unknown, unknown[:10])
    result("nothing else is left", not leftovers(directory), leftovers(directory))
    shutil.rmtree(directory)
    shutil.rmtree(directory + ".state", ignore_errors=True)


def kills_while_filing():
    """Many journals are left; the collectors that file them are killed, again and again."""
    rng = random.Random(SEED + 1)
    directory = os.path.join(work, "filing")
    os.mkdir(directory)
    # The archive's directories cannot be made, so that slots stay in their journals.
    year = os.path.join(directory, time.strftime("%Y", time.gmtime()))
    open(year, "w").close()
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    collector = Collector(directory)
    i = first = 0x02000000
    for _ in range(30):
        for _ in range(2000):
            sender.sendto(v5(i), ("127.0.0.1", collector.port))
            i += 1
            if i % 100 == 0:
                time.sleep(0.001)
        time.sleep(0.02)
        collector.process.send_signal(1)  # SIGHUP: the next file
        time.sleep(0.25)
    collector.kill()
    journals = len([n for n in os.listdir(directory + ".state") if n.endswith(".journal")])
    result("slots that cannot be filed stay in their journals", journals >= 25, journals)
    os.unlink(year)
    for _ in range(ROUNDS):
        collector = Collector(directory)
        time.sleep(rng.uniform(0, 0.15))
        collector.kill()
    collector = Collector(directory)
    result("the last collector ends well", collector.stop() == 0, collector.tail())
    times = filed(directory)
    lost = [n for n in range(first, i) if n not in times]
    twice = [n for n in times if times[n] > 1]
    print(f"# {i - first} datagrams in {journals} journals, {ROUNDS} kills while they were filed: {len(lost)} lost, "
          f"{len(twice)} filed more than once")
    result("none is lost", not lost, lost[:10])
    result("none is filed twice", not twice, twice[:10])
    shutil.rmtree(directory)
    shutil.rmtree(directory + ".state", ignore_errors=True)


def v9(sequence, *sets):
    return struct.pack(">HHIIII", 9, len(sets), 1000000, int(time.time()), sequence, 7) + b"".join(sets)


V9_TEMPLATE = struct.pack(">HHHHHHHHHH", 0, 20, 300, 3, 8, 4, 2, 4, 1, 4)


def v9_data(*numbers):
    body = b"".join(struct.pack(">III", n, 1, 100) for n in numbers)
    return struct.pack(">HH", 300, 4 + len(body)) + body


def held_data():
    """Data before its template, through kills, rotations and orderly ends, until the template comes."""
    for name, rotate, ends in (("kill -9", False, "k"), ("a rotation and kill -9", True, "k"),
                               ("SIGTERM", False, "t"), ("several of both", True, "tkktk")):
        directory = os.path.join(work, "held")
        os.mkdir(directory)
        sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sent = 0
        for end in ends:
            collector = Collector(directory)
            for _ in range(10):
                sender.sendto(v9(sent, v9_data(0x03000000 + 2 * sent, 0x03000001 + 2 * sent)),
                              ("127.0.0.1", collector.port))
                sent += 1
            time.sleep(0.3)
            if rotate:
                collector.process.send_signal(1)
                time.sleep(0.5)
            if end == "k":
                collector.kill()
            else:
                result(f"held over {name}: it ends well", collector.stop() == 0, collector.tail())
        collector = Collector(directory)
        time.sleep(0.3)
        sender.sendto(v9(sent, V9_TEMPLATE), ("127.0.0.1", collector.port))
        time.sleep(0.3)
        result(f"held over {name}: the last ends well", collector.stop() == 0, collector.tail())
        times = filed(directory)
        want = {0x03000000 + n: 1 for n in range(2 * sent)}
        result(f"data that waits for its template outlives {name}", times == want,
               f"{len(times)} of {len(want)}", [n for n in times if times[n] > 1], collector.tail())
        result(f"held over {name}: nothing else is left", not leftovers(directory), leftovers(directory))
        shutil.rmtree(directory)
        shutil.rmtree(directory + ".state", ignore_errors=True)


def main():
    try:
        random_kills()
        kills_while_filing()
        held_data()
    finally:
        shutil.rmtree(work, ignore_errors=True)
    print(f"1..{number}")
    return 1 if failed else 0


sys.exit(main())
