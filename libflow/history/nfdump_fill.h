/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Flow records of nfdump's files to rows: which record is one, and what its parts mean in our columns.
 *
 * What nfdump stores as 0 for want of a value is null where 0 means nothing: MAC addresses, TTLs, labels, events ...
 * Counters are those of the file, which nfcapd has multiplied by the sampling rate already.
 */

#include "history/nfdump_file.h"
#include "history/row_table.h"

/* Where rows come from; one thread's. */
struct nfdump_origin {
	const struct nfdump_file *file;
	size_t block;
	bool defined;		/* the file's definitions were read */
	struct nfdump_rate {	/* of the last row that asked for one */
		bool known;
		uint16_t exporter;
		uint64_t selector;
		uint32_t rate;
	} rate;
};

/* The same file's next block. */
void nfdump_origin_go(struct nfdump_origin *o, size_t block);

/* Reads the file's definitions if nobody did.  FLOW_ENOMEM. */
enum flow_status nfdump_origin_define(struct nfdump_origin *o) NODISCARD;

enum nfdump_record_kind {
	NFDUMP_OTHER,		/* a record that is no flow */
	NFDUMP_FLOW_2,		/* a list of elements: type 11 */
	NFDUMP_FLOW_1,		/* type 10, or 1 of the first files: by an extension map */
	NFDUMP_DAMAGED,		/* a flow whose parts do not fit it */
	NFDUMP_UNKNOWN,		/* a flow of a later version */
};

/*
 * What a record is.  Of FLOW_1 *map is set to its extension map, which has to be defined (nfdump_origin_define); the
 * parts of what is no damage lie within the record.  Of FLOW_2 *left_out is set to the type of an element that is
 * not known, and left out; it is 0 where there is none.
 */
enum nfdump_record_kind nfdump_record_kind(const struct nfdump_origin *o, const struct nfdump_record *record,
    const struct nfdump_map **map, unsigned *left_out);

/* The same of layout 1 alone. */
enum nfdump_record_kind nfdump_record_kind_1(const struct nfdump_origin *o, const struct nfdump_record *record,
    const struct nfdump_map **map);

/* Puts a flow into a row; t->failed tells where memory ran out. */
void nfdump_fill_2(struct nfdump_origin *o, struct row_table *t, size_t row, const uint8_t *record);
void nfdump_fill_1(struct nfdump_origin *o, struct row_table *t, size_t row, const uint8_t *record,
    const struct nfdump_map *map);

/* What both layouts have in common (nfdump_row.c): what stands at several places of a record. */
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
	int64_t first_ms, last_ms, received_ms;
	uint8_t biflow;
};

void nfdump_row_addr(struct row_table *t, enum flow_field field, size_t row, const uint8_t *hi_lo);
/* List id, entry id and extended hash. */
void nfdump_row_acl(struct row_table *t, enum flow_field field, size_t row, uint32_t list, uint32_t entry,
    uint32_t hash);
void nfdump_row_app(struct nfdump_row *r, const uint8_t *id, size_t len);
void nfdump_row_mpls(struct row_table *t, size_t row, const uint8_t *labels);
void nfdump_row_end(struct nfdump_row *r);
