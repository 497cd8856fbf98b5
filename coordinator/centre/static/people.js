// Accounts and screens: who may do what, guides with their villages, one-time links for big screens.

import { attempt, get, post } from "./ask.js";
import { Picker } from "./choosing.js";
import { ask, tell } from "./dialogs.js";
import { make } from "./dom.js";
import { put } from "./incident_parts.js";
import { tellPassword } from "./entering.js";
import { moment, number, t } from "./texts.js";

const ROLES = ["guide", "supervisor", "operator", "authority"];

export class People {
  constructor(host, desk) {
    this.host = host;
    this.desk = desk;
    this.load();
  }

  update(detail) { if (detail.journal) this.load(); }

  async load() {
    const [people, screens] = [await attempt(() => get("/api/people")), await attempt(() => get("/api/screens"))];
    if (!people?.people || !screens?.screens) return;
    const operator = this.desk.me.role === "operator";
    put(this.host,
      make("div", { class: "page-head" }, make("h2", {}, t("tab.people")), make("p", { class: "quiet" }, t("people.note")),
        operator ? make("button", { class: "button", type: "button", "data-focus": "screen", onclick: () => this.screen() }, t("screen.make")) : null,
        operator ? make("button", { class: "button main", type: "button", "data-focus": "hire", onclick: () => this.hire() }, t("person.make")) : null),
      make("section", { class: "panel scroll", "aria-labelledby": "accounts" }, make("h3", { id: "accounts" }, t("people.accounts")), make("table", {},
        make("thead", {}, make("tr", {}, ["person.id", "person.name", "person.role", "person.units", "person.seen", "person.totp", ""].map((key) => make("th", { scope: "col" }, key ? t(key) : make("span", { class: "hidden" }, t("actions")))))),
        make("tbody", {}, people.people.map((one) => make("tr", { class: one.ended ? "gone" : "" },
          make("th", { scope: "row" }, one.person), make("td", {}, one.name), make("td", {}, t(`role.${one.role}`)),
          make("td", {}, one.role === "guide" ? t("person.units.n", { n: number(one.units.length) }) : t("person.units.all")),
          make("td", {}, one.seen ? moment(one.seen) : "–"), make("td", {}, one.totp ? "✓" : "–"),
          make("td", {}, make("div", { class: "row-buttons" }, one.ended ? make("span", { class: "quiet" }, t("person.ended")) : operator ? this.buttons(one) : null))))))),
      make("section", { class: "panel scroll", "aria-labelledby": "screens" }, make("h3", { id: "screens" }, t("people.screens")),
        screens.screens.length ? make("table", {},
          make("thead", {}, make("tr", {}, ["screen.id", "screen.name", "screen.made", "screen.state", ""].map((key) => make("th", { scope: "col" }, key ? t(key) : make("span", { class: "hidden" }, t("actions")))))),
          make("tbody", {}, screens.screens.map((one) => make("tr", {}, make("th", { scope: "row" }, one.screen), make("td", {}, one.name), make("td", {}, `${moment(one.made)} ${one.by}`),
            make("td", {}, t(one.revoked ? "screen.revoked" : one.opened ? "screen.opened" : "screen.waits")),
            make("td", {}, operator && !one.revoked ? make("button", { class: "button small", type: "button", "data-focus": `r/${one.screen}`, onclick: () => this.doing(t("screen.revoke"), [{ name: "text", label: t("why") }], `/api/screens/${one.screen}/revoke`) }, t("screen.revoke")) : null)))))
          : make("p", { class: "quiet" }, t("screen.none.yet"))));
  }

  buttons(one) {
    const small = (word, focus, onclick) => make("button", { class: "button small", type: "button", "data-focus": `${focus}/${one.person}`, onclick }, t(word));
    const privileged = one.role === "operator" || one.role === "authority";
    const reset = privileged
      ? () => this.doing(t("person.password.of", { person: one.person }), [{ name: "reason", label: t("why") }], "/api/proposals", (given) => ({ matter: { kind: "password", person: one.person, ...given } }))
      : async () => {
        const done = await this.doing(t("person.password.of", { person: one.person }), [{ name: "text", label: t("why") }], `/api/people/${one.person}/password`);
        if (done?.password) tellPassword(done.person, done.password);
      };
    return [
      one.role === "guide" ? small("person.units.change", "u", () => this.units(one)) : null, small("person.password", "p", reset),
      one.person === this.desk.me.id ? null : small("person.end", "e", () => this.doing(t("person.end.of", { person: one.person }), [{ name: "text", label: t("why") }], `/api/people/${one.person}/end`)),
    ];
  }

  async doing(title, fields, path, more = (given) => given, intro = []) {
    const done = await ask({ title, fields, intro, act: (given) => post(path, more(given)) });
    if (done) { await attempt(() => this.desk.county.ask(), t("done")); await this.load(); }
    return done;
  }

  async hire() {
    const done = await ask({ title: t("person.make"), fields: [
      { name: "person", label: t("person.id"), most: 32, pattern: "[A-Za-z0-9_][A-Za-z0-9_.\\-]*", hint: t("person.id.hint") },
      { name: "name", label: t("person.name") },
      { name: "role", label: t("person.role"), options: ROLES.map((role) => [role, `${t(`role.${role}`)} · ${t(`role.note.${role}`)}`]) },
    ], intro: [make("p", { class: "quiet" }, t("person.make.note"))], act: (given) => {
      const privileged = given.role === "operator" || given.role === "authority";
      return privileged ? post("/api/proposals", { matter: { kind: "person", ...given } }) : post("/api/people", { ...given, units: [] });
    } });
    if (!done) return;
    await attempt(() => this.desk.county.ask(), t(done.proposal ? "proposed.said" : "done"));
    await this.load();
    if (done.password) tellPassword(done.person, done.password);
  }

  async units(one) {
    const picker = new Picker([...this.desk.county.units.values()], one.units);
    const done = await ask({
      title: t("person.units.of", { person: one.person }), intro: picker.node,
      act: () => post(`/api/people/${one.person}/units`, { units: [...picker.ticked].sort() }),
    });
    if (done) await this.load();
  }

  async screen() {
    const done = await this.doing(t("screen.make"), [{ name: "name", label: t("screen.name"), hint: t("screen.name.hint") }], "/api/screens");
    if (done) tell(t("screen.link"), make("p", { class: "code" }, `${location.origin}/#screen/${done.link}`), make("p", {}, t("screen.link.note")));
  }
}
