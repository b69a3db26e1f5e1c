/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "flowgen/malform.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/hash.h"
#include "base/nearest.h"
#include "common/cli.h"

/* Good datagrams per bad one. */
#define GOOD_FOR_ONE 10

#define TEMPLATE_ID 256
#define PAYLOAD_MAX 65487

enum {
#define MALFORM(id, name, help) KIND_##id,
#include "flowgen/malform.def"
#undef MALFORM
	KINDS
};

static const struct {
	const char *name, *help;
} kinds[KINDS] = {
#define MALFORM(id, name, help) { name, help },
#include "flowgen/malform.def"
#undef MALFORM
};

static bool
parse_word(const char *word, size_t len, uint32_t *wanted)
{
	char hint[NEAREST_HINT_ROOM];
	struct nearest near;
	unsigned i;

	if (len == 3 && memcmp(word, "all", 3) == 0) {
		*wanted = (UINT32_C(1) << KINDS) - 1;
		return true;
	}
	nearest_begin(&near, word, len);
	for (i = 0; i < KINDS; i++) {
		if (strlen(kinds[i].name) == len && memcmp(kinds[i].name, word, len) == 0) {
			*wanted |= UINT32_C(1) << i;
			return true;
		}
		nearest_try_text(&near, kinds[i].name);
	}
	return cli_misuse("--malform: '%.*s' is no kind%s; --malforms lists them", (int)len, word,
	    nearest_hint(&near, hint)) == CLI_OK;
}

bool
malform_parse(const char *text, uint32_t *wanted)
{
	size_t len;

	do {
		len = strcspn(text, ",");
		if (!parse_word(text, len, wanted))
			return false;
		text += len;
	} while (*text++ == ',');
	return true;
}

int
malform_help(void)
{
	struct buf out = BUF_INIT;
	bool closed = false;
	unsigned i;
	int status;

	for (i = 0; i < KINDS; i++)
		buf_printf(&out, "%-16s %s\n", kinds[i].name, kinds[i].help);
	status = out.failed ? cli_fail("out of memory") : cli_write(out.data, out.len, &closed);
	buf_release(&out);
	return status;
}

void
malform_init(struct malform *m, uint64_t seed, uint32_t wanted)
{
	*m = (struct malform){ .state = hash_mix64(seed ^ UINT64_C(0x6d616c666f726d)), .kinds = wanted,
		.good = BUF_INIT };
}

void
malform_release(struct malform *m)
{
	buf_release(&m->good);
}

static uint32_t
below(struct malform *m, uint32_t n)
{
	m->state += UINT64_C(0x9e3779b97f4a7c15);
	return (uint32_t)((hash_mix64(m->state) >> 32) * n >> 32);
}

/* Random bytes. */
static void
noise(struct malform *m, struct buf *b, size_t n)
{
	while (n-- > 0)
		buf_append_u8(b, (uint8_t)below(m, 256));
}

/* The header of v9, or of IPFIX, whose length is set at the end. */
static bool
header(struct malform *m, struct buf *b, uint16_t count)
{
	bool ipfix = below(m, 2) == 0;

	buf_append_be16(b, ipfix ? 10 : 9);
	buf_append_be16(b, count);
	if (!ipfix)
		buf_append_be32(b, 3600000);
	buf_append_be32(b, 1767225600);
	buf_append_be32(b, m->sequence++);
	buf_append_be32(b, 7);
	return ipfix;
}

/* Sets the length in an IPFIX header; v9 counts records instead. */
static void
finish(struct buf *b, bool ipfix)
{
	if (ipfix && !b->failed)
		store_be16(b->data + 2, (uint16_t)b->len);
}

