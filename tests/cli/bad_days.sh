#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# What flowgen does wrong on purpose, and that it costs a collector nothing else.
set -u

# shellcheck source=tests/cli/tap.sh
. "$FLOW_SRCDIR/tests/cli/tap.sh"

flowgen=$FLOW_BUILDDIR/flowgen
work=$(mktemp -d "${TMPDIR:-/tmp}/flowgen-bad.XXXXXX")
trap 'rm -rf "$work"' EXIT

# collect NAME: what flowcap makes of NAME.pcap, with its log in NAME.log
collect()
{
	mkdir "$work/$1" &&
		timeout 120 "$FLOW_BUILDDIR/flowcap" -f "$work/$1.pcap" -w "$work/$1" >"$work/$1.log" 2>&1
}
# sums NAME [FILTER]: flows, packets and bytes
sums()
{
	local name=$1

	shift
	"$FLOW_BUILDDIR/flowcat" -r "$work/$name" -o csv:packets,bytes "$@" | tail -n +2 |
		awk -F, '{ p += $1; b += $2 } END { printf "%d %d %.0f\n", NR, p, b }'
}
run=(-n 10000 -r 100 --ipv6 0)

"$flowgen" -o "$work/plain.pcap" "${run[@]}"
check "a good day is collected" collect plain
want=$(sums plain)

# Some 1200 good datagrams of v9, and 120 bad ones.
for version in 5 9 10; do
	"$flowgen" -o "$work/malformed$version.pcap" -v $version -n 30000 -r 1000 --ipv6 0 --malform all 2>"$work/said"
	"$flowgen" -o "$work/again.pcap" -v $version -n 30000 -r 1000 --ipv6 0 --malform all 2>/dev/null
	check "v$version: the same seed, the same wrong bytes" cmp "$work/malformed$version.pcap" "$work/again.pcap"
	check "v$version: it tells how many" grep -q 'malformed on purpose: [1-9]' "$work/said"
	check "v$version: flowcap bears them" collect malformed$version
	"$flowgen" -o "$work/good$version.pcap" -v $version -n 30000 -r 1000 --ipv6 0
	collect good$version
	is "v$version: flows of the others are untouched" "$(sums malformed$version 'exporter ip 198.18.0.1')" \
		"$(sums good$version)"
done
# Each way with each protocol: the collector ends well, names the cause, and keeps what the good exporter sent.
cause()
{
	case $1 in
	cut) echo 'cut inside|impossible length|shorter than their header|without their template' ;;
	short) echo 'no known version|shorter than their header|cut inside' ;;
	version) echo 'no known version' ;;
	oversized) echo 'record count is wrong|too great for their column' ;;
	count) echo 'record count is wrong|cut inside' ;;
	set-length | overlap) echo 'sets with an impossible length' ;;
	padding) echo 'record count is wrong' ;;
	field-length | empty-template | many-fields | options) echo 'templates refused: malformed' ;;
	template-bomb) echo 'record count is wrong|templates refused' ;;
	redefine) echo 'end in more than padding|option records with values that cannot be' ;;
	withdraw) echo 'reserved id|templates refused' ;;
	variable | lists) echo 'end in more than padding|with impossible lengths' ;;
	sflow) echo 'samples with impossible lengths|cut inside' ;;
	*) echo . ;;	# bits that flip, and names: nothing that a decoder could know to be wrong
	esac
}
matrix_row()
{
	local kind=$1 version=$2

	"$flowgen" -o "$work/kind.pcap" -v "$version" "${small[@]}" --malform "$kind" 2>"$work/said"
	grep -q 'malformed on purpose: [1-9]' "$work/said" || { echo "none is made"; return 1; }
	rm -rf "$work/kind"
	collect kind || { echo "status $?"; cat "$work/kind.log"; return 1; }
	grep -qE "$(cause "$kind")" "$work/kind.log" || { echo "no cause in"; cat "$work/kind.log"; return 1; }
	case $version,$kind in
	# The exporter of sFlow is the agent that a datagram names, and damaged copies name the good one.
	sflow,cut | sflow,flip) test "$(sums kind 'exporter ip 198.18.0.1' | cut -d ' ' -f 1)" -ge "${3%% *}" ;;
	*) same "$(sums kind 'exporter ip 198.18.0.1')" "$3" ;;
	esac
}
for version in 1 5 7 8 9 10 sflow; do
	small=(-n 400 -r 10 --ipv6 0)
	[ $version != sflow ] || small+=(--sampling 10)
	"$flowgen" -o "$work/beside.pcap" -v $version "${small[@]}" 2>/dev/null
	rm -rf "$work/beside" && collect beside
	beside=$(sums beside)
	for kind in $("$flowgen" --malforms | cut -d' ' -f1); do
		check "v$version: $kind is borne" matrix_row "$kind" $version "$beside"
	done
