/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "flowcat/options.h"

/*
 * --follow: prints the flows that arrive from now on (with -t also existing ones in the window), each once,
 * until SIGINT or SIGTERM, -c, or the reader ends.
 */
int flowcat_follow(struct flowcat_options *options);
