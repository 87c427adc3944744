// Care mode and dark theme at once, without loading the page again; the forms behind the switches work without this.
(function () {
  "use strict";
  const YEAR = 365 * 24 * 3600;
  const root = document.documentElement;

  function keep(name, value) {
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `${name}=${value}; Path=/; Max-Age=${YEAR}; SameSite=Lax${secure}`;
  }

  const switches = {
    care: {
      set: (on) => root.toggleAttribute("data-care", on),
      values: ["0", "1"],
    },
    theme: {
      set: (on) => (on ? root.setAttribute("data-theme", "dark") : root.removeAttribute("data-theme")),
      values: ["light", "dark"],
    },
  };

  document.addEventListener("submit", (event) => {
    const button = event.submitter;
    const kept = button && switches[button.name];
    if (!kept || !event.target.closest("form[action$='/display/']")) return;
    event.preventDefault();
    const on = button.getAttribute("aria-pressed") !== "true";
    kept.set(on);
    keep(button.name, kept.values[on ? 1 : 0]);
    for (const other of document.querySelectorAll(`button[name='${button.name}'][aria-pressed]`)) {
      other.setAttribute("aria-pressed", String(on));
      other.value = kept.values[on ? 0 : 1];
    }
  });

  // A menu closes when the reader goes elsewhere.
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.tb-drop[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = document.querySelector("details.tb-drop[open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
})();
