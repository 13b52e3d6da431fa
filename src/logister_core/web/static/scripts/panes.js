// The two panes of the inbox: a splitter whose place is remembered, and a list that keeps its scroll position
// when a row opens as a new page. [data-splitter] stands between the panes, [data-keep-scroll] is the list.

const WIDTH = "logister.inbox-list"; // pixels, for all projects
const SMALLEST = 420;
const STEP = 24; // pixels per arrow key

function remember(store, key, value) {
  try {
    store.setItem(key, value);
  } catch {
    // Without storage the place lasts for this page.
  }
}

function recall(store, key) {
  try {
    return Number(store.getItem(key)) || 0;
  } catch {
    return 0;
  }
}

function setWidth(splitter, wanted) {
  const panes = splitter.parentElement;
  const width = Math.round(Math.min(Math.max(wanted, SMALLEST), panes.clientWidth / 2));
  panes.style.setProperty("--inbox-list", `${width}px`);
  splitter.setAttribute("aria-valuenow", String(Math.round((width / panes.clientWidth) * 100)));
  return width;
}

function startSplitter(splitter) {
  const list = splitter.previousElementSibling;
  const stored = recall(localStorage, WIDTH);
  if (stored) setWidth(splitter, stored);

  splitter.addEventListener("pointerdown", (event) => {
    splitter.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  splitter.addEventListener("pointermove", (event) => {
    if (!splitter.hasPointerCapture(event.pointerId)) return;
    remember(localStorage, WIDTH, setWidth(splitter, event.clientX - list.getBoundingClientRect().left));
  });
  splitter.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -STEP, ArrowRight: STEP }[event.key];
    if (!step) return;
    event.preventDefault();
    remember(localStorage, WIDTH, setWidth(splitter, list.offsetWidth + step));
  });
}

function keepScroll(pane) {
  const key = `logister.scroll ${location.pathname}`;
  pane.scrollTop = recall(sessionStorage, key);
  pane.querySelector(".is-selected")?.scrollIntoView({ block: "nearest" });
  addEventListener("pagehide", () => remember(sessionStorage, key, pane.scrollTop));
}

export function startPanes() {
  document.querySelectorAll("[data-splitter]").forEach(startSplitter);
  document.querySelectorAll("[data-keep-scroll]").forEach(keepScroll);
}
