#!/usr/bin/env bash
# flowcat, flowstat and --compact beside those that add, merge and remove files.
set -u

# shellcheck source=tests/cli/tap.sh
. "$FLOW_SRCDIR/tests/cli/tap.sh"

PATH=$FLOW_BUILDDIR:$PATH
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

flows=6000
flowgen -w "$tmp/a" -n $flows --seed 9 --duration 2h --start 2026-01-01T00:00:00Z || exit 99
count()
{
	flowcat "$@" -o csv -q 2>&1 | wc -l
}
flat=$tmp/flat
mkdir "$flat"
find "$tmp/a" -name '*.parquet' -exec cp -p {} "$flat" \;
rows=$(flowcat -r "$flat" -o csv:all -q | sort | cksum)
files=$(find "$flat" -name '*.parquet' | wc -l)
is 'many files' "$([ "$files" -ge 6 ] && echo yes)" yes

# The state between the two steps of a merge: the merged file is there, and those that it holds.
cp -rp "$flat" "$tmp/both"
cp -rp "$flat" "$tmp/merged"
flowcat --compact 86400 "$tmp/merged"
is 'one file is left' "$(find "$tmp/merged" -name '*.parquet' | wc -l)" 1
cp -p "$tmp/merged"/*.parquet "$tmp/both/"
is 'while files are merged no row is doubled' "$(flowcat -r "$tmp/both" -o csv:all -q | sort | cksum)" "$rows"
is 'nor counted twice' "$(flowstat -r "$tmp/both" -s proto -o csv | cksum)" \
	"$(flowstat -r "$flat" -s proto -o csv | cksum)"
is 'nor summed twice' "$(flowcat -I -r "$tmp/both" | grep -E '^(Flows|Bytes|Rows)')" \
	"$(flowcat -I -r "$flat" | grep -E '^(Flows|Bytes|Rows)')"
is 'nor are exporters' "$(flowcat -E -r "$tmp/both")" "$(flowcat -E -r "$flat")"
flowcat -r "$tmp/both" -w "$tmp/copy.parquet"
is 'nor written twice' "$(count -r "$tmp/copy.parquet")" $flows
is 'names that a shell listed are read, too' "$(count "$tmp/both"/*.parquet)" $flows
names=("$flat"/*.parquet)
for f in "${names[@]}"; do [ -e "$tmp/merged/${f##*/}" ] || echo "$tmp/merged/${f##*/}"; done >"$tmp/gone"
mapfile -t gone <"$tmp/gone"
flowcat "$tmp/merged"/*.parquet "${gone[@]}" -o csv -q >"$tmp/out" 2>"$tmp/err"
is 'and those that were merged since they were listed' "$?:$(wc -l <"$tmp/out"):$(cat "$tmp/err")" "0:$flows:"
flowcat "${gone[0]}" -o csv -q >"$tmp/out" 2>"$tmp/err"
is 'a file that is not there, alone, is an error' "$?:$(grep -c 'No such file' "$tmp/err")" 1:1
flowcat --verify "$tmp/both" >/dev/null
is '--verify takes both for good' $? 0
flowcat --compact 86400 "$tmp/both"
is 'the next --compact ends the merge' "$?:$(find "$tmp/both" -name '*.parquet' | wc -l):$(count -r "$tmp/both")" "0:1:$flows"

# Names with a dot before them are none of a reader's business.
mkdir "$flat/.hidden"
ln -s nowhere "$flat/.flowcap.1.2-3.journal"
ln -s nowhere "$flat/.flowcap.202601010000.parquet.1-0"
is 'hidden names are passed over' "$(count -r "$flat")" $flows
ln -s . "$flat/around"
is 'a link that leads around ends' "$(count -r "$flat")" $flows
rm "$flat/around"

# Readers beside somebody who merges: never an error, never another sum.
read_once()
{
	case $1 in
	0) flowcat -r "$work" -o csv -q 2>"$tmp/err" | wc -l ;;
	1) flowstat -r "$work" -s proto -n 0 -o csv 2>"$tmp/err" | awk -F, '
		NR == 1 { for (i = 1; i <= NF; i++) if ($i == "flows") c = i; next } { n += $c } END { print n }' ;;
	2) flowcat -I -r "$work" 2>"$tmp/err" | sed -n 's/^Flows: //p' ;;
	3) flowcat "$work"/*/*.parquet -o csv -q 2>"$tmp/err" | wc -l ;;
	esac
}
wrong=0 reads=0
flowgen -w "$tmp/day" -n $flows --seed 10 --duration 23h --start 2026-01-01T00:00:00Z || exit 99
for round in 1 2 3 4; do
	work=$tmp/work$round
	for f in $(find "$tmp/day" -name '*.parquet'); do
		hour=${f%/*}
		mkdir -p "$work/${hour##*/}" && cp -p "$f" "$work/${hour##*/}/"
	done
	(for d in "$work"/*; do flowcat --compact 3600 "$d" || echo "$d"; done >"$tmp/compact.err" 2>&1) &
	writer=$!
	while kill -0 $writer 2>/dev/null; do
		got=$(read_once $((reads % 4)))
		reads=$((reads + 1))
		[ "$got" = $flows ] && [ ! -s "$tmp/err" ] && continue
		wrong=$((wrong + 1))
		echo "# round $round, read $reads: $got flows: $(head -n 2 "$tmp/err")"
	done
	wait $writer
	is "round $round: the merges" "$(cat "$tmp/compact.err")" ''
	is "round $round: one file an hour" "$(find "$work" -name '*.parquet' | wc -l)" "$(find "$work" -mindepth 1 -type d | wc -l)"
done
is "no reader fails or sees another sum" $wrong 0
is 'and there were some' "$([ $reads -ge 4 ] && echo yes)" yes

# What killed runs left goes with the next one of their kind; PID 2147483646 is nobody's.
left=.flowcap.202601010000.parquet.2147483646-0
mkdir -p "$tmp/left"
cp -p "$flat"/*.parquet "$tmp/left"
: >"$tmp/left/$left"
flowcat --compact 86400 "$tmp/left"
is '--compact removes what a killed one left' "$(find "$tmp/left" -name '.*parquet*' | wc -l)" 0
: >"$tmp/.w.parquet.2147483646-0"
: >"$tmp/.v.parquet.2147483646-0"
flowcat -r "$flat" -w "$tmp/w.parquet"
is '-w what one for that file left' "$(cd "$tmp" && find . -maxdepth 1 -name '.?.parquet.*')" ./.v.parquet.2147483646-0
mkdir "$tmp/split"
flowcat -r "$flat" -w "$tmp/split" --split 3600
find "$tmp/split" -name '*.parquet' | head -n 1 | sed 's|/[^/]*$||' | while read -r d; do : >"$d/$left"; done
flowcat -r "$flat" -w "$tmp/split" --split 3600
is '--split what one left in its directories' "$(find "$tmp/split" -name '.*parquet*' | wc -l)" 0

# Two of them in one directory.
cp -rp "$flat" "$tmp/two"
flowcat --compact 86400 "$tmp/two" 2>"$tmp/err1" & first=$!
flowcat --compact 86400 "$tmp/two" 2>"$tmp/err2" & second=$!
wait $first; one=$?
wait $second
is 'two runs of --compact in one directory' "$one:$?:$(cat "$tmp"/err[12]):$(count -r "$tmp/two")" "0:0::$flows"

echo "1..$number"
exit "$failed"
