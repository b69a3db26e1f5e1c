# SPDX-License-Identifier: BSD-2-Clause
"""Sorted copies in little memory, and what is left when a command that wrote to temporary files is killed."""
import filecmp
import os
import signal
import subprocess
import sys
import time

work, build = sys.argv[1:]
number = 0
failed = False
MIB = 1 << 20


def check(what, good, got=''):
    global number, failed
    number += 1
    failed |= not good
    print(f'{"" if good else "not "}ok {number} - {what}')
    if not good:
        print(f'# got {str(got)[:800]!r}')


def skip(what, why):
    global number
    number += 1
    print(f'ok {number} - {what} # SKIP {why}')


def program(name):
    return os.path.join(build, name)


temporary, target, flows = (os.path.join(work, d) for d in ('tmp', 'out', 'flows'))
for directory in (temporary, target, flows):
    os.mkdir(directory)
os.environ['TMPDIR'] = temporary
subprocess.run([program('flowgen'), '-w', flows, '-n', '400000', '--duration', '1h'], check=True,
               stderr=subprocess.DEVNULL)


def start(*arguments):
    return subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def text(path):
    """A file of all rows, in their order. It is not read here: a child's peak begins with what its parent has."""
    with open(path + '.csv', 'wb') as out:
        subprocess.run([program('flowcat'), '-q', '-o', 'csv:all', path], check=True, stdout=out)
    return path + '.csv'


# Without runs and with: the same rows in the same order.
copies, peak = {}, {}
for memory in '1G', '4M':
    path = os.path.join(work, memory)
    child = start(program('flowcat'), '-q', '-O', 'bytes', '-w', path, '--memory', memory, flows)
    _, status, usage = os.wait4(child.pid, 0)
    check(f'a sorted copy in {memory}', status == 0, status)
    copies[memory], peak[memory] = text(path), usage.ru_maxrss * 1024
with open(copies['4M'], 'rb') as file:
    count = sum(1 for _ in file)
check('it has all rows in the same order, in little memory too', count >= 400000 and
      filecmp.cmp(copies['1G'], copies['4M'], False), count)
if os.environ.get('FLOW_SANITIZER') or not sys.platform.startswith('linux'):
    skip('the memory given is kept', 'sanitizers and other systems count otherwise')
else:
    check('the memory given is kept', peak['4M'] <= (4 + 64) * MIB, peak['4M'] // MIB)


def has_temporary_file(pid):
    """Whether it has a file open in TMPDIR, whose name is gone."""
    directory = f'/proc/{pid}/fd'
    try:
        return any(os.readlink(os.path.join(directory, n)).startswith(temporary) for n in os.listdir(directory))
    except OSError:
        return False


def kill_while_spilling(what, number_of_signal, *arguments):
    child = start(*arguments)
    end = time.monotonic() + 60
    while child.poll() is None and not has_temporary_file(child.pid) and time.monotonic() < end:
        time.sleep(0.001)
    if child.poll() is None:
        child.send_signal(number_of_signal)
    status = child.wait(60)
    check(f'{what}: ends by the signal', status in (-number_of_signal, 128 + number_of_signal), status)
    left = os.listdir(temporary) + os.listdir(target)
    check(f'{what}: nothing is left', left == [], left)


if os.path.isdir('/proc/self/fd'):
    for name in 'SIGINT', 'SIGTERM':
        kill_while_spilling(f'{name} to a sorting flowcat', getattr(signal, name), program('flowcat'), '-q', '-O', 'bytes',
                            '-w', os.path.join(target, 'sorted'), '--memory', '4M', flows)
        kill_while_spilling(f'{name} to a spilling flowstat', getattr(signal, name), program('flowstat'), '-A',
                            'src_addr,dst_addr,src_port,dst_port', '-n', '0', '--memory', '4M', flows)
else:
    skip('commands that are killed', 'no /proc')
print(f'1..{number}')
sys.exit(failed)
