// Parts of a page, asked for by name (specification, chapter 60 §2.2). The region a part is for shows that it waits.

import { showMessage } from "./flash.js";

export const OVERTAKEN = Symbol("a later request for the same region was made");
const running = new Map(); // by the region's name

// The part's element; null when there was no answer (people were told), OVERTAKEN when nobody waits for it any more.
export async function part(name, url, region, slot = name) {
  running.get(slot)?.abort();
  const request = new AbortController();
  running.set(slot, request);
  region.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(url, { headers: { "X-Fragment": name }, signal: request.signal });
    // The session ended: a full load shows the sign-in page and comes back here.
    if (answer.status === 401) location.reload();
    else if (answer.ok) return element(await answer.text());
    else showMessage("The server did not answer properly. Nothing was changed; try again.");
    return null;
  } catch {
    if (request.signal.aborted) return OVERTAKEN;
    showMessage("No connection to the server. Nothing was changed; try again.");
    return null;
  } finally {
    if (running.get(slot) === request) {
      running.delete(slot);
      region.removeAttribute("aria-busy");
    }
  }
}

function element(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  return document.importNode(holder.content, true).firstElementChild;
}

// Whoever enhances what is on a page wants to know of what came later.
export function announce(region) {
  window.htmx?.process(region);
  region.dispatchEvent(new CustomEvent("region:load", { bubbles: true }));
}
