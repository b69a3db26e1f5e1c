/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Aggregation: batches of flows -> groups with sums -> tables of results.
 *
 *	spec = flow_agg_spec_new()              what is asked: any number of questions
 *	flow_agg_ask(spec, &ask, err)           "srcip/bytes", "src_addr/24,dst_port", ...
 *	flow_agg_fields(spec, &set)             the columns that have to be read
 *
 *	agg = flow_agg_new(spec, &options)      one per worker thread, no locks
 *	flow_agg_feed(agg, batch, sel, err)     ADDR, MAC, TEXT as dictionaries
 *
 *	flow_agg_sieve(agg, batch, sel, err)    all batches a first time, if flow_agg_sieves
 *
 *	result = flow_agg_finish(aggs, n, ...)  merges the workers, sorts
 *	flow_agg_table(result, i, from, rows, &table, err)
 *
 * Sums are unsigned 64-bit and saturate: a sum that does not fit stays at
 * UINT64_MAX, it never wraps.  What would be computed from it (averages, rates,
 * shares) has no value, and the table says so (`beyond`); it still sorts by the least that it may be.
 *
 * Order of rows: by the order's measure (descending; `first`, `last` and keys
 * ascending), ties by the keys ascending, in which a missing value comes first,
 * addresses compare numerically (IPv4 as ::ffff:a.b.c.d, behind IPv4-mapped ones) and texts bytewise.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "net/geo.h"
#include "record/batch.h"
#include "record/select.h"
#include "record/result_table.h"

struct flow_agg_spec;
struct flow_agg;
struct flow_agg_result;

enum flow_agg_pairing {
	FLOW_AGG_ONE_WAY,
	/*
	 * A flow and its answer (ends exchanged) make one row.  The row runs as
	 * the earlier of the two (by `first`; if equal, from the higher port,
	 * then from the lower address); the other's counters are rev_*.
	 */
	FLOW_AGG_TWO_WAY,
	/* As TWO_WAY, but a TCP or UDP row with src_port < 1024 < dst_port is turned round. */
	FLOW_AGG_CLIENT_SERVER,
};

/* One question.  Texts may be NULL where that is said; nothing is kept. */
struct flow_agg_ask {
	/*
	 * keys: KEY[,KEY...], where KEY is a column, an nfdump word, or
	 *   ADDRESS/24, ADDRESS/24,/48   networks of that length (IPv4, IPv6)
	 *   srcnet, dstnet               networks by the record's own mask
	 *   first/5m, last/1h, ...       time bins, named by their start (UTC)
	 *   service                      the lower port of the two
	 *   src_country, dst_city, ...   what databases say of addresses: flow_agg_geo first
	 * statistic: KEY[:p][/ORDER...] as nfdump's -s; words such as ip, port,
	 *   as, if count a flow once under each distinct end; :p splits by protocol.
	 * Exactly one of the two is given.
	 */
	const char *keys;
	const char *statistic;
	/* MEASURE[,MEASURE...]; NULL: first, last, duration, flows, packets, bytes, pps, bps, bpp */
	const char *measures;
	/*
	 * A measure, `key`, tstart or tend, -MEASURE reversed, MEASURE:a and :d up and down; or several of measures and keys,
	 * as in "bytes,src_addr:d".  NULL: flows for a statistic, else `key`.  Packets and bytes of statistics, and in orders of two-way rows, are those of
	 * both directions.
	 */
	const char *order;
	/* Most rows; 0: all. */
	uint64_t limit;
	/*
	 * [MEASURE=]NUMBER[,...]: groups below one of them are left out (default: the order's
	 * measure); NULL: none
	 */
	const char *min;
	/* A condition on measures, as in "bytes > 10M and not pps < 5" (agg/ask/having.h); NULL: none. */
	const char *having;
	enum flow_agg_pairing pairing;	/* with keys that hold both ends */
	/*
	 * A series: one row for each bin of that width ("5m") and each group of the table that
	 * there would be without it, all other groups in one row "other" a bin; in the order of
	 * time, then of the groups.  A flow counts in the bin that it begins in, or, spread,
	 * its packets and bytes in all that it touches, in proportion to the time (flows
	 * always where it begins; what lies within more than FLOW_AGG_SPREAD_MAX bins of the
	 * period counts in the first of them).  Rates are those over what of a bin lies in the
	 * period (flow_agg_set_period); what lies outside is left out.  NULL: none.
	 */
	const char *bin;
	bool spread;
	/*
	 * A bill: `statistic` is a word of two ends (`if`, with the exporter; `as`; `vlan`, ...).
	 * Bytes are spread over bins (default "5m"); of each end's rates in all bins of the
	 * period, empty ones as 0, this percentile counts (nearest rank), in (first
	 * end) and out apart; the higher is billed.  Measures, order, min, and pairing
	 * are not used.  In thousandths of a percent; 0: no bill.
	 */
	uint32_t billing;
	/*
	 * Spikes: bins (default "5m", bytes spread) in which a group of `keys` has at least this
	 * many times, in thousandths, the bytes that it has in the other bins of the period on
	 * average (of which there are at least three in all); greatest excess first.
	 * Measures, order, min and pairing are not used.  0: none.
	 */
	uint32_t spikes;
	/* Leads the title of an ordered table, as in "host scans: src_addr by flows"; NULL: nothing. */
	const char *about;
};

