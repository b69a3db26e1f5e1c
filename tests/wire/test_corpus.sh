#!/usr/bin/env bash
# Decodes every capture of the corpus ($FLOW_CORPUS, else ../shared/corpus beside
# the source tree) and compares row by row, field by field, with the expectation
# beside it (NAME.expect.tsv; tests/wire/corpus.c says what is printed).  A field
# that the expectation leaves "-" is one that the record does not have:
#   packets, bytes   are 0 then (columns that every row has)
#   first_ms, last_ms are estimated then, so they are not compared
# An expected end before its beginning is repaired (wire/decode.h): not compared.
# tests/wire/corpus.exceptions lists, with the reason, columns where we differ on
# purpose (NAME, COLUMN, REASON): 0 means that the capture is only decoded, N=VALUE
# that every row has this value instead of the expected one, N that any will do.
# Where the corpus states several sound readings (data held until its template
# came, the last of repeated elements, templates scoped by address), any will do.
set -u
corpus=${FLOW_CORPUS-$FLOW_SRCDIR/../shared/corpus}
program=$FLOW_BUILDDIR/tests/wire/corpus
exceptions=$FLOW_SRCDIR/tests/wire/corpus.exceptions
n=0

if ! [ -d "$corpus" ]; then
	echo "1..1"
	echo "ok 1 # SKIP no corpus"
	exit 0
fi

# compare WANT GOT SKIPPED-COLUMNS: silent and true when the rows are the same.
compare()
{
	awk -F '\t' -v skip=" $3 " '
		/^#/ { next }
		FNR == NR { want[++wants] = $0; next }
		{ got[++gots] = $0 }
		END {
			if (wants != gots) {
				printf "# %d rows expected, %d decoded\n", wants, gots
				exit 1
			}
			for (i = 1; i <= wants; i++) {
				split(want[i], w); split(got[i], g)
				for (f = 1; f <= 15; f++) {
					if (index(skip, " " f "=" g[f] " ") || index(skip, " " f " ") || w[f] == g[f] ||
					    (f == 11 && w[11] < w[10]) || (w[f] == "-" && (f == 10 || f == 11)) ||
					    (w[f] == "-" && g[f] == "0" && (f == 8 || f == 9)))
						continue
					if (bad++ < 3)
						printf "# row %d column %d: %s expected, %s decoded\n", i, f, w[f], g[f]
				}
			}
			exit bad > 0
		}' "$1" "$2"
}

# sound NAME: whether some stated reading of this capture is what was decoded.
sound()
{
	local name=$1 reading columns

	columns=$(awk -F '\t' -v name="$name" '$1 == name { print $2 }' "$exceptions" | tr '\n' ' ')
	"$program" "$corpus/$name.pcap" > "$rows" || return 1
	case " $columns" in *" 0 "*) return 0 ;; esac
	for reading in expect expect-buffered expect-last expect-ipscope; do
		[ -f "$corpus/$name.$reading.tsv" ] || continue
		compare "$corpus/$name.$reading.tsv" "$rows" "$columns" > "$why" && return 0
		[ "$reading" = expect ] && cp "$why" "$why.first"
	done
	cp "$why.first" "$why"
	return 1
}

rows=$(mktemp) why=$(mktemp)
trap 'rm -f "$rows" "$why" "$why.first"' EXIT
for capture in "$corpus"/*.pcap; do
	name=$(basename "$capture" .pcap)
	n=$((n + 1))
	if sound "$name"; then
		echo "ok $n - $name"
	else
		cat "$why"
		echo "not ok $n - $name"
	fi
done
echo "1..$n"
