/* SPDX-License-Identifier: BSD-2-Clause */
#include "filter/filter_program.h"
#include "net/mac.h"

/* Most values of a list that are shown. */
#define SHOWN 8

/* Most conditions that are shown of one and or or. */
#define NODES_SHOWN 100

static void
append_more(struct buf *out, size_t count)
{
	if (count > SHOWN)
		buf_printf(out, ", ... (%zu in all)", count);
}

static void
append_number(struct buf *out, enum flow_type type, uint64_t v, uint64_t max)
{
	struct stamp_cache cache = { 0 };
	char text[STAMP_TEXT_MAX];

	if (v == max)
		buf_append_text(out, "max");
	else if (type == FLOW_TYPE_TIME)
		buf_append(out, text, stamp_format_iso(&cache, (int64_t)v, text));
	else if (type == FLOW_TYPE_MAC)
		buf_append(out, text, mac_format(v, text));
	else
		buf_printf(out, "%llu", (unsigned long long)v);
}

static void
append_range(struct buf *out, enum flow_type type, uint64_t lo, uint64_t hi, uint64_t max)
{
	if (lo == hi) {
		/* One value, even if it is the greatest. */
		append_number(out, type, lo, max == lo ? 0 : max);
		return;
	}
	append_number(out, type, lo, max);
	buf_append_text(out, " .. ");
	append_number(out, type, hi, max);
}

static void
append_ranges(struct buf *out, enum flow_type type, const struct ranges *r, uint64_t max)
{
	for (size_t i = 0; i < r->count && i < SHOWN; i++) {
		buf_append_text(out, i > 0 ? ", " : "");
		append_range(out, type, r->range[i].lo, r->range[i].hi, max);
	}
	append_more(out, r->count);
}

static const char *
name(enum flow_field field)
{
	return flow_field_info(field)->name;
}

static void
append_set(struct buf *out, const struct predicate *p)
{
	for (size_t i = 0; i < p->texts; i++) {
		buf_append_text(out, i > 0 ? ", " : "");
		buf_append(out, p->text[i].p, p->text[i].len);
		buf_append_text(out, p->by_prefix ? "*" : "");
	}
	if (p->texts == 0)
		buf_printf(out, "a set of %zu ranges of addresses", addr_set_ranges(p->set));
}

static void
append_texts(struct buf *out, const struct predicate *p)
{
	buf_append_text(out, p->negated ? "is none of " : "is one of ");
	for (size_t i = 0; i < p->texts && i < SHOWN; i++) {
		buf_append_text(out, i > 0 ? ", '" : "'");
		buf_append(out, p->text[i].p, p->text[i].len);
		buf_append_text(out, "'");
	}
	append_more(out, p->texts);
}

static void
append_match(struct buf *out, const struct predicate *p)
{
	size_t len;
	const char *pattern = matcher_pattern(p->matcher, &len);

	buf_printf(out, "%s%s '", p->negated ? "not " : "", match_op_text(matcher_op(p->matcher)));
	buf_append(out, pattern, len);
	buf_append_text(out, "'");
}

/* What a text is compared with, and which text. */
static void
append_text_test(struct buf *out, const struct predicate *p)
{
	if (p->kind == PREDICATE_PAYLOAD)
		buf_printf(out, " (%s)", p->payload.way == PAYLOAD_IN ? "payload" : "reversePayload");
	if (p->kind != PREDICATE_TEXT)
		buf_printf(out, " as %s", p->phrase);
	buf_append_text(out, " ");
	if (p->texts > 0)
		append_texts(out, p);
	else
		append_match(out, p);
	buf_append_text(out, " (by dictionary)");
}

