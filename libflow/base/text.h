/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* A piece of text that belongs to somebody else; dictionaries are arrays of these. */

#include <stdint.h>

struct flow_text {
	const char *p;		/* not NUL-terminated */
	uint32_t len;
};
