/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Tells the kind of a file by its first bytes, so that a message can name the command that takes it. */

#include <stddef.h>
#include <stdint.h>

/* How many first bytes are enough to tell all kinds. */
#define FILE_KIND_BYTES ((size_t)264)

/*
 * A phrase for the end of a message, of static storage: "a capture (pcap): flowcap -f files the exports in
 * it".  NULL where the bytes are of no known kind.
 */
const char *file_kind_tell(const uint8_t *first, size_t len);
