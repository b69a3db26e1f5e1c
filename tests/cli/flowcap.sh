#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# flowcap on loopback and on captures: what it files, where, and its manners.
# Counts come from flowgen's options and from tshark, never from flowcap.
set -u

# shellcheck source=tests/cli/tap.sh
. "$FLOW_SRCDIR/tests/cli/tap.sh"

flowcap=$FLOW_BUILDDIR/flowcap
flowcat=$FLOW_BUILDDIR/flowcat
flowgen=$FLOW_BUILDDIR/flowgen
work=$(mktemp -d "${TMPDIR:-/tmp}/flowcap-test.XXXXXX")
collector=
probe=

finish()
{
	[ -z "$collector" ] || kill -9 "$collector" 2>/dev/null
	[ -z "$probe" ] || kill -9 -- "-$probe" 2>/dev/null
	rm -rf "$work"
}
trap finish EXIT

# start FOLDER OPTION...: a collector on a free port of loopback; sets port, collector
start()
{
	mkdir -p "$1"
	rm -f "$work/log"
	"$flowcap" -w "$1" -p 0 "${@:2}" 2>"$work/log" &
	collector=$!
	if ! waits grep -q 'listening on port' "$work/log"; then
		cat "$work/log"
		return 1
	fi
	port=$(sed -n 's/.*listening on port \([0-9]*\).*/\1/p' "$work/log")
}

# stop: SIGTERM; the status is the collector's
stop()
{
	local status

	kill "$collector"
	wait "$collector"
	status=$?
	collector=
	[ "$status" -eq 0 ] || cat "$work/log"
	return "$status"
}

# start2 FOLDER: another collector there, only to begin and end
start2()
{
	rm -f "$work/log2"
	"$flowcap" -w "$1" -p 0 -b 127.0.0.1 2>"$work/log2" &
	local other=$!

	waits grep -q 'listening on port' "$work/log2"
	kill "$other"
	wait "$other"
}

# flows, packets and bytes of an archive
sums()
{
	"$flowcat" -r "$1" -q -o csv:flows,packets,bytes |
		awk -F , '{ f += $1; p += $2; b += $3 } END { printf "%d %d %d\n", f, p, b }'
}

# the same in a capture of exports, by tshark
tshark_sums()
{
	tshark -r "$1" -d udp.port==9995,cflow -T fields -e cflow.packets -e cflow.octets 2>/dev/null |
		awk -F '\t' '{
			n += split($1, p, ","); split($2, b, ",")
			for (i in p) packets += p[i]
			for (i in b) bytes += b[i]
		} END { printf "%d %d %d\n", n, packets, bytes }'
}

files()
{
	(cd "$1" && find . -type f ! -name '*.state' | sed 's|^\./||' | sort | xargs)
}

# How many files there are whose names are like that
count_files()
{
	find "$1" -type f | grep -cE -- "$2"
}

# has_files N FOLDER PATTERN: at least so many
has_files()
{
	[ "$(count_files "$2" "$3")" -ge "$1" ]
}

# The ledger at the end of the log: as many flows written as decoded, none lost anywhere
balances()
{
	grep -E "in all: datagrams [0-9]+, flows decoded $1, flows written $1, sequence gaps 0, kernel drops 0" \
		"$work/log" || { cat "$work/log"; return 1; }
}

# Manners
mkdir "$work/w"
check "help" exits 0 "$flowcap" --help
check "version" exits 0 "$flowcap" --version
check "no folder" exits 2 "$flowcap"
check "a layout that is none" exits 2 "$flowcap" -w "$work/w" -S 9
check "an interval that is none" exits 2 "$flowcap" -w "$work/w" -t 0
check "a codec that is none" exits 2 "$flowcap" -w "$work/w" -z lzo
check "a port that is none" exits 2 "$flowcap" -w "$work/w" -p 65536
check "a sampling rate that is none" exits 2 "$flowcap" -w "$work/w" -s 0
check "an argument too many" exits 2 "$flowcap" -w "$work/w" x
check "an option that is none" exits 2 "$flowcap" -w "$work/w" --no-such
check "a folder that is not there" exits 1 "$flowcap" -w "$work/none/w" -p 0
echo >"$work/file"
check "a folder that is a file" exits 1 "$flowcap" -w "$work/file" -p 0
check "an address that is none" exits 1 "$flowcap" -w "$work/w" -p 0 -b 256.1.1.1
check "a capture that is not there" says "none.pcap" "$flowcap" -w "$work/w" -f "$work/none.pcap"
check "a capture that is none" says "neither pcap nor pcapng" "$flowcap" -w "$work/w" -f "$0"
check "its status" exits 1 "$flowcap" -w "$work/w" -f "$0"
check "nothing is written" same "$(files "$work/w")" ""

