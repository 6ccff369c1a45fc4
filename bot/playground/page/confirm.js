// A question before something is done.

import { h } from "./dom.js";
import { plainText, textObject } from "./markup.js";
import { state } from "./state.js";

export function confirmed(confirm) {
  return new Promise((resolve) => {
    const done = (answer) => {
      dialog.close();
      dialog.remove();
      resolve(answer);
    };
    const dialog = h(
      "dialog",
      { class: "confirm", "aria-labelledby": "confirm-title", oncancel: (event) => (event.preventDefault(), done(false)) },
      h("h2", { id: "confirm-title" }, plainText(confirm.title)),
      h("p", { class: "text" }, textObject(confirm.text)),
      h(
        "div",
        { class: "dialog-foot" },
        h("button", { type: "button", class: "button", onclick: () => done(false) }, plainText(confirm.deny)),
        h("button", { type: "button", class: `button ${confirm.style === "danger" ? "danger" : "primary"}`, autofocus: true, onclick: () => done(true) }, plainText(confirm.confirm)),
      ),
    );
    document.getElementById("dialogs").append(dialog);
    dialog.showModal();
  });
}

export function ask(text, yes) {
  const plain = (words) => ({ type: "plain_text", text: words, emoji: false });
  return confirmed({ title: plain(state.texts.sure), text: plain(text), confirm: plain(yes), deny: plain(state.texts.cancel), style: "danger" });
}
