// Dismissing flash messages, and the short message at the foot of the page.

const SHOWN = 10_000; // milliseconds; as long as Undo is offered
let timer;

export function showMessage(text) {
  const toast = document.getElementById("page-message");
  if (!toast) return;
  toast.textContent = text;
  toast.hidden = false;
  clearTimeout(timer);
  timer = setTimeout(() => { toast.hidden = true; }, SHOWN);
}

export function startFlashes() {
  document.addEventListener("click", (event) => {
    event.target.closest("[data-flash-close]")?.closest("[data-flash]")?.remove();
  });
  // Sent by the server with the HX-Trigger header, see web/errors.py.
  document.addEventListener("page-message", (event) => showMessage(event.detail?.text ?? event.detail?.value ?? ""));
}
