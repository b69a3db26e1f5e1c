/* SPDX-License-Identifier: BSD-2-Clause */
/* The same as where there is no SSE2. */
#undef __SSE2__
#include "test_bucket.c"
