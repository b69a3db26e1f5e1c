/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * A parsed spec: groupings (keys and sums, the costly part, shared by equal
 * questions) and views (tables made from a grouping).
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
	KEY_TUNNEL,	/* the value of field if mask (the inner protocol) is not null */
	/* Texts from a TLS hello in the payload, in the order of enum payload_word. */
	KEY_TLS_VERSION,
	KEY_TLS_SNI,
	KEY_JA3,
	KEY_JA4,
	/* Texts from databases of addresses, in the order of enum flow_geo_word. */
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
	/* Its place in the packed key, and that of its null flag (key_layout). */
	uint8_t word, shift, flag_word, flag_shift;
	char name[FLOW_TABLE_NAME_MAX];
};

/* The parts and slots that are exchanged to reverse a row. */
struct key_pairing {
	enum flow_agg_pairing how;
	uint8_t src_addr, dst_addr, src_port, dst_port;	/* parts; KEY_PARTS: absent */
	uint8_t proto;
	uint8_t first[2];	/* slots: earliest instant of each direction */
};

#define NO_GROUPING SIZE_MAX

struct grouping {
	struct key_part part[KEY_PARTS];
	uint8_t parts;
	uint8_t words;			/* of a packed key; 0: dense, see below */
	/*
	 * Dense: a single part of few values, u8, u16 or a dictionary's atoms;
	 * the group's number is the value + 1, or 0 for null.
	 */
	bool dense;
	struct key_pairing pairing;
	int64_t spread_ms;		/* rows are spread over bins of that width; 0: they are not */
	bool of_spread;			/* it chooses the groups of a spread series, so counts the same rows */
	int64_t series_ms;		/* the bins of a series; 0: none */
	/*
	 * Only [from_ms, to_ms) counts: the shares in it if spread, else the rows that begin in it.
	 * INT64_MIN, INT64_MAX: no bound.
	 */
	int64_t from_ms, to_ms;
	int64_t period_from_ms, period_to_ms;	/* its bins all count; a series may show more */
	/*
	 * Its groups are made from those of this grouping (agg/ask/roll_up.h) instead of rows; NO_GROUPING: from rows.
	 */
	size_t rolled_from;
	bool rolls_up;			/* others are made from it */
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
	 * All orders including the first (above), if there are several or the first is a part of the key; rows that tie
	 * in all are in ascending order of their keys.  None: the first one is all.
	 */
	struct view_order then[VIEW_ORDERS];
	uint8_t thens;
	uint64_t limit;
	struct view_min min[VIEW_MINS];
	uint8_t mins;
	struct having having;
	/* A series: bins is the grouping whose last part is the bin; `grouping` chooses the groups. */
	bool series;
	size_t bins;
	/* A bill: `grouping` has bytes in, `bins` bytes out; a percentile in thousandths of a percent. */
	bool billing;
	char end[FLOW_TABLE_NAME_MAX];	/* the word of the two ends, such as "if" */
	/* Spikes: the grouping's last part is the bin; percent is the factor in thousandths. */
	bool spikes;
	uint32_t percent;
	int64_t width_ms;
};

/*
 * A column whose values are all needed in each group, and the slots that are computed from them after
 * merging.
 */
struct value_column {
	size_t of;		/* the grouping */
	struct key_part part;	/* the column */
	uint8_t slot[SLOTS];
	uint8_t slots;
	bool all_rows;		/* duplicates count: percentiles */
};

