// The modal on top of the stack, in a dialog of the browser's own: it keeps the focus in and Escape closes it.

import { blocks } from "./blocks.js";
import { errorText } from "./texts.js";
import { h, icon } from "./dom.js";
import { plainText } from "./markup.js";
import { act, state } from "./state.js";
import { toast } from "./toast.js";

// What is typed lives here, by view, block and action, so that a redrawn modal keeps it.
const drafts = new Map();
let dialog = null;
let drawn = "";
let errors = {};

export function drawModal() {
  const view = state.screen.modals.at(-1);
  if (!view) {
    if (dialog) {
      dialog.close();
      dialog.remove();
    }
    dialog = null;
    drawn = "";
    drafts.clear();
    return;
  }
  const print = JSON.stringify([view.id, view.hash, state.me, errors]);
  if (print === drawn) return;
  if (!drawn.includes(`"${view.id}"`)) errors = {};
  drawn = JSON.stringify([view.id, view.hash, state.me, errors]);
  if (!drafts.has(view.id)) drafts.set(view.id, structuredClone(view.typed || {}));
  show(view);
}

function show(view) {
  const focus = dialog && dialog.contains(document.activeElement) ? document.activeElement.dataset.focus : null;
  const scrolled = dialog ? dialog.querySelector(".dialog-body").scrollTop : 0;
  const typed = drafts.get(view.id);
  const use = {
    name: view.id,
    trusted: true,
    typed,
    errors,
    type: (block, one, value) => ((typed[block.block_id] ||= {})[one.action_id] = value),
    press: (block, one, value) => pressed(view, block, one, value),
    suggest: async (block, one, query) => (await act("suggest", { view: view.id, block: block.block_id, element: one.action_id, query })).options || [],
  };
  const fresh = h(
    "dialog",
    { class: "modal", "aria-labelledby": `title-${view.id}`, oncancel: (event) => (event.preventDefault(), close(view, false)) },
    h(
      "form",
      { method: "dialog", novalidate: true, onsubmit: (event) => (event.preventDefault(), submit(view)) },
      h(
        "header",
        { class: "dialog-head" },
        h("h2", { id: `title-${view.id}` }, plainText(view.title)),
        h("button", { type: "button", class: "quiet", "aria-label": state.texts.close, onclick: () => close(view, true) }, icon("close")),
      ),
      h("div", { class: "dialog-body" }, blocks(view.blocks, use)),
      h(
        "footer",
        { class: "dialog-foot" },
        h("button", { type: "button", class: "button", onclick: () => close(view, false) }, view.close ? plainText(view.close) : view.submit ? state.texts.cancel : state.texts.close),
        view.submit ? h("button", { type: "submit", class: "button primary" }, plainText(view.submit)) : null,
      ),
    ),
  );
  if (dialog) {
    dialog.close();
    dialog.remove();
  }
  dialog = fresh;
  document.getElementById("dialogs").append(dialog);
  dialog.showModal();
  dialog.querySelector(".dialog-body").scrollTop = scrolled;
  const wrong = dialog.querySelector("[aria-invalid=true]") || (Object.keys(errors).length ? dialog.querySelector(".field-error")?.parentElement?.querySelector("input,select,textarea") : null);
  const target = wrong || (focus && dialog.querySelector(`[data-focus="${CSS.escape(focus)}"]`)) || dialog.querySelector("[autofocus]") || dialog.querySelector(".dialog-body input, .dialog-body select, .dialog-body textarea, .dialog-body button");
  if (target) target.focus();
}

async function pressed(view, block, one, value) {
  const answer = await act("press", { view: view.id, block: block.block_id, element: one.action_id, value, values: drafts.get(view.id) });
  if (!answer.ok) toast(errorText(state.texts, answer), true);
}

async function submit(view) {
  const button = dialog.querySelector("button[type=submit]");
  if (!button || button.getAttribute("aria-busy") === "true") return;
  button.setAttribute("aria-busy", "true");
  const answer = await act("submit", { view: view.id, values: drafts.get(view.id) });
  button.removeAttribute("aria-busy");
  if (answer.ok) {
    errors = {};
    return;
  }
  if (answer.error === "client_errors") {
    errors = Object.fromEntries(Object.entries(answer.errors).map(([block, code]) => [block, errorText(state.texts, { error: code })]));
  } else if (answer.error === "app_errors") errors = answer.errors;
  else {
    toast(errorText(state.texts, answer), true);
    return;
  }
  const current = state.screen.modals.at(-1);
  if (current && current.id === view.id) {
    drawn = JSON.stringify([view.id, current.hash, state.me, errors]);
    show(current);
  }
}

async function close(view, clear) {
  const answer = await act("close", { view: view.id, clear });
  if (!answer.ok && answer.error !== "view_not_found") toast(errorText(state.texts, answer), true);
}
