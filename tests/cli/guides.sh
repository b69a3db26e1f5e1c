#!/usr/bin/env bash
# What the guides and manual pages tell people to type (guides.py).
set -u
python=${FLOW_PYTHON-python3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if ! command -v "$python" >/dev/null; then
	echo "1..0 # SKIP no python3"
	exit 0
fi
PYTHONDONTWRITEBYTECODE=1 "$python" "$FLOW_SRCDIR/tests/cli/guides.py" "$FLOW_BUILDDIR" "$FLOW_SRCDIR" "$work"
