// Dismissing flash messages, and the short message at the foot of the page.

const SHOWN = 10_000; // milliseconds; as long as Undo is offered
let timer;

export function showMessage(text) {
  const toast = document.getElementById("page-message");
  if (!toast) return;
  toast.textContent = text;
  toast.hidden = false;
  leave(toast);
}

// Messages as the server renders them, with their buttons. Those above the page are of something earlier.
export function showFlashes(messages) {
  const toast = document.getElementById("page-message");
  document.getElementById("flashes")?.remove();
  // The foot of the page announces them itself.
  messages.querySelectorAll("[role]").forEach((message) => message.removeAttribute("role"));
  toast.replaceChildren(messages);
  toast.hidden = !toast.childElementCount;
  leave(toast);
}

// Not while somebody is about to press what it holds.
function leave(toast) {
  clearTimeout(timer);
  timer = setTimeout(() => {
    if (toast.matches(":hover, :focus-within")) leave(toast);
    else toast.hidden = true;
  }, SHOWN);
}

export function startFlashes() {
  document.addEventListener("click", (event) => {
    const toast = document.getElementById("page-message");
    event.target.closest("[data-flash-close]")?.closest("[data-flash]")?.remove();
    if (toast && !toast.textContent.trim()) toast.hidden = true;
  });
  // Sent by the server with the HX-Trigger header, see web/errors.py.
  document.addEventListener("page-message", (event) => showMessage(event.detail?.text ?? event.detail?.value ?? ""));
}
