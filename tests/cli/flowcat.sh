#!/usr/bin/env bash
# flowcat end to end, on an archive that flowgen invented.  What is expected is counted from the
# CSV with awk, or known from the invention's options.
set -u

# shellcheck source=tests/cli/tap.sh
. "$FLOW_SRCDIR/tests/cli/tap.sh"

PATH=$FLOW_BUILDDIR:$PATH
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

has()
{
	case $2 in
	*"$3"*) is "$1" yes yes ;;
	*) is "$1" "$2" "...$3..." ;;
	esac
}

flows=20000
a=$tmp/archive
mkdir "$a"
flowgen -w "$a" -n $flows --seed 4 -r 20 || exit 99
csv=$tmp/all.csv
flowcat -r "$a" -o csv >"$csv"
is 'flowcat -o csv ends well' $? 0
is 'the header is the contract' "$(head -n 1 "$csv")" first,last,src_addr,dst_addr,src_port,dst_port,proto,tcp_flags,tos,packets,bytes,flows,in_if,out_if,src_as,dst_as,exporter,sampling
is 'a row for each flow' "$(tail -n +2 "$csv" | wc -l)" $flows
is 'many files' "$([ "$(find "$a" -name '*.parquet' | wc -l)" -ge 4 ] && echo yes)" yes

flowcat -r "$a" -j 1 -o csv | cmp -s - "$csv"
is 'one thread prints the same' $? 0
flowcat -j 7 "$a" -o csv | cmp -s - "$csv"
is 'seven threads print the same' $? 0
flowcat -o csv "$a"/*/*/*/*/*.parquet | cmp -s - "$csv"
is 'files one by one print the same' $? 0
flowcat -o csv "$a/*/*/*/*/flowcap.*.parquet" | cmp -s - "$csv"
is 'a quoted pattern prints the same' $? 0
(cd "$a" && flowcat -o csv .) | cmp -s - "$csv"
is 'the current directory prints the same' $? 0

is '-c 5' "$(flowcat -r "$a" -o csv -c 5)" "$(head -n 6 "$csv")"
is '-c 0 is a header' "$(flowcat -r "$a" -o csv -c 0)" "$(head -n 1 "$csv")"
is 'a filter' "$(flowcat -r "$a" -o csv 'dst port 53 and proto udp' | tail -n +2)" "$(awk -F, 'NR > 1 && $6 == 53 && $7 == 17' "$csv")"
is 'a filter of counters' "$(flowcat -r "$a" -o csv 'bytes > 100k' | tail -n +2)" "$(awk -F, 'NR > 1 && $11 > 100000' "$csv")"
host=$(awk -F, 'NR == 500 { print $3 }' "$csv")
is 'a host' "$(flowcat -r "$a" -o csv "host $host" | tail -n +2)" "$(awk -F, -v h="$host" 'NR > 1 && ($3 == h || $4 == h)' "$csv")"

# The data's first and last seconds: from the first begin, and to the last end.
flowcat -r "$a" -q -o 'fmt:%tsr %ter' >"$tmp/times"
for seconds in 1 100 300 5000; do
	is "the first $seconds seconds" "$(flowcat -r "$a" -q -o csv:first -t "+$seconds" | wc -l)" "$(awk -v n=$seconds '
		{ ms[NR] = $1 * 1000; if (NR == 1 || ms[NR] < least) least = ms[NR] }
		END { for (i in ms) k += ms[i] < least + n * 1000; print k + 0 }' OFMT=%.0f "$tmp/times")"
	is "the last $seconds seconds" "$(flowcat -r "$a" -q -o csv:first -t "-$seconds" | wc -l)" "$(awk -v n=$seconds '
		{ ms[NR] = $1 * 1000; if ($2 * 1000 > most) most = $2 * 1000 }
		END { for (i in ms) k += ms[i] > most - n * 1000; print k + 0 }' OFMT=%.0f "$tmp/times")"
done
is 'the same of standard input' "$(flowcat -r "$a" -w - | flowcat -q -o csv:first -t -300 | wc -l)" \
	"$(flowcat -r "$a" -q -o csv:first -t -300 | wc -l)"
is 'the same by one thread' "$(flowcat -r "$a" -q -o csv:first -t -300 -j 1 | wc -l)" \
	"$(flowcat -r "$a" -q -o csv:first -t -300 | wc -l)"
is 'such a window plans by statistics, too' "$(flowcat -r "$a" --explain -t -1 | sed -n 's/^files: .*which \([0-9]*\) .*/\1/p' |
	awk '{ print ($1 > 0) }')" 1
is 'of no files that is none' "$(flowcat -r "$a" -q -o csv:first -t -300 'port 1 and port 2 and port 3')" ''
# Idents are files' own.
flowcat -r "$a" -c 2 -w "$tmp/red.parquet" -i red
flowcat -r "$a" -c 1 -w "$tmp/blue.parquet" -i blue
flowcat -r "$a" -c 1 -w "$tmp/plain.parquet"
is '%idt is the ident of the file' "$(flowcat -q -o 'fmt:%idt' "$tmp/red.parquet" "$tmp/blue.parquet" "$tmp/plain.parquet" |
	sed 's/ *$//' | sort | uniq -c | sed 's/^ *//' | tr '\n' ,)" '1 <no ident>,1 blue,2 red,'
