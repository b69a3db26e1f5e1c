/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Charts: shapes are drawn in units of bins and thousandths, and stretch to any width; texts are in a drawing
 * around it that does not stretch, so that they keep their size on a phone.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "output/html/html.h"
#include "output/html/html_axis.h"

#define HIGH 1000.0

static double
value_at(const struct html_series *s, size_t t, size_t k)
{
	double v = s->values[t * s->keys + k];

	return v > 0 ? v : 0;
}

/* The sum of keys [0, to) at a time. */
static double
below(const struct html_series *s, size_t t, size_t to)
{
	double sum = 0;

	for (size_t k = 0; k < to; k++)
		sum += value_at(s, t, k);
	return sum;
}

static size_t
colour_of(const struct html_series *s, size_t k)
{
	return s->has_rest && k + 1 == s->keys ? HTML_REST : k;
}

static int64_t
end_ms(const struct html_series *s)
{
	return s->time_ms[s->times - 1] + s->width_ms;
}

/* How far an instant is from the left, in percent. */
static double
across(const struct html_series *s, int64_t ms)
{
	int64_t from = s->time_ms[0], all = end_ms(s) - from;

	return all > 0 ? 100 * (double)(ms - from) / (double)all : 50;
}

/* Where bin t begins, in bins; gaps between instants have their width. */
static int64_t
bin_at(const struct html_series *s, size_t t)
{
	return s->width_ms > 0 ? (s->time_ms[t] - s->time_ms[0]) / s->width_ms : (int64_t)t;
}

/* Advances to bin `to`; draws only when the height changes. */
static void
move_on(struct buf *out, int64_t *from, int64_t to)
{
	if (to > *from)
		buf_printf(out, "H%lld", (long long)to);
	*from = to;
}

/* A step line with the height that `height` gives for each bin. */
static void
steps(struct buf *out, const struct html_series *s, double (*height)(const struct html_series *s, size_t t, size_t k),
    size_t k, double top)
{
	int64_t x = 0;
	long was = -1;

	for (size_t t = 0; t < s->times; t++) {
		long y = lround(HIGH * (1 - fmin(height(s, t, k) / top, 1)));

		if (y == was)
			continue;
		move_on(out, &x, bin_at(s, t));
		buf_printf(out, "V%ld", y);
		was = y;
	}
	move_on(out, &x, bin_at(s, s->times - 1) + 1);
}

static void
areas(struct buf *out, const struct html_series *s, double top)
{
	/* Draws from the whole sum down, each area over the one before. */
	for (size_t k = s->keys; k-- > 0;) {
		buf_printf(out, "<path class=\"c%zu\" d=\"M0 1000", colour_of(s, k));
		steps(out, s, below, k + 1, top);
		buf_append_text(out, "V1000Z\"/>");
	}
}

static double
past_at(const struct html_series *s, size_t t, size_t k)
{
	return k == 0 && s->past[t] > 0 ? s->past[t] : 0;
}

static void
past_line(struct buf *out, const struct html_series *s, double top)
{
	if (s->past == NULL)
		return;
	buf_append_text(out, "<path class=\"past\" d=\"M0 1000");
	steps(out, s, past_at, 0, top);
	buf_append_text(out, "\"/>");
}

/* "14:05: 2.31 Gb/s; TCP 1.2 Gb/s, other 1.1 Gb/s; a week before 2 Gb/s" */
static void
point_text(struct buf *out, const struct html_series *s, size_t t)
{
	html_instant(out, s->time_ms[t], s->zone);
	buf_append_text(out, ": ");
	html_scaled(out, below(s, t, s->keys), s->unit);
	for (size_t k = 0; k < s->keys && s->keys > 1; k++) {
		if (value_at(s, t, k) <= 0)
			continue;
		buf_append_text(out, "; ");
		html_string(out, s->label[k]);
		buf_append_u8(out, ' ');
		html_scaled(out, value_at(s, t, k), "");
	}
	if (s->past != NULL && s->past[t] >= 0) {
		buf_append_text(out, "; a week before ");
		html_scaled(out, s->past[t], s->unit);
	}
}

