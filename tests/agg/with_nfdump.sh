#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# flowstat against nfdump on the same flows; skipped where nfdump (in PATH or $NFDUMP_BIN) is absent.
# Not compared: statistics in which nfdump counts a flow twice that has equal ends (port, as, if,
# tos), and two-way rows of protocols without ports, which nfdump does not pair.
set -u

PATH=${NFDUMP_BIN:+$NFDUMP_BIN:}$PATH
export TZ=UTC
if ! command -v nfdump >/dev/null || ! nfcapd -h 2>&1 | grep -q '^-f'; then
	echo "1..0 # SKIP no nfdump whose nfcapd reads pcap files (NFDUMP_BIN names its folder)"
	exit 0
fi
work=$(mktemp -d "${TMPDIR:-/tmp}/flowstat-test.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir "$work/nfdump"
"$FLOW_BUILDDIR/flowgen" -n 20000 --seed 3 -o "$work/flows.pcap" >"$work/log" 2>&1 || exit 1
"$FLOW_BUILDDIR/flowgen" -n 20000 --seed 3 -w "$work/archive" >"$work/log" 2>&1 || exit 1
nfcapd -f "$work/flows.pcap" -l "$work/nfdump" -t 86400 -S 0 >"$work/log" 2>&1
number=0

compare()
{
	number=$((number + 1))
	if [ -s "$work/want" ] && cmp -s "$work/got" "$work/want"; then
		echo "ok $number - $1"
	else
		echo "not ok $number - $1"
		diff "$work/got" "$work/want" | head -n 10 | sed 's/^/# /'
	fi
}

ours()
{
	"$FLOW_BUILDDIR/flowstat" -o csv "$@" "$work/archive"
}

theirs()
{
	nfdump -R "$work/nfdump" -q -N "$@"
}

# nfdump's columns ts,te,td,pr,val,fl,flP,pkt,pktP,byt,bytP,...; a missing value is its 0.
for statistic in srcip dstip ip srcport dstport proto srcas dstas inif outif srcmask dstmask \
    nhip router dir; do
	theirs -s "$statistic/bytes" -n 0 -o csv |
		awk -F, 'NR > 1 { print $5, $6, $8, $10, $3 }' | sort >"$work/want"
	ours -s "$statistic/bytes" -n 0 --measures flows,packets,bytes,duration |
		awk -F, 'NR > 1 { print $1 == "" ? 0 : $1, $2, $3, $4, $5 }' | sort >"$work/got"
	compare "-s $statistic"
done

for statistic in srcip dstport inif; do
	theirs -s "$statistic:p/packets" -n 0 -o csv |
		awk -F, 'NR > 1 { print $5, $4 + 0, $6, $8, $10 }' | sort >"$work/want"
	ours -s "$statistic:p/packets" -n 0 --measures flows,packets,bytes |
		awk -F, 'NR > 1 { print $1 == "" ? 0 : $1, $2, $3, $4, $5 }' | sort >"$work/got"
	compare "-s $statistic:p"
done

# The order itself: measures of the first hundred rows (rows that tie may differ).
for order in flows:6 packets:8 bytes:10; do
	column=${order#*:} order=${order%:*}
	theirs -s "srcip/$order" -n 100 -o csv | awk -F, -v "c=$column" 'NR > 1 { print $c }' >"$work/want"
	ours -s "srcip/$order" -n 100 --measures "$order" | awk -F, 'NR > 1 { print $2 }' >"$work/got"
	compare "-s srcip/$order in order"
done

filter='proto tcp or proto udp'
theirs -a -o 'fmt:%pr %sa %sp %da %dp %td %pkt %byt %fl' -6 "$filter" | awk '{ $1 = $1; print }' | sort >"$work/want"
ours -a --measures duration,packets,bytes,flows "$filter" |
	awk -F, 'NR > 1 { print $1, $2, $4 + 0, $3, $5 + 0, $6, $7, $8, $9 }' | sort >"$work/got"
compare "-a"

theirs -b -O bytes -n 200 -6 -o 'fmt:%opkt %ipkt %obyt %ibyt %fl' "$filter" |
	awk '{ a = $3 + $4; print a, $5 }' >"$work/want"
ours -b -O bytes -n 200 --measures bytes,rev_bytes,flows "$filter" |
	awk -F, 'NR > 1 { print $6 + $7, $8 }' >"$work/got"
compare "-b in order"
echo "1..$number"