struct flow_agg_spec {
	const struct flow_geo *geo;	/* NULL: none */
	/* Groupings that do not spread count rows that begin here; INT64_MIN, INT64_MAX: all. */
	int64_t from_ms, to_ms;
	struct grouping *grouping;
	size_t groupings;
	struct view *view;
	size_t views;
	struct value_column *value;
	size_t values;
	/*
	 * A grouping whose groups, with the hidden one (grouping_has_nowhere), add up to the totals or,
	 * with two alternatives, to twice the totals, so that rows need not be added once more.
	 */
	bool has_totals;
	bool totals_early;	/* tables choose rows by totals, so before groups are merged */
	size_t totals;
	uint8_t total_slot[TOTALS + 2];	/* sums, first, last */
	bool sieves_sums;		/* see flow_agg_plan */
	enum flow_agg_phase phase;
	uint64_t **shown;		/* by grouping: bits for the hashes of the chosen groups; NULL: none */
	/* Groupings whose rows are partitioned (flow_agg_parts), and those whose tables are made now. */
	bool *parted;			/* by grouping; NULL: none */
	size_t *cluster;		/* by grouping: the first that has tables in common with it; NULL with parted */
	size_t turn;			/* TURN_ALL, TURN_REST, or the first grouping of a cluster */
};

/* ALL: all groupings; REST: those that are not partitioned. */
#define TURN_ALL SIZE_MAX
#define TURN_REST (SIZE_MAX - 1)

/* Size of the bitmaps `shown`. */
#define SHOWN_BITS ((size_t)1 << 20)

/* Whether a grouping takes rows in the current phase, whatever the turn. */
bool grouping_is_in_phase(const struct flow_agg_spec *spec, size_t grouping);

/* The same in the current turn. */
bool grouping_is_fed(const struct flow_agg_spec *spec, size_t grouping);

/* Whether a grouping's rows are partitioned; whether its tables are made in the current turn. */
bool grouping_is_parted(const struct flow_agg_spec *spec, size_t grouping);
bool grouping_is_in_turn(const struct flow_agg_spec *spec, size_t grouping);

/* Allocates spec->parted (all false) and computes spec->cluster, once; FLOW_ENOMEM. */
enum flow_status spec_find_clusters(struct flow_agg_spec *spec) NODISCARD;

/* Whether a view's rows are made in the current phase and turn; the groups of a late one are counted in every phase. */
bool view_is_made(const struct flow_agg_spec *spec, size_t view);

/* The number of parts whose hash decides a group's share: all but the bin of a period. */
unsigned grouping_share_parts(const struct grouping *g);

/* Whether a grouping needs all values of some column. */
bool grouping_has_values(const struct flow_agg_spec *spec, size_t grouping);

/* Adds to *set the columns that a grouping reads. */
void grouping_fields(const struct grouping *g, struct flow_fieldset *set);

/*
 * Whether a row of several ends can be written as several rows with one end each, in the first end's column: possible
 * if nothing else reads that column.
 */
bool grouping_splits_ends(const struct grouping *g);

/* Adds to *set the columns of such rows; without grouping_splits_ends the same as grouping_fields. */
void grouping_part_fields(const struct grouping *g, struct flow_fieldset *set);

/* Adds to *set the columns that a grouping's keys are made from. */
void grouping_key_fields(const struct grouping *g, struct flow_fieldset *set);

/*
 * Whether a grouping's groups can be spilled: not dense ones, which are found by number, nor those with
 * sketches, which are larger than all else.
 */
bool grouping_can_spill(const struct flow_agg_spec *spec, size_t grouping);

/* Whether, moreover, all its tables have a limit, so that merged parts can be freed. */
bool grouping_is_bounded(const struct flow_agg_spec *spec, size_t grouping);

/*
 * Whether a row that an earlier alternative counted is added to a hidden group (-1) instead of being
 * filtered out, so that the loop has no list of rows, with which `-s port` took 8 % longer.
 */
static inline bool
grouping_has_nowhere(const struct grouping *g)
{
	return g->dense && g->part[0].alts > 1 && !slots_approx(&g->slots);
}

/* The type of a part's values; FLOW_TYPE_ADDR for KEY_PREFIX and KEY_NET. */
enum flow_type key_part_type(const struct key_part *part);

/* Whether a part's values come from databases of addresses. */
static inline bool
key_kind_is_geo(enum key_kind kind)
{
	return kind >= KEY_COUNTRY;
}

/* Whether a part's values come from the payload. */
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
