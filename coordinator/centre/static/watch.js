// The evening: the tree of townships with who is silent, open incidents beside it, filters above it.

import { attempt, post } from "./ask.js";
import { ask } from "./dialogs.js";
import { make } from "./dom.js";
import { ORDER, phaseOf } from "./county.js";
import { number, ratio, t } from "./texts.js";
import { Tree } from "./tree.js";
import { acknowledge, levelChip, quiet, raise, since, span, urgent } from "./incident_parts.js";

const COLUMNS = ["name", "state", "stations", "batches", "papers", "turnout", "result", "silent", "open", "findings", "size"];
const NUMBERS = new Set(COLUMNS.slice(2));
const KEY = "k/";
const LINES = 60;

export class Watch {
  constructor(host, desk) {
    this.host = host;
    this.desk = desk;
    // its own: what is drawn late must not depend on who is still logged in
    this.county = desk.county;
    this.filter = { search: "", only: "", guide: "" };
    this.summary = make("div", { class: "strip" });
    this.matches = make("p", { id: "matches", role: "status" });
    this.side = make("div", { class: "side" });
    this.treeHost = make("div", { class: "tree-host" });
    host.replaceChildren(make("section", { class: "watch" },
      make("div", { class: "watch-main" }, this.summary, this.filters(), this.treeHost), this.side));
    this.tree = new Tree(this.treeHost, {
      label: t("tree.label"), rowHeight: 36,
      columns: COLUMNS.map((key) => ({
        key, number: NUMBERS.has(key), title: () => t(`watch.${key}`), cell: (node) => this.cell(key, node),
      })),
      open: (node) => desk.village(node.unit.unit),
      rowClass: (node) => (node.unit ? `phase-${phaseOf(node.unit.state)}${this.county.silence(node.unit.unit) || this.county.delay(node.unit.unit) ? " is-silent" : ""}` : "place"),
    });
    this.show(true);
  }

  filters() {
    const search = make("input", { type: "search", id: "search", placeholder: t("watch.search.hint"), autocomplete: "off",
      oninput: () => { this.filter.search = search.value.trim().toLowerCase(); this.show(true); } });
    const words = ["", "silent", "unbegun", "open", "key", "findings", "counting", "waiting"];
    const only = make("select", { id: "only", onchange: () => { this.filter.only = only.value; this.show(true); } },
      words.map((word) => make("option", { value: word }, t(`only.${word || "all"}`))));
    const guides = this.desk.guides;
    const guide = this.guides = guides.length ? make("select", { id: "guide", onchange: () => { this.filter.guide = guide.value; this.show(true); } },
      make("option", { value: "" }, t("only.everybody")), guides.map((one) => make("option", { value: one.person }, one.name))) : null;
    return make("form", { class: "filters", role: "search", onsubmit: (event) => event.preventDefault() },
      make("label", { for: "search" }, make("span", {}, t("watch.search")), search),
      make("label", { for: "only" }, make("span", {}, t("watch.only")), only),
      guide ? make("label", { for: "guide" }, make("span", {}, t("watch.guide")), guide) : null, this.matches);
  }

  matching(unit) {
    const { search, only, guide } = this.filter;
    const { county } = this;
    if (search && !unit.name.toLowerCase().includes(search) && !unit.unit.toLowerCase().includes(search)) return false;
    if (guide && !this.desk.guides.find((one) => one.person === guide)?.units.includes(unit.unit)) return false;
    const tests = {
      silent: () => county.silence(unit.unit) > 0, unbegun: () => county.delay(unit.unit) > 0, open: () => (county.open[unit.unit] ?? 0) > 0, key: () => unit.key,
      findings: () => unit.findings > 0, counting: () => phaseOf(unit.state) === "counting", waiting: () => phaseOf(unit.state) === "waiting",
    };
    return !only || tests[only]();
  }

  /** The key villages on top, wherever they are; then townships with their villages, or one flat list without townships. */
  nodes(units) {
    const places = new Map();
    for (const unit of units) {
      if (!places.has(unit.township)) places.set(unit.township, []);
      places.get(unit.township).push(unit);
    }
    const leaves = (found, place = "u/") => found
      .sort((a, b) => Number(b.key) - Number(a.key) || a.unit.localeCompare(b.unit))
      .map((unit) => ({ key: `${place}${unit.unit}`, label: unit.name, unit }));
    const key = units.filter((unit) => unit.key);
    const top = key.length ? [{ key: KEY, label: t("key"), children: leaves(key, KEY), units: key }] : [];
    return top.concat([...places].sort(([a], [b]) => a.localeCompare(b, "zh")).flatMap(([place, found]) => (
      place ? [{ key: `p/${place}`, label: place, children: leaves(found), units: found }] : leaves(found))));
  }

