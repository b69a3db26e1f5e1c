/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Elements named by a user's file: lines PEN,ID,NAME,TYPE, where TYPE is one of IANA's names,
 *
 *	# our own probe
 *	64512,1,customerName,string
 *	64512,2,queueDelay,unsigned32
 *
 * Blanks around the parts, empty lines, text after a # and a first line "PEN,ID,NAME,TYPE" are
 * ignored.  PEN 0 is for numbers of NetFlow v9 that IANA has not assigned.
 * NAME has at most 64 letters, digits (not at its beginning), '_', '-' and ':'.
 */

#include <stddef.h>

#include "base/status.h"
#include "element/vendor.h"

struct flow_elements;

#define ELEMENTS_NAME_MAX 64
#define ELEMENTS_FILE_BYTES_MAX ((size_t)16 << 20)

/*
 * Reads a text; `path` names it in messages.  FLOW_EINVAL: the message names the faulty line: not four
 * parts, a number out of range, an unknown type, an element or a name that an earlier line has.
 */
enum flow_status flow_elements_parse(const char *text, size_t len, const char *path,
    struct flow_elements **out, struct flow_error *err) NODISCARD;

/* The same for a file of at most ELEMENTS_FILE_BYTES_MAX bytes; FLOW_EIO, FLOW_ELIMIT as well. */
enum flow_status flow_elements_read(const char *path, struct flow_elements **out,
    struct flow_error *err) NODISCARD;

/* NULL is fine. */
void flow_elements_free(struct flow_elements *elements);

/* All elements, ascending by (pen, id); NULL has none. */
const struct element_name *flow_elements_all(const struct flow_elements *elements, size_t *count);

/* The user's element, else the built-in one, else NULL; `elements` may be NULL. */
const struct element_name *flow_elements_find(const struct flow_elements *elements, uint32_t pen,
    uint16_t id);
