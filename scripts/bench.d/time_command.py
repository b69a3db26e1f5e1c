# SPDX-License-Identifier: BSD-2-Clause
"""time_command.py RUNS SECONDS PREPARE COMMAND LOG: median seconds, median seconds of CPU and greatest MB of a command.

It is run RUNS times, or until SECONDS are over.
"""
import os
import shlex
import statistics
import subprocess
import sys
import time

runs, budget, prepare, command = int(sys.argv[1]), float(sys.argv[2]), sys.argv[3], shlex.split(sys.argv[4])
seconds, busy, memory = [], [], 0
while len(seconds) < runs and sum(seconds) <= budget:
    if prepare:
        subprocess.run(prepare, shell=True, check=True)
    with open(os.devnull, "w") as null, open(sys.argv[5], "w") as log:
        start = time.monotonic()
        child = subprocess.Popen(command, stdout=null, stderr=log)
        _, status, usage = os.wait4(child.pid, 0)
        seconds.append(time.monotonic() - start)
        busy.append(usage.ru_utime + usage.ru_stime)
    if status != 0:
        with open(sys.argv[5], encoding="utf-8", errors="replace") as log:
            sys.exit("%s: wait status %d: %s" % (command[0], status, log.read()[-400:]))
    memory = max(memory, usage.ru_maxrss)
print("%.4f %.2f %.0f" % (statistics.median(seconds), statistics.median(busy), memory / 1024))