is 'of sorted rows, the one of all files' "$(flowcat -q -O bytes -o 'fmt:%idt' "$tmp/red.parquet" | tr -d ' \n')" redred
is 'or that they differ' "$(flowcat -q -O bytes -o 'fmt:%idt' "$tmp/red.parquet" "$tmp/blue.parquet" | sort -u | tr -d ' \n')" \
	'<several>'
rm "$tmp"/{red,blue,plain}.parquet

# A file of some rows speaks of these: exporters without any are left out, the others count these alone.
mkdir "$tmp/two"
flowgen -w "$tmp/two" -n 3000 --exporters 2 -v 10 --lose 20 2>/dev/null
exporter=$(flowcat -r "$tmp/two" -q -c 1 -o csv:exporter)
flowcat -r "$tmp/two" -w "$tmp/some.parquet" "exporter ip $exporter and proto udp"
flowcat -r "$tmp/two" -q -o csv:packets,bytes "exporter ip $exporter and proto udp" >"$tmp/rows"
is 'only their exporters' "$(flowcat -E -r "$tmp/some.parquet" | sed -n 's/^Exporter: \([^,]*\),.*/\1/p')" "$exporter"
has 'with what they add up to' "$(flowcat -E -r "$tmp/some.parquet" | sed -n 2p)" \
	"$(awk -F, '{ p += $1; b += $2 } END { printf "flows %d, packets %d, bytes %d", NR, p, b }' "$tmp/rows")"
is 'and nothing of what was received' "$(flowcat -E -r "$tmp/some.parquet" | grep -c 'datagrams\|lost')" 0
is 'nor of losses' "$(flowcat -I -r "$tmp/some.parquet" | grep -c 'Sequence\|Kernel')" 0
is 'names of interfaces stay' "$(flowcat -E -r "$tmp/some.parquet" | grep -c '  interface')" \
	"$(flowcat -E -r "$tmp/two" | awk -v e="$exporter," '/^Exporter/ { on = $2 == e } on && /  interface/' | wc -l)"
flowcat -r "$tmp/two" -w "$tmp/whole.parquet"
is 'a file of all rows says all' "$(flowcat -E -r "$tmp/whole.parquet")" "$(flowcat -E -r "$tmp/two")"
is 'and so of losses' "$(flowcat -I -r "$tmp/whole.parquet" | grep Sequence)" "$(flowcat -I -r "$tmp/two" | grep Sequence)"
is 'a window leaves rows out, too' "$(flowcat -r "$tmp/two" -w - -t +1 | flowcat -E | grep -c datagrams)" 0
is 'and a limit' "$(flowcat -r "$tmp/two" -w - -c 7 | flowcat -E | sed -n 's/.*flows \([0-9]*\).*/\1/p' | awk '{ n += $1 } END { print n }')" 7
is 'nothing has no exporters' "$(flowcat -r "$tmp/two" -w - 'port 1 and port 2 and port 3' | flowcat -E)" ''
rm -r "$tmp/two" "$tmp"/{some,whole}.parquet

# Large dictionaries are in pieces: page headers tell so by a UUID.
one=$tmp/one.parquet
flowcat -r "$a" -w "$one"
is 'a large dictionary is in pieces' "$(LC_ALL=C grep -q -a "$(printf '\xb5\xcek\x8b')" "$one" && echo yes)" yes
for row in 2 777 5000 12345 20001; do
	some=$(awk -F, -v n=$row 'NR == n { print $4 }' "$csv")
	is "a host of one large file, row $row" "$(flowcat -r "$one" -o csv "host $some" | tail -n +2)" \
		"$(awk -F, -v h="$some" 'NR > 1 && ($3 == h || $4 == h)' "$csv")"
done
is 'a host that it lacks' "$(flowcat -r "$one" -q -o csv 'host 192.0.2.255')" ''
rm "$one"
printf 'dst port 53 # names\nand proto udp\n' >"$tmp/filter"
is 'a filter from a file' "$(flowcat -r "$a" -f "$tmp/filter" -o csv | wc -l)" "$(flowcat -r "$a" -o csv 'dst port 53 and proto udp' | wc -l)"
from=$(awk -F, 'NR == 6000 { print $1 }' "$csv") to=$(awk -F, 'NR == 9000 { print $1 }' "$csv")
is 'a window takes flows that begin in it' "$(flowcat -r "$a" --utc -t "$from..$to" -o csv | tail -n +2)" \
	"$(awk -F, -v f="$from" -v t="$to" 'NR > 1 && $1 >= f && $1 < t' "$csv")"

is '-O tstart is a stable sort' "$(flowcat -r "$a" -O tstart -o csv | tail -n +2 | cksum)" \
	"$(tail -n +2 "$csv" | LC_ALL=C sort -s -t, -k1,1 | cksum)"
is '-O bytes descends' "$(flowcat -r "$a" -O bytes -o csv -q | cksum)" \
	"$(tail -n +2 "$csv" | LC_ALL=C sort -s -t, -k11,11nr | cksum)"
is '-O packets:a with files for what does not fit' "$(flowcat -r "$a" -O packets:a --memory 1M -o csv -q | cksum)" \
	"$(tail -n +2 "$csv" | LC_ALL=C sort -s -t, -k10,10n | cksum)"
