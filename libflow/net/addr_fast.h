/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* addr_parse for whole dictionaries: the same results, several bytes a step. */

#include "net/addr.h"

bool addr_parse_fast(const char *text, size_t len, struct addr *out);

/* How an address is parsed. */
enum addr_way {
	ADDR_BY_BYTES,		/* on any machine */
	ADDR_BY_PLACES,		/* by AVX-512 VBMI2 where the machine has it, else by bytes: addr_parse_fast */
};

/* The same in one way, for tests. */
bool addr_parse_by(enum addr_way way, const char *text, size_t len, struct addr *out);
