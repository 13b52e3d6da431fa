// Marking rows of the inbox: [data-select] boxes in the rows, and the bar [data-selection] that decides about all of them.
// Both work alone; this adds the number of marked rows, all at once, ranges with Shift, and Esc.

const boxes = () => [...document.querySelectorAll("[data-inbox] [data-select]")];
const bar = () => document.querySelector("[data-selection]");

let last = null; // the box that was pressed last: a range begins there
let shifted = false; // whether Shift was held when a label was pressed, of which its box does not tell everywhere

export const selected = () => boxes().filter((box) => box.checked).map((box) => box.value);

export function select(uuids) {
  for (const box of boxes()) box.checked = uuids.includes(box.value);
  show();
}

function show() {
  if (!bar()) return;
  const number = selected().length;
  const every = number === boxes().length;
  const all = bar().querySelector("[data-select-all]");
  all.checked = every;
  all.indeterminate = number > 0 && !every;
  bar().querySelector("[data-selection-count]").textContent = number ? `${number} selected` : "";
  const merge = bar().querySelector("[value=merge]");
  if (merge) merge.disabled = number < 2;
}

function clear() {
  // The bar goes, and with it the focus that it may have.
  const row = boxes().find((box) => box.checked)?.closest("[data-row]");
  const lost = bar()?.contains(document.activeElement);
  select([]);
  if (lost) row?.querySelector("[data-row-link]").focus({ preventScroll: true });
}

function range(box) {
  const all = boxes();
  const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
  for (const between of all.slice(Math.max(from, 0), to + 1)) between.checked = box.checked;
}

function onClick(event) {
  if (event.target.closest("[data-select-none]")) clear();
  else if (event.target.matches("[data-select-all]")) select(event.target.checked ? boxes().map((box) => box.value) : []);
  else if (event.target.matches("label:has(> [data-select])")) shifted = event.shiftKey;
  else if (event.target.matches("[data-select]")) {
    if ((event.shiftKey || shifted) && last?.isConnected) range(event.target);
    shifted = false;
    last = event.target;
    show();
  }
}

function onKey(event) {
  if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog[open]")) return;
  if (event.target.matches?.("input:not([type=checkbox]), textarea, select") || !selected().length) return;
  event.preventDefault();
  clear();
}

export function startSelection() {
  if (!document.querySelector("[data-inbox]")) return;
  document.addEventListener("click", onClick);
  document.addEventListener("keydown", onKey);
  document.addEventListener("region:load", show);
  // The way back may show a page as it was left.
  addEventListener("pageshow", show);
  show();
}
