#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# What flowgen writes, as tshark and nfcapd understand it; and its manners.
set -u

# shellcheck source=tests/cli/tap.sh
. "$FLOW_SRCDIR/tests/cli/tap.sh"

flowgen=$FLOW_BUILDDIR/flowgen
work=$(mktemp -d "${TMPDIR:-/tmp}/flowgen-test.XXXXXX")
trap 'rm -rf "$work"' EXIT

empty()
{
	[ ! -s "$1" ] || { head -n 5 "$1"; return 1; }
}

dissect()
{
	local file=$1

	shift
	tshark -r "$file" -d udp.port==9995,cflow -o ip.check_checksum:TRUE \
		-o udp.check_checksum:TRUE "$@" 2>/dev/null
}

# flows, packets and bytes that tshark sees
tshark_sums()
{
	dissect "$1" -T fields -e cflow.packets -e cflow.octets | awk -F '\t' '{
		n += split($1, p, ","); split($2, b, ",")
		for (i in p) packets += p[i]
		for (i in b) bytes += b[i]
	} END { printf "%d %d %d\n", n, packets, bytes }'
}

# the same after nfcapd
nfdump_sums()
{
	mkdir "$work/nfdump" &&
		"$nfdump/nfcapd" -f "$1" -w "$work/nfdump" >/dev/null 2>&1
	"$nfdump/nfdump" -R "$work/nfdump" -I 2>/dev/null | awk '
		$1 == "Flows:" { f = $2 } $1 == "Packets:" { p = $2 } $1 == "Bytes:" { b = $2 }
		END { printf "%d %d %d\n", f, p, b }'
	rm -rf "$work/nfdump"
}

for version in 5 9 10; do
	check "v$version is written" \
		"$flowgen" -o "$work/$version.pcap" -v $version -n 12345 --ipv6 0 --exporters 3
	"$flowgen" -o "$work/again.pcap" -v $version -n 12345 --ipv6 0 --exporters 3
	check "v$version is the same the second time" cmp "$work/$version.pcap" "$work/again.pcap"
	"$flowgen" -o "$work/mixed.$version.pcap" -v $version -n 5000 --ipv6 40 --sampling 50
done
"$flowgen" -o "$work/again.pcap" -n 12345 --ipv6 0 --exporters 3 --seed 2
check "another seed gives other bytes" exits 1 cmp -s "$work/9.pcap" "$work/again.pcap"

if command -v tshark >/dev/null; then
	sums=$(tshark_sums "$work/9.pcap")
	check "tshark sees all flows of v9" same "${sums%% *}" 12345
	check "tshark sees the same in v5" same "$(tshark_sums "$work/5.pcap")" "$sums"
	check "tshark sees the same in IPFIX" same "$(tshark_sums "$work/10.pcap")" "$sums"
	for version in 5 9 10; do
		for file in $version mixed.$version; do
			dissect "$work/$file.pcap" -Y '_ws.malformed || _ws.expert ||
				ip.checksum.status == 0 || udp.checksum.status == 0' >"$work/bad"
			check "tshark finds no fault in $file" empty "$work/bad"
		done
	done
	check "tshark sees the sampling of v5" same \
		"$(dissect "$work/mixed.5.pcap" -T fields -e cflow.samplerate | sort -u)" 50
	check "tshark sees the sampling of v9" same \
		"$(dissect "$work/mixed.9.pcap" -T fields -e cflow.sampling_interval | sort -u | xargs)" 50
	check "tshark sees the sampling of IPFIX" same \
		"$(dissect "$work/mixed.10.pcap" -T fields -e cflow.sampling_packet_space | sort -u | xargs)" 49
else
	for name in "all flows of v9" "the same in v5" "the same in IPFIX" "no faults in 5" \
		"no faults in 9" "no faults in 10" "no faults in mixed.5" "no faults in mixed.9" \
		"no faults in mixed.10" "sampling of v5" "sampling of v9" "sampling of IPFIX"; do
		skip "tshark sees $name" "no tshark"
	done
