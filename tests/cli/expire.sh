#!/usr/bin/env bash
# --expire and flowcap -e, on trees made by hand: what should go is known from the times in the names.
set -u

# shellcheck source=tests/cli/tap.sh
. "$FLOW_SRCDIR/tests/cli/tap.sh"

PATH=$FLOW_BUILDDIR:$PATH
work=$(mktemp -d)
collector=
trap '[ -z "$collector" ] || kill -9 "$collector" 2>/dev/null; chmod -R u+w "$work"; rm -rf "$work"' EXIT

now=$(date +%s)
day=86400
today=$((now - now % day))

# slot TREE BEGIN [FLOWS]: the file of a slot that begins then
slot()
{
	flowgen -w "$1" -n "${3:-20}" --start "@$2" --duration 60 --seed 7 || exit 99
}
files()
{
	(cd "$1" && find . -name '*.parquet' | sort)
}
# name BEGIN: the file below its tree
name()
{
	date -u -d "@$1" +./%Y/%m/%d/%H/flowcap.%Y%m%d%H%M.parquet
}

# kilo BYTES: with a unit, which small sizes need
kilo()
{
	printf '%d.%03dk' $(($1 / 1000)) $(($1 % 1000))
}

# Four slots: 100, 91, 89 and 1 days old.
a=$work/a
old=$((today - 100 * day)) older=$((today - 91 * day)) younger=$((today - 89 * day)) yesterday=$((today - day))
for t in $old $older $younger $yesterday; do slot "$a" $t; done
is 'four files' "$(files "$a" | wc -l)" 4
: >"$a/.flowcap.state"
: >"$a/notes.txt"
before=$(find "$a" | sort)
is '-n lists what is too old' "$(cd "$a" && flowcat --expire . --max-age 90d -n)" "$(name $old; name $older)"
is 'and removes nothing' "$(find "$a" | sort)" "$before"
is 'nor without a limit' "$(flowcat --expire "$a" 2>"$work/err"; echo $?; grep -c 'no limit is given' "$work/err"; find "$a" | sort)" \
	"2
1
$before"
(cd "$a" && flowcat --expire . --max-age 90d -v >"$work/out" 2>"$work/err")
is 'it removes them' "$?:$(files "$a" | tr '\n' ' ')" "0:$(name $younger) $(name $yesterday) "
is 'with the files listed' "$(grep parquet "$work/out")" "$(name $old; name $older)"
is 'and told' "$(cut -d, -f 1 "$work/err")" 'flowcat: went: files 2'
is 'without empty directories' "$(find "$a" -type d -empty)" ''
is 'and nothing else' "$(find "$a" -maxdepth 1 -type f | sort | tr '\n' ' ')" "$a/.flowcap.state $a/notes.txt "
after=$(find "$a" | sort)
flowcat --expire "$a" --max-age 90d >"$work/out" 2>&1
is 'once more changes nothing' "$?:$(cat "$work/out"):$(find "$a" | sort)" "0::$after"

# Sizes, as ls has them.
a=$work/size
for ((i = 6; i >= 1; i--)); do slot "$a" $((today - i * day)) $((i * 100)); done
three=$(files "$a" | tail -n 3 | (cd "$a" && xargs cat) | wc -c)
flowcat --expire "$a" --max-size "$(kilo "$three")"
is 'a size that three files have exactly' "$?:$(files "$a")" "0:$(for i in 3 2 1; do name $((today - i * day)); done)"
flowcat --expire "$a" --max-size "$(kilo $((three - 1)))"
is 'and a byte less' "$?:$(files "$a")" "0:$(for i in 2 1; do name $((today - i * day)); done)"

# As flowcap -M has them.
m=$work/m
for e in 10-0-0-1 2001-db8--1; do for ((i = 3; i >= 1; i--)); do slot "$m/$e" $((today - i * day)); done; done
one=$(cd "$m" && stat -c %s "10-0-0-1/$(name $((today - day)))")
flowcat --expire "$m" --max-size "$(kilo $((one * 3)))" --each -n >"$work/out" 2>&1
is '--each: three files of each fit, or hardly more' "$?:$([ "$(wc -l <"$work/out")" -le 2 ] && echo yes)" 0:yes
flowcat --expire "$m" --max-age 2d
is 'all exporters lose what is old' "$?:$(files "$m" | wc -l):$(ls "$m" | tr '\n' ' ')" "0:2:10-0-0-1 2001-db8--1 "
flowcat --expire "$m" --max-age 1h
is 'directories of exporters stay' "$?:$(files "$m" | wc -l):$(ls "$m" | tr '\n' ' ')" "0:0:10-0-0-1 2001-db8--1 "

