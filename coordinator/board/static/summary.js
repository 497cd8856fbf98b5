// The sums over the county and the cells of the tree. Every share is n/N; every line ends in its log size.

import { draw, make } from "./dom.js";
import { PHASE_ORDER, phaseOf } from "./model.js";
import { number, percent, ratio, t } from "./texts.js";

/** A bar of two integers. */
export function bar(part, whole, kind = "") {
  const width = whole > 0 ? Math.min(100, (100 * part) / whole) : 0;
  return draw("svg", { class: `meter ${kind}`, viewBox: "0 0 100 6", preserveAspectRatio: "none", "aria-hidden": "true" },
    draw("rect", { class: "meter-all", width: 100, height: 6, rx: 0 }),
    draw("rect", { class: "meter-part", width, height: 6, rx: 0 }));
}

/** Villages by phase as one bar; the words stand beside it for everybody. */
export function phaseBar(sum) {
  let at = 0;
  const parts = PHASE_ORDER.filter((phase) => sum.phases[phase]).map((phase) => {
    const width = (100 * sum.phases[phase]) / sum.units;
    const part = draw("rect", { class: `phase-fill-${phase}`, x: at, width, height: 6 });
    at += width;
    return part;
  });
  return draw("svg", { class: "phases", viewBox: "0 0 100 6", preserveAspectRatio: "none", "aria-hidden": "true" }, parts);
}

export function chip(state) {
  return make("span", { class: `chip ${phaseOf(state)}` }, t(`state.${state}`));
}

export function outcomeChips(words) {
  return words.map((word) => make("span", { class: `chip outcome-${word}` }, t(`outcome.${word}`)));
}

function findings(row) {
  if (!row.findings) return "";
  const label = t("findings.label", { findings: row.findings, errors: row.errors });
  return make("span", { class: row.errors ? "flag errors" : "flag", title: label, "aria-label": label, role: "img" },
    row.errors ? `! ${number(row.findings)}` : number(row.findings));
}

const size = (value) => make("span", { class: "size" }, `@${number(value)}`);

const stations = (closed, all) => make("span", { class: "measured" }, make("span", {}, `${number(closed)}/${number(all)}`),
  bar(closed, all, closed === all ? "done" : ""));

/** A village's cells, by column. */
export const unitCells = {
  name: ({ unit }) => make("span", { class: "name" }, unit.name),
  state: ({ unit }, model) => chip(model.row(unit.index).state),
  stations: ({ unit }, model) => stations(model.row(unit.index).closed, unit.stations),
  batches: ({ unit }, model) => number(model.row(unit.index).batches),
  papers: ({ unit }, model) => number(model.row(unit.index).papers),
  turnout: ({ unit }, model) => {
    const row = model.row(unit.index);
    return make("span", { class: "measured" }, make("span", {}, ratio(row.voters, unit.registered)),
      row.from === "papers" ? make("small", {}, t("turnout.papers")) : null);
  },
  result: ({ unit }, model) => make("span", { class: "chips" }, outcomeChips(model.row(unit.index).outcomes)),
  findings: ({ unit }, model) => findings(model.row(unit.index)),
  size: ({ unit }, model) => size(model.row(unit.index).size),
};

/** A place's cells: sums over its villages. */
const placeCell = (cell) => (node, model) => cell(model.sumOf(node), node);
export const placeCells = {
  name: (node) => make("span", { class: "name" }, node.label),
  state: placeCell((sum) => make("span", { class: "measured" },
    make("span", {}, t("place.done", { done: number(sum.phases.done), all: number(sum.units) })), phaseBar(sum))),
  stations: placeCell((sum) => stations(sum.closed, sum.stations)),
  batches: placeCell((sum) => number(sum.batches)),
  papers: placeCell((sum) => number(sum.papers)),
  turnout: placeCell((sum) => (sum.told ? ratio(sum.voters, sum.base) : "–")),
  result: placeCell((sum) => {
    const words = sum.outcomes.map(([word, count]) => `${t(`outcome.${word}`)} ${number(count)}`).reverse().join(" · ");
    return make("span", { class: "quiet", title: words }, words);
  }),
  findings: placeCell((sum) => findings(sum)),
  size: placeCell((sum) => size(sum.size)),
};

/** The county in five figures. */
export function summary(model) {
  const sum = model.sum(model.units.map((unit) => unit.index));
  const card = (key, figure, detail, meter) => make("section", { class: `card ${key}`, "aria-label": t(`card.${key}`) },
    make("h2", {}, t(`card.${key}`)), make("p", { class: "figure" }, figure), make("p", { class: "detail" }, detail), meter);
  const share = sum.base ? percent(sum.voters, sum.base) : "";
  return [
    card("villages", [number(sum.phases.done), make("small", {}, `/${number(sum.units)}`)],
      PHASE_ORDER.slice(1).filter((phase) => sum.phases[phase])
        .map((phase) => `${t(`phase.${phase}`)} ${number(sum.phases[phase])}`).join(" · ") || t("card.villages.all"),
      phaseBar(sum)),
    card("stations", [number(sum.closed), make("small", {}, `/${number(sum.stations)}`)], t("card.stations.detail"),
      bar(sum.closed, sum.stations, "done")),
    card("papers", number(sum.papers), t("card.papers.detail", { batches: number(sum.batches) })),
    card("turnout", sum.told ? [`${number(sum.voters)}`, make("small", {}, `/${number(sum.base)}`)] : "–",
      sum.told ? `${share} · ${t("turnout.of", { n: number(sum.told), all: number(sum.units) })}` : t("card.turnout.none"),
      bar(sum.voters, sum.base)),
    card("findings", number(sum.findings), t("card.findings.detail", { errors: number(sum.errors) })),
  ];
}
