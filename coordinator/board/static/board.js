// The public page: county view (tree) and village view, by the address after #.

import { byId, make } from "./dom.js";
import { Model, PHASE_ORDER, phaseOf } from "./model.js";
import { placeCells, summary, unitCells } from "./summary.js";
import { clock, currentLanguage, day, loadTexts, number, setLanguage, t } from "./texts.js";
import { Tree } from "./tree.js";
import { VillagePage } from "./village.js";

const OPEN_ALL_UNTIL = 60;
const model = new Model();
const villagePage = new VillagePage(byId("village"), model);
const filter = { search: "", place: "", phase: "", outcome: "" };
let tree = null;
let shownRoute = null;

const COLUMNS = ["name", "state", "stations", "batches", "papers", "turnout", "result", "findings", "size"];
const NUMBERS = new Set(["stations", "batches", "papers", "turnout", "findings", "size"]);

function makeTree() {
  tree = new Tree(byId("tree"), {
    label: t("tree.label"),
    columns: COLUMNS.map((key) => ({
      key, number: NUMBERS.has(key), title: () => t(`column.${key}`),
      cell: (node) => (node.unit ? unitCells : placeCells)[key](node, model),
    })),
    open: (node) => { location.hash = `#/village/${encodeURIComponent(node.unit.id)}`; },
    rowClass: (node) => (node.unit ? `phase-${phaseOf(model.row(node.unit.index).state)}` : "place"),
  });
}

function matching(unit) {
  if (filter.search) {
    const asked = filter.search.toLowerCase();
    if (!unit.name.toLowerCase().includes(asked) && !unit.id.toLowerCase().includes(asked)) return false;
  }
  if (filter.place !== "" && !(model.plan.places[unit.place].join("/") + "/").startsWith(filter.place + "/")) return false;
  const row = filter.phase || filter.outcome ? model.row(unit.index) : null;
  if (filter.phase === "findings" ? !row.errors : filter.phase && phaseOf(row.state) !== filter.phase) return false;
  return !filter.outcome || row.outcomes.includes(filter.outcome);
}

const filtering = () => Object.values(filter).some((value) => value !== "");

/** The nodes that match, with sums over the villages that match. */
function pruned(nodes) {
  const kept = [];
  for (const node of nodes) {
    if (node.unit) { if (matching(node.unit)) kept.push(node); continue; }
    const children = pruned(node.children);
    if (children.length) {
      const units = children.flatMap((child) => (child.unit ? [child.unit.index] : child.units));
      kept.push({ ...node, children, units });
    }
  }
  return kept;
}

function branches(nodes, depth = Infinity) {
  return nodes.flatMap((node) => (node.children && depth > 0 ? [node.key, ...branches(node.children, depth - 1)] : []));
}

let whole = [];
function showTree({ fresh = false } = {}) {
  const roots = filtering() ? pruned(whole) : whole;
  const few = model.units.length <= OPEN_ALL_UNTIL;
  const open = filtering() || few ? branches(roots) : branches(roots, 1);
  tree.setRoots(roots, fresh || filtering() ? open : undefined);
  const found = roots.reduce((sum, node) => sum + (node.unit ? 1 : node.units.length), 0);
  byId("matches").textContent = filtering() ? t("filter.found", { n: number(found), all: number(model.units.length) }) : "";
}

function fillFilters() {
  const option = (value, label) => make("option", { value }, label);
  const places = new Map();
  for (const path of model.plan.places) {
    for (let depth = 1; depth <= path.length; depth += 1) {
      const part = path.slice(0, depth);
      places.set(part.join("/"), `${"　".repeat(depth - 1)}${part.at(-1)}`);
    }
  }
  byId("place").replaceChildren(option("", t("filter.all")), ...[...places].map(([key, label]) => option(key, label)));
  byId("phase").replaceChildren(option("", t("filter.all")), ...PHASE_ORDER.map((word) => option(word, t(`phase.${word}`))),
    option("findings", t("filter.errors")));
  byId("outcome").replaceChildren(option("", t("filter.all")),
    ...model.plan.outcomes.filter((word) => word !== "not_final").map((word) => option(word, t(`outcome.${word}`))));
  for (const name of ["place", "phase", "outcome"]) byId(name).value = filter[name];
}

