/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A page of tables, each with a chart of what it is ordered by.  Sections wait until all are
 * there, because the page begins with its totals and a list of them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output/html/html.h"
#include "output/html/html_times.h"
#include "output/table/table_format.h"

/* Rows of a table that get a bar. */
#define BARS_MAX 12

/* Keys of series that tables link to. */
#define LINKS_MAX 128
#define KEY_NAMES_MAX 256

/* What the table at hand is charted by. */
struct chart {
	size_t measure;			/* column, or SIZE_MAX */
	size_t time;			/* key column of instants, or SIZE_MAX */
	struct html_bar bar[BARS_MAX];	/* of a series: its keys */
	size_t bars;
	bool has_rest;			/* the last key of a series stands for the others */
	struct html_times times;
};

/* A chart of one key of a series, for tables of the same keys that follow. */
struct link {
	char keys[KEY_NAMES_MAX], label[sizeof(((struct html_bar *)NULL)->label)], id[48];
};

struct table_html {
	struct buf contents, totals, sections, rows;
	struct chart chart;
	struct buf text;
	struct link link_of[LINKS_MAX];
	size_t links;
	const char *link;	/* of the row at hand, or NULL */
};

static void
chart_clear(struct chart *c)
{
	html_times_clear(&c->times);
	*c = (struct chart){ .measure = SIZE_MAX, .time = SIZE_MAX };
}

static void
html_free(struct flow_table_printer *p)
{
	struct table_html *h = p->html;

	if (h == NULL)
		return;
	buf_release(&h->contents);
	buf_release(&h->totals);
	buf_release(&h->sections);
	buf_release(&h->rows);
	buf_release(&h->text);
	chart_clear(&h->chart);
	free(h);
}

static struct table_html *
state(struct flow_table_printer *p, struct buf *out)
{
	if (p->html == NULL) {
		p->html = calloc(1, sizeof(*p->html));
		if (p->html != NULL)
			chart_clear(&p->html->chart);
	}
	if (p->html == NULL)
		out->failed = true;
	return p->html;
}

static double
real_value(const struct flow_table *t, size_t c, size_t row)
{
	if (!table_has(t, c, row))
		return 0;
	switch (t->column[c].kind) {
	case FLOW_KIND_RATE:
	case FLOW_KIND_RATIO:
	case FLOW_KIND_PERCENT:
		return ((const double *)t->column[c].values)[row];
	default:
		return (double)((const uint64_t *)t->column[c].values)[row];
	}
}

static bool
is_measure(const struct flow_table *t, size_t c)
{
	enum flow_kind kind = t->column[c].kind;

	return c < t->columns && !t->column[c].key && (kind == FLOW_KIND_COUNT || kind == FLOW_KIND_RATE ||
	    kind == FLOW_KIND_RATIO || kind == FLOW_KIND_PERCENT);
}

/* The measure that the title ends in ("... by bytes"), else bytes, flows, or the first one. */
static size_t
choose_measure(const struct flow_table *t, bool series)
{
	const char *by = strstr(t->title, " by ");
	const char *const names[] = { series ? "bps" : by != NULL ? by + 4 : "bytes", "bytes", "flows" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		size_t c = flow_table_find(t, names[i]);

		if (c < t->columns && is_measure(t, c))
			return c;
	}
	for (size_t c = 0; c < t->columns; c++)
		if (is_measure(t, c))
			return c;
	return SIZE_MAX;
}

static size_t
time_key(const struct flow_table *t)
{
	for (size_t c = 0; c < t->columns; c++)
		if (t->column[c].key && t->column[c].kind == FLOW_KIND_TIME)
			return c;
	return SIZE_MAX;
}

static void
put_title(struct buf *out, const struct flow_table *t, const struct chart *chart)
{
	html_title(out, t->title);
	if (chart->time != SIZE_MAX)
		buf_append_text(out, ", over time");
}

