/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Charts: the shapes are SVG that stretches to any width, the words are HTML beside it, so that
 * they keep their size on a phone.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/attr.h"
#include "output/html/html.h"

/* Units of a chart's drawing, whatever its size on the screen. */
#define WIDE 1000.0
#define HIGH 300.0

/* Lines across a chart, and words below it. */
#define Y_STEPS 4
#define X_LABELS 8

static void
put_label(struct buf *out, const char *text)
{
	html_text(out, text, strlen(text));
}

/* 1500 as "1.5 k". */
static void
put_scaled(struct buf *out, double v)
{
	static const char letters[] = " kMGTPE";
	size_t i = 0;

	while (v >= 999.95 && letters[i + 1] != '\0') {
		v /= 1000;
		i++;
	}
	if (i == 0 && v == floor(v))
		buf_printf(out, "%.0f", v);
	else
		buf_printf(out, v < 9.995 ? "%.1f" : "%.0f", v);
	if (i > 0)
		buf_printf(out, " %c", letters[i]);
}

void
html_bars(struct buf *out, const char *id, const struct html_bar *bar, size_t count)
{
	double most = 0;

	for (size_t i = 0; i < count; i++)
		most = fmax(most, bar[i].value);
	if (!(most > 0))
		return;
	buf_append_text(out, "<div class=\"bars\">\n");
	for (size_t i = 0; i < count; i++) {
		double width = bar[i].value > 0 ? 100 * bar[i].value / most : 0;

		buf_printf(out, "<a class=\"l\" href=\"#%s-%zu\" title=\"", id, i);
		put_label(out, bar[i].label);
		buf_append_text(out, "\">");
		put_label(out, bar[i].label);
		buf_printf(out, "</a><svg viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\">"
		    "<rect width=\"%.2f\" height=\"10\" fill=\"var(--c0)\"/></svg><span>", width);
		put_label(out, bar[i].text);
		buf_append_text(out, "</span>\n");
	}
	buf_append_text(out, "</div>\n");
}

static void
legend_entry(struct buf *out, size_t colour, const char *label, double share)
{
	buf_printf(out, "<li><i style=\"background:var(--c%zu)\"></i>", colour);
	put_label(out, label);
	buf_printf(out, " <small>%.1f&nbsp;%%</small></li>\n", 100 * share);
}

void
html_shares(struct buf *out, const char *about, const struct html_bar *bar, size_t count,
    double whole)
{
	double sum = 0, at = 0;

	if (count > HTML_REST)
		count = HTML_REST;
	for (size_t i = 0; i < count; i++)
		sum += bar[i].value;
	if (!(sum > 0) || sum > whole * 1.0000001)
		return;
	buf_append_text(out, "<div class=\"share\"><svg viewBox=\"0 0 1000 10\" preserveAspectRatio=\"none\""
	    " role=\"img\"><title>");
	put_label(out, about);
	buf_append_text(out, "</title>");
	for (size_t i = 0; i <= count; i++) {
		double value = i < count ? bar[i].value : whole - sum, width = WIDE * value / whole;

		if (!(width > 0))
			continue;
		buf_printf(out, "<rect x=\"%.2f\" width=\"%.2f\" height=\"10\" fill=\"var(--c%zu)\"><title>",
		    at, width, i < count ? i : (size_t)HTML_REST);
		put_label(out, i < count ? bar[i].label : "others");
		buf_printf(out, " %.1f %%</title></rect>", 100 * value / whole);
		at += width;
	}
	buf_append_text(out, "</svg>\n<ul class=\"legend\">\n");
	for (size_t i = 0; i < count; i++)
		legend_entry(out, i, bar[i].label, bar[i].value / whole);
	if (whole - sum > whole / 10000)
		legend_entry(out, HTML_REST, "others", (whole - sum) / whole);
	buf_append_text(out, "</ul></div>\n");
}

/* The least round number, of few digits, that makes Y_STEPS steps reach `most`. */
static double
nice_step(double most)
{
	static const double steps[] = { 1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10 };
	double need = most / Y_STEPS, unit = pow(10, floor(log10(need)));
	size_t i = 0;

	while (i < ARRAY_LEN(steps) - 1 && steps[i] * unit < need * 0.999999)
		i++;
	return steps[i] * unit;
}

