# SPDX-License-Identifier: BSD-2-Clause
"""What a terminal is told of long work.  usage: progress.py BINFOLDER ARCHIVE"""
import os
import pty
import re
import subprocess
import sys

folder, archive = sys.argv[1:3]
number = 0


def report(name, good, why=''):
    global number
    number += 1
    print('%sok %d - %s' % ('' if good else 'not ', number, name))
    if not good:
        print('# %r' % why)


def told(words, term='xterm', terminal=True):
    """Status, and what comes to standard error, a terminal or a pipe."""
    ours, theirs = pty.openpty() if terminal else os.pipe()
    run = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=theirs, stdin=subprocess.DEVNULL,
                           env=dict(os.environ, TERM=term))
    os.close(theirs)
    text = b''
    while True:
        try:
            piece = os.read(ours, 4096)
        except OSError:			# a terminal that nobody holds any more
            break
        if not piece:
            break
        text += piece
    os.close(ours)
    return run.wait(), text.decode()


work = [folder + '/tests/cli/show_progress']
status, text = told(work)
report('how far, how long, and which reading', status == 0 and re.fullmatch(
    r'show_progress: 25 %, [2-9]\d* s\x1b\[K\r\x1b\[Kshow_progress: reading 2, 0 %, [2-9]\d* s\x1b\[K\r\x1b\[K', text), text)
status, text = told(work, term='dumb')
report('nothing to a terminal that cannot remove it', status == 0 and not text, text)
status, text = told(work, terminal=False)
report('nothing to a pipe', status == 0 and not text, text)
for words in ([folder + '/flowstat', '-s', 'srcip/bytes', archive], [folder + '/flowcat', '-w', '/dev/null', archive]):
    status, text = told(words)
    report(os.path.basename(words[0]) + ': nothing of what takes no time, or the line', status == 0 and (not text or '%' in text), text)
print('1..%d' % number)
