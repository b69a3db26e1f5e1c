#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Invented flows are distributed as flowgen(1) tells.
set -u

# shellcheck source=tests/cli/tap.sh
. "$FLOW_SRCDIR/tests/cli/tap.sh"

flowgen=$FLOW_BUILDDIR/flowgen
python=${FLOW_PYTHON:-python3}
work=$(mktemp -d "${TMPDIR:-/tmp}/flowgen-real.XXXXXX")
trap 'rm -rf "$work"' EXIT

"$flowgen" -w "$work/flat" -n 120000 --duration 2h --curve flat
"$FLOW_BUILDDIR/flowcat" -r "$work/flat" -o csv:src_addr,dst_addr,src_port,dst_port,proto,packets,bytes >"$work/flows.csv"
is "Zipf's law and a heavy tail" "$("$python" "$FLOW_SRCDIR/tests/cli/realism.py" <"$work/flows.csv" |
	sed 's/ [-0-9.]* / /' | xargs)" "zipf True tail True"

# Minutes: coefficients of variation in percent, of the exporter's times.
minutes()
{
	"$FLOW_BUILDDIR/flowcat" -r "$1" -o csv:received | tail -n +2 | cut -c 1-16 | sort | uniq -c | awk '
		{ n++; s += $1; q += $1 * $1 } END { m = s / n; printf "%d %d\n", n, 100 * sqrt(q / n - m * m) / m }'
}
"$flowgen" -w "$work/noise" -n 120000 --duration 2h --curve noise
"$flowgen" -w "$work/day" -n 120000 --duration 1d --curve day
"$flowgen" -w "$work/usual" -n 120000 --duration 2h
check "noise is usual in files" diff -r "$work/usual" "$work/noise"
is "a flat rate is flat" "$(minutes "$work/flat")" "120 0"
is "noise is in all minutes" "$(minutes "$work/noise" | awk '{ print $1, ($2 >= 6 && $2 <= 18) }')" "120 1"
is "a day has its curve" "$(minutes "$work/day" | awk '{ print $1, ($2 >= 25 && $2 <= 50) }')" "1440 1"
is "no flow is lost or added" "$("$FLOW_BUILDDIR/flowcat" -r "$work/day" -o csv:proto | wc -l)" 120001
check "another curve is none" exits 2 "$flowgen" -o "$work/x.pcap" --curve steep
check "a curve needs an end" exits 2 "$flowgen" -o - -n 0 --curve day

cat >"$work/networks" <<'END'
# mine, and the world
local 192.0.2.0/24 64500
local 198.51.100.0/24,64500
remote 203.0.113.0/25 64501
remote 203.0.113.128/25 64502
local 2001:db8::/32
END
"$flowgen" -w "$work/named" -n 5000 --networks "$work/networks"
is "networks of a file are the only ones" "$("$FLOW_BUILDDIR/flowcat" -r "$work/named" -o csv:src_addr,src_mask,src_as ipv4 |
	tail -n +2 | sed 's/\.\([0-9]*\),25,/.\1,25,/; s/\.[0-9]*,/,/' | sort -u | xargs)" \
	"192.0.2,24,64500 198.51.100,24,64500 203.0.113,25,64501 203.0.113,25,64502"
is "local ones of IPv6, too" "$("$FLOW_BUILDDIR/flowcat" -r "$work/named" -o csv:src_addr \
	'ipv6 and in if < 100 and not src net 2001:db8::/32' | wc -l)" 1
printf 'local 10.0.0.0/8\nremote 10.1.0.0/16\n' >"$work/wrong"
check "networks that overlap" says "wrong: line 2: overlaps with network 1" "$flowgen" -o "$work/x.pcap" --networks "$work/wrong"
for line in "here 10.0.0.0/8" "local 10.0.0.0" "local 10.0.0.0/33" "local ::/0" "local 10.0.0.0/8 x" "local 10.0.0.0/8 1 2"; do
	echo "$line" >"$work/wrong"
	check "a line that is none: $line" exits 2 "$flowgen" -o "$work/x.pcap" --networks "$work/wrong"
done
echo "1..$number"