/* A template set of n fields that claims to have `count`. */
static void
template_set(struct malform *m, struct buf *b, bool ipfix, uint16_t id, uint16_t count, uint16_t n)
{
	uint16_t i;

	buf_append_be16(b, ipfix ? 2 : 0);
	buf_append_be16(b, (uint16_t)(8 + 4 * n));
	buf_append_be16(b, id);
	buf_append_be16(b, count);
	for (i = 0; i < n; i++) {
		buf_append_be16(b, (uint16_t)(1 + below(m, 200)));
		buf_append_be16(b, (uint16_t)(1 + below(m, 8)));
	}
}

static void
data_set(struct malform *m, struct buf *b, uint16_t id, uint16_t said, size_t n)
{
	buf_append_be16(b, id);
	buf_append_be16(b, said);
	noise(m, b, n);
}

static void
make_good(struct malform *m, struct buf *b, bool cut)
{
	size_t n = m->good.len;
	unsigned flips = 1 + below(m, 8), i;

	if (cut && n > 0)
		n = below(m, (uint32_t)n);
	if (n > 0)
		buf_append(b, m->good.data, n);
	for (i = 0; !cut && b->len > 0 && !b->failed && i < flips; i++)
		b->data[below(m, (uint32_t)b->len)] ^= (uint8_t)(1u << below(m, 8));
}

static void
make_short(struct malform *m, struct buf *b, bool versions)
{
	static const uint16_t known[] = { 0, 1, 5, 6, 7, 8, 9, 10 }, strange[] = { 0, 2, 3, 4, 11, 255, 256, 65535 };
	uint32_t pick = below(m, 8), n = versions ? 24 + below(m, 100) : below(m, 65);

	buf_append_be16(b, versions ? strange[pick] : known[pick]);
	noise(m, b, n);
	if (!versions && !b->failed)
		b->len = n;
}

static void
make_oversized(struct malform *m, struct buf *b)
{
	bool ipfix = header(m, b, UINT16_MAX);

	template_set(m, b, ipfix, TEMPLATE_ID, 1, 1);
	data_set(m, b, TEMPLATE_ID, (uint16_t)(PAYLOAD_MAX - b->len), PAYLOAD_MAX - b->len - 4);
	finish(b, ipfix);
}

static void
make_count(struct malform *m, struct buf *b)
{
	static const uint16_t versions[] = { 1, 5, 7, 8, 9 };
	uint16_t version = versions[below(m, ARRAY_LEN(versions))];

	buf_append_be16(b, version);
	buf_append_be16(b, (uint16_t)(below(m, 2) == 0 ? UINT16_MAX : 31 + below(m, 1000)));
	noise(m, b, 20 + 48 * below(m, 4) + below(m, 48));
}

static void
make_set_length(struct malform *m, struct buf *b)
{
	static const uint16_t lengths[] = { 0, 1, 2, 3, 5, 1400, 32768, 65535 };
	bool ipfix = header(m, b, 3);

	template_set(m, b, ipfix, TEMPLATE_ID, 3, 3);
	data_set(m, b, below(m, 2) == 0 ? TEMPLATE_ID : ipfix ? 2 : 0, lengths[below(m, ARRAY_LEN(lengths))],
	    below(m, 64));
	data_set(m, b, TEMPLATE_ID, 20, 16);
	finish(b, ipfix);
}

static void
make_overlap(struct malform *m, struct buf *b)
{
	bool ipfix = header(m, b, 4);

	template_set(m, b, ipfix, TEMPLATE_ID, 2, 2);
	data_set(m, b, TEMPLATE_ID, 24, 16);
	data_set(m, b, TEMPLATE_ID, 40, 16);
	template_set(m, b, ipfix, TEMPLATE_ID + 1, 2, 2);
	finish(b, ipfix);
}

