import path from "node:path";

import ts from "typescript";

// Kind: the published declarations compile with every check that a program may switch on, those of the packages that they import
// included, and take the lines in types.ts as these lines say.

beforeAll(async () => {
  const { ensureBuild } = await import("../scripts/build.mjs");
  await ensureBuild();
}, 240_000);

test.each([true, false])(
  "the lines of a program compile with exactOptionalPropertyTypes: %s, and wrong ones do not",
  (exactOptionalPropertyTypes) => {
    const file = path.join(__dirname, "tsconfig.types.json");
    const { options, fileNames, errors } = ts.parseJsonConfigFileContent(
      ts.readConfigFile(file, (name) => ts.sys.readFile(name)).config,
      ts.sys,
      __dirname,
      { exactOptionalPropertyTypes },
    );
    expect(errors).toEqual([]);
    expect(options.skipLibCheck).toBe(false);
    const program = ts.createProgram(fileNames, options);
    expect(program.getSourceFiles().map(({ fileName }) => fileName)).toContain(
      path.resolve(__dirname, "../dist/lib/index.d.ts"),
    );
    const messages = ts.getPreEmitDiagnostics(program).map((diagnostic) => {
      const { file, start = 0, messageText } = diagnostic;
      const line = file && file.getLineAndCharacterOfPosition(start).line + 1;
      const text = ts.flattenDiagnosticMessageText(messageText, "\n");
      return `${file?.fileName}:${line} ${text}`;
    });
    expect(messages).toEqual([]);
  },
  120_000,
);
