/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A page of tables and charts.  Sections are kept until the end, because the page begins with its totals and
 * a list of sections.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output/html/html.h"
#include "output/html/html_rows.h"
#include "output/html/html_values.h"
#include "output/table/table_format.h"

/* Most keys of series that tables link to. */
#define LINKS_MAX 256
#define KEY_NAMES_MAX 256

/* Tables with more columns are full width. */
#define NARROW_MAX 8
/* Tables with more columns than this are set closer. */
#define LOOSE_MAX 12

/* A key of a series, to which later tables of the same keys link. */
struct link {
	char keys[KEY_NAMES_MAX], label[HTML_LABEL_MAX], id[48];
};

struct table_html {
	struct buf contents, totals, sections, rows;
	struct html_values values;
	struct link link_of[LINKS_MAX];
	size_t links;
	bool in_grid;
};

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
	html_values_clear(&h->values);
	free(h);
}

static struct table_html *
state(struct flow_table_printer *p, struct buf *out)
{
	if (p->html == NULL) {
		p->html = calloc(1, sizeof(*p->html));
		if (p->html != NULL)
			html_values_clear(&p->html->values);
	}
	if (p->html == NULL)
		out->failed = true;
	return p->html;
}

/* The caller's texts for table i (from 0); NULL: none. */
static const struct flow_table_section *
section_of(const struct flow_table_printer *p, size_t i)
{
	return i < p->options.sections ? &p->options.section[i] : NULL;
}

static void
put_title(struct buf *out, const struct flow_table *t, const struct flow_table_section *section, bool series)
{
	if (section != NULL && section->title != NULL) {
		html_string(out, section->title);
		return;
	}
	html_title(out, t->title);
	if (series)
		buf_append_text(out, ", over time");
}

/* Opens or closes the grid around sections. */
static void
set_grid(struct table_html *h, bool in)
{
	if (h->in_grid != in)
		buf_append_text(&h->sections, in ? "<div class=\"grid\">\n" : "</div>\n");
	h->in_grid = in;
}

/* A part begins: its heading, and its place among the contents. */
static void
begin_part(struct flow_table_printer *p, const struct flow_table_section *section)
{
	struct table_html *h = p->html;

	set_grid(h, false);
	buf_printf(&h->sections, "<h2 id=\"p%zu\">", p->tables);
	html_string(&h->sections, section->part);
	buf_append_text(&h->sections, "</h2>\n");
	if (section->lead != NULL)
		buf_append(&h->sections, section->lead->data, section->lead->len);
	buf_printf(&h->contents, "<li><a href=\"#p%zu\">", p->tables);
	html_string(&h->contents, section->part);
	buf_append_text(&h->contents, "</a></li>\n");
}