static void
make_padding(struct malform *m, struct buf *b)
{
	bool ipfix = header(m, b, 5);
	uint16_t pad = (uint16_t)(1 + below(m, 7)), width = (uint16_t)(1 + below(m, 4)), i;

	buf_append_be16(b, ipfix ? 2 : 0);
	buf_append_be16(b, (uint16_t)(12 + pad));
	buf_append_be16(b, TEMPLATE_ID);
	buf_append_be16(b, 1);
	buf_append_be16(b, 4);
	buf_append_be16(b, width);
	for (i = 0; i < pad; i++)
		buf_append_u8(b, 0);
	data_set(m, b, TEMPLATE_ID, (uint16_t)(4 + width * 3 + pad), width * 3u + pad);
	finish(b, ipfix);
}

static void
make_field_length(struct malform *m, struct buf *b)
{
	static const uint16_t lengths[] = { 0, 1, 2, 3, 4, 5, 8, 9, 16, 17, 50, 255, 65534, 65535 };
	bool ipfix = header(m, b, 2);
	uint16_t n = (uint16_t)(1 + below(m, 6)), i;

	buf_append_be16(b, ipfix ? 2 : 0);
	buf_append_be16(b, (uint16_t)(8 + 4 * n));
	buf_append_be16(b, TEMPLATE_ID);
	buf_append_be16(b, n);
	for (i = 0; i < n; i++) {
		buf_append_be16(b, (uint16_t)(1 + below(m, 500)));
		buf_append_be16(b, lengths[below(m, ARRAY_LEN(lengths))]);
	}
	data_set(m, b, TEMPLATE_ID, 404, 400);
	finish(b, ipfix);
}

static void
make_empty(struct malform *m, struct buf *b)
{
	bool ipfix = header(m, b, 2);
	uint16_t n = (uint16_t)below(m, 4), i;

	buf_append_be16(b, ipfix ? 2 : 0);
	buf_append_be16(b, (uint16_t)(8 + 4 * n));
	buf_append_be16(b, TEMPLATE_ID);
	buf_append_be16(b, n);
	for (i = 0; i < n; i++) {
		buf_append_be16(b, (uint16_t)(1 + i));
		buf_append_be16(b, 0);
	}
	data_set(m, b, TEMPLATE_ID, 44, 40);
	finish(b, ipfix);
}

static void
make_many_fields(struct malform *m, struct buf *b)
{
	bool ipfix = header(m, b, 1);

	template_set(m, b, ipfix, TEMPLATE_ID, (uint16_t)(below(m, 2) == 0 ? UINT16_MAX : 4000),
	    (uint16_t)below(m, 300));
	finish(b, ipfix);
}

static void
make_bomb(struct malform *m, struct buf *b)
{
	bool ipfix = header(m, b, 100);
	unsigned i;

	for (i = 0; i < 60; i++)
		template_set(m, b, ipfix, (uint16_t)(256 + below(m, 65280)), 4, 4);
	finish(b, ipfix);
}

/* A set of option templates: scopes and options of such lengths, whatever they should be. */
static void
option_set(struct malform *m, struct buf *b, bool ipfix, uint16_t id, uint16_t scope, uint16_t option, uint16_t n)
{
	uint16_t i;

	buf_append_be16(b, ipfix ? 3 : 1);
	buf_append_be16(b, (uint16_t)(10 + 4 * n));
	buf_append_be16(b, id);
	buf_append_be16(b, scope);
	buf_append_be16(b, option);
	for (i = 0; i < n; i++) {
		buf_append_be16(b, (uint16_t)(1 + below(m, 150)));
		buf_append_be16(b, (uint16_t)(1 + below(m, 8)));
	}
}

static void
make_redefine(struct malform *m, struct buf *b)
{
	bool ipfix = header(m, b, 8);
	unsigned i;

	for (i = 0; i < 6; i++) {
		if (below(m, 2) == 0)
			template_set(m, b, ipfix, TEMPLATE_ID, 3, 3);
		else
			option_set(m, b, ipfix, TEMPLATE_ID, ipfix ? 3 : 4, ipfix ? 1 : 8, 3);
		data_set(m, b, TEMPLATE_ID, 44, 40);
	}
	finish(b, ipfix);
}

