/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * The inside of a decoder: shared by the decoding files of wire/, and by
 * nothing else.
 *
 *	decoder -- sources, by (address, port, version, domain), and by rank and last use
 *	             |- templates, by id
 *	             |- known: facts from option data
 *	             |- held: data sets without a template, oldest first
 *	             '- exporter, by address: state common to its sources
 */

#include "base/buf.h"
#include "wire/decode.h"
#include "wire/source/age.h"
#include "wire/source/learned.h"
#include "wire/source/operator_rate.h"
#include "wire/source/rate.h"
#include "wire/template/plan.h"
#include "wire/source/sequence.h"
#include "wire/template/list.h"
#include "wire/template/template.h"

#define TIME_MAX_MS INT64_C(253402300799999)	/* the end of 9999; 0 is "no time" */

/* When a message was exported and received. */
struct moment {
	int64_t received_ms;
	int64_t export_ms;
	uint32_t uptime_ms;
	bool has_uptime;
	int64_t ahead_ms;	/* to subtract from the exporter's times; 0 unless its clock is corrected */
};

/* A data set that waits for its template. */
struct held {
	struct held *next, *prev;		/* of the source */
	struct held *all_next, *all_prev;	/* of the decoder, oldest first */
	struct held *new_next, *new_prev;	/* of its newcomers, oldest first; unless `kept` */
	bool kept;				/* of an established source: newcomers do not evict it */
	struct source *src;
	struct moment when;
	int64_t since_ms;			/* by the decoder's age_clock */
	uint16_t id;
	size_t len;
	uint8_t bytes[];
};

struct exporter {
	struct exporter *hash_next;
	struct addr addr;
	size_t sources;
	struct source *newest;	/* the last made of its sources */
	bool has_rates;		/* some source of it announced a rate, even if that source is gone */
	bool told_begin, told_clock, told_times;	/* already reported as news */
	struct known known;	/* rates and application names that its sources agree on */
};

enum rate_part { RATE_OF_POINT, RATE_OF_LINE_CARD, RATE_PARTS };

/* A summary of the rates (rate_pack) of all parts of one kind that a source announced: are they equal? */
struct part_rates {
	uint64_t count;
	uint64_t sum;		/* of their hashes */
	uint64_t last;		/* the rate announced last */
};

struct source {
	struct source *hash_next;
	struct source *newer, *older;	/* by last use, in one of decoder.use */
	uint8_t list;			/* which of them */
	bool established;		/* it sent for ESTABLISHED_MS: see source_use.c */
	int64_t begun_ms;		/* its first datagram, by the decoder's age_clock */
	uint64_t use;			/* number of its last use; higher is later */
	uint64_t first_use;
	size_t place;			/* in decoder.all */
	uint64_t hash;
	struct exporter *exporter;
	struct source *sibling_older, *sibling_newer;	/* of the exporter, by age */
	struct addr sender;		/* the transport session's address, which may not be the sFlow agent's */
	uint16_t key_port;		/* 0 where the port is out of scope */
	uint16_t port;
	uint8_t version;
	enum flow_transport transport;
	uint32_t domain;
	struct template_table templates;
	size_t template_bytes;
	struct known known;
	size_t types;			/* RFC 5610 types known */
	int64_t ahead_ms;		/* how far its clock is ahead, if wrong; else 0 */
	int64_t wrong_ms;		/* the same, when it was last wrong */
	bool adopted;			/* it continues what another port of its exporter began */
	bool has_rates, has_interface_rates;	/* it announced some */
	struct part_rates part[RATE_PARTS];
	bool has_init;
	int64_t init_ms;		/* systemInitTimeMilliseconds */
	struct held *held_first, *held_last;
	size_t held_bytes;
	struct operator_rate operator;
	struct sequence sequence;
	bool has_uptime;		/* v9: the last header's uptime, and its receive time */
	uint32_t uptime_ms;
	int64_t uptime_at_ms;
	uint32_t sampling;
	int64_t first_ms, last_ms;	/* receive times */
	uint64_t datagrams, flows, packets, bytes;	/* of this slot */
	uint64_t clock_wrong, times_wrong;		/* the same: datagrams, rows */
	struct {
		uint64_t datagrams, flows, lost;
	} earlier, before;				/* of all earlier slots; of the last of them */
	bool announced;					/* it sent a template, the last at announced_ms */
	int64_t announced_ms;				/* by the decoder's age_clock */
};

