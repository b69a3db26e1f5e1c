/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "flowgen/options.h"
#include "flowgen/sink.h"

/*
 * Invents flows and sends them to the sink until there are enough, the reader
 * has gone or *stop is set (by a signal handler).  CLI_OK, or CLI_FAILURE after
 * a message.
 */
int generate(const struct options *o, struct sink *sink, const volatile int *stop);
