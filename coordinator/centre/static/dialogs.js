// Dialogs: a few labelled fields and two buttons, in the browser's own <dialog>: focus, Escape and Tab are its work.

import { No } from "./ask.js";
import { unitControl, unitOf } from "./choosing.js";
import { make } from "./dom.js";
import { t } from "./texts.js";

const WORDS = 1000;

function control(field, id) {
  const common = { id, name: field.name, required: field.optional ? null : true, "aria-describedby": field.hint ? `${id}-hint` : null };
  if (field.units) return unitControl(field, common);
  if (field.options) {
    // an empty value is a choice here: the whole county
    return make("select", { ...common, required: null }, field.options.map(([value, label]) => make("option", { value, selected: value === field.value }, label)));
  }
  if (field.long) return make("textarea", { ...common, rows: 3, maxlength: field.most ?? WORDS }, field.value ?? "");
  if (field.kind === "checkbox") return make("input", { ...common, required: null, type: "checkbox", checked: field.value || null });
  return make("input", {
    ...common, type: field.kind ?? "text", value: field.value ?? "", maxlength: field.most ?? (field.kind ? null : 100),
    min: field.min, max: field.max, autocomplete: field.autocomplete ?? "off", pattern: field.pattern, readonly: field.fixed || null,
    inputmode: field.inputmode,
  });
}

function valueOf(form, field) {
  const input = form.elements.namedItem(field.name);
  if (field.units) return unitOf(field, input.value);
  if (field.kind === "checkbox") return input.checked;
  if (field.kind === "number") return Number(input.value);
  return input.value;
}

/** The fields as labelled controls; `values(form)` reads them. */
export function fieldset(fields, prefix) {
  return fields.map((field) => {
    const id = `${prefix}-${field.name}`;
    const input = control(field, id);
    const hint = field.hint ? make("small", { id: `${id}-hint`, class: "quiet" }, field.hint) : null;
    if (field.kind === "checkbox") return make("p", { class: "field check" }, input, make("label", { for: id }, field.label), hint);
    return make("p", { class: "field" }, make("label", { for: id }, field.label, field.optional ? make("small", { class: "quiet" }, ` ${t("optional")}`) : null), input, hint);
  });
}

export const values = (form, fields) => Object.fromEntries(fields.map((field) => [field.name, valueOf(form, field)]));

let made = 0;

/** Ask for the fields; `act(values)` does it and may throw a No, which is shown in the dialog. Resolves to its answer or null.
 *  `changed(elements, name)`: somebody has changed a field, and another may follow from it. */
export function ask({ title, fields = [], intro = [], button = t("ok"), danger = false, changed = null, act }) {
  const prefix = `d${made += 1}`;
  const before = document.activeElement;
  return new Promise((resolve) => {
    let answer = null;
    const error = make("p", { class: "error", role: "alert" });
    const form = make("form", { method: "dialog", novalidate: null },
      make("h2", { id: `${prefix}-heading` }, title), intro, fieldset(fields, prefix), error,
      make("p", { class: "buttons" },
        make("button", { class: "button", type: "button", onclick: () => dialog.close() }, t("cancel")),
        make("button", { class: `button ${danger ? "danger" : "main"}`, type: "submit" }, button)));
    const dialog = make("dialog", { class: "dialog", "aria-labelledby": `${prefix}-heading`, onclose: () => {
      dialog.remove();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
      resolve(answer);
    } }, form);
    if (changed) form.addEventListener("input", (event) => changed(form.elements, event.target.name));
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const submit = form.querySelector("[type=submit]");
      submit.disabled = true;
      try {
        answer = (await act(values(form, fields))) ?? {};
        dialog.close();
      } catch (no) {
        if (!(no instanceof No)) throw no;
        error.textContent = no.message;
      } finally { submit.disabled = false; }
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** Something to read and put away: a first password, a link. */
export function tell(title, ...body) {
  const before = document.activeElement;
  const dialog = make("dialog", { class: "dialog", "aria-label": title, onclose: () => {
    dialog.remove();
    if (before instanceof HTMLElement && before.isConnected) before.focus();
  } }, make("form", { method: "dialog" }, make("h2", {}, title), body,
    make("p", { class: "buttons" }, make("button", { class: "button main" }, t("close")))));
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}
