#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# scripts/nightly-report: the day it takes, what it ends with, and that no half page is left.
set -u

# shellcheck source=tests/cli/tap.sh
. "$FLOW_SRCDIR/tests/cli/tap.sh"

tmp=$(mktemp -d "${TMPDIR:-/tmp}/nightly-test.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
export TZ=UTC FLOWSTAT=$FLOW_BUILDDIR/flowstat
report=$FLOW_SRCDIR/scripts/nightly-report

# run NAME STATUS OPTION...
run()
{
	local name=$1 want=$2

	shift 2
	"$report" "$@" >"$tmp/out" 2>"$tmp/err"
	is "$name" $? "$want"
}

# Three days of flows; on the second 1000 of them begin, or nearly: exactly what flowcat counts.
"$FLOW_BUILDDIR/flowgen" -w "$tmp/archive" -n 3000 --start 2026-03-01T00:00:00Z --duration 3d || exit 99
flows=$("$FLOW_BUILDDIR/flowcat" -r "$tmp/archive" -t 2026-03-02T00:00Z-2026-03-03T00:00Z -o csv:first -q | wc -l)

run 'a report of a day' 0 -d 2026-03-02 -o "$tmp/" "$tmp/archive"
is 'says nothing' "$(cat "$tmp/out" "$tmp/err")" ''
page=$tmp/flows-2026-03-02.html
is 'is where it should be' "$(tail -n 1 "$page")" '</html>'
is 'has the flows of that day' "$(grep -o '<span class="dim">flows</span><b>[0-9]*' "$page" | grep -o '[0-9]*$')" "$flows"
is 'and the window' "$(grep -c '<dt>Window</dt><dd>2026-03-02T00:00-2026-03-03T00:00' "$page")" 1
is 'scans are ordered by their reach' "$(grep -c '<h3 title="scans of hosts: src_addr by distinct_dst_addr">Scans of hosts: source addresses by distinct destination addresses<' "$page")" 1
is 'nothing else is left' "$(find "$tmp" -maxdepth 1 -name '.*' -type f | wc -l)" 0

run 'standard output, with a filter and names' 0 -d 2026-03-02 -n 3 -t 'My <days>' "$tmp/archive" -- proto tcp
is 'has both' "$(grep -c 'My &lt;days&gt;</h1>\|<dt>Filter</dt><dd>proto tcp' "$tmp/out")" 2

run 'a day without flows' 4 -d 2026-03-09 -o "$tmp/none.html" "$tmp/archive"
is 'has a page that says so' "$(grep -q 'Nothing to show' "$tmp/none.html" && echo yes)" yes
run 'yesterday is such a day' 4 -o "$tmp/yesterday.html" "$tmp/archive"
is 'and yesterday' "$(grep -c "Traffic of $(date -u -d yesterday +%Y-%m-%d)</h1>" "$tmp/yesterday.html")" 1

mkdir "$tmp/damaged"
cp -r "$tmp/archive" "$tmp/damaged/"
one=$(find "$tmp/damaged" -name '*.parquet' | sort | sed -n 2p)
head -c 1000 "$one" >"$one.cut" && mv "$one.cut" "$one"
run 'a damaged file' 3 -d 2026-03-02 -o "$tmp/damaged.html" "$tmp/damaged"
is 'is named' "$(grep -c "$one" "$tmp/err")" 1
is 'and the rest reported' "$(tail -n 1 "$tmp/damaged.html")" '</html>'

run 'no archive' 1 -d 2026-03-02 -o "$tmp/no.html" "$tmp/nowhere"
run 'a folder that is not there' 1 -d 2026-03-02 -o "$tmp/no/way.html" "$tmp/archive"
run 'no day' 2 -d 2026-02-30 "$tmp/archive"
run 'nonsense for a day' 2 -d today "$tmp/archive"
run 'a filter that is none' 2 -d 2026-03-02 -o "$tmp/no.html" "$tmp/archive" -- 'proto tpc'
run 'nothing to read' 2
is 'leave nothing' "$(find "$tmp" -maxdepth 1 -name '*no.html*' | wc -l)" 0
echo "1..$number"
