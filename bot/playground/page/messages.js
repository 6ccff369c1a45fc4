// Messages: who, when, what, and what one can do with it.

import { ask } from "./confirm.js";
import { blocks } from "./blocks.js";
import { emoji, QUICK } from "./emoji.js";
import { errorText } from "./texts.js";
import { h, icon, keep } from "./dom.js";
import { mrkdwn } from "./markup.js";
import { sizeText } from "./fileinput.js";
import { act, fileAddress, go, person, state } from "./state.js";
import { toast } from "./toast.js";

export function avatar(one) {
  const hue = Math.max(0, state.screen.people.findIndex((other) => other.id === one.id)) % 6;
  const initials = one.role === "bot" ? "" : one.name.split(" ").map((word) => word[0]).slice(0, 2).join("");
  return h("span", { class: `avatar hue-${hue} ${one.role === "bot" ? "is-bot" : ""}`, "aria-hidden": "true" }, one.role === "bot" ? icon("lock") : initials);
}

const when = (ts) => new Date(Number(ts.split(".")[0]) * 1000);

function dayName(ts) {
  const texts = state.texts;
  const day = when(ts);
  const now = new Date(state.screen.clock.now);
  const apart = Math.round((new Date(now).setHours(0, 0, 0, 0) - new Date(day).setHours(0, 0, 0, 0)) / 86400000);
  if (apart === 0) return texts.today;
  if (apart === 1) return texts.yesterday;
  return day.toLocaleDateString(texts.locale, { weekday: "long", day: "numeric", month: "long" });
}

// `list` is an element with role="log"; what is added to it is read out.
export function drawMessages(list, messages, { channelId, inThread, at }) {
  const items = [];
  let day = "";
  let before = null;
  for (const message of messages) {
    const name = dayName(message.ts);
    if (name !== day && !inThread) items.push({ day: (day = name), ts: `day-${message.ts}` });
    const follows = before && !before.ephemeral && !message.ephemeral && before.user === message.user && Number(message.ts) - Number(before.ts) < 300 && before.day === day && !isCard(before) && !isCard(message);
    items.push({ ...message, follows: Boolean(follows), day });
    before = { ...message, day };
  }
  keep(list, items, {
    key: (item) => item.ts,
    print: (item) => JSON.stringify([item, state.me, state.texts.locale, item.ts === at, item.day && !item.type ? item.day : ""]),
    make: (item) => (item.type ? draw(item, { channelId, inThread, at }) : h("div", { class: "day", role: "separator" }, h("span", {}, item.day))),
  });
}

// What the bot builds of blocks stands by itself; people's lines run on.
function isCard(message) {
  return (message.blocks || []).some((block) => block.type !== "rich_text");
}

function draw(message, { channelId, inThread, at }) {
  const one = person(message.user);
  const trusted = one.role === "bot";
  const texts = state.texts;
  const time = when(message.ts);
  const clock = time.toLocaleTimeString(texts.locale, { timeStyle: "short" });
  const node = h("article", {
    class: ["message", message.ephemeral ? "ephemeral" : "", message.follows ? "follows" : "", message.ts === at ? "wanted" : ""].join(" "),
    "aria-label": `${one.name}, ${clock}`,
    dataset: { ts: message.ts },
  });
  const body = h("div", { class: "message-body" });
  if (message.ephemeral) body.append(h("div", { class: "only-you" }, icon("eye"), texts.onlyYou));
  body.append(
    h(
      "div",
      { class: "who" },
      h("strong", {}, one.name),
      trusted ? h("span", { class: "badge" }, texts.appBadge) : null,
      h("time", { datetime: time.toISOString(), title: time.toLocaleString(texts.locale) }, clock),
    ),
  );
  if (message.subtype === "tombstone") {
    body.append(h("div", { class: "text gone" }, texts.deletedMessage));
  } else {
    content(body, message, trusted, channelId);
  }
  footer(body, message, channelId, inThread);
  node.append(message.follows ? h("time", { class: "margin-time", "aria-hidden": "true" }, clock) : avatar(one), body);
  if (message.subtype !== "tombstone" && !message.ephemeral) node.append(tools(message, one, channelId, inThread));
  return node;
}

function content(body, message, trusted, channelId) {
  const typed = {};
  if (message.blocks && message.blocks.length) {
    const use = {
      name: message.ts,
      trusted,
      typed,
      type: (block, one, value) => ((typed[block.block_id] ||= {})[one.action_id] = value),
      press: async (block, one, value) => {
        const answer = await act("press", { channel: channelId, ts: message.ts, block: block.block_id, element: one.action_id, value, values: typed });
        if (!answer.ok) toast(errorText(state.texts, answer), true);
      },
      suggest: async (block, one, query) => (await act("suggest", { channel: channelId, ts: message.ts, block: block.block_id, element: one.action_id, query })).options || [],
    };
    body.append(h("div", { class: "blocks" }, blocks(message.blocks, use)));
  } else if (message.text) body.append(h("div", { class: "text" }, mrkdwn(message.text, { trusted })));
  if (message.edited) body.append(h("span", { class: "edited" }, state.texts.edited));
  for (const file of message.files || []) body.append(fileCard(file));
}

