#!/usr/bin/env bash
# What a terminal is told of long work (progress.py).
set -u
python=${FLOW_PYTHON-python3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if ! command -v "$python" >/dev/null; then
	echo "1..0 # SKIP no python3"
	exit 0
fi
"$FLOW_BUILDDIR/flowgen" -n 20000 --duration 2h -w "$work/flows" || exit 1
PYTHONDONTWRITEBYTECODE=1 "$python" "$FLOW_SRCDIR/tests/cli/progress.py" "$FLOW_BUILDDIR" "$work/flows"
