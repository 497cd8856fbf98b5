// The way in: login, a code where one is asked for, the first password, the own account, a screen's one-time link.

import { attempt, No, post, say } from "./ask.js";
import { ask, tell } from "./dialogs.js";
import { make } from "./dom.js";
import { t } from "./texts.js";

const input = (name, label, attributes) => make("p", { class: "field" },
  make("label", { for: `login-${name}` }, label), make("input", { id: `login-${name}`, name, required: true, ...attributes }));

/** The login form; `entered()` when a session has begun. */
export function loginView(host, entered) {
  const code = input("code", t("login.code"), { inputmode: "numeric", maxlength: 6, autocomplete: "one-time-code", required: null });
  code.hidden = true;
  const error = make("p", { class: "error", role: "alert" });
  const form = make("form", { class: "login card", "aria-labelledby": "login-title" },
    make("h2", { id: "login-title" }, t("login.title")), make("p", { class: "quiet" }, t("login.note")),
    input("person", t("login.person"), { autocomplete: "username", maxlength: 32, autofocus: true, autocapitalize: "none", spellcheck: "false" }),
    input("password", t("login.password"), { type: "password", autocomplete: "current-password", maxlength: 128 }), code, error,
    make("p", { class: "buttons" }, make("button", { class: "button main", type: "submit" }, t("login.enter"))));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const given = new FormData(form);
    const body = { person: given.get("person").trim(), password: given.get("password") };
    if (!code.hidden) body.code = given.get("code").trim();
    try {
      await post("/api/login", body);
      await entered();
    } catch (no) {
      if (!(no instanceof No)) throw no;
      error.textContent = no.message;
      if (no.word === "code") { code.hidden = false; code.querySelector("input").focus(); }
    }
  });
  host.replaceChildren(make("div", { class: "middle" }, form));
  form.querySelector("input").focus();
}

/** A screen opens its link: the word stands after #, so no server log and no referrer ever has it. */
export async function openScreen(link) {
  history.replaceState(null, "", "/");
  return attempt(() => post("/api/screen", { link }));
}

const passwordFields = () => [
  { name: "old", label: t("password.old"), kind: "password", autocomplete: "current-password", most: 128 },
  { name: "new", label: t("password.new"), kind: "password", autocomplete: "new-password", most: 128, hint: t("password.rule") },
];

/** The first password must be changed before anything else. */
export function firstView(host, me, entered) {
  const start = () => ask({ title: t("password.title"), fields: passwordFields(), act: (given) => post("/api/password", given) });
  host.replaceChildren(make("div", { class: "middle" }, make("div", { class: "login card" },
    make("h2", {}, t("first.title", { name: me.name })), make("p", {}, t("first.note")),
    make("p", { class: "buttons" }, make("button", { class: "button main", type: "button", onclick: async () => {
      if (await start()) { say(t("password.done")); await entered(); }
    } }, t("password.title"))))));
}

export async function changePassword() {
  const done = await ask({ title: t("password.title"), fields: passwordFields(), act: (given) => post("/api/password", given) });
  if (done) say(t("password.done"));
}

/** Add an authenticator, or take it away. */
export async function secondFactor(me) {
  if (me.totp) {
    return ask({
      title: t("totp.remove"), danger: true,
      fields: [{ name: "password", label: t("login.password"), kind: "password", autocomplete: "current-password", most: 128 }],
      act: (given) => post("/api/totp/confirm", { secret: "", code: "", password: given.password }),
    });
  }
  const offered = await attempt(() => post("/api/totp"));
  if (!offered) return null;
  return ask({
    title: t("totp.title"),
    intro: [make("p", {}, t("totp.note")), make("img", { class: "qr", src: offered.picture, alt: t("totp.picture") }),
      make("p", { class: "code" }, offered.secret)],
    fields: [
      { name: "code", label: t("login.code"), inputmode: "numeric", most: 6, autocomplete: "one-time-code" },
      { name: "password", label: t("login.password"), kind: "password", autocomplete: "current-password", most: 128 },
    ],
    act: (given) => post("/api/totp/confirm", { secret: offered.secret, ...given }),
  });
}

/** What is told once to who confirmed: half of a first password; who proposed it sees the other half with the proposal. */
export function tellHalf(person, half) {
  tell(t("told.half.title", { person }), make("p", { class: "code big", "aria-label": t("told.half.label") }, half), make("p", {}, t("told.half.note")));
}

/** What is told once: a first password. */
export function tellPassword(person, password) {
  tell(t("told.title", { person }), make("p", { class: "code big", "aria-label": t("told.label") }, password), make("p", {}, t("told.note")));
}
