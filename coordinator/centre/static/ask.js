// Asking the centre: JSON, the session's word with every change, a sentence in both languages when the answer is no.

import { currentLanguage, t } from "./texts.js";

const session = { csrf: "", lost: () => {} };

export class No extends Error {
  constructor(status, error) {
    super(currentLanguage() === "zh" ? error.zh : error.en);
    this.status = status;
    this.word = error.word;
  }
}

export function remember(csrf, lost) {
  session.csrf = csrf;
  session.lost = lost;
}

async function ask(method, path, body, quiet) {
  const headers = {};
  if (quiet) headers["x-centre-quiet"] = "1";
  if (method !== "GET") {
    headers["content-type"] = "application/json";
    headers["x-centre-csrf"] = session.csrf;
  }
  let answer;
  try {
    answer = await fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body), cache: "no-store" });
  } catch {
    throw new No(0, { zh: t("offline"), en: t("offline"), word: "offline" });
  }
  const said = await answer.json().catch(() => ({ error: { zh: t("offline"), en: t("offline"), word: "offline" } }));
  if (answer.ok) return said;
  const no = new No(answer.status, said.error);
  if (answer.status === 401 && no.word === "login") session.lost();
  throw no;
}

export const get = (path) => ask("GET", path);
/** A file that the centre makes: kept by the browser under the name that it comes with. */
export async function download(path, body) {
  const headers = { "content-type": "application/json", "x-centre-csrf": session.csrf };
  const answer = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new No(answer.status, (await answer.json()).error);
  const address = URL.createObjectURL(await answer.blob());
  const name = /filename="([^"]+)"/.exec(answer.headers.get("content-disposition") ?? "")?.[1] ?? "form.pdf";
  const link = Object.assign(document.createElement("a"), { href: address, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60000);
  return { name, sha256: answer.headers.get("x-form-sha256") };
}

/** Asked by the page itself: does not keep a session alive that nobody uses. */
export const look = (path) => ask("GET", path, undefined, true);
export const post = (path, body = {}) => ask("POST", path, body);

let timer = 0;

/** One line at the bottom of the page, read aloud too. */
export function say(text, bad = false) {
  const place = document.getElementById("says");
  place.textContent = text;
  place.className = `says shown ${bad ? "bad" : ""}`;
  clearTimeout(timer);
  timer = setTimeout(() => { place.className = "says"; }, bad ? 9000 : 5000);
}

/** Do something; a no is said, and gives undefined. */
export async function attempt(act, done = "") {
  try {
    const answer = await act();
    if (done) say(done);
    return answer ?? {};
  } catch (error) {
    if (!(error instanceof No)) throw error;
    say(error.message, true);
    return undefined;
  }
}
