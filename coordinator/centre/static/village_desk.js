// One village at the desk: what is counted, what does not fit, what is planned, who signed, who observes, what happened.

import { attempt, download, get, post, say } from "./ask.js";
import { ask } from "./dialogs.js";
import { make } from "./dom.js";
import { phaseOf } from "./county.js";
import { currentLanguage, day, moment, number, ratio, said, t } from "./texts.js";
import { acknowledge, levelChip, raise, since, span } from "./incident_parts.js";
import { withoutLines } from "./decisions.js";

export const CHECKS = ["audit", "rectified", "promises", "vetting", "evaluation", "speech", "secretary_chairs"];
const OBSERVERS = ["congress", "consultative", "press", "legal", "notary", "other"];
const PRINTED = 8;
const ORDERS = ["party_first", "committee_first", "same_day", "free"];
const WHY = ["withdrew", "death", "disqualified", "court"];

export class VillageDesk {
  constructor(host, desk, unit) {
    this.host = host;
    this.desk = desk;
    this.unit = unit;
    this.load(true);
  }

  get changes() { return this.desk.me.role === "operator" || this.desk.me.role === "guide"; }

  async load(first = false) {
    const village = await attempt(() => get(`/api/units/${encodeURIComponent(this.unit)}`));
    if (!village?.unit) { if (first) this.host.replaceChildren(make("p", { class: "quiet" }, t("village.none"))); return; }
    const focused = this.host.contains(document.activeElement) ? document.activeElement.dataset.focus : "";
    this.village = village;
    this.host.replaceChildren(this.head(), make("div", { class: "columns" },
      make("div", { class: "column" }, this.incidents(), this.count(), this.findings(), this.contests()),
      make("div", { class: "column" }, this.plan(), this.checks(), this.observers(), this.proofs(), this.forms())));
    if (first) this.host.querySelector("h2").focus();
    else if (focused) this.host.querySelector(`[data-focus="${CSS.escape(focused)}"]`)?.focus();
  }

  update(detail) {
    if (detail.journal || (detail.changed && this.desk.county.units.get(this.unit)?.size !== this.village?.size)) this.load();
  }

  async act(title, fields, path, done = t("done"), more = (given) => given, intro = []) {
    const answer = await ask({ title, fields, intro, act: (given) => post(path, more(given)) });
    if (answer) { await attempt(() => this.desk.county.again(), done); await this.load(); }
  }

  path(word) { return `/api/units/${encodeURIComponent(this.unit)}/${word}`; }

  head() {
    const one = this.village;
    const { me } = this.desk;
    const silent = this.desk.county.silence(this.unit);
    const delay = this.desk.county.delay(this.unit);
    return make("div", { class: "village-head" },
      make("a", { class: "button", href: "#watch" }, `← ${t("tab.watch")}`),
      make("h2", { tabindex: "-1" }, one.key ? make("span", { class: "key", title: t("key") }, "★ ") : null, one.name),
      make("span", { class: `chip ${phaseOf(one.state)}` }, t(`state.${one.state}`)),
      silent ? make("span", { class: "silent-mark" }, t("silent.since", { span: span(silent) })) : null,
      delay ? make("span", { class: "silent-mark" }, t("unbegun.since", { span: span(delay) })) : null,
      make("span", { class: "quiet" }, [...one.place, one.unit].join(" › ")),
      me.board ? make("a", { href: `${me.board}#/village/${encodeURIComponent(this.unit)}`, target: "_blank", rel: "noopener noreferrer" }, t("board.link")) : null,
      make("span", { class: "grow" }),
      this.changes ? make("button", { class: "button main", type: "button", "data-focus": "raise", onclick: async () => { if (await raise(this.desk, this.unit)) this.load(); } }, t("incident.raise")) : null,
      me.role === "operator" ? make("button", { class: "button", type: "button", "data-focus": "key", onclick: () => this.key() }, t(one.key ? "key.remove" : "key.set")) : null);
  }

  key() {
    const key = !this.village.key;
    this.act(t(key ? "key.set" : "key.remove"), [{ name: "text", label: t("why"), long: true, optional: true }], this.path("key"), t("done"), (given) => ({ key, ...given }));
  }

