// The sealing assistant: five steps on one page; what is wrong stands where it is repaired.

import { attempt, No, say } from "./ask.js";
import { ask, tell } from "./dialogs.js";
import { byId, make } from "./dom.js";
import { put } from "./incident_parts.js";
import { currentLanguage, loadTexts, number, said, setLanguage, t } from "./texts.js";

// kept for this tab alone: a page that is loaded anew must still show whose first password was not read yet
const word = location.hash.slice(1) || sessionStorage.getItem("word") || "";
sessionStorage.setItem("word", word);
history.replaceState(null, "", "/");
const main = byId("main");
const LISTED = 200;
/** The browser's own button speaks its own language: ours stands in front of it. */
function picker(id, accept) {
  const names = make("span", { class: "quiet" });
  const input = make("input", { type: "file", id, multiple: true, accept, class: "hidden", onchange: () => { names.textContent = [...input.files].map((one) => one.name).join(", "); } });
  return { input, names, label: (text) => [make("label", { class: "button picker", for: id }, text, input), names] };
}

// kept over every drawing: what a person has chosen must not go away because something else is done
const chosen = {
  books: picker("books", ".xlsx"),
  replace: make("input", { type: "checkbox", id: "replace" }),
  requests: picker("requests", ".json"),
};
let state = null;
let result = null;
let sealed = null;

async function call(method, path, body) {
  const headers = { "x-assistant": word };
  let sent;
  if (body instanceof FormData) sent = body;
  else if (body !== undefined) { headers["content-type"] = "application/json"; sent = JSON.stringify(body); }
  let answer;
  try { answer = await fetch(path, { method, headers, body: sent, cache: "no-store" }); } catch { throw new No(0, { zh: t("offline"), en: t("offline"), word: "offline" }); }
  if (!answer.ok) {
    const wrong = await answer.json();
    if (wrong.problems) state = { ...state, problems: wrong.problems };
    throw new No(answer.status, wrong.error);
  }
  return answer;
}
const get = async (path) => (await call("GET", path)).json();
const post = async (path, body) => (await call("POST", path, body)).json();

async function keep(path) {
  const answer = await call("GET", path);
  const address = URL.createObjectURL(await answer.blob());
  const name = /filename="([^"]+)"/.exec(answer.headers.get("content-disposition") ?? "")?.[1] ?? "file";
  Object.assign(document.createElement("a"), { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60000);
  return {};
}

async function again() {
  const found = await attempt(() => get("/api/state"));
  if (found?.tables) { state = found; draw(); }
}

function step(n, key, done, ...body) {
  return make("section", { class: `panel step ${done ? "is-done" : ""}`, "aria-labelledby": `step-${n}` },
    make("h2", { id: `step-${n}` }, make("span", { class: "step-number", "aria-hidden": "true" }, done ? "✓" : n), t(`step.${key}`)),
    make("p", { class: "quiet" }, t(`step.${key}.note`)), body);
}

const button = (key, act, main_ = false) => make("button", { class: `button ${main_ ? "main" : ""}`, type: "button", "data-focus": key, onclick: act }, t(key));

const titled = (id) => state.profiles.find((one) => one.id === id)?.title ?? id;

/** The shipped profiles, and the folder's own if it comes first there. */
function profiles(first) {
  const found = state.profiles.map((one) => [one.id, one.title]);
  return !first || found.some(([id]) => id === first) ? found : [[first, first], ...found];
}

