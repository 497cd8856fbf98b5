// The parts of a village's page: the 正 board of a post, its outcome with the explanation, tables, how to check.

import { make } from "./dom.js";
import { moment, number, said, t } from "./texts.js";
import { zheng } from "./zheng.js";

const table = (label, heads, rows, kind = "") => make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": label },
  make("table", { class: kind },
    make("thead", {}, make("tr", {}, heads.map(([word, number_]) => make("th", { scope: "col", class: number_ ? "number" : null }, word)))),
    make("tbody", {}, rows)));

const hash = (text) => make("code", { class: "hash", title: text }, text.slice(0, 8), make("span", { class: "rest" }, text.slice(8)));

/** Persons by their references: a candidate's id, or + and a written name. */
function nameOf(data, reference) {
  if (reference.startsWith("+")) return reference.slice(1);
  for (const contest of data.contests) {
    const found = contest.candidates.find((person) => person.id === reference);
    if (found) return found.name;
  }
  return reference;
}

/** One post: candidates with their strokes, the papers, the outcome. */
export function contestPart(contest, data) {
  const elected = contest.declared ?? contest.result?.elected ?? [];
  return make("section", { class: "panel contest", id: `contest-${contest.id}` },
    make("h3", {}, contest.title,
      make("span", { class: "quiet" }, ` ${t("contest.seats", { n: contest.seats })}`),
      contest.round > 1 || contest.rule[0] !== "election"
        ? make("span", { class: "chip voting" }, t("contest.round", { n: contest.round, rule: said([contest.rule[1], contest.rule[0]]) })) : null),
    boardTable(contest, elected), papersLine(contest), outcomePart(contest, data));
}

const MARKS = ["oppose", "abstain", "unclear"];

function boardTable(contest, elected) {
  const row = (name, votes, marks, chosen, kind) => make("tr", { class: `${chosen ? "chosen" : ""} ${kind}` },
    make("th", { scope: "row" }, make("span", { class: "person" }, name), chosen ? make("span", { class: "chip elected" }, t("elected")) : null),
    make("td", { class: "strokes" }, zheng(votes)),
    make("td", { class: "number votes" }, number(votes)),
    marks.map((mark, place) => make("td", { class: "number mark", "data-word": mark === "" ? null : t(MARKS[place]) }, mark)));
  const candidates = contest.candidates.map((person) => row(person.name, person.approve,
    [person.oppose, person.abstain, person.unclear].map(number), elected.includes(person.id), "candidate"));
  const written = contest.written.map((person) => row([person.name, make("small", {}, ` ${t("written.mark")}`)], person.votes, ["", "", ""],
    elected.includes(`+${person.name}`), "written"));
  const opened = contest.written.reduce((sum, person) => sum + person.votes, 0);
  const rest = contest.figures.written - opened;
  if (rest > 0) written.push(row(t(contest.written.length ? "written.rest" : "written.all"), rest, ["", "", ""], false, "written"));
  return table(t("board.of", { title: contest.title }),
    [[t("candidate")], [t("strokes")], [t("approve"), 1], ...MARKS.map((mark) => [t(mark), 1])],
    [...candidates, ...written], "tally");
}

const VOID = ["over", "duplicate", "illegible", "unpaired", "torn", "not_official", "marked", "unidentifiable", "unstated"];

function papersLine(contest) {
  const { figures } = contest;
  const spoilt = VOID.filter((name) => figures[name]);
  const all = spoilt.reduce((sum, name) => sum + figures[name], 0);
  const why = spoilt.map((name) => `${t(`void.${name}`)} ${number(figures[name])}`).join(" · ");
  const part = (name, value) => make("span", { class: "part" }, t(name), " ", make("b", {}, number(value)));
  return make("p", { class: "paper-line" }, part("papers.counted", contest.papers), part("papers.valid", figures.valid),
    part("papers.blank", figures.blank), part("papers.void", all), why ? make("span", { class: "quiet" }, `(${why})`) : null);
}

function outcomePart(contest, data) {
  const { result } = contest;
  const names = (list) => list.map((reference) => nameOf(data, reference)).join(t("list.comma"));
  // who read the earlier declaration must learn that it no longer holds, not find it gone
  const earlier = contest.superseded ? make("p", { class: "superseded" }, contest.superseded.length
    ? t("outcome.superseded", { names: names(contest.superseded) }) : t("outcome.superseded.nobody")) : null;
  if (!result) return make("div", { class: "outcome pending" }, make("p", {}, t("outcome.pending")), earlier);
  const lines = [make("span", { class: `chip outcome-${result.outcome}` }, t(`outcome.${result.outcome}`))];
  if (result.elected.length) lines.push(make("span", {}, t("outcome.elected", { names: names(result.elected) })));
  if (result.short) lines.push(make("span", {}, t("outcome.short", { n: number(result.short) })));
  if (result.runoff.length) lines.push(make("span", {}, t("outcome.runoff.names", { names: names(result.runoff) })));
  if (result.next.length) lines.push(make("span", {}, t("outcome.next", { names: names(result.next) })));
  return make("div", { class: "outcome" },
    make("p", { class: "outcome-line" }, lines),
    contest.declared ? make("p", {}, contest.declared.length
      ? t("outcome.declared", { names: names(contest.declared) }) : t("outcome.declared.nobody")) : null,
    earlier,
    contest.explanation.length ? make("details", { id: `why-${contest.id}` }, make("summary", {}, t("outcome.why")),
      make("ol", { class: "why" }, contest.explanation.map(said).map((line) => (
        make("li", { class: line.startsWith(" ") ? "under" : null }, line.trim()))))) : null);
}

