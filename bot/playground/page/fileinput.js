// Handing in files inside a modal: chosen or dropped, sent to the playground at once, listed with a way back.

import { errorText } from "./texts.js";
import { h, icon } from "./dom.js";
import { state, upload } from "./state.js";

const MOST_BYTES = 10 * 1024 * 1024;
const known = new Map();

export function sizeText(bytes) {
  const units = ["B", "kB", "MB", "GB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < 3) {
    value /= 1000;
    unit += 1;
  }
  return `${value.toLocaleString(state.texts.locale, { maximumFractionDigits: value < 10 && unit ? 1 : 0 })} ${units[unit]}`;
}

export function fileInput(block, one, use) {
  const typed = use.typed[block.block_id] && use.typed[block.block_id][one.action_id];
  const ids = Array.isArray(typed) ? [...typed] : [];
  const most = one.max_files || 10;
  const types = (one.filetypes || []).map((type) => `.${type.replace(/^\./, "")}`);
  const list = h("ul", { class: "file-list" });
  const problem = h("div", { class: "field-error", role: "alert" });
  const picker = h("input", { type: "file", class: "out-of-sight", multiple: most > 1, accept: types.join(",") || null, ...use.aria, dataset: { focus: `${block.block_id}/${one.action_id}` }, onchange: () => add([...picker.files]) });

  function redraw() {
    list.replaceChildren(
      ...ids.map((id) => {
        const file = known.get(id) || { name: id, size: 0 };
        const takeAway = () => {
          ids.splice(ids.indexOf(id), 1);
          use.change([...ids]);
          redraw();
          picker.focus();
        };
        return h("li", {}, icon("file"), h("span", { class: "file-name" }, file.name), h("span", { class: "hint" }, sizeText(file.size)), h("button", { type: "button", class: "quiet small", "aria-label": state.texts.takeAway(file.name), onclick: takeAway }, icon("close")));
      }),
    );
  }

  async function add(files) {
    problem.textContent = "";
    for (const file of files) {
      if (ids.length >= most) return say("too_many_files");
      if (file.size > MOST_BYTES) {
        say("file_too_big");
        continue;
      }
      const answer = await upload(file);
      if (!answer.ok) {
        say(answer.error);
        continue;
      }
      known.set(answer.file, { name: file.name, size: answer.size });
      ids.push(answer.file);
      use.change([...ids]);
      redraw();
    }
    picker.value = "";
  }

  const say = (code) => (problem.textContent = errorText(state.texts, { error: code }));
  const zone = h(
    "div",
    { class: "drop-zone" },
    h("label", { class: "button" }, most > 1 ? state.texts.chooseFiles : state.texts.chooseFile, picker),
    h("span", { class: "hint" }, state.texts.orDrop),
    h("div", { class: "hint" }, state.texts.fileLimits(most, types.join(", "))),
  );
  const over = (on) => (event) => {
    event.preventDefault();
    zone.classList.toggle("over", on);
  };
  zone.addEventListener("dragover", over(true));
  zone.addEventListener("dragleave", over(false));
  zone.addEventListener("drop", (event) => {
    over(false)(event);
    event.stopPropagation();
    add([...event.dataTransfer.files]);
  });
  redraw();
  return h("div", {}, zone, list, problem);
}
