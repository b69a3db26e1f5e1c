#!/usr/bin/env bash
# Dialogues of exporters, collected once by one collector, and once by collectors that end, by SIGTERM
# and by kill -9, after every few datagrams: the same rows, but for the time of receipt.
# RESTARTS_SEEDS: other seeds.
set -u

# shellcheck source=tests/cli/tap.sh
. "$FLOW_SRCDIR/tests/cli/tap.sh"

PATH=$FLOW_BUILDDIR:$PATH
send=$FLOW_BUILDDIR/tests/collect/send_dialogue
tmp=$(mktemp -d)
collector=
trap '[ -z "$collector" ] || kill -9 "$collector"; rm -rf "$tmp"' EXIT
events=200

# begin DIRECTORY PORT: PORT 0 is any; sets port
begin()
{
	local i

	: >"$tmp/log"
	flowcap -w "$1" -b 127.0.0.1 -p "$2" 2>"$tmp/log" &
	collector=$!
	for ((i = 0; i < 500; i++)); do
		port=$(sed -n 's/.*listening on port \([0-9]*\).*/\1/p' "$tmp/log")
		[ -z "$port" ] || return 0
		sleep 0.02
	done
	cat "$tmp/log"
	exit 99
}

# finish SIGNAL: waits until what was sent is received
finish()
{
	sleep 0.1
	kill "-$1" "$collector"
	wait "$collector" 2>/dev/null
	status=$?
	collector=
}

rows()
{
	flowcat -r "$1" -q -o ndjson | sed 's/"received":"[^"]*",*//' | sort
}

for seed in ${RESTARTS_SEEDS:-1 2 3 4}; do
	mkdir "$tmp/whole" "$tmp/cut"
	begin "$tmp/whole" 0
	"$send" "$seed" $events 0 $events "$port"
	finish TERM
	is "seed $seed: one collector" $status 0
	common=$port
	for ((i = 0; i < events; i += 25)); do
		begin "$tmp/cut" "$common"
		"$send" "$seed" $events $i $((i + 25)) "$common"
		finish "$([ $((i / 25 % 2)) -eq 0 ] && echo TERM || echo KILL)"
	done
	begin "$tmp/cut" "$common"
	finish TERM
	is "seed $seed: the last of many" $status 0
	rows "$tmp/whole" >"$tmp/whole.rows"
	rows "$tmp/cut" >"$tmp/cut.rows"
	is "seed $seed: there are rows" "$([ "$(wc -l <"$tmp/whole.rows")" -gt 50 ] && echo yes)" yes
	is "seed $seed: the same rows" "$(diff "$tmp/whole.rows" "$tmp/cut.rows" | head -n 6)" ''
	is "seed $seed: only files and what is known are left" \
		"$(find "$tmp/cut" "$tmp/cut.state" -type f ! -name '*.parquet' ! -name '.flowcap.*.state')" ''
	rm -r "$tmp/whole" "$tmp/cut" "$tmp"/*.state
done

echo "1..$number"
exit "$failed"
