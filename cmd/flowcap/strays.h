/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Exports that arrive at this machine, but at another port than the collector's.  A packet socket (root,
 * CAP_NET_RAW) shows them; others only see the number of datagrams to closed ports (/proc/net/snmp).
 */

#include <stdint.h>

#include "flowcap/health_findings.h"

/* Watches for `wait_ms`, and adds what it finds. */
void strays_look(uint16_t port, int wait_ms, struct findings *out);
