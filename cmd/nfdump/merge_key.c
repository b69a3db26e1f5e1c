/* SPDX-License-Identifier: BSD-2-Clause */
#include "nfdump/merge_key.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "net/addr.h"
#include "net/proto.h"

/* Values of a column's dictionary entries: words, or addresses to be masked. */
struct entries {
	uint64_t serial;
	uint32_t cap;
	uint64_t *word;		/* + 1; 0: not looked up yet */
};

struct merge_key {
	struct nfdump_keys keys;
	size_t at[NFDUMP_KEYS];
	size_t words;
	struct intern *texts;	/* NULL: words are hashes */
	struct entries entries[NFDUMP_KEYS];
	uint64_t *made;		/* FLOW_BATCH_ROWS keys */
};

static struct merge_key *
key_new(const struct nfdump_keys *keys, bool hashed)
{
	struct merge_key *k = calloc(1, sizeof(*k));

	if (k == NULL)
		return NULL;
	k->keys = *keys;
	for (size_t i = 0; i < keys->count; i++) {
		k->at[i] = k->words;
		k->words += keys->key[i].kind == NFDUMP_KEY_NET ? 2 : 1;
	}
	k->texts = hashed ? NULL : intern_new();
	k->made = calloc(FLOW_BATCH_ROWS * k->words, sizeof(*k->made));
	if ((hashed || k->texts != NULL) && k->made != NULL)
		return k;
	merge_key_free(k);
	return NULL;
}

struct merge_key *
merge_key_new(const struct nfdump_keys *keys)
{
	return key_new(keys, false);
}

struct merge_key *
merge_key_new_hashed(const struct nfdump_keys *keys)
{
	return key_new(keys, true);
}

void
merge_key_free(struct merge_key *k)
{
	if (k == NULL)
		return;
	for (size_t i = 0; i < NFDUMP_KEYS; i++)
		free(k->entries[i].word);
	intern_free(k->texts);
	free(k->made);
	free(k);
}

const struct nfdump_keys *
merge_key_asked(const struct merge_key *k)
{
	return &k->keys;
}

void
merge_key_fields(const struct merge_key *k, struct flow_fieldset *fields)
{
	nfdump_keys_fields(&k->keys, fields);
}

size_t
merge_key_words(const struct merge_key *k)
{
	return k->words;
}

size_t
merge_key_at(const struct merge_key *k, size_t part)
{
	return k->at[part];
}

const struct flow_dict *
merge_key_texts(const struct merge_key *k)
{
	return intern_dict(k->texts);
}

enum flow_status
merge_key_text(struct merge_key *k, const char *text, size_t len, uint64_t *word)
{
	uint32_t code;
	enum flow_status st;

	if (k->texts == NULL) {
		*word = hash_xxh64(text, len, 0) >> 1 | 1;
		return FLOW_OK;
	}
	st = intern_code(k->texts, text, len, &code);

	if (st == FLOW_OK)
		*word = (uint64_t)code + 1;
	return st;
}

void
merge_key_turn(const uint64_t *words, uint64_t *out)
{
	/* proto, source, destination, source port, destination port */
	out[0] = words[0];
	out[1] = words[2];
	out[2] = words[1];
	out[3] = words[4];
	out[4] = words[3];
}

static enum flow_status
begin_dictionary(struct entries *e, const struct flow_dict *dict)
{
	if (e->serial == dict->serial && e->word != NULL)
		return FLOW_OK;
	if (dict->count >= e->cap) {
		free(e->word);
		e->cap = dict->count + dict->count / 2 + 64;
		e->word = malloc(e->cap * sizeof(*e->word));
		if (e->word == NULL) {
			e->cap = 0;
			return FLOW_ENOMEM;
		}
	}
	memset(e->word, 0, (size_t)e->cap * sizeof(*e->word));
	e->serial = dict->serial;
	return FLOW_OK;
}

/* The word of a text; for an address that of its network, or of only its family if it is not the wanted one. */
static enum flow_status
word_of(struct merge_key *k, const struct nfdump_key *key, struct flow_text text, uint64_t *word)
{
	char shown[ADDR_TEXT_MAX + 1];
	struct addr a;
	bool wanted;

	if (key->kind != NFDUMP_KEY_ADDR4 && key->kind != NFDUMP_KEY_ADDR6)
		return merge_key_text(k, text.p, text.len, word);
	if (!addr_parse(text.p, text.len, &a))
		return merge_key_text(k, text.p, text.len, word);
	wanted = addr_is_v4(&a) == (key->kind == NFDUMP_KEY_ADDR4);
	if (key->bits == 0) {
		*word = 0;
		return wanted ? merge_key_text(k, text.p, text.len, word) : FLOW_OK;
	}
	a = addr_mask(&a, wanted ? key->bits : 0);
	return merge_key_text(k, shown, addr_format(&a, shown), word);
}

