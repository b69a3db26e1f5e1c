#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The tables of letters in doc/from-nfdump.md and doc/from-flow-tools.md (old_letters.py).
if ! python3 -c 'import sys; sys.exit(sys.version_info < (3, 8))' 2>/dev/null; then
	echo '1..0 # SKIP no python3 of at least 3.8'
	exit 0
fi
PYTHONDONTWRITEBYTECODE=1 exec python3 "${FLOW_SRCDIR:-.}/tests/cli/old_letters.py" "${FLOW_SRCDIR:-.}"
