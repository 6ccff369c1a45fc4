// The emoji that people and the bot are likely to use, by Slack's names. An unknown name stays as it was written.
// Where the system has no emoji font (many containers), the commonest are drawn by the page itself.

import { drawing } from "./dom.js";

export const EMOJI = {
  "+1": "👍", "-1": "👎", arrow_right: "➡️", arrows_counterclockwise: "🔄", bell: "🔔", bug: "🐛", bulb: "💡", busts_in_silhouette: "👥",
  bust_in_silhouette: "👤", calendar: "📅", clipboard: "📋", clock3: "🕒", computer: "💻", construction: "🚧", electric_plug: "🔌", email: "📧",
  eyes: "👀", fire: "🔥", gear: "⚙️", globe_with_meridians: "🌐", grey_question: "❔", hammer_and_wrench: "🛠️", heart: "❤️",
  heavy_check_mark: "✔️", hourglass: "⌛", hourglass_flowing_sand: "⏳", house: "🏠", inbox_tray: "📥", information_source: "ℹ️", iphone: "📱",
  key: "🔑", large_blue_circle: "🔵", large_green_circle: "🟢", large_yellow_circle: "🟡", link: "🔗", lock: "🔒", mag: "🔍", memo: "📝",
  no_entry: "⛔", octagonal_sign: "🛑", ok_hand: "👌", outbox_tray: "📤", page_facing_up: "📄", paperclip: "📎", pencil2: "✏️", point_right: "👉",
  pray: "🙏", pushpin: "📌", question: "❓", raised_hand: "✋", red_circle: "🔴", repeat: "🔁", rocket: "🚀", rotating_light: "🚨",
  satellite_antenna: "📡", shield: "🛡️", slightly_smiling_face: "🙂", smile: "😄", speech_balloon: "💬", stopwatch: "⏱️", tada: "🎉",
  thinking_face: "🤔", thumbsdown: "👎", thumbsup: "👍", ticket: "🎫", unlock: "🔓", warning: "⚠️", wastebasket: "🗑️", wave: "👋",
  white_check_mark: "✅", white_circle: "⚪", wrench: "🔧", x: "❌", zap: "⚡", zzz: "💤",
};

export const QUICK = ["eyes", "+1", "white_check_mark", "pray", "tada", "thinking_face"];

