/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * The hello with which each side of TLS or SSL 3 begins (RFC 8446 4.1, RFC 5246 7.4.1), and fingerprints of
 * it.  It must be complete, and in one record.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

/* Longer than the lists of any hello in use; a message with a longer one counts as no hello. */
#define TLS_LIST_MAX 512

/* Numbers in their order, without the meaningless ones of RFC 8701 (GREASE). */
struct tls_list {
	uint16_t value[TLS_LIST_MAX];
	size_t count;
};

struct tls_hello {
	bool is_server;
	uint16_t version;		/* as the hello has it: 0x0303 for TLS 1.2 and everything later */
	uint16_t highest;		/* that is offered, or was chosen (supported_versions) */
	struct tls_list ciphers;	/* a server's: the one */
	struct tls_list extensions;
	struct tls_list groups;		/* supported_groups, once elliptic_curves */
	struct tls_list points;		/* ec_point_formats */
	struct tls_list signatures;	/* signature_algorithms */
	struct flow_text name;		/* server_name, among the bytes; or empty */
	struct flow_text protocol;	/* the first of ALPN */
};

/* False where the bytes do not begin with a hello. */
bool tls_hello_read(struct tls_hello *hello, const uint8_t *bytes, size_t len);

/* "1.3", "1.2", ... of TLS, "3.0" of SSL; "" for another. */
const char *tls_version_text(uint16_t version);

/* JA3 of a client and JA3S of a server: MD5 as 32 hexadecimal digits. */
#define TLS_JA3_BYTES 32
void tls_ja3(const struct tls_hello *hello, char out[TLS_JA3_BYTES]);

/* JA4 of a client over TCP, "t13d1516h2_8daaf6152771_e5627efa2ab1"; false for a server's hello. */
#define TLS_JA4_BYTES 36
bool tls_ja4(const struct tls_hello *hello, char out[TLS_JA4_BYTES]);
