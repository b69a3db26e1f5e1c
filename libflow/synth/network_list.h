/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Networks that a user gives, instead of invented ones:
 *
 *	local 192.0.2.0/24 64500	of the operator and its customers
 *	remote 203.0.113.0/24 64501	of the rest of the world
 *	local 2001:db8::/32		without an AS, it is 0
 *
 * If the list has networks of a family and side, none are invented for these.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "net/addr.h"

#define NETWORK_LIST_MAX 16384

struct network_entry {
	struct addr base;
	uint32_t as;
	uint8_t bits;
	bool local;
};

struct network_list {
	struct network_entry *entry;	/* allocated */
	size_t count;
};

void network_list_release(struct network_list *list);

/* Adds the network of a line, which is not empty.  FLOW_EINVAL with a message, also if it overlaps with another. */
enum flow_status network_list_add(struct network_list *list, const char *line, struct flow_error *err) NODISCARD;
