/* SPDX-License-Identifier: BSD-2-Clause */
/* Reports a decoder's sources, to programs and in the files' metadata. */
#include <stdlib.h>

#include "base/json.h"
#include "wire/decoder.h"

size_t
flow_decoder_sources(const struct flow_decoder *d)
{
	return d->sources;
}

void
flow_decoder_source(const struct flow_decoder *d, size_t i, struct flow_source_info *out)
{
	const struct source *s = d->all[i];

	*out = (struct flow_source_info){
		.exporter = s->exporter->addr,
		.sender = s->sender,
		.port = s->port,
		.version = s->version,
		.domain = s->domain,
		.sampling = s->sampling,
		.templates = s->templates.used,
		.names = s->known.used,
		.first_ms = s->first_ms,
		.last_ms = s->last_ms,
		.datagrams = s->datagrams,
		.flows = s->flows,
		.packets = s->packets,
		.bytes = s->bytes,
		.lost = s->sequence.lost,
		.late = s->sequence.late,
		.restarts = s->sequence.restarts,
		.clock_wrong = s->clock_wrong,
		.times_wrong = s->times_wrong,
		.clock_ahead_ms = s->clock_wrong > 0 ? s->wrong_ms : 0,
		.all_datagrams = s->earlier.datagrams + s->datagrams,
		.all_flows = s->earlier.flows + s->flows,
		.all_lost = s->earlier.lost + s->sequence.lost,
		.lately_datagrams = s->before.datagrams + s->datagrams,
		.lately_flows = s->before.flows + s->flows,
		.lately_lost = s->before.lost + s->sequence.lost,
		.announced_ms_ago = s->announced ? d->age.now_ms - s->announced_ms : -1,
		.waiting_bytes = s->held_bytes,
		.waiting_ms = s->held_first != NULL ? d->age.now_ms - s->held_first->since_ms : 0,
	};
}

void
flow_decoder_slot_begin(struct flow_decoder *d)
{
	size_t i;

	for (i = 0; i < d->sources; i++) {
		struct source *s = d->all[i];

		s->earlier.datagrams += s->datagrams;
		s->earlier.flows += s->flows;
		s->earlier.lost += s->sequence.lost;
		s->before.datagrams = s->datagrams;
		s->before.flows = s->flows;
		s->before.lost = s->sequence.lost;
		s->datagrams = s->flows = s->packets = s->bytes = 0;
		s->clock_wrong = s->times_wrong = 0;
		sequence_count_anew(&s->sequence);
	}
}

void
flow_decoder_begin_again(struct flow_decoder *d)
{
	size_t i;

	flow_decoder_expire(d, INT64_MAX);
	flow_decoder_slot_begin(d);
	for (i = 0; i < d->sources; i++) {
		struct source *src = d->all[i];

		src->sequence = (struct sequence){ 0 };
		/* The datagrams it was taught with need not be in the order of uptimes. */
		src->has_uptime = false;
		store_doubt(src, false);
	}
	d->counts = (struct flow_counts){ 0 };
}

/* What an entry may have, in the order of its members. */
enum part { PART_RATE, PART_NAME, PART_TEXT, PART_SPEED, PARTS };

/* How the entries of a kind are written. */
struct section {
	const char *key;
	enum known_kind kind[PARTS];		/* 0: none */
	const char *name_key;			/* NULL: the name is the value itself */
};

static const struct section section_table[] = {
	{ "samplers", { [PART_RATE] = KNOWN_SAMPLER_RATE, [PART_NAME] = KNOWN_SAMPLER_NAME }, "name" },
	{ "interfaces", { KNOWN_INTERFACE_RATE, KNOWN_INTERFACE_NAME, KNOWN_INTERFACE_TEXT, KNOWN_INTERFACE_SPEED },
	    "name" },
	{ "vrfs", { [PART_NAME] = KNOWN_VRF_NAME }, NULL },
	{ "applications", { [PART_NAME] = KNOWN_APP_NAME }, NULL },
};

static const struct known_entry *
find_part(const struct section *s, const struct known *k, enum part part, uint64_t key)
{
	return s->kind[part] != 0 ? known_find(k, s->kind[part], key) : NULL;
}

