// The graph as it was laid out: drawn, moved, and gone through by keyboard.

const LONGEST_NAME = 22;
const SMALLEST = 0.05;

// What stands above a node's name: its database, or what kind of thing it is.
function heading(node) {
  const [database, rest] = node.name.split(/__(.*)/s);
  if (node.kind === "source") return [`source ${node.name.split(".")[0]}`, node.name.split(".").slice(1).join(".")];
  return rest && node.kind === "model" ? [database, rest] : [kindOf(node), node.name];
}

function boxOf(node, x, y, [width, height]) {
  const { look, word } = statusOf(node);
  const [above, name] = heading(node);
  const changed = node.why === "changed" ? (node.reason === "new" ? "new" : "changed") : "";
  const findings = node.findings.length ? `, ${count(node.findings.length, "finding", "findings")}` : "";
  const label = `${node.name}, ${kindOf(node)}, ${word}${changed && `, ${changed}`}${findings}`;
  const icon = shape(look, 16, { x: 12, y: (height - 16) / 2 });
  return s("g", { class: `node ${look} ${node.kind} ${changed && "changed"}`, transform: `translate(${x} ${y})`, role: "button", tabindex: "-1", "aria-label": label, "data-item": node.id },
    s("title", {}, label),
    s("rect", { width, height, rx: node.kind === "source" ? height / 2 : 3 }),
    icon,
    s("text", { x: 38, y: 19, class: "above" }, cut(above, changed ? 16 : 25)),
    s("text", { x: 38, y: 37, class: "name" }, cut(name, LONGEST_NAME)),
    changed && s("text", { x: width - 10, y: 19, class: "mark", "text-anchor": "end" }, changed));
}

// Bends between layers, and is straight where it passes one.
function wayOf(points) {
  const parts = [`M${points[0]} ${points[1]}`];
  for (let at = 2; at < points.length; at += 2) {
    const [x0, y0, x, y] = points.slice(at - 2, at + 2);
    const bends = (at / 2) % 2 === 1;
    const middle = (x0 + x) / 2;
    parts.push(bends ? `C${middle} ${y0} ${middle} ${y} ${x} ${y}` : `H${x}`);
  }
  return parts.join("");
}

