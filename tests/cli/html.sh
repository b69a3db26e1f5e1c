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
is 'a key leads to its row of the series' "$(grep -c '<td class="k" data-v="6"><a href="#s1-0">TCP</a>' "$page"):$(grep -c '<tr id="s1-0">' "$page")" 1:1
# Two hours and the bin before them: of at most ten marks those each quarter of an hour are the closest.
is 'marks are at round times' "$(grep -o 'class="x[^>]*>[0-9:]*<' "$page" | head -n 4 | sed 's/.*>//' | tr -d '\n')" \
	'00:00<00:15<00:30<00:45<'
# Each bin says without a script what it has.
is 'a bin tells its values' "$(grep -c '<title>2026-01-01 01:00: [^<]*b/s; TCP [^<]*</title>' "$page")" 1
cat >"$tmp/policy.py" <<'EOF'
import base64, hashlib, re, sys
page = open(sys.argv[1], encoding="utf-8").read()
policy = re.search('Content-Security-Policy" content="([^"]*)"', page).group(1)
def source(tag):
    text = re.search("<%s>(.*?)</%s>" % (tag, tag), page, re.S).group(1)
    return "%s-src 'sha256-%s'" % (tag, base64.b64encode(hashlib.sha256(text.encode()).digest()).decode())
print(policy.startswith("default-src 'none';"), source("style") in policy, source("script") in policy, "unsafe" in policy)
EOF
if command -v "$python" >/dev/null; then
	is 'the policy allows just these texts' "$("$python" "$tmp/policy.py" "$page")" 'True True True False'
else
	skip 'the policy allows just these texts' 'no python3'
fi
# 2 series and 3 tables; bytes of protocols as flowstat's CSV has them.
is 'a section for each question' "$(grep -c '<section id=' "$page")" 5
want=$(flowstat -r "$tmp/archive" -o csv -s proto/bytes -n 1 'not proto gre' | tail -n 1 | cut -d, -f9)
is 'cells have exact values' "$(grep -c "data-v=\"$want\"" "$page")" 1

chromium=$(command -v chromium || command -v chromium-headless-shell || command -v chromium-browser || command -v google-chrome)

# measure PAGE WIDTH [OPTION...]: what a script around the page sees of it, in a frame that wide, one after the other:
# whether it is wider than the frame, what within it is wider than what it stands in, whether its own script ran.
measure()
{
	local page=$1 width=$2

	shift 2
	cat >"$tmp/frame.html" <<-EOF
		<!DOCTYPE html><iframe src="$(basename "$page")" width="$width" height="900"></iframe><p id="r"></p>
		<script>onload=function(){var w=document.querySelector("iframe").contentWindow,d=w.document.documentElement,
		cut=Array.from(w.document.querySelectorAll(".wrap,td,section,.cards div")).filter(function(e){
		return e.scrollWidth>e.clientWidth+1}).length,h=w.document.querySelector("th button"),sorted="no script";
		if(h){h.click();sorted=w.document.querySelector("th[aria-sort=ascending],th[aria-sort=descending]")?"sorts":"does not sort"}
		document.getElementById("r").textContent=[d.scrollWidth<=d.clientWidth?"fits":"overflows by "+(d.scrollWidth-d.clientWidth),
		cut+" cut",sorted,w.getComputedStyle(w.document.body).backgroundColor].join(", ")}</script>
	EOF
	timeout 60 "$chromium" --headless --no-sandbox --disable-gpu --user-data-dir="$tmp/profile" \
		--allow-file-access-from-files --virtual-time-budget=10000 --window-size=2000,1000 "$@" \
		--dump-dom "file://$tmp/frame.html" 2>/dev/null | sed -n 's|.*<p id="r">\([^<]*\)</p>.*|\1|p'
}

if [ -z "$chromium" ]; then
	for what in 'a wide screen' 'a desk' 'a phone' 'in the dark' 'other tables'; do
		skip "$what" 'no Chromium'
	done
else
	is 'a wide screen' "$(measure "$page" 1920)" 'fits, 0 cut, sorts, rgb(255, 255, 255)'
	is 'a desk' "$(measure "$page" 1280)" 'fits, 0 cut, sorts, rgb(255, 255, 255)'
	is 'a phone' "$(measure "$page" 390)" 'fits, 0 cut, sorts, rgb(255, 255, 255)'
	is 'in the dark' "$(measure "$page" 390 --blink-settings=preferredColorScheme=0)" \
		'fits, 0 cut, sorts, rgb(20, 23, 27)'
	is 'other tables' "$(measure "$tmp/others.html" 1280)" 'fits, 0 cut, sorts, rgb(255, 255, 255)'
fi
echo "1..$number"
