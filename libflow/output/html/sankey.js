// Who sent to whom by which service, as bands between three columns.
'use strict';
const flowSankey = (() => {
const WIDE = 12, GAP = 4, HIGH = 440;	// of a node, between two, of all; pixels
const svg = (tag, attributes, to, text) => {
	const e = document.createElementNS('http:' + '//www.w3.org/2000/svg', tag);
	for (const k in attributes) e.setAttribute(k, attributes[k]);
	if (text !== undefined) e.textContent = text;
	to.append(e);
	return e;
};
// Nodes of a column, the greatest first and "other" last, at their places.
function stack(sizes, last) {
	const nodes = sizes.map((v, i) => ({ i, v, in: 0, out: 0 })).filter((n) => n.v > 0);
	nodes.sort((a, b) => (a.i === last) - (b.i === last) || b.v - a.v);
	return nodes;
}
function lay(nodes, scale) {
	let y = 0;
	for (const n of nodes) {
		n.y = y;
		n.h = Math.max(1, n.v * scale);
		y += n.h + GAP;
	}
}
// Columns are { name, label(i), pick(i), on(i), last }; links[0][i][k] is what is between the first two.
function draw(to, columns, links, text) {
	const sum = (l) => l.reduce((s, v) => s + v, 0);
	const sizes = [links[0].map(sum), links[1].map(sum), links[1][0].map((x, k) => sum(links[1].map((r) => r[k])))];
	const cols = sizes.map((s, c) => stack(s, columns[c].last)), all = sum(sizes[0]);
	const most = Math.max(...cols.map((c) => c.length)), scale = (HIGH - GAP * most) / (all || 1);
	const width = Math.max(300, to.clientWidth), at = [0, (width - WIDE) / 2, width - WIDE];
	if (all === 0) return;
	cols.forEach((c) => lay(c, scale));
	const s = svg('svg', { class: 'sankey', width, height: HIGH + 20, role: 'group', 'aria-label': 'Bands from source over service to destination' }, to);
	columns.forEach((c, n) => svg('text', { x: [0, width / 2, width][n], y: 12, 'text-anchor': ['start', 'middle', 'end'][n] }, s, c.name));
	const g = svg('g', { transform: 'translate(0 20)' }, s);
	for (let c = 0; c < 2; c++) for (const a of cols[c]) for (const b of cols[c + 1]) {
		const v = links[c][a.i][b.i], h = v * scale;
		if (v <= 0) continue;
		const x0 = at[c] + WIDE, x1 = at[c + 1], y0 = a.y + a.out + h / 2, y1 = b.y + b.in + h / 2, xm = (x0 + x1) / 2;
		a.out += h;
		b.in += h;
		const n = c ? a : b, p = svg('path', { class: 'k' + (n.i === columns[1].last ? 7 : cols[1].indexOf(n) % 7), 'stroke-width': Math.max(0.5, h),
			d: 'M' + x0 + ' ' + y0 + 'C' + xm + ' ' + y0 + ' ' + xm + ' ' + y1 + ' ' + x1 + ' ' + y1 }, g);
		svg('title', {}, p, columns[c].label(a.i) + ' \u2192 ' + columns[c + 1].label(b.i) + ': ' + text(v));
	}
	cols.forEach((nodes, c) => nodes.forEach((n) => node(g, n, c, at, columns[c], text, width)));
}
function node(to, n, c, at, column, text, width) {
	const name = column.label(n.i), most = Math.max(8, Math.floor(width / 26));
	const e = svg('g', { class: 'node', tabindex: 0, role: 'button', 'aria-pressed': String(column.on(n.i)),
		'aria-label': column.name + ' ' + name + ': ' + text(n.v) }, to);
	svg('title', {}, svg('rect', { x: at[c], y: n.y, width: WIDE, height: n.h }, e), name + ': ' + text(n.v));
	if (n.h >= 9) svg('text', { x: c === 2 ? at[c] - 4 : at[c] + WIDE + 4, y: n.y + n.h / 2 + 4, 'text-anchor': c === 2 ? 'end' : 'start' }, e,
		name.length > most ? name.slice(0, most - 1) + '\u2026' : name);
	e.onclick = () => column.pick(n.i);
	e.onkeydown = (k) => { if (k.key === 'Enter' || k.key === ' ') { k.preventDefault(); column.pick(n.i); } };
}
return draw;
})();
