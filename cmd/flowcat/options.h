/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* flowcat's command line. */

#include <stdbool.h>
#include <stdint.h>

#include "common/query.h"
#include "flow.h"
#include "net/cryptopan.h"
#include "time/partition.h"

struct flowcat_options {
	struct query_request request;
	const char *format;		/* -o */
	const char *write_path;		/* -w; NULL: print */
	const char *split_by;		/* --split-by: names of columns */
	uint32_t compact_s;		/* --compact: seconds of a file; 0: no */
	const char *merged;		/* value that -w writes as flow.merged; NULL: none */
	bool import;			/* --import */
	uint32_t split_s;		/* --split: seconds of a file; 0: one file */
	enum partition_layout layout;	/* -S */
	uint64_t limit;			/* -c; UINT64_MAX: all */
	struct flow_sort_order order;	/* -O */
	bool has_order;
	uint64_t memory_bytes;		/* --memory: for sorting */
	enum flowcat_task {
		FLOWCAT_ROWS,		/* print or write rows that pass */
		FLOWCAT_SUMMARY,	/* -I */
		FLOWCAT_GNUPLOT,	/* -g */
		FLOWCAT_EXPORTERS,	/* -E */
		FLOWCAT_VERIFY,
		FLOWCAT_EXPLAIN,
		FLOWCAT_SQL,
		FLOWCAT_SETS,
		FLOWCAT_CHECK,		/* -Z */
		FLOWCAT_EXPIRE,		/* --expire */
	} task;
	enum flow_sql_dialect dialect;	/* --sql */
	const char *sets;		/* --sets */
	const char **expire;		/* --expire: directories */
	size_t expires;
	struct retain_options retain;	/* --max-age, --max-size, --min-free, --each, -n, --local-time */
	bool follow;			/* --follow */
	bool verbose;			/* -v */
	bool resolve;
	const char *config;		/* --config; NULL: FLOWRC, or none */
	struct flow_writer_options writer;	/* -z, -i, --cluster */
	bool has_codec, has_cluster;
	struct flow_printer_options printer;	/* its resolver and formats are owned here */
	struct cryptopan cryptopan;	/* -K; request.pseudonyms points here */
	struct flow_formats *formats;
	struct resolver *resolver;
	struct flow_names *names;	/* of interfaces and VRFs, for printer */
};

/*
 * Reads the command line into *options; call flowcat_options_clear in any case.
 * CLI_OK with *done after help or version; else CLI_MISUSE or CLI_FAILURE after
 * a message.
 */
int flowcat_options_parse(int argc, char **argv, struct flowcat_options *options, bool *done);
void flowcat_options_clear(struct flowcat_options *options);
