/* SPDX-License-Identifier: BSD-2-Clause */
#include "flowgen/sink.h"

#include "common/cli.h"

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
