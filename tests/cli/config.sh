#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# flowcap -C: every setting, every wrong one, and what is read again.
set -u

# shellcheck source=tests/cli/tap.sh
. "$FLOW_SRCDIR/tests/cli/tap.sh"

PATH=$FLOW_BUILDDIR:$PATH
work=$(mktemp -d "${TMPDIR:-/tmp}/config-test.XXXXXX")
collector=
trap '[ -z "$collector" ] || kill -9 "$collector" 2>/dev/null; rm -rf "$work"' EXIT
mkdir "$work/tree" "$work/other"
conf=$work/flowcap.conf
flowgen -o "$work/in.pcap" -n 3000 --seed 5 --start 2026-01-01T00:00:00Z || exit 99

# answer LINE...: status of --check-config, and what it says first
answer()
{
	local said

	printf '%s\n' "$@" >"$conf"
	said=$(flowcap -C "$conf" --check-config 2>&1)
	echo "$?:$(head -n 1 <<<"$said")"
}

# Every long option there is has a value here; those of the command line alone have none.
declare -A value=([directory]=$work/tree [source]="r1,192.0.2.1,$work/tree" [sources]=$work/tree [port]=9996 [bind]=127.0.0.1
	[ipv4]=- [ipv6]=- [tcp]=- [buffer]=1000000 [file]=$work/in.pcap [repeat]=127.0.0.1/9 [sampling]=-100 [join]=239.1.1.1 [proxy-protocol]="127.0.0.1;::1" [keep-source]=-
	[elements]=/dev/null [layout]=hive [interval]=60 [compress]=zstd:3 [ident]="a name" [expire]=age=90d,free=10%
	[execute]='echo %d/%f' [local-time]=- [fix-clock]=- [journal-sync]=100 [no-journal]=- [state]=$work/kept [metrics]=$work/prom
	[threads]=2 [daemon]=- [pid-file]=$work/pid [user]=$(id -un) [group]=$(id -gn) [verbose]=-)
names=$("${FLOW_SRCDIR:-$(dirname "$0")/../..}"/scripts/list-options flowcap | cut -f 3 | sort -u |
	grep -vxE -- '-|config|check|check-config|help|version')
is 'there is a test of every setting' "$(printf '%s\n' "${!value[@]}" | sort)" "$names"
for name in $names; do
	where="directory = $work/other"
	case $name in directory | source | sources) where='# none' ;; proxy-protocol) where+=$'\ntcp' ;; esac
	line=$name lines=$(($(wc -l <<<"$where") + 1))
	[ "${value[$name]}" = - ] || line="$name = ${value[$name]}"
	is "$line" "$(answer "$where" "$line")" "0:$conf: it is right"
	if [ "${value[$name]}" = - ]; then
		is "$name = yes" "$(answer "$where" "$name = yes")" "0:$conf: it is right"
		is "$name = no" "$(answer "$where" "$name = no")" "0:$conf: it is right"
		is "$name = maybe" "$(answer "$where" "$name = maybe")" "2:flowcap: $conf:2: $name is yes or no, not 'maybe'"
	else
		is "$name without a value" "$(answer "$where" "$name")" "2:flowcap: $conf:$lines: $name needs a value"
		is "$name with nothing behind =" "$(answer "$where" "$name =")" "2:flowcap: $conf:$lines: $name has no value behind ="
	fi
done
for name in config check check-config help version none w; do
	is "there is no $name" "$(answer "directory = $work/tree" "$name = x")" "2:flowcap: $conf:2: there is no setting '$name'"
done
is 'no name' "$(answer '[flowcap]')" "2:flowcap: $conf:1: '[flowcap]' is no name"
is 'no =' "$(answer 'port 9995')" "2:flowcap: $conf:1: behind port stands no ="
for wrong in 'port = 70000' 'layout = 9' 'interval = 0' 'compress = rar' 'expire = age=1' 'buffer = x' 'threads = 0' \
	'source = r1' 'sampling = 0' 'sampling = 5,net=x' 'sampling = 5,if=x' 'sampling = 5,what=1' 'repeat = host/' 'execute = echo %q' 'journal-sync = 0' "elements = $work/none"; do
	printf 'directory = %s\n\n%s\n' "$work/tree" "$wrong" >"$conf"
	flowcap -C "$conf" --check-config >"$work/out" 2>&1
	is "$wrong" "$([ $? -gt 0 ] && echo fails):$(grep -c "^flowcap: $conf:3: " "$work/out")" fails:1
