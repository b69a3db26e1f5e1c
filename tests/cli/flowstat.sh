#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# flowstat's command line: forms of output, names, several questions, errors.
set -u

# shellcheck source=tests/cli/tap.sh
. "$FLOW_SRCDIR/tests/cli/tap.sh"

flowstat=$FLOW_BUILDDIR/flowstat
work=$(mktemp -d "${TMPDIR:-/tmp}/flowstat-test.XXXXXX")
trap 'rm -rf "$work"' EXIT
archive=$work/archive
export TZ=UTC

# The same for checks that need jq.
check_jq()
{
	if command -v jq >/dev/null; then
		check "$@"
	else
		skip "$1" "no jq"
	fi
}

lines()
{
	local want=$1 got

	shift
	got=$("$@" | wc -l)
	[ "$got" -eq "$want" ] || { echo "$got lines, not $want"; return 1; }
}

valid_json()
{
	"$@" | jq -e . >/dev/null
}

sums_agree()
{
	local sum total

	sum=$("$flowstat" -A proto,dst_port --measures bytes -o ndjson "$archive" | jq -s 'map(.bytes) | add')
	total=$("$flowstat" -s srcip -o json "$archive" | jq '.[0].totals.bytes')
	[ "$sum" = "$total" ] || { echo "$sum is not $total"; return 1; }
}

# Threads and formats must not change a byte.
same_by_any_threads()
{
	local j

	"$flowstat" -j 1 -s srcip/bytes -s port -a -n 50 -o csv "$archive" >"$work/one"
	for j in 2 3 7; do
		"$flowstat" -j $j -s srcip/bytes -s port -a -n 50 -o csv "$archive" | cmp - "$work/one" || return 1
	done
}

full_disk()
{
	[ -c /dev/full ] || return 0
	"$flowstat" -s srcip "$archive" >/dev/full 2>/dev/null
	[ $? -eq 1 ]
}

closed_pipe()
{
	"$flowstat" -A src_addr,dst_addr,src_port -o csv "$archive" 2>"$work/err" | head -n 1 >/dev/null
	[ ! -s "$work/err" ] || { cat "$work/err"; return 1; }
}

"$FLOW_BUILDDIR/flowgen" -n 5000 --seed 5 -w "$archive" >/dev/null 2>&1
printf '# names\nAS131099,"Example" | Net\n140639 other net\n' >"$work/as"
printf '* 508 up\n198.18.0.1 508 link\n' >"$work/if"

check "help" says "usage: flowstat" "$flowstat" --help
check "help exits 0" exits 0 "$flowstat" --help
check "version" exits 0 "$flowstat" --version
check "no question" exits 2 "$flowstat" "$archive"
check "unknown statistic" exits 2 "$flowstat" -s nothing "$archive"
check "unknown statistic is named" says "nothing: no such key" "$flowstat" -s nothing "$archive"
check "a misspelt key is guessed" says "did you mean 'srcip'" "$flowstat" -s scrip "$archive"
check "a misspelt option is guessed" says "did you mean --measures?" "$flowstat" --measurs flows "$archive"
check "unknown order" exits 2 "$flowstat" -s srcip/nothing "$archive"
check "unknown format" exits 2 "$flowstat" -s srcip -o xml "$archive"
check "bad filter" exits 2 "$flowstat" -s srcip "$archive" 'port port'
check "bad option" exits 2 "$flowstat" --nothing
check "bad number" exits 2 "$flowstat" -s srcip -n many "$archive"
check "no such path is a filter" exits 2 "$flowstat" -s srcip "$work/nothing"
check "no such path" exits 1 "$flowstat" -s srcip -r "$work/nothing"
check "no such names" exits 1 "$flowstat" -s as --as-names "$work/nothing" "$archive"
check "full disk" full_disk
check "closed pipe" closed_pipe
check "ten rows, title, headings, totals" lines 13 "$flowstat" -s srcip "$archive"
check "rows asked for" lines 6 "$flowstat" -q -s srcip -n 5 "$archive"
check "two tables" lines 13 "$flowstat" -q -s srcip/bytes/flows -n 5 "$archive"
check "csv has a header even without rows" lines 1 "$flowstat" -o csv -s srcip "$archive" 'host 192.0.2.1'
check_jq "json" valid_json "$flowstat" -o json -s srcip -s port:p -A src_addr/24,/48 -n 5 "$archive"
check_jq "json without rows" valid_json "$flowstat" -o json -s srcip "$archive" 'host 192.0.2.1'
check_jq "json of a series" valid_json "$flowstat" -o json -s proto/bytes -n 1 --bin 1s "$archive"
check "ndjson names tables" says '{"table":"proto by flows"' "$flowstat" -o ndjson -s proto -s srcip "$archive"
check "markdown" says '| --- |' "$flowstat" -o markdown -s proto "$archive"
check "names of ASes" says '"""Example"" | Net"' "$flowstat" -o csv -s as --as-names "$work/as" "$archive"
check "names in markdown" says '"Example" \| Net' "$flowstat" -o markdown -s as --as-names "$work/as" "$archive"
check "names of interfaces" says '508  up' "$flowstat" -s inif -n 0 --if-names "$work/if" "$archive"
check "names of an exporter's interfaces" says '508  link' \
	"$flowstat" -A exporter,in_if --if-names "$work/if" "$archive"
