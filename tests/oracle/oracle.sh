#!/usr/bin/env bash
# A second decoder, in Python and written from the RFCs, against flowcap and flowcat: column by
# column on the corpus ($FLOW_CORPUS, else ../shared/corpus beside the source tree) and on generated
# datagrams.  ORACLE_DATAGRAMS and ORACLE_SEED choose how many of these, and which; by default few.
set -u
folder=$FLOW_SRCDIR/tests/oracle
corpus=${FLOW_CORPUS-$FLOW_SRCDIR/../shared/corpus}
python=$(command -v python3) || {
	echo "1..0 # SKIP no python3"
	exit 0
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export PYTHONDONTWRITEBYTECODE=1
captures=()
for kind in templates lists fixed sampling sflow; do
	"$python" "$folder/generate_$kind.py" "${ORACLE_SEED-1}" "${ORACLE_DATAGRAMS-350}" "$work/$kind.pcap" || exit 1
	captures+=("$work/$kind.pcap")
done
[ -d "$corpus" ] && captures+=("$corpus"/*.pcap)
"$python" "$folder/compare.py" "$FLOW_BUILDDIR" "${captures[@]}"
status=$?
[ -d "$corpus" ] || echo "# no corpus: generated datagrams only"
exit $status