static void
make_withdraw(struct malform *m, struct buf *b)
{
	static const uint16_t ids[] = { 0, 2, 3, 255, TEMPLATE_ID, 257, 65535 };
	bool ipfix = header(m, b, 2);
	uint32_t behind = below(m, 6);

	buf_append_be16(b, (uint16_t)(2 + below(m, 2)));
	buf_append_be16(b, (uint16_t)(8 + behind));
	buf_append_be16(b, ids[below(m, ARRAY_LEN(ids))]);
	buf_append_be16(b, 0);
	noise(m, b, behind);
	finish(b, ipfix);
}

static void
make_options(struct malform *m, struct buf *b)
{
	bool ipfix = header(m, b, 2);

	option_set(m, b, ipfix, TEMPLATE_ID, (uint16_t)below(m, 71), (uint16_t)below(m, 71), (uint16_t)below(m, 10));
	data_set(m, b, TEMPLATE_ID, 44, 40);
	finish(b, ipfix);
}

/* Option data: an interface by its number (10), and its name (82). */
static void
make_names(struct malform *m, struct buf *b)
{
	static const char *const names[] = { "", "\"", "'; --", "a\tb\nc", "=1+1", "\xff\xfe\x80", "<b>&amp;</b>",
	    "\x1b[2J" };
	bool ipfix = header(m, b, 2), noisy = below(m, 2) == 0;
	const char *name = names[below(m, ARRAY_LEN(names))];
	uint16_t len = (uint16_t)(noisy ? 256 + below(m, 945) : strlen(name));

	buf_append_be16(b, ipfix ? 3 : 1);
	buf_append_be16(b, 18);
	buf_append_be16(b, TEMPLATE_ID);
	buf_append_be16(b, ipfix ? 2 : 4);
	buf_append_be16(b, ipfix ? 1 : 4);
	buf_append_be16(b, ipfix ? 10 : 2);
	buf_append_be16(b, 4);
	buf_append_be16(b, 82);
	buf_append_be16(b, len);
	buf_append_be16(b, TEMPLATE_ID);
	buf_append_be16(b, (uint16_t)(8 + len));
	buf_append_be32(b, 1);
	if (noisy)
		noise(m, b, len);
	else
		buf_append(b, name, len);
	finish(b, ipfix);
}

/* IPFIX with values that say their lengths (of element 371, or a list, 291 to 293), which lie. */
static void
make_variable(struct malform *m, struct buf *b, bool lists)
{
	static const uint8_t lengths[] = { 0, 1, 9, 40, 254, 255 };
	uint16_t element = (uint16_t)(lists ? 291 + below(m, 3) : 371);
	unsigned i;

	do {
		buf_clear(b);
	} while (!header(m, b, 0) && !b->failed);
	buf_append_be16(b, 2);
	buf_append_be16(b, 16);
	buf_append_be16(b, TEMPLATE_ID);
	buf_append_be16(b, 2);
	buf_append_be16(b, element);
	buf_append_be16(b, UINT16_MAX);
	buf_append_be16(b, element);
	buf_append_be16(b, UINT16_MAX);
	buf_append_be16(b, TEMPLATE_ID);
	buf_append_be16(b, 64);
	for (i = 0; i < 4; i++) {
		buf_append_u8(b, lengths[below(m, ARRAY_LEN(lengths))]);
		buf_append_be16(b, (uint16_t)below(m, 100));
		buf_append_be16(b, element);
		buf_append_be16(b, UINT16_MAX);
		noise(m, b, 8);
	}
	finish(b, true);
}