is '-O with -c' "$(flowcat -r "$a" -O bytes -o csv -q -c 3)" \
	"$(tail -n +2 "$csv" | LC_ALL=C sort -s -t, -k11,11nr | head -n 3)"
# The first rows are found by the order's columns alone; sorting all is another way to them.
for order in bytes packets:a tstart:d duration bpp src_as src_as:a rev_bytes; do
	for rows in 1 20 8200; do
		is "-O $order -c $rows are the first of all" "$(flowcat -r "$a" -O "$order" -o csv:all -q -c "$rows" -j 3 | cksum)" \
			"$(flowcat -r "$a" -O "$order" -o csv:all -q | head -n "$rows" | cksum)"
	done
done
is 'of those that a filter lets through' "$(flowcat -r "$a" -O bytes -o csv:all -q -c 50 'proto udp and src port > 1023' | cksum)" \
	"$(flowcat -r "$a" -O bytes -o csv:all -q 'proto udp and src port > 1023' | head -n 50 | cksum)"
flowcat -r "$a" -O bytes -c 100 -w "$tmp/top.parquet"
is '-O with -c and -w' "$(flowcat -o csv:all -q "$tmp/top.parquet" | cksum)" \
	"$(flowcat -r "$a" -O bytes -o csv:all -q | head -n 100 | cksum)"
rm "$tmp/top.parquet"
flowcat -r "$a" -O dst_port -w "$tmp/sorted.parquet"
is '-O with -w: all columns, sorted' "$(flowcat -o csv:all -q "$tmp/sorted.parquet" | LC_ALL=C sort | cksum)" \
	"$(flowcat -o csv:all -q "$a" | LC_ALL=C sort | cksum)"
rm "$tmp/sorted.parquet"
flowcat -r "$a" -O src_mac 2>/dev/null
is 'an order that is none is misuse' $? 2
if command -v jq >/dev/null; then
	is 'json is one array' "$(flowcat -r "$a" -o json:src_addr,bytes | jq length)" $flows
	is 'json of nothing' "$(flowcat -r "$a" -o json 'port 1 and port 2 and port 3' | jq -c .)" '[]'
	is 'ndjson is an object a line' "$(flowcat -r "$a" -o ndjson:bytes | jq -s 'map(.bytes) | add')" \
		"$(awk -F, 'NR > 1 { s += $11 } END { printf "%d", s }' "$csv")"
else
	number=$((number + 1))
	echo "ok $number - jq # SKIP no jq"
fi
is 'null prints nothing' "$(flowcat -r "$a" -o null | wc -c)" 0

flowcat -r "$a" -w "$tmp/one.parquet" -z gzip -i merged
is '-w merges' "$(flowcat -o csv "$tmp/one.parquet" | cksum)" "$(cksum <"$csv")"
flowcat -r "$a" -w "$tmp/small.parquet" && flowcat --verify "$tmp/small.parquet" >"$tmp/out"
is 'small row groups become one' "$(flowcat "$tmp/small.parquet" --explain | grep 'row groups:'):$(flowcat -o csv:all "$tmp/small.parquet" | cksum):$(grep -c good "$tmp/out")" \
	"row groups: 1, ruled out by statistics 0, by Bloom filters 0:$(flowcat -r "$a" -o csv:all | cksum):1"
# Row groups that are written as they stand: a copy is the file, whatever it is compressed with.
for codec in lz4 none gzip; do
	flowcat -r "$a" -w "$tmp/$codec.parquet" -z $codec
	flowcat -r "$tmp/$codec.parquet" -w "$tmp/copy.parquet"
	is "a copy of a file of $codec" "$(cksum <"$tmp/copy.parquet")" "$(cksum <"$tmp/$codec.parquet")"
	flowcat -r "$tmp/$codec.parquet" -w "$tmp/copy.parquet" -z lz4
	is "-z lz4 of a file of $codec" "$(cksum <"$tmp/copy.parquet")" "$(cksum <"$tmp/lz4.parquet")"
done
flowgen -w "$tmp/large" -n 400000 --seed 5 -r 100000 || exit 99
all=$(flowcat -r "$tmp/large" -o csv:all | cksum)
flowcat -r "$tmp/large" -w "$tmp/copy.parquet" && flowcat --verify "$tmp/copy.parquet" >/dev/null
is 'a copy of several row groups' "$?:$(flowcat -o csv:all "$tmp/copy.parquet" | cksum):$(flowcat -E "$tmp/copy.parquet" | cksum)" \
	"0:$all:$(flowcat -E "$tmp/large" | cksum)"
flowcat -r "$tmp/large" -w "$tmp/copy.parquet" -c 300000 && flowcat --verify "$tmp/copy.parquet" >/dev/null
is 'a copy that ends in a row group' "$?:$(flowcat -q -o csv:all "$tmp/copy.parquet" | cksum)" \
	"0:$(flowcat -q -r "$tmp/large" -o csv:all -c 300000 | cksum)"
