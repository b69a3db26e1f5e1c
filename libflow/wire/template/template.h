/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Templates of NetFlow v9 (RFC 3954) and IPFIX (RFC 7011): read from their
 * sets, and kept by id in a table.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cursor.h"
#include "base/status.h"

#define TEMPLATE_ID_MIN 256
#define TEMPLATE_VARIABLE 65535u	/* a field's length is in the record */
#define TEMPLATE_FIELDS_MAX 1024
/* The "enterprise" of v9's scope types (RFC 3954 6.1), which are no elements. */
#define TEMPLATE_SCOPE_PEN UINT32_MAX

enum v9_scope {
	V9_SCOPE_SYSTEM = 1,
	V9_SCOPE_INTERFACE,
	V9_SCOPE_LINE_CARD,
	V9_SCOPE_CACHE,
	V9_SCOPE_TEMPLATE,
};

struct template_field {
	uint32_t pen;
	uint16_t id;
	uint16_t len;
};

struct plan;
struct source;

struct template {
	uint16_t id;
	uint16_t count;		/* fields */
	uint16_t scopes;	/* the first fields that are scopes; options only */
	bool options;
	bool variable;		/* some field has TEMPLATE_VARIABLE */
	bool doubted;		/* from before a reboot: data waits until it is announced again */
	uint32_t record_len;	/* least bytes of a record, at least 1 */
	size_t bytes;		/* memory, the plan's included */
	int64_t seen_ms;	/* when last announced or used, by the decoder's age_clock */
	uint8_t may_fill;	/* result of plan_may_fill: 0 not known, 1 no, 2 yes */
	uint32_t serial;	/* unique in the decoder for each announced layout */
	struct source *owner;	/* the source whose table it is in; NULL: none */
	struct plan *plan;	/* compiled at first use; NULL before, and for options */
	struct plan *text_plan;	/* the same for its records in lists, which only go to extra */
	struct template_field field[];
};

/* The kinds of set that hold templates. */
enum template_kind {
	TEMPLATE_DATA,
	TEMPLATE_OPTIONS,
};

/*
 * Reads the next template of a set.
 *   FLOW_OK         *out is it, the caller's to free with template_free;
 *                   NULL for a withdrawal (count 0) of *id
 *   FLOW_END        only padding is left
 *   FLOW_EFORMAT    malformed.  If the cursor has not failed, it stands behind
 *                   this template and the next can be read.
 *   FLOW_ELIMIT     too many fields; the cursor as above
 */
enum flow_status template_read(struct cursor *in, unsigned version, enum template_kind kind,
    uint16_t *id, struct template **out) NODISCARD;
void template_free(struct template *t);

/* A template with room for `count` fields, which the caller fills in; NULL: no memory. */
struct template *template_new(uint16_t id, size_t count) NODISCARD;
/* Computes the members that follow from the fields; false if records would have no bytes, or hardly any. */
bool template_measure(struct template *t);

/* Whether two templates lay out records in the same way. */
bool template_same(const struct template *a, const struct template *b);

/* Templates by id. */
struct template_table {
	struct template **slot;
	size_t slots;		/* 0 or a power of two */
	size_t used;
};

struct template *template_find(const struct template_table *table, uint16_t id);
/* Puts a template (the table's from now on) in the place of *old, which the caller frees. */
enum flow_status template_put(struct template_table *table, struct template *t,
    struct template **old) NODISCARD;
/* Removes a template, which the caller frees; NULL if there is none. */
struct template *template_take(struct template_table *table, uint16_t id);
