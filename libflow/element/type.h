/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* The abstract data types of information elements (RFC 7012 3.1, RFC 6313 4.1). */

#include <stdbool.h>
#include <stddef.h>

/* How the bytes of a value are read. */
enum element_type {
	ELEMENT_OCTETS,
	ELEMENT_U8,
	ELEMENT_U16,
	ELEMENT_U32,
	ELEMENT_U64,
	ELEMENT_S32,		/* any signed */
	ELEMENT_FLOAT,		/* either width */
	ELEMENT_BOOL,
	ELEMENT_MAC,
	ELEMENT_STRING,
	ELEMENT_IPV4,
	ELEMENT_IPV6,
	ELEMENT_SECONDS,
	ELEMENT_MILLIS,
	ELEMENT_MICROS,		/* NTP 32.32 */
	ELEMENT_NANOS,		/* NTP 32.32 */
	ELEMENT_BASIC_LIST,
	ELEMENT_SUB_LIST,	/* subTemplateList */
	ELEMENT_MULTI_LIST,	/* subTemplateMultiList */
	ELEMENT_UNKNOWN,	/* no known type: octets, unless they are clearly text */
};

/* The type for a number in IANA's registry "IPFIX Information Element Data Types", 0 .. 23. */
bool element_type_number(unsigned number, enum element_type *out);

/* The same for IANA's name, ignoring case: "unsigned32", "string", "dateTimeSeconds" ... */
bool element_type_parse(const char *name, size_t len, enum element_type *out);

static inline bool
element_type_is_list(enum element_type type)
{
	return type >= ELEMENT_BASIC_LIST && type <= ELEMENT_MULTI_LIST;
}
