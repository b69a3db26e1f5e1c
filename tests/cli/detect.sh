#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# flowstat --detect finds what flowgen's truth says there was, and nothing else: a few days of scripts/detect-proof.
set -u

# shellcheck source=tests/cli/tap.sh
. "$FLOW_SRCDIR/tests/cli/tap.sh"

python=${FLOW_PYTHON:-python3}
work=$(mktemp -d "${TMPDIR:-/tmp}/detect-test.XXXXXX")
trap 'rm -rf "$work"' EXIT
export TZ=UTC PYTHONDONTWRITEBYTECODE=1 TMPDIR=$work
seeds=3
if [ -n "${FLOW_QUICK-}" ]; then
	seeds=1
fi
# shellcheck disable=SC2317 # check calls it
proof()
{
	"$python" "$FLOW_SRCDIR/scripts/detect-proof" "$@"
}

check "recall and precision are 0.95 at least" proof --seeds "$seeds" --days "$seeds" --flows 20000 --ordinary-flows 100000 \
	"$FLOW_BUILDDIR"
sed 's/^/# /' "$work/out" 2>/dev/null

# The proof can fail: without one detector's findings, and with findings that nobody made.
mkdir "$work/bin"
ln -s "$FLOW_BUILDDIR/flowgen" "$work/bin/flowgen"
printf '#!/bin/sh\nexec "%s" "$@" --threshold beacon-count=1000000\n' "$FLOW_BUILDDIR/flowstat" >"$work/bin/flowstat"
chmod +x "$work/bin/flowstat"
check "what is missed is told" exits 1 proof --seeds 1 --days 1 --flows 3000 --ordinary-flows 3000 "$work/bin"
printf '#!/bin/sh\nexec "%s" "$@" --threshold scan-targets=2 --threshold beacon-score=0 --threshold dos-bps=1000\n' \
	"$FLOW_BUILDDIR/flowstat" >"$work/bin/flowstat"
check "and false alarms" exits 1 proof --seeds 1 --days 1 --flows 3000 --ordinary-flows 3000 "$work/bin"
check "a folder without programs is misuse" exits 2 proof "$work"
check "help" says "BUILD-FOLDER" proof --help
echo "1..$number"
exit "$failed"
