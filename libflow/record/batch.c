/* SPDX-License-Identifier: BSD-2-Clause */
#include "record/batch.h"

#include <stdatomic.h>

uint64_t
flow_column_number(const struct flow_column *c, enum flow_type type, size_t row)
{
	switch (type) {
	case FLOW_TYPE_U8:
		return ((const uint8_t *)c->values)[row];
	case FLOW_TYPE_U16:
		return ((const uint16_t *)c->values)[row];
	case FLOW_TYPE_U32:
		return ((const uint32_t *)c->values)[row];
	default:
		return ((const uint64_t *)c->values)[row];
	}
}

uint64_t
flow_dict_serial(void)
{
	/* The only mutable static of the library: serials must be unique in the process. */
	static atomic_uint_fast64_t last;

	return atomic_fetch_add_explicit(&last, 1, memory_order_relaxed) + 1;
}
