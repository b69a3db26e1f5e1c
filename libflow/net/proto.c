/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/proto.h"

#include <string.h>
#include <strings.h>

#include "base/attr.h"
#include "base/decimal.h"
#include "base/hex.h"

/*
 * By number: the name that is printed, at most five letters so that columns stay
 * straight, and IANA's keyword where it differs.
 */
static const struct {
	char name[6];
	char keyword[16];
} protocols[] = {
	[0] = { "", "HOPOPT" },
	[1] = { "ICMP", "" },
	[2] = { "IGMP", "" },
	[3] = { "GGP", "" },
	[4] = { "IPIP", "IPv4" },
	[5] = { "ST", "" },
	[6] = { "TCP", "" },
	[7] = { "CBT", "" },
	[8] = { "EGP", "" },
	[9] = { "IGP", "" },
	[10] = { "BBN", "BBN-RCC-MON" },
	[11] = { "NVPII", "NVP-II" },
	[12] = { "PUP", "" },
	[13] = { "ARGUS", "" },
	[14] = { "EMCON", "" },
	[15] = { "XNET", "" },
	[16] = { "CHAOS", "" },
	[17] = { "UDP", "" },
	[18] = { "MUX", "" },
	[19] = { "DCN", "DCN-MEAS" },
	[20] = { "HMP", "" },
	[21] = { "PRM", "" },
	[22] = { "XNS", "XNS-IDP" },
	[23] = { "Trnk1", "TRUNK-1" },
	[24] = { "Trnk2", "TRUNK-2" },
	[25] = { "Leaf1", "LEAF-1" },
	[26] = { "Leaf2", "LEAF-2" },
	[27] = { "RDP", "" },
	[28] = { "IRTP", "" },
	[29] = { "ISO-4", "ISO-TP4" },
	[30] = { "NETBK", "NETBLT" },
	[31] = { "MFESP", "MFE-NSP" },
	[32] = { "MEINP", "MERIT-INP" },
	[33] = { "DCCP", "" },
	[34] = { "3PC", "" },
	[35] = { "IDPR", "" },
	[36] = { "XTP", "" },
	[37] = { "DDP", "" },
	[38] = { "IDPRC", "IDPR-CMTP" },
	[39] = { "TP++", "" },
	[40] = { "IL", "" },
	[41] = { "IPv6", "" },
	[42] = { "SDRP", "" },
	[43] = { "Rte6", "IPv6-Route" },
	[44] = { "Frag6", "IPv6-Frag" },
	[45] = { "IDRP", "" },
	[46] = { "RSVP", "" },
	[47] = { "GRE", "" },
	[48] = { "MHRP", "DSR" },
	[49] = { "BNA", "" },
	[50] = { "ESP", "" },
	[51] = { "AH", "" },
	[52] = { "INLSP", "I-NLSP" },
	[53] = { "SWIPE", "" },
	[54] = { "NARP", "" },
	[55] = { "MOBIL", "MOBILE" },
	[56] = { "TLSP", "" },
	[57] = { "SKIP", "" },
	[58] = { "ICMP6", "IPv6-ICMP" },
	[59] = { "NOHE6", "IPv6-NoNxt" },
	[60] = { "OPTS6", "IPv6-Opts" },
	[61] = { "HOST", "" },
	[62] = { "CFTP", "" },
	[63] = { "NET", "" },
	[64] = { "SATNT", "SAT-EXPAK" },
	[65] = { "KLAN", "KRYPTOLAN" },
	[66] = { "RVD", "" },
	[67] = { "IPPC", "" },
	[68] = { "FS", "" },
	[69] = { "SATM", "SAT-MON" },
	[70] = { "VISA", "" },
	[71] = { "IPCV", "" },
	[72] = { "CPNX", "" },
	[73] = { "CPHB", "" },
	[74] = { "WSN", "" },
	[75] = { "PVP", "" },
	[76] = { "BSATM", "BR-SAT-MON" },
	[77] = { "SUNND", "SUN-ND" },
	[78] = { "WBMON", "WB-MON" },
	[79] = { "WBEXP", "WB-EXPAK" },
	[80] = { "ISOIP", "ISO-IP" },
	[81] = { "VMTP", "" },
	[82] = { "SVMTP", "SECURE-VMTP" },
	[83] = { "VINES", "" },
	[84] = { "TTP", "" },
	[85] = { "NSIGP", "NSFNET-IGP" },
	[86] = { "DGP", "" },
	[87] = { "TCF", "" },
	[88] = { "EIGRP", "" },
	[89] = { "OSPF", "" },
	[90] = { "S-RPC", "Sprite-RPC" },
	[91] = { "LARP", "" },
	[92] = { "MTP", "" },
	[93] = { "AX.25", "" },
	[94] = { "OS", "IPIP" },
	[95] = { "MICP", "" },
	[96] = { "SCCSP", "SCC-SP" },
	[97] = { "ETHIP", "ETHERIP" },
	[98] = { "ENCAP", "" },
	[100] = { "GMTP", "" },
	[101] = { "IFMP", "" },
	[102] = { "PNNI", "" },
	[103] = { "PIM", "" },
	[104] = { "ARIS", "" },
	[105] = { "SCPS", "" },
	[106] = { "QNX", "" },
	[107] = { "A/N", "" },
	[108] = { "IPcmp", "IPComp" },
	[109] = { "SNP", "" },
	[110] = { "CpqPP", "Compaq-Peer" },
	[111] = { "IPXIP", "IPX-in-IP" },
	[112] = { "VRRP", "" },
	[113] = { "PGM", "" },
	[114] = { "0hop", "" },
	[115] = { "L2TP", "" },
	[116] = { "DDX", "" },
	[117] = { "IATP", "" },
	[118] = { "STP", "" },
	[119] = { "SRP", "" },
	[120] = { "UTI", "" },
	[121] = { "SMP", "" },
	[122] = { "SM", "" },
	[123] = { "PTP", "" },
	[124] = { "ISIS4", "ISIS" },
	[125] = { "FIRE", "" },
	[126] = { "CRTP", "" },
	[127] = { "CRUDP", "" },
	[128] = { "", "SSCOPMCE" },
	[129] = { "IPLT", "" },
	[130] = { "SPS", "" },
	[131] = { "PIPE", "" },
	[132] = { "SCTP", "" },
	[133] = { "FC", "" },
	[134] = { "", "RSVP-E2E-IGNORE" },
	[135] = { "MHEAD", "Mobility-Header" },
	[136] = { "UDP-L", "UDPLite" },
	[137] = { "MPLS", "MPLS-in-IP" },
	[138] = { "manet", "" },
	[139] = { "HIP", "" },
	[140] = { "Shim6", "" },
	[141] = { "WESP", "" },
	[142] = { "ROHC", "" },
	[143] = { "", "Ethernet" },
	[144] = { "", "AGGFRAG" },
	[145] = { "NSH", "" },
};

