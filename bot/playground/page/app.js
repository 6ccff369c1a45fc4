// The page: read the screen whenever the playground says that something changed, and draw it.

import { drawBackstage } from "./backstage.js";
import { drawConversation, drawThread, openTab, panel } from "./conversation.js";
import { drawModal } from "./modal.js";
import { drawSidebar } from "./sidebar.js";
import { h } from "./dom.js";
import { act, botChannel, go, place, readScreen, state } from "./state.js";
import { textsFor } from "./texts.js";
import { toast } from "./toast.js";

const root = document.getElementById("window");
const main = panel("conversation");
const thread = panel("thread");
const backstage = h("aside", { class: "panel backstage" });
let sidebar = null;
let sidebarPrint = "";
let reading = false;
let again = false;
let offline = false;
let arrivedAt = "";

async function refresh() {
  if (reading) {
    again = true;
    return;
  }
  reading = true;
  try {
    do {
      again = false;
      const screen = await readScreen();
      if (screen.ok === false) {
        if (screen.error === "user_not_found") change("mira");
        return;
      }
      state.screen = screen;
      state.texts = textsFor(screen.me.locale);
      draw();
    } while (again);
  } finally {
    reading = false;
  }
}

function draw() {
  const { screen, texts } = state;
  if (!screen) return;
  const where = place();
  document.documentElement.lang = texts.locale;
  const shows = !screen.channel ? "list" : screen.thread ? "thread" : "conversation";
  root.dataset.shows = state.backstage ? "backstage" : shows;
  drawList();
  drawConversation(main);
  if (screen.thread && screen.channel) drawThread(thread);
  if (state.backstage) drawBackstage(backstage, toggleBackstage);
  placePanels(screen, shows);
  const name = screen.channel ? main.node.getAttribute("aria-label") : "";
  document.title = [name, screen.me.name, texts.title].filter(Boolean).join(" · ");
  drawModal();
  if (where.channel && !screen.channel) {
    toast(texts.errors.channel_not_found, true);
    go("");
  }
}

function placePanels(screen, shows) {
  const wanted = [sidebar, main.node];
  if (shows === "thread") wanted.push(thread.node);
  if (state.backstage) wanted.push(backstage);
  for (const node of [...root.children]) if (!wanted.includes(node)) node.remove();
  wanted.forEach((node, index) => root.children[index] !== node && root.insertBefore(node, root.children[index] || null));
}

function drawList() {
  const { screen, texts } = state;
  const print = JSON.stringify([screen.people, screen.channels, screen.connected, screen.faults.length, state.me, texts.locale, place().channel, state.backstage, localStorage.getItem(`read:${state.me}`)]);
  if (print === sidebarPrint) return;
  sidebarPrint = print;
  const focus = sidebar && sidebar.contains(document.activeElement) ? document.activeElement : null;
  const scrolled = sidebar ? sidebar.scrollTop : 0;
  const fresh = drawSidebar({ onPerson: change, onBackstage: toggleBackstage });
  const name = focus && (focus.dataset.focus || focus.getAttribute("href"));
  if (sidebar) sidebar.replaceWith(fresh);
  sidebar = fresh;
  sidebar.scrollTop = scrolled;
  if (name) (sidebar.querySelector(`[data-focus="${CSS.escape(name)}"]`) || sidebar.querySelector(`[href="${CSS.escape(name)}"]`))?.focus();
}

// Be somebody else. Their own conversations are theirs, so a private place is left.
function change(handle) {
  state.me = handle;
  state.tab = "messages";
  const query = new URLSearchParams(location.search);
  query.set("as", handle);
  const stays = state.screen && state.screen.channel && state.screen.channel.type !== "im";
  history.replaceState(null, "", `/?${query}${stays ? `#/${state.screen.channel.id}` : "#/"}`);
  refresh();
}

function toggleBackstage() {
  state.backstage = !state.backstage;
  backstage.print = "";
  refresh().then(() => (state.backstage ? backstage.querySelector("button")?.focus() : sidebar.querySelector("[data-focus=backstage]")?.focus()));
}

async function moved() {
  state.shown = 150;
  const before = arrivedAt;
  arrivedAt = place().channel;
  if (arrivedAt !== before) state.tab = state.tab === "home" && arrivedAt === botChannel()?.id ? "home" : "messages";
  await refresh();
  const where = place();
  const room = state.screen?.channel;
  if (where.channel !== before && room && room.id === botChannel()?.id && state.tab === "messages") act("open", { tab: "messages" });
  if (!where.channel) {
    if (before) (sidebar?.querySelector(`[href="#/${CSS.escape(before)}"]`) || sidebar?.querySelector("a.entry"))?.focus({ preventScroll: true });
  } else if (!matchMedia("(pointer: coarse)").matches && !document.querySelector("dialog[open]")) {
    (where.thread ? thread : main).foot.querySelector("textarea")?.focus({ preventScroll: true });
  }
}

function listen() {
  const stream = new EventSource("/_control/stream");
  stream.onmessage = () => {
    if (offline) document.getElementById("offline")?.remove();
    offline = false;
    refresh();
  };
  stream.onerror = () => {
    if (offline) return;
    offline = true;
    document.body.append(h("div", { id: "offline", class: "offline", role: "alert" }, state.texts.offline));
  };
}

window.addEventListener("hashchange", moved);
window.addEventListener("refresh", refresh);
window.addEventListener("redraw", draw);
window.addEventListener("open-home", () => {
  state.tab = "home";
  go(botChannel().id);
  openTab("home");
});
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && refresh());
// menus close when one goes elsewhere
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.removeAttribute("open");
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || document.querySelector("dialog[open]")) return;
  const menu = document.querySelector("details.menu[open]");
  if (menu) {
    menu.removeAttribute("open");
    menu.querySelector("summary").focus();
  } else if (state.backstage) toggleBackstage();
  else if (place().thread && !document.activeElement.closest(".edit-form")) go(place().channel);
});

// a page that is loaded anew has lost its ephemeral messages, as in Slack
act("reload").then(() => {
  moved();
  listen();
});
