// Proposing that sealed ballots are destroyed: what is kept until when, and nothing that is not yet due.

import { No, post } from "./ask.js";
import { chosenOf, whereFields } from "./choosing.js";
import { ask } from "./dialogs.js";
import { make } from "./dom.js";
import { day, number, t } from "./texts.js";

// an act is a note of at most 65,535 bytes: longer lists are proposed in parts
const PART = 1500;

/** Gives how many proposals were made, or null. */
export async function proposeDestruction(keeping) {
  const kept = keeping.units.filter((one) => !one.destroyed);
  const due = kept.filter((one) => one.until <= keeping.today);
  const until = [...new Set(kept.map((one) => one.until))].sort();
  return ask({
    title: t("destroy.propose"), danger: true, button: t("destroy.propose"),
    intro: [
      make("p", {}, t("destroy.note")),
      make("p", { class: due.length ? "" : "warning" }, t("destroy.due", { n: number(due.length), all: number(kept.length), until: until.length ? day(until[0]) : "–" })),
    ],
    fields: [...whereFields(due), { name: "document", label: t("destroy.document"), long: true, hint: t("destroy.document.hint") }],
    act: async ({ where, unit, document: paper }) => {
      const units = chosenOf(due, { where, unit }).map((one) => one.unit);
      if (!units.length) throw new No(0, { zh: t("destroy.none"), en: t("destroy.none"), word: "destroy.none" });
      let made = 0;
      for (let first = 0; first < units.length; first += PART) {
        await post("/api/proposals", { matter: { kind: "destruction", units: units.slice(first, first + PART), document: paper } });
        made += 1;
      }
      return { made };
    },
  });
}

/** Everything that the second person answers for: each village by name, with until when its ballots were to be kept. */
export function wholeList(units, name, keeping) {
  const until = new Map((keeping?.units ?? []).map((one) => [one.unit, one.until]));
  return make("details", {}, make("summary", {}, t("destroy.list", { n: number(units.length) })),
    make("ol", { class: "picks" }, units.map((unit) => make("li", {}, `${name(unit)} ${unit}`,
      until.has(unit) ? make("small", { class: "quiet" }, ` ${t("destroy.until", { day: day(until.get(unit)) })}`) : null))));
}
