/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Names and types of elements that are not IANA's and have no column: the built-in table
 * (element/vendor.def), to which a user's file may add (elements_file.h).
 */

#include <stddef.h>
#include <stdint.h>

/* CERT's enterprise number, and the bit of an element's number that means the reverse direction. */
#define VENDOR_CERT 6871u
#define VENDOR_CERT_REVERSE 0x4000u

struct element_name {
	uint32_t pen;
	uint16_t id;
	uint8_t type;		/* enum element_type */
	const char *name;
};

/* The element, or NULL if the table does not have it. */
const struct element_name *vendor_find(uint32_t pen, uint16_t id);

/* All elements, ascending by (pen, id); *count is their number. */
const struct element_name *vendor_all(size_t *count);

/* The element in a table sorted by (pen, id), or NULL. */
const struct element_name *element_name_search(const struct element_name *table, size_t count,
    uint32_t pen, uint16_t id);
