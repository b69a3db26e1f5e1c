#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# A disk that is full, played by a limit of the size of files and by /dev/full: the exit status is 1,
# the message names the file, and no half file has a final name or stays under another.
set -u

# shellcheck source=tests/cli/tap.sh
. "$FLOW_SRCDIR/tests/cli/tap.sh"

PATH=$FLOW_BUILDDIR:$PATH
work=$(mktemp -d "${TMPDIR:-/tmp}/full-disk-test.XXXXXX")
collector=
flows=30000
export TZ=UTC

finish()
{
	[ -z "$collector" ] || kill -9 "$collector" 2>/dev/null
	rm -rf "$work"
}
trap finish EXIT

# full BLOCKS COMMAND...: no file becomes larger than so many blocks of 1024 bytes
full()
{
	(
		trap '' XFSZ
		ulimit -f "$1"
		shift
		exec "$@"
	)
}

# fails TEXT COMMAND...: status 1, and a message with that text
fails()
{
	local text=$1 status

	shift
	"$@" 2>"$work/err" >/dev/null
	status=$?
	cat "$work/err"
	[ "$status" -eq 1 ] || { echo "exit status $status, not 1"; return 1; }
	grep -qF -- "$text" "$work/err" || { echo "no '$text'"; return 1; }
}

# Everything below a folder that is a file
files()
{
	find "$@" -type f 2>/dev/null | sort | xargs
}

rows()
{
	flowcat -r "$1" -o csv -q 2>/dev/null | wc -l
}

large="File too large"
a=$work/archive
flowgen -w "$a" -n $flows --seed 4 -r 30 || exit 99

# Rows that are sorted in files: a full TMPDIR is told, by its name.
mkdir "$work/sort"
check "flowcat -O with a full TMPDIR" fails "$work/sort" full 16 env TMPDIR="$work/sort" \
	flowcat -r "$a" -O bytes --memory 1M -o null
check "flowcat -O -w with a full TMPDIR" fails "$work/sort" full 16 env TMPDIR="$work/sort" \
	flowcat -r "$a" -O bytes --memory 1M -w "$work/sorted.parquet"
is "neither leaves anything" "$(files "$work/sort")$(ls "$work" | grep -c sorted)" 0
kept=$(files "$a")
all=$(flowcat -r "$a" -o csv:all -q | cksum)

check "flowcat -w" fails "$work/one.parquet: write: $large" full 64 flowcat -r "$a" -w "$work/one.parquet"
check "flowcat -w: no file" same "$(find "$work" -maxdepth 1 -name '*parquet*')" ""
check "flowcat -w of some bytes" fails "$work/one.parquet: write: $large" \
	full 1 flowcat -r "$a" -w "$work/one.parquet" -c 3
check "flowcat -w of some bytes: no file" same "$(find "$work" -maxdepth 1 -name '*parquet*')" ""
flowcat -r "$a" -w "$work/one.parquet" 'proto tcp' -c 100
before=$(cksum <"$work/one.parquet")
check "flowcat -w over a file" fails "$work/one.parquet" full 64 flowcat -r "$a" -w "$work/one.parquet"
check "flowcat -w over a file: it stays" same "$(cksum <"$work/one.parquet")" "$before"
check "flowcat -w: none beside it" same "$(find "$work" -maxdepth 1 -name '*parquet*')" "$work/one.parquet"
check "flowcat -w -O" fails "$work/two.parquet" full 64 flowcat -r "$a" -O bytes -w "$work/two.parquet"
check "flowcat -w -O: no file" same "$(find "$work" -maxdepth 1 -name '*two.parquet*')" ""
mkdir "$work/tmp"
check "flowcat -O with files for what does not fit" fails "$work/tmp: write: $large" \
	full 64 env TMPDIR="$work/tmp" flowcat -r "$a" -O bytes --memory 1M -o csv:all
check "flowcat -O: nothing stays" same "$(files "$work/tmp")" ""
# More than fits into the least memory that is taken.
more=$work/more
flowgen -w "$more" -n 200000 --seed 5 --duration 1h || exit 99
check "flowstat with a file for what does not fit" fails "temporary file: $large" \
	full 64 env TMPDIR="$work/tmp" flowstat -r "$a" -a -r "$more" --memory 1M
check "flowstat: nothing stays" same "$(files "$work/tmp")" ""
# shellcheck disable=SC2016 # the inner shell's
check "flowcat -o csv" fails "standard output: $large" \
	full 64 bash -c 'flowcat -r "$1" -o csv >"$2"' - "$a" "$work/limited.csv"

check "flowcat --split" fails "$work/tree/" full 64 flowcat -r "$a" -w "$work/tree" --split 3600
check "flowcat --split: says why" grep -F "parquet: write: $large" "$work/err"
check "flowcat --split: nothing stays" same "$(files "$work/tree")" ""
# What is small enough is there, and whole.
check "flowcat --split-by" fails "$work/hive/proto=" full 64 flowcat -r "$a" -w "$work/hive" --split-by proto
check "flowcat --split-by: no half file" same "$(files "$work/hive" | tr ' ' '\n' | grep -v '\.parquet$')" ""
[ -z "$(files "$work/hive")" ] ||
	check "flowcat --split-by: what is there is good" flowcat --verify "$work/hive"

cp -rp "$a" "$work/compact"
check "flowcat --compact" fails "$work/compact/" full 64 flowcat --compact 86400 -S 0 "$work/compact"
check "flowcat --compact: all files stay" same "$(cd "$work/compact" && files .)" "$(cd "$a" && files .)"
check "flowcat --compact: and all rows" same "$(flowcat -r "$work/compact" -o csv:all -q | cksum)" "$all"

