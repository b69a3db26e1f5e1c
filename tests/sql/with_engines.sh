#!/usr/bin/env bash
# Questions made at random: flowstat's and flowcat's answers against those of DuckDB, ClickHouse and Spark
# to the SQL that --sql prints.  SQL_SEED and SQL_QUESTIONS: other ones, and more of them.
set -u
python=${FLOW_PYTHON-python3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if ! command -v "$python" >/dev/null; then
	echo "1..0 # SKIP no python3"
	exit 0
fi
export PYTHONDONTWRITEBYTECODE=1
"$python" "$FLOW_SRCDIR/tests/sql/with_engines.py" "$FLOW_BUILDDIR" "$work" ${FLOW_QUICK:+duckdb} 2>"$work/log"
status=$?
[ "$status" -le 1 ] || tail -n 20 "$work/log" >&2
exit "$status"
