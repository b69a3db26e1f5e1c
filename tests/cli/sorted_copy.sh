#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Sorted copies in little memory, and commands that are killed while they have temporary files.
set -u

# shellcheck source=tests/cli/tap.sh
. "$FLOW_SRCDIR/tests/cli/tap.sh"

work=$(mktemp -d "${TMPDIR:-/tmp}/sorted-copy-test.XXXXXX")
trap 'rm -rf "$work"' EXIT

python=${FLOW_PYTHON:-python3}
if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 9))' 2>/dev/null; then
	"$python" "$FLOW_SRCDIR/tests/cli/sorted_copy.py" "$work" "$FLOW_BUILDDIR"
	exit
fi
skip 'sorted copies' 'no python3 of 3.9 or later'
echo "1..$number"