static void
html_begin(struct flow_table_printer *p, const struct flow_table *t, struct buf *out)
{
	struct table_html *h = state(p, out);

	if (h == NULL)
		return;
	chart_clear(&h->chart);
	buf_clear(&h->rows);
	h->chart.time = time_key(t);
	h->chart.measure = choose_measure(t, h->chart.time != SIZE_MAX);
	buf_printf(&h->contents, "<li><a href=\"#t%zu\">", p->tables + 1);
	put_title(&h->contents, t, &h->chart);
	buf_append_text(&h->contents, "</a></li>\n");
}

/* The names of the keys, but for the time. */
static void
key_names(const struct flow_table *t, size_t time, char out[KEY_NAMES_MAX])
{
	size_t len = 0;

	out[0] = '\0';
	for (size_t c = 0; c < t->columns && len < KEY_NAMES_MAX; c++)
		if (t->column[c].key && c != time)
			len += (size_t)snprintf(out + len, KEY_NAMES_MAX - len, "%s,", t->column[c].name);
}

/* A row's keys, but for the time, in one line. */
static void
row_label(struct flow_table_printer *p, const struct flow_table *t, size_t row, size_t time,
    char *out, size_t room)
{
	struct buf *text = &p->html->text;
	size_t len;

	buf_clear(text);
	for (size_t c = 0; c < t->columns; c++) {
		if (!t->column[c].key || c == time || (!table_has(t, c, row) && !table_is_rest(t, c, row)))
			continue;
		if (text->len > 0)
			buf_append_text(text, " \xc2\xb7 ");
		table_pretty(p, t, c, row, text);
	}
	if (text->len == 0)
		buf_append_text(text, time == SIZE_MAX ? "none" : "all");
	len = text->failed ? 0 : text->len < room ? text->len : room - 1;
	while (len > 0 && len < text->len && (text->data[len] & 0xc0) == 0x80)
		len--;
	memcpy(out, text->data, len);
	out[len] = '\0';
}

/* The chart that a series has of the row's keys, or NULL. */
static const char *
find_link(struct flow_table_printer *p, const struct flow_table *t, size_t row)
{
	const struct table_html *h = p->html;
	char keys[KEY_NAMES_MAX], label[sizeof(h->link_of[0].label)];

	if (h->links == 0 || (t->rest != NULL && bitmap_get(t->rest, row)))
		return NULL;
	key_names(t, SIZE_MAX, keys);
	row_label(p, t, row, SIZE_MAX, label, sizeof(label));
	for (size_t i = 0; i < h->links; i++)
		if (strcmp(h->link_of[i].keys, keys) == 0 && strcmp(h->link_of[i].label, label) == 0)
			return h->link_of[i].id;
	return NULL;
}

static void
add_links(struct flow_table_printer *p, const struct flow_table *t, const char *id)
{
	struct table_html *h = p->html;

	for (size_t k = 0; k < h->chart.bars && h->links < LINKS_MAX; k++) {
		struct link *link = &h->link_of[h->links++];

		key_names(t, h->chart.time, link->keys);
		(void)snprintf(link->label, sizeof(link->label), "%s", h->chart.bar[k].label);
		(void)snprintf(link->id, sizeof(link->id), "%.15s-%zu", id, k);
	}
}

static void
row_text(struct flow_table_printer *p, const struct flow_table *t, size_t row, struct html_bar *bar)
{
	struct buf *text = &p->html->text;
	size_t len;

	buf_clear(text);
	table_pretty(p, t, p->html->chart.measure, row, text);
	len = text->failed ? 0 : text->len < sizeof(bar->text) ? text->len : sizeof(bar->text) - 1;
	memcpy(bar->text, text->data, len);
	bar->text[len] = '\0';
}

/* The key's number; those that come after HTML_REST others share the last one. */
static size_t
series_key(struct chart *c, const char *label, bool rest)
{
	size_t k;

	if (!rest) {
		for (k = 0; k < c->bars && k < HTML_REST; k++)
			if (strcmp(c->bar[k].label, label) == 0)
				return k;
		if (c->bars < HTML_REST) {
			(void)snprintf(c->bar[c->bars].label, sizeof(c->bar[0].label), "%s", label);
			return c->bars++;
		}
	}
	c->has_rest = true;
	return HTML_REST;
}

