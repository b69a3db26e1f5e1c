/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * What a spec says once parsed: groupings (keys and what is summed, the costly
 * part, shared by equal questions) and views (a table made from a grouping).
 */

#include "agg/agg.h"
#include "agg/ask/having.h"
#include "agg/ask/measure.h"
#include "record/field.h"

#define KEY_ALTS 4
#define KEY_PARTS 16
#define KEY_WORDS 20

enum key_kind {
	KEY_FIELD,	/* the value of field */
	KEY_PREFIX,	/* the network of an address: bits4, bits6 */
	KEY_NET,	/* the network of an address by the record's mask */
	KEY_BIN,	/* an instant rounded down to width_ms */
	KEY_LABEL,	/* the label of an MPLS stack entry, its upper 20 of 24 bits */
	KEY_SERVICE,	/* the lower of field and mask (two ports) */
	KEY_TUNNEL,	/* the value of field where mask (the inner protocol) has one */
	/* What a hello in the payload tells, a text: in the order of enum payload_word. */
	KEY_TLS_VERSION,
	KEY_TLS_SNI,
	KEY_JA3,
	KEY_JA4,
	/* What databases say of an address, a text: in the order of enum flow_geo_word. */
	KEY_COUNTRY,
	KEY_CITY,
	KEY_AS_ORG,
};

/*
 * One part of a key.  A part of several alternatives (`ip`: source or
 * destination) counts a row once under each distinct value; only the first
 * part of a key may have them.
 */
struct key_part {
	enum key_kind kind;
	enum flow_field field[KEY_ALTS];
	enum flow_field mask;		/* KEY_NET, KEY_SERVICE, KEY_TUNNEL: the other column */
	uint8_t bits4, bits6;		/* KEY_PREFIX */
	int64_t width_ms;		/* KEY_BIN */
	uint8_t alts;
	bool hidden;			/* KEY_NET's mask: shown with its network */
	/* Where it lies in the packed key (key_layout in agg/group/key.h). */
	uint8_t word, shift, flag_word, flag_shift;
	char name[FLOW_TABLE_NAME_MAX];
};

/* Which row of a pair of directions a key is; both are needed to turn a row round. */
struct key_pairing {
	enum flow_agg_pairing how;
	uint8_t src_addr, dst_addr, src_port, dst_port;	/* parts; KEY_PARTS: absent */
	uint8_t proto;
	uint8_t first[2];	/* slots: earliest instant of either way */
};

struct grouping {
	struct key_part part[KEY_PARTS];
	uint8_t parts;
	uint8_t words;			/* of a packed key; 0: dense, see below */
	/*
	 * Dense: a single part of few values, u8, u16 or a dictionary's atoms;
	 * the group's number is the value + 1, or 0 where there is none.
	 */
	bool dense;
	struct key_pairing pairing;
	int64_t spread_ms;		/* rows are spread over bins of that width; 0: they are not */
	bool of_spread;			/* chooses the groups of a spread series, and so counts the rows that it does */
	int64_t series_ms;		/* the bins of a series; 0: none */
	/*
	 * What lies in [from_ms, to_ms) counts: of a spread grouping the shares, of others the rows that
	 * begin there.  INT64_MIN, INT64_MAX: no bound.
	 */
	int64_t from_ms, to_ms;
	int64_t period_from_ms, period_to_ms;	/* of which all bins count; a series may show more */
	struct slots slots;
};

/* A condition on a group: its measure is at least `least`. */
#define VIEW_MINS 4

struct view_min {
	struct measure measure;
	double least;
};

/* One of several orders: a part of the key, or a measure. */
#define VIEW_ORDERS 8

struct view_order {
	bool is_key;
	uint8_t part;
	struct measure measure;
	bool ascending;
};

struct view {
	size_t grouping;
	char title[2 * FLOW_TABLE_NAME_MAX];
	struct measure column[MEASURES];
	uint8_t columns;
	bool by_key;
	struct measure order;
	bool ascending;
	/*
	 * All orders, the first one (above) too, where there are several, or the first is one part of the key; rows that tie
	 * in all stand in ascending order of their keys.  0: the first one is all.
	 */
	struct view_order then[VIEW_ORDERS];
	uint8_t thens;
	uint64_t limit;
	struct view_min min[VIEW_MINS];
	uint8_t mins;
	struct having having;
	/* A series: the grouping whose last part is the bin; `grouping` says which groups are shown. */
	bool series;
	size_t bins;
	/* A bill: `grouping` has bytes in, `bins` bytes out; a percentile in thousandths of a percent. */
	bool billing;
	/* Spikes: the grouping's last part is the bin; percent is the factor in thousandths. */
	bool spikes;
	uint32_t percent;
	int64_t width_ms;
};

/*
 * A column all of whose values in each group are needed, and the slots of that group that are filled in
 * from them when all is merged.
 */
struct value_column {
	size_t of;		/* the grouping */
	struct key_part part;	/* the column */
	uint8_t slot[SLOTS];
	uint8_t slots;
	bool all_rows;		/* a value counts as often as it comes: percentiles */
};

