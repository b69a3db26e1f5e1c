/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * IP protocol numbers and TCP flags as words.  Names are the keywords of IANA's
 * registry "Assigned Internet Protocol Numbers", or the shorter ones that nfdump
 * uses, so that none has more than five letters.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PROTO_ICMP 1
#define PROTO_TCP 6
#define PROTO_UDP 17
#define PROTO_ICMP6 58
#define PROTO_SCTP 132

/* Room for a name or number. */
#define PROTO_TEXT_MAX 8

/* "TCP"; NULL where the number has no name.  Static storage. */
const char *proto_name(uint8_t proto);

/* The name, or the number in decimal, at `out` (room PROTO_TEXT_MAX, no NUL); its length. */
size_t proto_format(uint8_t proto, char *out);

/*
 * Reads a name in any case (also IANA's keyword and other usual spellings:
 * icmp6, icmpv6, ipv6-icmp) or a decimal number up to 255; false, and *out untouched,
 * if it is none.
 */
bool proto_parse(const char *text, size_t len, uint8_t *out);

/* Whether ports have a meaning: TCP, UDP, SCTP, DCCP, UDP-Lite. */
bool proto_has_ports(uint8_t proto);

/* ICMP or IPv6-ICMP. */
static inline bool
proto_is_icmp(uint8_t proto)
{
	return proto == PROTO_ICMP || proto == PROTO_ICMP6;
}

/* Bits of tcp_flags (RFC 9293 3.1), from the lowest. */
#define TCP_FIN 0x01u
#define TCP_SYN 0x02u
#define TCP_RST 0x04u
#define TCP_PSH 0x08u
#define TCP_ACK 0x10u
#define TCP_URG 0x20u
#define TCP_ECE 0x40u
#define TCP_CWR 0x80u

#define TCP_FLAGS_TEXT_LEN 8

/* "...AP.SF": CWR ECE URG ACK PSH RST SYN FIN as C E U A P R S F, or a dot; 8 bytes, no NUL. */
void tcp_flags_format(uint16_t flags, char out[TCP_FLAGS_TEXT_LEN]);

/*
 * Reads letters of FSRPAUEC (any case; W as well as C, dots skipped; X is all
 * of the first six), or a number as 0x1b or 27; false if it is none.
 */
bool tcp_flags_parse(const char *text, size_t len, uint16_t *out);
