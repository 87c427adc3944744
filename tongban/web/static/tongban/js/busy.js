// A form is sent once: the button says so, a second press does nothing. Buttons that are off do nothing either.
(function () {
  "use strict";
  const words = document.body.dataset;

  function occupy(form, button) {
    form.dataset.sending = "yes";
    if (!button || button.getAttribute("aria-busy") === "true") return;
    button.setAttribute("aria-busy", "true");
    button.dataset.idle = button.innerHTML;
    const text = button.dataset.busy || words.textBusy;
    if (text && button.classList.contains("govuk-button")) button.textContent = text;
  }

  function release(form) {
    delete form.dataset.sending;
    for (const button of form.querySelectorAll("[aria-busy='true']")) {
      button.removeAttribute("aria-busy");
      if (button.dataset.idle) button.innerHTML = button.dataset.idle;
      delete button.dataset.idle;
    }
  }

  document.addEventListener("click", (event) => {
    const off = event.target.closest("[aria-disabled='true']");
    if (off) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
  }, true);

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post" || form.target || form.dataset.upload !== undefined) return;
    if (form.dataset.sending) {
      event.preventDefault();
      return;
    }
    // After this turn: the browser has read the button's name and value by then.
    const button = event.submitter;
    setTimeout(() => {
      if (!event.defaultPrevented) occupy(form, button);
    }, 0);
  });

  document.addEventListener("htmx:beforeRequest", (event) => {
    const form = event.target.closest("form");
    if (form && form.method === "post") occupy(form, event.detail.requestConfig.triggeringEvent?.submitter);
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.target.closest("form");
    if (form) release(form);
  });
  // Coming back with the browser's arrow shows the page as it was, and it may be sent again.
  window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sending]").forEach(release));
})();
