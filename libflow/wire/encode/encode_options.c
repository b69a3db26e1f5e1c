/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/encode/encode_options.h"

#include <string.h>

#include "base/bytes.h"

/* Options template sets of v9 and IPFIX. */
#define V9_OPTIONS_SET 1
#define IPFIX_OPTIONS_SET 3

size_t
encode_set_begin(struct buf *b, uint16_t id)
{
	size_t at = b->len;

	buf_append_be16(b, id);
	buf_append_be16(b, 0);
	return at;
}

void
encode_set_end(struct buf *b, size_t at)
{
	while ((b->len - at) % 4 != 0)
		buf_append_u8(b, 0);
	store_be16(b->data + at + 2, (uint16_t)(b->len - at));
}

static void
put_template(struct buf *b, uint16_t id, const struct encode_layout *layout)
{
	size_t i;

	buf_append_be16(b, id);
	buf_append_be16(b, (uint16_t)layout->fields);
	for (i = 0; i < layout->fields; i++) {
		buf_append_be16(b, layout->field[i].element);
		buf_append_be16(b, layout->field[i].width);
	}
}

void
encode_put_templates(struct buf *b, const struct flow_encoder_options *o,
    const struct encode_layout *ipv4, const struct encode_layout *ipv6)
{
	size_t at = encode_set_begin(b, o->version == 9 ? 0 : 2);

	put_template(b, ENCODE_TEMPLATE_IPV4, ipv4);
	put_template(b, ENCODE_TEMPLATE_IPV6, ipv6);
	encode_set_end(b, at);
}

/*
 * v9: scope System; 34 samplingInterval, 35 samplingAlgorithm (2: random), and
 * the record that says so for this system.
 */
static void
put_v9_sampling(struct buf *b, const struct flow_encoder_options *o)
{
	static const uint16_t options_template[] = { ENCODE_TEMPLATE_SAMPLING, 4, 8, 1, 4, 34, 4, 35, 1 };
	size_t at = encode_set_begin(b, 1), i;

	for (i = 0; i < sizeof(options_template) / sizeof(options_template[0]); i++)
		buf_append_be16(b, options_template[i]);
	encode_set_end(b, at);
	at = encode_set_begin(b, ENCODE_TEMPLATE_SAMPLING);
	buf_append_be32(b, o->domain);
	buf_append_be32(b, o->sampling);
	buf_append_u8(b, 2);
	encode_set_end(b, at);
}

/*
 * IPFIX (RFC 5477): scope 149 observationDomainId; 304 selectorAlgorithm
 * (1: systematic count-based), 305 and 306: one packet is taken, N - 1 are left
 * out.  No selectorId: the records would have to repeat it.
 */
static void
put_ipfix_sampling(struct buf *b, const struct flow_encoder_options *o)
{
	static const uint16_t options_template[] = {
		ENCODE_TEMPLATE_SAMPLING, 4, 1, 149, 4, 304, 2, 305, 4, 306, 4,
	};
	size_t at = encode_set_begin(b, 3), i;

	for (i = 0; i < sizeof(options_template) / sizeof(options_template[0]); i++)
		buf_append_be16(b, options_template[i]);
	encode_set_end(b, at);
	at = encode_set_begin(b, ENCODE_TEMPLATE_SAMPLING);
	buf_append_be32(b, o->domain);
	buf_append_be16(b, 1);
	buf_append_be32(b, 1);
	buf_append_be32(b, o->sampling - 1);
	encode_set_end(b, at);
}

void
encode_put_sampling(struct buf *b, const struct flow_encoder_options *o)
{
	if (o->version == 9)
		put_v9_sampling(b, o);
	else
		put_ipfix_sampling(b, o);
}

/* v9: scope Interface (2); IPFIX: scope 10 ingressInterface.  82 its name, 83 its description. */
void
encode_put_interface_template(struct buf *b, const struct flow_encoder_options *o)
{
	static const uint16_t v9[] = { ENCODE_TEMPLATE_INTERFACE, 4, 8, 2, 4,
		82, FLOW_ENCODER_NAME_MAX, 83, FLOW_ENCODER_TEXT_MAX };
	static const uint16_t ipfix[] = { ENCODE_TEMPLATE_INTERFACE, 3, 1, 10, 4,
		82, FLOW_ENCODER_NAME_MAX, 83, FLOW_ENCODER_TEXT_MAX };
	const uint16_t *word = o->version == 9 ? v9 : ipfix;
	size_t at = encode_set_begin(b, o->version == 9 ? V9_OPTIONS_SET : IPFIX_OPTIONS_SET), i;

	for (i = 0; i < (o->version == 9 ? ARRAY_LEN(v9) : ARRAY_LEN(ipfix)); i++)
		buf_append_be16(b, word[i]);
	encode_set_end(b, at);
}

void
encode_put_interfaces(struct buf *b, const struct flow_encoder_options *o, size_t from, size_t count)
{
	size_t at = encode_set_begin(b, ENCODE_TEMPLATE_INTERFACE), i;

	for (i = from; i < from + count; i++) {
		buf_append_be32(b, o->interface[i].index);
		buf_append(b, o->interface[i].name, FLOW_ENCODER_NAME_MAX);
		buf_append(b, o->interface[i].text, FLOW_ENCODER_TEXT_MAX);
	}
	encode_set_end(b, at);
}