function fileCard(file) {
  const texts = state.texts;
  if (file.mode === "tombstone") return h("div", { class: "file-card gone" }, icon("file"), texts.deletedFile);
  const address = fileAddress(file.id);
  if (file.mimetype.startsWith("image/")) return h("a", { href: address, target: "_blank", rel: "noopener" }, h("img", { class: "picture", src: address, alt: file.alt_txt || file.title, title: file.title }));
  return h(
    "div",
    { class: "file-card" },
    h(
      "div",
      { class: "file-head" },
      icon("file"),
      h("span", { class: "file-label" }, h("span", { class: "file-name", title: file.name }, file.name), h("span", { class: "hint" }, `${file.pretty_type} · ${sizeText(file.size)}`)),
      h("a", { class: "button quiet small", href: address, download: file.name, "aria-label": texts.download(file.name) }, icon("down")),
    ),
    file.preview ? h("pre", { class: "preview", "aria-hidden": "true" }, file.preview.split("\n").slice(0, 5).join("\n")) : null,
  );
}

function footer(body, message, channelId, inThread) {
  const texts = state.texts;
  if (message.reactions) {
    body.append(
      h(
        "div",
        { class: "reactions" },
        message.reactions.map((one) => {
          const mine = one.users.includes(state.screen.me.id);
          const names = one.users.map((id) => person(id).name).join(", ");
          return h(
            "button",
            { type: "button", class: mine ? "reaction mine" : "reaction", "aria-pressed": String(mine), title: names, "aria-label": `${one.name.replaceAll("_", " ")}: ${names}`, dataset: { focus: `reaction/${one.name}` }, onclick: () => act("react", { channel: channelId, ts: message.ts, name: one.name }) },
            emoji(one.name),
            h("span", {}, String(one.count)),
          );
        }),
      ),
    );
  }
  if (message.reply_count && !inThread) {
    body.append(
      h(
        "button",
        { type: "button", class: "thread-link", dataset: { focus: "thread" }, onclick: () => go(channelId, message.ts) },
        message.reply_users.slice(0, 4).map((id) => avatar(person(id))),
        h("span", {}, texts.replies(message.reply_count)),
      ),
    );
  }
}

function tools(message, one, channelId, inThread) {
  const texts = state.texts;
  const mine = message.user === state.screen.me.id;
  const close = (event) => event.target.closest("details")?.removeAttribute("open");
  const entry = (text, run, danger) => h("button", { type: "button", class: danger ? "danger-text" : null, onclick: (event) => (close(event), run()) }, text);
  const result = async (answer) => {
    const got = await answer;
    if (!got.ok) toast(errorText(texts, got), true);
  };
  const given = { channel: channelId, ts: message.ts };
  const entries = state.screen.shortcuts.filter((shortcut) => shortcut.kind === "message_action").map((shortcut) => entry(shortcut.name, () => result(act("shortcut", { callback_id: shortcut.callback_id, ...given }))));
  const reply = () => go(channelId, message.thread_ts || message.ts);
  const reactions = (extra) => h("div", { class: extra }, QUICK.map((name) => h("button", { type: "button", "aria-label": name.replaceAll("_", " "), onclick: (event) => (close(event), result(act("react", { ...given, name }))) }, emoji(name))));
  // a finger has no hovering: there these stand in the menu
  const forTouch = [reactions("touch-only row"), inThread ? null : h("button", { type: "button", class: "touch-only", onclick: (event) => (close(event), reply()) }, texts.reply)];
  entries.push(entry(texts.copyLink, () => copyLink(channelId, message)));
  if (mine) {
    if (message.text && !message.files) entries.push(entry(texts.edit, () => edit(message, channelId)));
    for (const file of message.files || []) {
      if (file.mode !== "tombstone") entries.push(entry(texts.removeFile, () => result(act("delete_file", { file: file.id })), true));
    }
    entries.push(entry(texts.remove, async () => (await ask(texts.removeSure, texts.yesDelete)) && result(act("delete", given)), true));
  }
  return h(
    "div",
    { class: "tools", role: "group", "aria-label": `${texts.more}: ${one.name}` },
    inThread ? null : h("button", { type: "button", class: "quiet", "aria-label": texts.reply, title: texts.reply, dataset: { focus: "reply" }, onclick: reply }, icon("reply")),
    h(
      "details",
      { class: "menu" },
      h("summary", { class: "quiet", "aria-label": texts.react, title: texts.react }, icon("smile")),
      reactions("menu-items row"),
    ),
    h("details", { class: "menu" }, h("summary", { class: "quiet", "aria-label": texts.more, title: texts.more }, icon("more")), h("div", { class: "menu-items" }, forTouch, entries)),
  );
}

async function copyLink(channelId, message) {
  const thread = message.thread_ts && message.thread_ts !== message.ts ? `?thread_ts=${message.thread_ts}&cid=${channelId}` : "";
  await navigator.clipboard.writeText(`${location.origin}/archives/${channelId}/p${message.ts.replace(".", "")}${thread}`);
  toast(state.texts.copied);
}

function edit(message, channelId) {
  const texts = state.texts;
  const body = document.querySelector(`article[data-ts="${CSS.escape(message.ts)}"] .message-body`);
  const text = message.text.replace(/<@(\w+)>/g, (_, id) => `@${person(id).handle}`).replace(/<(https?:[^|>]+)>/g, "$1").replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
  const area = h("textarea", { rows: "3", value: text, "aria-label": texts.edit });
  const done = () => form.replaceWith(...old);
  const old = [...body.children];
  const form = h(
    "form",
    {
      class: "edit-form",
      onsubmit: async (event) => {
        event.preventDefault();
        const answer = await act("edit", { channel: channelId, ts: message.ts, text: area.value });
        if (!answer.ok) toast(errorText(texts, answer), true);
        else done();
      },
      onkeydown: (event) => event.key === "Escape" && done(),
    },
    area,
    h("div", { class: "dialog-foot" }, h("button", { type: "button", class: "button", onclick: done }, texts.cancel), h("button", { type: "submit", class: "button primary" }, texts.save)),
  );
  body.replaceChildren(form);
  area.focus();
}