middle=$(flowcat -r "$tmp/large" -q -o csv:first -c 150000 | tail -n 1)
flowcat -r "$tmp/large" --utc -w "$tmp/copy.parquet" "first seen > $middle" && flowcat --verify "$tmp/copy.parquet" >/dev/null
is 'a copy of one row group and a part' "$?:$(flowcat -o csv:all "$tmp/copy.parquet" | cksum):$(flowcat -E "$tmp/copy.parquet" |
	sed -n 's/.*flows \([0-9]*\).*/\1/p' | awk '{ n += $1 } END { print n }')" \
	"0:$(flowcat -r "$tmp/large" --utc -o csv:all "first seen > $middle" | cksum):$(flowcat -r "$tmp/large" --utc -q -o csv:first "first seen > $middle" | wc -l)"
# Sorted by hand: bytes descend, and rows with as many stay as they came; whether or not rows fit memory.
flowcat -r "$tmp/large" -q -o csv:bytes,first,src_addr,dst_port,in_if,received | LC_ALL=C sort -s -t, -k1,1nr | cksum >"$tmp/order"
for memory in 1G 20M; do
	flowcat -r "$tmp/large" -O bytes --memory $memory -w "$tmp/copy.parquet" && flowcat --verify "$tmp/copy.parquet" >/dev/null
	is "-O with -w of several row groups, --memory $memory" \
		"$?:$(flowcat -q "$tmp/copy.parquet" -o csv:bytes,first,src_addr,dst_port,in_if,received | cksum):$(flowcat -E "$tmp/copy.parquet" | cksum)" \
		"0:$(cat "$tmp/order"):$(flowcat -E "$tmp/large" | cksum)"
done
flowcat -r "$tmp/large" -O bytes -w "$tmp/copy.parquet" 'proto udp' && flowcat --verify "$tmp/copy.parquet" >/dev/null
is '-O with -w of rows that a filter lets through' "$?:$(flowcat -E "$tmp/copy.parquet" | sed -n 's/.*flows \([0-9]*\).*/\1/p' |
	awk '{ n += $1 } END { print n }'):$(flowcat -q "$tmp/copy.parquet" -o csv:bytes,first,dst_addr | cksum)" \
	"0:$(flowcat -q -r "$tmp/large" -o csv:proto 'proto udp' | wc -l):$(flowcat -q -r "$tmp/large" -O bytes -o csv:bytes,first,dst_addr 'proto udp' | cksum)"
# A wrong byte in the second of them: told, and not written as if it were good.
file=$(find "$tmp/large" -name '*.parquet' | head -n 1)
printf '\377\377\377' | dd of="$file" bs=1 seek=$(($(stat -c %s "$file") / 4)) conv=notrunc 2>/dev/null
flowcat -r "$tmp/large" -w "$tmp/copy.parquet.bad" 2>"$tmp/err"
is 'damage is told, and not copied' "$?:$(grep -c 'checksum' "$tmp/err"):$(flowcat --verify "$tmp/copy.parquet.bad" >/dev/null 2>&1 && echo good)" 1:1:good
rm -r "$tmp/large" "$tmp"/copy.parquet* "$tmp/none.parquet" "$tmp/lz4.parquet" "$tmp/gzip.parquet" "$tmp/small.parquet"
flowcat -r "$a" -w - 'proto udp' | flowcat -r - -o csv >"$tmp/pipe.csv"
is 'through a pipe' "$(tail -n +2 "$tmp/pipe.csv")" "$(awk -F, 'NR > 1 && $7 == 17' "$csv")"
key=0123456789abcdef0123456789abcdef
echo $key >"$tmp/key"
flowcat -r "$a" -K $key -o csv -q >"$tmp/renamed"
flowcat -r "$a" -K "@$tmp/key" -o csv -q | cmp -s - "$tmp/renamed"
is '-K takes its key from a file too' $? 0
is '-K changes addresses only' "$(cut -d, -f 1,2,5-16,18 "$tmp/renamed" | cksum)" "$(tail -n +2 "$csv" | cut -d, -f 1,2,5-16,18 | cksum)"
is '-K gives each address one name of its own' \
	"$(tail -n +2 "$csv" | cut -d, -f 3 | paste -d, - <(cut -d, -f 3 "$tmp/renamed") | sort -u | wc -l):$(cut -d, -f 3 "$tmp/renamed" | sort -u | wc -l)" \
	"$(tail -n +2 "$csv" | cut -d, -f 3 | sort -u | wc -l):$(tail -n +2 "$csv" | cut -d, -f 3 | sort -u | wc -l)"
is '-K leaves no address of the exporter' "$(flowcat -r "$a" -K $key -w - | flowcat -I - | grep -c 198.18.0.1)" 0
is 'filters see the real addresses' "$(flowcat -r "$a" -K $key -q -o csv "host $host" | wc -l)" "$(flowcat -r "$a" -q -o csv "host $host" | wc -l)"
flowcat -r "$a" -K short 2>/dev/null
is 'a key of the wrong length is misuse' $? 2
mkdir "$tmp/tree"
flowcat "$tmp/one.parquet" -w "$tmp/tree" --split 60 -S 1
is '--split keeps every row' "$(flowcat -o csv:all "$tmp/tree" | cksum)" "$(flowcat -o csv:all "$tmp/one.parquet" | cksum)"
is '--split files rows by the minute of receipt' "$(find "$tmp/tree" -name 'flowcap.*' | wc -l)" \
	"$(flowcat -q -o csv:received "$a" | cut -c 1-16 | sort -u | wc -l)"
