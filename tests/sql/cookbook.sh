#!/usr/bin/env bash
# The questions of doc/cookbook.md: what they print, and their values against those of DuckDB.  After a change of what
# flowgen or a table prints: FLOW_UPDATE=1 writes the page anew, if all values agree.
set -u
python=${FLOW_PYTHON-python3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if ! command -v "$python" >/dev/null; then
	echo "1..0 # SKIP no python3"
	exit 0
fi
PYTHONDONTWRITEBYTECODE=1 "$python" "$FLOW_SRCDIR/tests/sql/cookbook.py" "$FLOW_BUILDDIR" "$FLOW_SRCDIR/doc/cookbook.md" "$work" \
	${FLOW_UPDATE:+--update}
