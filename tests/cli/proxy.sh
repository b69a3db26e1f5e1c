#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# flowcap --tcp --proxy-protocol.
set -u

# shellcheck source=tests/cli/tap.sh
. "$FLOW_SRCDIR/tests/cli/tap.sh"

work=$(mktemp -d "${TMPDIR:-/tmp}/proxy-test.XXXXXX")
trap 'rm -rf "$work"' EXIT

python=${FLOW_PYTHON:-python3}
if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 9))' 2>/dev/null; then
	"$python" "$FLOW_SRCDIR/tests/cli/proxy.py" "$work" "$FLOW_BUILDDIR"
	exit
fi
skip 'flowcap --proxy-protocol' 'no python3 of 3.9 or later'
echo "1..$number"
