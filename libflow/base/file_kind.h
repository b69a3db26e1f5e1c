/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* What a file of the wrong kind is, by its first bytes, so that a message can say which command takes it. */

#include <stddef.h>
#include <stdint.h>

/* So many first bytes tell all there are to tell apart. */
#define FILE_KIND_BYTES ((size_t)264)

/*
 * A phrase for the end of a message, of static storage: "a capture (pcap): flowcap -f files the exports in it".
 * NULL where the bytes are nothing that is known.
 */
const char *file_kind_tell(const uint8_t *first, size_t len);
