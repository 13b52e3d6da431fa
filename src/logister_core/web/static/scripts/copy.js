// Copy buttons: <button data-copy="text"> with a label in [data-copy-label].

const SHOWN = 2000; // milliseconds

async function copy(button) {
  const label = button.querySelector("[data-copy-label]") ?? button;
  button.dataset.copyText ??= label.textContent;
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
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
    const button = event.target.closest("[data-copy]");
    if (button) copy(button);
  });
}
