/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/sflow/sflow_extra.h"

#include <inttypes.h>
#include <string.h>

#include "base/json.h"
#include "net/addr.h"
#include "wire/sflow/sflow.h"

#define LIST_MAX 256

/*
 * A structure: its name, and its fields, each a letter for the type before its name.
 *   u, i  32 bits, without and with a sign     l  64 bits
 *   s     text                                 M  method of HTTP
 *   4, 6  address                              m  MAC address
 *   U     list of numbers of 32 bits
 */
struct structure {
	uint32_t kind;
	const char *name, *fields;
};

#define SAMPLED_IPV4 "u:length u:protocol 4:src_ip 4:dst_ip u:src_port u:dst_port u:tcp_flags u:tos"
#define SAMPLED_IPV6 "u:length u:protocol 6:src_ip 6:dst_ip u:src_port u:dst_port u:tcp_flags u:priority"
#define SAMPLED_ETHERNET "u:length m:src_mac m:dst_mac u:type"
#define SOCKET(a) "u:protocol " a ":local_ip " a ":remote_ip u:local_port u:remote_port"

static const struct structure structures[] = {
	{ 1005, "extended_url", "u:direction s:url s:host" },
	{ 1008, "extended_mpls_tunnel", "s:tunnel_lsp_name u:tunnel_id u:tunnel_cos" },
	{ 1009, "extended_mpls_vc", "s:vc_instance_name u:vll_vc_id u:vc_label_cos" },
	{ 1010, "extended_mpls_FTN", "s:mplsFTNDescr u:mplsFTNMask" },
	{ 1011, "extended_mpls_LDP_FEC", "u:mplsFecAddrPrefixLength" },
	{ 1012, "extended_vlantunnel", "U:stack" },
	{ 1014, "extended_80211_rx", "s:ssid m:bssid u:version u:channel l:speed u:rsni u:rcpi u:packet_duration" },
	{ 1015, "extended_80211_tx", "s:ssid m:bssid u:version u:transmissions u:packet_duration "
	    "u:retrans_duration u:channel l:speed u:power" },
	{ 1021, "extended_L2_tunnel_egress", SAMPLED_ETHERNET },
	{ 1022, "extended_L2_tunnel_ingress", SAMPLED_ETHERNET },
	{ 1023, "extended_ipv4_tunnel_egress", SAMPLED_IPV4 },
	{ 1024, "extended_ipv4_tunnel_ingress", SAMPLED_IPV4 },
	{ 1025, "extended_ipv6_tunnel_egress", SAMPLED_IPV6 },
	{ 1026, "extended_ipv6_tunnel_ingress", SAMPLED_IPV6 },
	{ 1027, "extended_decapsulate_egress", "u:inner_header_offset" },
	{ 1028, "extended_decapsulate_ingress", "u:inner_header_offset" },
	{ 1029, "extended_vni_egress", "u:vni" },
	{ 1030, "extended_vni_ingress", "u:vni" },
	{ 1034, "extended_vlanin", "U:stack" },
	{ 1035, "extended_vlanout", "U:stack" },
	{ 1036, "extended_egress_queue", "u:queue" },
	{ 1037, "extended_acl", "u:number s:name u:direction" },
	{ 1038, "extended_function", "s:symbol" },
	{ 1039, "extended_transit", "u:delay" },
	{ 1040, "extended_queue", "u:depth" },
	{ 1041, "extended_hw_trap", "s:group s:trap" },
	{ 1042, "extended_linux_drop_reason", "s:reason" },
	{ SFLOW_SOCKET_IPV4, "extended_socket_ipv4", SOCKET("4") },
	{ SFLOW_SOCKET_IPV6, "extended_socket_ipv6", SOCKET("6") },
	{ 2102, "extended_proxy_socket_ipv4", SOCKET("4") },
	{ 2103, "extended_proxy_socket_ipv6", SOCKET("6") },
	{ 2200, "memcache_operation", "u:protocol u:cmd s:key u:nkeys u:value_bytes u:uS u:status" },
	{ 2201, "http_request", "M:method u:protocol s:uri s:host s:referer s:useragent s:authuser s:mime_type "
	    "l:bytes u:uS i:status" },
	{ 2202, "app_operation", "s:application s:operation s:attributes s:status_descr l:req_bytes l:resp_bytes "
	    "u:uS u:status" },
	{ 2203, "app_parent_context", "s:application s:operation s:attributes" },
	{ 2204, "app_initiator", "s:actor" },
	{ 2205, "app_target", "s:actor" },
	{ 2206, "http_request", "M:method u:protocol s:uri s:host s:referer s:useragent s:xff s:authuser s:mime_type "
	    "l:req_bytes l:resp_bytes u:uS i:status" },
	{ 2207, "extended_proxy_request", "s:uri s:host" },
	{ 2209, "extended_tcp_info", "u:dirn u:snd_mss u:rcv_mss u:unacked u:lost u:retrans u:pmtu u:rtt u:rttvar "
	    "u:snd_cwnd u:reordering u:min_rtt" },
	{ 2210, "extended_entities", "u:source_ds_class u:source_ds_index u:destination_ds_class "
	    "u:destination_ds_index" },
};

