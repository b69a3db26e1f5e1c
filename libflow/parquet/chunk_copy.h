/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Copies a chunk of a file, for pq_writer_group of another file: pages do not depend on their offsets.  Nothing
 * is decoded, but page headers are read and all checksums checked, so that damage is not passed on.
 */

#include "base/status.h"
#include "parquet/chunk_write.h"
#include "parquet/file_read.h"

/*
 * The chunk is independent of the file.  FLOW_EUNSUPPORTED if pq_chunk_encode does not make such chunks (pages
 * without checksums, of several encodings, of version 2, without statistics ...): it has to be decoded then.
 * FLOW_ECORRUPT for a wrong checksum, FLOW_EFORMAT, FLOW_EIO, FLOW_ENOMEM.
 */
enum flow_status pq_chunk_copy(const struct pq_file *file, size_t group, size_t column,
    struct pq_chunk **chunk, struct flow_error *err) NODISCARD;

/* The codec of its pages. */
enum pq_codec pq_chunk_codec(const struct pq_chunk *chunk);
