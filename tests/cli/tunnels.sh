#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Sampled packets with others inside, from an IPFIX file through the archive to filters, keys and
# formats.
set -u

# shellcheck source=tests/cli/tap.sh
. "$FLOW_SRCDIR/tests/cli/tap.sh"

flowcap=$FLOW_BUILDDIR/flowcap
flowcat=$FLOW_BUILDDIR/flowcat
flowstat=$FLOW_BUILDDIR/flowstat
work=$(mktemp -d "${TMPDIR:-/tmp}/tunnels-test.XXXXXX")
trap 'rm -rf "$work"' EXIT
archive=$work/archive
export TZ=UTC

# Hexadecimal digits as bytes.
bytes()
{
	# shellcheck disable=SC2001,SC2059
	printf "$(tr -d ' ' <<<"$1" | sed 's/../\\x&/g')"
}

# ipv4 PROTO SOURCE DESTINATION PAYLOAD, ipv6 likewise; lengths in them are not looked at
ipv4()
{
	echo "45000000 00000000 40$1 0000 $2 $3 $4"
}

ipv6()
{
	echo "60000000 0000 $1 40 20010db80000000000000000000000$2 20010db80000000000000000000000$3 $4"
}

# record PACKET: element 313, of variable length
record()
{
	local hex=${1// /}

	printf '%02x%s' $((${#hex} / 2)) "$hex"
}

udp="0035 1000 0008 0000"			# 53 to 4096
tcp="04d2 0050 00000000 00000000 5012 ffff 0000 0000"	# 1234 to 80
vxlan="c000 12b5 0000 0000 08000000 00007b00 0a0000000001 0a0000000002 0800"
records=$(
	record "$(ipv4 06 c0000201 c0000202 "$tcp")"
	record "$(ipv4 2f c0000201 c0000203 "00000800 $(ipv4 11 0a000001 0a000002 "$udp")")"
	record "$(ipv4 29 c0000204 c0000203 "$(ipv6 06 01 02 "$tcp")")"
	record "$(ipv4 04 c0000204 c0000203 "$(ipv4 01 0a000005 0a000002 08000000)")"
	record "$(ipv6 11 0a 0b "$vxlan $(ipv4 06 0a000001 0a000007 "$tcp")")"
	record "$(ipv4 2f c0000201 c0000205 00000806)"
)
template="0002 000c 0100 0001 0139 ffff"
data="0100 $(printf '%04x' $((4 + ${#records} / 2))) $records"
body="$template $data"
hex=${body// /}
bytes "000a $(printf '%04x' $((16 + ${#hex} / 2))) 65940000 00000000 00000000 $hex" >"$work/tunnels.ipfix"
mkdir "$archive"
check "decoded" says "flows written 6," "$flowcap" -w "$archive" -f "$work/tunnels.ipfix"

columns=csv:src_addr,dst_addr,proto,src_port,inner_src_addr,inner_dst_addr,inner_src_port,inner_dst_port,inner_proto
plain="192.0.2.1,192.0.2.2,6,1234,,,,,"
gre="192.0.2.1,192.0.2.3,47,,10.0.0.1,10.0.0.2,53,4096,17"
six="192.0.2.4,192.0.2.3,41,,2001:db8::1,2001:db8::2,1234,80,6"
ipip="192.0.2.4,192.0.2.3,4,,10.0.0.5,10.0.0.2,,,1"
vx="2001:db8::a,2001:db8::b,17,49152,10.0.0.1,10.0.0.7,1234,80,6"
arp="192.0.2.1,192.0.2.5,47,,,,,,"

# passes FILTER [ROW...]
passes()
{
	local name=$1

	shift
	is "$name" "$("$flowcat" -q -o "$columns" "$archive" "$name")" "$(printf '%s\n' "$@")"
}

passes "any" "$plain" "$gre" "$six" "$ipip" "$vx" "$arp"
passes "proto gre" "$gre" "$arp"
passes "tun proto gre" "$gre"
passes "tun proto 41" "$six"
passes "tun proto udp" "$vx"
passes "tun proto is null" "$plain" "$arp"
passes "not tun proto in [ gre 4 ]" "$plain" "$six" "$vx" "$arp"
passes "tun ip 192.0.2.1" "$gre"
passes "src tun ip 192.0.2.4" "$six" "$ipip"
passes "dst tun net 2001:db8::/32" "$vx"
passes "tun net 10/8"
passes "inner_src_addr 10.0.0.1" "$gre" "$vx"
passes "inner_proto tcp and inner_dst_port 80" "$six" "$vx"

is "a key of what is inside" "$("$flowstat" -q -A inner_src_addr --measures flows -o csv "$archive")" \
	$'inner_src_addr,flows\n,2\n10.0.0.1,2\n10.0.0.5,1\n2001:db8::1,1'
is "a network of it" "$("$flowstat" -q -A inner_src_addr/24 --measures flows -o csv "$archive" "inner_dst_addr 10.0.0.2")" \
	$'inner_src_addr,flows\n10.0.0.0/24,2'
is "the protocols of tunnels" "$("$flowstat" -q -s tunproto --measures flows -n 0 -o csv "$archive")" \
	$'tunproto,flows\n,2\n4,1\n17,1\n41,1\n47,1'
is "beside another key" "$("$flowstat" -q -A tunproto,inner_proto --measures flows -o csv "$archive" "tun proto != gre")" \
	$'tunproto,inner_proto,flows\n4,1,1\n17,6,1\n41,6,1'
check "named for people" says "GRE" "$flowstat" -s tunproto "$archive" "inner_proto udp"
check "and what is inside" says "ICMP" "$flowstat" -s inner_proto "$archive" "tun proto 4"
is "JSON" "$("$flowcat" -o ndjson:proto,inner_dst_addr,inner_proto "$archive" "tun proto gre or dst ip 192.0.2.5")" \
	$'{"proto":47,"inner_dst_addr":"10.0.0.2","inner_proto":17}\n{"proto":47}'
check "raw" says "inner_dst_port    = 4096" "$flowcat" -o raw "$archive" "tun proto gre"
"$flowcat" -q -K 12345678901234567890123456789012 -o csv:src_addr,inner_src_addr,inner_dst_addr "$archive" \
	>"$work/pseudonyms"
check "no inner address is told with -K" exits 1 grep -q '10\.0\.0\.\|2001:db8:' "$work/pseudonyms"
is "but one for each" "$(grep -c ',[^,][^,]*,[^,]' "$work/pseudonyms")" 4
check "an archive of them" "$flowcat" -w "$work/again" -O bytes "$archive" "tun ip is not null"
is "has them too" "$("$flowcat" -q -o "$columns" "$work/again" | sort)" \
	"$(printf '%s\n' "$gre" "$six" "$ipip" "$vx" | sort)"

echo "1..$number"
