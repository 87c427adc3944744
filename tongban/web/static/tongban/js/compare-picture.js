// Where two pictures of a page differ: both are drawn small and grey, moved over one another as well as they fit, and
// compared square by square. Answers the areas on each of them, in thousandths of the page, or null where nearly
// everything differs.
const WIDTH = 480;
const SQUARE = 12;
const SHIFT = 6; // how far one is moved, in points of the small picture: a sheet lies differently on each scan
const DARKER = 28; // mean difference of a square that counts, of 255
const MOST = 0.4; // share of squares beyond which outlines say nothing

async function grey(source, page) {
  const canvas = document.createElement("canvas");
  await source.paint(canvas, page, WIDTH, 0, 1);
  const { width, height } = canvas;
  const data = canvas.getContext("2d").getImageData(0, 0, width, height).data;
  const out = new Float32Array(width * height);
  for (let at = 0; at < out.length; at += 1) {
    const clear = 1 - data[at * 4 + 3] / 255;
    out[at] = data[at * 4] * 0.3 + data[at * 4 + 1] * 0.59 + data[at * 4 + 2] * 0.11 + clear * 255;
  }
  canvas.width = canvas.height = 0;
  return { width, height, out };
}

export async function areas(first, second, page) {
  const [a, b] = [await grey(first, page), await grey(second, page)];
  const size = { width: Math.min(a.width, b.width), height: Math.min(a.height, b.height) };
  if (Math.max(a.height, b.height) > size.height * 1.1) return null;
  const [dx, dy] = fitting(a, b, size);
  const across = Math.floor(size.width / SQUARE);
  const down = Math.floor(size.height / SQUARE);
  const differs = new Uint8Array(across * down);
  let many = 0;
  for (let row = 0; row < down; row += 1) {
    for (let column = 0; column < across; column += 1) {
      if (nearest(a, b, column * SQUARE, row * SQUARE, dx, dy) < DARKER) continue;
      differs[row * across + column] = 1;
      many += 1;
    }
  }
  if (many > across * down * MOST) return null;
  const boxes = grouped(differs, across, down);
  const on = (sheet, x, y) => boxes.map((box) => box.map((at, index) => (index % 2 ? (at * SQUARE + y) / sheet.height : (at * SQUARE + x) / sheet.width) * 1000));
  return { a: on(a, 0, 0), b: on(b, dx, dy) };
}

function fitting(a, b, size) {
  let best = [0, 0];
  let least = Infinity;
  for (let dy = -SHIFT; dy <= SHIFT; dy += 1) {
    for (let dx = -SHIFT; dx <= SHIFT; dx += 1) {
      let sum = 0;
      for (let y = SHIFT; y < size.height - SHIFT; y += 2) {
        for (let x = SHIFT; x < size.width - SHIFT; x += 3) {
          sum += Math.abs(a.out[y * a.width + x] - b.out[(y + dy) * b.width + x + dx]);
        }
      }
      if (sum + Math.abs(dx) + Math.abs(dy) < least) [least, best] = [sum + Math.abs(dx) + Math.abs(dy), [dx, dy]];
    }
  }
  return best;
}

// The least difference of a square when it is moved by one point more or less: paper and lens are never quite flat.
function nearest(a, b, left, top, dx, dy) {
  let least = Infinity;
  for (let y = dy - 1; y <= dy + 1 && least >= DARKER; y += 1) {
    for (let x = dx - 1; x <= dx + 1 && least >= DARKER; x += 1) least = Math.min(least, distance(a, b, left, top, x, y));
  }
  return least;
}

function distance(a, b, left, top, dx, dy) {
  let sum = 0;
  for (let y = top; y < top + SQUARE; y += 1) {
    for (let x = left; x < left + SQUARE; x += 1) {
      const [bx, by] = [Math.min(b.width - 1, Math.max(0, x + dx)), Math.min(b.height - 1, Math.max(0, y + dy))];
      sum += Math.abs(a.out[y * a.width + x] - b.out[by * b.width + bx]);
    }
  }
  return sum / (SQUARE * SQUARE);
}

// Squares that touch, or lie one apart, make one area: [left, top, right, bottom] in squares.
function grouped(differs, across, down) {
  const boxes = [];
  for (let start = 0; start < differs.length; start += 1) {
    if (!differs[start]) continue;
    const box = [across, down, 0, 0];
    const open = [start];
    differs[start] = 0;
    while (open.length) {
      const at = open.pop();
      const [x, y] = [at % across, Math.floor(at / across)];
      [box[0], box[1]] = [Math.min(box[0], x), Math.min(box[1], y)];
      [box[2], box[3]] = [Math.max(box[2], x + 1), Math.max(box[3], y + 1)];
      for (let ny = Math.max(0, y - 2); ny <= Math.min(down - 1, y + 2); ny += 1) {
        for (let nx = Math.max(0, x - 2); nx <= Math.min(across - 1, x + 2); nx += 1) {
          if (!differs[ny * across + nx]) continue;
          differs[ny * across + nx] = 0;
          open.push(ny * across + nx);
        }
      }
    }
    boxes.push(box);
  }
  return boxes;
}