is '--split keeps the ident' "$(flowcat -I "$tmp/tree" | head -n 1)" 'Ident: merged'
flowcat "$tmp/tree" -w "$tmp/tree" --split 86400 -S 0
is 'many files become one' "$(flowcat -o csv:all "$tmp"/tree/*.parquet | cksum)" "$(flowcat -o csv:all "$tmp/one.parquet" | cksum)"
rm -r "$tmp/tree"
info=$(flowcat -I "$tmp/one.parquet")
has '-I: ident' "$info" 'Ident: merged'
has '-I: flows' "$info" "Flows: $flows"
has '-I: bytes' "$info" "$(awk -F, 'NR > 1 { s += $11 } END { printf "Bytes: %d", s }' "$csv")"
has '-I: udp' "$info" "$(awk -F, 'NR > 1 && $7 == 17 { s += $10 } END { printf "Packets_udp: %d", s }' "$csv")"
is '-I of the tree and of the merged file agree' "$(flowcat -I "$a" | grep -E '^(Flows|Packets|Bytes|First|Last)')" \
	"$(grep -E '^(Flows|Packets|Bytes|First|Last)' <<<"$info")"
is '--verify' "$(flowcat --verify "$a" "$tmp/one.parquet" | grep -c ': good, ')" "$(find "$tmp" -name '*.parquet' | wc -l)"
printf '[flowcat]\nfmt.brief = "%%sa,%%byt"\n' >"$tmp/rc"
is 'a format of the configuration file' "$(flowcat -r "$a" -N -6 -q --config "$tmp/rc" -o brief -c 9 | tr -d ' ')" \
	"$(awk -F, 'NR > 1 && NR < 11 { print $3 "," $11 }' "$csv")"
has '--explain' "$(flowcat --explain -r "$a" 'src ip 192.0.2.77')" 'by Bloom filters'

flowcat -r "$a" -o csv 'prot udp' >"$tmp/out" 2>"$tmp/err"
is 'a wrong filter is misuse' "$?:$(wc -c <"$tmp/out")" 2:0
has 'and shown with a caret' "$(cat "$tmp/err")" '^'
flowcat --no-such-option 2>/dev/null
is 'a wrong option is misuse' $? 2
flowcat -r "$a" -o nonsense 2>/dev/null
is 'a wrong format is misuse' $? 2
flowcat -c x "$a" 2>/dev/null
is 'a wrong number is misuse' $? 2
flowcat --help >"$tmp/out"
is 'help ends well' "$?:$(head -c 6 "$tmp/out")" 0:usage:
flowcat -V >"$tmp/out"
is 'version ends well' $? 0

flowcat -r "$a" -r "$tmp/missing" -o csv >"$tmp/out" 2>"$tmp/err"
is 'a missing path is a failure' $? 1
has 'that is named' "$(cat "$tmp/err")" "$tmp/missing: No such file"
cmp -s "$tmp/out" "$csv"
is 'and the rest is printed' $? 0
head -c 5000 "$tmp/one.parquet" >"$tmp/cut.parquet"
flowcat "$tmp/cut.parquet" -o csv >"$tmp/out" 2>"$tmp/err"
is 'a cut file is a failure' $? 1
has 'that is named' "$(cat "$tmp/err")" "$tmp/cut.parquet: not a whole Parquet file"
: >"$tmp/empty.parquet"
flowcat "$tmp/empty.parquet" 2>"$tmp/err" >"$tmp/out"
is 'an empty file is a failure' $? 1
cp "$tmp/one.parquet" "$tmp/flip.parquet"
printf 'XXXXXXXX' | dd of="$tmp/flip.parquet" bs=1 seek=3000 conv=notrunc status=none
flowcat "$tmp/flip.parquet" -o csv:all >"$tmp/out" 2>"$tmp/err"
is 'damaged data is a failure' $? 1
flowcat --verify "$tmp/flip.parquet" "$tmp/one.parquet" >"$tmp/out" 2>"$tmp/err2"
is '--verify finds it, and goes on' "$?:$(cut -d: -f1,2 "$tmp/out")" "1:$tmp/one.parquet: good, $flows flows"
has 'found by its checksum' "$(cat "$tmp/err")" 'row group 0'

# One bad file among good ones: it is named, the others are read, and the status tells.
cp -r "$a" "$tmp/mixed"
bad=$(find "$tmp/mixed" -name '*.parquet' | sort | sed -n 2p)
good=$(find "$a" -name '*.parquet' | sort | sed 2d)
echo 'no Parquet' >"$bad"
for options in '-o csv -q' '-O bytes -o csv -q' '-j 1 -o ndjson' '-w -'; do
	# shellcheck disable=SC2086 # words
	flowcat -r "$tmp/mixed" $options >"$tmp/out" 2>"$tmp/err"
	is "a bad file, $options" "$?:$(grep -c "$bad: " "$tmp/err")" 1:1
	# shellcheck disable=SC2086
	[ "$options" = '-w -' ] || is "the others are printed, $options" "$(cksum <"$tmp/out")" \
		"$(xargs flowcat $options <<<"$good" | cksum)"
done
is 'the others are written' "$(flowcat -r - -o csv:all <"$tmp/out" | cksum)" \
	"$(xargs flowcat -o csv:all <<<"$good" | cksum)"
