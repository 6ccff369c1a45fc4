// Rich text: literal text in sections, lists, quotes and preformatted blocks.

import { emoji, glyphs } from "./emoji.js";
import { channelLink, codeBlock, date, link, mention } from "./markup.js";
import { h } from "./dom.js";

export function richText(block, trusted) {
  const nodes = [];
  for (const element of block.elements) {
    if (element.type === "rich_text_section") nodes.push(h("div", { class: "rich" }, run(element.elements, trusted)));
    else if (element.type === "rich_text_quote") nodes.push(h("blockquote", {}, run(element.elements, trusted)));
    else if (element.type === "rich_text_preformatted") {
      nodes.push(codeBlock(element.elements.map((one) => one.text || one.url || "").join("")));
    } else if (element.type === "rich_text_list") {
      const tag = element.style === "ordered" ? "ol" : "ul";
      const list = h(tag, { class: `rich-list indent-${Math.min(element.indent || 0, 4)}` });
      if (tag === "ol" && element.offset) list.start = element.offset + 1;
      for (const item of element.elements) list.append(h("li", {}, run(item.elements, trusted)));
      nodes.push(list);
    }
  }
  return nodes;
}

function run(elements, trusted) {
  return elements.flatMap((element) => styled(inline(element, trusted), element.style));
}

function inline(element, trusted) {
  if (element.type === "text") return glyphs(element.text);
  if (element.type === "link") return link(element.url, element.text || "", trusted);
  if (element.type === "emoji") return emoji(element.name);
  if (element.type === "user") return mention(element.user_id);
  if (element.type === "channel") return channelLink(element.channel_id, "");
  if (element.type === "usergroup") return h("span", { class: "mention" }, "@vpn-team");
  if (element.type === "broadcast") return h("span", { class: "mention loud" }, `@${element.range}`);
  if (element.type === "date") return date(`!date^${element.timestamp}^${element.format}`, element.fallback);
  return element.value || "";
}

function styled(node, style) {
  if (!style) return node;
  let out = node;
  if (style.code) out = h("code", { class: "code" }, out);
  if (style.bold) out = h("strong", {}, out);
  if (style.italic) out = h("em", {}, out);
  if (style.strike) out = h("s", {}, out);
  return out;
}