# Over UDP: the same flows as in a capture that tshark reads
for version in 5 9 10; do
	flows=(-v "$version" -n 5000 -r 50000 --start 2026-03-01T00:00:00Z --seed 7 --exporters 3)
	check "v$version: listening" start "$work/udp$version" -b 127.0.0.1 -B 4000000
	check "v$version: sent" "$flowgen" -t 127.0.0.1 -p "$port" "${flows[@]}"
	check "v$version: stopped" stop
	check "v$version: a file in year/month/day/hour, and nothing else" same "$(files "$work/udp$version" |
		tr ' ' '\n' | grep -vcE '^20[0-9][0-9]/[01][0-9]/[0-3][0-9]/[0-2][0-9]/flowcap\.20[0-9]{10}(\.[0-9]+)?\.parquet$')" 0
	check "v$version: the ledger" balances 5000
	if command -v tshark >/dev/null; then
		"$flowgen" -o "$work/$version.pcap" "${flows[@]}"
		check "v$version: what tshark sees" same "$(sums "$work/udp$version")" \
			"$(tshark_sums "$work/$version.pcap")"
	else
		skip "v$version: what tshark sees" "no tshark"
	fi
done

# What the system calls the exporter's address, in tables for people
name=$(getent hosts 127.0.0.1 | awk '{ print $2 }')
if [ -n "$name" ] && [ "${#name}" -le 16 ]; then
	check "--resolve names hosts" same \
		"$("$flowcat" -r "$work/udp9" --resolve -q -o fmt:%ra 'exporter ip 127.0.0.1' | sort -u | xargs)" \
		"$name"
else
	skip "--resolve names hosts" "the system has no short name for 127.0.0.1"
fi

if [ -e /proc/net/if_inet6 ] && grep -q ' lo$' /proc/net/if_inet6; then
	check "IPv6: listening" start "$work/udp6" -6 -b ::1
	check "IPv6: sent" "$flowgen" -t ::1 -p "$port" -n 1000
	check "IPv6: stopped" stop
	check "IPv6: the exporter" same \
		"$("$flowcat" -r "$work/udp6" -q -o csv:exporter | sort | uniq -c | xargs)" "1000 ::1"
	check "both families: listening" start "$work/udp46"
	check "both families: sent over IPv4" "$flowgen" -t 127.0.0.1 -p "$port" -n 1000
	check "both families: sent over IPv6" "$flowgen" -t ::1 -p "$port" -n 1000
	check "both families: stopped" stop
	check "both families: the exporters" same \
		"$("$flowcat" -r "$work/udp46" -q -o csv:exporter | sort | uniq -c | xargs)" \
		"1000 127.0.0.1 1000 ::1"
	# Every address of the name counts, which is one of the two, or both.
	check "both families: a name in a filter" same "$("$flowcat" -r "$work/udp46" -q -o csv:exporter \
		'exporter ip localhost' | sort -u)" "$(getent ahosts localhost | cut -d ' ' -f 1 | sort -u)"
	check "both families: a name in a list" same "$("$flowcat" -r "$work/udp46" -q -o csv:exporter \
		'exporter ip in [192.0.2.1 localhost]' | sort -u)" "$(getent ahosts localhost | cut -d ' ' -f 1 | sort -u)"
else
	for name in listening sent stopped "the exporter" "listening for both" "sent to both, IPv4" \
		"sent to both, IPv6" "stopped both" "both exporters" "a name" "a list"; do
		skip "IPv6: $name" "no IPv6 on loopback"
	done
fi

# Slots of two seconds: a file appears while the collector goes on
check "rotation: listening" start "$work/slots" -b 127.0.0.1 -t 2
"$flowgen" -t 127.0.0.1 -p "$port" -n 500 -r 0
check "rotation: a file appears by the clock alone, with seconds in its name" \
	waits has_files 1 "$work/slots" '/flowcap\.20[0-9]{12}\.parquet$'
"$flowgen" -t 127.0.0.1 -p "$port" -n 500 -r 0 --seed 2
check "rotation: stopped" stop
check "rotation: nothing is lost" balances 1000
check "rotation: slots begin at even seconds" same \
	"$(files "$work/slots" | tr ' ' '\n' | grep -vcE '[02468]\.parquet$')" 0

check "SIGHUP: listening" start "$work/hup" -b 127.0.0.1 -t 86400 -P "$work/pid"
check "SIGHUP: the process id" same "$(cat "$work/pid")" "$collector"
for seed in 1 2; do
	"$flowgen" -t 127.0.0.1 -p "$port" -n 300 --seed $seed
	sleep 0.3
	kill -HUP "$collector"
	check "SIGHUP: file $seed appears" waits has_files $seed "$work/hup" '\.parquet$'
