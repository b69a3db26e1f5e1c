/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Describes a kind of exporter: templates, option data and habits, read from a text.
 * Some are built in (device.def); users may write others.
 *
 *	# a comment
 *	version 10
 *	template 256 ipv4 if nat_event
 *		sourceIPv4Address 12 ingressInterface/2 29305:1/8
 *		applicationName/v16 flowEndReason=3
 *	options 260 interface ingressInterface | interfaceName/16
 *
 * A line that begins with a blank continues the one before.  doc/flowgen.md lists all words.
 * Elements are IANA's by name or number, others PEN:number; /WIDTH is their length in bytes, /vN
 * variable length of N bytes, =VALUE a constant.  Two ids ("template 256 257") make a template for IPv4
 * and one for IPv6, in which each element of a family is replaced by that of the other.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "record/field.h"

struct flow_device;

/* The kind of rows that a device exports. */
enum flow_device_rows {
	FLOW_DEVICE_PLAIN,	/* flows of one direction */
	FLOW_DEVICE_BIFLOW,	/* both directions of a conversation in one row */
	FLOW_DEVICE_NSEL,	/* firewall events: created, updated, torn down, denied */
	FLOW_DEVICE_NAT,	/* translations: created, deleted */
	FLOW_DEVICE_BLOCKS,	/* port blocks: allocated, released */
};

/*
 * Reads a description; FLOW_EINVAL with a message that names the line, FLOW_ENOMEM.  `version`, 9 or 10,
 * is the default if the text names none.
 */
enum flow_status flow_device_parse(const char *text, size_t len, unsigned version,
    struct flow_device **out, struct flow_error *err) NODISCARD;

/*
 * The built-in device of that name, or "usual" or "all" (every column) for the version; FLOW_ENOTFOUND with a
 * message that lists similar names.
 */
enum flow_status flow_device_named(const char *name, unsigned version, struct flow_device **out,
    struct flow_error *err) NODISCARD;

void flow_device_free(struct flow_device *d);

/* Its protocol version: 1, 5, 7, 8, 9, 10, 104 or 105. */
unsigned flow_device_version(const struct flow_device *d);

/* The scheme of v8. */
unsigned flow_device_scheme(const struct flow_device *d);

/* The columns that it exports. */
const struct flow_fieldset *flow_device_fields(const struct flow_device *d);

enum flow_device_rows flow_device_rows(const struct flow_device *d);

/* The name of built-in device i, from 0, and its description in *about; NULL after the last one. */
const char *flow_device_list(size_t i, const char **about);
