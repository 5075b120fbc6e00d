// The page as a whole: the verdict first, then what is to be fixed, then all the rest.

const moment = (text) => {
  const time = new Date(text);
  return Number.isNaN(time.getTime()) ? text : `${time.toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" })}, ${time.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: "UTC" })} UTC`;
};

function themeSwitch() {
  const root = document.documentElement;
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches);
  const button = h("button", { type: "button", class: "button small", onclick: () => { root.dataset.theme = isDark() ? "light" : "dark"; say(); } });
  const say = () => { button.textContent = isDark() ? "Light page" : "Dark page"; };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", say);
  say();
  return button;
}

function lead() {
  const { verdict } = data;
  const look = !verdict.is_run ? "idle" : verdict.ok ? (verdict.title.includes("warning") ? "odd" : "good") : "bad";
  const compared = data.base ? [h("code", {}, data.head), " compared with ", h("code", {}, data.base), data.changed_files === null ? "" : `, ${count(data.changed_files, "changed file", "changed files")}`] : [];
  const when = [data.command && ["Run of ", h("code", {}, data.command)], moment(data.started_at || data.generated_at), data.elapsed ? `took ${seconds(data.elapsed)}` : ""].filter(Boolean);
  const spent = (key) => [...data.nodes, ...data.tests].reduce((sum, item) => sum + (item[key] || 0), 0);
  const cost = spent("bytes") > 0 ? ` Athena read ${bytes(spent("bytes"))} for ${dollars(spent("cost"))}.` : "";
  return h("section", { class: `lead ${look}` },
    h("h1", {}, shape(look, 40), h("span", {}, verdict.title)),
    compared.length > 0 && h("p", { class: "compared" }, compared, "."),
    h("p", { class: "quiet" }, when.flatMap((each, at) => [at ? " · " : "", each]), ".", cost),
    data.notes.map((note) => h("p", { class: "note" }, note)),
    numbers(verdict));
}

// What is counted, each with the way to it.
function numbers(verdict) {
  const all = [
    ["errors", "error", "errors", "findings", "bad"],
    ["warnings", "warning", "warnings", "findings", "odd"],
    ["notes", "note", "notes", "findings", "idle"],
    ["built", "built", "built", "tables", "good"],
    ["failed", "failed", "failed", "tables", "bad"],
    ["skipped", "skipped", "skipped", "tables", "skip"],
    ["not_run", "not run here", "not run here", "tables", "idle"],
    ["passed_tests", "test passed", "tests passed", "tests", "good"],
    ["warned_tests", "test warned", "tests warned", "tests", "odd"],
    ["failed_tests", "test failed", "tests failed", "tests", "bad"],
    ["skipped_tests", "test skipped", "tests skipped", "tests", "skip"],
  ];
  const shown = all.filter(([key]) => verdict[key] > 0);
  return h("ul", { class: "numbers" }, shown.map(([key, one, many, way, look]) =>
    h("li", {}, h("a", { href: `#${way}` }, h("span", { class: "figure" }, integer.format(verdict[key])), h("span", { class: `badge ${look}` }, shape(look, 14), h("span", {}, verdict[key] === 1 ? one : many))))));
}

function changes() {
  const changed = data.nodes.filter((node) => node.why === "changed").sort(worstFirst);
  const tests = data.tests.filter((test) => test.why === "changed");
  const reached = new Set(changed.flatMap((node) => [...below(node)]));
  const others = [...reached].filter((node) => !changed.includes(node));
  const built = others.filter((node) => node.status);
  const notBuilt = others.filter((node) => !node.status && node.materialized !== "ephemeral");
  const most = 40;
  return h("div", {},
    changed.length ? h("ul", { class: "items" }, changed.slice(0, most).map((node) => h("li", {}, badge(node), " ", opener(node), h("span", { class: "quiet" }, ` ${node.reason}`)))) : h("p", {}, "No model, seed or snapshot differs from the base."),
    changed.length > most && h("p", { class: "quiet" }, `${integer.format(changed.length - most)} more: choose “changed” under Tables.`),
    tests.length > 0 && h("p", {}, `${count(tests.length, "test is", "tests are")} new or changed.`),
    built.length > 0 && h("p", {}, `${count(built.length, "node reads", "nodes read")} what changed and ${built.length === 1 ? "is" : "are"} in this run too.`),
    data.removed && data.removed.length > 0 && h("p", {}, "Removed: ", data.removed.slice(0, most).flatMap((name, at) => [at ? ", " : "", h("code", {}, name)]), ". Tables that were built from these stay."),
    notBuilt.length > 0 && [h("h3", {}, `Reads what changed, and is not in this run (${integer.format(notBuilt.length)})`), h("ul", { class: "items" }, notBuilt.slice(0, most).map((node) => h("li", {}, opener(node), h("span", { class: "quiet" }, ` ${kindOf(node)}${node.owner ? `, owned by ${node.owner}` : ""}`))))]);
}

function section(id, title, content) {
  return h("section", { id, "aria-labelledby": `${id}-title` }, h("h2", { id: `${id}-title`, tabindex: "-1" }, title), content);
}

function page() {
  const ran = data.tests.filter((test) => test.status);
  const parts = [
    ["findings", "Findings", () => findingList(), (data.findings || []).length],
    data.base && ["changes", "What changed, and why", () => changes(), null],
    ["graph", "Graph", () => graph(), null],
    ["tables", "Tables", () => nodeTable(), null],
    ran.length && ["tests", "Tests", () => testTable(), ran.length],
    ["timings", "Timings", () => timings(), null],
  ].filter(Boolean);
  const links = parts.map(([id, title, , number]) => h("li", {}, h("a", { href: `#${id}` }, id === "changes" ? "What changed" : title, number ? h("span", { class: "of" }, number) : "")));
  document.title = seen(`${data.verdict.title} · ${data.project || "cadet"}`);
  const head = h("header", { class: "top" }, h("div", { class: "inner" }, h("span", { class: "brand" }, "cadet"), h("span", { class: "project" }, data.project || ""), themeSwitch()));
  const nav = h("nav", { class: "sections", "aria-label": "Parts of the page" }, h("ul", {}, links));
  const foot = h("footer", { class: "quiet" }, data.artefacts ? ["Artefacts of this run: ", h("code", {}, data.artefacts), ". "] : "", "This page holds all that it shows, and asks no server for anything.");
  const main = h("main", { id: "main", tabindex: "-1" }, lead(), nav, parts.map(([id, title, content]) => section(id, title, content())), foot);
  document.body.append(h("a", { class: "skip-to", href: "#main" }, "Skip to the report"), head, main, panel);
  follow();
}

page();
