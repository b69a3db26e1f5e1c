#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# nightly-report: the time it takes, what it finds and does not find, what it ends with, and that no half page is left.
set -u

# shellcheck source=tests/cli/tap.sh
. "$FLOW_SRCDIR/tests/cli/tap.sh"

tmp=$(mktemp -d "${TMPDIR:-/tmp}/nightly-test.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
export TZ=UTC
PATH=$FLOW_BUILDDIR:$PATH
report=$FLOW_BUILDDIR/nightly-report

# run NAME STATUS OPTION...
run()
{
	local name=$1 want=$2

	shift 2
	"$report" "$@" >"$tmp/out" 2>"$tmp/err"
	is "$name" $? "$want"
}

# Three days of flows; on the second 1000 of them begin, or nearly: exactly what flowcat counts.
"$FLOW_BUILDDIR/flowgen" -w "$tmp/archive" --slot 1800 -n 3000 --start 2026-03-01T00:00:00Z --duration 3d || exit 99
flows=$("$FLOW_BUILDDIR/flowcat" -r "$tmp/archive" -t 2026-03-02T00:00Z-2026-03-03T00:00Z -o csv:first -q | wc -l)

run 'a report of a day' 0 -d 2026-03-02 -o "$tmp/" "$tmp/archive"
is 'says nothing' "$(cat "$tmp/out" "$tmp/err")" ''
page=$tmp/flows-2026-03-02.html
is 'is where it should be' "$(tail -n 1 "$page")" '</html>'
is 'has the flows of that day' "$(grep -o '<span class="dim">flows</span><b>[0-9]*' "$page" | grep -o '[0-9]*$')" "$flows"
is 'and the window' "$(grep -c '>2026-03-02 00:00 to 2026-03-03 00:00 UTC</p>' "$page")" 1
is 'nothing else is left' "$(find "$tmp" -maxdepth 1 -name '.*' -type f | wc -l)" 0

run 'standard output, with a filter and names' 0 -d 2026-03-02 -n 3 -t 'My <days>' "$tmp/archive" -- proto tcp
is 'has both' "$(grep -c 'My &lt;days&gt;</h1>\|<dt>Filter</dt><dd>proto tcp' "$tmp/out")" 2

run 'a day without flows' 4 -d 2026-03-09 -o "$tmp/none.html" "$tmp/archive"
is 'has a page that says so, and no empty tables' "$(grep -c 'Nothing to show' "$tmp/none.html"):$(grep -c '<section' "$tmp/none.html")" 2:2
run 'yesterday is such a day' 4 -o "$tmp/yesterday.html" "$tmp/archive"
is 'and yesterday' "$(grep -c "Traffic of $(LC_ALL=C date -u -d yesterday '+%A %Y-%m-%d')</h1>" "$tmp/yesterday.html")" 1

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
run 'nonsense for a day' 2 -d tomorrow "$tmp/archive"
run 'today is one' 4 -d today "$tmp/archive"
run 'a month and a week' 2 --month --week "$tmp/archive"
run 'one end of a time' 2 --from 2026-03-02 "$tmp/archive"
run 'ends before it begins' 2 --from 2026-03-02 --to 2026-03-01 "$tmp/archive"
run 'a filter that is none' 2 -d 2026-03-02 -o "$tmp/no.html" "$tmp/archive" -- 'proto tpc'
run 'nothing to read' 2
run 'help' 0 -h
is 'is help' "$(head -n 1 "$tmp/out" | cut -c 1-21)" 'usage: nightly-report'
is 'leave nothing' "$(find "$tmp" -maxdepth 1 -name '*no.html*' | wc -l)" 0
# A folder without a slash, other spans and forms, an index.
mkdir "$tmp/reports"
for day in 01 02 03; do
	run "report of day $day" 0 -d "2026-03-$day" -o "$tmp/reports" --index "$tmp/reports" "$tmp/archive"
done
run 'a week' 0 -d 2026-03-03 --week -o "$tmp/reports" --index "$tmp/reports" "$tmp/archive"
run 'a month' 0 -d 2026-03-03 --month -o "$tmp/reports" --index "$tmp/reports" "$tmp/archive"
is 'have names of their own' "$(cd "$tmp/reports" && echo *)" \
	'flows-2026-02-25_2026-03-03.html flows-2026-03-01.html flows-2026-03-02.html flows-2026-03-03.html flows-2026-03.html index.html'
is 'the index has all, the latest first' "$(grep -o '<a href="flows[^"]*"' "$tmp/reports/index.html" | cut -c 15- | tr -d '\n')" \
	'-2026-03-03.html"-2026-03-02.html"-2026-03-01.html"-2026-03.html"-2026-02-25_2026-03-03.html"'
printf '<template id="flow-report" data-r="{&quot;title&quot;:&quot;&lt;img src=x&gt;&quot;,&quot;from&quot;:1,&quot;flows&quot;:1,&quot;bytes&quot;:1,&quot;mean&quot;:1,&quot;peak&quot;:1,&quot;alerts&quot;:0,&quot;points&quot;:[1e999,-1,nan]}">' >"$tmp/reports/flows-evil.html"
printf '<template id="flow-report" data-r="{' >"$tmp/reports/flows-cut.html"
ln -s /etc/passwd "$tmp/reports/flows-link.html"
run 'one day more' 0 -d 2026-03-01 -o "$tmp/reports" --index "$tmp/reports" "$tmp/archive"
is 'a title of another page is text' "$(grep -c '<img' "$tmp/reports/index.html"):$(grep -c '&lt;img src=x&gt;' "$tmp/reports/index.html")" 0:1
is 'what is no report is left out' "$(grep -c 'flows-cut\|flows-link' "$tmp/reports/index.html")" 0
is 'flows of a week' "$(grep -o 'flows</span><b>[0-9]*' "$tmp/reports/flows-2026-02-25_2026-03-03.html" | grep -o '[0-9]*$')" \
	"$(flowcat -r "$tmp/archive" -t 2026-02-25T00:00Z-2026-03-04T00:00Z -o csv:first -q | wc -l)"
run 'a mail' 0 --from 2026-03-02T06:00 --to 2026-03-02T18:00 --text "$tmp/archive"
is 'of at most 78 columns' "$(LC_ALL=C.UTF-8 grep -cE '^.{79}' "$tmp/out"):$([ "$(wc -l <"$tmp/out")" -gt 30 ] && echo long)" 0:long
run 'without scripts' 0 -d 2026-03-02 --no-script "$tmp/archive"
is 'there is none' "$(grep -c '<script' "$tmp/out"):$(grep -c "script-src" "$tmp/out")" 0:0

# An ordinary day has no alert: five weeks with as many flows of two exporters, in other words: six seeds.
for week in 0 1 2 3 4 5; do
	flowgen -w "$tmp/weeks" -n 4000 -v 10 --slot 3600 --exporters 2 --seed $((week + 1)) --duration 1d \
		--start "$(date -u -d "2026-03-02 $((7 * week)) days ago" +%Y-%m-%dT00:00:00Z)" || exit 99
done
run 'an ordinary day' 0 -d 2026-03-02 --alert --json "$tmp/weeks"
is 'is compared with five weeks' "$(grep -c 'the median of the 5 times compared' "$tmp/out")" 1
is 'and has no alert' "$(grep -c '"level":"alert"' "$tmp/out"):$(grep -c '"alerts":0,' "$tmp/out")" 0:1
is 'nothing was lost' "$(grep -c 'Nothing was lost, by the sequence numbers of 2 exporters' "$tmp/out")" 1

# The days as they were, but the last one half silent: one exporter from 14:00 on.
second=$(flowstat -r "$tmp/weeks" -A exporter -o csv -q | tail -n 1 | cut -d, -f 1)
flowcat -r "$tmp/weeks" -w "$tmp/silent.parquet" "not (router ip $second and first >= 2026-03-02T14:00:00Z)" || exit 99
# Silence begins with the bin behind the last one that a flow of it reaches.
end=$(flowcat -r "$tmp/silent.parquet" -o csv:last -q "router ip $second" | sort | tail -n 1)
end=$(date -u -d "@$(($(date -u -d "$end" +%s) / 300 * 300 + 300))" +%H:%M)
run 'an exporter that falls silent' 5 -d 2026-03-02 --alert --json "$tmp/silent.parquet"
is 'is told of' "$(grep -o '"text":"[^"]* fell silent at [^"]*"' "$tmp/out")" "\"text\":\"$second fell silent at $end.\""
flowcat -r "$tmp/weeks" -w "$tmp/gone.parquet" "not (router ip $second and first >= 2026-03-01T00:00:00Z)" || exit 99
run 'one that is gone' 5 -d 2026-03-02 --alert --json "$tmp/gone.parquet"
is 'is, too' "$(grep -c "$second is silent: it had flows 7 days before, and has none." "$tmp/out")" 1

# Lost datagrams: what flowcat -E tells.
flowgen -w "$tmp/lossy" --slot 3600 -n 3000 -v 10 --lose 5 --duration 1d --start 2026-03-02T00:00:00Z || exit 99
lost=$(flowcat -E -r "$tmp/lossy" | grep -o 'lost [0-9]*' | cut -d' ' -f 2)
run 'losses' 5 -d 2026-03-02 --alert --json "$tmp/lossy"
is 'are told' "$(grep -c "\"level\":\"alert\",\"text\":\"198.18.0.1: $lost lost by sequence numbers" "$tmp/out")" 1

# Twenty routers; one flow.
flowgen -w "$tmp/routers" --slot 3600 -n 4000 -v 10 --exporters 20 --duration 1d --start 2026-03-02T00:00:00Z || exit 99
printf '* 1 <b onclick=alert(1)>"\n* 2 </script>\n' >"$tmp/ifs"
printf '1 <img src=x>\n131099 <i>x</i>\n' >"$tmp/ases"
run 'twenty routers' 0 -d 2026-03-02 -i "$tmp/ifs" -a "$tmp/ases" -t '</title><script>' -o "$tmp/routers.html" "$tmp/routers"
is 'whose tables are shorter' "$(sed -n '/>Router 198.18.0.1</,/<h2/p' "$tmp/routers.html" | sed -n '/>From autonomous systems</,/<\/table>/p' |
	grep -c '^<tr>')" 8
