// The desk by keyboard. Single keys act only outside fields and can be switched off (WCAG 2.1.4); verbs with legal
// effect have none.
(function () {
  "use strict";
  const off = document.body.classList.contains("dk--nokeys");
  let going = 0;

  const inField = (target) => target.closest("input:not([type='checkbox']):not([type='radio']), textarea, select, [contenteditable]");
  const shown = (element) => element && element.offsetParent !== null;

  // A closed <details> lays its content out all the same: offsetParent does not tell, and the reader sees nothing.
  const folded = (element) => element && element.closest("details:not([open])");
  const reachable = (element) => shown(folded(element)?.querySelector("summary") || element);

  function stops() {
    const points = [...document.querySelectorAll("[data-point]")].filter(reachable);
    return points.length ? points : [...document.querySelectorAll("[data-row]")].filter(shown);
  }

  // What htmx put in anew has lost its mark, but the focus is still inside it.
  const marked = () =>
    document.querySelector("[data-point].is-cur, [data-row].is-cur") ||
    document.activeElement?.closest("[data-point], [data-row]");
  // What keys act on is in sight: a point that was folded away is not marked by accident.
  const current = () => (folded(marked()) ? null : marked());

  function move(step) {
    const list = stops();
    if (!list.length) return;
    const at = list.indexOf(marked());
    const next = list[at < 0 ? (step > 0 ? 0 : list.length - 1) : Math.min(list.length - 1, Math.max(0, at + step))];
    for (const one of list) one.classList.toggle("is-cur", one === next);
    for (let panel = folded(next); panel; panel = folded(next)) panel.open = true;
    const target = next.querySelector("[data-open], a[href], button") || next;
    target.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  }

  function press(selector, root) {
    const element = (root || document).querySelector(selector);
    if (!element) return false;
    if (element.matches("input:not([type='checkbox']), textarea, select")) element.focus();
    else element.click();
    return true;
  }

  function material(step) {
    const list = [...document.querySelectorAll("[data-material]")];
    const at = list.findIndex((one) => one.getAttribute("aria-current"));
    const next = list[at + step];
    if (next) next.click();
  }

  function help() {
    const dialog = document.getElementById("dk-keys");
    if (dialog && !dialog.open) dialog.showModal();
  }

  function openForm() {
    const form = document.activeElement?.closest("form[method='post']") || document.querySelector("form[data-send]");
    if (form) return form;
    const open = [...document.querySelectorAll("details[open] form[method='post']")].filter(shown);
    return open.length === 1 ? open[0] : null;
  }

  function send() {
    const form = openForm();
    if (!form) return false;
    const able = "button[type='submit']:not([aria-disabled='true']), button:not([type])";
    const button = form.querySelector("button[data-default]") || form.querySelector(able);
    form.requestSubmit(button || undefined);
    return true;
  }

  function close() {
    const panel = document.activeElement?.closest("details[open]");
    if (!panel) return false;
    panel.open = false;
    panel.querySelector("summary").focus();
    return true;
  }

  const deeds = {
    j: () => move(1),
    k: () => move(-1),
    o: () => current() && press("[data-open], a[href]", current()),
    x: () => current()?.querySelector("input[type='checkbox']")?.click(),
    "/": () => press("[data-key-search]"),
    f: () => press("[data-filters] summary, [data-filters] a, [data-filters] button, [data-filters] input"),
    l: () => (current() && press("[data-ledger], a.tb-clock", current())) || press("[data-ledger], a.tb-clock"),
    1: () => current() && press("[data-met]", current()),
    2: () => current() && press("[data-unmet]", current()),
    "[": () => material(-1),
    "]": () => material(1),
    "?": help,
    g: () => { going = Date.now(); },
  };

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.altKey || event.metaKey) return;
    if (event.ctrlKey) {
      if (event.key === "Enter" && send()) event.preventDefault();
      return;
    }
    if (event.key === "Escape") {
      if (close()) event.preventDefault();
      return;
    }
    if (off || inField(event.target) || document.querySelector("dialog[open]")) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (Date.now() - going < 1500 && key.length === 1) {
      going = 0;
      if (press(`[data-key-go='${CSS.escape(key)}']`)) event.preventDefault();
      return;
    }
    if (event.key === "Enter" && event.target === document.body && current()) {
      deeds.o();
      event.preventDefault();
      return;
    }
    if (deeds[key]) {
      deeds[key]();
      event.preventDefault();
      return;
    }
    const told = new CustomEvent("tb:key", { detail: key, cancelable: true });
    if (!document.dispatchEvent(told)) {
      event.preventDefault();
      return;
    }
    if (key.length === 1 && press(`[data-key='${CSS.escape(key.toUpperCase())}']:not([aria-disabled='true'])`)) {
      event.preventDefault();
    }
  });

  // The whole row opens its case; links, boxes and buttons inside keep their own meaning, and text can be marked.
  document.addEventListener("click", (event) => {
    const row = event.target.closest("[data-row]");
    if (!row || event.target.closest("a, button, input, label, summary") || String(getSelection())) return;
    press("[data-open]", row);
  });

  // The first point that waits is the one that 1 and 2 speak of, until J or K says otherwise.
  const waits = (point) => shown(point) && !folded(point) && !point.querySelector("[aria-pressed='true']");
  if (!off && !marked()) [...document.querySelectorAll("[data-point]")].find(waits)?.classList.add("is-cur");

  const dialog = document.getElementById("dk-keys");
  for (const opener of document.querySelectorAll("[data-keys-help]")) opener.addEventListener("click", help);
  dialog?.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
})();
