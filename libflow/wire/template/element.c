/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/template/element.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "wire/source/learned.h"

#define NPROBE_V9_BASE 57472u
#define IANA_MAX 640
#define WIDEST_NUMBER 8

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

/* mplsTopLabelStackSection and its nine followers, which IANA's registry has at 3 octets. */
#define MPLS_ENTRY_LEN 3

static bool
is_label(enum flow_field field)
{
	return field >= FLOW_FIELD_MPLS_1 && field <= FLOW_FIELD_MPLS_10;
}

bool
element_column_fits(enum flow_field field, size_t len)
{
	switch (flow_field_info(field)->type) {
	case FLOW_TYPE_ADDR:
		return len == 4 || len == 16;
	case FLOW_TYPE_MAC:
		return len == 6;
	case FLOW_TYPE_TEXT:
		return true;
	default:
		return is_label(field) ? len == MPLS_ENTRY_LEN : len <= 8;
	}
}

static bool
role_fits(enum element_role role, size_t len)
{
	switch (role) {
	case ROLE_FIRST_US: case ROLE_LAST_US: case ROLE_FIRST_NS: case ROLE_LAST_NS:
	case ROLE_EVENT_US: case ROLE_EVENT_NS:
		return len == 8;
	case ROLE_PROBABILITY:
		return len == 4 || len == 8;
	case ROLE_APP_ID:	/* an engine, and a selector */
		return len >= 2 && len <= 9;
	case ROLE_IN_ACL: case ROLE_OUT_ACL:
		return len == 12;
	case ROLE_ORIGINAL4: case ROLE_ORIGINAL6: case ROLE_EXPORTER4: case ROLE_EXPORTER6:
		return len == 4 || len == 16;
	case ROLE_FRAME_SECTION: case ROLE_MPLS_SECTION: case ROLE_IP_SECTION:
		return true;
	default:
		return len <= 8;
	}
}

bool
element_fits(const struct element *e, size_t len)
{
	if (e->use == ELEMENT_USE_COLUMN || e->use == ELEMENT_USE_FILL)
		return element_column_fits((enum flow_field)e->arg, len);
	return e->use != ELEMENT_USE_ROLE || role_fits((enum element_role)e->arg, len);
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

static void
put_name(struct element_label *out, enum element_type type, const char *name, size_t len)
{
	out->type = type;
	out->len = len < ELEMENT_LABEL_MAX ? len : ELEMENT_LABEL_MAX;
	memcpy(out->name, name, out->len);
}

/* Looks in the user's file and the tables. */
static bool
label_known(const struct element_told *told, uint32_t pen, uint16_t id, struct element_label *out)
{
	size_t own;
	const struct element_name *user = flow_elements_all(told->elements, &own);
	const struct element_name *n = element_name_search(user, own, pen, id);
	const struct element *e = n == NULL ? element_find(pen, id) : NULL;

	if (e != NULL) {
		put_name(out, (enum element_type)e->type, e->name, strlen(e->name));
		return true;
	}
	if (n == NULL)
		n = vendor_find(pen, id);
	if (n != NULL)
		put_name(out, (enum element_type)n->type, n->name, strlen(n->name));
	return n != NULL;
}

/* The reverse of an element: "reverse", then its name with a capital. */
static bool
label_reverse(const struct element_told *told, uint32_t pen, uint16_t id, struct element_label *out)
{
	static const char reverse[] = "reverse";
	const size_t len = sizeof(reverse) - 1;
	bool found = false;

	if (pen == ELEMENT_REVERSE_PEN)
		found = label_known(told, 0, id, out);
	else if (pen == VENDOR_CERT && (id & VENDOR_CERT_REVERSE) != 0)
		found = label_known(told, pen, (uint16_t)(id & ~VENDOR_CERT_REVERSE), out);
	if (!found || out->len == 0 || out->len + len > ELEMENT_LABEL_MAX)
		return found;
	memmove(out->name + len, out->name, out->len);
	memcpy(out->name, reverse, len);
	out->name[len] = (char)toupper((unsigned char)out->name[len]);
	out->len += len;
	return true;
}

static bool
label_announced(const struct element_told *told, uint32_t pen, uint16_t id, struct element_label *out)
{
	const struct known_entry *e = NULL;

	if (told->types != NULL)
		e = known_find(told->types, KNOWN_TYPE, (uint64_t)pen << 16 | id);
	if (e == NULL)
		return false;
	put_name(out, (enum element_type)e->number, e->text, e->len);
	return e->len > 0;
}

void
element_label(const struct element_told *told, uint32_t pen, uint16_t id, uint16_t len,
    struct element_label *out)
{
	char number[32];
	int n;

	out->type = len <= WIDEST_NUMBER ? ELEMENT_OCTETS : ELEMENT_UNKNOWN;
	if (label_known(told, pen, id, out) || label_reverse(told, pen, id, out) ||
	    label_announced(told, pen, id, out))
		return;
	if (pen == 0)
		n = snprintf(number, sizeof(number), "%u", (unsigned)id);
	else
		n = snprintf(number, sizeof(number), "%lu/%u", (unsigned long)pen, (unsigned)id);
	put_name(out, out->type, number, (size_t)n);
}
