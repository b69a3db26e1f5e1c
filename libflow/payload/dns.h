/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Names and addresses in a message of the DNS (RFC 1035).  A truncated message is read up to where it ends.
 * Over TCP its length precedes it (4.2.2); both forms are read.
 */

#include "payload/visit.h"

/* Whether these bytes begin with a message of at least one question, all of which are there. */
bool dns_is_message(const uint8_t *bytes, size_t len);

/* The names that are asked for, as `www.example.com.`; bytes that are no plain text as \DDD. */
bool dns_any_name(const uint8_t *bytes, size_t len, payload_visit *visit, void *context);

/* Addresses (A, AAAA) of answers and of additional records, in the form of RFC 5952. */
bool dns_any_address(const uint8_t *bytes, size_t len, payload_visit *visit, void *context);