/* Seconds between marks of time that people like. */
static const int64_t tick_steps[] = { 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200,
	10800, 21600, 43200, 86400, 172800, 604800, 1209600, 2592000, 7776000, 31536000, 315360000,
	3153600000 };

/* What local clocks were ahead of UTC then, in milliseconds. */
static int64_t
ahead_ms(const struct html_series *s)
{
	time_t at = (time_t)(s->time_ms[0] / 1000);
	struct tm tm;

	if (s->zone == STAMP_UTC || localtime_r(&at, &tm) == NULL)
		return 0;
	return (int64_t)tm.tm_gmtoff * 1000;
}

/* Sets the marks of time, at round instants within the series; gives how many. */
static size_t
ticks_of(const struct html_series *s, int64_t tick[X_LABELS + 1])
{
	int64_t from = s->time_ms[0], to = s->time_ms[s->times - 1], step, at;
	size_t i = 0, n = 0;

	if (from == to) {
		tick[0] = from;
		return 1;
	}
	while (i + 1 < ARRAY_LEN(tick_steps) &&
	    (to - from) / (tick_steps[i] * 1000) >= X_LABELS)
		i++;
	step = tick_steps[i] * 1000;
	at = from + ahead_ms(s);
	at = from + ((step - at % step) % step + step) % step;
	for (; at <= to && n <= X_LABELS; at += step)
		tick[n++] = at;
	return n;
}

/* The time of day; the day where a series is long and a day begins, or marks are days apart. */
static void
put_time(struct buf *out, const struct html_series *s, int64_t ms, int64_t step)
{
	int64_t all = s->time_ms[s->times - 1] - s->time_ms[0];
	struct stamp_cache cache = { 0 };
	char text[STAMP_TEXT_MAX];
	size_t len = stamp_format_text(&cache, ms, s->zone, text);

	/* "2026-01-01 12:30:00.000" */
	if (len < 19)
		return;
	if (step >= INT64_C(90) * 86400000)
		buf_append(out, text, 10);
	else if (step >= 86400000 || (all > INT64_C(26) * 3600000 && memcmp(text + 11, "00:00", 5) == 0))
		buf_append(out, text + 5, 5);
	else
		buf_append(out, text + 11, step > 0 && step < 60000 ? 8 : 5);
}

static double
x_at(const struct html_series *s, int64_t ms)
{
	double all = (double)(s->time_ms[s->times - 1] - s->time_ms[0]);

	return all > 0 ? WIDE * (double)(ms - s->time_ms[0]) / all : WIDE / 2;
}

static void
axes(struct buf *out, const struct html_series *s, double step)
{
	int64_t tick[X_LABELS + 1];
	size_t ticks = ticks_of(s, tick);

	for (unsigned i = 0; i <= Y_STEPS; i++) {
		buf_printf(out, "<span class=\"y\" style=\"bottom:%u%%\">", i * 100 / Y_STEPS);
		put_scaled(out, i * step);
		buf_append_text(out, "</span>");
	}
	for (size_t i = 0; i < ticks; i++) {
		double x = x_at(s, tick[i]) / WIDE * 100;

		buf_printf(out, "<span class=\"x%s%s\" style=\"left:%.2f%%\">", i % 2 != 0 ? " odd" : "",
		    x < 2 ? " start" : x > 98 ? " end" : "", x);
		put_time(out, s, tick[i], ticks > 1 ? tick[1] - tick[0] : 0);
		buf_append_text(out, "</span>");
	}
}

static void
begin_plot(struct buf *out, const struct html_series *s, const char *about)
{
	int64_t tick[X_LABELS + 1];
	size_t ticks = ticks_of(s, tick);

	buf_printf(out, "<svg viewBox=\"0 0 %.0f %.0f\" preserveAspectRatio=\"none\" role=\"img\"><title>",
	    WIDE, HIGH);
	put_label(out, about);
	buf_append_text(out, "</title>");
	for (unsigned i = 0; i <= Y_STEPS; i++)
		buf_printf(out, "<path class=\"grid\" d=\"M0 %.1fH%.0f\"/>", HIGH * i / Y_STEPS, WIDE);
	for (size_t i = 0; i < ticks; i++)
		buf_printf(out, "<path class=\"grid\" d=\"M%.1f 0V%.0f\"/>", x_at(s, tick[i]), HIGH);
}

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

