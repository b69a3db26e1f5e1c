#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# flowstat --distribution against DuckDB (distribution.py); skipped where Python has no DuckDB.
set -u

python=${FLOW_PYTHON:-python3}
if ! "$python" -c 'import duckdb' 2>/dev/null; then
	echo "1..0 # SKIP $python has no module duckdb (FLOW_PYTHON names another)"
	exit 0
fi
work=$(mktemp -d "${TMPDIR:-/tmp}/distribution-test.XXXXXX")
trap 'rm -rf "$work"' EXIT
PYTHONDONTWRITEBYTECODE=1 "$python" "$FLOW_SRCDIR/tests/cli/distribution.py" \
	"$FLOW_BUILDDIR" "$work"
