/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* An encoder's stages: rows of one template each, and which stage a row goes to. */

#include "wire/encode/encode_inner.h"

/* A row that no stage takes. */
#define NO_STAGE UINT16_MAX

/* Rows that are encoded in one go. */
#define CHUNK_ROWS 1024

/*
 * Templates that an encoder has at most besides those of its device, for rows that lack columns.  Of
 * further kinds of rows only those columns are sent that some template has, or, where none fits,
 * those that every row of every archive has.
 */
#define ENCODE_VARIANTS_MAX 512

/* One for each template of the device, or for the fixed format; false when out of memory. */
bool encode_stages_new(struct flow_encoder *e) NODISCARD;
void encode_stages_free(struct flow_encoder *e);

/* Before rows of another chunk are sorted. */
void encode_stages_begin(struct flow_encoder *e);

/*
 * Puts the row to the stage that takes it; *stage is its number, NO_STAGE where there is none.
 * `family` is 4, or 6.  FLOW_ENOMEM.
 */
enum flow_status encode_stage_row(struct flow_encoder *e, const struct flow_batch *batch, size_t row, unsigned family,
    uint16_t *stage) NODISCARD;
