#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# What shells offer for the programs' options: words that the manual pages list, files and directories that are there.
set -u

# shellcheck source=tests/cli/tap.sh
. "$FLOW_SRCDIR/tests/cli/tap.sh"

made=$FLOW_BUILDDIR/completions
work=$(mktemp -d "${TMPDIR:-/tmp}/completions-test.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir "$work/here" "$work/here/a folder"
: >"$work/here/a file"
cd "$work/here" || exit 99

# offered WORD...: what bash offers for the last one, in one line
offered()
(
	. "$made/bash/$1"
	COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
	"_$1"
	[ ${#COMPREPLY[@]} -eq 0 ] || printf '%s\n' "${COMPREPLY[@]}" | sort | paste -sd ' '
)
is 'bash: a long option' "$(offered flowcat --check)" '--check-filter'
is 'bash: several' "$(offered flowcat --split)" '--split --split-by'
is 'bash: of all programs' "$(offered flowcap --ip; offered flowgen --su; offered flowstat --as)" \
	$'--ipv4 --ipv6\n--subdirs\n--as-names'
is 'bash: letters' "$(offered flowgen - | tr ' ' '\n' | grep -cxE -- '-4|-t|--pace')" 3
is 'bash: words' "$(offered flowcat -z z)" zstd
is 'bash: words behind =' "$(offered flowcat --sql = d)" duckdb
is 'bash: all behind =' "$(offered flowcat --sql =)" 'clickhouse duckdb spark'
is 'bash: statistics' "$(offered flowstat -s srcp)" srcport
is 'bash: columns' "$(offered flowstat -A tcp_f)" tcp_flags
is 'bash: files' "$(offered flowcat -r a)" 'a file a folder'
is 'bash: directories' "$(offered flowcap -w a)" 'a folder'
is 'bash: an argument' "$(offered flowcat a)" 'a file a folder'
is 'bash: flowcap takes none' "$(offered flowcap a)" ''
is 'bash: a number is not offered' "$(offered flowcat -c a)" ''

for program in flowcap flowcat flowgen flowstat; do
	if command -v zsh >/dev/null; then
		check "zsh: $program" zsh -n "$made/zsh/_$program"
	else
		skip "zsh: $program" 'no zsh'
	fi
done

if command -v fish >/dev/null; then
	# fish COMMAND-LINE: what it offers, without what it says of it
	fish_offers()
	{
		HOME=$work fish --no-config -c 'source $argv[1]; complete -C $argv[2]' "$made/fish/${1%% *}.fish" "$1" |
			cut -f 1 | sort | paste -sd ' '
	}
	is 'fish: a long option' "$(fish_offers 'flowcat --check')" '--check-filter'
	is 'fish: words' "$(fish_offers 'flowcap -z z')" zstd
	is 'fish: words behind =' "$(fish_offers 'flowstat --sql=d')" '--sql=duckdb'
	is 'fish: statistics' "$(fish_offers 'flowstat -s srcp')" srcport
	is 'fish: directories' "$(fish_offers 'flowcap -w a')" 'a folder/'
	is 'fish: flowcap takes no argument' "$(fish_offers 'flowcap a')" ''
else
	skip 'fish' 'no fish'
fi

echo "1..$number"
exit $failed
