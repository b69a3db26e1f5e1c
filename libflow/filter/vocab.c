/* SPDX-License-Identifier: BSD-2-Clause */
#include "filter/vocab.h"

#include <ctype.h>
#include <string.h>

/* Longest word whose spelling is compared. */
#define WORD_MAX 32

struct phrase {
	const char *words;
	const char *why;
	enum subject_kind kind;
	enum name_group names;
	bool tunnel;
	uint8_t shift;
	uint32_t mask;		/* 0: all bits */
	enum flow_field field[SUBJECT_FIELDS];
	enum payload_word payload;
	bool in, out;
};

#define FLOW_FIELD__ FLOW_FIELD_NONE
static const struct phrase phrases[] = {
#define PHRASE(words, kind, names, a, b, c, d)                                  \
	{ words, NULL, SUBJECT_##kind, NAMES_##names, false, 0, 0,              \
	    { FLOW_FIELD_##a, FLOW_FIELD_##b, FLOW_FIELD_##c, FLOW_FIELD_##d }, 0, false, false },
#define TUNNEL(words, kind, a, b)                                               \
	{ words, NULL, SUBJECT_##kind, NAMES_NONE, true, 0, 0,                  \
	    { FLOW_FIELD_##a, FLOW_FIELD_##b, FLOW_FIELD_NONE, FLOW_FIELD_NONE }, 0, false, false },
#define BITS(words, shift, mask, field)                                         \
	{ words, NULL, SUBJECT_NUMBER, NAMES_NONE, false, shift, mask,          \
	    { FLOW_FIELD_##field, FLOW_FIELD_NONE, FLOW_FIELD_NONE, FLOW_FIELD_NONE }, 0, false,\
	    false },
#define REFUSED(words, why)                                                     \
	{ words, why, SUBJECT_REFUSED, NAMES_NONE, false, 0, 0,                 \
	    { FLOW_FIELD_NONE, FLOW_FIELD_NONE, FLOW_FIELD_NONE, FLOW_FIELD_NONE }, 0, false, false },
#define PAYLOAD_WAY(words, kind, word, in, out)                                 \
	{ words, NULL, SUBJECT_##kind, NAMES_NONE, false, 0, 0,                 \
	    { FLOW_FIELD_EXTRA, FLOW_FIELD_NONE, FLOW_FIELD_NONE, FLOW_FIELD_NONE },    \
	    PAYLOAD_##word, in, out },
#define PAYLOAD(words, kind, word)                                              \
	PAYLOAD_WAY("payload " words, kind, word, false, false)                 \
	PAYLOAD_WAY("in payload " words, kind, word, true, false)               \
	PAYLOAD_WAY("out payload " words, kind, word, false, true)
#include "filter/vocab.def"
#undef PHRASE
#undef TUNNEL
#undef BITS
#undef REFUSED
#undef PAYLOAD
#undef PAYLOAD_WAY
};
#undef FLOW_FIELD__

static const struct {
	enum name_group group;
	const char *word;
	uint16_t lo, hi;
} names[] = {
#define NAME(group, word, lo, hi) { NAMES_##group, word, lo, hi },
#include "filter/geo_names.def"
#undef NAME
};

/* Other spellings of words in phrases. */
static const struct {
	const char *alias;
	const char *word;
} alias[] = {
	{ "host", "ip" }, { "source", "src" }, { "destination", "dst" }, { "xlate", "nat" },
	{ "cnt", "count" }, { "inet", "ipv4" }, { "inet6", "ipv6" }, { "protocol", "proto" },
	{ "pkts", "packets" }, { "application", "app" },
};

/* The length of the word at p, which ends with a blank or NUL. */
static size_t
word_length(const char *p)
{
	return strcspn(p, " ");
}

/* A token as phrases spell it: in lower case, aliases resolved; empty if it is no such word. */
struct word {
	char text[WORD_MAX];
	size_t len;
};

/* Number of words in the longest phrase, plus one. */
#define WORDS_MAX 7

static struct word
canonical(const struct token *t)
{
	struct word w = { .len = t->kind == TOKEN_WORD && t->len <= WORD_MAX ? t->len : 0 };

	for (size_t i = 0; i < w.len; i++)
		w.text[i] = (char)tolower((unsigned char)t->p[i]);
	for (size_t i = 0; i < ARRAY_LEN(alias); i++) {
		if (strlen(alias[i].alias) != w.len || memcmp(alias[i].alias, w.text, w.len) != 0)
			continue;
		w.len = strlen(alias[i].word);
		memcpy(w.text, alias[i].word, w.len);
		break;
	}
	return w;
}

/* Reads the words at t; after the last that can belong to a phrase, an empty one. */
static void
canonical_words(const struct token *t, struct word out[WORDS_MAX])
{
	size_t n = 0;

	while (n < WORDS_MAX - 1 && (out[n] = canonical(&t[n])).len > 0)
		n++;
	out[n].len = 0;
}

/*
 * How many of the phrase's words the tokens spell; *rest is where the phrase
 * goes on after them ("" if it is whole).
 */
static size_t
phrase_match(const char *words, const struct word *w, const char **rest)
{
	size_t n = 0;

	while (w[n].len > 0 && strncmp(words, w[n].text, w[n].len) == 0 &&
	    (words[w[n].len] == ' ' || words[w[n].len] == '\0')) {
		words += w[n++].len;
		if (*words == '\0')
			break;
		words++;
	}
	*rest = words;
	return n;
}

static void
subject_from_phrase(const struct phrase *p, struct subject *out)
{
	*out = (struct subject){
		.phrase = p->words,
		.why = p->why,
		.kind = p->kind,
		.names = p->names,
		.tunnel = p->tunnel,
		.payload = p->payload,
		.in = p->in,
		.out = p->out,
		.shift = p->shift,
		.mask = p->mask != 0 ? p->mask : UINT64_MAX,
	};
	while (out->fields < SUBJECT_FIELDS && p->field[out->fields] != FLOW_FIELD_NONE) {
		out->field[out->fields] = p->field[out->fields];
		out->fields++;
	}
}

static enum subject_kind
kind_of_field(enum flow_field field)
{
	switch (flow_field_info(field)->type) {
	case FLOW_TYPE_TIME:
		return SUBJECT_TIME;
	case FLOW_TYPE_ADDR:
		return SUBJECT_ADDR;
	case FLOW_TYPE_MAC:
		return SUBJECT_MAC;
	case FLOW_TYPE_TEXT:
		return SUBJECT_TEXT;
	default:
		return SUBJECT_NUMBER;
	}
}

static bool
find_column(const struct word *w, struct subject *out)
{
	enum flow_field field = flow_field_find(w->text, w->len);

	if (field == FLOW_FIELD_NONE)
		return false;
	*out = (struct subject){
		.phrase = flow_field_info(field)->name,
		.kind = kind_of_field(field),
		.mask = UINT64_MAX,
		.fields = 1,
		.field = { field },
	};
	return true;
}

bool
vocab_find(const struct token *t, struct subject *out, size_t *used)
{
	const struct phrase *best = NULL;
	struct word words[WORDS_MAX];
	size_t best_used = 0, n;
	const char *rest;

	canonical_words(t, words);
	for (size_t i = 0; i < ARRAY_LEN(phrases); i++) {
		n = phrase_match(phrases[i].words, words, &rest);
		if (*rest == '\0' && n > best_used) {
			best = &phrases[i];
			best_used = n;
		}
	}
	if (best != NULL) {
		subject_from_phrase(best, out);
		*used = best_used;
		return true;
	}
	*used = 1;
	return find_column(&words[0], out);
}

/* Nothing is near what is no word. */
static void
begin(struct nearest *n, const struct token *t)
{
	nearest_begin(n, t->p, t->kind == TOKEN_WORD ? t->len : 0);
}

/* Phrases that begin as the tokens do, as far as any phrase goes. */
static size_t
common_start(const struct word *words)
{
	size_t most = 0, n;
	const char *rest;

	for (size_t i = 0; i < ARRAY_LEN(phrases); i++)
		if ((n = phrase_match(phrases[i].words, words, &rest)) > most)
			most = n;
	return most;
}

void
vocab_suggest(const struct token *t, size_t *wrong, struct nearest *out)
{
	struct word words[WORDS_MAX];
	const char *rest;
	size_t start;

	canonical_words(t, words);
	start = common_start(words);
	*wrong = start;
	begin(out, &t[start]);
	for (size_t i = 0; i < ARRAY_LEN(phrases); i++)
		if (phrase_match(phrases[i].words, words, &rest) == start && *rest != '\0')
			nearest_try(out, rest, word_length(rest));
	if (start > 0)
		return;
	flow_field_nearest(out);
	for (size_t i = 0; i < ARRAY_LEN(alias); i++)
		nearest_try_text(out, alias[i].alias);
	nearest_try_text(out, "not");
	nearest_try_text(out, "@include");
}

bool
vocab_name(enum name_group group, const struct token *t, uint64_t *lo, uint64_t *hi)
{
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (names[i].group == group && lex_is(t, names[i].word)) {
			*lo = names[i].lo;
			*hi = names[i].hi;
			return true;
		}
	return false;
}

void
vocab_suggest_name(enum name_group group, const struct token *t, struct nearest *out)
{
	begin(out, t);
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (names[i].group == group)
			nearest_try_text(out, names[i].word);
}
