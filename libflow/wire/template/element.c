/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/template/element.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/attr.h"

#define NPROBE_V9_BASE 57472u
#define IANA_MAX 640

#define USE_EXTRA(x) ELEMENT_USE_EXTRA, 0, 0
#define USE_SKIP(x) ELEMENT_USE_SKIP, 0, 0
#define USE_PICK0(x) ELEMENT_USE_COLUMN, FLOW_FIELD_##x, 0
#define USE_PICK1(x) ELEMENT_USE_COLUMN, FLOW_FIELD_##x, 1
#define USE_PICK2(x) ELEMENT_USE_COLUMN, FLOW_FIELD_##x, 2
#define USE_PICK3(x) ELEMENT_USE_COLUMN, FLOW_FIELD_##x, 3
#define USE_PICK4(x) ELEMENT_USE_COLUMN, FLOW_FIELD_##x, 4
#define USE_FILL(x) ELEMENT_USE_FILL, FLOW_FIELD_##x, 1
#define USE_ROLE(x) ELEMENT_USE_ROLE, ROLE_##x, 0

/* IANA's by number; holes have no name. */
static const struct element iana[IANA_MAX] = {
#define ELEMENT(id, type, name, use, arg) [id] = { 0, id, ELEMENT_##type, USE_##use(arg), name },
#define VENDOR(pen, id, type, name, use, arg)
#include "wire/template/element.def"
#undef ELEMENT
#undef VENDOR
};

/* The others, ascending by (pen, id). */
static const struct element vendor[] = {
#define ELEMENT(id, type, name, use, arg)
#define VENDOR(pen, id, type, name, use, arg) { pen, id, ELEMENT_##type, USE_##use(arg), name },
#include "wire/template/element.def"
#undef ELEMENT
#undef VENDOR
};

static const struct element *
find_vendor(uint32_t pen, uint16_t id)
{
	size_t lo = 0, hi = ARRAY_LEN(vendor);

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		const struct element *e = &vendor[mid];

		if (e->pen == pen && e->id == id)
			return e;
		if (e->pen < pen || (e->pen == pen && e->id < id))
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

const struct element *
element_find(uint32_t pen, uint16_t id)
{
	if (pen == 0 && id < IANA_MAX)
		return iana[id].name != NULL ? &iana[id] : NULL;
	return find_vendor(pen, id);
}

void
element_from_v9(uint16_t type, uint32_t *pen, uint16_t *id)
{
	*pen = 0;
	*id = type;
	if (type >= NPROBE_V9_BASE) {
		*pen = ELEMENT_NPROBE_PEN;
		*id = (uint16_t)(type - NPROBE_V9_BASE);
	}
}

size_t
element_key(uint32_t pen, uint16_t id, char key[ELEMENT_KEY_MAX])
{
	const struct element *e = element_find(pen, id);
	int len;

	if (e != NULL) {
		len = snprintf(key, ELEMENT_KEY_MAX, "%s", e->name);
	} else if (pen == ELEMENT_REVERSE_PEN && (e = element_find(0, id)) != NULL) {
		len = snprintf(key, ELEMENT_KEY_MAX, "reverse%c%s",
		    toupper((unsigned char)e->name[0]), e->name + 1);
	} else if (pen == 0) {
		len = snprintf(key, ELEMENT_KEY_MAX, "%u", (unsigned)id);
	} else {
		len = snprintf(key, ELEMENT_KEY_MAX, "%lu/%u", (unsigned long)pen, (unsigned)id);
	}
	return len < 0 ? 0 : len < ELEMENT_KEY_MAX ? (size_t)len : ELEMENT_KEY_MAX - 1;
}
