// Menus are <details data-menu>. They work alone; this adds Esc, closing from outside, one at a time,
// aria-expanded, arrow keys, and the filter box of long lists.

const openMenus = () => [...document.querySelectorAll("details[data-menu][open]")];

function close(menu, { focus = false } = {}) {
  menu.open = false;
  if (focus) menu.querySelector("summary").focus();
}

function move(menu, step) {
  const items = [...menu.querySelectorAll(".menu-item, .menu-panel input")].filter((item) => item.offsetParent);
  const at = items.indexOf(document.activeElement);
  items[(at + step + items.length) % items.length]?.focus();
}

function filter(input) {
  const panel = input.closest("[data-filter]");
  const wanted = input.value.trim().toLowerCase();
  let shown = 0;
  for (const item of panel.querySelectorAll("[data-filter-item]")) {
    item.hidden = !item.textContent.toLowerCase().includes(wanted);
    if (!item.hidden) shown += 1;
  }
  const none = panel.querySelector("[data-filter-none]");
  if (none) none.hidden = shown > 0 || !wanted;
}

export function startMenus() {
  document.addEventListener("toggle", (event) => {
    const menu = event.target;
    if (!menu.matches?.("details[data-menu]")) return;
    menu.querySelector("summary").setAttribute("aria-expanded", String(menu.open));
    if (!menu.open) return;
    openMenus().filter((other) => other !== menu && !other.contains(menu)).forEach((other) => close(other));
    menu.querySelector("[data-filter-input]")?.focus();
  }, true); // toggle does not bubble

  document.addEventListener("click", (event) => {
    openMenus().filter((menu) => !menu.contains(event.target)).forEach((menu) => close(menu));
  });

  document.addEventListener("keydown", (event) => {
    const menu = event.target.closest?.("details[data-menu][open]") ?? openMenus().at(-1);
    if (!menu) return;
    if (event.key === "Escape") {
      event.preventDefault();
      close(menu, { focus: true });
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      move(menu, event.key === "ArrowDown" ? 1 : -1);
    }
  });

  document.addEventListener("input", (event) => {
    if (event.target.matches("[data-filter-input]")) filter(event.target);
  });

  for (const summary of document.querySelectorAll("details[data-menu] > summary")) {
    summary.setAttribute("aria-expanded", String(summary.parentElement.open));
  }
}
