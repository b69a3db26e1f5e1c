#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# The days of 23 and of 25 hours.  By the rule of Central European Time clocks go from 02:00 to 03:00 at
# 2026-03-29T01:00Z, and from 03:00 back to 02:00 at 2026-10-25T01:00Z; what is expected follows from that
# by hand, and from the CSV, which is in UTC.
set -u

# shellcheck source=tests/cli/tap.sh
. "$FLOW_SRCDIR/tests/cli/tap.sh"

PATH=$FLOW_BUILDDIR:$PATH
work=$(mktemp -d "${TMPDIR:-/tmp}/dst-test.XXXXXX")
trap 'rm -rf "$work"' EXIT
zone=CET-1CEST,M3.5.0,M10.5.0/3

# Instants of UTC in the archive become local ones: 2 hours on behind the change of March, or before that
# of October, 1 hour otherwise
local_times()
{
	tr -d Z | awk -F 'T' -v first="$1" -v then="$2" -v change="$3" '{
		split($1, date, "-")
		split($2, time, ":")
		hours = time[1] + ($1 "T" $2 < change ? first : then)
		day = date[3] + (hours >= 24)
		printf "%s-%s-%02d %02d:%s:%s\n", date[1], date[2], day, hours % 24, time[2], time[3]
	}'
}

# between FROM TO: how many flows begin then, of the CSV's instants in UTC
between()
{
	awk -F, -v from="$1" -v to="$2" '$1 >= from && $1 < to { n++ } END { print n + 0 }' "$csv"
}

# within WINDOW: how many flows flowcat finds in it
within()
{
	flowcat -r "$a" -t "$1" -o csv:first -q | wc -l
}

# Five hours around each change
flowgen -w "$work/spring" -n 600 --duration 5h --start 2026-03-28T23:00:00Z -v 9 || exit 99
flowgen -w "$work/autumn" -n 600 --duration 5h --start 2026-10-24T22:00:00Z -v 9 || exit 99
flowgen -o "$work/autumn.pcap" -n 600 --duration 5h --start 2026-10-24T22:00:00Z -v 9 || exit 99