check "other" says 'other' "$flowstat" -s srcip/bytes --bin 1h -n 2 "$archive"
check "talkers" lines 41 "$flowstat" -N --talkers "$archive"
check "scans" says 'scans of ports' "$flowstat" --scans "$archive"
check "nothing stands out in ordinary traffic" lines 13 "$flowstat" --detect -o csv "$archive"
check "nor in little memory" lines 13 "$flowstat" --detect --memory 5M -o csv "$archive"
check "no scans in ordinary traffic" lines 3 "$flowstat" --scans -o csv "$archive"
check "thresholds" exits 0 "$flowstat" --scans --threshold scan-targets=2,scan-share=0.5 "$archive"
check "a threshold out of range" exits 2 "$flowstat" --scans --threshold scan-share=101 "$archive"
check "an unknown threshold" exits 2 "$flowstat" --scans --threshold scan=1 "$archive"
# no_sql STATUS NAME ARGUMENT...: refused, by name, and nothing is printed
no_sql()
{
	local status=$1 name=$2

	shift 2
	"$flowstat" "$@" --sql=duckdb "$archive" >"$work/sql" 2>"$work/err"
	check "no SQL of $*, by name" same "$?:$(grep -c -- "$name" "$work/err"):$(wc -c <"$work/sql")" "$status:1:0"
}
no_sql 2 --detect --scans
no_sql 2 --detect --detect
no_sql 1 spikes --spikes src_addr
no_sql 1 bills --billing if
no_sql 1 series -s proto/bytes --series proto
no_sql 2 --rollups -s proto --rollups "$work"
no_sql 2 --follow -s proto --follow 5
no_sql 2 --live -s proto --live
check "window" says 'Total: flows 0' "$flowstat" -s srcip -t 2001/01/01-2001/01/02 "$archive"
check "explain" says 'src_addr' "$flowstat" --explain -s srcip "$archive" 'src host 192.0.2.1'
check_jq "sums agree with totals" sums_agree
check "the same by any number of threads" same_by_any_threads
"$FLOW_BUILDDIR/flowgen" -w "$work/named" -n 500 -v 10
# flowgen calls interface 1 Gi0/0/0, and counts on from there.
check 'text has the names that exporters announced' \
	says 'Gi0/0/2' "$flowstat" -r "$work/named" -A in_if
check 'csv has them where names are asked for' \
	says '3,Gi0/0/2,' "$flowstat" -r "$work/named" -A in_if -o csv --if-names /dev/null
check 'and not otherwise' says 'in_if,first' "$flowstat" -r "$work/named" -A in_if -o csv

# Two archives of an hour each, four hours apart, and a window that cuts bins and flows at both ends.
for hour in 08 12; do
	"$FLOW_BUILDDIR/flowgen" -w "$work/hours/$hour" -n 3000 --start "2026-03-01T$hour:00:00Z" --duration 1h \
		--exporters 2 --seed "$hour"
done
questions="--billing if --spikes dst_port --series proto --spread -N --utc"
# The period's line or lines.
periods()
{
	"$flowstat" -N --utc "$@" | sed -n 's/; outside.*//; s/^Period: //p'
}
whole='2026-03-01 08:00:00.000 to 2026-03-01 13:00:00.000, 60 bins of 5m'
is 'the period is that of all that was received, gaps too' "$(periods --billing if "$work/hours")" "$whole"
is 'whatever the filter leaves' "$(periods --billing if "$work/hours" 'port 53 and src as 64500')" "$whole"
is 'even nothing' "$(periods --billing if "$work/hours" 'port 1 and port 2 and port 3')" "$whole"
is 'for each question by its own bins' "$(periods --billing if --spikes dst_port --bin 2h "$work/hours")" \
	"$(printf '%s\n' '2026-03-01 08:00:00.000 to 2026-03-01 14:00:00.000, 3 bins of 2h'{,})"
is 'a window is the period' "$(periods --billing if -t 2026-03-01T08:12:30..2026-03-01T12:03 "$work/hours")" \
	'2026-03-01 08:12:30.000 to 2026-03-01 12:03:00.000, 47 bins of 5m'
is 'an open one ends with what was received' "$(periods --spikes proto -t 2026-03-01T10:00.. "$work/hours")" \
	'2026-03-01 10:00:00.000 to 2026-03-01 13:00:00.000, 36 bins of 5m'
is 'a window beside all data is one too' "$(periods --billing if -t 2026-03-02..2026-03-03 "$work/hours")" \
	'2026-03-02 00:00:00.000 to 2026-03-03 00:00:00.000, 288 bins of 5m'
