/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Counters of exporters for Prometheus, by address, version and domain.  Exporters beyond
 * EXPORTER_METRICS_MAX are added up as exporter="others", so that memory is bounded, and sums are those of
 * the ledger.
 */

#include "wire/decode.h"

#define EXPORTER_METRICS_MAX 512

struct exporter_metrics;

/* NULL when out of memory. */
struct exporter_metrics *exporter_metrics_new(void);
void exporter_metrics_free(struct exporter_metrics *e);

/* Adds all sources of a decoder. */
void exporter_metrics_add(struct exporter_metrics *e, const struct flow_decoder *decoder);

/* Appends the text; nothing for NULL. */
void exporter_metrics_format(const struct exporter_metrics *e, struct buf *out);