done
is 'a directory that is not there' "$(answer "directory = $work/none/w")" "1:flowcap: $work/none/w: No such file or directory"
is 'no directory' "$(answer '# nothing')" '2:flowcap: -w DIRECTORY is missing'
is 'a file that is not there' "$(flowcap -C "$work/none" 2>&1; echo $?)" "flowcap: $work/none: No such file or directory
1"
is 'a directory' "$(flowcap -C "$work/tree" 2>&1; echo $?)" "flowcap: $work/tree: Is a directory
1"
printf 'port = 1\0\n' >"$conf"
is 'no text' "$(flowcap -C "$conf" 2>&1 | head -n 1)" "flowcap: $conf: is no text"
head -c 5000000 /dev/zero | tr '\0' '#' >"$conf"
is 'no end' "$(flowcap -C "$conf" 2>&1; echo $?)" "flowcap: $conf: too long
1"
# What the start refuses, the check refuses, with the same words.
# refused LINES WHAT: by both
refused()
{
	local said

	printf 'directory = %s\nbind = 127.0.0.1\nport = 0\n%s\n' "$work/tree" "$1" >"$conf"
	said=$(timeout 20 flowcap -C "$conf" 2>&1)
	is "the start: ${1//$'\n'/; }" "$?:$(grep -c -F -e "$2" <<<"$said")" "$3:1"
	said=$(flowcap -C "$conf" --check-config 2>&1)
	is "and the check" "$?:$(grep -c -F -e "$2" <<<"$said")" "$3:1"
}
: >"$work/plain"
refused 'user = nobody-of-that-name' "-u: no user 'nobody-of-that-name'" 1
refused 'group = nobody-of-that-name' "-g: no group 'nobody-of-that-name'" 1
refused "metrics = unix:$work/none/socket" "--metrics: $work/none/socket: No such file or directory" 1
refused "metrics = unix:$work/plain" "--metrics: $work/plain: Address already in use" 1
refused 'metrics = unix:' '--metrics: unix: needs a path' 2
refused "metrics = unix:/$(printf '%0200d' 0)" 'File name too long' 1
refused 'metrics = 192.0.2.1:0' '--metrics: 192.0.2.1: Cannot assign requested address' 1
refused 'metrics = 127.0.0.1:99999' '99999' 2
refused 'metrics = localhost:http' "--metrics: 'localhost:http' is no HOST:PORT; a file with a colon in its name is ./localhost:http" 2
refused 'repeat = 127.0.0.1/99999' '99999' 2
refused 'repeat = 127.0.0.1/no-such-service' '-R 127.0.0.1/no-such-service: ' 1
refused 'repeat = no-such-host.invalid' '-R no-such-host.invalid/9995: ' 1
refused "state = $work/none/state" "$work/none/state: No such file or directory" 1
refused "file = $work/none.pcap" "$work/none.pcap: No such file or directory" 1
refused $'ipv4\nipv6' '-4 and -6 do not go together' 2
refused 'expire = age=90d,age=1d' '-e: age= is there twice' 2
[ "$(id -u)" != 0 ] || refused 'user = nobody' "$work/tree: Permission denied" 1
refused 'proxy-protocol = 127.0.0.1' '--proxy-protocol without --tcp' 2
refused "pid-file = $work/none/pid" "$work/none/pid: No such file or directory" 1
refused "pid-file = $work/tree" "$work/tree: Is a directory" 1
refused "pid-file = $conf" "$conf: holds something else than a process id" 1
refused 'interval = 60
interval = 70' "$conf:5: interval is in line 4 already" 2
refused 'tcp
tcp = no' "$conf:5: tcp is in line 4 already" 2
refused 'ident = "quoted"' "$conf:4: ident: leave the quotes out" 2
refused "ident = 'quoted'" "$conf:4: ident: leave the quotes out" 2
refused 'interval = 60  # seconds' "$conf:4: interval: a comment has a line of its own" 2
refused 'ident = x	# y' "$conf:4: ident: a comment has a line of its own" 2
# checked LINES: what --check finds there that would keep it from starting, once, and its status
checked()
{
	printf 'directory = %s\nbind = 127.0.0.1\nport = 0\n%s\n' "$work/tree" "$1" >"$conf"
	flowcap -C "$conf" --check >"$work/out" 2>&1
	echo "$?:$(grep ^CRITICAL: "$work/out")"
}
is '--check finds that, too' "$(checked "state = $work/none/state")" \
	"2:CRITICAL: it would not start: $work/none/state: No such file or directory"
[ "$(id -u)" != 0 ] || is 'and nothing twice' \
	"$(checked $'user = nobody\nrepeat = no-such-host.invalid' | grep -c "CRITICAL: .*$work/tree: nobody may not write")" 1
