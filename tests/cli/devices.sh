#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Devices and templates of flowgen: flowcap, nfcapd or sfcapd, tshark, nfacctd and the second decoder in Python have
# the same of every one.
set -u

# shellcheck source=tests/cli/tap.sh
. "$FLOW_SRCDIR/tests/cli/tap.sh"

flowgen=$FLOW_BUILDDIR/flowgen
work=$(mktemp -d "${TMPDIR:-/tmp}/devices-test.XXXXXX")
trap 'rm -rf "$work"' EXIT
nfdump=${NFDUMP_BIN-$(dirname "$(command -v nfcapd || echo /nowhere/)")}
options=(-n 400 --exporters 2 -r 7 --sampling 10)

# sums COLUMN...: of the archive, with the number of flows before
sums()
{
	"$FLOW_BUILDDIR/flowcat" -r "$work/archive" -o "csv:$1" | awk -F, 'NR > 1 { n++; for (i = 1; i <= NF; i++) s[i] += $i }
		END { printf "%d", n; for (i = 1; i <= NF; i++) printf " %d", s[i]; print "" }'
}

collect()
{
	rm -rf "$work/archive" && mkdir "$work/archive" && "$FLOW_BUILDDIR/flowcap" -f "$1" -w "$work/archive" 2>"$work/log"
}

theirs()
{
	rm -rf "$work/nfdump" && mkdir "$work/nfdump"
	"$nfdump/$1" -f "$2" -w "$work/nfdump" >/dev/null 2>&1
	"$nfdump/nfdump" -R "$work/nfdump" -I 2>/dev/null | awk '
		$1 == "Flows:" { f = $2 } $1 == "Packets:" { p = $2 } $1 == "Bytes:" { b = $2 }
		END { printf "%d %d %d\n", f, p, b }'
}

# What flowgen says that sampling left; else (all came) what the truth adds up to.
made()
{
	local said

	said=$(sed -n 's/.*sampled: of [0-9]* flows \([0-9]*\) .*packets \([0-9]*\), bytes \([0-9]*\)/\1 \2 \3/p' "$work/said")
	[ -z "$said" ] || { echo "$said"; return; }
	awk -F '[:,}]' '{ n++; for (i = 1; i < NF; i++) { if ($i ~ /"packets"$/) p += $(i + 1); if ($i ~ /"bytes"$/) b += $(i + 1) } }
		END { printf "%d %d %d\n", n, p, b }' "$work/truth"
}

has_nfcapd()
{
	[ -x "$nfdump/nfcapd" ] && "$nfdump/nfcapd" -h 2>&1 | grep -q -- '^-f'
}

# What nfdump has of it: both directions of a biflow together, post counters on top; no rate that is in the records.
by_nfdump()
{
	case $1 in
	yaf | cisco-asa) sums packets,bytes,rev_packets,rev_bytes | awk '{ print $1, $2 + $4, $3 + $5 }' ;;
	fortinet) sums packets,bytes | awk '{ print $1, 2 * $2, 2 * $3 }' ;;
	h3c | huawei) sums packets,bytes | awk '{ print $1, $2 / 10, $3 / 10 }' ;;
	*) sums packets,bytes ;;
	esac
}

# fortinet: nfdump adds packets twice, and bytes as well, where its version does.
check_nfdump()
{
	local got want

	got=$(theirs "$2" "$3")
	want=$(by_nfdump "$1")
	[ "$got" = "$want" ] || { [ "$1" = fortinet ] && [ "$got" = "$(sums packets,bytes)" ]; } ||
		same "$got" "$want"
}

"$flowgen" --devices >"$work/list"
check "there are 33 devices" same "$(wc -l <"$work/list")" 33
all=()
while read -r device _; do
	all+=("$work/$device.pcap")
	"$flowgen" -o "$work/$device.pcap" --device "$device" "${options[@]}" --truth "$work/truth" 2>"$work/said"
	"$flowgen" -o "$work/again.pcap" --device "$device" "${options[@]}" 2>/dev/null
	check "$device: the same bytes again" cmp "$work/$device.pcap" "$work/again.pcap"
	collect "$work/$device.pcap"
	# Labels and tunnels make short frames longer.
	columns=1-3
	[ "$device" != sflow-fabric ] || columns=1-2
	check "$device: flowcap has what was made" same "$(sums packets,bytes | cut -d ' ' -f $columns)" \
		"$(made | cut -d ' ' -f $columns)"
	check "$device: nothing is missed" grep -q "flows written $(made | cut -d ' ' -f 1), sequence gaps 0, " "$work/log"
	check "$device: the truth has all" same "$(wc -l <"$work/truth")" 400
	case $device in
	arista | sflow-*) collector=sfcapd ;;
	*) collector=nfcapd ;;
	esac
	if has_nfcapd; then
		check "$device: $collector has the same sums" check_nfdump "$device" $collector "$work/$device.pcap"
	else
		skip "$device: $collector has the same sums" "no nfcapd that reads pcap files"
	fi
done <"$work/list"

for version in 9 10; do
	all+=("$work/all.$version.pcap")
	"$flowgen" -o "$work/all.$version.pcap" -v $version --template all "${options[@]}"
