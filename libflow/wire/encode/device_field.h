/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* One element of a description, as what is written for it. */

#include "wire/encode/device_profile.h"

/*
 * Reads "ELEMENT[/WIDTH|/vWIDTH][=VALUE]" into *out, whose texts are allocated from `memory`.
 * FLOW_EINVAL with a message, FLOW_ENOMEM.
 */
enum flow_status device_field(const char *word, size_t len, struct arena *memory, struct encode_field *out,
    struct flow_error *err) NODISCARD;

/* A scope of v9: system, interface, linecard, cache, template; else as device_field. */
enum flow_status device_scope(const char *word, size_t len, unsigned version, struct arena *memory,
    struct encode_field *out, struct flow_error *err) NODISCARD;

/* The same field for rows of the other family: elements of IPv4 and IPv6 that stand for each other. */
void device_field_family(struct encode_field *f, unsigned family);