static void
chart_row(struct flow_table_printer *p, const struct flow_table *t, size_t row)
{
	struct chart *c = &p->html->chart;
	char label[sizeof(c->bar[0].label)];
	double *values;

	if (c->measure == SIZE_MAX)
		return;
	if (c->time == SIZE_MAX) {
		if (c->bars == BARS_MAX)
			return;
		row_label(p, t, row, SIZE_MAX, c->bar[c->bars].label, sizeof(c->bar[0].label));
		row_text(p, t, row, &c->bar[c->bars]);
		c->bar[c->bars++].value = real_value(t, c->measure, row);
		return;
	}
	if (!table_has(t, c->time, row))
		return;
	values = html_times_at(&c->times, ((const int64_t *)t->column[c->time].values)[row]);
	if (values == NULL)
		return;
	row_label(p, t, row, c->time, label, sizeof(label));
	values[series_key(c, label, t->rest != NULL && bitmap_get(t->rest, row))] +=
	    real_value(t, c->measure, row);
}

/* Rows that have a bar are linked to by it; what p->rows counts is of former slices. */
static void
begin_row(struct flow_table_printer *p, const struct flow_table *t, size_t row)
{
	struct table_html *h = p->html;

	h->link = h->chart.time == SIZE_MAX ? find_link(p, t, row) : NULL;
	if (h->chart.time == SIZE_MAX && p->rows + row < BARS_MAX)
		buf_printf(&h->rows, "<tr id=\"t%zu-%llu\">", p->tables,
		    (unsigned long long)(p->rows + row));
	else
		buf_append_text(&h->rows, "<tr>");
}

/* The value to sort by, where it is not what is read. */
static void
put_sort_value(struct flow_table_printer *p, const struct flow_table *t, size_t c, size_t row)
{
	struct table_html *h = p->html;
	size_t len;

	buf_clear(&h->text);
	table_pretty(p, t, c, row, &h->text);
	len = h->text.len;
	table_plain(p, t, c, row, &h->text);
	if (!h->text.failed && len < h->text.len && (h->text.len != 2 * len ||
	    memcmp(h->text.data, h->text.data + len, len) != 0))
		buf_printf(&h->rows, " data-v=\"%.*s\"", (int)(h->text.len - len),
		    (const char *)h->text.data + len);
}

static void
put_cell(struct flow_table_printer *p, const struct flow_table *t, size_t c, size_t row)
{
	const struct flow_table_column *column = &t->column[c];
	bool number = flow_kind_is_number(column->kind);
	bool share = c + 1 < t->columns && table_is_share(t, c + 1) && table_has(t, c + 1, row);
	struct table_html *h = p->html;
	const char *link = column->key ? h->link : NULL;

	buf_append_text(&h->rows, "<td");
	if (number || column->key || share || column->kind == FLOW_KIND_TEXT)
		buf_printf(&h->rows, " class=\"%s%s%s%s\"", number ? "n" : "",
		    column->key ? (number ? " k" : "k") : "", share ? " s" : "",
		    column->kind == FLOW_KIND_TEXT ? " t" : "");
	if (share)
		buf_printf(&h->rows, " style=\"--p:%.2f%%\"", real_value(t, c + 1, row));
	if (number)
		put_sort_value(p, t, c, row);
	buf_append_u8(&h->rows, '>');
	if (link != NULL)
		buf_printf(&h->rows, "<a href=\"#%s\">", link);
	buf_clear(&h->text);
	if (table_has(t, c, row) || table_is_rest(t, c, row))
		table_pretty(p, t, c, row, &h->text);
	html_text(&h->rows, (const char *)h->text.data, h->text.len);
	if (link != NULL)
		buf_append_text(&h->rows, "</a>");
	if (share)
		buf_printf(&h->rows, " <small>%.1f&nbsp;%%</small>", real_value(t, c + 1, row));
	buf_append_text(&h->rows, "</td>");
}