  panel(word, ...body) {
    return make("section", { class: "panel", "aria-labelledby": `v-${word}` }, make("h3", { id: `v-${word}` }, t(`panel.${word}`)), body);
  }

  incidents() {
    const one = this.village;
    if (!one.incidents.length) return this.panel("incidents", make("p", { class: "quiet" }, t("incident.none")));
    return this.panel("incidents", make("ul", { class: "cards-list" }, [...one.incidents].reverse().map((incident) => make("li", { class: `incident ${incident.level} ${incident.state}` },
      make("div", {}, levelChip(incident), make("b", {}, incident.title), make("span", { class: "quiet" }, ` ${incident.incident}`)),
      incident.detail ? make("p", {}, incident.detail) : null,
      make("div", { class: "quiet" }, t(`incident.state.${incident.state}`), " · ", since(incident, this.desk.county.time)),
      make("ul", { class: "remarks" }, incident.remarks.map((remark) => make("li", {}, make("span", { class: "quiet" }, `${moment(remark.time)} ${remark.person} `), remark.text))),
      make("div", { class: "row-buttons" },
        this.desk.me.role === "operator" && incident.state === "raised" ? make("button", { class: "button small main", type: "button", "data-focus": `a/${incident.incident}`, onclick: async () => { if (await acknowledge(this.desk, incident)) this.load(); } }, t("incident.acknowledge")) : null,
        this.changes && incident.state !== "closed" ? make("button", { class: "button small", type: "button", "data-focus": `n/${incident.incident}`, onclick: () => this.act(t("incident.note"), [{ name: "text", label: t("remark"), long: true }], `/api/incidents/${incident.incident}/note`) }, t("incident.note")) : null)))));
  }

  count() {
    const one = this.village;
    return this.panel("count",
      make("dl", { class: "facts" },
        make("dt", {}, t("watch.turnout")), make("dd", {}, one.voters < 0 ? "–" : ratio(one.voters, one.registered)),
        make("dt", {}, t("watch.papers")), make("dd", {}, number(one.papers)),
        make("dt", {}, t("batches")), make("dd", {}, number(one.batches)),
        make("dt", {}, t("at")), make("dd", {}, `@${number(one.size)}`)),
      make("table", {}, make("thead", {}, make("tr", {}, ["station", "station.state", "station.records", "batches", "watch.silent"].map((key) => make("th", { scope: "col", class: key === "batches" || key === "station.records" ? "number" : "" }, t(key))))),
        make("tbody", {}, one.tables.map((table) => {
          const quiet = (this.desk.county.silent[this.unit] ?? []).find(([station]) => station === table.station);
          return make("tr", {}, make("th", { scope: "row" }, table.station), make("td", {}, t(`station.${table.state}`)), make("td", { class: "number" }, number(table.records)),
            make("td", { class: "number" }, number(table.batches)), make("td", {}, quiet ? make("span", { class: "silent-mark" }, span(quiet[1])) : ""));
        }))),
      this.desk.me.role === "operator" ? make("p", { class: "row-buttons" }, make("button", { class: "button small", type: "button", "data-focus": "correct", onclick: () => this.correct() }, t("correct.propose"))) : null);
  }

  correct() {
    this.act(t("correct.propose"), [
      { name: "station", label: t("station"), options: this.village.tables.map((one) => [one.station, one.station]) },
      { name: "what", label: t("correct.what"), options: ["correction", "recount", "reopen"].map((word) => [word, t(`correct.${word}`)]) },
      { name: "reason", label: t("why"), long: true },
    ], "/api/proposals", t("proposed.said"), (given) => ({ matter: { kind: "correction", unit: this.unit, ...given } }), [make("p", { class: "quiet" }, t("correct.note"))]);
  }

  findings() {
    const found = this.village.finding_list;
    if (!found.length) return this.panel("findings", make("p", { class: "quiet" }, t("findings.none")));
    return this.panel("findings", make("ul", { class: "found" }, found.map((one) => make("li", {},
      make("b", {}, one.code), one.station ? ` · ${t("station")} ${one.station}` : "", ` · ${t("findings.sides", { expected: one.expected, found: one.found })}`,
      make("p", { class: "quiet" }, said([one.zh, one.en]))))));
  }

