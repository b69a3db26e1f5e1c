/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Aggregation: batches of flows -> groups with sums -> tables of results.
 *
 *	spec = flow_agg_spec_new()              any number of questions
 *	flow_agg_ask(spec, &ask, err)           "srcip/bytes", "src_addr/24,dst_port", ...
 *	flow_agg_fields(spec, &set)             the columns that have to be read
 *
 *	agg = flow_agg_new(spec, &options)      one per worker thread, no locks
 *	flow_agg_feed(agg, batch, sel, err)     ADDR, MAC, TEXT as dictionaries
 *
 *	flow_agg_sieve(agg, batch, sel, err)    a first pass over all batches, if flow_agg_sieves
 *
 *	result = flow_agg_finish(aggs, n, ...)  merges the workers, sorts
 *	flow_agg_table(result, i, from, rows, &table, err)
 *
 * Sums are unsigned 64-bit and saturate: a sum that does not fit stays at
 * UINT64_MAX, it never wraps.  Values derived from it (averages, rates, shares) are
 * null, and the table says so (`beyond`); rows still sort by the least possible value.
 *
 * Order of rows: by the order's measure (descending; `first`, `last` and keys
 * ascending), ties by the keys ascending: null first, addresses numerically
 * (IPv4 as ::ffff:a.b.c.d, after IPv4-mapped ones), texts bytewise.
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
	 * A flow and its answer (ends exchanged) make one row.  The row has the direction
	 * of the earlier of the two (by `first`; if equal, from the higher port, then
	 * from the lower address); the other's counters are rev_*.
	 */
	FLOW_AGG_TWO_WAY,
	/* As TWO_WAY, but a TCP or UDP row with src_port < 1024 < dst_port is reversed. */
	FLOW_AGG_CLIENT_SERVER,
};

/* One question.  Texts that may be NULL say so; none is kept. */
struct flow_agg_ask {
	/*
	 * keys: KEY[,KEY...], where KEY is a column, an nfdump word, or
	 *   ADDRESS/24, ADDRESS/24,/48   networks of that length (IPv4, IPv6)
	 *   srcnet, dstnet               networks by the record's own mask
	 *   first/5m, last/1h, ...       time bins, named by their start (UTC)
	 *   service                      the lower port of the two
	 *   src_country, dst_city, ...   from databases: call flow_agg_geo first
	 * statistic: KEY[:p][/ORDER...] as nfdump's -s; words such as ip, port,
	 *   as, if count a flow once under each distinct end; :p splits by protocol.
	 * Exactly one of the two is given.
	 */
	const char *keys;
	const char *statistic;
	/* MEASURE[,MEASURE...]; NULL: first, last, duration, flows, packets, bytes, pps, bps, bpp */
	const char *measures;
	/*
	 * A measure, `key`, tstart or tend; -MEASURE reverses, MEASURE:a and :d ascend and
	 * descend; or a list of measures and keys, as in "bytes,src_addr:d".  NULL: flows for a
	 * statistic, else `key`.  Packets and bytes of statistics, and in orders of two-way rows,
	 * are those of both directions.
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
	 * A series: a row for each bin of that width ("5m") and each group that the table has
	 * without `bin`; all other groups are one row "other" per bin; ordered by time, then as
	 * the groups.  A flow counts in the bin in which it begins; if `spread`, its packets and
	 * bytes are divided among all bins that it touches, in proportion to the time (flows
	 * count where it begins; a flow of more than FLOW_AGG_SPREAD_MAX bins of the period
	 * counts in the first of them).  Rates are over the part of a bin that is in the
	 * period (flow_agg_set_period); flows outside are left out.  NULL: none.
	 */
	const char *bin;
	bool spread;
	/*
	 * A bill: `statistic` is a word of two ends (`if`, with the exporter; `as`; `vlan`, ...).
	 * Bytes are spread over bins (default "5m").  Each end gets this percentile (nearest
	 * rank) of its rates in all bins of the period, empty ones as 0, for in (first end) and
	 * out separately; the higher is billed.  Measures, order, min, and pairing are not
	 * used.  In thousandths of a percent; 0: no bill.
	 */
	uint32_t billing;
	/*
	 * Spikes: bins (default "5m", bytes spread) in which a group of `keys` has at least this
	 * multiple, in thousandths, of its average bytes in the other bins of the period (which
	 * has at least three bins); greatest excess first.  Measures, order, min and pairing
	 * are not used.  0: none.
	 */
	uint32_t spikes;
	/* Prefix of an ordered table's title, as in "host scans: src_addr by flows"; NULL: none. */
	const char *about;
};

