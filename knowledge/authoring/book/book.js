// The search: every word must begin a word of the title or the text; accents and capitals do not matter.
"use strict";
(() => {
  const field = document.getElementById("q");
  const hits = document.getElementById("hits");
  const found = document.getElementById("found");
  if (!field || !window.BOOK) return;
  const plain = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
  const entries = window.BOOK.map(([title, kind, place, text]) => ({ title, kind, place, head: " " + plain(title), all: " " + plain(title + " " + kind + " " + text) }));
  const begins = (text, word) => text.includes(" " + word) ? 2 : text.includes(word) ? 1 : 0;
  const score = (entry, words) => {
    let sum = 0;
    for (const word of words) {
      const worth = begins(entry.all, word) + 3 * begins(entry.head, word);
      if (!worth) return 0;
      sum += worth;
    }
    return sum + (entry.place.includes("#") ? 0 : 3) + (entry.head.startsWith(" " + words[0]) ? 6 : 0);
  };
  const show = () => {
    const words = plain(field.value).split(/\s+/).filter(Boolean);
    hits.replaceChildren();
    if (!words.length) { found.textContent = ""; return; }
    const best = entries.map((entry) => [score(entry, words), entry]).filter(([worth]) => worth).sort((a, b) => b[0] - a[0]);
    found.textContent = best.length ? field.dataset.some.replace("{count}", best.length) : field.dataset.none;
    for (const [, entry] of best.slice(0, 30)) {
      const link = document.createElement("a");
      link.href = entry.place;
      link.textContent = entry.title.slice(0, 160);
      const kind = document.createElement("small");
      kind.textContent = entry.kind;
      link.append(kind);
      const item = document.createElement("li");
      item.append(link);
      hits.append(item);
    }
  };
  const move = (step) => {
    const links = [...hits.querySelectorAll("a")];
    const next = links.indexOf(document.activeElement) + step;
    (next < 0 ? field : links[Math.min(next, links.length - 1)] || field).focus();
  };
  field.addEventListener("input", show);
  document.addEventListener("keydown", (event) => {
    const inside = event.target === field || hits.contains(event.target);
    if (event.key === "/" && event.target.tagName !== "INPUT") { event.preventDefault(); field.focus(); }
    else if (event.key === "Escape" && inside) { field.value = ""; show(); field.focus(); }
    else if (event.key === "ArrowDown" && inside) { event.preventDefault(); move(1); }
    else if (event.key === "ArrowUp" && inside) { event.preventDefault(); move(-1); }
  });
  hits.addEventListener("click", () => { field.value = ""; show(); });
  window.addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((each) => { each.open = true; }));
})();
