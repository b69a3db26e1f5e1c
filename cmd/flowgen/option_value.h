/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Arguments of flowgen's options as values.  Each returns false after a message, and *out is then as it was. */

#include <stdbool.h>
#include <stdint.h>

#include "flowgen/options.h"

/* The argument of --duration: 90, 90s, 5m, 2h, 1d as seconds. */
bool option_duration(const char *text, uint64_t *out);

/* A decimal number with at most three decimals, in thousandths, lo .. hi. */
bool option_thousandths(const char *option, const char *text, uint64_t lo, uint64_t hi, uint64_t *out);

/* The argument of -z. */
bool option_codec(const char *text, struct flow_writer_options *out);

/* The argument of -v: o->version and o->scheme. */
bool option_version(const char *text, struct options *o);

/* A time with units, or plain seconds, as milliseconds; at least least_ms, at most 2^32 s. */
bool option_span(const char *option, const char *text, int64_t least_ms, int64_t *out);

/* The same, from a second to an hour. */
bool option_timeout(const char *option, const char *text, uint32_t *out);

/* The argument of --skew: a time with a sign, as milliseconds. */
bool option_skew(const char *text, int64_t *out);

/* The argument of --curve. */
bool option_curve(const char *text, enum curve_kind *out);