struct flow_agg_spec {
	const struct flow_geo *geo;	/* NULL: none */
	/* Rows that begin in it count, but for groupings that spread; INT64_MIN, INT64_MAX: all. */
	int64_t from_ms, to_ms;
	struct grouping *grouping;
	size_t groupings;
	struct view *view;
	size_t views;
	struct value_column *value;
	size_t values;
	/*
	 * A grouping whose groups, with that of nowhere, add up to the totals or, if it has two
	 * alternatives, to twice the totals, so that rows need not be added once more.
	 */
	bool has_totals;
	bool totals_early;	/* a table needs the totals to choose its rows, so before all groups are merged */
	size_t totals;
	uint8_t total_slot[TOTALS + 2];	/* sums, first, last */
	bool sieves_sums;		/* see flow_agg_plan */
	enum flow_agg_phase phase;
	uint64_t **shown;		/* by grouping, of chosen groups the bits of their hashes; NULL: none is */
	/* Rows of some groupings are parted (flow_agg_parts): which, and which groupings' tables are made now. */
	bool *parted;			/* by grouping; NULL: none is */
	size_t *cluster;		/* by grouping: the first of those that have tables together; NULL as well */
	size_t turn;			/* TURN_ALL, TURN_REST, or the least number of a cluster's groupings */
};

/* All groupings; those that are not parted. */
#define TURN_ALL SIZE_MAX
#define TURN_REST (SIZE_MAX - 1)

/* Bits of the hashes of groups that were chosen to be shown. */
#define SHOWN_BITS ((size_t)1 << 20)

/* Whether rows are counted under a grouping in the phase that the spec is in, whosever turn it is. */
bool grouping_is_in_phase(const struct flow_agg_spec *spec, size_t grouping);

/* The same in the turn that it is. */
bool grouping_is_fed(const struct flow_agg_spec *spec, size_t grouping);

/* Whether rows of a grouping go to parts; whether its tables are made in the turn that it is. */
bool grouping_is_parted(const struct flow_agg_spec *spec, size_t grouping);
bool grouping_is_in_turn(const struct flow_agg_spec *spec, size_t grouping);

/* Makes the lists of what is parted, of nothing at first, unless they are there; FLOW_ENOMEM. */
enum flow_status spec_find_clusters(struct flow_agg_spec *spec) NODISCARD;

/* Whether a view's rows are made in that phase and turn; the groups of one that is late are chosen in any. */
bool view_is_made(const struct flow_agg_spec *spec, size_t view);

/* Parts of a key by whose hash groups are shared out: all but the bin of a period. */
unsigned grouping_share_parts(const struct grouping *g);

/* Whether some column's values are all needed in a grouping's groups. */
bool grouping_has_values(const struct flow_agg_spec *spec, size_t grouping);

/* Adds to *set the columns that rows are counted under a grouping with. */
void grouping_fields(const struct grouping *g, struct flow_fieldset *set);

/*
 * Whether a row of several ends can be written as several rows of one, whose value is in the column of the first: where
 * nothing else asks for that column.
 */
bool grouping_splits_ends(const struct grouping *g);

/* Adds to *set the columns that such rows are counted with; else, and of others, as grouping_fields. */
void grouping_part_fields(const struct grouping *g, struct flow_fieldset *set);

/* Adds to *set the columns that a grouping's keys are made from. */
void grouping_key_fields(const struct grouping *g, struct flow_fieldset *set);

/*
 * Whether groups of a grouping may leave memory; not those whose number finds them, nor those with
 * sketches, which are larger than all else.
 */
bool grouping_can_spill(const struct flow_agg_spec *spec, size_t grouping);

/* Whether moreover all its tables only keep the first rows, so that merged parts need not stay. */
bool grouping_is_bounded(const struct flow_agg_spec *spec, size_t grouping);

/*
 * Whether rows that an alternative before counted already go to a group that nobody shows, so that
 * columns are walked as they lie; by a list of rows `-s port` took 8 % longer.
 */
static inline bool
grouping_has_nowhere(const struct grouping *g)
{
	return g->dense && g->part[0].alts > 1 && !slots_approx(&g->slots);
}

/* The type of a part's values; of KEY_PREFIX and KEY_NET it is FLOW_TYPE_ADDR. */
enum flow_type key_part_type(const struct key_part *part);

/* Whether a part's values come from databases of addresses. */
static inline bool
key_kind_is_geo(enum key_kind kind)
{
	return kind >= KEY_COUNTRY;
}

/* Whether they are found in the payload. */
static inline bool
key_kind_is_hello(enum key_kind kind)
{
	return kind >= KEY_TLS_VERSION && kind <= KEY_JA4;
}

/* Whether a part's values are atoms (agg/group/atom.h): addresses, MACs, texts. */
static inline bool
key_part_is_atom(const struct key_part *part)
{
	return flow_type_is_text(key_part_type(part));
}