/* The places with tooltips; where there are many bins, each shows the greatest of several. */
static void
points(struct buf *out, const struct html_series *s)
{
	size_t most_points = s->points > 0 ? s->points : HTML_POINTS, each = (s->times + most_points - 1) / most_points;

	for (size_t t = 0; t < s->times; t += each) {
		size_t most = t, end = t + each < s->times ? t + each : s->times;
		int64_t x = bin_at(s, t), to = bin_at(s, end - 1) + 1;

		for (size_t i = t; i < end; i++)
			most = below(s, i, s->keys) > below(s, most, s->keys) ? i : most;
		buf_printf(out, "<rect x=\"%lld\" width=\"%lld\"><title>", (long long)x,
		    (long long)(to - x));
		point_text(out, s, most);
		buf_append_text(out, "</title></rect>");
	}
}

static const char *
side(double x)
{
	return x < 4 ? " start" : x > 96 ? " end" : "";
}

static void
axes(struct buf *out, const struct html_series *s, const struct html_scale *scale)
{
	int64_t tick[HTML_TICKS_MAX], from = s->time_ms[0], to = end_ms(s);
	size_t ticks = html_ticks(from, to, s->zone, tick);

	for (unsigned i = 0; i <= scale->count; i++) {
		double y = 100.0 * (scale->count - i) / scale->count;

		buf_printf(out, "<line x1=\"0\" x2=\"100%%\" y1=\"%.2f%%\" y2=\"%.2f%%\"/>"
		    "<text class=\"y\" dx=\"-6\" dy=\"4\" y=\"%.2f%%\">", y, y, y);
		html_scale_text(out, i * scale->step, s->unit);
		buf_append_text(out, "</text>");
	}
	for (size_t i = 0; i < ticks; i++) {
		double x = across(s, tick[i]);

		buf_printf(out, "<line x1=\"%.2f%%\" x2=\"%.2f%%\" y1=\"0\" y2=\"100%%\"/>"
		    "<text class=\"x%s%s\" x=\"%.2f%%\" y=\"100%%\" dy=\"1.3em\">", x, x, i % 2 != 0 ? " odd" : "",
		    side(x), x);
		html_tick_text(out, tick[i], from, to, ticks > 1 ? tick[1] - tick[0] : 0, s->zone);
		buf_append_text(out, "</text>");
	}
}

static void
peak_mark(struct buf *out, const struct html_series *s, size_t t, double top)
{
	double sum = below(s, t, s->keys), y = 100 * (1 - sum / top);
	double x = across(s, s->time_ms[t] + s->width_ms / 2);

	buf_printf(out, "<circle cx=\"%.2f%%\" cy=\"%.2f%%\" r=\"4\"/><text class=\"x peak%s\" x=\"%.2f%%\" "
	    "y=\"%.2f%%\" dy=\"-9\">peak ", x, y, x < 15 ? " start" : x > 85 ? " end" : "", x, y);
	html_scaled(out, sum, s->unit);
	buf_append_text(out, ", ");
	html_instant(out, s->time_ms[t], s->zone);
	buf_append_text(out, "</text>");
}

/* The greatest height of areas and of the past; *at is the areas'. */
static double
most_of(const struct html_series *s, size_t *at)
{
	double most = 0, all = 0;

	*at = 0;
	for (size_t t = 0; t < s->times; t++) {
		double sum = below(s, t, s->keys);

		if (sum > most) {
			most = sum;
			*at = t;
		}
		all = fmax(all, s->past != NULL ? fmax(sum, s->past[t]) : sum);
	}
	return most > 0 ? all : 0;
}

static void
caption(struct buf *out, const struct html_series *s)
{
	buf_append_text(out, "<p class=\"dim\">");
	html_string(out, s->about);
	buf_append_text(out, ", ");
	html_instant(out, s->time_ms[0], s->zone);
	buf_append_text(out, " to ");
	html_instant(out, end_ms(s), s->zone);
	buf_append_text(out, s->zone == STAMP_UTC ? " UTC" : " local time");
	if (s->past != NULL)
		buf_append_text(out, "; dashed: a week before");
	buf_append_text(out, "</p>\n");
}

void
html_chart(struct buf *out, const struct html_series *s)
{
	struct html_scale scale;
	double most, top;
	size_t peak;

	if (s->times == 0 || s->keys == 0 || !((most = most_of(s, &peak)) > 0))
		return;
	scale = html_scale_of(most);
	top = scale.step * scale.count;
	caption(out, s);
	buf_append_text(out, "<figure tabindex=\"0\" role=\"group\" aria-label=\"");
	html_string(out, s->about);
	buf_append_text(out, " over time\"><svg>");
	axes(out, s, &scale);
	buf_printf(out, "<svg viewBox=\"0 0 %lld 1000\" preserveAspectRatio=\"none\">",
	    (long long)bin_at(s, s->times - 1) + 1);
	areas(out, s, top);
	past_line(out, s, top);
	points(out, s);
	buf_append_text(out, "</svg>");
	peak_mark(out, s, peak, top);
	buf_append_text(out, "</svg></figure>\n");
}

