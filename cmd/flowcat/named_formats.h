/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* --config: formats with names of their own. */

#include "flowcat/options.h"

/*
 * Reads the configuration file that was asked for, or that FLOWRC names, if any.
 * CLI_OK, CLI_MISUSE or CLI_FAILURE after a message.
 */
int flowcat_formats_read(const char *path, struct flow_formats **formats);
