#!/usr/bin/env bash
# Tells, as TAP, whether the table of elements (wire/template/element.def) says what their owners say:
# tests/wire/iana-elements.tsv has the facts of IANA's registry, the end of this script the vendors'.
# What an element fills follows from its name, whose parts say its direction and its unit.
set -u
shopt -s lastpipe	# so that report counts
table=$FLOW_SRCDIR/libflow/wire/template/element.def
facts=$FLOW_SRCDIR/tests/wire/iana-elements.tsv
n=0

# report NAME: one test, from what is wrong on standard input (nothing: all right).
report()
{
	local wrong

	wrong=$(cat)
	n=$((n + 1))
	if [ -z "$wrong" ]; then
		echo "ok $n - $1"
	else
		printf '%s\n' "$wrong" | sed 's/^/# /'
		echo "not ok $n - $1"
	fi
}

# The rows as number, type, name, use, argument, tab-separated.
rows()
{
	sed -nE 's/^ELEMENT\(([0-9]+), (\w+), "([^"]+)", (\w+), (\w+)\)$/\1\t\2\t\3\t\4\t\5/p' "$table"
}

vendor_rows()
{
	sed -nE 's/^VENDOR\(([0-9]+), ([0-9]+), (\w+), "([^"]+)", (\w+), (\w+)\)$/\1\t\2\t\3\t\4\t\5\t\6/p' "$table"
}

# Types of RFC 7012 and RFC 6313 by the names that the table has for them.
types='
	BEGIN {
		split("octetArray OCTETS unsigned8 U8 unsigned16 U16 unsigned32 U32 unsigned64 U64 " \
		    "unsigned256 OCTETS signed32 S32 float64 FLOAT boolean BOOL macAddress MAC string STRING " \
		    "dateTimeSeconds SECONDS dateTimeMilliseconds MILLIS dateTimeMicroseconds MICROS " \
		    "dateTimeNanoseconds NANOS ipv4Address IPV4 ipv6Address IPV6 basicList BASIC_LIST " \
		    "subTemplateList SUB_LIST subTemplateMultiList MULTI_LIST", w, " ")
		for (i = 1; i in w; i += 2) type[w[i]] = w[i + 1]
	}'

