// What the viewer draws from: a PDF or a picture. Each source has `pages`, `paint(canvas, number, width, turn)` and
// `runs(number)`: the pieces of text on a page with their places in thousandths of the upright page.

export async function sourceOf(data) {
  return data.mime === "application/pdf" ? pdfSource(data) : imageSource(data.src);
}

async function pdfSource(data) {
  const pdfjs = await import(data.pdfjs);
  pdfjs.GlobalWorkerOptions.workerSrc = data.worker;
  const folder = data.assets;
  const loaded = await pdfjs.getDocument({
    url: data.src,
    cMapUrl: `${folder}cmaps/`,
    cMapPacked: true,
    standardFontDataUrl: `${folder}standard_fonts/`,
    wasmUrl: `${folder}wasm/`,
    isEvalSupported: false,
    enableXfa: false,
  }).promise;
  const read = new Map();
  return {
    kind: "pdf",
    pages: loaded.numPages,
    async paint(canvas, number, width, turn, most = 2) {
      const page = await loaded.getPage(number);
      const rotation = (page.rotate + turn) % 360;
      const plain = page.getViewport({ scale: 1, rotation });
      const view = page.getViewport({ scale: width / plain.width, rotation });
      const sharp = Math.min(most, window.devicePixelRatio || 1);
      sizeCanvas(canvas, view.width, view.height, sharp);
      await page.render({
        canvasContext: canvas.getContext("2d"),
        viewport: view,
        transform: sharp === 1 ? null : [sharp, 0, 0, sharp, 0, 0],
      }).promise;
      page.cleanup(); // what was decoded for a page is not kept: a scan of 40 pages would fill the memory
      return { width: view.width, height: view.height };
    },
    async runs(number) {
      if (!read.has(number)) read.set(number, await runsOf(await loaded.getPage(number)));
      return read.get(number);
    },
  };
}

async function runsOf(page) {
  const view = page.getViewport({ scale: 1 });
  const text = await page.getTextContent();
  return text.items.filter((item) => item.str && item.width).map((item) => {
    const [a, b, c, d, left, base] = item.transform;
    const long = Math.hypot(a, b) || 1;
    const high = Math.hypot(c, d) || 1;
    const along = [(a / long) * item.width, (b / long) * item.width];
    const up = [(c / high) * (item.height || high), (d / high) * (item.height || high)];
    const at = (part, share) => {
      const [x, y] = view.convertToViewportPoint(left + along[0] * part + up[0] * share, base + along[1] * part + up[1] * share);
      return [(x / view.width) * 1000, (y / view.height) * 1000];
    };
    return { text: item.str, box: (from, to) => [at(from, -0.2), at(to, -0.2), at(to, 0.9), at(from, 0.9)] };
  });
}

const pen = document.createElement("canvas").getContext("2d");

// Where characters `from` to `to` of a run stand. The file tells the width of the whole run only; it is shared out
// among the characters as an ordinary sans-serif font would.
export function corners(run, from, to) {
  pen.font = "100px sans-serif";
  const wide = (text) => pen.measureText(text).width;
  const all = wide(run.text) || 1;
  return run.box(wide(run.text.slice(0, from)) / all, wide(run.text.slice(0, to)) / all);
}

async function imageSource(address) {
  const image = new Image();
  image.src = address;
  await image.decode();
  return {
    kind: "picture",
    pages: 1,
    async runs() {
      return [];
    },
    async paint(canvas, number, width, turn, most = 2) {
      const lying = turn % 180 !== 0;
      const across = lying ? image.naturalHeight : image.naturalWidth;
      const down = lying ? image.naturalWidth : image.naturalHeight;
      const scale = width / across;
      const sharp = Math.min(most, window.devicePixelRatio || 1);
      sizeCanvas(canvas, width, down * scale, sharp);
      const pen = canvas.getContext("2d");
      pen.translate(canvas.width / 2, canvas.height / 2);
      pen.rotate((turn * Math.PI) / 180);
      const [w, h] = [image.naturalWidth * scale * sharp, image.naturalHeight * scale * sharp];
      pen.drawImage(image, -w / 2, -h / 2, w, h);
      return { width, height: down * scale };
    },
  };
}

// Sizes set through the object model are no inline style in the sense of the content policy.
function sizeCanvas(canvas, width, height, sharp) {
  canvas.width = Math.round(width * sharp);
  canvas.height = Math.round(height * sharp);
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
}
