// Deciding without loading the page: <form data-decision> beside the list is sent from here, and the answer brings what
// changed (specification, chapter 60 §2.2). Where there is only one pane the forms are sent as they are.

import { showFlashes, showMessage } from "./flash.js";
import { isBeside, listState, opened, rows, takeDecision } from "./inbox.js";
import { selected } from "./selection.js";

let running = false;

// The row to open when `gone` leave the list: the open one if it stays, else the next one below, else the one above.
function next(gone) {
  const uuids = rows().map((row) => row.dataset.group);
  const at = uuids.indexOf(opened());
  if (at < 0 || !gone.includes(opened())) return opened();
  const stays = (uuid) => !gone.includes(uuid);
  return uuids.slice(at).find(stays) ?? uuids.slice(0, at).findLast(stays);
}

function fields(form, button) {
  const body = new URLSearchParams(new FormData(form, button));
  for (const [name, value] of listState()) {
    body.delete(name);
    if (value) body.set(name, value);
  }
  body.delete("next");
  const uuid = next(form.matches("[data-selection]") ? selected() : form.matches(".flash-undo") ? [] : [opened()]);
  if (uuid) body.set("next", uuid);
  return body;
}

async function answerTo(form, button) {
  const address = button?.getAttribute("formaction") ?? form.getAttribute("action");
  const answer = await fetch(address, { method: "POST", body: fields(form, button), headers: { "X-Fragment": "project_inbox" } });
  // The session ended: a full load shows the sign-in page and comes back here.
  if (answer.status === 401) location.reload();
  const holder = document.createElement("template");
  holder.innerHTML = answer.ok || answer.status === 422 ? await answer.text() : "";
  const parts = [...holder.content.querySelectorAll("template[data-part]")];
  return Object.fromEntries(parts.map((part) => [part.dataset.part, part]));
}

// After that the focus is on what was used, in the part that replaced it.
function remembered() {
  const focused = document.activeElement;
  const key = focused?.dataset.key;
  if (focused?.closest("#detail")) {
    return () => document.querySelector((key && `#detail [data-key="${key}"]`) || "#detail .detail-actions button")?.focus();
  }
  if (focused?.closest("[data-row], [data-selection], [data-flash]")) {
    return () => {
      const link = document.querySelector("[data-row].is-selected [data-row-link]") ?? document.querySelector("[data-row-link]");
      link?.focus({ preventScroll: true });
    };
  }
  return () => {};
}

async function decide(form, button) {
  if (running) return;
  running = true;
  const region = document.querySelector("[data-inbox-results]");
  region.setAttribute("aria-busy", "true");
  const focus = remembered();
  try {
    const { messages, ...parts } = await answerTo(form, button);
    if (!messages) showMessage("The server did not answer properly. Nothing was changed; try again.");
    else {
      if (parts.project_inbox) await takeDecision(parts);
      focus();
      showFlashes(messages.content);
    }
  } catch {
    showMessage("No connection to the server. Nothing was changed; try again.");
  } finally {
    region.removeAttribute("aria-busy");
    running = false;
  }
}

export function startDecisions() {
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("form[data-decision]") || !isBeside()) return;
    event.preventDefault();
    decide(event.target, event.submitter);
  });
}
