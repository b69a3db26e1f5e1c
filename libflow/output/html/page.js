// What a page gets where scripts run: it is readable without.
'use strict';
(() => {
const $ = (s, e) => Array.from((e || document).querySelectorAll(s));
const make = (tag, text, to) => {
	const e = document.createElement(tag);
	e.textContent = text;
	if (to) to.append(e);
	return e;
};
const say = make('p', '', document.body);
say.className = 'skip';
say.setAttribute('aria-live', 'polite');

function copy(text, what) {
	const done = () => { say.textContent = what + ' copied'; };
	const old = () => {
		const area = make('textarea', text, document.body);
		area.select();
		document.execCommand('copy');
		area.remove();
		done();
	};
	if (navigator.clipboard && window.isSecureContext) navigator.clipboard.writeText(text).then(done, old);
	else old();
}

window.flowCopy = copy;

// Tables: headings sort, and each can be copied.
const value = (row, i) => {
	const c = row.cells[i];
	return c ? c.dataset.v || c.textContent : '';
};
function sortBy(table, i, number) {
	const head = table.tHead.rows[0].cells, was = head[i].getAttribute('aria-sort');
	const down = number ? was !== 'descending' : was === 'ascending';
	const body = table.tBodies[0], rows = Array.from(body.rows);
	rows.sort((x, y) => {
		const a = value(x, i), b = value(y, i);
		const d = number ? (parseFloat(a) || 0) - (parseFloat(b) || 0) : a < b ? -1 : a > b ? 1 : 0;
		return down ? -d : d;
	});
	for (const h of head) h.setAttribute('aria-sort', 'none');
	head[i].setAttribute('aria-sort', down ? 'descending' : 'ascending');
	body.append(...rows);
}
const field = (t) => /[",\n\r]/.test(t) ? '"' + t.replace(/"/g, '""') + '"' : t;
function csv(table) {
	const lines = [Array.from(table.tHead.rows[0].cells, (h) => h.dataset.k || h.textContent)];
	for (const r of table.tBodies[0].rows)
		if (!r.hidden) lines.push(Array.from(r.cells, (c, i) => value(r, i)));
	return lines.map((l) => l.map(field).join(',')).join('\n') + '\n';
}
function dress(table) {
	Array.from(table.tHead.rows[0].cells).forEach((h, i) => {
		const text = h.textContent, b = make('button', text);
		h.textContent = '';
		h.append(b);
		h.setAttribute('aria-sort', 'none');
		b.title = 'sort by ' + text;
		b.onclick = () => sortBy(table, i, h.classList.contains('n'));
	});
	const tools = make('div', '');
	tools.className = 'tools';
	make('button', 'Copy as CSV', tools).onclick = () => copy(csv(table), 'table');
	if (table.dataset.cmd)
		make('button', 'Copy command', tools).onclick = () => copy(table.dataset.cmd, 'command');
	table.parentElement.after(tools);
}
$('table').forEach((t) => { if (t.tHead && t.tBodies[0]) dress(t); });

// Charts: what stands at the pointer, or at the arrow keys' place.
function read(figure) {
	const rects = $('rect', figure), out = make('div', '', figure);
	let on = -1;
	out.className = 'read';
	out.hidden = true;
	const show = (i) => {
		if (on >= 0) rects[on].classList.remove('on');
		on = i;
		out.hidden = i < 0;
		if (i < 0) return;
		rects[i].classList.add('on');
		out.textContent = rects[i].dataset.t;
		say.textContent = out.textContent;
	};
	// The readout says what the browser's own hint would.
	rects.forEach((r) => {
		const t = r.querySelector('title');
		r.dataset.t = t ? t.textContent : '';
		if (t) t.remove();
	});
	figure.onpointermove = (e) => { const i = rects.indexOf(e.target); if (i >= 0) show(i); };
	figure.onpointerleave = () => show(-1);
	figure.onblur = () => show(-1);
	figure.onkeydown = (e) => {
		const step = { ArrowLeft: -1, ArrowRight: 1, PageUp: -12, PageDown: 12, Home: -1e6, End: 1e6 }[e.key];
		if (!step || !rects.length) return;
		e.preventDefault();
		show(Math.max(0, Math.min(rects.length - 1, (on < 0 ? 0 : on) + step)));
	};
}
$('figure').forEach(read);

// Rows that have a text, in all tables.
const nav = document.querySelector('nav');
if (nav) {
	const label = make('label', 'Rows with '), input = make('input', '', label);
	input.type = 'search';
	input.placeholder = 'address, port, name';
	input.oninput = () => {
		const want = input.value.trim().toLowerCase();
		$('tbody tr').forEach((r) => { r.hidden = want !== '' && !r.textContent.toLowerCase().includes(want); });
	};
	const bar = make('p', '');
	bar.className = 'bar';
	bar.append(label);
	nav.before(bar);
}

// Browsers that do not open what a link leads into.
function reveal() {
	if (location.hash.includes('=')) return;
	let e = null;
	try { e = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1))); } catch (x) { return; }
	for (let p = e; p; p = p.parentElement) if (p.tagName === 'DETAILS') p.open = true;
	if (e) e.scrollIntoView();
}
window.addEventListener('hashchange', reveal);
reveal();
})();
