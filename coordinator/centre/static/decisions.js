// What needs two persons: proposals with everything that the second person must see before confirming.

import { attempt, get, No, post } from "./ask.js";
import { proposeDestruction, wholeList } from "./destruction.js";
import { ask } from "./dialogs.js";
import { make } from "./dom.js";
import { put } from "./incident_parts.js";
import { day, moment, said, t } from "./texts.js";
import { tellHalf } from "./entering.js";

// the rules' sources write days for programs
const DATES = /\d{4}-\d\d-\d\d/g;

/** What the sealed rules say happens without a candidate. */
export function withoutLines(contests) {
  return make("div", { class: "without" }, contests.map((one) => make("div", {}, make("h4", {}, `${one.title}：${t("without.title")}`),
    make("ol", {}, one.lines.map((line) => make("li", {}, said([line.zh, line.en]), line.source ? make("small", { class: "quiet" }, ` ${line.source.replace(DATES, (found) => day(found))}`) : null))))));
}

export class Decisions {
  constructor(host, desk) {
    this.host = host;
    this.desk = desk;
    this.load();
  }

  update(detail) { if (detail.journal) this.load(); }

  async load() {
    const [found, objections] = [await attempt(() => get("/api/proposals")), await attempt(() => get("/api/objections"))];
    if (!found?.proposals || !objections?.objections) return;
    this.objections = objections;
    // thousands of lines that hardly anybody needs: asked for where a destruction is to be looked at
    if (found.proposals.some((one) => one.kind === "destruction")) this.keeping = (await attempt(() => get("/api/keeping"))) ?? this.keeping;
    const proposes = this.desk.me.role === "operator" || this.desk.me.role === "authority";
    const open = found.proposals.filter((one) => one.state === "open");
    const settled = found.proposals.filter((one) => one.state !== "open");
    put(this.host,
      make("div", { class: "page-head" }, make("h2", {}, t("tab.decisions")), make("p", { class: "quiet" }, t("decisions.note")),
        this.desk.me.role === "operator" ? make("button", { class: "button main", type: "button", "data-focus": "object", onclick: () => this.object() }, t("objection.enter")) : null,
        proposes ? make("button", { class: "button", type: "button", "data-focus": "destroy", onclick: () => this.destroy() }, t("destroy.propose")) : null),
      make("div", { class: "columns" },
        make("section", { class: "column", "aria-label": t("proposals.open") }, make("h3", {}, t("proposals.open"), make("span", { class: "count" }, open.length)),
          open.length ? open.map((one) => this.proposal(one)) : make("p", { class: "quiet" }, t("proposals.none")),
          settled.length ? make("h3", {}, t("proposals.settled")) : null, settled.map((one) => this.proposal(one))),
        make("section", { class: "column", "aria-label": t("objections") }, make("h3", {}, t("objections"), make("span", { class: "count" }, objections.objections.length)),
          objections.objections.length ? objections.objections.map((one) => this.objection(one)) : make("p", { class: "quiet" }, t("objections.none")))));
  }

  objection(one) {
    return make("article", { class: `case ${one.state} ${one.late ? "late" : ""}` },
      make("div", {}, make("b", {}, one.objection), ` ${this.desk.county.name(one.unit)} · ${t(`about.${one.about}`)}`),
      make("p", {}, one.subject),
      make("p", { class: "quiet" }, t("case.dates", { received: day(one.received), deadline: day(one.deadline) }), " ",
        make("span", { class: `chip ${one.state === "decided" ? "done" : one.late ? "void" : "counting"}` }, one.result ? t(`result.${one.result}`) : t(one.late ? "case.late" : "case.open"))),
      one.state === "open" && this.desk.me.role !== "supervisor" ? make("button", { class: "button small", type: "button", "data-focus": `d/${one.objection}`, onclick: () => this.decide(one) }, t("decision.propose")) : null);
  }

  object() {
    const { days } = this.objections;
    this.doing(t("objection.enter"), caseFields(this.desk, this.objections.today, days, false), "/api/objections", undefined, [], deadlineFollows(days));
  }

  async destroy() {
    const keeping = await attempt(() => get("/api/keeping"));
    if (!keeping?.units) return;
    const done = await proposeDestruction(keeping);
    if (done) { await attempt(() => this.desk.county.ask(), t("proposed.said")); await this.load(); }
  }

  decide(one) {
    this.doing(t("decision.title", { id: one.objection }), [
      { name: "result", label: t("decision.result"), options: ["upheld", "partly", "rejected"].map((word) => [word, t(`result.${word}`)]) },
      { name: "reason", label: t("why"), long: true }, { name: "basis", label: t("decision.basis"), hint: t("decision.basis.hint") },
    ], "/api/proposals", (given) => ({ matter: { kind: "decision", objection: one.objection, ...given } }), [make("p", {}, one.subject)]);
  }

  async doing(title, fields, path, more = (given) => given, intro = [], changed = null) {
    const done = await ask({ title, fields, intro, changed, act: (given) => post(path, more(given)) });
    if (done) { await attempt(() => this.desk.county.ask(), t("done")); await this.load(); }
    return done;
  }

