/* SPDX-License-Identifier: BSD-2-Clause */
#include "record/pseudonym.h"

#include <string.h>

#include "tap.h"

/* The key of the sample trace that Crypto-PAn is published with. */
static const uint8_t key[CRYPTOPAN_KEY_BYTES] = {
	21, 34, 23, 141, 51, 164, 207, 128, 19, 10, 91, 22, 73, 144, 125, 16,
	216, 152, 143, 131, 121, 121, 101, 39, 98, 87, 76, 45, 42, 132, 34, 2,
};

static struct cryptopan cryptopan;

static const struct flow_text texts[] = {
	{ "24.5.0.80", 9 }, { "2001:db8::1", 11 }, { "no address", 10 }, { "4.3.88.225", 10 },
	{ "::", 2 }, { "ff00::", 6 },
};

static const char *
text(const struct flow_batch *b, enum flow_field field, size_t row)
{
	static char out[64];
	struct flow_text t;

	if (!flow_column_has(&b->column[field], row))
		return "null";
	t = flow_column_text(&b->column[field], row);
	memcpy(out, t.p, t.len);
	out[t.len] = '\0';
	return out;
}

static void
test_columns(struct flow_pseudonyms *p)
{
	static const uint32_t codes[] = { 0, 1, 2, 0, 3, 4, 5 };
	static const uint64_t valid[] = { 0x17 };
	struct flow_dict dict = { flow_dict_serial(), 6, texts };
	struct flow_batch in = { .rows = 7 }, out;

	in.column[FLOW_FIELD_SRC_ADDR] = (struct flow_column){
		.form = FLOW_FORM_DICT, .codes = codes, .dict = &dict,
	};
	in.column[FLOW_FIELD_EXPORTER] = in.column[FLOW_FIELD_SRC_ADDR];
	in.column[FLOW_FIELD_EXPORTER].valid = valid;
	in.column[FLOW_FIELD_INNER_DST_ADDR] = in.column[FLOW_FIELD_SRC_ADDR];
	in.column[FLOW_FIELD_USERNAME] = in.column[FLOW_FIELD_SRC_ADDR];
	in.column[FLOW_FIELD_EXTRA] = in.column[FLOW_FIELD_SRC_ADDR];
	for (int round = 0; round < 2; round++) {
		ok(flow_pseudonyms_apply(p, &in, NULL, &out) == FLOW_OK);
		is_str(text(&out, FLOW_FIELD_SRC_ADDR, 0), "100.9.15.210");
		is_str(text(&out, FLOW_FIELD_SRC_ADDR, 1), "4401:2bc:603f:d91d:27f:ff8e:e6f1:dc1e");
		is_str(text(&out, FLOW_FIELD_SRC_ADDR, 2), "null");
		is_str(text(&out, FLOW_FIELD_SRC_ADDR, 3), "100.9.15.210");
		is_str(text(&out, FLOW_FIELD_SRC_ADDR, 4), "124.60.155.63");
		/* What no address was remembered as, and another that could be mistaken for it. */
		for (size_t row = 5; row < 7; row++) {
			char want[ADDR_TEXT_MAX + 1];
			struct addr a;

			ok(addr_parse(texts[codes[row]].p, texts[codes[row]].len, &a));
			a = cryptopan_addr(&cryptopan, &a);
			want[addr_format(&a, want)] = '\0';
			is_str(text(&out, FLOW_FIELD_SRC_ADDR, row), want);
		}
		is_str(text(&out, FLOW_FIELD_EXPORTER, 0), "100.9.15.210");
		is_str(text(&out, FLOW_FIELD_EXPORTER, 3), "null");
		is_str(text(&out, FLOW_FIELD_INNER_DST_ADDR, 3), "100.9.15.210");
		is_str(text(&out, FLOW_FIELD_USERNAME, 0), "24.5.0.80");
		is_str(text(&out, FLOW_FIELD_EXTRA, 0), "null");
	}
}

/* Entries that a later selection needs change the serial; others keep it. */
static void
test_selected(struct flow_pseudonyms *p)
{
	static const uint32_t codes[] = { 0, 3, 0, 0 };
	struct flow_dict dict = { flow_dict_serial(), 4, texts };
	struct flow_batch in = { .rows = 4 }, out;
	static struct flow_selection sel = { .all = false, .count = 1, .row = { 2 } };
	uint64_t serial;

	in.column[FLOW_FIELD_DST_ADDR] = (struct flow_column){
		.form = FLOW_FORM_DICT, .codes = codes, .dict = &dict,
	};
	ok(flow_pseudonyms_apply(p, &in, &sel, &out) == FLOW_OK);
	is_str(text(&out, FLOW_FIELD_DST_ADDR, 2), "100.9.15.210");
	serial = out.column[FLOW_FIELD_DST_ADDR].dict->serial;
	ok(serial != dict.serial);
	ok(flow_pseudonyms_apply(p, &in, &sel, &out) == FLOW_OK);
	ok(out.column[FLOW_FIELD_DST_ADDR].dict->serial == serial);
	sel.row[0] = 1;
	ok(flow_pseudonyms_apply(p, &in, &sel, &out) == FLOW_OK);
	is_str(text(&out, FLOW_FIELD_DST_ADDR, 1), "124.60.155.63");
	ok(out.column[FLOW_FIELD_DST_ADDR].dict->serial != serial);
}

int
main(void)
{
	struct flow_pseudonyms *p;

	cryptopan_init(&cryptopan, key);
	p = flow_pseudonyms_new(&cryptopan);
	test_columns(p);
	test_selected(p);
	flow_pseudonyms_free(p);
	flow_pseudonyms_free(NULL);
	return tap_done();
}