function election() {
  const one = state.election;
  const edit = async () => {
    const done = await ask({
      title: t("step.election"),
      fields: [
        { name: "id", label: t("election.id"), value: one?.id ?? "", most: 32, hint: t("election.id.hint") },
        { name: "title", label: t("election.title"), value: one?.title ?? "" },
        { name: "date", label: t("plan.day"), kind: "date", value: one?.date ?? "" },
        { name: "origin", label: t("election.origin"), value: one?.origin ?? "", most: 255, hint: t("election.origin.hint") },
        { name: "profile", label: t("election.profile"), value: one?.profiles?.[0] ?? "cn-village-2026-national", options: profiles(one?.profiles?.[0]) },
        { name: "test", label: t("election.test"), kind: "checkbox", value: one?.test ?? true },
      ],
      act: ({ profile, ...given }) => post("/api/election", { ...given, profiles: [profile] }),
    });
    if (done) await again();
  };
  return step(1, "election", Boolean(one?.id), one?.id ? make("p", {}, make("b", {}, one.title), ` · ${one.date} · ${one.id} `, one.test ? make("span", { class: "badge rehearsal" }, t("test")) : null, one.profiles?.length > 1 ? make("span", { class: "quiet" }, ` ${t("election.further", { names: one.profiles.slice(1).map(titled).join(" · ") })}`) : null, one.threshold ? make("span", { class: "quiet" }, ` ${t("election.threshold", { n: one.threshold })}`) : null) : null,
    make("p", { class: "row-buttons" }, button(one?.id ? "change" : "election.enter", edit, !one?.id)));
}

function tables() {
  const { replace } = chosen;
  const send = async () => {
    const form = new FormData();
    for (const one of chosen.books.input.files) form.append("files", one);
    form.append("replace", String(replace.checked));
    result = await attempt(() => post("/api/workbooks", form)) ?? null;
    await again();
  };
  const flaw = (one) => make("li", {}, make("b", {}, [one.workbook, one.sheet && `[${one.sheet}]`, one.row ? `${one.column}${one.row}` : ""].filter(Boolean).join(" ")), " ", said([one.zh, one.en]));
  return step(2, "tables", Boolean(state.tables["units.csv"]) && !state.problems.length,
    make("p", { class: "row-buttons" }, button("books.template", () => attempt(() => keep("/api/template")))),
    make("p", { class: "row-buttons" }, chosen.books.label(t("books.choose")), make("label", { for: "replace", class: "pick" }, replace, ` ${t("books.replace")}`), button("books.send", send, true)),
    result?.flaws?.length ? make("div", { role: "alert" }, make("p", { class: "error" }, t("books.flaws", { n: result.flaws.length })), listed(result.flaws, flaw)) : null,
    result?.questions?.length ? make("details", {}, make("summary", {}, t("books.questions", { n: result.questions.length })), listed(result.questions, flaw)) : null,
    result?.written?.length ? make("p", {}, t("books.written", { rows: number(result.rows), files: result.written.join("、"), repairs: number(result.repairs) })) : null,
    Object.keys(state.tables).length ? make("p", { class: "quiet" }, Object.entries(state.tables).map(([name, rows]) => `${name} ${number(rows)}`).join(" · ")) : null,
    problems(state.problems));
}

/** The first of a long list, and how many more there are. */
function listed(found, line) {
  return [make("ul", { class: "found" }, found.slice(0, LISTED).map(line)),
    found.length > LISTED ? make("p", { class: "quiet" }, t("more", { n: number(found.length - LISTED) })) : null];
}

function problems(found) {
  if (!found.length) return null;
  return make("div", { role: "alert" }, make("p", { class: "error" }, t("problems", { n: found.length })), listed(found, (one) => make("li", {}, make("b", {}, one.line ? `${one.file}:${one.line}` : one.file), " ", said([one.zh, one.en]))));
}

