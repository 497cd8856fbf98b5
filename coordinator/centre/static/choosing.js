// Choosing villages among thousands: by typing a part of the name or code; never a list that is cut off without a word.

import { No } from "./ask.js";
import { make } from "./dom.js";
import { number, t } from "./texts.js";

const OFFERED = 50;
const BOXES = 120;

const labelOf = (one) => `${one.name} ${one.unit}`;
const words = (text) => text.trim().toLowerCase();
/** Whether a village is meant by what was typed: its name, its code or its township. */
export const means = (one, typed) => [one.name, one.unit, one.township ?? ""].some((text) => text.toLowerCase().includes(typed));

function no(key, values) {
  return new No(0, { zh: t(key, values), en: t(key, values), word: key });
}

/** A field in which one village is typed; the browser offers those that fit, with how many there are. */
export function unitControl(field, common) {
  const offered = make("datalist", { id: `${common.id}-offered` });
  const count = make("small", { class: "quiet", role: "status" });
  const offer = (typed) => {
    const found = field.units.filter((one) => means(one, words(typed)) || labelOf(one) === typed);
    offered.replaceChildren(...found.slice(0, OFFERED).map((one) => make("option", { value: labelOf(one) })));
    count.textContent = t("choose.count", { n: number(found.length), all: number(field.units.length) });
  };
  const input = make("input", {
    ...common, type: "text", list: offered.id, autocomplete: "off", placeholder: field.placeholder ?? t("choose.hint"), oninput: () => offer(input.value),
  });
  offer("");
  return [input, offered, count];
}

/** The code of the village that was typed, "" where none had to be; a No if it is none, or could be several. */
export function unitOf(field, typed) {
  const text = words(typed);
  if (!text && field.optional) return "";
  const exact = field.units.filter((one) => words(one.unit) === text || words(labelOf(one)) === text);
  const found = exact.length ? exact : field.units.filter((one) => words(one.name) === text);
  if (found.length === 1) return found[0].unit;
  throw no(found.length ? "choose.several" : "choose.none", { typed });
}

/** Two fields: all, a township, the key villages, or one village by its name; `chosenOf` reads them. */
export function whereFields(units) {
  const townships = [...new Set(units.map((one) => one.township))].filter(Boolean).sort((a, b) => a.localeCompare(b, "zh"));
  const where = [["", `${t("plan.all")} ${number(units.length)}`], ...townships.map((name) => [`t/${name}`, name])];
  if (units.some((one) => one.key)) where.push(["k/", t("plan.key.units")]);
  where.push(["u/", t("choose.one")]);
  return [
    { name: "where", label: t("plan.where"), options: where },
    { name: "unit", label: t("choose.one.name"), units, optional: true, hint: t("choose.one.hint") },
  ];
}

export function chosenOf(units, { where, unit }) {
  if (where === "u/" && !unit) throw no("choose.one.must");
  // one village was meant, and all of them would be taken
  if (unit && where !== "u/") throw no("choose.one.where");
  return units.filter((one) => (where === "u/" ? one.unit === unit : !where || where === `t/${one.township}` || (where === "k/" && one.key)));
}

/** Boxes to tick, found by typing; what is ticked stays ticked when something else is typed. */
export class Picker {
  constructor(units, ticked) {
    this.units = [...units].sort((a, b) => (a.township ?? "").localeCompare(b.township ?? "", "zh") || a.unit.localeCompare(b.unit));
    this.ticked = new Set(ticked);
    this.search = make("input", { type: "search", id: "pick-search", autocomplete: "off", oninput: () => this.show() });
    this.count = make("p", { class: "quiet", role: "status" });
    this.list = make("div", { class: "picks" });
    this.node = [make("p", { class: "field" }, make("label", { for: "pick-search" }, t("watch.search")), this.search), this.count, this.list];
    this.show();
  }

  box(unit) {
    const input = make("input", { type: "checkbox", name: "unit", value: unit.unit, checked: this.ticked.has(unit.unit), onchange: () => {
      if (input.checked) this.ticked.add(unit.unit); else this.ticked.delete(unit.unit);
      this.say();
    } });
    return make("label", { class: "pick" }, input, ` ${unit.name}`);
  }

  say() {
    const cut = this.found.length > BOXES ? ` · ${t("choose.cut", { n: number(BOXES) })}` : "";
    this.count.textContent = t("choose.ticked", { n: number(this.ticked.size), found: number(this.found.length), all: number(this.units.length) }) + cut;
  }

  show() {
    const typed = words(this.search.value);
    const found = this.units.filter((one) => means(one, typed));
    // what is ticked first: nobody should have to search for it to take it away
    this.found = [...found.filter((one) => this.ticked.has(one.unit)), ...found.filter((one) => !this.ticked.has(one.unit))];
    const places = new Map();
    for (const unit of this.found.slice(0, BOXES)) {
      if (!places.has(unit.township)) places.set(unit.township, []);
      places.get(unit.township).push(unit);
    }
    this.list.replaceChildren(...[...places].map(([place, units]) => make("fieldset", {}, make("legend", {}, place || t("county")), units.map((unit) => this.box(unit)))));
    this.say();
  }
}
