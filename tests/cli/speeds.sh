#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Speeds of interfaces: from sFlow agents' counters and from a file; loads in % of them, and who is full.
set -u

# shellcheck source=tests/cli/tap.sh
. "$FLOW_SRCDIR/tests/cli/tap.sh"

PATH=$FLOW_BUILDDIR:$PATH
tmp=$(mktemp -d "${TMPDIR:-/tmp}/speeds-test.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
export TZ=UTC

# flowgen's agents say 10 Gb/s of each interface (RFC 2863's ifSpeed of 10000000000).
mkdir "$tmp/sflow"
flowgen -o "$tmp/sflow.pcap" --device sflow-fabric -n 2000 --duration 2m >/dev/null || exit 99
flowcap -f "$tmp/sflow.pcap" -w "$tmp/sflow" 2>/dev/null || exit 99
is 'counter samples have speeds' "$(flowcat -E -r "$tmp/sflow" | grep '^  interface ' | grep -vc ': 10000000000 b/s$')" 0
is 'which a bill shows' "$(flowstat -r "$tmp/sflow" --billing if -n 3 -o markdown -q | grep -c '| 10.0 G |')" 3
is 'and flow.exporters of a merged copy' "$(flowcat -r "$tmp/sflow" -w "$tmp/copy.parquet" 2>/dev/null;
	flowcat -E "$tmp/copy.parquet" | grep -c ': 10000000000 b/s$' | sed 's/^[1-9][0-9]*$/some/')" some

# A file: rates are compared with what awk divides.
flowgen -w "$tmp/archive" -n 20000 -v 10 --slot 3600 --duration 1d --start 2026-03-02T00:00:00Z || exit 99
bill="flowstat -r $tmp/archive -t 2026-03-02T00:00Z..2026-03-03T00:00Z --billing if -n 3 -o csv -q"
$bill | awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "in_p95_bps") c = i } NR > 1 { print $1, $2, $c }' >"$tmp/rates"
{
	echo '# comments, blanks, commas'
	# The first is full in 95 %; the others have speeds of 1 Mb/s, one by any exporter's line, and one has no name.
	awk 'NR == 1 { printf "%s %s speed=%.0f full <b>one</b>\n", $1, $2, $3 / 0.95 }
		NR == 2 { printf "*,%s,speed=1M,two\n", $2 } NR == 3 { printf "%s\t%s\tspeed=0.001G\n", $1, $2 }' "$tmp/rates"
} >"$tmp/ifs"
$bill --if-names "$tmp/ifs" | awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
	{ p = sprintf("%.3f", 100 * $at["in_p95_bps"] / $at["speed_bps"]); q = sprintf("%.3f", 100 * $at["out_max_bps"] / $at["speed_bps"])
	  d = p - $at["in_p95_bps_pct"]; e = q - $at["out_max_bps_pct"]
	  print (($at["speed_bps"] > 0 && d * d < 0.0001 && e * e < 0.0001) ? "right" : "wrong " p " " q " " $0) }' >"$tmp/out"
is 'loads are rates by speeds' "$(sort "$tmp/out" | uniq -c | awk '{ print $1, $2 }')" '3 right'
is 'a file may have names, speeds, or both' "$($bill --if-names "$tmp/ifs" | awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
	{ print NR, $at["if_name"], $at["speed_bps"] }' | sed -n '2,3p' | sed 's/ [A-Z][a-z]*[0-9/]* / NAME /' | tr '\n' ';')" '3 two 1000000;4 NAME 1000000;'
is 'without speeds there are no such columns' "$($bill | head -n 1 | grep -c 'speed_bps\|_bps_pct')" 0
for line in '* 1 speed=10X' '* 1 speed=' '* 1 speed=0 x' '* 1 speed=-1' '* 1 speed=99999999T'; do
	printf '\n%s\n' "$line" >"$tmp/wrong"
	$bill --if-names "$tmp/wrong" >/dev/null 2>"$tmp/err"
	is "'$line' is no speed" "$?:$(grep -c "wrong:2: 'speed=.*' is no speed" "$tmp/err")" 1:1
done

nightly-report -d 2026-03-02 -i "$tmp/ifs" --alert -o "$tmp/page.html" "$tmp/archive"
is 'a full interface is an alert' $? 5
is 'that the first screen tells' "$(grep -c 'Full: interface [0-9]* (full &lt;b&gt;one&lt;/b&gt;) of 198.18.0.1, in: 95 % at .*, 95 % of its speed' "$tmp/page.html")" 1
is 'a table has the load in its cell' "$(grep -c 'data-l="In p95 bps" data-v="[0-9.]*">[^<]*<small>95.0&nbsp;%</small>' "$tmp/page.html")" 2
echo "1..$number"
