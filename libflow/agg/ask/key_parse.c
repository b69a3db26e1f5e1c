/* SPDX-License-Identifier: BSD-2-Clause */
#include "agg/ask/key_parse.h"

#include <stdio.h>
#include <string.h>

#define NONE FLOW_FIELD_NONE

struct word {
	const char *text;
	enum key_kind kind;
	enum flow_field field[KEY_ALTS];
};

static const struct word words[] = {
#define WORD(text, kind, a, b, c, d) { text, KEY_##kind, \
	{ FLOW_FIELD_##a, FLOW_FIELD_##b, FLOW_FIELD_##c, FLOW_FIELD_##d } },
#define REFUSED(text, why)
#include "agg/ask/word.def"
#undef WORD
#undef REFUSED
};

static const struct {
	const char *text;
	const char *why;
} refused[] = {
#define WORD(text, kind, a, b, c, d)
#define REFUSED(text, why) { text, why },
#include "agg/ask/word.def"
#undef WORD
#undef REFUSED
};

static enum flow_status
bad(struct flow_error *err, const char *text, size_t len, const char *what)
{
	return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET, "%.*s: %s", (int)len, text, what);
}

enum flow_type
key_part_type(const struct key_part *part)
{
	if (part->kind == KEY_BIN)
		return FLOW_TYPE_TIME;
	if (key_kind_is_geo(part->kind))
		return FLOW_TYPE_TEXT;
	return flow_field_info(part->field[0])->type;
}

/* The part for a word without suffix. */
static bool
word_part(const char *text, size_t len, struct key_part *part)
{
	enum flow_field field = flow_field_find(text, len);
	const struct word *w = NULL;

	memset(part, 0, sizeof(*part));
	part->mask = NONE;
	part->bits4 = 32;
	part->bits6 = 128;
	part->field[0] = field;
	part->alts = 1;
	(void)snprintf(part->name, sizeof(part->name), "%.*s", (int)len, text);
	if (field != NONE)
		return true;
	for (size_t i = 0; i < ARRAY_LEN(words) && w == NULL; i++)
		if (strlen(words[i].text) == len && memcmp(words[i].text, text, len) == 0)
			w = &words[i];
	if (w == NULL)
		return false;
	part->kind = w->kind;
	memcpy(part->field, w->field, sizeof(part->field));
	if (w->kind == KEY_NET || w->kind == KEY_SERVICE || w->kind == KEY_TUNNEL) {
		part->mask = w->field[1];
		return true;
	}
	while (part->alts < KEY_ALTS && w->field[part->alts] != NONE)
		part->alts++;
	if (part->alts == 1 && w->kind == KEY_FIELD)
		(void)snprintf(part->name, sizeof(part->name), "%s",
		    flow_field_info(part->field[0])->name);
	return true;
}

/* Fails with the reason why there is no such word. */
static enum flow_status
no_word(struct flow_error *err, const char *text, size_t len)
{
	char hint[NEAREST_HINT_ROOM];
	struct nearest meant;

	for (size_t i = 0; i < ARRAY_LEN(refused); i++)
		if (strlen(refused[i].text) == len && memcmp(refused[i].text, text, len) == 0)
			return bad(err, text, len, refused[i].why);
	nearest_begin(&meant, text, len);
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		nearest_try_text(&meant, words[i].text);
	flow_field_nearest(&meant);
	return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET, "%.*s: no such key or column%s", (int)len, text,
	    nearest_hint(&meant, hint));
}

/* Parses a decimal number of at most 9 digits at *p and advances *p. */
static bool
number(const char **p, const char *end, uint32_t *out)
{
	const char *start = *p;
	uint32_t v = 0;

	while (*p < end && **p >= '0' && **p <= '9' && *p - start < 9)
		v = v * 10 + (uint32_t)(*(*p)++ - '0');
	*out = v;
	return *p > start;
}

