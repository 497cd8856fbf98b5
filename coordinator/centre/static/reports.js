// The daily report and the summary on the screen, of the log size that stands above; a form is printed from the
// published record at its checkpoint, with both turnouts by the same function. Every share with both integers.

import { attempt, download, get, say } from "./ask.js";
import { ask } from "./dialogs.js";
import { make } from "./dom.js";
import { put } from "./incident_parts.js";
import { clock, currentLanguage, day, number, ratio, t } from "./texts.js";

const NUMBERS = new Set(["watch.papers", "watch.open", "watch.findings", "at"]);
const share = (pair) => ratio(pair.part, pair.whole);
const turnout = (pair, units) => `${pair.whole ? share(pair) : "–"} ${t("report.of.units", { n: units.part, all: units.whole })}`;

export class Reports {
  constructor(host, desk) {
    this.host = host;
    this.desk = desk;
    this.day = "";
    this.load();
  }

  update() { /* a report is of the moment when it was asked for */ }

  async load() {
    const [daily, summary] = [await attempt(() => get(`/api/reports/daily${this.day ? `?day=${this.day}` : ""}`)), await attempt(() => get("/api/reports/summary"))];
    if (!daily?.townships || !summary?.results) return;
    const input = make("input", { type: "date", id: "day", value: daily.day, onchange: () => { this.day = input.value; this.load(); } });
    put(this.host,
      make("div", { class: "page-head" }, make("h2", {}, t("tab.reports")),
        make("p", { class: "quiet" }, t("report.stand", { size: number(daily.size), time: clock(daily.time), acts: daily.acts }), " ", make("code", { class: "digest" }, daily.acts_head.slice(0, 16))),
        make("label", { for: "day" }, t("report.day"), " ", input), this.buttons(daily)),
      make("div", { class: "columns" },
        make("section", { class: "panel", "aria-labelledby": "day-title" }, make("h3", { id: "day-title" }, t("report.daily", { day: day(daily.day) })), this.facts(daily)),
        make("section", { class: "panel", "aria-labelledby": "sum-title" }, make("h3", { id: "sum-title" }, t("report.summary")), this.summary(summary))),
      daily.townships.map((one) => this.township(one)));
  }

  /** The printed forms: PDF/A with their hash in the journal. */
  buttons(daily) {
    if (this.desk.me.role !== "operator") return make("button", { class: "button", type: "button", onclick: () => print() }, t("report.print"));
    const where = make("select", { id: "form-township", "aria-label": t("plan.township") }, daily.townships.map((one) => make("option", { value: one.township }, one.township || t("county"))));
    const form = (word, more) => make("button", { class: "button small", type: "button", "data-focus": word, onclick: async () => {
      const made = await attempt(() => download("/api/forms", { form: word, english: currentLanguage() === "en", ...more() }));
      if (made?.sha256) say(t("form.said", { sha256: made.sha256.slice(0, 16) }));
    } }, t(`form.${word}`));
    return [where, form("daily", () => ({ township: where.value, day: daily.day })), this.asked("brief", [{ name: "issue", label: t("form.issue"), kind: "number", min: 0, max: 9999, value: 1, hint: t("form.issue.hint") }]), this.asked("summary", [])];
  }

  /** A form that is asked for with what no record holds: its number, last term's turnout. */
  asked(word, first) {
    const last = (name) => ({ name, label: t(`form.${name}`), kind: "number", min: 0, value: 0, hint: t("form.before.hint") });
    return make("button", { class: "button small", type: "button", "data-focus": word, onclick: async () => {
      const made = await ask({
        title: t(`form.${word}`), fields: [...first, last("before_voters"), last("before_registered")], button: t("form.print"),
        act: (given) => download("/api/forms", { form: word, english: currentLanguage() === "en", ...given }),
      });
      if (made?.sha256) say(t("form.said", { sha256: made.sha256.slice(0, 16) }));
    } }, t(`form.${word}`));
  }

  list(rows) { return make("dl", { class: "facts" }, rows.map(([label, value]) => [make("dt", {}, label), make("dd", {}, value)])); }

  facts(daily) {
    const { county, incidents, complaints } = daily;
    return this.list([
      [t("report.determined"), share(county.determined)], [t("report.counting"), share(county.counting)], [t("watch.stations"), share(county.closed)],
      [t("report.turnout.fixed"), turnout(county.voters_fixed, county.fixed)], [t("report.turnout.told"), turnout(county.voters, county.voters_known)],
      [t("watch.papers"), number(county.papers)],
      [t("report.incidents"), t("report.levels", incidents.levels)], [t("report.acknowledged"), share(incidents.acknowledged)], [t("report.in.time"), share(incidents.in_time)],
      [t("report.open"), number(incidents.open)], [t("report.complaints"), number(complaints.received)], [t("report.answered"), share(complaints.answered)], [t("report.late"), number(complaints.late)],
    ]);
  }

  summary(summary) {
    const { results } = summary;
    return this.list([
      [t("report.final"), share(results.units_final)], [t("report.first.round"), share(results.first_round_full)], [t("watch.turnout"), share(results.turnout)],
      [t("report.women"), share(results.women)], [t("report.a.woman"), share(results.units_with_a_woman)], [t("report.both.heads"), share(results.both_heads)],
      [t("report.persons"), t("report.persons.sum", results.bodies)],
      [t("report.observed"), share(summary.observed_units)], [t("report.proofread"), share(summary.proofread_units)], [t("report.key"), share(summary.key_units)],
      [t("report.objections"), share(summary.objections.decided)], [t("report.out"), number(summary.candidates_out)],
    ]);
  }

  township(one) {
    const heads = ["watch.name", "watch.state", "watch.stations", "watch.turnout", "watch.papers", "report.day.planned", "watch.open", "watch.findings", "at"];
    return make("section", { class: "panel scroll" }, make("h3", {}, one.township || t("county"), make("small", { class: "quiet" }, ` ${share(one.determined)}`)),
      make("p", { class: "quiet" }, `${t("report.turnout.fixed")} ${turnout(one.voters_fixed, one.fixed)} · ${t("report.turnout.told")} ${turnout(one.voters, one.voters_known)}`),
      make("table", {}, make("thead", {}, make("tr", {}, heads.map((key) => make("th", { scope: "col", class: NUMBERS.has(key) ? "number" : "" }, t(key))))),
        make("tbody", {}, one.units.map((unit) => make("tr", {}, make("th", { scope: "row" }, unit.key ? "★ " : "", unit.name), make("td", {}, t(`state.${unit.state}`)),
          make("td", {}, share(unit.closed)), make("td", {}, unit.voters_known ? share(unit.turnout) : "–"), make("td", { class: "number" }, number(unit.papers)), make("td", {}, unit.day ? day(unit.day) : "–"),
          make("td", { class: "number" }, number(unit.incidents_open)), make("td", { class: "number" }, number(unit.findings)), make("td", { class: "number quiet" }, `@${number(unit.size)}`))))));
  }
}
