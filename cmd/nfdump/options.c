/* SPDX-License-Identifier: BSD-2-Clause */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "nfdump/options.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "common/cli.h"
#include "common/cli_options.h"
#include "nfdump/merge.h"
#include "nfdump/key_words.h"
#include "nfdump/old_names.h"

/* Exit statuses of nfdump 1.7: 1 for misuse, 254 for a wrong filter. */
#define EXIT_WRONG 1
#define EXIT_FILTER 254

static const char letters[] = "6aA:Bbc:C:D:E:G:s:gH:hn:i:jf:qyz::r:v:w:J:M:NImO:P:R:XZt:TVW:x:o:";

static const char usage[] =
"usage nfdump [options] [\"filter\"]\n"
"Takes the command line of nfdump 1.7, on archives of flowcap and on files of nfcapd.\n"
"-r FILE, -R FIRST:LAST, -M DIRS   what to read\n"
"-t FROM-TO, -c N, filter, -f FILE which flows\n"
"-a, -A FIELDS, -b, -B             put flows together\n"
"-s ELEMENT[:p][/ORDER], -n N      statistics (-s record: of flows put together)\n"
"-O ORDER, -P FILTER               order, filter on what was put together\n"
"-o FORMAT, -q, -N, -6             line, long, extended, biline, csv, json, fmt:..., csv:...\n"
"-w FILE, -z=CODEC                 write flows instead\n"
"-I, -g                            what files hold\n"
"-Z                                check the filter\n"
"-j, -y, -m, -T, -W N, -D SERVER   accepted\n"
"flow-nfdump(8) tells what is not the same.\n";

/* Options before they are combined. */
struct raw {
	struct nfdump_options *o;
	const char *single, *range;	/* -r, -R */
	const char *window, *filter_file, *format, *config;
	bool two_way_format;		/* -b came after the last -o */
};

static int
print_usage(void)
{
	bool closed = false;

	return cli_write(usage, strlen(usage), &closed);
}

static int
wrong(const char *what, const char *text)
{
	(void)cli_fail("%s '%s'", what, text);
	return EXIT_WRONG;
}

static int
take_number(const char *option, const char *text, uint64_t least, uint64_t *out)
{
	char *end;

	errno = 0;
	*out = strtoull(text, &end, 10);
	if (!isdigit((unsigned char)text[0]) || *end != '\0' || errno != 0 || *out < least)
		return wrong(option, text);
	return CLI_OK;
}

/* "=lz4:9" or "lz4"; without a value, or with nfdump's own codecs, the default. */
static int
take_codec(struct raw *r, const char *text)
{
	struct flow_error err;

	if (text == NULL)
		return CLI_OK;
	text += *text == '=';
	if (strncmp(text, "lzo", 3) == 0 || strncmp(text, "bz2", 3) == 0)
		return CLI_OK;
	if (flow_codec_parse(text, &r->o->writer, &err) == FLOW_OK)
		return CLI_OK;
	return cli_fail("-z: %s", err.message);
}

static int
take_statistic(struct nfdump_options *o, const char *text)
{
	if (strncasecmp(text, "record", 6) == 0 && (text[6] == '\0' || text[6] == '/' || text[6] == ':')) {
		o->records = strchr(text, '/') != NULL ? strchr(text, '/') + 1 : "flows";
		o->aggregate = true;
		return CLI_OK;
	}
	if (o->statistics == NFDUMP_STATISTICS)
		return cli_fail("-s: more than %d statistics", NFDUMP_STATISTICS);
	o->statistic[o->statistics++] = text;
	return CLI_OK;
}

/* Options that choose the task. */
static int
take_action(struct raw *r, int letter, const char *text)
{
	struct nfdump_options *o = r->o;

	switch (letter) {
	case 'I': o->action = NFDUMP_INFO; break;
	case 'g': o->action = NFDUMP_GNUPLOT; break;
	case 'Z': o->action = NFDUMP_CHECK; break;
	case 'h': o->action = NFDUMP_DONE; return print_usage();
	case 'V': o->action = NFDUMP_DONE; return cli_version();
	case 'E': case 'v': case 'x': case 'i': case 'J':
		return cli_fail("-%c %s: %s", letter, text, letter == 'E' ? "flowcat -E FILE tells of exporters" :
		    letter == 'v' ? "flowcat --verify FILE reads a file through" :
		    letter == 'x' ? "files of this archive have no extension maps" :
		    letter == 'i' ? "flowcat -w NEW -i IDENT FILE changes the identification" :
		    "flowcat -w NEW -z CODEC FILE, or --compact, compresses otherwise");
	case 'X': return cli_fail("-X: flowcat --explain tells what a filter does");
	case 'H': return cli_fail("-H: there is no database of Tor nodes here");
	default: break;
	}
	return CLI_OK;
}