  proposal(one) {
    const open = one.state === "open";
    return make("article", { class: `case ${one.state}` },
      make("div", {}, make("b", {}, one.proposal), ` ${t(`kind.${one.kind}`)} `, make("span", { class: `chip ${open ? "counting" : one.state === "confirmed" ? "done" : "void"}` }, t(`proposal.${one.state}`))),
      this.matter(one),
      one.without ? withoutLines(one.without) : null,
      make("p", { class: "quiet" }, t("proposal.by", { person: one.by, time: moment(one.time) }), one.second ? ` · ${t("proposal.second", { person: one.second, time: moment(one.settled) })}` : "", one.reason ? ` · ${one.reason}` : ""),
      make("p", { class: "quiet" }, t("proposal.digest"), make("code", { class: "digest" }, one.digest.slice(0, 16))),
      one.half ? make("p", { class: "told" }, t("told.half.first", { person: one.matter.person }), " ", make("code", { class: "code" }, one.half)) : null,
      open ? make("div", { class: "row-buttons" },
        one.may_confirm ? make("button", { class: "button small main", type: "button", "data-focus": `y/${one.proposal}`, onclick: () => this.confirm(one) }, t("proposal.confirm")) : null,
        one.may_confirm ? make("button", { class: "button small", type: "button", "data-focus": `n/${one.proposal}`, onclick: () => this.doing(t("proposal.reject"), [{ name: "text", label: t("why"), long: true }], `/api/proposals/${one.proposal}/reject`) }, t("proposal.reject")) : null,
        one.mine ? make("button", { class: "button small", type: "button", "data-focus": `t/${one.proposal}`, onclick: () => this.doing(t("proposal.take_back"), [{ name: "text", label: t("why"), optional: true }], `/api/proposals/${one.proposal}/take-back`) }, t("proposal.take_back")) : null,
        one.mine ? make("span", { class: "quiet" }, t("proposal.waits")) : null) : null);
  }

  matter(one) {
    const matter = { ...one.matter };
    const rows = [];
    const add = (key, value) => { if (value !== undefined && value !== "") rows.push(make("dt", {}, t(`matter.${key}`)), make("dd", {}, value)); };
    add("objection", matter.objection);
    if (matter.unit) add("unit", `${this.desk.county.name(matter.unit)} ${matter.unit}`);
    if (matter.units) add("units", wholeList(matter.units, (unit) => this.desk.county.name(unit), this.keeping));
    add("contest", one.names?.contest ?? matter.contest);
    add("candidate", one.names ? `${one.names.candidate} ${matter.candidate}`.trim() : matter.candidate);
    add("station", matter.station);
    if (matter.what) add("what", t(`correct.${matter.what}`));
    if (matter.why) add("why", t(`out.${matter.why}`));
    if (matter.day) add("day", day(matter.day));
    if (matter.result) add("result", t(`result.${matter.result}`));
    add("person", matter.person);
    add("name", matter.name);
    if (matter.role) add("role", t(`role.${matter.role}`));
    add("reason", matter.reason);
    add("basis", matter.basis);
    add("document", matter.document);
    return make("dl", { class: "facts left" }, rows);
  }

  async confirm(one) {
    const done = await this.doing(t("confirm.title", { id: one.proposal }), [
      { name: "read", label: t("confirm.read"), kind: "checkbox", value: false },
    ], `/api/proposals/${one.proposal}/confirm`, (given) => {
      if (!given.read) throw new No(0, { zh: t("confirm.must"), en: t("confirm.must"), word: "read" });
      return { digest: one.digest };
    }, [make("p", {}, t(`kind.${one.kind}`)), this.matter(one), one.without ? withoutLines(one.without) : null]);
    if (done?.half) tellHalf(done.person, done.half);
  }
}

/** The day by which a case is to be answered: the law's three days for the list of voters, the county's own for others. */
function deadlineOf(received, about, days) {
  const from = Date.parse(`${received}T00:00:00Z`);
  return Number.isNaN(from) ? "" : new Date(from + 86400000 * (days[about] ?? days.other)).toISOString().slice(0, 10);
}

/** The deadline that is proposed follows from what the case is about and when it came. */
export const deadlineFollows = (days) => (elements, name) => {
  if (name !== "about" && name !== "received") return;
  elements.namedItem("deadline").value = deadlineOf(elements.namedItem("received").value, elements.namedItem("about").value, days);
};

/** Fields that complaints and objections share. */
export function caseFields(desk, today, days, complaint) {
  const units = [...desk.county.units.values()];
  return [
    { name: "unit", label: t("matter.unit"), units, optional: complaint, placeholder: complaint ? t("choose.county") : undefined },
    ...(complaint ? [{ name: "channel", label: t("complaint.channel"), options: ["letter", "call", "visit", "hotline", "box", "mail", "web", "transfer"].map((word) => [word, t(`channel.${word}`)]) }] : []),
    { name: "about", label: t("case.about"), options: ["list", "candidates", "procedure", "result", "other"].map((word) => [word, t(`about.${word}`)]) },
    { name: "subject", label: t("case.subject"), long: true, hint: t("case.subject.hint") },
    { name: "received", label: t("case.received"), kind: "date", value: today },
    { name: "deadline", label: t("case.deadline"), kind: "date", value: deadlineOf(today, "list", days), hint: t("case.deadline.hint", { list: days.list }) },
  ];
}
