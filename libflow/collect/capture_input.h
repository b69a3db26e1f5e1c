/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Reads captures and IPFIX files into a collector. */

#include "collect/collect.h"

struct capture_input {
	const struct log *log;
	bool has_port;			/* only datagrams to this port */
	uint16_t port;
};

/*
 * Reads a file, "-" (standard input), or the files of a directory.  False, after a log line, where one could
 * not be read to its end, or the directory has none.
 */
bool capture_input(const struct capture_input *input, struct collector *collector, const char *path);
