/* SPDX-License-Identifier: BSD-2-Clause */
#include "synth/network_list.h"

#include <stdlib.h>
#include <string.h>

#include "base/number.h"

void
network_list_release(struct network_list *list)
{
	free(list->entry);
	*list = (struct network_list){ NULL, 0 };
}

/* Moves *text behind the next word; returns the word's length, 0: none. */
static size_t
next_word(const char **text, const char **word)
{
	size_t len;

	*text += strspn(*text, " \t,");
	*word = *text;
	len = strcspn(*text, " \t,");
	*text += len;
	return len;
}

static bool
parse_prefix(const char *text, size_t len, struct network_entry *e)
{
	const char *slash = memchr(text, '/', len);
	size_t addr_len = slash != NULL ? (size_t)(slash - text) : 0;
	uint64_t bits;

	if (slash == NULL || !addr_parse(text, addr_len, &e->base) ||
	    number_parse(slash + 1, len - addr_len - 1, NUMBER_DECIMAL, addr_is_v4(&e->base) ? 32 : 64,
	    &bits) != FLOW_OK ||
	    bits == 0)
		return false;
	e->bits = (uint8_t)bits;
	e->base = addr_mask(&e->base, e->bits);
	return true;
}

static enum flow_status
parse(const char *line, struct network_entry *e, struct flow_error *err)
{
	const char *word;
	size_t len = next_word(&line, &word);
	uint64_t as = 0;

	e->local = len == 5 && memcmp(word, "local", 5) == 0;
	if (!e->local && (len != 6 || memcmp(word, "remote", 6) != 0))
		return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET, "'%.*s' is neither local nor remote", (int)len,
		    word);
	len = next_word(&line, &word);
	if (!parse_prefix(word, len, e))
		return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET,
		    "'%.*s' is no prefix of 1 to 32 bits (IPv6: to 64)", (int)len, word);
	len = next_word(&line, &word);
	if (len > 0 && number_parse(word, len, NUMBER_DECIMAL, UINT32_MAX, &as) != FLOW_OK)
		return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET, "'%.*s' is no number of an AS", (int)len, word);
	e->as = (uint32_t)as;
	len = next_word(&line, &word);
	if (len > 0)
		return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET, "'%.*s' is more than side, prefix and AS",
		    (int)len, word);
	return FLOW_OK;
}

enum flow_status
network_list_add(struct network_list *list, const char *line, struct flow_error *err)
{
	struct network_entry e, *entry;
	enum flow_status status = parse(line, &e, err);
	size_t i;

	if (status != FLOW_OK)
		return status;
	if (list->count == NETWORK_LIST_MAX)
		return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET, "more than %d networks", NETWORK_LIST_MAX);
	for (i = 0; i < list->count; i++) {
		const struct network_entry *o = &list->entry[i];

		if (addr_is_v4(&o->base) == addr_is_v4(&e.base) &&
		    addr_in_prefix(e.bits > o->bits ? &e.base : &o->base, e.bits > o->bits ? &o->base : &e.base,
		    e.bits > o->bits ? o->bits : e.bits))
			return flow_fail(err, FLOW_EINVAL, FLOW_NO_OFFSET, "overlaps with network %zu of the list",
			    i + 1);
	}
	entry = realloc(list->entry, (list->count + 1) * sizeof(*entry));
	if (entry == NULL)
		return flow_fail_memory(err);
	list->entry = entry;
	list->entry[list->count++] = e;
	return FLOW_OK;
}
