// Keyboard for lists of rows: <… data-list> with [data-row] that hold one [data-row-link], and the sheet of all keys.
//   j, k  next and previous row     Enter, o  open     x  select     /  search     ?  the sheet     g i  the inbox

const rows = () => [...document.querySelectorAll("[data-list] [data-row]")].filter((row) => row.offsetParent);
const link = (row) => row?.querySelector("[data-row-link]");

let prefix = "";

function typing(event) {
  return event.ctrlKey || event.metaKey || event.altKey
    || event.target.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable]");
}

function currentRow() {
  return document.activeElement?.closest?.("[data-row]");
}

// The one that has the focus, else the one whose detail is open.
function chosenRow() {
  return currentRow() ?? rows().find((row) => row.classList.contains("is-selected"));
}

function move(step) {
  const list = rows();
  if (!list.length) return;
  const at = list.indexOf(chosenRow());
  const next = list[Math.min(Math.max(at + step, 0), list.length - 1)];
  link(next)?.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

function select() {
  const row = chosenRow();
  const box = row?.querySelector("input[type=checkbox]");
  if (!box) return;
  box.click();
  link(row).focus();
}

export function focusSearch() {
  const field = document.getElementById("search");
  if (field) {
    field.focus();
    field.select();
  } else {
    document.querySelector("[data-search-link]")?.click();
  }
}

function sheet() {
  const dialog = document.getElementById("keyboard-sheet");
  if (dialog?.open) dialog.close();
  else dialog?.showModal();
}

const keys = {
  j: () => move(1),
  k: () => move(-1),
  o: () => link(currentRow())?.click(),
  x: select,
  "/": focusSearch,
  "?": sheet,
  "g i": () => document.querySelector(".section-inbox")?.click(),
};

export function startLists() {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented) return;
    if (typing(event)) {
      if (event.key === "Escape") event.target.blur?.();
      return;
    }
    const name = prefix ? `${prefix} ${event.key}` : event.key;
    prefix = event.key === "g" ? "g" : "";
    const action = keys[name] ?? actionButton(event.key);
    if (!action) return;
    event.preventDefault();
    action();
  });
  if (location.hash === "#search") focusSearch();
}

// A button of the page may claim a key: <button data-key="e">Resolve</button>. Of several the first one that shows is
// pressed; a row that has the focus and is not open is marked first, and decided about below the list.
function actionButton(key) {
  if (!/^[a-z]$/.test(key)) return null;
  const buttons = [...document.querySelectorAll(`[data-key="${key}"]`)];
  const row = currentRow();
  const [below] = buttons.filter((button) => button.closest("[data-selection]"));
  if (below && row && key !== "m" && !below.checkVisibility() && !row.classList.contains("is-selected")) {
    return () => {
      row.querySelector("[data-select]").click();
      press(below);
    };
  }
  const button = buttons.find((found) => found.checkVisibility());
  return button && (() => press(button));
}

function press(control) {
  if (control.matches("select")) control.focus();
  else control.click();
}