is 'have twenty parts' "$(grep -c '<h2 id="p[0-9]*">Router ' "$tmp/routers.html")" 20
is 'whose names are text' "$(grep -c '<b onclick\|<img\|<i>\|</title><script>' "$tmp/routers.html"):$(grep -c '&lt;b onclick=alert(1)&gt;' "$tmp/routers.html" | sed 's/[1-9][0-9]*/some/')" 0:some
# Lists of ASes as they are offered: RIPE's, and CSV with a heading.
printf '64496 EXAMPLE - Some, Inc., US\n131099 LAB Net, ZZ\n' >"$tmp/asn.txt"
printf 'asn,name,class,cc\nAS64496,Other,Content,US\nAS131099,"Lab ""Net"", Inc.",Unknown,ZZ\n' >"$tmp/asns.csv"
for list in asn.txt asns.csv; do
	flowstat -r "$tmp/routers" -A src_as -o json --as-names "$tmp/$list" 'src as 131099' |
		grep -oE '"src_as_name":"([^"\\]|\\.)*"'
done >"$tmp/names"
is 'lists of ASes' "$(cat "$tmp/names")" '"src_as_name":"LAB Net, ZZ"
"src_as_name":"Lab \"Net\", Inc."'
flowcat -r "$tmp/archive" -c 1 -w "$tmp/one.parquet" || exit 99
run 'one flow' 0 --from 2026-02-28 --to 2026-03-05 -o "$tmp/one.html" "$tmp/one.parquet"
is 'is a page' "$(tail -n 1 "$tmp/one.html"):$(grep -c 'nan\|inf<' "$tmp/one.html")" '</html>:0'

