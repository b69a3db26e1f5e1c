# SPDX-License-Identifier: BSD-2-Clause
"""What the guides tell people to type.  usage: guides.py BINFOLDER SOURCE WORK

The blocks of doc/getting-started.md are run as they stand, one after the other. Of every other command of these programs, in
doc/, README.md and the EXAMPLES of the manual pages, each option must be one that the program knows: it is given --help as
well, which counts only if nothing before it was wrong.
"""
import glob
import os
import re
import shlex
import subprocess
import sys

folder, source, work = sys.argv[1:4]
programs = ('flowcap', 'flowcat', 'flowstat', 'flowgen')
environment = dict(os.environ, PATH=folder + ':' + os.environ['PATH'], TZ='UTC', LC_ALL='C')
environment.pop('FLOWRC', None)
number = 0


def report(name, problem=''):
    global number
    number += 1
    print('%sok %d - %s' % ('not ' if problem else '', number, name))
    if problem:
        print('# ' + problem.strip().replace('\n', '\n# '))


def read(path):
    with open(os.path.join(source, path)) as file:
        return file.read()


def getting_started():
    blocks = re.findall(r'```sh\n(.*?)```', read('doc/getting-started.md'), re.S)
    # One shell, so that a job of one block is there for the next; a failed line ends it.
    port = 20000 + os.getpid() % 20000
    script = 'set -e -m\n' + '\necho "== block"\n'.join(blocks).replace('9995', str(port))
    got = subprocess.run(['bash', '-c', script], cwd=work, env=environment, capture_output=True, text=True, timeout=100,
                         stdin=subprocess.DEVNULL)
    report('getting-started.md runs as it stands', '' if got.returncode == 0 else got.stdout[-500:] + got.stderr[-500:])
    report('its collector got all', '' if re.search(
        r'in all: .*flows decoded 20000, flows written 20000, sequence gaps 0, kernel drops 0', got.stderr) else got.stderr)
    counts = [len(b.splitlines()) for b in got.stdout.split('== block\n')]
    # Five flows and a heading; ten hosts, protocols; a page; three lines of CSV.
    report('its questions are answered', '' if len(counts) == 4 and counts[1] >= 6 + 12 and counts[3] == 3 else str(counts))
    with open(work + '/page.html') as file:
        report('its page is whole', '' if file.read().rstrip().endswith('</html>') else 'cut')


def commands_of(path):
    """(text, words) of each command of ours in a page: a line, or what a backslash continues."""
    text = read(path)
    if path.startswith('man/'):
        text = text.partition('.Sh EXAMPLES')[2].partition('\n.Sh ')[0]
        text = re.sub(r'^\.Dl (\$ )?', '', text, flags=re.M).replace(r'\(dq', '"').replace(r'\-', '-')
        lines = text.split('\n')
    else:
        blocks = re.findall(r'(?:^ {4}.*\n|^```sh\n(?:.*\n)*?```)', text, re.M)
        lines = '\n'.join(blocks).replace('\\\n', ' ').split('\n')
    for line in lines:
        lexer = shlex.shlex(line.strip(), posix=True, punctuation_chars='|&;<>')
        lexer.whitespace_split = True
        try:
            words = list(lexer)
        except ValueError:			# prose, or a line of some other language
            continue
        command = []
        for word in words + [';']:
            if set(word) <= set('|&;<>') and word:
                if command and os.path.basename(command[0]) in programs:
                    yield line.strip(), command
                command = []
            else:
                command.append(word)


def every_option():
    pages = ['README.md', *sorted(glob.glob('doc/*.md', root_dir=source)), *sorted(glob.glob('man/*.[0-9]', root_dir=source))]
    seen = 0
    for page in pages:
        wrong = []
        for text, command in commands_of(page):
            seen += 1
            # What an option names need not be there, and what a page leaves out ("...") is no word.
            words = [os.path.basename(command[0])] + [w for w in command[1:] if w not in ('...', '[...]')]
            got = subprocess.run(words + ['--help'], cwd=work, env=environment, capture_output=True, text=True, timeout=20,
                                 stdin=subprocess.DEVNULL)
            # A file that only the reader has is read when its option is taken.
            if got.returncode == 2 and 'No such file' not in got.stderr:
                wrong.append(text + '\n' + got.stderr)
        report('commands of ' + page, '\n'.join(wrong))
    report('there are commands', '' if seen > 60 else str(seen))


getting_started()
every_option()
print('1..%d' % number)
