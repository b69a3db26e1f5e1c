/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Turns nfdump's flow records into rows: which records are flows, and which columns their parts fill.
 *
 * nfdump stores a missing value as 0; it becomes null in columns where 0 means nothing: MAC addresses, TTLs,
 * labels, events ... Counters stay as the file has them: nfcapd has multiplied them by the sampling rate already.
 */

#include "history/nfdump_file.h"
#include "history/row_table.h"

/* Where rows come from; for one thread. */
struct nfdump_origin {
	const struct nfdump_file *file;
	size_t block;
	bool defined;		/* the file's definitions were read */
	struct nfdump_rate {	/* the rate last looked up */
		bool known;
		uint16_t exporter;
		uint64_t selector;
		uint32_t rate;
	} rate;
};

/* Moves to another block of the same file. */
void nfdump_origin_go(struct nfdump_origin *o, size_t block);

/* Reads the file's definitions unless they were read already.  FLOW_ENOMEM. */
enum flow_status nfdump_origin_define(struct nfdump_origin *o) NODISCARD;

enum nfdump_record_kind {
	NFDUMP_OTHER,		/* a record that is no flow */
	NFDUMP_FLOW_2,		/* a list of elements: type 11 */
	NFDUMP_FLOW_1,		/* type 10, or 1 in early files: extensions by a map */
	NFDUMP_DAMAGED,		/* a flow whose parts exceed the record */
	NFDUMP_UNKNOWN,		/* a flow of a later version */
};

/*
 * Tells what a record is.  Unless it is damaged, its parts lie within the record.  FLOW_1: *map is its extension
 * map, which has to be defined (nfdump_origin_define).  FLOW_2: *left_out is the type of an unknown element,
 * which is left out; 0: none.
 */
enum nfdump_record_kind nfdump_record_kind(const struct nfdump_origin *o, const struct nfdump_record *record,
    const struct nfdump_map **map, unsigned *left_out);

/* The same for layout 1 only. */
enum nfdump_record_kind nfdump_record_kind_1(const struct nfdump_origin *o, const struct nfdump_record *record,
    const struct nfdump_map **map);

/* Puts a flow into a row; t->failed is set when out of memory. */
void nfdump_fill_2(struct nfdump_origin *o, struct row_table *t, size_t row, const uint8_t *record);
void nfdump_fill_1(struct nfdump_origin *o, struct row_table *t, size_t row, const uint8_t *record,
    const struct nfdump_map *map);

/* Values that records of both layouts hold in several places, until nfdump_row.c combines them. */
struct nfdump_row {
	struct nfdump_origin *origin;
	struct row_table *t;
	size_t row;
	uint8_t version, proto;		/* of the export; IP's */
	uint16_t exporter, dst_port, icmp;
	uint8_t engine_type, engine_id;
	bool sampled, has_exporter, is_event, has_flow_id, has_engine;
	uint64_t selector, packets, bytes, flows;
	uint64_t out_packets, out_bytes;
	bool has_out;
	int64_t first_ms, last_ms, received_ms, event_ms;
	uint8_t biflow;
};

void nfdump_row_addr(struct row_table *t, enum flow_field field, size_t row, const uint8_t *hi_lo);
/* List id, entry id and extended hash. */
void nfdump_row_acl(struct row_table *t, enum flow_field field, size_t row, uint32_t list, uint32_t entry,
    uint32_t hash);
void nfdump_row_app(struct nfdump_row *r, const uint8_t *id, size_t len);
void nfdump_row_mpls(struct row_table *t, size_t row, const uint8_t *labels);
void nfdump_row_end(struct nfdump_row *r);