struct use_list {
	struct source *newest, *oldest;
};

struct flow_decoder {
	struct flow_decoder_options options;
	struct age_clock age;
	struct flow_counts counts;
	struct flow_exporter_news news;	/* not yet fetched */
	struct source **bucket;		/* sources by hash */
	struct exporter **exporter_bucket;
	size_t buckets;			/* of both; a power of two */
	struct source **all;
	size_t sources, all_cap;
	struct source *last;		/* of the last datagram; NULL: none, or gone */
	const struct source *lender;	/* owns the template in use, so must not be evicted; mostly NULL */
	struct use_list use[4];		/* newcomers without and with names, then established ones likewise */
	uint64_t uses;
	size_t templates, template_bytes;
	size_t names;
	struct held *held_first, *held_last;
	struct held *new_first, *new_last;	/* of these, the newcomers' */
	size_t held_bytes;
	struct span span[TEMPLATE_FIELDS_MAX];	/* scratch of the set being decoded */
	struct span list_span[LIST_DEPTH_MAX][TEMPLATE_FIELDS_MAX];	/* of a record in lists */
	struct span join_span[TEMPLATE_FIELDS_MAX];	/* of a record and of records in its lists */
	uint32_t template_serial;	/* the last one assigned */
	struct buf text;			/* scratch for JSON */
	struct buf choices;			/* scratch: a struct choice for each row of a set */
	struct buf rates;			/* scratch: a struct rate for each row of a set */
};

/* The context of the records of one message. */
struct context {
	struct flow_decoder *d;
	struct source *src;
	struct flow_builder *out;
	struct moment when;
	uint8_t version;
	/* Only v5 has this in its header. */
	uint32_t header_rate;
};

static inline void
decoder_count(struct flow_decoder *d, enum flow_count what, uint64_t n)
{
	d->counts.value[what] += n;
}

#define CLOCK_BEGIN_MS INT64_C(631152000000)	/* 1990: no time of a flow is before it */

/* A header's clock before 1990 is no clock (some send their uptime): the receive time replaces it. */
static inline int64_t
clock_or_received(int64_t export_ms, int64_t received_ms)
{
	return export_ms < CLOCK_BEGIN_MS ? received_ms : export_ms;
}

/*
 * Milliseconds from the uptime in a header back to one in a record, modulo 2^32.
 * A record may be up to 2^30 ms after its header (some exporters stamp late);
 * anything else is before it.
 */
static inline int64_t
uptime_age(uint32_t header, uint32_t record)
{
	return (int64_t)(uint32_t)(header - record + (UINT32_C(1) << 30)) - (INT64_C(1) << 30);
}

/* source.c */

/* Identifies the source of a datagram. */
struct source_key {
	struct addr exporter, sender;
	uint16_t port;
	uint8_t version;
	enum flow_transport transport;
	uint32_t domain;
};

/* The key of a datagram whose exporter is its sender. */
struct source_key source_key(const struct flow_decoder *d, const struct flow_datagram *dg,
    uint8_t version, uint32_t domain);
/* The source of a datagram, made if new; NULL when out of memory. */
struct source *source_of(struct flow_decoder *d, const struct flow_datagram *dg,
    const struct source_key *key) NODISCARD;
/* The same, or NULL if there is none yet. */
const struct source *source_find(const struct flow_decoder *d, const struct source_key *key);
void source_free(struct flow_decoder *d, struct source *src);
/* The exporter of that address, or NULL if it has no source. */
struct exporter *exporter_find(const struct flow_decoder *d, const struct addr *a);
/* Makes the source of a key that has none yet; evicts the least needed one beyond the limit.  NULL: no memory. */
struct source *source_add(struct flow_decoder *d, const struct source_key *key, int64_t now_ms) NODISCARD;
/* Counts a datagram of the source into its slot, its sequence into the totals. */
void source_step(struct flow_decoder *d, struct source *src, const struct sequence_step *step);
/* Stores a fact of option data, within the decoder's limits of names. */
enum flow_status source_learn(struct flow_decoder *d, struct source *src, enum known_kind kind,
    uint64_t key, uint64_t number, const char *text, size_t len) NODISCARD;

