// Mentions in a note: typing @ offers the officers of the list below the field; Enter or a click puts the name in.
(function () {
  "use strict";
  const field = document.querySelector("textarea[name=note]");
  const boxes = [...document.querySelectorAll("input[type=checkbox][name=call]")];
  if (!field || !boxes.length) return;
  const people = boxes.map((box) => {
    const label = document.querySelector(`label[for="${box.id}"]`).textContent.trim();
    return { box, label, name: label.split(" · ")[0] };
  });
  const list = document.createElement("ul");
  list.id = "desk-mention";
  list.className = "desk-mention";
  list.setAttribute("role", "listbox");
  list.hidden = true;
  field.after(list);
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", list.id);
  let from = -1;

  const shown = () => [...list.children];

  function close() {
    list.hidden = true;
    list.replaceChildren();
    field.removeAttribute("aria-activedescendant");
  }

  function mark(option) {
    for (const one of shown()) one.setAttribute("aria-selected", String(one === option));
    if (!option) return;
    field.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  function insert(person) {
    field.focus();
    field.setRangeText(`@${person.name} `, from, field.selectionStart, "end");
    person.box.checked = true;
    close();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function offer() {
    const before = field.value.slice(0, field.selectionStart);
    const call = /(?:^|[^A-Za-z0-9._%+-])[@＠]([^\s@＠]{0,20})$/.exec(before);
    if (!call) return close();
    from = before.length - call[1].length - 1;
    const text = call[1].toLowerCase();
    const found = people.filter((person) => person.label.toLowerCase().includes(text)).slice(0, 8);
    if (!found.length) return close();
    list.replaceChildren(...found.map((person, place) => {
      const option = document.createElement("li");
      option.id = `desk-mention-${place}`;
      option.setAttribute("role", "option");
      option.textContent = person.label;
      option.addEventListener("mousedown", (event) => { event.preventDefault(); insert(person); });
      option.person = person;
      return option;
    }));
    list.hidden = false;
    mark(list.firstElementChild);
  }

  field.addEventListener("input", (event) => { if (!event.isComposing) offer(); });
  field.addEventListener("compositionend", offer);
  field.addEventListener("blur", close);
  field.addEventListener("keydown", (event) => {
    if (list.hidden || event.isComposing || event.ctrlKey || event.altKey) return;
    const options = shown();
    const at = options.findIndex((one) => one.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown") mark(options[Math.min(options.length - 1, at + 1)]);
    else if (event.key === "ArrowUp") mark(options[Math.max(0, at - 1)]);
    else if (event.key === "Enter" || event.key === "Tab") insert(options[at].person);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
})();
