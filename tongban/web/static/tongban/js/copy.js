// Two small buttons: copy the number beside it, and print the page (the page may run no inline script).
(function () {
  "use strict";
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) window.print();
  });
  // Copying needs a secure page; without one the buttons stay hidden.
  if (!navigator.clipboard) return;

  function show(root) {
    for (const button of root.querySelectorAll("[data-copy]")) button.hidden = false;
  }
  show(document);
  document.addEventListener("htmx:load", (event) => show(event.detail.elt));
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const text = button.parentElement.querySelector("[data-copy-text]").textContent.trim();
    await navigator.clipboard.writeText(text);
    window.tongban?.say(document.body.dataset.textCopied);
  });
})();
