// A part of a page that changes by itself: <div data-refresh="address" data-refresh-part="name">. The address answers
// that part, which replaces it, for as long as it says so again; at the end data-refreshed is told.

import { showMessage } from "./flash.js";
import { localiseTimes } from "./times.js";

const EVERY = 3000; // milliseconds
const LONGEST = 30_000; // after failures

async function again(region) {
  const { refresh, refreshPart, refreshed } = region.dataset;
  const answer = await fetch(refresh, { headers: { "X-Fragment": refreshPart }, cache: "no-store" });
  // The session ended: a full load shows the sign-in page and comes back here.
  if (answer.status === 401) location.reload();
  if (!answer.ok) throw new Error(`${answer.status}`);
  const parsed = document.createElement("template");
  parsed.innerHTML = await answer.text();
  const part = parsed.content.querySelector(`#${region.id}`);
  region.replaceWith(part);
  localiseTimes(part);
  if (part.dataset.refresh) wait(part, EVERY);
  else showMessage(refreshed);
}

// Nothing is asked while nobody looks.
function wait(region, pause) {
  setTimeout(() => {
    if (document.hidden) document.addEventListener("visibilitychange", () => wait(region, 0), { once: true });
    else again(region).catch(() => wait(region, Math.min(pause * 2 || EVERY, LONGEST)));
  }, pause);
}

export function startRefreshing() {
  document.querySelectorAll("[data-refresh]").forEach((region) => wait(region, EVERY));
}
