#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# nfdump's command line and output: sums worked out by hand, and, where nfdump 1.7.8 is there (NFDUMP_BIN, or in PATH),
# each line of nfdump.lines byte for byte the same on a file of nfcapd and on an archive of the same datagrams.
set -u

# shellcheck source=tests/cli/tap.sh
. "$FLOW_SRCDIR/tests/cli/tap.sh"

ours=$FLOW_BUILDDIR/nfdump
work=$(mktemp -d "${TMPDIR:-/tmp}/nfdump-test.XXXXXX")
trap 'rm -rf "$work"' EXIT
export TZ=UTC

head_line='Date first seen         Duration         Proto      Src IP Addr:Port          Dst IP Addr:Port   Packets    Bytes Flows'
udp='2023-11-14 22:13:13.000     00:00:00.000 UDP        203.0.113.9:53    ->        192.0.2.1:5353         1      120     1'
answer='2023-11-14 22:13:10.100     00:00:02.000 TCP       198.51.100.7:443   ->        192.0.2.1:1024        20    30000     1'
# 34620 bytes in 5 s are 55392 bits a second, 36 packets 7 a second, 961 bytes each.
sums='Summary: total flows: 4, total bytes: 34620, total packets: 36, avg bps: 55392, avg pps: 7, avg bpp: 961
Time window: 2023-11-14 22:13:10.000 - 2023-11-14 22:13:15.000, Duration:    00:00:05.000
Total records processed: 4, passed: 4, Blocks skipped: 0, Bytes read: X
Sys: X'

# What depends on the machine and on the kind of file is X, and so is the number that passed where -c ends the reading.
mask()
{
	sed -E 's/(Bytes read:) [0-9]+/\1 X/; s/^Sys: .*/Sys: X/'
}

mask_all()
{
	mask | sed -E 's/passed: [0-9]+/passed: X/; s/("received" ?: ?)"[^"]*"/\1X/'
}

said()
{
	"$ours" "$@" 2>"$work/err" | mask
}

python3 "$FLOW_SRCDIR/tests/cli/nfdump_flows.py" "$work/hand.pcap"
"$FLOW_BUILDDIR/flowcap" -f "$work/hand.pcap" -w "$work" -S 0 >/dev/null 2>&1
mv "$work"/flowcap.*.parquet "$work/hand"

is "flows" "$(said -r "$work/hand" | sed -n '1p;3p;5,$p')" "$head_line
$answer
$udp
$sums"
is "flows put together, the last new one first" "$(said -r "$work/hand" -a -q)" "$udp
$answer
2023-11-14 22:13:10.000     00:00:05.000 TCP          192.0.2.1:1024  ->     198.51.100.7:443         15     4500     2"
is "both ways" "$(said -r "$work/hand" -b -q | tail -n 1)" \
	'2023-11-14 22:13:10.000     00:00:05.000 TCP          192.0.2.1:1024  <->     198.51.100.7:443         20       15    30000     4500     3'
is "a statistic" "$(said -r "$work/hand" -s srcip/bytes -o csv)" \
	'ts,te,td,pr,val,fl,flP,pkt,pktP,byt,bytP,pps,bps,bpp
2023-11-14 22:13:10,2023-11-14 22:13:12,2.000,any,198.51.100.7,1,25.0,20,55.6,30000,86.7,10,120000,1500
2023-11-14 22:13:10,2023-11-14 22:13:15,5.000,any,192.0.2.1,2,50.0,15,41.7,4500,13.0,3,7200,300
2023-11-14 22:13:13,2023-11-14 22:13:13,0.000,any,203.0.113.9,1,25.0,1,2.8,120,0.3,0,0,120'
is "keys of one's own" "$(said -r "$work/hand" -A dstip,dstport -o csv -O flows -n 1)" \
	'firstSeen,duration,dstAddr,dstPort,packets,bytes,bps,bpp,flows
2023-11-14 22:13:10.000,5.000,198.51.100.7,443,15,4500,7200,300,2'
is "a window has flows that lie within it" "$(said -r "$work/hand" -q -t 2023/11/14.22:13:10-2023/11/14.22:13:15)" "$answer
$udp"
is "-c counts before -O sorts" "$(said -r "$work/hand" -q -c 3 -O bytes -n 1)" "$answer"
is "nothing passes" "$(said -r "$work/hand" -q 'port 1')" 'No matching flows'
is "what is put together can be written" "$("$ours" -r "$work/hand" -a -w "$work/groups" && said -r "$work/groups" -q -O bytes)" "$answer
2023-11-14 22:13:10.000     00:00:05.000 TCP          192.0.2.1:1024  ->     198.51.100.7:443         15     4500     2
$udp"
is "-I" "$(said -r "$work/hand" -I | grep -E '^(Ident|Flows|Bytes_tcp|First|msec_last|Sequence)')" 'Ident: none
Flows: 4
Flows_tcp: 3
Flows_udp: 1
Flows_icmp: 0
Flows_other: 0
Bytes_tcp: 34500
First: 1699999990
msec_last: 0
Sequence failures: 0'
mkdir -p "$work/live/router/2023"
cp "$work/hand" "$work/live/router/2023/flowcap.202311142210.parquet"
is "NfSen's call: the slot by nfcapd's name" \
	"$(said -M "$work/live/router" -T -r 2023/nfcapd.202311142210 -q -o csv -n 1 -s dstport:p/bytes | tail -n 1)" \
	'2023-11-14 22:13:10,2023-11-14 22:13:12,2.000,TCP,1024,1,25.0,20,55.6,30000,86.7,10,120000,1500'
