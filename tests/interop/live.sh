#!/usr/bin/env bash
# Runs live.py with a Python that has pyarrow, or says that there is none.
python=${FLOW_PYTHON:-python3}
if ! "$python" -c 'import numpy, pyarrow' 2>/dev/null; then
	echo '1..0 # SKIP no Python with pyarrow'
	exit 0
fi
exec "$python" "$FLOW_SRCDIR/tests/interop/live.py"
