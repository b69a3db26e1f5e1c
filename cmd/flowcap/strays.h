/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Exports that come to this machine, but to another port than the collector's.  Who may open a packet socket (root,
 * CAP_NET_RAW) sees them; others only see how many datagrams came to ports at which nobody listens (/proc/net/snmp).
 */

#include <stdint.h>

#include "flowcap/health_findings.h"

/* Looks for so long, and adds what it finds. */
void strays_look(uint16_t port, int wait_ms, struct findings *out);
