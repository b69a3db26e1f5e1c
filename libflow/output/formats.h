/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Named formats from a configuration file, in the syntax of nfdump.conf:
 *
 *	[flowcat]
 *	fmt.brief = "%ts %sap -> %dap %byt"
 *	csv.bill  = "first,src_addr,bytes"
 *	json.bill = "first,src_addr,bytes"
 *
 * A name stands for the whole format, "fmt:%ts ...", and may redefine one of
 * flow_printer_new's.  Sections other than [flowcat], [flowstat] and [nfdump]
 * are skipped, and so are settings that are no formats.
 */

#include <stddef.h>

#include "base/attr.h"
#include "base/status.h"

struct flow_formats;

/* Most names of a file. */
#define FLOW_FORMATS_MAX 1000

/*
 * Reads the text of a configuration file.  FLOW_EINVAL names the line.  Formats
 * are not compiled here, so mistakes in unused ones do not matter.
 */
enum flow_status flow_formats_parse(const char *text, size_t len, struct flow_formats **out,
    struct flow_error *err) NODISCARD;
void flow_formats_free(struct flow_formats *f);

/* The format (NUL-terminated, as long as f lives) of a name; NULL if there is none. */
const char *flow_formats_find(const struct flow_formats *f, const char *name, size_t len);