static const struct structure *
structure_find(uint32_t kind)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(structures); i++)
		if (structures[i].kind == kind)
			return &structures[i];
	return NULL;
}

bool
sflow_extra_is(uint32_t kind)
{
	/* sflow_record.c writes these to columns. */
	if (kind >= 1 && kind <= 4)
		return false;
	return !(kind >= 1001 && kind <= 1004) && kind != 1006 && kind != 1007 && kind != 1020;
}

static void
put_address(struct buf *out, struct cursor *in, bool v6)
{
	const uint8_t *p = cursor_bytes(in, v6 ? 16 : 4);
	char text[ADDR_TEXT_MAX];
	struct addr a;
	size_t len;

	if (p == NULL)
		return;
	a = v6 ? addr_from_v6(p) : addr_from_v4(load_be32(p));
	len = v6 ? addr_format_v6(p, text) : addr_format(&a, text);
	buf_printf(out, "\"%.*s\"", (int)len, text);
}

static void
put_text(struct buf *out, struct cursor *in)
{
	uint32_t len = cursor_be32(in);
	const uint8_t *p = cursor_bytes(in, len);

	cursor_skip(in, (4 - len % 4) % 4);
	if (p != NULL)
		json_append_string(out, (const char *)p, len);
}

/* A MAC address fills 8 bytes (RFC 4506 4.9). */
static void
put_mac(struct buf *out, struct cursor *in)
{
	const uint8_t *p = cursor_bytes(in, 8);

	if (p != NULL)
		buf_printf(out, "\"%02x:%02x:%02x:%02x:%02x:%02x\"", p[0], p[1], p[2], p[3], p[4], p[5]);
}

static void
put_method(struct buf *out, uint32_t method)
{
	static const char *const names[] = { "OTHER", "OPTIONS", "GET", "HEAD", "POST", "PUT", "DELETE",
		"TRACE", "CONNECT" };

	if (method < ARRAY_LEN(names))
		buf_printf(out, "\"%s\"", names[method]);
	else
		buf_printf(out, "%" PRIu32, method);
}

static void
put_list(struct buf *out, struct cursor *in)
{
	uint32_t n = cursor_be32(in), i;

	if (n > LIST_MAX)
		in->failed = true;
	buf_append_u8(out, '[');
	for (i = 0; i < n && !cursor_failed(in); i++)
		buf_printf(out, "%s%" PRIu32, i > 0 ? "," : "", cursor_be32(in));
	buf_append_u8(out, ']');
}

static void
put_value(struct buf *out, char type, struct cursor *in)
{
	switch (type) {
	case 'u':
		buf_printf(out, "%" PRIu32, cursor_be32(in));
		break;
	case 'i':
		buf_printf(out, "%" PRId32, (int32_t)cursor_be32(in));
		break;
	case 'l':
		buf_printf(out, "%" PRIu64, cursor_be64(in));
		break;
	case 's':
		put_text(out, in);
		break;
	case 'M':
		put_method(out, cursor_be32(in));
		break;
	case 'm':
		put_mac(out, in);
		break;
	case 'U':
		put_list(out, in);
		break;
	default:
		put_address(out, in, type == '6');
		break;
	}
}

/* "u:length s:name": neither a field that is cut off nor any after it is written. */
static void
put_fields(struct buf *out, const char *fields, struct cursor *in)
{
	const char *p = fields;
	bool any = false;

	while (*p != '\0' && !cursor_failed(in)) {
		size_t len = strcspn(p + 2, " "), before = out->len;

		buf_printf(out, "%s\"%.*s\":", any ? "," : "", (int)len, p + 2);
		put_value(out, *p, in);
		if (cursor_failed(in))
			out->len = before;
		any = true;
		p += 2 + len;
		p += *p == ' ';
	}
}

void
sflow_extra_append(struct buf *text, uint32_t kind, struct cursor body)
{
	const struct structure *s = structure_find(kind);
	const uint8_t *p = body.pos;
	size_t len = cursor_left(&body), i;

	buf_append_u8(text, text->len == 0 ? '{' : ',');
	if (s != NULL) {
		buf_printf(text, "\"%s\":{", s->name);
		put_fields(text, s->fields, &body);
		buf_append_u8(text, '}');
		return;
	}
	buf_printf(text, "\"sflow_%" PRIu32 "_%" PRIu32 "\":\"", kind >> 12, kind & 0xfff);
	for (i = 0; i < len; i++)
		buf_printf(text, "%02x", p[i]);
	buf_append_u8(text, '"');
}