#define FLOW_AGG_SPREAD_MAX 10000

/*
 * The time that bills, spikes and series cover: all bins of [from_ms, to_ms) and no other,
 * whatever the flows' times.  An unknown side (INT64_MIN, INT64_MAX) is that of the first or last
 * bin with a flow.  An exact side is one that the user gave: a bin that it cuts counts with the time
 * within.  At an inexact side the period grows to whole bins, and a series, where a further bin
 * changes no other, also shows flows in the FLOW_AGG_SERIES_SLACK_MS before and after: flows begin
 * before they are received.
 */
#define FLOW_AGG_SERIES_SLACK_MS INT64_C(86400000)

struct flow_agg_period {
	int64_t from_ms, to_ms;
	bool from_exact, to_exact;	/* an unknown side is not exact */
	/*
	 * The fed flows touch [from_ms, to_ms); questions that do not spread count only those that
	 * begin in it.
	 */
	bool touching;
};

struct flow_agg_spec *flow_agg_spec_new(void) NODISCARD;
void flow_agg_spec_free(struct flow_agg_spec *spec);

/* Sets the databases for keys such as countries; they must outlive the spec. */
void flow_agg_geo(struct flow_agg_spec *spec, const struct flow_geo *geo);

/*
 * Adds a question; one with several orders gives several tables.  FLOW_EINVAL
 * (with a message that names the word) leaves the spec as it was.
 */
enum flow_status flow_agg_ask(struct flow_agg_spec *spec, const struct flow_agg_ask *ask,
    struct flow_error *err) NODISCARD;

/* Sets the period, after the last question and before the first worker. */
void flow_agg_set_period(struct flow_agg_spec *spec, const struct flow_agg_period *period);

/* Whether a question spreads flows, so that those that began before the period count, too. */
bool flow_agg_spreads(const struct flow_agg_spec *spec);

/* Whether a question is about a period: a bill, spikes or a series. */
bool flow_agg_has_period(const struct flow_agg_spec *spec);

/*
 * Describes rows that are sums of flows: each stands for all flows of a bin of `first` that have the same keys, with
 * the sums of flows, packets and bytes of both directions, the earliest first, and the latest last and received.
 */
struct flow_agg_sums {
	int64_t width_ms;
	struct flow_fieldset keys;	/* the columns that are the same in all flows of a row */
	enum flow_field network;	/* an address column with prefixes of at least bits4 or bits6 bits; or NONE */
	uint8_t bits4, bits6;
	bool service;			/* dst_port is the lower of both ports, src_port is null */
};

/*
 * Whether sums give the same answers as the flows themselves to all questions; if not, *why names what they lack
 * (valid as long as the spec). A period (flow_agg_has_period) the caller has to check.
 */
bool flow_agg_takes_sums(const struct flow_agg_spec *spec, const struct flow_agg_sums *sums, const char **why);

/* Adds to *set the columns that flow_agg_feed reads. */
void flow_agg_fields(const struct flow_agg_spec *spec, struct flow_fieldset *set);

/*
 * Decides, before the first worker, whether a guessed lower bound of what top lists show keeps groups out of them.
 * rows: how many there will be at most; chosen: a filter may leave few of them.
 */
void flow_agg_plan(struct flow_agg_spec *spec, uint64_t rows, bool chosen);

/* Turns guessing off: the default, and what to do after a wrong guess (flow_agg_proven). */
void flow_agg_plan_sure(struct flow_agg_spec *spec);

/*
 * Whether two passes pay: flow_agg_sieve first counts approximately what groups have; flow_agg_feed then skips
 * rows of groups that can be in no table (totals include them).  Results are the same with and without.
 */
bool flow_agg_sieves(const struct flow_agg_spec *spec);

/* Adds to *set the columns that flow_agg_sieve reads. */
void flow_agg_sieve_fields(const struct flow_agg_spec *spec, struct flow_fieldset *set);

/* The number of tables that a result will have. */
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
 * The first pass.  _begin prepares a worker for about `rows` rows in all.  flow_agg_sieve counts the selected rows
 * of a batch.  _end ends the pass for all n workers, which together must have got the rows that flow_agg_feed will
 * get, in any order and distribution.
 */
enum flow_status flow_agg_sieve_begin(struct flow_agg *agg, uint64_t rows, struct flow_error *err)
    NODISCARD;
