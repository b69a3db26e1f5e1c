#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Command lines of nfcapd, nfdump and flow-tools as published units, scripts and pages have them, and what becomes of each.
set -u

# shellcheck source=tests/cli/tap.sh
. "$FLOW_SRCDIR/tests/cli/tap.sh"

work=$(mktemp -d "${TMPDIR:-/tmp}/habits-test.XXXXXX")
trap 'rm -rf "$work"' EXIT
export TZ=UTC
PATH=$FLOW_BUILDDIR:$PATH
archive=$work/live/r1

# The slot of 00:00 as flowcap -S 1 files it.
flowgen -n 3000 --seed 3 -w "$archive" -S 1 --slot 86400 --start 2026-01-01T00:01:00Z --duration 200 >/dev/null 2>&1
slot=2026/01/01/nfcapd.202601010000
day=$archive/2026/01/01
F='proto tcp and dst port 443'

# collects NOTICE LINE...: flowcap takes the line, and tells NOTICE ("": nothing) of it
collects()
{
	local notice=$1

	shift
	flowcap --check-config "$@" >"$work/said" 2>&1 || { cat "$work/said"; return 1; }
	grep -v 'it is right' "$work/said" >"$work/notices"
	if [ -z "$notice" ]; then
		[ ! -s "$work/notices" ] || { cat "$work/notices"; return 1; }
	else
		grep -qF -- "$notice" "$work/notices" || { echo "no '$notice'"; cat "$work/said"; return 1; }
	fi
}

# answers LINES COMMAND...: so many lines, and nothing on standard error
answers()
{
	local want=$1 got

	shift
	"$@" >"$work/said" 2>"$work/err" || { cat "$work/err"; return 1; }
	got=$(wc -l <"$work/said")
	[ ! -s "$work/err" ] || { cat "$work/err"; return 1; }
	[ "$got" -eq "$want" ] || { echo "$got lines, not $want"; head -n 5 "$work/said"; return 1; }
}

refuses()
{
	local why=$1

	shift
	"$@" >"$work/said" 2>&1 && { echo "status 0"; return 1; }
	grep -qF -- "$why" "$work/said" || { cat "$work/said"; return 1; }
}

# What passes, by flowcat; windows as nfdump has them.
flows()
{
	flowcat -r "$archive" -q "$@" | wc -l
}

all=$(flows)
https=$(flows "$F")

