#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# What nightly-report's explorer computes with, against flowstat's answers to the same filters; and in a browser
# (Chromium, where it is installed) a click on a value, whose command repeats the table that stands there then.
set -u

# shellcheck source=tests/cli/tap.sh
. "$FLOW_SRCDIR/tests/cli/tap.sh"

PATH=$FLOW_BUILDDIR:$PATH
tmp=$(mktemp -d "${TMPDIR:-/tmp}/explorer-test.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
export TZ=UTC
python=${FLOW_PYTHON:-python3}

flowgen -w "$tmp/archive" --slot 3600 -n 20000 -v 10 --exporters 3 --duration 1d --start 2026-03-02T00:00:00Z || exit 99
# Own networks: those of the source and the destination of most bytes.
net()
{
	flowstat -r "$tmp/archive" -A "$1/16,/32" -O bytes -n 2 -o csv | sed -n "$2p" | cut -d, -f 1
}
source=$(net src_addr 2) destination=$(net dst_addr 2)
printf '# ours\n%s\n\n  %s  # also\n' "$source" "$destination" >"$tmp/own"
printf '* 1 </script><script>alert(1)</script>\n* 501 <!--\n' >"$tmp/names"
nightly-report -d 2026-03-02 -n 20 --local "$tmp/own" -i "$tmp/names" -o "$tmp/page.html" "$tmp/archive" -- 'not proto gre'
is 'a page with an explorer' $? 0
is 'is no other element' "$(grep -c '</script><script>alert\|<!--' "$tmp/page.html")" 0
nightly-report -d 2026-03-02 --no-script -o "$tmp/plain.html" "$tmp/archive"
is 'without scripts there is none' "$(grep -c 'id="cube"\|id="explore"' "$tmp/plain.html")" 0
printf '192.0.2.0/33\n' >"$tmp/wrong"
nightly-report -d 2026-03-02 --local "$tmp/wrong" "$tmp/archive" >/dev/null 2>"$tmp/err"
is 'a network that is none' "$?:$(grep -c "wrong:1: '192.0.2.0/33': the length" "$tmp/err")" 2:1

cat >"$tmp/cube.py" <<'EOF'
import csv, io, json, re, subprocess, sys
page, archive, source, destination = sys.argv[1:]
text = open(page, encoding="utf-8").read()
cube = json.loads(re.search('<script type="application/json" id="cube">(.*?)</script>', text, re.S).group(1))
WINDOW = "2026-03-02T00:00Z..2026-03-03T00:00Z"
def ask(keys, condition):
    out = subprocess.run(["flowstat", "-r", archive, "-t", WINDOW, "-A", keys, "--measures", "flows,packets,bytes", "-o", "csv",
        "(not proto gre)" + (" and (%s)" % condition if condition else "")], stdout=subprocess.PIPE, text=True, check=True).stdout
    return list(csv.DictReader(io.StringIO(out)))
def totals(rows):
    return [sum(int(r[m]) for r in rows) for m in ("flows", "packets", "bytes")]
def of(row):
    return [sum(row[k::3]) for k in range(3)]
everything = totals(ask("proto", ""))
wrong = []
def same(what, mine, theirs):
    if mine != theirs:
        wrong.append("%s: %s, flowstat %s" % (what, mine, theirs))
dims = {d["name"]: d for d in cube["dims"]}
for d in cube["dims"]:
    # All values and the others are all there is; in each bin, too.
    same(d["name"], [sum(of(row)[k] for row in d["time"]) for k in range(3)], everything)
    for i, (label, condition) in enumerate(d["values"][:5]):
        if condition:
            same(d["name"] + " " + label, of(d["time"][i]), totals(ask("proto", condition)))
ours = "[%s %s]" % (source, destination)
shown = dict(re.findall('<tr><td class="k t">(transit|in|out|inside)</td><td class="n" data-l="Flows"[^>]*>[^<]*</td>.*?data-v="([0-9]+)">[0-9.]+.[kMG]?B', text))
for i, (label, _) in enumerate(dims["Direction"]["values"]):
    same("the table's bytes " + label, shown.get(label), str(of(dims["Direction"]["time"][i])[2]))
    condition = "%s src net in %s and %s dst net in %s" % ("not" if label in ("transit", "in") else "", ours,
        "not" if label in ("transit", "out") else "", ours)
    same("direction " + label, of(dims["Direction"]["time"][i]), totals(ask("proto", condition)))
# Hours of a day are pairs of its 48 bins.
hours = {r["time"] if "time" in r else list(r.values())[0]: r for r in ask("first/1h", dims["Service"]["values"][0][1])}
for h in range(24):
    row = dims["Service"]["time"][0][h * 6:h * 6 + 6]
    r = hours.get("2026-03-02T%02d:00:00.000Z" % h, {"flows": 0, "packets": 0, "bytes": 0})
    same("hour %d" % h, of(row), [int(r[m]) for m in ("flows", "packets", "bytes")])
# Each dimension with each other one: two values of each.
pairs = 0
for name, sums in cube["pairs"].items():
    a, b = (next(d for d in cube["dims"] if d["id"] == int(n)) for n in name.split("-"))
    same(name, of(sums), everything)
    for i in range(min(2, len(a["values"]))):
        for k in range(min(1, len(b["values"]))):
            x, y = a["values"][i][1], b["values"][k][1]
            if x and y and (i + k + pairs) % 3 == 0:
                at = (i * len(b["time"]) + k) * 3
                same("%s %s / %s" % (name, x, y), sums[at:at + 3], totals(ask("proto", "(%s) and (%s)" % (x, y))))
    pairs += 1
# Combinations: all of them are all there is; those of three and four values are what filters of them take.
t, by_id = cube["tuples"], {d["id"]: d for d in cube["dims"]}
rows, key = [], 0
for i in range(0, len(t["rows"]), 4):
    key += t["rows"][i]
    rows.append((key, t["rows"][i + 1:i + 4]))
def code(key, d):
    return key >> (d * t["bits"]) & ((1 << t["bits"]) - 1)
same("combinations", of([v for r in rows for v in r[1]]), everything)
if len(rows) > 6000 or t["values"] < 2:
    wrong.append("%d combinations of %d values" % (len(rows), t["values"]))
combined = 0
for i, chosen in enumerate(((4, 5, 6), (0, 4, 7), (1, 5, 7), (5, 8, 9), (2, 4, 5, 6), (0, 4, 5, 8))):
    for value in range(min(2, t["values"])):
        names = [by_id[d]["values"][value if n else 0] for n, d in enumerate(chosen)]
        sums = [r[1] for r in rows if all(code(r[0], d) == (value if n else 0) for n, d in enumerate(chosen))]
        same(" and ".join(n[0] for n in names), of([v for s in sums for v in s]),
            totals(ask("proto", " and ".join("(%s)" % n[1] for n in names))))
        combined += len(sums) > 0
if combined < 4:
    wrong.append("only %d combinations have flows" % combined)
print("\n".join(wrong[:5]) or "right", len(dims), pairs)
EOF
if command -v "$python" >/dev/null; then
	is 'sums are those of flowstat' "$("$python" "$tmp/cube.py" "$tmp/page.html" "$tmp/archive" "$source" "$destination")" 'right 10 45'
else
	skip 'sums are those of flowstat' 'no python3'
fi

chromium=$(command -v chromium || command -v chromium-headless-shell || command -v chromium-browser || command -v google-chrome)
if [ -z "$chromium" ] || ! command -v "$python" >/dev/null; then
	skip 'a click filters' 'no Chromium'
else
	# Clicks the first service, and tells the table of protocols with its command, and the hash.
	cat >"$tmp/frame.html" <<-'EOF'
		<!DOCTYPE html><iframe src="page.html" width="1280" height="900"></iframe><pre id="r"></pre>
		<script>onload=function(){var w=document.querySelector("iframe").contentWindow,d=w.document,
		section=function(n){return Array.from(d.querySelectorAll("#explore section")).find(function(s){return s.querySelector("h3").textContent===n})};
		section("Service").querySelector("button.pick").click();
		var p=section("Protocol"),rows=Array.from(p.querySelectorAll("tbody tr")).map(function(r){return Array.from(r.cells).slice(1).map(function(c){return c.dataset.v}).join(",")});
		document.getElementById("r").textContent=[w.location.hash,Array.from(p.querySelectorAll("button")).map(function(b){return b.dataset.cmd||""}).join(""),rows.join(";")].join("|")}</script>
	EOF
	timeout 60 "$chromium" --headless --no-sandbox --disable-gpu --user-data-dir="$tmp/profile" --allow-file-access-from-files \
		--virtual-time-budget=10000 --dump-dom "file://$tmp/frame.html" 2>/dev/null |
		sed -n 's|.*<pre id="r">\([^<]*\)</pre>.*|\1|p' | sed 's/&gt;/>/g; s/&amp;/\&/g' >"$tmp/clicked"
	IFS='|' read -r hash command rows <"$tmp/clicked"
	is 'the state is in the address' "$hash" '#x=5:0'
	is 'a click filters, and the command repeats it' "$rows" \
		"$(sh -c "$command -o csv" | "$python" -c 'import csv, sys
print(";".join(",".join(r[m] for m in ("bytes", "packets", "flows")) for r in csv.DictReader(sys.stdin)))')"

	# This page tells all values apart; one that says it has only three is enough for what is said then.
	sed 's/"tuples":{"values":[0-9]*/"tuples":{"values":3/' "$tmp/page.html" >"$tmp/page2.html"
	# Three filters by the address: the table's values are those of its command, its sum is what the page says, and bands
	# are drawn; a value that the combinations lack is said to be lacking; a wrong address is none.
	cat >"$tmp/frame.html" <<-'EOF'
		<!DOCTYPE html><iframe width="1280" height="900"></iframe><pre id="r"></pre>
		<script>const f=document.querySelector("iframe"),out=[],asks=["page.html?0#x=4:0,5:0,6:0&c=bs","page2.html?1#x=4:0,5:15","page.html?2#x=99:1,4:77,zz&t=5-2&m=9&c=q"];
		let n=0;f.onload=function(){const d=f.contentDocument,
		p=Array.from(d.querySelectorAll("#explore section")).find(s=>s.querySelector("h3").textContent==="To AS"),
		rows=Array.from(p.querySelectorAll("tbody tr")).map(r=>r.cells[0].textContent.split(" ")[0]+"="+r.cells[1].dataset.v).join(",");
		out.push([Array.from(p.querySelectorAll("button")).map(b=>b.dataset.cmd||"").join(""),rows,Array.from(p.querySelectorAll("th"),h=>h.textContent).join("/"),
		d.querySelectorAll(".sankey path").length>0,d.querySelectorAll("#explore .bad").length,d.querySelectorAll("#explore .bar button[title]").length].join("|"));
		n++;if(n<asks.length)f.src=asks[n];else document.getElementById("r").textContent=out.join("\n")};f.src=asks[0]</script>
	EOF
	timeout 60 "$chromium" --headless --no-sandbox --disable-gpu --user-data-dir="$tmp/profile" --allow-file-access-from-files \
		--virtual-time-budget=20000 --dump-dom "file://$tmp/frame.html" 2>/dev/null |
		sed -n '/<pre id="r">/,/<\/pre>/p' | sed 's/.*<pre id="r">//; s|</pre>.*||; s/&gt;/>/g; s/&amp;/\&/g' >"$tmp/clicked"
	IFS='|' read -r command rows head bands bad chips <"$tmp/clicked"
	is 'columns are chosen, bands drawn' "$head:$bands:$bad:$chips" 'To AS/Bytes/Share:true:0:3'
	is 'three filters have the sums of the command' "$(sh -c "$command -o csv" | "$python" -c 'import csv, sys
theirs = {r["dst_as"]: int(r["bytes"]) for r in csv.DictReader(sys.stdin)}
mine = dict((k, int(v)) for k, v in (c.split("=") for c in sys.argv[1].split(",")))
other = mine.pop("other", 0)
print(len(mine) > 1, all(theirs.get(k) == v for k, v in mine.items()), sum(theirs.values()) - sum(mine.values()) == other)' "$rows")" 'True True True'
	is 'what combinations lack is said' "$(sed -n '2s/.*|\(.*|.*\)/\1/p' "$tmp/clicked")" '1|2'
	is 'a wrong address is none' "$(sed -n '3s/.*|\(.*|.*|.*|.*\)/\1/p' "$tmp/clicked")" 'To AS/Bytes/Packets/Flows|true|0|0'
fi
echo "1..$number"
