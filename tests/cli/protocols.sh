#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Every version that flowgen speaks, as tshark, nfcapd, sfcapd and flowcap understand it.
set -u

# shellcheck source=tests/cli/tap.sh
. "$FLOW_SRCDIR/tests/cli/tap.sh"

flowgen=$FLOW_BUILDDIR/flowgen
work=$(mktemp -d "${TMPDIR:-/tmp}/protocols-test.XXXXXX")
trap 'rm -rf "$work"' EXIT
nfdump=${NFDUMP_BIN-$(dirname "$(command -v nfcapd || echo /nowhere/)")}

# flows, packets and bytes that flowcap makes of a pcap
ours()
{
	rm -rf "$work/archive" && mkdir "$work/archive"
	"$FLOW_BUILDDIR/flowcap" -f "$1" -w "$work/archive" 2>"$work/log" &&
		"$FLOW_BUILDDIR/flowcat" -r "$work/archive" -o csv:packets,bytes |
		awk -F, 'NR > 1 { n++; p += $1; b += $2 } END { printf "%d %d %d\n", n, p, b }'
}

# the same of nfdump, after nfcapd or sfcapd
theirs()
{
	mkdir "$work/nfdump"
	"$nfdump/$1" -f "$2" -w "$work/nfdump" >/dev/null 2>&1
	"$nfdump/nfdump" -R "$work/nfdump" -I 2>/dev/null | awk '
		$1 == "Flows:" { f = $2 } $1 == "Packets:" { p = $2 } $1 == "Bytes:" { b = $2 }
		END { printf "%d %d %d\n", f, p, b }'
	rm -rf "$work/nfdump"
}

# columns of what flowcap made, one line a flow
columns()
{
	"$FLOW_BUILDDIR/flowcat" -r "$work/archive" -o "csv:$1" | tail -n +2
}

fields()
{
	local file=$1 dissector=$2

	shift 2
	tshark -r "$file" -d "udp.port==9995,$dissector" -o sflow.enable_dissection:TRUE \
		-o udp.check_checksum:TRUE -T fields -E occurrence=a -E separator=, "$@" 2>/dev/null
}

options=(-n 3000 --ipv6 0 --exporters 2)

# NetFlow: v5 of the same seed is what all versions before v9 are compared with.
"$flowgen" -o "$work/5.pcap" -v 5 "${options[@]}"
want=$(ours "$work/5.pcap")
for version in 1 7 8.1 8.2 8.3 8.4 8.5 8.6 8.7 8.8 8.9 8.10 8.11 8.12 8.13 8.14 9 10; do
	"$flowgen" -o "$work/$version.pcap" -v "$version" "${options[@]}"
	"$flowgen" -o "$work/again.pcap" -v "$version" "${options[@]}"
	check "v$version: the same bytes again" cmp "$work/$version.pcap" "$work/again.pcap"
	check "v$version: flowcap has all of it" same "$(ours "$work/$version.pcap")" "$want"
	check "v$version: nothing is missed" grep -q 'sequence gaps 0, ' "$work/log"
done
for version in 1 5 7; do
	if command -v tshark >/dev/null; then
		check "v$version: tshark has the same sums" same "$(fields "$work/$version.pcap" cflow -e cflow.packets -e cflow.octets |
			awk -F, '{ n += NF / 2; for (i = 1; i <= NF / 2; i++) { p += $i; b += $(i + NF / 2) } }
				END { printf "%d %d %d\n", n, p, b }')" "$want"
	else
		skip "v$version: tshark has the same sums" "no tshark"
	fi
	if [ -x "$nfdump/nfcapd" ] && "$nfdump/nfcapd" -h 2>&1 | grep -q -- '^-f'; then
		check "v$version: nfcapd has the same sums" same "$(theirs nfcapd "$work/$version.pcap")" "$want"
	else
		skip "v$version: nfcapd has the same sums" "no nfcapd that reads pcap files"
	fi
done
if command -v tshark >/dev/null; then
	for version in 8.1 8.2 8.3 8.4 8.5 8.6 8.7 8.8 8.9 8.10 8.11 8.12 8.13 8.14; do
		check "v$version: tshark finds no fault" same "$(tshark -r "$work/$version.pcap" -d udp.port==9995,cflow \
			-Y _ws.malformed 2>/dev/null | wc -l)" 0
	done
