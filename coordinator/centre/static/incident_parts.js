// Incidents as several pages show them: raise, acknowledge, how long they have waited.

import { attempt, post } from "./ask.js";
import { ask } from "./dialogs.js";
import { make } from "./dom.js";
import { t } from "./texts.js";

/** What a host holds from now on; null and lists as `make` takes them, the focus stays where it was. */
export function put(host, ...content) {
  const focused = host.contains(document.activeElement) ? document.activeElement.dataset.focus : "";
  host.replaceChildren(...make("div", {}, content).childNodes);
  if (focused) host.querySelector(`[data-focus="${CSS.escape(focused)}"]`)?.focus();
}

export const LEVELS = ["general", "serious", "grave"];

/** The most urgent first: whom nobody has answered, then the gravest, then who has waited longest. */
export function urgent(a, b) {
  return Number(a.state !== "raised") - Number(b.state !== "raised") || LEVELS.indexOf(b.level) - LEVELS.indexOf(a.level) || a.raised - b.raised;
}

/** Everybody without a word: silent stations and those that have not begun, the longest first. */
export function quiet(county) {
  const of = (found, begun) => Object.entries(found).flatMap(([unit, stations]) => stations.map(([station, seconds]) => ({ unit, station, seconds, begun })));
  return [...of(county.silent, true), ...of(county.unbegun, false)].sort((a, b) => b.seconds - a.seconds);
}

/** 95 -> 1 min, 7300 -> 2 h 01. */
export function span(seconds) {
  if (seconds >= 2 ** 30) return t("span.ever");
  if (seconds < 60) return t("span.seconds", { n: seconds });
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return t("span.minutes", { n: minutes });
  return t("span.hours", { n: Math.floor(minutes / 60), m: String(minutes % 60).padStart(2, "0") });
}

/** How long it has waited, or waited until somebody acknowledged it. */
export function since(one, now) {
  if (one.state === "raised") return t(one.late ? "incident.waits.late" : "incident.waits", { span: span(Math.max(0, now - one.raised)) });
  return t(one.late ? "incident.waited.late" : "incident.waited", { span: span(one.waits) });
}

export const levelChip = (one) => make("span", { class: `chip level-${one.level}` }, t(`level.${one.level}`));

/** Raise one, of a unit or of the county. */
export async function raise(desk, unit) {
  const done = await ask({
    title: unit ? t("incident.raise.of", { name: desk.county.name(unit) }) : t("incident.raise.county"),
    fields: [
      { name: "level", label: t("incident.level"), options: LEVELS.map((level) => [level, `${t(`level.${level}`)} · ${t(`level.note.${level}`)}`]) },
      { name: "title", label: t("incident.what"), most: 100 },
      { name: "detail", label: t("incident.detail"), long: true, optional: true, hint: t("incident.detail.hint") },
    ],
    button: t("incident.raise"), act: (given) => post(unit ? `/api/units/${encodeURIComponent(unit)}/incidents` : "/api/incidents", given),
  });
  if (done) await attempt(() => desk.county.ask(), t("incident.raised.said", { id: done.incident }));
  return done;
}

/** Somebody at the desk has seen it: who goes, what happens next. */
export async function acknowledge(desk, one) {
  const done = await ask({
    title: t("incident.acknowledge.title", { id: one.incident }), intro: [make("p", {}, one.title), one.detail ? make("p", { class: "quiet" }, one.detail) : null],
    fields: [{ name: "text", label: t("incident.who.goes"), long: true }],
    button: t("incident.acknowledge"), act: (given) => post(`/api/incidents/${one.incident}/acknowledge`, given),
  });
  if (done) await attempt(() => desk.county.ask(), t("incident.acknowledged.said"));
  return done;
}
