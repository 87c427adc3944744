// The strip of small pages: only those in sight are drawn, and what leaves the sight gives its memory back.
const WIDTH = 96;

export class Strip {
  constructor(viewer) {
    this.viewer = viewer;
    this.list = viewer.root.querySelector("[data-vw-strip]");
    this.drawing = Promise.resolve();
    this.seen = new Set();
  }

  toggle() {
    this.list.hidden = !this.list.hidden;
    if (!this.list.childElementCount) this.fill();
    if (!this.list.hidden) this.follow();
    return !this.list.hidden;
  }

  fill() {
    this.watch = new IntersectionObserver((entries) => entries.forEach((entry) => this.sight(entry)), {
      root: this.list,
      rootMargin: "120px",
    });
    for (let number = 1; number <= this.viewer.source.pages; number += 1) {
      const button = document.createElement("button");
      button.type = "button";
      button.dataset.number = number;
      button.className = "vw-thumb";
      button.setAttribute("aria-label", (this.viewer.data.textPage || "%s").replace("%s", number));
      const canvas = document.createElement("canvas");
      canvas.width = canvas.height = 0;
      const label = document.createElement("span");
      label.textContent = number;
      button.append(canvas, label);
      button.addEventListener("click", () => this.viewer.show(number));
      const row = document.createElement("li");
      row.append(button);
      this.list.append(row);
      this.watch.observe(button);
    }
  }

  sight(entry) {
    const button = entry.target;
    if (entry.isIntersecting) {
      this.seen.add(button);
      this.drawing = this.drawing.then(() => this.paint(button));
      return;
    }
    this.seen.delete(button);
    const canvas = button.querySelector("canvas");
    canvas.width = canvas.height = 0;
  }

  async paint(button) {
    const canvas = button.querySelector("canvas");
    if (!this.seen.has(button) || canvas.width) return;
    await this.viewer.source.paint(canvas, Number(button.dataset.number), WIDTH, 0, 1);
    if (!this.seen.has(button)) canvas.width = canvas.height = 0;
  }

  // The page shown is marked and brought into sight inside the strip, without moving the window.
  follow() {
    if (this.list.hidden) return;
    for (const button of this.list.querySelectorAll("button")) {
      if (Number(button.dataset.number) !== this.viewer.number) {
        button.removeAttribute("aria-current");
        continue;
      }
      button.setAttribute("aria-current", "page");
      const [top, bottom] = [button.offsetTop, button.offsetTop + button.offsetHeight];
      if (top < this.list.scrollTop || bottom > this.list.scrollTop + this.list.clientHeight) {
        this.list.scrollTop = top - this.list.clientHeight / 3;
      }
      const [left, right] = [button.offsetLeft, button.offsetLeft + button.offsetWidth];
      if (left < this.list.scrollLeft || right > this.list.scrollLeft + this.list.clientWidth) {
        this.list.scrollLeft = left - this.list.clientWidth / 3;
      }
    }
  }
}
