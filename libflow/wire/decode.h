/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Export datagrams -> rows: NetFlow v1, v5, v7, v8, v9, IPFIX, sFlow v4 and v5.
 *
 *	decoder = flow_decoder_new(&options)
 *	flow_decoder_datagram(decoder, &datagram, builder)     any number of rows
 *	...
 *	flow_decoder_counts, flow_decoder_source, flow_decoder_exporters_json
 *
 * A decoder keeps the state that the protocols require: templates, option
 * data (sampling, names), sequence numbers, data that came before its template.
 * flow_decoder_options bounds all of it.  One thread uses a decoder at a
 * time; all datagrams of one exporter must go to the same decoder.
 *
 * Bad input from the network is no error: it is counted by cause (wire/count.def),
 * and the rest of the datagram is decoded where that is sound.
 *
 * After a v9 exporter reboots (its uptime fell below the time since its last datagram),
 * its templates are not used until it announces them again; its data waits for that.
 *
 * Rows
 *   received   struct flow_datagram's received_ms
 *   exporter   who observed the flow: the record's 403/404 or 130/131, in sFlow the agent's
 *              address, else struct flow_datagram's exporter.  Where the last differs, it is
 *              `sender` in extra
 *   first/last the first pair of this list whose ends are not zero in the record, as far as
 *              the template has them (else the first with one such end):
 *                ms 152/153, us 154/155 and ns 156/157 (NTP fractions), s 150/151,
 *                158/159 (us before export; if just one is zero, that one is the export),
 *                uptime 22/21 (if just one is zero, that one is the boot; counted from the
 *                header's uptime, in IPFIX from systemInitTime 160 of the record or of
 *                option data; modulo 2^32: up to 2^30 ms after the header's
 *                uptime, else before it, so that wraps are right),
 *                258 observationTime or 322-325 or event time 323,
 *                the header's export time, the receive time.  If one of the two
 *                is missing, it equals the other.  A `last` before its `first` is
 *                corrected: by 2^32 ms if that explains it, else last = first.
 *                A header clock before 1990 (uptime instead of a clock) is
 *                replaced by the receive time.
 *              With fix_clock, the times of an exporter whose header clock is
 *              more than a minute off the receive time are moved by that offset,
 *              which is measured again when it changes by more than two seconds.
 *   src_addr, dst_addr, masks, flow_label   of one header.  With several pairs of
 *              addresses in a template (8/12, 27/28, repeats): of the pairs that the
 *              record sets, the first of the record's version (60), else the
 *              first (RFC 7011 8: the outer header); where none is set, zeros of that
 *              version.  The next pair, unless the protocol carries no packet,
 *              is inner_src_addr, inner_dst_addr, and the second
 *              4, 7 and 11 are inner_proto and inner_*_port.  All else is in extra.
 *              Masks are of the family of the row's addresses (29, 30 or 9, 13); the
 *              other family's count only where the row's family has none.
 *              An IPv4-mapped address of an IPv6 element (::ffff:10.1.1.1, RFC 4291
 *              2.5.5.2) becomes 10.1.1.1.  It stays IPv6 where the other address of its
 *              pair is of an IPv6 element and not IPv4-mapped, where the record's version
 *              (60) is 6, and always in the header of a packet.
 *   next_hop, bgp_next_hop, nat_*_addr   of the two families the one that is set, of both
 *              the row's; NAT's source and destination are of one family
 *   packets    2, 86, 298, 24, and 2 beside 352 (else 0); bytes 1, 85, 231, 23, 352
 *              (else 0): the first pair in which no counter of the template is zero
 *              in this record (a pair that is all zero counts if its reverse is not),
 *              else the first that counts anything; 352 without 2 takes packets from the
 *              first of 86, 298 and 24 that is not zero; rev_* come
 *              from the same pair (reverse 1/2, 85/86; 232/299; reverse 23/24, 352).  All
 *              are multiplied by `sampling` when a rate is known, as are post_* and mcast_*.
 *              flows: 3, else 1.
 *   sampling   the factor (a fraction such as 3/2 scales exactly, and is rounded here),
 *              from (first found): the operator's override; the
 *              record's own 34, 50, 305/306, 309/310 ...; the record's sampler id
 *              48 or 302 in the option data of its domain, then of its exporter;
 *              the selectors of its selection sequence 301, multiplied;
 *              the rate of the interface; of the record's observation point 138; of its line
 *              card 141; of the template; of the domain (149 may name another domain); the rate that
 *              all points or all cards share, where the record does not name its own; the exporter's;
 *              the v5 header; if the sender's port announced no rate, all of these from the port that did;
 *              the operator's default.  Absent: no rate is known.
 *   first bytes of packets (104, 313, 315, 316, 317)   fill the columns that the
 *              record has no element for; without counters packets 1, bytes 312
 *              or the length in the IP header
 *   icmp_type, icmp_code   elements 32, 139, 176-179, else dst_port of an ICMP
 *              row (dst_port itself stays as exported)
 *   sFlow      packets 1 and bytes frame_length (if that is impossible, the length by the sampled
 *              headers), both times the sampling rate; 0 and 0 of a sample without a packet
 *              (an application's: its socket gives addresses and ports, other records are in extra);
 *              addresses of the first IP header after Ethernet, VLAN, MPLS,
 *              PPPoE (tunnels: the outer header, as sfcapd); first and last are
 *              the receive time
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/status.h"
#include "element/elements_file.h"
#include "net/addr.h"
#include "record/builder.h"

struct flow_decoder;

enum flow_transport {
	FLOW_UDP,
	FLOW_TCP,
	FLOW_FILE,
};

struct flow_datagram {
	const uint8_t *bytes;
	size_t len;
	struct addr exporter;	/* source address */
	uint16_t port;		/* source port; 0 unknown */
	enum flow_transport transport;
	int64_t received_ms;	/* since 1970 UTC */
};

/* Whether it begins with a version that the decoder knows; the rest is not checked. */
bool flow_datagram_is_export(const struct flow_datagram *datagram);

/*
 * Who observed the flows of a datagram: the address of the sFlow agent, else of the sender (struct
 * flow_datagram's exporter).  Reads only the header.
 */
struct addr flow_datagram_exporter(const struct flow_datagram *datagram);

/* The clock in the header of an export, in milliseconds since 1970 UTC; 0 if it has none (sFlow) or is too short. */
int64_t flow_datagram_clock(const struct flow_datagram *datagram);

/* How two senders of one address and domain are distinguished. */
enum flow_scope {
	FLOW_SCOPE_PORT,	/* by port, as in RFC 7011 8: separates routers behind one address */
	FLOW_SCOPE_ADDRESS,	/* not at all, except over TCP */
};

/*
 * The operator's sampling rate for some exporters, or for rows that came in by some of their interfaces (in_if).
 * The first rule that fits a row applies.
 */
struct flow_sampling_rule {
	struct addr net;
	unsigned bits;
	bool has_interface;
	uint32_t interface;
	uint32_t rate;			/* 1 and above */
	bool override;			/* wins over announced rates; else only over the operator's general rate */
};

/*
 * Zero in a limit means its default.  When a total exceeds its limit, sources are evicted: newcomers
 * first (less than ten seconds between their first and last datagram), so that spoofed senders
 * evict each other; among equals, the least recently used.  Data that waits for its template is
 * evicted the same way: that of newcomers first, and a newcomer never evicts that of others.
 */
struct flow_decoder_options {
	uint32_t sampling;		/* operator's rate; 0: none */
	bool sampling_override;	/* it wins over announced rates */
	const struct flow_sampling_rule *rule;	/* precede these two; must outlive the decoder */
	size_t rules;
	bool drop_extra;		/* do not fill the column `extra` */
	const struct flow_elements *elements;	/* the user's names of elements; must outlive the decoder */
	enum flow_scope scope;
	bool fix_clock;			/* corrects the times of an exporter whose clock is more than a minute off */
	size_t max_sources;		/* 16384 (exporter, domain) pairs; see above which are evicted */
	size_t max_templates;		/* 262144 in all */
	size_t max_source_templates;	/* 4096 per source */
	size_t max_template_bytes;	/* 256 MiB of memory for templates, an eighth of it per source */
	size_t max_held_bytes;		/* 16 MiB of data sets waiting for templates, a sixteenth per source */
	size_t max_names;		/* 65536 names and rates per source */
	size_t max_total_names;		/* 1048576 in all */
	int64_t held_ms;		/* held data is given up after this: 1800000 */
	int64_t template_ms;		/* templates unannounced and unused this long go: 86400000; INT64_MAX: never */
};

/* Defaults: all zero.  NULL options: defaults.  NULL when out of memory. */
struct flow_decoder *flow_decoder_new(const struct flow_decoder_options *options) NODISCARD;
void flow_decoder_free(struct flow_decoder *d);

/*
 * Decodes one datagram (UDP payload, or one IPFIX message of a stream, see
 * wire/message.h).  Appends its rows to `out`, then the rows of held data that
 * it makes decodable (with the `received` of their own datagram).  Bad input is
 * counted, never an error; FLOW_ENOMEM or FLOW_ELIMIT only for lack of memory.
 */
enum flow_status flow_decoder_datagram(struct flow_decoder *d, const struct flow_datagram *datagram,
    struct flow_builder *out) NODISCARD;

/*
 * A TCP session (exporter, port) ended, or all did (NULL), as after flow_decoder_load: templates and
 * held data are forgotten (RFC 7011 8).
 */
void flow_decoder_session_end(struct flow_decoder *d, const struct addr *exporter, uint16_t port);

/* Bytes of data that waits for a template. */
size_t flow_decoder_waiting(const struct flow_decoder *d);

/*
 * Decodes held data by the template of another port of the same exporter and domain, some at a
 * time; FLOW_END when none is left.  A port that falls silent when another begins is the same
 * sender: 30 s of silence suffice.  If both go on, the template is lent after half of `held_ms`.
 * now_ms = INT64_MAX lends at once.  Call it about once a second, and before flow_decoder_expire.
 */
enum flow_status flow_decoder_settle(struct flow_decoder *d, int64_t now_ms,
    struct flow_builder *out) NODISCARD;

/*
 * Drops data held for too long, which is counted, and templates that were neither announced nor used
 * for too long (call at rotation).  INT64_MAX drops all held data and no template.
 * Ages advance with receive times and now_ms, by at most a minute for each, and never back: a
 * clock that is set forward by a day makes nothing a day older.
 */
void flow_decoder_expire(struct flow_decoder *d, int64_t now_ms);

/* What an operator should know of an exporter; each kind is reported once per exporter. */
struct flow_exporter_news {
	struct addr exporter;
	bool begins;		/* its first datagram since flow_decoder_new, or since it was forgotten */
	uint8_t version;	/* begins: as column export_version */
	bool waits;		/* begins: its data waits for a template */
	bool clock;		/* its clock is more than a minute off the receive time */
	bool times;		/* a row has impossible times */
	int64_t header_ms;	/* clock: its value, and how far it is ahead (negative: behind) */
	int64_t ahead_ms;
	int64_t first_ms, last_ms;	/* times: of that row */
};

/* News since the last call; call it after each datagram.  False: none. */
bool flow_decoder_news(struct flow_decoder *d, struct flow_exporter_news *out);

/* Counters. */
enum flow_count {
#define COUNT(id, name, text) FLOW_COUNT_##id,
#include "wire/count.def"
#undef COUNT
	FLOW_COUNT_COUNT
};

struct flow_counts {
	uint64_t value[FLOW_COUNT_COUNT];
};

/* Static texts, never NULL. */
const char *flow_count_name(enum flow_count count);
const char *flow_count_text(enum flow_count count);

/* Since flow_decoder_new; the caller subtracts to get a slot's. */
const struct flow_counts *flow_decoder_counts(const struct flow_decoder *d);

/* A source: (exporter, sender and port if in scope, version, domain). */
struct flow_source_info {
	struct addr exporter;	/* sFlow: the agent */
	struct addr sender;	/* of its datagrams; mostly the exporter itself */
	uint16_t port;		/* of the last datagram */
	uint8_t version;	/* as column export_version */
	uint32_t domain;	/* source id, observation domain, sub-agent; v5: engine type << 8 | id */
	uint32_t sampling;	/* the last factor used or announced; 0 unknown */
	size_t templates;
	size_t names;
	int64_t first_ms, last_ms;	/* receive times */
	uint64_t datagrams;
	uint64_t flows;
	uint64_t packets, bytes;	/* of its rows, scaled as they are */
	/*
	 * Sequence numbers.  The unit is the protocol's: v5, v7, v8 flows, v9 and
	 * sFlow datagrams, IPFIX data records.  `lost` shrinks again when late
	 * datagrams come.
	 */
	uint64_t lost, late, restarts;
	uint64_t clock_wrong;		/* datagrams whose header clock is more than a minute off */
	int64_t clock_ahead_ms;		/* how far the last of them was; negative: behind */
	uint64_t times_wrong;		/* rows with impossible times */
	uint64_t all_datagrams, all_flows, all_lost;	/* over all slots since the source is known */
	uint64_t lately_datagrams, lately_flows, lately_lost;	/* of this slot and the one before */
	int64_t announced_ms_ago;	/* age of its last template; -1: none yet */
	size_t waiting_bytes;		/* data without a template, and how long the oldest has waited */
	int64_t waiting_ms;
};

/* Sources known now; i < flow_decoder_sources.  The order is stable between datagrams only. */
size_t flow_decoder_sources(const struct flow_decoder *d);
void flow_decoder_source(const struct flow_decoder *d, size_t i, struct flow_source_info *out);

/*
 * Resets "flows", "packets", "bytes", "lost" ... of sources to zero:
 * call it when a slot begins, after flow_decoder_exporters_json of the last one.
 */
void flow_decoder_slot_begin(struct flow_decoder *d);

/*
 * Forgets counts, sequence numbers and held data, but no template, rate or name: call it
 * after teaching a new decoder with old datagrams.
 */
void flow_decoder_begin_again(struct flow_decoder *d);

/*
 * Appends the value of flow.exporters: a JSON array with an object for each source
 * that sent something in this slot (and is `only`, unless NULL):
 *   {"exporter":"192.0.2.1","version":9,"domain":0,"flows":5,"packets":7,"bytes":900,
 *    "datagrams":2,"lost":0,"late":0,"restarts":0,"sampling":100,
 *    "sender":"192.0.2.254","senders":2,
 *    "clock_wrong":2,"clock_behind_ms":86399000,"times_wrong":1,
 *    "samplers":{"1":{"rate":100,"name":"s1"}},
 *    "interfaces":{"1":{"name":"Gi0/1","description":"uplink","speed_bps":10000000000}},
 *    "vrfs":{"3":"red"},"applications":{"13:5":"dns"}}
 * Empty parts are left out.  All ports of an exporter, version and domain share one object:
 * `senders` is the number of ports, or of sequence counters, if more than one; `sender` is the
 * address of the sender, if it is not the exporter's.  `clock_wrong` counts datagrams whose clock is more than
 * a minute off; clock_behind_ms or clock_ahead_ms says how far the last of them was.  `times_wrong`
 * counts rows with impossible times.
 */
void flow_decoder_exporters_json(const struct flow_decoder *d, const struct addr *only,
    struct buf *out);

/*
 * A readable text of a datagram, for operators: header fields, sets, templates,
 * records by element name, lists (RFC 6313) opened as in `extra`.  It uses the templates that
 * `d` knows, so call it after flow_decoder_datagram; it counts nothing.
 */
void flow_datagram_dump(const struct flow_datagram *datagram, struct flow_decoder *d,
    struct buf *text);
