// What changes while a page is open: one stream of topics for all tabs of a browser, held by one that is seen.
//
//   data-live="imports today"  with hx-get and hx-trigger="live": the part is asked for again when a topic of it
//                              changed, at most every two seconds, and not while one types in it
(() => {
  "use strict";
  const bell = document.querySelector("[data-bell]");
  if (!bell || !window.EventSource) return;
  const PAUSE = 2_000;
  const others = window.BroadcastChannel && new BroadcastChannel("desk-topics");

  // Parts of this page.
  const waiting = new Set();
  let last = 0;
  let timer = 0;
  const busy = (part) =>
    (part.contains(document.activeElement) && document.activeElement.matches("input, textarea, select")) ||
    part.querySelector("details[open].menu-box, details[open].contact, dialog[open]");
  const refresh = () => {
    timer = 0;
    if (document.hidden || !waiting.size) return;
    const topics = [...waiting];
    waiting.clear();
    last = performance.now();
    for (const part of document.querySelectorAll("[data-live]")) {
      const mine = part.dataset.live.split(/\s+/).filter((topic) => topics.includes(topic));
      if (!mine.length) continue;
      if (busy(part)) mine.forEach((topic) => waiting.add(topic));
      else part.dispatchEvent(new CustomEvent("live"));
    }
    if (waiting.size) later();
  };
  const later = () => {
    if (timer || document.hidden) return;
    timer = setTimeout(refresh, Math.max(50, PAUSE - (performance.now() - last)));
  };
  const heard = (topic) => {
    waiting.add(topic);
    later();
  };

  // Notices: the dot of the bell, and a toast for each new one.
  const KEY = "desk-notices";
  let newest = -1;
  const dot = (unread) => {
    const words = unread ? `Notices, ${unread} new` : "Notices";
    const summary = bell.querySelector("summary");
    summary.classList.toggle("dotted", unread > 0);
    summary.setAttribute("aria-label", words);
    summary.title = words;
  };
  const show = (state) => {
    for (const told of state.new) document.dispatchEvent(new CustomEvent("desk:toast", { detail: told }));
    newest = state.newest;
    dot(state.unread);
    try {
      sessionStorage.setItem(KEY, JSON.stringify({ unread: state.unread, newest }));
    } catch {
      // Without storage the next page asks again.
    }
  };
  // Asked by whoever holds the stream; the other tabs are told.
  const news = async () => {
    try {
      const answer = await fetch(`/desk/notices/news?after=${newest}`, { headers: { Accept: "application/json" } });
      if (!answer.ok || answer.redirected) return;
      const state = await answer.json();
      show(state);
      others?.postMessage({ news: state });
    } catch {
      // The next word brings it.
    }
  };
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEY));
    newest = kept.newest;
    dot(kept.unread);
  } catch {
    // The first page of this tab.
  }
  bell.addEventListener("toggle", async () => {
    if (!bell.open) return;
    const place = bell.querySelector("[data-notices]");
    try {
      const answer = await fetch("/desk/notices/list", { headers: { "HX-Request": "true" } });
      place.innerHTML = await answer.text();
      const token = document.querySelector("meta[name=csrf]")?.content ?? "";
      await fetch("/desk/notices/mark", { method: "POST", headers: { "X-CSRF-Token": token }, redirect: "manual" });
      dot(0);
      news();
    } catch {
      place.textContent = "Not loaded: the server did not answer.";
    }
  });

  // The stream. Whoever holds the lock has it; the others hear of it.
  let stream = null;
  let failures = 0;
  let again = 0;
  let release = null;
  const close = () => {
    clearTimeout(again);
    stream?.close();
    stream = null;
  };
  const open = () => {
    close();
    stream = new EventSource("/desk/events");
    stream.addEventListener("hello", (event) => {
      // After a gap everything may have changed; and after loading the page, what was told before the stream stood.
      const made = document.querySelector("meta[name=told]")?.content;
      if (failures || event.data !== made) document.querySelectorAll("[data-live]").forEach((part) => part.dataset.live.split(/\s+/).forEach(heard));
      failures = 0;
      news();
    });
    stream.addEventListener("topic", (event) => {
      heard(event.data);
      others?.postMessage({ topic: event.data });
      if (event.data === "notices") news();
    });
    stream.addEventListener("error", () => {
      close();
      failures += 1;
      const pause = Math.min(60_000, 1_000 * 2 ** Math.min(failures, 6));
      again = setTimeout(open, pause * (0.75 + Math.random() / 2));
    });
  };
  others?.addEventListener("message", ({ data }) => {
    if (data.topic) heard(String(data.topic));
    if (data.news) show(data.news);
  });
  let wanted = null;
  const lead = async () => {
    if (wanted || stream) return;
    if (!navigator.locks) return open();
    wanted = new AbortController();
    try {
      await navigator.locks.request("desk-events", { signal: wanted.signal }, () => {
        open();
        return new Promise((done) => (release = done));
      });
    } catch {
      // Given up while waiting: another tab is seen.
    }
    wanted = null;
    release = null;
  };
  const leave = () => {
    close();
    release?.();
    if (!release) wanted?.abort();
  };
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return leave();
    // What happened while nobody looked.
    document.querySelectorAll("[data-live]").forEach((part) => part.dataset.live.split(/\s+/).forEach(heard));
    setTimeout(lead);
  });
  addEventListener("pagehide", leave);
  addEventListener("pageshow", (event) => event.persisted && setTimeout(lead));
  if (!document.hidden) lead();
})();