check "flowgen -w" fails "$work/gen/" full 64 flowgen -w "$work/gen" -n $flows -r 30
check "flowgen -w: no file" same "$(files "$work/gen")" ""
check "flowgen -o" fails "$work/gen.pcap: write: $large" full 64 flowgen -o "$work/gen.pcap" -n $flows
check "flowgen -o: no file" same "$(find "$work" -maxdepth 1 -name '*gen.pcap*')" ""

# flowcap: the slots that fit are there, of the others there is none; the next run files them
flowgen -o "$work/hour.pcap" -n $flows -r 30 --start 2026-03-01T00:00:00Z
mkdir "$work/cap" "$work/whole"
check "flowcap -f" fails "parquet: write: $large" full 64 flowcap -w "$work/cap" -f "$work/hour.pcap"
check "flowcap -f: no half file" same "$(files "$work/cap" | tr ' ' '\n' | grep -vE '\.(parquet|templates)$')" ""
flowcap -w "$work/whole" -f "$work/hour.pcap" --metrics "$work/prom" 2>/dev/null
check "flowcap -f: what is there has the rows of its slot" same "$(cd "$work/cap" && find . -name '*.parquet' | sort |
	while read -r path; do echo "$path $(rows "$path")"; done)" "$(cd "$work/cap" && find . -name '*.parquet' | sort |
	while read -r path; do echo "$path $(rows "$work/whole/$path")"; done)"
check "flowcap --metrics" fails "$work/full.prom: write: $large" \
	full 1 flowcap -w "$work/cap" -f "$work/hour.pcap" --metrics "$work/full.prom"
check "flowcap --metrics: no file" same "$(find "$work" -maxdepth 1 -name '*full.prom*')" ""

# A collector that cannot file its slot keeps the journal, and the next one files it.
start()
{
	rm -f "$work/log"
	flowcap -w "$work/live" -p 0 -b 127.0.0.1 -t 86400 "$@" 2>"$work/log" &
	collector=$!
	waits grep -q 'listening on port' "$work/log" || return 1
	port=$(sed -n 's/.*listening on port \([0-9]*\).*/\1/p' "$work/log")
}

# stops STATUS
stops()
{
	local status

	kill "$collector"
	wait "$collector"
	status=$?
	collector=
	cat "$work/log"
	[ "$status" -eq "$1" ] || { echo "exit status $status, not $1"; return 1; }
}

mkdir "$work/live"
check "a collector: listening" start
# Where the year's directory should be, there is a file.
date +%Y | (cd "$work/live" && xargs touch)
check "a collector: sent" flowgen -t 127.0.0.1 -p "$port" -n 2000 -r 20000
sleep 0.3
check "a collector: stopped with a failure" stops 1
check "a collector: which it names" grep -F "$work/live/$(date +%Y)" "$work/log"
check "a collector: and says what it keeps" grep -F 'journal: kept for the next start' "$work/log"
rm "$work/live"/20??
check "a collector: listening again" start
check "a collector: stopped again" stops 0
check "a collector: all is there" same "$(rows "$work/live")" 2000
check "a collector: and no journal" same "$(files "$work/live" "$work/live.state" | tr ' ' '\n' | grep -cE 'journal|/\.flowcap\.2')" 0

# One without room for either says what is lost; what was written is filed later, up to the cut.
rm -rf "$work/live" "$work/live.state" && mkdir "$work/live"
rm -f "$work/log"
(
	trap '' XFSZ
	ulimit -f 64
	exec flowcap -w "$work/live" -p 0 -b 127.0.0.1 -t 86400 2>"$work/log"
) &
collector=$!
check "no room for a journal: listening" waits grep -q 'listening on port' "$work/log"
port=$(sed -n 's/.*listening on port \([0-9]*\).*/\1/p' "$work/log")
check "no room for a journal: sent" flowgen -t 127.0.0.1 -p "$port" -n 6000 -r 30000
sleep 0.3
check "no room for a journal: stopped with a failure" stops 1
check "no room for a journal: which it tells" grep -F "journal: write: $large: a crash would lose this slot" "$work/log"
check "no room for a journal: and what the file lacks" grep -F "parquet: write: $large" "$work/log"
check "no room for a journal: and the journal" \
	grep -F 'not all of the slot was in it: ' "$work/log"
check "no room for a journal: listening again" start
check "no room for a journal: stopped again" stops 0
lines=$(rows "$work/live")
check "no room for a journal: what it had is there" test "$lines" -gt 500 -a "$lines" -lt 6000
check "no room for a journal: and it is gone" same "$(files "$work/live" "$work/live.state" | tr ' ' '\n' | grep -c journal)" 0

if [ -w /dev/full ]; then
	nospace="No space left on device"
	while read -r name command; do
		# shellcheck disable=SC2016,SC2086 # the inner shell's; words
		check "$name to /dev/full" fails "standard output: " \
			bash -c '"$@" >/dev/full' - $command
		check "$name: says why" grep -F "$nospace" "$work/err"
	done <<COMMANDS
csv flowcat -r $a -o csv
ndjson flowcat -r $a -o ndjson
json flowcat -r $a -o json -c 1
text flowcat -r $a -c 1
parquet flowcat -r $a -w -
statistics flowstat -r $a -s srcip
html flowstat -r $a -s srcip -o html
summary flowcat -r $a -I
files flowcat -r $a -g
exporters flowcat -r $a -E
verify flowcat --verify $a
capture flowgen -o - -n 1000
help flowcap --help
version flowcap --version
COMMANDS
fi

check "the archive is as it was" same "$(files "$a")" "$kept"
echo "1..$number"
