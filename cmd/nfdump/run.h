/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Reads the input, and prints or writes it. */

#include "nfdump/options.h"

/* CLI_OK, or a status after a message. */
int nfdump_run(struct nfdump_options *options);

/* -I: the sums of all files; -g: a line for each. */
int nfdump_info(struct nfdump_options *options);