done

"$flowgen" -o "$work/twice.pcap" "${run[@]}" --duplicate 10 2>"$work/said"
collect twice
# "flowgen: sent twice on purpose: N datagrams with N flows"
is "duplicates are counted" "$(sums twice | cut -d' ' -f1)" \
	"$(sed -n 's/.*twice on purpose: [0-9]* datagrams with \([0-9]*\) flows/\1/p' "$work/said" | awk '{ print 10000 + $1 }')"

"$flowgen" -o "$work/late.pcap" "${run[@]}" --templates-after never
collect late
is "without templates there are no flows" "$(sums late 2>/dev/null | cut -d' ' -f1)" 0
"$flowgen" -o "$work/later.pcap" "${run[@]}" --templates-after 30
collect later
check "templates that come late are there for the rest" test "$(sums later | cut -d' ' -f1)" -gt 3000

"$flowgen" -o "$work/skewed.pcap" "${run[@]}" --skew -2h
collect skewed
first()
{
	"$FLOW_BUILDDIR/flowcat" -r "$work/$1" -o csv:first,last | tail -n +2 | sort | "${FLOW_PYTHON:-python3}" -c '
import datetime, sys
total = datetime.timedelta()
zero = datetime.datetime(2026, 1, 1)
for line in sys.stdin:
    for text in line.strip().split(","):
        total += datetime.datetime.fromisoformat(text.rstrip("Z")) - zero
print(total // datetime.timedelta(milliseconds=1) - int(sys.argv[1]))' "$2"
}
# 10000 flows with two times each, two hours of milliseconds
is "a slow clock tells other times" "$(first skewed -144000000000)" "$(first plain 0)"
is "and the same flows" "$(sums skewed)" "$want"

"$flowgen" -o "$work/boots.pcap" "${run[@]}" --restart 20s
collect boots
is "restarts lose nothing" "$(sums boots)" "$want"
if command -v tshark >/dev/null; then
	is "sequence numbers begin anew each time" "$(tshark -r "$work/boots.pcap" -d udp.port==9995,cflow -T fields \
		-e cflow.sequence 2>/dev/null | grep -cx 0)" 5
else
	skip "sequence numbers begin anew each time" "no tshark"
fi

"$flowgen" -o "$work/apart.pcap" "${run[@]}" --exporters 3
collect apart
"$flowgen" -o "$work/shared.pcap" "${run[@]}" --exporters 3 --one-address
collect shared
is "three exporters behind one address" "$(sums shared)" "$(sums apart)"
is "have one address and one domain" "$("$FLOW_BUILDDIR/flowcat" -r "$work/shared" -o csv:exporter,domain | sort -u | xargs)" \
	"198.18.0.1,0 exporter,domain"

check "a kind that is none" says "did you mean 'overlap'?" "$flowgen" -o "$work/x.pcap" --malform overlapp
check "is misuse" exits 2 "$flowgen" -o "$work/x.pcap" --malform overlapp
check "a skew that is none" exits 2 "$flowgen" -o "$work/x.pcap" --skew soon
check "a restart without time" exits 2 "$flowgen" -o "$work/x.pcap" --restart 0
echo "1..$number"