  contests() {
    const out = new Map(this.village.out.map((one) => [`${one.contest}/${one.candidate}`, one]));
    return this.panel("candidates", this.village.contests.map((contest) => make("div", { class: "contest" },
      make("h4", {}, contest.title, make("small", { class: "quiet" }, ` ${t("seats", { n: contest.seats })}`), contest.outcome ? make("span", { class: `chip outcome-${contest.outcome}` }, t(`outcome.${contest.outcome}`)) : null),
      make("ul", { class: "people" }, contest.candidates.map((one) => {
        const gone = out.get(`${contest.contest}/${one.id}`);
        return make("li", {}, make("span", { class: gone ? "gone" : "" }, one.name), make("small", { class: "quiet" }, ` ${one.id}`),
          gone ? make("span", { class: "chip void" }, t(gone.state === "open" ? "out.open" : "out.confirmed", { why: t(`out.${gone.why}`) })) : null,
          !gone && this.desk.me.role === "operator" ? make("button", { class: "link", type: "button", "data-focus": `o/${contest.contest}/${one.id}`, onclick: () => this.out(contest, one) }, t("out.propose")) : null);
      })))));
  }

  async out(contest, candidate) {
    const found = await attempt(() => get(`/api/units/${encodeURIComponent(this.unit)}/candidates/${encodeURIComponent(candidate.id)}/without`));
    if (!found?.contests) return;
    this.act(t("out.title", { name: candidate.name }), [
      { name: "why", label: t("out.why"), options: WHY.map((word) => [word, t(`out.${word}`)]) },
      { name: "day", label: t("out.day"), kind: "date" },
      { name: "document", label: t("out.document"), long: true, hint: t("out.document.hint") },
    ], "/api/proposals", t("proposed.said"), (given) => ({ matter: { kind: "candidate_out", unit: this.unit, contest: contest.contest, candidate: candidate.id, ...given } }),
    [withoutLines(found.contests.filter((one) => one.contest === contest.contest))]);
  }

  plan() {
    const days = Object.entries(this.village.plan);
    return this.panel("plan",
      days.length ? make("dl", { class: "facts" }, days.map(([body, one]) => [make("dt", {}, t(`body.${body}`)),
        make("dd", {}, `${day(one.day)} · ${t("wave", { n: one.wave })}`, one.opens ? ` · ${one.opens}–${one.closes}` : "")])) : make("p", { class: "quiet" }, t("plan.none")),
      this.village.warnings.map((word) => make("p", { class: "warning" }, t(`warning.${word}`))),
      make("p", { class: "quiet" }, t("order.is"), " ", t(`order.${this.village.order}`), " ",
        this.desk.me.role === "operator" ? make("button", { class: "link", type: "button", "data-focus": "order", onclick: () => this.order() }, t("change")) : null));
  }

  /** This unit's own order, where it is another than the county's. */
  order() {
    this.act(t("order.change"), [{ name: "order", label: t("order.is"), value: this.village.order, options: ORDERS.map((word) => [word, t(`order.${word}`)]) }],
      "/api/order", t("done"), (given) => ({ unit: this.unit, ...given }), [make("p", { class: "quiet" }, t("order.note"))]);
  }

  checks() {
    return this.panel("checks", make("p", { class: "quiet" }, t("checks.note")), make("ul", { class: "checks" }, CHECKS.map((item) => {
      const one = this.village.checks[item];
      return make("li", { class: one?.done ? "is-done" : "" },
        make("span", { class: "mark", "aria-hidden": "true" }, one?.done ? "✓" : "·"),
        make("span", {}, t(`check.${item}`), make("small", { class: "quiet" }, one ? ` ${one.done ? t("check.done") : t("check.undone")} ${one.day ? day(one.day) : ""} ${one.ref}` : ` ${t("check.unknown")}`)),
        this.changes ? make("button", { class: "link", type: "button", "data-focus": `k/${item}`, onclick: () => this.check(item, one) }, t("change")) : null);
    })));
  }

  check(item, one) {
    this.act(t(`check.${item}`), [
      { name: "done", label: t("check.is.done"), kind: "checkbox", value: one?.done ?? true },
      { name: "day", label: t("date"), kind: "date", value: one?.day ?? "", optional: true },
      { name: "ref", label: t("document"), value: one?.ref ?? "", optional: true },
    ], this.path("check"), t("done"), (given) => ({ item, ...given }));
  }

