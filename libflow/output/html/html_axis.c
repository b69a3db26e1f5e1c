/* SPDX-License-Identifier: BSD-2-Clause */
#include "output/html/html_axis.h"

#include <math.h>
#include <string.h>

#include "base/attr.h"

#define DAY_MS INT64_C(86400000)

struct html_scale
html_scale_of(double most)
{
	static const double steps[] = { 1, 2, 2.5, 5, 10, 20, 25, 50 };
	double unit = pow(10, floor(log10(most)) - 1);
	struct html_scale best = { most / 4, 4 };
	double least = INFINITY;

	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		double step = steps[i] * unit, count = ceil(most / step * 0.999999);

		if (count >= 3 && count <= 5 && count * step < least) {
			least = count * step;
			best = (struct html_scale){ step, (unsigned)count };
		}
	}
	return best;
}

void
html_scale_text(struct buf *out, double v, const char *unit)
{
	static const char letters[] = " kMGTPE";
	size_t i = 0;

	while (v >= 999.5 && letters[i + 1] != '\0') {
		v /= 1000;
		i++;
	}
	buf_printf(out, "%.3g\xc2\xa0%.*s%s", v, i > 0, letters + i, unit);
}

/* Round distances between marks of time, in seconds. */
static const int64_t tick_steps[] = { 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200,
	10800, 21600, 43200, 86400, 172800, 604800, 1209600, 2592000, 7776000, 31536000, 315360000,
	INT64_C(3153600000), INT64_C(31536000000) };

static int64_t
ahead_ms(int64_t ms, enum stamp_zone zone)
{
	struct stamp_civil civil;

	stamp_civil(ms, zone, &civil);
	return (int64_t)civil.offset_s * 1000;
}

size_t
html_ticks(int64_t from_ms, int64_t to_ms, enum stamp_zone zone, int64_t tick[HTML_TICKS_MAX])
{
	int64_t step, at;
	size_t i = 0, n = 0;

	if (from_ms >= to_ms) {
		tick[0] = from_ms;
		return 1;
	}
	while (i + 1 < ARRAY_LEN(tick_steps) && (to_ms - from_ms) / (tick_steps[i] * 1000) >= HTML_TICKS_MAX - 1)
		i++;
	step = tick_steps[i] * 1000;
	at = from_ms + ahead_ms(from_ms, zone);
	at = from_ms + ((step - at % step) % step + step) % step;
	for (; at <= to_ms && n < HTML_TICKS_MAX; at += step)
		tick[n++] = at;
	return n;
}

static size_t
text_of(int64_t ms, enum stamp_zone zone, char text[STAMP_TEXT_MAX])
{
	struct stamp_cache cache = { 0 };

	return stamp_format_text(&cache, ms, zone, text);
}

void
html_tick_text(struct buf *out, int64_t ms, int64_t from_ms, int64_t to_ms, int64_t step_ms,
    enum stamp_zone zone)
{
	char text[STAMP_TEXT_MAX];
	size_t len = text_of(ms, zone, text);
	bool midnight;

	/* "2026-01-01 12:30:00.000" */
	if (len < 19)
		return;
	midnight = memcmp(text + len - 12, "00:00:00", 8) == 0;
	if (step_ms >= 90 * DAY_MS)
		buf_append(out, text, len - 13);
	else if (step_ms >= DAY_MS || (to_ms - from_ms > DAY_MS + 7200000 && midnight))
		buf_append(out, text + len - 18, 5);
	else if (midnight && ms == to_ms && ms > from_ms)
		buf_append_text(out, "24:00");
	else
		buf_append(out, text + len - 12, step_ms > 0 && step_ms < 60000 ? 8 : 5);
}

void
html_instant(struct buf *out, int64_t ms, enum stamp_zone zone)
{
	char text[STAMP_TEXT_MAX];
	size_t len = text_of(ms, zone, text);

	if (len > 7 && memcmp(text + len - 7, ":00.000", 7) == 0)
		len -= 7;
	else if (len > 4 && memcmp(text + len - 4, ".000", 4) == 0)
		len -= 4;
	buf_append(out, text, len);
}