check "1" collects "-T: all elements" -w "$work" -z=lz4 -S 1 -T all -p 2055 -D
check "2" collects "-e: nothing expires" -S 2 -M "$work" -p 2055 -z=lz4 -e
check "3" collects "-e: nothing expires" -D -w "$work" -p 2055 -e -t 300
check "4" collects "-T: all elements" -w -D -l "$work" -p 2055 -T all -t 300
check "5" collects "" -D -p 2055 -u "$(id -un)" -g "$(id -gn)" -B 200000 -S 1 -t 300 -z=lz4 -M "$work"
check "6" collects "-T: all elements" -p 9996 -l "$work" -T all -t 5 -x "nfdump -r %d/%f -o csv -q -N"
check "6: and the command" answers 3001 nfdump -r "$(find "$archive" -name '*.parquet')" -o csv -q -N
check "7" answers 26 nfdump -R "$archive" -s srcip/bytes -n 20
check "8" answers 12 nfdump -q -R . -M "$archive" -n 11 -s as/bytes -t 2026/01/01.00:00:00-2026/01/01.01:00:00 -o csv "($F)"
check "9" answers 10 nfdump -M "$archive" -T -r $slot -a -A srcip,dstip -o "fmt:%ts,%td,%sa,%da,%byt" -q -n 10 -s record/bps 'bps > 100'
check "10: nfdump 1.6's pipe" refuses "Unknown output mode" nfdump -M "$archive" -R . -c 3 -o pipe -N -q
check "11" answers "$((1 + $(flowstat "$archive" -A proto -q -o csv | tail -n +2 | wc -l)))" nfdump -M "$archive" -r $slot -A proto -o csv
check "12" says ts,te,td,pr,val,fl,flP, nfdump -M "$archive" -T -r $slot -q -o csv -n 100 -s dstport:p/bytes
is "13: the summary that plugins look for" "$(nfdump -M "$archive" -r $slot "$F" | sed -n 's/^Summary: total flows: \([0-9]*\),.*/\1/p')" "$https"
check "14" answers 6 nfdump -M "$archive" -R . -O bps -A prevas -o "fmt:%pas:%bps"
check "15: nfdump 1.6's -L" exits 1 nfdump -M "$archive" -R . -T -q -a -A dstip4/24 -L 1 'not dst net 10.0.0.0/8'
check "15: without -L" says "." nfdump -M "$archive" -R . -T -q -a -A dstip4/24 'not dst net 10.0.0.0/8'
check "16: a token that is no key" refuses "not allowed" nfdump -M "$archive" -T -R . -o "fmt:%sa | %da | %byt" -a -A srcip "$F"
check "17" answers 3001 nfdump -q -R "$archive" -o csv
is "18" "$(nfdump -q -r "$archive" -o "fmt:%pr,%sp,%dp,%pkt,%byt" | awk -F, 'NF == 5' | wc -l)" "$all"
check "19" nfdump -R "$archive" "host 10.0.0.1 or port 443" -w "$work/T" -t 2026/01/01.00:00-2026/01/01.01:00
check "19: and what was written" says "," nfdump -r "$work/T" -q -o "fmt:%ts,%sa,%da"
is "20: the last four lines are cut" "$(nfdump -r "$archive" -o "fmt:%sa %da %sp %dp %pr" | sed 1d | head -n -4 | wc -l)" "$all"
check "21" says '"srcip" :' nfdump -R "$archive" -t 2026/01/01.00:00-2026/01/01.01:00 "$F" -s srcip/bytes -n 50 -o json -q
check "22" nfdump -q -O tstart -R "$archive" -o extended -t 2026/01/01.00:00-2026/01/01.01:00 'inet and proto tcp'
check "23" answers 26 nfdump -R "$archive" -t 2026/01/01.00:00-2026/01/01.01:00 -A srcip,dstport -s record/flows -n 20
check "24: nfexpire is flowcat --expire" flowcat --expire "$archive" --max-age 9000d
check "25: flow-stat -f8 -S3" says "dst_addr" flowstat "$day" -A dstip -O packets --measures flows,bytes,packets -q -o csv
check "26: flow-print | sort | uniq -c" says "Src" flowstat "$day" -s srcip
check "27: flow-capture's size" refuses "-e size=5G" flowcap -w "$work" -E5G 0/0/9801
check "28: rwcount" says "first" flowstat "$archive" -A first/1m -o csv 'dst port in [80,443,8080]'
check "29: rwuniq" flowstat "$archive" -A src_addr,dst_addr,dst_port --min 'distinct(src_port)=1' -n 3
check "30: rwset" flowcat "$archive" -c 3 'src ip in [10.0.0.0/8]'
check "flow-capture -V 5" refuses "exports of all versions" flowcap -w "$work" -V 5
check "flow-gen -V 5" refuses "-v 5" flowgen -V 5
check "sfcapd" collects "" -w "$work" -p 6343 -W 2 -v 1 -R 127.0.0.1
check "1.6's letters" collects "-y:" -w "$work" -y -j -Z -E
check "codecs that Parquet has not" collects "lz4 is used" -w "$work" -z=bz2
check "flowcat -s names flowstat" refuses "flowstat" flowcat "$archive" -s srcip
check "flowcat -a names flowstat" refuses "flowstat" flowcat "$archive" -a
check "flowcat -n names -c" refuses "-c NUMBER" flowcat "$archive" -n 7
echo "1..$number"
exit "$failed"
