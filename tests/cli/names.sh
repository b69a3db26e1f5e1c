#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Countries and names of hosts in nightly-report: sums are those of filters, names those of the system's resolver, and
# tables' commands repeat them.
set -u

# shellcheck source=tests/cli/tap.sh
. "$FLOW_SRCDIR/tests/cli/tap.sh"

PATH=$FLOW_BUILDDIR:$PATH
tmp=$(mktemp -d "${TMPDIR:-/tmp}/names-test.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
export TZ=UTC
python=${FLOW_PYTHON:-python3}

# One host has the one name that each system knows.
flowgen -w "$tmp/archive" --event exfiltration,src=127.0.0.1 -n 5000 -v 10 --slot 3600 --duration 1d --start 2026-03-02T00:00:00Z || exit 99
name=$(getent hosts 127.0.0.1 | awk '{ print $2 }')
report="nightly-report -d 2026-03-02"
case $name in
*[!a-zA-Z0-9._-]* | '')
	skip 'hosts have names' 'the system has no name for 127.0.0.1' ;;
*)
	$report -n 5 --resolve -o "$tmp/named.html" "$tmp/archive" -- 'ip 127.0.0.1'
	is 'a report with names' $? 0
	is 'hosts have names' "$(grep -c "<td class=\"k\">127.0.0.1</td><td class=\"k t\">$name</td>" "$tmp/named.html" | sed 's/^[1-9][0-9]*$/some/')" some
	is 'in the explorer, too' "$(grep -o "\"127.0.0.1 $name\"" "$tmp/named.html" | sort -u)" "\"127.0.0.1 $name\"" ;;
esac
$report -n 5 -o "$tmp/unnamed.html" "$tmp/archive" -- 'ip 127.0.0.1'
is 'without --resolve nobody is asked' "$(grep -c "<td class=\"k t\">$name</td>" "$tmp/unnamed.html")" 0

# Two addresses have countries: the busiest sources but for 127.0.0.1.
flowstat -r "$tmp/archive" -t 2026-03-02T00:00Z..2026-03-03T00:00Z -A src_addr -O bytes -n 2 -o csv -q 'not src ip 127.0.0.1' |
	sed -n '2,3s/,.*//p' >"$tmp/hosts"
a=$(sed -n 1p "$tmp/hosts") b=$(sed -n 2p "$tmp/hosts")
bits()
{
	case $1 in
	*:*) echo 128 ;;
	*) echo 32 ;;
	esac
}
"$FLOW_BUILDDIR/tests/cli/make_geo" "$tmp/a b.geo" "$a/$(bits "$a"),DE,," "$b/$(bits "$b"),\"<i>,,"
case $? in
0)	$report -n 5 --geo "$tmp/a b.geo" -o "$tmp/geo.html" "$tmp/archive"
	is 'a report with countries' $? 0
	bytes=$(flowstat -r "$tmp/archive" -t 2026-03-02T00:00Z..2026-03-03T00:00Z -A proto -o csv -q --measures bytes "src ip $a" |
		awk -F, 'NR > 1 { s += $2 } END { print s }')
	is 'a country has the bytes of its hosts' "$(sed -n '/>From countries</,/<\/table>/p' "$tmp/geo.html" |
		grep -o "<td class=\"k t\">DE</td>.*" | grep -c "data-v=\"$bytes\"")" 1
	is 'hosts have countries' "$(sed -n '/>Sources</,/<\/table>/p' "$tmp/geo.html" |
		grep -c "<td class=\"k\">$a</td><td class=\"t\" data-l=\"Country\">DE</td>")" 1
	is 'which are text' "$(grep -c '<i>' "$tmp/geo.html"):$(grep -c '&quot;&lt;i&gt;</td>' "$tmp/geo.html" | sed 's/^[1-9][0-9]*$/some/')" 0:some
	command=$(sed -n '/>From countries</,/<\/table>/p' "$tmp/geo.html" | sed -n "s/.*data-cmd=\"\([^\"]*\)\".*/\1/p" | sed "s/&#39;/'/g")
	is 'and the command repeats the table' "$(sh -c "$command -o csv" | awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
		$1 == "DE" { print $at["bytes"] }')" "$bytes" ;;
77)	"$FLOW_BUILDDIR/nightly-report" --geo "$tmp/a b.geo" "$tmp/archive" >/dev/null 2>"$tmp/err"
	is 'countries need the library' "$?:$(grep -c 'built without libmaxminddb' "$tmp/err")" 1:1
	skip 'a report with countries' 'built without libmaxminddb' ;;
*)	exit 99 ;;
esac
$report --geo "$tmp/nothing" "$tmp/archive" >/dev/null 2>"$tmp/err"
is 'a database that is not there' "$?:$(grep -c "nothing" "$tmp/err")" 1:1
echo "1..$number"
