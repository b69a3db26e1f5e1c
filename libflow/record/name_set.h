/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Names that exporters gave to numbers of theirs.  The store fills them in from the metadata of
 * files; what prints rows looks them up.  Lookups of several threads at once are sound, changes
 * are not.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "base/text.h"

enum flow_name_kind {
	FLOW_NAME_INTERFACE,	/* in_if, out_if: elements 82, 83 */
	FLOW_NAME_VRF,		/* in_vrf, out_vrf: 236 */
	FLOW_NAME_KINDS
};

/* Longer names are cut, at a character's end. */
#define FLOW_NAME_MAX 60

/* More are not kept. */
#define FLOW_NAMES_MAX (1U << 20)

struct flow_names;

/* NULL when out of memory. */
struct flow_names *flow_names_new(void);
void flow_names_free(struct flow_names *names);

/*
 * Sets a name; `exporter` is its address in canonical text.  A later one replaces it, an empty
 * one says nothing.  FLOW_ENOMEM; names beyond FLOW_NAMES_MAX are left out.
 */
enum flow_status flow_names_set(struct flow_names *names, enum flow_name_kind kind,
    struct flow_text exporter, uint64_t number, struct flow_text name) NODISCARD;

/*
 * Whether the last text that an exporter's names of a kind were read from has that hash; remembers it. Then they need not
 * be set once more. False also where memory is short.
 */
bool flow_names_were_said(struct flow_names *names, enum flow_name_kind kind, struct flow_text exporter, uint64_t hash);

/* Whether there is any name of that kind. */
bool flow_names_any(const struct flow_names *names, enum flow_name_kind kind);

/*
 * The name, or a text of length 0.  Exporter of length 0: the name that all exporters
 * agree on who have one for that number.  Valid until the next change.
 */
struct flow_text flow_names_find(const struct flow_names *names, enum flow_name_kind kind,
    struct flow_text exporter, uint64_t number);