fi

nfdump=${NFDUMP_BIN-$(dirname "$(command -v nfcapd || echo /nowhere/)")}
for version in 5 9 10; do
	if [ -x "$nfdump/nfcapd" ] && "$nfdump/nfcapd" -h 2>&1 | grep -q -- '^-f' && command -v tshark >/dev/null; then
		check "nfcapd sees in v$version what tshark sees" \
			same "$(nfdump_sums "$work/$version.pcap")" "$sums"
	else
		skip "nfcapd sees in v$version what tshark sees" "no nfcapd that reads pcap files"
	fi
done

check "a pcap goes to standard output" \
	cmp <("$flowgen" -o - -n 12345 --ipv6 0 --exporters 3) "$work/9.pcap"
check "a closed pipe ends quietly" same \
	"$( { "$flowgen" -o - -n 0 | head -c 100000 | wc -c; } 2>&1 | tr -d ' ')" 100000
check "help" exits 0 "$flowgen" --help
check "version" exits 0 "$flowgen" --version
check "where to is missing" exits 2 "$flowgen"
check "where to is said twice" exits 2 "$flowgen" -t 127.0.0.1 -o "$work/x.pcap"
check "a version that is none" exits 2 "$flowgen" -o "$work/x.pcap" -v 6
check "a scheme that is none" exits 2 "$flowgen" -o "$work/x.pcap" -v 8.15
check "an endless file" exits 2 "$flowgen" -o "$work/x.pcap" -n 0
check "too much sampling for v5" exits 2 "$flowgen" -o "$work/x.pcap" -v 5 --sampling 16384
check "a start that is none" exits 2 "$flowgen" -o "$work/x.pcap" --start yesteryear
check "a folder that is not there" exits 1 "$flowgen" -o "$work/none/x.pcap"
check "nothing is left of failures" exits 1 test -e "$work/x.pcap"
check "a host that is none" exits 1 "$flowgen" -t 256.1.1.1 -n 1
check "nobody listens" exits 1 "$flowgen" -t 127.0.0.1 -p 9 -n 100 -r 100000
check "nobody listens to a single flow" exits 1 "$flowgen" -t 127.0.0.1 -p 9 -n 1 -v 5
check "a port that is none" exits 2 "$flowgen" -t 127.0.0.1 -p 65545 -n 1
check "a folder without a name" exits 2 "$flowgen" -w '' -n 1
check "a file without a name" exits 2 "$flowgen" -o '' -n 1
check "the truth into the same file" exits 2 "$flowgen" -o "$work/x.pcap" --truth "$work/x.pcap" -n 1
check "a clock beyond 32 bits" says "ends after 2106" "$flowgen" -o "$work/x.pcap" --start 2107-01-01 -n 1
check "a run beyond them" exits 2 "$flowgen" -o "$work/x.pcap" --duration 40000d -n 1000000000
check "IPv6 in v5 is warned of" says "--ipv6 has no effect" "$flowgen" -o - -v 5 --ipv6 20 -n 1
head -c 70000 /dev/zero | tr '\0' ' ' >"$work/long"
check "templates that are too long" says "longer than 65536 bytes" "$flowgen" -o "$work/x.pcap" --template "$work/long"

# One flow a second, and each leaves within a second.
"$flowgen" -o "$work/hour.pcap" -v 5 -n 3600 --duration 1h --start 2026-03-01T00:00:00Z
if command -v tshark >/dev/null; then
	check "an hour begins and ends" same \
		"$(dissect "$work/hour.pcap" -T fields -e frame.time_epoch | sed -n '1p;$p' | cut -d. -f1 | xargs)" \
		"1772323200 1772326799"
else
	skip "an hour begins and ends" "no tshark"
fi

