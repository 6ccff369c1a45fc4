// The playground's own switches: the clock, faults, what went over the wire, and starting over.

import { ask } from "./confirm.js";
import { errorText } from "./texts.js";
import { h, icon } from "./dom.js";
import { post, state } from "./state.js";
import { toast } from "./toast.js";

const chosen = { kind: "rate_limit", match: "*", times: "1" };

export function drawBackstage(node, onClose) {
  const { texts, screen } = state;
  const print = JSON.stringify([screen.clock.now.slice(0, 16), screen.clock.offset, screen.faults, screen.traffic, texts.locale]);
  if (node.print === print) return;
  node.print = print;
  const focus = node.contains(document.activeElement) ? document.activeElement.dataset.focus : null;
  const scrolled = node.querySelector(".scroller-y")?.scrollTop || 0;
  node.setAttribute("aria-label", texts.backstage);
  node.replaceChildren(
    h("header", { class: "panel-head" }, h("div", { class: "panel-title" }, h("h2", {}, texts.backstage), h("p", { class: "hint" }, texts.backstageHint)), h("button", { type: "button", class: "quiet", "aria-label": texts.close, onclick: onClose }, icon("close"))),
    h("div", { class: "scroller-y padded" }, clock(texts, screen), faults(texts, screen), traffic(texts, screen), reset(texts)),
  );
  node.querySelector(".scroller-y").scrollTop = scrolled;
  if (focus) node.querySelector(`[data-focus="${CSS.escape(focus)}"]`)?.focus();
}

async function tell(path, body) {
  const answer = await post(path, body);
  if (!answer.ok) toast(errorText(state.texts, answer), true);
}

function clock(texts, screen) {
  const now = new Date(screen.clock.now).toLocaleString(texts.locale, { dateStyle: "medium", timeStyle: "short" });
  const ahead = screen.clock.offset >= 1 ? h("p", { class: "hint" }, texts.clockAhead(span(screen.clock.offset, texts.locale))) : null;
  const buttons = Object.entries(texts.forward).map(([seconds, text]) => h("button", { type: "button", class: "button", dataset: { focus: `clock-${seconds}` }, onclick: () => tell("clock", { forward: Number(seconds) }) }, text));
  return h("section", {}, h("h3", {}, texts.clock), h("p", {}, texts.clockNow(now)), ahead, h("div", { class: "button-row" }, buttons));
}

function span(seconds, locale) {
  const parts = [
    [Math.floor(seconds / 86400), "day"],
    [Math.floor((seconds % 86400) / 3600), "hour"],
    [Math.floor((seconds % 3600) / 60), "minute"],
  ].filter(([count]) => count);
  return parts.map(([count, unit]) => new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "long" }).format(count)).join(" ");
}

function faults(texts, screen) {
  const on = screen.faults.map((fault) => h("li", {}, h("span", {}, texts.faults[fault.kind]), h("span", { class: "hint" }, ` ${fault.match}${fault.times ? ` × ${fault.times}` : ""}`)));
  const kinds = h("select", { id: "fault-kind", dataset: { focus: "fault-kind" }, onchange: (event) => (chosen.kind = event.target.value) }, Object.entries(texts.faults).map(([kind, text]) => h("option", { value: kind, selected: kind === chosen.kind }, text)));
  const field = (name, text, type) => [h("label", { for: `fault-${name}` }, text), h("input", { id: `fault-${name}`, type, min: type === "number" ? "1" : null, value: chosen[name], dataset: { focus: `fault-${name}` }, oninput: (event) => (chosen[name] = event.target.value) })];
  const add = (event) => {
    event.preventDefault();
    tell("faults", { add: [{ kind: chosen.kind, match: chosen.match || "*", times: chosen.times ? Number(chosen.times) : null }] });
  };
  return h(
    "section",
    {},
    h("h3", {}, texts.bad),
    h("p", { class: "hint" }, texts.badHint),
    on.length ? h("ul", { class: "fault-list" }, on) : h("p", {}, texts.allWell),
    on.length ? h("button", { type: "button", class: "button", onclick: () => tell("faults", { clear: true }) }, texts.mend) : null,
    h("form", { class: "stack", onsubmit: add }, h("label", { for: "fault-kind" }, texts.badKind), kinds, field("match", texts.badMatch, "text"), field("times", texts.badTimes, "number"), h("button", { type: "submit", class: "button" }, texts.badAdd)),
  );
}

function traffic(texts, screen) {
  const rows = (screen.traffic || []).map((one) => h("tr", { class: one.ok ? null : "failed" }, h("td", {}, new Date(one.at).toLocaleTimeString(texts.locale)), h("td", {}, one.way === "in" ? "→ " : "← ", one.what), h("td", {}, one.outcome)));
  const table = h("table", {}, h("thead", {}, h("tr", {}, texts.trafficColumns.map((name) => h("th", { scope: "col" }, name)))), h("tbody", {}, rows));
  return h("section", {}, h("h3", {}, texts.traffic), rows.length ? h("div", { class: "scroller traffic", tabindex: "0", role: "group", "aria-label": texts.traffic }, table) : h("p", { class: "hint" }, texts.trafficNone));
}

function reset(texts) {
  const run = async () => (await ask(texts.resetSure, texts.yesDelete)) && tell("reset", {});
  return h("section", {}, h("h3", {}, texts.reset), h("p", { class: "hint" }, texts.resetHint), h("button", { type: "button", class: "button danger", onclick: run }, texts.reset));
}
