// The live page. Text nodes only: no string from the record ever becomes markup.
"use strict";
const rows = new Map();
const shown = new Map();
const byId = (id) => document.getElementById(id);

function make(tag, text, kind) {
  const node = document.createElement(tag);
  if (text !== undefined) node.textContent = String(text);
  if (kind) node.className = kind;
  return node;
}

function table(contest) {
  const out = make("table");
  const head = make("tr");
  for (const word of [contest.title, "赞成 approve", "反对 oppose", "模糊 unclear", "弃权 abstain"]) head.append(make("th", word));
  out.append(head);
  for (const person of contest.candidates) {
    const line = make("tr");
    for (const cell of person) line.append(make("td", cell));
    out.append(line);
  }
  const f = contest.figures;
  // order of spec/1: valid, blank, over, duplicate, illegible, unpaired, five statuses, written
  const spoilt = f.slice(3, 11).reduce((sum, n) => sum + n, 0);
  const line = make("tr");
  const words = `有效 valid ${f[0]} · 空白 blank ${f[1]} · 超选 over ${f[2]} · 其他无效 other void ${spoilt} · 另选他人 written in ${f[11]}`;
  const cell = make("td", words);
  cell.colSpan = 5;
  line.append(cell);
  out.append(line);
  if (contest.outcome) {
    const last = make("tr");
    const word = make("td", `依规则 by the rules: ${contest.outcome}`, "done");
    word.colSpan = 5;
    last.append(word);
    out.append(last);
  }
  return out;
}

function place(row) {
  const key = row.place.join(" / ");
  let section = shown.get("p/" + key);
  if (!section) {
    section = make("section");
    section.dataset.key = key;
    section.append(make("h2", key));
    const after = [...byId("units").children].find((other) => other.dataset.key > key);
    byId("units").insertBefore(section, after || null);
    shown.set("p/" + key, section);
  }
  return section;
}

function show(row) {
  rows.set(row.unit, row);
  const old = shown.get("u/" + row.unit);
  const box = make("details");
  if (old) box.open = old.open;
  const line = make("summary");
  line.append(make("span", row.name, "name"));
  line.append(make("span", `已唱票 papers ${row.papers}`));
  line.append(make("span", `计票点 stations ${row.closed}/${row.stations}`, row.closed === row.stations ? "done" : ""));
  line.append(make("span", row.statement ? "报告单已签 statement signed" : "", "done"));
  const outcomes = [...new Set(row.contests.map((contest) => contest.outcome))].filter((word) => word);
  line.append(make("span", outcomes.join(" · "), "done"));
  line.append(make("span", `@ ${row.size}`, "size"));
  box.append(line);
  const fill = () => { if (box.open && box.childElementCount === 1) for (const contest of row.contests) box.append(table(contest)); };
  box.addEventListener("toggle", fill);
  if (box.open) fill();
  if (old) old.replaceWith(box); else place(row).append(box);
  shown.set("u/" + row.unit, box);
}

function sum(size) {
  let papers = 0, closed = 0, stations = 0, statements = 0;
  for (const row of rows.values()) {
    papers += row.papers; closed += row.closed; stations += row.stations; statements += row.statement ? 1 : 0;
  }
  byId("sum").textContent = `单位 units ${rows.size} · 已唱票 papers ${papers} · 已结束计票点 stations closed ${closed}/${stations}`
    + ` · 报告单 statements ${statements} · 日志长度 log size ${size}`;
}

function whole(data) {
  byId("title").textContent = `${data.title} ${data.date}`;
  byId("test").hidden = !data.test;
  document.title = data.title;
  rows.clear(); shown.clear(); byId("units").replaceChildren();
  for (const row of data.units) show(row);
  sum(data.size);
}

async function still() {
  const answer = await fetch("snapshot.json");
  whole(await answer.json());
}

const stream = new EventSource("events");
let live = false;
stream.addEventListener("snapshot", (event) => { live = true; whole(JSON.parse(event.data)); });
stream.addEventListener("change", (event) => {
  const data = JSON.parse(event.data);
  for (const row of data.units) show(row);
  sum(data.size);
});
// a static copy has no stream: show the numbers that lie beside it
stream.addEventListener("error", () => { if (!live) { stream.close(); still(); } });
