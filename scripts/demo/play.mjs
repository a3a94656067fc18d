// With --stay: after `up`, keeps everything running until Ctrl-C, so that you can try things in a second terminal.
import { writeFile } from "node:fs/promises";
import path from "node:path";

import { line, paint, paragraph } from "./narration.mjs";
import { changes, preset } from "./tenant.mjs";

/** Prints what you can try, and waits forever. Ctrl-C ends the process, which also stops the simulator and removes the folder. */
export async function play({ ops, simulator }) {
  const file = path.join(ops.parent, "environment");
  const variables = Object.entries(ops.added).map(
    ([name, value]) => `export ${name}="${value}"`,
  );
  await writeFile(file, `${variables.join("\n")}\n`);
  const commands = (all) =>
    all.forEach((command) => console.log(`    ${paint.cyan(command)}`));

  console.log(
    paint.bold(
      "\nIt stays like this until Ctrl-C. To play, in another terminal:\n",
    ),
  );
  commands([`. ${file}`, `cd ${ops.directory}   # index.ts is yours`]);
  console.log("\nIt holds the environment:\n");
  // Not cut off, so that these lines can be copied.
  for (const variable of variables) console.log(paint.dim(`    ${variable}`));
  line("\nChange something behind the stack's back, see it, and repair it:\n");
  for (const { object, description, request } of [...changes, preset])
    if (request) {
      paragraph(`${object}: ${description}`, {
        first: "    # ",
        colour: paint.dim,
      });
      commands([
        `curl -sko /dev/null ${simulator.url}/simulator/edit -d '${JSON.stringify(request)}'`,
      ]);
    }
  commands([
    "pulumi refresh --preview-only --diff",
    "pulumi up --refresh",
    "pulumi destroy",
  ]);
  line(
    `\nThe vendors' objects and every request, in a browser: ${simulator.url}/simulator`,
  );
  // The listening simulator keeps the process alive.
  await new Promise(() => {});
}