export function findingsPart(data) {
  if (!data.findings.length) return null;
  return make("section", { class: "panel findings" }, make("h3", {}, t("findings"), make("span", { class: "quiet" }, ` ${data.findings.length}`)),
    make("p", { class: "quiet" }, t("findings.note")),
    make("ul", {}, data.findings.map((one) => make("li", {},
      make("p", {}, make("code", {}, one.code), " ", where(one), " ",
        t("findings.sides", { expected: number(one.expected), found: number(one.found) })),
      make("p", {}, said(one.text)),
      make("details", {}, make("summary", {}, t("findings.advice")), make("p", {}, said(one.advice)))))));
}

function where(one) {
  const parts = [];
  if (one.station) parts.push(t("at.station", { id: one.station }));
  if (one.box) parts.push(t("at.box", { id: one.box }));
  if (one.contest) parts.push(one.contest);
  return parts.join(" · ");
}

const BOX = ["delivered", "issued", "spoiled", "unused", "proxies", "voters", "collected"];

export function boxTable(data) {
  if (!data.boxes.length) return make("p", { class: "quiet" }, t("boxes.none"));
  const rows = data.boxes.map((box) => make("tr", {},
    make("th", { scope: "row" }, box.id), make("td", {}, t(`box.${box.kind}`)), make("td", {}, box.station),
    BOX.map((name) => make("td", { class: "number" }, box.papers?.[name] === undefined ? "–" : number(box.papers[name])))));
  return table(t("boxes"), [[t("box")], [t("box.kind")], [t("station")], ...BOX.map((name) => [t(`paper.${name}`), 1])], rows);
}

export function stationTable(data) {
  const rows = data.stations.map((station) => make("tr", {},
    make("th", { scope: "row" }, station.id), make("td", { class: "word" }, t(`station.${station.state}`)),
    make("td", { class: "number" }, number(station.batches)), make("td", { class: "number" }, number(station.papers)),
    make("td", { class: "number" }, number(station.records)),
    make("td", {}, station.records ? hash(station.head) : "–"),
    make("td", { class: "people" }, station.officials.map(([id, role]) => `${t(`role.${role}`)} ${id}`).join(t("list.comma")))));
  return table(t("stations"), [[t("station")], [t("column.state")], [t("column.batches"), 1], [t("column.papers"), 1],
    [t("records.count"), 1], [t("station.head")], [t("station.people")]], rows);
}

export function recordsTable(found) {
  const rows = found.records.map((record) => make("tr", {},
    make("td", { class: "number" }, number(record.index)),
    make("td", { class: "word" }, t(`kind.${record.kind}`), record.papers ? make("span", { class: "quiet" }, ` ${t("records.papers", { n: record.papers })}`) : null),
    make("td", {}, record.chain || "–"),
    make("td", { class: "number" }, record.seq ?? "–"),
    make("td", {}, record.time ? moment(record.time) : "–"),
    make("td", {}, hash(record.hash)),
    make("td", { class: "people" }, record.signers.map(([name, role]) => (role ? `${t(`role.${role}`)} ${name}` : name)).join(t("list.comma")))));
  return table(t("records"), [[t("records.index"), 1], [t("records.kind")], [t("records.chain")], [t("records.seq"), 1], [t("records.time")],
    [t("records.hash")], [t("records.signers")]], rows, "records");
}

/** A printed notice beside this page: older, the same, or ahead of what the page knows. */
function comparison(own, size, noticed) {
  const values = { notice: number(noticed), size: number(size), own: number(own) };
  if (noticed > size) return t("notice.ahead", values);
  return t(own > noticed ? "notice.older" : "notice.same", values);
}

/** How to check this village without us. */
export function checkPart(data, { outside, size }, noticed) {
  const record = outside.record || t("check.record.unknown");
  const command = `tally-verifier verify ${record} --unit ${data.unit} --key authority.vkey`;
  return make("section", { class: "panel check", id: "part-check" }, make("h3", {}, t("check")),
    outside.page ? make("img", { class: "qr", src: `qr/${data.unit}.svg`, width: "148", height: "148", alt: t("check.qr") }) : null,
    noticed === null ? null : make("p", { class: "noticed", role: "status" }, comparison(data.size, size, noticed)),
    make("p", {}, t("check.how")),
    make("p", {}, make("code", { class: "command" }, command)),
    outside.record ? make("p", {}, make("a", { href: `${outside.record}checkpoint` }, t("check.link"))) : null,
    make("p", { class: "quiet" }, t("check.anchor")));
}