static int
take_group_letter(struct raw *r, int letter, const char *text)
{
	struct nfdump_options *o = r->o;

	o->aggregate = true;
	if (letter == 'A' && o->keys != NULL)
		return cli_fail("Multiple aggregation masks not allowed");
	if (letter == 'A')
		o->keys = text;
	o->guess |= letter == 'B';
	if (letter == 'b' || letter == 'B') {
		o->two_way = true;
		r->format = "biline";
	}
	return CLI_OK;
}

static int
take_letter(struct raw *r, int letter, char *text)
{
	struct nfdump_options *o = r->o;

	switch (letter) {
	case 'a': case 'A': case 'b': case 'B': return take_group_letter(r, letter, text);
	case 'r': r->single = text; break;
	case 'R': r->range = text; break;
	case 'M': o->request.directories = text; break;
	case 't': r->window = text; break;
	case 'f': r->filter_file = text; break;
	case 'C': r->config = text; break;
	case 'c': return take_number("Option -c needs a number > 0, not", text, 1, &o->limit);
	case 'n': return take_number("-n", text, 0, &o->top);
	case 's': return take_statistic(o, text);
	case 'O': o->order = text; break;
	case 'm': o->order = "tstart"; cli_warn("Option -m deprecated. Use '-O tstart' instead"); break;
	case 'P': o->post = text; break;
	case 'o': r->format = text; break;
	case 'q': o->quiet = true; break;
	case 'N': o->plain = true; break;
	case '6': o->full_ipv6 = true; break;
	case 'w': o->write_path = text; break;
	case 'z': return take_codec(r, text);
	case 'G': return strcmp(text, "none") == 0 ? CLI_OK : query_take_option(&o->request, OPT_GEO, text);
	case 'W': case 'j': case 'y': case 'T': case 'D': break;
	case '?': cli_warn("nfdump -h tells the options"); return EXIT_WRONG;
	default: return take_action(r, letter, text);
	}
	return CLI_OK;
}

/* Joins the other arguments to the filter. */
static int
take_filter(struct nfdump_options *o, int argc, char **argv)
{
	struct buf text = BUF_INIT;

	for (int i = 0; i < argc; i++) {
		if (i > 0)
			buf_append_u8(&text, ' ');
		buf_append_text(&text, argv[i]);
	}
	buf_append_u8(&text, '\0');
	if (buf_status(&text) != FLOW_OK)
		return cli_fail("out of memory");
	o->filter = (char *)text.data;
	return CLI_OK;
}

#define FILTER_BYTES_MAX ((size_t)16 << 20)

static int
read_filter(struct nfdump_options *o, const char *path)
{
	struct buf text = BUF_INIT;
	FILE *file = fopen(path, "r");
	size_t n = 1;

	if (file == NULL)
		return cli_fail("%s: %s", path, strerror(errno));
	while (n > 0 && text.len < FILTER_BYTES_MAX && buf_reserve(&text, 65536)) {
		n = fread(buf_end(&text), 1, 65535, file);
		text.len += n;
	}
	if (ferror(file) || n > 0) {
		(void)fclose(file);
		buf_release(&text);
		return cli_fail("%s: cannot be read, or is larger than 16 MiB", path);
	}
	(void)fclose(file);
	buf_append_u8(&text, '\0');
	free(o->filter);
	o->filter = (char *)text.data;
	return buf_status(&text) == FLOW_OK ? CLI_OK : cli_fail("out of memory");
}

static enum flow_status
parse_bound(const char *text, size_t len, int64_t open, int64_t *ms, struct flow_error *err)
{
	*ms = open;
	return len == 0 ? FLOW_OK : stamp_parse(text, len, STAMP_LOCAL, 0, ms, err);
}

