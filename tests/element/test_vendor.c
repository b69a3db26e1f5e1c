/* SPDX-License-Identifier: BSD-2-Clause */
/* Elements of vendors: a sample of facts for each, and that the table can be searched. */
#include "element/vendor.h"

#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "element/type.h"
#include "tap.h"

/*
 * Facts as they are told elsewhere than where the table has them from: by tshark 4.0 (Ixia, Gigamon,
 * Barracuda, Citrix, ntop, Cisco), by pages of the vendors (Nokia, Juniper, VMware, CERT) and by other
 * collectors (Procera, Sophos, Viptela, Huawei).
 */
static const struct {
	uint32_t pen;
	uint16_t id;
	enum element_type type;
	const char *word;	/* that the name has */
} facts[] = {
	{ 0, 33003, ELEMENT_U32, "EVENT_LEVEL" },
	{ 9, 4254, ELEMENT_U32, "RtpSsrc" },
	{ 9, 8337, ELEMENT_U64, "serverBytes" },
	{ 9, 9252, ELEMENT_U8, "WaasSegment" },
	{ 9, 9268, ELEMENT_U32, "clientRetransPackets" },
	{ 9, 12232, ELEMENT_STRING, "appCategoryName" },
	{ 9, 12235, ELEMENT_STRING, "HTTPHost" },
	{ 9, 12236, ELEMENT_IPV4, "clientIPv4Address" },
	{ 9, 12241, ELEMENT_U16, "serverTransportPort" },
	{ 637, 91, ELEMENT_U16, "aluInsideServiceId" },
	{ 637, 92, ELEMENT_U16, "aluOutsideServiceId" },
	{ 637, 93, ELEMENT_STRING, "aluNatSubString" },
	{ 2011, 1, ELEMENT_U16, "GemPort" },
	{ 2636, 137, ELEMENT_U16, "CommonProperties" },
	{ 2636, 152, ELEMENT_STRING, "UserAgent" },
	{ 2636, 155, ELEMENT_U16, "ResponseCode" },
	{ 2636, 502, ELEMENT_IPV4, "Gateway" },
	{ 2636, 876, ELEMENT_MILLIS, "DnsResponseTime" },
	{ 3054, 110, ELEMENT_U32, "L7AppId" },
	{ 3054, 111, ELEMENT_STRING, "L7AppName" },
	{ 3054, 126, ELEMENT_FLOAT, "Latitude" },
	{ 3054, 176, ELEMENT_U64, "OctetDeltaCount" },
	{ 3054, 194, ELEMENT_IPV6, "ThreatIPv6" },
	{ 3054, 201, ELEMENT_STRING, "TlsSni" },
	{ 3054, 203, ELEMENT_MAC, "DhcpClientMac" },
	{ 3054, 279, ELEMENT_STRING, "Ja3" },
	{ 5951, 128, ELEMENT_U32, "RoundTripTime" },
	{ 5951, 130, ELEMENT_STRING, "HttpReqUrl" },
	{ 5951, 132, ELEMENT_U64, "FlowFlags" },
	{ 5951, 144, ELEMENT_U16, "HttpRspStatus" },
	{ 5951, 203, ELEMENT_IPV4, "IcaClientIP" },
	{ 6871, 18, ELEMENT_OCTETS, "payload" },
	{ 6871, 33, ELEMENT_U16, "silkAppLabel" },
	{ 6871, 40, ELEMENT_U16, "flowAttributes" },
	{ 6871, 36, ELEMENT_STRING, "osName" },
	{ 6871, 432, ELEMENT_SUB_LIST, "yafDPIList" },
	{ 6871, 302, ELEMENT_IPV4, "dnsA" },
	{ 6876, 880, ELEMENT_U8, "tenantProtocol" },
	{ 6876, 883, ELEMENT_IPV6, "tenantSourceIPv6" },
	{ 6876, 893, ELEMENT_IPV4, "tunnelSourceIPv4Address" },
	{ 6876, 898, ELEMENT_STRING, "virtualObsID" },
	{ 6876, 950, ELEMENT_U32, "ruleId" },
	{ 9789, 2, ELEMENT_STRING, "afcProtocolName" },
	{ 10704, 4, ELEMENT_STRING, "Rule" },
	{ 10704, 8, ELEMENT_IPV4, "BindIPv4Address" },
	{ 10704, 12, ELEMENT_U32, "AuditCounter" },
	{ 15397, 1, ELEMENT_STRING, "proceraService" },
	{ 15397, 30, ELEMENT_U64, "Imsi" },
	{ 15397, 38, ELEMENT_FLOAT, "Qoe" },
	{ 15397, 45, ELEMENT_IPV6, "RemoteIPv6Host" },
	{ 26866, 1, ELEMENT_STRING, "HttpReqUrl" },
	{ 26866, 107, ELEMENT_OCTETS, "SerialNumber" },
	{ 26866, 207, ELEMENT_IPV4, "DnsResponseIPv4Address" },
	{ 26866, 216, ELEMENT_U16, "DnsResponseType" },
	{ 35632, 80, ELEMENT_U16, "SRC_FRAGMENTS" },
	{ 35632, 118, ELEMENT_U16, "L7_PROTO" },
	{ 35632, 119, ELEMENT_STRING, "L7_PROTO_NAME" },
	{ 35632, 180, ELEMENT_STRING, "HTTP_URL" },
	{ 35632, 205, ELEMENT_STRING, "DNS_QUERY" },
	{ 35632, 396, ELEMENT_IPV6, "UNTUNNELED_IPV6_SRC_ADDR" },
	{ 41916, 4321, ELEMENT_U64, "VPNId" },
};

static void
known(void)
{
	const struct element_name *e;
	size_t i;

	for (i = 0; i < ARRAY_LEN(facts); i++) {
		e = vendor_find(facts[i].pen, facts[i].id);
		if (e == NULL) {
			is_str("missing", facts[i].word);
			continue;
		}
		is_uint(e->type, facts[i].type);
		if (strstr(e->name, facts[i].word) == NULL)
			is_str(e->name, facts[i].word);
	}
}

static int
compare(const void *left, const void *right)
{
	const struct element_name *const *a = left, *const *b = right;

	return strcmp((*a)->name, (*b)->name);
}

/* Two elements of a record must not have one key in `extra`. */
static void
unique(void)
{
	size_t count, i, wrong = 0;
	const struct element_name *all = vendor_all(&count);
	const struct element_name **by_name = calloc(count, sizeof(*by_name));

	ok(by_name != NULL);
	if (by_name == NULL)
		return;
	for (i = 0; i < count; i++) {
		by_name[i] = &all[i];
		wrong += vendor_find(all[i].pen, all[i].id) != &all[i];
	}
	is_uint(wrong, 0);
	qsort(by_name, count, sizeof(*by_name), compare);
	for (i = 1; i < count; i++)
		if (strcmp(by_name[i - 1]->name, by_name[i]->name) == 0)
			is_str(by_name[i]->name, "a name of its own");
	free(by_name);
}

static void
unknown(void)
{
	ok(vendor_find(637, 94) == NULL);
	ok(vendor_find(0, 1) == NULL);
	ok(vendor_find(UINT32_MAX, UINT16_MAX) == NULL);
	ok(vendor_find(14988, 1) == NULL);
}

int
main(void)
{
	known();
	unique();
	unknown();
	return tap_done();
}
