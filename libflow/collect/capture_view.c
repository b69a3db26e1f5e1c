/* SPDX-License-Identifier: BSD-2-Clause */
#include "collect/capture_view.h"

#include <inttypes.h>

#include "base/buf.h"

bool
capture_view_take(struct capture_view *v, uint16_t port, bool is_export)
{
	bool taken = v->port < 0 || v->port == port;
	unsigned i;

	v->datagrams++;
	v->other_ports += !taken;
	v->exports += is_export;
	v->taken += taken && is_export;
	for (i = 0; i < v->ports && v->to[i].port != port; i++)
		;
	if (i == CAPTURE_VIEW_PORTS) {
		v->elsewhere++;
		return taken;
	}
	if (i == v->ports)
		v->to[v->ports++].port = port;
	v->to[i].datagrams++;
	return taken;
}

/* "all to port 2055", "to ports 53 (20), 123 (4), elsewhere (7)" */
static void
put_ports(const struct capture_view *v, struct buf *out)
{
	unsigned i;

	if (v->ports == 1) {
		buf_printf(out, "all to port %u", (unsigned)v->to[0].port);
		return;
	}
	for (i = 0; i < v->ports; i++)
		buf_printf(out, "%s%u (%" PRIu64 ")", i == 0 ? "to ports " : ", ",
		    (unsigned)v->to[i].port, v->to[i].datagrams);
	if (v->elsewhere > 0)
		buf_printf(out, ", others (%" PRIu64 ")", v->elsewhere);
}

static void
put_why(const struct capture_view *v, const struct pcap_counts *counts, struct buf *out)
{
	if (counts->frames == 0) {
		buf_append_text(out, "the capture has no frames");
		return;
	}
	if (v->datagrams == 0) {
		buf_printf(out, "no UDP datagram in %" PRIu64 " frames (%" PRIu64
		    " hold something else, %" PRIu64 " are damaged, %" PRIu64 " are fragments)",
		    counts->frames, counts->other, counts->bad, counts->fragments);
		return;
	}
	buf_printf(out, "%" PRIu64 " UDP datagram%s, ", v->datagrams, v->datagrams == 1 ? "" : "s");
	put_ports(v, out);
	if (v->exports == 0)
		buf_append_text(out, "; none is NetFlow, IPFIX or sFlow");
	if (v->other_ports > 0)
		buf_printf(out, "; you asked for %d", v->port);
}

void
capture_view_tell(const struct capture_view *v, const struct pcap_counts *counts)
{
	struct buf why = BUF_INIT;

	if (v->taken == 0) {
		put_why(v, counts, &why);
		buf_append_u8(&why, '\0');
		if (buf_status(&why) == FLOW_OK)
			log_to(v->log, LOG_LEVEL_INFO, "%s: nothing taken: %s", v->path,
			    (const char *)why.data);
		buf_release(&why);
	}
	log_to(v->log, LOG_LEVEL_DETAIL, "capture: frames %" PRIu64 ", datagrams %" PRIu64
	    " (to other ports %" PRIu64 "), not UDP %" PRIu64 ", fragments %" PRIu64,
	    counts->frames, counts->packets, v->other_ports, counts->other, counts->fragments);
	if (counts->bad + counts->cut + counts->fragments_lost > 0)
		log_to(v->log, LOG_LEVEL_ERROR, "capture: damaged frames %" PRIu64 ", cut datagrams %" PRIu64
		    ", datagrams whose fragments are incomplete %" PRIu64, counts->bad, counts->cut,
		    counts->fragments_lost);
}
