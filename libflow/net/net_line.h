/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * A line of a list of networks, in the forms in which such lists are published:
 *
 *	192.0.2.0/24              192.0.2.7                  2001:db8::/32
 *	192.0.2.0/24 ; SBL1       # a comment                ; a comment
 *	192.0.2.0-192.0.2.99      192.0.2.0 - 192.0.2.99     Some Org:192.0.2.0-192.0.2.99   (P2P)
 *	192.0.2.0 255.255.255.0   192.0.2.0 192.0.2.255 24 7 SOME-AS                         (DShield)
 *	"2026-11-23 10:00:00","192.0.2.7","443"              {"cidr":"192.0.2.0/24","rir":"x"}
 *	192.0.2.7:443             [2001:db8::7]:443
 *
 * What counts is the first field that is an address, a network or a range.
 */

#include "net/addr_range.h"

enum net_line {
	NET_LINE_RANGE,		/* *out is what it says */
	NET_LINE_EMPTY,		/* blank, or a comment */
	NET_LINE_NONE,		/* no address; a heading where it is the first line */
	NET_LINE_BITS,		/* an address with an invalid prefix length */
	NET_LINE_ORDER,		/* a range that ends before it begins */
	NET_LINE_HOSTS,		/* "0.0.0.0 bad.example": a list of names */
};

/* Reads exactly `len` bytes of any kind; they may include the line ending. */
enum net_line net_line_parse(const char *text, size_t len, struct addr_range *out);

/* A message for a line that is wrong; NULL for a good one. */
const char *net_line_fault(enum net_line line);
