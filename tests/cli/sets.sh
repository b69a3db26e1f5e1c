#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Sets of addresses: see sets.py beside this.
if ! python3 -c 'import sys; sys.exit(sys.version_info < (3, 8))' 2>/dev/null; then
	echo '1..0 # SKIP no python3 of at least 3.8'
	exit 0
fi
exec python3 "${FLOW_SRCDIR:-.}/tests/cli/sets.py"
