// A conversation and, beside it, a thread; or the home tab of the app.

import { blocks } from "./blocks.js";
import { composer } from "./composer.js";
import { drawMessages } from "./messages.js";
import { errorText } from "./texts.js";
import { h, icon } from "./dom.js";
import { act, bot, channelName, go, markRead, person, place, state } from "./state.js";
import { toast } from "./toast.js";

const isBots = (room) => room.type === "im" && person(room.with).role === "bot";

export function panel(kind) {
  const parts = { kind, head: h("header", { class: "panel-head" }), notice: h("div", { class: "notices" }), scroller: h("div", { class: "scroller-y" }), foot: h("div"), key: "" };
  parts.node = h("section", { class: `panel ${kind}` }, parts.head, parts.notice, parts.scroller, parts.foot);
  const dropped = (on) => (event) => {
    if (![...(event.dataTransfer?.types || [])].includes("Files")) return;
    event.preventDefault();
    parts.node.classList.toggle("dropping", on);
  };
  parts.node.dataset.drop = "";
  parts.node.addEventListener("dragover", dropped(true));
  parts.node.addEventListener("dragleave", (event) => !parts.node.contains(event.relatedTarget) && dropped(false)(event));
  parts.node.addEventListener("drop", (event) => {
    dropped(false)(event);
    const form = parts.foot.querySelector("form");
    if (form && event.dataTransfer.files.length) form.add([...event.dataTransfer.files]);
  });
  return parts;
}

export function drawConversation(parts) {
  const room = state.screen.channel;
  const { texts } = state;
  parts.node.setAttribute("aria-label", room ? channelName(room) : texts.chooseChannel);
  parts.node.dataset.drop = texts.dropHere;
  if (!room) return drawNothing(parts);
  const showsHome = isBots(room) && state.tab === "home";
  const key = [state.me, room.id, showsHome, texts.locale].join("/");
  drawHead(parts, room, showsHome);
  drawNotices(parts, room);
  if (showsHome) return drawHome(parts, key);
  if (parts.key !== key) fresh(parts, key, { channel: room.id, thread: "", label: texts.writeTo(channelName(room)), member: room.members.includes(state.screen.me.id) }, texts.messagesIn(channelName(room)));
  parts.earlier.replaceChildren(room.earlier ? h("button", { type: "button", class: "button", onclick: () => ((state.shown += 300), window.dispatchEvent(new Event("refresh"))) }, texts.earlier(room.earlier)) : "");
  drawLog(parts, room.messages, { channelId: room.id, inThread: false, at: place().at });
  parts.empty.replaceChildren(room.messages.length ? "" : empty(isBots(room) ? texts.emptyBot : texts.emptyChannel(channelName(room)), isBots(room) ? texts.emptyBotHint : texts.emptyChannelHint));
  const last = room.messages.filter((one) => !one.ephemeral).at(-1);
  if (document.visibilityState === "visible") markRead(room.id, room.latest > (last?.ts || "") ? room.latest : last?.ts || "");
}

export function drawThread(parts) {
  const { texts, screen } = state;
  const { channel, thread } = place();
  const key = [state.me, channel, thread, texts.locale].join("/");
  parts.node.setAttribute("aria-label", texts.thread);
  parts.node.dataset.drop = texts.dropHere;
  if (parts.key !== key) {
    const room = screen.channel;
    parts.head.replaceChildren(
      h("button", { type: "button", class: "quiet narrow-only", "aria-label": texts.back, onclick: () => go(channel) }, icon("back")),
      h("div", { class: "panel-title" }, h("h2", {}, texts.thread), h("p", { class: "hint" }, channelName(room))),
      h("button", { type: "button", class: "quiet wide-only", "aria-label": texts.closeThread, onclick: () => go(channel) }, icon("close")),
    );
    fresh(parts, key, { channel, thread, label: texts.replyTo, direct: room.type === "im", member: room.members.includes(screen.me.id) }, texts.thread);
  }
  drawLog(parts, screen.thread.messages, { channelId: channel, inThread: true, at: place().at });
}

function fresh(parts, key, where, label) {
  parts.key = key;
  parts.log = h("div", { class: "log", role: "log", "aria-live": "polite", "aria-relevant": "additions", "aria-label": label, tabindex: "0" });
  parts.earlier = h("div", { class: "earlier" });
  parts.empty = h("div");
  parts.scroller.replaceChildren(parts.earlier, parts.empty, parts.log);
  parts.foot.replaceChildren(where.member ? composer(where) : h("p", { class: "not-member" }, state.texts.notMember));
  parts.stick = true;
  parts.sought = "";
}