static bool
width(const char *text, size_t len, int64_t *out_ms)
{
	static const struct { const char *unit; int64_t ms; } units[] = {
		{ "ms", 1 }, { "s", 1000 }, { "m", 60000 }, { "min", 60000 }, { "h", 3600000 },
		{ "d", 86400000 }, { "w", 7 * INT64_C(86400000) }, { "", 1000 },
	};
	const char *p = text, *end = text + len;
	uint32_t n;

	if (!number(&p, end, &n) || n == 0)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		if (strlen(units[i].unit) == (size_t)(end - p) &&
		    memcmp(units[i].unit, p, (size_t)(end - p)) == 0) {
			*out_ms = (int64_t)n * units[i].ms;
			return true;
		}
	}
	return false;
}

/* ADDRESS/24[/48]: lengths for IPv4 and IPv6; srcip6/48 sets only the latter. */
static bool
prefix(struct key_part *part, const char *text, size_t len)
{
	const char *p = text, *end = text + len, *name = part->name;
	bool six = strcmp(name, "srcip6") == 0 || strcmp(name, "dstip6") == 0;
	uint32_t a, b;

	if (!number(&p, end, &a) || a > (six ? 128u : 32u))
		return false;
	if (six)
		part->bits6 = (uint8_t)a;
	else
		part->bits4 = (uint8_t)a;
	if (p < end) {
		p++;
		if (p[-1] != '/' || six || !number(&p, end, &b) || b > 128 || p != end)
			return false;
		part->bits6 = (uint8_t)b;
	}
	part->kind = KEY_PREFIX;
	return true;
}

/* Parses what follows the first slash of a key. */
static enum flow_status
suffix(struct key_part *part, const char *text, size_t len, struct flow_error *err)
{
	enum flow_type type = key_part_type(part);

	if (part->kind != KEY_FIELD && part->kind != KEY_PREFIX)
		return bad(err, part->name, strlen(part->name), "takes no length");
	if (type == FLOW_TYPE_ADDR)
		return prefix(part, text, len) ? FLOW_OK :
		    bad(err, text, len, "not a prefix length (as in src_addr/24 or src_addr/24/48)");
	if (type != FLOW_TYPE_TIME)
		return bad(err, part->name, strlen(part->name), "neither an address nor a time");
	if (!width(text, len, &part->width_ms))
		return bad(err, text, len, "not a length of time (as in first/5m)");
	part->kind = KEY_BIN;
	return FLOW_OK;
}

/* src_addr/24,/48: sets the IPv6 prefix length of the previous part. */
static enum flow_status
suffix_six(struct grouping *g, const char *text, size_t len, struct flow_error *err)
{
	const char *p = text, *end = text + len;
	struct key_part *part;
	uint32_t bits;

	if (g->parts == 0 || g->part[g->parts - 1].kind != KEY_PREFIX)
		return bad(err, text - 1, len + 1, "no address before it");
	part = &g->part[g->parts - 1];
	if (!number(&p, end, &bits) || p != end || bits > 128)
		return bad(err, text, len, "not a prefix length of IPv6");
	part->bits6 = (uint8_t)bits;
	return FLOW_OK;
}

/* Joins srcip4/24,srcip6/48 into one key. */
static bool
join_families(struct grouping *g, const struct key_part *part)
{
	struct key_part *last = g->parts > 0 ? &g->part[g->parts - 1] : NULL;

	if (last == NULL || part->kind != KEY_PREFIX || last->kind != KEY_PREFIX ||
	    last->field[0] != part->field[0] || strlen(part->name) != 6)
		return false;
	if (strcmp(part->name + 5, "6") == 0)
		last->bits6 = part->bits6;
	else if (strcmp(part->name + 5, "4") == 0)
		last->bits4 = part->bits4;
	else
		return false;
	return true;
}

void
key_add_field(struct grouping *g, enum flow_field field)
{
	const char *name = flow_field_info(field)->name;

	(void)word_part(name, strlen(name), &g->part[g->parts++]);
}

enum flow_status
key_add_bin(struct grouping *g, const char *text, struct flow_error *err)
{
	struct key_part *part = &g->part[g->parts];
	int64_t width_ms;

	if (!width(text, strlen(text), &width_ms))
		return bad(err, text, strlen(text), "not a length of time (as in 5m)");
	key_add_field(g, FLOW_FIELD_FIRST);
	part->kind = KEY_BIN;
	part->width_ms = width_ms;
	(void)snprintf(part->name, sizeof(part->name), "time");
	return FLOW_OK;
}

