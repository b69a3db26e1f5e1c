/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* nightly-report's command line. */

#include "base/buf.h"
#include "common/list_files.h"
#include "common/query.h"

enum nightly_format { NIGHTLY_HTML, NIGHTLY_TEXT, NIGHTLY_JSON };

struct nightly_options {
	struct query_request request;
	const char *day;		/* -d; NULL: yesterday */
	const char *from, *to;		/* --from, --to; NULL: not given */
	unsigned span_days;		/* 1; 7: --week */
	bool month;
	uint64_t rows;			/* of each table */
	const char *out;		/* a file or a folder; NULL: standard output */
	const char *index;		/* a folder; NULL: none */
	const char *title, *as_names, *if_names;	/* NULL: none */
	struct list_files local, lists;
	const char *archive;		/* the first one */
	enum nightly_format format;
	bool no_scripts, alert, resolve;
	struct buf geo_words;		/* --geo and its paths as words of a shell; no NUL */
	uint64_t memory;		/* bytes; 0: half of the machine's */
};

/* CLI_OK, or an exit status after a message; *done: help or version was printed. */
int nightly_options_parse(int argc, char **argv, struct nightly_options *options, bool *done);
void nightly_options_clear(struct nightly_options *options);