# The file's name is in UTC; asked for in local time it is another hour's.
check "a name in UTC is not taken for local time" exits 1 env TZ=Europe/Berlin "$ours" -M "$work/live/router" \
	-r 2023/nfcapd.202311142210 -q
check "unknown statistic" exits 1 "$ours" -r "$work/hand" -s bogus
check "unknown format" exits 1 "$ours" -r "$work/hand" -o bogus
check "a format shows keys alone" exits 1 "$ours" -r "$work/hand" -A srcip -o 'fmt:%dp'
check "wrong filter" exits 254 "$ours" -r "$work/hand" 'bogus'
check "-Z" exits 0 "$ours" -Z 'tcp'
check "no such file" exits 1 "$ours" -r "$work/none"

# The first of many groups take two or three passes, which keep few groups; all of them one, which keeps all.
first_as_of_all()
{
	"$ours" -r "$work/many" -q -n 12 "$@" >"$work/first" 2>&1 && grep -qv matching "$work/first" || return 1
	"$ours" -r "$work/many" -q -n 0 "$@" 2>&1 | head -n 12 | cmp - "$work/first"
}

"$FLOW_BUILDDIR/flowgen" -n 150000 --seed 5 -w "$work/many" --duration 600 >/dev/null 2>&1
check "top connections by bytes" first_as_of_all -a -O bytes
check "top connections by flows, with many ties" first_as_of_all -a -O flows -o 'fmt:%sap %dap %in %tos %fl %flg'
check "top connections, both ways" first_as_of_all -b -O packets
check "top client and server" first_as_of_all -B -O bytes
check "top networks" first_as_of_all -A srcip4/24,dstip4/16,proto -O bytes
check "top of fewer groups than wanted" first_as_of_all -A proto -O flows
check "top connections of a filter" first_as_of_all -a -O bytes 'proto udp and src as > 1'

peers=${NFDUMP_BIN-$(dirname "$(command -v nfcapd || echo /nowhere/)")}
theirs=$peers/nfdump

# same_line FILE LINE: what theirs says is in $work/theirs
same_line()
{
	eval "'$ours' -r '$1' $2" 2>"$work/err" | mask_all >"$work/ours"
	cmp -s "$work/theirs" "$work/ours" || { diff "$work/theirs" "$work/ours" | head -n 6; cat "$work/err"; return 1; }
}

# Shows what is not as nfdump_same.list says.
same_as_listed()
{
	grep -A 6 '^not ok' "$work/same" | head -n 60
	grep -q '^1\.\.' "$work/same" && ! grep -q '^not ok' "$work/same"
}

if "$theirs" -V 2>/dev/null | grep -q '1\.7\.8'; then
	mkdir "$work/nf" "$work/ar"
	"$FLOW_BUILDDIR/flowgen" -n 5000 --seed 7 -o "$work/g.pcap" --start 2026-01-01T00:00:10Z --duration 200 >/dev/null 2>&1
	"$peers/nfcapd" -f "$work/g.pcap" -w "$work/nf" -z=lz4 >/dev/null 2>&1
	"$FLOW_BUILDDIR/flowcap" -f "$work/g.pcap" -w "$work/ar" -S 0 >/dev/null 2>&1
	while IFS= read -r line; do
		eval "'$theirs' -r '$work'/nf/nfcapd.* $line" 2>/dev/null | mask_all >"$work/theirs"
		check "file: $line" same_line "$(echo "$work"/nf/nfcapd.*)" "$line"
		check "archive: $line" same_line "$(echo "$work"/ar/*.parquet)" "$line"
	done <"$FLOW_SRCDIR/tests/cli/nfdump.lines"
else
	skip "$(wc -l <"$FLOW_SRCDIR/tests/cli/nfdump.lines") lines twice" "no nfdump 1.7.8"
fi

# Each filter, token and statistic.
if "$theirs" -V 2>/dev/null | grep -q '1\.7\.8'; then
	python3 "$FLOW_SRCDIR/tests/cli/nfdump_same.py" "$FLOW_BUILDDIR" "$peers" \
		"$FLOW_SRCDIR/tests/cli/nfdump_same.list" >"$work/same" 2>&1
	check "$(grep -vc -e '^#' -e '^$' "$FLOW_SRCDIR/tests/cli/nfdump_same.list") filters, tokens and statistics" \
		same_as_listed
else
	skip "filters, tokens and statistics" "no nfdump 1.7.8, but $("$theirs" -V 2>/dev/null || echo none)"
fi
echo "1..$number"
exit "$failed"
