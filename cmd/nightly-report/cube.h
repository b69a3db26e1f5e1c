/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * What a page's explorer computes with: of some dimensions the values with most bytes, all others as "other", and
 *
 *	time	what each value has in each of CUBE_BINS equal bins of the span
 *	pair	what each value has together with each value of another dimension
 *
 * so that all can be filtered by one value, and all or one value be seen in a part of the time, exactly; of bounded
 * size, whatever the traffic.  Flows count where they begin, as in the report's lists.
 */

#include "nightly-report/questions.h"

#define CUBE_BINS 48
#define CUBE_VALUES 16		/* and the others */
#define CUBE_LABEL_MAX 128

enum cube_dim {
	CUBE_EXPORTER, CUBE_IN_IF, CUBE_OUT_IF, CUBE_DIRECTION, CUBE_PROTO, CUBE_SERVICE, CUBE_SOURCE_AS, CUBE_DESTINATION_AS,
	CUBE_SOURCE, CUBE_DESTINATION,
	CUBE_DIMS
};

struct cube_value {
	char label[CUBE_LABEL_MAX], filter[CUBE_LABEL_MAX];	/* what people read, and flow-filter(7) */
	char text[ADDR_TEXT_MAX + 1];	/* of an address */
	uint32_t number;		/* else */
	uint8_t exporter;		/* of an interface: its value in CUBE_EXPORTER */
};

struct cube_sums {
	uint64_t flows, packets, bytes;
};

struct cube {
	struct report_span span;
	struct {
		size_t count;		/* the value `count` is "other"; of directions there is none; 0: left out */
		struct cube_value value[CUBE_VALUES];
	} dim[CUBE_DIMS];
	struct cube_sums all[CUBE_BINS];
	struct cube_sums time[CUBE_DIMS][CUBE_VALUES + 1][CUBE_BINS];
	struct cube_sums pair[CUBE_DIMS][CUBE_DIMS][CUBE_VALUES + 1][CUBE_VALUES + 1];	/* where the first is less */
};

/*
 * Reads the rows once more, for the values that the answer's tables begin with.  local: own networks, which give
 * directions; NULL: none.  CLI_OK, with a cube to be freed, or what to end with after a message.
 */
int cube_make(struct nightly_options *options, const struct report_span *span, const struct report_answer *answer,
    const struct net_sets *local, struct cube **cube);
void cube_free(struct cube *cube);

/* "inside", "in", "out" and "transit", by whether source and destination are local. */
enum { CUBE_TRANSIT, CUBE_IN, CUBE_OUT, CUBE_INSIDE, CUBE_DIRECTIONS };

/* As JSON that may stand in a <script>; a flowstat command's beginning and the report's filter go with it. */
void cube_json(const struct cube *cube, const char *command, const char *filter, struct buf *out);
