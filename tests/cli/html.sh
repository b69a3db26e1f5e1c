#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# flowstat's HTML pages: well-formed, self-contained, inert whatever names say, and in a browser
# (Chromium, where it is installed) without errors or overflow, at a desk, on a phone, in the dark.
set -u

# shellcheck source=tests/cli/tap.sh
. "$FLOW_SRCDIR/tests/cli/tap.sh"

PATH=$FLOW_BUILDDIR:$PATH
tmp=$(mktemp -d "${TMPDIR:-/tmp}/html-test.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
export TZ=UTC

flowgen -w "$tmp/archive" -n 20000 -v 10 --duration 2h || exit 99
page=$tmp/page.html
flowstat -r "$tmp/archive" -o html --utc --title 'A & B <script>alert(1)</script>' --series proto \
	--series in_if -s proto/bytes -s srcip/bytes -A 'src_addr,dst_addr' -n 12 'not proto gre' >"$page"
is 'a page is made' $? 0
flowstat -r "$tmp/archive" -o html -s srcip 'port 1 and port 2' >"$tmp/nothing.html"
is 'a page of nothing too' $? 0
printf '* 3 </td><img src=x onerror=alert(1)>"quoted"\n' >"$tmp/names"
flowstat -r "$tmp/archive" -o html -A in_if --if-names "$tmp/names" >"$tmp/names.html"
flowstat -r "$tmp/archive" -o html --billing if >"$tmp/billing.html"
flowstat -r "$tmp/archive" -o html --spikes dst_addr --talkers --scans >"$tmp/others.html"
is 'and of all that there is' $? 0

# Every element closed where it should be, one of what there must be one of, nothing loaded.
cat >"$tmp/check.py" <<'EOF'
import html.parser, re, sys
VOID = {"meta", "br", "img", "link", "hr", "input"}
class Check(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.seen, self.wrong, self.ids, self.links = [], {}, [], set(), []
    def handle_starttag(self, tag, attributes):
        self.seen[tag] = self.seen.get(tag, 0) + 1
        for name, value in attributes:
            if name in ("src", "srcset", "data") or name.startswith("on"):
                self.wrong.append("%s has %s" % (tag, name))
            if name == "href":
                self.links.append(value)
            if name == "id":
                if value in self.ids:
                    self.wrong.append("id %s twice" % value)
                self.ids.add(value)
        if tag not in VOID:
            self.open.append(tag)
    def handle_startendtag(self, tag, attributes):
        self.seen[tag] = self.seen.get(tag, 0) + 1
    def handle_endtag(self, tag):
        # An end tag that may be left out: dd.
        while self.open and self.open[-1] in ("dd", "dt") and tag != self.open[-1]:
            self.open.pop()
        if not self.open or self.open.pop() != tag:
            self.wrong.append("</%s>" % tag)
for path in sys.argv[1:]:
    text = open(path, encoding="utf-8").read()
    c = Check()
    c.feed(text)
    c.close()
    for tag, count in (("html", 1), ("h1", 1), ("main", 1), ("script", 1), ("style", 1)):
        if c.seen.get(tag, 0) != count:
            c.wrong.append("%d of %s" % (c.seen.get(tag, 0), tag))
    for link in c.links:
        if not link.startswith("#") or link[1:] not in c.ids:
            c.wrong.append("a link to %s" % link)
    if re.search(r"https?:|@import|url\(", text):
        c.wrong.append("something to load")
    if c.open:
        c.wrong.append("left open: %s" % c.open)
    for w in c.wrong[:5]:
        print("%s: %s" % (path.rsplit("/", 1)[-1], w))
EOF
python=${FLOW_PYTHON:-python3}
if command -v "$python" >/dev/null; then
	is 'pages are well-formed and load nothing' "$("$python" "$tmp/check.py" "$tmp"/*.html)" ''
else
	skip 'pages are well-formed and load nothing' 'no python3'
fi
is 'a title is text' "$(grep -c 'A &amp; B &lt;script&gt;alert(1)&lt;/script&gt;</h1>' "$page")" 1
is 'a name is text' "$(grep -c '<img' "$tmp/names.html"):$(grep -o \
	'k t">&lt;/td&gt;&lt;img src=x onerror=alert(1)&gt;&quot;quoted&quot;</td>' "$tmp/names.html" | wc -l)" 0:1
is 'nothing is said so' "$(grep -c 'Nothing to show' "$tmp/nothing.html")" 1
is 'the filter is told' "$(grep -c '<dt>Filter</dt><dd>not proto gre</dd>' "$page")" 1
is 'a key leads to its chart' "$(grep -c '<td class="k"><a href="#s1-0">TCP</a>' "$page")" 1
is 'a bar to its row' "$(grep -c '<a class="l" href="#t3-0"' "$page"):$(grep -c '<tr id="t3-0">' "$page")" 1:1
# Two hours, the first bin at 23:55: marks each 15 minutes would be too many.
is 'marks are at round times' "$(grep -o 'class="x[^>]*>[0-9:]*<' "$page" | head -n 4 | sed 's/.*>//' | tr -d '\n')" \
	'00:00<00:30<01:00<01:30<'
# 2 series and 3 tables; bytes of protocols as flowstat's CSV has them.
is 'a section for each question' "$(grep -c '<section id=' "$page")" 5
want=$(flowstat -r "$tmp/archive" -o csv -s proto/bytes -n 1 'not proto gre' | tail -n 1 | cut -d, -f9)
is 'cells have exact values' "$(grep -c "data-v=\"$want\"" "$page")" 1

chromium=$(command -v chromium || command -v chromium-browser || command -v google-chrome)

# measure PAGE WIDTH [OPTION...]: what a script within the page sees, in a frame that wide.
measure()
{
	local page=$1 width=$2

	shift 2
	sed 's|</body>|<script>window.onerror=function(e){window.wrong=e};onload=function(){var d=document.documentElement;document.querySelectorAll("details").forEach(function(x){x.open=true});var h=document.querySelector("th");if(h)h.click();parent.postMessage([d.scrollWidth<=d.clientWidth?"fits":"overflows by "+(d.scrollWidth-d.clientWidth),window.wrong\|\|"no error",getComputedStyle(document.body).backgroundColor].join(", "),"*")}</script></body>|' \
		"$page" >"$tmp/probe.html"
	cat >"$tmp/frame.html" <<-EOF
		<!DOCTYPE html><iframe src="probe.html" width="$width" height="900"></iframe><p id="r"></p>
		<script>onmessage=function(e){document.getElementById("r").textContent=e.data}</script>
	EOF
	timeout 120 "$chromium" --headless --no-sandbox --disable-gpu --user-data-dir="$tmp/profile" \
		--allow-file-access-from-files --virtual-time-budget=20000 --window-size=1400,1000 "$@" \
		--dump-dom "file://$tmp/frame.html" 2>/dev/null | sed -n 's|.*<p id="r">\([^<]*\)</p>.*|\1|p'
}

if [ -z "$chromium" ]; then
	skip 'a desk' 'no Chromium'
	skip 'a phone' 'no Chromium'
	skip 'in the dark' 'no Chromium'
	skip 'other tables on a phone' 'no Chromium'
else
	is 'a desk' "$(measure "$page" 1280)" 'fits, no error, rgb(255, 255, 255)'
	is 'a phone' "$(measure "$page" 390)" 'fits, no error, rgb(255, 255, 255)'
	is 'in the dark' "$(measure "$page" 390 --blink-settings=preferredColorScheme=0)" \
		'fits, no error, rgb(20, 23, 27)'
	is 'other tables on a phone' "$(measure "$tmp/others.html" 360)" 'fits, no error, rgb(255, 255, 255)'
fi
echo "1..$number"
