// Keys, lists, selections, drawers, copying. Hears data attributes; every page works without it.
//
//   data-search-box            `/` focuses it
//   data-list, data-row        j and k move, Enter or o opens the row's first link, x selects
//   data-key="a"               the key presses this button, follows this link, opens this disclosure
//   data-copy="ID"             copies the text of a field or element; shows itself once it works
//   data-print                 prints the page
//   data-drawer="/address"     shows a part of a page in the drawer; the link leads on without a script
//   form[data-bulk]            the bar of a selection; boxes have `data-pick` and `form="its id"`
(() => {
  "use strict";
  const on = (type, selector, act) =>
    document.addEventListener(type, (event) => {
      const found = event.target instanceof Element && event.target.closest(selector);
      if (found) act(found, event);
    });
  const say = (text) => document.dispatchEvent(new CustomEvent("desk:toast", { detail: text }));
  const lettersOff = document.documentElement.dataset.letterKeys === "off";
  const typing = (at) =>
    at instanceof Element && (at.closest("input:not([type=checkbox], [type=radio]), textarea, select") || at.isContentEditable);
  const seen = (element) => element.getClientRects().length > 0;

  // Copying.
  const showCopies = (part) => part.querySelectorAll("[data-copy][hidden]").forEach((button) => (button.hidden = false));
  const copy = async (button) => {
    const from = document.getElementById(button.dataset.copy);
    if (!from) return;
    const text = "value" in from ? from.value : from.textContent.trim();
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // Without a clipboard (plain http) the field is chosen, so that Ctrl C copies it.
      if (!from.select) return say("Copying needs https; mark the text and copy it");
      from.select();
      document.execCommand("copy");
    }
    say("Copied");
  };
  on("click", "[data-copy]", copy);
  on("click", "[data-print]", () => print());

  // Lists: one row is where one is.
  const rows = () => [...document.querySelectorAll("[data-list] [data-row]")].filter(seen);
  let place = null;
  const present = (all) => {
    const focused = document.activeElement?.closest?.("[data-row]");
    if (focused) return all.indexOf(focused);
    return place ? all.indexOf(place) : -1;
  };
  const target = (row) => row.querySelector("[data-open], a[href], button, summary") ?? row;
  const move = (step) => {
    const all = rows();
    if (!all.length) return false;
    const next = Math.min(all.length - 1, Math.max(0, present(all) + step));
    place?.classList.remove("is-here");
    place = all[next];
    place.classList.add("is-here");
    const goal = target(place);
    if (goal === place) place.tabIndex = -1;
    goal.focus({ preventScroll: true });
    place.scrollIntoView({ block: "nearest" });
    return true;
  };
  document.addEventListener("focusin", (event) => {
    const row = event.target.closest?.("[data-row]");
    if (!row || row === place) return;
    place?.classList.remove("is-here");
    place = row;
  });
  const here = () => {
    const all = rows();
    return all[present(all)];
  };

  // Selections.
  const picks = (form) => [...document.querySelectorAll(`[data-pick][form="${CSS.escape(form.id)}"]`)];
  const drawBulk = (form) => {
    const boxes = picks(form);
    const chosen = boxes.filter((box) => box.checked).length;
    const scope = form.querySelector("[data-bulk-scope]");
    const total = Number(form.dataset.total || boxes.length);
    if (scope && chosen < boxes.length) scope.value = "";
    const whole = scope?.value === "1";
    form.hidden = chosen === 0;
    const count = form.querySelector("[data-bulk-count]");
    if (count) count.textContent = `${(whole ? total : chosen).toLocaleString("en")} selected`;
    const all = form.querySelector("[data-bulk-all]");
    if (all) all.hidden = whole || total <= chosen;
    for (const box of boxes) box.closest("[data-row]")?.classList.toggle("is-picked", box.checked);
    const every = document.querySelector(`[data-pick-all="${CSS.escape(form.id)}"]`);
    if (every) {
      every.checked = boxes.length > 0 && chosen === boxes.length;
      every.indeterminate = chosen > 0 && chosen < boxes.length;
    }
  };
  let lastBox = null;
  const picked = (box, range) => {
    const form = box.form;
    if (!form?.matches("[data-bulk]")) return;
    if (range && lastBox && lastBox.form === form) {
      const boxes = picks(form);
      const [from, to] = [boxes.indexOf(lastBox), boxes.indexOf(box)].sort((a, b) => a - b);
      for (const between of boxes.slice(from, to + 1)) between.checked = box.checked;
    }
    lastBox = box;
    drawBulk(form);
  };
  on("click", "[data-pick]", (box, event) => picked(box, event.shiftKey));
  on("change", "[data-pick-all]", (every) => {
    const form = document.getElementById(every.dataset.pickAll);
    if (!form) return;
    for (const box of picks(form)) box.checked = every.checked;
    drawBulk(form);
  });
  on("click", "[data-bulk-all]", (button) => {
    const form = button.form;
    for (const box of picks(form)) box.checked = true;
    const scope = form.querySelector("[data-bulk-scope]");
    if (scope) scope.value = "1";
    drawBulk(form);
    form.querySelector("button[type=submit]")?.focus();
  });
  on("click", "[data-bulk-none]", (button) => {
    for (const box of picks(button.form)) box.checked = false;
    drawBulk(button.form);
  });
  const drawAll = () => document.querySelectorAll("form[data-bulk]").forEach(drawBulk);

  // Drawers: a part of another page, beside this one.
  on("click", "[data-drawer]", async (link, event) => {
    const drawer = document.getElementById("desk-drawer");
    if (!drawer || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const body = drawer.querySelector("[data-drawer-body]");
    const title = link.dataset.drawerTitle || link.textContent.trim();
    drawer.querySelector("[data-drawer-title]").textContent = title;
    drawer.setAttribute("aria-label", title);
    drawer.querySelector("[data-drawer-open]").href = link.href;
    body.textContent = "Loading …";
    drawer.showModal();
    try {
      const answer = await fetch(link.dataset.drawer, { headers: { "HX-Request": "true" } });
      body.innerHTML = await answer.text();
      window.htmx?.process(body);
      showCopies(body);
    } catch {
      body.textContent = "Not loaded: the server did not answer. Open the page instead.";
    }
  });

  // The list of keys: what is everywhere, and what this page has.
  const keysDialog = document.getElementById("desk-keys");
  const line = (key, words) => {
    const box = document.createElement("div");
    const [dt, dd, kbd] = ["dt", "dd", "kbd"].map((name) => document.createElement(name));
    kbd.textContent = key;
    dt.append(kbd);
    dd.textContent = words;
    box.append(dt, dd);
    return box;
  };
  const showKeys = () => {
    if (!keysDialog || keysDialog.open || document.querySelector("dialog[open]")) return;
    const lines = [];
    if (document.querySelector("[data-list] [data-row]")) {
      lines.push(line("J", "Next row"), line("K", "Row before"), line("Enter", "Open the row"));
      if (document.querySelector("[data-pick]")) lines.push(line("X", "Select the row; with Shift up to here"));
    }
    const known = new Set();
    for (const element of document.querySelectorAll("[data-key]")) {
      const { key } = element.dataset;
      if (known.has(key)) continue;
      known.add(key);
      lines.push(line(key.toUpperCase(), element.dataset.keyWords || element.getAttribute("aria-label") || element.textContent.trim()));
    }
    const part = keysDialog.querySelector("[data-keys-page]");
    part.hidden = lines.length === 0;
    part.querySelector("dl").replaceChildren(...lines);
    keysDialog.showModal();
  };
  for (const button of document.querySelectorAll("[data-keys-open]")) button.hidden = false;
  on("click", "[data-keys-open]", showKeys);

  // A key of the page: in the row where one is, else the first that is seen.
  const press = (key) => {
    const all = [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].filter(seen);
    const found = all.find((element) => here()?.contains(element)) ?? all.find((element) => !element.closest("[data-row]")) ?? all[0];
    if (!found) return false;
    if (found.matches("input, textarea, select")) found.focus();
    else found.click();
    return true;
  };
  const letters = {
    "?": showKeys,
    j: () => move(1),
    k: () => move(-1),
    o: () => here() && (target(here()).click(), true),
    x: (event) => {
      const box = here()?.querySelector("[data-pick]");
      if (!box) return false;
      box.checked = !box.checked;
      picked(box, event.shiftKey);
      return true;
    },
    "/": () => {
      const box = [...document.querySelectorAll("[data-search-box]")].find(seen);
      if (!box) return document.querySelector("[data-palette]")?.click();
      box.focus();
      box.select?.();
      return true;
    },
  };
  let jumping = 0;
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (lettersOff || typing(event.target) || document.querySelector("dialog[open]")) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (key.length !== 1 || key === " ") return;
    let done = false;
    if (jumping && event.timeStamp - jumping < 1500) {
      const link = document.querySelector(`[data-jump="${CSS.escape(key)}"]`);
      jumping = 0;
      if (link) {
        link.click();
        done = true;
      }
    } else if (press(key)) done = true;
    else if (key === "g") {
      jumping = event.timeStamp;
      done = true;
    } else done = letters[key]?.(event) !== false && key in letters;
    if (done) event.preventDefault();
  });

  showCopies(document);
  drawAll();
  document.addEventListener("htmx:after:swap", (event) => {
    showCopies(event.target instanceof Element ? event.target : document);
    drawAll();
  });
  addEventListener("pageshow", drawAll);
})();
