#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# A disk that hangs, that is full, that fails to read, write or sync: what the collector keeps, files and says.
# SECONDS that the archive hangs: disk_fault.sh [SECONDS], 4 if not given.
set -u

# shellcheck source=tests/cli/tap.sh
. "$FLOW_SRCDIR/tests/cli/tap.sh"
# shellcheck source=tests/cli/collector.sh
. "$FLOW_SRCDIR/tests/cli/collector.sh"

hangs=${1:-4}
flowcap=$FLOW_BUILDDIR/flowcap
flowcat=$FLOW_BUILDDIR/flowcat
flowgen=$FLOW_BUILDDIR/flowgen
work=$(mktemp -d "${TMPDIR:-/tmp}/disk-fault-test.XXXXXX")

finish()
{
	[ -z "$collector" ] || kill -9 "$collector" 2>/dev/null
	rm -rf "$work"
}
trap finish EXIT

shim=$work/shim.so
if [ "$(uname)" != Linux ] || ! "${CC:-cc}" -shared -fPIC -o "$shim" "$FLOW_SRCDIR/tests/cli/fault_shim.c" \
	-ldl 2>/dev/null || ! LD_PRELOAD=$shim "$flowcap" -V >/dev/null 2>&1; then
	echo "1..0 # SKIP no shim can be put before this program"
	exit 0
fi

# faults LINE...: from now on; none: all is well
faults()
{
	printf '%s\n' "$@" >"$work/faults.new"
	mv "$work/faults.new" "$work/faults"
}

under=(env "FAULTS=$work/faults" "LD_PRELOAD=$shim")

rows()
{
	"$flowcat" -r "$1" -q -o csv:bytes | wc -l
}

journals()
{
	find "$1.state" -name '*.journal' | wc -l
}

# balances N: so many flows decoded and written, and no datagram dropped
balances()
{
	grep -qE "flows decoded $1, flows written $1, sequence gaps 0, kernel drops 0" "$work/log" ||
		{ cat "$work/log"; return 1; }
}

# The archive's disk hangs, and slots of two seconds go on: late, not lost.
faults ''
check "the archive hangs: listening" start "$work/hang" -t 2
faults 'fsync 0 .parquet' 'open 0 .parquet' 'link 0 .parquet'
flows=$((hangs * 200000))
check "the archive hangs: sent" "$flowgen" -t 127.0.0.1 -p "$port" -n $flows -r 200000
check "the archive hangs: slots wait in journals" test "$(journals "$work/hang")" -ge $((hangs / 2))
faults ''
check "the archive hangs: stopped" stops 0
check "the archive hangs: nothing is lost" balances $flows
check "the archive hangs: nor filed twice" same "$(rows "$work/hang")" $flows
check "the archive hangs: no journal is left" same "$(journals "$work/hang")" 0

# Slots that fail are filed while the collector runs on.
faults ''
check "slots fail: listening" start "$work/fails"
faults 'fsync 5 .parquet'
check "slots fail: sent" "$flowgen" -t 127.0.0.1 -p "$port" -n 5000 -r 50000
sleep 0.3
kill -HUP "$collector"
check "slots fail: which is told" waits grep -q 'Input/output error' "$work/log"
check "slots fail: the journal stays" same "$(journals "$work/fails")" 1
faults ''
check "slots fail: filed while it runs" waits grep -q 'filed after all' "$work/log"
check "slots fail: all are there" same "$(rows "$work/fails")" 5000
check "slots fail: stopped" stops 0
check "slots fail: the ledger" balances 5000
check "slots fail: no journal is left" same "$(journals "$work/fails")" 0

# archive_fault NAME TEXT LINE...: what a file of the archive suffers, and what is said of it
archive_fault()
{
	local name=$1 text=$2

	shift 2
	rm -rf "$work/archive" "$work/archive.state"
	faults ''
	check "$name: listening" start "$work/archive"
	faults "$@"
	check "$name: sent" "$flowgen" -t 127.0.0.1 -p "$port" -n 5000 -r 50000
	sleep 0.3
	kill -HUP "$collector"
	check "$name: which is told" waits grep -q "$text" "$work/log"
	faults ''
	check "$name: stopped" stops 0
	check "$name: the ledger" balances 5000
	check "$name: all are there" same "$(rows "$work/archive")" 5000
	check "$name: no journal is left" same "$(journals "$work/archive")" 0
	check "$name: nor anything else" same "$(find "$work/archive" "$work/archive.state" -type f ! -name '*.parquet' ! -name '*.state')" ''
}

archive_fault "the archive: no room to write" 'No space left' 'write 28 .parquet'
archive_fault "the archive: writing fails" 'Input/output error' 'write 5 .parquet'
archive_fault "the archive: no room to begin" 'No space left' 'open 28 .parquet'
archive_fault "the archive: no name" 'Input/output error' 'link 5 .parquet'
archive_fault "the archive: read only" 'Read-only file system' 'open 30 .parquet'
archive_fault "the archive: short writes" 'flows 5000' 'write -1 .parquet'