static void
make_sflow(struct malform *m, struct buf *b)
{
	static const uint32_t counts[] = { 0, 1, 2, 1000, UINT32_C(1) << 31, UINT32_MAX };
	unsigned i;

	buf_append_be32(b, below(m, 8) == 0 ? 4 : 5);
	buf_append_be32(b, below(m, 8) == 0 ? below(m, 9) : 1);
	buf_append_be32(b, 198u << 24 | 18u << 16 | 255);
	buf_append_be32(b, 0);
	buf_append_be32(b, m->sequence++);
	buf_append_be32(b, 1000);
	buf_append_be32(b, counts[below(m, ARRAY_LEN(counts))]);
	for (i = 0; i < 3; i++) {
		buf_append_be32(b, 1 + below(m, 4));
		buf_append_be32(b, below(m, 2) == 0 ? 60 : counts[below(m, ARRAY_LEN(counts))]);
		noise(m, b, 28);
		buf_append_be32(b, counts[below(m, ARRAY_LEN(counts))]);
		buf_append_be32(b, 1 + below(m, 2));
		buf_append_be32(b, below(m, 2) == 0 ? 20 : counts[below(m, ARRAY_LEN(counts))]);
		noise(m, b, 16);
	}
}

static void
make(struct malform *m, unsigned kind, struct buf *b)
{
	switch (kind) {
	case KIND_CUT: make_good(m, b, true); break;
	case KIND_FLIP: make_good(m, b, false); break;
	case KIND_SHORT: make_short(m, b, false); break;
	case KIND_VERSION: make_short(m, b, true); break;
	case KIND_OVERSIZED: make_oversized(m, b); break;
	case KIND_COUNT: make_count(m, b); break;
	case KIND_SET_LENGTH: make_set_length(m, b); break;
	case KIND_OVERLAP: make_overlap(m, b); break;
	case KIND_PADDING: make_padding(m, b); break;
	case KIND_FIELD_LENGTH: make_field_length(m, b); break;
	case KIND_EMPTY: make_empty(m, b); break;
	case KIND_MANY_FIELDS: make_many_fields(m, b); break;
	case KIND_BOMB: make_bomb(m, b); break;
	case KIND_REDEFINE: make_redefine(m, b); break;
	case KIND_WITHDRAW: make_withdraw(m, b); break;
	case KIND_OPTIONS: make_options(m, b); break;
	case KIND_NAMES: make_names(m, b); break;
	case KIND_VARIABLE: make_variable(m, b, false); break;
	case KIND_LISTS: make_variable(m, b, true); break;
	default: make_sflow(m, b); break;
	}
}

/* Appends a datagram with the bytes that `kind` makes. */
static enum flow_status
add(struct malform *m, unsigned kind, int64_t time_ms, struct flow_datagrams *out)
{
	struct buf bytes = BUF_INIT;
	bool failed;

	if (out->count == out->cap) {
		void *item = realloc(out->item, (out->cap + 16) * sizeof(*out->item));

		if (item == NULL)
			return FLOW_ENOMEM;
		out->item = item;
		out->cap += 16;
	}
	make(m, kind, &bytes);
	out->item[out->count++] = (struct flow_datagram_span){ out->bytes.len, bytes.len, time_ms, 0 };
	if (bytes.len > 0)
		buf_append(&out->bytes, bytes.data, bytes.len);
	failed = bytes.failed || out->bytes.failed;
	buf_release(&bytes);
	m->made++;
	return failed ? FLOW_ENOMEM : FLOW_OK;
}

enum flow_status
malform(struct malform *m, const struct flow_datagrams *good, struct flow_datagrams *out)
{
	enum flow_status status = FLOW_OK;
	size_t i;

	for (i = 0; i < good->count && status == FLOW_OK; i++) {
		const struct flow_datagram_span *d = &good->item[i];

		if (++m->since < GOOD_FOR_ONE)
			continue;
		m->since = 0;
		buf_clear(&m->good);
		buf_append(&m->good, good->bytes.data + d->offset, d->len);
		do
			m->next = (m->next + 1) % KINDS;
		while ((m->kinds >> m->next & 1) == 0);
		status = add(m, m->next, d->time_ms, out);
	}
	return status;
}