done
check "SIGHUP: stopped" stop
check "SIGHUP: the second file has a name of its own" same \
	"$(count_files "$work/hup" '/flowcap\.20[0-9]{10}\.1\.parquet$')" 1
check "SIGHUP: all is there" balances 600
check "the process id's file is gone" exits 1 test -e "$work/pid"

# Slots of the same name that are finished at the same time take names one after the other.
check "SIGHUP in a row: listening" start "$work/hups" -b 127.0.0.1 -t 86400 -S 0
for seed in 1 2 3 4; do
	"$flowgen" -t 127.0.0.1 -p "$port" -n 3000 -r 100000 --seed $seed
	kill -HUP "$collector"
done
check "SIGHUP in a row: stopped" stop
check "SIGHUP in a row: all is there" balances 12000
check "SIGHUP in a row: and in the files" same "$(sums "$work/hups" | cut -d ' ' -f 1)" 12000

check "two in a directory: listening" start "$work/two" -b 127.0.0.1 -t 86400 -S 0
one=$collector one_port=$port
check "two in a directory: the other" start "$work/two" -b 127.0.0.1 -t 86400 -S 0
"$flowgen" -t 127.0.0.1 -p "$port" -n 1000
"$flowgen" -t 127.0.0.1 -p "$one_port" -n 1000 --seed 2
sleep 0.3
kill "$one" "$collector"
wait "$one" && wait "$collector"
check "two in a directory: both end well" same $? 0
collector=
check "two in a directory: two files" same "$(files "$work/two" | tr ' ' '\n' | sed 's/[0-9]\{12\}/T/' | xargs)" \
	"flowcap.T.1.parquet flowcap.T.parquet"
check "two in a directory: all is there" same "$(sums "$work/two" | cut -d ' ' -f 1)" 2000

# Killed: the journal holds what was not filed, the next collector files it
check "kill -9: listening" start "$work/killed" -b 127.0.0.1 -t 86400
"$flowgen" -t 127.0.0.1 -p "$port" -n 3000 -r 30000 --start 2026-03-01T00:00:00Z
check "an exporter's first datagram is told" waits grep -q 'exporter 127.0.0.1: first datagram: NetFlow v9$' "$work/log"
sleep 0.5
kill -9 "$collector"
wait "$collector" 2>/dev/null
check "kill -9: no file" same "$(files "$work/killed")" ''
check "kill -9: a journal beside the archive" same \
	"$(files "$work/killed.state" | sed 's/r[0-9a-f]\{16,\}/RUN/g; s/[^ ]*spare *//g')" \
	".flowcap.RUN-00000000.journal .flowcap.RUN.lock"
if command -v tshark >/dev/null; then
	check "kill -9: the journal is a capture without fault" same "$(tshark -r "$work"/killed.state/.flowcap.*.journal \
		-o ip.check_checksum:TRUE -o udp.check_checksum:TRUE -Y '_ws.malformed || ip.checksum.status == 0 ||
		udp.checksum.status == 0' 2>&1 | grep -vc 'as user')" 0
else
	skip "kill -9: the journal is a capture without fault" "no tshark"
fi
cp -r "$work/killed" "$work/again"
cp -r "$work/killed.state" "$work/again.state"
cp "$work"/killed.state/.flowcap.*.journal "$work/told.journal"
check "kill -9: listening again" start "$work/killed" -b 127.0.0.1 -t 86400
"$flowgen" -t 127.0.0.1 -p "$port" -n 500
sleep 0.3
check "kill -9: a journal that is in use is left alone" start2 "$work/killed"
check "kill -9: stopped" stop
check "kill -9: all is there" same "$(sums "$work/killed" | cut -d ' ' -f 1)" 3500
check "kill -9: and no journal" same \
	"$(files "$work/killed.state" | tr ' ' '\n' | grep -c journal)" 0
truncate -s -7 "$work"/again.state/.flowcap.*.journal
check "kill -9: a journal that is cut" start "$work/again" -b 127.0.0.1 -t 86400
check "kill -9: stopped again" stop
check "kill -9: all but its last datagram is there" test "$(sums "$work/again" | cut -d ' ' -f 1)" -gt 2950

