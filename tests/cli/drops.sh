#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Datagrams that the kernel drops are counted though no other follows, and the buffer is as large as it is asked for.
set -u

# shellcheck source=tests/cli/tap.sh
. "$FLOW_SRCDIR/tests/cli/tap.sh"
# shellcheck source=tests/cli/collector.sh
. "$FLOW_SRCDIR/tests/cli/collector.sh"

flowcap=$FLOW_BUILDDIR/flowcap
flowcat=$FLOW_BUILDDIR/flowcat
work=$(mktemp -d "${TMPDIR:-/tmp}/drops-test.XXXXXX")

finish()
{
	[ -z "$collector" ] || kill -9 "$collector" 2>/dev/null
	rm -rf "$work"
}
trap finish EXIT

if [ "$(uname)" != Linux ]; then
	echo "1..0 # SKIP only Linux tells what it drops"
	exit 0
fi

# The sum of what one column of the ledger says in all
in_all()
{
	sed -n "s/.*in all:.*$1 \([0-9]*\).*/\1/p" "$work/log"
}

"$FLOW_BUILDDIR/flowgen" -n 20000 -o "$work/flows.pcap" || exit 1

# A collector that stands still, and a buffer that holds a few: nothing is sent after what is dropped.
check "listening" start "$work/w" -B 20000 --metrics "$work/metrics"
kill -STOP "$collector"
read -r sent _ < <("$FLOW_BUILDDIR/tests/cli/send_capture" "$work/flows.pcap" "$port" 0)
seen=$(awk -v port="$(printf ':%04X' "$port")" 'index($2, port) { print $NF }' /proc/net/udp)
kill -CONT "$collector"
sleep 0.5
check "stopped" stops 0
received=$(in_all datagrams)
drops=$(in_all 'kernel drops')
check "most were dropped ($drops of $sent)" test "$drops" -gt $((sent / 2))
check "as many as the kernel says" same "$drops" "$seen"
check "and the rest is there" same "$((received + drops))" "$sent"
check "the metrics say so too" grep -qx "flowcap_kernel_drops_total $drops" "$work/metrics"
check "and the file" grep -qx "Kernel_drops: $drops" <("$flowcat" -r "$work/w" -I)

# What root asks for it gets, whatever net.core.rmem_max says; the kernel keeps twice that for its own needs.
if [ "$(id -u)" -ne 0 ] || ! command -v ss >/dev/null; then
	skip "a large buffer" "needs root and ss"
else
	size=$(($(cat /proc/sys/net/core/rmem_max) * 4))
	check "a large buffer: listening" start "$work/large" -B $size
	check "a large buffer: is as large" grep -q "rb$((2 * size))[^0-9]" <(ss -uamn "sport = :$port"; echo)
	check "a large buffer: stopped" stops 0
fi

echo "1..$number"
exit $failed
