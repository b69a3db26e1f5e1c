/* SPDX-License-Identifier: BSD-2-Clause */
#include "nfdump/key_words.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const struct nfdump_key word[] = {
#define KEY(text, token, kind, field) { NFDUMP_KEY_##kind, FLOW_FIELD_##field, FLOW_FIELD_NONE, 0, text, token },
#include "nfdump/key_word.def"
#undef KEY
};

static const struct nfdump_key *
find(const char *text, size_t len)
{
	for (size_t i = 0; i < ARRAY_LEN(word); i++)
		if (strlen(word[i].word) == len && strncasecmp(word[i].word, text, len) == 0)
			return &word[i];
	return NULL;
}

void
nfdump_keys_connection(struct nfdump_keys *keys)
{
	static const char *const five[] = { "proto", "srcip", "dstip", "srcport", "dstport" };

	keys->count = ARRAY_LEN(five);
	for (size_t i = 0; i < ARRAY_LEN(five); i++)
		keys->key[i] = *find(five[i], strlen(five[i]));
}

/* "/24" after an address of one family. */
static enum flow_status
parse_bits(struct nfdump_key *key, const char *text, size_t len, struct flow_error *err)
{
	unsigned most = key->kind == NFDUMP_KEY_ADDR4 ? 32 : 128;
	char digits[4] = "";
	long bits;

	if (key->kind != NFDUMP_KEY_ADDR4 && key->kind != NFDUMP_KEY_ADDR6)
		return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET,
		    "-A: %s takes no prefix length: srcip4, dstip4, srcip6 and dstip6 do", key->word);
	if (len < sizeof(digits))
		memcpy(digits, text, len);
	bits = atol(digits);
	if (bits < 1 || bits > (long)most)
		return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET, "-A: %s: a prefix length is 1 to %u", key->word,
		    most);
	key->bits = (unsigned)bits;
	return FLOW_OK;
}

static enum flow_status
parse_word(const char *text, size_t len, struct nfdump_keys *keys, struct flow_error *err)
{
	const char *slash = memchr(text, '/', len);
	size_t name = slash != NULL ? (size_t)(slash - text) : len;
	const struct nfdump_key *known = find(text, name);
	struct nfdump_key *key = &keys->key[keys->count];

	if (known == NULL)
		return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET, "Unknown aggregation field '%.*s'",
		    (int)(name < 64 ? name : 64), text);
	for (size_t i = 0; i < keys->count; i++)
		if (strcmp(keys->key[i].word, known->word) == 0)
			return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET, "Duplicate aggregation element: %s",
			    known->word);
	if (keys->count == NFDUMP_KEYS)
		return flow_fail(err, FLOW_ELIMIT, FLOW_NO_OFFSET, "-A: more than %d fields", NFDUMP_KEYS);
	*key = *known;
	if (key->kind == NFDUMP_KEY_NET)
		key->mask = key->field == FLOW_FIELD_SRC_ADDR ? FLOW_FIELD_SRC_MASK : FLOW_FIELD_DST_MASK;
	keys->count++;
	return slash != NULL ? parse_bits(key, slash + 1, len - name - 1, err) : FLOW_OK;
}

enum flow_status
nfdump_keys_parse(const char *text, struct nfdump_keys *keys, struct flow_error *err)
{
	enum flow_status st = FLOW_OK;

	keys->count = 0;
	while (*text != '\0' && st == FLOW_OK) {
		size_t len = strcspn(text, ",");

		if (len > 0)
			st = parse_word(text, len, keys, err);
		text += len;
		text += *text == ',';
	}
	if (st == FLOW_OK && keys->count == 0)
		st = flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET, "No aggregation specified!");
	return st;
}

void
nfdump_keys_fields(const struct nfdump_keys *keys, struct flow_fieldset *fields)
{
	for (size_t i = 0; i < keys->count; i++) {
		flow_fieldset_add(fields, keys->key[i].field);
		if (keys->key[i].mask != FLOW_FIELD_NONE)
			flow_fieldset_add(fields, keys->key[i].mask);
		if (keys->key[i].kind == NFDUMP_KEY_PORT) {
			flow_fieldset_add(fields, FLOW_FIELD_PROTO);
			flow_fieldset_add(fields, FLOW_FIELD_ICMP_TYPE);
			flow_fieldset_add(fields, FLOW_FIELD_ICMP_CODE);
		}
	}
}

void
nfdump_keys_format(const struct nfdump_keys *keys, bool csv, struct buf *out)
{
	/* nfdump prints two blanks before and after the keys. */
	buf_append_text(out, csv ? "csv:%ts,%td," : "fmt:%ts %td  ");
	for (size_t i = 0; i < keys->count; i++)
		buf_printf(out, "%%%s%c", keys->key[i].token, csv ? ',' : ' ');
	buf_append_text(out, csv ? "%pkt,%byt,%bps,%bpp,%fl" : " %pkt %byt %bps %bpp %fl");
}

/* Whether the token shows a key, and whether one of these. */
static bool
is_foreign(const struct nfdump_keys *keys, const char *token, size_t len)
{
	bool is_key = false;

	for (size_t i = 0; i < ARRAY_LEN(word); i++)
		is_key |= strlen(word[i].token) == len && memcmp(word[i].token, token, len) == 0;
	for (size_t i = 0; i < keys->count && is_key; i++)
		if (strlen(keys->key[i].token) == len && memcmp(keys->key[i].token, token, len) == 0)
			return false;
	return is_key;
}

enum flow_status
nfdump_keys_check(const struct nfdump_keys *keys, const char *format, const char *text, struct flow_error *err)
{
	for (const char *p = strchr(format, '%'); p != NULL; p = strchr(p + 1, '%')) {
		size_t len = 0;

		while (isalnum((unsigned char)p[1 + len]))
			len++;
		if (is_foreign(keys, p + 1, len))
			return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET,
			    "Output token %%%.*s not allowed with current aggregation %s", (int)len, p + 1, text);
	}
	return FLOW_OK;
}