/* A window as nfdump's yyyy/MM/dd.hh:mm:ss[-...], or in flowcat's forms. */
static int
parse_window(struct nfdump_options *o, const char *text)
{
	const char *dash = strchr(text, '/') != NULL ? strchr(text, '-') : NULL;
	size_t len = dash != NULL ? (size_t)(dash - text) : strlen(text);
	struct stamp_window window;
	struct flow_error err;
	enum flow_status st;

	o->has_window = true;
	if (strchr(text, '/') != NULL && strstr(text, "..") == NULL) {
		st = parse_bound(text, len, INT64_MIN, &o->from_ms, &err);
		if (st == FLOW_OK)
			st = parse_bound(dash != NULL ? dash + 1 : "", dash != NULL ? strlen(dash + 1) : 0, INT64_MAX,
			    &o->to_ms, &err);
	} else {
		st = stamp_window_parse(text, strlen(text), STAMP_LOCAL, (int64_t)time(NULL) * 1000, &window, &err);
		if (st == FLOW_OK && window.base != STAMP_ABSOLUTE)
			return cli_fail("-t %s: nfdump 1.7 counts from no end of the data; flowcat does", text);
		o->from_ms = window.from_ms;
		o->to_ms = window.to_ms;
	}
	return st == FLOW_OK ? CLI_OK : cli_fail("-t: %s", err.message);
}

static void
append_bound(struct buf *out, const char *condition, int64_t ms)
{
	struct stamp_cache cache = { 0 };
	char text[STAMP_TEXT_MAX];

	if (ms == INT64_MIN || ms == INT64_MAX)
		return;
	buf_printf(out, "%s%s ", out->len > 0 ? " and " : "", condition);
	buf_append(out, text, stamp_format_iso(&cache, ms, text));
}

static bool
says_nothing(const char *filter)
{
	return filter == NULL || filter[strspn(filter, " \t\n")] == '\0';
}

/* Joins the user's filter with the window, in which a flow must be as a whole. */
static int
make_filter(struct nfdump_options *o)
{
	struct buf text = BUF_INIT;

	o->request.as_nfdump = true;
	if (query_check(&o->request) != CLI_OK)
		return EXIT_FILTER;
	if (!says_nothing(o->filter))
		buf_printf(&text, "(\n%s\n)", o->filter);
	if (o->has_window) {
		append_bound(&text, "first seen >", o->from_ms);
		append_bound(&text, "last seen <", o->to_ms);
	}
	buf_append_u8(&text, '\0');
	if (buf_status(&text) != FLOW_OK)
		return cli_fail("out of memory");
	free(o->request.filter);
	o->request.filter = (char *)text.data;
	return CLI_OK;
}

/* "long6": the format "long" with full IPv6 addresses. */
static int
name_format(struct nfdump_options *o, const char *name)
{
	static const char *const names[] = { "line", "gline", "long", "glong", "extended", "biline", "bilong", "nsel",
		"nat", "raw", "csv", "csv-fast", "json", "ndjson", "null" };
	static const enum nfdump_mode modes[] = { NFDUMP_RAW, NFDUMP_CSV, NFDUMP_CSV, NFDUMP_JSON, NFDUMP_NDJSON,
	    NFDUMP_NULL };
	size_t len = strlen(name);

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		size_t n = strlen(names[i]);

		if (strncmp(names[i], name, n) != 0 || (len != n && !(len == n + 1 && name[n] == '6')))
			continue;
		o->full_ipv6 |= len > n;
		o->mode = i < ARRAY_LEN(names) - ARRAY_LEN(modes) ? NFDUMP_FMT :
		    modes[i - (ARRAY_LEN(names) - ARRAY_LEN(modes))];
		o->format = strdup(o->mode == NFDUMP_CSV ? "csv:%ts,%td,%pr,%sa,%sp,%da,%dp,%pkt,%byt,%fl" : names[i]);
		return o->format != NULL ? CLI_OK : cli_fail("out of memory");
	}
	return wrong("Unknown output mode", name);
}

static int
choose_format(struct raw *r)
{
	struct nfdump_options *o = r->o;
	const char *name = r->format != NULL ? r->format : o->request.geo != NULL ? "gline" : "line";

	if (strncmp(name, "fmt:", 4) != 0 && strncmp(name, "csv:", 4) != 0)
		return name_format(o, name);
	o->mode = name[0] == 'f' ? NFDUMP_FMT : NFDUMP_CSV;
	o->format = strdup(name);
	return o->format != NULL ? CLI_OK : cli_fail("out of memory");
}

