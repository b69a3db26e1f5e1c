#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# A wrong word is answered with the likely one, wherever words are taken.
set -u

# shellcheck source=tests/cli/tap.sh
. "$FLOW_SRCDIR/tests/cli/tap.sh"

work=$(mktemp -d "${TMPDIR:-/tmp}/suggestions-test.XXXXXX")
trap 'rm -rf "$work"' EXIT
export TZ=UTC
PATH=$FLOW_BUILDDIR:$PATH
flowgen -n 10 --seed 1 -w "$work/a" --slot 86400 --start 2026-01-01T00:01:00Z --duration 60 >/dev/null 2>&1

# suggests WORD COMMAND...: it fails, and the message asks for the word
suggests()
{
	local word=$1

	shift
	bounded "$@" >"$work/said" 2>&1 </dev/null && { echo "status 0"; return 1; }
	grep -qF -- "did you mean '$word'?" "$work/said" || { cat "$work/said"; return 1; }
}

for tried in "proto flowcat --split-by protoo -w $work/x" "sa flowcat -o fmt:%sax" "byt flowcat -o csv:%bty" "lz4 flowcat -z lz5 -w $work/x" \
	"line flowcat -o lnie" "duckdb flowcat --sql dukdb" "src_addr flowcat -o csv:src_adr" "src_addr flowcat -O src_adr" \
	"proto flowcat --cluster prtoo -w $work/x" "yesterday flowcat -t yestrday" \
	"bytes flowstat -A proto --measures byts" "sum flowstat -A proto --measures smu(bytes)" \
	"bytes flowstat -A proto --measures sum(byts)" "bytes flowstat -A proto -O byts" "bytes flowstat -s srcip/byts" \
	"bytes flowstat -A proto --having byts>1" "bytes flowstat -A proto --min byts=1" "proto flowstat --series protoo" \
	"if flowstat --billing iff" "proto flowstat --spikes protoo" "scan-targets flowstat --scans --threshold scan-targts=3" \
	"text flowstat -A proto -o txt" "spark flowstat -A proto --sql sprk" "tag flowstat -A tga" "ident flowcat -o csv:idnt"; do
	read -r word program words <<<"$tried"
	# shellcheck disable=SC2086
	check "$program $words" suggests "$word" "$program" $words "$work/a"
done
check "a protocol" suggests tcp flowcat 'proto tcpp' "$work/a"
check "a word of filters" suggests src_addr flowcat 'src_adr 10.0.0.1' "$work/a"
for tried in "syn-flood --event sun-flood" "flat --curve flt"; do
	read -r word words <<<"$tried"
	# shellcheck disable=SC2086
	check "flowgen $words" suggests "$word" flowgen $words -n 1 -w "$work/y"
done
check "flowcap -z" suggests zstd flowcap -z zsdt -w "$work"
printf 'prot = 2055\n' >"$work/conf"
check "a setting" suggests port flowcap -C "$work/conf" --check-config
check "an option" says "did you mean --exporters?" flowcat --exportres "$work/a"
echo "1..$number"
exit "$failed"
