#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# flowcap --check.
set -u

# shellcheck source=tests/cli/tap.sh
. "$FLOW_SRCDIR/tests/cli/tap.sh"

work=$(mktemp -d "${TMPDIR:-/tmp}/check-test.XXXXXX")
trap 'rm -rf "$work"' EXIT

python=${FLOW_PYTHON:-python3}
if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 9))' 2>/dev/null; then
	"$python" "$FLOW_SRCDIR/tests/cli/check.py" "$work" "$FLOW_BUILDDIR"
	exit
fi
skip 'flowcap --check' 'no python3 of 3.9 or later'
echo "1..$number"
