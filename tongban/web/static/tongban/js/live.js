// After htmx has put something into the page: focus is not lost, and one line says what changed.
(function () {
  "use strict";

  function say(text) {
    const line = document.getElementById("tb-live");
    if (!line || !text) return;
    line.textContent = "";
    setTimeout(() => { line.textContent = text; }, 50);
  }
  window.tongban = Object.assign(window.tongban || {}, { say });

  function focus(element) {
    if (!element.hasAttribute("tabindex") && !element.matches("a, button, input, select, textarea, summary")) {
      element.tabIndex = -1;
    }
    element.focus({ preventScroll: false });
  }

  document.addEventListener("htmx:afterSettle", (event) => {
    const region = event.detail.target;
    if (!region || !region.isConnected) return;
    const spoken = region.matches("[data-live]") ? region : region.querySelector("[data-live]");
    if (spoken) say(spoken.dataset.live || spoken.textContent.replace(/\s+/g, " ").trim());
    const wanted = region.querySelector("[data-focus], .tb-trouble, .govuk-error-summary");
    const asked = event.detail.requestConfig?.triggeringEvent; // what refreshes by itself does not call anybody over
    const lost = asked && (!document.activeElement || document.activeElement === document.body);
    if (wanted) focus(wanted);
    else if (lost) focus(region.querySelector("h1, h2, h3, legend") || region);
  });

  function trouble(text) {
    const place = document.getElementById("tb-notices");
    if (!place || !text) return;
    const note = document.createElement("div");
    note.className = "tb-note tb-note--warn";
    note.setAttribute("role", "alert");
    note.textContent = text;
    place.replaceChildren(note);
  }
  document.addEventListener("htmx:sendError", () => trouble(document.body.dataset.textOffline));
  document.addEventListener("htmx:responseError", (event) => {
    if (event.detail.xhr.status >= 500) trouble(document.body.dataset.textFailed);
  });
})();
