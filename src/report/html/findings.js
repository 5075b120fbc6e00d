// Findings: what is wrong, the lines that it is on, and the way out.

const FIRST_FINDINGS = 30;

// The lines with their numbers; what is meant is marked.
function excerpt(finding) {
  if (!finding.excerpt) return null;
  const all = finding.excerpt.lines.map((line, at) => [finding.excerpt.line + at, line]);
  const worth = all.filter(([number, line]) => line.trim() || (number >= finding.line && number <= finding.end_line)).map(([number]) => number);
  const lines = all.filter(([number]) => number >= worth[0] && number <= worth[worth.length - 1]).map(([number, line]) => {
    const letters = Array.from(line);
    const isMeant = number >= finding.line && number <= finding.end_line;
    const from = number === finding.line ? finding.column - 1 : letters.length - line.trimStart().length;
    const to = number === finding.end_line ? finding.end_column - 1 : letters.length;
    const part = (start, end) => letters.slice(start, end).join("");
    const text = isMeant && to > from ? [part(0, from), h("mark", {}, part(from, to)), part(to)] : line;
    return h("span", { class: isMeant ? "line meant" : "line" }, h("span", { class: "at", "aria-hidden": "true" }, number), h("span", {}, text), "\n");
  });
  return h("pre", { class: "code", tabindex: "0", role: "group", "aria-label": `Lines of ${finding.path}` }, h("code", {}, lines));
}

// What a unit test expects, beside what its model gives.
function difference(diff) {
  const NAMES = { same: "as expected", missing: "missing", extra: "not expected", changed: "differs" };
  const SIGNS = { same: "", missing: "−", extra: "+", changed: "~" };
  const shown = (value) => (value === null ? h("span", { class: "null" }, "null") : value);
  const cell = (row, at) => {
    if (row.is === "extra") return h("ins", {}, shown(row.actual[at]));
    if (row.is === "missing") return h("del", {}, shown(row.expected[at]));
    if (row.is === "same" || row.expected[at] === row.actual[at]) return shown(row.actual[at]);
    return [h("del", {}, shown(row.expected[at])), " → ", h("ins", {}, shown(row.actual[at]))];
  };
  const differing = diff.rows.filter((row) => row.is !== "same");
  const rows = (differing.length ? differing : diff.rows).slice(0, 50);
  const head = h("tr", {}, h("th", { scope: "col" }, "Row"), diff.columns.map((column) => h("th", { scope: "col" }, column)));
  const body = rows.map((row) => h("tr", {}, h("td", {}, `${SIGNS[row.is]} ${NAMES[row.is]}`), diff.columns.map((_, at) => h("td", {}, cell(row, at)))));
  return h("div", { class: "scrolls", tabindex: "0", role: "group", "aria-label": "What was expected, beside what came" },
    h("p", { class: "quiet" }, "expected → actual"), h("table", { class: "plain" }, h("thead", {}, head), h("tbody", {}, body)),
    diff.rows.length > rows.length && h("p", { class: "quiet" }, `${count(diff.rows.length - rows.length, "row", "rows")} more`));
}

// A sentence, and below it lines to be copied as they are.
function help(text) {
  const [sentence, ...lines] = text.split("\n");
  return h("div", { class: "help" }, h("p", {}, h("strong", {}, "To fix it: "), prose(sentence)), lines.length > 0 && h("pre", { class: "code paste", tabindex: "0" }, lines.join("\n")));
}

function findingCard(finding, where) {
  const level = LEVELS[finding.level] || LEVELS.note;
  const place = finding.line ? `${finding.path}:${finding.line}` : finding.path;
  const items = where === "panel" ? [] : [...finding.tests, ...finding.nodes].slice(0, 4);
  const related = (finding.related || []).filter((each) => each.message);
  return h("li", { class: `finding ${level.look}`, "data-level": finding.level },
    h("h3", {}, h("span", { class: `badge ${level.look}` }, shape(level.look, 16), h("span", {}, level.word)), " ", prose(finding.message)),
    h("p", { class: "place" }, breakable(place), h("span", { class: "rule" }, finding.rule)),
    excerpt(finding),
    finding.diff && difference(finding.diff),
    finding.help && help(finding.help),
    finding.fix && h("p", {}, finding.fix.safe ? ["cadet can fix this: ", h("code", {}, "cadet check --fix")] : ["cadet can fix this, but look at the outcome: ", h("code", {}, "cadet check --fix --unsafe-fixes")]),
    related.map((each) => h("p", { class: "quiet" }, prose(each.message), ` (${each.path}${each.line ? `:${each.line}` : ""})`)),
    items.length > 0 && h("p", { class: "about" }, "See ", items.flatMap((item, at) => [at ? ", " : "", opener(item)])));
}

function findingList() {
  const all = data.findings || [];
  const list = h("ul", { class: "findings" });
  const levels = Object.keys(LEVELS).filter((level) => all.some((finding) => finding.level === level));
  const more = h("button", { type: "button", class: "button", onclick: () => show(null, all.length) });
  let wanted = null;
  function show(level, most) {
    wanted = level === undefined ? wanted : level || wanted;
    const found = wanted && wanted !== "all" ? all.filter((finding) => finding.level === wanted) : all;
    list.replaceChildren(...found.slice(0, most).map((finding) => findingCard(finding)));
    more.hidden = found.length <= most;
    more.textContent = `Show all ${integer.format(found.length)}`;
  }
  const options = [h("option", { value: "all" }, `all (${all.length})`), levels.map((level) => h("option", { value: level }, `${LEVELS[level].word}s (${all.filter((finding) => finding.level === level).length})`))];
  show("all", FIRST_FINDINGS);
  if (!all.length) return h("p", {}, data.findings ? "Nothing was found that is to be fixed or looked at." : "This run left no findings.");
  return h("div", {}, levels.length > 1 && h("div", { class: "fields" }, h("label", { class: "field" }, "Level", h("select", { onchange: (event) => show(event.target.value, FIRST_FINDINGS) }, options))), list, more);
}
