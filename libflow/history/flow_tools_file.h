/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Files of flow-tools, as its ftlib.h describes them: stream formats 1 and 3, of either byte order, whole or as one
 * zlib stream (RFC 1950).
 *
 *	format 1   magic CF 10 | byte order | 1 | fixed header (360 bytes) | records of 60 bytes
 *	format 3   magic CF 10 | byte order | 3 | offset of the data u32 | type u16, length u16, value ... | records
 *
 * All records of a file are alike.  Format 1 has one form for exports of version 1 and 5, format 3 a form for each
 * of the versions 1, 5, 6, 7, 8 (14 aggregations) and 1005, flow-tools' own.  An open file is read by any number of
 * threads.
 */

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "history/old_about.h"
#include "history/old_bytes.h"
#include "history/old_damage.h"
#include "record/field.h"

/* Records of a part. */
#define FLOW_TOOLS_PART_ROWS ((size_t)65536)

/* A value of a record: 1, 2 or 4 bytes. */
struct flow_tools_value {
	uint16_t field;		/* enum flow_field */
	uint8_t offset, len;
};

/* A value without a column; it goes to `extra` unless it is zero. */
struct flow_tools_extra {
	const char *name;	/* NULL: the end */
	uint8_t offset, len;
	bool is_addr;
};

/* The layout of a record: offsets within it. */
struct flow_tools_form {
	uint8_t len;			/* of a record */
	uint8_t exporter;		/* of the exporter's address; 0: none */
	uint8_t uptime;			/* of the uptime at export; 0: none, times count from unix_secs */
	uint8_t first, last;		/* of uptimes */
	uint8_t icmp_port;		/* of the destination port, which holds ICMP's type and code; 0: none */
	bool milliseconds;		/* the export time's fraction is in milliseconds, not nanoseconds */
	const struct flow_tools_value *value;
	uint8_t values;
	const struct flow_tools_extra *extra;	/* NULL: none */
};

struct flow_tools_inflate;

struct flow_tools_file {
	struct old_bytes bytes;
	bool big_endian, compressed;
	uint16_t version;		/* of the exports */
	uint8_t aggregation;		/* of version 8 */
	uint32_t exporter;		/* of all flows; 0: unknown */
	uint64_t data;			/* offset of the first record */
	const struct flow_tools_form *form;
	uint64_t rows;			/* exact; of compressed data the header's count, 0 if it has none */
	size_t parts;			/* the last one goes on to the end of the data */
	struct old_about about;
	struct flow_tools_inflate *inflate;	/* compressed only */
};

/*
 * Opens a file; reads its header, no records.  FLOW_EUNSUPPORTED for unknown stream formats and records,
 * FLOW_EFORMAT for an incomplete header.
 */
enum flow_status flow_tools_file_open(const struct old_bytes *bytes, struct flow_tools_file **file,
    struct flow_error *err) NODISCARD;
void flow_tools_file_close(struct flow_tools_file *file);

/* The form of records of a stream format (1 or 3), version and aggregation; NULL: unknown (flow_tools_form.c). */
const struct flow_tools_form *flow_tools_form(unsigned stream, unsigned version, unsigned aggregation);
