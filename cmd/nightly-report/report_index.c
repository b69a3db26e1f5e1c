/* SPDX-License-Identifier: BSD-2-Clause */
#include "nightly-report/report_index.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "nightly-report/report_page.h"

/* A report's data for the index is in its first bytes. */
#define HEAD_BYTES 65536

/* Number of points of the small chart. */
#define POINTS 48

#define REPORTS_MAX 10000
#define NAME_SHOWN_MAX 96

static const char begin[] = "<template id=\"flow-report\" data-r=\"";

void
report_index_mark(const struct report *r, struct buf *out)
{
	const struct figures *f = &r->now;
	struct buf json = BUF_INIT;
	char title[256];

	report_title(r, title, sizeof(title));
	buf_append_text(&json, "{\"title\":");
	json_append_string(&json, title, strlen(title));
	buf_printf(&json, ",\"from\":%" PRIu64 ",\"flows\":%" PRIu64 ",\"bytes\":%" PRIu64
	    ",\"mean\":%.0f,\"peak\":%.0f,"
	    "\"alerts\":%zu,\"points\":[", r->span.from_ms < 0 ? 0 : (uint64_t)r->span.from_ms, f->flows, f->bytes,
	    f->mean_bps, f->peak_bps, r->findings.alerts);
	for (size_t i = 0; i < POINTS; i++) {
		size_t from = i * f->bins / POINTS, to = (i + 1) * f->bins / POINTS;
		double most = 0;

		for (size_t b = from; b < to || b == from; b++)
			most = b < f->bins && f->bps[b] > most ? f->bps[b] : most;
		buf_printf(&json, "%s%.0f", i > 0 ? "," : "", most);
	}
	buf_append_text(&json, "]}");
	buf_append_text(out, begin);
	html_text(out, (const char *)json.data, json.len);
	buf_append_text(out, "\"></template>\n");
	out->failed |= json.failed;
	buf_release(&json);
}

struct entry {
	char name[NAME_SHOWN_MAX], title[256];
	uint64_t from, flows, bytes, mean, peak, alerts;
	double point[POINTS];
};

/* Whether a name needs no escapes in a link. */
static bool
is_report(const char *name)
{
	size_t len = strlen(name);

	return strncmp(name, "flows-", 6) == 0 && len > 5 && len < NAME_SHOWN_MAX &&
	    strcmp(name + len - 5, ".html") == 0 && strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "0123456789._-") == len;
}

/* Decodes a character reference of html_text; its length is in *used. */
static char
unescape(const char *at, size_t *used)
{
	static const struct {
		const char *name;
		char c;
	} names[] = { { "&quot;", '"' }, { "&lt;", '<' }, { "&gt;", '>' }, { "&amp;", '&' }, { "&#39;", '\'' } };

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		*used = strlen(names[i].name);
		if (strncmp(at, names[i].name, *used) == 0)
			return names[i].c;
	}
	*used = 1;
	return *at;
}

/* Extracts the JSON from a page's head, in place; NULL: it has none. */
static char *
find_json(char *head)
{
	char *from = strstr(head, begin), *to, *out;
	size_t used;

	if (from == NULL)
		return NULL;
	from += sizeof(begin) - 1;
	to = strchr(from, '"');
	if (to == NULL)
		return NULL;
	*to = '\0';
	out = from;
	for (char *at = from; *at != '\0'; at += used)
		*out++ = unescape(at, &used);
	*out = '\0';
	return from;
}

static bool
parse_entry(const char *json, struct entry *e)
{
	struct json_slice value, key, point;
	size_t len = strlen(json), n = 0;
	struct json_walk walk;

	if (!json_find_uint(json, len, "from", &e->from) || !json_find_uint(json, len, "flows", &e->flows) ||
	    !json_find_uint(json, len, "bytes", &e->bytes) || !json_find_uint(json, len, "mean", &e->mean) ||
	    !json_find_uint(json, len, "peak", &e->peak) || !json_find_uint(json, len, "alerts", &e->alerts) ||
	    !json_find(json, len, "title", &value) || value.len > sizeof(e->title))
		return false;
	e->title[json_unescape(value, e->title)] = '\0';
	if (!json_find(json, len, "points", &value) || !json_walk_begin(&walk, value))
		return false;
	while (n < POINTS && json_walk_next(&walk, &key, &point))
		e->point[n++] = strtod(point.p, NULL);
	return e->from < (uint64_t)INT64_C(253402300800000);
}

