/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Names that exporters gave to their numbers (interfaces, VRFs), and the speeds of interfaces.  The store fills them in
 * from the metadata of files; printers look them up.  Several threads may look up at once, but not while names
 * change.
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

/* Longest name in bytes; longer ones are cut at the end of a character. */
#define FLOW_NAME_MAX 60

/* Most names that are kept. */
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

/* Sets the speed of an interface, in b/s; 0 says nothing. Limits and errors as those of names. */
enum flow_status flow_names_set_speed(struct flow_names *names, struct flow_text exporter, uint64_t interface,
    uint64_t speed_bps) NODISCARD;

/* The speed of an exporter's interface in b/s; 0: unknown. */
uint64_t flow_names_speed(const struct flow_names *names, struct flow_text exporter, uint64_t interface);

/* Whether there is any speed. */
bool flow_names_any_speed(const struct flow_names *names);

/*
 * Remembers the hash of the text that an exporter's names of a kind are read from.  True if it is the hash of
 * the last time: the names are set already.  False also when out of memory.
 */
bool flow_names_were_said(struct flow_names *names, enum flow_name_kind kind, struct flow_text exporter, uint64_t hash);

/* Whether there is any name of that kind. */
bool flow_names_any(const struct flow_names *names, enum flow_name_kind kind);

/*
 * The name, or a text of length 0.  With an exporter of length 0: the name that is the same for all exporters
 * that have one for the number.  Valid until the next change.
 */
struct flow_text flow_names_find(const struct flow_names *names, enum flow_name_kind kind,
    struct flow_text exporter, uint64_t number);
