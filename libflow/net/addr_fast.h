/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* addr_parse for those who parse whole dictionaries: the same results, several bytes a step. */

#include "net/addr.h"

bool addr_parse_fast(const char *text, size_t len, struct addr *out);

/* The same without what only some machines have. */
bool addr_parse_portable(const char *text, size_t len, struct addr *out);
