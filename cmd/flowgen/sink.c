/* SPDX-License-Identifier: BSD-2-Clause */
#include "flowgen/sink.h"

#include "common/cli.h"

bool
sink_takes_rows(const struct sink *s)
{
	return s->rows != NULL;
}

int
sink_rows(struct sink *s, const struct flow_batch *batch)
{
	return s->rows(s, batch);
}

int
sink_datagrams(struct sink *s, const struct sender *from, const struct flow_datagrams *d,
    bool *closed)
{
	return s->datagrams(s, from, d, closed);
}

int
sink_close(struct sink *s, bool keep)
{
	return s != NULL ? s->close(s, keep) : CLI_OK;
}
