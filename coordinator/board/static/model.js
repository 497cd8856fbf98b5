// The county in the browser: plan (names, places), rows (integers), sums; kept up to date by events, or from files.
// Every row and every sum belongs to a log size; `size` is the newest, a row's own is its last field.

const POLL = 1000;
const PAUSE = 500;
const pause = (milliseconds) => new Promise((done) => { setTimeout(done, milliseconds); });
const PHASES = {
  SEALED: "waiting", OPEN: "voting", CLOSED: "voting", BOXES_RECONCILED: "voting", SORTED: "voting",
  COUNTING: "counting", COUNTED: "counting", INTERRUPTED: "stopped", VOIDED: "void",
};
export const PHASE_ORDER = ["done", "counting", "stopped", "voting", "waiting", "void"];

/** How far a state is, in six groups; everything from the signed statement on is `done`. */
export const phaseOf = (state) => PHASES[state] ?? "done";

async function json(name) {
  const answer = await fetch(name, { cache: "no-cache" });
  if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
  return answer.json();
}

export class Model extends EventTarget {
  /** Fires `plan` when names or places are new, `change` with the places of the changed units, `live` for the stream. */
  constructor(base = "") {
    super();
    this.base = base;
    this.plan = null;
    this.units = [];
    this.rows = [];
    this.size = 0;
    this.time = 0;
    this.outside = { page: "", record: "" };
    this.live = "loading";
    this.version = 0;
    this.sums = new WeakMap();
  }

  /** Read everything once. */
  async load() {
    const [plan, now, outside] = await Promise.all([json(`${this.base}plan.json`), json(`${this.base}now.json`),
      json(`${this.base}outside.json`).catch(() => this.outside)]);
    if (plan.plan !== now.plan) { await pause(PAUSE); return this.load(); }
    this.outside = outside;
    this.plan = plan;
    this.units = plan.units.map(([id, name, place, registered, stations], index) => (
      { index, id, name, place, registered, stations }));
    this.byId = new Map(this.units.map((unit) => [unit.id, unit]));
    this.rows = now.rows;
    this.size = now.size;
    this.time = now.time;
    this.version += 1;
    this.dispatchEvent(new Event("plan"));
    return this;
  }

  /** Follow what changes: a stream where there is a server, else a small file every second. */
  follow() {
    if (this.outside.files) this.poll(); else this.stream();
  }

  stream() {
    const source = new EventSource(`${this.base}events?from=${this.size}`);
    source.addEventListener("open", () => this.say("live"));
    source.addEventListener("change", (event) => this.take(JSON.parse(event.data)));
    source.addEventListener("reload", () => { source.close(); this.again(() => this.stream()); });
    source.addEventListener("error", () => {
      this.say("lost");
      // the browser comes back by itself with its last id, unless it has given up
      if (source.readyState === EventSource.CLOSED) setTimeout(() => this.stream(), 3000);
    });
  }

  async poll() {
    try {
      const recent = await json(`${this.base}recent.json`);
      if (recent.plan !== this.plan.plan || recent.from > this.size) await this.load();
      // files are written one after the other: what does not fit together yet does in a moment
      if (recent.plan === this.plan.plan) this.take(recent);
      this.say("files");
    } catch { this.say("lost"); }
    setTimeout(() => this.poll(), POLL);
  }

  async again(then) {
    try { await this.load(); then(); } catch { setTimeout(() => this.again(then), 3000); }
  }

  take(data) {
    if (data.plan !== this.plan.plan) { this.again(() => {}); return; }
    if (data.size < this.size) return;
    for (const [index, ...row] of data.rows) this.rows[index] = row;
    this.size = data.size;
    this.time = data.time;
    this.version += 1;
    this.dispatchEvent(new CustomEvent("change", { detail: new Set(data.rows.map((row) => row[0])) }));
  }

  say(word) {
    if (this.live === word) return;
    this.live = word;
    this.dispatchEvent(new Event("live"));
  }

  /** A unit's line by names. */
  row(index) {
    const [state, closed, papers, batches, voters, from, findings, errors, outcomes, size] = this.rows[index];
    return {
      state: this.plan.states[state], closed, papers, batches, voters, from: this.plan.sources[from], findings, errors,
      outcomes: this.plan.outcomes.filter((_, bit) => outcomes & (1 << bit)), size,
    };
  }

  /** Sums over units: integers only; turnout counts the units whose voters are known, on both sides. */
  sum(indexes) {
    const sum = {
      units: 0, stations: 0, closed: 0, papers: 0, batches: 0, voters: 0, base: 0, told: 0, findings: 0, errors: 0,
      registered: 0, size: 0, phases: Object.fromEntries(PHASE_ORDER.map((phase) => [phase, 0])),
    };
    for (const index of indexes) {
      const unit = this.units[index];
      const [state, closed, papers, batches, voters, , findings, errors, , size] = this.rows[index];
      sum.units += 1;
      sum.stations += unit.stations;
      sum.closed += closed;
      sum.papers += papers;
      sum.batches += batches;
      sum.findings += findings;
      sum.errors += errors;
      sum.registered += Math.max(0, unit.registered);
      if (voters >= 0 && unit.registered >= 0) { sum.voters += voters; sum.base += unit.registered; sum.told += 1; }
      sum.phases[phaseOf(this.plan.states[state])] += 1;
      sum.size = Math.max(sum.size, size);
    }
    return sum;
  }

  /** The sum of a place's villages, made once for each state of the rows; `outcomes` counts villages by word. */
  sumOf(node) {
    const kept = this.sums.get(node);
    if (kept?.version === this.version) return kept.sum;
    const sum = this.sum(node.units);
    sum.outcomes = this.plan.outcomes.map((word, bit) => (
      [word, node.units.reduce((count, index) => count + ((this.rows[index][8] >> bit) & 1), 0)]))
      .filter(([, count]) => count);
    this.sums.set(node, { version: this.version, sum });
    return sum;
  }

  /** The places as nested nodes: {key, label, children, units}; a node's units are the places in `units`. */
  tree() {
    const root = { key: "", label: "", children: [], units: [] };
    const known = new Map();
    for (const unit of this.units) {
      let node = root;
      const path = this.plan.places[unit.place];
      path.forEach((label, depth) => {
        const key = `p/${path.slice(0, depth + 1).join("/")}`;
        let next = known.get(key);
        if (!next) { next = { key, label, children: [], units: [] }; node.children.push(next); known.set(key, next); }
        node.units.push(unit.index);
        node = next;
      });
      node.units.push(unit.index);
      node.children.push({ key: `u/${unit.id}`, label: unit.name, unit });
    }
    return root.children;
  }
}
