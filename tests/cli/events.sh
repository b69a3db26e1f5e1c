#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Events: the truth beside them is what is exported, and plain questions find each.
set -u

# shellcheck source=tests/cli/tap.sh
. "$FLOW_SRCDIR/tests/cli/tap.sh"

flowgen=$FLOW_BUILDDIR/flowgen
python=${FLOW_PYTHON:-python3}
work=$(mktemp -d "${TMPDIR:-/tmp}/flowgen-events.XXXXXX")
trap 'rm -rf "$work"' EXIT
export PYTHONDONTWRITEBYTECODE=1

cat >"$work/all.scenario" <<'END'
# everything at once; 60 s
syn-flood start=10s duration=20s ramp=5s rate=300 dst=192.0.2.80
udp-flood, rate=20, dst=192.0.2.81
dns-amplification rate=20 dst=192.0.2.82
ntp-amplification rate=20 dst=192.0.2.83
memcached-amplification rate=20 dst=192.0.2.84
vertical-scan src=203.0.113.5 dst=192.0.2.85
horizontal-scan src=203.0.113.6 dst=192.0.2.0/24 port=5060
slow-scan src=2001:db8:bad::1 dst=2001:db8::2 interval=2s
worm duration=30s port=1434 rate=200
beacon src=10.1.2.3 dst=203.0.113.7 interval=5s jitter=5
exfiltration src=10.1.2.4 dst=203.0.113.8 interval=10
brute-force src=203.0.113.9 dst=192.0.2.86
flash-crowd dst=192.0.2.87 rate=20
spike service=mysql dst=192.0.2.88 name=payday rate=40	# with a name of its own
outage exporter=1 start=40 duration=10
flap interval=3
asymmetric interface=3
END
run=(-n 12000 -r 200 --exporters 3 --scenario "$work/all.scenario")

"$flowgen" -w "$work/archive" "${run[@]}" --truth "$work/truth.ndjson" 2>"$work/sums"
"$FLOW_BUILDDIR/flowcat" -r "$work/archive" -o ndjson >"$work/flows.ndjson"
check "the archive holds the truth" "$python" "$FLOW_SRCDIR/tests/cli/events.py" \
	"$work/truth.ndjson" "$work/flows.ndjson" outage
"$python" "$FLOW_SRCDIR/tests/cli/events.py" "$work/truth.ndjson" "$work/flows.ndjson" outage >"$work/events"
is "all events are in it" "$(cut -d' ' -f1 "$work/events" | grep -vx -e - | sort | xargs)" \
	"$(sed 's/#.*//; s/[, ].*//; s/spike/payday/' "$work/all.scenario" | grep . | sort | xargs)"
is "standard error tells their sums" \
	"$(sed -n 's/.*made: event \(.*\): flows \([0-9]*\), packets \([0-9]*\), bytes \([0-9]*\)$/\1 \2 \3 \4/p' \
		"$work/sums" | sort)" \
	"$(grep -v '^- ' "$work/events" | cut -d' ' -f1-4 | sort)"
is "standard error tells all" \
	"$(sed -n 's/.*made: in all: flows \([0-9]*\), packets \([0-9]*\), bytes \([0-9]*\)$/\1 \2 \3/p' "$work/sums")" \
	"$(awk '{ f += $2; p += $3; b += $4 } END { printf "%d %d %.0f\n", f, p, b }' "$work/events")"

# Flows begin in the window that was asked for; a rate is reached after the ramp (5 s of 300/s are 1500, 12 % answered).
is "an event begins and ends" "$(awk '$1 == "syn-flood" { print ($5 == 10 && $6 >= 28 && $6 <= 30) }' "$work/events")" 1
is "an event has its rate" "$("$python" - "$work/truth.ndjson" <<'END'
import json, sys
n = sum(1 for f in map(json.loads, open(sys.argv[1])) if f.get("event") == "syn-flood" and
        f["dst_addr"] == "192.0.2.80" and "T00:00:15" <= f["first"][10:] < "T00:00:25")
