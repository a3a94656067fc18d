// Prints one line per step of the set-up, with the seconds it took.

const quiet = "NO_COLOR" in process.env || !process.stdout.isTTY;
const paint = (code) => (text) =>
  quiet ? text : `\u001b[${code}m${text}\u001b[0m`;
const green = paint(32);
const red = paint(31);
const dim = paint(2);

const ANNOUNCE_MS = 1_500;

/**
 * Runs a step and prints its line: a mark, the name, the seconds, and the remark that the work returned. Long work can print lines with
 * `say` while it runs. Work that takes more than a moment is announced.
 *
 * @template T
 * @param {string} name
 * @param {(say: (line: string) => void) => Promise<{remark?: string, value?: T} | undefined>} work
 * @returns {Promise<T | undefined>}
 * @throws the error of the work, after its line was printed
 */
export async function step(name, work) {
  const started = performance.now();
  let announced = false;
  const announce = () => {
    if (!announced) console.log(`  ${dim("…")} ${name}`);
    announced = true;
  };
  const timer = setTimeout(announce, ANNOUNCE_MS);
  const say = (line) => {
    announce();
    console.log(dim(`      ${line}`));
  };
  const finish = (mark, remark) => {
    clearTimeout(timer);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(
      `  ${mark} ${name.padEnd(14)}${`${seconds} s`.padStart(8)}   ${dim(remark)}`.trimEnd(),
    );
  };
  try {
    const { remark = "", value } = (await work(say)) ?? {};
    finish(green("✓"), remark);
    return value;
  } catch (error) {
    finish(red("✗"), "");
    throw error;
  }
}

/** Prints a text below a step's line, indented. */
export function detail(text) {
  console.log(text.trimEnd().replace(/^/gm, "      "));
}