# Into an archive and out of it again: three exporters that sample, 660 s in slots of 300 s.
archive_options=(-n 6600 --duration 660 --exporters 3 --sampling 100)
check "an archive is written" "$flowgen" -w "$work/archive" "${archive_options[@]}" -z gzip -I here
check "it has a file a slot" same \
	"$(cd "$work/archive" && find . -type f | sort | xargs)" \
	"./2026/01/01/00/flowcap.202601010000.parquet ./2026/01/01/00/flowcap.202601010005.parquet ./2026/01/01/00/flowcap.202601010010.parquet"
check "layouts" "$flowgen" -w "$work/hive" -n 10 -S hive --slot 30 --start 2026-03-01T12:34:56Z
check "hive's names" same "$(cd "$work/hive" && find . -type f)" \
	"./year=2026/month=03/day=01/hour=12/flowcap.20260301123430.parquet"
check "a layout that is none" exits 2 "$flowgen" -w "$work/none" -S 9
for version in 9 10; do
	"$flowgen" -o "$work/direct.pcap" "${archive_options[@]}" -v $version
	check "v$version is replayed" "$flowgen" --replay "$work/archive" -o "$work/replay.pcap" -v $version
	if command -v tshark >/dev/null; then
		check "v$version tells the same flows as at first" same \
			"$(tshark_sums "$work/replay.pcap")" "$(tshark_sums "$work/direct.pcap")"
		dissect "$work/replay.pcap" -Y '_ws.malformed || _ws.expert' >"$work/bad"
		check "v$version has no faults" empty "$work/bad"
	else
		skip "v$version tells the same flows as at first" "no tshark"
		skip "v$version has no faults" "no tshark"
	fi
done
"$flowgen" --replay "$work/archive" -o "$work/replay.pcap" -n 5 'proto udp and dst port 53'
if command -v tshark >/dev/null; then
	check "a filter chooses" same \
		"$(dissect "$work/replay.pcap" -T fields -e cflow.dstport | tr ',' '\n' | grep . | sort | uniq -c | xargs)" \
		"5 53"
else
	skip "a filter chooses" "no tshark"
fi
# Several exporters, whose flows wait in datagrams of their own: each keeps its time of receipt.
"$flowgen" -w "$work/several" -n 20000 --exporters 9 -r 5000
"$flowgen" --replay "$work/several" -o "$work/several.pcap" -v 10
mkdir "$work/replayed"
"$FLOW_BUILDDIR/flowcap" -f "$work/several.pcap" -w "$work/replayed" 2>/dev/null
for folder in several replayed; do
	"$FLOW_BUILDDIR/flowcat" -r "$work/$folder" -o csv:received,exporter,first,last,src_addr,dst_addr,src_port,packets,bytes | sort >"$work/$folder.csv"
done
check "a replay keeps times of receipt and exporters" cmp "$work/several.csv" "$work/replayed.csv"
if command -v tshark >/dev/null; then
	check "its datagrams come in the order of the rows" same \
		"$(tshark -r "$work/several.pcap" -T fields -e frame.time_delta 2>/dev/null | grep -c '^-')" \
		"$("$FLOW_BUILDDIR/flowcat" -q -r "$work/several" -o csv:received | awk '$1 < was { n++ } { was = $1 } END { print n + 0 }')"
else
	skip "its datagrams come in the order of the rows" "no tshark"
