#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# flowstat --alert, run after each file of an hour with a spike, three ordinary weeks before: the event is told once, with the
# values that plain questions have; rules that are wrong; commands that fail or hang; two runs at once.
set -u

# shellcheck source=tests/cli/tap.sh
. "$FLOW_SRCDIR/tests/cli/tap.sh"

flowstat=$FLOW_BUILDDIR/flowstat
flowgen=$FLOW_BUILDDIR/flowgen
python=${FLOW_PYTHON:-python3}
work=$(mktemp -d "${TMPDIR:-/tmp}/flow-alert.XXXXXX")
trap 'rm -rf "$work"' EXIT
export PYTHONDONTWRITEBYTECODE=1 TZ=UTC PATH=$FLOW_BUILDDIR:$PATH

# Three weeks before, and the hour in which one host's demand rises.
week()
{
	"$flowgen" -w "$work/$1" -n 20000 --duration 1h --start "2026-03-$2T10:00:00Z" --seed 5 "${@:3}" 2>>"$work/made"
}
week archive 02
week archive 09
week archive 16
week now 23 --event spike,start=20m,duration=20m,dst=192.0.2.88,rate=20 --truth "$work/truth"
cat >"$work/tell" <<'END'
#!/bin/sh
cat >>"$TOLD"
END
chmod +x "$work/tell"
export TOLD=$work/told
cat >"$work/rules" <<END
# all of them
command = $work/tell
cooldown = 30m

rule = spike
key = dst_addr
filter = proto tcp
measure = flows
above = 2000
times = 20
weeks = 3
history = 3

rule = total
measure = flows
times = 1.5
weeks = 3

rule = far
measure = bytes
above = 1T

rule = sources
key = dst_addr
filter = dst host 192.0.2.88
measure = distinct(src_addr)
above = 100

rule = bits
filter = dst host 192.0.2.88
measure = bps
above = 1
END
is "rules are checked without flows" "$("$flowstat" --alert "$work/rules" --check; echo $?)" "$work/rules: 5 rules
0"

# After each file, as flowcap -x would; an event is on from the first to the last of its windows.
: >"$work/told"
: >"$work/statuses"
for file in $(cd "$work/now" && find . -name '*.parquet' | sort); do
	mkdir -p "$work/archive/${file%/*}"
	cp "$work/now/$file" "$work/archive/$file"
	"$flowstat" --alert "$work/rules" "$work/archive" >>"$work/printed" 2>>"$work/err"
	echo $? >>"$work/statuses"
	"$flowstat" --alert "$work/rules" "$work/archive" >>"$work/printed" 2>>"$work/err"
	echo $? >>"$work/again"