  /** `anew`: which rows there are may have changed, not only what is in them. */
  show(anew) {
    const { county } = this;
    const all = [...county.units.values()];
    const shown = all.filter((unit) => this.matching(unit));
    const roots = this.nodes(shown);
    const filtering = Object.values(this.filter).some(Boolean);
    const opened = shown.length <= 60 || filtering ? roots.map((node) => node.key) : undefined;
    // the key villages stand open when there are the first of them; whoever closes them has them closed
    if (!this.knew && roots[0]?.key === KEY) this.tree.expanded.add(KEY);
    this.knew = roots[0]?.key === KEY;
    this.tree.setRoots(roots, anew ? opened : undefined);
    this.matches.textContent = t("watch.found", { n: number(shown.length), all: number(all.length) });
    this.strip(county.sum(all));
    this.besides();
  }

  /** New numbers: every row is looked up again, for rows are replaced when they change. */
  update(detail) {
    if (detail.guides && this.guides) {
      this.guides.replaceChildren(make("option", { value: "" }, t("only.everybody")), ...this.desk.guides.map((one) => make("option", { value: one.person }, one.name)));
      this.guides.value = this.filter.guide;
      if (this.guides.selectedIndex < 0) { this.filter.guide = ""; this.guides.value = ""; }
    }
    if (detail.changed || detail.fresh) this.show(false);
    else this.besides();
  }

  strip(sum) {
    const tile = (word, value, note, kind = "") => make("div", { class: `tile ${kind}` },
      make("b", { class: "figure" }, value), make("span", {}, t(`strip.${word}`)), note ? make("small", {}, note) : null);
    this.summary.replaceChildren(
      tile("done", make("span", {}, number(sum.phases.done), make("small", {}, `/${number(sum.units)}`))),
      tile("counting", number(sum.phases.counting)), tile("stopped", number(sum.phases.stopped), "", sum.phases.stopped ? "bad" : ""),
      tile("papers", number(sum.papers)),
      tile("turnout", sum.told ? ratio(sum.voters, sum.base) : "–", sum.told ? t("strip.told", { n: sum.told, all: sum.units }) : "", "wide"),
      tile("silent", number(sum.silent), sum.longest ? span(sum.longest) : "", sum.silent ? "warn" : ""),
      sum.unbegun ? tile("unbegun", number(sum.unbegun), span(sum.delay), "warn") : "",
      tile("open", number(this.county.incidents.length), "", this.county.incidents.length ? "warn" : ""));
  }

  cell(key, node) {
    const { county } = this;
    const sum = node.unit ? null : county.sum(node.units);
    const unit = node.unit;
    const cells = {
      name: () => make("span", { class: "name" }, unit?.key ? make("span", { class: "key", title: t("key") }, "★") : null, node.label,
        unit ? null : make("small", { class: "quiet" }, ` ${number(sum.units)}`)),
      state: () => (unit ? make("span", { class: `chip ${phaseOf(unit.state)}` }, t(`state.${unit.state}`)) : this.phases(sum)),
      stations: () => `${number(unit ? unit.closed : sum.closed)}/${number(unit ? unit.stations : sum.stations)}`,
      batches: () => number(unit ? unit.batches : sum.batches),
      result: () => this.result(unit, sum),
      size: () => make("span", { class: "quiet" }, `@${number(unit ? unit.size : sum.size)}`),
      papers: () => number(unit ? unit.papers : sum.papers),
      turnout: () => this.turnout(unit, sum),
      silent: () => [this.silent(unit ? county.silence(unit.unit) : sum.longest, unit ? 0 : sum.silent), this.unbegun(unit ? county.delay(unit.unit) : sum.delay, unit ? 0 : sum.unbegun)],
      open: () => this.flag(unit ? county.open[unit.unit] ?? 0 : sum.open, "open"),
      findings: () => this.flag(unit ? unit.findings : sum.findings, (unit ?? sum).errors ? "errors" : "found"),
    };
    const found = cells[key]();
    return Array.isArray(found) ? make("span", {}, found) : found;
  }

  /** How many posts are full, of those that are decided; each outcome in the title. */
  result(unit, sum) {
    const [full, all] = unit ? [unit.outcomes.filter((word) => word === "full").length, unit.outcomes.length] : [sum.full, sum.contests];
    if (!all) return "";
    return make("span", { class: full < all ? "flag found" : "", title: unit ? unit.outcomes.map((word) => t(`outcome.${word}`)).join("、") : null }, `${number(full)}/${number(all)}`);
  }

