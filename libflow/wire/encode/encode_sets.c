/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/encode/encode_sets.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"

/* Options template sets of v9 and IPFIX. */
#define V9_OPTIONS_SET 1
#define IPFIX_OPTIONS_SET 3

#define VARIABLE 65535
#define ENTERPRISE 0x8000u

/* RFC 6759: engine 3 are IANA's ports; the name of each. */
static const struct application {
	uint16_t port;
	const char *name, *text;
} applications[] = {
	{ 22, "ssh", "Secure Shell" },
	{ 25, "smtp", "Simple Mail Transfer" },
	{ 53, "dns", "Domain Name System" },
	{ 80, "http", "Hypertext Transfer" },
	{ 123, "ntp", "Network Time" },
	{ 443, "https", "Hypertext Transfer over TLS" },
	{ 993, "imaps", "Mail Access over TLS" },
	{ 3389, "ms-wbt-server", "Remote Desktop" },
};

#define VRFS 4

size_t
encode_set_begin(struct buf *b, uint16_t id)
{
	size_t at = b->len;

	buf_append_be16(b, id);
	buf_append_be16(b, 0);
	return at;
}

void
encode_set_end(struct buf *b, size_t at, bool padding)
{
	while (padding && (b->len - at) % 4 != 0)
		buf_append_u8(b, 0);
	if (!b->failed)
		store_be16(b->data + at + 2, (uint16_t)(b->len - at));
}

size_t
encode_template_bytes(const struct encode_layout *layout, unsigned version)
{
	size_t bytes = 4, i;

	for (i = 0; i < layout->fields; i++)
		bytes += version == 10 && layout->field[i].pen != 0 ? 8 : 4;
	return bytes;
}

static void
put_field(struct buf *b, const struct encode_field *f)
{
	buf_append_be16(b, (uint16_t)(f->element | (f->pen != 0 ? ENTERPRISE : 0)));
	buf_append_be16(b, f->prefix > 0 ? VARIABLE : f->width);
	if (f->pen != 0)
		buf_append_be32(b, f->pen);
}

void
encode_put_template(struct buf *b, uint16_t id, const struct encode_layout *layout, size_t turn)
{
	size_t i;

	buf_append_be16(b, id);
	buf_append_be16(b, (uint16_t)layout->fields);
	for (i = 0; i < layout->fields; i++)
		put_field(b, &layout->field[(i + turn) % layout->fields]);
}

void
encode_put_options_template(struct buf *b, unsigned version, const struct encode_option *o, bool padding)
{
	size_t at = encode_set_begin(b, version == 9 ? V9_OPTIONS_SET : IPFIX_OPTIONS_SET), i;

	buf_append_be16(b, o->id);
	if (version == 9) {
		buf_append_be16(b, (uint16_t)(4 * o->scopes));
		buf_append_be16(b, (uint16_t)(4 * (o->layout.fields - o->scopes)));
	} else {
		buf_append_be16(b, (uint16_t)o->layout.fields);
		buf_append_be16(b, o->scopes);
	}
	for (i = 0; i < o->layout.fields; i++)
		put_field(b, &o->layout.field[i]);
	encode_set_end(b, at, padding);
}

size_t
encode_option_records(const struct encode_option *o, const struct encode_facts *facts)
{
	switch (o->each) {
	case ENCODE_EACH_SYSTEM:
		return 1;
	case ENCODE_EACH_SAMPLER:
		return facts->options->sampling > 0 ? 1 : 0;
	case ENCODE_EACH_INTERFACE:
		return facts->options->interfaces;
	case ENCODE_EACH_VRF:
		return VRFS;
	case ENCODE_EACH_APPLICATION:
		break;
	}
	return ARRAY_LEN(applications);
}

static void
put_text(struct buf *b, const struct encode_field *f, const char *text, size_t len)
{
	uint8_t bytes[256] = { 0 };

	memcpy(bytes, text, len < f->width ? len : f->width);
	buf_append(b, bytes, f->width);
}

static void
put_number(struct buf *b, const struct encode_field *f, uint64_t value)
{
	unsigned k;

	for (k = f->width; k-- > 0;)
		buf_append_u8(b, (uint8_t)(k < 8 ? value >> (8 * k) : 0));
}

/* Elements of option data that tell of the record's subject, or of what was exported; false: of none. */
static bool
put_told(struct buf *b, const struct encode_field *f, const struct encode_option *o, const struct encode_facts *facts,
    size_t i)
{
	const struct flow_encoder_interface *port = o->each == ENCODE_EACH_INTERFACE ? &facts->options->interface[i] :
	    NULL;
	const struct application *app = o->each == ENCODE_EACH_APPLICATION ? &applications[i] : NULL;
	char vrf[32];

	if (f->pen != 0)
		return false;
	switch (f->element) {
	case 10: case 14: case 252: case 253:
		put_number(b, f, port != NULL ? port->index : 0);
		return true;
	case 82: case 83:
		if (port != NULL)
			put_text(b, f, f->element == 82 ? port->name : port->text, f->element == 82
			    ? FLOW_ENCODER_NAME_MAX : FLOW_ENCODER_TEXT_MAX);
		return port != NULL;
	case 40:
		put_number(b, f, facts->bytes);
		return true;
	case 41:
		put_number(b, f, facts->datagrams);
		return true;
	case 42:
		put_number(b, f, facts->records);
		return true;
	case 94: case 96:
		if (app != NULL)
			put_text(b, f, f->element == 96 ? app->name : app->text,
			    strlen(f->element == 96 ? app->name : app->text));
		return app != NULL;
	case 95:
		if (app != NULL)
			put_number(b, f, UINT64_C(3) << (8 * (f->width - 1u)) | app->port);
		return app != NULL;
	case 234: case 235:
		put_number(b, f, 1 + i);
		return true;
	case 236:
		(void)snprintf(vrf, sizeof(vrf), "customer-%zu", 1 + i);
		put_text(b, f, vrf, strlen(vrf));
		return true;
	default:
		return false;
	}
}

void
encode_put_option_record(struct buf *b, const struct encode_option *o, const struct encode_facts *facts, size_t i)
{
	struct encode_context context = facts->context;
	uint8_t bytes[256];
	size_t k;

	context.subject = o->each == ENCODE_EACH_INTERFACE ? facts->options->interface[i].index : (uint32_t)i;
	for (k = 0; k < o->layout.fields; k++) {
		const struct encode_field *f = &o->layout.field[k];

		if (f->prefix > 0)
			buf_append_u8(b, (uint8_t)f->width);
		if (f->form != ENCODE_CONSTANT && (k >= o->scopes || f->form != ENCODE_SUBJECT) &&
		    put_told(b, f, o, facts, i))
			continue;
		if (!encode_same(f, &context, bytes))
			memset(bytes, 0, f->width);
		buf_append(b, bytes, f->width);
	}
}
