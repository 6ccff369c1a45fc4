// Slack's markup to nodes. The text is taken apart, never turned into HTML; links are live only in what the bot said.

import { EMOJI, emoji, glyphs, withEmoji } from "./emoji.js";
import { channel, channelName, go, person, state } from "./state.js";
import { h } from "./dom.js";

export function unescape(text) {
  return text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
}

// `trusted`: the text is the bot's own.
export function mrkdwn(text, { trusted = false } = {}) {
  const nodes = [];
  text.split(/```([\s\S]*?)```/).forEach((part, index) => {
    if (index % 2) nodes.push(codeBlock(unescape(part.replace(/^\n|\n$/g, ""))));
    else if (part) nodes.push(...lines(part, trusted));
  });
  return nodes;
}

export function codeBlock(text) {
  return h("pre", { class: "code-block", tabindex: "0", role: "group", "aria-label": state.texts.code }, h("code", {}, text));
}

function lines(text, trusted) {
  const nodes = [];
  let quote = null;
  text.split("\n").forEach((line, index, all) => {
    const quoted = line.match(/^&gt; ?(.*)$/);
    if (quoted) {
      if (!quote) nodes.push((quote = h("blockquote")));
      else quote.append("\n");
      quote.append(...inline(quoted[1], trusted));
      return;
    }
    // a quote is a block: the line's end after it is already drawn
    if (index > 0 && !quote) nodes.push("\n");
    quote = null;
    if (line || index < all.length - 1) nodes.push(...inline(line, trusted));
  });
  return nodes;
}

const TOKEN = /(<[^<>]+>)|`([^`\n]+)`|(?<![\w*])\*(?!\s)([^*\n]+?)(?<!\s)\*(?![\w*])|(?<![\w_])_(?!\s)([^_\n]+?)(?<!\s)_(?![\w_])|(?<![\w~])~(?!\s)([^~\n]+?)(?<!\s)~(?![\w~])|:([a-z0-9_+'-]+):/;

function inline(text, trusted) {
  const nodes = [];
  let rest = text;
  for (let found = TOKEN.exec(rest); found; found = TOKEN.exec(rest)) {
    if (found.index) nodes.push(...glyphs(unescape(rest.slice(0, found.index))));
    nodes.push(token(found, trusted));
    rest = rest.slice(found.index + found[0].length);
  }
  if (rest) nodes.push(...glyphs(unescape(rest)));
  return nodes;
}

function token(found, trusted) {
  const [whole, angle, code, bold, italic, strike, name] = found;
  if (angle) return reference(angle.slice(1, -1), trusted);
  if (code) return h("code", { class: "code" }, unescape(code));
  if (bold) return h("strong", {}, inline(bold, trusted));
  if (italic) return h("em", {}, inline(italic, trusted));
  if (strike) return h("s", {}, inline(strike, trusted));
  return EMOJI[name] ? emoji(name) : whole;
}

function reference(inside, trusted) {
  const [target, label] = inside.split(/\|(.*)/s);
  if (target.startsWith("@")) return mention(target.slice(1));
  if (target.startsWith("#")) return channelLink(target.slice(1), label);
  if (target.startsWith("!date^")) return h("time", {}, date(target, label));
  if (target.startsWith("!subteam^")) return h("span", { class: "mention" }, label || "@vpn-team");
  if (target.startsWith("!")) return h("span", { class: "mention loud" }, `@${target.slice(1)}`);
  return link(unescape(target), label ? unescape(label) : "", trusted);
}

export function mention(id) {
  const one = person(id);
  const mine = state.screen.me.id === id;
  return h("span", { class: mine ? "mention loud" : "mention" }, `@${one.name}`);
}

export function channelLink(id, label) {
  const one = channel(id);
  const name = one ? channelName(one) : `#${label || "?"}`;
  if (!one) return h("span", { class: "mention" }, name);
  return h("a", { class: "mention", href: `#/${id}` }, name);
}

export function link(target, label, trusted) {
  const shown = label || target;
  if (!trusted) return h("span", { class: "dead-link" }, shown);
  if (target.startsWith(`${location.origin}/archives/`)) {
    return h("a", { href: target, onclick: (event) => followArchive(event, target) }, shown);
  }
  if (target.startsWith("slack://app")) {
    return h("a", { href: "#/", onclick: (event) => (event.preventDefault(), window.dispatchEvent(new Event("open-home"))) }, shown);
  }
  if (!/^(https?:\/\/|mailto:)/i.test(target)) return h("span", { class: "dead-link" }, shown);
  return h("a", { href: target, target: "_blank", rel: "noopener noreferrer" }, shown);
}

function followArchive(event, target) {
  if (event.metaKey || event.ctrlKey) return;
  event.preventDefault();
  const address = new URL(target);
  const [, , where, digits] = address.pathname.split("/");
  const ts = digits.slice(1);
  go(where, address.searchParams.get("thread_ts") || "", `${ts.slice(0, -6)}.${ts.slice(-6)}`);
}

export function date(target, fallback) {
  const [, seconds, format = "{date} {time}"] = target.split("^");
  const when = new Date(Number(seconds) * 1000);
  if (Number.isNaN(when.getTime())) return fallback || "";
  const show = (options) => when.toLocaleString(state.texts.locale, options);
  const parts = {
    date_num: () => show({ year: "numeric", month: "2-digit", day: "2-digit" }),
    date: () => show({ dateStyle: "long" }),
    date_short: () => show({ dateStyle: "medium" }),
    date_long: () => show({ dateStyle: "full" }),
    time: () => show({ timeStyle: "short" }),
    time_secs: () => show({ timeStyle: "medium" }),
    ago: () => show({ dateStyle: "medium", timeStyle: "short" }),
  };
  return format.replace(/\{(\w+?)(_pretty)?\}/g, (whole, name) => (parts[name] ? parts[name]() : whole));
}

export function textObject(object, { trusted = true } = {}) {
  if (!object) return [];
  if (object.type === "mrkdwn") return mrkdwn(object.text, { trusted });
  return glyphs(object.emoji === false ? object.text : withEmoji(object.text));
}

export function plainText(object) {
  return object ? (object.emoji === false ? object.text : withEmoji(object.text)) : "";
}
