// Loaded before the first paint, and not as a module, so that nobody sees the wrong theme flash by.
// The choice is "light", "dark" or nothing, which means the system decides.
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  try {
    const choice = localStorage.getItem("logister.theme");
    if (choice === "light" || choice === "dark") root.dataset.theme = choice;
  } catch {
    // Storage may be forbidden; the system's theme is a fine answer.
  }
})();
