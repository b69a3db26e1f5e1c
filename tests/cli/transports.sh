#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Where flowgen sends to: IPFIX over TCP and as a file, several collectors, addresses that exporters send from.
set -u

# shellcheck source=tests/cli/tap.sh
. "$FLOW_SRCDIR/tests/cli/tap.sh"

flowgen=$FLOW_BUILDDIR/flowgen
flowcap=$FLOW_BUILDDIR/flowcap
work=$(mktemp -d "${TMPDIR:-/tmp}/transports-test.XXXXXX")
# shellcheck source=tests/cli/collector.sh
. "$FLOW_SRCDIR/tests/cli/collector.sh"
trap '[ -z "$collector" ] || kill "$collector" 2>/dev/null; rm -rf "$work"' EXIT

rows()
{
	"$FLOW_BUILDDIR/flowcat" -r "$1" -o "csv:$2" | tail -n +2 | sort
}

options=(-v 10 -n 1200 --exporters 3 -r 3000 --start 2026-03-01T00:00:00Z)
columns=first,last,src_addr,dst_addr,src_port,dst_port,packets,bytes,domain
"$flowgen" -w "$work/archive" "${options[@]}"
rows "$work/archive" $columns >"$work/want"

# A file of messages is what they are in a pcap file, one behind the other.
check "a file of messages is written" "$flowgen" -o "$work/x.ipfix" "${options[@]}"
mkdir "$work/file"
"$flowcap" -f "$work/x.ipfix" -w "$work/file" 2>/dev/null
rows "$work/file" $columns >"$work/got"
check "flowcap reads the file" cmp "$work/want" "$work/got"
if command -v tshark >/dev/null; then
	check "tshark reads the file" same "$(tshark -r "$work/x.ipfix" -T fields -e cflow.octets 2>/dev/null | tr ',' '\n' | grep -c .)" 1200
else
	skip "tshark reads the file" "no tshark"
fi
check "no other version in such a file" exits 2 "$flowgen" -o "$work/y.ipfix" -v 9
check "no other version over TCP" exits 2 "$flowgen" -t 127.0.0.1 --tcp -v 9
check "TCP goes to a host" exits 2 "$flowgen" -o "$work/y.pcap" -v 10 --tcp
check "an address that is none" exits 2 "$flowgen" -t 127.0.0.1 --source nowhere
check "an address of another host" exits 1 "$flowgen" -t 127.0.0.1 --source 192.0.2.1 -n 1

# Over TCP, a connection an exporter.
check "a collector listens" start "$work/tcp" --tcp
check "IPFIX goes over TCP" "$flowgen" -t 127.0.0.1 -p "$port" --tcp "${options[@]}"
check "the collector ends" stops 0
rows "$work/tcp" $columns >"$work/got"
check "all of it comes" cmp "$work/want" "$work/got"

# Twice to one collector is twice everything; exporters send from the address that was said and those behind it.
check "it listens again" start "$work/udp"
check "two targets, a source" "$flowgen" -t 127.0.0.1 -t 127.0.0.1 -p "$port" "${options[@]}" --source 127.0.1.7
check "the collector ends again" stops 0
check "each target gets all" same "$(rows "$work/udp" src_addr | wc -l)" 2400
check "exporters have their addresses" same "$(rows "$work/udp" exporter | uniq | xargs)" "127.0.1.7 127.0.1.8 127.0.1.9"

# Messages that the kernel cuts into datagrams: the same ones arrive; where it does not, too.
segments=(-v 10 -n 3000 --exporters 2 -r 20000 --start 2026-03-01T00:00:00Z --curve flat)
segment_row()
{
	local name=$1 bytes=$2 line

	shift 2
	rm -f "$work/notes"
	check "$name" python3 "$FLOW_SRCDIR/tests/cli/segments.py" "$work/segments.ipfix" "$bytes" \
		env "NOTES=$work/notes" "LD_PRELOAD=$work/shim.so" "$@" "$flowgen" -t 127.0.0.1 "${segments[@]}"
	line=$(cat "$work/notes")
	read -r _ messages cut <<<"$line"
}
if [ "$(uname)" = Linux ] && command -v python3 >/dev/null &&
	"${CC:-cc}" -shared -fPIC -o "$work/shim.so" "$FLOW_SRCDIR/tests/cli/segment_shim.c" -ldl 2>/dev/null &&
	LD_PRELOAD=$work/shim.so "$flowgen" -V >/dev/null 2>&1; then
	"$flowgen" -o "$work/segments.ipfix" "${segments[@]}"
	segment_row "datagrams are those of a file" 1400
	with=$messages
	many=$cut
	segment_row "and with a kernel that cuts nothing" 1400 SEGMENTS=unknown
	check "which is not asked to" same "$cut" 0
	check "a message is a datagram then, else several" test "$many" -eq 0 -o "$with" -lt "$messages"
	segment_row "and over a route that declines" 1400 SEGMENTS=declined
	check "which is asked once a socket" same "$cut" 0
else
	for name in "datagrams are those of a file" "a kernel that cuts nothing" "a route that declines"; do
		skip "$name" "no python3, or no shim can be put before this program"
	done
fi

# A multicast group, over the interface of the source.
if command -v python3 >/dev/null; then
	told=$(python3 - "$flowgen" <<'END'
import socket, struct, subprocess, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
try:
    s.bind(('239.255.77.1', 0))
    s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton('239.255.77.1') + socket.inet_aton('127.0.0.1'))
except OSError as problem:
    sys.exit('skip: %s' % problem)
s.settimeout(2)
subprocess.run([sys.argv[1], '-t', '239.255.77.1', '-p', str(s.getsockname()[1]), '--source', '127.0.0.1', '-v', '5', '-n', '900',
                '-r', '9000'], check=True)
flows = 0
while flows < 900:
    flows += struct.unpack('!H', s.recv(65535)[2:4])[0]
print(flows)
END
	)
	if [ -n "$told" ]; then
		check "a multicast group gets all" same "$told" 900
	else
		skip "a multicast group gets all" "no multicast on the loopback interface"
	fi
else
	skip "a multicast group gets all" "no python3"
fi

echo "1..$number"
