// What the page knows: who one is, where one looks, and the last screen that the playground drew for that.

import { textsFor } from "./texts.js";

export const state = {
  me: new URLSearchParams(location.search).get("as") || "mira",
  screen: null,
  texts: textsFor("en-US"),
  shown: 150,
  backstage: false,
  tab: "messages",
};

// #/CHANNEL/THREAD?at=TS
export function place() {
  const [path, query] = location.hash.replace(/^#\/?/, "").split("?");
  const [channel, thread] = path.split("/");
  return { channel: channel || "", thread: thread || "", at: new URLSearchParams(query || "").get("at") || "" };
}

export function go(channel, thread = "", at = "") {
  const hash = channel ? `#/${channel}${thread ? `/${thread}` : ""}${at ? `?at=${at}` : ""}` : "#/";
  if (location.hash === hash) window.dispatchEvent(new HashChangeEvent("hashchange"));
  else location.hash = hash;
}

export function person(id) {
  if (id === "USLACKBOT") return { id, name: "Slackbot", handle: "slackbot", role: "bot" };
  return state.screen.people.find((one) => one.id === id) || { id, name: id, handle: id, role: "requester" };
}

export function channel(id) {
  return state.screen.channels.find((one) => one.id === id);
}

export function bot() {
  return state.screen.people.find((one) => one.role === "bot");
}

export function botChannel() {
  return state.screen.channels.find((one) => one.type === "im" && one.with === bot().id);
}

export function channelName(one) {
  return one.type === "im" ? person(one.with).name : `#${one.name}`;
}

async function json(response) {
  try {
    return await response.json();
  } catch {
    return { ok: false, error: "no_answer" };
  }
}

async function send(path, options) {
  try {
    return await json(await fetch(path, options));
  } catch {
    return { ok: false, error: "no_answer" };
  }
}

export function post(path, body) {
  return send(`/_control/${path}`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
}

// Do something as the person one is; the answer is `{ok: true, …}` or `{ok: false, error, errors, detail}`.
export function act(name, given = {}) {
  return post("act", { as: state.me, act: name, ...given });
}

export function upload(file) {
  const query = new URLSearchParams({ as: state.me, name: file.name });
  return send(`/_control/upload?${query}`, { method: "POST", body: file });
}

export function readScreen() {
  const { channel: where, thread } = place();
  const query = new URLSearchParams({ as: state.me, shown: String(state.shown) });
  if (where) query.set("channel", where);
  if (thread) query.set("thread", thread);
  if (state.backstage) query.set("backstage", "1");
  return send(`/_control/screen?${query}`);
}

export function fileAddress(id) {
  return `/_control/files/${encodeURIComponent(id)}?as=${encodeURIComponent(state.me)}`;
}

// What was read up to where, per person, so that a channel can be shown as having something new.
export function readUpTo(channelId) {
  return JSON.parse(localStorage.getItem(`read:${state.me}`) || "{}")[channelId] || "";
}

export function markRead(channelId, ts) {
  const all = JSON.parse(localStorage.getItem(`read:${state.me}`) || "{}");
  if (ts > (all[channelId] || "")) localStorage.setItem(`read:${state.me}`, JSON.stringify({ ...all, [channelId]: ts }));
}