// [colour, path, "fill" or "line"]
const DRAWN = {
  "+1": ["#c79a3b", "M3 9h3v8H3zM6 10l3.5-6.5c1.8 0 2 1.6 1.6 3L10.6 8.500H15c1.5 0 2.2 1.2 1.8 2.500l-1.5 4.600c-.3.9-1 1.4-2 1.400H6", "line"],
  "-1": ["#c79a3b", "M3 11h3V3H3zM6 10l3.5 6.500c1.8 0 2-1.6 1.6-3l-.5-2H15c1.5 0 2.2-1.2 1.8-2.500l-1.5-4.600c-.3-.9-1-1.4-2-1.400H6", "line"],
  bulb: ["#c79a3b", "M7.5 13.500C5.8 12.3 5 10.7 5 9a5 5 0 0 1 10 0c0 1.7-.8 3.3-2.5 4.500v1.500h-5zM8 17.500h4", "line"],
  eyes: ["currentColor", "M6 4.500c1.7 0 3 2.5 3 5.500s-1.3 5.5-3 5.500S3 13 3 10s1.3-5.5 3-5.500zM14 4.500c1.7 0 3 2.5 3 5.500s-1.3 5.5-3 5.5-3-2.5-3-5.5 1.3-5.5 3-5.500zM6.5 10.500v.01M14.5 10.500v.01", "line"],
  hourglass: ["#8a6d3b", "M5 2.500h10M5 17.500h10M6 2.500v3l4 4.5 4-4.500v-3M6 17.500v-3l4-4.5 4 4.500v3", "line"],
  information_source: ["#3f7cac", "M10 17.500a7.5 7.5 0 1 0 0-15 7.5 7.5 0 0 0 0 15zM10 9v5M10 6v.01", "line"],
  key: ["#c79a3b", "M7 13.500a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM10.5 10H17v3M14 10v2", "line"],
  large_blue_circle: ["#3f7cac", "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14z", "fill"],
  large_green_circle: ["#3f8f5f", "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14z", "fill"],
  large_yellow_circle: ["#d1a126", "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14z", "fill"],
  lock: ["#c79a3b", "M6.5 9V6.500a3.5 3.5 0 0 1 7 0V9M5 9h10v7.500H5z", "line"],
  mag: ["currentColor", "M8.5 13.500a5 5 0 1 0 0-10 5 5 0 0 0 0 10zM12.5 12.500l4.5 4.5", "line"],
  memo: ["currentColor", "M5 2.500h7l3 3v12H5zM7.5 8h5M7.5 11h5M7.5 14h3", "line"],
  paperclip: ["currentColor", "M14.5 8.5 9 14a3 3 0 0 1-4.2-4.200l6-6a2 2 0 0 1 2.9 2.900l-5.9 5.800a1 1 0 0 1-1.4-1.400l5-5", "line"],
  pray: ["#c79a3b", "M10 3v14M10 5 6 12l-3 2 3 3.500L10 15M10 5l4 7 3 2-3 3.500L10 15", "line"],
  red_circle: ["#c0463e", "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14z", "fill"],
  rotating_light: ["#c0463e", "M5 17h10M6.5 14.500V10a3.5 3.5 0 0 1 7 0v4.500zM10 2v2M3.5 5l1.5 1.500M16.5 5 15 6.5", "line"],
  speech_balloon: ["currentColor", "M3.5 4h13v9.500H9L5.5 16.500v-3h-2z", "line"],
  tada: ["#9a5fb0", "M3 17l4-10 6 6zM11 4c1-1.5 2.5-1.5 3.5-.5M14 8c1.5-1 3-.5 3.5.5M12 7l1.5-1.500M16 12.500v.01M9 3v.01", "line"],
  thinking_face: ["#c79a3b", "M10 17.500a7.5 7.5 0 1 0 0-15 7.5 7.5 0 0 0 0 15zM7 8v.01M13 7.500v.01M6.5 13c2-1 4-1.2 6-.5", "line"],
  warning: ["#c98a1b", "M10 3 2.5 16.500h15zM10 8v4M10 14.300v.01", "line"],
  wave: ["#c79a3b", "M6 9 4.5 6.500M8 7.5 6 4M10.5 6.5 9 3.500M12.5 8 11 5M6 9l4 7c1.5 1.8 4 2 5.5.5 1.2-1.2 1.2-2.8.8-4L15 8l-1.5.5.5 3-3.5-6", "line"],
  white_check_mark: ["#3f8f5f", "M3.5 3.500h13v13h-13zM6.5 10l2.5 2.8 4.7-5.6", "line"],
  white_circle: ["#8b939a", "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14z", "line"],
  wrench: ["currentColor", "M16.5 6a4 4 0 0 1-5.3 4.500L6 15.700A1.5 1.5 0 0 1 3.8 13.500L9 8.300A4 4 0 0 1 13.5 3L11.5 5.500l2.5 2.500z", "line"],
  x: ["#c0463e", "M4.5 4.500l11 11M15.5 4.500l-11 11", "line"],
};
Object.assign(DRAWN, { thumbsup: DRAWN["+1"], thumbsdown: DRAWN["-1"], hourglass_flowing_sand: DRAWN.hourglass, heavy_check_mark: DRAWN.white_check_mark, page_facing_up: DRAWN.memo, shield: DRAWN.lock });

const NAMES = new Map(Object.entries(EMOJI).map(([name, glyph]) => [glyph, name]));
const GLYPHS = new RegExp([...NAMES.keys()].sort((a, b) => b.length - a.length).join("|"), "u");

let font = null;

// True where an emoji comes out in colour.
function hasFont() {
  if (font !== null) return font;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 20;
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.font = "16px sans-serif";
  pen.textBaseline = "top";
  pen.fillText("👀🟢", 0, 0);
  const dots = pen.getImageData(0, 0, 20, 20).data;
  font = false;
  for (let i = 0; i < dots.length; i += 4) if (dots[i + 3] && (dots[i] || dots[i + 1] || dots[i + 2])) font = true;
  return font;
}

// An emoji by its name: a character, a drawing, or the name as it was written.
export function emoji(name) {
  if (DRAWN[name] && !hasFont()) return drawn(name);
  return EMOJI[name] || `:${name}:`;
}

function drawn(name) {
  const [colour, path, how] = DRAWN[name];
  const node = drawing([path], "emoji");
  node.setAttribute("stroke", colour);
  node.setAttribute("fill", how === "fill" ? colour : "none");
  node.setAttribute("role", "img");
  node.setAttribute("aria-label", name.replaceAll("_", " "));
  node.removeAttribute("aria-hidden");
  return node;
}

// Text with the emoji in it that no font would show.
export function glyphs(text) {
  if (hasFont()) return [text];
  const nodes = [];
  let rest = text;
  for (let found = GLYPHS.exec(rest); found; found = GLYPHS.exec(rest)) {
    if (found.index) nodes.push(rest.slice(0, found.index));
    nodes.push(emoji(NAMES.get(found[0])));
    rest = rest.slice(found.index + found[0].length);
  }
  if (rest) nodes.push(rest);
  return nodes;
}

export function withEmoji(text) {
  return text.replace(/:([a-z0-9_+'-]+):/g, (whole, name) => EMOJI[name] || whole);
}
