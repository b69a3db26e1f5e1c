# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2034,SC2154
# One collector at a time on any port of loopback, for tests that have $work, $flowcap and `waits` of tap.sh.
# What stands in `under` before its command sets its environment (env NAME=VALUE ...).

under=()
collector=

# start FOLDER OPTION...: sets port, collector
start()
{
	mkdir -p "$1"
	rm -f "$work/log"
	"${under[@]}" "$flowcap" -w "$1" -p 0 -b 127.0.0.1 "${@:2}" 2>"$work/log" &
	collector=$!
	waits grep -q 'listening on port' "$work/log" || { cat "$work/log"; return 1; }
	port=$(sed -n 's/.*listening on port \([0-9]*\).*/\1/p' "$work/log")
}

# stops STATUS: SIGTERM; the collector's status
stops()
{
	local status

	kill "$collector"
	wait "$collector"
	status=$?
	collector=
	[ "$status" -eq "$1" ] || { cat "$work/log"; echo "status $status"; return 1; }
}
