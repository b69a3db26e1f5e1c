/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/geo_file.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "net/addr.h"

#define NODES_MAX 4096
#define ENTRIES_MAX 64
#define NOTHING UINT32_MAX
#define DATA_FLAG 0x80000000u

/* Types of the data section. */
enum { TEXT = 2, DOUBLE = 3, UINT16 = 5, UINT32 = 6, MAP = 7, UINT64 = 9, ARRAY = 11 };

struct tree {
	uint32_t record[NODES_MAX][2];	/* a node, DATA_FLAG | entry, or NOTHING */
	uint32_t nodes;
};

static void
put_control(struct buf *out, unsigned type, size_t size)
{
	unsigned first = type <= 7 ? type << 5 : 0;

	buf_append_u8(out, (uint8_t)(first | (size < 29 ? size : 29)));
	if (type > 7)
		buf_append_u8(out, (uint8_t)(type - 7));
	if (size >= 29)
		buf_append_u8(out, (uint8_t)(size - 29));
}

static void
put_text(struct buf *out, const char *text)
{
	put_control(out, TEXT, strlen(text));
	buf_append_text(out, text);
}

static void
put_number(struct buf *out, const char *key, unsigned type, size_t size, uint64_t v)
{
	put_text(out, key);
	put_control(out, type, size);
	while (size-- > 0)
		buf_append_u8(out, (uint8_t)(v >> (8 * size)));
}

/* A text below one or more maps of one member. */
static void
put_path(struct buf *out, const char *a, const char *b, const char *c, const char *text)
{
	put_text(out, a);
	for (size_t i = 0; i < 2; i++) {
		const char *key = i == 0 ? b : c;

		if (key == NULL)
			continue;
		put_control(out, MAP, 1);
		put_text(out, key);
	}
	put_text(out, text);
}

static void
put_double(struct buf *out, const char *key, double v)
{
	uint64_t bits;

	memcpy(&bits, &v, sizeof(bits));
	put_number(out, key, DOUBLE, 8, bits);
}

static void
put_entry(struct buf *out, const struct geo_file_entry *e)
{
	put_control(out, MAP, (size_t)(e->country != NULL) + (e->city != NULL) +
	    (e->as_org != NULL) + (e->place != NULL ? 2 : 0));
	if (e->place != NULL) {
		put_path(out, "continent", "code", NULL, e->place->continent);
		put_text(out, "location");
		put_control(out, MAP, 2);
		put_double(out, "latitude", e->place->latitude);
		put_double(out, "longitude", e->place->longitude);
	}
	if (e->city != NULL)
		put_path(out, "city", e->flat ? NULL : "names", e->flat ? NULL : "en", e->city);
	if (e->country != NULL)
		put_path(out, e->flat ? "country_code" : "country", e->flat ? NULL : "iso_code",
		    NULL, e->country);
	if (e->as_org != NULL)
		put_path(out, e->flat ? "as_name" : "autonomous_system_organization", NULL, NULL,
		    e->as_org);
}

static void
put_metadata(struct buf *out, uint32_t nodes, unsigned version)
{
	buf_append_text(out, "\xab\xcd\xefMaxMind.com");
	put_control(out, MAP, 9);
	put_number(out, "node_count", UINT32, 4, nodes);
	put_number(out, "record_size", UINT16, 2, 24);
	put_number(out, "ip_version", UINT16, 2, version);
	put_number(out, "binary_format_major_version", UINT16, 2, 2);
	put_number(out, "binary_format_minor_version", UINT16, 2, 0);
	put_number(out, "build_epoch", UINT64, 8, 1);
	put_path(out, "database_type", NULL, NULL, "Test");
	put_text(out, "languages");
	put_control(out, ARRAY, 1);
	put_text(out, "en");
	put_path(out, "description", "en", NULL, "of a test");
}

static bool
add_prefix(struct tree *t, const char *prefix, unsigned version, uint32_t entry)
{
	const char *slash = strchr(prefix, '/');
	size_t skip, bits;
	struct addr a;
	uint32_t at = 0;

	if (slash == NULL || !addr_parse(prefix, (size_t)(slash - prefix), &a))
		return false;
	bits = strtoul(slash + 1, NULL, 10) + (addr_is_v4(&a) ? 96 : 0);
	if (addr_is_v4(&a))
		memset(a.b, 0, 12);
	else if (version == 4)
		return false;
	skip = version == 4 ? 96 : 0;
	for (size_t i = skip; i < bits; i++) {
		uint32_t *r = &t->record[at][a.b[i / 8] >> (7 - i % 8) & 1];

		if (i + 1 == bits) {
			*r = DATA_FLAG | entry;
			return true;
		}
		if (*r == NOTHING) {
			if (t->nodes == NODES_MAX)
				return false;
			t->record[t->nodes][0] = t->record[t->nodes][1] = NOTHING;
			*r = t->nodes++;
		}
		if (*r >= DATA_FLAG)
			return false;
		at = *r;
	}
	return false;
}

static void
put_tree(struct buf *out, const struct tree *t, const size_t *offset)
{
	for (uint32_t i = 0; i < 2 * t->nodes; i++) {
		uint32_t r = t->record[i / 2][i % 2];

		if (r == NOTHING)
			r = t->nodes;
		else if (r >= DATA_FLAG)
			r = t->nodes + 16 + (uint32_t)offset[r & ~DATA_FLAG];
		buf_append_u8(out, (uint8_t)(r >> 16));
		buf_append_u8(out, (uint8_t)(r >> 8));
		buf_append_u8(out, (uint8_t)r);
	}
}

bool
geo_file_make(const struct geo_file_entry *entry, size_t n, unsigned version, struct buf *out)
{
	struct tree *t = malloc(sizeof(*t));
	size_t offset[ENTRIES_MAX];
	struct buf data = BUF_INIT;
	bool made = t != NULL && n <= ENTRIES_MAX;

	if (made) {
		t->nodes = 1;
		t->record[0][0] = t->record[0][1] = NOTHING;
	}
	for (size_t i = 0; i < n && made; i++) {
		offset[i] = data.len;
		put_entry(&data, &entry[i]);
		made = add_prefix(t, entry[i].prefix, version, (uint32_t)i);
	}
	if (made) {
		put_tree(out, t, offset);
		for (size_t i = 0; i < 16; i++)
			buf_append_u8(out, 0);
		buf_append(out, data.data, data.len);
		put_metadata(out, t->nodes, version);
	}
	made = made && buf_status(&data) == FLOW_OK && buf_status(out) == FLOW_OK;
	buf_release(&data);
	free(t);
	return made;
}

struct flow_geo *
geo_file_open(const struct geo_file_entry *entry, size_t n)
{
	char path[] = "/tmp/geo-file.XXXXXX";
	struct flow_geo *geo = flow_geo_new();
	struct buf b = BUF_INIT;
	struct flow_error err;
	int fd = mkstemp(path);
	bool opened = fd >= 0 && geo != NULL && geo_file_make(entry, n, 6, &b) &&
	    write(fd, b.data, b.len) == (ssize_t)b.len &&
	    flow_geo_add(geo, path, &err) == FLOW_OK;

	if (fd >= 0) {
		(void)close(fd);
		(void)unlink(path);
	}
	buf_release(&b);
	if (opened)
		return geo;
	flow_geo_free(geo);
	return NULL;
}