/* Appends the mask as a hidden part: networks of equal address and different length differ. */
static void
add_mask(struct grouping *g, enum flow_field mask)
{
	key_add_field(g, mask);
	g->part[g->parts - 1].hidden = true;
}

static enum flow_status
one(struct grouping *g, const char *text, size_t len, bool statistic, struct flow_error *err)
{
	const char *slash = memchr(text, '/', len);
	size_t name = slash != NULL ? (size_t)(slash - text) : len;
	struct key_part part;
	enum flow_status st;

	if (name == 0 && slash != NULL)
		return suffix_six(g, slash + 1, len - 1, err);
	if (!word_part(text, name, &part))
		return no_word(err, text, name);
	if (slash != NULL) {
		st = suffix(&part, slash + 1, len - name - 1, err);
		if (st != FLOW_OK)
			return st;
	}
	if (part.alts > 1 && (!statistic || g->parts > 0))
		return bad(err, text, len, "counts both ends of a flow: a statistic (-s) of its own");
	if (join_families(g, &part))
		return FLOW_OK;
	if (g->parts + (part.kind == KEY_NET) >= KEY_PARTS)
		return flow_fail(err, FLOW_ELIMIT, FLOW_NO_OFFSET, "too many keys");
	g->part[g->parts++] = part;
	if (part.kind == KEY_NET)
		add_mask(g, part.mask);
	return FLOW_OK;
}

uint8_t
key_part_find(const struct grouping *g, const char *text, size_t len)
{
	struct key_part part;
	uint8_t k = 0;

	if (len == 0 || !word_part(text, len, &part))
		return g->parts;
	while (k < g->parts && (g->part[k].hidden || strcmp(g->part[k].name, part.name) != 0))
		k++;
	return k;
}

enum flow_status
key_parse(struct grouping *g, const char *text, size_t len, bool statistic,
    struct flow_error *err)
{
	const char *end = text + len;
	enum flow_status st = FLOW_OK;

	while (st == FLOW_OK) {
		const char *comma = memchr(text, ',', (size_t)(end - text));
		const char *stop = comma != NULL ? comma : end;

		st = one(g, text, (size_t)(stop - text), statistic, err);
		if (comma == NULL)
			break;
		text = comma + 1;
	}
	return st;
}

/* Bits of a part in the packed key: one value more than the type has, as 0 stands for null. */
static unsigned
part_bits(const struct key_part *part)
{
	if (key_part_is_atom(part))
		return 32;
	switch (key_part_type(part)) {
	case FLOW_TYPE_U8:
		return 9;
	case FLOW_TYPE_U16:
		return 17;
	case FLOW_TYPE_U32:
		return 33;
	default:
		return 64;
	}
}

/* First fit: reserves `bits` in the first word that has room. */
static void
place(uint8_t used[KEY_WORDS], unsigned bits, uint8_t *word, uint8_t *shift)
{
	uint8_t w = 0;

	while (used[w] + bits > 64)
		w++;
	*word = w;
	*shift = used[w];
	used[w] = (uint8_t)(used[w] + bits);
}

void
key_layout(struct grouping *g)
{
	static const unsigned sizes[] = { 64, 33, 32, 17, 9 };
	uint8_t used[KEY_WORDS] = { 0 };

	g->dense = g->parts == 1 && (key_part_is_atom(&g->part[0]) || part_bits(&g->part[0]) <= 17);
	g->words = 0;
	if (g->dense)
		return;
	for (size_t s = 0; s < ARRAY_LEN(sizes); s++)
		for (size_t i = 0; i < g->parts; i++)
			if (part_bits(&g->part[i]) == sizes[s])
				place(used, sizes[s], &g->part[i].word, &g->part[i].shift);
	/* A 64-bit value leaves no spare code for null, so a flag bit in another word marks it. */
	for (size_t i = 0; i < g->parts; i++)
		if (part_bits(&g->part[i]) == 64)
			place(used, 1, &g->part[i].flag_word, &g->part[i].flag_shift);
	while (g->words < KEY_WORDS && used[g->words] > 0)
		g->words++;
}