  observers() {
    const found = this.village.observers;
    const all = Object.values(found).reduce((sum, count) => sum + count, 0);
    return this.panel("observers", make("p", {}, all ? t("observers.sum", { n: all }) : t("observers.none"), " ",
      make("span", { class: "quiet" }, OBSERVERS.filter((kind) => found[kind]).map((kind) => `${t(`observer.${kind}`)} ${found[kind]}`).join(" · "))),
    this.changes ? make("p", { class: "row-buttons" }, make("button", { class: "button small", type: "button", "data-focus": "observe", onclick: () => this.act(t("panel.observers"), [
      { name: "kind", label: t("observer.kind"), options: OBSERVERS.map((kind) => [kind, t(`observer.${kind}`)]) },
      { name: "count", label: t("observer.count"), kind: "number", min: 0, max: 99, value: 1 },
    ], this.path("observers")) }, t("change"))) : null);
  }

  forms() {
    const { forms } = this.village;
    const chosen = this.desk.forms.filter((one) => one.subject === "unit");
    const select = make("select", { id: "form-choice", "aria-label": t("form.which"), "data-focus": "form" }, chosen.map((one) => make("option", { value: one.form }, said([one.zh, one.en]))));
    const print = async () => {
      const form = (warned) => download(this.path("forms"), { form: select.value, english: currentLanguage() === "en", warned });
      const made = await attempt(() => form(false).catch((no) => {
        // a candidate who is out stands on it as elected: read first, then printed knowingly or not at all
        if (no.word !== "warned") throw no;
        return ask({ title: t("form.warned"), intro: [make("p", { class: "error" }, no.message)], button: t("form.anyway"), danger: true, act: () => form(true) });
      }));
      if (made?.sha256) { say(t("form.said", { sha256: made.sha256.slice(0, 16) })); await this.load(); }
    };
    return this.panel("forms", this.changes && chosen.length ? make("p", { class: "row-buttons" }, select, make("button", { class: "button small main", type: "button", "data-focus": "print", onclick: print }, t("form.print"))) : null,
      forms?.length ? make("ul", { class: "remarks" }, [...forms].reverse().slice(0, PRINTED).map((one) => make("li", {}, make("span", { class: "quiet" }, `${moment(one.time)} `), this.formName(one.form), make("code", { class: "digest" }, one.sha256.slice(0, 16)), make("span", { class: "quiet" }, ` @${number(one.size)}`)))) : make("p", { class: "quiet" }, t("form.none")),
      forms?.length > PRINTED ? make("p", { class: "quiet" }, t("more", { n: number(forms.length - PRINTED) })) : null);
  }

  formName(form) {
    const found = this.desk.forms.find((one) => one.form === form);
    return found ? said([found.zh, found.en]) : form;
  }

  proofs() {
    return this.panel("proofs", make("p", { class: "quiet" }, t("proofs.note")), make("ul", { class: "checks" }, ["candidates", "layout"].map((what) => {
      const one = this.village.proofs[what];
      return make("li", { class: one?.same ? "is-done" : "" }, make("span", { class: "mark", "aria-hidden": "true" }, one?.same ? "✓" : "·"),
        make("span", {}, t(`proof.${what}`), make("small", { class: "quiet" }, one ? ` ${one.signed_by} ${day(one.day)}${one.same ? "" : ` ${t("proof.old")}`}` : ` ${t("proof.none")}`),
          // only of what was signed: what is there now has to be read off the paper
          one ? make("code", { class: "digest", title: t("proof.digest") }, one.digest.slice(0, 12)) : null),
        this.changes ? make("button", { class: "link", type: "button", "data-focus": `p/${what}`, onclick: () => this.act(t(`proof.${what}`), [
          { name: "signed_by", label: t("proof.by"), hint: t("proof.by.hint") }, { name: "day", label: t("date"), kind: "date" },
          { name: "digest", label: t("proof.digest"), most: 80, hint: t("proof.digest.hint") },
        ], this.path("proof"), t("done"), (given) => ({ what, ...given })) }, t("enter")) : null);
    })));
  }
}