#define FLOW_AGG_SPREAD_MAX 10000

/*
 * The time that bills, spikes and series are about: all bins of [from_ms, to_ms) and no other,
 * whatever the flows say.  A side that is not known (INT64_MIN, INT64_MAX) is that of the first or
 * last bin with a flow.  Where a side was asked for (an exact one), a bin that it cuts counts with
 * the time within; where it was not, the period grows to whole bins, and a series, in which a bin
 * more changes no other, shows what flows have in the FLOW_AGG_SERIES_SLACK_MS before and after, too:
 * flows begin before they are received.
 */
#define FLOW_AGG_SERIES_SLACK_MS INT64_C(86400000)

struct flow_agg_period {
	int64_t from_ms, to_ms;
	bool from_exact, to_exact;	/* a side that is not known is not exact */
	/*
	 * The flows that are fed touch [from_ms, to_ms), and all but spread questions are to count
	 * only those that begin in it.
	 */
	bool touching;
};

struct flow_agg_spec *flow_agg_spec_new(void) NODISCARD;
void flow_agg_spec_free(struct flow_agg_spec *spec);

/* Where keys of countries and the like are looked up; it outlives the spec. */
void flow_agg_geo(struct flow_agg_spec *spec, const struct flow_geo *geo);

/*
 * Adds a question; one with several orders gives several tables.  FLOW_EINVAL
 * (with a message that names the word) leaves the spec as it was.
 */
enum flow_status flow_agg_ask(struct flow_agg_spec *spec, const struct flow_agg_ask *ask,
    struct flow_error *err) NODISCARD;

/* After the last question and before the first worker. */
void flow_agg_set_period(struct flow_agg_spec *spec, const struct flow_agg_period *period);

/* Whether some question spreads flows, so that those that began before the period count in it too. */
bool flow_agg_spreads(const struct flow_agg_spec *spec);

/* Whether some question is about a period. */
bool flow_agg_has_period(const struct flow_agg_spec *spec);

/*
 * Rows that stand for many: those of each bin of `first`, of that width, that are alike in some columns, with their
 * flows, packets and bytes of both directions added up, the earliest first and the latest last and received.
 */
struct flow_agg_sums {
	int64_t width_ms;
	struct flow_fieldset keys;	/* the columns that they are alike in */
	enum flow_field network;	/* an address column that has networks of at least so many bits; or NONE */
	uint8_t bits4, bits6;
	bool service;			/* the lower one of both ports is in dst_port, src_port is empty */
};

/*
 * Whether such rows give the same answers as those that they stand for, to all questions; where they do not, *why names
 * something that they lack (valid as long as the spec). Of a period (flow_agg_has_period) the caller has to know more.
 */
bool flow_agg_takes_sums(const struct flow_agg_spec *spec, const struct flow_agg_sums *sums, const char **why);

/* Adds to *set the columns that feed will look at. */
void flow_agg_fields(const struct flow_agg_spec *spec, struct flow_fieldset *set);

/*
 * Decides, before the first worker, whether rows are to be kept out of top lists by a guess of what they will
 * show, where there are so many rows (a guess at most); chosen: by a filter that may leave few.
 */
void flow_agg_plan(struct flow_agg_spec *spec, uint64_t rows, bool chosen);

/* That nothing is to be guessed: it is so at first, and when a guess was wrong (flow_agg_proven). */
void flow_agg_plan_sure(struct flow_agg_spec *spec);

/*
 * Whether it pays to feed all rows twice: first to flow_agg_sieve, which only counts what groups have, about,
 * then as usual, when rows of groups that can be in no table are left out.  (Of those the totals
 * tell all the same.)  The answers are the same with and without.
 */
bool flow_agg_sieves(const struct flow_agg_spec *spec);

/* Adds to *set the columns that flow_agg_sieve will look at. */
void flow_agg_sieve_fields(const struct flow_agg_spec *spec, struct flow_fieldset *set);

/* Tables that a result will have. */
size_t flow_agg_tables(const struct flow_agg_spec *spec);

/* A worker's state; the spec outlives it.  NULL when out of memory. */
struct flow_agg *flow_agg_new(const struct flow_agg_spec *spec) NODISCARD;
void flow_agg_free(struct flow_agg *agg);

