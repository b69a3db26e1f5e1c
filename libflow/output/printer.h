/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Batches to text.  A format's text is compiled once into a list of columns
 * and literals; the printer itself is then read-only and shared by threads,
 * each of which has a state of its own.
 *
 *	p = flow_printer_new("csv", 3, NULL, &printer, err)
 *	flow_printer_begin(p, out)             header, or "["
 *	flow_printer_batch(p, state, batch, sel, out)
 *	flow_printer_end(p, out)               or "]"
 *
 * Rows are complete and carry their own separators: what threads formatted
 * into buffers of their own is joined by appending the buffers in order.  The
 * one exception is the very first row of the document: its first
 * flow_printer_first_skip(p) bytes are dropped.
 *
 *	line, long, extended, biline, bilong, wide, nsel, nat	tables for people
 *	raw			every field, one to a line, rows apart by an empty line
 *	csv			RFC 4180 with LF: the common columns; csv:all, csv:COL,COL...
 *	ndjson[:COLS], json[:COLS]	an object to a line; one array.  Default: all columns
 *	fmt:FORMAT		nfdump's % tokens, other text as it is
 *	null			nothing
 *
 * COL is a column's name (record/field.def), one of duration (seconds), pps,
 * bps, bpp, src_country, dst_country, src_city, dst_city, src_as_org and dst_as_org,
 * tls_version, tls_sni, ja3 and ja4, or the one of nfdump's % tokens that stands for any of these.
 * extra.NAME is the first value of a member of `extra` (element/extra_path.h), as a text in JSON too.
 * An absent value is empty in CSV, left out of JSON and raw, and 0 or blank
 * in what people read, as in nfdump.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/status.h"
#include "net/geo.h"
#include "output/formats.h"
#include "record/batch.h"
#include "record/field.h"
#include "record/name_set.h"
#include "record/select.h"
#include "time/stamp.h"

struct flow_printer;
struct flow_printer_state;
struct resolver;

struct flow_printer_options {
	bool plain_numbers;	/* counters for people in digits, not as 1.2 M */
	bool binary_halves;	/* half a tenth of M, G, T is rounded as its binary quotient, as in nfdump; else up */
	bool no_time_0;		/* the time 0 is an absent one, as in nfdump's files */
	bool full_ipv6;		/* IPv6 for people uncut, columns wide enough for it */
	bool quiet;		/* no header, in csv neither */
	bool csv_safe;		/* csv: texts that spreadsheets might take for formulas get an apostrophe */
	enum stamp_zone zone;	/* of times for people; csv and json are UTC */
	const char *ident;	/* what %idt prints unless a state has its own; NULL: none.  Copied */
	/*
	 * Names of hosts and services, for people; NULL: addresses and ports.
	 * Printing then waits for answers; the resolver outlives the printer.
	 */
	struct resolver *resolver;
	/*
	 * Names that %inam, %onam, %ivrfnam and %evrfnam print; NULL: numbers.  It may be filled after
	 * the printer was made, and outlives it.
	 */
	const struct flow_names *names;
	/*
	 * Where countries and the like are looked up; outlives the printer.  NULL: csv, json and
	 * raw have no such columns, %sc and the like say that nothing is known, as in nfdump.
	 */
	const struct flow_geo *geo;
	const struct flow_formats *formats;	/* more names; NULL: none.  Not kept */
};

/*
 * Compiles a format.  options NULL means all zero.  FLOW_EINVAL with a message
 * that names the unknown format, column or token and its position.
 */
enum flow_status flow_printer_new(const char *spec, size_t len,
    const struct flow_printer_options *options, struct flow_printer **out,
    struct flow_error *err) NODISCARD;
void flow_printer_free(struct flow_printer *p);

/* The columns to read: others need not be in the batch. */
const struct flow_fieldset *flow_printer_fields(const struct flow_printer *p);

/* Whether it prints names out of options.names. */
bool flow_printer_wants_names(const struct flow_printer *p);

/* Whether rows are numbered (%cnt), so that one state must print them all, in order. */
bool flow_printer_ordered(const struct flow_printer *p);

/* Bytes to drop from the very first row. */
size_t flow_printer_first_skip(const struct flow_printer *p);

/* One per thread; NULL when out of memory.  The printer outlives it. */
struct flow_printer_state *flow_printer_state_new(const struct flow_printer *p) NODISCARD;
void flow_printer_state_free(struct flow_printer_state *s);

/*
 * Sets what %idt prints for the next batches: the ident of their file; NULL: it has none.  Borrowed until the
 * next call.
 */
void flow_printer_state_ident(struct flow_printer_state *s, const char *ident);

/* Appends what stands before the rows. */
enum flow_status flow_printer_begin(const struct flow_printer *p, struct buf *out) NODISCARD;

/*
 * Appends the selected rows (sel NULL: all) of a batch whose text columns are
 * DICT, of any number of rows.  FLOW_ENOMEM leaves *out with some whole rows.
 */
enum flow_status flow_printer_batch(const struct flow_printer *p, struct flow_printer_state *s,
    const struct flow_batch *batch, const struct flow_selection *sel, struct buf *out) NODISCARD;

/* Appends what stands after the rows, also where there were none. */
enum flow_status flow_printer_end(const struct flow_printer *p, struct buf *out) NODISCARD;