# Held, linked, of others, and odd.
o="$work/odd
name"
slot "$o" $old
slot "$o/held" $old
slot "$o/a b*" $old
slot "$work/elsewhere" $old
: >"$o/held/.keep"
ln -s "$work/elsewhere" "$o/link"
cp "$o/$(name $old)" "$o/other.parquet"
ln -s "$work/elsewhere/$(name $old)" "$o/flowcap.202001010000.parquet"
cp "$o/$(name $old)" "$o/.flowcap.202001010000.parquet.1-0"
flowcat --expire "$o" --max-age 90d -v >"$work/out" 2>"$work/err"
is 'what is held, linked, hidden and of others stays' "$?:$(cd "$o" && find . -name '*.parquet*' | sort)" "0:$(printf '%s\n' \
	./.flowcap.202001010000.parquet.1-0 ./flowcap.202001010000.parquet "./held/$(name $old | cut -c 3-)" ./other.parquet)"
is 'and what links lead to' "$(files "$work/elsewhere")" "$(name $old)"
is 'which is told' "$(grep -c 'held directories 1,' "$work/err")" 1

# A slot that is not over, and one of the future.
f=$work/future
slot "$f" $((today + 10 * day))
flowcat --expire "$f" --max-size 1k --max-age 1h 2>"$work/err"
is 'the future does not go, and a limit that cannot be kept is told' "$?:$(files "$f" | wc -l):$(grep -c 'no more may' "$work/err")" 1:1:1

# A file of a day has the name of its first slot, and goes by its end.
c=$work/compact
d=$((today - 5 * day))
flowgen -w "$c" -n 600 --start "@$d" --duration 23h --seed 3 || exit 99
slot "$c" $((d + day))
flowcat --compact $day "$c" || exit 99
is 'a file of a day' "$(files "$c" | head -n 1)" "$(name $d)"
within=$(((now - d - 12 * 3600) / 60))m
flowcat --expire "$c" --max-age "$within"
is 'the day is not over before its end' "$?:$(files "$c" | wc -l)" 0:2
flowcat --expire "$c" --max-age $(((now - d - 23 * 3600) / 60 - 10))m
is 'and goes then' "$?:$(files "$c")" "0:$(name $((d + day)))"

