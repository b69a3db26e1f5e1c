/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Numbers that the writer and the reader of wire/state/decoder_state.h share. */

#define STATE_MAGIC "FLOWSTA1"
#define STATE_MAGIC_LEN 8
#define STATE_RECORD_HEADER 5

enum state_tag {
	STATE_END = 1,
	STATE_CLOCK,
	STATE_SOURCE,
	STATE_KNOWN,		/* of the source */
	STATE_EXPORTER,		/* facts of an exporter, whose sources all precede it */
	STATE_TEMPLATE,
	STATE_HELD,		/* of any source: they are in the order in which they came */
};

/* Bits of a source. */
enum {
	STATE_ESTABLISHED = 1 << 0,
	STATE_HAS_INIT = 1 << 1,
	STATE_HAS_UPTIME = 1 << 2,
	STATE_INTERFACE_RATES = 1 << 3,
	STATE_ADOPTED = 1 << 4,
};

/* Bits of a counter of sequence numbers. */
enum {
	STATE_COUNTER_KNOWN = 1 << 0,
	STATE_COUNTER_UPTIME = 1 << 1,
	STATE_COUNTER_OTHER = 1 << 2,
	STATE_COUNTER_SHARED = 1 << 3,
	STATE_COUNTER_MIXED = 1 << 4,
	STATE_COUNTER_CLOCKS = 1 << 5,
};

/* Bits of a template. */
enum {
	STATE_OPTIONS = 1 << 0,
	STATE_DOUBTED = 1 << 1,
	STATE_COMPILED = 1 << 2,
};

#define STATE_FIELD_LEN 8	/* PEN, element, length */
#define STATE_ENTRY_LEN 21	/* key, number of 8 bytes, owner, length of the text that follows */