print(2850 < n < 3150)
END
)" True

# Both kinds of truth, with whatever is sent, and the bytes are the same with and without it.
"$flowgen" -o "$work/with.pcap" "${run[@]}" --truth "$work/truth.parquet" 2>/dev/null
"$flowgen" -o "$work/without.pcap" "${run[@]}" 2>/dev/null
check "the same seed gives the same bytes" cmp "$work/with.pcap" "$work/without.pcap"
"$flowgen" -o "$work/other.pcap" "${run[@]}" --seed 2 2>/dev/null
check "another seed gives others" exits 1 cmp -s "$work/with.pcap" "$work/other.pcap"
is "truth in Parquet is the same" \
	"$("$FLOW_BUILDDIR/flowcat" -r "$work/truth.parquet" -o ndjson |
		sed 's/,"extra":{"event":"\([^"]*\)"}/,"event":"\1"/; s/,"extra":"{\\"event\\":\\"\([^"]*\)\\"}"/,"event":"\1"/' |
		cmp - "$work/truth.ndjson" && echo equal)" equal
for version in 5 9 10; do
	"$flowgen" -o "$work/x.pcap" -v $version "${run[@]}" --ipv6 0 --truth "$work/v.ndjson" 2>/dev/null
	mkdir "$work/v$version"
	"$FLOW_BUILDDIR/flowcap" -f "$work/x.pcap" -w "$work/v$version" 2>/dev/null
	"$FLOW_BUILDDIR/flowcat" -r "$work/v$version" -o ndjson:proto,src_addr,dst_addr,first,packets,bytes >"$work/got"
	"$python" - "$work/v.ndjson" >"$work/want" <<'END'
import json, sys
for f in map(json.loads, open(sys.argv[1])):
    if f.get("event") != "outage" and f["ip_version"] == 4:
        print(f["packets"], f["bytes"])
END
	is "collected from v$version: flows, packets, bytes" \
		"$(grep -v '"src_addr":"[^"]*:' "$work/got" | sed 's/.*"packets":\([0-9]*\),"bytes":\([0-9]*\).*/\1 \2/' |
			awk '{ p += $1; b += $2 } END { printf "%d %d %.0f\n", NR, p, b }')" \
		"$(awk '{ p += $1; b += $2 } END { printf "%d %d %.0f\n", NR, p, b }' "$work/want")"
done

# One plain question each. An outage is a hole, a flap two uplinks, asymmetric traffic of one direction only.
ask()
{
	"$FLOW_BUILDDIR/flowstat" -q -r "$work/archive" -o csv "$@" 2>&1 | sed -n 2p
}
top()
{
	is "$1 is found" "$(ask -A "$3" -O "$4" -n 1 "$5" | cut -d, -f1)" "$2"
}
top syn-flood 192.0.2.80 dst_addr flows 'flags S and not flags A and dst port 443'
top udp-flood 192.0.2.81 dst_addr bytes 'proto udp and not (src port in [53 123 11211])'
top dns-amplification 192.0.2.82 dst_addr bytes 'proto udp and src port 53'
top ntp-amplification 192.0.2.83 dst_addr bytes 'proto udp and src port 123'
top memcached-amplification 192.0.2.84 dst_addr bytes 'proto udp and src port 11211'
top horizontal-scan 203.0.113.6 src_addr flows 'dst port 5060 and proto tcp'
top beacon 10.1.2.3 src_addr flows 'dst ip 203.0.113.7'
top exfiltration 10.1.2.4 src_addr bytes 'src net 10.0.0.0/8'
top brute-force 203.0.113.9 src_addr flows 'dst port 22'
top spike 192.0.2.88 dst_addr flows 'dst port 3306'
top slow-scan 2001:db8:bad::1 src_addr flows 'ipv6 and flags S and not flags A and packets 1'
is "vertical-scan is found" "$("$FLOW_BUILDDIR/flowstat" -q -r "$work/archive" -o csv --scans 2>/dev/null |
	grep -c ',203[.]0[.]113[.]5,')" 1
