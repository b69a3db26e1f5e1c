#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Countries, cities and AS names of addresses: what they count must be what filters of
# those addresses count.
set -u

# shellcheck source=tests/cli/tap.sh
. "$FLOW_SRCDIR/tests/cli/tap.sh"

flowstat=$FLOW_BUILDDIR/flowstat
flowcat=$FLOW_BUILDDIR/flowcat
work=$(mktemp -d "${TMPDIR:-/tmp}/geo-test.XXXXXX")
trap 'rm -rf "$work"' EXIT
archive=$work/archive
export TZ=UTC

# fails STATUS TEXT COMMAND...
fails()
{
	local want=$1 text=$2 got

	shift 2
	"$@" >"$work/said" 2>&1
	got=$?
	[ "$got" -eq "$want" ] || { echo "exit status $got, not $want"; cat "$work/said"; return 1; }
	grep -qF -- "$text" "$work/said" || { echo "no '$text' in:"; cat "$work/said"; return 1; }
}

# Flows, packets and bytes that a filter takes.
sums()
{
	"$flowstat" -A export_version --measures flows,packets,bytes -o csv "$archive" "$1" |
		sed -n '2s/^[^,]*,//p'
}

# group KEYS ROW-BEGIN FILTER: the row of the table that begins so has the sums of the filter.
group()
{
	local keys=$1 row=$2 filter=$3

	"$flowstat" --geo "$work/geo" -A "$keys" --measures flows,packets,bytes -o csv "$archive" >"$work/table" ||
		return 1
	grep -qxF -- "$row,$(sums "$filter")" "$work/table" ||
		{ echo "no $row,$(sums "$filter") in:"; cat "$work/table"; return 1; }
}

# The same for a statistic of both ends.
statistic()
{
	local key=$1 row=$2 filter=$3

	"$flowstat" --geo "$work/geo" -s "$key" --measures flows,packets,bytes -o csv "$archive" >"$work/table" ||
		return 1
	grep -qxF -- "$row,$(sums "$filter")" "$work/table" ||
		{ echo "no $row,$(sums "$filter") in:"; cat "$work/table"; return 1; }
}

# same FILTER FLOWCAT...: both give the same flows, and some
same()
{
	"$flowcat" -o csv:all "$archive" "$1" >"$work/want"
	shift
	"$@" >"$work/got" || return 1
	[ "$(wc -l <"$work/want")" -gt 1 ] && cmp "$work/want" "$work/got"
}

# Each address beside its country, and no other.
printed()
{
	"$flowcat" --geo "$work/geo" -o csv:src_addr,src_country -q "$archive" | grep -v ',$' | sort -u >"$work/got"
	printf '%s\n' "$a,US" "$b,DE" "$c,US" | sort | cmp - "$work/got"
}

# Addresses with their countries in brackets, as nfdump shows them: the same as of csv's columns.
bracketed()
{
	"$flowcat" --geo "$work/geo" -6 -o "$1" -q "$archive" | tr -s ' ' '\n' | grep -o '^.*([A-Z.]*)' | sort >"$work/got"
	"$flowcat" --geo "$work/geo" -o "csv:%gsap,%gdap" -q "$archive" |
		awk -F , '{ print $1 "(" ($2 == "" ? ".." : $2) ")"; print $4 "(" ($5 == "" ? ".." : $5) ")" }' |
		sort >"$work/want"
	grep -qF "$c(US)" "$work/want" && grep -qF "$b(DE)" "$work/want" && cmp "$work/want" "$work/got"
}

same_groups()
{
	"$flowstat" -A proto -o csv "$archive" "ip in [ $a $b ]" >"$work/want"
	"$flowstat" --geo "$work/geo" -A proto -o csv "$archive" 'city Springfield' >"$work/got" || return 1
	[ "$(wc -l <"$work/want")" -gt 1 ] && cmp "$work/want" "$work/got"
}

"$FLOW_BUILDDIR/flowgen" -n 2000 --seed 3 -w "$archive" >/dev/null 2>&1
# The busiest addresses of that archive.
a=63.118.89.6
b=34.74.38.200
c=2401:8801:800:8ff:7364:6b0:a32f:eac0
"$FLOW_BUILDDIR/tests/cli/make_geo" "$work/geo" "$a/32,US,Springfield,First" "$b/32,DE,Springfield," \
	"$c/128,US,,"
case $? in
0)	;;
77)	check "a database without the library" fails 1 "built without libmaxminddb" \
		"$flowstat" --geo "$work/geo" -s country "$archive"
	echo "ok $((number + 1)) # SKIP built without libmaxminddb"
	echo "1..$((number + 1))"
	exit 0 ;;
*)	echo "Bail out! no database"
	exit 1 ;;
esac

us="src ip in [ $a $c ]"
check "no database" fails 2 "src_country: needs a database of addresses (--geo FILE)" \
	"$flowstat" -A src_country "$archive"
check "no database for the filter" fails 2 "'geo' needs a database of addresses (--geo FILE)" \
	"$flowcat" "$archive" 'geo US'
check "the filter of flowcat" same "$us" "$flowcat" --geo "$work/geo" -o csv:all "$archive" 'src geo US'
check "the filter of flowstat" same_groups
check "what flowcat prints" printed
check "tokens with a country" bracketed "fmt:%gsa %gda"
check "gline" bracketed gline
check "glong" bracketed glong
check "nothing of pseudonyms" fails 2 "needs a database of addresses (--geo FILE, without -K)" \
	"$flowcat" --geo "$work/geo" -K 12345678901234567890123456789012 -o csv:src_country "$archive"
check "no such file" fails 1 "$work/nothing: No such file" \
	"$flowstat" --geo "$work/nothing" -A src_country "$archive"
check "a directory" fails 1 "$work: not a regular file" "$flowstat" --geo "$work" -A src_country "$archive"
head -c 100 "$work/geo" >"$work/cut"
check "half a file" fails 1 "$work/cut: " "$flowstat" --geo "$work/cut" -A src_country "$archive"
check "src_country" group src_country US "$us"
check "src_country of another" group src_country DE "src ip $b"
check "src_country of the rest" group src_country "" "not src ip in [ $a $b $c ]"
check "two countries" group src_country,dst_country US, "$us and not dst ip in [ $a $b $c ]"
check "dst_city" group dst_city Springfield "dst ip in [ $a $b ]"
check "src_as_org" group src_as_org First "src ip $a"
check "with other columns" group src_country,proto US,6 "$us and proto tcp"
check "either country" statistic country US "ip in [ $a $c ]"
check "either city" statistic city Springfield "ip in [ $a $b ]"
check "either AS" statistic as_org First "ip $a"
check "nfdump's words" statistic dstgeo DE "dst ip $b"
check "beside addresses" group src_country,src_addr "US,$a" "src ip $a"

echo "1..$number"
