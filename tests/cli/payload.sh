#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Payload that YAF exports is found as nfdump finds it: see payload.py beside this.
if ! python3 -c 'import ssl, sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; then
	echo '1..0 # SKIP no python3 of at least 3.10 with ssl'
	exit 0
fi
exec python3 "${FLOW_SRCDIR:-.}/tests/cli/payload.py"