static enum flow_status
make_texts(struct merge_key *k, size_t part, const struct flow_column *c, const struct flow_selection *sel)
{
	const struct nfdump_key *key = &k->keys.key[part];
	struct entries *e = &k->entries[part];
	uint64_t *out = k->made + k->at[part];
	enum flow_status st = begin_dictionary(e, c->dict);

	for (uint32_t i = 0; i < sel->count && st == FLOW_OK; i++, out += k->words) {
		uint32_t row = flow_selection_row(sel, i), code;
		uint64_t word;

		*out = 0;
		if (!flow_column_has(c, row))
			continue;
		code = c->codes[row];
		if (e->word[code] == 0) {
			st = word_of(k, key, c->dict->text[code], &word);
			if (st == FLOW_OK)
				e->word[code] = word + 1;
		}
		*out = e->word[code] - 1;
	}
	return st;
}

static void
make_networks(struct merge_key *k, size_t part, const struct flow_batch *batch, const struct flow_selection *sel)
{
	const struct nfdump_key *key = &k->keys.key[part];
	const struct flow_column *c = &batch->column[key->field], *mask = &batch->column[key->mask];
	uint64_t *out = k->made + k->at[part];

	for (uint32_t i = 0; i < sel->count; i++, out += k->words) {
		uint32_t row = flow_selection_row(sel, i);
		struct flow_text text;
		struct addr a;

		out[0] = out[1] = 0;
		if (!flow_column_has(c, row))
			continue;
		text = flow_column_text(c, row);
		if (!addr_parse(text.p, text.len, &a))
			continue;
		a = addr_mask(&a, flow_column_has(mask, row) ? (unsigned)flow_column_number(mask, FLOW_TYPE_U8, row) :
		    0);
		out[0] = addr_hi(&a);
		out[1] = addr_lo(&a);
	}
}

/* nfdump puts type and code of ICMP in the destination port. */
static uint64_t
port_of(const struct flow_batch *batch, uint32_t row)
{
	const struct flow_column *proto = &batch->column[FLOW_FIELD_PROTO];
	const struct flow_column *type = &batch->column[FLOW_FIELD_ICMP_TYPE];
	const struct flow_column *code = &batch->column[FLOW_FIELD_ICMP_CODE];
	const struct flow_column *port = &batch->column[FLOW_FIELD_DST_PORT];

	if (flow_column_has(proto, row) && flow_column_has(type, row) &&
	    proto_is_icmp((uint8_t)flow_column_number(proto, FLOW_TYPE_U8, row)))
		return flow_column_number(type, FLOW_TYPE_U8, row) << 8 |
		    (flow_column_has(code, row) ? flow_column_number(code, FLOW_TYPE_U8, row) : 0);
	return flow_column_has(port, row) ? flow_column_number(port, FLOW_TYPE_U16, row) : 0;
}

static void
make_numbers(struct merge_key *k, size_t part, const struct flow_batch *batch, const struct flow_selection *sel)
{
	const struct nfdump_key *key = &k->keys.key[part];
	const struct flow_column *c = &batch->column[key->field];
	enum flow_type type = flow_field_info(key->field)->type;
	uint64_t *out = k->made + k->at[part];

	for (uint32_t i = 0; i < sel->count; i++, out += k->words) {
		uint32_t row = flow_selection_row(sel, i);

		if (key->kind == NFDUMP_KEY_PORT)
			*out = port_of(batch, row);
		else
			*out = flow_column_has(c, row) ? flow_column_number(c, type, row) : 0;
	}
}

static void
make_none(struct merge_key *k, size_t part, const struct flow_selection *sel)
{
	for (uint32_t i = 0; i < sel->count; i++)
		k->made[i * k->words + k->at[part]] = 0;
}

enum flow_status
merge_key_make(struct merge_key *k, const struct flow_batch *batch, const struct flow_selection *sel,
    const uint64_t **words)
{
	enum flow_status st = FLOW_OK;

	for (size_t i = 0; i < k->keys.count && st == FLOW_OK; i++) {
		const struct flow_column *c = &batch->column[k->keys.key[i].field];

		if (k->keys.key[i].kind == NFDUMP_KEY_NET)
			make_networks(k, i, batch, sel);
		else if (!flow_type_is_text(flow_field_info(k->keys.key[i].field)->type))
			make_numbers(k, i, batch, sel);
		else if (c->form == FLOW_FORM_DICT)
			st = make_texts(k, i, c, sel);
		else
			make_none(k, i, sel);
	}
	*words = k->made;
	return st;
}
