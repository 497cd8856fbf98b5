// The plan: days and waves by village, coverage by township; a warning where days contradict the order, never a rule.

import { attempt, get, post } from "./ask.js";
import { chosenOf, means, whereFields } from "./choosing.js";
import { ask } from "./dialogs.js";
import { make } from "./dom.js";
import { put } from "./incident_parts.js";
import { day, number, ratio, t } from "./texts.js";

const BODIES = ["party", "committee", "supervision", "congress"];
const ORDERS = ["party_first", "committee_first", "same_day", "free"];
const PART = 1500;
const SHOWN = 200;

export class PlanDesk {
  constructor(host, desk) {
    this.host = host;
    this.desk = desk;
    // one and the same over every drawing: what somebody is typing must not go away because another desk does something
    this.input = make("input", { type: "search", id: "search", "data-focus": "search", placeholder: t("choose.hint"), autocomplete: "off", oninput: () => this.show() });
    this.load();
  }

  update(detail) { if (detail.journal) this.load(); }

  async load() {
    const plan = await attempt(() => get("/api/plan"));
    if (!plan?.units) return;
    this.plan = plan;
    const operator = this.desk.me.role === "operator";
    const warned = plan.units.filter((one) => one.warnings.length);
    put(this.host,
      make("div", { class: "page-head" }, make("h2", {}, t("tab.plan")),
        make("p", { class: "quiet" }, t("order.is"), " ", make("b", {}, t(`order.${plan.order}`)), warned.length ? make("span", { class: "warning" }, ` ${t("plan.warned", { n: warned.length })}`) : null),
        operator ? make("button", { class: "button", type: "button", "data-focus": "order", onclick: () => this.order() }, t("order.change")) : null,
        operator ? make("button", { class: "button main", type: "button", "data-focus": "plan", onclick: () => this.days() }, t("plan.set")) : null),
      make("section", { class: "panel scroll", "aria-labelledby": "coverage" }, make("h3", { id: "coverage" }, t("plan.coverage")), this.townships()),
      make("section", { class: "panel scroll", "aria-labelledby": "days" }, make("h3", { id: "days" }, t("plan.days")), this.search(), this.table));
    this.show();
  }

  townships() {
    const heads = ["plan.township", "plan.villages", "plan.observed", "plan.observers", "plan.key", "plan.key.observed", "plan.signed"];
    return make("table", {}, make("thead", {}, make("tr", {}, heads.map((key) => make("th", { scope: "col", class: key === "plan.township" ? "" : "number" }, t(key))))),
      make("tbody", {}, this.plan.townships.map((one) => make("tr", {}, make("th", { scope: "row" }, one.township || t("county")),
        make("td", { class: "number" }, number(one.units)), make("td", { class: "number" }, ratio(one.observed, one.units)), make("td", { class: "number" }, number(one.observers)),
        make("td", { class: "number" }, number(one.key)), make("td", { class: "number" }, ratio(one.key_observed, one.key)), make("td", { class: "number" }, ratio(one.signed, one.units))))));
  }

  /** Thousands of villages: found by typing, and how many of how many are shown stands beside it. */
  search() {
    this.count = make("span", { id: "matches", role: "status" });
    this.table = make("div", {});
    return make("p", { class: "filters" }, make("label", { for: "search" }, make("span", {}, t("watch.search")), this.input), this.count);
  }

  show() {
    const found = this.plan.units.filter((one) => means(one, this.input.value.trim().toLowerCase()))
      .sort((a, b) => Number(b.key) - Number(a.key) || a.township.localeCompare(b.township, "zh") || a.unit.localeCompare(b.unit));
    const shown = found.slice(0, SHOWN);
    this.count.textContent = t("watch.found", { n: number(found.length), all: number(this.plan.units.length) })
      + (found.length > shown.length ? ` · ${t("choose.cut", { n: number(shown.length) })}` : "");
    this.table.replaceChildren(this.units(shown));
  }

  units(shown) {
    const bodies = BODIES.filter((body) => this.plan.units.some((one) => one.days[body]));
    return make("table", {}, make("thead", {}, make("tr", {}, make("th", { scope: "col" }, t("matter.unit")), make("th", { scope: "col" }, t("plan.township")),
      bodies.map((body) => make("th", { scope: "col" }, t(`body.${body}`))), make("th", { scope: "col" }, t("panel.checks")), make("th", { scope: "col" }, t("panel.observers")), make("th", { scope: "col" }, t("panel.proofs")))),
    make("tbody", {}, shown.map((one) => make("tr", { class: one.warnings.length ? "late" : "" },
      make("th", { scope: "row" }, one.key ? make("span", { class: "key", title: t("key") }, "★ ") : null, make("a", { href: `#village/${encodeURIComponent(one.unit)}` }, one.name)),
      make("td", {}, one.township),
      bodies.map((body) => make("td", {}, one.days[body] ? `${day(one.days[body].day)} · ${t("wave", { n: one.days[body].wave })}` : "–", body === bodies.at(-1) ? one.warnings.map((word) => make("div", { class: "warning" }, t(`warning.${word}`))) : null)),
      make("td", {}, `${one.checks.length}/${this.plan.checks.length}`), make("td", {}, one.observers ? number(one.observers) : "–"), make("td", {}, `${one.proofs.length}/${this.plan.proofs.length}`)))));
  }

  async done(answer) {
    if (!answer) return;
    await attempt(() => this.desk.county.again(), t("done"));
    await this.load();
  }

  async order() {
    this.done(await ask({
      title: t("order.change"), intro: [make("p", { class: "quiet" }, t("order.note"))],
      fields: [{ name: "order", label: t("order.is"), value: this.plan.order, options: ORDERS.map((word) => [word, t(`order.${word}`)]) }],
      act: (given) => post("/api/order", { unit: "", ...given }),
    }));
  }

  async days() {
    this.done(await ask({
      title: t("plan.set"),
      fields: [
        ...whereFields(this.plan.units),
        { name: "body", label: t("plan.body"), value: "committee", options: BODIES.map((body) => [body, t(`body.${body}`)]) },
        { name: "wave", label: t("plan.wave"), kind: "number", min: 1, max: 99, value: 1 },
        { name: "day", label: t("plan.day"), kind: "date" },
        { name: "opens", label: t("plan.opens"), kind: "time", optional: true }, { name: "closes", label: t("plan.closes"), kind: "time", optional: true },
      ],
      act: async ({ where, unit, ...given }) => {
        const units = chosenOf(this.plan.units, { where, unit }).map((one) => one.unit);
        let answer = null;
        for (let first = 0; first < units.length; first += PART) answer = await post("/api/plan", { units: units.slice(first, first + PART), ...given });
        return answer;
      },
    }));
  }
}
