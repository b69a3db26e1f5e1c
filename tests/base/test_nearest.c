/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/nearest.h"

#include <string.h>

#include "tap.h"

static const char *const known[] = { "src_addr", "dst_addr", "bytes", "flows", "as", "proto" };

static const char *
hint(const char *word)
{
	static char out[NEAREST_HINT_ROOM];
	struct nearest n;

	nearest_begin(&n, word, strlen(word));
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		nearest_try_text(&n, known[i]);
	return nearest_hint(&n, out);
}

int
main(void)
{
	/* A letter too few, exchanged neighbours, another letter, a letter too many, another case. */
	is_str(hint("srcaddr"), "; did you mean 'src_addr'?");
	is_str(hint("btyes"), "; did you mean 'bytes'?");
	is_str(hint("flowz"), "; did you mean 'flows'?");
	is_str(hint("asn"), "; did you mean 'as'?");
	is_str(hint("PROTP"), "; did you mean 'proto'?");
	/* The nearer of two; the first of those that are equally near. */
	is_str(hint("dst_adr"), "; did you mean 'dst_addr'?");
	is_str(hint("xst_addr"), "; did you mean 'dst_addr'?");
	/* Too far: three changes in six letters, all of a short word, too long, empty. */
	is_str(hint("bxxxxs"), "");
	is_str(hint("x"), "");
	is_str(hint(""), "");
	is_str(hint("a_word_that_is_longer_than_any_that_is_known"), "");
	return tap_done();
}
