#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# An archive that is replayed with all columns and collected again is the same: every value, and every
# absent one.  Of devices that flowgen imitates, and of captures in $FLOW_CORPUS, else ../shared/corpus beside
# the source tree.
set -u

# shellcheck source=tests/cli/tap.sh
. "$FLOW_SRCDIR/tests/cli/tap.sh"

flowgen=$FLOW_BUILDDIR/flowgen
corpus=${FLOW_CORPUS-$FLOW_SRCDIR/../shared/corpus}
work=$(mktemp -d "${TMPDIR:-/tmp}/replay-test.XXXXXX")
trap 'rm -rf "$work"' EXIT

# What flowgen(1) says is not carried; received is checked elsewhere, as pcap files alone have it.
not_carried=received,export_version,domain,extra,inner_src_addr,inner_dst_addr,inner_src_port,inner_dst_port,inner_proto
not_in_10=in_acl,out_acl,fw_ext_event

# collect PCAP FOLDER
collect()
{
	rm -rf "$work/$2" && mkdir "$work/$2" && "$FLOW_BUILDDIR/flowcap" -f "$1" -w "$work/$2" 2>"$work/log"
}

# rows FOLDER WITHOUT: flows without those columns, one a line with the names of what they have
rows()
{
	"$FLOW_BUILDDIR/flowcat" -r "$work/$1" -q -o "csv:$(columns "$2")" | sort
}

columns()
{
	awk -F'"' -v without=",$1," '/^FIELD\(/ && index(without, "," $2 ",") == 0 { list = list "," $2 }
		END { print substr(list, 2) }' "$FLOW_SRCDIR/libflow/record/field.def"
}

# again PCAP VERSION TEMPLATE WITHOUT
again()
{
	collect "$1" before &&
		"$flowgen" --replay "$work/before" -o "$work/again.pcap" -v "$2" ${3:+--template "$3"} 2>"$work/said" &&
		collect "$work/again.pcap" after || return 1
	[ ! -s "$work/said" ] || { cat "$work/said"; return 1; }
	rows before "$4" >"$work/before.csv"
	rows after "$4" >"$work/after.csv"
	[ -s "$work/before.csv" ] && diff "$work/before.csv" "$work/after.csv" >"$work/diff" || { head -n 6 "$work/diff"; return 1; }
}

both()
{
	check "$1 in v9" again "$2" 9 all "$not_carried"
	check "$1 in IPFIX" again "$2" 10 all "$not_carried,$not_in_10"
}

# Columns that devices have differ most; a template for each kind of rows.
for device in cisco-asa cisco-xr-mpls juniper-srx-cgn mikrotik nprobe yaf; do
	if "$flowgen" -o "$work/$device.pcap" --device "$device" -n 300 --ipv6 40 --exporters 2 2>"$work/said"; then
		both "$device" "$work/$device.pcap"
	else
		check "$device is known" false
	fi
done

# The usual templates: what they have of elements.
usual=first,last,src_addr,dst_addr,src_port,dst_port,proto,tos,tcp_flags,packets,bytes,sampling,in_if,out_if,src_as,dst_as,src_mask,dst_mask,next_hop,direction,fwd_status,ip_version
others=$(columns "$usual")
for version in 9 10; do
	check "usual templates, v$version" again "$work/cisco-asa.pcap" $version "" "$others"
done

# The same numbers mean the same templates all the time.
if command -v tshark >/dev/null; then
	check "a template keeps its number" same "$(tshark -r "$work/again.pcap" -d udp.port==9995,cflow -T fields \
		-e ip.src -e cflow.template_id -e cflow.template_field_count 2>/dev/null |
		awk -F'\t' '$3 != "" { n = split($2, id, ","); m = split($3, fields, ",")
			for (i = 1; i <= m; i++) { key = $1 " " id[i]
				if (key in seen && seen[key] != fields[i]) print key; seen[key] = fields[i] } }')" ""
else
	skip "a template keeps its number" "no tshark"
fi

# NAT, NSEL, labels, ICMP of both families, samples of packets, delays, biflows.
for name in ak-nat-v9 ls-cisco-asa1-v9 ak-mpls-v9 ak-icmp ak-sflow-raw-ipv4 tg-nprobe-pen35632 bk-softflowd-ipfix ak-ipfixprobe-biflow; do
	if [ -r "$corpus/$name.pcap" ]; then
		both "$name" "$corpus/$name.pcap"
	else
		skip "$name in v9" "no $name in the corpus"
		skip "$name in IPFIX" "no $name in the corpus"
	fi
done

# What is read must not be replaced.
"$flowgen" -w "$work/self" -n 100
check "a replay into its own archive" exits 2 "$flowgen" --replay "$work/self" -w "$work/self"
check "into a folder of it" exits 2 "$flowgen" --replay "$work/self/2026/*" -w "$work/./self"
check "beside it" exits 0 "$flowgen" --replay "$work/self" -w "$work/self2"

echo "1..$number"
