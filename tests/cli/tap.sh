# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2034,SC2154
# What the tests of the programs share: each sources this, has a folder of its own in $work where it
# uses check, and ends with "1..$number".

number=0
failed=0	# 1: some check was not ok

# tap_result NAME STATUS: one line of the answer
tap_result()
{
	number=$((number + 1))
	if [ "$2" -eq 0 ]; then
		echo "ok $number - $1"
	else
		echo "not ok $number - $1"
		failed=1
	fi
}

skip()
{
	number=$((number + 1))
	echo "ok $number - $1 # SKIP $2"
}

# check NAME COMMAND...: what it says is shown where it fails
check()
{
	local name=$1

	shift
	if "$@" >"$work/out" 2>&1; then
		tap_result "$name" 0
	else
		tap_result "$name" 1
		sed 's/^/# /' "$work/out"
	fi
}

# is NAME GOT WANTED
is()
{
	if [ "$2" = "$3" ]; then
		tap_result "$1" 0
	else
		tap_result "$1" 1
		printf '%s\n' "$2" | head -n 8 | cut -c 1-300 | sed 's/^/# got  /'
		printf '%s\n' "$3" | head -n 8 | cut -c 1-300 | sed 's/^/# want /'
	fi
}

# The rest are commands for check.

same()
{
	[ "$1" = "$2" ] || { echo "'$1' is not '$2'"; return 1; }
}

# A program that should have refused something and runs on instead is ended: 124.
bounded()
{
	if [ "$(type -t "$1")" = file ]; then
		timeout --kill-after=5 300 "$@"
	else
		"$@"
	fi
}

# exits STATUS COMMAND...
exits()
{
	local want=$1 got

	shift
	bounded "$@"
	got=$?
	[ "$got" -eq "$want" ] || { echo "exit status $got, not $want"; return 1; }
}

# says TEXT COMMAND...: the text is in what it prints
says()
{
	local text=$1

	shift
	bounded "$@" >"$work/said" 2>&1
	grep -qF -- "$text" "$work/said" || { echo "no '$text' in:"; cat "$work/said"; return 1; }
}

# waits COMMAND...: at most ten seconds
waits()
{
	local i

	for ((i = 0; i < 200; i++)); do
		"$@" >/dev/null 2>&1 && return 0
		sleep 0.05
	done
	return 1
}