static void
html_begin(struct flow_table_printer *p, const struct flow_table *t, struct buf *out)
{
	const struct flow_table_section *section = section_of(p, p->tables);
	struct table_html *h = state(p, out);

	if (h == NULL)
		return;
	html_values_begin(&h->values, t);
	buf_clear(&h->rows);
	if (section != NULL && section->part != NULL)
		begin_part(p, section);
	/* If there are parts, only they are listed. */
	if (p->options.sections == 0) {
		buf_printf(&h->contents, "<li><a href=\"#t%zu\">", p->tables + 1);
		put_title(&h->contents, t, section, h->values.time != SIZE_MAX);
		buf_append_text(&h->contents, "</a></li>\n");
	}
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

/* The id of the series' row with the keys of this one, or NULL. */
static const char *
find_link(struct flow_table_printer *p, const struct flow_table *t, size_t row)
{
	const struct table_html *h = p->html;
	char keys[KEY_NAMES_MAX], label[HTML_LABEL_MAX];

	if (h->links == 0 || (t->rest != NULL && bitmap_get(t->rest, row)))
		return NULL;
	key_names(t, SIZE_MAX, keys);
	html_row_label(p, t, row, SIZE_MAX, label, sizeof(label));
	for (size_t i = 0; i < h->links; i++)
		if (strcmp(h->link_of[i].keys, keys) == 0 && strcmp(h->link_of[i].label, label) == 0)
			return h->link_of[i].id;
	return NULL;
}

static void
add_links(struct flow_table_printer *p, const struct flow_table *t, const char *id)
{
	struct table_html *h = p->html;

	for (size_t k = 0; k < h->values.keys && h->links < LINKS_MAX; k++) {
		struct link *link = &h->link_of[h->links++];

		key_names(t, h->values.time, link->keys);
		(void)snprintf(link->label, sizeof(link->label), "%s", h->values.label[k]);
		(void)snprintf(link->id, sizeof(link->id), "%.15s-%zu", id, k);
	}
}

static void
html_rows(struct flow_table_printer *p, const struct flow_table *t, struct buf *out)
{
	struct table_html *h = p->html;

	if (h == NULL) {
		out->failed = true;
		return;
	}
	for (size_t r = 0; r < t->rows; r++) {
		if (h->values.time != SIZE_MAX) {
			html_values_row(&h->values, p, t, r);
			continue;
		}
		buf_append_text(&h->rows, "<tr>");
		html_row(p, t, r, find_link(p, t, r), &h->rows);
	}
}

static void
draw_series(struct flow_table_printer *p, const struct flow_table *t, const struct flow_table_section *section)
{
	struct table_html *h = p->html;
	const char *label[HTML_COLOURS];
	struct html_series s = { .zone = p->options.zone };
	double *aligned;
	char id[16];

	(void)snprintf(id, sizeof(id), "s%zu", p->tables);
	s.id = id;
	s.points = section != NULL && section->brief ? HTML_POINTS_BRIEF : HTML_POINTS;
	if (!html_values_series(&h->values, t, section != NULL ? section->past : NULL, label, &aligned, &s))
		return;
	html_chart(&h->sections, &s);
	html_series_table(&h->sections, &s);
	add_links(p, t, id);
	free(aligned);
}

static void
put_rows(struct flow_table_printer *p, const struct flow_table *t, const struct flow_table_section *section)
{
	struct buf *out = &p->html->sections;

	if (p->rows == 0) {
		buf_append_text(out, "<p class=\"dim\">Nothing to show.</p>\n");
		return;
	}
	if (p->html->values.time != SIZE_MAX) {
		draw_series(p, t, section);
		return;
	}
	buf_append_text(out, "<div class=\"wrap\"><table");
	if (section != NULL && section->command != NULL) {
		buf_append_text(out, " data-cmd=\"");
		html_string(out, section->command);
		buf_append_u8(out, '"');
	}
	buf_append_u8(out, '>');
	html_headings(out, t);
	buf_append_text(out, "<tbody>\n");
	buf_append(out, p->html->rows.data, p->html->rows.len);
	buf_append_text(out, "</tbody></table></div>\n");
}

/* The totals of all flows, once, because they are the same in each table. */
static void
put_totals(struct flow_table_printer *p, const struct flow_table *t)
{
	struct buf *out = &p->html->totals, text = BUF_INIT;

	if (out->len > 0 || t->notes == 0 || p->options.lead != NULL)
		return;
	buf_append_text(out, "<div class=\"cards\">\n");
	for (size_t i = 0; i < t->notes; i++) {
		buf_append_text(out, "<div><span class=\"dim\">");
		html_string(out, t->note[i].name);
		buf_append_text(out, "</span><b>");
		buf_clear(&text);
		table_note(p, &t->note[i], true, &text);
		html_text(out, (const char *)text.data, text.len);
		buf_append_text(out, "</b></div>\n");
	}
	buf_append_text(out, "</div>\n");
	out->failed |= text.failed;
	buf_release(&text);
}

static void
put_period(struct flow_table_printer *p, const struct flow_table *t)
{
	struct buf *out = &p->html->sections;

	/* The chart of a series shows its period already; flows outside of it are reported for every table. */
	if (!t->period.known || (p->html->values.time != SIZE_MAX && t->period.rows_outside == 0))
		return;
	buf_append_text(out, "<p class=\"dim\">");
	table_period(p, t, out);
	buf_append_text(out, "</p>\n");
}

/* Columns of their own: a share is in the cell of what it is a share of. */
static size_t
shown_columns(const struct flow_table *t)
{
	size_t n = 0;

	for (size_t c = 0; c < t->columns; c++)
		n += !table_is_share(t, c);
	return n;
}

static void
html_end(struct flow_table_printer *p, const struct flow_table *t, struct buf *out)
{
	const struct flow_table_section *section = section_of(p, p->tables - 1);
	struct table_html *h = p->html;
	size_t shown = shown_columns(t);
	bool series;
	const char *class;

	if (h == NULL) {
		out->failed = true;
		return;
	}
	series = h->values.time != SIZE_MAX;
	class = shown > LOOSE_MAX ? " class=\"wide dense\"" : series || shown > NARROW_MAX ?
	    " class=\"wide\"" : "";
	put_totals(p, t);
	set_grid(h, true);
	buf_printf(&h->sections, "<section id=\"t%zu\"%s><h3 title=\"", p->tables, class);
	html_string(&h->sections, t->title);
	buf_append_text(&h->sections, "\">");
	put_title(&h->sections, t, section, series);
	buf_append_text(&h->sections, "</h3>\n");
	put_period(p, t);
	put_rows(p, t, section);
	buf_append_text(&h->sections, "</section>\n");
}

static void
put_facts(const struct flow_table_printer *p, struct buf *out)
{
	buf_append_text(out, "<dl class=\"facts\">\n");
	for (size_t i = 0; i < p->options.facts; i++) {
		const struct flow_table_fact *f = &p->options.fact[i];

		buf_append_text(out, "<dt>");
		html_string(out, f->name);
		buf_append_text(out, "</dt><dd>");
		html_string(out, f->value);
		buf_append_text(out, "</dd>\n");
	}
	buf_append_text(out, "</dl>\n");
}

static void
html_finish(struct flow_table_printer *p, struct buf *out)
{
	const char *title = p->options.title != NULL ? p->options.title : "Flow report";
	struct table_html *h = state(p, out);
	enum html_scripts scripts = p->options.no_scripts ? HTML_NO_SCRIPT : p->options.explorer ? HTML_EXPLORER :
	    HTML_SCRIPT;

	if (h == NULL)
		return;
	set_grid(h, false);
	html_page_begin(out, title, scripts);
	buf_append_text(out, "<header><h1>");
	html_string(out, title);
	buf_append_text(out, "</h1>\n");
	if (p->options.lead != NULL)
		buf_append(out, p->options.lead->data, p->options.lead->len);
	else if (p->options.facts > 0)
		put_facts(p, out);
	buf_append(out, h->totals.data, h->totals.len);
	if (p->tables > 1) {
		buf_append_text(out, "<nav aria-label=\"Contents\"><ul>\n");
		buf_append(out, h->contents.data, h->contents.len);
		buf_append_text(out, "</ul></nav>\n");
	}
	buf_append_text(out, "</header>\n");
	buf_append(out, h->sections.data, h->sections.len);
	if (p->options.lead != NULL) {
		buf_append_text(out, "<footer>\n");
		put_facts(p, out);
		buf_append_text(out, "</footer>\n");
	}
	html_page_end(out, scripts);
	out->failed |= h->sections.failed || h->rows.failed || h->contents.failed || h->totals.failed;
}

const struct table_format table_html = { "html", html_begin, html_rows, html_end, html_finish,
	html_free };