/*
 * Counts the selected rows (NULL: all) of a batch of at most FLOW_BATCH_ROWS
 * rows.  After FLOW_ENOMEM the state may only be freed.
 */
enum flow_status flow_agg_feed(struct flow_agg *agg, const struct flow_batch *batch,
    const struct flow_selection *sel, struct flow_error *err) NODISCARD;

/*
 * The first pass: makes a worker ready for `rows` rows in all, about, counts selected rows of a batch as
 * flow_agg_feed takes them, and ends it for all n workers, which must have been fed the same rows that
 * flow_agg_feed will get, in any order and by any of them.
 */
enum flow_status flow_agg_sieve_begin(struct flow_agg *agg, uint64_t rows, struct flow_error *err)
    NODISCARD;
enum flow_status flow_agg_sieve(struct flow_agg *agg, const struct flow_batch *batch,
    const struct flow_selection *sel, struct flow_error *err) NODISCARD;
enum flow_status flow_agg_sieve_end(struct flow_agg *const *agg, size_t n, struct flow_error *err) NODISCARD;

/*
 * Lets a worker hold about that many bytes: beyond, groups go to a temporary file in `folder`
 * (kept by the caller), and the answer stays exact.  Merged groups, and lists of them, then are
 * memory that lies in such files (agg/group/spool.h).  In memory stay the addresses and texts themselves,
 * the groups of a single key of these, and sketches.  Before the first row.
 */
void flow_agg_limit(struct flow_agg *agg, size_t bytes, const char *folder);

/*
 * Where groups are many, lets rows wait for their groups in about that many bytes (256 MiB); they
 * then are found sooner.  With flow_agg_limit that is the bound.
 */
void flow_agg_room(struct flow_agg *agg, size_t bytes);

/*
 * Questions whose groups, addresses or sketches do not fit into memory are answered share by share: rows are sorted
 * into a temporary file by the hashes of their groups once, and then read share by share.
 *
 *	flow_agg_part_large			chooses the groupings whose rows are parted: those that are large
 *	new workers, flow_agg_limit, flow_agg_share(agg, 0, FLOW_AGG_SHARES), flow_agg_parts_write
 *	the passes				count what is small and write the other rows
 *	flow_agg_parts_end, flow_agg_finish, flow_agg_parts_note
 *	flow_agg_shares_add, flow_agg_shares_keep
 *	while flow_agg_turn_next: for each share [from, to) of 0 .. FLOW_AGG_SHARES:
 *		flow_agg_parts_rewind(parts, from, to)
 *		new workers, flow_agg_limit, flow_agg_share(agg, from, to), flow_agg_parts_read
 *		flow_agg_parts_feed until FLOW_END, flow_agg_finish
 *		flow_agg_shares_add(shares, result)	its rows go to a temporary file, sorted
 *		flow_agg_shares_keep			the last one's
 *	flow_agg_turn_all
 *	flow_agg_shares_table(shares, ...)		all shares' rows, merged
 *
 * A worker takes the groups whose hashes lie in the share (of bills, spikes and series: all bins of these), and
 * looks up no other address.  Where it would need more than its limit, flow_agg_feed gives FLOW_ELIMIT
 * and flow_agg_is_full tells so: then the share is to be taken smaller, or something more is to be parted.  What the
 * smallest share needs goes to files where it can (may_fill false).  With all shares it is as without this, but for
 * flow_agg_is_full.
 *
 * A series with a limit is made last, of the groups that the shares have chosen: see flow_agg_phase.
 */
#define FLOW_AGG_SHARES 65536
#define FLOW_AGG_SHARE_SHIFT 48		/* of a hash, which leaves the number of its smallest share */

/* A share whose ends are multiples of that is read from the file without looking at hashes once more. */
#define FLOW_AGG_SHARE_WHOLE 256

enum flow_status flow_agg_share(struct flow_agg *agg, unsigned from, unsigned to, bool may_fill,
    struct flow_error *err) NODISCARD;
bool flow_agg_is_full(const struct flow_agg *agg);

/*
 * Memory of a worker that grows with the number of distinct keys, which its limit is compared with: not tables by
 * small numbers, which are all there at once, and what batches need.
 */
size_t flow_agg_growing_bytes(const struct flow_agg *agg);

enum flow_agg_phase {
	FLOW_AGG_ALL,		/* all tables at once */
	FLOW_AGG_CHOOSE,	/* all but series with a limit, of which flow_agg_finish remembers the groups in the spec */
	FLOW_AGG_SHOW,		/* these series alone, of the groups that are remembered, in a single share */
};

/* Before the first worker. */
enum flow_status flow_agg_set_phase(struct flow_agg_spec *spec, enum flow_agg_phase phase,
    struct flow_error *err) NODISCARD;

/* Whether a table is a series with a limit. */
bool flow_agg_is_late(const struct flow_agg_spec *spec, size_t table);

