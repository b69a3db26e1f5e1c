#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# IPv4-mapped addresses of IPv6 packets, from the datagram to SQL: see mapped.py beside this.
if ! python3 -c 'import sys; sys.exit(sys.version_info < (3, 8))' 2>/dev/null; then
	echo '1..0 # SKIP no python3 of at least 3.8'
	exit 0
fi
PYTHONDONTWRITEBYTECODE=1 exec "${FLOW_PYTHON:-python3}" "${FLOW_SRCDIR:-.}/tests/cli/mapped.py"