void
html_spark(struct buf *out, const double *values, size_t count, size_t stride)
{
	double most = 0;
	long was = -1;

	for (size_t i = 0; i < count; i++)
		most = fmax(most, values[i * stride]);
	if (!(most > 0))
		return;
	buf_printf(out, "<svg class=\"spark\" viewBox=\"0 0 %zu 100\" preserveAspectRatio=\"none\" "
	    "aria-hidden=\"true\"><path d=\"M0 100", count);
	for (size_t i = 0; i < count; i++) {
		long y = lround(100 * (1 - fmax(values[i * stride], 0) / most));

		if (y != was)
			buf_printf(out, "H%zuV%ld", i, y);
		was = y;
	}
	buf_printf(out, "H%zuV100Z\"/></svg>", count);
}

static int
descending(const void *pa, const void *pb)
{
	double a = *(const double *)pa, b = *(const double *)pb;

	return (a < b) - (a > b);
}

/* Figures of a key over all bins. */
struct key_figures {
	double mean, p95, most;
	size_t peak;
};

/* Nearest rank, as bills have it; room for all values. */
static struct key_figures
figures_of(const struct html_series *s, size_t k, double *room)
{
	struct key_figures f = { 0 };
	size_t rank = (s->times * 95 + 99) / 100;

	for (size_t t = 0; t < s->times; t++) {
		room[t] = value_at(s, t, k);
		f.mean += room[t] / (double)s->times;
		f.peak = room[t] > room[f.peak] ? t : f.peak;
	}
	f.most = room[f.peak];
	qsort(room, s->times, sizeof(*room), descending);
	f.p95 = room[s->times - rank];
	return f;
}

static void
put_rate(struct buf *out, const char *label, double v, const char *unit)
{
	buf_printf(out, "<td class=\"n\" data-l=\"%s\" data-v=\"%.1f\">", label, v);
	html_scaled(out, v, unit);
	buf_append_text(out, "</td>");
}

static void
series_row(struct buf *out, const struct html_series *s, size_t k, const struct key_figures *f, double whole)
{
	double share = whole > 0 ? 100 * f->mean / whole : 0;

	buf_printf(out, "<tr id=\"%s-%zu\"><td class=\"k\"><i class=\"c%zu\"></i>", s->id, k, colour_of(s, k));
	html_string(out, s->label[k]);
	buf_append_text(out, "</td><td>");
	html_spark(out, s->values + k, s->times, s->keys);
	buf_printf(out, "</td><td class=\"n s w%.0f\" data-l=\"Mean\" data-v=\"%.1f\">", share, f->mean);
	html_scaled(out, f->mean, s->unit);
	buf_printf(out, " <small>%.1f&nbsp;%%</small></td>", share);
	put_rate(out, "95 %", f->p95, s->unit);
	put_rate(out, "Peak", f->most, s->unit);
	buf_append_text(out, "<td class=\"d\" data-l=\"at\">");
	if (f->most > 0)
		html_instant(out, s->time_ms[f->peak], s->zone);
	buf_append_text(out, "</td></tr>\n");
}

void
html_series_table(struct buf *out, const struct html_series *s)
{
	struct key_figures f[HTML_COLOURS];
	double *room, whole = 0;

	if (s->times == 0 || s->keys == 0)
		return;
	room = calloc(s->times, sizeof(*room));
	if (room == NULL) {
		out->failed = true;
		return;
	}
	for (size_t k = 0; k < s->keys; k++) {
		f[k] = figures_of(s, k, room);
		whole += f[k].mean;
	}
	buf_append_text(out, "<div class=\"wrap\"><table><thead><tr><th scope=\"col\">Key</th>"
	    "<th scope=\"col\">Over time</th><th scope=\"col\" class=\"n\">Mean</th>"
	    "<th scope=\"col\" class=\"n\">95 %</th><th scope=\"col\" class=\"n\">Peak</th>"
	    "<th scope=\"col\">at</th></tr></thead>\n<tbody>\n");
	for (size_t k = 0; k < s->keys; k++)
		series_row(out, s, k, &f[k], whole);
	buf_append_text(out, "</tbody></table></div>\n");
	free(room);
}