cp "$tmp/one.parquet" "$tmp/kept.parquet"
flowcat -r "$tmp/mixed" -r "$tmp/kept.parquet" -w "$tmp/kept.parquet" 2>"$tmp/err"
is 'a file is not replaced where another is bad' "$?:$(grep -c 'kept.parquet: not replaced' "$tmp/err"):$(cksum <"$tmp/kept.parquet")" \
	"1:1:$(cksum <"$tmp/one.parquet")"
rm "$tmp/kept.parquet"
flowcat -r "$tmp/mixed" -w "$tmp/kept.parquet" 2>"$tmp/err"
is 'a new file has what can be read' "$?:$(flowcat -o csv:all "$tmp/kept.parquet" | cksum)" \
	"1:$(xargs flowcat -o csv:all <<<"$good" | cksum)"
flowstat -r "$tmp/mixed" -A proto,dst_port -o csv >"$tmp/out" 2>"$tmp/err"
is 'flowstat names a bad file, and counts the others' "$?:$(grep -c "$bad: " "$tmp/err"):$(cksum <"$tmp/out")" \
	"1:1:$(flowstat -r "$tmp/kept.parquet" -A proto,dst_port -o csv | cksum)"
rm -r "$tmp/mixed" "$tmp/kept.parquet"

# Relative windows: flows of now, and of three hours ago.
flowgen -w "$tmp/recent" -n 300 -r 100 --start now-3h || exit 99
flowgen -w "$tmp/recent" -n 200 -r 100 --start now-10m || exit 99
is 'the last hour' "$(flowcat -r "$tmp/recent" -t -1h -o csv -q | wc -l)" 200
is 'until an hour ago' "$(flowcat -r "$tmp/recent" -t ..now-1h -o csv -q | wc -l)" 300
is 'from four hours to two hours ago' "$(flowcat -r "$tmp/recent" -t now-4h..now-2h -o csv -q | wc -l)" 300
is 'the same in a filter' "$(flowcat -r "$tmp/recent" 'first seen > now-1h' -o csv -q | wc -l)" 200
rm -r "$tmp/recent"

is 'flowstat reads what flowcat writes to a pipe' \
	"$(flowcat -r "$a" -w - 'proto udp' | flowstat -r - -A dst_port -o csv --measures flows,bytes | cksum)" \
	"$(flowstat -r "$a" -A dst_port -o csv --measures flows,bytes 'proto udp' | cksum)"
if getent services 443/tcp | grep -q '^https'; then
	is '--resolve names services' "$(flowcat -r "$a" --resolve -q -o fmt:%dp 'proto tcp and dst port 443' | tr -d ' ' | sort -u)" https
else
	number=$((number + 1))
	echo "ok $number - services # SKIP /etc/services does not have them"
fi

