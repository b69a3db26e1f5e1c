/* SPDX-License-Identifier: BSD-2-Clause */
#include "nightly-report/loads_told.h"

#include <stdio.h>
#include <string.h>

#include "nightly-report/tell.h"

/* In % of the speed; of each kind of finding at most this many are told. */
#define FULL_PERCENT 90
#define TOLD_MAX 5

/* One way of an interface. */
struct way {
	const struct flow_table *table;
	size_t row;
	const char *name;		/* "in", "out" */
};

/* Its rate, "p95" or "max", if that is nearly the speed: 0 if not. */
static double
full_percent(const struct way *way, const char *rate, double *bps)
{
	char column[FLOW_TABLE_NAME_MAX];
	double percent;

	(void)snprintf(column, sizeof(column), "%s_%s_bps", way->name, rate);
	*bps = figures_value(way->table, column, way->row);
	(void)snprintf(column, sizeof(column), "%s_%s_bps_pct", way->name, rate);
	percent = figures_value(way->table, column, way->row);
	return percent >= FULL_PERCENT ? percent : 0;
}

static void
tell_way(struct report *r, const struct way *way, unsigned *full, unsigned *peaks)
{
	char interface[256];
	struct buf text = BUF_INIT;
	double bps, percent;

	tell_interface(way->table, "if", way->row, interface, sizeof(interface));
	if ((percent = full_percent(way, "p95", &bps)) > 0) {
		tell_rate(&text, bps);
		if ((*full)++ < TOLD_MAX)
			tell(r, FINDING_ALERT, TABLE_IF_BILL, "Full: %s, %s: 95 %% at %s, %.0f %% of its speed.",
			    interface, way->name, (char *)text.data, percent);
	} else if ((percent = full_percent(way, "max", &bps)) > 0) {
		tell_rate(&text, bps);
		if ((*peaks)++ < TOLD_MAX)
			tell(r, FINDING_NOTE, TABLE_IF_BILL, "Nearly full for a while: %s, %s: peak of %s, %.0f %% of "
			    "its speed.", interface, way->name, (char *)text.data, percent);
	}
	buf_release(&text);
}

void
loads_tell(struct report *r)
{
	const struct flow_table *t = r->answer.table[TABLE_IF_BILL];
	unsigned full = 0, peaks = 0;

	if (t == NULL || flow_table_find(t, "speed_bps") == t->columns)
		return;
	for (size_t row = 0; row < t->rows; row++) {
		tell_way(r, &(struct way){ t, row, "in" }, &full, &peaks);
		tell_way(r, &(struct way){ t, row, "out" }, &full, &peaks);
	}
}