/* Stores what a source announced for another domain of its exporter: a sampler's rate (its key), or the domain's. */
enum flow_status source_learn_of_domain(struct flow_decoder *d, struct source *src, uint32_t domain,
    enum known_kind kind, uint64_t key, uint64_t number) NODISCARD;

/* part_rates.c: a summary of the rates that a source knows. */

/* The source learned a rate of any kind; `before` is the rate it had for that key, or NULL. */
void source_note_rate(struct source *src, enum known_kind kind, const uint64_t *before, uint64_t now);
/* The same for every rate that a new source knows. */
void source_note_rates(struct source *src);
/* The rate that all parts share; none if they differ, or there is none. */
struct rate part_rates_agreed(const struct part_rates *p);

/* clock.c */

/* Compares a header's clock with when->received_ms, and sets the exporter's times in *when. */
void source_clock(struct flow_decoder *d, struct source *src, int64_t header_ms, struct moment *when);
/* Counts rows with impossible times: before 1990, a year after their receipt, 2^31 ms long. */
void times_check(struct context *ctx, const int64_t *first, const int64_t *last, size_t n);

/* source_use.c */

/* The source was used just now. */
void source_used(struct flow_decoder *d, struct source *s);
void source_unlink_use(struct flow_decoder *d, struct source *s);
void source_link_use(struct flow_decoder *d, struct source *s);
/*
 * The source to evict, never `keep` or the lender: newcomers before established ones, then the least recently
 * used; if `named`, only one that holds names.  NULL if there is none.
 */
struct source *source_victim(const struct flow_decoder *d, const struct source *keep, bool named);
/* Evicts that one, and counts it; false if there is none. */
bool source_evict(struct flow_decoder *d, const struct source *keep, bool named);

/* template_store.c: templates of a source. */

/* Takes ownership of t in any case. */
enum flow_status store_define(struct context *ctx, struct template *t) NODISCARD;
void store_withdraw(struct flow_decoder *d, struct source *src, uint16_t id);
/* All data templates, or all options templates. */
void store_withdraw_all(struct flow_decoder *d, struct source *src, bool options);
void store_clear(struct flow_decoder *d, struct source *src);
/* Marks all templates as doubted (after a reboot, until they are announced again) or trusted. */
void store_doubt(struct source *src, bool doubted);
/*
 * Adds a saved template, which counts as no announcement; takes ownership in any case.  Drops it
 * if a limit is reached or the id is taken.
 */
enum flow_status store_restore(struct flow_decoder *d, struct source *src, struct template *t) NODISCARD;
/* The template of that id, or NULL if it is missing, or too old to be used. */
struct template *store_find(struct flow_decoder *d, struct source *src, uint16_t id);
/* Forgets templates that were neither announced nor used for too long. */
void store_expire(struct flow_decoder *d, struct source *src);
/* Compiles the template's plan unless it has one that knows the types announced so far. */
enum flow_status store_compile(struct flow_decoder *d, struct template *t) NODISCARD;

/* shared_rates.c */

/*
 * The source whose option data gives the rates of a source that announced none: another port of the same
 * address and domain, if exactly one announced any; else the source itself.
 */
const struct source *shared_rates(const struct source *src);

static inline const struct source *
rates_of(const struct source *src)
{
	return src->has_rates || !src->exporter->has_rates ? src : shared_rates(src);
}

/* shared_template.c: sets whose template came from another port of their exporter and domain. */

/* Whether both are of one address and domain, over UDP. */
bool is_other_port(const struct source *src, const struct source *other);

/*
 * The template that other ports of this exporter and domain announced, if they agree; else NULL.  Also NULL
 * as long as one of them may be another sender, rather than this one under an earlier port.
 */
struct template *shared_template(struct flow_decoder *d, const struct source *src, uint16_t id);

/* As store_compile, for the plan of the template's records in lists. */
enum flow_status store_compile_text(struct flow_decoder *d, struct source *src, struct template *t)
    NODISCARD;
/* Counts bytes of memory (or, as 0 - bytes, less of it) as the template's. */
void store_account(struct flow_decoder *d, struct source *src, struct template *t, size_t bytes);

/* waiting_sets.c */

