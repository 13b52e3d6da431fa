// The three buttons of the theme menu.

const KEY = "logister.theme";

function stored() {
  try {
    return localStorage.getItem(KEY) ?? "system";
  } catch {
    return document.documentElement.dataset.theme ?? "system";
  }
}

function apply(choice) {
  if (choice === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = choice;
  try {
    if (choice === "system") localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, choice);
  } catch {
    // The choice then lasts for this page only.
  }
}

function mark(choice) {
  for (const button of document.querySelectorAll("[data-theme-choice]")) {
    button.setAttribute("aria-pressed", String(button.dataset.themeChoice === choice));
  }
}

export function startThemeChoice() {
  mark(stored());
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme-choice]");
    if (!button) return;
    apply(button.dataset.themeChoice);
    mark(button.dataset.themeChoice);
  });
  // Another tab of the same person may have chosen.
  addEventListener("storage", (event) => {
    if (event.key !== KEY) return;
    apply(event.newValue ?? "system");
    mark(event.newValue ?? "system");
  });
}