  unbegun(seconds, many) {
    if (!seconds) return "";
    const long = t("unbegun.since", { span: span(seconds) });
    return make("span", { class: "silent-mark late-mark", title: long }, many ? t("unbegun.many", { n: number(many) }) : long);
  }

  turnout(unit, sum) {
    if (unit) return unit.voters < 0 || !unit.registered ? "–" : ratio(unit.voters, unit.registered);
    return sum.told ? ratio(sum.voters, sum.base) : "–";
  }

  phases(sum) {
    const there = ORDER.filter((phase) => sum.phases[phase]);
    const words = there.map((phase) => `${t(`short.${phase}`)} ${sum.phases[phase]}`);
    // more than two do not fit with their words: then the numbers in their colours, all words in the title
    return make("span", { class: "mini", title: words.join(" · ") }, there.map((phase, place) => make("span",
      { class: `mini-part ${phase}` }, there.length > 2 ? number(sum.phases[phase]) : words[place])));
  }

  silent(seconds, many) {
    if (!seconds) return "";
    return make("span", { class: "silent-mark" }, many ? `${number(many)} · ${span(seconds)}` : span(seconds));
  }

  flag(count, kind) {
    return count ? make("span", { class: `flag ${kind}` }, number(count)) : "";
  }

  besides() {
    const { county } = this;
    const { me } = this.desk;
    const all = quiet(county);
    const silent = all.filter((one) => one.begun);
    const unbegun = all.filter((one) => !one.begun);
    const key = JSON.stringify([all, county.incidents, county.time - (county.time % 15)]);
    if (key === this.sideKey) return;
    this.sideKey = key;
    const focused = this.side.contains(document.activeElement) ? document.activeElement.dataset.focus : "";
    this.side.replaceChildren(
      make("section", { class: "panel", "aria-labelledby": "open-title" },
        make("h2", { id: "open-title" }, t("open.title"), make("span", { class: "count" }, number(county.incidents.length)),
          me.role === "operator" ? make("button", { class: "button small", type: "button", "data-focus": "raise", onclick: () => raise(this.desk, "") }, t("incident.raise")) : null),
        county.incidents.length ? make("ul", { class: "cards-list" }, [...county.incidents].sort(urgent).map((one) => this.incident(one)))
          : make("p", { class: "quiet" }, t("open.none"))),
      unbegun.length ? this.without("unbegun", unbegun) : "", this.without("silent", silent));
    if (focused) this.side.querySelector(`[data-focus="${CSS.escape(focused)}"]`)?.focus();
  }

  /** Stations without a word, of one kind. */
  without(word, found) {
    return make("section", { class: "panel", "aria-labelledby": `${word}-title` },
      make("h2", { id: `${word}-title` }, t(`${word}.title`), make("span", { class: "count" }, number(found.length))),
      found.length ? make("ul", { class: "silent-list" }, found.slice(0, LINES).map((one) => make("li", {},
        make("button", { class: "link", type: "button", "data-focus": `s/${one.unit}/${one.station}`, onclick: () => this.desk.village(one.unit) },
          t("silent.line", { name: this.county.name(one.unit), station: one.station })), make("b", {}, span(one.seconds)))))
        : make("p", { class: "quiet" }, t("silent.none")),
      found.length > LINES ? make("p", { class: "quiet" }, t("silent.more", { n: found.length - LINES })) : null);
  }

  incident(one) {
    const { county } = this;
    const { me } = this.desk;
    const act = me.role !== "operator" ? null : one.state === "raised"
      ? make("button", { class: "button small main", type: "button", "data-focus": `a/${one.incident}`, onclick: () => acknowledge(this.desk, one) }, t("incident.acknowledge"))
      : make("button", { class: "button small", type: "button", "data-focus": `c/${one.incident}`, onclick: () => this.close(one) }, t("incident.close"));
    return make("li", { class: `incident ${one.level} ${one.state}` },
      make("div", {}, levelChip(one), make("b", {}, one.title)),
      make("div", { class: "quiet" }, one.unit ? county.name(one.unit) : t("county"), " · ", one.incident, " · ", since(one, county.time)), act);
  }

  async close(one) {
    const done = await ask({
      title: t("incident.close.title", { id: one.incident }), intro: [make("p", {}, one.title)],
      fields: [{ name: "text", label: t("incident.done"), long: true }],
      act: (given) => post(`/api/incidents/${one.incident}/close`, given),
    });
    if (done) await attempt(() => this.county.ask(), t("incident.closed.said"));
  }
}
