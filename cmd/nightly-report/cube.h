/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * The data of a page's explorer: for some dimensions the values with most bytes, all others as "other", and
 *
 *	time	each value's sums in each of CUBE_BINS equal bins of the span
 *	pair	each value's sums together with each value of another dimension
 *	tuples	sums by all dimensions at once, of fewer values (cube_tuples.h)
 *
 * so that everything can be filtered by one value, or several, and everything or one value shown for a part of the
 * time, exactly.  Its size is bounded, whatever the traffic.  Flows count where they begin, as in the report's
 * lists.
 */

#include "nightly-report/questions.h"

#define CUBE_BINS 48
#define CUBE_VALUES 16		/* and the others */
#define CUBE_LABEL_MAX 128

enum cube_dim {
	CUBE_EXPORTER, CUBE_IN_IF, CUBE_OUT_IF, CUBE_DIRECTION, CUBE_PROTO, CUBE_SERVICE, CUBE_SOURCE_AS,
	CUBE_DESTINATION_AS,
	CUBE_SOURCE, CUBE_DESTINATION,
	CUBE_DIMS
};

struct cube_value {
	char label[CUBE_LABEL_MAX], filter[CUBE_LABEL_MAX];	/* what people read, and flow-filter(7) */
	char text[ADDR_TEXT_MAX + 1];	/* if it is an address */
	uint32_t number;		/* else */
	uint8_t exporter;		/* of an interface: its exporter's index in CUBE_EXPORTER */
};

struct cube_sums {
	uint64_t flows, packets, bytes;
};

struct cube {
	struct report_span span;
	struct {
		size_t count;		/* the value `count` is "other"; directions have none; 0: left out */
		struct cube_value value[CUBE_VALUES];
	} dim[CUBE_DIMS];
	struct cube_tuples *tuples;	/* owned */
	struct cube_sums all[CUBE_BINS];
	struct cube_sums time[CUBE_DIMS][CUBE_VALUES + 1][CUBE_BINS];
	struct cube_sums pair[CUBE_DIMS][CUBE_DIMS][CUBE_VALUES + 1][CUBE_VALUES + 1];	/* where the first is less */
};

/*
 * Reads the rows once more, for the first values of the answer's tables.  local: own networks, for
 * directions; NULL: none.  CLI_OK, with a cube to be freed, or an exit status after a message.
 */
int cube_make(struct nightly_options *options, const struct report_span *span, const struct report_answer *answer,
    const struct net_sets *local, struct cube **cube);
void cube_free(struct cube *cube);

/* Directions, by whether source and destination are local: "inside", "in", "out" and "transit". */
enum { CUBE_TRANSIT, CUBE_IN, CUBE_OUT, CUBE_INSIDE, CUBE_DIRECTIONS };

/* Appends JSON that may be in a <script>, with the beginning of a flowstat command and the report's filter. */
void cube_json(const struct cube *cube, const char *command, const char *filter, struct buf *out);
