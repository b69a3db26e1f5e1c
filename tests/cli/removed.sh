#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# An archive, its journals and its socket that somebody removes or replaces under a running collector.
set -u

# shellcheck source=tests/cli/tap.sh
. "$FLOW_SRCDIR/tests/cli/tap.sh"

PATH=$FLOW_BUILDDIR:$PATH
work=$(mktemp -d "${TMPDIR:-/tmp}/removed-test.XXXXXX")
collector=
trap '[ -z "$collector" ] || kill -9 "$collector" 2>/dev/null; rm -rf "$work"' EXIT
tree=$work/tree

# start OPTION...: a collector
start()
{
	rm -f "$work/log"	# of the last one, which listened as well
	flowcap "$@" -p 0 -b 127.0.0.1 --metrics 127.0.0.1:0 -B 1000000 2>"$work/log" &
	collector=$!
	waits grep -q 'listening on' "$work/log"
	port=$(sed -n 's/.*listening on port \([0-9]*\),.*/\1/p' "$work/log")
	web=$(sed -n 's/.*metrics at port //p' "$work/log")
}

# ask PATH: what the collector answers
ask()
{
	exec 3<>"/dev/tcp/127.0.0.1/$web" || return
	printf 'GET %s HTTP/1.0\r\n\r\n' "$1" >&3
	cat <&3
	exec 3<&-
}

value()
{
	ask /metrics | sed -n "s|^flowcap_$1 ||p"
}

# counts N: whether it has decoded that many flows
counts()
{
	[ "$(value flows_total)" = "$1" ]
}

sends()
{
	flowgen -t 127.0.0.1 -p "$port" -n "$1" -r 20000 --seed "$2" >/dev/null 2>&1
}

rows()
{
	flowcat -r "$1" -q -o csv 2>/dev/null | wc -l
}

healthy()
{
	ask /health | grep -q '^HTTP/1.0 200'
}

ill()
{
	! healthy
}

ends()
{
	kill "$collector"
	wait "$collector"
	status=$?
	collector=
}

# All of it goes, and comes back.
mkdir "$tree"
start -w "$tree"
sends 1000 1
check 'flows come' waits counts 1000
rm -r "$tree" "$tree.state"
check 'the archive is made again' waits grep -q "$tree: was removed: it is made again" "$work/log"
check 'journals, too' waits sh -c "ls '$tree.state'/.flowcap.*.lock '$tree.state'/.flowcap.*.spare 2>/dev/null | grep -q ."
check 'the slot ends, so that it is in no removed journal' waits grep -q 'journal of the open slot was removed' "$work/log"
check 'the socket comes back' waits sh -c "ls '$tree'/.flowcap.*.live 2>/dev/null | grep -q ."
check 'it was counted' [ "$(value journals_removed_total)" -ge 1 ]
check 'it is well again' waits healthy
sends 500 2
check 'it goes on' waits counts 1500
is 'and can be looked at' "$(flowcat -r "$tree" --live -q -o csv 2>/dev/null | wc -l)" 1500
ends
is 'nothing is lost' "$status:$(rows "$tree"):$(find "$tree.state" -name '*.journal' | wc -l)" 0:1500:0

# They are moved away, and others are in their place.
start -w "$tree"
sends 1000 3
check 'flows come' waits counts 1000
mv "$tree" "$work/away"
mv "$tree.state" "$work/away.state"
mkdir "$tree" "$tree.state"
check 'the socket comes into the new one' waits sh -c "ls '$tree'/.flowcap.*.live 2>/dev/null | grep -q ."
check 'journals, too' waits sh -c "ls '$tree.state'/.flowcap.*.spare 2>/dev/null | grep -q ."
sends 500 4
check 'it goes on' waits counts 1500
ends
is 'nothing is lost there' "$status:$(rows "$tree")" 0:1500

# What cannot be made again is told everywhere, and filed when it can.
mkdir -p "$work/dir/tree"
start -w "$work/dir/tree" --state "$work/kept"
sends 1000 5
check 'flows come' waits counts 1000
rm -r "$work/dir"
: >"$work/dir"
check 'what cannot be made is no health' waits ill
is 'it says what' "$(ask /health | grep -c "^CRITICAL: $work/dir/tree: cannot be written to")" 1
is 'in numbers' "$(value "directory_fault{directory=\"$work/dir/tree\"}") $(value "directory_fault{directory=\"$work/kept\"}")" '1 0'
is 'the log says why' "$(grep -c "$work/dir/tree: nothing can be written there: Not a directory" "$work/log")" 1
flowcap -w "$work/dir/tree" --state "$work/kept" --check >"$work/out"
is '--check, too' "$?:$(grep -c "^CRITICAL: $work/dir/tree: Not a directory" "$work/out")" 2:1
kill -HUP "$collector"
sends 500 6
check 'it goes on' waits counts 1500
rm "$work/dir"
check 'it is made when that is possible' waits healthy
ends
is 'nothing is lost after that' "$status:$(rows "$work/dir/tree")" 0:1500

# Without a journal it is lost, which is told.
start -w "$tree" --no-journal
sends 1000 7
check 'flows come' waits counts 1000
rm -r "$tree"
: >"$tree"
kill -HUP "$collector"
check 'a slot that is in no journal is told' waits grep -q "$tree" "$work/log"
lost()
{
	[ "$(value lost_slots_total)" = 1 ]
}
check 'it is counted' waits lost
is 'and no health' "$(ask /health | grep -c 'no journal has them')" 1
ends
is 'and no success' "$status" 1

# One exporter's slot cannot be filed.  That of the other, whose file a command has taken away, is not filed again.
cat >"$work/take" <<'END'
#!/bin/sh
echo "${1##*/}" >>"$2"
rm "$1"
END
chmod +x "$work/take"
mkdir "$work/each"
start -M "$work/each" -S 0 -x "$work/take %d/%f $work/taken-%i"
exports()
{
	flowgen -t 127.0.0.1 -p "$port" --source 127.0.9.1 --exporters 2 -n 900 -r 20000 --seed "$1" >/dev/null 2>&1
}
# takes N: whether the command has had that many files of the first exporter
takes()
{
	[ "$(cat "$work/taken-127-0-9-1" 2>/dev/null | wc -l)" = "$1" ]
}
exports 8
check 'flows of two come' waits counts 900
kill -HUP "$collector"
check 'their files are taken' waits takes 1
waits test -s "$work/taken-127-0-9-2"
rm -r "$work/each/127-0-9-2"
: >"$work/each/127-0-9-2"
exports 9
check 'they come again' waits counts 1800
kill -HUP "$collector"
check 'one is filed' waits takes 2
check 'the other cannot be' waits grep -q '127-0-9-2.*: Not a directory' "$work/log"
rm "$work/each/127-0-9-2"
ends
is 'the other is filed after all, nothing twice' \
	"$status:$(cat "$work"/taken-* | wc -l):$(grep -c 'filed after all$' "$work/log")" 0:4:1
is 'and the sums agree' "$(grep -o 'flows decoded .*, sequence' "$work/log")" 'flows decoded 1800, flows written 1800, sequence'

echo "1..$number"
exit "$failed"
