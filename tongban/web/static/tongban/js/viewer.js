// The viewer of materials: PDF and pictures, page by page, zoomed and turned, with numbered pins and a way to point
// at a place by mouse or keyboard. A place is in thousandths of the upright page's width and height.
const STEP = 20;
const FINE = 4;

class Viewer {
  constructor(root) {
    this.root = root;
    this.data = root.dataset;
    this.stage = root.querySelector("[data-vw-stage]");
    this.page = root.querySelector("[data-vw-page]");
    this.canvas = root.querySelector("canvas");
    this.pins = root.querySelector("[data-vw-pins]");
    this.marks = root.querySelector("[data-vw-marks]");
    this.count = root.querySelector("[data-vw-count]");
    this.field = root.querySelector("[data-vw-number]");
    this.total = root.querySelector("[data-vw-total]");
    this.note = root.querySelector("[data-vw-note]");
    this.list = JSON.parse(this.data.pins || "[]");
    this.number = Number(this.data.page) || 1;
    this.zoom = 1;
    this.turn = 0;
    this.placing = null;
    this.drawing = Promise.resolve();
  }

  async open() {
    this.root.querySelector("[data-vw-fallback]")?.setAttribute("hidden", "");
    this.page.hidden = false;
    const parts = ["jsSource", "jsFind", "jsStrip"].map((name) => import(this.data[name]));
    const [sources, { Find }, { Strip }] = await Promise.all(parts);
    this.source = await sources.sourceOf(this.data);
    this.number = Math.min(this.number, this.source.pages);
    this.find = new Find(this, sources.corners);
    this.strip = new Strip(this);
    this.bind();
    await this.draw();
    this.root.dispatchEvent(new CustomEvent("tb:viewing", { bubbles: true, detail: this }));
  }

  bind() {
    const deeds = {
      previous: () => this.show(this.number - 1),
      next: () => this.show(this.number + 1),
      out: () => this.scale(1 / 1.25),
      in: () => this.scale(1.25),
      fit: () => this.fit(),
      turn: () => this.rotate(),
      annotate: () => this.place(),
      find: () => this.find.open(),
      strip: (event) => event.currentTarget.setAttribute("aria-pressed", String(this.strip.toggle())),
    };
    for (const button of this.root.querySelectorAll("[data-vw]")) {
      button.addEventListener("click", deeds[button.dataset.vw]);
    }
    this.deeds = { "+": deeds.in, "=": deeds.in, "-": deeds.out, r: deeds.turn, a: deeds.annotate };
    this.page.addEventListener("click", (event) => this.point(event));
    this.stage.addEventListener("keydown", (event) => this.steer(event));
    this.stage.addEventListener("scroll", () => this.moved());
    this.root.addEventListener("keydown", (event) => this.key(event));
    this.root.addEventListener("focusin", () => { Viewer.last = this; });
    this.field.addEventListener("input", () => { this.typing = true; });
    this.field.addEventListener("change", () => this.ask());
    new ResizeObserver(() => this.draw()).observe(this.stage);
  }

  // Go to a page; `quiet` leaves a page that is shown already as it is scrolled.
  async show(number, quiet) {
    if (number < 1 || number > this.source.pages || (quiet && number === this.number)) return;
    this.number = number;
    this.stage.scrollTo(0, 0);
    await this.draw();
  }

  // The number typed into the field; what is no page goes back to the page shown, and the range is said.
  ask() {
    const number = Number(this.field.value.trim());
    this.typing = false;
    const fits = Number.isInteger(number) && number >= 1 && number <= this.source.pages;
    if (this.note) this.note.textContent = fits ? "" : (this.data.textRange || "").replace("%s", this.source.pages);
    if (fits) this.show(number);
    else this.field.value = this.number;
  }

