/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "base/sha256.h"
#include "output/html/html.h"
#include "output/html/html_assets.h"

/* The SHA-256 of an element's text, in base64 (RFC 4648), as a source of a policy (CSP Level 3, 2.3.1). */
static void
put_source(struct buf *out, const char *text, size_t len)
{
	static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	uint8_t hash[SHA256_BYTES + 1] = { 0 };

	sha256(text, len, hash);
	buf_append_text(out, "'sha256-");
	for (size_t i = 0; i < SHA256_BYTES; i += 3) {
		uint32_t v = (uint32_t)hash[i] << 16 | (uint32_t)hash[i + 1] << 8 |
		    (i + 2 < SHA256_BYTES ? hash[i + 2] : 0);

		for (int shift = 18; shift >= 0; shift -= 6)
			buf_append_u8(out, (uint8_t)(i + 2 >= SHA256_BYTES && shift == 0 ? '=' :
			    digit[v >> shift & 63]));
	}
	buf_append_text(out, "'");
}

static void
put_policy(struct buf *out, enum html_scripts scripts)
{
	buf_append_text(out, "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
	    "base-uri 'none'; form-action 'none'; style-src ");
	put_source(out, html_style, html_style_len);
	if (scripts != HTML_NO_SCRIPT) {
		buf_append_text(out, "; script-src ");
		put_source(out, html_script, html_script_len);
	}
	if (scripts == HTML_EXPLORER) {
		buf_append_u8(out, ' ');
		put_source(out, html_explorer, html_explorer_len);
	}
	buf_append_text(out, "\">\n");
}

void
html_page_begin(struct buf *out, const char *title, enum html_scripts scripts)
{
	buf_append_text(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
	put_policy(out, scripts);
	buf_append_text(out, "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
	    "<meta name=\"color-scheme\" content=\"light dark\">\n<title>");
	html_string(out, title);
	buf_append_text(out, "</title>\n<style>");
	buf_append(out, html_style, html_style_len);
	buf_append_text(out, "</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#main\">Skip to the numbers</a>\n"
	    "<main id=\"main\">\n");
}

static void
put_script(struct buf *out, const char *text, size_t len)
{
	buf_append_text(out, "<script>");
	buf_append(out, text, len);
	buf_append_text(out, "</script>\n");
}

void
html_page_end(struct buf *out, enum html_scripts scripts)
{
	buf_append_text(out, "</main>\n");
	if (scripts != HTML_NO_SCRIPT)
		put_script(out, html_script, html_script_len);
	if (scripts == HTML_EXPLORER)
		put_script(out, html_explorer, html_explorer_len);
	buf_append_text(out, "</body>\n</html>\n");
}
