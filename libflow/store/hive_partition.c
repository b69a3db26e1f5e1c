/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/hive_partition.h"

#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "base/number.h"
#include "store/canonical_texts.h"

/* What engines write for null. */
#define NULL_VALUE "__HIVE_DEFAULT_PARTITION__"

/* The most columns; people partition by one or two. */
#define PARTITION_MAX 16

struct hive_partition {
	unsigned count;
	struct hive_partition_value value[PARTITION_MAX];
	char *room;		/* of the texts */
};

bool
hive_directory_next(const char **path, struct hive_directory *out)
{
	const char *slash;

	for (; (slash = strchr(*path, '/')) != NULL; *path = slash + 1) {
		const char *name = *path, *equals = memchr(name, '=', (size_t)(slash - name));
		enum flow_field field = equals != NULL ? flow_field_find_stored(name, (size_t)(equals - name)) :
		    FLOW_FIELD_NONE;

		if (field == FLOW_FIELD_NONE)
			continue;
		*out = (struct hive_directory){ .field = field, .name = name, .value = equals + 1,
			.len = (size_t)(slash - name), .value_len = (size_t)(slash - (equals + 1)) };
		*path = slash + 1;
		return true;
	}
	return false;
}

/* The same for a column that the file lacks. */
static bool
next_told(const char **path, const struct profile_map *map, struct hive_directory *t)
{
	while (hive_directory_next(path, t))
		if (map->column[t->field] < 0 || flow_fieldset_has(&map->replaced, t->field))
			return true;
	return false;
}

/* Undoes %XX, by which engines write bytes that a directory's name should not have.  Returns the length. */
static size_t
unescape(const char *text, size_t len, char *out)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		bool escaped = text[i] == '%' && i + 2 < len && hex_value(text[i + 1]) < 16 &&
		    hex_value(text[i + 2]) < 16;

		out[n++] = escaped ? (char)(hex_value(text[i + 1]) << 4 | hex_value(text[i + 2])) : text[i];
		i += escaped ? 2 : 0;
	}
	return n;
}

static uint64_t
most_of(enum flow_type type)
{
	switch (type) {
	case FLOW_TYPE_U8:
		return UINT8_MAX;
	case FLOW_TYPE_U16:
		return UINT16_MAX;
	case FLOW_TYPE_U32:
		return UINT32_MAX;
	case FLOW_TYPE_I64:
		return INT64_MAX;
	default:
		return UINT64_MAX;
	}
}

/*
 * Takes a value, whose bytes are at `room` and stay there (at least CANONICAL_TEXT_MAX);
 * false: it is none of its column.
 */
static bool
take_value(struct hive_partition_value *v, char *room, size_t len)
{
	enum flow_type type = flow_field_info(v->field)->type;
	char canonical[CANONICAL_TEXT_MAX];

	v->is_null = len == sizeof(NULL_VALUE) - 1 && memcmp(room, NULL_VALUE, len) == 0;
	if (v->is_null)
		return true;
	if (type == FLOW_TYPE_TIME)
		return false;
	if (!flow_type_is_text(type))
		return number_parse(room, len, 0, most_of(type), &v->number) == FLOW_OK;
	v->text = (struct flow_text){ room, (uint32_t)len };
	v->text = canonical_text(type, &v->text, canonical);
	if (v->text.p == canonical)
		v->text.p = memcpy(room, canonical, v->text.len);
	v->dict = (struct flow_dict){ flow_dict_serial(), 1, &v->text };
	return true;
}

/* NULL when out of memory. */
static struct hive_partition *
hive_partition_new(size_t path_bytes)
{
	struct hive_partition *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	p->room = malloc(path_bytes + PARTITION_MAX * CANONICAL_TEXT_MAX);
	if (p->room != NULL)
		return p;
	free(p);
	return NULL;
}

enum flow_status
hive_partition_read(const char *path, const struct profile_map *map, struct hive_partition **out,
    struct flow_error *err)
{
	struct hive_partition *p = NULL;
	size_t used = 0;
	struct hive_directory t;

	*out = NULL;
	for (const char *rest = path; next_told(&rest, map, &t);) {
		struct hive_partition_value *v;
		size_t len;

		if (flow_fieldset_has(&map->replaced, t.field) || hive_partition_find(p, t.field) != NULL ||
		    (p != NULL && p->count == PARTITION_MAX))
			continue;
		if (p == NULL)
			p = hive_partition_new(strlen(path));
		if (p == NULL)
			return flow_fail_memory(err);
		v = &p->value[p->count];
		v->field = t.field;
		len = unescape(t.value, t.value_len, p->room + used);
		if (!take_value(v, p->room + used, len))
			continue;
		p->count++;
		used += len > CANONICAL_TEXT_MAX ? len : CANONICAL_TEXT_MAX;
	}
	*out = p;
	return FLOW_OK;
}

void
hive_partition_free(struct hive_partition *p)
{
	if (p != NULL)
		free(p->room);
	free(p);
}

const struct hive_partition_value *
hive_partition_find(const struct hive_partition *p, enum flow_field field)
{
	for (unsigned i = 0; p != NULL && i < p->count; i++)
		if (p->value[i].field == field)
			return &p->value[i];
	return NULL;
}

const char *
hive_partition_unread(const char *path, const struct profile_map *map, const struct hive_partition *p,
    enum flow_field *field, size_t *len)
{
	struct hive_directory t;

	for (const char *rest = path; next_told(&rest, map, &t);) {
		if (hive_partition_find(p, t.field) != NULL)
			continue;
		*field = t.field;
		*len = t.len;
		return t.name;
	}
	return NULL;
}
