// The explorer of a report: what nightly-report put into #cube, by one value and a part of the time.
'use strict';
(() => {
const box = document.getElementById('explore'), data = document.getElementById('cube');
if (!box || !data) return;
const cube = JSON.parse(data.textContent);
const NAMES = ['Flows', 'Packets', 'Bits'], KEYS = ['flows', 'packets', 'bytes'];
const start = () => ({ dim: -1, value: -1, from: 0, to: cube.bins - 1, m: 2 });
let state = start();
const make = (tag, text, to, name) => {
	const e = document.createElement(tag);
	e.textContent = text;
	if (name) e.className = name;
	if (to) to.append(e);
	return e;
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
const picked = () => cube.dims.find((d) => d.id === state.dim);

// Sums of values: three numbers each.
function bins(d, i) {
	return d.time[i];
}
function allBins() {
	const f = picked(), out = new Array(cube.bins * 3).fill(0);
	const add = (row) => row.forEach((v, k) => { out[k] += v; });
	if (f) add(bins(f, state.value));
	else cube.dims[0].time.forEach(add);
	return out;
}
function inTime(row) {
	const out = [0, 0, 0];
	for (let b = state.from; b <= state.to; b++) for (let k = 0; k < 3; k++) out[k] += row[b * 3 + k];
	return out;
}
// What a dimension's value has: with the filter, of all the time; without, in the part of it.
function sums(d, i) {
	const f = picked();
	if (!f) return inTime(bins(d, i));
	if (f === d) return i === state.value ? inTime(bins(d, i)).map((v, k) => whole() ? v : bins(d, i).reduce((s, x, n) => n % 3 === k ? s + x : s, 0)) : [0, 0, 0];
	const first = f.id < d.id, pair = cube.pairs[first ? f.id + '-' + d.id : d.id + '-' + f.id];
	const at = first ? state.value * d.time.length + i : i * f.time.length + state.value;
	return pair.slice(at * 3, at * 3 + 3);
}
const iso = (ms) => new Date(Math.round(ms)).toISOString();
function command(d) {
	const f = picked(), filter = f && state.value < f.values.length ? f.values[state.value][1] : '';
	const quote = (t) => " '" + t.replace(/'/g, "'\\''") + "'";
	const both = cube.filter && filter ? '(' + cube.filter + ') and (' + filter + ')' : cube.filter || filter;
	const from = f ? cube.from : cube.from + state.from * binMs, to = f ? cube.to : cube.from + (state.to + 1) * binMs;
	return cube.command + ' -t ' + iso(from) + '..' + iso(to) + (cube.utc ? ' --utc' : '') + ' -s ' + d.ask + '/' +
		KEYS[state.m] + ' -n 0' + (both ? quote(both) : '');
}

function toHash() {
	const p = [];
	if (picked()) p.push('x=' + state.dim + ':' + state.value);
	if (!whole()) p.push('t=' + state.from + '-' + state.to);
	if (state.m !== 2) p.push('m=' + state.m);
	return p.length ? '#' + p.join('&') : '#explore';
}
function fromHash() {
	const next = start(), x = /[#&]x=(\d+):(\d+)/.exec(location.hash), t = /[#&]t=(\d+)-(\d+)/.exec(location.hash);
	const m = /[#&]m=([012])/.exec(location.hash);
	const d = x && cube.dims.find((e) => e.id === +x[1]);
	if (d && +x[2] < d.time.length) { next.dim = d.id; next.value = +x[2]; }
	if (t && +t[1] <= +t[2] && +t[2] < cube.bins) { next.from = +t[1]; next.to = +t[2]; }
	if (m) next.m = +m[1];
	state = next;
	return x || t || m;
}
function set(change) {
	Object.assign(state, change);
	history.replaceState(null, '', toHash());
	draw();
}

function drawChart(to) {
	const row = allBins(), seconds = binMs / 1000, m = state.m;
	const rate = (b) => row[b * 3 + m] * (m === 2 ? 8 : 1) / seconds, unit = ['f/s', 'p/s', 'b/s'][m];
	let most = 0;
	for (let b = 0; b < cube.bins; b++) most = Math.max(most, rate(b));
	const figure = make('figure', '', to), s = svg('svg', {}, figure);
	svg('text', { class: 'y', dx: -6, dy: 4, y: '0%' }, s).textContent = scaled(most, unit);
	svg('text', { class: 'y', dx: -6, dy: 4, y: '100%' }, s).textContent = '0';
	const plot = svg('svg', { viewBox: '0 0 ' + cube.bins + ' 1000', preserveAspectRatio: 'none' }, s);
	let from = -1;
	for (let b = 0; b < cube.bins; b++) {
		const h = most > 0 ? 1000 * rate(b) / most : 0;
		svg('path', { class: b >= state.from && b <= state.to ? 'c0' : 'c7', d: 'M' + b + ' 1000v' + (-h) + 'h1v' + h + 'z' }, plot);
		const r = svg('rect', { x: b, width: 1, height: 1000 }, plot);
		svg('title', {}, r).textContent = when(cube.from + b * binMs) + ': ' + scaled(rate(b), unit);
		r.addEventListener('pointerdown', (e) => { from = b; e.preventDefault(); });
		r.addEventListener('pointerup', () => { if (from >= 0) set({ from: Math.min(from, b), to: Math.max(from, b) }); });
	}
	[0, 0.25, 0.5, 0.75, 1].forEach((part, i) => {
		svg('text', { class: 'x' + (i === 0 ? ' start' : i === 4 ? ' end' : ''), x: part * 100 + '%', y: '100%', dy: '1.3em' }, s)
			.textContent = when(cube.from + part * (cube.to - cube.from));
	});
}
function drawBar(to) {
	const bar = make('div', '', to, 'bar'), f = picked();
	NAMES.forEach((n, i) => {
		const b = make('button', n, bar);
		b.setAttribute('aria-pressed', String(state.m === i));
		b.onclick = () => set({ m: i });
	});
	for (const [name, key] of [['From ', 'from'], ['to ', 'to']]) {
		const l = make('label', name, bar), s = make('select', '', l);
		for (let b = 0; b < cube.bins; b++) {
			const o = make('option', when(cube.from + (b + (key === 'to' ? 1 : 0)) * binMs), s);
			o.value = b;
		}
		s.value = state[key];
		s.onchange = () => set(key === 'from' ? { from: +s.value, to: Math.max(+s.value, state.to) } :
			{ to: +s.value, from: Math.min(+s.value, state.from) });
	}
	if (f || !whole()) {
		const b = make('button', 'Show all \u00d7', bar);
		b.onclick = () => set(start());
	}
	const row = allBins(), all = inTime(row);
	make('p', (f ? f.name + ' ' + label(f, state.value) + ', ' : '') + when(cube.from + state.from * binMs) + ' to ' +
		when(cube.from + (state.to + 1) * binMs) + ': ' + amount(all[2], 2) + ', ' + scaled(all[1], 'packets') + ', ' +
		scaled(all[0], 'flows') + (f && !whole() ? '. The tables below are of all the time.' : '.'), to);
}
function drawTable(d, to) {
	const list = d.time.map((x, i) => ({ i, s: sums(d, i) })).filter((e) => e.s[0] + e.s[1] + e.s[2] > 0);
	const all = list.reduce((s, e) => s + e.s[state.m], 0), section = make('section', '', to);
	list.sort((a, b) => b.s[state.m] - a.s[state.m]);
	make('h3', d.name, section);
	const wrap = make('div', '', section, 'wrap'), table = make('table', '', wrap);
	const head = table.createTHead().insertRow();
	[d.name, 'Bytes', 'Packets', 'Flows'].forEach((t, i) => { const h = make('th', t, head, i ? 'n' : ''); h.scope = 'col'; });
	const body = table.createTBody();
	for (const e of list) {
		const r = body.insertRow(), k = make('td', '', r, 'k'), on = d.id === state.dim && e.i === state.value;
		const b = make('button', label(d, e.i), k, 'pick');
		b.setAttribute('aria-pressed', String(on));
		b.onclick = () => set(on ? { dim: -1, value: -1 } : { dim: d.id, value: e.i });
		[2, 1, 0].forEach((m) => {
			const c = make('td', amount(e.s[m], m), r, 'n' + (m === state.m ? ' s w' + Math.round(all > 0 ? 100 * e.s[m] / all : 0) : ''));
			c.dataset.v = e.s[m];
			c.dataset.l = ['Flows', 'Packets', 'Bytes'][m];
		});
	}
	const tools = make('div', '', section, 'tools');
	make('button', 'Copy as CSV', tools).onclick = () => window.flowCopy([[d.name, 'bytes', 'packets', 'flows']].concat(list.map((e) =>
		[label(d, e.i), e.s[2], e.s[1], e.s[0]])).map((l) => l.map((t) => /[",\n]/.test(t) ? '"' + String(t).replace(/"/g, '""') + '"' : t)
		.join(',')).join('\n') + '\n', 'table');
	const other = picked() && state.value === picked().values.length;
	if (d.ask && !other && !(picked() && !picked().values[state.value][1])) {
		const b = make('button', 'Copy command', tools);
		b.dataset.cmd = command(d);
		b.onclick = () => window.flowCopy(command(d), 'command');
	}
}
function draw() {
	const focus = document.activeElement && box.contains(document.activeElement) ? document.activeElement.textContent : null;
	box.textContent = '';
	box.hidden = false;
	make('h2', 'Explore', box);
	make('p', 'Choose a value to see what it has to do with the others; drag over the chart for a part of the time.', box, 'dim');
	drawBar(box);
	drawChart(box);
	const grid = make('div', '', box, 'grid');
	cube.dims.forEach((d) => drawTable(d, grid));
	if (focus) {
		const again = Array.from(box.querySelectorAll('button,select')).find((e) => e.textContent === focus);
		if (again) again.focus();
	}
}
const asked = fromHash(), foot = document.querySelector('footer'), list = document.querySelector('nav ul');
if (foot) foot.before(box);
if (list) {
	const a = make('a', 'Explore', make('li', '', list));
	a.href = '#explore';
}
draw();
if (asked) box.scrollIntoView();
window.addEventListener('hashchange', () => { if (fromHash()) draw(); });
})();
