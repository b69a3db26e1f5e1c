/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Payload: the first bytes of each direction of a flow, as YAF exports them (CERT's elements, PEN 6871, 18
 * and its reverse 16402).  They have no column, but are in `extra`, as are all elements without one:
 *
 *	{"payload":"474554202f...","reversePayload":"485454502f..."}
 *
 * Filters decode them again for each row; nothing decoded is stored.
 */

#include "base/text.h"
#include "payload/visit.h"

enum payload_way {
	PAYLOAD_IN,		/* of the initiator */
	PAYLOAD_OUT
};

enum payload_word {
	PAYLOAD_CONTENT,	/* the bytes */
	PAYLOAD_DNS,		/* "" if it is a message of the DNS */
	PAYLOAD_DNS_NAME,	/* each name that is asked for: "www.example.com." */
	PAYLOAD_DNS_ADDRESS,	/* each address in an answer */
	PAYLOAD_TLS_VERSION,	/* the highest that a hello offers, or the one chosen: "1.2" */
	PAYLOAD_TLS_SNI,	/* the server's name of a client's hello */
	PAYLOAD_JA3,		/* JA3 of a client's hello, JA3S of a server's */
	PAYLOAD_JA4,		/* JA4 of a client's hello */
	PAYLOAD_WORDS
};

/* Most bytes that a record can have. */
#define PAYLOAD_BYTES_MAX 65535

/* The payload in a row's `extra`, and its length; false if there is none. */
bool payload_find(const struct flow_text *extra, enum payload_way way,
    uint8_t out[PAYLOAD_BYTES_MAX], size_t *len);

/* Most bytes of a hello's text; longer names of servers are cut. */
#define PAYLOAD_TEXT_MAX 255

/*
 * The text of a TLS word (TLS_VERSION, TLS_SNI, JA3, JA4) for the incoming payload in a row's `extra`: its
 * length, 0 for none.  *is_server: the hello is a server's.
 */
size_t payload_hello(enum payload_word word, const struct flow_text *extra,
    char out[PAYLOAD_TEXT_MAX], bool *is_server);

/* Whether `visit` is true for any text that the word stands for. */
bool payload_any(enum payload_word word, const uint8_t *bytes, size_t len, payload_visit *visit,
    void *context);
