/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Writes a file of the flow profile (flow-file(5)).  Any thread may encode row
 * groups; one appends them:
 *
 *	batch --flow_group_encode--> group --flow_writer_append--> file
 *
 * Callers with rows in small batches use flow_writer_batch, which gathers them
 * into groups by itself.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/status.h"
#include "record/batch.h"
#include "record/select.h"
#include "store/cluster.h"
#include "store/gather.h"

/* Rows of a row group, unless the caller ends one earlier or asks for larger ones. */
#define FLOW_GROUP_ROWS ((size_t)1 << 18)

/* For files that are written once and read often: larger groups compress better (doc/architecture.md). */
#define FLOW_GROUP_ROWS_ARCHIVE ((size_t)1 << 19)

enum flow_codec {
	FLOW_CODEC_NONE,
	FLOW_CODEC_LZ4,		/* LZ4_RAW */
	FLOW_CODEC_GZIP,
	FLOW_CODEC_ZSTD,	/* if built with libzstd */
};

struct flow_writer_options {
	enum flow_codec codec;
	int level;		/* 0: the codec's default; LZ4 1-12, GZIP 1-9, ZSTD 1-22 */
	const char *ident;	/* flow.ident; NULL or "": none */
	bool keep_existing;	/* if the name is taken, a number is added, as base/file.h says */
	unsigned threads;	/* that encode rows of flow_writer_batch; 0: the caller's does */
	struct flow_cluster cluster;	/* the order of rows within a row group */
	size_t group_rows;	/* the most rows of a row group of flow_writer_batch; 0: FLOW_GROUP_ROWS */
};

/* LZ4 at its default level, no ident, existing files are replaced, all in the caller's thread. */
#define FLOW_WRITER_OPTIONS_INIT { .codec = FLOW_CODEC_LZ4 }

/*
 * Parses "lz4", "zstd", "gzip" or "none", then ":LEVEL" (not for none), into *options; FLOW_EINVAL with a
 * message, FLOW_EUNSUPPORTED for zstd without libzstd.
 */
enum flow_status flow_codec_parse(const char *text, struct flow_writer_options *options,
    struct flow_error *err) NODISCARD;

/* The codec for files that are written once and read often: ZSTD if it is built in, else LZ4. */
enum flow_codec flow_codec_archive(void);

/* Sums over rows; flow.stats holds them for a file. */
struct flow_totals {
	uint64_t flows, packets, bytes;	/* saturating */
	uint64_t rev_packets, rev_bytes;	/* of the reverse direction of biflows */
	struct flow_protocol_totals {
		uint64_t flows, packets, bytes, rev_packets, rev_bytes;
	} tcp, udp, icmp, other;
	uint64_t rows;
	int64_t first_ms, last_ms;		/* lowest first, highest last; only if rows > 0 */
	int64_t received_min_ms, received_max_ms;	/* only if rows > 0 */
};

/* The columns that they are computed from. */
void flow_totals_fields(struct flow_fieldset *fields);

struct flow_group;

/*
 * Encodes all rows of a batch (FLAT or DICT form, at most 2^31-1 rows) as one row
 * group.  Thread-safe.  The group is independent of the batch.
 * Required columns that the batch lacks become 0 (flows: 1).
 */
enum flow_status flow_group_encode(const struct flow_batch *batch,
    const struct flow_writer_options *options, struct flow_group **group,
    struct flow_error *err) NODISCARD;

void flow_group_free(struct flow_group *group);
const struct flow_totals *flow_group_totals(const struct flow_group *group);

/* Adds rows to the sums of a copied group (flow_scan_copy), which begin at zero. */
void flow_group_count(struct flow_group *group, const struct flow_batch *batch);

/* Whether the sums cover all of its rows. */
bool flow_group_is_counted(const struct flow_group *group);

struct flow_writer;

/*
 * Begins the file `path`, unnamed or under a temporary name (base/file.h); its directory must exist.  It appears
 * under its name, whole, when closed.
 */
enum flow_status flow_writer_open(const char *path, const struct flow_writer_options *options,
    struct flow_writer **writer, struct flow_error *err) NODISCARD;

