/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/template/kept_data.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/cursor.h"
#include "base/hash.h"

#define SETS_MAX 256
#define BYTES_MAX ((size_t)64 << 10)

#define V9 9
#define VARIABLE 65535		/* RFC 7011 7 */
#define ENTERPRISE 0x8000

static void
remove_at(struct kept_data *k, size_t i)
{
	k->bytes -= k->set[i].len;
	free(k->set[i].bytes);
	memmove(&k->set[i], &k->set[i + 1], (--k->count - i) * sizeof(k->set[0]));
}

static bool
is_equal(const struct kept_set *s, uint64_t hash, uint16_t id, const uint8_t *bytes, size_t len)
{
	return s->hash == hash && s->id == id && s->len == len && memcmp(s->bytes, bytes, len) == 0;
}

void
kept_data_take(struct kept_data *k, uint16_t id, const uint8_t *bytes, size_t len, unsigned records)
{
	struct kept_set s = { hash_xxh64(bytes, len, id), id, (uint16_t)records, len, NULL };
	size_t i;

	if (records == 0 || records > UINT16_MAX || len > BYTES_MAX)
		return;
	if (k->set == NULL && (k->set = calloc(SETS_MAX, sizeof(*k->set))) == NULL)
		return;
	for (i = 0; i < k->count && !is_equal(&k->set[i], s.hash, id, bytes, len); i++)
		;
	if (i < k->count) {
		s = k->set[i];
		memmove(&k->set[i], &k->set[i + 1], (k->count - 1 - i) * sizeof(s));
		k->set[k->count - 1] = s;
		return;
	}
	s.bytes = malloc(len);
	if (s.bytes == NULL)
		return;
	memcpy(s.bytes, bytes, len);
	while (k->count == SETS_MAX || k->bytes + len > BYTES_MAX)
		remove_at(k, 0);
	k->set[k->count++] = s;
	k->bytes += len;
}

void
kept_data_drop(struct kept_data *k, uint16_t id)
{
	for (size_t i = k->count; i-- > 0;)
		if (k->set[i].id == id)
			remove_at(k, i);
}

void
kept_data_clear(struct kept_data *k)
{
	while (k->count > 0)
		remove_at(k, k->count - 1);
	free(k->set);
	*k = (struct kept_data)KEPT_DATA_INIT;
}

/* Passes over one record; false where it is not whole. */
static bool
skip_record(uint16_t version, struct cursor fields, unsigned count, struct cursor *in)
{
	const uint8_t *begin = in->pos;

	for (unsigned i = 0; i < count; i++) {
		uint16_t type = cursor_be16(&fields);
		size_t len = cursor_be16(&fields);

		if (version != V9 && (type & ENTERPRISE) != 0)
			cursor_skip(&fields, 4);
		if (version != V9 && len == VARIABLE && (len = cursor_u8(in)) == 255)
			len = cursor_be16(in);
		cursor_skip(in, len);
	}
	return !cursor_failed(in) && !cursor_failed(&fields) && in->pos > begin;
}

unsigned
kept_data_records(uint16_t version, const uint8_t *template, size_t template_len, const uint8_t *bytes, size_t len)
{
	struct cursor fields = cursor_make(template, template_len), in = cursor_make(bytes, len);
	unsigned count, scopes, records = 0;

	cursor_skip(&fields, 2);
	count = cursor_be16(&fields);
	scopes = cursor_be16(&fields);
	/* v9 tells bytes of scopes and of options, IPFIX the number of all fields. */
	if (version == V9)
		count = (count + scopes) / 4;
	while (skip_record(version, fields, count, &in))
		records++;
	return records;
}