else
	skip "v8: tshark finds no fault" "no tshark"
fi

# sFlow: samples of packets, IPv6 among them.
options=(-n 3000 --ipv6 30 --exporters 2 --sampling 20)
for version in sflow sflow4; do
	"$flowgen" -o "$work/$version.pcap" -v "$version" "${options[@]}" 2>"$work/said"
	"$flowgen" -o "$work/again.pcap" -v "$version" "${options[@]}" 2>/dev/null
	check "$version: the same bytes again" cmp "$work/$version.pcap" "$work/again.pcap"
	sums=$(ours "$work/$version.pcap")
	check "$version: flowcap has all of it" same "$sums" \
		"$(sed -n 's/.*flows \([0-9]*\) packets were.*packets \([0-9]*\), bytes \([0-9]*\)/\1 \2 \3/p' "$work/said")"
	check "$version: nothing is missed" grep -q 'sequence gaps 0, ' "$work/log"
	if [ -x "$nfdump/sfcapd" ] && "$nfdump/sfcapd" -h 2>&1 | grep -q -- '^-f'; then
		check "$version: sfcapd has the same sums" same "$(theirs sfcapd "$work/$version.pcap")" "$sums"
	else
		skip "$version: sfcapd has the same sums" "no sfcapd that reads pcap files"
	fi
	if ! command -v tshark >/dev/null; then
		skip "$version: tshark" "no tshark"
		continue
	fi
	# Headers that were sampled are those of the flows.
	fields "$work/$version.pcap" sflow -e ip.dst | tr ',' '\n' | grep -v '^198\.19\.255\.254$' | grep . | sort >"$work/theirs"
	columns ip_version,dst_addr | sed -n 's/^4,//p' | sort >"$work/ours"
	check "$version: tshark dissects the same destinations" cmp "$work/ours" "$work/theirs"
	fields "$work/$version.pcap" sflow -e ipv6.src | tr ',' '\n' | grep . | sort >"$work/theirs"
	columns ip_version,src_addr | sed -n 's/^6,//p' | sort >"$work/ours"
	check "$version: and sources of IPv6" cmp "$work/ours" "$work/theirs"
	fields "$work/$version.pcap" sflow -e tcp.dstport | tr ',' '\n' | grep . | sort >"$work/theirs"
	columns proto,dst_port | sed -n 's/^6,//p' | sort >"$work/ours"
	check "$version: and ports of TCP" cmp "$work/ours" "$work/theirs"
	fields "$work/$version.pcap" sflow -e sflow_245.srcAS | tr ',' '\n' | grep . | sort >"$work/theirs"
	columns src_as | sort >"$work/ours"
	check "$version: and AS of the source" cmp "$work/ours" "$work/theirs"
	# tshark calls every AS of the path to the destination so: the neighbour, where that is another, too.
	fields "$work/$version.pcap" sflow -e sflow_245.dstAS | tr ',' '\n' | grep . | sort >"$work/theirs"
	columns next_as,dst_as | awk -F, '{ print $2 } $1 != $2 { print $1 }' | sort >"$work/ours"
	check "$version: and AS of the path to the destination" cmp "$work/ours" "$work/theirs"
	check "$version: checksums of sampled headers are right" same \
		"$(tshark -r "$work/$version.pcap" -d udp.port==9995,sflow -o ip.check_checksum:TRUE \
			-Y 'ip.checksum.status == 0' 2>/dev/null | wc -l)" 0
done

# Samples are what an agent takes of the flows that the truth has, packet by packet.
agent()
{
	"$flowgen" -o "$work/agent.pcap" --exporters 2 "$@" --truth "$work/truth" 2>/dev/null
	python3 "$FLOW_SRCDIR/tests/cli/sflow_agent.py" "$work/agent.pcap" "$work/truth" "$(sed 's/.*--sampling //' <<<"$*")"
}
if command -v python3 >/dev/null; then
	is "an agent takes packets by chance" "$(agent -v sflow -n 20000 --sampling 10)" "as an agent takes them: 20000 flows"
	is "and with expanded samples" "$(agent --device sflow-expanded -n 10000 --sampling 100)" \
		"as an agent takes them: 10000 flows"
	is "or every packet" "$(agent -v sflow -n 1000 --sampling 1)" "as an agent takes them: 1000 flows"
else
	skip "an agent takes packets by chance" "no python3"
fi

echo "1..$number"