# Local time.  The flows begin with a slot, so that all are in one file.
l=$work/local
begin=$(((now - 7200) / 300 * 300))
TZ=XXX-12 flowgen -w "$l" -n 10 --start "@$begin" --duration 10 -S 0 || exit 99
f=$(date -u -d "@$((begin + 43200))" +flowcap.%Y%m%d%H%M.parquet)
mv "$l"/*.parquet "$l/$f"
is 'a name of local time is not over in UTC' "$(TZ=XXX-12 flowcat --expire "$l" --max-age 1h -n)" ''
is 'but is with --local-time' "$(TZ=XXX-12 flowcat --expire "$l" --max-age 1h -n --local-time)" "$l/$f"

# Others at work, and what may not be removed.
u=$work/use
slot "$u" $old
slot "$u" $((old + day))
exec 9<"$(dirname "$u/$(name $old)")"
flock 9
flowcat --expire "$u" --max-size 1k -v >"$work/out" 2>"$work/err"
is 'a directory that is locked waits, and nothing goes instead' "$?:$(files "$u" | wc -l):$(grep -c 'in use 1' "$work/err")" 0:2:1
exec 9<&-
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
	cp "$FLOW_BUILDDIR/flowcat" "$work/flowcat" && chmod 755 "$work" "$work/flowcat"
	as="setpriv --reuid 65534 --regid 65534 --clear-groups $work/flowcat"
else
	as=flowcat
	chmod -R a-w "$u"
fi
$as --expire "$u" --max-age 90d 2>"$work/err"
is 'what may not be removed is told, once a directory' "$?:$(files "$u" | wc -l):$(grep -c 'Permission denied' "$work/err")" 1:2:2
chmod -R u+w "$u"
flowcat --expire "$work/nowhere" --max-age 1d 2>"$work/err"
is 'a directory that is not there' "$?:$(grep -c 'No such file' "$work/err")" 1:1
: >"$work/plain"
flowcat --expire "$work/plain" --max-age 1d 2>"$work/err"
is 'or is none' "$?:$(grep -c 'Not a directory' "$work/err")" 1:1

# Interrupted at any time, and ended by the next run: the oldest have gone, and nothing else.
k=$work/killed
flowgen -w "$k" -n 3000 --start "@$old" --duration 2d --slot 300 --seed 5 || exit 99
slot "$k" $yesterday
all=$(files "$k")
wrong=0
for after in 0.001 0.002 0.004 0.006 0.01 0.02; do
	flowcat --expire "$k" --max-age 90d >/dev/null 2>&1 &
	sleep $after
	kill -9 $! 2>/dev/null
	wait $! 2>/dev/null
	left=$(files "$k")
	[ "$left" = "$(tail -n "$(wc -l <<<"$left")" <<<"$all")" ] || wrong=$((wrong + 1))
done
is 'killed, the youngest are there' $wrong 0
flowcat --expire "$k" --max-age 90d
is 'and the next run ends it' "$?:$(files "$k")" "0:$(name $yesterday)"

# Beside readers and --compact: never an error, and what is young is always there.
r=$work/readers
flowgen -w "$r" -n 4000 --start "@$old" --duration 3d --seed 6 || exit 99
slot "$r" $yesterday 50
steps=$(flowcat -r "$r" -q -o csv:received | cut -c 1-10 | sort -u | head -n -1)
(for d in $steps; do
	flowcat --expire "$r" --max-age $((now - $(date -u -d "$d" +%s) - day + 3600))s || echo "expire $d"
	flowcat --compact 3600 "$r" || echo "compact $d"
done >"$work/log" 2>&1) &
writer=$!
reads=0 wrong=0
while kill -0 $writer 2>/dev/null; do
	got=$(flowcat -r "$r" -q -o csv 2>"$work/err" | tail -n 50 | wc -l)
	reads=$((reads + 1))
	[ "$got" = 50 ] && [ ! -s "$work/err" ] && continue
	wrong=$((wrong + 1))
	echo "# read $reads: $got flows: $(head -n 2 "$work/err")"
done
wait $writer
is 'no run fails beside another' "$(grep -v 'No such file' "$work/log")" ''
is 'and no reader' "$wrong:$([ $reads -ge 1 ] && echo yes)" 0:yes
is 'the youngest stays' "$(flowcat -r "$r" -q -o csv | wc -l):$(files "$r" | tail -n 1)" "50:$(name $yesterday)"

# A disk that is full.
if unshare -rm true 2>/dev/null; then
	cat >"$work/full.sh" <<-'END'
	mount -t tmpfs -o size=8M tmpfs "$1" || exit 98
	cp -r "$2"/* "$1"
	before=$(find "$1" -name '*.parquet' | wc -l)
	avail=$(($(stat -f -c '%a * %S' "$1")))
	first=$(find "$1" -name '*.parquet' | sort | head -n 1)
	flowcat --expire "$1" --min-free $((avail)) -n
	flowcat --expire "$1" --min-free $((avail + 1)) -n | wc -l
	flowcat --expire "$1" --min-free $((avail + 1))
	echo "$? $(($(find "$1" -name '*.parquet' | wc -l) - before)) $([ ! -e "$first" ] && echo oldest)"
	dd if=/dev/zero of="$1/fill" bs=64k 2>/dev/null
	flowcat --expire "$1" --min-free 1k 2>&1
	echo "$? $(($(find "$1" -name '*.parquet' | wc -l) - before))"
	flowcat --expire "$1" --min-free 50% 2>&1 | cut -d: -f 2
	END
	mkdir "$work/mount" "$work/fill"
	for ((i = 4; i >= 1; i--)); do slot "$work/fill" $((today - i * day)); done
	is 'as much goes as is missing' "$(unshare -rm bash "$work/full.sh" "$work/mount" "$work/fill")" "1
0 -1 oldest
0 -2
 the free space"
else
	skip 'as much goes as is missing' 'no file system can be mounted here'
fi

# flowcap -e: at the start, and after each slot.
w=$work/live
slot "$w" $old
slot "$w" $yesterday
flowcap -w "$w" -p 0 -b 127.0.0.1 -t 2 -e age=90d 2>"$work/log" &
collector=$!
check 'flowcap -e removes at the start' waits test ! -e "$w/$(name $old)"
slot "$w" $older
check 'and after a slot' waits test ! -e "$w/$(name $older)"
kill $collector
wait $collector
is 'and ends' "$?:$(files "$w"):$(grep -c 'expired: files 1' "$work/log")" "0:$(name $yesterday):2"
collector=
is '-e with what is no limit' "$(flowcap -w "$w" -e age=tomorrow 2>&1 | head -n 1)" \
	"flowcap: -e: 'tomorrow' is no age of an hour or more, such as 90d"

is 'nor with a size of some bytes' "$(flowcap -w "$w" -e size=2 2>&1 | head -n 1)" \
	"flowcap: -e: '2' is a size of 2 bytes: give it a unit: 2G, 2T"
before=$(files "$w")
is 'by hand, too' "$(flowcat --expire "$w" --max-size 2 2>&1 | head -n 1)" \
	"flowcat: --max-size: '2' is a size of 2 bytes: give it a unit: 2G, 2T"
is 'and free space' "$(flowcat --expire "$w" --min-free 10 2>&1 | head -n 1)" \
	"flowcat: --min-free: '10' is a free space of 10 bytes: give it a unit: 10G, or 10%"
is 'nothing goes by that' "$(files "$w")" "$before"
for wrong in "-n" "-v" "--each" "--max-age 1d" "--expire $w" "--expire $w --max-age 1" "--expire $w --max-size 0" \
	"--expire $w --min-free 100%" "--expire $w --max-age 1d $w" "--expire $w --max-age 1d -w x" \
	"--expire $w --max-age 1d -c 1" "--expire $w --max-age 1d -I"; do
	# shellcheck disable=SC2086
	flowcat $wrong >/dev/null 2>&1 </dev/null
	is "flowcat ${wrong//$work/} is misuse" $? 2
done

echo "1..$number"
exit "$failed"