checked "execute = $work/none/x %f" >/dev/null
is 'and programs that are missing' "$(grep -c "^WARNING: -x: $work/none/x: No such file" "$work/out")" 1
sed -i '/^bind/d' "$conf"
is 'an address that the machine lacks' "$(answer "directory = $work/tree" 'bind = 192.0.2.1')" \
	'1:flowcap: 192.0.2.1: Cannot assign requested address'
is 'quotes within a value' "$(answer "directory = $work/tree" 'execute = "/bin/echo" "%f"' 'ident = it#s "me"')" "0:$conf: it is right"
is 'what may be there twice' "$(answer "directory = $work/tree" 'repeat = 127.0.0.1/9' 'repeat = 127.0.0.1/10')" \
	"0:$conf: it is right"
is 'and twice verbose' "$(answer "directory = $work/tree" 'verbose' 'verbose')" "0:$conf: it is right"
is 'a file of metrics with a colon' "$(answer "directory = $work/tree" "metrics = $work/a:b")" "0:$conf: it is right"
is 'is not refused where it cannot be written yet' "$(answer "directory = $work/tree" "metrics = $work/none/prom" | cut -c 1-36)" \
	'0:flowcap: --metrics: nothing can be'
is 'nor is one that is a directory' "$(answer "directory = $work/tree" "metrics = $work/tree")" \
	"0:flowcap: --metrics: $work/tree is a directory: the log would say so, and collecting go on"
is 'nor a program that is not there' "$(answer "directory = $work/tree" "execute = $work/none/x %f")" \
	"0:flowcap: -x: $work/none/x: No such file or directory: the log would say so of each file, and collecting go on"
is 'the line overrides ipv6 of the file' "$(printf 'directory = %s\nipv6\n' "$work/tree" >"$conf"
	flowcap -4 -b 127.0.0.1 -C "$conf" --check-config 2>&1)" "$conf: it is right"
is 'the installed one' "$(sed "s|/var/lib/flowcap|$work/tree|" "$FLOW_SRCDIR/systemd/flowcap.conf" >"$conf"
	flowcap --check-config -C "$conf")" "$conf: it is right"

# It does what the command line does, which goes after it.
printf '%s\n' "directory = $work/tree" "file = $work/in.pcap" 'layout = 0' 'interval = 600' 'sampling = 7' 'ident = by file' >"$conf"
flowcap -C "$conf" 2>/dev/null
is 'it collects as it says' "$?:$(find "$work/tree" -name '*.parquet' -printf '%f\n'):$(flowcat -I -r "$work/tree" | grep Ident)" \
	'0:flowcap.202601010000.parquet:Ident: by file'
flowcap -f "$work/in.pcap" -S 0 -t 600 -s 7 -w "$work/other" 2>/dev/null
is 'with the same rows' "$(flowcat -r "$work/tree" -q -o csv:all)" "$(flowcat -r "$work/other" -q -o csv:all)"
mkdir "$work/line"
flowcap -I 'by hand' -C "$conf" -w "$work/line" -S 1 2>/dev/null
is 'the command line goes before it' "$?:$(cd "$work/line" && find . -name '*.parquet'):$(flowcat -I -r "$work/line" | grep Ident)" \
	'0:./2026/01/01/flowcap.202601010000.parquet:Ident: by hand'

# A check leaves a collector that runs alone.
printf '%s\n' "directory = $work/line" 'port = 0' 'bind = 127.0.0.1' "metrics = unix:$work/socket" "pid-file = $work/pid" >"$conf"
rm -f "$work/log"
flowcap -C "$conf" 2>"$work/log" &
collector=$!
check 'one runs' waits grep -q 'listening on' "$work/log"
sed -i "s/^port = 0/port = $(sed -n 's/.*listening on port \([0-9]*\),.*/\1/p' "$work/log")/" "$conf"
is 'its own settings are right' "$(flowcap -C "$conf" --check-config 2>&1)" "$conf: it is right"
is 'and its files are there' "$(cat "$work/pid"):$([ -S "$work/socket" ] && echo socket)" "$collector:socket"
kill $collector
wait $collector
collector=