is "flash-crowd is found" "$(ask -A dst_addr --measures 'distinct(src_addr)' -O 'distinct(src_addr)' -n 1 \
	'dst port 443 and packets > 4' | cut -d, -f1)" 192.0.2.87
is "worm is found" "$(ask -A dst_port -O flows -n 1 'flags S and not flags A and dst port > 1024 and
	not src ip 203.0.113.5 and not dst port 5060 and not src ip 2001:db8:bad::1 and not (dst port in [1433 2323 3389 5555 6379 8080])' |
	cut -d, -f1)" 1434

is "an outage is a hole" "$("$python" - "$work/flows.ndjson" <<'END'
import json, sys
n = [0, 0]
for f in map(json.loads, open(sys.argv[1])):
    if f["exporter"] == "198.18.0.2":
        n["T00:00:41" <= f["received"][10:] < "T00:00:49"] += 1
print(n[0] > 500, n[1])
END
)" "True 0"
is "a flap has two uplinks" "$("$python" - "$work/truth.ndjson" <<'END'
import collections, json, sys
rows = [f for f in map(json.loads, open(sys.argv[1])) if f.get("event") == "flap"]
# Its own flows go to others, too.
to = [(f["dst_as"], f["out_if"]) for f in rows if f["direction"] == 0 and f["out_if"] > 500]
flapping = collections.Counter(a for a, _ in to).most_common(1)[0][0]
print(len(rows) > 10, len({i for a, i in to if a == flapping}))
END
)" "True 1"
is "asymmetric traffic leaves by the next exporter" "$("$python" - "$work/truth.ndjson" <<'END'
import json, sys
rows = [f for f in map(json.loads, open(sys.argv[1])) if f.get("event") == "asymmetric"]
print(len(rows) > 50, all((f["in_if"] == 3) or (f["out_if"] == 3) for f in rows))
END
)" "True True"

# Words.
check "the events are listed" says "memcached-amplification" "$flowgen" --events
check "and all exit well" exits 0 "$flowgen" --events
check "nflow-generator's spikes" says "event spike: flows" "$flowgen" -o "$work/x.pcap" -n 5000 -r 100 -s https-alt \
	--truth "$work/x.ndjson"
check "an unknown event" says "did you mean 'syn-flood'?" "$flowgen" -o "$work/y.pcap" --event synflood
check "is misuse" exits 2 "$flowgen" -o "$work/y.pcap" --event synflood
check "an unknown key names those that are known" says "known are start, duration" "$flowgen" -o "$work/y.pcap" --event beacon,begin=3
check "a service that is none" says "none of ssh, ftp" "$flowgen" -o "$work/y.pcap" -s gopher
check "a port for all ports" exits 2 "$flowgen" -o "$work/y.pcap" --event vertical-scan,port=3
check "a rate of nothing" exits 2 "$flowgen" -o "$work/y.pcap" --event beacon,rate=0
check "two families" exits 2 "$flowgen" -o "$work/y.pcap" --event beacon,src=10.0.0.1,dst=2001:db8::1
printf 'beacon\n\n# nothing\nbeacon interval=often\n' >"$work/wrong.scenario"
check "a file's line is named" says "wrong.scenario: line 4: interval: 'often'" \
	"$flowgen" -o "$work/y.pcap" --scenario "$work/wrong.scenario"
check "events are for invented flows" exits 2 "$flowgen" -o "$work/y.pcap" --replay "$work/archive" --event beacon
check "an event after the end is told" says "event 1, beacon: no flow" \
	"$flowgen" -o "$work/y.pcap" -n 100 --event beacon,start=1h
check "the demonstration's day can be read" "$flowgen" -o "$work/y.pcap" -n 2000 --duration 1d \
	--scenario "$FLOW_SRCDIR/examples/day.scenario"

echo "1..$number"