/* Keeps a copy of a data set's body; counts what it evicts. */
enum flow_status held_add(struct context *ctx, uint16_t id, const uint8_t *body, size_t len) NODISCARD;
/* Decodes what waited for this template. */
enum flow_status held_rescue(struct context *ctx, struct template *t) NODISCARD;
void held_clear(struct flow_decoder *d, struct source *src);
/* The source is established now: newcomers no longer evict its data. */
void held_keep(struct flow_decoder *d, struct source *src);
/* Drops what is older than the limit. */
void held_expire(struct flow_decoder *d);
/* Appends one, which must be within the limits, to the lists of its source and of the decoder. */
void held_append(struct flow_decoder *d, struct held *h);

/* sets.c: v9 and IPFIX. */
enum flow_status sets_decode(struct flow_decoder *d, const struct flow_datagram *dg,
    unsigned version, struct flow_builder *out) NODISCARD;
/* Decodes the records of a data set; *records is their number. */
enum flow_status sets_records(struct context *ctx, struct template *t, const uint8_t *body,
    size_t len, uint32_t *records) NODISCARD;
/* Splits the next record of a template into spans; FLOW_END: only padding is left. */
enum flow_status sets_record(struct cursor *in, const struct template *t, struct span *span) NODISCARD;

/* A value behind its own length (RFC 7011 7). */
struct span sets_variable(struct cursor *in);

/* option_data.c: one option record. */
enum flow_status options_record(struct context *ctx, const struct template *t,
    const struct span *span) NODISCARD;

/* fixed.c: v1, v5, v7, and v8 in fixed_v8.c. */
enum flow_status fixed_decode(struct flow_decoder *d, const struct flow_datagram *dg,
    unsigned version, struct flow_builder *out) NODISCARD;

/* sflow.c: v4 and v5. */
enum flow_status sflow_decode(struct flow_decoder *d, const struct flow_datagram *dg,
    unsigned version, struct flow_builder *out) NODISCARD;

/* common_columns.c: what every row gets, whatever its protocol. */

/* Sets announced row i of a TEXT column; invalid UTF-8 becomes U+FFFD. */
enum flow_status text_put(struct context *ctx, enum flow_field field, size_t i, const uint8_t *p,
    size_t len) NODISCARD;

/* first = last = `ms` for all rows. */
enum flow_status rows_one_time(struct context *ctx, size_t n, int64_t ms) NODISCARD;
/* Repairs the two columns of times: missing, wrapped or swapped ends (see decode.h). */
void times_repair(struct context *ctx, int64_t *first, int64_t *last, const int64_t *event, size_t n);

/* received, exporter, export_version, domain (if has_domain); flows, packets, bytes if unwritten. */
enum flow_status rows_source(struct context *ctx, size_t n, bool has_domain) NODISCARD;
/* Counts n rows that are about to be committed for the source. */
enum flow_status rows_account(struct context *ctx, size_t n) NODISCARD;
/* icmp_type and icmp_code from dst_port in rows of ICMP. */
enum flow_status rows_icmp_port(struct context *ctx, size_t n) NODISCARD;
/* Writes the one rate, rounded, and scales the counters by it exactly. */
enum flow_status rows_scale(struct context *ctx, size_t n, struct rate rate) NODISCARD;
/* The same with a rate for each row. */
enum flow_status rows_scale_each(struct context *ctx, size_t n, const struct rate *rate) NODISCARD;

/* plan_sampling.c */

/* The factor that elements of a record announce, from fields by role; none if unbelievable. */
struct rate sampling_announced(const struct span *span, const uint16_t *role);
/* Whether a template has elements that announce a factor. */
bool sampling_is_announced(const uint16_t *role);
/* The rate of rows that carry no rate of their own. */
struct rate sampling_of_source(const struct context *ctx);
/* Scales rows of one announced rate (RATE_NONE: none) by the operator's rules for their interfaces. */
enum flow_status rows_scale_ruled(struct context *ctx, size_t n, struct rate announced) NODISCARD;

/* plan_value.c: "engine:selector" (RFC 6759) at out, no NUL; len >= 1. */
#define APP_ID_TEXT_MAX 64
size_t app_id_format(const uint8_t *p, size_t len, char out[APP_ID_TEXT_MAX]);
