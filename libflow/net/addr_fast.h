/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* addr_parse for those who parse whole dictionaries: the same results, several bytes a step. */

#include "net/addr.h"

bool addr_parse_fast(const char *text, size_t len, struct addr *out);

/* By what it is done, as far as the machine can. */
enum addr_way {
	ADDR_BY_BYTES,		/* any machine */
	ADDR_BY_SHUFFLE,	/* IPv4 by SSE 4.1, else as before */
	ADDR_BY_PLACES,		/* AVX-512 VBMI2, else as before; addr_parse_fast */
};

/* The same in one way, for tests. */
bool addr_parse_by(enum addr_way way, const char *text, size_t len, struct addr *out);
