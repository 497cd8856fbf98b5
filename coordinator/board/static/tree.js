// A tree grid that shows thousands of rows and holds thirty: keyboard first, columns given by whoever uses it.
//
// new Tree(host, {label, columns: [{key, title, cell(node) -> Node | string, number}], open(node)})
// tree.setRoots([{key, label, children: [...]}]); tree.refresh() after numbers have changed.

import { make, styled } from "./dom.js";

const SPARE = 6;

const words = (node) => (node.nodeType === Node.TEXT_NODE ? [node.data.trim()] : [...node.childNodes].flatMap(words)).filter(Boolean);

export class Tree {
  constructor(host, { label, columns, open, rowHeight = 40, rowClass = () => "" }) {
    this.columns = columns;
    this.open = open;
    this.rowHeight = rowHeight;
    this.rowClass = rowClass;
    this.roots = [];
    this.flat = [];
    this.expanded = new Set();
    this.active = 0;
    this.id = `tree${Tree.made = (Tree.made ?? 0) + 1}`;
    this.head = make("div", { class: "tree-head", role: "row", "aria-rowindex": "1" });
    this.space = make("div", { class: "tree-space", role: "rowgroup" });
    this.scroller = make("div", { class: "tree-body", role: "presentation" }, this.space);
    this.grid = make("div", { class: "tree", role: "treegrid", tabindex: "0", "aria-label": label },
      make("div", { role: "rowgroup", class: "tree-top" }, this.head), this.scroller);
    host.replaceChildren(this.grid);
    this.scroller.addEventListener("scroll", () => this.later());
    this.grid.addEventListener("keydown", (event) => this.key(event));
    this.space.addEventListener("click", (event) => this.click(event));
    new ResizeObserver(() => this.later()).observe(this.scroller);
    this.titles();
  }

  /** The column heads, again after a change of language. */
  titles(label) {
    if (label) this.grid.setAttribute("aria-label", label);
    this.head.replaceChildren(...this.columns.map((column) => make("div", {
      role: "columnheader", class: `cell ${column.key}${column.number ? " number" : ""}`,
    }, column.title())));
  }

  /** `openKeys`: which nodes with children stand open; left out, they stay as they are. */
  setRoots(roots, openKeys) {
    const before = this.flat[this.active]?.node.key;
    this.roots = roots;
    if (openKeys) this.expanded = new Set(openKeys);
    this.flatten();
    const found = this.flat.findIndex((entry) => entry.node.key === before);
    this.active = Math.max(0, found);
    this.render();
  }

  flatten() {
    this.flat = [];
    const walk = (nodes, level) => nodes.forEach((node, place) => {
      this.flat.push({ node, level, place: place + 1, of: nodes.length });
      if (node.children && this.expanded.has(node.key)) walk(node.children, level + 1);
    });
    walk(this.roots, 1);
    styled(this.space, { height: `${this.flat.length * this.rowHeight}px` });
    this.grid.setAttribute("aria-rowcount", String(this.flat.length + 1));
  }

  /** Numbers have changed: what is in view is made anew, once a frame. */
  refresh() { this.later(); }

  later() {
    if (this.asked) return;
    this.asked = requestAnimationFrame(() => { this.asked = 0; this.render(); });
  }

  render() {
    const top = this.scroller.scrollTop;
    const first = Math.max(0, Math.floor(top / this.rowHeight) - SPARE);
    const last = Math.min(this.flat.length, Math.ceil((top + this.scroller.clientHeight) / this.rowHeight) + SPARE);
    const rows = [];
    for (let index = first; index < last; index += 1) rows.push(this.row(index));
    this.space.replaceChildren(...rows);
    const shown = this.active >= first && this.active < last;
    if (shown) this.grid.setAttribute("aria-activedescendant", `${this.id}-${this.active}`);
    else this.grid.removeAttribute("aria-activedescendant");
  }

  row(index) {
    const { node, level, place, of } = this.flat[index];
    const branch = Boolean(node.children);
    const cells = this.columns.map((column, at) => {
      const cell = make("div", { role: "gridcell", class: `cell ${column.key}${column.number ? " number" : ""}` });
      if (at === 0) styled(cell, { "--level": String(level - 1) }).append(make("span", { class: "caret", "aria-hidden": "true" }));
      cell.append(column.cell(node));
      // what a narrow screen shortens can be read whole under the pointer
      cell.title = words(cell).join(" ");
      return cell;
    });
    const row = make("div", {
      role: "row", id: `${this.id}-${index}`, class: `tree-row ${branch ? "branch" : "leaf"} ${this.rowClass(node)}`,
      "aria-rowindex": index + 2, "aria-level": level, "aria-posinset": place, "aria-setsize": of,
      "aria-expanded": branch ? String(this.expanded.has(node.key)) : null,
      "aria-selected": String(index === this.active), dataset: { index },
    }, cells);
    return styled(row, { transform: `translateY(${index * this.rowHeight}px)` });
  }

  click(event) {
    const row = event.target.closest(".tree-row");
    if (!row) return;
    this.active = Number(row.dataset.index);
    this.act();
  }

  /** Enter or click: a branch opens and closes, a leaf is opened. */
  act() {
    const { node } = this.flat[this.active];
    if (node.children) this.toggle(node, !this.expanded.has(node.key));
    else { this.render(); this.open(node); }
  }

  toggle(node, open) {
    if (open) this.expanded.add(node.key); else this.expanded.delete(node.key);
    this.flatten();
    this.render();
  }

  move(index) {
    this.active = Math.min(this.flat.length - 1, Math.max(0, index));
    const top = this.active * this.rowHeight;
    const height = this.scroller.clientHeight;
    if (top < this.scroller.scrollTop) this.scroller.scrollTop = top;
    else if (top + this.rowHeight > this.scroller.scrollTop + height) this.scroller.scrollTop = top + this.rowHeight - height;
    this.render();
  }

  key(event) {
    if (!this.flat.length || event.altKey || event.ctrlKey || event.metaKey) return;
    const { node, level } = this.flat[this.active];
    const open = Boolean(node.children) && this.expanded.has(node.key);
    const page = Math.max(1, Math.floor(this.scroller.clientHeight / this.rowHeight) - 1);
    const keys = {
      ArrowDown: () => this.move(this.active + 1),
      ArrowUp: () => this.move(this.active - 1),
      PageDown: () => this.move(this.active + page),
      PageUp: () => this.move(this.active - page),
      Home: () => this.move(0),
      End: () => this.move(this.flat.length - 1),
      Enter: () => this.act(),
      " ": () => this.act(),
      ArrowRight: () => (node.children && !open ? this.toggle(node, true) : this.move(this.active + (open ? 1 : 0))),
      ArrowLeft: () => (open ? this.toggle(node, false) : this.move(this.parent(level))),
    };
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  parent(level) {
    let index = this.active;
    while (index > 0 && this.flat[index].level >= level) index -= 1;
    return index;
  }
}