done
is "nothing is printed" "$(cat "$work/printed" "$work/err")" ""
is "events are told once each" "$(sed 's/{"rule":"\([^"]*\)","key":\({[^}]*}\).*/\1 \2/' "$work/told" | sort)" \
	'bits {}
sources {"dst_addr":"192.0.2.88"}
spike {"dst_addr":"192.0.2.88"}
total {}'
is "the same file again tells nothing" "$(sort -u "$work/again")" 0
is "the exit status says that some began" "$(sort "$work/statuses" | uniq -c | awk '{ print $2 ":" ($1 > 0) }' | xargs)" "0:1 5:1"
is "values are those of plain questions" "$("$python" - "$work/told" "$work/archive" <<'END'
import csv, io, json, subprocess, sys, statistics, datetime
told, archive = sys.argv[1:]
def ask(keys, condition, a, b):
    out = subprocess.run(["flowstat", "-q", "-r", archive, "-A", keys, "--measures", "bytes,flows,distinct(src_addr)", "-o", "csv",
                          f"received >= {a} and received < {b} and ({condition})"], capture_output=True, text=True, check=True).stdout
    return list(csv.DictReader(io.StringIO(out)))
def shift(text, days=0, hours=0):
    t = datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).replace(minute=0, second=0, microsecond=0)
    return (t - datetime.timedelta(days=days) + datetime.timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")
for e in map(json.loads, open(told)):
    a, b = e["from"], e["to"]
    want = {"bits": "dst host 192.0.2.88", "spike": "dst host 192.0.2.88 and proto tcp", "sources": "dst host 192.0.2.88", "total": "any"}[e["rule"]]
    column, factor = {"bps": ("bytes", 8 / 300), "flows": ("flows", 1), "distinct(src_addr)": ("distinct(src_addr)", 1)}[e["measure"]]
    row = ask("received/52w", want, a, b)[0]
    value = float(row[column] if column in row else list(row.values())[-1]) * factor
    good = abs(value - e["value"]) < 1e-6 * value
    if e["rule"] == "total":
        past = [float(r["flows"]) for w in (1, 2, 3) for r in ask("received/5m", want, shift(a, 7 * w), shift(a, 7 * w, 1))]
        # A window in the middle of an hour is compared with all bins of that hour.
        good &= e["bins"] == len(past) and e["weeks"] == 3 and abs(statistics.median(past) - e["usual"]) < 1e-9
        good &= e["value"] > 1.5 * e["usual"]
    if e["rule"] == "spike":
        good &= e["usual"] == 0 and e["weeks"] == 3
    lines = subprocess.run(["sh", "-c", e["command"] + " -q -o csv:bytes"], capture_output=True, text=True).stdout.split()
    flows = int(ask("received/52w", want, a, b)[0]["flows"])
    print(e["rule"], good, len(lines) == flows)
END
)" "$(sed 's/{"rule":"\([^"]*\)".*/\1 True True/' "$work/told")"
is "the spike is told with its first file" "$(sed -n 's/.*"rule":"spike".*"from":"\([^"]*\)".*/\1/p' "$work/told" | cut -c 12-16)" "10:20"

# Without a command it is printed; another state knows nothing of it.
sed '/^command/d' "$work/rules" >"$work/plain"
last=$work/archive/2026/03/23
find "$last" -name 'flowcap.20260323*' | sort | sed -n '8,$p' | xargs rm
is "without a command it is printed" "$("$flowstat" --alert "$work/plain" --state "$work/s1" "$work/archive" | cut -d'"' -f4 | sort | xargs)" \
	"bits sources spike total"
# Two at once: one tells.
for i in 1 2 3 4; do
	"$flowstat" --alert "$work/plain" --state "$work/s2" "$work/archive" >"$work/run$i" &
done
wait
is "of runs at once one tells" "$(cat "$work"/run? | wc -l)" 4
is "and the state is whole" "$(wc -l <"$work/s2")" 4

# Commands that fail are tried again; one that hangs is ended with its children.
sed 's/^command.*/command = echo no >\&2; exit 3/' "$work/rules" >"$work/failing"
check "a command that fails is told" exits 1 "$flowstat" --alert "$work/failing" --state "$work/s3" "$work/archive"
: >"$work/told"
"$flowstat" --alert "$work/rules" --state "$work/s3" "$work/archive"
is "and its events are told the next time" "$(wc -l <"$work/told")" 4
printf 'command = sleep 300 & sleep 300\ntimeout = 1s\nrule = a\nmeasure = bytes\nabove = 1\n' >"$work/hanging"
check "a command that hangs is killed" says "had not ended after 1 s" timeout 60 "$flowstat" --alert "$work/hanging" --state "$work/s4" "$work/archive"
printf 'nonsense\n' >"$work/s5"
check "a damaged state is told" says "s5: damaged" "$flowstat" --alert "$work/plain" --state "$work/s5" "$work/archive"
check "a state that cannot be written" exits 1 "$flowstat" --alert "$work/plain" --state "$work/absent/state" "$work/archive"
printf 'rule = h\nkey = dst_addr\nmeasure = bps\nabove = 1\ntimes = 2\nweeks = 9\nhistory = 8\n' >"$work/young"
check "history that is missing is told" says "the archive has 3 of 8 weeks" "$flowstat" --alert "$work/young" --state "$work/s6" "$work/archive"
mkdir "$work/empty"
check "no flows are no alarm" exits 0 "$flowstat" --alert "$work/plain" --state "$work/s7" -r "$work/empty"

# Rules that are wrong.
wrong()
{
	printf '%b' "$2" >"$work/wrong"
	check "$1" says "$3" "$flowstat" --alert "$work/wrong" --check
	check "$1 is misuse" exits 2 "$flowstat" --alert "$work/wrong" --check
}
wrong "a misspelt setting" 'rule = a\nabove = 1\ncoldown = 1h\n' "wrong:3: there is no setting 'coldown'; did you mean 'cooldown'?"
wrong "no bound" 'rule = a\nmeasure = bps\n' "wrong:1: neither above, below nor times is said of 'a'"
wrong "a wrong number" 'rule = a\nabove = 10 Mbit\n' "wrong:2: above: '10 Mbit' is not a number above 0"
wrong "a window" 'rule = a\nabove = 1\nwindow = 7m\n' "is not a time that divides an hour"
wrong "two of a name" 'rule = a\nabove = 1\nrule = a\nabove = 2\n' "wrong:3: there are two rules 'a'"
wrong "a name" 'rule = A B\nabove = 1\n' "wrong:1: a rule's name is of lower-case letters"
wrong "a filter" 'rule = a\nabove = 1\nfilter = dst prot 1\n' "rule a: filter: 1:5"
wrong "a key" 'rule = a\nabove = 1\nkey = dst_adr\n' "did you mean 'dst_addr'"
wrong "a measure" 'rule = a\nabove = 1\nkey = dst_addr\nmeasure = byts\n' "did you mean 'bytes'"
wrong "a measure of all" 'rule = a\nabove = 1\nmeasure = distinct(src_addr)\n' "without a key the measure is"
wrong "more history than weeks" 'rule = a\ntimes = 2\nhistory = 5\n' "history is more than weeks"
wrong "nothing" '# nothing\n' "there is no rule in it"
wrong "a line" 'rule = a\nabove 5\n' "wrong:2: behind above stands no ="
check "a file that is not there" exits 1 "$flowstat" --alert "$work/none" --check
check "a question beside it" exits 2 "$flowstat" --alert "$work/rules" -s srcip "$work/archive"
check "the example is right" "$flowstat" --alert "$FLOW_SRCDIR/examples/alert.rules" --check

# flowcap runs it itself.
"$flowgen" -o "$work/x.pcap" -n 2000 --duration 15m 2>/dev/null
printf 'command = cat >>%s/hooked\nrule = any\nmeasure = flows\nabove = 1\n' "$work" >"$work/hook.rules"
mkdir "$work/hooked.d"
"$FLOW_BUILDDIR/flowcap" -f "$work/x.pcap" -w "$work/hooked.d" -t 300 -x "flowstat --alert $work/hook.rules $work/hooked.d" 2>/dev/null
is "after flowcap's files" "$(grep -c '"rule":"any"' "$work/hooked")" 1


# Outages: a host that had flows and has none, and one that has; with a key, or with another bound, there is no such rule.
cat >"$work/outages" <<END
rule = silent
filter = dst host 203.0.113.253
measure = flows
below = 1

rule = quiet
filter = dst host 192.0.2.88
measure = packets
below = 1T
window = 1h

rule = busy
filter = dst host 192.0.2.88
measure = flows
below = 1
window = 1h
END
"$flowstat" --alert "$work/outages" "$work/now" >"$work/out" 2>"$work/err"
instant=$(sed -n 's/.*"quiet".*"from":"\([^"]*\)","to":"\([^"]*\)".*/\1 \2/p' "$work/out")
packets=$("$flowstat" -r "$work/now" -A proto --measures packets -o csv -q \
	"received >= ${instant% *} and received < ${instant#* } and dst host 192.0.2.88" | awk -F, 'NR > 1 { s += $2 } END { print s + 0 }')
is "what is below its bound is told" "$(sed 's/"from":"[^"]*","to":"[^"]*",//; s/,"command":.*//' "$work/out" | sort; wc -c <"$work/err")" \
	"{\"rule\":\"quiet\",\"key\":{},\"measure\":\"packets\",\"value\":$packets,\"below\":1000000000000
{\"rule\":\"silent\",\"key\":{},\"measure\":\"flows\",\"value\":0,\"below\":1
0"
is "and that had packets" "$((packets > 0))" 1
for wrong in 'key = dst_addr' 'above = 1' 'times = 2'; do
	printf 'rule = x\nbelow = 1\n%s\n' "$wrong" >"$work/wrong"
	"$flowstat" --alert "$work/wrong" --check >"$work/out" 2>&1
	is "below does not go with $wrong" "$?:$(grep -c "wrong:1: below goes" "$work/out")" 2:1
done
echo "1..$number"
