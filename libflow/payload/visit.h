/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Called for each text; the caller stops at the first that returns true, and returns that. */
typedef bool payload_visit(void *context, const char *text, size_t len);
