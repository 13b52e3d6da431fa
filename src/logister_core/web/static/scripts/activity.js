// The Events page: what a line holds is fetched when it opens, and a tail follows new events until it is paused.

import { showMessage } from "./flash.js";
import { localiseTimes } from "./times.js";

const PAUSE = 3000; // milliseconds between two looks
const KEPT = 500; // lines; older ones leave while the tail grows

async function fragment(address, name) {
  const answer = await fetch(address, { headers: { "X-Fragment": name }, cache: "no-store" });
  // The session ended: a full load shows the sign-in page and comes back here.
  if (answer.status === 401 || answer.redirected) location.reload();
  if (!answer.ok) throw new Error(`${answer.status}`);
  return answer.text();
}

async function open(line) {
  const body = line.querySelector("[data-event-body]");
  if (body.dataset.loaded) return;
  body.dataset.loaded = "true";
  body.setAttribute("aria-busy", "true");
  try {
    body.innerHTML = await fragment(line.dataset.event, "activity_event");
    localiseTimes(body);
  } catch {
    delete body.dataset.loaded;
    showMessage("The event could not be loaded. Close the line and open it again.");
  }
  body.removeAttribute("aria-busy");
}

// Cursors are base64 of "microseconds id", so their decoded numbers sort.
function place(row) {
  const text = atob(row.dataset.cursor.replaceAll("-", "+").replaceAll("_", "/"));
  const [moment, id] = text.split(" ");
  return [BigInt(moment), BigInt(id)];
}

function isNewer(one, other) {
  const [a, b] = [place(one), place(other)];
  return a[0] === b[0] ? a[1] > b[1] : a[0] > b[0];
}

function insert(list, html) {
  const parsed = document.createElement("template");
  parsed.innerHTML = html;
  const unknown = [...parsed.content.querySelectorAll("[data-cursor]")].filter((row) => !document.getElementById(row.id));
  for (const row of unknown) {
    const older = [...list.children].find((known) => isNewer(row, known));
    row.classList.add("is-new");
    list.insertBefore(row, older ?? null);
    localiseTimes(row);
  }
  while (list.children.length > KEPT) list.lastElementChild.remove();
  return unknown.length;
}

function startTail(button) {
  const label = button.querySelector("[data-follow-label]");
  let timer;
  let following = false;

  function show() {
    button.setAttribute("aria-pressed", String(following));
    label.textContent = following ? "Pause" : "Follow";
  }

  async function look() {
    clearTimeout(timer);
    if (!following || document.hidden) return;
    const list = document.querySelector("[data-event-list]");
    const cursor = list?.firstElementChild?.dataset.cursor ?? button.dataset.followFrom;
    const address = new URL(button.dataset.follow, location.href);
    address.searchParams.set("after", cursor);
    try {
      const html = await fragment(address, "activity_rows");
      if (list) insert(list, html);
      else if (html.includes("data-cursor")) location.reload();
      timer = setTimeout(look, PAUSE);
    } catch {
      following = false;
      show();
      showMessage("New events could not be loaded. Follow again to go on.");
    }
  }

  button.addEventListener("click", () => {
    following = !following;
    show();
    look();
  });
  document.addEventListener("visibilitychange", look);
}

export function startActivity() {
  document.addEventListener("toggle", (event) => {
    if (event.target.matches?.("details[data-event]") && event.target.open) open(event.target);
  }, true); // toggle does not bubble
  const button = document.querySelector("[data-follow]");
  if (button) startTail(button);
}
