// The audit trail: every act as it was signed, the newest first.

import { attempt, get } from "./ask.js";
import { make } from "./dom.js";
import { put } from "./incident_parts.js";
import { day, moment, number, t } from "./texts.js";

const PAGE = 100;
const DAY = /^\d{4}-\d\d-\d\d$/;

export class JournalView {
  constructor(host, desk) {
    this.host = host;
    this.desk = desk;
    this.top = null;
    this.load();
  }

  update(detail) { if (detail.journal && this.top === null) this.load(); }

  async load() {
    const last = this.top ?? this.desk.county.acts;
    const above = Math.max(0, last - PAGE);
    const found = await attempt(() => get(`/api/acts?above=${above}&most=${PAGE}`));
    if (!found?.acts) return;
    const turn = (word, top, there) => make("button", { class: "button small", type: "button", "data-focus": word, disabled: there ? null : true, onclick: () => { this.top = top; this.load(); } }, t(word));
    put(this.host,
      make("div", { class: "page-head" }, make("h2", {}, t("tab.journal")), make("p", { class: "quiet" }, t("journal.note", { n: number(found.last) }), " ", make("code", { class: "digest" }, `${found.last}:${found.head.slice(0, 24)}…`)),
        turn("journal.newer", last + PAGE >= found.last ? null : last + PAGE, this.top !== null), turn("journal.older", above, above > 0)),
      make("div", { class: "panel scroll" }, make("table", {},
        make("thead", {}, make("tr", {}, ["journal.id", "journal.time", "journal.person", "journal.act", "journal.body"].map((key) => make("th", { scope: "col" }, t(key))))),
        make("tbody", {}, [...found.acts].reverse().map((one) => make("tr", {}, make("th", { scope: "row" }, one.id), make("td", {}, moment(one.time)), make("td", {}, one.person),
          make("td", {}, t(`act.${one.act}`)), make("td", { class: "wide body" }, words(one.body))))))));
  }
}

function words(body) {
  const shown = Object.entries(body).filter(([, value]) => value !== "" && !(Array.isArray(value) && !value.length));
  return shown.map(([key, value]) => make("span", { class: "pair" }, make("span", { class: "quiet" }, `${t(`field.${key}`)} `), told(value), " "));
}

function told(value) {
  if (Array.isArray(value)) return value.join("、");
  if (typeof value === "boolean") return t(value ? "yes" : "no");
  if (typeof value === "object") return words(value);
  return DAY.test(value) ? day(value) : String(value);
}
