// What changed between the words of two files. A word is a run of letters or digits, or one character of any other
// script; blanks do not count.
const WORD = /[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{N}]+(?:[.,:/-]\p{N}+)*|\S/gu;
//: Steps after which two files count as different throughout: the time grows with the square of what differs.
const MOST = 1500;

// The words of a file in reading order, each with its page, run and place in the run.
export async function wordsOf(source) {
  const words = [];
  for (let page = 1; page <= source.pages; page += 1) {
    const runs = await source.runs(page);
    for (const run of runs) {
      for (const hit of run.text.matchAll(WORD)) {
        words.push({ text: hit[0].normalize("NFKC"), page, run, from: hit.index, to: hit.index + hit[0].length });
      }
    }
  }
  return words;
}

// Myers' shortest edit: pieces [fromA, toA, fromB, toB) that differ, or null beyond MOST steps.
export function differing(a, b) {
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head += 1;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail += 1;
  const steps = walk(a.slice(head, a.length - tail), b.slice(head, b.length - tail));
  return steps && gathered(steps).map(([a1, a2, b1, b2]) => [a1 + head, a2 + head, b1 + head, b2 + head]);
}

function walk(a, b) {
  const reach = a.length + b.length;
  const most = Math.min(reach, MOST);
  const best = new Int32Array(2 * most + 3);
  const middle = most + 1;
  const trace = [];
  for (let d = 0; d <= most; d += 1) {
    trace.push(best.slice(middle - d - 1, middle + d + 2));
    for (let k = -d; k <= d; k += 2) {
      const down = k === -d || (k !== d && best[middle + k - 1] < best[middle + k + 1]);
      let x = down ? best[middle + k + 1] : best[middle + k - 1] + 1;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x += 1;
      best[middle + k] = x;
      if (x >= a.length && x - k >= b.length) return back(trace, a.length, b.length);
    }
  }
  return null;
}

// The single steps, from the end: one word of `a` gone, or one word of `b` new.
function back(trace, alength, blength) {
  const steps = [];
  let [x, y] = [alength, blength];
  for (let d = trace.length - 1; d > 0; d -= 1) {
    const at = (k) => trace[d][k + d + 1];
    const k = x - y;
    const down = k === -d || (k !== d && at(k - 1) < at(k + 1));
    const before = down ? k + 1 : k - 1;
    const [fromX, fromY] = [at(before), at(before) - before];
    steps.push(down ? [fromX, fromX, fromY, fromY + 1] : [fromX, fromX + 1, fromY, fromY]);
    [x, y] = [fromX, fromY];
  }
  return steps.reverse();
}

function gathered(steps) {
  const pieces = [];
  for (const step of steps) {
    const last = pieces[pieces.length - 1];
    if (last && last[1] === step[0] && last[3] === step[2]) [last[1], last[3]] = [step[1], step[3]];
    else pieces.push([...step]);
  }
  return pieces;
}