/* {"rate":R,"name":"N","description":"D","speed_bps":S}, with the known members. */
static void
put_parts(struct buf *out, const struct section *s, const struct known *k, uint64_t key)
{
	const char *const member[PARTS] = { "rate", s->name_key, "description", "speed_bps" };
	const char *comma = "";

	buf_append_u8(out, '{');
	for (unsigned i = 0; i < PARTS; i++) {
		const struct known_entry *e = find_part(s, k, (enum part)i, key);

		if (e == NULL)
			continue;
		buf_printf(out, "%s\"%s\":", comma, member[i]);
		comma = ",";
		if (i == PART_RATE)
			buf_printf(out, "%u", (unsigned)rate_rounded(rate_unpack(e->number)));
		else if (i == PART_SPEED)
			buf_printf(out, "%llu", (unsigned long long)e->number);
		else
			json_append_string(out, e->text, e->len);
	}
	buf_append_u8(out, '}');
}

static void
put_key(struct buf *out, const struct known_entry *e)
{
	char text[APP_ID_TEXT_MAX];
	uint64_t key = known_entry_key(e);
	uint8_t bytes[8];
	size_t len;

	if (known_entry_kind(e) != KNOWN_APP_NAME) {
		buf_printf(out, "\"%llu\":", (unsigned long long)key);
		return;
	}
	/* The engine is the first byte of an id of one to seven bytes, usually 4. */
	store_be64(bytes, key);
	for (len = 8; len > 4 && bytes[8 - len] == 0; len--)
		;
	len = app_id_format(bytes + 8 - len, len, text);
	buf_printf(out, "\"%.*s\":", (int)len, text);
}

/* Whether this entry is the first of its key that the section would show. */
static bool
leads(const struct section *s, const struct known *k, const struct known_entry *e)
{
	static const enum part order[PARTS] = { PART_NAME, PART_RATE, PART_TEXT, PART_SPEED };

	for (unsigned i = 0; i < PARTS; i++)
		if (find_part(s, k, order[i], known_entry_key(e)) != NULL)
			return known_entry_kind(e) == s->kind[order[i]];
	return false;
}

/* The sources of one row of flow.exporters: of one exporter, sender, version and domain. */
struct row {
	const struct source *const *source;	/* the one heard last is the first */
	size_t count;
};

/* Whether a source before number `to` has an entry of the same key. */
static bool
told_before(const struct row *r, size_t to, const struct section *s, const struct known_entry *e)
{
	uint64_t key = known_entry_key(e);
	size_t i;

	for (i = 0; i < to; i++)
		for (unsigned part = 0; part < PARTS; part++)
			if (find_part(s, &r->source[i]->known, (enum part)part, key) != NULL)
				return true;
	return false;
}

static void
put_entries(struct buf *out, const struct section *s, const struct row *r, size_t from, bool *any)
{
	const struct known *k = &r->source[from]->known;
	size_t i;

	for (i = 0; i < k->slots; i++) {
		const struct known_entry *e = &k->slot[i];

		if (e->key == 0 || !leads(s, k, e) || told_before(r, from, s, e))
			continue;
		if (*any)
			buf_append_u8(out, ',');
		else
			buf_printf(out, ",\"%s\":{", s->key);
		*any = true;
		put_key(out, e);
		if (s->name_key == NULL)
			json_append_string(out, e->text, e->len);
		else
			put_parts(out, s, k, known_entry_key(e));
	}
}

static void
put_section(struct buf *out, const struct section *s, const struct row *r)
{
	bool any = false;
	size_t i;

	for (i = 0; i < r->count; i++)
		put_entries(out, s, r, i, &any);
	if (any)
		buf_append_u8(out, '}');
}

static void
put_address(struct buf *out, const char *before, const struct addr *a)
{
	char addr[ADDR_TEXT_MAX];

	buf_append_text(out, before);
	buf_append(out, addr, addr_format(a, addr));
	buf_append_u8(out, '"');
}

/* The sums of a row. */
static struct flow_source_info
add_up(const struct row *r, unsigned *senders)
{
	struct flow_source_info sum = { .flows = 0 };
	size_t i;

	*senders = 0;
	for (i = 0; i < r->count; i++) {
		const struct source *s = r->source[i];

		sum.flows += s->flows;
		sum.packets += s->packets;
		sum.bytes += s->bytes;
		sum.datagrams += s->datagrams;
		sum.lost += s->sequence.lost;
		sum.late += s->sequence.late;
		sum.restarts += s->sequence.restarts;
		if (sum.clock_wrong == 0)
			sum.clock_ahead_ms = s->wrong_ms;
		sum.clock_wrong += s->clock_wrong;
		sum.times_wrong += s->times_wrong;
		if (sum.sampling == 0)
			sum.sampling = s->sampling;
		*senders += sequence_senders(&s->sequence);
	}
	return sum;
}

