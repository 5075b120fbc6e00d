// Tables that sort and filter. On a narrow screen each row becomes a card.

const FIRST_ROWS = 100;

// `columns`: label, cell(row), sort(row), and whether it is a number. `filters`: label, and options of label and test.
function table({ name, columns, rows, filters, words, unit }) {
  const state = { column: null, down: false, text: "", chosen: filters.map((filter) => filter.start || 0), all: false };
  const body = h("tbody", { role: "rowgroup" });
  const told = h("p", { class: "quiet", role: "status" });
  const more = h("button", { type: "button", class: "button", onclick: () => { state.all = true; show(); } });

  function wanted() {
    const text = state.text.trim().toLowerCase();
    const tests = filters.map((filter, at) => filter.options[state.chosen[at]].test).filter(Boolean);
    const found = rows.filter((row) => (!text || words(row).toLowerCase().includes(text)) && tests.every((test) => test(row)));
    if (!state.column) return found;
    const value = state.column.sort;
    const order = (a, b) => (typeof a === "string" ? a.localeCompare(b, "en", { numeric: true }) : a - b);
    const missing = (row) => value(row) === null || value(row) === undefined || value(row) === "";
    return found.sort((a, b) => missing(a) - missing(b) || (missing(a) ? 0 : (state.down ? -1 : 1) * order(value(a), value(b))));
  }

  function show() {
    const found = wanted();
    const shown = state.all ? found : found.slice(0, FIRST_ROWS);
    body.replaceChildren(
      ...shown.map((row) =>
        h("tr", { role: "row" }, columns.map((column) =>
          h("td", { role: "cell", class: column.number ? "number" : column.class, "data-label": column.label }, column.cell(row))))),
    );
    told.textContent = found.length === rows.length ? count(rows.length, ...unit) : `${integer.format(found.length)} of ${count(rows.length, ...unit)}`;
    more.hidden = shown.length === found.length;
    more.textContent = `Show all ${integer.format(found.length)}`;
  }

  const heads = columns.map((column) => {
    const sort = () => {
      state.down = state.column === column ? !state.down : Boolean(column.number);
      state.column = column;
      heads.forEach((head) => head.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", state.down ? "descending" : "ascending");
      show();
    };
    const head = h("th", { role: "columnheader", scope: "col", class: column.number ? "number" : column.class }, h("button", { type: "button", class: "sort", onclick: sort }, column.label));
    return head;
  });
  const search = h("label", { class: "field" }, "Filter by name", h("input", { type: "search", autocomplete: "off", spellcheck: "false", oninput: (event) => { state.text = event.target.value; show(); } }));
  const selects = filters.map((filter, at) => {
    const options = filter.options.map((option, number) => h("option", { value: number, selected: number === state.chosen[at] }, option.label));
    return h("label", { class: "field" }, filter.label, h("select", { onchange: (event) => { state.chosen[at] = Number(event.target.value); show(); } }, options));
  });
  show();
  return h("div", {}, h("div", { class: "fields" }, search, selects, told),
    h("table", { role: "table", "aria-label": name }, h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, heads)), body), more);
}

// One option for each status that occurs, with how often.
function statuses(items) {
  const words = new Map();
  items.filter((item) => item.status).forEach((item) => {
    const { word, rank } = statusOf(item);
    words.set(word, { rank, count: (words.get(word)?.count || 0) + 1 });
  });
  const sorted = [...words].sort((a, b) => a[1].rank - b[1].rank);
  const options = sorted.map(([word, found]) => ({ label: `${word} (${integer.format(found.count)})`, test: (row) => statusOf(row).word === word }));
  return { label: "Status", options: [{ label: "any" }, ...options] };
}

const worstFirst = (a, b) => statusOf(a).rank - statusOf(b).rank || (a.start ?? 1e9) - (b.start ?? 1e9);
const has = (items, key) => items.some((item) => item[key] !== null && item[key] !== undefined);

// What the run cost, where the engine says so.
function costs(items) {
  return [
    has(items, "bytes") && { label: "Read", number: true, cell: (row) => bytes(row.bytes), sort: (row) => row.bytes },
    has(items, "cost") && { label: "Cost", number: true, cell: (row) => dollars(row.cost), sort: (row) => row.cost },
  ].filter(Boolean);
}

function why(item) {
  if (!item.reason) return "";
  return item.why === "changed" ? [h("strong", { class: "tag" }, item.reason === "new" ? "new" : "changed"), item.reason === "new" || item.reason === "changed" ? "" : ` ${item.reason}`] : item.reason;
}

function nodeTable() {
  const rows = [...data.nodes].sort(worstFirst);
  const inRun = rows.filter((node) => node.status);
  const which = {
    label: "Which",
    options: [
      { label: `all of the project (${integer.format(rows.length)})` },
      { label: `in this run (${integer.format(inRun.length)})`, test: (node) => node.status },
      { label: `changed (${integer.format(rows.filter((node) => node.why === "changed").length)})`, test: (node) => node.why === "changed" },
    ].filter((option, at) => at !== 2 || data.base),
    start: inRun.length ? 1 : 0,
  };
  const columns = [
    { label: "Status", cell: (row) => badge(row), sort: (row) => statusOf(row).rank },
    { label: "Name", class: "wide", cell: (row) => [opener(row), h("span", { class: "below" }, row.status && row.status !== "success" ? prose(row.message) : kindOf(row))], sort: (row) => row.name },
    has(rows, "reason") && { label: "Why", class: "why", cell: why, sort: (row) => row.reason },
    { label: "Rows", number: true, cell: (row) => (row.rows === null || row.rows === undefined ? "" : integer.format(row.rows)), sort: (row) => row.rows },
    { label: "Time", number: true, cell: (row) => seconds(row.seconds), sort: (row) => row.seconds },
    ...costs(rows),
  ].filter(Boolean);
  return table({ name: "Tables", columns, rows, filters: [which, statuses(rows)], words: (row) => `${row.name} ${row.path}`, unit: ["node", "nodes"] });
}

// A generic test by what it asks and of which column; its long name is below.
function testName(test) {
  const about = test.nodes.map((node) => node.name).join(", ");
  const asked = test.test ? [test.test, test.column && [" on ", h("code", {}, test.column)]] : [breakable(test.name)];
  return [opener(test, ...asked.flat()), h("span", { class: "below" }, breakable(about))];
}

function testTable() {
  const rows = data.tests.filter((test) => test.status).sort(worstFirst);
  const kinds = ["test", "unit_test"].filter((kind) => rows.some((row) => row.kind === kind));
  const kind = {
    label: "Kind",
    options: [{ label: "any" }, ...kinds.map((each) => ({ label: each === "test" ? "data tests" : "unit tests", test: (row) => row.kind === each }))],
  };
  const columns = [
    { label: "Status", cell: (row) => badge(row), sort: (row) => statusOf(row).rank },
    { label: "Test", class: "wide", cell: testName, sort: (row) => row.test || row.name },
    { label: "Outcome", class: "why", cell: (row) => prose(row.message || ""), sort: (row) => row.failures },
    { label: "Time", number: true, cell: (row) => seconds(row.seconds), sort: (row) => row.seconds },
    ...costs(rows),
  ];
  const words = (row) => `${row.name} ${row.nodes.map((node) => node.name).join(" ")}`;
  return table({ name: "Tests", columns, rows, filters: [statuses(rows), ...(kinds.length > 1 ? [kind] : [])], words, unit: ["test", "tests"] });
}
