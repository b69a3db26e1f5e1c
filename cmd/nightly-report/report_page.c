/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "nightly-report/report_page.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nightly-report/report_index.h"

static bool
has_explorer(const struct report *r)
{
	return r->cube != NULL && !r->options->no_scripts;
}

void
report_title(const struct report *r, char *out, size_t room)
{
	if (r->options->title != NULL)
		(void)snprintf(out, room, "%s", r->options->title);
	else
		(void)snprintf(out, room, "Traffic of %s", r->span.text);
}

static void
card(struct buf *out, const char *name, double value, const char *unit)
{
	buf_printf(out, "<div><span class=\"dim\">%s</span><b>", name);
	html_scaled(out, value, unit);
	buf_append_text(out, "</b></div>\n");
}

static void
cards(struct buf *out, const struct figures *f)
{
	buf_append_text(out, "<div class=\"cards\">\n");
	/* Exact, because programs search for it. */
	buf_printf(out, "<div><span class=\"dim\">flows</span><b>%" PRIu64 "</b></div>\n", f->flows);
	card(out, "packets", (double)f->packets, "");
	card(out, "bytes", (double)f->bytes, "B");
	card(out, "mean", f->mean_bps, "b/s");
	card(out, "95 %", f->p95_bps, "b/s");
	buf_append_text(out, "<div><span class=\"dim\">peak at ");
	html_instant(out, f->peak_ms, f->span.zone);
	buf_append_text(out, "</span><b>");
	html_scaled(out, f->peak_bps, "b/s");
	buf_append_text(out, "</b></div>\n</div>\n");
}

/* The section with a table; SIZE_MAX: none. */
static size_t
place_of(const struct sections *s, enum report_table table)
{
	for (size_t i = 0; i < s->count && table != TABLES; i++)
		if (s->list[i].from == table)
			return i;
	return SIZE_MAX;
}

/* Findings that need attention come first. */
static void
findings(struct buf *out, const struct findings *all, const struct sections *s)
{
	static const char *const class[] = { "good", "note", "bad" }, *const word[] = { "", "", "<b>Look: </b>" };

	buf_printf(out, "<p class=\"%s\"><b>", all->alerts > 0 ? "bad" : "good");
	if (all->alerts == 0)
		buf_append_text(out, "All is well.</b> Nothing here calls for attention.</p>\n<ul class=\"news\">\n");
	else
		buf_printf(out, "%zu %s for attention.</b></p>\n<ul class=\"news\">\n", all->alerts,
		    all->alerts == 1 ? "thing calls" : "things call");
	for (int level = FINDING_ALERT; level >= FINDING_GOOD; level--) {
		for (size_t i = 0; i < all->count; i++) {
			const struct finding *f = &all->list[i];
			size_t place = place_of(s, f->table);

			if ((int)f->level != level)
				continue;
			buf_printf(out, "<li class=\"%s\">%s", class[level], word[level]);
			html_string(out, f->text);
			if (place != SIZE_MAX)
				buf_printf(out, " <a href=\"#t%zu\">more</a>", place + 1);
			buf_append_text(out, "</li>\n");
		}
	}
	if (all->left_out > 0)
		buf_printf(out, "<li>And %zu more.</li>\n", all->left_out);
	buf_append_text(out, "</ul>\n");
}

/* The data and the container of the explorer's script; invisible without it. */
static void
put_explorer(const struct report *r, struct buf *out)
{
	struct buf command = BUF_INIT;

	if (!has_explorer(r))
		return;
	sections_command(r, &command);
	buf_append_u8(&command, '\0');
	buf_append_text(out, "<section id=\"explore\" hidden></section>\n<script type=\"application/json\" "
	    "id=\"cube\">");
	cube_json(r->cube, command.failed ? "" : (const char *)command.data,
	    r->options->request.filter != NULL ? r->options->request.filter : "", out);
	buf_append_text(out, "</script>\n");
	buf_release(&command);
}

