// Block Kit to nodes. `use` says where the blocks stand and what happens when somebody uses an element:
//   { trusted, typed, press(block, element, value), type(block, element, value), errors, suggest }

import { element, label } from "./elements.js";
import { fileAddress, state } from "./state.js";
import { h } from "./dom.js";
import { mrkdwn, plainText, textObject } from "./markup.js";
import { richText } from "./richtext.js";

export function blocks(list, use) {
  return list.map((block) => {
    const draw = DRAW[block.type];
    const node = draw ? draw(block, use) : unknown(block);
    node.classList.add("block", `block-${block.type}`);
    node.dataset.block = block.block_id || "";
    return node;
  });
}

function unknown(block) {
  return h("div", {}, h("code", { class: "code" }, block.type));
}

const said = (object, use) => textObject(object, { trusted: use.trusted });

const DRAW = {
  section(block, use) {
    const body = h("div", { class: "section-body" });
    if (block.text) body.append(h("div", { class: "text" }, said(block.text, use)));
    if (block.fields) body.append(h("div", { class: "fields" }, block.fields.map((field) => h("div", { class: "text" }, said(field, use)))));
    const node = h("div", {}, body);
    if (block.accessory) node.append(h("div", { class: "accessory" }, element(block, block.accessory, use)));
    return node;
  },
  header(block) {
    return h(`h${Math.min((block.level || 1) + 2, 6)}`, {}, textObject(block.text));
  },
  context(block, use) {
    return h("div", {}, block.elements.map((one) => (one.type === "image" ? image(one) : h("span", { class: "text" }, said(one, use)))));
  },
  actions(block, use) {
    return h("div", { role: "group" }, block.elements.map((one) => element(block, one, use)));
  },
  context_actions(block, use) {
    return DRAW.actions(block, use);
  },
  divider() {
    return h("hr");
  },
  image(block) {
    return h("figure", {}, block.title ? h("figcaption", {}, plainText(block.title)) : null, image(block));
  },
  input(block, use) {
    return label(block, use);
  },
  rich_text(block, use) {
    return h("div", {}, richText(block, use.trusted));
  },
  markdown(block) {
    return h("div", { class: "text" }, markdown(block.text));
  },
  table(block, use) {
    return table(block.rows, use, state.texts.table);
  },
  data_table(block, use) {
    return table(block.rows, use, block.caption);
  },
  alert(block, use) {
    return h("div", { role: "note", class: `level-${block.level || "default"}` }, said(block.text, use));
  },
  card(block, use) {
    return h(
      "div",
      {},
      block.title ? h("strong", {}, said(block.title, use)) : null,
      ["subtitle", "body", "subtext"].filter((name) => block[name]).map((name) => h("div", { class: name }, said(block[name], use))),
      block.actions ? h("div", { class: "block-actions" }, block.actions.map((one) => element(block, one, use))) : null,
    );
  },
  carousel(block, use) {
    return h("div", {}, blocks(block.elements, use));
  },
  container(block, use) {
    const title = block.title ? plainText(block.title) : block.rich_text_title ? richText(block.rich_text_title, use.trusted) : null;
    const inner = blocks(block.child_blocks, use);
    if (!block.is_collapsible) return h("div", {}, title ? h("strong", {}, title) : null, inner);
    return h("details", { open: !block.default_collapsed }, h("summary", {}, title), inner);
  },
  task_card(block, use) {
    return h("div", {}, h("span", { class: `status-${block.status || "pending"}` }, block.title), block.details ? richText(block.details, use.trusted) : null);
  },
  plan(block, use) {
    return h("div", {}, h("strong", {}, block.title), blocks(block.tasks || [], use));
  },
  video(block) {
    return h("figure", {}, h("figcaption", {}, plainText(block.title)), h("span", { class: "outside" }, block.alt_text));
  },
};

function image(block) {
  if (block.slack_file && block.slack_file.id) return h("img", { src: fileAddress(block.slack_file.id), alt: block.alt_text });
  // a picture from elsewhere would tell that elsewhere who looks at what
  return h("span", { class: "outside", role: "img", "aria-label": block.alt_text, title: state.texts.outsideImage }, block.alt_text);
}

function table(rows, use, caption) {
  const cell = (one, tag) => {
    const content = one.type === "rich_text" ? richText(one, use.trusted) : one.text || String(one.value ?? "");
    return h(tag, { class: one.type === "raw_number" ? "number" : null, scope: tag === "th" ? "col" : null }, content);
  };
  const [head, ...body] = rows;
  return h(
    "div",
    { class: "scroller", tabindex: "0", role: "group", "aria-label": caption },
    h("table", {}, h("thead", {}, h("tr", {}, head.map((one) => cell(one, "th")))), h("tbody", {}, body.map((row) => h("tr", {}, row.map((one) => cell(one, "td")))))),
  );
}

// Of standard Markdown only what changes the meaning of a line; the rest is shown as it was written.
function markdown(text) {
  const slack = text
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    .replace(/\*\*(.+?)\*\*/g, "*$1*")
    .replace(/^#{1,6} +(.+)$/gm, "*$1*")
    .replace(/^[-*] +/gm, "• ");
  return mrkdwn(slack, { trusted: false });
}