# Ranges of files and several directories; what is expected is what plain paths give.
first=$(find "$a" -name '*.parquet' | sort | sed -n 2p)
last=$(find "$a" -name '*.parquet' | sort | sed -n 3p)
below=${last#"$(dirname "$(dirname "$(dirname "$(dirname "$(dirname "$first")")")")")"/}
is '-R reads from file to file' "$(flowcat -R "$first:$below" -o csv -q | cksum)" \
	"$(flowcat -r "$first" -r "$last" -o csv -q | cksum)"
cp -r "$a" "$tmp/archive2"
is '-M reads the same in several directories' \
	"$(flowcat -M "$a:archive2" -R "${first#"$a"/}:${last#"$a"/}" -o csv:bytes -q | sort | cksum)" \
	"$(flowcat -r "$first" -r "$last" -r "$first" -r "$last" -r "$tmp/archive2${first#"$a"}" \
	-r "$tmp/archive2${last#"$a"}" -o csv:bytes -q | sort | cksum)"
is '-M alone reads all of them' "$(flowcat -M "$a:archive2" -o csv -q | wc -l)" $((2 * flows))
is '-m is -O tstart' "$(flowcat -r "$a" -m -o csv -q | cksum)" "$(flowcat -r "$a" -O tstart -o csv -q | cksum)"
flowcat -Z 'src ip 192.0.2.1 and port in [80, 443]' 2>"$tmp/err"
is '-Z says yes' "$?:$(cat "$tmp/err")" 0:
flowcat -Z 'src ipp 192.0.2.1' 2>"$tmp/err"
is '-Z says no' "$?:$(grep -c 'ipp' "$tmp/err")" 2:2
is '-g has a line a file, and all flows' "$(flowcat -r "$a" -g | awk -F, '!/^#/ { n++; flows += $2 } END { print n, flows }')" \
	"$(find "$a" -name '*.parquet' | wc -l) $flows"
is '-E tells of exporters' "$(flowcat -r "$a" -E | sed -n '1p;2p' | tr '\n' ' ' | sed 's/datagrams [0-9]*/datagrams N/; s/packets.*//')" \
	"Exporter: 198.18.0.1, version 9, domain 0   datagrams N, flows $flows, "
for task in -I -g -E --verify; do
	flowcat -r "$a" $task 'proto tcp' >"$tmp/out" 2>"$tmp/err"
	is "$task takes no filter" "$?:$(wc -c <"$tmp/out"):$(grep -c -- "$task is about whole files.*'proto tcp'" "$tmp/err")" 2:0:1
	flowcat -r "$a" $task -t +1 >"$tmp/out" 2>"$tmp/err"
	is 'nor a window' "$?:$(wc -c <"$tmp/out"):$(grep -c -- "$task.*-t" "$tmp/err")" 2:0:1
done
is 'the filter before it counts' "$(flowcat -r "$a" -w - 'proto tcp' | flowcat -I | sed -n 's/^Flows: //p')" \
	"$(flowcat -r "$a" -q -o csv:proto 'proto tcp' | wc -l)"
is 'and of names' "$(flowcat -r "$a" -E | grep -c '^  interface 1: Gi0/0/0 (customer 1)$')" 1

# A tree by columns: each directory has the rows of its values, all together all rows.
flowcat -r "$a" -w "$tmp/hive" --split-by proto,in_vrf
is '--split-by' $? 0
is 'a directory for each value, of what has none too' "$(cd "$tmp/hive" && find . -mindepth 2 -type d | sort | sed 's|^\./||')" \
	"$(flowcat -r "$a" -o csv:proto -q | sort -un | sed 's|.*|proto=&/in_vrf=__HIVE_DEFAULT_PARTITION__|' | sort)"
is 'with the rows of that value' "$(flowcat -r "$tmp/hive/proto=17" -o csv -q | sort | cksum)" \
	"$(flowcat -r "$a" -o csv -q 'proto udp' | sort | cksum)"
is 'and no row lost' "$(flowcat -r "$tmp/hive" -o csv:all -q | sort | cksum)" "$(flowcat -r "$a" -o csv:all -q | sort | cksum)"
flowcat -r "$a" -w "$tmp/hive" --split-by proto,in_vrf 'proto udp'
is 'again, into files beside' "$(flowcat -r "$tmp/hive/proto=17" -o csv -q | wc -l)" \
	"$((2 * $(flowcat -r "$a" -o csv -q 'proto udp' | wc -l)))"
flowcat -r "$a" -w "$tmp/hive6" --split-by next_hop 'inet6'
is 'names have no colons' "$(find "$tmp/hive6" -name '*:*' | wc -l):$(flowcat -r "$tmp/hive6" -o csv -q | wc -l)" \
	"0:$(flowcat -r "$a" -o csv -q 'inet6' | wc -l)"
flowcat -r "$a" -w "$tmp/hive7" --split-by first 2>/dev/null
is 'no tree by instants' $? 2

# Compaction: the same rows in the same order, in fewer files; what a stopped run left goes later.
cp -r "$a" "$tmp/compact"
all=$(flowcat -r "$a" -o csv:all -q | cksum)
find "$tmp/compact" -name '*.parquet' | sort >"$tmp/before"
mkdir "$tmp/saved"
while read -r path; do cp -p "$path" "$tmp/saved/"; done <"$tmp/before"
flowcat --cluster none --compact 3600 "$tmp/compact"
is '--compact' $? 0
is 'leaves one file an hour and directory' "$(find "$tmp/compact" -name '*.parquet' | wc -l)" \
	"$(sed 's|/[^/]*$||' "$tmp/before" | sort -u | wc -l)"
is 'and every row' "$(flowcat -r "$tmp/compact" -o csv:all -q | cksum)" "$all"
is 'and what exporters sent' "$(flowcat -r "$tmp/compact" -E | cksum)" "$(flowcat -r "$a" -E | cksum)"
is 'again there is nothing to do' "$(flowcat --cluster none --compact 3600 "$tmp/compact" 2>&1; flowcat -r "$tmp/compact" -o csv:all -q | cksum)" "$all"
gone=$(while read -r path; do [ -e "$path" ] || echo "$path"; done <"$tmp/before" | head -n 1)
cp -p "$tmp/saved/$(basename "$gone")" "$gone"
flowcat --cluster none --compact 3600 "$tmp/compact"
is 'what a stopped run left is removed' "$(flowcat -r "$tmp/compact" -o csv:all -q | cksum)" "$all"
flowcat -r "$tmp/one.parquet" -w "$gone"
flowcat --cluster none --compact 3600 "$tmp/compact"
is 'another file of that name is merged, not removed' "$(flowcat -r "$tmp/compact" -o csv -q | wc -l)" \
	$((flows + $(flowcat -r "$tmp/one.parquet" -o csv -q | wc -l)))
# Damage: nothing is replaced or removed where rows cannot be read, however often; other hours are merged.
damaged=$tmp/damaged
flowgen -w "$damaged" -n 4000 --seed 5 --duration 2h --start 2026-01-01T00:00:00Z
victim=$(find "$damaged" -path '*/00/*.parquet' | sort | sed -n 2p)
printf 'XXXXXXXX' | dd of="$victim" bs=1 seek=300 conv=notrunc status=none
before=$(find "$damaged" -path '*/00/*' -type f | sort | xargs cksum)
later=$(flowcat -r "$damaged/2026/01/01/01" -o csv:all -q | cksum)
for i in 1 2; do
	flowcat --cluster none --compact 3600 "$damaged" 2>"$tmp/err"
	is "a damaged page, run $i" "$?:$(grep -c "$victim: row group" "$tmp/err")" 1:1
	is "its hour stays as it is, run $i" "$(find "$damaged" -path '*/00/*' -type f | sort | xargs cksum)" "$before"
	is "another hour is merged, run $i" "$(find "$damaged/2026/01/01/01" -type f | wc -l):$(flowcat \
		-r "$damaged/2026/01/01/01" -o csv:all -q | cksum)" "1:$later"
done
head -c 3000 "$victim" >"$tmp/cut" && cp "$tmp/cut" "$victim"
rows=$(flowcat -r "$damaged" -o csv:all -q 2>/dev/null | cksum)
for i in 1 2; do
	flowcat --cluster none --compact 3600 "$damaged" 2>"$tmp/err"
	is "a cut file, run $i" "$?:$(grep -c "$victim: not a whole Parquet file" "$tmp/err")" 1:1
	is "it stays, run $i" "$(cksum <"$victim")" "$(cksum <"$tmp/cut")"
	is "and the rows of the others, run $i" "$(flowcat -r "$damaged" -o csv:all -q 2>/dev/null | cksum)" "$rows"
done
is 'the others of its hour are merged' "$(find "$damaged" -path '*/00/*' -type f | wc -l)" 2
rm -r "$damaged" "$tmp/cut"
# Clustering: the same rows, in each row group by the columns that are named.
cp -r "$a" "$tmp/cluster"
flowcat --compact 3600 "$tmp/cluster"
is '--compact in its own order' $? 0
is 'has every row' "$(flowcat -r "$tmp/cluster" -o csv:all -q | sort | cksum)" "$(flowcat -r "$a" -o csv:all -q | sort | cksum)"
one=$(find "$tmp/cluster" -name '*.parquet' | sort | head -n 1)
is 'by destination' "$(flowcat -r "$one" -o csv:dst_addr -q | cksum)" "$(flowcat -r "$one" -o csv:dst_addr -q | LC_ALL=C sort | cksum)"
is 'and smaller' "$(($(find "$tmp/cluster" -name '*.parquet' -printf '%s+')0 < $(find "$tmp/compact" -name '*.parquet' -printf '%s+')0))" 1
flowcat -r "$a" -w "$tmp/clustered.parquet" --cluster proto,dst_port
is '-w --cluster' "$(flowcat -r "$tmp/clustered.parquet" -o csv:proto,dst_port -q | cksum)" \
	"$(flowcat -r "$tmp/clustered.parquet" -o csv:proto,dst_port -q | LC_ALL=C sort -t , -k 1,1n -k 2,2n | cksum)"
is 'its rows' "$(flowcat -r "$tmp/clustered.parquet" -o csv:all -q | sort | cksum)" "$(flowcat -r "$a" -o csv:all -q | sort | cksum)"
is '--verify' "$(flowcat --verify "$tmp/clustered.parquet" >"$tmp/err"; echo $?)" 0
flowcat -r "$a" -w "$tmp/x.parquet" --cluster colour 2>"$tmp/err"
is 'a column that is none' "$?:$(grep -c "'colour' is no column" "$tmp/err")" 2:1
flowcat -r "$a" --cluster dst_addr 2>/dev/null
is '--cluster without files to write' $? 2
flowgen -w "$tmp/now" -n 100 --start now -r 1 && find "$tmp/now" -name '*.parquet' | sort >"$tmp/before"
flowcat --compact 86400 "$tmp/now"
is 'a day that is not over is left alone' "$(find "$tmp/now" -name '*.parquet' | sort | cksum)" "$(cksum <"$tmp/before")"
flowcat --compact 3600 "$tmp/compact" 'proto tcp' 2>/dev/null
is 'no filter' $? 2

printf 'proto tcp and\n  dst prot 53\n' >"$tmp/filter"
flowcat -r "$a" -f "$tmp/filter" 2>"$tmp/err"
is 'a mistake in a file is shown' "$?:$(sed 's|^.*/filter|filter|' "$tmp/err" | tr '\n' '#')" \
	"2:filter:2:7: 'prot' makes no sense behind 'dst'; did you mean 'port'?#  dst prot 53#      ^#"

# flowgen calls interface 1 of its exporters Gi0/0/0, and counts on from there.
flowgen -w "$tmp/named" -n 500 -v 10
is 'names that exporters announced' \
	"$(flowcat -r "$tmp/named" -o 'fmt:%in %inam' -q 'in if 3' | sort -u | tr -s ' ')" ' 3 Gi0/0/2'
is 'no names, numbers' "$(flowcat -r "$tmp/one.parquet" -o 'fmt:%ivrfnam' -q -c 1 | tr -d ' ')" 0

(set -o pipefail; flowcat -r "$a" -o csv 2>"$tmp/err" | head -n 1 >/dev/null)
is 'a closed pipe ends quietly' "$?:$(cat "$tmp/err")" 0:
if [ -w /dev/full ]; then
	flowcat -r "$a" -o csv >/dev/full 2>"$tmp/err"
	is 'a full disk is a failure' $? 1
	flowcat -r "$a" -w - >/dev/full 2>"$tmp/err"
	is 'a full disk is a failure for -w' $? 1
fi
flowcat -r "$a" -w "$tmp/no/such/dir.parquet" 2>/dev/null
is 'no directory for -w' $? 1
is 'nothing temporary is left' "$(find "$tmp" -name '.*parquet*' | wc -l)" 0

echo "1..$number"
exit "$failed"
