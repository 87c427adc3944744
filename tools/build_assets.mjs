// Puts third-party style sheets, scripts, the document viewer and the icon sprite into
// tongban/web/static/vendor/ (not committed). Run by `make assets`; reads node_modules only, never the network.
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const modules = join(root, "node_modules");
const out = join(root, "tongban/web/static/vendor");
const ICON_SIZE = 24;

await rm(out, { recursive: true, force: true });
await govuk();
await moj();
await htmx();
await pdfjs();
const icons = await sprite();
console.log(`vendor files written: govuk, moj, htmx, pdfjs, ${icons} icons`);

async function put(path, text) {
  const target = join(out, path);
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, text);
}

async function copy(from, to) {
  await cp(join(modules, from), join(out, to), { recursive: true, filter: (path) => !path.endsWith(".map") });
}

// The Transport typeface and the royal crest belong to the British government and are not ours to use.
function withoutForeignMarks(css) {
  const clean = css
    .replace(/@font-face\{font-family:"?GDS Transport"?;[^}]*\}/g, "")
    .replace(/url\(\/assets\/images\/govuk-crest[^)]*\)/g, "none")
    .replace(/\/\*# sourceMappingURL=.*?\*\//g, "")
    .trim();
  if (/@font-face|crest\.svg/.test(clean)) throw new Error("a typeface or crest is left in a vendor style sheet");
  return `${clean}\n`;
}

async function govuk() {
  const source = await readFile(join(modules, "govuk-frontend/dist/govuk/govuk-frontend.min.css"), "utf8");
  await put("govuk/govuk.css", withoutForeignMarks(source));
  await build({
    entryPoints: [join(root, "tools/govuk_entry.mjs")],
    bundle: true,
    minify: true,
    format: "iife",
    target: "es2020",
    legalComments: "inline",
    logLevel: "warning",
    outfile: join(out, "govuk/govuk.js"),
  });
}

async function moj() {
  const folder = "@ministryofjustice/frontend";
  const source = await readFile(join(modules, folder, "moj/moj-frontend.min.css"), "utf8");
  const pictures = new Set();
  const css = withoutForeignMarks(source).replace(/url\(\/assets\/images\/([^)]+)\)/g, (_, name) => {
    pictures.add(name);
    return `url(images/${name})`;
  });
  await put("moj/moj.css", css);
  for (const name of pictures) await copy(`${folder}/moj/assets/images/${name}`, `moj/images/${name}`);
}

async function htmx() {
  await put("htmx/htmx.js", await readFile(join(modules, "htmx.org/dist/htmx.min.js"), "utf8"));
}

// The legacy build also runs in the older browsers that government desks still use.
async function pdfjs() {
  for (const name of ["pdf", "pdf.worker"]) {
    const source = await readFile(join(modules, `pdfjs-dist/legacy/build/${name}.min.mjs`), "utf8");
    await put(`pdfjs/${name}.mjs`, source.replace(/^\/\/# sourceMappingURL=.*$/gm, ""));
  }
  for (const folder of ["cmaps", "standard_fonts", "wasm"]) await copy(`pdfjs-dist/${folder}`, `pdfjs/${folder}`);
  await copy("pdfjs-dist/LICENSE", "pdfjs/LICENSE");
}

// tools/icons.txt: one Tabler icon a line (filled ones as filled/name); # begins a remark.
async function sprite() {
  const list = (await readFile(join(root, "tools/icons.txt"), "utf8"))
    .split("\n")
    .map((line) => line.replace(/#.*/, "").trim())
    .filter(Boolean);
  const symbols = await Promise.all([...new Set(list)].sort().map(symbol));
  await put("icons.svg", `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join("\n")}\n</svg>\n`);
  await copy("@tabler/icons/LICENSE", "icons-LICENSE");
  return symbols.length;
}

async function symbol(name) {
  const filled = name.startsWith("filled/");
  const path = join(modules, "@tabler/icons/icons", filled ? `${name}.svg` : `outline/${name}.svg`);
  const source = await readFile(path, "utf8").catch(() => {
    throw new Error(`tools/icons.txt names ${name}, which Tabler does not have`);
  });
  const body = source
    .replace(/^[\s\S]*?<svg[^>]*>/, "")
    .replace("</svg>", "")
    .replace(/<path stroke="none" d="M0 0h24v24H0z" fill="none" ?\/>/, "")
    .replace(/\s*\n\s*/g, "")
    .trim();
  // Outline icons carry no paint of their own: .tb-i gives stroke and width, so that large icons can be finer.
  const paint = filled ? ' fill="currentColor" stroke="none"' : "";
  const id = name.replace("/", "-");
  return `<symbol id="${id}" viewBox="0 0 ${ICON_SIZE} ${ICON_SIZE}"${paint}>${body}</symbol>`;
}
