# SPDX-License-Identifier: BSD-2-Clause
"""TCP peers that are silent, slow or send rubbish, and a thousand exporters at few descriptors: who behaves is served."""
import os
import resource
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time

BUILD = os.environ.get("FLOW_BUILDDIR", ".")
work = tempfile.mkdtemp(prefix="abuse-test.")
number = 0
failed = False


def result(name, good, *notes):
    global number, failed
    number += 1
    print(f"{'ok' if good else 'not ok'} {number} - {name}", flush=True)
    if not good:
        failed = True
        for note in notes:
            print("#", str(note)[:2000].replace("\n", "\n# "), flush=True)


class Collector:
    def __init__(self, *options, descriptors=None):
        def limit():
            if descriptors is not None:
                resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))
        self.log = os.path.join(work, "log")
        self.process = subprocess.Popen([os.path.join(BUILD, "flowcap"), "-p", "0", "-b", "127.0.0.1", *options],
                                        stderr=open(self.log, "w"), stdin=subprocess.DEVNULL, preexec_fn=limit)
        for _ in range(200):
            text = self.text()
            if "listening on port" in text:
                self.port = int(text.split("listening on port ")[1].split(",")[0])
                return
            time.sleep(0.05)
        raise SystemExit(self.text())

    def text(self):
        with open(self.log) as f:
            return f.read()

    def cpu(self):
        with open(f"/proc/{self.process.pid}/stat") as f:
            fields = f.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self):
        self.process.terminate()
        return self.process.wait(60)


def message(sequence, flows):
    template = struct.pack(">HHHHHHHHHH", 2, 20, 256, 3, 8, 4, 2, 4, 1, 4)
    data = b"".join(struct.pack(">III", 0x0a000000 + sequence + i, 1, 100) for i in range(flows))
    body = template + struct.pack(">HH", 256, 4 + len(data)) + data
    return struct.pack(">HHIII", 10, 16 + len(body), int(time.time()), sequence, 1) + body


def connect(port, source=None):
    s = socket.socket()
    if source:
        s.bind((source, 0))
    s.settimeout(5)
    s.connect(("127.0.0.1", port))
    return s


def rows(directory):
    out = subprocess.run([os.path.join(BUILD, "flowcat"), "-r", directory, "-q", "-o", "csv:bytes"],
                         capture_output=True, text=True, check=False)
    return len(out.stdout.split())


def silent_peers():
    directory = os.path.join(work, "silent")
    os.mkdir(directory)
    c = Collector("-w", directory, "--tcp")
    idle = [connect(c.port) for _ in range(256)]
    slow = [connect(c.port, f"127.0.0.{2 + i % 5}") for i in range(100)]
    for s in slow:
        s.sendall(message(0, 1)[:11])
    time.sleep(0.5)
    sent = 0
    for i in range(20):
        s = connect(c.port, f"127.0.0.{10 + i}")
        s.sendall(message(0, 50))
        sent += 50
        s.close()
    good = connect(c.port)
    good.sendall(message(0, 40))
    sent += 40
    time.sleep(0.5)
    # One that was served keeps its place while others come and are silent.
    more = [connect(c.port) for _ in range(300)]
    good.sendall(message(40, 10))
    sent += 10
    time.sleep(0.5)
    for s in idle + slow + more + [good]:
        s.close()
    result("silent TCP peers: it ends well", c.stop() == 0, c.text())
    result("silent TCP peers keep nobody out", rows(directory) == sent, rows(directory), sent, c.text())
    result("those that gave way are counted", "TCP connections refused: " in c.text(), c.text())


def rubbish():
    directory = os.path.join(work, "rubbish")
    os.mkdir(directory)
    c = Collector("-w", directory, "--tcp")
    for i in range(200):
        s = connect(c.port)
        try:
            s.sendall([b"GET / HTTP/1.0\r\n\r\n", struct.pack(">HH", 10, 3) + b"x" * 40, b"\0" * 70000,
                       message(0, 5)[:-3], os.urandom(500)][i % 5])
        except OSError:
            pass
        s.close()
    s = connect(c.port)
    big = message(0, 5000)
    s.sendall(big)
    s.close()
    result("a message of %d bytes" % len(big), len(big) > 60000)
    time.sleep(0.5)
    result("rubbish over TCP: it ends well", c.stop() == 0, c.text())
    result("a good peer is served between", rows(directory) == 5000, rows(directory), c.text())


def few_descriptors():
    """accept(2) fails for want of descriptors: the collector does not turn round for it."""
    directory = os.path.join(work, "few")
    os.mkdir(directory)
    c = Collector("-w", directory, "--tcp", descriptors=24)
    time.sleep(1)   # it looks for journals of earlier runs first, which wants a descriptor
    peers = [connect(c.port) for _ in range(60)]
    before = c.cpu()
    time.sleep(2)
    used = c.cpu() - before
    result("no descriptors for peers: no busy loop", used < 1.0, used)
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.sendto(message(0, 30), ("127.0.0.1", c.port))
    time.sleep(0.5)
    for p in peers:
        p.close()
    result("no descriptors for peers: it ends well", c.stop() == 0, c.text())
    result("no descriptors for peers: UDP goes on", rows(directory) == 30, rows(directory), c.text())


def many_exporters():
    """1200 exporters, 64 descriptors: each flow is somewhere, the last 176 share a directory."""
    directory = os.path.join(work, "many")
    os.mkdir(directory)
    c = Collector("-M", directory, "-t", "3600", descriptors=64)
    for i in range(1200):
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.bind((f"127.1.{i // 250}.{1 + i % 250}", 0))
        s.sendto(message(0, 3), ("127.0.0.1", c.port))
        s.close()
        if i % 50 == 0:
            time.sleep(0.05)
    time.sleep(1)
    c.process.send_signal(1)
    time.sleep(1)
    result("1200 exporters: it ends well", c.stop() == 0, c.text())
    names = [n for n in os.listdir(directory) if not n.startswith(".")]
    result("1024 directories and a shared one", len(names) == 1025 and "others" in names, len(names))
    got = sum(rows(os.path.join(directory, n)) for n in names)
    result("every flow of 1200 exporters is there", got == 3600, got, c.text()[-2000:])
    result("those beyond the limit share", rows(os.path.join(directory, "others")) == 176 * 3)
    result("which is told", "more than 1024 exporters" in c.text())


def main():
    try:
        silent_peers()
        rubbish()
        if os.path.exists("/proc/self/stat"):
            few_descriptors()
        many_exporters()
    finally:
        shutil.rmtree(work, ignore_errors=True)
    print(f"1..{number}")
    return 1 if failed else 0


sys.exit(main())
