// Where one writes: a text box that grows, files beside it, commands that begin with a slash.

import { errorText } from "./texts.js";
import { h, icon } from "./dom.js";
import { act, state, upload } from "./state.js";
import { sizeText } from "./fileinput.js";
import { toast } from "./toast.js";

const drafts = new Map();

// One for a channel or a thread. `where` is {channel, thread, name, label}.
export function composer(where) {
  const texts = state.texts;
  const key = `${state.me}/${where.channel}/${where.thread}`;
  const draft = drafts.get(key) || { text: "", files: [] };
  drafts.set(key, draft);
  const problem = h("div", { class: "field-error", role: "alert" });
  const chips = h("ul", { class: "file-list chips" });
  const hints = h("div", { class: "command-hints", role: "listbox", "aria-label": texts.shortcuts, hidden: true });
  const area = h("textarea", { rows: "1", value: draft.text, placeholder: where.label, "aria-label": where.label, dataset: { focus: "composer" }, oninput: () => typed(), onkeydown: (event) => keys(event) });
  const picker = h("input", { type: "file", multiple: true, class: "out-of-sight", tabindex: "-1", "aria-hidden": "true", onchange: () => add([...picker.files]) });
  const broadcast = where.thread ? h("label", { class: "broadcast" }, h("input", { type: "checkbox" }), where.direct ? texts.alsoToDirect : texts.alsoToChannel) : null;
  let sending = false;
  const shortcuts = state.screen.shortcuts.filter((one) => one.kind === "shortcut");

  function typed() {
    draft.text = area.value;
    problem.textContent = "";
    grow();
    const word = area.value.startsWith("/") && !area.value.includes(" ") && !where.thread ? area.value : null;
    const found = word ? state.screen.commands.filter((one) => one.command.startsWith(word) && one.command !== word) : [];
    hints.hidden = !found.length;
    hints.replaceChildren(...found.map((one) => h("button", { type: "button", role: "option", onclick: () => complete(one.command) }, h("strong", {}, one.command), ` ${one.hint}`, h("span", { class: "hint" }, one.description))));
  }

  function grow() {
    area.style.height = "auto";
    area.style.height = `${Math.min(area.scrollHeight, 220)}px`;
  }

  function complete(command) {
    area.value = `${command} `;
    typed();
    area.focus();
  }

  function keys(event) {
    if (event.isComposing) return;
    if (event.key === "Tab" && !hints.hidden && !event.shiftKey) {
      event.preventDefault();
      complete(hints.querySelector("strong").textContent);
    } else if (event.key === "Enter" && !event.shiftKey && !matchMedia("(pointer: coarse)").matches) {
      event.preventDefault();
      send();
    } else if (event.key === "Escape" && !hints.hidden) hints.hidden = true;
  }

  function redraw() {
    chips.replaceChildren(
      ...draft.files.map((file) =>
        h("li", {}, icon("file"), h("span", { class: "file-name" }, file.name), h("span", { class: "hint" }, file.id ? sizeText(file.size) : texts.uploading), h("button", { type: "button", class: "quiet small", "aria-label": texts.takeAway(file.name), onclick: () => (draft.files.splice(draft.files.indexOf(file), 1), redraw(), area.focus()) }, icon("close"))),
      ),
    );
  }

  function add(files) {
    for (const file of files) {
      const entry = { name: file.name, size: file.size, id: null };
      entry.arrived = upload(file).then((answer) => {
        if (answer.ok) entry.id = answer.file;
        else {
          draft.files.splice(draft.files.indexOf(entry), 1);
          problem.textContent = errorText(texts, answer);
        }
        redraw();
      });
      draft.files.push(entry);
    }
    redraw();
    picker.value = "";
    area.focus();
  }

  async function send() {
    if (sending) return;
    sending = true;
    try {
      // a file that is still on its way goes along when it has arrived
      await Promise.all(draft.files.map((file) => file.arrived));
      await sendNow();
    } finally {
      sending = false;
    }
  }

  async function sendNow() {
    const text = area.value;
    if (!text.trim() && !draft.files.length) return;
    const isCommand = /^\/[\w-]/.test(text);
    const given = { channel: where.channel, text, thread_ts: where.thread || null };
    const sent = [...draft.files];
    Object.assign(draft, { text: "", files: [] });
    area.value = "";
    typed();
    redraw();
    const answer = isCommand && !sent.length ? await act("command", given) : await act("post", { ...given, files: sent.map((file) => file.id), broadcast: Boolean(broadcast && broadcast.querySelector("input").checked) });
    if (answer.ok) return;
    // what did not go out is given back, unless something new was typed meanwhile
    if (!area.value && !["operation_timeout", "dispatch_failed"].includes(answer.error)) {
      area.value = text;
      draft.files = sent;
      typed();
      redraw();
    }
    problem.textContent = errorText(texts, answer);
  }

  const node = h(
    "form",
    { class: "composer", onsubmit: (event) => (event.preventDefault(), send()) },
    hints,
    problem,
    h(
      "div",
      { class: "composer-box" },
      chips,
      area,
      h(
        "div",
        { class: "composer-foot" },
        h("button", { type: "button", class: "quiet", "aria-label": texts.attach, title: texts.attach, onclick: () => picker.click() }, icon("clip")),
        picker,
        shortcuts.length && !where.thread
          ? h(
              "details",
              { class: "menu up" },
              h("summary", { class: "quiet", "aria-label": texts.shortcuts, title: texts.shortcuts }, icon("bolt")),
              h("div", { class: "menu-items" }, shortcuts.map((one) => h("button", { type: "button", onclick: (event) => (event.target.closest("details").removeAttribute("open"), shortcut(one)) }, one.name))),
            )
          : null,
        broadcast,
        h("span", { class: "space" }),
        h("button", { type: "submit", class: "button primary send", "aria-label": texts.send, title: texts.send }, icon("send")),
      ),
    ),
  );

  async function shortcut(one) {
    const answer = await act("shortcut", { callback_id: one.callback_id });
    if (!answer.ok) toast(errorText(texts, answer), true);
  }

  node.add = add;
  redraw();
  requestAnimationFrame(grow);
  return node;
}