static void
band(struct buf *out, const struct html_series *s, size_t k, double top)
{
	buf_printf(out, "<path fill=\"var(--c%zu)\" d=\"M", colour_of(s, k));
	for (size_t t = 0; t < s->times; t++)
		buf_printf(out, "%.1f %.1f ", x_at(s, s->time_ms[t]), HIGH * (1 - below(s, t, k + 1) / top));
	for (size_t t = s->times; t-- > 0;)
		buf_printf(out, "%.1f %.1f ", x_at(s, s->time_ms[t]), HIGH * (1 - below(s, t, k) / top));
	buf_append_text(out, "Z\"><title>");
	put_label(out, s->key[k].label);
	buf_append_text(out, "</title></path>");
}

static void
stacked(struct buf *out, const struct html_series *s)
{
	double most = 0, step;

	for (size_t t = 0; t < s->times; t++)
		most = fmax(most, below(s, t, s->keys));
	if (!(most > 0))
		return;
	step = nice_step(most);
	buf_append_text(out, "<div class=\"plot\">");
	begin_plot(out, s, s->about);
	for (size_t k = 0; k < s->keys; k++)
		band(out, s, k, step * Y_STEPS);
	buf_append_text(out, "</svg>");
	axes(out, s, step);
	buf_append_text(out, "</div>\n");
}

/* One key's line, to be opened. */
static void
detail(struct buf *out, const struct html_series *s, size_t k)
{
	double most = 0, sum = 0, step;

	for (size_t t = 0; t < s->times; t++) {
		most = fmax(most, value_at(s, t, k));
		sum += value_at(s, t, k);
	}
	step = most > 0 ? nice_step(most) : 1;
	buf_printf(out, "<details><summary><i style=\"color:var(--c%zu)\">&#9632;</i> ", colour_of(s, k));
	put_label(out, s->key[k].label);
	buf_append_text(out, " <small>mean ");
	put_scaled(out, sum / (double)s->times);
	buf_append_text(out, ", peak ");
	put_scaled(out, most);
	buf_append_text(out, "</small></summary>\n");
	buf_printf(out, "<div class=\"plot small\" id=\"%s-%zu\">", s->id, k);
	begin_plot(out, s, s->key[k].label);
	buf_printf(out, "<path class=\"wire\" stroke=\"var(--c%zu)\" d=\"M", colour_of(s, k));
	for (size_t t = 0; t < s->times; t++)
		buf_printf(out, "%.1f %.1f ", x_at(s, s->time_ms[t]),
		    HIGH * (1 - value_at(s, t, k) / (step * Y_STEPS)));
	buf_append_text(out, "\"/></svg>");
	axes(out, s, step);
	buf_append_text(out, "</div></details>\n");
}

void
html_series(struct buf *out, const struct html_series *s)
{
	if (s->times == 0 || s->keys == 0)
		return;
	buf_append_text(out, "<p class=\"dim\">");
	put_label(out, s->about);
	buf_append_text(out, s->zone == STAMP_UTC ? ", times in UTC</p>\n" : ", local time</p>\n");
	stacked(out, s);
	buf_append_text(out, "<ul class=\"legend\">\n");
	for (size_t k = 0; k < s->keys; k++) {
		buf_printf(out, "<li><i style=\"background:var(--c%zu)\"></i><a href=\"#%s-%zu\">",
		    colour_of(s, k), s->id, k);
		put_label(out, s->key[k].label);
		buf_append_text(out, "</a></li>\n");
	}
	buf_append_text(out, "</ul>\n<details><summary>Each alone</summary>\n");
	for (size_t k = 0; k < s->keys; k++)
		detail(out, s, k);
	buf_append_text(out, "</details>\n");
}
