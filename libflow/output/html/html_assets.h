/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* page.css, page.js, and cube.js, sankey.js and explore.js as one: texts of which the build makes html_assets.c. */

#include <stddef.h>

extern const char html_style[], html_script[], html_explorer[];
extern const size_t html_style_len, html_script_len, html_explorer_len;