static void
html_rows(struct flow_table_printer *p, const struct flow_table *t, struct buf *out)
{
	if (p->html == NULL) {
		out->failed = true;
		return;
	}
	for (size_t r = 0; r < t->rows; r++) {
		chart_row(p, t, r);
		begin_row(p, t, r);
		for (size_t c = 0; c < t->columns; c++)
			if (!table_is_share(t, c))
				put_cell(p, t, c, r);
		buf_append_text(&p->html->rows, "</tr>\n");
	}
}

static void
put_headings(struct buf *out, const struct flow_table *t)
{
	for (size_t c = 0; c < t->columns; c++) {
		if (table_is_share(t, c))
			continue;
		buf_append_text(out, flow_kind_is_number(t->column[c].kind) ?
		    "<th scope=\"col\" class=\"n\">" : "<th scope=\"col\">");
		html_text(out, t->column[c].label, strlen(t->column[c].label));
		buf_append_text(out, "</th>");
	}
}

/* The total of the measure that is charted, by the notes; 0 where they do not tell. */
static double
whole(const struct flow_table *t, size_t measure)
{
	for (size_t i = 0; i < t->notes; i++)
		if (strcmp(t->note[i].name, t->column[measure].name) == 0 &&
		    t->note[i].kind == FLOW_KIND_COUNT)
			return (double)t->note[i].value.number;
	return 0;
}

/* Closes the ranks: a row of values has as many as there are keys. */
static void
draw_series(struct flow_table_printer *p, const struct flow_table *t)
{
	struct chart *c = &p->html->chart;
	size_t keys = c->bars + c->has_rest;
	char about[FLOW_TABLE_NAME_MAX + 32], id[16];
	const char *name = t->column[c->measure].name;
	struct html_series s = { .id = id, .keys = keys, .key = c->bar, .has_rest = c->has_rest,
		.zone = p->options.zone };

	if (!html_times_finish(&c->times))
		return;
	if (c->has_rest)
		(void)snprintf(c->bar[c->bars].label, sizeof(c->bar[0].label), "other");
	for (size_t i = 0; i < c->times.count; i++)
		for (size_t k = 0; k < keys; k++)
			c->times.values[i * keys + k] = c->times.values[i * HTML_COLOURS +
			    (c->has_rest && k == c->bars ? HTML_REST : k)];
	(void)snprintf(about, sizeof(about), "%s", strcmp(name, "bps") == 0 ? "bits per second" :
	    strcmp(name, "pps") == 0 ? "packets per second" : t->column[c->measure].label);
	(void)snprintf(id, sizeof(id), "s%zu", p->tables);
	s.about = about;
	s.times = c->times.count;
	s.time_ms = c->times.time_ms;
	s.values = c->times.values;
	html_series(&p->html->sections, &s);
	add_links(p, t, id);
}

static void
draw(struct flow_table_printer *p, const struct flow_table *t)
{
	struct chart *c = &p->html->chart;
	struct buf *out = &p->html->sections;
	char id[16];

	if (c->measure == SIZE_MAX)
		return;
	if (c->time != SIZE_MAX && strncmp(t->title, "spikes", 6) != 0) {
		draw_series(p, t);
		return;
	}
	if (c->time != SIZE_MAX || c->bars < 2)
		return;
	(void)snprintf(id, sizeof(id), "t%zu", p->tables);
	html_bars(out, id, c->bar, c->bars);
	html_shares(out, t->title, c->bar, c->bars, whole(t, c->measure));
}

