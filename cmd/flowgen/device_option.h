/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Combines --device, --template and -v: how exporters encode flows. */

#include <stdbool.h>

#include "flowgen/options.h"

/*
 * Sets o->device (NULL before NetFlow v9, unless a device was named) and what depends on it: the version, the
 * columns and kinds of rows.  False after a message that names the option.
 */
bool device_settle(struct options *o);

/* Prints the list of built-in devices; CLI_OK or CLI_FAILURE. */
int device_help(void);
