/* SPDX-License-Identifier: BSD-2-Clause */
#include "element/vendor.h"

#include "base/attr.h"
#include "element/type.h"

static const struct element_name table[] = {
#define VENDOR_NAME(pen, id, type, name) { pen, id, ELEMENT_##type, name },
#include "element/vendor.def"
#undef VENDOR_NAME
};

const struct element_name *
element_name_search(const struct element_name *names, size_t count, uint32_t pen, uint16_t id)
{
	size_t lo = 0, hi = count;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		const struct element_name *e = &names[mid];

		if (e->pen == pen && e->id == id)
			return e;
		if (e->pen < pen || (e->pen == pen && e->id < id))
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

const struct element_name *
vendor_find(uint32_t pen, uint16_t id)
{
	return element_name_search(table, ARRAY_LEN(table), pen, id);
}

const struct element_name *
vendor_all(size_t *count)
{
	*count = ARRAY_LEN(table);
	return table;
}
