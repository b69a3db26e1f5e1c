/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Lists of networks in files, such as those of addresses that are known to do harm: net/net_line.h says how lines look.
 * The name of a list is that of its file.
 */

#include "net/net_sets.h"

struct net_lists;

struct net_lists *net_lists_new(void) NODISCARD;
void net_lists_free(struct net_lists *lists);

/* Told of what is wrong, as "PATH:LINE: ...", and that is left out. */
typedef void net_lists_tell(void *context, const char *message);

/*
 * Adds a file, which may be compressed by gzip, or all files of a directory (not of those below it, nor what begins with
 * a dot or ends with ~) by their names.  Lines that cannot be read are told, the first ones one by one, and left out.
 * FLOW_EIO and others where a file or the directory cannot be read: what it gave until then stays.  FLOW_ELIMIT beyond
 * NET_SETS_LISTS files.
 */
enum flow_status net_lists_add(struct net_lists *lists, const char *path, net_lists_tell *tell, void *context,
    struct flow_error *err) NODISCARD;

/* The same of bytes in memory. */
enum flow_status net_lists_add_bytes(struct net_lists *lists, const char *name, const void *bytes, size_t len,
    net_lists_tell *tell, void *context, struct flow_error *err) NODISCARD;

/* After the last was added, and once, before anything is looked up.  Errors are those of net_sets_make. */
enum flow_status net_lists_end(struct net_lists *lists, struct flow_error *err) NODISCARD;

/* How many there are; name, networks as written, and time of the file (ms since 1970; 0: not known) of one. */
size_t net_lists_count(const struct net_lists *lists);
const char *net_lists_name(const struct net_lists *lists, size_t list);
uint64_t net_lists_networks(const struct net_lists *lists, size_t list);
int64_t net_lists_time_ms(const struct net_lists *lists, size_t list);

/* After net_lists_end. */
const struct net_sets *net_lists_sets(const struct net_lists *lists);