function drawLog(parts, messages, options) {
  const box = parts.scroller;
  const atEnd = parts.stick || box.scrollHeight - box.scrollTop - box.clientHeight < 80;
  drawMessages(parts.log, messages, options);
  const wanted = options.at && parts.log.querySelector(`[data-ts="${CSS.escape(options.at)}"]`);
  if (wanted && parts.sought !== options.at) {
    parts.sought = options.at;
    parts.stick = false;
    wanted.scrollIntoView({ block: "center" });
  } else if (atEnd) {
    box.scrollTop = box.scrollHeight;
    // pictures and fonts may still change the height
    requestAnimationFrame(() => (box.scrollTop = box.scrollHeight));
    parts.stick = false;
  }
}

function drawHead(parts, room, showsHome) {
  const { texts } = state;
  const print = JSON.stringify([room.id, room.topic, room.members.length, showsHome, texts.locale, state.me]);
  if (parts.headPrint === print && parts.head.childElementCount) return;
  parts.headPrint = print;
  const tab = (name, text) => h("button", { type: "button", role: "tab", "aria-selected": String((name === "home") === showsHome), dataset: { focus: `tab-${name}` }, onclick: () => openTab(name) }, text);
  parts.head.replaceChildren(
    h("button", { type: "button", class: "quiet narrow-only", "aria-label": texts.toList, onclick: () => go("") }, icon("back")),
    h(
      "div",
      { class: "panel-title" },
      h("h2", {}, room.type === "group" ? icon("lock") : null, channelName(room)),
      room.topic ? h("p", { class: "hint" }, room.topic) : null,
    ),
    isBots(room) ? h("div", { class: "tabs", role: "tablist" }, tab("messages", texts.messages), tab("home", texts.home)) : "",
  );
}

export async function openTab(name) {
  state.tab = name;
  window.dispatchEvent(new Event("redraw"));
  await act("open", { tab: name });
}

function drawNotices(parts, room) {
  const { texts, screen } = state;
  const notes = [];
  if (isBots(room) && !screen.connected) notes.push(h("div", { class: "notice" }, h("strong", {}, `${texts.disconnected}. `), texts.disconnectedHint));
  const member = room.members.includes(screen.me.id);
  if (room.type !== "im" && member && !room.members.includes(bot().id)) {
    const add = async () => {
      const answer = await act("invite", { channel: room.id, user: bot().handle });
      if (!answer.ok) toast(errorText(texts, answer), true);
    };
    notes.push(h("div", { class: "notice calm" }, h("span", {}, texts.botNotHere(channelName(room))), h("button", { type: "button", class: "button small", onclick: add }, texts.addBot)));
  }
  const print = notes.map((one) => one.textContent).join("|");
  if (parts.noticePrint !== print) {
    parts.noticePrint = print;
    parts.notice.replaceChildren(...notes);
  }
}

function drawHome(parts, key) {
  const { texts, screen } = state;
  const print = JSON.stringify([key, screen.home]);
  if (parts.key === print) return;
  parts.key = print;
  parts.foot.replaceChildren();
  const view = screen.home;
  if (!view) {
    parts.scroller.replaceChildren(empty(texts.emptyHome, texts.emptyHomeHint));
    return;
  }
  const typed = structuredClone(view.typed || {});
  const use = {
    name: view.id,
    trusted: true,
    typed,
    type: (block, one, value) => ((typed[block.block_id] ||= {})[one.action_id] = value),
    press: async (block, one, value) => {
      const answer = await act("press", { view: view.id, block: block.block_id, element: one.action_id, value, values: typed });
      if (!answer.ok) toast(errorText(texts, answer), true);
    },
    suggest: async () => [],
  };
  parts.scroller.replaceChildren(h("div", { class: "blocks home" }, blocks(view.blocks, use)));
}

function drawNothing(parts) {
  const { texts } = state;
  parts.key = "";
  parts.headPrint = "";
  parts.noticePrint = "";
  parts.head.replaceChildren();
  parts.notice.replaceChildren();
  parts.foot.replaceChildren();
  parts.scroller.replaceChildren(empty(texts.chooseChannel, texts.chooseChannelHint));
}

function empty(title, hint) {
  return h("div", { class: "empty" }, h("img", { src: "/page/icon.svg", alt: "", width: "48", height: "48" }), h("p", {}, h("strong", {}, title)), h("p", { class: "hint" }, hint));
}
