// The panel of one node or test: what became of it, its findings, tests, timings and SQL. Its address is `#item=<id>`.

const panel = h("aside", { class: "panel", role: "dialog", "aria-labelledby": "panel-title", hidden: true });
let shownItem = null;
let openedFrom = null;

const WORDS =
  /(--[^\n]*|\/\*[\s\S]*?\*\/|\{#[\s\S]*?#\})|('(?:[^']|'')*')|(\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\})|\b(select|from|where|with|as|join|left|right|full|inner|outer|cross|on|using|group|by|order|having|union|all|distinct|case|when|then|else|end|and|or|not|in|is|null|like|between|limit|cast|over|partition|exists|insert|into|create|table|values|interval|true|false|asc|desc|unnest|lateral|except|intersect|filter)\b/gi;

function sql(text) {
  const parts = [];
  let last = 0;
  for (const found of text.matchAll(WORDS)) {
    const look = ["comment", "string", "jinja", "word"][found.slice(1).findIndex((group) => group !== undefined)];
    parts.push(text.slice(last, found.index), h("span", { class: look }, found[0]));
    last = found.index + found[0].length;
  }
  parts.push(text.slice(last));
  return h("pre", { class: "code sql", tabindex: "0", role: "group", "aria-label": "SQL" }, h("code", {}, parts));
}

// Tabs as WAI-ARIA has them: arrows go from one to the next.
function tabs(name, all) {
  const given = all.filter((each) => each.text);
  if (given.length < 2) return given.map((each) => [h("h3", {}, each.label), sql(each.text)]);
  const buttons = given.map((each, at) =>
    h("button", { type: "button", role: "tab", id: `${name}-${at}`, "aria-controls": `${name}-shown`, onclick: () => choose(at) }, each.label));
  const body = h("div", { role: "tabpanel", id: `${name}-shown` });
  function choose(at) {
    buttons.forEach((button, number) => {
      button.setAttribute("aria-selected", String(number === at));
      button.tabIndex = number === at ? 0 : -1;
    });
    body.setAttribute("aria-labelledby", `${name}-${at}`);
    body.replaceChildren(sql(given[at].text));
  }
  choose(0);
  const list = h("div", { role: "tablist", class: "tabs", onkeydown: (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step) return;
    const next = (buttons.indexOf(document.activeElement) + step + buttons.length) % buttons.length;
    choose(next);
    buttons[next].focus();
    event.preventDefault();
  } }, buttons);
  return [h("h3", {}, "SQL"), list, body];
}

const facts = (pairs) => {
  const given = pairs.filter(([, value]) => value !== null && value !== undefined && value !== "" && value !== false);
  return h("dl", { class: "facts" }, given.map(([term, value]) => h("div", {}, h("dt", {}, term), h("dd", {}, value))));
};

function statements(item) {
  if (!item.queries || !item.queries.length) return null;
  const row = (query) => h("tr", {}, h("td", {}, h("code", {}, query.query_id)), h("td", { class: "number" }, seconds((query.queued_ms || 0) / 1000)), h("td", { class: "number" }, seconds((query.ran_ms || 0) / 1000)), h("td", { class: "number" }, bytes(query.data_scanned_in_bytes)), h("td", { class: "number" }, dollars(query.cost)));
  const head = ["Statement", "Waited", "Ran", "Read", "Cost"].map((label, at) => h("th", { scope: "col", class: at ? "number" : null }, label));
  return [h("h3", {}, "Statements"), h("div", { class: "scrolls", tabindex: "0", role: "group", "aria-label": "Statements" }, h("table", { class: "plain" }, h("thead", {}, h("tr", {}, head)), h("tbody", {}, item.queries.map(row))))];
}

const openers = (title, items) => items.length > 0 && [h("h3", {}, `${title} (${items.length})`), h("ul", { class: "items" }, items.slice(0, 100).map((item) => h("li", {}, badge(item), " ", opener(item)))), items.length > 100 && h("p", { class: "quiet" }, `${integer.format(items.length - 100)} more`)];

const own = (item) =>
  facts([
    ["Kind", kindOf(item)],
    ["Why it is here", item.reason && prose(item.reason)],
    ["Outcome", item.message && item.status !== "pass" && prose(item.message)],
    ["Rows", item.rows !== null && item.rows !== undefined && integer.format(item.rows)],
    ["Rows that break it", isTest(item) && item.failures ? integer.format(item.failures) : null],
    ["Took", item.seconds > 0 && seconds(item.seconds)],
    ["Began after", item.lane !== null && item.lane !== undefined && item.start >= 0 && seconds(item.start)],
    ["Read", bytes(item.bytes)],
    ["Cost", dollars(item.cost)],
    ["Table", item.relation && h("code", {}, breakable(item.relation.replaceAll('"', "")))],
    ["File", item.path && h("code", {}, breakable(item.path))],
    ["Described in", item.patch && item.patch !== item.path && h("code", {}, breakable(item.patch))],
    ["Owner", item.owner],
    ["Tags", Array.isArray(item.tags) && item.tags.join(", ")],
  ]);

const found = (item) => item.findings.length > 0 && [h("h3", {}, `Findings (${item.findings.length})`), h("ul", { class: "findings" }, item.findings.map((finding) => findingCard(finding, "panel")))];

function nodePanel(node) {
  const tests = [...node.tests].sort(worstFirst);
  const testItem = (test) => h("li", {}, badge(test), " ", opener(test, test.test ? [test.test, test.column && [" on ", h("code", {}, test.column)]] : breakable(test.name)), test.message && test.status !== "pass" && h("span", { class: "quiet" }, " ", prose(test.message)));
  const columns = node.columns.length > 0 && [h("h3", {}, `Columns that are described (${node.columns.length})`), h("dl", { class: "columns" }, node.columns.map((column) => h("div", {}, h("dt", {}, h("code", {}, column.name), column.type && h("span", { class: "quiet" }, ` ${column.type}`)), h("dd", {}, column.description))))];
  return [
    node.description && h("p", { class: "description" }, node.description),
    found(node),
    own(node),
    tests.length > 0 && [h("h3", {}, `Tests (${tests.length})`), h("ul", { class: "items" }, tests.map(testItem))],
    tabs("sql", [{ label: "As it is written", text: node.source }, { label: "As it is compiled", text: node.compiled }]),
    node.left_out && h("p", { class: "quiet" }, "Its SQL is left out: the page would be too large. It is in its file."),
    statements(node),
    openers("Reads", node.parents),
    openers("Is read by", node.children),
    columns,
  ];
}

const testPanel = (test) => [found(test), own(test), openers("Tests", test.nodes), tabs("sql", [{ label: "As it is written", text: test.source }, { label: "As it is compiled", text: test.compiled }]), statements(test)];

function showPanel(item) {
  const close = h("button", { type: "button", class: "button close", onclick: () => closePanel() }, "Close");
  const title = h("h2", { id: "panel-title", tabindex: "-1" }, breakable(item.name));
  panel.replaceChildren(h("div", { class: "panel-head" }, badge(item), close), title, ...[isTest(item) ? testPanel(item) : nodePanel(item)].flat(5).filter(Boolean));
  if (panel.hidden) openedFrom = document.activeElement;
  panel.hidden = false;
  panel.scrollTop = 0;
  shownItem = item;
  title.focus({ preventScroll: true });
  document.dispatchEvent(new CustomEvent("shown", { detail: item }));
}

function hidePanel() {
  if (panel.hidden) return;
  panel.hidden = true;
  const last = shownItem;
  shownItem = null;
  document.dispatchEvent(new CustomEvent("shown", { detail: null }));
  const isThere = openedFrom && openedFrom.isConnected && openedFrom !== document.body;
  const again = isThere ? openedFrom : last && document.querySelector(`[data-item="${CSS.escape(last.id)}"]`);
  if (again) again.focus({ preventScroll: true });
}

// The address without the panel's part; the page does not jump.
function closePanel() {
  history.replaceState(null, "", location.pathname + location.search);
  hidePanel();
}

function follow() {
  let id = null;
  try {
    id = location.hash.startsWith("#item=") ? decodeURIComponent(location.hash.slice(6)) : null;
  } catch {
    // The address was cut off.
  }
  const item = id === null ? undefined : byId.get(id);
  if (item) showPanel(item);
  else hidePanel();
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !panel.hidden) {
    event.preventDefault();
    closePanel();
  }
});
window.addEventListener("hashchange", follow);
