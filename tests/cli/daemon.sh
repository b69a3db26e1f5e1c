#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# flowcap in the background: what keeps it from starting is told to who started it; pid files.
set -u

# shellcheck source=tests/cli/tap.sh
. "$FLOW_SRCDIR/tests/cli/tap.sh"

flowcap=$FLOW_BUILDDIR/flowcap
work=$(mktemp -d "${TMPDIR:-/tmp}/daemon-test.XXXXXX")
chmod 755 "$work"
pid=

finish()
{
	[ -z "$pid" ] || kill -9 "$pid" 2>/dev/null
	rm -rf "$work"
}
trap finish EXIT

# fails TEXT OPTION...: -D with these: status 1 and that text on standard error, and nothing runs
fails()
{
	local text=$1 status

	shift
	timeout 20 "$flowcap" -D -b 127.0.0.1 -p 0 "$@" 2>"$work/err"
	status=$?
	cat "$work/err"
	[ "$status" -eq 1 ] || { echo "status $status"; return 1; }
	grep -qF -- "$text" "$work/err"
}

gone()
{
	! kill -0 "$1" 2>/dev/null
}

mkdir "$work/w"
check "no such user" fails "no user 'nosuchuser'" -w "$work/w" -u nosuchuser
check "no such group" fails "no group 'nosuchgroup'" -w "$work/w" -g nosuchgroup
check "a pid file in no directory" fails "$work/none/pid: No such file" -w "$work/w" -P "$work/none/pid"
if [ "$(id -u)" -eq 0 ] && getent passwd nobody >/dev/null; then
	chmod 700 "$work/w"
	check "a directory that the user may not write" fails "$work/w: Permission denied" -w "$work/w" -u nobody
fi
ln -s "$work/target" "$work/link"
check "a pid file that is a symbolic link" fails 'is a symbolic link' -w "$work/w" -P "$work/link"
check "its target is not made" test ! -e "$work/target"
echo precious >"$work/text"
check "a pid file that is another file" fails 'holds something else than a process id' -w "$work/w" -P "$work/text"
check "that file is as it was" same "$(cat "$work/text")" precious
: >"$work/named"
ln "$work/named" "$work/name"
check "a pid file with two names" fails 'has other names' -w "$work/w" -P "$work/named"
mkfifo "$work/fifo"
check "a pid file that is no regular file" fails 'is no regular file' -w "$work/w" -P "$work/fifo"
check "it is still there" test -p "$work/fifo"

timeout 20 "$flowcap" -D -b 127.0.0.1 -p 0 -w "$work/w" -P "$work/pid" --metrics "$work/none/prom" 2>"$work/err"
check "metrics in no directory: it starts all the same" same "$?" 0
check "and says so" grep -qF "metrics: $work/none/prom: No such file" "$work/err"
pid=$(cat "$work/pid")
kill "$pid"
check "it ends then" waits gone "$pid"
check "metrics" timeout 20 "$flowcap" -D -b 127.0.0.1 -p 0 -w "$work/w" -P "$work/pid" --metrics "$work/prom"
pid=$(cat "$work/pid")
check "they begin at 0" grep -x 'flowcap_rows_total 0' "$work/prom"
kill "$pid"
check "it ends again" waits gone "$pid"
rm -f "$work/pid"

check "it starts" timeout 20 "$flowcap" -D -b 127.0.0.1 -p 0 -w "$work/w" -P "$work/pid"
pid=$(cat "$work/pid")
check "it runs" kill -0 "$pid"
check "a second one with the same pid file does not" fails "$work/pid: process $pid has it" -w "$work/w" \
	-P "$work/pid"
check "the file is still the first one's" same "$(cat "$work/pid")" "$pid"
kill "$pid"
check "it ends" waits gone "$pid"
check "its pid file is gone" test ! -e "$work/pid"
echo 1 >"$work/pid"
check "a file that nobody holds is taken" timeout 20 "$flowcap" -D -b 127.0.0.1 -p 0 -w "$work/w" -P "$work/pid"
pid=$(cat "$work/pid")
kill "$pid"
check "it ends too" waits gone "$pid"

if [ "$(id -u)" -eq 0 ] && getent passwd nobody >/dev/null; then
	mkdir "$work/run" "$work/n"
	chmod 755 "$work/run"
	chown nobody "$work/n"
	check "as another user it starts" timeout 20 "$flowcap" -D -b 127.0.0.1 -p 0 -w "$work/n" -u nobody \
		-P "$work/run/pid"
	pid=$(cat "$work/run/pid")
	check "as that user" same "$(stat -c %U "/proc/$pid")" nobody
	kill "$pid"
	check "as another user it ends" waits gone "$pid"
	check "the pid file, which it may not remove, is empty" test ! -s "$work/run/pid"
else
	skip "as another user" "not root"
fi
pid=

# A limit of the size of files is an error.
check "a limit of the size of files is no death" bash -c "ulimit -f 1
	'$FLOW_BUILDDIR/flowgen' -n 100000 -o '$work/big.pcap' 2>'$work/err'; test \$? -eq 1"
check "and it is told" grep -qF 'File too large' "$work/err"

echo "1..$number"
exit $failed