# Journals with the files, as earlier versions had them; a directory that was named; one that cannot be beside.
mv "$work"/again.state/.flowcap.*.state "$work/again"
rm -r "$work/again.state" "$work"/again/20*
cp "$work/told.journal" "$work/again/.flowcap.r1-00000000.journal"
check "--state: listening" start "$work/again" -b 127.0.0.1 -t 86400 --state "$work/kept"
check "--state: journals beside the files are filed" waits same "$(ls "$work/again/" | grep -c journal)" 0
kill -9 "$collector"
wait "$collector" 2>/dev/null
check "--state: there they are" same "$(files "$work/kept" | tr ' ' '\n' | grep -c '\.lock$'):$(ls -d "$work/again.state" 2>&-)" 1:
: >"$work/again.state"
check "no directory beside: listening" start "$work/again" -b 127.0.0.1 -t 86400
check "no directory beside: which is told" grep -q "again.state: is no directory of this user's" "$work/log"
check "no directory beside: stopped" stop
check "no directory beside: all is there" same "$(sums "$work/again" | cut -d ' ' -f 1)" 3000
check "--state and -n" exits 2 "$flowcap" -n "x,192.0.2.1,$work/again" --state "$work/kept"

check "kill -9: without a journal" start "$work/none" -b 127.0.0.1 --no-journal
"$flowgen" -t 127.0.0.1 -p "$port" -n 100
sleep 0.3
check "kill -9: there is none" same "$(files "$work/none"; ls -d "$work"/none.*)" ""
check "kill -9: stopped without" stop

# Templates outlive the collector: the datagrams behind the first are sent to the next one
datagrams()
{
	tshark -r "$1" -T fields -e udp.payload 2>/dev/null
}

# Payloads in hexadecimal, a line and a datagram each, from one socket
send()
{
	local line

	while read -r line; do
		# dd writes once, printf by lines
		# shellcheck disable=SC2001,SC2059
		printf "$(sed 's/../\\x&/g' <<<"$line")" | dd bs=64k iflag=fullblock status=none >&5
	done
}

for version in 9 10; do
	if ! command -v tshark >/dev/null; then
		skip "v$version: templates are remembered" "no tshark"
		skip "v$version: and sampling" "no tshark"
		continue
	fi
	"$flowgen" -o "$work/told.pcap" -v $version -n 1000 --sampling 10 2>"$work/log"
	told=$(awk '/sampled: of/ { print $6 }' "$work/log")
	start "$work/told$version" -b 127.0.0.1 >/dev/null
	stop >/dev/null
	start "$work/told$version" -b 127.0.0.1 -p "$port" >/dev/null
	exec 5>"/dev/udp/127.0.0.1/$port"
	datagrams "$work/told.pcap" | head -n 2 | send
	sleep 0.3
	stop >/dev/null
	before=$(sums "$work/told$version" | cut -d ' ' -f 1)
	start "$work/told$version" -b 127.0.0.1 -p "$port" >/dev/null
	datagrams "$work/told.pcap" | tail -n +3 | send
	sleep 0.3
	stop >/dev/null
	check "v$version: templates are remembered" same \
		"$(sums "$work/told$version" | cut -d ' ' -f 1) $((before < told))" "$told 1"
	check "v$version: and sampling" same \
		"$("$flowcat" -r "$work/told$version" -q -o csv:sampling | sort -u)" 10
done

# One collector repeats to another
check "-R with an empty port" exits 2 "$flowcap" -w "$work/w" -R 127.0.0.1/
check "the last of a row: listening" start "$work/last" -b 127.0.0.1
last=$collector
mkdir "$work/first"
rm -f "$work/log2"	# an earlier one's port is not this one's
"$flowcap" -w "$work/first" -p 0 -b 127.0.0.1 -R "127.0.0.1/$port" 2>"$work/log2" &
collector=$!
check "the first of a row: listening" waits grep -q 'listening on port' "$work/log2"
"$flowgen" -t 127.0.0.1 -p "$(sed -n 's/.*listening on port \([0-9]*\).*/\1/p' "$work/log2")" -n 2000 -r 20000
sleep 0.3
check "the first of a row: stopped" stop
collector=$last
check "the last of a row: stopped" stop
check "both have all" same "$(sums "$work/first")" "$(sums "$work/last")"
check "which is 2000 flows" same "$(sums "$work/last" | cut -d ' ' -f 1)" 2000