fi
echo 'proto udp and dst port 53' >"$work/filter"
"$flowgen" --replay "$work/archive" -o "$work/file.pcap" -n 5 -f "$work/filter"
check "a filter file chooses the same" cmp "$work/replay.pcap" "$work/file.pcap"
check "a filter file that is none" exits 1 "$flowgen" --replay "$work/archive" -o "$work/x.pcap" -f "$work/none"
mkdir "$work/window"
"$flowgen" --replay "$work/archive" -o "$work/window.pcap" -t 2026-01-01T00:02:00Z..2026-01-01T00:04:00Z
"$flowgen" --replay "$work/archive" -o "$work/again.pcap" --window 2026-01-01T00:02:00Z..2026-01-01T00:04:00Z
check "-t and --window say the same" cmp "$work/window.pcap" "$work/again.pcap"
"$FLOW_BUILDDIR/flowcap" -f "$work/window.pcap" -w "$work/window" 2>/dev/null
check "a window chooses flows that begin in it" same "$("$FLOW_BUILDDIR/flowcat" -r "$work/window" -o csv:first | wc -l)" \
	"$("$FLOW_BUILDDIR/flowcat" -r "$work/archive" -t 2026-01-01T00:02:00Z..2026-01-01T00:04:00Z -o csv:first | wc -l)"
check "a window without a replay" exits 2 "$flowgen" -o "$work/x.pcap" --window today
check "a filter that is none" exits 2 "$flowgen" --replay "$work/archive" -o "$work/x.pcap" 'port and'
check "an archive that is none" exits 1 "$flowgen" --replay "$work/none" -o "$work/x.pcap"
check "a seed for a replay" exits 2 "$flowgen" --replay "$work/archive" -o "$work/x.pcap" --seed 2
check "still nothing is left of failures" exits 1 test -e "$work/x.pcap"

# An archive is what flowcap makes of the same datagrams.
"$flowgen" -o "$work/direct.pcap" "${archive_options[@]}"
mkdir "$work/collected"
"$FLOW_BUILDDIR/flowcap" -f "$work/direct.pcap" -w "$work/collected" 2>/dev/null
for folder in archive collected; do
	"$FLOW_BUILDDIR/flowcat" -r "$work/$folder" -o csv:all >"$work/$folder.csv"
done
check "an archive holds what flowcap would have collected" cmp "$work/archive.csv" "$work/collected.csv"
check "all of it" same "$(wc -l <"$work/archive.csv")" "$("$flowgen" -o /dev/null "${archive_options[@]}" 2>&1 | awk '/sampled: of 6600 flows/ { print $6 + 1 }')"

# What gets lost is what a collector misses: flows in v5, datagrams in v9, records in IPFIX.
# (What is lost at the very end nobody misses; with this seed nothing is.)
for version in 5 9 10; do
	"$flowgen" -o "$work/lossy.pcap" -n 50000 -v $version --exporters 3 --lose 2.5 --seed 2 2>"$work/lost"
	mkdir "$work/lossy"
	# "flowgen: lost on purpose: N datagrams with N flows"
	word=8
	[ $version -ne 9 ] || word=5
	check "flowcap misses what v$version lost" same \
		"$("$FLOW_BUILDDIR/flowcap" -f "$work/lossy.pcap" -w "$work/lossy" 2>&1 |
			sed -n 's/.*in all:.*sequence gaps \([0-9]*\),.*/\1/p')" \
		"$(awk -v word=$word '{ print $word }' "$work/lost")"
	rm -rf "$work/lossy"
done
"$flowgen" -o "$work/swapped.pcap" -n 50000 --swap 2
mkdir "$work/swapped"
check "flowcap misses nothing that came late" grep -q 'sequence gaps 0, ' \
	<("$FLOW_BUILDDIR/flowcap" -f "$work/swapped.pcap" -w "$work/swapped" 2>&1 | grep 'in all:')

# Threads make the same bytes.
for threads in 1 2 5; do
	"$flowgen" -o "$work/threads.$threads.pcap" -n 30000 --exporters 2 --event spike --seed 9 -j $threads
	"$flowgen" -w "$work/threads.$threads" -n 300000 --duration 1h -S 0 --slot 900 -j $threads
done
check "two threads make the same datagrams" cmp "$work/threads.1.pcap" "$work/threads.2.pcap"
check "five threads make the same datagrams" cmp "$work/threads.1.pcap" "$work/threads.5.pcap"
check "two threads make the same archive" diff -r "$work/threads.1" "$work/threads.2"
check "five threads make the same archive" diff -r "$work/threads.1" "$work/threads.5"
check "no threads" exits 2 "$flowgen" -o "$work/x.pcap" -j 0

