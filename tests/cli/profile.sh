#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# A profile that was measured of an archive, and flows that are made by it: the same distributions, and no host's name.
set -u

# shellcheck source=tests/cli/tap.sh
. "$FLOW_SRCDIR/tests/cli/tap.sh"

flowgen=$FLOW_BUILDDIR/flowgen
python=${FLOW_PYTHON:-python3}
work=$(mktemp -d "${TMPDIR:-/tmp}/flowgen-profile.XXXXXX")
trap 'rm -rf "$work"' EXIT

# From all of which a profile must come that a hand can check: 30 flows of two services.
"$flowgen" -w "$work/first" -n 60000 --duration 2d --curve day --ipv6 20
check "a profile is measured" "$flowgen" --profile make "$work/first"
"$flowgen" --profile make "$work/first" >"$work/profile" 2>"$work/said"
check "it tells how much it covers" grep -qE 'services have (9[0-9]|100) % of the flows' "$work/said"
"$flowgen" --profile make "$work/first" >"$work/again" 2>/dev/null
check "the same archive has the same profile" cmp "$work/profile" "$work/again"
is "it has words and whole numbers only" "$(tr ' ' '\n' <"$work/profile" |
	grep -vcE '^([0-9]+|profile|ipv6|week|service|(up|down)-(packets|lengths)|times)$')" 0
is "it has all hours" "$(sed -n 's/^week //p' "$work/profile" | wc -w)" 168

"$flowgen" -w "$work/second" -n 60000 --duration 2d --curve day --profile "$work/profile" --seed 9
"$flowgen" -o "$work/a.pcap" -n 5000 --profile "$work/profile" --seed 9
"$flowgen" -o "$work/b.pcap" -n 5000 --profile "$work/profile" --seed 9
check "the same seed gives the same bytes" cmp "$work/a.pcap" "$work/b.pcap"

# What both archives have, in shares: services, sizes, hours.
cat >"$work/compare.py" <<'END'
import collections, csv, math, subprocess, sys
def read(flowcat, path):
    out = subprocess.run([flowcat, "-r", path, "-o", "csv:received,proto,src_port,dst_port,packets,bytes,ip_version"],
                         stdout=subprocess.PIPE, check=True, text=True).stdout
    shares = collections.defaultdict(collections.Counter)
    for r in csv.DictReader(out.splitlines()):
        proto, src, dst, packets = (int(r[k] or 0) for k in ("proto", "src_port", "dst_port", "packets"))
        port = min(src, dst) if proto in (6, 17) else 0
        shares["ipv6"][r["ip_version"]] += 1
        shares["hour"][r["received"][11:13]] += 1
        shares["service"][proto, port if port < 32768 else -1] += 1
        shares["packets"][int(math.log2(packets))] += 1
        shares["length"][int(r["bytes"]) // packets // 96] += 1
    return shares
a, b = read(sys.argv[1], sys.argv[2]), read(sys.argv[1], sys.argv[3])
for what in sorted(a):
    n, m = sum(a[what].values()), sum(b[what].values())
    apart = sum(abs(a[what][k] / n - b[what][k] / m) for k in set(a[what]) | set(b[what])) / 2
    print(what, "%.3f" % apart, file=sys.stderr)
    print(what, apart < 0.08)
END
is "its flows are distributed as those that it was made of" \
	"$("$python" "$work/compare.py" "$FLOW_BUILDDIR/flowcat" "$work/first" "$work/second" 2>"$work/apart" | xargs)" \
	"hour True ipv6 True length True packets True service True"
sed 's/^/# /' "$work/apart"

# By hand: everything is one service, with 2 or 3 packets of 48 to 95 bytes each that last 4 to 7 ms, and no answer.
printf 'profile 1\nipv6 0\nservice 17 4739 1 0\nup-packets 0 1\nup-lengths 0 1\ntimes 0 0 0 1\n' >"$work/hand"
"$flowgen" -w "$work/hands" -n 1000 --profile "$work/hand"
is "a profile by hand is kept" "$("$FLOW_BUILDDIR/flowcat" -r "$work/hands" -o csv:proto,dst_port,packets,bytes,duration | tail -n +2 |
	awk -F, '{ l = $4 / $3 } $1 == 17 && $2 == 4739 && ($3 == 2 || $3 == 3) && l >= 48 && l < 96 && $5 >= 0.004 && $5 <= 0.007 { n++ }
		END { print n, NR }')" "1000 1000"

for text in 'profile 2' 'service 6 80 1 0' 'profile 1' 'profile 1\nweek 1 2' 'profile 1\nservice 6 80 1 0' \
	'profile 1\nservice 6 80 1 0\nup-packets 0 0' 'profile 1\nservice 6 99999 1 0' 'profile 1\nup-packets 1' 'profile 1\nhost 1'; do
	# shellcheck disable=SC2059
	printf "$text\n" >"$work/wrong"
	check "no profile: $text" exits 2 "$flowgen" -o "$work/x.pcap" --profile "$work/wrong"
done
check "a line is named" says "wrong: line 2: 'host'" "$flowgen" -o "$work/x.pcap" --profile "$work/wrong"
check "an archive that is none" exits 1 "$flowgen" --profile make "$work/none"
check "no archive" exits 2 "$flowgen" --profile make
echo "1..$number"
