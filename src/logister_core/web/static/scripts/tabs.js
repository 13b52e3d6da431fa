// Tabs are links; with a script Left, Right, Home and End move between them and Space opens one.

export function startTabs() {
  document.addEventListener("keydown", (event) => {
    const tab = event.target.closest?.("[data-tabs] [role=tab]");
    if (!tab) return;
    const tabs = [...tab.closest("[data-tabs]").querySelectorAll("[role=tab]")];
    const at = tabs.indexOf(tab);
    const next = {
      ArrowLeft: tabs[(at - 1 + tabs.length) % tabs.length],
      ArrowRight: tabs[(at + 1) % tabs.length],
      Home: tabs[0],
      End: tabs.at(-1),
    }[event.key];
    if (next) {
      event.preventDefault();
      next.focus();
    } else if (event.key === " ") {
      event.preventDefault();
      tab.click();
    }
  });
}
