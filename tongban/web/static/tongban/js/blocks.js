// Text blocks: in any field marked for them Alt+B (or the button below it) opens a list; type to narrow, Enter inserts.
(function () {
  "use strict";
  const source = document.querySelector("[data-blocks-url]");
  if (!source) return;
  const words = source.dataset;
  let dialog, search, list, target, start, end;

  const wanted = "textarea[data-blocks], form[data-blocks] textarea";
  const fields = () => [...document.querySelectorAll(wanted)];
  const shown = () => [...(list?.querySelectorAll("[data-text]") || [])].filter((one) => !one.hidden);

  function mark(option) {
    for (const one of shown()) one.setAttribute("aria-selected", String(one === option));
    if (option) {
      search.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else search.removeAttribute("aria-activedescendant");
  }

  function narrow() {
    const text = search.value.trim().toLowerCase();
    for (const one of list.querySelectorAll("[data-text]")) {
      one.hidden = Boolean(text) && !(one.textContent + one.dataset.text).toLowerCase().includes(text);
    }
    mark(shown()[0]);
  }

  function insert(option) {
    if (!option || !target) return;
    const text = option.dataset.text;
    dialog.close();
    target.focus();
    target.setRangeText(text, start, end, "end");
    target.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function step(by) {
    const options = shown();
    const at = options.findIndex((one) => one.getAttribute("aria-selected") === "true");
    if (options.length) mark(options[Math.min(options.length - 1, Math.max(0, at + by))]);
  }

  function build() {
    dialog = document.createElement("dialog");
    dialog.className = "dk-dialog";
    dialog.setAttribute("aria-label", words.title);
    search = document.createElement("input");
    search.className = "govuk-input";
    search.type = "search";
    search.setAttribute("role", "combobox");
    search.setAttribute("aria-expanded", "true");
    search.setAttribute("aria-label", words.search);
    list = document.createElement("div");
    list.id = "dk-blocks";
    search.setAttribute("aria-controls", list.id);
    const close = document.createElement("button");
    close.type = "button";
    close.className = "govuk-button govuk-button--secondary";
    close.textContent = words.close;
    close.addEventListener("click", () => dialog.close());
    dialog.append(search, list, close);
    document.body.append(dialog);
    search.addEventListener("input", narrow);
    search.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      if (event.key === "ArrowDown") step(1);
      else if (event.key === "ArrowUp") step(-1);
      else if (event.key === "Enter") insert(shown().find((one) => one.getAttribute("aria-selected") === "true"));
      else return;
      event.preventDefault();
    });
    list.addEventListener("click", (event) => insert(event.target.closest("[data-text]")));
    dialog.addEventListener("close", () => target?.focus());
    dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  }

  async function open(field) {
    target = field;
    start = field.selectionStart;
    end = field.selectionEnd;
    if (!dialog) build();
    search.value = "";
    dialog.showModal();
    search.focus();
    const answer = await fetch(words.blocksUrl, { headers: { "X-Requested-With": "XMLHttpRequest" } });
    list.innerHTML = answer.ok && !answer.redirected ? await answer.text() : "";
    narrow();
  }

  function offer() {
    for (const field of fields()) {
      if (field.dataset.offered) continue;
      field.dataset.offered = "1";
      const button = document.createElement("button");
      button.type = "button";
      // Tab goes on to the next field, as fast typing needs; the keyboard's way to the list is Alt+B.
      button.tabIndex = -1;
      button.className = "dk-chip dk-insert";
      button.textContent = words.offer + " ";
      const key = document.createElement("kbd");
      key.textContent = "Alt+B";
      key.setAttribute("aria-hidden", "true");
      button.append(key);
      button.addEventListener("click", () => open(field));
      field.setAttribute("aria-keyshortcuts", "Alt+B");
      field.after(button);
    }
  }

  document.addEventListener("keydown", (event) => {
    if (!event.altKey || event.ctrlKey || event.metaKey || event.code !== "KeyB") return;
    const field = event.target.closest(wanted);
    if (!field) return;
    event.preventDefault();
    open(field);
  });
  document.addEventListener("htmx:afterSettle", offer);
  offer();
})();
