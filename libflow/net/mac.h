/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* A MAC address as the low 48 bits of a uint64_t, first octet highest. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MAC_TEXT_LEN 17

/* Writes "aa:bb:cc:dd:ee:ff" (17 bytes, no NUL) at out; returns 17. */
size_t mac_format(uint64_t mac, char *out);

/* Reads six hexadecimal octets of one or two digits joined by ':' or '-'; false if it is none. */
bool mac_parse(const char *text, size_t len, uint64_t *out);
