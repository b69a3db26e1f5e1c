/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "flowgen/options.h"
#include "flowgen/sink.h"

/*
 * Sends the flows of archives to the sink in their order, until the end, enough
 * of them, the reader has gone or *stop is set.  CLI_OK, or CLI_FAILURE after
 * messages. Unreadable parts are reported and skipped; then *keep says whether
 * the output is still worth keeping.
 */
int replay(const struct options *o, struct sink *sink, const volatile int *stop, bool *keep);
