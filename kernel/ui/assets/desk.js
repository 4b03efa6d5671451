// The desk's own script. It hears data attributes; every page works without it.
(() => {
  "use strict";
  const on = (type, selector, act) =>
    document.addEventListener(type, (event) => {
      const found = event.target instanceof Element && event.target.closest(selector);
      if (found) act(found, event);
    });

  // Theme: as the system, light, dark. Kept in a cookie, so that the server draws the next page right.
  const themes = ["", "light", "dark"];
  const names = { "": "Theme: as the system", light: "Theme: light", dark: "Theme: dark" };
  const root = document.documentElement;
  const sayTheme = (button) => {
    const name = names[root.dataset.theme || ""];
    const words = button.matches("[data-theme-words]") && button.querySelector("span");
    if (words) return void (words.textContent = name);
    button.setAttribute("aria-label", name);
    button.title = name;
  };
  for (const button of document.querySelectorAll("[data-theme-switch]")) {
    button.hidden = false;
    sayTheme(button);
  }
  on("click", "[data-theme-switch]", (button) => {
    const next = themes[(themes.indexOf(root.dataset.theme || "") + 1) % themes.length];
    if (next) root.dataset.theme = next;
    else delete root.dataset.theme;
    document.cookie = `theme=${next};path=/;max-age=31536000;samesite=lax`;
    sayTheme(button);
    toast(names[next]);
  });

  // Menus: a click outside or Escape closes them, and focus goes back to what opened them.
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.menu-box[open]"))
      if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of document.querySelectorAll("details.menu-box[open]")) {
      menu.open = false;
      if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
    }
  });
  // A menu that would leave the window opens from its end edge.
  document.addEventListener("toggle", (event) => {
    const box = event.target;
    if (!(box instanceof HTMLElement) || !box.matches("details.menu-box") || !box.open) return;
    const popover = box.querySelector(":scope > .popover");
    if (!popover || popover.dataset.placed) return;
    popover.dataset.placed = "1";
    const edge = popover.getBoundingClientRect();
    if (edge.right > innerWidth - 8) popover.classList.add("at-end");
    const again = popover.getBoundingClientRect();
    if (again.left < 8) popover.style.translate = `${8 - again.left}px 0`;
  }, true);

  // Toasts go after a while, but not while one looks at them.
  const toasts = document.getElementById("toasts");
  // A text, or `{ text, link }` with a way to what it is about.
  function toast(told) {
    if (!toasts) return;
    const box = document.createElement("div");
    box.className = "toast";
    box.dataset.toast = "";
    const words = document.createElement("span");
    words.textContent = told.text ?? told;
    box.append(words);
    if (told.link) {
      const link = document.createElement("a");
      link.href = told.link;
      link.textContent = "Show";
      box.append(link);
      toasts.append(box);
    } else toasts.replaceChildren(box);
  }
  document.addEventListener("desk:toast", (event) => toast(event.detail));
  if (toasts) {
    const leave = (box) => setTimeout(() => (box.matches(":hover, :focus-within") ? leave(box) : box.remove()), 6000);
    new MutationObserver((changes) => {
      for (const change of changes) for (const box of change.addedNodes) if (box instanceof Element) leave(box);
    }).observe(toasts, { childList: true });
    toasts.querySelectorAll("[data-toast]").forEach(leave);
  }

  // Dialogs: the page behind a modal dialog is inert by itself.
  on("click", "[data-dialog]", (button, event) => {
    const dialog = document.getElementById(button.dataset.dialog);
    if (!(dialog instanceof HTMLDialogElement)) return;
    event.preventDefault();
    dialog.showModal();
  });
  on("click", "[data-close]", (button) => button.closest("dialog")?.close());

  // A sent form says that it works, and is not sent twice.
  document.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (!button?.matches("[data-busy]")) return;
    button.setAttribute("aria-busy", "true");
    const spinner = document.createElement("span");
    spinner.className = "spinner";
    button.prepend(spinner);
    setTimeout(() => (button.disabled = true));
  });
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    for (const button of document.querySelectorAll("[data-busy][aria-busy]")) {
      button.disabled = false;
      button.removeAttribute("aria-busy");
      button.querySelector(".spinner")?.remove();
    }
  });
  // Choosing a day means choosing days: the period beside it follows.
  on("change", "input[type=date]", (input) => {
    const period = input.form?.querySelector("select[name=period]");
    if (period) period.value = "custom";
  });
  // In a row of tabs that is longer than the window the present one is in sight.
  for (const row of document.querySelectorAll(".tabs")) {
    const here = row.querySelector("[aria-current]");
    if (!here || row.scrollWidth <= row.clientWidth) continue;
    const [all, one] = [row.getBoundingClientRect(), here.getBoundingClientRect()];
    row.scrollLeft += (one.left + one.right - all.left - all.right) / 2;
  }
  on("change", "form[data-autosubmit]", (form) => form.requestSubmit());

  // Files: dropped anywhere on the zone, and named below it.
  const size = (n) => (n < 1e6 ? `${Math.ceil(n / 1e3)} kB` : n < 1e9 ? `${(n / 1e6).toFixed(1)} MB` : `${(n / 1e9).toFixed(1)} GB`);
  on("change", "[data-drop] input[type=file]", (input) => {
    const list = input.closest("[data-drop]").querySelector("[data-drop-files]");
    list?.replaceChildren(
      ...Array.from(input.files, (file) => {
        const line = document.createElement("li");
        line.className = "tag";
        line.textContent = `${file.name} · ${size(file.size)}`;
        return line;
      }),
    );
  });
  for (const type of ["dragenter", "dragover"]) on(type, "[data-drop]", (zone) => zone.classList.add("over"));
  for (const type of ["dragleave", "drop"]) on(type, "[data-drop]", (zone) => zone.classList.remove("over"));
  // A file dropped beside a zone must not replace the page.
  for (const type of ["dragover", "drop"])
    document.addEventListener(type, (event) => {
      if (document.querySelector("[data-drop]") && !event.target.closest?.("[data-drop]")) event.preventDefault();
    });

  // Charts: what lies under the pointer or finger, in words.
  let readout = null;
  const hide = () => {
    readout?.remove();
    readout = null;
    document.querySelectorAll(".hit.is-hover").forEach((hit) => hit.classList.remove("is-hover"));
  };
  const show = (hit) => {
    const plot = hit.closest(".plot");
    hide();
    readout = document.createElement("div");
    readout.className = "readout";
    readout.setAttribute("aria-hidden", "true");
    readout.textContent = hit.dataset.say;
    plot.append(readout);
    hit.classList.add("is-hover");
    const frame = plot.getBoundingClientRect();
    const at = hit.getBoundingClientRect();
    const beside = at.right - frame.left + 6;
    const width = readout.offsetWidth;
    const left = beside + width > frame.width ? at.left - frame.left - width - 6 : beside;
    readout.style.left = `${Math.max(2, left)}px`;
  };
  document.addEventListener("pointerover", (event) => {
    const hit = event.target instanceof Element && event.target.closest(".hit[data-say]");
    if (hit) show(hit);
    else if (readout) hide();
  });

  // Requests of htmx carry the token.
  document.addEventListener("htmx:config:request", (event) => {
    const token = document.querySelector("meta[name=csrf]")?.content;
    const headers = event.detail?.ctx?.request?.headers;
    if (token && headers) headers["X-CSRF-Token"] = token;
  });
  // A fragment that did not come says so in its place.
  const failed = (event) => {
    const target = event.detail?.ctx?.target ?? event.target;
    const place = target instanceof Element && target.closest("[data-fragment]");
    if (!place) return;
    const words = document.createElement("p");
    words.className = "calm";
    words.setAttribute("role", "alert");
    words.textContent = "Not loaded: the server did not answer. Nothing was lost; open the title or load the page again.";
    place.querySelector(".skeleton-plot, .stats")?.replaceWith(words);
  };
  document.addEventListener("htmx:error", failed);
  document.addEventListener("htmx:response:error", failed);
})();
