/* SPDX-License-Identifier: BSD-2-Clause */
#include "nightly-report/findings.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nightly-report/loads_told.h"
#include "nightly-report/silence.h"
#include "nightly-report/spikes_told.h"
#include "nightly-report/tell.h"
#include "time/span_text.h"

/* An unusual day: all earlier spans were below half of it, or above twice. */
#define ODD_FACTOR 2.0

#define LOSS_ALERT 0.01
#define CLOCK_ALERT 0.01
#define DISK_ALERT_DAYS 7

static double
median(double *values, size_t n)
{
	for (size_t i = 1; i < n; i++)
		for (size_t k = i; k > 0 && values[k] < values[k - 1]; k--) {
			double v = values[k];

			values[k] = values[k - 1];
			values[k - 1] = v;
		}
	return n % 2 != 0 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

static void
tell_load(struct report *r)
{
	double bytes[PASTS], usual, now = (double)r->now.bytes;
	struct buf text = BUF_INIT;
	bool odd;
	size_t n = 0;

	for (size_t i = 0; i < PASTS; i++)
		if (r->past[i].any)
			bytes[n++] = (double)r->past[i].bytes;
	if (n == 0) {
		tell(r, FINDING_NOTE, TABLE_LOAD, "There is nothing of the weeks before to compare with.");
		return;
	}
	usual = median(bytes, n);
	/* The array is sorted now. */
	odd = n >= 2 && (now < bytes[0] / ODD_FACTOR || now > bytes[n - 1] * ODD_FACTOR);
	tell_bytes(&text, now);
	if (usual > 0)
		tell(r, odd ? FINDING_ALERT : FINDING_GOOD, TABLE_LOAD,
		    "Traffic was %s, %.0f %% %s %s of the %zu %s compared (%s).", (char *)text.data,
		    fabs(100 * (now / usual - 1)), now < usual ? "below" : "above", n == 1 ? "that" : "the median", n,
		    n == 1 ? "time" : "times",
		    odd ? "beyond twice, or half, of all of them" : "within the usual");
	buf_release(&text);
}

static void
tell_loss(struct report *r, const struct exporter_health *e)
{
	double share = e->lost > 0 ? (double)e->lost / ((double)e->lost + (double)e->units) : 0;

	if (e->lost > 0)
		tell(r, share >= LOSS_ALERT ? FINDING_ALERT : FINDING_NOTE, TABLES,
		    "%s: %" PRIu64 " lost by sequence numbers (%.2g %%).", e->exporter, e->lost, 100 * share);
}

static void
tell_clock(struct report *r, const struct exporter_health *e)
{
	char off[SPAN_TEXT_MAX + 1];

	if (e->clock_wrong > 0) {
		off[span_text_format(e->clock_off_ms > INT64_MAX ? INT64_MAX : (int64_t)e->clock_off_ms, off)] = '\0';
		tell(r, (double)e->clock_wrong >= CLOCK_ALERT * (double)e->datagrams ? FINDING_ALERT : FINDING_NOTE,
		    TABLES, "%s: its clock is %s %s (%" PRIu64 " datagrams).", e->exporter, off,
		    e->clock_behind ? "behind" : "ahead", e->clock_wrong);
	}
	if (e->times_wrong > 0)
		tell(r, FINDING_NOTE, TABLES, "%s: %" PRIu64 " flows have times that cannot be.", e->exporter,
		    e->times_wrong);
}

static void
tell_health(struct report *r)
{
	const struct health *h = &r->health;
	bool lost = false;

	if (h->kernel_drops > 0)
		tell(r, FINDING_ALERT, TABLES, "The kernel dropped %" PRIu64 " datagrams for which the collector's "
		    "receive buffer had no room.", h->kernel_drops);
	for (size_t i = 0; i < h->count; i++) {
		lost |= h->exporter[i].lost > 0;
		tell_loss(r, &h->exporter[i]);
		tell_clock(r, &h->exporter[i]);
	}
	if (!lost && h->kernel_drops == 0 && h->count > 0)
		tell(r, FINDING_GOOD, TABLES, "Nothing was lost, by the sequence numbers of %zu %s and the kernel.",
		    h->count, h->count == 1 ? "exporter" : "exporters");
	if (h->disk_days >= 0)
		tell(r, h->disk_days < DISK_ALERT_DAYS ? FINDING_ALERT : FINDING_GOOD, TABLES,
		    h->disk_days < 3650 ? "The disk is full in %.0f days, where it fills as it did." :
		    "The disk has room for more than ten years.", h->disk_days);
}

static void
tell_detected(struct report *r)
{
	for (size_t i = 0; i < r->detected.tables; i++) {
		const struct flow_table *t = r->detected.table[i];

		if (t->rows > 0)
			tell(r, FINDING_ALERT, TABLES, "Detected %s: %zu; see the part Detected.", t->title, t->rows);
	}
}

void
findings_make(struct report *r)
{
	if (r->answer.flows == 0)
		tell(r, FINDING_ALERT, TABLES, "There are no flows of that time.");
	if (r->answer.unreadable)
		tell(r, FINDING_ALERT, TABLES, "Something of the archive could not be read: the numbers are those of "
		    "the rest.");
	if (r->options->lists.damaged)
		tell(r, FINDING_ALERT, TABLES,
		    "Some of the lists of networks could not be read: peers on them are not told.");
	if (r->answer.flows > 0)
		tell_load(r);
	silence_tell(r);
	tell_detected(r);
	tell_health(r);
	if (r->answer.flows > 0) {
		loads_tell(r);
		spikes_tell(r);
	}
}
