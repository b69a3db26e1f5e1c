/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Command lines of nfcapd and sfcapd, as units, init scripts and pages on the web have them.  What is written otherwise
 * there is turned into flowcap's own, dead letters are told of in a line and left out, and what means something else
 * here, and cannot be told apart by what follows it, stays.
 *
 *	-l DIR, and -w alone beside it	-w DIR		-z=lz4		-z lz4		-z, -y, -j alone	the usual codec
 *	-W N				-j N		-v LEVEL	-v, or nothing	-T LIST			nothing
 *	-E				-v -v		-Z		--local-time	-e alone		nothing expires
 */

#include <stddef.h>

struct nfcapd_line {
	int argc;
	char **argv;		/* owned; the texts are those of the original or constant */
};

/* CLI_OK, or CLI_MISUSE or CLI_FAILURE after a message. */
int nfcapd_line_read(int argc, char **argv, struct nfcapd_line *line);
void nfcapd_line_clear(struct nfcapd_line *line);
