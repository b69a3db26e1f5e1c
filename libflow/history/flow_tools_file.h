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

/* A value that no column is for; it is in `extra` unless it is zero. */
struct flow_tools_extra {
	const char *name;	/* NULL: the end */
	uint8_t offset, len;
	bool is_addr;
};

/* Where records have what. */
struct flow_tools_form {
	uint8_t len;			/* of a record */
	uint8_t exporter;		/* offset of the exporter's address; 0: none */
	uint8_t uptime;			/* of the uptime when it was exported; 0: none, times are since unix_secs */
	uint8_t first, last;		/* of uptimes */
	uint8_t icmp_port;		/* of the destination port, which has type and code of ICMP; 0: none */
	bool milliseconds;		/* the export time's fraction is in these, not in nanoseconds */
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
	uint32_t exporter;		/* of all flows; 0: not told */
	uint64_t data;			/* offset of the first record */
	const struct flow_tools_form *form;
	uint64_t rows;			/* exact, or what the header says of compressed data; 0: it does not */
	size_t parts;			/* the last one goes on to the end of the data */
	struct old_about about;
	struct flow_tools_inflate *inflate;	/* compressed only */
};

/*
 * Opens a file; its data is not looked at.  FLOW_EUNSUPPORTED for stream formats and records that are not known,
 * FLOW_EFORMAT for what has no whole header.
 */
enum flow_status flow_tools_file_open(const struct old_bytes *bytes, struct flow_tools_file **file,
    struct flow_error *err) NODISCARD;
void flow_tools_file_close(struct flow_tools_file *file);

/*
 * The form of records of a stream format (1 or 3), version and aggregation; NULL: it is not known
 * (flow_tools_form.c).
 */
const struct flow_tools_form *flow_tools_form(unsigned stream, unsigned version, unsigned aggregation);
