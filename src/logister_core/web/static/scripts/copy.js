// Copy buttons: <button data-copy="text">, and links whose page is copied instead of opened: <a href data-copy-from>.
// Both have their label in [data-copy-label].

const SHOWN = 2000; // milliseconds

async function fetched(address) {
  const answer = await fetch(address);
  if (!answer.ok || answer.redirected) throw new Error("nothing to copy");
  return new Blob([await answer.text()], { type: "text/plain" });
}

// Some browsers only allow writing while the click is handled, so the text is promised and not waited for.
function write(button) {
  if (button.dataset.copy !== undefined) return navigator.clipboard.writeText(button.dataset.copy);
  return navigator.clipboard.write([new ClipboardItem({ "text/plain": fetched(button.href) })]);
}

async function copy(button) {
  const label = button.querySelector("[data-copy-label]") ?? button;
  button.dataset.copyText ??= label.textContent;
  try {
    await write(button);
    label.textContent = "Copied";
  } catch {
    label.textContent = "Failed";
  }
  button.dataset.copied = "";
  // The name for screen readers would hide the news, so it steps aside for as long.
  const name = button.getAttribute("aria-label");
  if (name) button.setAttribute("aria-label", label.textContent);
  clearTimeout(Number(button.dataset.copyTimer));
  button.dataset.copyName ??= name ?? "";
  button.dataset.copyTimer = setTimeout(() => {
    label.textContent = button.dataset.copyText;
    delete button.dataset.copied;
    if (button.dataset.copyName) button.setAttribute("aria-label", button.dataset.copyName);
  }, SHOWN);
}

export function startCopyButtons() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy], [data-copy-from]");
    // A link with a key held down opens elsewhere, as always.
    if (!button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (button.dataset.copy === undefined) event.preventDefault();
    copy(button);
  });
}