# IPFIX over TCP: the messages of a capture as a stream, on two connections, one of which breaks off
if command -v tshark >/dev/null; then
	"$flowgen" -o "$work/stream.pcap" -v 10 -n 2000
	datagrams "$work/stream.pcap" | tr -d '\n' | sed 's/../\\x&/g' >"$work/stream.hex"
	# shellcheck disable=SC2059
	printf "$(cat "$work/stream.hex")" >"$work/stream.ipfix"
	check "TCP: listening" start "$work/tcp" -b 127.0.0.1 --tcp
	cat "$work/stream.ipfix" >"/dev/tcp/127.0.0.1/$port"
	head -c 20000 "$work/stream.ipfix" >"/dev/tcp/127.0.0.1/$port"
	echo "GET / HTTP/1.1" >"/dev/tcp/127.0.0.1/$port"
	cat "$work/stream.ipfix" >"/dev/tcp/127.0.0.1/$port"
	sleep 0.5
	check "TCP: stopped" stop
	check "TCP: both streams, and the whole messages of the one that breaks off" test \
		"$(sums "$work/tcp" | cut -d ' ' -f 1)" -gt 4000 -a "$(sums "$work/tcp" | cut -d ' ' -f 1)" -lt 4400
	check "TCP: what is no IPFIX is told" grep -q 'closed, for this is no IPFIX: "GET / HTTP/1.1' "$work/log"
	check "TCP: half a message is told" grep -Eq 'it ended within a message, of which [1-9][0-9]* bytes had come' "$work/log"
	check "TCP: both are counted" same "$(grep -c -e 'closed because what they sent was no IPFIX: 1$' \
		-e 'TCP connections that ended within a message: 1$' "$work/log")" 2
	mkdir "$work/rfc5655"
	check "a file of IPFIX messages" "$flowcap" -w "$work/rfc5655" -f "$work/stream.ipfix"
	check "has the same flows as the capture" same "$(sums "$work/rfc5655")" "$(tshark_sums "$work/stream.pcap")"
	check "a cut one fails" exits 1 "$flowcap" -w "$work/rfc5655" -f <(head -c 3000 "$work/stream.ipfix")
else
	for name in listening stopped streams garbage "half a message" counts file "same flows" cut; do
		skip "TCP and RFC 5655: $name" "no tshark"
	done
fi

# Captures: the layouts; 1400000000 is 2014-05-13T16:53:20Z, a Tuesday in week 19, day 133
"$flowgen" -o "$work/may.pcap" -n 900 --duration 1 --start 2014-05-13T16:53:20Z
while read -r layout path; do
	mkdir "$work/S$layout"
	"$flowcap" -w "$work/S$layout" -S "$layout" -f "$work/may.pcap" 2>"$work/log"
	check "-S $layout" same "$(files "$work/S$layout")" "${path#/}flowcap.201405131650.parquet"
done <<'LAYOUTS'
0 /
1 2014/05/13/
2 2014/05/13/16/
3 2014/19/2/
4 2014/19/2/16/
5 2014/133/
6 2014/133/16/
7 2014-05-13/
8 2014-05-13/16/
hive year=2014/month=05/day=13/hour=16/
LAYOUTS
mkdir "$work/local"
TZ=IST-5:30 "$flowcap" -w "$work/local" --local-time -f "$work/may.pcap" 2>"$work/log"
check "local time" same "$(files "$work/local")" "2014/05/13/22/flowcap.201405132220.parquet"

mkdir "$work/hour"
"$flowgen" -o "$work/hour.pcap" -n 3600 --duration 1h --start 2014-05-13T16:00:00Z --ipv6 0
check "a capture of an hour" "$flowcap" -w "$work/hour" -f "$work/hour.pcap" -I border
check "has twelve slots" same "$(files "$work/hour" | wc -w)" 12
check "all flows are there" same "$(sums "$work/hour" | cut -d ' ' -f 1)" 3600
check "received lies in the slot" same "$("$flowcat" -q -o csv:received -r \
	"$work/hour/2014/05/13/16/flowcap.201405131605.parquet" | cut -c 1-16 | sort -u | xargs)" \
	"2014-05-13T16:05 2014-05-13T16:06 2014-05-13T16:07 2014-05-13T16:08 2014-05-13T16:09"
check "its identification" says border "$flowcat" -I -r "$work/hour"
check "again" "$flowcap" -w "$work/hour" -f "$work/hour.pcap"
check "keeps what there is" same "$(files "$work/hour" | wc -w) $(sums "$work/hour" | cut -d ' ' -f 1)" \
	"24 7200"

mkdir "$work/cut" "$work/gz" "$work/stdin" "$work/port"
size=$(wc -c <"$work/may.pcap")
head -c $((size - 5)) "$work/may.pcap" >"$work/cut.pcap"
check "a cut capture fails" exits 1 "$flowcap" -w "$work/cut" -f "$work/cut.pcap"
check "and says where" says "cut.pcap: the capture ends within a record" \
	"$flowcap" -w "$work/cut" -f "$work/cut.pcap"
