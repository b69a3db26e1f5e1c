#!/usr/bin/env bash
# What doc/sql.md, scripts/spark, scripts/duckdb, scripts/python and scripts/hooks hold, run over an archive and
# compared with flowstat.
set -u
python=${FLOW_PYTHON-python3}
if ! command -v "$python" >/dev/null; then
	echo "1..0 # SKIP no python3"
	exit 0
fi
if [ -n "${FLOW_QUICK-}" ]; then
	echo "1..0 # SKIP the programs are the same as in the other build"
	exit 0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export PYTHONDONTWRITEBYTECODE=1
mkdir "$work/doc" "$work/spark"
"$python" "$FLOW_SRCDIR/tests/sql/doc_calls.py" "$FLOW_BUILDDIR" "$FLOW_SRCDIR" "$work/doc" >"$work/out" 2>"$work/log" ||
	tail -n 20 "$work/log" >&2
if "$python" -c 'import pyspark' 2>/dev/null; then
	"$python" "$FLOW_SRCDIR/tests/sql/spark_jobs.py" "$FLOW_BUILDDIR" "$FLOW_SRCDIR/scripts/spark" "$work/spark" \
		>>"$work/out" 2>"$work/log" || tail -n 20 "$work/log" >&2
else
	echo "ok 0 - scripts/spark # SKIP no pyspark" >>"$work/out"
fi
# One plan for both.
grep -v '^1\.\.' "$work/out" | awk '/^(not )?ok / { n++; sub(/ok [0-9]+/, "ok " n) } { print } END { print "1.." n + 0 }'
! grep -q '^not ok' "$work/out" && grep -q '^ok' "$work/out"