done
if command -v python3 >/dev/null; then
	PYTHONDONTWRITEBYTECODE=1 python3 "$FLOW_SRCDIR/tests/oracle/compare.py" "$FLOW_BUILDDIR" "${all[@]}" >"$work/compared"
	check "the second decoder agrees on all" same "$(grep -c '^ok' "$work/compared")" ${#all[@]}
	grep -A 4 '^not ok' "$work/compared" | sed 's/^/# /'
else
	skip "the second decoder agrees on all" "no python3"
fi
if command -v tshark >/dev/null; then
	{
		cat "$work/cisco-asa.pcap"
		for file in "${all[@]}"; do
			case $file in
			*/arista* | */sflow*) ;;
			*) tail -c +25 "$file" ;;
			esac
		done
	} >"$work/joined.pcap"
	check "tshark finds no fault in templates and records" same \
		"$(tshark -r "$work/joined.pcap" -d udp.port==9995,cflow -Y 'cflow && _ws.malformed' 2>/dev/null | wc -l)" 0
else
	skip "tshark finds no fault in templates and records" "no tshark"
fi
if command -v nfacctd >/dev/null; then
	printf '%s\n' 'plugins: print' 'print_output: csv' 'print_refresh_time: 1' 'aggregate: proto' >"$work/conf"
	for device in cisco-ios juniper-mx nokia; do
		collect "$work/$device.pcap"
		# Counters as they were sent.
		check "$device: nfacctd has the same sums" same \
			"$(timeout 20 nfacctd -I "$work/$device.pcap" -f "$work/conf" 2>/dev/null |
				awk -F, '$2 + 0 > 0 { p += $2; b += $3 } END { printf "%d %d\n", p * 10, b * 10 }')" \
			"$(sums packets,bytes | cut -d ' ' -f 2-)"
	done
else
	skip "nfacctd has the same sums" "no nfacctd"
fi

# Interfaces by name, VRFs and rates are told.
collect "$work/cisco-ios-xr.pcap"
check "rates are announced" same "$("$FLOW_BUILDDIR/flowcat" -r "$work/archive" -o csv:sampling | tail -n +2 | sort -u)" 10
# A clock that wraps changes no time: those of the same flows of a router without a wrap.
for device in uptime-wraps no-padding; do
	"$flowgen" -o "$work/$device.pcap" --device $device -n 400 -r 4
	collect "$work/$device.pcap"
	"$FLOW_BUILDDIR/flowcat" -r "$work/archive" -o csv:first,last,src_addr,dst_addr,packets >"$work/$device.csv"
done
check "an uptime that wraps changes no time" cmp "$work/uptime-wraps.csv" "$work/no-padding.csv"

# Templates of one's own.
printf '%s\n' 'sourceIPv4Address destinationIPv4Address' '  7 11/2 protocolIdentifier' 'packetDeltaCount/4 1' \
	'flowEndReason=3 minimumTTL 56' '150 151' >"$work/list.txt"
for version in 9 10; do
	"$flowgen" -o "$work/own.pcap" -v $version --template "$work/list.txt" -n 400 --ipv6 50
	collect "$work/own.pcap"
	check "v$version: a list of elements is a template of each family" same \
		"$("$FLOW_BUILDDIR/flowcat" -r "$work/archive" -o csv:src_addr | tail -n +2 | sed 's/.*:.*/6/; s/.*[.].*/4/' | sort -u | xargs)" "4 6"
	check "v$version: with what it says" same \
		"$("$FLOW_BUILDDIR/flowcat" -r "$work/archive" -o csv:packets,end_reason,min_ttl,in_src_mac,src_addr | tail -n +2 |
			grep -c '^[0-9][0-9]*,3,[0-9][0-9]*,02:[0-9a-f:]*,[0-9a-f:.]*$')" 400
done
says_wrong()
{
	printf '%s\n' "$1" >"$work/wrong.txt"
	! "$flowgen" -o "$work/x.pcap" --template "$work/wrong.txt" >"$work/said" 2>&1 && grep -qF -- "$2" "$work/said" ||
		{ cat "$work/said"; return 1; }
}
check "an element that is none" says_wrong "template 256 sourceAddress" "line 1: 'sourceAddress' is no element"
check "the line is named" says_wrong $'version 9\n\ntemplate 256 8/5' "line 3: '8' cannot have 5 bytes"
check "variable length in v9" says_wrong $'version 9\ntemplate 256 96/v16' "v9 has no variable length"
check "a word that is misspelt" says_wrong $'version 9\ncount record\ntemplate 256 8' "did you mean 'records'?"
check "no template at all" says_wrong "version 9" "it has no template"
check "a record that fits nowhere" says_wrong "template 256 96/250 96/250 96/250 96/250 96/250 96/250" "does not fit"
check "a device that is none" says "did you mean 'cisco-asa'?" "$flowgen" -o "$work/x.pcap" --device cisco-as
check "a device of another version" says "'cisco-asa' speaks version 9" "$flowgen" -o "$work/x.pcap" --device cisco-asa -v 10
check "both at once" exits 2 "$flowgen" -o "$work/x.pcap" --device yaf --template all
check "templates before v9" says "has no templates" "$flowgen" -o "$work/x.pcap" --template all -v 5

echo "1..$number"