/* The same into an open descriptor (even a pipe), which stays the caller's. */
enum flow_status flow_writer_open_fd(int fd, const struct flow_writer_options *options,
    struct flow_writer **writer, struct flow_error *err) NODISCARD;

/* Appends a row group and frees it, also on failure.  One thread at a time. */
enum flow_status flow_writer_append(struct flow_writer *writer, struct flow_group *group,
    struct flow_error *err) NODISCARD;

/* The same after all rows of flow_writer_batch, whose last row group is ended and appended first. */
enum flow_status flow_writer_append_behind(struct flow_writer *writer, struct flow_group *group,
    struct flow_error *err) NODISCARD;

/*
 * Adds the selected rows (`sel` NULL: all), any number, in any form; texts of ADDR and MAC in DICT form are
 * stored unchanged.
 */
enum flow_status flow_writer_batch(struct flow_writer *writer, const struct flow_batch *batch,
    const struct flow_selection *sel, struct flow_error *err) NODISCARD;

/*
 * Adds the n rows listed of a batch in DICT form, in that order and in row groups of their own, which threads
 * gather and encode; all are written when it returns.
 */
enum flow_status flow_writer_rows(struct flow_writer *writer, const struct flow_batch *batch,
    const uint32_t *rows, size_t n, struct flow_error *err) NODISCARD;

/*
 * Adds gathered rows in that order (one number for each row) as a row group of their own, which a thread puts in
 * order and encodes.  *rows is then another, empty one.
 */
enum flow_status flow_writer_gathered(struct flow_writer *writer, struct gather **rows, const uint32_t *order,
    struct flow_error *err) NODISCARD;

/* Adds sequence gaps (flows or packets missed) and kernel drops, for flow.stats. */
void flow_writer_loss(struct flow_writer *writer, uint64_t sequence_gaps, uint64_t kernel_drops);

/* Leaves losses out of flow.stats: the file holds only some rows of other files, whose losses cannot be split. */
void flow_writer_loss_unknown(struct flow_writer *writer);

/* Sets flow.exporters (a JSON array, see flow-file(5)) or another key; the last one wins. */
enum flow_status flow_writer_metadata(struct flow_writer *writer, const char *key,
    const char *text, size_t len, struct flow_error *err) NODISCARD;

/* Totals of the groups appended so far, without rows still being gathered. */
const struct flow_totals *flow_writer_totals(const struct flow_writer *writer);

/* Bytes written so far. */
uint64_t flow_writer_bytes(const struct flow_writer *writer);

/*
 * Writes gathered rows, indexes and footer; a file is synced and takes its name.  Frees the writer, also on
 * failure, when no file is left.
 */
enum flow_status flow_writer_close(struct flow_writer *writer, struct flow_error *err) NODISCARD;

/* The same with keep_existing; *path is the name that the file took, allocated. */
enum flow_status flow_writer_close_path(struct flow_writer *writer, char **path,
    struct flow_error *err) NODISCARD;

/*
 * What the file would be if it ended with this group (NULL: with the groups written): appends to `tail` all that
 * would follow its first *at bytes.  The writer stays as it is; rows of flow_writer_batch that are not yet in a
 * row group are left out.  `exporters` (NULL: none) becomes flow.exporters, `journal` (NULL or "": none) the
 * value of `journal_key`.  The group is freed, also on failure.
 */
struct flow_preview {
	const struct buf *exporters;
	const char *journal_key, *journal;
};
enum flow_status flow_writer_preview(const struct flow_writer *writer, struct flow_group *group,
    const struct flow_preview *about, uint64_t *at, struct buf *tail, struct flow_error *err) NODISCARD;

/* Another, read-only descriptor of the file of flow_writer_open; -1 with errno. */
int flow_writer_open_again(const struct flow_writer *writer);

/* Writes what flow_writer_open would write to a file into memory, which stays the caller's. */
enum flow_status flow_writer_open_buf(struct buf *out, const struct flow_writer_options *options,
    struct flow_writer **writer, struct flow_error *err) NODISCARD;

/* Drops the file and frees the writer; NULL is fine. */
void flow_writer_abort(struct flow_writer *writer);
