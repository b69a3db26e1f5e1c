/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/state/decoder_state.h"

#include "base/hash.h"
#include "wire/decoder.h"
#include "wire/state/state_format.h"

/* Begins a record; its length is filled in at its end. */
static size_t
begin(struct buf *out, enum state_tag tag)
{
	buf_append_u8(out, (uint8_t)tag);
	buf_append_le32(out, 0);
	return out->len;
}

static void
end(struct buf *out, size_t begun)
{
	if (!out->failed)
		store_le32(out->data + begun - 4, (uint32_t)(out->len - begun));
}

static void
put_i64(struct buf *out, int64_t v)
{
	buf_append_le64(out, (uint64_t)v);
}

static void
put_clock(struct buf *out, const struct flow_decoder *d)
{
	size_t at = begin(out, STATE_CLOCK);

	buf_append_u8(out, d->age.begun);
	put_i64(out, d->age.now_ms);
	put_i64(out, d->age.latest_ms);
	buf_append_le64(out, d->uses);
	end(out, at);
}

static void
put_counter(struct buf *out, const struct sequence_counter *c)
{
	buf_append_u8(out, (uint8_t)((c->known ? STATE_COUNTER_KNOWN : 0) |
	    (c->has_uptime ? STATE_COUNTER_UPTIME : 0) | (c->use_other ? STATE_COUNTER_OTHER : 0) |
	    (c->shared ? STATE_COUNTER_SHARED : 0) | (c->late_mixed ? STATE_COUNTER_MIXED : 0) |
	    (c->many_clocks ? STATE_COUNTER_CLOCKS : 0)));
	buf_append_u8(out, c->late_run);
	buf_append_u8(out, c->same_run);
	buf_append_u8(out, c->other_run);
	buf_append_le32(out, c->next);
	buf_append_le32(out, c->last);
	buf_append_le32(out, c->last_advance);
	buf_append_le32(out, c->last_other);
	buf_append_le32(out, c->late_next);
	buf_append_le32(out, c->uptime_ms);
	buf_append_le32(out, c->used);
}

/* Counts of loss begin at zero with the slot, and so does what late datagrams may take back. */
static void
put_sequence(struct buf *out, const struct sequence *q)
{
	uint8_t i;

	buf_append_le32(out, q->steps);
	buf_append_u8(out, q->counters);
	buf_append_u8(out, q->active);
	for (i = 0; i < q->counters; i++)
		put_counter(out, &q->counter[i]);
}

static uint8_t
source_bits(const struct source *s)
{
	return (uint8_t)((s->established ? STATE_ESTABLISHED : 0) | (s->has_init ? STATE_HAS_INIT : 0) |
	    (s->has_uptime ? STATE_HAS_UPTIME : 0) |
	    (s->has_interface_rates ? STATE_INTERFACE_RATES : 0) |
	    (s->adopted ? STATE_ADOPTED : 0));
}

static void
put_source(struct buf *out, const struct source *s)
{
	size_t at = begin(out, STATE_SOURCE);

	buf_append(out, s->exporter->addr.b, sizeof(s->exporter->addr.b));
	buf_append(out, s->sender.b, sizeof(s->sender.b));
	buf_append_le16(out, s->port);
	buf_append_u8(out, s->version);
	buf_append_u8(out, (uint8_t)s->transport);
	buf_append_le32(out, s->domain);
	buf_append_u8(out, source_bits(s));
	put_i64(out, s->begun_ms);
	buf_append_le64(out, s->use);
	buf_append_le64(out, s->first_use);
	put_i64(out, s->init_ms);
	buf_append_le64(out, s->types);
	buf_append_le32(out, s->uptime_ms);
	put_i64(out, s->uptime_at_ms);
	buf_append_le32(out, s->sampling);
	put_i64(out, s->first_ms);
	put_i64(out, s->last_ms);
	put_sequence(out, &s->sequence);
	put_i64(out, s->ahead_ms);
	end(out, at);
}

