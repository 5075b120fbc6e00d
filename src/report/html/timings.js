// What ran when: a row for each thing that ran at the same time as others.

const SLOWEST = 10;

// A step of the axis: 1, 2 or 5 of some unit, so that there are at most six.
function tick(span) {
  const rough = span / 6;
  const unit = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((times) => times * unit).find((step) => step >= rough) || span;
}

function timings() {
  const items = [...data.nodes, ...data.tests].filter((item) => item.lane !== null && item.lane !== undefined);
  if (!items.length || !(data.span > 0)) return h("p", {}, "This run left no timings.");
  const percent = (value) => `${(100 * value) / data.span}%`;
  const lanes = Array.from({ length: data.lanes }, () => h("div", { class: "lane" }));
  const tip = h("p", { class: "quiet tip" }, "Point at a bar to see what it is.");
  for (const item of items) {
    const { look, word } = statusOf(item);
    const says = `${item.name}: ${word}, ${seconds(item.seconds)}, began after ${seconds(item.start)}`;
    const bar = h("div", { class: `bar ${look} ${isTest(item) ? "test" : ""}`, "data-item": item.id, onclick: () => { location.hash = `item=${encodeURIComponent(item.id)}`; }, onmouseenter: () => { tip.textContent = seen(says); } });
    bar.style.left = percent(item.start);
    bar.style.width = `max(2px, calc(${percent(Math.min(item.seconds, data.span - item.start))} - 1px))`;
    if (item.seconds / data.span > 0.12) bar.append(h("span", {}, item.name));
    lanes[item.lane].append(bar);
  }
  const step = tick(data.span);
  const axis = h("div", { class: "axis" });
  for (let at = 0; at <= data.span * 0.97; at += step) {
    const mark = h("span", {}, at === 0 ? "0 s" : `${Number(at.toPrecision(3))} s`);
    mark.style.left = percent(at);
    axis.append(mark);
  }
  const slowest = [...items].sort((a, b) => b.seconds - a.seconds).slice(0, SLOWEST);
  const rows = slowest.map((item) => h("li", {}, h("span", {}, seconds(item.seconds)), h("span", {}, opener(item), " ", h("span", { class: "quiet" }, kindOf(item)))));
  const says = `${count(items.length, "step", "steps")} in ${seconds(data.span)}, at most ${data.lanes} at the same time. The slowest are listed below.`;
  return h("div", {}, h("p", {}, says), h("div", { class: "gantt", role: "img", "aria-label": says }, axis, lanes), tip, h("h3", {}, "The slowest"), h("ol", { class: "slowest" }, rows));
}
