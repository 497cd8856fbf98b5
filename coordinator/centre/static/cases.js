// Registers: every incident with its times, and the register of complaints with deadlines.

import { attempt, get, post } from "./ask.js";
import { ask } from "./dialogs.js";
import { make } from "./dom.js";
import { caseFields, deadlineFollows } from "./decisions.js";
import { acknowledge, LEVELS, levelChip, put, raise, since } from "./incident_parts.js";
import { day, moment, t } from "./texts.js";

class Register {
  constructor(host, desk) {
    this.host = host;
    this.desk = desk;
    this.load();
  }

  update(detail) { if (detail.journal) this.load(); }

  async doing(title, fields, path, changed = null) {
    const done = await ask({ title, fields, changed, act: (given) => post(path, given) });
    if (done) { await attempt(() => this.desk.county.ask(), t("done")); await this.load(); }
  }

  button(word, focus, onclick, main = false) {
    return make("button", { class: `button small ${main ? "main" : ""}`, type: "button", "data-focus": focus, onclick }, t(word));
  }
}

export class Incidents extends Register {
  async load() {
    const found = await attempt(() => get("/api/incidents"));
    if (!found?.incidents) return;
    const { me } = this.desk;
    const desk = me.role === "operator";
    put(this.host,
      make("div", { class: "page-head" }, make("h2", {}, t("tab.incidents")),
        make("p", { class: "quiet" }, t("incidents.note", { general: found.aims.general, serious: found.aims.serious, grave: found.aims.grave })),
        desk ? make("button", { class: "button main", type: "button", "data-focus": "raise", onclick: async () => { if (await raise(this.desk, "")) this.load(); } }, t("incident.raise.county")) : null),
      make("div", { class: "panel scroll" }, make("table", {},
        make("thead", {}, make("tr", {}, ["incident.id", "incident.level", "incident.where", "incident.what", "incident.when", "incident.how.long", "incident.now", ""].map((key) => make("th", { scope: "col" }, key ? t(key) : make("span", { class: "hidden" }, t("actions")))))),
        make("tbody", {}, found.incidents.map((one) => this.row(one, found.time, desk))))),
      found.incidents.length ? null : make("p", { class: "quiet" }, t("incident.none")));
  }

  row(one, now, desk) {
    const field = [{ name: "text", label: t("remark"), long: true }];
    const levels = { name: "level", label: t("incident.level"), options: LEVELS.filter((level) => level !== one.level).map((level) => [level, t(`level.${level}`)]) };
    return make("tr", { class: one.late && one.state === "raised" ? "late" : "" },
      make("th", { scope: "row" }, one.incident), make("td", {}, levelChip(one)),
      make("td", {}, one.unit ? make("a", { href: `#village/${encodeURIComponent(one.unit)}` }, this.desk.county.name(one.unit)) : t("county")),
      make("td", { class: "wide" }, make("b", {}, one.title), one.detail ? make("div", {}, one.detail) : null,
        make("ul", { class: "remarks" }, one.remarks.map((remark) => make("li", {}, make("span", { class: "quiet" }, `${moment(remark.time)} ${remark.person} `), remark.text)))),
      make("td", {}, moment(one.raised), make("div", { class: "quiet" }, one.by)), make("td", {}, since(one, now)),
      make("td", {}, make("span", { class: `chip ${one.state === "closed" ? "done" : one.state === "raised" ? "void" : "counting"}` }, t(`incident.state.${one.state}`))),
      make("td", {}, make("div", { class: "row-buttons" },
        desk && one.state === "raised" ? this.button("incident.acknowledge", `a/${one.incident}`, async () => { if (await acknowledge(this.desk, one)) this.load(); }, true) : null,
        desk && one.state === "acknowledged" ? this.button("incident.close", `c/${one.incident}`, () => this.doing(t("incident.close.title", { id: one.incident }), [{ name: "text", label: t("incident.done"), long: true }], `/api/incidents/${one.incident}/close`), true) : null,
        desk && one.state !== "closed" ? this.button("incident.relevel", `l/${one.incident}`, () => this.doing(t("incident.relevel"), [levels, { name: "text", label: t("why"), long: true }], `/api/incidents/${one.incident}/level`)) : null,
        desk || this.desk.me.role === "guide" ? this.button("incident.note", `n/${one.incident}`, () => this.doing(t("incident.note"), field, `/api/incidents/${one.incident}/note`)) : null)));
  }
}

export class Complaints extends Register {
  async load() {
    const found = await attempt(() => get("/api/complaints"));
    if (!found?.complaints) return;
    const desk = this.desk.me.role === "operator";
    put(this.host,
      make("div", { class: "page-head" }, make("h2", {}, t("tab.complaints")), make("p", { class: "quiet" }, t("complaints.note")),
        desk ? make("button", { class: "button main", type: "button", "data-focus": "enter", onclick: () => this.doing(t("complaint.enter"), caseFields(this.desk, found.today, found.days, true), "/api/complaints", deadlineFollows(found.days)) }, t("complaint.enter")) : null),
      make("div", { class: "panel scroll" }, make("table", {},
        make("thead", {}, make("tr", {}, ["complaint.id", "incident.where", "complaint.channel", "case.about", "case.subject", "case.received", "case.deadline", "incident.now", ""].map((key) => make("th", { scope: "col" }, key ? t(key) : make("span", { class: "hidden" }, t("actions")))))),
        make("tbody", {}, found.complaints.map((one) => make("tr", { class: one.late && one.state === "open" ? "late" : "" },
          make("th", { scope: "row" }, one.complaint), make("td", {}, one.unit ? this.desk.county.name(one.unit) : t("county")),
          make("td", {}, t(`channel.${one.channel}`)), make("td", {}, t(`about.${one.about}`)),
          make("td", { class: "wide" }, one.subject, make("ul", { class: "remarks" }, one.remarks.map((remark) => make("li", {}, make("span", { class: "quiet" }, `${moment(remark.time)} ${remark.person} `), remark.text)))),
          make("td", {}, day(one.received)), make("td", {}, day(one.deadline)),
          make("td", {}, make("span", { class: `chip ${one.state === "open" ? (one.late ? "void" : "counting") : "done"}` }, t(one.late ? "case.late" : `complaint.${one.state}`))),
          make("td", {}, make("div", { class: "row-buttons" },
            desk && one.state === "open" ? this.button("complaint.answer", `a/${one.complaint}`, () => this.doing(t("complaint.answer"), [{ name: "text", label: t("complaint.what"), long: true }], `/api/complaints/${one.complaint}/answer`), true) : null,
            desk && one.state !== "closed" ? this.button("complaint.close", `c/${one.complaint}`, () => this.doing(t("complaint.close"), [{ name: "text", label: t("remark"), long: true }], `/api/complaints/${one.complaint}/close`)) : null))))))),
      found.complaints.length ? null : make("p", { class: "quiet" }, t("complaints.none")));
  }
}
