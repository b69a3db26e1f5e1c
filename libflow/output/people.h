/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Cells for people, in nfdump's look: columns of fixed width, absent values as 0
 * or a word.  output/token.def says which token uses which.
 */

#include "output/cell_column.h"

/* Least widths after an address, of a port and of the service in its place. */
#define PEOPLE_PORT 5
#define PEOPLE_SERVICE 12

column_fn people_time, people_time_utc, people_epoch, people_duration, people_seconds;
column_fn people_number, people_counter, people_pps, people_bps, people_bpp;
column_fn people_proto, people_flags, people_direction, people_fragment, people_ether_type;
column_fn people_src_port, people_dst_port, people_addr_port, people_addr_dst_port;
column_fn people_net, people_text, people_interface, people_vrf;
column_fn people_ttl, people_mpls, people_latency, people_event, people_ext_event;
column_fn people_domain, people_engine, people_version, people_count, people_ident;

/* An address, condensed to 16 characters or full, aligned to the right. */
column_text_fn people_addr;
/* ... with its country, "(US)", or "(..)" if that is not known. */
column_text_fn people_addr_geo;
/* ... with the mark before a port: ':' after IPv4, '.' after IPv6. */
column_text_fn people_addr_mark, people_addr_geo_mark;
column_text_fn people_place, people_hello, people_mac, people_plain, people_application, people_in_acl, people_out_acl;
