// Two viewers side by side: moved together where wished, and what differs between the two files marked and listed.
const box = document.querySelector("[data-cmp-changes]");
const together = document.querySelector("[data-cmp-together]");
const marks = document.querySelector("[data-cmp-marks]");
const said = box.querySelector("[data-cmp-said]");
const list = box.querySelector("[data-cmp-list]");
const panes = {};
let begun = false;
let words = null; // the result of comparing words: pieces with their marks
const outlined = new Map(); // page → the areas on each side, null where nearly all differs, or alone

said.textContent = box.dataset.textReading;

function filled(pattern, ...values) {
  return values.reduce((text, value) => text.replace("%s", value), pattern);
}

document.addEventListener("tb:viewing", (event) => {
  panes[event.target.closest("[data-cmp-pane]").dataset.cmpPane] = event.detail;
  if (!panes.a || !panes.b) return;
  for (const [key, viewer] of Object.entries(panes)) viewer.extra = (page) => marked(key, page);
  if (marks.checked) begin();
});

document.addEventListener("tb:moved", (event) => {
  if (!panes.a || !panes.b) return;
  const mover = event.detail;
  if (together.checked) (mover === panes.a ? panes.b : panes.a).follow(mover);
  if (marks.checked && begun && !words) outline(mover.number).catch(fail);
});

together.addEventListener("change", () => keep("together", together));
marks.addEventListener("change", () => {
  keep("marks", marks);
  box.hidden = !marks.checked;
  if (marks.checked) begin();
  redraw();
});

// What is ticked is in the address, which can be kept and sent on.
function keep(name, tick) {
  const address = new URL(location.href);
  for (const key of ["a", "b"]) address.searchParams.set(key, document.getElementById(`cmp-${key}`).value);
  if (tick.checked) address.searchParams.set(name, "1");
  else address.searchParams.delete(name);
  history.replaceState(null, "", address);
}

function begin() {
  if (begun || !panes.a || !panes.b) return;
  begun = true;
  compare().catch(fail);
}

function fail() {
  said.textContent = box.dataset.textFailed;
}

async function compare() {
  const { wordsOf, differing } = await import(box.dataset.jsDiff);
  const [left, right] = [await wordsOf(panes.a.source), await wordsOf(panes.b.source)];
  if (!left.length && !right.length) {
    await outline(panes.b.number);
    return;
  }
  words = [];
  if (!left.length || !right.length) {
    said.textContent = box.dataset.textMixed;
    return;
  }
  const pieces = differing(left.map((word) => word.text), right.map((word) => word.text));
  if (!pieces) {
    said.textContent = box.dataset.textMany;
    return;
  }
  const { corners } = await import(panes.a.data.jsSource);
  words = pieces.map(([a1, a2, b1, b2]) => ({ a: part(left, a1, a2, corners), b: part(right, b1, b2, corners) }));
  said.textContent = words.length ? filled(box.dataset.textChanged, words.length) : box.dataset.textSame;
  fill();
  redraw();
}

// A piece on one side: its words, its page, and the places to mark. An empty one has the page it would stand on.
function part(all, from, to, corners) {
  const mine = all.slice(from, to);
  const near = mine[0] || all[Math.min(from, all.length - 1)];
  const places = mine.map((word) => ({ page: word.page, points: corners(word.run, word.from, word.to) }));
  return { text: joined(mine), page: near.page, places };
}

function joined(mine) {
  const latin = (text) => /^[\p{Script=Latin}\p{N}]/u.test(text);
  return mine.reduce((text, word, at) => (at && latin(word.text) && latin(mine[at - 1].text) ? `${text} ${word.text}` : text + word.text), "");
}

function fill() {
  list.hidden = !words.length;
  for (const piece of words) {
    const button = document.createElement("button");
    button.type = "button";
    const where = piece.b.text ? piece.b : piece.a;
    button.append(`${filled(box.dataset.textPage, where.page)} `);
    if (piece.a.text) button.append(told("del", box.dataset.textGone, piece.a.text), " ");
    if (piece.b.text) button.append(told("ins", box.dataset.textNew, piece.b.text));
    button.addEventListener("click", () => look(piece, button));
    const row = document.createElement("li");
    row.append(button);
    list.append(row);
  }
}

function told(kind, label, text) {
  const span = document.createElement("span");
  const element = document.createElement(kind);
  element.textContent = text.length > 200 ? `${text.slice(0, 200)}…` : text;
  span.append(`${label} `, element);
  return span;
}

async function look(piece, button) {
  for (const other of list.querySelectorAll("[aria-current]")) other.removeAttribute("aria-current");
  button.setAttribute("aria-current", "true");
  for (const other of words) other.chosen = other === piece;
  for (const key of ["a", "b"]) {
    panes[key].led = true; // each goes to its own page; moving together would take one to the other's
    await panes[key].show(piece[key].page, true);
    panes[key].mark();
    panes[key].marks.querySelector(".is-one")?.scrollIntoView({ block: "nearest" });
  }
  setTimeout(() => Object.values(panes).forEach((viewer) => { viewer.led = false; }), 120);
}

async function outline(page) {
  if (outlined.has(page)) {
    tell(page);
    return;
  }
  outlined.set(page, undefined);
  if (page > panes.a.source.pages || page > panes.b.source.pages) {
    outlined.set(page, "alone");
  } else {
    const { areas } = await import(box.dataset.jsArea);
    outlined.set(page, await areas(panes.a.source, panes.b.source, page));
  }
  tell(page);
  redraw();
}

function tell(page) {
  const found = outlined.get(page);
  if (found === undefined) return;
  const texts = box.dataset;
  if (found === "alone") said.textContent = filled(texts.textAlone, page);
  else if (!found) said.textContent = filled(texts.textUnlike, page);
  else said.textContent = found.a.length ? filled(texts.textAreas, page, found.a.length) : filled(texts.textAlike, page);
}

function marked(key, page) {
  if (!marks.checked) return [];
  if (!words) {
    const found = outlined.get(page);
    if (!found?.a) return [];
    return found[key].map(([x1, y1, x2, y2]) => ({ css: "vw-area", points: [[x1, y1], [x2, y1], [x2, y2], [x1, y2]] }));
  }
  const css = key === "a" ? "vw-old" : "vw-new";
  return words.flatMap((piece) =>
    piece[key].places.filter((place) => place.page === page).map((place) => ({ points: place.points, css: piece.chosen ? `${css} is-one` : css })),
  );
}

function redraw() {
  for (const viewer of Object.values(panes)) viewer.mark();
}
