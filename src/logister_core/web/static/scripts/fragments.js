// How regions of a page behave while htmx replaces them (specification, chapter 60 §2.2).

import { showMessage } from "./flash.js";

export function startFragments() {
  document.addEventListener("htmx:beforeRequest", (event) => event.detail.target?.setAttribute("aria-busy", "true"));
  document.addEventListener("htmx:afterRequest", (event) => event.detail.target?.removeAttribute("aria-busy"));

  document.addEventListener("htmx:responseError", (event) => {
    const answer = event.detail.xhr;
    // The session ended: a full load shows the sign-in page and comes back here.
    if (answer.status === 401) location.reload();
    // Our own error answers bring their sentence along (HX-Trigger); a proxy's do not.
    else if (!answer.getResponseHeader("HX-Trigger")) showMessage("The server did not answer properly. Nothing was changed; try again.");
  });
  document.addEventListener("htmx:sendError", () => showMessage("No connection to the server. Nothing was changed; try again."));
}
