// Choosing rows of a list: all of the page with one box, a run of rows with Shift, and how many are chosen.
(function () {
  "use strict";
  const form = document.getElementById("rows");
  const all = form?.querySelector("[data-select-all]");
  if (!form || !all) return;
  const boxes = [...form.querySelectorAll("input[name='case']")];
  const told = form.querySelector("[data-selected]");
  let last = null;
  all.hidden = false;
  all.nextElementSibling?.remove();

  function tell() {
    const many = boxes.filter((box) => box.checked).length;
    all.checked = many === boxes.length;
    all.indeterminate = many > 0 && many < boxes.length;
    told.textContent = many ? told.dataset.some.replace("%s", many) : told.dataset.none;
    told.classList.toggle("is-some", many > 0);
  }

  all.addEventListener("click", () => {
    for (const box of boxes) box.checked = all.checked;
    tell();
    window.tongban?.say?.(told.textContent);
  });
  form.addEventListener("click", (event) => {
    const at = boxes.indexOf(event.target);
    if (at < 0) return;
    if (event.shiftKey && last !== null) {
      const [from, to] = [Math.min(at, last), Math.max(at, last)];
      for (const box of boxes.slice(from, to + 1)) box.checked = event.target.checked;
    }
    last = at;
    tell();
  });
  tell();
  window.addEventListener("pageshow", tell); // the browser restores ticks when one comes back
})();
