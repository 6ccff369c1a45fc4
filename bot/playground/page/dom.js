// Making and keeping nodes. Text always goes in as text: nothing in this page is ever parsed as HTML.

export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "class") node.className = value;
    else if (name === "dataset") Object.assign(node.dataset, value);
    else if (name === "value" || name === "checked" || name === "selected" || name === "indeterminate") node[name] = value;
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

// The children of a node, kept where nothing about them has changed, so that focus, scrolling and what a screen reader
// has read stay. `make` draws an item; `print` is all that its drawing depends on.
export function keep(parent, items, { key, print, make }) {
  const old = new Map([...parent.children].map((node) => [node.dataset.key, node]));
  items.forEach((item, index) => {
    const name = key(item);
    const mark = print(item);
    let node = old.get(name);
    if (!node || node.print !== mark) {
      const focused = node && node.contains(document.activeElement) ? focusName(document.activeElement) : null;
      const fresh = make(item);
      fresh.dataset.key = name;
      fresh.print = mark;
      if (node) node.replaceWith(fresh);
      if (focused !== null) refocus(fresh, focused);
      node = fresh;
    }
    old.delete(name);
    if (parent.children[index] !== node) parent.insertBefore(node, parent.children[index] || null);
  });
  for (const node of old.values()) node.remove();
}

function focusName(node) {
  return node.dataset.focus || "";
}

function refocus(node, name) {
  // an edited message has new block ids: the element of the same action is the same to who uses it
  const action = name.split("/").slice(1).join("/");
  const target =
    (name && node.querySelector(`[data-focus="${CSS.escape(name)}"]`)) || (action && node.querySelector(`[data-focus$="/${CSS.escape(action)}"]`));
  if (target) target.focus();
  else {
    if (!node.hasAttribute("tabindex")) node.setAttribute("tabindex", "-1");
    node.focus({ preventScroll: true });
  }
}

export function icon(name) {
  return drawing(ICONS[name], `icon icon-${name}`);
}

export function drawing(paths, className) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  node.setAttribute("viewBox", "0 0 20 20");
  node.setAttribute("aria-hidden", "true");
  node.setAttribute("class", className);
  for (const d of paths) {
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", d);
    node.append(path);
  }
  return node;
}

const ICONS = {
  back: ["M12.5 4.5 7 10l5.5 5.5"],
  bolt: ["M11 2.5 5 11h4l-1 6.5L15 9h-4.5z"],
  clip: ["M14.5 8.5 9 14a3 3 0 0 1-4.2-4.2l6-6a2 2 0 0 1 2.9 2.9l-5.9 5.8a1 1 0 0 1-1.4-1.4l5-5"],
  close: ["M5 5l10 10M15 5 5 15"],
  down: ["M10 3.5v9M6.5 9.5 10 13l3.5-3.5M4.5 16.5h11"],
  eye: ["M2.5 10s2.8-5 7.5-5 7.5 5 7.5 5-2.8 5-7.5 5-7.5-5-7.5-5z", "M10 12a2 2 0 1 0 0-4 2 2 0 0 0 0 4z"],
  file: ["M5.5 2.5h6l3.5 3.5v11.5h-9.5z", "M11.5 2.5V6H15"],
  gear: ["M3 6h8M15 6h2M3 14h2M9 14h8", "M13 8a2 2 0 1 0 0-4 2 2 0 0 0 0 4z", "M7 16a2 2 0 1 0 0-4 2 2 0 0 0 0 4z"],
  hash: ["M8 3 6.5 17M13.5 3 12 17M4 7.5h13M3 12.5h13"],
  lock: ["M6.5 9V6.5a3.5 3.5 0 0 1 7 0V9", "M5 9h10v7.5H5z"],
  more: ["M4.5 10h.01M10 10h.01M15.5 10h.01"],
  reply: ["M3.5 4h13v9.5H9L5.5 16.5v-3h-2z"],
  send: ["M3.5 16.5 17 10 3.5 3.5 5.5 9l6 1-6 1z"],
  smile: ["M10 17.5a7.5 7.5 0 1 0 0-15 7.5 7.5 0 0 0 0 15z", "M7 12a3.7 3.7 0 0 0 6 0M7.5 8h.01M12.5 8h.01"],
};
