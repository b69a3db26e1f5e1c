#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Names and types of elements from a file of the user (--elements), at collection and at reading, and
# conditions on the members of `extra`.
set -u
# shellcheck source=tests/cli/tap.sh
. "${FLOW_SRCDIR:-.}/tests/cli/tap.sh"
flowcap=${FLOW_BUILDDIR:-.}/flowcap flowcat=${FLOW_BUILDDIR:-.}/flowcat
flowstat=${FLOW_BUILDDIR:-.}/flowstat
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# octets HEX...: as they are
octets()
{
	printf '%b' "$(printf '%s' "$*" | tr -d ' ' | sed 's/../\\x&/g')"
}

# Template 256: sourceIPv4Address, 64512/1 and 637/93 of variable length, 64512/2 of 4 bytes; two records.
octets 000a005f 6553f100 00000000 00000000 \
    0002 0024 0100 0004 0008 0004 8001 ffff 0000fc00 8002 0004 0000fc00 805d ffff 0000027d \
    0100 002b c0000201 05 616e6e6131 0000002a 04 6c736e31 \
    c0000202 05 70657465 72 c0000207 05 6c736e3232 > "$work/export.ipfix"
printf '64512,1,customer,string\n64512,2,server,ipv4Address\n' > "$work/own"

mkdir "$work/plain" "$work/named"
"$flowcap" -w "$work/plain" -f "$work/export.ipfix" 2>"$work/log" || cat "$work/log"
"$flowcap" -w "$work/named" --elements "$work/own" -f "$work/export.ipfix" 2>"$work/log" ||
    cat "$work/log"
# extra DIRECTORY ARGUMENT...
extra()
{
	local directory=$1

	shift
	"$flowcat" -r "$work/$directory" -q -o ndjson:extra "$@" 2>&1
}

is "elements that nobody names" "$(extra plain)" \
'{"extra":{"aluNatSubString":"lsn1","64512/1":"anna1","64512/2":"0000002a"}}
{"extra":{"aluNatSubString":"lsn22","64512/1":"peter","64512/2":"c0000207"}}'
named='{"extra":{"aluNatSubString":"lsn1","customer":"anna1","server":"0.0.0.42"}}
{"extra":{"aluNatSubString":"lsn22","customer":"peter","server":"192.0.2.7"}}'
is "named at collection" "$(extra named)" "$named"
is "named at reading" "$(extra plain --elements "$work/own")" "$named"
is "a filter sees the names" "$(extra plain --elements "$work/own" 'extra.server = 192.0.2.7')" \
    "$(printf '%s\n' "$named" | tail -n 1)"
is "and without the file the numbers" "$(extra plain 'extra.64512/1 = peter' | wc -l)" 1
is "flowstat too" "$("$flowstat" -r "$work/plain" -q -o csv -s srcip --elements "$work/own" \
    'extra.customer ~ ann' 2>&1 | grep -c '192.0.2.1')" 1
is "names are written where flows are" "$(mkdir "$work/again" &&
    "$flowcat" -r "$work/plain" --elements "$work/own" -w "$work/again/a.parquet" 2>&1 &&
    extra again)" "$named"

is "a member as a column" "$("$flowcat" -r "$work/named" -q -o csv:src_addr,extra.server,extra.nothing)" \
    "192.0.2.1,0.0.0.42,
192.0.2.2,192.0.2.7,"
is "in JSON as well" "$("$flowcat" -r "$work/named" -q -o ndjson:extra.customer,extra.nothing | head -n 1)" \
    '{"extra.customer":"anna1"}'

printf '64512,1,customer\n' > "$work/bad"
exits_2()
{
	"$@"
	[ $? -eq 2 ]
}
check "a file that makes no sense is refused with its line" \
    exits_2 "$flowcat" -r "$work/plain" --elements "$work/bad"
check "by flowcap as well" exits_2 "$flowcap" -w "$work/plain" --elements "$work/bad" \
    -f "$work/export.ipfix"
is "and says why" "$("$flowcat" -r "$work/plain" --elements "$work/bad" 2>&1 | head -n 1 |
    sed "s|$work/||")" "flowcat: --elements: bad:1: expected four parts, not '64512,1,customer' (a line is PEN,ID,NAME,TYPE)"
echo "1..$number"
exit "$failed"
