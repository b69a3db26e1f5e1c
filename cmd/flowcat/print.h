/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Prints the rows of a query to standard output, in the order of the archive. */

#include "flowcat/options.h"

/* CLI_OK, or CLI_MISUSE or CLI_FAILURE after a message. */
int flowcat_print(struct flowcat_options *options);
