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
 * A decoder keeps what the protocols make a collector keep: templates, option
 * data (sampling, names), sequence numbers, data that came before its template.
 * All of it is bounded by flow_decoder_options.  One thread uses a decoder at a
 * time; all datagrams of one exporter must go to the same decoder.
 *
 * Nothing that comes from the network is an error here: it is counted by cause
 * (wire/count.def) and the rest of the datagram is decoded where that is sound.
 *
 * Templates of a v9 exporter that was booted (its uptime fell below the time since its
 * last datagram) are not used until it announces them again; its data waits for that.
 *
 * Rows
 *   received   struct flow_datagram's received_ms
 *   exporter   who observed the flow: the record's 403/404 or 130/131, of sFlow the agent's
 *              address, else struct flow_datagram's exporter; that one is `sender` in extra
 *              where it differs
 *   first/last the first of these that the record has, not zero, for both ends that
 *              its template has (else for one):
 *                ms 152/153, us 154/155 and ns 156/157 (NTP fractions), s 150/151,
 *                158/159 (us before export; zero beside one that is not: the export),
 *                uptime 22/21 (a zero beside one that is not: the boot; from the header's uptime; IPFIX: from systemInitTime 160 in the record or in
 *                option data; modulo 2^32, up to 2^30 ms after the header's
 *                uptime, else before it, so that wraps are right), 258 observationTime or 322-325 or event time 323,
 *                the header's export time, the receive time.  If one of the two
 *                is missing it is the other.  A `last` before its `first` is
 *                corrected: by 2^32 ms if that explains it, else last = first.
 *                A header clock before 1990 (uptime instead of a clock) is
 *                replaced by the receive time.
 *              With fix_clock, the times of an exporter whose header clock is
 *              more than a minute off the receive time are moved by that offset,
 *              measured anew where it changes by more than two seconds.
 *   src_addr, dst_addr, masks, flow_label   of one header.  With several pairs of
 *              addresses in a template (8/12, 27/28, repeats): of those that the
 *              record sets, the first of the version that it says (60), else the
 *              first (RFC 7011 8: the outer header); where none is set, zeros of the
 *              version that it says.  The next pair, unless the protocol is one that
 *              carries no packet, is inner_src_addr, inner_dst_addr, and the second
 *              4, 7 and 11 are inner_proto and inner_*_port.  All else is in extra.
 *              Masks are of the family of the row's addresses (29, 30 or 9, 13); the
 *              other family's count only where that one has none.
 *              An IPv4-mapped address of an element of IPv6 (::ffff:10.1.1.1, RFC 4291
 *              2.5.5.2) is 10.1.1.1; it stays one of IPv6 where the other address of its
 *              pair is of such an element and not IPv4-mapped, or the record's version
 *              (60) is 6.  In the header of a packet it always is one of IPv6.
 *   next_hop, bgp_next_hop, nat_*_addr   of both families that which is set, of two the
 *              row's; NAT's source and destination are of one family
 *   packets    2, 86, 298, 24, and 2 beside 352 (else 0); bytes 1, 85, 231, 23, 352
 *              (else 0): the first pair of which nothing that the template has is
 *              zero in this record (of a pair that is all zero: but its reverse is not),
 *              else the first that counts anything; 352 without 2 has the first packets
 *              of 86, 298 and 24 that are not zero; rev_* come
 *              from the same (reverse 1/2, 85/86; 232/299; reverse 23/24, 352).  All
 *              times `sampling` when a rate is known, as are post_* and mcast_*.
 *              flows: 3, else 1.
 *   sampling   the factor (a fraction such as 3/2 scales exactly, and is rounded here),
 *              from (first found): the operator's override; the
 *              record's own 34, 50, 305/306, 309/310 ...; the record's sampler id
 *              48 or 302 in the option data of its domain, then of its exporter;
 *              the selectors of its selection sequence 301, multiplied;
 *              the rate of the interface; of the record's observation point 138; of its line
 *              card 141; the template's; the domain's (149 may tell another's); the one of all points
 *              or cards, where the record does not say its own; the exporter's;
 *              the v5 header; where its port announced none, all this from the one that did;
 *              the operator's default.  Absent: nobody said.
 *   packets' first bytes (104, 313, 315, 316, 317)   fill the columns that the
 *              record has no element for; without counters packets 1, bytes 312
 *              or the length in the IP header
 *   icmp_type, icmp_code   elements 32, 139, 176-179, else dst_port of an ICMP
 *              row (dst_port itself stays as exported)
 *   sFlow      packets 1 and bytes frame_length (or what the sampled headers say, where that
 *              cannot be), both times the sampling rate; 0 and 0 of a sample without a packet
 *              (an application's: its socket is addresses and ports, other records are in extra);
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

/* Whether it begins with a version that the decoder knows; what follows may still be nonsense. */
bool flow_datagram_is_export(const struct flow_datagram *datagram);

/*
 * Who observed what a datagram tells: the address of an sFlow agent, else the sender's (struct
 * flow_datagram's exporter).  Nothing but the header is looked at.
 */
struct addr flow_datagram_exporter(const struct flow_datagram *datagram);

/* The clock in the header of an export, in milliseconds since 1970 UTC; 0: none (sFlow), or too short. */
int64_t flow_datagram_clock(const struct flow_datagram *datagram);

/* What tells two senders of one address and domain apart. */
enum flow_scope {
	FLOW_SCOPE_PORT,	/* the port, as RFC 7011 8 says: routers behind one address are told apart */
	FLOW_SCOPE_ADDRESS,	/* nothing, but for TCP */
};

/*
 * The operator's word on the rate of some exporters, or of what came in by some of their interfaces (in_if of a row).
 * Of several the first that fits a row.
 */
struct flow_sampling_rule {
	struct addr net;
	unsigned bits;
	bool has_interface;
	uint32_t interface;
	uint32_t rate;			/* 1 and above */
	bool override;			/* it wins over what exporters announce, else over nothing but the operator's general rate */
};

/*
 * Zero in a limit means its default.  What exceeds a limit in all pushes out sources: first those
 * that have not sent for ten seconds from their first datagram to a later one, so that invented
 * senders push out each other; of equal ones that which was not used for longest.  So it is with
 * data that waits for its template: newcomers' goes first, and never for a newcomer that of the others.
 */
struct flow_decoder_options {
	uint32_t sampling;		/* operator's rate; 0: none */
	bool sampling_override;	/* it wins over what exporters announce */
	const struct flow_sampling_rule *rule;	/* before these two; outlive the decoder */
	size_t rules;
	bool drop_extra;		/* do not fill the column `extra` */
	const struct flow_elements *elements;	/* the user's names of elements; outlive the decoder */
	enum flow_scope scope;
	bool fix_clock;			/* times of an exporter whose clock is more than a minute off are moved by that */
	size_t max_sources;		/* 16384 (exporter, domain) pairs; see below which go */
	size_t max_templates;		/* 262144 in all */
	size_t max_source_templates;	/* 4096 per source */
	size_t max_template_bytes;	/* 256 MiB of memory for templates, an eighth of it per source */
	size_t max_held_bytes;		/* 16 MiB of data sets waiting for templates, a sixteenth per source */
	size_t max_names;		/* 65536 names and rates per source */
	size_t max_total_names;		/* 1048576 in all */
	int64_t held_ms;		/* held data is given up after this: 1800000 */
	int64_t template_ms;		/* templates neither announced nor used so long are forgotten: 86400000; INT64_MAX: none */
};

/* Defaults: all zero.  NULL options: defaults.  NULL when out of memory. */
struct flow_decoder *flow_decoder_new(const struct flow_decoder_options *options) NODISCARD;
void flow_decoder_free(struct flow_decoder *d);

/*
 * Decodes one datagram (UDP payload, or one IPFIX message of a stream, see
 * wire/message.h) and appends its rows to `out`, and the rows of held data that
 * it makes decodable (with the `received` of their own datagram).  Bad input is
 * counted, never an error; FLOW_ENOMEM or FLOW_ELIMIT from memory only.
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
 * Decodes held data that only has another port's template (of the same exporter and domain), some
 * at a time; FLOW_END when there is none.  A port that fell silent when another began is the same
 * sender, which 30 s show; where both go on, the template is lent after half of `held_ms`; with
 * INT64_MAX, at once.  Call it about once a second, and before flow_decoder_expire.
 */
enum flow_status flow_decoder_settle(struct flow_decoder *d, int64_t now_ms,
    struct flow_builder *out) NODISCARD;

/*
 * Gives up data that is held too long at this time, which is counted, and templates that were
 * not heard of for too long (call at rotation).  INT64_MAX gives up all held data and no template.
 * Ages go on with receive times and these, but by a minute at most for each, and never back: a
 * clock that is set forward by a day makes nothing a day older.
 */
void flow_decoder_expire(struct flow_decoder *d, int64_t now_ms);

/* What an operator is to be told of an exporter, once for each. */
struct flow_exporter_news {
	struct addr exporter;
	bool begins;		/* the first datagram of it since flow_decoder_new, or since it was forgotten */
	uint8_t version;	/* begins: as column export_version */
	bool waits;		/* begins: for a template */
	bool clock;		/* its clock is more than a minute off the receive time */
	bool times;		/* a row has times that cannot be */
	int64_t header_ms;	/* clock: what it says, and by how much it is ahead (negative: behind) */
	int64_t ahead_ms;
	int64_t first_ms, last_ms;	/* times: of that row */
};

/* News since the last call, to be asked for after each datagram; false: none. */
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
	uint64_t times_wrong;		/* rows with times that cannot be */
	uint64_t all_datagrams, all_flows, all_lost;	/* since it is known, and not of the slot alone */
	uint64_t lately_datagrams, lately_flows, lately_lost;	/* of this slot and the one before */
	int64_t announced_ms_ago;	/* its last template; -1: none yet */
	size_t waiting_bytes;		/* data without a template, and for how long the oldest has waited */
	int64_t waiting_ms;
};

/* Sources known now; i < flow_decoder_sources.  The order is stable between datagrams only. */
size_t flow_decoder_sources(const struct flow_decoder *d);
void flow_decoder_source(const struct flow_decoder *d, size_t i, struct flow_source_info *out);

/*
 * From here on "flows", "packets", "bytes", "lost" ... of sources count anew:
 * call it when a slot begins, after flow_decoder_exporters_json of the last one.
 */
void flow_decoder_slot_begin(struct flow_decoder *d);

/*
 * Forgets counts, sequence numbers and held data, but no template, rate or name: after
 * teaching a new decoder with datagrams of an earlier one.
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
 *    "interfaces":{"1":{"name":"Gi0/1","description":"uplink"}},
 *    "vrfs":{"3":"red"},"applications":{"13:5":"dns"}}
 * Empty parts are left out.  All that an exporter sent of a version and domain is one object:
 * `senders` tells how many ports, or counters of sequences, that was, where it is more than one,
 * `sender` an address that is not the exporter's.  `clock_wrong` counts datagrams whose clock is more than
 * a minute off, beside how far the last of them was (clock_behind_ms or clock_ahead_ms); `times_wrong`
 * rows with times that cannot be.
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
