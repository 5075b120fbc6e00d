// Elements from texts: what the project says is only ever the text of an element.

const SVG = "http://www.w3.org/2000/svg";
const data = JSON.parse(document.getElementById("data").textContent);

// What cannot be seen, or would turn the direction of text, is shown as an escape.
const HIDDEN =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]/gu;
const seen = (text) => String(text).replace(HIDDEN, (c) => `\\u{${c.codePointAt(0).toString(16)}}`);

const cut = (text, most) => {
  const letters = Array.from(seen(text));
  return letters.length > most ? `${letters.slice(0, most - 1).join("")}…` : letters.join("");
};

function fill(element, properties, children) {
  for (const [name, value] of Object.entries(properties || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    // An id is compared with, and not shown.
    else element.setAttribute(name, value === true ? "" : name.startsWith("data-") ? value : seen(value));
  }
  for (const child of children.flat(Infinity)) {
    if (child === undefined || child === null || child === false) continue;
    element.append(child instanceof Node ? child : document.createTextNode(seen(child)));
  }
  return element;
}

const h = (tag, properties, ...children) => fill(document.createElement(tag), properties, children);
const s = (tag, properties, ...children) => fill(document.createElementNS(SVG, tag), properties, children);

// A sentence of cadet's, with names between backticks.
function prose(text) {
  const parts = String(text).split("`");
  return parts.map((part, at) => {
    if (at % 2 === 0) return part;
    return at === parts.length - 1 ? "`" + part : h("code", {}, breakable(part));
  });
}

// A name may be broken after each `__`, `.` or `/`.
const breakable = (name) =>
  String(name)
    .split(/(?<=__|[./])/)
    .flatMap((part, at) => (at ? [h("wbr"), part] : [part]));

const integer = new Intl.NumberFormat("en-GB");
const count = (number, one, many) => `${integer.format(number)} ${number === 1 ? one : many}`;

function seconds(value) {
  if (value === undefined || value === null) return "";
  if (value < 0.01) return "<0.01 s";
  if (value < 10) return `${value.toFixed(2)} s`;
  if (value < 60) return `${value.toFixed(1)} s`;
  return `${Math.floor(value / 60)} min ${Math.round(value % 60)} s`;
}

function bytes(value) {
  if (value === undefined || value === null) return "";
  for (const [size, unit] of [[1e12, "TB"], [1e9, "GB"], [1e6, "MB"], [1e3, "kB"]])
    if (value >= size) return `${(value / size).toFixed(1)} ${unit}`;
  return `${value} B`;
}

function dollars(value) {
  if (value === undefined || value === null) return "";
  return value > 0 && value < 0.01 ? "<$0.01" : `$${value.toFixed(2)}`;
}

// Each status has a word and a shape of its own; its colour says it once more.
const STATUS = {
  error: { look: "bad", word: "failed", rank: 0 },
  "runtime error": { look: "bad", word: "failed", rank: 0 },
  fail: { look: "bad", word: "failed", rank: 0 },
  "partial success": { look: "bad", word: "partly failed", rank: 1 },
  warn: { look: "odd", word: "warned", rank: 2 },
  skipped: { look: "skip", word: "skipped", rank: 3 },
  not_run: { look: "idle", word: "not run here", rank: 4 },
  success: { look: "good", word: "built", rank: 5 },
  pass: { look: "good", word: "passed", rank: 6 },
  "no-op": { look: "idle", word: "nothing to do", rank: 7 },
};
const NO_STATUS = { look: "none", word: "not in this run", rank: 9 };

function statusOf(item) {
  if (!item.status) return NO_STATUS;
  const known = Object.hasOwn(STATUS, item.status) ? STATUS[item.status] : { look: "idle", word: cut(item.status, 24), rank: 8 };
  if (item.status === "success" && (item.kind === "seed" || item.kind === "source")) return { ...known, word: "loaded" };
  if (item.status === "error" && isTest(item)) return { ...known, word: "could not run" };
  return known;
}

const isTest = (item) => item.kind === "test" || item.kind === "unit_test";

// Round: good. Square: bad. Triangle: to be looked at. Ring: skipped. Broken ring: not run. Dot: not in the run.
const SHAPES = {
  good: ["M8 0a8 8 0 1 1 0 16A8 8 0 0 1 8 0z", "M4.2 8.3l2.7 2.7 5-5.6"],
  bad: ["M1.5 0h13A1.5 1.5 0 0 1 16 1.5v13a1.5 1.5 0 0 1-1.5 1.5h-13A1.5 1.5 0 0 1 0 14.5v-13A1.5 1.5 0 0 1 1.5 0z", "M4.6 4.6l6.8 6.8M11.4 4.6l-6.8 6.8"],
  odd: ["M8 .6l8 14.4H0z", "M8 5.6v4.6M8 12.2v.9"],
  skip: [null, "M8 1.2a6.8 6.8 0 1 1 0 13.6A6.8 6.8 0 0 1 8 1.2zM3.6 12.4l8.8-8.8"],
  idle: [null, "M8 1.2a6.8 6.8 0 0 1 5.9 3.4M14.8 8a6.8 6.8 0 0 1-3.4 5.9M8 14.8a6.8 6.8 0 0 1-5.9-3.4M1.2 8a6.8 6.8 0 0 1 3.4-5.9"],
  none: ["M8 5.5a2.5 2.5 0 1 1 0 5a2.5 2.5 0 0 1 0-5z", null],
};

function shape(look, size, more) {
  const [area, lines] = SHAPES[look];
  const properties = { class: `shape ${look}`, width: size, height: size, viewBox: "0 0 16 16", "aria-hidden": "true", focusable: "false" };
  return s("svg", { ...properties, ...more }, area && s("path", { class: "area", d: area }), lines && s("path", { class: area ? "lines on-area" : "lines", d: lines }));
}

function badge(item) {
  const { look, word } = statusOf(item);
  return h("span", { class: `badge ${look}` }, shape(look, 16), h("span", {}, word));
}

const LEVELS = {
  error: { look: "bad", word: "error", rank: 0 },
  warning: { look: "odd", word: "warning", rank: 1 },
  note: { look: "idle", word: "note", rank: 2 },
};

const KINDS = {
  unit_test: "unit test",
  semantic_model: "semantic model",
  saved_query: "saved query",
};
const kindOf = (item) => (item.materialized ? item.materialized : KINDS[item.kind] || item.kind);

// The name of a node or test as a button that opens its panel.
function opener(item, ...content) {
  const go = () => { location.hash = `item=${encodeURIComponent(item.id)}`; };
  return h("button", { type: "button", class: "link", onclick: go, "data-item": item.id }, content.length ? content : breakable(item.name));
}

const byId = new Map();
data.nodes.forEach((node, at) => {
  Object.assign(node, { at, children: [], tests: [], findings: [] });
  byId.set(node.id, node);
});
data.nodes.forEach((node) => {
  node.parents = [...new Set(node.parents)].map((at) => data.nodes[at]);
  node.parents.forEach((parent) => parent.children.push(node));
});
data.tests.forEach((test, at) => {
  Object.assign(test, { at, findings: [] });
  test.nodes = test.nodes.map((number) => data.nodes[number]);
  test.nodes.forEach((node) => node.tests.push(test));
  byId.set(test.id, test);
});
(data.findings || []).forEach((finding) => {
  finding.nodes = finding.nodes.map((at) => data.nodes[at]);
  finding.tests = finding.tests.map((at) => data.tests[at]);
  finding.nodes.concat(finding.tests).forEach((item) => item.findings.push(finding));
});

function walk(start, next) {
  const found = new Set();
  const queue = [...next(start)];
  while (queue.length) {
    const node = queue.pop();
    if (found.has(node)) continue;
    found.add(node);
    queue.push(...next(node));
  }
  return found;
}
const above = (node) => walk(node, (at) => at.parents);
const below = (node) => walk(node, (at) => at.children);