# By default minutes differ: of an hour of 5000 flows a minute Poisson's would have a variation of 1.4 %, even ones none.
check "minutes differ as the page says" same "$("$FLOW_BUILDDIR/flowstat" -r "$work/threads.1" -A received/1m -n 0 -o csv |
	awk -F, 'NR > 1 { n++; sum += $5; square += $5 * $5 }
		END { mean = sum / n; v = sqrt(square / n - mean * mean) / mean; print n, (v > 0.05 && v < 0.20 ? "varied" : v) }')" "60 varied"

# At a rate each second has its flows, by the times of datagrams.
for rate in 10 1234 60000; do
	mkdir "$work/rate"
	"$flowgen" -o "$work/rate.pcap" -n $((rate * 4)) -r $rate --curve flat --exporters 2
	"$FLOW_BUILDDIR/flowcap" -f "$work/rate.pcap" -w "$work/rate" 2>/dev/null
	check "each second has $rate flows" same "$("$FLOW_BUILDDIR/flowcat" -r "$work/rate" -o csv:received |
		awk 'NR > 1 { n[substr($1, 1, 19)]++ } END { for (s in n) print n[s] }' | xargs)" "$rate $rate $rate $rate"
	rm -rf "$work/rate"
done

# Long flows come in pieces, which add up to the truth, and to the same as without a cut.
"$flowgen" -w "$work/pieces" -n 20000 --duration 1h --active-timeout 30 --truth "$work/truth" 2>"$work/told"
check "no record is longer than the active timeout" same \
	"$("$FLOW_BUILDDIR/flowcat" -r "$work/pieces" -o csv:duration | awk 'NR > 1 && $1 > most { most = $1 } END { print most }')" 30.000
check "records add up to the truth" same \
	"$("$FLOW_BUILDDIR/flowstat" -r "$work/pieces" -A proto -n 0 -o csv | awk -F, 'NR > 1 { f += $5; p += $6; b += $7 }
		END { printf "%d %d %d\n", f, p, b }')" \
	"$(sed -n 's/.*in all: flows \([0-9]*\), packets \([0-9]*\), bytes \([0-9]*\)/\1 \2 \3/p' "$work/told")"
check "a timeout of less than a second" exits 2 "$flowgen" -o "$work/x.pcap" --active-timeout 0
check "a timeout of more than an hour" exits 2 "$flowgen" -o "$work/x.pcap" --inactive-timeout 2h

# What sampling leaves adds up to the truth but for chance: 100 packets of which one in 20 is taken have a standard deviation
# of a tenth; of some 500,000 it is 0.6 %.
"$flowgen" -w "$work/sampled" -n 50000 --sampling 20 --truth "$work/truth" 2>"$work/told"
check "the truth has all flows" same "$(wc -l <"$work/truth")" 50000
check "sampled packets stand for all" same \
	"$("$FLOW_BUILDDIR/flowstat" -r "$work/sampled" -A proto -n 0 -o csv | awk -F, 'NR > 1 { p += $6 } END { printf "%d\n", p }' |
		cat - <(sed -n 's/.*in all: .*packets \([0-9]*\),.*/\1/p' "$work/told") | xargs |
		awk '{ print ($1 != $2 && $1 > 0.97 * $2 && $1 < 1.03 * $2 ? "near" : $0) }')" near
check "flows of few packets are mostly unseen" same "$("$FLOW_BUILDDIR/flowcat" -r "$work/sampled" -o csv:packets | awk '
	NR > 1 { n++; odd += $1 % 20 != 0 } END { print (n > 5000 && n < 25000 ? "some" : n), odd + 0 }')" "some 0"
check "too many losses" exits 2 "$flowgen" -o "$work/x.pcap" --lose 100.5

echo "1..$number"