static void
put_entry(struct buf *out, const struct known_entry *e)
{
	uint8_t *p;

	if (!buf_reserve(out, STATE_ENTRY_LEN + KNOWN_TEXT_MAX))
		return;
	p = buf_end(out);
	store_le64(p, e->key);
	store_le64(p + 8, e->number);
	store_le32(p + 16, e->owner);
	p[20] = (uint8_t)e->len;
	if (e->len > 0)
		memcpy(p + STATE_ENTRY_LEN, e->text, e->len);
	out->len += STATE_ENTRY_LEN + e->len;
}

/*
 * Starts at an empty slot and wraps around: inserted in that order into a table of the same size,
 * entries get the same slots, so that lists made from it keep their order.
 */
static void
put_known(struct buf *out, const struct known *k)
{
	size_t first, i;

	buf_append_le32(out, (uint32_t)k->slots);
	buf_append_le32(out, (uint32_t)k->used);
	for (first = 0; k->slot[first].key != 0; first++)
		;
	for (i = 1; i < k->slots; i++) {
		const struct known_entry *e = &k->slot[(first + i) & (k->slots - 1)];

		if (e->key != 0)
			put_entry(out, e);
	}
}

static void
put_exporter(struct buf *out, const struct exporter *e)
{
	size_t at = begin(out, STATE_EXPORTER);

	buf_append(out, e->addr.b, sizeof(e->addr.b));
	put_known(out, &e->known);
	end(out, at);
}

static void
put_template(struct buf *out, const struct template *t)
{
	size_t at = begin(out, STATE_TEMPLATE), i;

	buf_append_le16(out, t->id);
	buf_append_u8(out, (uint8_t)((t->options ? STATE_OPTIONS : 0) | (t->doubted ? STATE_DOUBTED : 0) |
	    (t->plan != NULL ? STATE_COMPILED : 0)));
	buf_append_le16(out, t->scopes);
	put_i64(out, t->seen_ms);
	buf_append_le16(out, t->count);
	if (!buf_reserve(out, (size_t)t->count * STATE_FIELD_LEN))
		return;
	for (i = 0; i < t->count; i++) {
		store_le32(buf_end(out), t->field[i].pen);
		store_le16(buf_end(out) + 4, t->field[i].id);
		store_le16(buf_end(out) + 6, t->field[i].len);
		out->len += STATE_FIELD_LEN;
	}
	end(out, at);
}

static void
put_held(struct buf *out, const struct held *h)
{
	size_t at = begin(out, STATE_HELD);

	buf_append_le32(out, (uint32_t)h->src->place);
	put_i64(out, h->since_ms);
	put_i64(out, h->when.ahead_ms);
	put_i64(out, h->when.received_ms);
	put_i64(out, h->when.export_ms);
	buf_append_u8(out, h->when.has_uptime);
	buf_append_le32(out, h->when.uptime_ms);
	buf_append_le16(out, h->id);
	buf_append_le32(out, (uint32_t)h->len);
	buf_append(out, h->bytes, h->len);
	end(out, at);
}

static void
put_all_of(struct buf *out, const struct source *s)
{
	size_t at, i;

	put_source(out, s);
	if (s->known.used > 0) {
		at = begin(out, STATE_KNOWN);
		put_known(out, &s->known);
		end(out, at);
	}
	for (i = 0; i < s->templates.slots; i++)
		if (s->templates.slot[i] != NULL)
			put_template(out, s->templates.slot[i]);
}

void
flow_decoder_save(const struct flow_decoder *d, struct buf *out)
{
	size_t begun = out->len, at, i;
	const struct exporter *e;
	const struct held *h;

	buf_append(out, STATE_MAGIC, STATE_MAGIC_LEN);
	put_clock(out, d);
	for (i = 0; i < d->sources; i++)
		put_all_of(out, d->all[i]);
	for (i = 0; i < d->buckets; i++)
		for (e = d->exporter_bucket[i]; e != NULL; e = e->hash_next)
			if (e->known.used > 0)
				put_exporter(out, e);
	for (h = d->held_first; h != NULL; h = h->all_next)
		put_held(out, h);
	if (out->failed)
		return;
	i = out->len;
	at = begin(out, STATE_END);
	buf_append_le64(out, hash_xxh64(out->data + begun, i - begun, 0));
	end(out, at);
}
