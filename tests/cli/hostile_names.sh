#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Names that exporters announce, meant to do harm, in all that people and programs read of them.
set -u

# shellcheck source=tests/cli/tap.sh
. "$FLOW_SRCDIR/tests/cli/tap.sh"

export PYTHONDONTWRITEBYTECODE=1
python=${FLOW_PYTHON:-python3}
if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 9))' 2>/dev/null; then
	"$python" "$FLOW_SRCDIR/tests/cli/hostile_names.py"
	exit
fi
skip 'hostile names' 'no python3 of 3.9 or later'
echo "1..$number"
