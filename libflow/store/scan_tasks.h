/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Makes tasks of the planned row groups.  A large row group becomes several tasks, ranges of its rows, so that a
 * file with one row group keeps all workers busy: engines write such, and the others would wait for the one that
 * reads it.  Each worker reads the group's dictionaries (group_reader_begin_rows).
 */

#include "store/scan_inner.h"

/* Makes scan->task of what was planned; FLOW_ENOMEM. */
enum flow_status scan_make_tasks(struct flow_scan *scan, struct flow_error *err) NODISCARD;
