// The big screen: four figures of the county, and the townships one after the other. Read only; nobody logs in.
// Nothing on it is smaller than a fortieth of its width: legible at ten metres on a screen of two metres.

import { byId, make, styled } from "./dom.js";
import { Model, phaseOf } from "./model.js";
import { bar, phaseBar } from "./summary.js";
import { clock, currentLanguage, loadTexts, number, percent, ratio, setLanguage, t } from "./texts.js";

const TURN = Number(new URLSearchParams(location.search).get("turn")) * 1000 || 12000;
const PER_PAGE = 10;
const MANY_PAGES = 20;
const FINE = new Set(["full", "passed", "advisory", "nominated"]);
const model = new Model();
let pages = [];
let at = 0;
let paused = matchMedia("(prefers-reduced-motion: reduce)").matches;
let turned = Date.now();

/** Ten villages a page, township by township. */
function paginate() {
  const byPlace = new Map();
  for (const unit of model.units) {
    if (!byPlace.has(unit.place)) byPlace.set(unit.place, []);
    byPlace.get(unit.place).push(unit);
  }
  pages = [];
  for (const [place, units] of byPlace) {
    const all = Math.ceil(units.length / PER_PAGE);
    for (let n = 0; n < all; n += 1) pages.push({ place, units, shown: units.slice(n * PER_PAGE, (n + 1) * PER_PAGE), n: n + 1, all });
  }
  at = Math.min(at, Math.max(0, pages.length - 1));
}

function totals() {
  const sum = model.sum(model.units.map((unit) => unit.index));
  const figure = (key, value, whole, meter) => make("div", { class: "total" },
    make("h2", {}, t(`screen.${key}`)), make("p", {}, make("b", {}, value === null ? "–" : number(value)), whole === null ? null : make("small", {}, `/${number(whole)}`)), meter);
  const turnout = sum.told ? figure("turnout", sum.voters, sum.base, bar(sum.voters, sum.base)) : figure("turnout", null, null);
  if (sum.base) turnout.querySelector("h2").append(` ${percent(sum.voters, sum.base)}`);
  byId("totals").replaceChildren(
    figure("villages", sum.phases.done, sum.units, phaseBar(sum)),
    figure("stations", sum.closed, sum.stations, bar(sum.closed, sum.stations, "done")),
    figure("papers", sum.papers, null), turnout);
}

function village(unit) {
  const row = model.row(unit.index);
  const [flag] = row.outcomes.filter((word) => !FINE.has(word));
  return make("div", { class: `village ${flag ? "flagged" : phaseOf(row.state)}` },
    make("span", { class: "village-name" }, unit.name),
    make("span", { class: "village-state" }, flag ? t(`outcome.${flag}`) : t(`state.${row.state}`)),
    make("span", { class: "village-turnout" }, row.voters < 0 ? "" : ratio(row.voters, unit.registered)),
    make("span", { class: "village-papers" }, number(row.papers), make("small", {}, ` ${t("screen.sheets")}`)),
    bar(row.closed, unit.stations, row.closed === unit.stations ? "done" : ""));
}

function panel() {
  const page = pages[at];
  if (!page) { byId("place").textContent = t("screen.none"); return; }
  const name = model.plan.places[page.place].at(-1) ?? "";
  const sum = model.sum(page.units.map((unit) => unit.index));
  byId("place").textContent = name;
  byId("place-sum").textContent = t("screen.place", { done: number(sum.phases.done), all: number(sum.units), papers: number(sum.papers) });
  byId("page").textContent = paused ? t("screen.paused") : t("screen.page", { n: at + 1, all: pages.length });
  byId("villages").setAttribute("aria-label", t("screen.panel", { name, n: page.n, all: page.all }));
  byId("villages").classList.toggle("few", page.shown.length <= PER_PAGE / 2);
  byId("villages").replaceChildren(...page.shown.map(village));
}

function draw() {
  const { election } = model.plan;
  byId("title").textContent = election.title;
  document.title = `${election.title} · ${t("screen.title")}`;
  byId("test").hidden = !election.test;
  byId("stand").replaceChildren(make("span", { class: `dot ${model.live}` }), t("at.size", { size: number(model.size) }), " · ", clock(model.time));
  totals();
  panel();
}

function turn(step) {
  at = (at + step + pages.length) % Math.max(1, pages.length);
  turned = Date.now();
  panel();
}

/** In a large county the screen turns by itself only to townships where something happens, if there are any. */
function onward() {
  const moves = (page) => page.units.some((unit) => ["voting", "counting", "stopped"].includes(phaseOf(model.row(unit.index).state)));
  for (let step = 1; pages.length > MANY_PAGES && step < pages.length; step += 1) {
    if (moves(pages[(at + step) % pages.length])) { turn(step); return; }
  }
  turn(1);
}

function tick() {
  if (!paused && Date.now() - turned >= TURN) onward();
  styled(byId("clock"), { transform: `scaleX(${paused ? 0 : Math.min(1, (Date.now() - turned) / TURN)})` });
}

addEventListener("keydown", (event) => {
  const keys = {
    ArrowRight: () => turn(1), ArrowLeft: () => turn(-1),
    " ": () => { paused = !paused; turned = Date.now(); panel(); },
    l: () => { setLanguage(currentLanguage() === "zh" ? "en" : "zh"); draw(); },
    Escape: () => { location.href = "./"; },
  };
  const act = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (act) { event.preventDefault(); act(); }
});

async function start() {
  await Promise.all([loadTexts(["texts/"]), model.load()]);
  paginate();
  draw();
  model.addEventListener("plan", () => { paginate(); draw(); });
  let asked = 0;
  const later = () => { asked ||= requestAnimationFrame(() => { asked = 0; draw(); }); };
  model.addEventListener("change", later);
  model.addEventListener("live", later);
  setInterval(tick, 250);
  document.documentElement.dataset.ready = "true";
  model.follow();
}

start();