function laptops() {
  const code = async (node) => {
    const made = await attempt(() => post("/api/code", { node }));
    if (made?.code) { tell(t("laptops.code.of", { node }), make("p", { class: "code big" }, made.code), make("p", {}, t("laptops.code.note"))); await again(); }
  };
  const send = async () => {
    const form = new FormData();
    for (const one of chosen.requests.input.files) form.append("files", one);
    const done = await attempt(() => post("/api/enrolments", form));
    if (!done?.taken) return;
    tell(t("laptops.taken"), make("ul", {}, done.taken.map((one) => make("li", {}, make("b", {}, one.node ?? one.file), " ", one.groups ? make("span", { class: "code" }, one.groups) : said([one.zh, one.en])))), make("p", {}, t("laptops.call")));
    await again();
  };
  const confirm = async (node) => {
    const done = await ask({ title: t("laptops.confirm.of", { node }), intro: [make("p", {}, t("laptops.call"))], fields: [{ name: "groups", label: t("laptops.groups") }], act: (given) => post("/api/confirm", { node, ...given }) });
    if (done) await again();
  };
  const all = state.laptops.length > 0 && state.laptops.every((one) => one.confirmed);
  return step(3, "laptops", all,
    state.laptops.length ? make("table", {}, make("thead", {}, make("tr", {}, ["laptops.node", "laptops.chains", "laptops.code", "incident.now", ""].map((key) => make("th", { scope: "col" }, key ? t(key) : make("span", { class: "hidden" }, t("actions")))))),
      make("tbody", {}, state.laptops.map((one) => make("tr", {}, make("th", { scope: "row" }, one.node), make("td", {}, one.chains), make("td", {}, one.code ? said(one.code.split("/")) : "–"),
        make("td", {}, make("span", { class: `chip ${one.confirmed ? "done" : one.requested ? "counting" : ""}` }, t(one.confirmed ? "laptops.confirmed" : one.requested ? "laptops.requested" : "laptops.waits"))),
        make("td", {}, make("div", { class: "row-buttons" }, make("button", { class: "button small", type: "button", "data-focus": `code/${one.node}`, onclick: () => code(one.node) }, t("laptops.print")),
          one.requested ? make("button", { class: "button small main", type: "button", "data-focus": `confirm/${one.node}`, onclick: () => confirm(one.node) }, t("laptops.confirm")) : null)))))) : null,
    make("p", { class: "row-buttons" }, chosen.requests.label(t("laptops.choose")), button("laptops.send", send)));
}

function proofs() {
  const sign = async (unit, what) => {
    const done = await ask({
      title: `${unit.name} · ${t(`proof.${what}`)}`,
      fields: [{ name: "signed_by", label: t("proof.by"), hint: t("proof.by.hint") }, { name: "day", label: t("date"), kind: "date" }, { name: "digest", label: t("proof.digest"), most: 80, hint: t("proof.digest.hint") }],
      act: (given) => post("/api/sign", { unit: unit.unit, what, ...given }),
    });
    if (done) await again();
  };
  const signed = state.units.filter((one) => one.signed.candidates && one.signed.layout).length;
  return step(4, "proofs", state.units.length > 0 && signed === state.units.length,
    state.units.length ? make("p", {}, t("proofs.signed", { n: number(signed), all: number(state.units.length) })) : null,
    state.units.length ? make("div", { class: "scroll tall" }, make("table", {}, make("thead", {}, make("tr", {}, ["matter.unit", "proof.candidates", "proof.layout", ""].map((key) => make("th", { scope: "col" }, key ? t(key) : make("span", { class: "hidden" }, t("actions")))))),
      make("tbody", {}, state.units.map((one) => make("tr", {}, make("th", { scope: "row" }, `${one.name} ${one.unit}`),
        ["candidates", "layout"].map((what) => make("td", {}, one.signed[what] ? make("span", { class: "chip done" }, `✓ ${t("proofs.yes")}`) : make("button", { class: "button small", type: "button", "data-focus": `${what}/${one.unit}`, onclick: () => sign(one, what) }, t("enter")))),
        make("td", {}, make("button", { class: "button small", type: "button", "data-focus": `sheet/${one.unit}`, onclick: () => attempt(() => keep(`/api/sheets/${encodeURIComponent(one.unit)}`)) }, t("proofs.print")))))))) : null);
}