static void
put_rows(struct flow_table_printer *p, const struct flow_table *t)
{
	struct buf *out = &p->html->sections;
	bool series = p->html->chart.time != SIZE_MAX;

	if (p->rows == 0) {
		buf_append_text(out, "<p class=\"dim\">Nothing to show.</p>\n");
		return;
	}
	if (series)
		buf_printf(out, "<details><summary>Table of %llu rows</summary>\n",
		    (unsigned long long)p->rows);
	buf_append_text(out, "<div class=\"scroll\" tabindex=\"0\"><table><thead><tr>");
	put_headings(out, t);
	buf_append_text(out, "</tr></thead>\n<tbody>\n");
	buf_append(out, p->html->rows.data, p->html->rows.len);
	buf_append_text(out, "</tbody></table></div>\n");
	if (series)
		buf_append_text(out, "</details>\n");
}

/* The totals of all flows, once: each table has the same. */
static void
put_totals(struct flow_table_printer *p, const struct flow_table *t)
{
	struct buf *out = &p->html->totals;

	if (out->len > 0 || t->notes == 0)
		return;
	buf_append_text(out, "<div class=\"cards\">\n");
	for (size_t i = 0; i < t->notes; i++) {
		buf_append_text(out, "<div><span class=\"dim\">");
		html_text(out, t->note[i].name, strlen(t->note[i].name));
		buf_append_text(out, "</span><b>");
		buf_clear(&p->html->text);
		table_note(p, &t->note[i], true, &p->html->text);
		html_text(out, (const char *)p->html->text.data, p->html->text.len);
		buf_append_text(out, "</b></div>\n");
	}
	buf_append_text(out, "</div>\n");
}

static void
put_period(struct flow_table_printer *p, const struct flow_table *t)
{
	struct buf *out = &p->html->sections;

	if (!t->period.known)
		return;
	buf_append_text(out, "<p class=\"dim\">");
	table_period(p, t, out);
	buf_append_text(out, "</p>\n");
}

static void
html_end(struct flow_table_printer *p, const struct flow_table *t, struct buf *out)
{
	struct table_html *h = p->html;

	if (h == NULL) {
		out->failed = true;
		return;
	}
	put_totals(p, t);
	buf_printf(&h->sections, "<section id=\"t%zu\"><h2 title=\"", p->tables);
	html_text(&h->sections, t->title, strlen(t->title));
	buf_append_text(&h->sections, "\">");
	put_title(&h->sections, t, &h->chart);
	buf_append_text(&h->sections, "</h2>\n");
	put_period(p, t);
	draw(p, t);
	put_rows(p, t);
	buf_append_text(&h->sections, "</section>\n");
}

static void
put_facts(const struct flow_table_printer *p, struct buf *out)
{
	buf_append_text(out, "<dl class=\"facts\">\n");
	for (size_t i = 0; i < p->options.facts; i++) {
		const struct flow_table_fact *f = &p->options.fact[i];

		buf_append_text(out, "<dt>");
		html_text(out, f->name, strlen(f->name));
		buf_append_text(out, "</dt><dd>");
		html_text(out, f->value, strlen(f->value));
		buf_append_text(out, "</dd>\n");
	}
	buf_append_text(out, "</dl>\n");
}

static void
html_finish(struct flow_table_printer *p, struct buf *out)
{
	const char *title = p->options.title != NULL ? p->options.title : "Flow report";
	struct table_html *h = state(p, out);

	if (h == NULL)
		return;
	html_page_begin(out, title);
	buf_append_text(out, "<header><h1>");
	html_text(out, title, strlen(title));
	buf_append_text(out, "</h1>\n");
	if (p->options.facts > 0)
		put_facts(p, out);
	buf_append(out, h->totals.data, h->totals.len);
	if (p->tables > 1) {
		buf_append_text(out, "<nav><b>Contents</b><ul>\n");
		buf_append(out, h->contents.data, h->contents.len);
		buf_append_text(out, "</ul></nav>\n");
	}
	buf_append_text(out, "</header>\n");
	buf_append(out, h->sections.data, h->sections.len);
	html_page_end(out);
	out->failed |= h->sections.failed || h->rows.failed || h->contents.failed || h->totals.failed ||
	    h->text.failed;
}

const struct table_format table_html = { "html", html_begin, html_rows, html_end, html_finish,
	html_free };
