// One village: its figures as they stand, fetched when it is opened and again when its line has changed.

import { make } from "./dom.js";
import { phaseOf } from "./model.js";
import { chip } from "./summary.js";
import { number, ratio, said, t } from "./texts.js";
import { boxTable, checkPart, contestPart, findingsPart, recordsTable, stationTable } from "./village_parts.js";

// how often a village that is being counted is fetched again, at most
const PAUSE = 1000;

export class VillagePage {
  constructor(host, model) {
    this.host = host;
    this.model = model;
    this.unit = null;
    this.data = null;
    this.fetched = 0;
    this.recordsOpen = false;
  }

  /** Open a unit; `part` is the section to go to, `noticed` the log size that a printed notice says. */
  async show(unit, part, noticed = null) {
    const another = this.unit !== unit;
    this.noticed = noticed;
    this.unit = unit;
    if (another) {
      this.data = null;
      this.recordsOpen = false;
      this.host.replaceChildren(make("p", { class: "waiting" }, t("waiting")));
    }
    await this.fetch();
    if (part) this.host.querySelector(`#part-${part}`)?.scrollIntoView();
    else if (another) { scrollTo(0, 0); this.host.querySelector("h2")?.focus(); }
  }

  leave() { this.unit = null; clearTimeout(this.again); }

  /** Some units have changed. */
  changed(indexes) {
    if (!this.unit || !indexes.has(this.unit.index)) return;
    clearTimeout(this.again);
    this.again = setTimeout(() => this.fetch(), Math.max(0, this.fetched + PAUSE - Date.now()));
  }

  async fetch() {
    const { unit } = this;
    if (!unit) return;
    this.fetched = Date.now();
    try {
      const answer = await fetch(`units/${unit.id}.json`, { cache: "no-cache" });
      if (!answer.ok) throw new Error(String(answer.status));
      const data = await answer.json();
      if (this.unit !== unit) return;
      this.data = data;
      this.draw();
    } catch {
      if (this.unit === unit && !this.data) this.host.replaceChildren(make("p", { class: "waiting" }, t("village.lost")));
    }
    // files of a busy county may be behind the line: ask again until they are not
    if (this.unit === unit && this.data && this.data.size < this.model.row(unit.index).size) this.changed(new Set([unit.index]));
  }

  draw() {
    const { data, host } = this;
    const held = { y: scrollY, at: document.activeElement?.id };
    host.replaceChildren(
      this.crumbs(), this.heading(data),
      make("div", { class: "village-columns" },
        make("div", { class: "village-main" },
          data.contests.map((contest) => contestPart(contest, data)),
          findingsPart(data),
          make("section", { class: "panel" }, make("h3", {}, t("boxes")), boxTable(data)),
          make("section", { class: "panel" }, make("h3", {}, t("stations")), stationTable(data)),
          this.records(data)),
        make("aside", { class: "village-side", "aria-label": t("facts") }, this.facts(data), checkPart(data, this.model, this.noticed))));
    host.dataset.size = data.size;
    scrollTo(0, held.y);
    if (held.at) document.getElementById(held.at)?.focus({ preventScroll: true });
  }

  crumbs() {
    const place = this.model.plan.places[this.unit.place];
    const { index } = this.unit;
    const near = (step) => this.model.units[index + step];
    const link = (unit, label, id) => (unit ? make("a", { class: "button", id, href: `#/village/${encodeURIComponent(unit.id)}` },
      label, " ", unit.name) : null);
    return make("nav", { class: "crumbs", "aria-label": t("crumbs") },
      make("a", { class: "button", id: "back", href: "#/" }, `← ${t("back")}`),
      make("span", { class: "path" }, place.join(" › ")),
      link(near(-1), "‹", "previous"), link(near(1), "›", "next"));
  }

  heading(data) {
    return make("header", { class: "village-head" },
      make("h2", { tabindex: "-1" }, data.name),
      make("span", { class: `village-state ${phaseOf(data.state)}` }, chip(data.state)),
      make("span", { class: "size" }, t("at.size", { size: number(data.size) })));
  }

  facts(data) {
    const unit = this.unit;
    const line = (name, value) => [make("dt", {}, t(name)), make("dd", {}, value)];
    const voters = data.voters === null ? "–" : ratio(data.voters, unit.registered);
    const from = { boxes: "turnout.boxes", forms: "turnout.forms", papers: "turnout.papers" }[data.voters_from];
    return make("section", { class: "panel facts" }, make("h3", {}, t("facts")),
      make("dl", {},
        line("fact.id", data.unit),
        line("fact.registered", unit.registered < 0 ? "–" : number(unit.registered)),
        line("fact.turnout", [voters, from ? make("small", {}, ` ${t(from)}`) : null]),
        line("fact.papers", number(data.papers)),
        line("fact.batches", number(data.batches)),
        line("fact.stations", `${number(data.stations.filter((one) => one.state === "COUNTED").length)}/${number(data.stations.length)}`),
        line("fact.rules", [data.profile.title, make("small", {}, ` ${t("fact.force", { date: data.profile.in_force })}`)]),
        data.rules.length ? line("fact.own", data.rules.map((rule) => { const [name, value, who] = rule.map(said); return make("p", {}, t("fact.own.rule", { name, value, who })); })) : null));
  }

  records(data) {
    const section = make("section", { class: "panel", id: "part-records" }, make("h3", {}, t("records")));
    const body = make("div", {});
    const load = async () => {
      this.recordsOpen = true;
      try {
        const answer = await fetch(`units/${data.unit}.records.json`, { cache: "no-cache" });
        body.replaceChildren(recordsTable(await answer.json()));
      } catch { body.replaceChildren(make("p", {}, t("village.lost"))); }
    };
    body.append(make("button", { class: "button", type: "button", id: "show-records", onclick: load },
      t("records.show", { n: number(data.records) })));
    section.append(make("p", { class: "quiet" }, t("records.note")), body);
    if (this.recordsOpen) load();
    return section;
  }
}
