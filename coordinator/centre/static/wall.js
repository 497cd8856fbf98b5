// The big screen of the centre (大屏): read only, never times out, legible at ten metres.

import { make } from "./dom.js";
import { County, ORDER } from "./county.js";
import { levelChip, since, span } from "./incident_parts.js";
import { clock, number, ratio, t } from "./texts.js";

const LINES = 7;

export function wallView(host, me, lost) {
  const county = new County();
  const draw = () => {
    const units = [...county.units.values()];
    const sum = county.sum(units);
    const silent = Object.entries(county.silent).map(([unit]) => [unit, county.silence(unit)]).sort(([, a], [, b]) => b - a);
    const townships = new Map();
    for (const unit of units) {
      if (!townships.has(unit.township)) townships.set(unit.township, []);
      townships.get(unit.township).push(unit);
    }
    const figure = (word, value, kind = "") => make("div", { class: `wall-figure ${kind}` }, make("b", {}, value), make("span", {}, t(word)));
    host.replaceChildren(make("div", { class: "wall" },
      make("div", { class: "wall-figures" },
        figure("strip.done", `${number(sum.phases.done)}/${number(sum.units)}`, "good"), figure("strip.counting", number(sum.phases.counting)),
        figure("strip.papers", number(sum.papers)), figure("strip.turnout", sum.told ? ratio(sum.voters, sum.base) : "–", "wide"),
        figure("strip.silent", number(sum.silent), sum.silent ? "bad" : ""), figure("strip.open", number(county.incidents.length), county.incidents.length ? "bad" : "")),
      make("div", { class: "wall-columns" },
        make("section", { "aria-label": t("wall.townships") }, make("h2", {}, t("wall.townships")), make("ul", {}, [...townships].sort(([a], [b]) => a.localeCompare(b, "zh")).slice(0, 2 * LINES).map(([place, found]) => {
          const part = county.sum(found);
          return make("li", {}, make("span", {}, place || t("county")), make("span", { class: "wall-phases" }, ORDER.filter((phase) => part.phases[phase]).map((phase) => make("i", { class: phase, title: t(`phase.${phase}`) }, part.phases[phase]))),
            make("b", {}, `${part.phases.done}/${part.units}`));
        }))),
        make("section", { "aria-label": t("silent.title") }, make("h2", {}, t("silent.title")), silent.length ? make("ul", {}, silent.slice(0, LINES).map(([unit, seconds]) => make("li", {}, make("span", {}, county.name(unit)), make("b", {}, span(seconds))))) : make("p", {}, t("silent.none"))),
        make("section", { "aria-label": t("open.title") }, make("h2", {}, t("open.title")), county.incidents.length ? make("ul", {}, county.incidents.slice(0, LINES).map((one) => make("li", { class: one.level }, levelChip(one), make("span", {}, one.unit ? county.name(one.unit) : t("county")), make("b", {}, one.title), make("small", {}, since(one, county.time))))) : make("p", {}, t("open.none")))),
      make("p", { class: "wall-stand" }, `${me.name} · ${t("stand.size", { size: number(county.size) })} · ${clock(county.time)}`, county.live === "lost" ? make("b", {}, ` ${t("stand.lost")}`) : null)));
  };
  county.addEventListener("change", draw);
  county.addEventListener("live", () => { if (county.stopped) lost(); else draw(); });
  county.start();
  return county;
}