enum flow_status flow_agg_sieve(struct flow_agg *agg, const struct flow_batch *batch,
    const struct flow_selection *sel, struct flow_error *err) NODISCARD;
enum flow_status flow_agg_sieve_end(struct flow_agg *const *agg, size_t n, struct flow_error *err) NODISCARD;

/*
 * Limits a worker to about `bytes`: beyond, groups spill to a temporary file in `folder` (the string
 * must outlive the worker), and the result stays exact.  Merged groups, and lists of them, are then
 * memory-mapped files (agg/group/spool.h).  Addresses and texts themselves, groups of a single key of
 * these, and sketches stay in RAM.  Call it before the first row.
 */
void flow_agg_limit(struct flow_agg *agg, size_t bytes, const char *folder);

/*
 * Bytes for rows that are deferred when there are many groups (default 256 MiB): looking up their
 * groups together is faster.  With flow_agg_limit that limit holds instead.
 */
void flow_agg_room(struct flow_agg *agg, size_t bytes);

/*
 * Questions whose groups, addresses or sketches do not fit into memory are answered share by share: rows are
 * partitioned once by the hashes of their groups into a temporary file, and then read share by share.
 *
 *	flow_agg_part_large			chooses the large groupings, whose rows are partitioned
 *	new workers, flow_agg_limit, flow_agg_share(agg, 0, FLOW_AGG_SHARES), flow_agg_parts_write
 *	the passes				aggregate small groupings and write the rows of the others
 *	flow_agg_parts_end, flow_agg_finish, flow_agg_parts_note
 *	flow_agg_shares_add, flow_agg_shares_keep
 *	while flow_agg_turn_next: for each share [from, to) of 0 .. FLOW_AGG_SHARES:
 *		flow_agg_parts_rewind(parts, from, to)
 *		new workers, flow_agg_limit, flow_agg_share(agg, from, to), flow_agg_parts_read
 *		flow_agg_parts_feed until FLOW_END, flow_agg_finish
 *		flow_agg_shares_add(shares, result)	its rows go to a temporary file, sorted
 *		flow_agg_shares_keep			of the last result
 *	flow_agg_turn_all
 *	flow_agg_shares_table(shares, ...)		all shares' rows, merged
 *
 * A worker takes the groups whose hashes are in the share (all bins of them in bills, spikes and series), and looks
 * up no other address.  If it needs more than its limit, flow_agg_feed returns FLOW_ELIMIT and flow_agg_is_full is
 * true: take a smaller share, or partition one more grouping.  The smallest share may spill to files instead (may_fill
 * false).  A share of everything changes nothing but flow_agg_is_full.
 *
 * A series with a limit is made last, from the groups that the shares have chosen: see flow_agg_phase.
 */
#define FLOW_AGG_SHARES 65536
#define FLOW_AGG_SHARE_SHIFT 48		/* hash >> this: the number of its smallest share */

/* A share whose bounds are multiples of this is read from the file without computing hashes again. */
#define FLOW_AGG_SHARE_WHOLE 256

enum flow_status flow_agg_share(struct flow_agg *agg, unsigned from, unsigned to, bool may_fill,
    struct flow_error *err) NODISCARD;
bool flow_agg_is_full(const struct flow_agg *agg);

/*
 * A worker's memory that grows with the number of distinct keys, for comparison with its limit: without tables of
 * fixed size (of small numbers) and what batches need.
 */
size_t flow_agg_growing_bytes(const struct flow_agg *agg);

enum flow_agg_phase {
	FLOW_AGG_ALL,		/* all tables at once */
	FLOW_AGG_CHOOSE,	/* all but series with a limit, whose groups flow_agg_finish stores in the spec */
	FLOW_AGG_SHOW,		/* only these series, of the stored groups, in a single share */
};

/* Sets the phase, before the first worker. */
enum flow_status flow_agg_set_phase(struct flow_agg_spec *spec, enum flow_agg_phase phase,
    struct flow_error *err) NODISCARD;

/* Whether a table is a series with a limit. */
bool flow_agg_is_late(const struct flow_agg_spec *spec, size_t table);

struct flow_agg_result;
struct flow_agg_shares;

/* Collects the rows of shares, at first none; the spec and `folder` must outlive it.  NULL when out of memory. */
struct flow_agg_shares *flow_agg_shares_new(const struct flow_agg_spec *spec, const char *folder) NODISCARD;
void flow_agg_shares_free(struct flow_agg_shares *shares);

