// Forms with data-autosave are saved on leaving a field, after a pause in typing and every 20 seconds. What cannot be saved because the
// session is over waits in this tab and comes back into the form after sign-in: nothing typed is lost.
(function () {
  "use strict";
  const EVERY = 20_000;
  const PAUSE = 2_000; // milliseconds without typing after which is saved
  const PATIENCE = 3_000; // milliseconds that sending waits for saving
  const MOST_ALIVE = 60_000; // browsers send at most 64 KB for a page that is being left
  const PREFIX = "tongban-form:";
  const words = document.body.dataset;
  const here = () => PREFIX + location.pathname;
  const NEVER = new Set(["password", "file", "submit", "button", "hidden"]);

  function entries(form) {
    const kept = {};
    for (const field of form.elements) {
      if (!field.name || NEVER.has(field.type) || field.disabled) continue;
      const list = (kept[field.name] ??= []);
      if (field.type === "checkbox" || field.type === "radio") {
        if (field.checked) list.push(field.value);
      } else if (field.type === "select-multiple") {
        list.push(...[...field.selectedOptions].map((option) => option.value));
      } else {
        list.push(field.value);
      }
    }
    return kept;
  }

  function put(form, kept) {
    const left = structuredClone(kept);
    let changed = 0;
    for (const field of form.elements) {
      if (!(field.name in left) || NEVER.has(field.type)) continue;
      const values = left[field.name];
      if (field.type === "checkbox" || field.type === "radio") {
        const on = values.includes(field.value);
        if (on !== field.checked) changed += 1;
        field.checked = on;
      } else if (field.type === "select-multiple") {
        for (const option of field.options) option.selected = values.includes(option.value);
      } else {
        const value = values.shift() ?? "";
        if (value !== field.value) changed += 1;
        field.value = value;
      }
    }
    return changed;
  }

  function keepCopy(form, sent) {
    try {
      sessionStorage.setItem(here(), JSON.stringify({ sent, entries: entries(form) }));
    } catch {
      // Storage is full or forbidden: the server's copy is the one that counts.
    }
  }

  // A sent form that was answered with anything but the sign-in page has arrived.
  function forget() {
    if (document.querySelector("input[type='password']")) return;
    for (const key of Object.keys(sessionStorage)) {
      if (!key.startsWith(PREFIX) || key === here()) continue;
      if (JSON.parse(sessionStorage.getItem(key) || "{}").sent) sessionStorage.removeItem(key);
    }
  }

  function saver(form) {
    const line = document.querySelector("[data-saved-text]");
    let dirty = false;
    let running = null;
    let waiting = false;
    let torn = false;
    let soon = null;

    const tell = (text) => {
      if (line && text) line.textContent = text;
    };

    function save() {
      if (!dirty || running || form.dataset.sending) return;
      dirty = false;
      running = store().finally(() => { running = null; });
    }

    async function store() {
      const data = new FormData(form);
      for (const [name, value] of [...data]) if (value instanceof File) data.delete(name);
      const sent = fetch(form.dataset.autosave, {
        method: "POST",
        body: data,
        headers: { "X-Requested-With": "XMLHttpRequest" },
        credentials: "same-origin",
        redirect: "manual",
        keepalive: size(data) < MOST_ALIVE,
      });
      try {
        const answer = await sent;
        if (answer.ok) {
          const type = answer.headers.get("Content-Type") || "";
          const said = type.includes("json") ? await answer.json() : {};
          const at = said.saved_at;
          if (said.seen && form.elements._seen) form.elements._seen.value = said.seen;
          sessionStorage.removeItem(here());
          tell(words.textSaved?.replace("{time}", time(at)));
        } else if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) {
          keepCopy(form, false);
          tell(words.textSignedOut);
        } else if (answer.status === 409) {
          // Somebody else has written in the same place: the page shows both once the form is sent.
          torn = true;
          keepCopy(form, false);
          tell((await answer.json()).message || words.textUnsaved);
        } else {
          dirty = true;
          tell(words.textUnsaved);
        }
      } catch {
        dirty = true;
        keepCopy(form, false);
        tell(words.textUnsaved);
      }
    }

    form.addEventListener("input", () => {
      if (!dirty && line) line.textContent = "";
      dirty = true;
      clearTimeout(soon);
      soon = setTimeout(save, PAUSE);
    });
    form.addEventListener("change", () => {
      dirty = true;
      save();
    });
    form.addEventListener("focusout", save);
    // A form that is sent while it is being saved waits for the answer, which says what this window has stored.
    form.addEventListener("submit", (event) => {
      if (running) {
        event.preventDefault();
        if (waiting) return;
        waiting = true;
        const button = event.submitter;
        Promise.race([running, new Promise((go) => { setTimeout(go, PATIENCE); })]).then(() => {
          waiting = false;
          running = null;
          form.requestSubmit(button);
        });
        return;
      }
      torn = false;
      keepCopy(form, true);
    });
    window.addEventListener("beforeunload", (event) => {
      if (torn) event.preventDefault();
    });
    setInterval(save, EVERY);
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") save();
    });
    window.addEventListener("pagehide", save);

    const kept = sessionStorage.getItem(here());
    if (kept) {
      sessionStorage.removeItem(here());
      const answered = form.hasAttribute("data-answered") || form.querySelector(".govuk-form-group--error") || document.querySelector(".govuk-error-summary");
      if (!answered && put(form, JSON.parse(kept).entries)) {
        dirty = true;
        tell(words.textRestored);
        save();
      }
    }
  }

  const size = (data) => [...data].reduce((sum, [name, value]) => sum + name.length + 3 * String(value).length, 0);

  function time(iso) {
    const at = iso ? new Date(iso) : new Date();
    return at.toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", hour12: false, timeZone: "Asia/Shanghai" });
  }

  forget();
  for (const form of document.querySelectorAll("form[data-autosave]")) saver(form);
})();
