#!/usr/bin/env bash
# Whether every octet of every record of the corpus ($FLOW_CORPUS, else ../shared/corpus beside the
# source tree) decides a column or stands in `extra`: see tests/wire/test_octets.c.
set -u
corpus=${FLOW_CORPUS-$FLOW_SRCDIR/../shared/corpus}

if ! [ -d "$corpus" ]; then
	echo "1..1"
	echo "ok 1 # SKIP no corpus"
	exit 0
fi
exec "$FLOW_BUILDDIR/tests/wire/test_octets" "$corpus"/*.pcap