/* -A brings its own format, unless one was given that shows what it puts together. */
static int
choose_key_format(struct raw *r)
{
	struct nfdump_options *o = r->o;
	const char *name = r->format;
	struct nfdump_keys keys;
	struct flow_error err;
	struct buf format = BUF_INIT;

	if (nfdump_keys_parse(o->keys, &keys, &err) != FLOW_OK)
		return cli_fail("%s", err.message);
	if (name != NULL && (strncmp(name, "fmt:", 4) == 0 || strncmp(name, "csv:", 4) == 0)) {
		if (nfdump_keys_check(&keys, name, o->keys, &err) != FLOW_OK)
			return cli_fail("%s", err.message);
		return choose_format(r);
	}
	if (name != NULL && strcmp(name, "csv") != 0)
		return cli_fail("Invalid print format %s to aggregate flows", name);
	nfdump_keys_format(&keys, name != NULL, &format);
	buf_append_u8(&format, '\0');
	if (buf_status(&format) != FLOW_OK)
		return cli_fail("out of memory");
	o->format = (char *)format.data;
	o->mode = name != NULL ? NFDUMP_CSV : NFDUMP_FMT;
	return CLI_OK;
}

static int
check_order(const char *order)
{
	size_t len = strcspn(order, ":");

	if (merge_order_known(order, len) && (order[len] == '\0' || strcmp(order + len, ":a") == 0 ||
	    strcmp(order + len, ":d") == 0))
		return CLI_OK;
	return wrong("Unknown print order", order);
}

/* What excludes, or replaces, what. */
static int
settle(struct raw *r)
{
	struct nfdump_options *o = r->o;

	if (o->two_way && o->keys != NULL)
		return cli_fail("Can not set custom aggregation in bidir mode");
	if (o->statistics > 0 && o->records == NULL && o->aggregate) {
		cli_warn(o->keys != NULL ? "Warning: Aggregation ignored for element statistics" :
		    "Command line switch -s overwrites -a");
		o->aggregate = false;
	}
	if (o->order != NULL && o->records != NULL)
		return cli_fail("-s record and -O (-m) are mutually exclusive options");
	if (o->order != NULL && check_order(o->order) != CLI_OK)
		return EXIT_WRONG;
	if (o->top == UINT64_MAX)
		o->top = o->statistics > 0 || o->records != NULL ? 10 : 0;
	o->quiet |= o->write_path != NULL;
	return o->keys != NULL && o->aggregate ? choose_key_format(r) : choose_format(r);
}

static int
finish(struct raw *r, int argc, char **argv)
{
	struct nfdump_options *o = r->o;
	int status = take_filter(o, argc, argv);

	if (status == CLI_OK && r->filter_file != NULL && says_nothing(o->filter))
		status = read_filter(o, r->filter_file);
	if (status == CLI_OK && (o->request.filter = strdup(o->filter)) == NULL)
		status = cli_fail("out of memory");
	if (status == CLI_OK && r->window != NULL)
		status = parse_window(o, r->window);
	if (status == CLI_OK)
		status = make_filter(o);
	if (status != CLI_OK || o->action == NFDUMP_CHECK)
		return status;
	if (r->single == NULL && r->range == NULL && o->request.directories == NULL) {
		o->action = NFDUMP_DONE;
		return print_usage();
	}
	status = settle(r);
	if (status == CLI_OK)
		status = old_names_read(&o->request, r->single, r->range);
	return status;
}

int
nfdump_options_parse(int argc, char **argv, struct nfdump_options *options)
{
	struct raw r = { .o = options };
	int letter, status = CLI_OK;

	*options = (struct nfdump_options){ .request = QUERY_REQUEST_INIT, .top = UINT64_MAX, .limit = UINT64_MAX,
		.writer = FLOW_WRITER_OPTIONS_INIT, .from_ms = INT64_MIN, .to_ms = INT64_MAX };
	while (status == CLI_OK && options->action != NFDUMP_DONE && (letter = getopt(argc, argv, letters)) != -1)
		status = take_letter(&r, letter, optarg);
	if (status != CLI_OK || options->action == NFDUMP_DONE)
		return status;
	return finish(&r, argc - optind, argv + optind);
}

void
nfdump_options_clear(struct nfdump_options *options)
{
	query_request_clear(&options->request);
	free(options->filter);
	free(options->format);
}
