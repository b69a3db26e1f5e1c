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

# The same where the files of a day lie in hour directories.
days=$tmp/days
flowgen -w "$days/x" -n $flows --seed 9 -S 2 --duration 26h --start 2026-01-31T22:00:00Z
cp -rp "$days/x" "$days/y"
rows=$(flowcat -r "$days/x" -o csv:all -q | sort | cksum)
two=$(flowcat -r "$days" -o csv:all -q | sort | cksum)
hours=$(find "$days/x" -name '*.parquet' -printf '%h\n' | sort -u | wc -l)
is 'many directories' "$([ "$hours" -ge 24 ] && echo yes)" yes
cp -rp "$days/x" "$days/both"
cp -rp "$days/x" "$tmp/byday"
flowcat --compact 86400 "$tmp/byday"
is 'a file a day is left' "$?:$(cd "$tmp/byday" && find . -name '*.parquet' | sort | tr '\n' ' ')" \
	"0:./2026/01/31/22/flowcap.202601312200.parquet ./2026/02/01/00/flowcap.202602010000.parquet "
is 'with every row' "$(flowcat -r "$tmp/byday" -o csv:all -q | sort | cksum)" "$rows"
is 'good' "$(flowcat --verify "$tmp/byday" >/dev/null; echo $?)" 0
cp -rp "$tmp/byday/." "$days/both"
for spelled in "$days/both" "$days//both/" "$days/../days/./both/2026"; do
	is "no row is doubled in ${spelled#"$tmp"}" "$(flowcat -r "$spelled" -o csv:all -q | sort | cksum)" "$rows"
done
is 'nor from within' "$(cd "$days/both/2026/01/31/22" && flowcat -r . -r ../23 -r ../../../02 -o csv:all -q | sort | cksum)" "$rows"
is 'nor where names are given' "$(cd "$days/both" && find . -name '*.parquet' -exec flowcat -o csv:all -q {} + | sort | cksum)" "$rows"
is 'nor counted twice' "$(flowstat -r "$days/both" -s proto -o csv)" "$(flowstat -r "$days/x" -s proto -o csv)"
flowcat --compact 86400 "$days/both/2026/02/01/00" 2>"$tmp/err"
is 'what a run left elsewhere is not removed unless that is named' "$?:$(grep -c 'name a directory that has both' "$tmp/err"
	):$(flowcat -r "$days/both" -o csv:all -q | sort | cksum)" "1:1:$rows"
(cd "$days/both" && flowcat --compact 86400 ./2026)
is 'the next --compact ends it' "$?:$(find "$days/both" -name '*.parquet' | wc -l):$(flowcat -r "$days/both" -o csv:all -q |
	sort | cksum)" "0:2:$rows"
rm -r "$days/both"
flowcat --compact 604800 "$days"
is 'two archives stay two, and weeks are over months' "$?:$(find "$days" -name '*.parquet' | sed "s|$days/||" | sort | tr '\n' ' ')" \
	"0:x/2026/01/31/22/flowcap.202601312200.parquet y/2026/01/31/22/flowcap.202601312200.parquet "
is 'with every row of both' "$(flowcat -r "$days" -o csv:all -q | sort | cksum)" "$two"
rm -r "$days"
flowgen -w "$tmp/hive" -n 100 --seed 9 -S hive --duration 2h --start 2026-01-01T00:00:00Z
flowcat --compact 86400 "$tmp/hive"
is 'directories of columns keep their files' "$?:$(find "$tmp/hive" -name '*.parquet' | wc -l)" "0:2"

# Names with a dot before them are none of a reader's business.
mkdir "$flat/.hidden"
ln -s nowhere "$flat/.flowcap.1.2-3.journal"
ln -s nowhere "$flat/.flowcap.202601010000.parquet.1-0"
is 'hidden names are passed over' "$(count -r "$flat")" $flows
ln -s . "$flat/around"
is 'a link that leads around ends' "$(count -r "$flat")" $flows
rm "$flat/around"

# The first minutes: a collector's only slot is open.
mkdir "$tmp/new"
is 'an empty directory is no error' "$(flowcat -r "$tmp/new" -q 2>&1; echo $?)" 0
: >"$tmp/new/.flowcap.r1-00000000.journal"
flowcat -r "$tmp/new" -q 2>"$tmp/err"
is 'an open slot is told' "$?:$(grep -c 'new: no file is finished yet' "$tmp/err")" 0:1
flowstat -r "$tmp/new" -s proto >"$tmp/out" 2>"$tmp/err"
is 'by flowstat, too' "$?:$(grep -c 'no file is finished yet' "$tmp/err")" 0:1

# Readers beside somebody who merges: never an error, never another sum.
read_once()
{
	case $1 in
	0) flowcat -r "$work" -o csv -q 2>"$tmp/err" | wc -l ;;
	1) flowstat -r "$work" -s proto -n 0 -o csv 2>"$tmp/err" | awk -F, '
		NR == 1 { for (i = 1; i <= NF; i++) if ($i == "flows") c = i; next } { n += $c } END { print n }' ;;
	2) flowcat -I -r "$work" 2>"$tmp/err" | sed -n 's/^Flows: //p' ;;
	3) find "$work" -name 'f*.parquet' -exec flowcat -o csv -q {} + 2>"$tmp/err" | wc -l ;;
	esac
}
part_of()
{
	if [ "$2" = 3600 ]; then echo "$1"/2026/01/01/*; else echo "$1"; fi
}
wrong=0 reads=0
flowgen -w "$tmp/day" -n $flows --seed 10 --duration 23h --start 2026-01-01T00:00:00Z || exit 99
for round in 1 2 3 4; do
	# Hour by hour, or all hours at once.
	work=$tmp/work$round seconds=3600
	[ $((round % 2)) = 1 ] || seconds=86400
	for f in $(find "$tmp/day" -name '*.parquet'); do
		hour=${f%/*}
		hour=$work/2026/01/01/${hour##*/}
		mkdir -p "$hour" && cp -p "$f" "$hour/"
	done
	(for d in $(part_of "$work" $seconds); do flowcat --compact $seconds "$d" || echo "$d"; done >"$tmp/compact.err" 2>&1) &
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
	want=1
	[ $seconds = 86400 ] || want=$(find "$work/2026/01/01" -mindepth 1 -type d | wc -l)
	is "round $round: a file for $seconds seconds" "$(find "$work" -name '*.parquet' | wc -l)" "$want"
done
is "no reader fails or sees another sum" $wrong 0
is 'and there were some' "$([ $reads -ge 4 ] && echo yes)" yes

# Killed at any time: no row is lost or doubled, and the next run ends it.
work=$tmp/killed
flowgen -w "$work" -n $flows --seed 10 --duration 23h --start 2026-01-01T00:00:00Z
rows=$(flowcat -r "$work" -o csv:all -q | sort | cksum)
for after in 0.02 0.05 0.1 0.15 0.2 0.25 0.3; do
	flowcat --compact 86400 "$work" >/dev/null 2>&1 &
	sleep $after
	kill -9 $! 2>/dev/null
	wait $! 2>/dev/null
	is "killed after $after s" "$(flowcat -r "$work" -o csv:all -q 2>&1 | sort | cksum)" "$rows"
done
flowcat --compact 86400 "$work"
is 'and ended' "$?:$(find "$work" -type f | wc -l):$(flowcat -r "$work" -o csv:all -q | sort | cksum)" "0:1:$rows"

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