# journal_fault NAME TEXT LINE OPTION...: what a journal suffers; then kill -9, and what was written is there
journal_fault()
{
	local name=$1 text=$2 line=$3

	shift 3
	rm -rf "$work/faulty" "$work/faulty.state"
	faults ''
	check "$name: listening" start "$work/faulty" "$@"
	faults "$line"
	check "$name: sent" "$flowgen" -t 127.0.0.1 -p "$port" -n 5000 -r 50000
	[ -z "$text" ] || check "$name: which is told" waits grep -q "$text" "$work/log"
	sleep 0.3
	faults ''
	kill -9 "$collector"
	wait "$collector" 2>/dev/null
	check "$name: listening again" start "$work/faulty"
	check "$name: stopped" stops 0
	check "$name: all are there" same "$(rows "$work/faulty")" 5000
	check "$name: no journal is left" same "$(journals "$work/faulty")" 0
}

journal_fault "the journal: short writes" '' 'pwrite -1 .journal'
journal_fault "the journal: not synced" 'Input/output error' 'fsync 5 .journal' --journal-sync 10
journal_fault "the journal: synced" '' 'nothing 0 x' --journal-sync 10

# A journal whose disk fails in writing: the flows are filed all the same, and counted as in none.
faults ''
check "the journal: writing fails: listening" start "$work/eio"
faults 'pwrite 5 .spare' 'pwrite 5 .journal'
check "the journal: writing fails: sent" "$flowgen" -t 127.0.0.1 -p "$port" -n 5000 -r 50000
check "the journal: writing fails: which is told" waits grep -q 'Input/output error' "$work/log"
check "the journal: writing fails: stopped" stops 0
check "the journal: writing fails: all are there" same "$(rows "$work/eio")" 5000
check "the journal: writing fails: the ledger" balances 5000
check "the journal: writing fails: how many were in none" grep -qE 'no journal had when they were decoded: [0-9]+' "$work/log"

# The file has its name, but its directory cannot be synced: it is not filed twice.
faults ''
check "a directory that is not synced: listening" start "$work/directory" -S 0
check "a directory that is not synced: sent" "$flowgen" -t 127.0.0.1 -p "$port" -n 3000 -r 30000
faults "fsync 5 $work/directory"
sleep 0.3
kill -HUP "$collector"
check "a directory that is not synced: which is told" waits grep -q 'Input/output error' "$work/log"
faults ''
check "a directory that is not synced: stopped" stops 0
check "a directory that is not synced: nothing twice" same "$(rows "$work/directory")" 3000

# No room for journals: datagrams are decoded all the same, and counted; later ones are journalled again.
faults ''
check "no room for journals: listening" start "$work/room"
faults 'pwrite 28 .journal'
check "no room for journals: sent" "$flowgen" -t 127.0.0.1 -p "$port" -n 4000 -r 40000
check "no room for journals: which is told" waits grep -q 'No space left on device' "$work/log"
faults ''
sleep 1.2
check "no room for journals: sent later" "$flowgen" -t 127.0.0.1 -p "$port" -n 3000 -r 30000 --seed 2
check "no room for journals: there is again" waits grep -q 'can be written again' "$work/log"
check "no room for journals: stopped" stops 0
check "no room for journals: all are there" same "$(rows "$work/room")" 7000
check "no room for journals: how many were in none" grep -qE 'no journal had when they were decoded: [0-9]+' "$work/log"

# A journal that cannot be read everywhere: all else is filed, it is set aside, and the status says so.
faults ''
check "a bad block: listening" start "$work/block"
check "a bad block: sent" "$flowgen" -t 127.0.0.1 -p "$port" -n 20000 -r 50000
sleep 0.3
kill -9 "$collector"
wait "$collector" 2>/dev/null
faults 'pread 5 .journal'
check "a bad block: listening again" start "$work/block"
check "a bad block: stopped with a failure" stops 1
got=$(rows "$work/block")
check "a bad block: what is around it is there ($got of 20000)" test "$got" -gt 15000 -a "$got" -lt 20000
check "a bad block: and the journal too" same "$(find "$work/block.state" -name '*.journal.damaged' | wc -l)" 1
faults ''
check "a bad block: not twice" start "$work/block"
check "a bad block: stopped" stops 0
check "a bad block: as before" same "$(rows "$work/block")" "$got"

# Journals that cannot be opened stay, and are filed when they can be.
faults ''
check "no descriptors: listening" start "$work/emfile"
check "no descriptors: sent" "$flowgen" -t 127.0.0.1 -p "$port" -n 3000 -r 30000
sleep 0.3
kill -9 "$collector"
wait "$collector" 2>/dev/null
faults 'open 24 .journal'
check "no descriptors: listening again" start "$work/emfile"
check "no descriptors: stopped with a failure" stops 1
check "no descriptors: nothing is lost" same "$(journals "$work/emfile")" 1
faults ''
check "no descriptors: listening once more" start "$work/emfile"
check "no descriptors: stopped" stops 0
check "no descriptors: all are there" same "$(rows "$work/emfile")" 3000

echo "1..$number"
exit $failed
