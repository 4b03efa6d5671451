// The palette: Ctrl K or Cmd K. Without a script its button leads to a page that does the same.
(() => {
  "use strict";
  const dialog = document.getElementById("desk-palette");
  if (!dialog) return;
  const input = dialog.querySelector("input");
  const hits = dialog.querySelector("[role=listbox]");
  const says = dialog.querySelector("[data-palette-says]");
  const iconFile = document.querySelector("svg.icon use")?.getAttribute("href")?.split("#")[0] ?? "";
  const apple = /Mac|iPhone|iPad/.test(navigator.platform);
  if (apple) for (const kbd of document.querySelectorAll("[data-palette] kbd")) kbd.textContent = "⌘ K";

  // What was opened lately, in this tab only.
  const RECENT = "palette-recent";
  const recent = () => {
    try {
      return JSON.parse(sessionStorage.getItem(RECENT) ?? "[]");
    } catch {
      return [];
    }
  };
  const remember = (entry) => {
    const kept = recent().filter((other) => other.href !== entry.href);
    try {
      sessionStorage.setItem(RECENT, JSON.stringify([{ ...entry, group: "Recent" }, ...kept].slice(0, 6)));
    } catch {
      // Without storage nothing is remembered.
    }
  };

  const make = (name, className, text) => {
    const element = document.createElement(name);
    if (className) element.className = className;
    if (text !== undefined) element.textContent = text;
    return element;
  };
  const icon = (name) => {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("class", "icon");
    svg.setAttribute("aria-hidden", "true");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    use.setAttribute("href", `${iconFile}#i-${name}`);
    svg.append(use);
    return svg;
  };
  const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  // The title with what was asked marked; letters with diacritics count as one.
  const marked = (title, asked) => {
    const span = make("span", "trunc");
    const chars = [...title];
    const plain = chars.map((c) => fold(c) || c);
    const at = asked ? plain.join("").indexOf(asked) : -1;
    let from = 0;
    for (let seen = 0; at > 0 && seen < at && from < plain.length; from += 1) seen += plain[from].length;
    let to = from;
    for (let seen = 0; at >= 0 && seen < asked.length && to < plain.length; to += 1) seen += plain[to].length;
    if (at < 0) span.textContent = title;
    else span.append(chars.slice(0, from).join(""), make("mark", "", chars.slice(from, to).join("")), chars.slice(to).join(""));
    return span;
  };

  let shown = [];
  let chosen = -1;
  const choose = (index) => {
    chosen = shown.length ? (index + shown.length) % shown.length : -1;
    shown.forEach(({ element }, i) => element.setAttribute("aria-selected", String(i === chosen)));
    const element = shown[chosen]?.element;
    if (element) input.setAttribute("aria-activedescendant", element.id);
    else input.removeAttribute("aria-activedescendant");
    element?.scrollIntoView({ block: "nearest" });
  };
  const draw = (entries, asked) => {
    shown = [];
    const groups = new Map();
    for (const entry of entries) {
      if (!groups.has(entry.group)) groups.set(entry.group, []);
      groups.get(entry.group).push(entry);
    }
    const parts = [];
    for (const [name, list] of groups) {
      const group = make("div", "find-part");
      group.setAttribute("role", "group");
      const title = make("small", "", name);
      title.id = `desk-palette-g${parts.length}`;
      group.setAttribute("aria-labelledby", title.id);
      group.append(title);
      for (const entry of list) {
        const link = make("a", "find-hit");
        link.href = entry.href;
        link.id = `desk-palette-${shown.length}`;
        link.setAttribute("role", "option");
        link.tabIndex = -1;
        link.append(icon(entry.icon || "arrow-up"), marked(entry.title, fold(asked.trim())));
        if (entry.hint) link.append(make("span", "hint push", entry.hint));
        link.addEventListener("click", () => remember(entry));
        shown.push({ element: link, entry });
        group.append(link);
      }
      parts.push(group);
    }
    if (!parts.length) parts.push(make("p", "calm", "Nothing fits. Try fewer letters, or look for words of messages under Search."));
    hits.replaceChildren(...parts);
    says.textContent = shown.length === 1 ? "1 found" : `${shown.length} found`;
    choose(0);
  };

  let asking = null;
  let late = 0;
  const ask = async () => {
    asking?.abort();
    asking = new AbortController();
    const asked = input.value;
    try {
      const answer = await fetch(`/desk/palette?q=${encodeURIComponent(asked)}`, {
        headers: { Accept: "application/json" },
        signal: asking.signal,
      });
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      const { entries } = await answer.json();
      draw(asked.trim() ? entries : [...recent(), ...entries], asked);
    } catch (error) {
      if (error.name === "AbortError") return;
      hits.replaceChildren(make("p", "calm", "Not loaded: the server did not answer. Load the page again."));
      shown = [];
    }
  };
  const open = () => {
    if (dialog.open) return;
    const other = document.querySelector("dialog[open]");
    if (other) other.close();
    dialog.showModal();
    input.select();
    input.focus();
    ask();
  };
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element && event.target.closest("[data-palette]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey) {
      event.preventDefault();
      if (dialog.open) dialog.close();
      else open();
    }
  });
  input.addEventListener("input", () => {
    clearTimeout(late);
    late = setTimeout(ask, 90);
  });
  dialog.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      choose(chosen + step);
    } else if (event.key === "Enter" && event.target === input) {
      const hit = shown[chosen];
      if (!hit) return;
      event.preventDefault();
      remember(hit.entry);
      if (event.ctrlKey || event.metaKey) window.open(hit.entry.href, "_blank", "noopener");
      else location.assign(hit.entry.href);
    }
  });
  hits.addEventListener("pointermove", (event) => {
    const index = shown.findIndex(({ element }) => element.contains(event.target));
    if (index >= 0 && index !== chosen) choose(index);
  });
  // A click beside the dialog closes it.
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
})();
