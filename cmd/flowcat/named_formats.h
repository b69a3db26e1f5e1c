/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* --config: named formats. */

#include "flowcat/options.h"

/*
 * Reads the given configuration file, or the one that FLOWRC names, if any.
 * CLI_OK, CLI_MISUSE or CLI_FAILURE after a message.
 */
int flowcat_formats_read(const char *path, struct flow_formats **formats);
