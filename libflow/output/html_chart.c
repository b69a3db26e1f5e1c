/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Charts: the shapes are SVG that stretches to any width, the words are HTML beside it, so that
 * they keep their size on a phone.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "output/html.h"

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
html_bars(struct buf *out, const char *about, const struct html_bar *bar, size_t count)
{
	double most = 0;

	for (size_t i = 0; i < count; i++)
		most = fmax(most, bar[i].value);
	if (!(most > 0))
		return;
	buf_append_text(out, "<div class=\"bars\" role=\"img\" aria-label=\"");
	put_label(out, about);
	buf_append_text(out, "\">\n");
	for (size_t i = 0; i < count; i++) {
		double width = bar[i].value > 0 ? 100 * bar[i].value / most : 0;

		buf_append_text(out, "<span class=\"l\" title=\"");
		put_label(out, bar[i].label);
		buf_append_text(out, "\">");
		put_label(out, bar[i].label);
		buf_printf(out, "</span><svg viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\">"
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
	if (share >= 0)
		buf_printf(out, " <small>%.1f&nbsp;%%</small>", 100 * share);
	buf_append_text(out, "</li>\n");
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
	    " role=\"img\" aria-label=\"");
	put_label(out, about);
	buf_append_text(out, "\">");
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

/* The least of 1, 2, 2.5 or 5 times a power of ten that makes Y_STEPS steps reach `most`. */
static double
nice_step(double most)
{
	static const double steps[] = { 1, 2, 2.5, 5, 10 };
	double need = most / Y_STEPS, unit = pow(10, floor(log10(need)));
	size_t i = 0;

	while (i < 4 && steps[i] * unit < need * 0.999999)
		i++;
	return steps[i] * unit;
}

static double
x_of(const struct html_series *s, size_t t)
{
	double all = (double)(s->time_ms[s->times - 1] - s->time_ms[0]);

	return all > 0 ? WIDE * (double)(s->time_ms[t] - s->time_ms[0]) / all : WIDE / 2;
}

static void
put_time(struct buf *out, const struct html_series *s, int64_t ms)
{
	int64_t all = s->time_ms[s->times - 1] - s->time_ms[0];
	struct stamp_cache cache = { 0 };
	char text[STAMP_TEXT_MAX];
	size_t len = stamp_format_text(&cache, ms, s->zone, text);

	/* "2026-01-01 12:30:00.000": days, days and hours, or the time of day. */
	if (len < 16)
		return;
	if (all > INT64_C(5) * 86400000)
		buf_append(out, text + 5, 5);
	else if (all > INT64_C(26) * 3600000)
		buf_append(out, text + 5, 11);
	else
		buf_append(out, text + 11, all > 600000 ? 5 : 8);
}

static void
axes(struct buf *out, const struct html_series *s, double step)
{
	size_t labels = s->times < X_LABELS ? s->times : X_LABELS;

	for (unsigned i = 0; i <= Y_STEPS; i++) {
		buf_printf(out, "<span class=\"y\" style=\"bottom:%u%%\">", i * 100 / Y_STEPS);
		put_scaled(out, i * step);
		buf_append_text(out, "</span>");
	}
	for (size_t i = 0; i < labels; i++) {
		size_t t = labels > 1 ? i * (s->times - 1) / (labels - 1) : 0;

		buf_printf(out, "<span class=\"x%s%s\" style=\"left:%.2f%%\">", i % 2 != 0 ? " odd" : "",
		    i == 0 ? " start" : i + 1 == labels ? " end" : "", x_of(s, t) / WIDE * 100);
		put_time(out, s, s->time_ms[t]);
		buf_append_text(out, "</span>");
	}
}

static void
begin_plot(struct buf *out, const char *about, bool is_small)
{
	buf_printf(out, "<div class=\"plot%s\"><svg viewBox=\"0 0 %.0f %.0f\" preserveAspectRatio=\"none\""
	    " role=\"img\" aria-label=\"", is_small ? " small" : "", WIDE, HIGH);
	put_label(out, about);
	buf_append_text(out, "\">");
	for (unsigned i = 0; i <= Y_STEPS; i++)
		buf_printf(out, "<path class=\"grid\" d=\"M0 %.1fH%.0f\"/>", HIGH * i / Y_STEPS, WIDE);
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
		buf_printf(out, "%.1f %.1f ", x_of(s, t), HIGH * (1 - below(s, t, k + 1) / top));
	for (size_t t = s->times; t-- > 0;)
		buf_printf(out, "%.1f %.1f ", x_of(s, t), HIGH * (1 - below(s, t, k) / top));
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
	begin_plot(out, s->about, false);
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
	if (!(most > 0))
		return;
	step = nice_step(most);
	buf_printf(out, "<details id=\"%s-%zu\"><summary><i style=\"color:var(--c%zu)\">&#9632;</i> ",
	    s->id, k, colour_of(s, k));
	put_label(out, s->key[k].label);
	buf_append_text(out, " <small>mean ");
	put_scaled(out, sum / (double)s->times);
	buf_append_text(out, ", peak ");
	put_scaled(out, most);
	buf_append_text(out, "</small></summary>\n");
	begin_plot(out, s->key[k].label, true);
	buf_printf(out, "<path class=\"wire\" stroke=\"var(--c%zu)\" d=\"M", colour_of(s, k));
	for (size_t t = 0; t < s->times; t++)
		buf_printf(out, "%.1f %.1f ", x_of(s, t), HIGH * (1 - value_at(s, t, k) / (step * Y_STEPS)));
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
	for (size_t k = 0; k < s->keys; k++)
		legend_entry(out, colour_of(s, k), s->key[k].label, -1);
	buf_append_text(out, "</ul>\n<details><summary>Each alone</summary>\n");
	for (size_t k = 0; k < s->keys; k++)
		detail(out, s, k);
	buf_append_text(out, "</details>\n");
}
