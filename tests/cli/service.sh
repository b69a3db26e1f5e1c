#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# flowcap as a service: what it tells a manager and takes from it, and the units themselves.
set -u

# shellcheck source=tests/cli/tap.sh
. "$FLOW_SRCDIR/tests/cli/tap.sh"

work=$(mktemp -d "${TMPDIR:-/tmp}/service-test.XXXXXX")
trap 'rm -rf "$work"' EXIT

python=${FLOW_PYTHON:-python3}
if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 9))' 2>/dev/null; then
	mkdir "$work/manager"
	"$python" "$FLOW_SRCDIR/tests/cli/manager.py" "$work/manager" "$FLOW_BUILDDIR" >"$work/answer"
	rc=$?
	while IFS= read -r line; do
		case $line in
		'ok '*) tap_result "${line#ok * - }" 0 ;;
		'not ok '*) tap_result "${line#not ok * - }" 1 ;;
		'1..'*) ;;
		*) echo "$line" ;;
		esac
	done <"$work/answer"
	is 'the manager came to its end' "$rc:$(grep -c '^1\.\.' "$work/answer")" "$failed:1"
else
	skip 'flowcap under a service manager' 'no python3 of 3.9 or later'
fi

# The units, as they would be installed here.
mkdir "$work/units"
for unit in "$FLOW_SRCDIR"/systemd/*.service.in; do
	name=${unit##*/}
	sed -e "s|@bindir@|$FLOW_BUILDDIR|" -e "s|@sysconfdir@|$work/etc|" "$unit" >"$work/units/${name%.in}"
	is "no other paths in $name" "$(grep -o '@[a-z]*@' "$work/units/${name%.in}")" ''
done
cp "$FLOW_SRCDIR"/systemd/*.socket "$FLOW_SRCDIR"/systemd/*.timer "$work/units/"
mv "$work/units/flowcap@.service" "$work/units/flowcap@r1.service"
for unit in "$work"/units/*; do
	if command -v systemd-analyze >/dev/null; then
		is "systemd-analyze verify ${unit##*/}" "$(systemd-analyze verify --man=no "$unit" 2>&1; echo $?)" 0
	else
		skip "systemd-analyze verify ${unit##*/}" 'no systemd-analyze'
	fi
done
# What the units run is a command line that the programs accept.
options()
{
	sed -n "s/^Environment=\"$2=\(.*\)\"/\1/p" "$FLOW_SRCDIR/systemd/$1" | sed "s|/var/lib/[a-z-]*|$work/tree|g; s/%%/%/g; s/%i/r1/g"
}
mkdir "$work/tree" "$work/tree/r1"
# shellcheck disable=SC2046
is 'those of the expiry' "$("$FLOW_BUILDDIR/flowcat" -v $(options flowcap-expire.service.in EXPIRE_OPTIONS) 2>&1 | cut -d, -f 1)" \
	'flowcat: went: files 0'
# shellcheck disable=SC2046
is 'of the compaction' "$("$FLOW_BUILDDIR/flowcat" $(options flowcap-compact.service.in COMPACT_OPTIONS) 2>&1; echo $?)" 0
mkdir -p "$work/tree"
# shellcheck disable=SC2046
is 'and of the report' "$("$FLOW_BUILDDIR/nightly-report" \
	$(options flowcap-report.service.in REPORT_OPTIONS) 2>&1; echo $?)" 4

echo "1..$number"
exit "$failed"
