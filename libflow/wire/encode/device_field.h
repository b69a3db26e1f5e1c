/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Turns one element of a description into the field to be encoded. */

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

/* Replaces an element of IPv4 or IPv6 by its counterpart of `family`. */
void device_field_family(struct encode_field *f, unsigned family);
