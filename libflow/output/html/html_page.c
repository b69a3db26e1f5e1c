/* SPDX-License-Identifier: BSD-2-Clause */
#include "output/html/html.h"

#include <string.h>

#include "output/escape.h"

/* Okabe and Ito's colours, which people of all kinds of sight can tell apart; lighter in the dark. */
static const char style[] =
":root{color-scheme:light dark;--bg:#fff;--fg:#1b1e23;--dim:#59626d;--line:#d9dee4;--card:#f5f7f9;"
"--hit:#fff3c4;--c0:#0072b2;--c1:#e69f00;--c2:#009e73;--c3:#cc79a7;--c4:#56b4e9;--c5:#d55e00;"
"--c6:#7a6ff0;--c7:#9aa3ad}\n"
"@media(prefers-color-scheme:dark){:root{--bg:#14171b;--fg:#e7e9ec;--dim:#a1abb6;--line:#333a42;"
"--card:#1d2126;--hit:#4d4318;--c0:#4aa8e0;--c1:#f0b840;--c2:#2fbf95;--c3:#dc98bf;--c4:#7fc9f2;"
"--c5:#f0833a;--c6:#a39bff;--c7:#7d8894}}\n"
"*{box-sizing:border-box}\n"
"body{margin:0;background:var(--bg);color:var(--fg);font:16px/1.45 system-ui,-apple-system,"
"\"Segoe UI\",Roboto,\"Helvetica Neue\",Arial,sans-serif}\n"
"main{max-width:70rem;margin:0 auto;padding:1rem}\n"
"h1{font-size:1.6rem;margin:.4rem 0}h2{font-size:1.15rem;margin:0 0 .6rem;overflow-wrap:anywhere}\n"
"a{color:var(--c0)}.dim,small{color:var(--dim)}\n"
"dl.facts{display:grid;grid-template-columns:max-content 1fr;gap:.1rem 1rem;margin:.5rem 0}\n"
"dl.facts dt{color:var(--dim)}dl.facts dd{margin:0;overflow-wrap:anywhere}\n"
".cards{display:flex;flex-wrap:wrap;gap:.6rem;margin:1rem 0}\n"
".cards div{background:var(--card);border:1px solid var(--line);border-radius:.5rem;"
"padding:.5rem .9rem;min-width:7rem}\n"
".cards b{display:block;font-size:1.2rem;font-variant-numeric:tabular-nums}\n"
"nav ul{padding-left:1.2rem;columns:16rem;margin:.5rem 0 0}\n"
"section{border-top:1px solid var(--line);padding:1.2rem 0 .6rem;break-inside:auto}\n"
".scroll{overflow:auto;max-height:46rem;border:1px solid var(--line);border-radius:.4rem;"
"margin:.8rem 0}\n"
"table{border-collapse:collapse;width:100%;font-size:.88rem;font-variant-numeric:tabular-nums}\n"
"th,td{padding:.28rem .6rem;text-align:left;white-space:nowrap;border-bottom:1px solid var(--line)}\n"
"th{position:sticky;top:0;background:var(--card);color:var(--dim);font-weight:600}\n"
"th.n,td.n{text-align:right}td.t{white-space:normal;overflow-wrap:anywhere;min-width:8rem}\n"
"th[tabindex]{cursor:pointer}tr:last-child td{border-bottom:0}\n"
"td.s{background:linear-gradient(to right,color-mix(in srgb,var(--c4) 28%,transparent) var(--p),"
"transparent var(--p))}\n"
"td.k{cursor:pointer}td.k a{color:inherit;text-decoration-color:var(--c0)}"
"td.hit,tr:target td{background:var(--hit)}tr:target{scroll-margin-top:3rem}\n"
".bars{display:grid;grid-template-columns:minmax(6rem,max-content) 1fr max-content;"
"gap:.25rem .7rem;align-items:center;font-size:.88rem;margin:.6rem 0}\n"
".bars .l{color:inherit;text-decoration:none;overflow:hidden;text-overflow:ellipsis;"
"white-space:nowrap;max-width:22rem}\n"
".bars span{text-align:right}\n"
".bars svg,.share svg{width:100%;display:block}.bars svg{height:1rem}.share svg{height:1.6rem}\n"
".legend{display:flex;flex-wrap:wrap;gap:.2rem 1rem;padding:0;margin:.5rem 0;list-style:none;"
"font-size:.85rem}\n"
".bars .l:hover,.legend a:hover{text-decoration:underline}.legend a{color:inherit;"
"text-decoration-color:var(--line)}.plot:target{scroll-margin-top:5rem;outline:2px solid var(--c1);"
"outline-offset:.2rem}\n"
".legend i{display:inline-block;width:.8em;height:.8em;border-radius:.15em;margin-right:.4em}\n"
".plot{position:relative;height:18rem;margin:.6rem 0 1.6rem 4.2rem}\n"
".plot.small{height:9rem}.plot svg{position:absolute;inset:0;width:100%;height:100%}\n"
".plot span{position:absolute;font-size:.75rem;color:var(--dim);white-space:nowrap}\n"
".plot .y{right:calc(100% + .4rem);transform:translateY(50%)}\n"
".plot .x{top:calc(100% + .3rem);transform:translateX(-50%)}\n"
".plot .start{transform:none}.plot .end{transform:translateX(-100%)}\n"
".grid{stroke:var(--line);stroke-width:1;vector-effect:non-scaling-stroke}\n"
".wire{fill:none;stroke-width:1.6;vector-effect:non-scaling-stroke}\n"
"details{margin:.3rem 0}summary{cursor:pointer}\n"
"footer{border-top:1px solid var(--line);margin-top:1rem;padding:.8rem 0;font-size:.85rem}\n"
"@media(max-width:40rem){body{font-size:15px}.bars{grid-template-columns:minmax(4rem,9rem) 1fr "
"max-content}.plot{height:13rem;margin-left:3.6rem}.plot .x.odd{display:none}"
"th,td{padding:.28rem .45rem}}\n"
"@media print{:root{--bg:#fff;--fg:#000;--dim:#444;--line:#bbb;--card:#fff}main{max-width:none;"
"padding:0}.scroll{max-height:none;overflow:visible;border:0}section{break-before:auto}"
"tr,.plot,.bars,.share{break-inside:avoid}h2,h2+p{break-after:avoid}details:not([open]){display:none}"
"nav{display:none}th{position:static}"
"table{font-size:.7rem}th,td{padding:.15rem .3rem}*{print-color-adjust:exact;"
"-webkit-print-color-adjust:exact}}\n";

