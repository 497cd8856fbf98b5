// The centre's page: login, tabs by role, one view at a time, by the address after #.

import { attempt, get, post, remember, say } from "./ask.js";
import { Complaints, Incidents } from "./cases.js";
import { County } from "./county.js";
import { Decisions } from "./decisions.js";
import { byId, make } from "./dom.js";
import { changePassword, firstView, loginView, openScreen, secondFactor } from "./entering.js";
import { JournalView } from "./journal.js";
import { People } from "./people.js";
import { PlanDesk } from "./plan_desk.js";
import { Reports } from "./reports.js";
import { clock, currentLanguage, loadTexts, number, setLanguage, t } from "./texts.js";
import { VillageDesk } from "./village_desk.js";
import { wallView } from "./wall.js";
import { Watch } from "./watch.js";

const READERS = ["operator", "supervisor", "authority"];
const VIEWS = {
  watch: { make: Watch, roles: [...READERS, "guide"] }, incidents: { make: Incidents, roles: [...READERS, "guide"] },
  complaints: { make: Complaints, roles: READERS }, decisions: { make: Decisions, roles: READERS },
  plan: { make: PlanDesk, roles: [...READERS, "guide"] }, people: { make: People, roles: READERS },
  reports: { make: Reports, roles: READERS }, journal: { make: JournalView, roles: READERS },
};
const desk = { me: null, county: null, guides: [], forms: [], view: null, village: (unit) => { location.hash = `#village/${encodeURIComponent(unit)}`; } };
const main = byId("main");

function lost() {
  if (!desk.me) return;
  end();
  say(t("login.ended"), true);
  enter();
}

function end() {
  desk.county?.stop();
  Object.assign(desk, { me: null, county: null, view: null, guides: [] });
  byId("tabs").hidden = true;
  byId("account").hidden = true;
  byId("stand").replaceChildren();
  document.body.className = "";
}

/** Who am I, and what does that open? */
async function enter() {
  const link = location.hash.startsWith("#screen/") ? location.hash.slice(8) : "";
  if (link) await openScreen(link);
  let me;
  try { me = await get("/api/me"); } catch (no) { say(no.message, true); setTimeout(enter, 3000); return; }
  if (!me.role) { heading(me.election); loginView(main, enter); return; }
  desk.me = me;
  remember(me.csrf, lost);
  heading(me.election);
  if (me.first) { firstView(main, me, enter); return; }
  if (me.role === "screen") {
    document.body.className = "on-wall";
    desk.county = wallView(main, me, lost);
    return;
  }
  await askGuides();
  desk.forms = (await attempt(() => get("/api/forms")))?.forms ?? [];
  desk.county = new County();
  desk.county.addEventListener("change", (event) => { stand(); badges(); desk.view?.update?.(event.detail); if (event.detail.journal) guidesAgain(); });
  desk.county.addEventListener("live", stand);
  const account = byId("account");
  account.hidden = false;
  account.textContent = `${me.name} · ${t(`role.${me.role}`)}`;
  tabs();
  await desk.county.start();
  route();
  document.documentElement.dataset.ready = "true";
}

async function askGuides() {
  if (!READERS.includes(desk.me?.role)) return false;
  const found = await attempt(() => get("/api/people"));
  if (!found?.people || !desk.me) return false;
  // not when each was last seen: a login changes nothing of the filter
  const shown = () => JSON.stringify(desk.guides.map((one) => [one.person, one.name, one.units]));
  const before = shown();
  desk.guides = found.people.filter((one) => one.role === "guide" && !one.ended);
  return shown() !== before;
}

/** Whose villages are whose may be another's doing: the filter by guide follows the journal. */
async function guidesAgain() {
  if (await askGuides()) desk.view?.update?.({ changed: true, journal: false, fresh: true, guides: true });
}

function heading(election) {
  byId("title").textContent = election?.title ?? "";
  byId("test").hidden = !election?.test;
}

function stand() {
  const { county } = desk;
  if (!county) return;
  byId("stand").replaceChildren(make("span", { class: `dot ${county.live}` }), t(`live.${county.live}`), " · ", t("stand.size", { size: number(county.size) }), " · ", make("time", {}, clock(county.time)));
}

