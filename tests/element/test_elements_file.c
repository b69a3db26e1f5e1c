/* SPDX-License-Identifier: BSD-2-Clause */
/* Files that name elements: what is read, and what is refused with its line. */
#include "element/elements_file.h"

#include <stdio.h>
#include <string.h>

#include "element/type.h"
#include "tap.h"

static struct flow_elements *
parse(const char *text, struct flow_error *err)
{
	struct flow_elements *e = NULL;

	err->message[0] = '\0';
	if (flow_elements_parse(text, strlen(text), "own.elements", &e, err) != FLOW_OK)
		return NULL;
	return e;
}

static void
good(void)
{
	struct flow_error err;
	struct flow_elements *e = parse("PEN,ID,NAME,TYPE\r\n"
	    "# ours\n\n"
	    " 64512 , 2 , queueDelay , Unsigned32 # ms\r\n"
	    "64512,1,customerName,string\n"
	    "0,40006,V9_OWN,ipv4address\n"
	    "637,93,subscriber,string", &err);
	const struct element_name *n;
	size_t count;

	ok(e != NULL);
	(void)flow_elements_all(e, &count);
	is_uint(count, 4);
	n = flow_elements_find(e, 64512, 1);
	is_str(n != NULL ? n->name : "", "customerName");
	is_uint(n != NULL ? n->type : 99, ELEMENT_STRING);
	n = flow_elements_find(e, 64512, 2);
	is_str(n != NULL ? n->name : "", "queueDelay");
	is_uint(n != NULL ? n->type : 99, ELEMENT_U32);
	n = flow_elements_find(e, 0, 40006);
	is_uint(n != NULL ? n->type : 99, ELEMENT_IPV4);
	/* The user's wins over the table, which serves for the rest. */
	n = flow_elements_find(e, 637, 93);
	is_str(n != NULL ? n->name : "", "subscriber");
	n = flow_elements_find(e, 637, 92);
	is_str(n != NULL ? n->name : "", "aluOutsideServiceId");
	ok(flow_elements_find(e, 64512, 3) == NULL);
	ok(flow_elements_find(NULL, 64512, 1) == NULL);
	flow_elements_free(e);
	flow_elements_free(NULL);
}

static void
refuse(const char *text, const char *why)
{
	struct flow_error err;
	struct flow_elements *e = parse(text, &err);

	ok(e == NULL);
	if (strstr(err.message, why) == NULL)
		is_str(err.message, why);
	flow_elements_free(e);
}

static void
bad(void)
{
	refuse("64512,1,a,string\n64512,2,b", "own.elements:2: expected four parts");
	refuse("64512,1,a,string,x", ":1: expected four parts");
	refuse("x,1,a,string", "enterprise number, not 'x'");
	refuse("4294967296,1,a,string", "enterprise number");
	refuse("64512,32768,a,string", "element's number up to 32767");
	refuse("64512,-1,a,string", "element's number");
	refuse("64512,1,,string", "expected a name");
	refuse("64512,1,a b,string", "expected a name");
	refuse("64512,1,2nd,string", "expected a name");
	refuse("64512,1,a\"b,string", "expected a name");
	refuse("64512,1,a.b,string", "expected a name");
	refuse("64512,1,a,uint32", "expected a type like unsigned32");
	refuse("1,1,a,string\n1,1,b,string", "twice");
	refuse("1,1,a,string\n1,2,a,string", "twice");
	refuse("64512,1,abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklm,string",
	    "expected a name");
}

static void
files(void)
{
	struct flow_elements *e = NULL;
	struct flow_error err;

	is_int(flow_elements_read("/nowhere/own.elements", &e, &err), FLOW_EIO);
	ok(strstr(err.message, "/nowhere/own.elements") != NULL);
	/* Of what IANA's registry numbers, each. */
	for (unsigned i = 0; i < 24; i++) {
		enum element_type type;

		ok(element_type_number(i, &type));
	}
}

/* By IANA's registry: 13 string, 18 ipv4Address, 22 subTemplateMultiList. */
static void
types(void)
{
	enum element_type type;

	ok(element_type_number(13, &type) && type == ELEMENT_STRING);
	ok(element_type_number(18, &type) && type == ELEMENT_IPV4);
	ok(element_type_number(22, &type) && type == ELEMENT_MULTI_LIST);
	ok(!element_type_number(24, &type));
	ok(element_type_parse("DATETIMEMICROSECONDS", 20, &type) && type == ELEMENT_MICROS);
	ok(!element_type_parse("string8", 7, &type));
	ok(!element_type_parse("", 0, &type));
}

int
main(void)
{
	good();
	bad();
	files();
	types();
	return tap_done();
}