struct flow_agg_result;
struct flow_agg_shares;

/* None yet; the spec and the folder's name outlive it.  NULL when out of memory. */
struct flow_agg_shares *flow_agg_shares_new(const struct flow_agg_spec *spec, const char *folder) NODISCARD;
void flow_agg_shares_free(struct flow_agg_shares *shares);

/* Adds the rows of all tables that are not late. */
enum flow_status flow_agg_shares_add(struct flow_agg_shares *shares, struct flow_agg_result *result,
    struct flow_error *err) NODISCARD;

/*
 * Takes one of the results that were added in this turn, without its groups, for what is the same in all; it is freed
 * with the shares.
 */
void flow_agg_shares_keep(struct flow_agg_shares *shares, struct flow_agg_result *result);

/* As flow_agg_rows and flow_agg_table for all shares, of each turn of which a result was kept; slices come in order. */
uint64_t flow_agg_shares_rows(const struct flow_agg_shares *shares, size_t table);
enum flow_status flow_agg_shares_table(struct flow_agg_shares *shares, size_t table, uint64_t from, size_t rows,
    struct flow_table **out, struct flow_error *err) NODISCARD;

struct flow_agg_parts;

/*
 * Chooses what is to be parted, by what n workers hold that are full: what takes much of it, and one thing more than
 * before at least; *any: there was one.  It is the turn then of what is not parted.
 */
enum flow_status flow_agg_part_large(struct flow_agg_spec *spec, struct flow_agg *const *agg, size_t n, bool *any,
    struct flow_error *err) NODISCARD;

/* The next tables whose rows are parted; false after the last.  And: all tables, as it was at first. */
bool flow_agg_turn_next(struct flow_agg_spec *spec);
void flow_agg_turn_all(struct flow_agg_spec *spec);

/*
 * Rows in a temporary file in `folder` (which the caller keeps), written by so many workers with about that many
 * bytes of buffers.  NULL when out of memory.
 */
struct flow_agg_parts *flow_agg_parts_new(struct flow_agg_spec *spec, const char *folder, size_t workers,
    size_t bytes) NODISCARD;
void flow_agg_parts_free(struct flow_agg_parts *parts);

/* After flow_agg_share: the worker writes the rows of what is parted, or reads them. */
enum flow_status flow_agg_parts_write(struct flow_agg *agg, struct flow_agg_parts *parts, struct flow_error *err)
    NODISCARD;
enum flow_status flow_agg_parts_read(struct flow_agg *agg, struct flow_agg_parts *parts, struct flow_error *err)
    NODISCARD;

/* Ends the writing by n workers; then, what their result knows of all rows is that of all shares. */
enum flow_status flow_agg_parts_end(struct flow_agg *const *agg, size_t n, struct flow_error *err) NODISCARD;
enum flow_status flow_agg_parts_note(struct flow_agg_parts *parts, const struct flow_agg_result *all,
    struct flow_error *err) NODISCARD;

/* Rows that a share of this turn reads, about, and the begin of their reading. */
uint64_t flow_agg_parts_rows(const struct flow_agg_parts *parts, unsigned from, unsigned to);
void flow_agg_parts_rewind(struct flow_agg_parts *parts, unsigned from, unsigned to);

/* Feeds the next rows, *rows of them; FLOW_END after the last, else as flow_agg_feed.  For several workers at a time. */
enum flow_status flow_agg_parts_feed(struct flow_agg *agg, uint64_t *rows, struct flow_error *err) NODISCARD;

/* Memory held, for limits. */
size_t flow_agg_bytes(const struct flow_agg *agg);

/*
 * Merges n workers' states (n > 0) with up to that many threads.  The states are
 * emptied and may only be freed.  The spec outlives the result.
 */
enum flow_status flow_agg_finish(struct flow_agg *const *agg, size_t n,
    struct flow_agg_result **result, struct flow_error *err) NODISCARD;
void flow_agg_result_free(struct flow_agg_result *result);

/*
 * Whether the tables are right.  Where not, rows were kept out by a guess that was too high: all is to be done
 * once more with new workers after flow_agg_plan_sure.
 */
bool flow_agg_proven(const struct flow_agg_result *result);

/* Rows of table `table`, after limit and min. */
uint64_t flow_agg_rows(const struct flow_agg_result *result, size_t table);

/*
 * Rows [from, from + rows) of a table (fewer at the end), with columns even if
 * there are no rows, and as notes the totals of all selected flows, as far as
 * they were read: flows, packets, bytes, first, last.  Bills, spikes and series tell their
 * period.  The caller frees it.
 */
enum flow_status flow_agg_table(struct flow_agg_result *result, size_t table, uint64_t from,
    size_t rows, struct flow_table **out, struct flow_error *err) NODISCARD;