# Each table's command prints the table: keys and exact sums, in the same order.
cat >"$tmp/repeat.py" <<'EOF'
import csv, html.parser, io, subprocess, sys
class Tables(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.tables, self.row, self.cell = [], None, None
    def handle_starttag(self, tag, attributes):
        a = dict(attributes)
        if tag == "table":
            self.tables.append((a.get("data-cmd"), [], []))
        elif tag == "th" and self.tables:
            self.tables[-1][1].append(a.get("data-k"))
        elif tag == "tr":
            self.row = []
        elif tag == "td":
            self.cell = [a.get("data-v"), ""]
    def handle_data(self, data):
        if self.cell is not None:
            self.cell[1] += data
    def handle_endtag(self, tag):
        if tag == "td":
            self.row.append(self.cell[0] if self.cell[0] is not None else self.cell[1])
            self.cell = None
        elif tag == "tr" and self.row:
            self.tables[-1][2].append(self.row)
page = Tables()
page.feed(open(sys.argv[1], encoding="utf-8").read())
done = rows = 0
for command, names, mine in page.tables:
    if command is None or not mine:
        continue
    out = subprocess.run(["sh", "-c", command + " -o csv"], stdout=subprocess.PIPE, text=True, check=True).stdout
    theirs = list(csv.DictReader(io.StringIO(out)))
    common = [n for n in names if n in theirs[0] and not n.endswith("_name")]
    if len(theirs) != len(mine):
        print(command, "has", len(theirs), "rows, the page", len(mine))
    for a, b in zip(mine, theirs):
        for n in common:
            x, y = a[names.index(n)], b[n]
            if x != y:
                print(command, n, x, y)
        rows += 1
    done += 1
print(done >= 8, rows > 50)
EOF
python=${FLOW_PYTHON:-python3}
if command -v "$python" >/dev/null; then
	is 'commands repeat their tables' "$("$python" "$tmp/repeat.py" "$page" | head -n 5)" 'True True'
else
	skip 'commands repeat their tables' 'no python3'
fi
echo "1..$number"
