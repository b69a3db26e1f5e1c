/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "flowcat/options.h"

/*
 * --follow: prints the flows that come from now on (with -t also those of the window that are there), each once, as
 * they come, until SIGINT or SIGTERM, -c, or the end of whoever reads.
 */
int flowcat_follow(struct flowcat_options *options);
