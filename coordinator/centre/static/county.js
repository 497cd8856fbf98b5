// What the desk knows of the county: rows by unit, who is silent, what is open; asked again every second.

import { look } from "./ask.js";

const EVERY = 1000;
const PHASES = {
  SEALED: "waiting", OPEN: "voting", CLOSED: "voting", BOXES_RECONCILED: "voting", SORTED: "voting",
  COUNTING: "counting", COUNTED: "counting", INTERRUPTED: "stopped", VOIDED: "void",
};
export const ORDER = ["done", "counting", "stopped", "voting", "waiting", "void"];
export const phaseOf = (state) => PHASES[state] ?? "done";

export class County extends EventTarget {
  constructor() {
    super();
    this.units = new Map();
    this.silent = {};
    this.unbegun = {};
    this.overdue = {};
    this.open = {};
    this.incidents = [];
    this.proposals = 0;
    this.size = -1;
    this.acts = -1;
    this.time = 0;
    this.live = "loading";
    this.timer = 0;
  }

  async start() {
    await this.ask();
    if (!this.stopped) this.timer = setTimeout(() => this.start(), EVERY);
  }

  stop() {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  async ask() {
    try {
      this.take(await look(`/api/now?since=${this.size}&acts=${this.acts}`));
      this.say("live");
    } catch (error) {
      if (error.status === 401) this.stop();
      this.say("lost");
    }
  }

  take(said) {
    // all that this person sees, and no more: a village that was another's yesterday goes
    if (said.whole) this.units = new Map();
    for (const unit of said.units) this.units.set(unit.unit, unit);
    const journal = said.acts !== this.acts;
    const changed = journal || said.size !== this.size || JSON.stringify([said.silent, said.unbegun]) !== JSON.stringify([this.silent, this.unbegun]);
    const fresh = said.whole || said.units.length > 0;
    Object.assign(this, {
      silent: said.silent, unbegun: said.unbegun, overdue: said.overdue, open: said.open, incidents: said.incidents, proposals: said.proposals, size: said.size,
      acts: said.acts, time: said.time,
    });
    this.dispatchEvent(new CustomEvent("change", { detail: { changed, journal, fresh } }));
  }

  say(word) {
    if (word === this.live) return;
    this.live = word;
    this.dispatchEvent(new Event("live"));
  }

  /** Everything again: what a plan or a key village changes is in the rows. */
  async again() {
    this.size = -1;
    await this.ask();
  }

  name(unit) { return this.units.get(unit)?.name ?? unit; }

  /** The longest silence of a unit in seconds, 0 if nobody is silent. */
  silence(unit) { return Math.max(0, ...(this.silent[unit] ?? []).map(([, seconds]) => seconds)); }

  /** How long the polls of a unit have been open by the plan without a station's first word, 0 if all have begun. */
  delay(unit) { return Math.max(0, ...(this.unbegun[unit] ?? []).map(([, seconds]) => seconds)); }

  sum(units) {
    const sum = {
      units: 0, stations: 0, closed: 0, papers: 0, voters: 0, base: 0, told: 0, findings: 0, errors: 0, silent: 0, longest: 0,
      unbegun: 0, delay: 0, batches: 0, full: 0, contests: 0, size: 0, open: 0, key: 0, phases: Object.fromEntries(ORDER.map((phase) => [phase, 0])),
    };
    for (const unit of units) {
      sum.units += 1;
      sum.stations += unit.stations;
      sum.closed += unit.closed;
      sum.papers += unit.papers;
      sum.findings += unit.findings;
      sum.errors += unit.errors;
      if (unit.voters >= 0 && unit.registered > 0) { sum.voters += unit.voters; sum.base += unit.registered; sum.told += 1; }
      sum.silent += (this.silent[unit.unit] ?? []).length;
      sum.longest = Math.max(sum.longest, this.silence(unit.unit));
      sum.unbegun += (this.unbegun[unit.unit] ?? []).length;
      sum.delay = Math.max(sum.delay, this.delay(unit.unit));
      sum.batches += unit.batches;
      sum.full += unit.outcomes.filter((word) => word === "full").length;
      sum.contests += unit.outcomes.length;
      sum.size = Math.max(sum.size, unit.size);
      sum.open += this.open[unit.unit] ?? 0;
      sum.key += unit.key ? 1 : 0;
      sum.phases[phaseOf(unit.state)] += 1;
    }
    return sum;
  }
}