static void
append_predicate(struct buf *out, const struct predicate *p)
{
	enum flow_type type = p->fields > 0 ? flow_field_info(p->field[0])->type : FLOW_TYPE_U64;
	uint64_t max = UINT64_MAX;

	for (size_t i = 0; i < p->fields; i++)
		buf_printf(out, "%s%s", i > 0 ? ", " : "", name(p->field[i]));
	switch (p->kind) {
	case PREDICATE_BITS:
		buf_printf(out, " has all bits of 0x%llx", (unsigned long long)p->number.mask);
		return;
	case PREDICATE_ADDR:
		buf_append_text(out, " is one of ");
		append_set(out, p);
		buf_append_text(out, " (by dictionary)");
		return;
	case PREDICATE_TEXT:
	case PREDICATE_GEO:
	case PREDICATE_PAYLOAD:
		append_text_test(out, p);
		return;
	case PREDICATE_EXTRA:
		buf_printf(out, ": a test of %s (by dictionary)", p->phrase);
		return;
	case PREDICATE_IDENT:
		buf_append_text(out, "ident ");
		append_match(out, p);
		return;
	case PREDICATE_IF_NAME:
		buf_append_text(out, ": name ");
		append_match(out, p);
		return;
	case PREDICATE_SAMPLE:
		buf_printf(out, ": one in %llu", (unsigned long long)p->one_in);
		return;
	case PREDICATE_NULL:
		buf_append_text(out, " is null");
		return;
	case PREDICATE_EQUAL:
		buf_append_text(out, " are equal");
		return;
	case PREDICATE_PORT_BLOCK:
		buf_append_text(out, " lies in port_block_start .. port_block_end");
		return;
	case PREDICATE_NUMBER:
		max = field_max(p->field[0]);
		if (p->number.shift != 0 || p->number.mask != UINT64_MAX)
			buf_printf(out, " >> %u & 0x%llx", p->number.shift, (unsigned long long)p->number.mask);
		break;
	default:
		buf_printf(out, "%s%s", p->fields > 0 ? " as " : "", p->phrase);
		if (type == FLOW_TYPE_TIME)
			type = FLOW_TYPE_U64;
		break;
	}
	buf_append_text(out, " in ");
	append_ranges(out, type, &p->ranges, max);
	buf_append_text(out, p->kind == PREDICATE_NUMBER && p->number.table != NULL ? " (by table)" :
	    predicate_has_cache(p) ? " (by dictionary)" : "");
}

static void
append_node(struct buf *out, const struct node *n, int indent)
{
	static const char *const joint[] = {
		[NODE_TRUE] = "every row", [NODE_FALSE] = "no row", [NODE_NOT] = "not",
		[NODE_AND] = "all of", [NODE_OR] = "one of",
	};

	size_t children = 0;

	buf_printf(out, "%*s", indent, "");
	if (n->kind == NODE_PREDICATE)
		append_predicate(out, n->predicate);
	else
		buf_append_text(out, joint[n->kind]);
	buf_append_text(out, "\n");
	for (const struct node *c = n->child; c != NULL; c = c->next, children++)
		if (children < NODES_SHOWN)
			append_node(out, c, indent + 2);
	if (children > NODES_SHOWN)
		buf_printf(out, "%*s... (%zu in all)\n", indent + 2, "", children);
}

static void
append_bound(struct buf *out, const struct flow_bound *b)
{
	enum flow_type type = flow_field_info(b->field)->type;

	buf_printf(out, "%s ", name(b->field));
	if (b->text_count == 0) {
		buf_append_text(out, b->lo == b->hi ? "= " : "in ");
		append_range(out, type, b->lo, b->hi, field_max(b->field));
		return;
	}
	buf_append_text(out, "= ");
	for (size_t i = 0; i < b->text_count && i < SHOWN; i++) {
		buf_append_text(out, i > 0 ? ", " : "");
		buf_append(out, b->text[i].p, b->text[i].len);
	}
	append_more(out, b->text_count);
}

static void
append_bounds(struct buf *out, const struct flow_bounds *bounds)
{
	buf_append_text(out, "row groups are skipped unless they may have\n");
	if (bounds->count == 0)
		buf_append_text(out, "  anything: nothing is known in advance\n");
	for (size_t i = 0; i < bounds->count; i++) {
		const struct flow_clause *clause = &bounds->clause[i];

		buf_append_text(out, "  ");
		for (size_t j = 0; j < clause->count && j < SHOWN; j++) {
			buf_append_text(out, j > 0 ? " or " : "");
			append_bound(out, &clause->bound[j]);
		}
		append_more(out, clause->count);
		buf_append_text(out, clause->count == 0 ? "nothing: no row passes\n" : "\n");
	}
}

enum flow_status
flow_filter_explain(const struct flow_filter *f, struct buf *out)
{
	append_bounds(out, &f->bounds);
	buf_append_text(out, "columns read\n ");
	for (unsigned i = 0; i < FLOW_FIELD_COUNT; i++)
		if (flow_fieldset_has(&f->fields, (enum flow_field)i))
			buf_printf(out, " %s", name((enum flow_field)i));
	buf_append_text(out, "\nrows that pass, tested in this order\n");
	append_node(out, f->root, 2);
	return buf_status(out);
}