function stand() {
  byId("stand").replaceChildren(
    make("span", { class: `dot ${model.live}`, "aria-hidden": "true" }),
    make("span", {}, t(`live.${model.live}`)),
    make("span", { class: "at" }, t("at.size", { size: number(model.size) })),
    make("time", {}, clock(model.time)));
}

function words() {
  const { election } = model.plan;
  byId("title").textContent = election.title;
  byId("subtitle").textContent = t("subtitle", { date: day(election.date) });
  byId("test").hidden = !election.test;
  document.title = `${election.title} · ${t("board")}`;
  const other = currentLanguage() === "zh" ? ["English", "en"] : ["中文", "zh-CN"];
  byId("language").textContent = other[0];
  byId("language").lang = other[1];
}

function route() {
  // a printed notice may add what it says of itself behind a question mark
  const [path, said] = location.hash.split("?");
  const [, kind, id, part] = path.split("/");
  const unit = kind === "village" ? model.byId.get(decodeURIComponent(id ?? "")) : undefined;
  const back = shownRoute === "village" && !unit;
  shownRoute = unit ? "village" : "county";
  byId("waiting").hidden = true;
  byId("county").hidden = Boolean(unit);
  byId("village").hidden = !unit;
  if (unit) {
    const size = new URLSearchParams(said ?? "").get("size") ?? "";
    villagePage.show(unit, part, /^\d{1,15}$/.test(size) ? Number(size) : null);
    return;
  }
  villagePage.leave();
  tree.render();
  if (back) tree.grid.focus();
}

function everything() {
  words();
  fillFilters();
  tree.titles(t("tree.label"));
  byId("summary").replaceChildren(...summary(model));
  showTree({ fresh: shownRoute === null });
  stand();
}

function listen() {
  let asked = 0;
  model.addEventListener("plan", () => { whole = model.tree(); everything(); route(); });
  model.addEventListener("live", stand);
  model.addEventListener("change", (event) => {
    villagePage.changed(event.detail);
    // many changes a second are drawn once a frame
    asked ||= requestAnimationFrame(() => {
      asked = 0;
      stand();
      byId("summary").replaceChildren(...summary(model));
      if (filter.phase || filter.outcome) showTree(); else tree.refresh();
    });
  });
  addEventListener("hashchange", route);
  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && shownRoute === "village") location.hash = "#/";
    if (event.key === "/" && shownRoute === "county" && !/INPUT|SELECT/.test(document.activeElement.tagName)) {
      event.preventDefault();
      byId("search").focus();
    }
  });
  byId("search").addEventListener("input", (event) => { filter.search = event.target.value.trim(); showTree(); });
  for (const name of ["place", "phase", "outcome"]) {
    byId(name).addEventListener("change", (event) => { filter[name] = event.target.value; showTree(); });
  }
  byId("filters").addEventListener("submit", (event) => event.preventDefault());
  byId("clear").addEventListener("click", () => {
    for (const name of Object.keys(filter)) filter[name] = "";
    byId("search").value = "";
    fillFilters();
    showTree({ fresh: true });
    byId("search").focus();
  });
  byId("language").addEventListener("click", () => {
    setLanguage(currentLanguage() === "zh" ? "en" : "zh");
    everything();
    if (shownRoute === "village") route();
  });
}

async function start() {
  const texts = loadTexts(["texts/"]);
  const data = model.load();
  await texts;
  makeTree();
  await data;
  whole = model.tree();
  everything();
  route();
  listen();
  performance.mark("board-shown");
  document.documentElement.dataset.ready = "true";
  model.follow();
}

start();