check "what was whole is kept" test "$(sums "$work/cut" | cut -d ' ' -f 1)" -gt 1500
gzip -k "$work/may.pcap"
check "a gzipped capture" "$flowcap" -w "$work/gz" -f "$work/may.pcap.gz"
check "has the same flows" same "$(sums "$work/gz")" "$(sums "$work/S0")"
check "a capture from a pipe" "$flowcap" -w "$work/stdin" -f - < <(cat "$work/may.pcap")
check "has the same flows as well" same "$(sums "$work/stdin")" "$(sums "$work/S0")"
mkdir "$work/captures" "$work/several"
"$flowgen" -o "$work/captures/b" -n 900 --duration 1 --start 2014-05-13T16:53:22Z
cp "$work/may.pcap.gz" "$work/captures/a"
check "a directory of captures" "$flowcap" -w "$work/several" -f "$work/captures" -S 0 --metrics "$work/prom"
check "is one file in order" same "$(files "$work/several") $(sums "$work/several" | cut -d ' ' -f 1)" \
	"flowcap.201405131650.parquet 1800"
check "metrics" same "$(grep -E '^flowcap_(flows_total|rows_total|kernel_drops_total|no_template_total) ' \
	"$work/prom" | sort | xargs)" \
	"flowcap_flows_total 1800 flowcap_kernel_drops_total 0 flowcap_no_template_total 0 flowcap_rows_total 1800"
check "nothing else in the metrics" same "$(grep -vcE \
	'^(# (HELP|TYPE) flowcap_[a-z0-9_]+ .+|flowcap_[a-z0-9_]+ [0-9]+)$' "$work/prom")" 0
mkdir -p "$work/nothing/here"
check "a directory without captures fails" exits 1 "$flowcap" -w "$work/w" -f "$work/nothing"
ln -s gone "$work/nothing/link"
check "a link to nothing fails" says "link: No such file" "$flowcap" -w "$work/w" -f "$work/nothing"
mkdir "$work/v"
"$flowcap" -w "$work/v" -v -v -f "$work/may.pcap" >"$work/dump" 2>"$work/log"
check "-v -v shows templates by elements' names" grep -q 'sourceIPv4Address (0/8) 4' "$work/dump"
check "-v -v shows every datagram" same "$(grep -c '^NetFlow v9, ' "$work/dump")" \
	"$(sed -n 's/.*in all: datagrams \([0-9]*\),.*/\1/p' "$work/log")"
check "another port" "$flowcap" -w "$work/port" -p 2055 -f "$work/may.pcap"
check "is not what was asked for" same "$(files "$work/port")" ""
for codec in none gzip:6 lz4:9; do
	mkdir "$work/z"
	check "-z $codec" "$flowcap" -w "$work/z" -z "$codec" -f "$work/may.pcap"
	check "-z $codec has the same flows" same "$(sums "$work/z")" "$(sums "$work/S0")"
	rm -r "$work/z"
done
mkdir "$work/s" "$work/so"
"$flowgen" -o "$work/sampled.pcap" -n 900 --sampling 100
"$flowcap" -w "$work/s" -s 7 -f "$work/sampled.pcap" 2>"$work/log"
"$flowcap" -w "$work/so" -s -7 -f "$work/sampled.pcap" 2>"$work/log"
check "-s yields to what exporters say" same "$("$flowcat" -r "$work/s" -q -o csv:sampling | sort -u)" 100
check "-s -N overrides it" same "$("$flowcat" -r "$work/so" -q -o csv:sampling | sort -u)" 7

# A real exporter: softflowd meters the packets of a capture; tshark tells what there are.
for version in 1 5 9 10 10tcp; do
	if ! command -v softflowd >/dev/null || ! command -v tshark >/dev/null; then
		skip "softflowd v$version" "no softflowd or tshark"
		continue
	fi
	"$flowgen" -o "$work/packets.pcap" -n 20000 --exporters 40
	start "$work/soft$version" -b 127.0.0.1 --tcp >/dev/null
	transport=udp
	[ "$version" != 10tcp ] || transport=tcp
	# It knows short names only, and without its end it waits for ever.
	(cd "$work" && timeout 5 softflowd -d -v "${version%tcp}" -P $transport -r packets.pcap -n "127.0.0.1:$port" \
		-p s.pid -c s.ctl >softflowd.log 2>&1)
	sleep 0.3
	stop >/dev/null
	check "softflowd v$version" same "$(sums "$work/soft$version")" \
		"$(tshark -r "$work/packets.pcap" -T fields -e ip.src -e ip.len 2>/dev/null |
			awk '{ n[$1]++; p++; b += $2 } END { printf "%d %d %d\n", length(n), p, b }')"
done

