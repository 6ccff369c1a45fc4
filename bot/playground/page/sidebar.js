// The list: who one is, the channels, the people, and whether the bot is there.

import { avatar } from "./messages.js";
import { h, icon } from "./dom.js";
import { act, channelName, go, person, place, readUpTo, state } from "./state.js";

export function drawSidebar({ onPerson, onBackstage }) {
  const { texts, screen } = state;
  const here = place().channel;
  const open = (one) => h("a", { href: `#/${one.id}`, class: "entry", "aria-current": one.id === here ? "page" : null }, mark(one), h("span", { class: "entry-name" }, one.type === "im" ? channelName(one) : one.name), badge(one), news(one));
  const rooms = screen.channels.filter((one) => one.type !== "im");
  const direct = screen.channels.filter((one) => one.type === "im" && person(one.with).role === "bot");
  const others = screen.people.filter((one) => one.role !== "bot" && one.id !== screen.me.id);
  return h(
    "nav",
    { class: "sidebar", "aria-label": texts.title },
    h("header", { class: "brand" }, h("img", { src: "/page/icon.svg", alt: "", width: "32", height: "32" }), h("div", {}, h("h1", {}, texts.title), h("p", { class: "hint" }, texts.subtitle))),
    h("h2", { id: "act-as" }, texts.actAs),
    h(
      "ul",
      { class: "people", "aria-labelledby": "act-as" },
      screen.people
        .filter((one) => one.role !== "bot")
        .map((one) =>
          h(
            "li",
            {},
            h(
              "a",
              { href: `/?as=${one.handle}${location.hash}`, class: "entry", "aria-current": one.id === screen.me.id ? "true" : null, dataset: { focus: `as-${one.handle}` }, onclick: (event) => !event.metaKey && !event.ctrlKey && (event.preventDefault(), onPerson(one.handle)) },
              avatar(one),
              h("span", { class: "entry-name" }, one.name, h("span", { class: "hint" }, `${texts[one.role]} · ${one.locale}`)),
            ),
          ),
        ),
    ),
    h("h2", { id: "rooms" }, texts.channels),
    h("ul", { "aria-labelledby": "rooms" }, rooms.map((one) => h("li", {}, open(one)))),
    h("h2", { id: "direct" }, texts.directMessages),
    h("ul", { "aria-labelledby": "direct" }, direct.map((one) => h("li", {}, open(one))), others.map((one) => h("li", {}, other(one, here)))),
    h("span", { class: "space" }),
    h("div", { class: `connection ${screen.connected ? "on" : "off"}`, role: "status" }, h("span", { class: "dot", "aria-hidden": "true" }), screen.connected ? texts.connected : texts.disconnected),
    h("button", { type: "button", class: "entry", "aria-expanded": String(state.backstage), dataset: { focus: "backstage" }, onclick: onBackstage }, icon("gear"), h("span", { class: "entry-name" }, texts.backstage), screen.faults.length ? h("span", { class: "count" }, String(screen.faults.length)) : null),
  );
}

function mark(one) {
  if (one.type === "im") return avatar(person(one.with));
  return icon(one.type === "group" ? "lock" : "hash");
}

function badge(one) {
  if (one.type === "group") return h("span", { class: "out-of-sight" }, ` (${state.texts.privateChannel})`);
  return one.type === "im" && person(one.with).role === "bot" ? h("span", { class: "badge" }, state.texts.appBadge) : null;
}

function news(one) {
  if (!one.latest || one.latest <= readUpTo(one.id) || one.id === place().channel) return null;
  return h("span", { class: "news" }, h("span", { class: "out-of-sight" }, ` ${state.texts.newMessages}`));
}

function other(one, here) {
  const existing = state.screen.channels.find((room) => room.type === "im" && room.with === one.id);
  const open = async (event) => {
    event.preventDefault();
    const answer = await act("direct", { with: one.handle });
    if (answer.ok) go(answer.channel);
  };
  return h("a", { href: existing ? `#/${existing.id}` : "#/", class: "entry", "aria-current": existing && existing.id === here ? "page" : null, onclick: existing ? null : open }, avatar(one), h("span", { class: "entry-name" }, one.name), existing ? news(existing) : null);
}