/** Whose first password is still to be read: one person after the other. */
function firsts(show) {
  const [next, ...rest] = state.first;
  if (!next) return make("p", {}, t("seal.people.done"));
  return make("div", {}, make("h3", {}, t("seal.people")), make("p", {}, t(rest.length ? "seal.turn" : "seal.turn.last", { person: next.person, role: t(`role.${next.role}`) })),
    make("p", { class: "row-buttons" }, make("button", { class: "button main", type: "button", "data-focus": "first", onclick: () => show(next) }, t("seal.show", { person: next.person }))));
}

/** Villages that have not signed: told before sealing, and no bar. */
function unsigned(pair) {
  return pair?.part ? make("p", { class: "warning" }, t("seal.unsigned", { n: number(pair.part), all: number(pair.whole) })) : null;
}

function seal() {
  const check = async () => {
    const found = await attempt(() => get("/api/check"));
    if (found?.problems) { state = { ...state, against: found.problems, unsigned: found.unsigned }; draw(); say(found.problems.length ? t("problems", { n: found.problems.length }) : t("seal.ready"), Boolean(found.problems.length)); }
  };
  const act = async () => {
    const agreed = (given, name) => { if (!given[name]) throw new No(0, { zh: t("seal.must"), en: t("seal.must"), word: "" }); return given; };
    const missing = state.units.filter((one) => !one.signed.candidates || !one.signed.layout).length;
    const first = await ask({
      title: t("seal.first"), button: t("seal.next"),
      intro: [make("p", {}, t("seal.note")), unsigned({ part: missing, whole: state.units.length })],
      fields: [
        { name: "address", label: t("seal.address"), value: state.election?.test ? `${location.hostname}:7443` : "", most: 255, hint: t("seal.address.hint") },
        { name: "operator", label: t("seal.operator"), most: 32, hint: t("person.id.hint") }, { name: "operator_agrees", label: t("seal.agree"), kind: "checkbox", value: false },
      ],
      act: (given) => agreed(given, "operator_agrees"),
    });
    if (!first) return;
    const done = await ask({
      title: t("seal.second"), danger: true, button: t("seal.do"), intro: [make("p", {}, t("seal.second.note"))],
      fields: [{ name: "authority", label: t("seal.authority"), most: 32, hint: t("person.id.hint") }, { name: "authority_agrees", label: t("seal.agree"), kind: "checkbox", value: false }],
      act: (given) => post("/api/seal", { ...first, ...agreed(given, "authority_agrees") }),
    });
    if (done?.authority) sealed = done;
    await again();
  };
  // a password is on the screen for its own person alone, and nowhere when the dialog is closed
  const show = async ({ person }) => {
    const found = await attempt(() => post("/api/first", { person }));
    if (found?.password) tell(t("seal.first.of", { person }), make("p", { class: "code big" }, found.password), make("p", {}, t("seal.first.note"))).addEventListener("close", again);
  };
  if (sealed) {
    return step(5, "seal", true, make("p", {}, t("seal.done", { units: number(sealed.units), home: sealed.home })), make("p", {}, t("seal.key")), make("p", { class: "code" }, sealed.authority),
      firsts(show), make("p", { class: "warning" }, t("seal.offline")));
  }
  if (state.sealed && state.first.length) return step(5, "seal", true, firsts(show));
  return step(5, "seal", state.sealed, problems(state.against ?? []), unsigned(state.unsigned), make("p", { class: "row-buttons" }, button("seal.check", check), button("seal.do", act, true)));
}

function draw() {
  byId("title").textContent = state.election?.title ?? "";
  document.title = `${t("assistant")} · Changpiao`;
  put(main, sealed ? seal() : [election(), tables(), laptops(), proofs(), seal()]);
}

function language() {
  const other = currentLanguage() === "zh" ? "en" : "zh";
  byId("language").textContent = other === "en" ? "English" : "中文";
  byId("language").lang = other === "en" ? "en" : "zh-CN";
}

byId("language").addEventListener("click", () => { setLanguage(currentLanguage() === "zh" ? "en" : "zh"); language(); draw(); });
await loadTexts(["/texts/board-", "/texts/"]);
language();
await again();
document.documentElement.dataset.ready = "true";
