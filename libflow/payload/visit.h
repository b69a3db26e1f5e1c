/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Looks at one of several texts; whoever goes through them stops at the first that is true, and says so. */
typedef bool payload_visit(void *context, const char *text, size_t len);
