// A step that waits for something to arrive: <div data-waiting="address"> in a .step, a live region.
// The address answers 204 for as long as there is nothing, then with what to show. Nobody is asked while the page is
// hidden, less often the longer it takes, and never again once there was an answer.

const FIRST = 2000;
const LONGEST = 15000;

function arrived(region, html) {
  const step = region.closest(".step");
  region.innerHTML = html;
  step?.classList.replace("step-pending", "step-complete");
  const state = step?.querySelector("[data-step-state]");
  if (state) state.textContent = "Complete";
  step?.querySelectorAll("[data-until-arrived]").forEach((part) => part.remove());
}

async function ask(region) {
  const answer = await fetch(region.dataset.waiting, { headers: { "HX-Request": "true" }, cache: "no-store" });
  if (answer.status === 401) location.reload();
  if (answer.status !== 200) return answer.status !== 204 && answer.status < 500;
  arrived(region, await answer.text());
  return true;
}

function wait(region, pause) {
  setTimeout(async () => {
    if (document.hidden) return document.addEventListener("visibilitychange", () => wait(region, 0), { once: true });
    const done = await ask(region).catch(() => false);
    if (!done && region.isConnected) wait(region, Math.min(Math.max(pause, FIRST) * 1.1, LONGEST));
  }, pause);
}

export function startWaiting() {
  document.querySelectorAll("[data-waiting]").forEach((region) => wait(region, FIRST));
}