# Read again: nothing is lost by it.
rm -r "$work/tree"/*
day=$(($(date +%s) / 86400 * 86400))
slot()
{
	flowgen -w "$work/tree" -n 10 --start "@$((day - $1 * 86400))" --duration 60 --seed 1 -S 0 || exit 99
}
slot 100
slot 80
printf '%s\n' "directory = $work/tree" 'port = 0' 'bind = 127.0.0.1' 'layout = 0' 'expire = age=1000d' >"$conf"
rm -f "$work/log"
flowcap -C "$conf" 2>"$work/log" &
collector=$!
check 'it runs' waits grep -q 'listening on' "$work/log"
port=$(sed -n 's/.*listening on port \([0-9]*\),.*/\1/p' "$work/log")
is 'nothing has gone' "$(find "$work/tree" -name 'flowcap.*' | wc -l)" 2
flowgen -t 127.0.0.1 -p "$port" -n 40000 -r 20000 >/dev/null &
sender=$!
for age in 900 90; do
	printf '%s\n' "directory = $work/tree" 'port = 9' 'bind = 127.0.0.1' 'layout = 0' "expire = age=${age}d" 'tcp' >"$conf.new"
	mv "$conf.new" "$conf"
	kill -HUP $collector
	sleep 0.3
done
check 'expire is taken at once' waits sh -c "[ \$(find '$work/tree' -name 'flowcap.*' -mtime -1 -size -100k | grep -c \
	$(date -u -d "@$((day - 100 * 86400))" +%Y%m%d)) = 0 ]"
check 'what needs a restart is told' waits grep -q 'port has changed: it needs a restart' "$work/log"
check 'of new ones, too' waits grep -q 'tcp has changed: it needs a restart' "$work/log"
is 'and nothing of others' "$(grep -c 'layout has changed' "$work/log")" 0
# again LINE...: what SIGHUP says of these settings
again()
{
	local before

	before=$(wc -l <"$work/log")
	[ $# -eq 0 ] || printf '%s\n' "$@" >"$conf.new"
	[ $# -eq 0 ] || mv "$conf.new" "$conf"
	kill -HUP $collector
	waits sh -c "tail -n +$((before + 1)) '$work/log' | grep -qE 'read again|nothing has changed'" || echo 'no answer'
	tail -n +$((before + 1)) "$work/log" | grep -vE '\.parquet|expired|listening' | sed 's/^flowcap: //'
}
right=("directory = $work/tree" 'port = 0' 'bind = 127.0.0.1' 'layout = 0')
is 'what is as it was' "$(again "${right[@]}" 'expire = age=90d')" "$conf: read again, nothing has changed"
is 'other limits are taken' "$(again "${right[@]}" 'expire = age=80d,size=1T')" "expire has changed: age=80d,size=1T is taken
$conf: read again"
is 'limits that are gone, and others' "$(again "${right[@]:0:3}" 'ident = x')" "layout is gone: it needs a restart
ident has changed: it needs a restart
expire is gone: no files are removed any more
$conf: read again"
is 'limits that come back' "$(again "${right[@]}" 'expire = age=90d')" "expire has changed: age=90d is taken
$conf: read again"
wrong="$conf: is wrong: nothing has changed"
is 'a wrong setting, with line and reason' "$(again "${right[@]}" 'no = such')" "$conf:5: there is no setting 'no'
$wrong"
is 'wrong limits, too' "$(again "${right[@]}" 'expire = bogus')" "-e: 'bogus' is none of age=, size=, free= and each
$conf:5: expire is wrong
$wrong"
is 'settings that do not go together' "$(again "${right[@]}" "sources = $work/tree")" "-w and -M do not go together
$wrong"
: >"$conf"
is 'an empty file' "$(again)" "-w DIRECTORY is missing
$wrong"
rm "$conf"
is 'no file' "$(again)" "$conf: No such file or directory
$wrong"
is 'the limits stay' "$(again "${right[@]}" 'expire = age=90d')" "$conf: read again, nothing has changed"
wait $sender
kill $collector
wait $collector
is 'it ends' $? 0
collector=
is 'no flow is lost' "$(sed -n 's/.*flows written \([0-9]*\), sequence gaps \([0-9]*\), kernel drops \([0-9]*\).*/\1 \2 \3/p' "$work/log")" '40000 0 0'

# With a line that has all that is needed.
printf '%s\n' 'expire = age=90d' >"$conf"
rm -f "$work/log"
flowcap -w "$work/tree" -p 0 -b 127.0.0.1 -e age=70d -C "$conf" 2>"$work/log" &
collector=$!
check 'it runs by its line' waits grep -q 'listening on' "$work/log"
is 'the line goes before it' "$(again 'expire = age=60d')" "expire has changed: it is not taken, for -e of the command line goes before it
$conf: read again"
: >"$conf"
is 'an empty file is no change of mind' "$(again)" "$conf: has no settings any more
$wrong"
kill $collector
wait $collector
collector=

echo "1..$number"
exit "$failed"
