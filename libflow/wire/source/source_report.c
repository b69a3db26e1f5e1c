/* SPDX-License-Identifier: BSD-2-Clause */
/* What a decoder knows of its sources, for programs and for the files' metadata. */
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
	};
}

void
flow_decoder_slot_begin(struct flow_decoder *d)
{
	size_t i;

	for (i = 0; i < d->sources; i++) {
		struct source *s = d->all[i];

		s->datagrams = s->flows = s->packets = s->bytes = 0;
		s->sequence.lost = s->sequence.late = s->sequence.restarts = 0;
		s->sequence.run_lost = 0;
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
		/* What was taught need not be in the order of its uptimes. */
		src->has_uptime = false;
		store_doubt(src, false);
	}
	d->counts = (struct flow_counts){ 0 };
}

/* How the entries of a kind are written. */
struct section {
	const char *key;
	enum known_kind rate, name, text;	/* 0: none */
	const char *name_key;			/* NULL: the name is the value itself */
};

static const struct section section_table[] = {
	{ "samplers", KNOWN_SAMPLER_RATE, KNOWN_SAMPLER_NAME, 0, "name" },
	{ "interfaces", KNOWN_INTERFACE_RATE, KNOWN_INTERFACE_NAME, KNOWN_INTERFACE_TEXT, "name" },
	{ "vrfs", 0, KNOWN_VRF_NAME, 0, NULL },
	{ "applications", 0, KNOWN_APP_NAME, 0, NULL },
};

static void
put_text_member(struct buf *out, const char *key, const struct known_entry *e, bool first)
{
	if (!first)
		buf_append_u8(out, ',');
	buf_printf(out, "\"%s\":", key);
	json_append_string(out, e->text, e->len);
}

/* {"rate":R,"name":"N","description":"D"}, of what is known. */
static void
put_parts(struct buf *out, const struct section *s, const struct known *k, uint64_t key)
{
	const struct known_entry *rate = s->rate != 0 ? known_find(k, s->rate, key) : NULL;
	const struct known_entry *name = known_find(k, s->name, key);
	const struct known_entry *text = s->text != 0 ? known_find(k, s->text, key) : NULL;

	buf_append_u8(out, '{');
	if (rate != NULL)
		buf_printf(out, "\"rate\":%u", (unsigned)rate_rounded(rate_unpack(rate->number)));
	if (name != NULL)
		put_text_member(out, s->name_key, name, rate == NULL);
	if (text != NULL)
		put_text_member(out, "description", text, rate == NULL && name == NULL);
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
	/* The engine is the first byte of an id of one to seven bytes: 4 are the rule. */
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
	enum known_kind kind = known_entry_kind(e);
	uint64_t key = known_entry_key(e);

	if (kind == s->name)
		return true;
	if (kind == s->rate)
		return known_find(k, s->name, key) == NULL;
	return kind == s->text && known_find(k, s->name, key) == NULL &&
	    (s->rate == 0 || known_find(k, s->rate, key) == NULL);
}

static void
put_section(struct buf *out, const struct section *s, const struct known *k)
{
	bool any = false;
	size_t i;

	for (i = 0; i < k->slots; i++) {
		const struct known_entry *e = &k->slot[i];

		if (e->key == 0 || !leads(s, k, e))
			continue;
		if (any)
			buf_append_u8(out, ',');
		else
			buf_printf(out, ",\"%s\":{", s->key);
		any = true;
		put_key(out, e);
		if (s->name_key == NULL)
			json_append_string(out, e->text, e->len);
		else
			put_parts(out, s, k, known_entry_key(e));
	}
	if (any)
		buf_append_u8(out, '}');
}

static void
put_source(struct buf *out, const struct source *s)
{
	char addr[ADDR_TEXT_MAX];
	size_t i;

	buf_append_text(out, "{\"exporter\":\"");
	buf_append(out, addr, addr_format(&s->exporter->addr, addr));
	buf_printf(out, "\",\"version\":%u,\"domain\":%lu", (unsigned)s->version,
	    (unsigned long)s->domain);
	buf_printf(out, ",\"flows\":%llu,\"packets\":%llu,\"bytes\":%llu,\"datagrams\":%llu",
	    (unsigned long long)s->flows, (unsigned long long)s->packets,
	    (unsigned long long)s->bytes, (unsigned long long)s->datagrams);
	buf_printf(out, ",\"lost\":%llu,\"late\":%llu,\"restarts\":%llu",
	    (unsigned long long)s->sequence.lost, (unsigned long long)s->sequence.late,
	    (unsigned long long)s->sequence.restarts);
	if (s->sampling != 0)
		buf_printf(out, ",\"sampling\":%lu", (unsigned long)s->sampling);
	for (i = 0; i < ARRAY_LEN(section_table); i++)
		put_section(out, &section_table[i], &s->known);
	buf_append_u8(out, '}');
}

void
flow_decoder_exporters_json(const struct flow_decoder *d, const struct addr *only,
    struct buf *out)
{
	bool any = false;
	size_t i;

	buf_append_u8(out, '[');
	for (i = 0; i < d->sources; i++) {
		const struct source *s = d->all[i];

		if (s->datagrams == 0 || (only != NULL && !addr_equal(only, &s->exporter->addr)))
			continue;
		if (any)
			buf_append_u8(out, ',');
		any = true;
		put_source(out, s);
	}
	buf_append_u8(out, ']');
}