/*
 * What scripts add to a page that works without: tables sort by a click on a heading, and a click
 * on a key shows the same key in all tables.
 */
static const char script[] =
"document.querySelectorAll('table').forEach(function(t){"
"t.querySelectorAll('th').forEach(function(h,i){h.tabIndex=0;h.title='sort';"
"var up=false,go=function(){var b=t.tBodies[0],r=Array.from(b.rows),n=h.classList.contains('n');"
"up=!up;r.sort(function(x,y){var a=x.cells[i].dataset.v||x.cells[i].textContent,"
"c=y.cells[i].dataset.v||y.cells[i].textContent,d=n?parseFloat(c||0)-parseFloat(a||0):"
"a<c?-1:a>c?1:0;return up?d:-d});r.forEach(function(x){b.appendChild(x)})};"
"h.onclick=go;h.onkeydown=function(e){if(e.key==='Enter')go()}})});\n"
"document.addEventListener('click',function(e){var c=e.target.closest('td.k');if(!c)return;"
"var on=!c.classList.contains('hit');document.querySelectorAll('td.hit').forEach(function(x){"
"x.classList.remove('hit')});if(on)document.querySelectorAll('td.k').forEach(function(x){"
"if(x.textContent===c.textContent)x.classList.add('hit')})});\n"
/* Browsers that do not open what a link leads into. */
"function show(){var e=location.hash&&document.getElementById(location.hash.slice(1)),p=e;"
"while(p){if(p.tagName==='DETAILS')p.open=true;p=p.parentElement}if(e)e.scrollIntoView()}\n"
"window.addEventListener('hashchange',show);show();\n";

void
html_text(struct buf *out, const char *text, size_t len)
{
	struct buf safe = BUF_INIT;

	/* What is no UTF-8, and control characters, become U+FFFD first. */
	if (!buf_reserve(&safe, escape_room(len))) {
		out->failed = true;
		return;
	}
	safe.len = escape_plain(text, len, (char *)safe.data);
	for (size_t i = 0; i < safe.len; i++) {
		switch (safe.data[i]) {
		case '<':
			buf_append_text(out, "&lt;");
			break;
		case '>':
			buf_append_text(out, "&gt;");
			break;
		case '&':
			buf_append_text(out, "&amp;");
			break;
		case '"':
			buf_append_text(out, "&quot;");
			break;
		case '\'':
			buf_append_text(out, "&#39;");
			break;
		default:
			buf_append_u8(out, safe.data[i]);
		}
	}
	buf_release(&safe);
}

void
html_page_begin(struct buf *out, const char *title)
{
	buf_append_text(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	    "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
	    "<meta name=\"color-scheme\" content=\"light dark\">\n<title>");
	html_text(out, title, strlen(title));
	buf_append_text(out, "</title>\n<style>\n");
	buf_append_text(out, style);
	buf_append_text(out, "</style>\n</head>\n<body>\n<main>\n");
}

void
html_page_end(struct buf *out)
{
	buf_append_text(out, "</main>\n<script>\n");
	buf_append_text(out, script);
	buf_append_text(out, "</script>\n</body>\n</html>\n");
}
