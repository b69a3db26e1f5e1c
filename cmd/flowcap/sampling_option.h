/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * -s [-]RATE[,net=NET[;NET...]][,if=INDEX[;INDEX...]]: a rate for all exporters, or a rule for some
 * exporters or interfaces.
 */

#include "flowcap/options.h"

/* CLI_OK, or a message. */
int sampling_add(struct options *options, const char *text);
void sampling_clear(struct options *options);
