// The data of a report's explorer: what nightly-report put into #cube, and exact sums of it.
'use strict';
const flowCube = (() => {
const data = document.getElementById('cube');
if (!data) return null;
const cube = JSON.parse(data.textContent), tuples = cube.tuples;
const DIRECTION = 3;	// its values are always told apart
const dim = (id) => cube.dims.find((d) => d.id === id);
const zero = () => [0, 0, 0];
const add = (to, more) => { for (let k = 0; k < 3; k++) to[k] += more[k]; };
let keys = null;	// of the combinations; their sums are in tuples.rows

// A filter is { dim, value }. An interface is one of a router, which need not be said, too.
function plain(filters) {
	const said = (f) => { const d = dim(f.dim); return f.value < d.values.length ? d.values[f.value][1] : ''; };
	return filters.filter((f) => f.dim !== 0 || said(f) === '' ||
		!filters.some((g) => (g.dim === 1 || g.dim === 2) && said(g).startsWith(said(f) + ' and ')));
}
// The value of a dimension as combinations have it; -1: they do not tell it apart.
function known(d, i) {
	const other = i === d.values.length && d.id !== DIRECTION;
	if (d.id === DIRECTION || i < tuples.values) return i;
	return other && d.values.length <= tuples.values ? tuples.other : -1;
}
// Why these filters have no exact sums together: the first that combinations do not tell apart; null: they have.
const unknown = (filters) => plain(filters).length < 2 ? null :
	plain(filters).find((f) => known(dim(f.dim), f.value) < 0) || null;
const code = (key, d) => Math.floor(key / 2 ** (d.id * tuples.bits)) % 2 ** tuples.bits;

// Calls with the place of each combination that has all the filters' values.
function each(filters, call) {
	if (!keys) {
		let last = 0;
		keys = [];
		for (let i = 0; i < tuples.rows.length; i += 4) keys.push(last += tuples.rows[i]);
	}
	const want = filters.map((f) => [dim(f.dim), known(dim(f.dim), f.value)]);
	keys.forEach((key, i) => { if (want.every(([d, v]) => code(key, d) === v)) call(key, tuples.rows.slice(i * 4 + 1, i * 4 + 4)); });
}
const place = (key, d) => { const c = code(key, d); return c === tuples.other ? d.time.length - 1 : c; };
const pair = (a, i, b, k) => {
	if (a.id > b.id) return pair(b, k, a, i);
	const at = (i * b.time.length + k) * 3;
	return cube.pairs[a.id + '-' + b.id].slice(at, at + 3);
};
const whole = (d, i) => {
	const out = zero();
	d.time[i].forEach((v, n) => { out[n % 3] += v; });
	return out;
};
function part(row, from, to) {
	const out = zero();
	for (let b = from; b <= to; b++) add(out, row.slice(b * 3, b * 3 + 3));
	return out;
}

// The sums of each value of d with these filters, or for a part of the time without any; null: not known.
function values(d, filters, from, to) {
	const f = plain(filters), own = filters.find((x) => x.dim === d.id);
	if (f.length === 0) return d.time.map((row) => part(row, from, to));
	if (unknown(filters)) return null;
	if (f.length === 1) return d.time.map((row, i) => own || f[0].dim === d.id ? i === f[0].value && f[0].dim === d.id ||
		own && i === own.value ? whole(dim(f[0].dim), f[0].value) : zero() : pair(d, i, dim(f[0].dim), f[0].value));
	const out = d.time.map(zero);
	each(f, (key, sums) => add(out[place(key, d)], sums));
	return out;
}
// The sums of each value of a with each of b; null: not known.
function matrix(a, b, filters) {
	const f = plain(filters);
	if (f.length === 0) return a.time.map((x, i) => b.time.map((y, k) => pair(a, i, b, k)));
	if (f.some((x) => known(dim(x.dim), x.value) < 0)) return null;
	const out = a.time.map(() => b.time.map(zero));
	each(f, (key, sums) => add(out[place(key, a)][place(key, b)], sums));
	return out;
}
// The sums of each bin, three numbers each, with one filter at most; null: not known.
function bins(filters) {
	const f = plain(filters), out = new Array(cube.bins * 3).fill(0);
	if (f.length > 1) return null;
	if (f.length === 1) return dim(f[0].dim).time[f[0].value];
	cube.dims[0].time.forEach((row) => row.forEach((v, k) => { out[k] += v; }));
	return out;
}
function total(filters, from, to) {
	const f = plain(filters), out = zero();
	if (f.length < 2) return part(bins(f), from, to);
	if (f.length === 2) return pair(dim(f[0].dim), f[0].value, dim(f[1].dim), f[1].value);
	if (unknown(filters)) return null;
	each(f, (key, sums) => add(out, sums));
	return out;
}
return { cube, dim, plain, unknown, values, matrix, bins, total, apart: tuples.values };
})();