/* Other spellings: /etc/protocols and common usage. */
static const struct {
	char name[12];
	uint8_t proto;
} aliases[] = {
	{ "ip", 0 },
	{ "ipencap", 4 },
	{ "ipinip", 4 },
	{ "icmpv6", 58 },
	{ "ospfigp", 89 },
	{ "udp-lite", 136 },
	{ "mobility", 135 },
	{ "is-is", 124 },
	{ "isis", 124 },
	{ "carp", 112 },
};

static bool
equal(const char *name, const char *text, size_t len)
{
	return strlen(name) == len && strncasecmp(name, text, len) == 0;
}

const char *
proto_name(uint8_t proto)
{
	if (proto >= ARRAY_LEN(protocols) || protocols[proto].name[0] == '\0')
		return NULL;
	return protocols[proto].name;
}

size_t
proto_format(uint8_t proto, char *out)
{
	const char *name = proto_name(proto);
	size_t len;

	if (name == NULL)
		return decimal_below8(proto, out);
	len = strlen(name);
	memcpy(out, name, len);
	return len;
}

static bool
parse_number(const char *text, size_t len, unsigned limit, unsigned *out)
{
	unsigned v = 0;

	if (len == 0)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		v = v * 10 + (unsigned)(text[i] - '0');
		if (v > limit)
			return false;
	}
	*out = v;
	return true;
}

bool
proto_parse(const char *text, size_t len, uint8_t *out)
{
	unsigned number;

	if (parse_number(text, len, UINT8_MAX, &number)) {
		*out = (uint8_t)number;
		return true;
	}
	if (len == 0)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(protocols); i++) {
		if (equal(protocols[i].name, text, len) || equal(protocols[i].keyword, text, len)) {
			*out = (uint8_t)i;
			return true;
		}
	}
	for (size_t i = 0; i < ARRAY_LEN(aliases); i++) {
		if (equal(aliases[i].name, text, len)) {
			*out = aliases[i].proto;
			return true;
		}
	}
	return false;
}

bool
proto_has_ports(uint8_t proto)
{
	return proto == PROTO_TCP || proto == PROTO_UDP || proto == PROTO_SCTP || proto == 33 ||
	    proto == 136;
}

void
tcp_flags_format(uint16_t flags, char out[TCP_FLAGS_TEXT_LEN])
{
	static const char letters[] = "CEUAPRSF";

	for (unsigned i = 0; i < TCP_FLAGS_TEXT_LEN; i++)
		out[i] = flags >> (TCP_FLAGS_TEXT_LEN - 1 - i) & 1 ? letters[i] : '.';
}

static bool
parse_hex(const char *text, size_t len, unsigned *out)
{
	unsigned v = 0;

	if (len < 3 || len > 6 || text[0] != '0' || (text[1] != 'x' && text[1] != 'X'))
		return false;
	for (size_t i = 2; i < len; i++) {
		if (hex_value(text[i]) > 15)
			return false;
		v = v * 16 + hex_value(text[i]);
	}
	*out = v;
	return true;
}

bool
tcp_flags_parse(const char *text, size_t len, uint16_t *out)
{
	static const char letters[] = "FSRPAUECW";
	unsigned flags = 0;

	if (parse_number(text, len, UINT16_MAX, &flags) || parse_hex(text, len, &flags)) {
		*out = (uint16_t)flags;
		return true;
	}
	if (len == 0)
		return false;
	for (size_t i = 0; i < len; i++) {
		char c = text[i] >= 'a' && text[i] <= 'z' ? (char)(text[i] - 0x20) : text[i];
		const char *at = c != '\0' ? strchr(letters, c) : NULL;

		if (c == 'X')
			flags |= TCP_FIN | TCP_SYN | TCP_RST | TCP_PSH | TCP_ACK | TCP_URG;
		else if (at != NULL)
			flags |= *at == 'W' ? TCP_CWR : 1u << (at - letters);
		else if (c != '.')
			return false;
	}
	*out = (uint16_t)flags;
	return true;
}
