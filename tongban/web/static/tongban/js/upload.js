// Uploads: drop many files, see each one's progress, cancel it, try it again. Without this the form sends as usual.
(function () {
  "use strict";

  class Sending {
    constructor(form, file) {
      this.form = form;
      this.file = file;
      this.words = form.dataset;
      this.row = document.createElement("li");
      this.row.innerHTML =
        '<span class="th" aria-hidden="true"></span><div><b></b><p></p><progress max="100" value="0"></progress></div>' +
        '<div class="tb-row"><button type="button" class="tb-link"></button></div>';
      this.row.querySelector(".th").textContent = (file.name.split(".").pop() || "").slice(0, 4).toUpperCase();
      this.row.querySelector("b").textContent = file.name;
      this.line = this.row.querySelector("p");
      this.bar = this.row.querySelector("progress");
      this.bar.setAttribute("aria-label", file.name);
      this.button = this.row.querySelector("button");
      form.querySelector("[data-upload-list]").append(this.row);
    }

    tell(text, failed) {
      this.line.textContent = text;
      this.row.classList.toggle("is-failed", Boolean(failed));
    }

    act(text, deed) {
      this.button.textContent = text;
      this.button.setAttribute("aria-label", `${text} ${this.file.name}`);
      this.button.onclick = deed;
    }

    start() {
      const most = Number(this.words.uploadMax) * 1024 * 1024;
      if (most && this.file.size > most) {
        this.bar.hidden = true;
        this.tell(`${this.words.textBig} (${this.words.uploadMax}MB)`, true);
        this.act(this.words.textCancel, () => this.row.remove());
        return Promise.resolve();
      }
      return new Promise((done) => this.send(done));
    }

    send(done) {
      const data = new FormData();
      for (const field of this.form.querySelectorAll("input[type='hidden'], select")) data.append(field.name, field.value);
      data.append(this.form.querySelector("input[type='file']").name, this.file, this.file.name);
      const request = new XMLHttpRequest();
      request.open("POST", this.form.action);
      request.setRequestHeader("X-Requested-With", "XMLHttpRequest");
      request.setRequestHeader("HX-Request", "true");
      this.bar.hidden = false;
      this.tell(`${this.words.textSending} 0%`);
      this.act(this.words.textCancel, () => request.abort());
      request.upload.onprogress = (event) => {
        if (!event.lengthComputable) return;
        const percent = Math.round((100 * event.loaded) / event.total);
        this.bar.value = percent;
        this.tell(percent < 100 ? `${this.words.textSending} ${percent}%` : this.words.textWorking);
      };
      request.onload = () => {
        this.finish(request);
        done();
      };
      request.onerror = () => {
        this.fail(this.words.textFailed);
        done();
      };
      request.onabort = () => {
        this.fail(this.words.textCancelled);
        done();
      };
      request.send(data);
    }

    finish(request) {
      if (request.status >= 200 && request.status < 300) {
        const page = new DOMParser().parseFromString(request.responseText, "text/html");
        if (page.querySelector("input[type='password']")) {
          this.fail(this.words.textSignin);
          return;
        }
        this.row.remove();
        window.tongban?.say(`${this.file.name} ${this.words.textDone}`);
        const target = document.getElementById(this.words.uploadTarget);
        if (!target) return;
        target.innerHTML = request.responseText;
        window.htmx?.process(target);
        this.mended();
        document.dispatchEvent(new CustomEvent("tb:uploaded", { detail: target }));
        return;
      }
      if (request.status === 401 || request.status === 403) {
        this.fail(this.words.textSignin);
        return;
      }
      this.fail(reason(request) || this.words.textFailed);
      if (request.status === 422) this.act(this.words.textOther, () => this.replace());
    }

    // The same file would be refused again: choose another one in its place.
    replace() {
      this.row.remove();
      this.form.querySelector("input[type='file']").click();
    }

    // A file has arrived: what the place said was missing, and its line in the summary on top, are no longer true.
    mended() {
      const place = this.form.closest("[data-place]");
      if (!place) return;
      place.querySelectorAll(":scope > .govuk-error-message").forEach((text) => text.remove());
      document.querySelector(`.govuk-error-summary a[href='#${place.id}']`)?.closest("li").remove();
      const summary = document.querySelector(".govuk-error-summary");
      if (summary && !summary.querySelector("li")) summary.remove();
    }

    fail(text) {
      this.bar.hidden = true;
      this.tell(text, true);
      this.act(this.words.textRetry, () => this.send(() => {}));
    }
  }

  // The server's refusal in words: plain text, or the note of the shared error fragment.
  function reason(request) {
    const type = request.getResponseHeader("Content-Type") || "";
    if (type.startsWith("text/plain")) return request.responseText.trim();
    if (!type.startsWith("text/html")) return "";
    const page = new DOMParser().parseFromString(request.responseText, "text/html");
    const note = page.querySelector(".tb-trouble, .govuk-error-message, [role='alert']");
    return note ? note.textContent.replace(/\s+/g, " ").trim() : "";
  }

  async function send(form, files) {
    const rows = [...files].map((file) => new Sending(form, file));
    for (const row of rows) await row.start();
    form.querySelector("input[type='file']").value = "";
  }

  function enhance(form) {
    if (form.classList.contains("is-enhanced")) return;
    form.classList.add("is-enhanced");
    const input = form.querySelector("input[type='file']");
    const place = form.querySelector("[data-upload-drop]");
    form.querySelector("[data-upload-submit]").hidden = true;
    input.addEventListener("change", () => send(form, [...input.files]));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      send(form, [...input.files]);
    });
    for (const name of ["dragenter", "dragover"]) {
      place.addEventListener(name, (event) => {
        event.preventDefault();
        place.classList.add("is-over");
      });
    }
    for (const name of ["dragleave", "drop"]) place.addEventListener(name, () => place.classList.remove("is-over"));
    place.addEventListener("drop", (event) => {
      event.preventDefault();
      const files = [...event.dataTransfer.files];
      send(form, input.multiple ? files : files.slice(0, 1));
    });
  }

  const all = (root) => root.querySelectorAll("form[data-upload]").forEach(enhance);
  all(document);
  document.addEventListener("htmx:load", (event) => all(event.detail.elt));
})();
