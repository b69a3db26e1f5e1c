// The explorer of a report: everything by some values and a part of the time.
'use strict';
(() => {
const box = document.getElementById('explore');
if (!box || !flowCube) return;
const cube = flowCube.cube, NAMES = ['Flows', 'Packets', 'Bits'], KEYS = ['flows', 'packets', 'bytes'];
const COLUMNS = { b: ['Bytes', 2], p: ['Packets', 1], f: ['Flows', 0], s: ['Share'], r: ['Mean rate'] };
const start = () => ({ filters: [], from: 0, to: cube.bins - 1, m: 2, cols: 'bpf', by: 'host' });
let state = start();
const make = (tag, text, to, name) => {
	const e = document.createElement(tag);
	e.textContent = text;
	if (name) e.className = name;
	if (to) to.append(e);
	return e;
};
const button = (text, to, call, on) => {
	const b = make('button', text, to);
	if (on !== undefined) b.setAttribute('aria-pressed', String(on));
	b.onclick = call;
	return b;
};
const svg = (tag, attributes, to) => {
	const e = document.createElementNS('http:' + '//www.w3.org/2000/svg', tag);
	for (const k in attributes) e.setAttribute(k, attributes[k]);
	if (to) to.append(e);
	return e;
};
const label = (d, i) => i < d.values.length ? d.values[i][0] : 'other';
const binMs = (cube.to - cube.from) / cube.bins;
function when(ms) {
	const d = new Date(ms), p = (n) => String(n).padStart(2, '0');
	return cube.utc ? d.toISOString().slice(0, 16).replace('T', ' ') :
		d.getFullYear() + '-' + p(d.getMonth() + 1) + '-' + p(d.getDate()) + ' ' + p(d.getHours()) + ':' + p(d.getMinutes());
}
function scaled(v, unit) {
	let i = 0;
	for (; v >= 999.5 && i < 6; i++) v /= 1000;
	const digits = i === 0 && v === Math.floor(v) || v >= 99.95 ? 0 : v >= 9.995 ? 1 : 2;
	return v.toFixed(digits) + '\u00a0' + (i ? 'kMGTPE'[i - 1] : '') + unit;
}
const amount = (v, m) => scaled(v, m === 2 ? 'B' : '');
const whole = () => state.from === 0 && state.to === cube.bins - 1;
const has = (d, i) => state.filters.some((f) => f.dim === d.id && f.value === i);
// The time that tables are of, in seconds: with filters, all of it.
const seconds = () => (state.filters.length ? cube.bins : state.to - state.from + 1) * binMs / 1000;

const iso = (ms) => new Date(Math.round(ms)).toISOString();
const quote = (t) => "'" + t.replace(/'/g, "'\\''") + "'";
// The command with the filters; null where one is "other" or a direction, which no filter says.
function command(question) {
	const said = flowCube.plain(state.filters).map((f) => (flowCube.dim(f.dim).values[f.value] || [])[1]), all = state.filters.length;
	const parts = (cube.filter ? [cube.filter] : []).concat(said), from = all ? cube.from : cube.from + state.from * binMs;
	if (said.some((t) => !t)) return null;
	return cube.command + ' -t ' + iso(from) + '..' + iso(all ? cube.to : cube.from + (state.to + 1) * binMs) + (cube.utc ? ' --utc' : '') +
		' ' + question + (parts.length ? ' ' + quote(parts.length > 1 ? parts.map((p) => '(' + p + ')').join(' and ') : parts[0]) : '');
}
function copyCommand(to, question) {
	const text = command(question);
	if (text) button('Copy command', to, () => window.flowCopy(text, 'command')).dataset.cmd = text;
}

function toHash() {
	const p = [], f = state.filters, d = start();
	if (f.length) p.push('x=' + f.map((x) => x.dim + ':' + x.value).join(','));
	if (!whole()) p.push('t=' + state.from + '-' + state.to);
	if (state.m !== d.m) p.push('m=' + state.m);
	if (state.cols !== d.cols) p.push('c=' + state.cols);
	if (state.by !== d.by) p.push('by=' + state.by);
	return p.length ? '#' + p.join('&') : '#explore';
}
function fromHash() {
	const next = start(), said = {};
	for (const p of location.hash.slice(1).split('&')) { const at = p.indexOf('='); if (at > 0) said[p.slice(0, at)] = p.slice(at + 1); }
	for (const x of (said.x || '').split(',')) {
		const n = /^(\d+):(\d+)$/.exec(x), d = n && flowCube.dim(+n[1]);
		if (d && +n[2] < d.time.length && !next.filters.some((f) => f.dim === d.id)) next.filters.push({ dim: d.id, value: +n[2] });
	}
	const t = /^(\d+)-(\d+)$/.exec(said.t || '');
	if (t && +t[1] <= +t[2] && +t[2] < cube.bins) { next.from = +t[1]; next.to = +t[2]; }
	if (/^[012]$/.test(said.m || '')) next.m = +said.m;
	if (/^[bpfsr]+$/.test(said.c || '')) next.cols = Object.keys(COLUMNS).filter((k) => said.c.includes(k)).join('');
	if (said.by === 'as') next.by = 'as';
	state = next;
	return Object.keys(said).length > 0;
}
function set(change) {
	Object.assign(state, change);
	history.replaceState(null, '', toHash());
	draw();
}
// Takes the value as a filter besides those of other kinds, or takes it away.
function toggle(d, i) {
	const rest = state.filters.filter((f) => f.dim !== d.id);
	set({ filters: has(d, i) ? rest : rest.concat([{ dim: d.id, value: i }]) });
}

function drawChart(to) {
	const row = flowCube.bins(state.filters), m = state.m;
	if (!row) {
		const p = make('p', 'This page has no times of several values together. ', to, 'dim');
		if (Number.isInteger(binMs / 60000)) copyCommand(p, '-A first/' + binMs / 60000 + 'm --measures flows,packets,bytes -n 0');
		return;
	}
	const rate = (b) => row[b * 3 + m] * (m === 2 ? 8 : 1) / (binMs / 1000), unit = ['f/s', 'p/s', 'b/s'][m];
	let most = 0, from = -1;
	for (let b = 0; b < cube.bins; b++) most = Math.max(most, rate(b));
	const figure = make('figure', '', to), s = svg('svg', {}, figure);
	svg('text', { class: 'y', dx: -6, dy: 4, y: '0%' }, s).textContent = scaled(most, unit);
	svg('text', { class: 'y', dx: -6, dy: 4, y: '100%' }, s).textContent = '0';
	const plot = svg('svg', { viewBox: '0 0 ' + cube.bins + ' 1000', preserveAspectRatio: 'none' }, s);
	for (let b = 0; b < cube.bins; b++) {
		const h = most > 0 ? 1000 * rate(b) / most : 0;
		svg('path', { class: b >= state.from && b <= state.to ? 'c0' : 'c7', d: 'M' + b + ' 1000v' + (-h) + 'h1v' + h + 'z' }, plot);
		const r = svg('rect', { x: b, width: 1, height: 1000 }, plot);
		svg('title', {}, r).textContent = when(cube.from + b * binMs) + ': ' + scaled(rate(b), unit);
		r.addEventListener('pointerdown', (e) => { from = b; e.preventDefault(); });
		r.addEventListener('pointerup', () => { if (from >= 0) set({ from: Math.min(from, b), to: Math.max(from, b) }); });
	}
	[0, 0.25, 0.5, 0.75, 1].forEach((part, i) => {
		svg('text', { class: 'x' + (i === 0 ? ' start' : i === 4 ? ' end' : i % 2 ? ' odd' : ''), x: part * 100 + '%', y: '100%', dy: '1.3em' }, s)
			.textContent = when(cube.from + part * (cube.to - cube.from));
	});
}
function drawBar(to) {
	const bar = make('div', '', to, 'bar');
	NAMES.forEach((n, i) => button(n, bar, () => set({ m: i }), state.m === i));
	for (const [name, key] of [['From ', 'from'], ['to ', 'to']]) {
		const l = make('label', name, bar), s = make('select', '', l);
		for (let b = 0; b < cube.bins; b++) make('option', when(cube.from + (b + (key === 'to' ? 1 : 0)) * binMs), s).value = b;
		s.value = state[key];
		s.onchange = () => set(key === 'from' ? { from: +s.value, to: Math.max(+s.value, state.to) } :
			{ to: +s.value, from: Math.min(+s.value, state.from) });
	}
	make('span', 'Columns:', bar, 'dim');
	for (const k in COLUMNS) {
		const on = state.cols.includes(k);
		button(COLUMNS[k][0], bar, () => { const c = Object.keys(COLUMNS).filter((x) => (x === k) !== state.cols.includes(x)).join('');
			if (c) set({ cols: c }); }, on);
	}
}
function drawFilters(to) {
	const f = state.filters, bar = make('div', '', to, 'bar'), unknown = flowCube.unknown(f);
	const all = flowCube.total(f, state.from, state.to), name = (x) => flowCube.dim(x.dim).name + ' ' + label(flowCube.dim(x.dim), x.value);
	for (const x of f) button(name(x) + ' \u00d7', bar, () => toggle(flowCube.dim(x.dim), x.value)).title = 'remove this filter';
	if (f.length || !whole()) button('Show all \u00d7', bar, () => set(Object.assign(start(), { m: state.m, cols: state.cols, by: state.by })));
	if (!f.length && whole()) bar.remove();
	const time = f.length > 1 ? [0, cube.bins - 1] : [state.from, state.to];
	if (all) make('p', (f.length ? f.map(name).join(' and ') + ', ' : '') + when(cube.from + time[0] * binMs) + ' to ' +
		when(cube.from + (time[1] + 1) * binMs) + ': ' + amount(all[2], 2) + ', ' + scaled(all[1], 'packets') + ', ' +
		scaled(all[0], 'flows') + (f.length && !whole() ? '. The tables below are of all the time.' : '.'), to);
	if (unknown) {
		const p = make('p', 'Of several filters together this page has only the first ' + flowCube.apart + ' values of each kind, and ' +
			name(unknown) + ' is not among them. ', to, 'bad');
		copyCommand(p, '-s src_addr/' + KEYS[state.m] + ' -n 20');
	} else if (flowCube.plain(f).length > 1) {
		make('p', 'With several filters, each table has its first ' + flowCube.apart + ' values; the rest is in \u201cother\u201d.', to, 'dim');
	}
}
function fill(table, d, list, all) {
	const head = table.createTHead().insertRow(), body = table.createTBody();
	make('th', d.name, head).scope = 'col';
	for (const k of state.cols) make('th', COLUMNS[k][0], head, 'n').scope = 'col';
	for (const e of list) {
		const r = body.insertRow(), k = make('td', '', r, 'k');
		button(label(d, e.i), k, () => toggle(d, e.i), has(d, e.i)).className = 'pick';
		for (const c of state.cols) {
			const m = COLUMNS[c][1], share = all > 0 ? 100 * e.s[state.m] / all : 0;
			const cell = make('td', m !== undefined ? amount(e.s[m], m) : c === 's' ? share.toFixed(1) + '\u00a0%' :
				scaled(e.s[2] * 8 / seconds(), 'b/s'), r, 'n' + (m === state.m ? ' s w' + Math.round(share) : ''));
			cell.dataset.v = exact(c, e, all);
			cell.dataset.l = COLUMNS[c][0];
		}
	}
}
// A cell's value for copying.
function exact(c, e, all) {
	if (COLUMNS[c][1] !== undefined) return e.s[COLUMNS[c][1]];
	return c === 's' ? (all > 0 ? 100 * e.s[state.m] / all : 0).toFixed(3) : (e.s[2] * 8 / seconds()).toFixed(1);
}
function drawTable(d, to) {
	const sums = flowCube.values(d, state.filters, state.from, state.to), section = make('section', '', to);
	make('h3', d.name, section);
	if (!sums) {
		make('p', 'Not known here.', section, 'dim');
	} else {
		const list = sums.map((s, i) => ({ i, s })).filter((e) => e.s[0] + e.s[1] + e.s[2] > 0);
		const all = list.reduce((s, e) => s + e.s[state.m], 0);
		list.sort((a, b) => b.s[state.m] - a.s[state.m]);
		fill(make('table', '', make('div', '', section, 'wrap')), d, list, all);
		const names = { s: 'share_pct', r: 'mean_bps' }, field = (t) => /[",\n]/.test(t) ? '"' + String(t).replace(/"/g, '""') + '"' : t;
		button('Copy as CSV', make('div', '', section, 'tools'), () => window.flowCopy([[d.name].concat(Array.from(state.cols, (c) =>
			names[c] || KEYS[COLUMNS[c][1]]))].concat(list.map((e) => [label(d, e.i)].concat(Array.from(state.cols, (c) => exact(c, e, all)))))
			.map((l) => l.map(field).join(',')).join('\n') + '\n', 'table'));
	}
	const tools = section.querySelector('.tools') || make('div', '', section, 'tools');
	if (d.ask) copyCommand(tools, '-s ' + d.ask + '/' + KEYS[state.m] + ' -n 0');
}
function drawSankey(to) {
	const ids = state.by === 'as' ? [6, 5, 7] : [8, 5, 9], dims = ids.map((id) => flowCube.dim(id));
	const section = make('section', '', to);
	make('h3', 'Who, by which service, to whom', section);
	const bar = make('div', '', section, 'bar');
	for (const [by, name] of [['host', 'Addresses'], ['as', 'Autonomous systems']]) button(name, bar, () => set({ by }), state.by === by);
	if (dims.some((d) => !d)) return;
	const links = [flowCube.matrix(dims[0], dims[1], state.filters), flowCube.matrix(dims[1], dims[2], state.filters)];
	if (!links[0] || !links[1]) {
		make('p', 'Not known here: with a filter, this page has only the first ' + flowCube.apart + ' values of each kind.', section, 'dim');
		return;
	}
	if (!whole()) make('p', 'Of all the time.', section, 'dim');
	const columns = dims.map((d) => ({ name: d.name, label: (i) => label(d, i), pick: (i) => toggle(d, i), on: (i) => has(d, i), last: d.values.length }));
	flowSankey(section, columns, links.map((l) => l.map((r) => r.map((s) => s[state.m]))), (v) => amount(v, state.m));
}
function draw() {
	const focus = document.activeElement && box.contains(document.activeElement) ? document.activeElement : null;
	const text = (e) => e.getAttribute('aria-label') || e.textContent, said = focus && text(focus), top = window.scrollY;
	box.textContent = '';
	box.hidden = false;
	make('h2', 'Explore', box);
	make('p', 'Choose values to see what they have to do with the others; drag over the chart for a part of the time.', box, 'dim');
	drawBar(box);
	drawFilters(box);
	drawChart(box);
	drawSankey(box);
	const grid = make('div', '', box, 'grid');
	cube.dims.forEach((d) => drawTable(d, grid));
	const again = said && Array.from(box.querySelectorAll('button,select,[tabindex]')).find((e) => text(e) === said);
	if (again) again.focus({ preventScroll: true });
	if (focus) window.scrollTo(window.scrollX, top);
}
const asked = fromHash(), foot = document.querySelector('footer'), list = document.querySelector('nav ul');
if (foot) foot.before(box);
if (list) make('a', 'Explore', make('li', '', list)).href = '#explore';
draw();
if (asked) box.scrollIntoView();
window.addEventListener('hashchange', () => { if (fromHash()) draw(); });
let wide = innerWidth;
window.addEventListener('resize', () => { if (innerWidth !== wide) { wide = innerWidth; draw(); } });
})();
