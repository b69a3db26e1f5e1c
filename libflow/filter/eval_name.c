/* SPDX-License-Identifier: BSD-2-Clause */
/* Interfaces by the names that exporters gave to their numbers. */
#include "filter/compute.h"
#include "filter/mask.h"

/* Size of the cache of answers. */
#define KNOWN 256

struct known {
	uint64_t interface;
	uint32_t exporter;	/* its code + 1; 0: empty */
	bool holds;
};

static bool
name_holds(const struct predicate *p, const struct flow_names *names,
    const struct flow_text *exporter, uint64_t interface)
{
	struct flow_text name = flow_names_find(names, FLOW_NAME_INTERFACE, *exporter, interface);

	return name.len > 0 && matcher_test(p->matcher, name.p, name.len) != p->negated;
}

void
name_filter(const struct predicate *p, const struct flow_names *names, const struct flow_batch *batch, uint8_t *m)
{
	const struct flow_column *c = &batch->column[p->field[0]], *by = &batch->column[FLOW_FIELD_EXPORTER];
	enum flow_type type = flow_field_info(p->field[0])->type;
	struct known known[KNOWN] = { { 0 } };

	if (names == NULL || c->form != FLOW_FORM_FLAT || by->form != FLOW_FORM_DICT) {
		memset(m, 0, mask_bytes(batch->rows));
		return;
	}
	for (size_t i = 0; i < batch->rows; i++) {
		uint64_t interface;
		struct known *k;

		if (m[i] == 0)
			continue;
		m[i] = 0;
		if (!flow_column_has(c, i) || !flow_column_has(by, i))
			continue;
		interface = flow_column_number(c, type, i);
		k = &known[(interface * 31 + by->codes[i]) % KNOWN];
		if (k->exporter != by->codes[i] + 1 || k->interface != interface)
			*k = (struct known){ interface, by->codes[i] + 1,
				name_holds(p, names, &by->dict->text[by->codes[i]], interface) };
		m[i] = k->holds;
	}
}
