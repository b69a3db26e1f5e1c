/* SPDX-License-Identifier: BSD-2-Clause */
#include "record/field.h"

#include <string.h>

#include "net/addr.h"

#define REQUIRED true
#define OPTIONAL false

static const struct flow_field_info fields[FLOW_FIELD_COUNT] = {
#define FIELD(id, type, need, name, elements, doc) \
	[FLOW_FIELD_##id] = { name, FLOW_TYPE_##type, need, elements, doc },
#include "record/field.def"
#include "record/query_field.def"
#undef FIELD
};

const struct flow_field_info *
flow_field_info(enum flow_field field)
{
	return &fields[field];
}

enum flow_field
flow_field_find(const char *name, size_t len)
{
	unsigned i;

	for (i = 0; i < FLOW_FIELD_COUNT; i++)
		if (strlen(fields[i].name) == len && memcmp(fields[i].name, name, len) == 0)
			return (enum flow_field)i;
	return FLOW_FIELD_NONE;
}

enum flow_field
flow_field_find_stored(const char *name, size_t len)
{
	enum flow_field field = flow_field_find(name, len);

	return field < FLOW_FIELD_STORED ? field : FLOW_FIELD_NONE;
}

size_t
flow_type_size(enum flow_type type)
{
	switch (type) {
	case FLOW_TYPE_U8:
		return 1;
	case FLOW_TYPE_U16:
		return 2;
	case FLOW_TYPE_U32:
		return 4;
	case FLOW_TYPE_U64:
	case FLOW_TYPE_I64:
	case FLOW_TYPE_TIME:
	case FLOW_TYPE_MAC:
		return 8;
	case FLOW_TYPE_ADDR:
		return sizeof(struct addr);
	case FLOW_TYPE_TEXT:
		return 0;
	}
	return 0;
}

void
flow_type_store(enum flow_type type, void *at, uint64_t value)
{
	switch (flow_type_size(type)) {
	case 1:
		*(uint8_t *)at = (uint8_t)value;
		break;
	case 2:
		*(uint16_t *)at = (uint16_t)value;
		break;
	case 4:
		*(uint32_t *)at = (uint32_t)value;
		break;
	default:
		*(uint64_t *)at = value;
		break;
	}
}

void
flow_field_nearest(struct nearest *n)
{
	for (unsigned i = 0; i < FLOW_FIELD_COUNT; i++)
		nearest_try_text(n, flow_field_info((enum flow_field)i)->name);
}
