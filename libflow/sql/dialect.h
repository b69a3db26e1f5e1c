/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * What differs between engines.  An `expr` is SQL that is written already; everything is appended to `out`,
 * whose failure is checked once at the end.
 */

#include "sql/sql.h"

/* A name, quoted. */
void sql_name(struct buf *out, enum flow_sql_dialect d, const char *name);

/* A text literal of any bytes. */
void sql_text(struct buf *out, enum flow_sql_dialect d, const char *text, size_t len);

/* An instant as a literal of the type that TIMESTAMP columns have. */
void sql_instant(struct buf *out, enum flow_sql_dialect d, int64_t ms);

/* A TIMESTAMP as milliseconds since 1970, and the reverse. */
void sql_to_ms(struct buf *out, enum flow_sql_dialect d, const char *expr);
void sql_from_ms(struct buf *out, enum flow_sql_dialect d, const char *expr);

/* expr >> shift and expr & mask, of whole numbers. */
void sql_shift(struct buf *out, enum flow_sql_dialect d, const char *expr, unsigned shift);
void sql_mask(struct buf *out, enum flow_sql_dialect d, const char *expr, uint64_t mask);

/* Whole quotient of two numbers that are not negative. */
void sql_quotient(struct buf *out, enum flow_sql_dialect d, const char *a, const char *b);

/* An IPv4 address's text as a number; null where it is none. */
void sql_ipv4(struct buf *out, enum flow_sql_dialect d, const char *expr);

/* The 16 bytes of a struct addr (net/addr.h) as 32 lower-case hexadecimal digits, which sort like addresses. */
void sql_address_digits(struct buf *out, enum flow_sql_dialect d, const char *expr);

/*
 * The network of an address as text, "10.1.2.0/24".  False where the dialect cannot express it: IPv6 networks
 * of more than 64 bits, or of a number of bits that is no multiple of 4.
 */
bool sql_network(struct buf *out, enum flow_sql_dialect d, const char *expr, unsigned bits4,
    unsigned bits6);

/* The operand of FROM, and what has to run before the statement (Spark: a view). */
void sql_before(struct buf *out, const struct flow_sql_from *from);
void sql_source(struct buf *out, const struct flow_sql_from *from);

/* Whether a text matches a regular expression (RE2's or Java's, case-sensitive, anywhere). */
void sql_regex(struct buf *out, enum flow_sql_dialect d, const char *expr, const char *pattern,
    size_t len);
