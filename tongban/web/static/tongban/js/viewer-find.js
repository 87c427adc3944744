// Finding words in what the viewer shows. Blanks and line ends do not count: in Chinese they come from the layout.

// Text without blanks, in one case and width, and for each character kept the run and place it came from.
export function flatten(runs) {
  const kept = [];
  const from = [];
  runs.forEach((run, index) => {
    for (let at = 0; at < run.text.length; at += 1) {
      for (const one of plain(run.text[at])) {
        kept.push(one);
        from.push([index, at]);
      }
    }
  });
  return { text: kept.join(""), from };
}

const plain = (text) => text.normalize("NFKC").toLowerCase().replace(/\s+/gu, "");

// Every place of `wanted` on a page: for each the parts of runs that it covers.
export function places(flat, wanted) {
  const sought = plain(wanted);
  const found = [];
  if (!sought) return found;
  for (let at = flat.text.indexOf(sought); at >= 0; at = flat.text.indexOf(sought, at + sought.length)) {
    const parts = new Map();
    for (const [run, place] of flat.from.slice(at, at + sought.length)) {
      const part = parts.get(run) || [place, place + 1];
      parts.set(run, [Math.min(part[0], place), Math.max(part[1], place + 1)]);
    }
    found.push([...parts].map(([run, [from, to]]) => ({ run, from, to })));
  }
  return found;
}

export class Find {
  constructor(viewer, corners) {
    this.viewer = viewer;
    this.corners = corners;
    this.panel = viewer.root.querySelector("[data-vw-find]");
    this.field = this.panel.querySelector("input");
    this.told = this.panel.querySelector("[data-vw-found]");
    this.hits = [];
    this.at = -1;
    this.asked = 0;
    this.field.addEventListener("input", () => {
      clearTimeout(this.later);
      this.later = setTimeout(() => this.search(), 200);
    });
    this.panel.addEventListener("keydown", (event) => this.key(event));
    this.panel.querySelector("[data-vw-hit='-1']").addEventListener("click", () => this.step(-1));
    this.panel.querySelector("[data-vw-hit='1']").addEventListener("click", () => this.step(1));
    this.panel.querySelector("[data-vw-leave]").addEventListener("click", () => this.leave());
  }

  open() {
    this.panel.hidden = false;
    this.field.focus();
    this.field.select();
  }

  leave() {
    this.asked += 1;
    this.hits = [];
    this.at = -1;
    this.panel.hidden = true;
    this.field.value = "";
    this.told.textContent = "";
    this.viewer.mark();
    this.viewer.stage.focus();
  }

  key(event) {
    if (event.isComposing) return;
    if (event.key === "Escape") this.leave();
    else if (event.key === "Enter" && event.target === this.field) this.enter(event.shiftKey ? -1 : 1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  async enter(by) {
    clearTimeout(this.later);
    if (this.field.value === this.sought) this.step(by);
    else await this.search();
  }

  // Page by page, so that the first hits show while the rest is read; typing on ends the search before.
  async search() {
    const wanted = (this.sought = this.field.value);
    const mine = (this.asked += 1);
    this.hits = [];
    this.at = -1;
    let letters = 0;
    const { source, number } = this.viewer;
    for (let page = 1; wanted.trim() && page <= source.pages; page += 1) {
      const runs = await source.runs(page);
      if (mine !== this.asked) return;
      const flat = flatten(runs);
      letters += flat.text.length;
      for (const parts of places(flat, wanted)) {
        this.hits.push({ page, boxes: parts.map(({ run, from, to }) => this.corners(runs[run], from, to)) });
      }
      if (this.at < 0 && page >= number && this.hits.some((hit) => hit.page >= number)) {
        this.go(this.hits.findIndex((hit) => hit.page >= number));
      }
      this.tell();
    }
    if (this.at < 0 && this.hits.length) this.go(0);
    this.tell(wanted.trim() ? letters : undefined);
    this.viewer.mark();
  }

  tell(letters) {
    const { textNoText, textNoHit } = this.viewer.data;
    if (this.hits.length) this.told.textContent = `${this.at + 1} / ${this.hits.length}`;
    else if (letters === undefined) this.told.textContent = "";
    else this.told.textContent = letters ? textNoHit : textNoText;
  }

  step(by) {
    if (!this.hits.length) return;
    this.go((this.at + by + this.hits.length) % this.hits.length);
    this.tell();
  }

  async go(at) {
    this.at = at;
    await this.viewer.show(this.hits[at].page, true);
    this.viewer.mark();
    const mark = this.viewer.marks.querySelector(".is-hit");
    mark?.scrollIntoView({ block: "center", inline: "nearest" });
  }

  // The places on the page shown, for the viewer to draw.
  on(page) {
    return this.hits.flatMap((hit, index) =>
      hit.page === page ? hit.boxes.map((points) => ({ points, css: index === this.at ? "vw-hit is-hit" : "vw-hit" })) : [],
    );
  }
}