rows | awk -F '\t' "$types"'
	FNR == NR { if (!/^#/) { name[$1] = $2; kind[$1] = type[$3]; left[$1] = 1 } next }
	!($1 in name) { print $1 " is not in the registry"; next }
	{ delete left[$1] }
	$3 != name[$1] { print $1 ": " name[$1] " in the registry, " $3 " here" }
	$2 != kind[$1] { print $1 ": " kind[$1] " in the registry, " $2 " here" }
	END { for (id in left) print id " (" name[id] ") is missing" }
' "$facts" - | report "numbers, names and types are those of IANA's registry"

diff <(rows | cut -f 1) <(rows | cut -f 1 | sort -n -u) | report "numbers ascend"
# A binary search finds them.
diff <(vendor_rows | cut -f 1,2) <(vendor_rows | cut -f 1,2 | sort -k 1,1n -k 2,2n -u) |
	report "enterprise numbers ascend"

# The beginning of the column by the direction in the name, the end by what is counted.
rows | awk -F '\t' '
	function must(pattern) {
		if ($5 !~ pattern) print $1 " " $3 " fills " $5 ", not " pattern
	}
	$4 == "EXTRA" || $4 == "SKIP" { next }
	$3 ~ /^source(IP|Transport)/ { must("^SRC_") }
	$3 ~ /^destination(IP|Transport)/ { must("^DST_") }
	$3 ~ /^(udp|tcp)Source/ { must("^SRC_PORT$") }
	$3 ~ /^(udp|tcp)Destination/ { must("^DST_PORT$") }
	$3 ~ /^postNAP?TSource/ { must("^NAT_SRC_") }
	$3 ~ /^postNAP?TDestination/ { must("^NAT_DST_") }
	$3 ~ /^ingress/ { must("^IN_") }
	$3 ~ /^egress/ { must("^OUT_") }
	$3 ~ /^bgpSource/ { must("^SRC_AS$") }
	$3 ~ /^bgpDestination/ { must("^DST_AS$") }
	$3 ~ /^bgpNextAdj/ { must("^NEXT_AS$") }
	$3 ~ /^bgpPrevAdj/ { must("^PREV_AS$") }
	$3 ~ /^sourceMac/ { must("^IN_SRC_MAC$") }
	$3 ~ /^destinationMac/ { must("^IN_DST_MAC$") }
	$3 ~ /^postSourceMac/ { must("^OUT_SRC_MAC$") }
	$3 ~ /^postDestinationMac/ { must("^OUT_DST_MAC$") }
	$3 ~ /^(vlanId|dot1qVlanId)$/ { must("^SRC_VLAN$") }
	$3 ~ /^(postVlanId|postDot1qVlanId)$/ { must("^DST_VLAN$") }
	$3 ~ /^postMCast/ { must("^MCAST_") }
	$3 ~ /^post(Octet|Packet)/ { must("^POST_") }
	$3 ~ /^initiator/ { must("^(BYTES|PACKETS)$") }
	$3 ~ /^responder/ { must("^REV_") }
	$3 ~ /^minimum/ { must("^MIN_") }
	$3 ~ /^maximum/ { must("^MAX_") }
	$3 ~ /PrefixLength$/ { must("_MASK$") }
	$3 ~ /^exporterIPv[46]Address$/ { must("^EXPORTER[46]$") }
	$3 ~ /^originalExporterIPv[46]Address$/ { must("^ORIGINAL[46]$") }
	$3 ~ /xporterIPv4/ { must("4$") }
	$3 ~ /xporterIPv6/ { must("6$") }
	$3 ~ /(IPv[46]Address|IPv[46]Prefix)$/ && $3 !~ /xporter/ { must("(_ADDR|NEXT_HOP)$") }
	$3 ~ /[oO]ctet(Delta|Total)Count$|Octets$/ { must("BYTES$") }
	$3 ~ /[pP]acket(Delta|Total)Count$|Packets$/ { must("PACKETS$") }
	$3 ~ /^flowStart/ { must("^FIRST_") }
	$3 ~ /^flowEnd[A-Z]/ && $3 != "flowEndReason" { must("^LAST_") }
	$3 ~ /^observationTime/ { must("^EVENT_") }
	$3 ~ /^flow(Start|End)Delta/ { must("_DELTA$") }
	$3 ~ /^flow(Start|End)SysUp/ { must("_UPTIME$") }
	$3 ~ /^(flow(Start|End)|observationTime)Seconds/ { must("_S$") }
	$3 ~ /(^flow(Start|End|Duration)|^observationTime)Milliseconds/ { must("_MS$") }
	$3 ~ /(^flow(Start|End|Duration)|^observationTime)Microseconds/ { must("_US$") }
	$3 ~ /(^flow(Start|End)|^observationTime)Nanoseconds/ { must("_NS$") }
	$3 ~ /^icmp.*IPv4$/ { must("^ICMP4") }
	$3 ~ /^icmp.*IPv6$/ { must("^ICMP6") }
	$3 ~ /^icmpType(IPv4|IPv6)$/ { must("_TYPE$") }
	$3 ~ /^icmpCode(IPv4|IPv6)$/ { must("_CODE$") }
' | report "columns have the direction and the unit of their elements"

# Columns hold octets and packets: units of the registry beside what they fill.
rows | awk -F '\t' '
	FNR == NR { unit[$1] = $4; next }
	$4 == "EXTRA" { next }
	unit[$1] == "octets" && $5 !~ /BYTES$|LENGTH$|FRAME_SIZE/ { print $1 " counts octets, fills " $5 }
	unit[$1] == "packets" && $5 !~ /PACKETS$|INTERVAL$|SPACE$|SIZE$|POPULATION$/ { print $1 " counts packets, fills " $5 }
	unit[$1] == "flows" && $5 != "FLOWS" { print $1 " counts flows, fills " $5 }
	unit[$1] == "hops" && $5 !~ /TTL$/ { print $1 " counts hops, fills " $5 }
	unit[$1] == "microseconds" && $5 !~ /_US$|_DELTA$/ { print $1 " in microseconds, fills " $5 }
	unit[$1] == "milliseconds" && $5 !~ /_MS$|_UPTIME$|SYSTEM_INIT$/ { print $1 " in milliseconds, fills " $5 }
' "$facts" - | report "units are those of the registry"

# What field.def says for people of a column's elements is what fills it.
awk -F '"' '/^FIELD\(/ { split($1, head, /[(,]/); print head[2] "\t" $4 }' "$FLOW_SRCDIR/libflow/record/field.def" |
awk -F '\t' '
	FNR == NR { use[$1] = $4; arg[$1] = $5; next }
	{
		m = split($2, id, " ")
		for (i = 1; i <= m; i++)
			if ((id[i] in use) && use[id[i]] ~ /^(PICK|FILL)/ && arg[id[i]] != $1 &&
			    !(($1 == "BYTES" || $1 == "PACKETS") && arg[id[i]] == "POST_" $1))
				print $1 " names " id[i] ", which fills " arg[id[i]]
	}' <(rows) - | report "field.def names the elements that fill a column"

# Enterprise elements: number, type and what it is, by the owner's words.
#   29305  RFC 5103 6.1: IANA's number, the other direction
#   0      Cisco ASA NSEL (33000-33002 twelve octets, twelve octets, a number; 40000-40005 of its first
#          releases); Palo Alto PAN-OS (56701 App-ID, 56702 User-ID, texts)
#   6871   CERT: flags of the first packet, of all others
#   35632  ntop nProbe, 57472 + n in v9: delays in milliseconds
diff <(vendor_rows | awk -F '\t' '{ print $1, $2, $3, $6 }') - <<'END' | report "enterprise elements are their owners'"
0 33000 OCTETS IN_ACL
0 33001 OCTETS OUT_ACL
0 33002 U16 FW_EXT_EVENT
0 40000 STRING USERNAME
0 40001 IPV4 NAT_SRC_ADDR
0 40002 IPV4 NAT_DST_ADDR
0 40003 U16 NAT_SRC_PORT
0 40004 U16 NAT_DST_PORT
0 40005 U8 FW_EVENT
0 56701 STRING APP_NAME
0 56702 STRING USERNAME
6871 14 U16 TCP_INITIAL
6871 15 U16 TCP_UNION
29305 1 U64 REV_BYTES
29305 2 U64 REV_PACKETS
29305 23 U64 REV_BYTES
29305 24 U64 REV_PACKETS
29305 85 U64 REV_BYTES
29305 86 U64 REV_PACKETS
29305 352 U64 REV_BYTES
35632 123 U32 CLIENT_MS
35632 124 U32 SERVER_MS
35632 125 U32 APP_MS
END
echo "1..$n"
