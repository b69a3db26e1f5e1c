/* SPDX-License-Identifier: BSD-2-Clause */
#include "flowgen/sink.h"

#include "common/cli.h"

int
sink_datagrams(struct sink *s, uint32_t exporter, const struct flow_datagrams *d, bool *closed)
{
	return s->datagrams(s, exporter, d, closed);
}

int
sink_close(struct sink *s, bool keep)
{
	return s != NULL ? s->close(s, keep) : CLI_OK;
}