  key(event) {
    if (event.isComposing || event.altKey) return;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "f") {
      this.find.open();
    } else if (event.target === this.field && event.key === "Enter") {
      this.ask();
    } else if (!event.target.closest("input") && !this.placing && !event.ctrlKey && !event.metaKey) {
      const pages = { PageUp: this.number - 1, PageDown: this.number + 1, Home: 1, End: this.source.pages };
      if (!(event.key in pages)) return;
      this.show(pages[event.key]);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  // Tells whoever moves something along with this viewer, unless it is being moved along itself.
  moved() {
    if (!this.led) this.root.dispatchEvent(new CustomEvent("tb:moved", { bubbles: true, detail: this }));
  }

  // Take over page, zoom, turn and place of another viewer.
  async follow(other) {
    this.led = true;
    const number = Math.min(other.number, this.source.pages);
    const same = number === this.number && other.zoom === this.zoom && other.turn === this.turn;
    Object.assign(this, { number, zoom: other.zoom, turn: other.turn });
    if (!same) await this.draw();
    const share = (from, size, room) => from / Math.max(1, size - room);
    const down = share(other.stage.scrollTop, other.stage.scrollHeight, other.stage.clientHeight);
    const across = share(other.stage.scrollLeft, other.stage.scrollWidth, other.stage.clientWidth);
    this.stage.scrollTop = down * (this.stage.scrollHeight - this.stage.clientHeight);
    this.stage.scrollLeft = across * (this.stage.scrollWidth - this.stage.clientWidth);
    clearTimeout(this.freed);
    this.freed = setTimeout(() => { this.led = false; }, 120); // the scrolling just made reports itself later
  }

  scale(factor) {
    this.zoom = Math.min(6, Math.max(0.25, this.zoom * factor));
    this.draw();
  }

  fit() {
    this.zoom = 1;
    this.draw();
  }

  rotate() {
    this.turn = (this.turn + 90) % 360;
    this.draw();
  }

  draw() {
    this.drawing = this.drawing.then(() => this.paint());
    return this.drawing;
  }

  async paint() {
    const style = getComputedStyle(this.stage);
    const room = this.stage.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    if (room <= 0) return;
    const size = await this.source.paint(this.canvas, this.number, room * this.zoom, this.turn);
    this.size = size;
    this.canvas.setAttribute("aria-label", `${this.data.name || ""} ${this.number}/${this.source.pages}`);
    if (this.count) this.count.textContent = `${this.number} / ${this.source.pages}`;
    this.total.textContent = `/ ${this.source.pages}`;
    if (!this.typing) this.field.value = this.number; // a page drawn meanwhile leaves what is being typed
    this.root.querySelector("[data-vw='previous']").disabled = this.number <= 1;
    this.root.querySelector("[data-vw='next']").disabled = this.number >= this.source.pages;
    this.mark();
    this.strip.follow();
    this.moved();
  }

  // Thousandths of the upright page → pixels of the page as it is shown, and back.
  shown(x, y) {
    const turned = { 0: [x, y], 90: [1000 - y, x], 180: [1000 - x, 1000 - y], 270: [y, 1000 - x] }[this.turn];
    return [(turned[0] * this.size.width) / 1000, (turned[1] * this.size.height) / 1000];
  }

  upright(left, top) {
    const x = Math.round((left / this.size.width) * 1000);
    const y = Math.round((top / this.size.height) * 1000);
    const back = { 0: [x, y], 90: [y, 1000 - x], 180: [1000 - x, 1000 - y], 270: [1000 - y, x] }[this.turn];
    return back.map((value) => Math.min(1000, Math.max(0, value)));
  }

  // What stands on the page: hits of the search, marks from outside (`extra`), pins, the place being chosen.
  mark() {
    if (!this.size) return;
    this.marks.replaceChildren();
    this.marks.setAttribute("viewBox", `0 0 ${this.size.width} ${this.size.height}`);
    for (const { points, css } of [...(this.extra?.(this.number) || []), ...this.find.on(this.number)]) {
      const shown = points.map(([x, y]) => this.shown(x, y).join(",")).join(" ");
      this.marks.append(svg("polygon", { class: css, points: shown }));
    }
    this.pins.replaceChildren();
    this.pins.setAttribute("viewBox", `0 0 ${this.size.width} ${this.size.height}`);
    for (const pin of this.list.filter((one) => Number(one.page) === this.number)) this.pin(pin.x, pin.y, pin.n);
    if (this.chosen && this.chosen.page === this.number) this.pin(this.chosen.x, this.chosen.y, "+", "is-new");
    if (this.placing) {
      const [left, top] = this.shown(this.placing.x, this.placing.y);
      this.pins.append(
        svg("line", { class: "vw-cross", x1: 0, x2: this.size.width, y1: top, y2: top }),
        svg("line", { class: "vw-cross", x1: left, x2: left, y1: 0, y2: this.size.height }),
      );
    }
  }

  pin(x, y, label, css) {
    const [left, top] = this.shown(Number(x), Number(y));
    const group = css ? svg("g", { class: css }) : svg("a", { href: `#point-${label}`, "aria-label": `${label}` });
    const text = svg("text", { x: left, y: top });
    text.textContent = label;
    group.append(svg("circle", { cx: left, cy: top, r: 12 }), text);
    this.pins.append(group);
  }

  place() {
    if (this.placing) {
      this.stop();
      return;
    }
    this.placing = { x: 500, y: 500 };
    this.root.classList.add("is-placing");
    this.root.querySelector("[data-vw='annotate']")?.setAttribute("aria-pressed", "true");
    if (this.note) this.note.textContent = this.data.textPlacing || "";
    this.stage.focus();
    this.mark();
  }

  stop() {
    this.placing = null;
    this.root.classList.remove("is-placing");
    this.root.querySelector("[data-vw='annotate']")?.setAttribute("aria-pressed", "false");
    if (this.note) this.note.textContent = "";
    this.mark();
  }

  point(event) {
    if (!this.placing) return;
    event.preventDefault();
    const box = this.canvas.getBoundingClientRect();
    const [x, y] = this.upright(event.clientX - box.left, event.clientY - box.top);
    this.choose(x, y);
  }

  steer(event) {
    if (!this.placing) return;
    const step = event.shiftKey ? FINE : STEP;
    const by = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] }[event.key];
    if (by) {
      const [left, top] = this.shown(this.placing.x, this.placing.y);
      const [x, y] = this.upright(left + (by[0] * this.size.width) / 1000, top + (by[1] * this.size.height) / 1000);
      this.placing = { x, y };
      this.mark();
    } else if (event.key === "Enter") {
      this.choose(this.placing.x, this.placing.y);
    } else if (event.key === "Escape") {
      this.stop();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  choose(x, y) {
    this.chosen = { page: this.number, x, y };
    this.stop();
    const form = document.getElementById(this.data.form);
    if (!form) return;
    for (const [name, value] of Object.entries({ ...this.chosen, file_id: this.data.file })) {
      const field = form.elements.namedItem(name);
      if (field && value !== undefined) field.value = value;
    }
    const panel = form.closest("details");
    if (panel) panel.open = true;
    form.dispatchEvent(new CustomEvent("tb:placed", { bubbles: true, detail: this.chosen }));
    form.querySelector("textarea, input:not([type='hidden'])")?.focus();
    window.tongban?.say(this.data.textPlaced);
  }
}

function svg(name, attributes) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

const viewers = new WeakMap();

function start(root) {
  for (const element of root.querySelectorAll("[data-viewer]")) {
    if (viewers.has(element)) continue;
    const viewer = new Viewer(element);
    viewers.set(element, viewer);
    viewer.open().catch(() => {
      element.querySelector("[data-vw-fallback]")?.removeAttribute("hidden");
      viewer.page.hidden = true;
      if (viewer.note) viewer.note.textContent = element.dataset.textFailed || "";
    });
  }
}

start(document);
document.addEventListener("htmx:load", (event) => start(event.detail.elt.parentElement || event.detail.elt));
document.addEventListener("tb:key", (event) => {
  const used = Viewer.last && document.contains(Viewer.last.root) ? Viewer.last : null;
  const deed = (used || viewers.get(document.querySelector("[data-viewer]")))?.deeds?.[event.detail];
  if (!deed) return;
  event.preventDefault();
  deed();
});
