/* SPDX-License-Identifier: BSD-2-Clause */
/* `extra` of files that were written before an element had a name. */
#include "element/extra_rename.h"

#include <string.h>

#include "tap.h"

static struct flow_elements *elements;
static struct buf out;

static const char *
renamed(const char *text)
{
	const struct flow_text extra = { text, (uint32_t)strlen(text) };

	buf_clear(&out);
	if (!extra_rename(&extra, elements, &out))
		return "unchanged";
	buf_append_u8(&out, 0);
	return (const char *)out.data;
}

static void
names(void)
{
	/* The built-in table: "LSN-Host@100.64.1.1" as 0.1 stored it, and payload both ways. */
	is_str(renamed("{\"637/93\":\"4c534e2d486f7374403130302e36342e312e31\"}"),
	    "{\"aluNatSubString\":\"LSN-Host@100.64.1.1\"}");
	is_str(renamed("{\"6871/18\":\"4745\",\"6871/16402\":[\"00\",\"01\"],\"x\":1}"),
	    "{\"payload\":\"4745\",\"reversePayload\":[\"00\",\"01\"],\"x\":1}");
	/* The user's file: a number, an address, a text that was guessed, one that was octets. */
	is_str(renamed("{\"64512/1\":\"0000002a\",\"64512/2\":\"c0000201\"}"),
	    "{\"delay\":42,\"server\":\"192.0.2.1\"}");
	is_str(renamed("{\"64512/3\":\"hello \\\"x\\\"\",\"64512/4\":\"hello\"}"),
	    "{\"who\":\"hello \\\"x\\\"\",\"what\":\"68656c6c6f\"}");
	is_str(renamed("{\"40006\":\"63616665\"}"), "{\"V9_OWN\":\"cafe\"}");
	/* In lists too. */
	is_str(renamed("{\"basicList\":{\"semantic\":\"allOf\",\"64512/1\":[\"0001\",\"0002\"]}}"),
	    "{\"basicList\":{\"semantic\":\"allOf\",\"delay\":[1,2]}}");
	is_str(renamed("{\"64512/1\":null,\"64512/2\":7}"), "{\"delay\":null,\"server\":7}");
}

static void
unchanged(void)
{
	is_str(renamed(""), "unchanged");
	is_str(renamed("{\"x\":\"64512/1\"}"), "unchanged");
	is_str(renamed("{\"64512/99\":\"00\"}"), "unchanged");
	is_str(renamed("{\"64512/\":\"00\",\"/1\":1,\"64512/1/1\":2,\"99999999999/1\":3}"), "unchanged");
	/* That name is taken. */
	is_str(renamed("{\"64512/1\":\"00\",\"delay\":5}"), "unchanged");
	/* No whole JSON: it stays what it is. */
	is_str(renamed("{\"64512/1\":"), "unchanged");
	is_str(renamed("{\"64512/1\":\"00\""), "unchanged");
	is_str(renamed("{\"64512/1\":\"00\",\"x\""), "unchanged");
	is_str(renamed("{\"64512/1\""), "unchanged");
	is_str(renamed("\"64512/1\""), "unchanged");
	is_str(renamed("{\"64512/1\":\""), "unchanged");
}

/* A dictionary is renamed once; the others of its batch stay. */
static void
column(void)
{
	static const char a[] = "{\"64512/1\":\"01\"}", b[] = "{\"y\":2}";
	const struct flow_text text[] = { { a, sizeof(a) - 1 }, { b, sizeof(b) - 1 } };
	const struct flow_dict dict = { flow_dict_serial(), 2, text };
	const uint32_t codes[] = { 0, 1, 0 };
	struct flow_column c = { .form = FLOW_FORM_DICT, .codes = codes, .dict = &dict };
	struct extra_renamer *r = extra_renamer_new(elements);
	struct flow_column again = c, null = { .form = FLOW_FORM_NULL };

	ok(r != NULL);
	is_int(extra_renamer_apply(r, &c), FLOW_OK);
	is_mem(c.dict->text[0].p, c.dict->text[0].len, "{\"delay\":1}", 11);
	ok(c.dict->text[1].p == b);
	ok(c.dict->serial != dict.serial);
	is_int(extra_renamer_apply(r, &again), FLOW_OK);
	is_uint(again.dict->serial, c.dict->serial);
	is_int(extra_renamer_apply(r, &null), FLOW_OK);
	extra_renamer_free(r);
}

int
main(void)
{
	static const char text[] = "64512,1,delay,unsigned32\n64512,2,server,ipv4Address\n"
	    "64512,3,who,string\n64512,4,what,octetArray\n0,40006,V9_OWN,string\n";

	if (flow_elements_parse(text, sizeof(text) - 1, "text", &elements, NULL) != FLOW_OK)
		return 1;
	names();
	unchanged();
	column();
	flow_elements_free(elements);
	buf_release(&out);
	return tap_done();
}
