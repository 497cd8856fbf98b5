// The big screen of the centre (大屏): read only, never times out, legible at ten metres. Key L: the other language.

import { make } from "./dom.js";
import { County, ORDER } from "./county.js";
import { levelChip, quiet, since, span, urgent } from "./incident_parts.js";
import { clock, currentLanguage, number, percent, setLanguage, t } from "./texts.js";

// as many as stand under each other at this size; what is beyond is counted, townships take turns
const LINES = 7;
const TURN = Number(new URLSearchParams(location.search).get("turn")) || 12;

/** A column: its first lines, and how many there are besides. */
function column(title, found, line, none) {
  const more = found.length - LINES;
  return make("section", { "aria-label": t(title) }, make("h2", {}, t(title)),
    found.length ? make("ul", {}, found.slice(0, LINES).map(line)) : make("p", {}, t(none)),
    more > 0 ? make("p", { class: "wall-more" }, t("more", { n: number(more) })) : null);
}

function figures(county, sum) {
  const figure = (word, value, kind = "", note = "") => make("div", { class: `wall-figure ${kind}` }, make("b", {}, value), make("span", {}, t(word), note ? ` · ${note}` : ""));
  // a county of thousands has longer numbers
  return make("div", { class: `wall-figures ${sum.units > 999 ? "many" : ""}` },
    figure("strip.done", `${number(sum.phases.done)}/${number(sum.units)}`, "good"), figure("strip.counting", number(sum.phases.counting)),
    figure("strip.papers", number(sum.papers)),
    figure("wall.turnout", sum.told ? `${number(sum.voters)}/${number(sum.base)}` : "–", "wide",
      [sum.told ? percent(sum.voters, sum.base) : "", t("strip.told", { n: number(sum.told), all: number(sum.units) })].filter(Boolean).join(" · ")),
    figure("strip.silent", number(sum.silent), sum.silent ? "bad" : ""),
    sum.unbegun ? figure("strip.unbegun", number(sum.unbegun), "bad") : null,
    figure("strip.open", number(county.incidents.length), county.incidents.length ? "bad" : ""));
}

/** Townships, as many as fit; where there are more, the next ones follow after some seconds. */
function townships(county, units) {
  const places = new Map();
  for (const unit of units) {
    if (!places.has(unit.township)) places.set(unit.township, []);
    places.get(unit.township).push(unit);
  }
  const all = [...places].sort(([a], [b]) => a.localeCompare(b, "zh"));
  const parts = Math.max(1, Math.ceil(all.length / LINES));
  const part = Math.floor(Date.now() / 1000 / TURN) % parts;
  return make("section", { "aria-label": t("wall.townships") },
    make("h2", {}, t("wall.townships"), parts > 1 ? make("small", {}, ` ${t("wall.part", { n: part + 1, all: parts })}`) : null),
    make("ul", {}, all.slice(part * LINES, (part + 1) * LINES).map(([place, found]) => {
      const sum = county.sum(found);
      return make("li", {}, make("span", {}, place || t("county")),
        make("span", { class: "wall-phases" }, ORDER.filter((phase) => sum.phases[phase]).map((phase) => make("i", { class: phase, title: t(`phase.${phase}`) }, sum.phases[phase]))),
        make("b", {}, `${sum.phases.done}/${sum.units}`));
    })));
}

/** Villages without a word, each once, with its longest silence or delay. */
function villages(county) {
  const found = new Map();
  for (const one of quiet(county)) if (!found.has(one.unit)) found.set(one.unit, one);
  return [...found.values()];
}

export function wallView(host, me, lost) {
  const county = new County();
  const draw = () => {
    const units = [...county.units.values()];
    host.replaceChildren(make("div", { class: "wall" },
      figures(county, county.sum(units)),
      make("div", { class: "wall-columns" },
        townships(county, units),
        column("silent.title", villages(county), (one) => make("li", {}, make("span", {}, county.name(one.unit)), one.begun ? null : make("small", {}, t("wall.unbegun")), make("b", {}, span(one.seconds))), "silent.none"),
        column("open.title", [...county.incidents].sort(urgent), (one) => make("li", { class: one.level }, levelChip(one), make("span", {}, one.unit ? county.name(one.unit) : t("county")), make("b", {}, one.title), make("small", {}, since(one, county.time))), "open.none")),
      make("p", { class: "wall-stand" }, `${me.name} · ${t("stand.size", { size: number(county.size) })} · ${clock(county.time)}`, county.live === "lost" ? make("b", {}, ` ${t("stand.lost")}`) : null)));
  };
  const key = (event) => {
    if (event.key.toLowerCase() !== "l") return;
    setLanguage(currentLanguage() === "zh" ? "en" : "zh");
    draw();
  };
  addEventListener("keydown", key);
  county.addEventListener("change", draw);
  county.addEventListener("live", () => {
    if (!county.stopped) { draw(); return; }
    removeEventListener("keydown", key);
    lost();
  });
  county.start();
  return county;
}