# A command for each file: no shell reads the names, the words are as given
cat >"$work/note" <<'END'
#!/bin/sh
for word; do printf '<%s>' "$word"; done >>"${0%/*}/noted"
echo >>"${0%/*}/noted"
END
chmod +x "$work/note"
mkdir "$work/a b;c"
"$flowgen" -o "$work/hour.pcap" -v 5 -n 300 -r 1 --start 2026-03-01T00:00:00Z --seed 3
# shellcheck disable=SC2016 # it is the point
check "-x: a capture of 300 s and more" "$flowcap" -w "$work/a b;c" -f "$work/hour.pcap" -I 'x $(y)' \
	-x "$work/note  %f '%d'\" %i\" 100%% %t,%u"
# 2026-03-01T00:00:00Z is 1772323200 s since 1970 (date -u -d)
# shellcheck disable=SC2016
check "-x: its words" same "$(grep 0000.parquet "$work/noted")" \
	"<2026/03/01/00/flowcap.202603010000.parquet><$work/a b;c x \$(y)><100%><202603010000,1772323200>"
check "-x: once for each file" same "$(grep -c . "$work/noted")" "$(count_files "$work/a b;c" '\.parquet$')"
check "-x: what fails is logged" says "false ended with status 1" \
	"$flowcap" -w "$work/w" -f "$work/hour.pcap" -x false
check "-x: what is not there is logged" says "No such file" \
	"$flowcap" -w "$work/w" -f "$work/hour.pcap" -x "$work/no-program %f"
check "-x: an open quote" exits 2 "$flowcap" -w "$work/w" -x "a 'b"
check "-x: a token that is none" exits 2 "$flowcap" -w "$work/w" -x "a %s"
check "-x: nothing" exits 2 "$flowcap" -w "$work/w" -x ""
check "-x over UDP: listening" start "$work/xudp" -b 127.0.0.1 -x "$work/note live %i"
check "-x over UDP: sent" "$flowgen" -t 127.0.0.1 -p "$port" -n 100
check "-x over UDP: stopped" stop
check "-x over UDP: run" grep -Fx '<live><>' "$work/noted"

# Directories of exporters: 198.18.0.1, 198.18.0.2 and 198.18.0.3 by flowgen(1)
"$flowgen" -o "$work/three.pcap" -v 9 -n 3000 -r 100 --exporters 3 --start 2026-03-01T00:00:00Z
mkdir "$work/each" "$work/one" "$work/net" "$work/rest"
check "-M" "$flowcap" -M "$work/each" -f "$work/three.pcap" -S 0 --metrics "$work/prom3" \
	-x "$work/note each %i %d/%f"
check "-M: a directory for each" same "$(files "$work/each")" \
	"$(printf '198-18-0-%d/flowcap.202603010000.parquet ' 1 2 3 | sed 's/ $//')"
check "-M: nothing is lost" same "$(sums "$work/each" | cut -d ' ' -f 1)" 3000
for i in 1 2 3; do
	check "-M: only exporter $i in it" same \
		"$("$flowcat" -r "$work/each/198-18-0-$i" -q -o csv:exporter | sort -u)" "198.18.0.$i"
done
check "-M: -x knows the directory and the ident" grep -Fx \
	"<each><198-18-0-2><$work/each/198-18-0-2/flowcap.202603010000.parquet>" "$work/noted"
check "-M: metrics of all together" grep -x 'flowcap_rows_total 3000' "$work/prom3"
check "-n" "$flowcap" -n "x,198.18.0.1;192.0.2.0/24,$work/one" -n "y,2001:db8::/32;198.18.0.2/31,$work/net" \
	-f "$work/three.pcap" -S 0
check "-n: an address" same "$("$flowcat" -r "$work/one" -q -o csv:exporter | sort -u)" 198.18.0.1
check "-n: a network" same "$("$flowcat" -r "$work/net" -q -o csv:exporter | sort -u | xargs)" \
	"198.18.0.2 198.18.0.3"
check "-n: nothing is lost" same \
	$(($(sums "$work/one" | cut -d ' ' -f 1) + $(sums "$work/net" | cut -d ' ' -f 1))) 3000
check "-n: others are refused, and counted" says "datagrams of other senders, refused: " \
	"$flowcap" -n "x,198.18.0.2,$work/rest" -f "$work/three.pcap" -S 0
check "-n: only the one" same "$("$flowcat" -r "$work/rest" -q -o csv:exporter | sort -u)" 198.18.0.2
check "-n without addresses" exits 2 "$flowcap" -n "x,$work/one"
check "-n with a prefix that is none" exits 2 "$flowcap" -n "x,192.0.2.0/33,$work/one"
check "-n with a name" exits 2 "$flowcap" -n "x,localhost,$work/one"
check "-n twice the same" exits 2 "$flowcap" -n "x,::1,$work/one" -n "y,::2,$work/one"
check "-n with a directory that is not there" exits 1 "$flowcap" -n "x,::1,$work/no/where" -p 0
check "-n and -w" exits 2 "$flowcap" -w "$work/w" -n "x,::1,$work/one"
check "-M and -w" exits 2 "$flowcap" -w "$work/w" -M "$work/each"
check "-M and -I" exits 2 "$flowcap" -M "$work/each" -I x

