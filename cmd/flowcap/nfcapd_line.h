/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Accepts command lines of nfcapd and sfcapd, as in units, init scripts and web pages.  Options that are spelt
 * differently are translated to flowcap's, and obsolete ones are reported and dropped.  A letter with another meaning
 * here stays, unless its argument shows that nfcapd's is meant.
 *
 *	-l DIR, and -w alone beside it	-w DIR		-z=lz4			-z lz4
 *	-W N				-j N		-z, -y, -j alone	the usual codec
 *	-E				-v -v		-v LEVEL		-v, or nothing
 *	-e alone			nothing expires	-T LIST			nothing
 *	-Z				--local-time
 */

#include <stddef.h>

struct nfcapd_line {
	int argc;
	char **argv;		/* owned; the texts are those of the original or constant */
};

/* CLI_OK, or CLI_MISUSE or CLI_FAILURE after a message. */
int nfcapd_line_read(int argc, char **argv, struct nfcapd_line *line);
void nfcapd_line_clear(struct nfcapd_line *line);
