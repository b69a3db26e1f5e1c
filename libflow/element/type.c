/* SPDX-License-Identifier: BSD-2-Clause */
#include "element/type.h"

#include <string.h>
#include <strings.h>

#include "base/attr.h"

/* In the order of the registry. */
static const struct {
	char name[24];
	enum element_type type;
} types[] = {
	{ "octetArray", ELEMENT_OCTETS },
	{ "unsigned8", ELEMENT_U8 },
	{ "unsigned16", ELEMENT_U16 },
	{ "unsigned32", ELEMENT_U32 },
	{ "unsigned64", ELEMENT_U64 },
	{ "signed8", ELEMENT_S32 },
	{ "signed16", ELEMENT_S32 },
	{ "signed32", ELEMENT_S32 },
	{ "signed64", ELEMENT_S32 },
	{ "float32", ELEMENT_FLOAT },
	{ "float64", ELEMENT_FLOAT },
	{ "boolean", ELEMENT_BOOL },
	{ "macAddress", ELEMENT_MAC },
	{ "string", ELEMENT_STRING },
	{ "dateTimeSeconds", ELEMENT_SECONDS },
	{ "dateTimeMilliseconds", ELEMENT_MILLIS },
	{ "dateTimeMicroseconds", ELEMENT_MICROS },
	{ "dateTimeNanoseconds", ELEMENT_NANOS },
	{ "ipv4Address", ELEMENT_IPV4 },
	{ "ipv6Address", ELEMENT_IPV6 },
	{ "basicList", ELEMENT_BASIC_LIST },
	{ "subTemplateList", ELEMENT_SUB_LIST },
	{ "subTemplateMultiList", ELEMENT_MULTI_LIST },
	{ "unsigned256", ELEMENT_OCTETS },
};

bool
element_type_number(unsigned number, enum element_type *out)
{
	if (number >= ARRAY_LEN(types))
		return false;
	*out = types[number].type;
	return true;
}

bool
element_type_parse(const char *name, size_t len, enum element_type *out)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(types); i++)
		if (strlen(types[i].name) == len && strncasecmp(types[i].name, name, len) == 0) {
			*out = types[i].type;
			return true;
		}
	return false;
}