# live OPTION...: a collector that says what it gets into dump; sets port, collector
live()
{
	rm -f "$work/log"
	"$flowcap" "$@" -p 0 -b 127.0.0.1 >"$work/dump" 2>"$work/log" &
	collector=$!
	waits grep -q 'listening on port' "$work/log" || return 1
	port=$(sed -n 's/.*listening on port \([0-9]*\).*/\1/p' "$work/log")
}

mkdir "$work/live"
check "-M over UDP: listening" live -M "$work/live"
printf 'no export' >"/dev/udp/127.0.0.1/$port"
sleep 0.2
check "-M over UDP: what is no export makes no directory" same "$(find "$work/live" -mindepth 1 -type d)" ""
check "-M over UDP: sent" "$flowgen" -t 127.0.0.1 -p "$port" -n 500 -r 10000
sleep 0.3
kill -9 "$collector"
wait "$collector" 2>/dev/null
check "-M after a crash: listening" live -M "$work/live"
check "-M after a crash: stopped" stop
check "-M after a crash: all is there" same "$(sums "$work/live/127-0-0-1" | cut -d ' ' -f 1)" 500
check "-n over UDP: listening" live -n "lo,127.0.0.0/8,$work/rest" -n "x,192.0.2.1,$work/one"
check "-n over UDP: sent" "$flowgen" -t 127.0.0.1 -p "$port" -n 200 -r 10000
check "-n over UDP: stopped" stop
check "-n over UDP: the ledger" balances 200

# Another: pmacct's sFlow probe, a sample of each packet; its frame_length counts Ethernet's header and the
# four octets of its check sequence (sFlow version 5, sampled_header).

# probe FOLDER: what a collector there has of the probe's samples, in $got
probe()
{
	live -w "$1" -v -v || return 1
	cat >"$work/pmacctd.conf" <<END
daemonize: false
pcap_savefile: $work/packets.pcap
pcap_savefile_wait: true
plugins: sfprobe[a]
sfprobe_receiver: 127.0.0.1:$port
sfprobe_agentip: 127.0.0.1
sampling_rate: 1
END
	# It waits to be killed, so that a busy machine has the time it needs for all samples; told to end,
	# it would send its last buffer again.
	setsid pmacctd -f "$work/pmacctd.conf" >"$work/pmacctd.log" 2>&1 &
	probe=$!
	for ((i = 0; i < 60 && $(grep -c 'protocol 1, frame of' "$work/dump") < ${want%% *}; i++)); do
		sleep 0.1
	done
	kill -9 -- "-$probe"
	wait "$probe" 2>/dev/null
	probe=
	stop || return 1
	got=$(sums "$1")
}

if command -v pmacctd >/dev/null && command -v tshark >/dev/null; then
	"$flowgen" -o "$work/packets.pcap" -n 10000 --exporters 4
	want=$(tshark -r "$work/packets.pcap" -T fields -e frame.len 2>/dev/null |
		awk '{ n++; b += $1 + 4 } END { printf "%d %d %d\n", n, n, b }')
	got=
	# It keeps the last few samples to itself now and then, on a busy machine every other time: it may
	# try again.
	for attempt in 1 2 3 4 5 6 7 8; do
		mkdir "$work/sflow$attempt"
		probe "$work/sflow$attempt" >"$work/probe.log" || break
		[ "$got" != "$want" ] || break
	done
	cat "$work/probe.log"
	check "pmacct's sFlow" same "$got" "$want"
else
	skip "pmacct's sFlow" "no pmacctd or tshark"
fi

# timeout(1) signals a process and its group: a request to end that comes twice is one. And a directory's
# last part need not be there.
check "timeout: its first directory is made" says "in all: datagrams 0" \
	sh -c "timeout 2 '$flowcap' -w '$work/made' -p 0 -b 127.0.0.1"
check "timeout: there it is" test -d "$work/made"
check "timeout: the collector ended in order" same \
	"$(timeout 2 "$flowcap" -w "$work/made" -p 0 -b 127.0.0.1 2>&1 | grep -c 'ended at once')" 0
check "no directory above" says "No such file or directory" "$flowcap" -w "$work/missing/w" -p 0 -b 127.0.0.1

echo "1..$number"
