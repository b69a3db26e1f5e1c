/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Cells for programs: how csv, json and ndjson print each type. */

#include "output/cell_column.h"

enum cell_syntax {
	CELL_CSV,
	CELL_CSV_SAFE,	/* texts cannot be formulas */
	CELL_JSON,
	CELL_RAW,	/* for people: local times, names beside numbers */
};

/* Sets the functions and the stride of a column that prints the field c->field. */
void cell_field(struct column *c, enum cell_syntax syntax);

/*
 * Values derived from columns, by name: duration (seconds), pps, bps, bpp. Sets
 * the column's functions and fields; false if there is no such name.
 */
bool cell_derived(struct column *c, const char *name, size_t len);

/* Tries these names, for messages about unknown columns. */
void cell_derived_nearest(struct nearest *n);

/*
 * Values of addresses in databases, and of TLS hellos, by name: src_country, dst_city, tls_sni, ja3 and the
 * like.  Sets the column's source; false if there is no such name.
 */
bool cell_made(struct column *c, const char *name, size_t len);

/* Of the chunk's row i (record/derived.h): milliseconds, packets a second, bits a second, bytes a packet. */
uint64_t cell_duration_ms(const struct chunk *chunk, size_t i);
uint64_t cell_pps(const struct chunk *chunk, size_t i);
uint64_t cell_bps(const struct chunk *chunk, size_t i);
uint64_t cell_bpp(const struct chunk *chunk, size_t i);