# shellcheck disable=SC2086
{
	"$flowstat" $questions -t 2026-03-01T08:12:30..2026-03-01T12:03 -j 1 "$work/hours" >"$work/bins"
	for other in '-j 2' '-j 7' '--memory 50k'; do
		"$flowstat" $questions -t 2026-03-01T08:12:30..2026-03-01T12:03 $other "$work/hours" |
			cmp - "$work/bins"
		is "bins by $other" $? 0
	done
	"$flowstat" $questions "$work/hours" >"$work/bins"
	"$flowstat" $questions -M "$work/hours/08:12" | cmp - "$work/bins"
	is 'bins of several directories' $? 0
	"$FLOW_BUILDDIR/flowcat" -r "$work/hours" -w "$work/hours.parquet"
	"$flowstat" $questions <"$work/hours.parquet" | cmp - "$work/bins"
	is 'bins of standard input' $? 0
}
# Adjacent windows add up to the last byte.
# in_bytes WINDOW: the sum of the bill's column
in_bytes()
{
	"$flowstat" --billing if -o csv -t "$1" "$work/hours" | awk -F, 'NR > 1 { n += $3 } END { print n + 0 }'
}
is 'parts of flows add up' \
	$(($(in_bytes 2026-03-01..2026-03-01T08:07:12.345) + $(in_bytes 2026-03-01T08:07:12.345..2026-03-02))) \
	"$(in_bytes 2026-03-01..2026-03-02)"
is 'to all that there is' "$(in_bytes 2026-03-01..2026-03-02)" \
	"$("$flowstat" -A proto --measures bytes -o csv "$work/hours" | awk -F, '{ n += $2 } END { print n }')"

# Small numbers are nearly exact: flowgen's protocols of 500 flows are fewer than 16.
same_as_distinct()
{
	[ "$("$flowstat" -r "$work/named" -A src_as --measures 'approx(proto)' -o csv | tail -n +2)" = \
		"$("$flowstat" -r "$work/named" -A src_as --measures 'distinct(proto)' -o csv | tail -n +2)" ]
}
check 'approximate counts of few are exact' same_as_distinct
check 'not in a series' exits 2 "$flowstat" -r "$work/named" -A proto --bin 5m --measures 'approx(src_addr)'

# Nothing and one flow, in every format: files without rows, a directory without files, a filter that takes none.
nothing='port 1 and port 2 and port 3'
"$FLOW_BUILDDIR/flowcat" -r "$archive" -w "$work/none.parquet" "$nothing"
"$FLOW_BUILDDIR/flowcat" -r "$archive" -w "$work/one.parquet" -c 1
mkdir "$work/nothing"

# rows COUNT FORMAT FLOWSTAT...: tables with as many rows as that, by a reader of the format
rows()
{
	local want=$1 format=$2 got

	shift 2
	"$@" -s srcip -A proto --measures flows -o "$format" >"$work/rows" || return 1
	case $format in
	text)	# a title, a line of names, the rows, and a total for each table; a blank line between them
		got=$(($(wc -l <"$work/rows") - 7)) ;;
	csv)	got=$(($(wc -l <"$work/rows") - 3)) ;;
	json)	got=$(jq 'map(.rows | length) | add' "$work/rows") ;;
	ndjson)	got=$(jq -s length "$work/rows") ;;
	markdown)
		got=$(($(grep -c '^|' "$work/rows") - 4)) ;;
	html)	got=$(sed 's|<tbody|\n&|g; s|<tr|\n&|g; s|</tbody>|\n&|g' "$work/rows" |
			awk '/^<tbody/ { in_body = 1 } /^<\/tbody/ { in_body = 0 } in_body && /^<tr/ { n++ }
			END { print n + 0 }') ;;
	esac
	[ "$got" = "$want" ] || { echo "$got rows, not $want"; cat "$work/rows"; return 1; }
}

for format in text csv json ndjson markdown html; do
	with=check
	case $format in
	*json) with=check_jq ;;
	esac
	$with "$format of a file without rows" rows 0 $format "$flowstat" -r "$work/none.parquet"
	$with "$format of a directory without files" rows 0 $format "$flowstat" -r "$work/nothing"
	$with "$format of a filter that takes none" rows 0 $format "$flowstat" -r "$archive" "$nothing"
	$with "$format of one flow" rows 2 $format "$flowstat" -r "$work/one.parquet"
done
for question in -a -b --talkers --scans --detect '--spikes proto' '--billing if' '-A proto --bin 5m' '-s record/bytes'; do
	# shellcheck disable=SC2086 # words
	check "$question of nothing" exits 0 "$flowstat" -r "$work/none.parquet" $question
	# shellcheck disable=SC2086
	check "$question of one flow" exits 0 "$flowstat" -r "$work/one.parquet" $question
done

check 'no room for what does not fit into memory' \
	exits 1 env TMPDIR=/nonexistent "$flowstat" -a --memory 100k "$archive"

echo "1..$number"