static void
make_lead(const struct report *r, const struct sections *s, struct buf *lead)
{
	report_index_mark(r, lead);
	buf_append_text(lead, "<p class=\"dim\">");
	html_instant(lead, r->span.from_ms, r->span.zone);
	buf_append_text(lead, " to ");
	html_instant(lead, r->span.to_ms, r->span.zone);
	buf_append_text(lead, r->span.zone == STAMP_UTC ? " UTC</p>\n" : " local time</p>\n");
	findings(lead, &r->findings, s);
	cards(lead, &r->now);
	if (r->answer.flows == 0)
		buf_append_text(lead, "<p>Nothing to show.</p>\n");
	put_explorer(r, lead);
}

#define FACTS 5
#define SOURCE_MAX 1024

static size_t
make_facts(const struct report *r, struct flow_table_fact fact[FACTS], char files[32], char source[SOURCE_MAX])
{
	const struct query_request *request = &r->options->request;
	size_t n = 0, len = 0;

	source[0] = '\0';
	for (size_t i = 0; i < request->reads && len < SOURCE_MAX; i++)
		len += (size_t)snprintf(source + len, SOURCE_MAX - len, "%s%s", i > 0 ? ", " : "",
		    request->read[i].text);
	(void)snprintf(files, 32, "%" PRIu64, r->health.files);
	fact[n++] = (struct flow_table_fact){ "Source", source };
	fact[n++] = (struct flow_table_fact){ "Files of that time", files };
	if (request->filter != NULL && request->filter[0] != '\0')
		fact[n++] = (struct flow_table_fact){ "Filter", request->filter };
	fact[n++] = (struct flow_table_fact){ "Times", r->span.zone == STAMP_UTC ? "UTC" : "local" };
	fact[n++] = (struct flow_table_fact){ "Made by", "nightly-report " PACKAGE_VERSION };
	return n;
}

/* Values of the latest earlier span, shifted to the report's own time. */
static bool
make_past(const struct report *r, struct flow_table_past *past)
{
	const struct figures *f = &r->past[0];

	if (!f->any || f->bins == 0)
		return false;
	*past = (struct flow_table_past){ .from_ms = r->span.from_ms / r->span.bin_ms * r->span.bin_ms,
		.width_ms = r->span.bin_ms, .value = f->bps, .count = f->bins };
	return true;
}

static struct flow_table_section *
print_sections(const struct report *r, const struct sections *s, const struct flow_table_past *past)
{
	struct flow_table_section *list = calloc(s->count, sizeof(*list));

	for (size_t i = 0; i < s->count && list != NULL; i++) {
		const struct section *from = &s->list[i];

		list[i] = (struct flow_table_section){ .part = from->part[0] != '\0' ? from->part : NULL,
			.title = from->title[0] != '\0' ? from->title : NULL, .command = from->command,
			.past = from->past && r->past[0].any ? past : NULL, .brief = from->brief };
	}
	return list;
}

static void
print_tables(struct flow_table_printer *p, const struct sections *s, struct buf *out)
{
	for (size_t i = 0; i < s->count; i++) {
		flow_table_printer_begin(p, s->list[i].table, out);
		flow_table_printer_rows(p, s->list[i].table, out);
		flow_table_printer_end(p, s->list[i].table, out);
	}
	flow_table_printer_finish(p, out);
}

enum flow_status
report_page(const struct report *r, const struct sections *s, struct buf *out, struct flow_error *err)
{
	struct flow_table_past past = { 0 };
	struct flow_table_fact fact[FACTS];
	struct flow_table_printer *p;
	struct buf lead = BUF_INIT;
	char files[32], source[SOURCE_MAX], title[256];
	struct flow_table_printer_options options = { .zone = r->span.zone, .fact = fact, .lead = &lead, .title = title,
		.no_scripts = r->options->no_scripts, .explorer = has_explorer(r), .tables = s->count };
	enum flow_status st;

	report_title(r, title, sizeof(title));
	(void)make_past(r, &past);
	options.facts = make_facts(r, fact, files, source);
	options.section = print_sections(r, s, &past);
	options.sections = options.section != NULL ? s->count : 0;
	make_lead(r, s, &lead);
	st = flow_table_printer_new("html", &options, &p, err);
	if (st == FLOW_OK) {
		print_tables(p, s, out);
		flow_table_printer_free(p);
		if (options.section == NULL || lead.failed || out->failed)
			st = flow_fail_memory(err);
	}
	free((void *)(uintptr_t)options.section);
	buf_release(&lead);
	return st;
}