for TZ in "$zone" Europe/Berlin; do
	if [ "$TZ" = Europe/Berlin ] && [ ! -e /usr/share/zoneinfo/Europe/Berlin ]; then
		echo "# no zoneinfo for $TZ"
		continue
	fi
	export TZ

	a=$work/spring csv=$work/spring.csv
	TZ=UTC flowcat -r "$a" -o csv -q >"$csv"
	is "$TZ: CSV does not know the zone, spring" "$(flowcat -r "$a" -o csv -q | cksum)" "$(cksum <"$csv")"
	is "$TZ: nor does JSON" "$(flowcat -r "$a" -o ndjson | cksum)" "$(TZ=UTC flowcat -r "$a" -o ndjson | cksum)"
	is "$TZ: first, spring" "$(flowcat -r "$a" -o fmt:%tfs -q)" \
		"$(cut -d, -f 1 "$csv" | local_times 1 2 2026-03-29T01)"
	is "$TZ: last, spring" "$(flowcat -r "$a" -o fmt:%te -q)" \
		"$(cut -d, -f 2 "$csv" | local_times 1 2 2026-03-29T01)"
	is "$TZ: there is no 02:xx" "$(flowcat -r "$a" -o fmt:%tfs -q | grep -c '29 02:')" 0
	is "$TZ: the day of 23 hours" "$(within 2026/03/29-2026/03/30)" \
		"$(between 2026-03-28T23 2026-03-29T22)"
	is "$TZ: from 01:00 to 04:00 is two hours" "$(within 2026-03-29T01:00..2026-03-29T04:00)" \
		"$(between 2026-03-29T00 2026-03-29T02)"
	is "$TZ: with an offset" "$(within 2026-03-29T01:00+01:00..2026-03-29T03:00+02:00)" \
		"$(between 2026-03-29T00 2026-03-29T01)"
	is "$TZ: in UTC" "$(flowcat -r "$a" --utc -t 2026-03-29T01:00..2026-03-29T02:00 -o csv -q | wc -l)" \
		"$(between 2026-03-29T01 2026-03-29T02)"
	is "$TZ: first seen from 03:00" \
		"$(flowcat -r "$a" 'first seen >= 2026-03-29T03:00:00' -o csv -q | wc -l)" "$(between 2026-03-29T01 9)"
	is "$TZ: hours of spring" "$(flowstat -r "$a" -s proto/flows --bin 1h -n 1 -q |
		awk '$2 ~ /:/ { print $1, $2 }' | tail -n +2 | uniq | cut -c 6-16 | grep -v '^03-28' | xargs)" \
		"03-29 00:00 03-29 01:00 03-29 03:00 03-29 04:00 03-29 05:00"
	is "$TZ: hours of spring in CSV" "$(flowstat -r "$a" -s proto/flows --bin 1h -n 1 -o csv | tail -n +2 |
		cut -d, -f 1 | sort -u | grep -v '^2026-03-28T22' | xargs)" \
		"$(cut -c 1-13 "$csv" | sort -u | grep -v '^2026-03-28T22' | sed 's/$/:00:00.000Z/' | xargs)"
	is "$TZ: the CSV of a series does not know the zone" "$(flowstat -r "$a" -A proto --bin 1h -o csv | cksum)" \
		"$(TZ=UTC flowstat -r "$a" -A proto --bin 1h -o csv | cksum)"

	# The report of that day, by local time.
	"$FLOW_BUILDDIR/nightly-report" -l -d 2026-03-29 "$a" >"$work/page"
	is "$TZ: the nightly report's flows" "$(grep -o '<span class="dim">flows</span><b>[0-9]*' "$work/page" |
		grep -o '[0-9]*$')" "$(between 2026-03-28T23 2026-03-29T22)"

	a=$work/autumn csv=$work/autumn.csv
	TZ=UTC flowcat -r "$a" -o csv -q >"$csv"
	is "$TZ: CSV does not know the zone, autumn" "$(flowcat -r "$a" -o csv -q | cksum)" "$(cksum <"$csv")"
	is "$TZ: first, autumn" "$(flowcat -r "$a" -o fmt:%tfs -q)" \
		"$(cut -d, -f 1 "$csv" | local_times 2 1 2026-10-25T01)"
	is "$TZ: last, autumn" "$(flowcat -r "$a" -o fmt:%te -q)" \
		"$(cut -d, -f 2 "$csv" | local_times 2 1 2026-10-25T01)"
	is "$TZ: 02:xx is twice" "$(flowcat -r "$a" -o fmt:%tfs -q | grep -c '25 02:')" \
		"$(between 2026-10-25T00 2026-10-25T02)"
	is "$TZ: the day of 25 hours" "$(within 2026/10/25-2026/10/26)" "$(between 2026-10-24T22 2026-10-25T23)"
	is "$TZ: from 01:00 to 04:00 is four hours" "$(within 2026-10-25T01:00..2026-10-25T04:00)" \
		"$(between 2026-10-24T23 2026-10-25T03)"
	is "$TZ: the first of the hours" "$(within 2026-10-25T02:00+02:00..2026-10-25T02:00+01:00)" \
		"$(between 2026-10-25T00 2026-10-25T01)"
	is "$TZ: the second of the hours" "$(within 2026-10-25T02:00+01:00..2026-10-25T03:00)" \
		"$(between 2026-10-25T01 2026-10-25T02)"
	is "$TZ: windows next to each other" "$(($(within ..2026-10-25T02:30) + $(within 2026-10-25T02:30..2026-12-01)))" \
		"$(wc -l <"$csv")"
	is "$TZ: with bounds of summer and winter" "$(($(within 2026-07-01..2026-10-25T02:30) + $(within \
		2026-10-25T02:30..)))" "$(wc -l <"$csv")"
	is "$TZ: an hour that is twice is the first" "$(within ..2026-10-25T02:30)" "$(between 0 2026-10-25T00:30)"
	is "$TZ: hours of autumn" "$(flowstat -r "$a" -s proto/flows --bin 1h -n 0 -q |
		awk '$3 == "TCP" { print $1, $2 }' | cut -c 6-16 | grep -v '^10-24' | xargs)" \
		"10-25 00:00 10-25 01:00 10-25 02:00 10-25 02:00 10-25 03:00"
	is "$TZ: a day's bins are those of UTC" "$(flowstat -r "$a" -s proto/flows --bin 1d -n 0 -q |
		awk '$3 == "TCP" { print $1, $2, $4 }' | xargs)" \
		"$(awk -F, '$7 == 6 { n[$1 < "2026-10-25"]++ } END {
			printf "2026-10-24 02:00:00.000 %d 2026-10-25 02:00:00.000 %d\n", n[1], n[0] }' "$csv")"

	# An archive with local names: the hour that is twice has two files, and no flow is lost.
	rm -rf "$work/cap" && mkdir "$work/cap"
	flowcap -w "$work/cap" -f "$work/autumn.pcap" --local-time -t 3600 2>"$work/log"
	is "$TZ: flowcap's status" $? 0
	is "$TZ: flowcap's names" "$(cd "$work/cap" && find . -name '*.parquet' | sort | xargs -n 1 | cut -c 14-)" \
		"$(printf '%s\n' 00/flowcap.202610250000.parquet 01/flowcap.202610250100.parquet \
			02/flowcap.202610250200.1.parquet 02/flowcap.202610250200.parquet 03/flowcap.202610250300.parquet)"
	is "$TZ: it tells them" "$(grep -c '202610250200\.1\.parquet: datagrams' "$work/log")" 1
	is "$TZ: all flows are there" "$(flowcat -r "$work/cap" -o csv:first -q | sort | cksum)" \
		"$(cut -d, -f 1 "$csv" | sort | cksum)"
done

echo "1..$number"
