// Texts in two languages, from JSON files beside the page. `t("key", {n: 3})` fills {n}; a missing key shows itself.

export const LANGUAGES = ["zh", "en"];
const KEPT_AS = "changpiao-language";
const words = new Map();
let language = "zh";

function wanted() {
  const asked = new URLSearchParams(location.search).get("lang");
  let kept = null;
  try { kept = localStorage.getItem(KEPT_AS); } catch { /* a browser may forbid it: then nothing is kept */ }
  return [asked, kept, "zh"].find((word) => LANGUAGES.includes(word));
}

/** Read `<folder>/zh.json` and `<folder>/en.json` of every folder; later folders add to earlier ones. */
export async function loadTexts(folders) {
  for (const name of LANGUAGES) words.set(name, {});
  const parts = folders.flatMap((folder) => LANGUAGES.map(async (name) => {
    const answer = await fetch(`${folder}${name}.json`);
    Object.assign(words.get(name), await answer.json());
  }));
  await Promise.all(parts);
  setLanguage(wanted());
}

export const currentLanguage = () => language;

/** Change the language, keep it for the next visit, fill every element that has `data-text`. */
export function setLanguage(name) {
  language = name;
  try { localStorage.setItem(KEPT_AS, name); } catch { /* as above */ }
  document.documentElement.lang = name === "zh" ? "zh-CN" : "en";
  for (const node of document.querySelectorAll("[data-text]")) node.textContent = t(node.dataset.text);
  for (const node of document.querySelectorAll("[data-label]")) node.setAttribute("aria-label", t(node.dataset.label));
  for (const node of document.querySelectorAll("[data-hint]")) node.setAttribute("placeholder", t(node.dataset.hint));
}

export function t(key, values = {}) {
  const text = words.get(language)?.[key];
  if (text === undefined) return key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

/** [zh, en] as they stand in the record's own files: the one that is asked for. */
export const said = (pair) => pair[language === "zh" ? 0 : 1];

/** 12863 -> 12,863. */
export const number = (value) => new Intl.NumberFormat(language === "zh" ? "zh-CN" : "en").format(value);

/** n/N with its percentage, half up in integers as the county prints it; of nothing there is no percentage. */
export function ratio(part, whole) {
  if (part < 0 || whole < 0) return "–";
  if (!whole) return `${number(part)}/0`;
  return `${number(part)}/${number(whole)} (${percent(part, whole)})`;
}

/** The percentage alone: only where both integers stand beside it. */
export function percent(part, whole) {
  const hundredths = Math.floor((20000 * part + whole) / (2 * whole));
  return `${Math.floor(hundredths / 100)}.${String(hundredths % 100).padStart(2, "0")} %`;
}

/** "2026-11-21" as people write it. */
export function day(text) {
  const [year, month, date] = text.split("-").map(Number);
  const options = { year: "numeric", month: "long", day: "numeric", timeZone: "UTC" };
  return new Intl.DateTimeFormat(language === "zh" ? "zh-CN" : "en-GB", options).format(Date.UTC(year, month - 1, date));
}

/** UTC seconds as the local clock showed them. */
export function clock(seconds, withSeconds = true) {
  const options = { hour: "2-digit", minute: "2-digit", hour12: false };
  if (withSeconds) options.second = "2-digit";
  return new Intl.DateTimeFormat(language === "zh" ? "zh-CN" : "en-GB", options).format(seconds * 1000);
}

export function moment(seconds) {
  const options = { month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit", hour12: false };
  return new Intl.DateTimeFormat(language === "zh" ? "zh-CN" : "en-GB", options).format(seconds * 1000);
}