function graph() {
  const { cut: part, whole, count: all, wanted } = data.graph;
  if (!all) return h("p", {}, "The project holds no nodes.");
  const edges = s("g", { class: "edges", "aria-hidden": "true" });
  const nodes = s("g", { class: "nodes" });
  const help = h("p", { class: "quiet", id: "graph-help" }, "Drag to move it; pinch, or hold Ctrl and turn the wheel, to zoom. By keyboard: arrows go from node to node, Enter opens one, Esc closes it, + and − zoom, 0 shows all.");
  const svg = s("svg", { class: "graph", role: "group", "aria-label": "Graph of the project, from what is read on the left to what reads it on the right", "aria-describedby": "graph-help" }, edges, nodes);
  const told = h("p", { class: "quiet", role: "status" });
  const view = { x: 0, y: 0, scale: 1 };
  let drawing = null;
  let boxes = new Map();
  let lines = [];
  let current = null;

  function look() {
    const { clientWidth: width, clientHeight: height } = svg;
    svg.setAttribute("viewBox", `${view.x} ${view.y} ${Math.max(width, 1) / view.scale} ${Math.max(height, 1) / view.scale}`);
  }
  function fit(least) {
    const { clientWidth: width, clientHeight: height } = svg;
    const room = 24;
    view.scale = Math.max(least, Math.min(1, width / (drawing.width + 2 * room), height / (drawing.height + 2 * room)));
    view.x = (drawing.width - width / view.scale) / 2;
    view.y = (drawing.height - height / view.scale) / 2;
    look();
  }
  function zoom(times, x = svg.clientWidth / 2, y = svg.clientHeight / 2) {
    const scale = Math.min(2.5, Math.max(SMALLEST, view.scale * times));
    view.x += x / view.scale - x / scale;
    view.y += y / view.scale - y / scale;
    view.scale = scale;
    look();
  }
  // The width that the panel leaves free.
  function room() {
    const width = svg.clientWidth;
    if (panel.hidden || innerWidth < 900) return width;
    return Math.max(width / 4, Math.min(width, panel.getBoundingClientRect().left - svg.getBoundingClientRect().left));
  }
  function centre(node) {
    const { x, y } = boxes.get(node);
    view.x = x + drawing.node[0] / 2 - room() / view.scale / 2;
    view.y = y + drawing.node[1] / 2 - svg.clientHeight / view.scale / 2;
    look();
  }
  function bringIn(node) {
    const { x, y } = boxes.get(node);
    const [width, height] = [room() / view.scale, svg.clientHeight / view.scale];
    const isIn = x >= view.x && y >= view.y && x + drawing.node[0] <= view.x + width && y + drawing.node[1] <= view.y + height;
    if (!isIn) centre(node);
  }

  // What the node is made of and what is made of it stays bright.
  function highlight(node) {
    svg.classList.toggle("traced", Boolean(node));
    const near = node ? new Set([node, ...above(node), ...below(node)]) : new Set();
    boxes.forEach(({ box }, each) => {
      box.classList.toggle("on", near.has(each));
      box.classList.toggle("open", each === node);
    });
    lines.forEach(({ line, from, to }) => {
      const isOn = near.has(from) && near.has(to);
      line.classList.toggle("on", isOn);
      if (isOn) edges.append(line);
    });
  }
  function focusOn(node, andFocus) {
    if (!node) return;
    if (current && boxes.has(current)) boxes.get(current).box.setAttribute("tabindex", "-1");
    current = node;
    const { box } = boxes.get(node);
    box.setAttribute("tabindex", "0");
    if (andFocus) {
      box.focus({ preventScroll: true });
      bringIn(node);
    }
  }
  // The nearest in a direction: along edges to the sides, within a layer up and down.
  function next(key) {
    const at = boxes.get(current);
    const drawn = (node) => boxes.has(node);
    const nearest = (found) => found.filter(drawn).sort((a, b) => Math.abs(boxes.get(a).y - at.y) - Math.abs(boxes.get(b).y - at.y))[0];
    const layer = () => [...boxes].filter(([, box]) => box.x === at.x).sort((a, b) => a[1].y - b[1].y).map(([node]) => node);
    const step = (by) => { const row = layer(); return row[row.indexOf(current) + by]; };
    const order = [...boxes.keys()];
    return { ArrowLeft: () => nearest(current.parents), ArrowRight: () => nearest(current.children), ArrowUp: () => step(-1), ArrowDown: () => step(1), Home: () => order[0], End: () => order[order.length - 1] }[key]?.();
  }

  function draw(chosen, isCut) {
    drawing = chosen;
    boxes = new Map();
    nodes.replaceChildren(...chosen.nodes.map(([at, x, y]) => {
      const node = data.nodes[at];
      const box = boxOf(node, x, y, chosen.node);
      boxes.set(node, { box, x, y });
      return box;
    }));
    lines = chosen.edges.map(([from, to, ...points]) => ({ line: s("path", { d: wayOf(points) }), from: data.nodes[from], to: data.nodes[to] }));
    edges.replaceChildren(...lines.map(({ line }) => line));
    const all = chosen.nodes.map(([at]) => data.nodes[at]);
    const first = all.find((node) => statusOf(node).look === "bad") || all.find((node) => node.why === "changed") || all[0];
    svg.classList.toggle("many", chosen.nodes.length > 300);
    const least = innerWidth < 700 ? 0.72 : 0.55;
    const scale = Math.max(least, Math.min(1, svg.clientWidth / (chosen.width + 48)));
    svg.style.height = `${Math.round(Math.min(innerHeight * 0.8, Math.max(200, (chosen.height + 48) * scale)))}px`;
    focusOn(first);
    fit(least);
    if (view.scale === least) centre(first);
    highlight(shownItem && boxes.has(shownItem) ? shownItem : null);
    told.textContent = isCut ? `${count(chosen.nodes.length, "node", "nodes")} of ${integer.format(data.graph.count)}: what changed, failed or has findings, with its neighbours${wanted > chosen.nodes.length ? `. ${integer.format(wanted - chosen.nodes.length)} more of these are left out` : ""}.` : count(chosen.nodes.length, "node", "nodes");
  }

  const press = (label, act, name) => h("button", { type: "button", class: "button small", onclick: act, "aria-label": name }, label);
  const other = whole && part ? press(`Show all ${integer.format(all)} nodes`, () => {
    const isWhole = drawing === whole;
    draw(isWhole ? part : whole, isWhole);
    other.textContent = isWhole ? `Show all ${integer.format(all)} nodes` : "Show what changed or failed";
  }) : null;
  const later = whole && !part ? press(`Draw all ${integer.format(all)} nodes`, () => {
    svg.removeAttribute("hidden");
    draw(whole, false);
    later.hidden = true;
  }) : null;
  const tools = h("div", { class: "tools" }, press("+", () => zoom(1.25), "Zoom in"), press("−", () => zoom(0.8), "Zoom out"), press("Fit", () => fit(SMALLEST), "Show all of the graph"), other, later);

  svg.addEventListener("click", (event) => {
    const box = event.target.closest("[data-item]");
    if (!box || moved > 4) return;
    focusOn(byId.get(box.dataset.item), true);
    location.hash = `item=${encodeURIComponent(box.dataset.item)}`;
  });
  svg.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !current) return;
    const acts = { Enter: () => { location.hash = `item=${encodeURIComponent(current.id)}`; }, "+": () => zoom(1.25), "=": () => zoom(1.25), "-": () => zoom(0.8), 0: () => fit(SMALLEST) };
    acts[" "] = acts.Enter;
    const to = next(event.key);
    if (to) focusOn(to, true);
    else if (Object.hasOwn(acts, event.key)) acts[event.key]();
    else if (!event.key.startsWith("Arrow")) return;
    event.preventDefault();
  });
  svg.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const place = svg.getBoundingClientRect();
    zoom(Math.exp(-event.deltaY / 300), event.clientX - place.left, event.clientY - place.top);
  }, { passive: false });

  // One finger or the mouse moves, two fingers zoom.
  const held = new Map();
  let moved = 0;
  svg.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    if (!held.size) moved = 0;
    held.set(event.pointerId, [event.clientX, event.clientY]);
  });
  svg.addEventListener("pointermove", (event) => {
    const before = held.get(event.pointerId);
    if (!before) return;
    const now = [event.clientX, event.clientY];
    const others = [...held].filter(([id]) => id !== event.pointerId).map(([, place]) => place);
    moved += Math.abs(now[0] - before[0]) + Math.abs(now[1] - before[1]);
    // Only what is moved is held, so that a click still reaches the node that it is on.
    if (moved > 4 && !svg.hasPointerCapture(event.pointerId)) svg.setPointerCapture(event.pointerId);
    if (others.length) {
      const away = (place) => Math.hypot(place[0] - others[0][0], place[1] - others[0][1]);
      const place = svg.getBoundingClientRect();
      zoom(away(now) / Math.max(away(before), 1), (now[0] + others[0][0]) / 2 - place.left, (now[1] + others[0][1]) / 2 - place.top);
    } else {
      view.x -= (now[0] - before[0]) / view.scale;
      view.y -= (now[1] - before[1]) / view.scale;
      look();
    }
    held.set(event.pointerId, now);
  });
  const release = (event) => held.delete(event.pointerId);
  svg.addEventListener("pointerup", release);
  svg.addEventListener("pointercancel", release);
  svg.addEventListener("pointerleave", (event) => { if (!svg.hasPointerCapture(event.pointerId)) release(event); });

  document.addEventListener("shown", ({ detail }) => {
    const node = detail && (isTest(detail) ? detail.nodes[0] : detail);
    if (!drawing) return;
    highlight(node && boxes.has(node) ? node : null);
    if (node && boxes.has(node)) {
      focusOn(node);
      bringIn(node);
    }
  });
  window.addEventListener("resize", () => drawing && look());
  const start = () => {
    if (part) return draw(part, part.nodes.length < all);
    svg.setAttribute("hidden", "");
    told.textContent = whole ? "Nothing changed or failed, so there is no part of the project to draw first." : `The project holds ${count(all, "node", "nodes")}, which are too many to draw.`;
  };
  requestAnimationFrame(start);
  return h("div", {}, h("div", { class: "graph-head" }, told, tools), svg, help, legend());
}

function legend() {
  const looks = [["good", "built, loaded or passed"], ["bad", "failed"], ["odd", "warned"], ["skip", "skipped"], ["idle", "not run here"], ["none", "not in this run"]];
  return h("ul", { class: "legend", "aria-label": "Signs" }, looks.map(([look, words]) => h("li", {}, shape(look, 14), " ", words)));
}
