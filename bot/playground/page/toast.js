// A short word at the edge of the window; also said by screen readers.

import { h, icon } from "./dom.js";
import { state } from "./state.js";

export function toast(text, isError = false) {
  const box = document.getElementById("toasts");
  const node = h("div", { class: isError ? "toast error" : "toast" }, h("span", {}, text), h("button", { type: "button", class: "quiet small", "aria-label": state.texts.close, onclick: () => node.remove() }, icon("close")));
  box.append(node);
  setTimeout(() => node.remove(), isError ? 10000 : 4000);
}