function tabs() {
  const nav = byId("tabs");
  nav.hidden = false;
  nav.replaceChildren(...Object.entries(VIEWS).filter(([, view]) => view.roles.includes(desk.me.role)).map(([word]) => make("a", { href: `#${word}`, dataset: { tab: word } }, t(`tab.${word}`), make("span", { class: "badge-count", hidden: true }))));
}

function badges() {
  const { incidents, overdue, proposals } = desk.county;
  const counts = {
    incidents: [incidents.filter((one) => one.state === "raised").length, 0], complaints: [overdue.complaints ?? 0, overdue.complaints ?? 0],
    decisions: [proposals + (overdue.objections ?? 0), overdue.objections ?? 0],
  };
  for (const [word, [count, late]] of Object.entries(counts)) {
    const badge = document.querySelector(`[data-tab="${word}"] .badge-count`);
    if (!badge) continue;
    badge.hidden = !count;
    badge.textContent = count ? number(count) : "";
    badge.setAttribute("aria-label", late ? t("badge.overdue", { n: count, late }) : t("badge.waiting", { n: count }));
    badge.title = badge.getAttribute("aria-label");
    badge.setAttribute("role", "img");
  }
}

function route() {
  if (!desk.county || desk.me.role === "screen") return;
  const [word, argument] = location.hash.slice(1).split("/");
  const known = VIEWS[word]?.roles.includes(desk.me.role) ? word : word === "village" ? "village" : "watch";
  for (const tab of byId("tabs").children) {
    if (tab.dataset.tab === (known === "village" ? "watch" : known)) tab.setAttribute("aria-current", "page"); else tab.removeAttribute("aria-current");
  }
  main.replaceChildren();
  main.className = `view-${known}`;
  desk.view = known === "village" ? new VillageDesk(main, desk, decodeURIComponent(argument ?? "")) : new VIEWS[known].make(main, desk);
  document.title = `${t(`tab.${known === "village" ? "watch" : known}`)} · ${t("centre")}`;
}

function accountMenu() {
  const { me } = desk;
  const close = () => menu.close();
  const menu = make("dialog", { class: "dialog menu", "aria-label": t("account"), onclose: () => { menu.remove(); byId("account").focus(); } },
    make("h2", {}, `${me.name} · ${me.id}`),
    make("button", { class: "button", type: "button", onclick: () => { close(); changePassword(); } }, t("password.title")),
    make("button", { class: "button", type: "button", onclick: async () => { close(); if (await secondFactor(me)) { desk.me = await get("/api/me"); say(t("done")); } } }, t(me.totp ? "totp.remove" : "totp.title")),
    make("button", { class: "button main", type: "button", onclick: async () => { close(); await attempt(() => post("/api/logout")); end(); location.hash = ""; loginView(main, enter); } }, t("logout")),
    make("button", { class: "button", type: "button", onclick: close }, t("close")));
  document.body.append(menu);
  menu.showModal();
}

function language() {
  const other = currentLanguage() === "zh" ? "en" : "zh";
  byId("language").textContent = other === "en" ? "English" : "中文";
  byId("language").lang = other === "en" ? "en" : "zh-CN";
}

addEventListener("hashchange", () => { if (location.hash.startsWith("#screen/")) { end(); enter(); } else route(); });
byId("account").addEventListener("click", accountMenu);
byId("language").addEventListener("click", () => {
  setLanguage(currentLanguage() === "zh" ? "en" : "zh");
  language();
  if (desk.me && desk.county && desk.me.role !== "screen") { byId("account").textContent = `${desk.me.name} · ${t(`role.${desk.me.role}`)}`; tabs(); stand(); badges(); route(); }
  else if (!desk.me) loginView(main, enter);
});
addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.target.closest("input, textarea, select, dialog")) return;
  const search = document.getElementById("search");
  if (search) { event.preventDefault(); search.focus(); }
});

await loadTexts(["/texts/board-", "/texts/"]);
language();
await enter();
