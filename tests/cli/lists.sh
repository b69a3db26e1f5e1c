#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# flowstat --lists: rows against sums over all flows made elsewhere, commands that show them, and files of lists that are
# wrong, empty, or have names that are meant to do harm.
set -u

# shellcheck source=tests/cli/tap.sh
. "$FLOW_SRCDIR/tests/cli/tap.sh"

flowstat=$FLOW_BUILDDIR/flowstat
flowcat=$FLOW_BUILDDIR/flowcat
python=${FLOW_PYTHON:-python3}
work=$(mktemp -d "${TMPDIR:-/tmp}/flow-lists.XXXXXX")
trap 'rm -rf "$work"' EXIT
export PYTHONDONTWRITEBYTECODE=1
lists=$FLOW_SRCDIR/tests/cli/lists.py

"$FLOW_BUILDDIR/flowgen" -w "$work/archive" -n 20000 -r 100 --seed 3 2>/dev/null
"$flowcat" -r "$work/archive" -o ndjson:src_addr,dst_addr,bytes,first,last >"$work/flows"
mkdir "$work/lists"
"$python" "$lists" make "$work/flows" "$work/lists"
all=(--threshold "list-score=0" -o json)
"$flowstat" -r "$work/archive" --lists "$work/lists" "${all[@]}" >"$work/answer" 2>"$work/err"
is "lists are read" "$?:$(cat "$work/err")" "0:"
is "rows are sums over flows" "$("$python" "$lists" ask "$work/flows" "$work/answer" "$work/lists" | xargs)" \
	"True True True True"
grep -o '[^"]*$' "$work/lists/three" | cut -d- -f1 | sed -n '2,9p;20,24p' >"$work/own"
"$flowstat" -r "$work/archive" --lists "$work/lists" --local "$work/own" "${all[@]}" >"$work/owned"
is "of hosts of own networks" "$("$python" "$lists" ask "$work/flows" "$work/owned" "$work/lists" "$work/own" | sed -n 1p | cut -d' ' -f1,2)" \
	"True True"
"$flowstat" -r "$work/archive" --lists "$work/lists" "${all[@]}" --memory 4M -j 3 >"$work/shares"
check "less memory and more threads give the same" cmp "$work/answer" "$work/shares"
"$flowstat" -q -r "$work/archive" --lists "$work/lists" -n 3 -o csv | tail -n +2 >"$work/rows"
while IFS= read -r row; do
	command=${row##*,\"}
	[ "$command" != "$row" ] || command=${row##*,}
	is "the command shows the flows" "$(PATH=$FLOW_BUILDDIR:$PATH sh -c "$(sed 's/"$//' <<<"$command") -o csv:bytes -q" | wc -l)" \
		"$(cut -d, -f9 <<<"$row")"
done <"$work/rows"
is "three rows" "$(wc -l <"$work/rows")" 3
check "it is a part of --detect" says "listed peers" "$flowstat" -r "$work/archive" --detect --lists "$work/lists"
check "where lists are given" exits 1 says "listed peers" "$flowstat" -r "$work/archive" --detect
check "a threshold has its bounds" says "list-score takes a number from 0 to 100" \
	"$flowstat" -r "$work/archive" --lists "$work/lists" --threshold list-score=101
check "own networks are for lists" exits 2 "$flowstat" -r "$work/archive" --detect --local "$work/own"

# Files that are wrong. Answers come all the same, and the status tells.
cp "$work/lists/one.netset" "$work/good"
printf '192.0.2.1\nnonsense\n192.0.2.0/40\n0.0.0.0 bad.example\n1\n2\n' >"$work/bad"
"$flowstat" -r "$work/archive" --lists "$work/good" --lists "$work/bad" -o csv >"$work/out" 2>"$work/err"
is "wrong lines are told, and the rest is used" "$?:$(wc -l <"$work/err"):$(($(wc -l <"$work/out") > 1))" "1:4:1"
check "with file and line" grep -qF "bad:3: '192.0.2.0/40': the length of the prefix is none" "$work/err"
check "and how many more there are" grep -qF "bad: 2 more lines of this kind" "$work/err"
: >"$work/empty"
check "an empty list is told" says "empty: there is no address and no network in it" "$flowstat" -r "$work/archive" --lists "$work/empty"
check "a list that is not there" says "absent: No such file" "$flowstat" -r "$work/archive" --lists "$work/absent"
check "own networks must be right" exits 2 "$flowstat" -r "$work/archive" --lists "$work/good" --local "$work/bad"
head -c 100000 /dev/urandom >"$work/noise"
check "noise harms nobody" exits 1 "$flowstat" -r "$work/archive" --lists "$work/noise"

# Names that are meant to do harm: no control bytes reach a terminal, no markup a page, and JSON stays JSON.
mkdir "$work/names"
name=$(printf '<script>alert(1)</script>"\x27,\x1b[31m\n\xe2\x80\xaeRTL\xff')
cp "$work/good" "$work/names/${name//\//:}"
for format in text markdown html csv json ndjson; do
	"$flowstat" -r "$work/archive" --lists "$work/names" -n 3 -o "$format" >"$work/$format" 2>"$work/err"
	is "$format: a name of a list" "$?:$(wc -c <"$work/err")" "0:0"
done
is "is no element" "$(grep -c '<script>alert' "$work/html")" 0
is "and no control byte" "$(LC_ALL=C grep -c $'\x1b' "$work/text" "$work/markdown" "$work/html" | cut -d: -f2 | xargs)" "0 0 0"
is "in JSON it is itself" "$("$python" - "$work/json" <<'END'
import json, sys
rows = json.load(open(sys.argv[1], encoding="utf-8"))[0]["rows"]
print(len(rows), rows[0]["list"].startswith('<script>alert(1)<:script>"\',\x1b[31m\n\u202eRTL'))
END
)" "3 True"
is "in CSV too" "$("$python" - "$work/csv" <<'END'
import csv, sys
rows = list(csv.reader(open(sys.argv[1], encoding="utf-8", errors="replace", newline="")))
print({len(r) for r in rows if r}, len([r for r in rows if r]))
END
)" "{12} 4"
printf 'x\ny\n' >"$work/names/$(printf 'esc\x1b[31m')"
"$flowstat" -r "$work/archive" --lists "$work/names" -n 3 >/dev/null 2>"$work/err"
is "nor in messages" "$(LC_ALL=C grep -c $'\x1b' "$work/err")" 0

echo "1..$number"
