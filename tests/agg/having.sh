#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# flowstat --having and -O against DuckDB (having.py); skipped where Python has no DuckDB.
set -u

python=${FLOW_PYTHON:-python3}
if ! "$python" -c 'import duckdb' 2>/dev/null; then
	echo "1..0 # SKIP $python has no module duckdb (FLOW_PYTHON names another)"
	exit 0
fi
work=$(mktemp -d "${TMPDIR:-/tmp}/having-test.XXXXXX")
trap 'rm -rf "$work"' EXIT
PYTHONDONTWRITEBYTECODE=1 "$python" "$FLOW_SRCDIR/tests/agg/having.py" \
	"$FLOW_BUILDDIR/flowstat" "$FLOW_BUILDDIR/flowgen" "$work"