/* Adds the rows of all tables that are not late. */
enum flow_status flow_agg_shares_add(struct flow_agg_shares *shares, struct flow_agg_result *result,
    struct flow_error *err) NODISCARD;

/*
 * Takes over one result of this turn, which the shares then free, for what all results have in common; its groups are
 * freed at once.
 */
void flow_agg_shares_keep(struct flow_agg_shares *shares, struct flow_agg_result *result);

/* flow_agg_rows and flow_agg_table over all shares, after _keep in each turn; ask for slices in order. */
uint64_t flow_agg_shares_rows(const struct flow_agg_shares *shares, size_t table);
enum flow_status flow_agg_shares_table(struct flow_agg_shares *shares, size_t table, uint64_t from, size_t rows,
    struct flow_table **out, struct flow_error *err) NODISCARD;

struct flow_agg_parts;

/*
 * Chooses the groupings to partition by the memory of n full workers: those that use much of it, at least one more
 * than before; *any: there was one.  The turn is then that of groupings that are not partitioned.
 */
enum flow_status flow_agg_part_large(struct flow_agg_spec *spec, struct flow_agg *const *agg, size_t n, bool *any,
    struct flow_error *err) NODISCARD;

/* Goes to the next tables with partitioned rows; false after the last.  _all: all tables again, as at first. */
bool flow_agg_turn_next(struct flow_agg_spec *spec);
void flow_agg_turn_all(struct flow_agg_spec *spec);

/*
 * Rows in a temporary file in `folder` (the string must outlive it), written by `workers` workers through about
 * `bytes` of buffers.  NULL when out of memory.
 */
struct flow_agg_parts *flow_agg_parts_new(struct flow_agg_spec *spec, const char *folder, size_t workers,
    size_t bytes) NODISCARD;
void flow_agg_parts_free(struct flow_agg_parts *parts);

/* After flow_agg_share: makes a worker write the rows of partitioned groupings, or read them. */
enum flow_status flow_agg_parts_write(struct flow_agg *agg, struct flow_agg_parts *parts, struct flow_error *err)
    NODISCARD;
enum flow_status flow_agg_parts_read(struct flow_agg *agg, struct flow_agg_parts *parts, struct flow_error *err)
    NODISCARD;

/* _end ends the writing by n workers; _note then takes from their result what holds for the rows of all shares. */
enum flow_status flow_agg_parts_end(struct flow_agg *const *agg, size_t n, struct flow_error *err) NODISCARD;
enum flow_status flow_agg_parts_note(struct flow_agg_parts *parts, const struct flow_agg_result *all,
    struct flow_error *err) NODISCARD;

/* _rows: about how many rows a share of this turn has; _rewind: starts reading them. */
uint64_t flow_agg_parts_rows(const struct flow_agg_parts *parts, unsigned from, unsigned to);
void flow_agg_parts_rewind(struct flow_agg_parts *parts, unsigned from, unsigned to);

/* Feeds the next *rows rows; FLOW_END after the last, else as flow_agg_feed.  Workers may call it concurrently. */
enum flow_status flow_agg_parts_feed(struct flow_agg *agg, uint64_t *rows, struct flow_error *err) NODISCARD;

/* Bytes that a worker has allocated. */
size_t flow_agg_bytes(const struct flow_agg *agg);

/*
 * Merges n workers' states (n > 0) with up to n threads.  The states are
 * emptied and may only be freed.  The spec must outlive the result.
 */
enum flow_status flow_agg_finish(struct flow_agg *const *agg, size_t n,
    struct flow_agg_result **result, struct flow_error *err) NODISCARD;
void flow_agg_result_free(struct flow_agg_result *result);

/*
 * Whether the tables are right.  If not, a guess (flow_agg_plan) was too high and kept rows out: call
 * flow_agg_plan_sure, and repeat everything with new workers.
 */
bool flow_agg_proven(const struct flow_agg_result *result);

/* Rows of table `table`, after limit and min. */
uint64_t flow_agg_rows(const struct flow_agg_result *result, size_t table);

/*
 * Rows [from, from + rows) of a table (fewer at the end), with columns even if
 * there are no rows.  Notes have the totals of all selected flows, for the columns that
 * were read: flows, packets, bytes, first, last; bills, spikes and series add their
 * period.  The caller frees the table.
 */
enum flow_status flow_agg_table(struct flow_agg_result *result, size_t table, uint64_t from,
    size_t rows, struct flow_table **out, struct flow_error *err) NODISCARD;
