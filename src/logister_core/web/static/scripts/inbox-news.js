// "3 new groups · show" above the list. The list itself stays as it is until somebody asks for them.

import { loadList } from "./inbox.js";

const EVERY = 30_000; // milliseconds

let timer;
let asked = 0;

const pane = () => document.querySelector("[data-inbox]");

async function ask() {
  asked = Date.now();
  const address = pane().dataset.news;
  if (address) {
    try {
      const answer = await fetch(address, { headers: { Accept: "application/json" } });
      // The address may be another one by now: then the list is new, and so is the question.
      if (answer.ok && address === pane().dataset.news) show((await answer.json()).text);
    } catch {
      // No connection is no news; the next question may have an answer.
    }
  }
  wait();
}

function show(text) {
  const button = pane().querySelector("[data-inbox-new]");
  button.textContent = `${text} · show`;
  button.hidden = !text;
}

// Nothing is asked while nobody looks.
function wait() {
  clearTimeout(timer);
  if (document.visibilityState === "visible") timer = setTimeout(ask, Math.max(EVERY - (Date.now() - asked), 0));
}

export function startInboxNews() {
  if (!pane()) return;
  asked = Date.now();
  document.addEventListener("visibilitychange", wait);
  pane().querySelector("[data-inbox-new]").addEventListener("click", async () => {
    const address = new URL(pane().dataset.inbox, location.href);
    address.searchParams.delete("cursor");
    await loadList(address.pathname + address.search);
    pane().scrollTo({ top: 0 });
    pane().querySelector("[data-row-link]")?.focus();
  });
  wait();
}
