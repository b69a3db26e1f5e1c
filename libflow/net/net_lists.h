/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Lists of networks in files, such as blocklists; net/net_line.h describes the lines.  A list is named after
 * its file.
 */

#include "net/net_sets.h"

struct net_lists;

struct net_lists *net_lists_new(void) NODISCARD;
void net_lists_free(struct net_lists *lists);

/* Called for each fault, with "PATH:LINE: ..."; the line is left out. */
typedef void net_lists_tell(void *context, const char *message);

/*
 * Adds a file, which may be compressed by gzip, or all files of a directory in the order of their names (not
 * its subdirectories, nor names that begin with a dot or end with ~).  Lines that cannot be read are left out
 * and reported, the first ones one by one.  FLOW_EIO and others where a file or the directory cannot be read:
 * what was read until then stays.  FLOW_ELIMIT beyond NET_SETS_LISTS files.
 */
enum flow_status net_lists_add(struct net_lists *lists, const char *path, net_lists_tell *tell, void *context,
    struct flow_error *err) NODISCARD;

/* The same for bytes in memory. */
enum flow_status net_lists_add_bytes(struct net_lists *lists, const char *name, const void *bytes, size_t len,
    net_lists_tell *tell, void *context, struct flow_error *err) NODISCARD;

/*
 * To be called once, after the last list was added and before anything is looked up.  Errors are those of
 * net_sets_make.
 */
enum flow_status net_lists_end(struct net_lists *lists, struct flow_error *err) NODISCARD;

/*
 * How many lists there are; a list's name, number of networks as written, and time of its file (ms since
 * 1970; 0: unknown).
 */
size_t net_lists_count(const struct net_lists *lists);
const char *net_lists_name(const struct net_lists *lists, size_t list);
uint64_t net_lists_networks(const struct net_lists *lists, size_t list);
int64_t net_lists_time_ms(const struct net_lists *lists, size_t list);

/* After net_lists_end. */
const struct net_sets *net_lists_sets(const struct net_lists *lists);