static bool
read_entry(int folder, const char *name, char *head, struct entry *e)
{
	int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
	ssize_t got = fd >= 0 ? read(fd, head, HEAD_BYTES) : -1;
	char *json;

	if (fd >= 0)
		(void)close(fd);
	if (got <= 0)
		return false;
	head[got] = '\0';
	*e = (struct entry){ .from = 0 };
	(void)snprintf(e->name, sizeof(e->name), "%s", name);
	json = find_json(head);
	return json != NULL && parse_entry(json, e);
}

static int
later(const void *pa, const void *pb)
{
	const struct entry *a = pa, *b = pb;

	return a->from != b->from ? (a->from < b->from ? 1 : -1) : strcmp(a->name, b->name);
}

/* All reports of a folder; NULL after a message, or with *count 0 when out of memory. */
static struct entry *
list_entries(const char *folder, size_t *count, struct flow_error *err)
{
	char *head = malloc(HEAD_BYTES + 1);
	struct entry *list = NULL, *more;
	DIR *dir = opendir(folder);
	struct dirent *d;

	*count = 0;
	if (dir == NULL || head == NULL) {
		(void)flow_fail(err, FLOW_EIO, FLOW_NO_OFFSET, "%s: cannot be listed", folder);
		free(head);
		if (dir != NULL)
			(void)closedir(dir);
		return NULL;
	}
	list = calloc(1, sizeof(*list));
	while (list != NULL && *count < REPORTS_MAX && (d = readdir(dir)) != NULL) {
		if (!is_report(d->d_name) || !read_entry(dirfd(dir), d->d_name, head, &list[*count]))
			continue;
		(*count)++;
		more = realloc(list, (*count + 1) * sizeof(*list));
		if (more == NULL)
			(*count)--;
		else
			list = more;
	}
	(void)closedir(dir);
	free(head);
	if (list == NULL)
		(void)flow_fail_memory(err);
	else
		qsort(list, *count, sizeof(*list), later);
	return list;
}

static void
number_cell(struct buf *out, const char *label, uint64_t v, const char *unit)
{
	buf_printf(out, "<td class=\"n\" data-l=\"%s\" data-v=\"%" PRIu64 "\">", label, v);
	html_scaled(out, (double)v, unit);
	buf_append_text(out, "</td>");
}

static void
put_entry(struct buf *out, const struct entry *e, enum stamp_zone zone)
{
	buf_printf(out, "<tr><td class=\"k\"><a href=\"%s\">", e->name);
	html_string(out, e->title);
	buf_append_text(out, "</a></td><td class=\"d\">");
	html_instant(out, (int64_t)e->from, zone);
	buf_append_text(out, "</td><td>");
	html_spark(out, e->point, POINTS, 1);
	buf_append_text(out, "</td>");
	number_cell(out, "Bytes", e->bytes, "B");
	number_cell(out, "Flows", e->flows, "");
	number_cell(out, "Mean", e->mean, "b/s");
	number_cell(out, "Peak", e->peak, "b/s");
	buf_printf(out, "<td class=\"n %s\" data-l=\"Attention\">%" PRIu64 "</td></tr>\n",
	    e->alerts > 0 ? "bad" : "good", e->alerts);
}

enum flow_status
report_index_write(const char *folder, enum stamp_zone zone, struct flow_error *err)
{
	size_t count;
	struct entry *list = list_entries(folder, &count, err);
	struct buf out = BUF_INIT, path = BUF_INIT;
	enum flow_status st;

	if (list == NULL)
		return err->status;
	html_page_begin(&out, "Reports of traffic", HTML_SCRIPT);
	buf_append_text(&out, "<header><h1>Reports of traffic</h1></header>\n<section><div "
	    "class=\"wrap\"><table><thead><tr><th scope=\"col\">Report</th><th scope=\"col\">From</th><th "
	    "scope=\"col\">Traffic</th>"
	    "<th scope=\"col\" class=\"n\">Bytes</th><th scope=\"col\" class=\"n\">Flows</th>"
	    "<th scope=\"col\" class=\"n\">Mean</th><th scope=\"col\" class=\"n\">Peak</th>"
	    "<th scope=\"col\" class=\"n\">Attention</th></tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < count; i++)
		put_entry(&out, &list[i], zone);
	buf_append_text(&out, "</tbody></table></div></section>\n");
	html_page_end(&out, HTML_SCRIPT);
	buf_printf(&path, "%s/index.html", folder);
	buf_append_u8(&path, '\0');
	st = out.failed || path.failed ? flow_fail_memory(err) : file_replace((const char *)path.data, out.data,
	    out.len, err);
	free(list);
	buf_release(&out);
	buf_release(&path);
	return st;
}
