// Child processes that end with this process, however it ends.
import { spawn } from "node:child_process";

const alive = new Set();
const posix = process.platform !== "win32";

/**
 * Starts a command and resolves when it has ended. Its output is collected, or passed on with `stdio: "inherit"`.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{cwd?: string, env?: NodeJS.ProcessEnv, stdio?: "inherit" | "pipe", onLine?: (line: string) => void, timeoutMs?: number, group?: boolean}} options
 *   `group`: starts it in a new process group, so that its own children end with it. Not for commands that read the terminal: the
 *   system stops a background group that does so.
 * @returns {Promise<{code: number, output: string}>} rejects only if the command cannot be started
 */
export function run(command, args, options = {}) {
  const { cwd, env, stdio = "pipe", onLine, timeoutMs, group = true } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: env ?? process.env,
      stdio:
        stdio === "inherit"
          ? [group ? "ignore" : "inherit", "inherit", "inherit"]
          : ["ignore", "pipe", "pipe"],
      detached: group && posix,
      // On Windows npm is a .cmd file, which only a shell can start.
      shell: !posix && command === "npm",
    });
    const entry = { child, group: group && posix };
    alive.add(entry);
    let output = "";
    let rest = "";
    const take = (chunk) => {
      output += chunk;
      if (!onLine) return;
      const lines = (rest + chunk).split(/\r?\n/);
      rest = lines.pop() ?? "";
      lines.forEach((line) => onLine(line));
    };
    child.stdout?.setEncoding("utf8").on("data", take);
    child.stderr?.setEncoding("utf8").on("data", take);
    const timer =
      timeoutMs === undefined
        ? undefined
        : setTimeout(() => kill(entry, "SIGKILL"), timeoutMs);
    child.on("error", (error) => {
      clearTimeout(timer);
      alive.delete(entry);
      reject(error);
    });
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      alive.delete(entry);
      if (onLine && rest) onLine(rest);
      resolve({ code: code ?? (signal === "SIGINT" ? 130 : 143), output });
    });
  });
}

function kill({ child, group }, signal) {
  try {
    if (group) process.kill(-child.pid, signal);
    else child.kill(signal);
  } catch {
    // The process has already ended.
  }
}

/** On a signal, ends all children, waits for them for at most ten seconds, and exits with the usual code. */
export function endChildrenOnSignals() {
  let signals = 0;
  for (const [signal, code] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ]) {
    process.on(signal, () => {
      signals += 1;
      // A terminal sends Ctrl-C to the foreground children as well. The engine would take a second SIGINT as "stop immediately".
      const fromTerminal = signal === "SIGINT" && process.stdin.isTTY;
      for (const entry of alive) {
        if (!(fromTerminal && !entry.group)) {
          kill(entry, signals > 1 ? "SIGKILL" : "SIGTERM");
        }
      }
      const deadline = performance.now() + 10_000;
      const poll = setInterval(() => {
        if (alive.size > 0 && performance.now() < deadline) return;
        clearInterval(poll);
        for (const entry of alive) kill(entry, "SIGKILL");
        process.exit(code);
      }, 50);
    });
  }
  process.on("exit", () => {
    for (const entry of alive) kill(entry, "SIGKILL");
  });
}