static void
put_row(struct buf *out, const struct row *r)
{
	const struct source *s = r->source[0];
	unsigned senders;
	struct flow_source_info sum = add_up(r, &senders);
	size_t i;

	put_address(out, "{\"exporter\":\"", &s->exporter->addr);
	buf_printf(out, ",\"version\":%u,\"domain\":%lu", (unsigned)s->version,
	    (unsigned long)s->domain);
	buf_printf(out, ",\"flows\":%llu,\"packets\":%llu,\"bytes\":%llu,\"datagrams\":%llu",
	    (unsigned long long)sum.flows, (unsigned long long)sum.packets,
	    (unsigned long long)sum.bytes, (unsigned long long)sum.datagrams);
	buf_printf(out, ",\"lost\":%llu,\"late\":%llu,\"restarts\":%llu",
	    (unsigned long long)sum.lost, (unsigned long long)sum.late,
	    (unsigned long long)sum.restarts);
	if (sum.sampling != 0)
		buf_printf(out, ",\"sampling\":%lu", (unsigned long)sum.sampling);
	if (!addr_equal(&s->sender, &s->exporter->addr))
		put_address(out, ",\"sender\":\"", &s->sender);
	if (senders > 1)
		buf_printf(out, ",\"senders\":%u", senders);
	if (sum.clock_wrong > 0)
		buf_printf(out, ",\"clock_wrong\":%llu,\"clock_%s_ms\":%lld",
		    (unsigned long long)sum.clock_wrong, sum.clock_ahead_ms < 0 ? "behind" : "ahead",
		    (long long)(sum.clock_ahead_ms < 0 ? -sum.clock_ahead_ms : sum.clock_ahead_ms));
	if (sum.times_wrong > 0)
		buf_printf(out, ",\"times_wrong\":%llu", (unsigned long long)sum.times_wrong);
	for (i = 0; i < ARRAY_LEN(section_table); i++)
		put_section(out, &section_table[i], r);
	buf_append_u8(out, '}');
}

static int
compare_rows(const struct source *a, const struct source *b)
{
	int order = memcmp(a->exporter->addr.b, b->exporter->addr.b, sizeof(a->exporter->addr.b));

	if (order == 0)
		order = memcmp(a->sender.b, b->sender.b, sizeof(a->sender.b));
	if (order == 0)
		order = (a->version > b->version) - (a->version < b->version);
	return order != 0 ? order : (a->domain > b->domain) - (a->domain < b->domain);
}

/* Within a row, the source heard last comes first. */
static int
by_row(const void *left, const void *right)
{
	const struct source *const *a = left, *const *b = right;
	int order = compare_rows(*a, *b);

	return order != 0 ? order : ((*a)->use < (*b)->use) - ((*a)->use > (*b)->use);
}

/* Sorts the sources that sent something into *out (NULL: out of memory); returns their number. */
static size_t
active_sources(const struct flow_decoder *d, const struct addr *only, const struct source ***out)
{
	const struct source **list = calloc(d->sources + 1, sizeof(const struct source *));
	size_t i, n = 0;

	*out = list;
	for (i = 0; list != NULL && i < d->sources; i++) {
		const struct source *s = d->all[i];

		if (s->datagrams > 0 && (only == NULL || addr_equal(only, &s->exporter->addr)))
			list[n++] = s;
	}
	if (n > 1)
		qsort(list, n, sizeof(const struct source *), by_row);
	return n;
}

void
flow_decoder_exporters_json(const struct flow_decoder *d, const struct addr *only,
    struct buf *out)
{
	const struct source **list;
	size_t n = active_sources(d, only, &list), i, end;

	out->failed |= list == NULL;
	buf_append_u8(out, '[');
	for (i = 0; i < n; i = end) {
		struct row r = { list + i, 1 };

		for (end = i + 1; end < n && compare_rows(list[i], list[end]) == 0; end++)
			r.count++;
		if (i > 0)
			buf_append_u8(out, ',');
		put_row(out, &r);
	}
	buf_append_u8(out, ']');
	free(list);
}
