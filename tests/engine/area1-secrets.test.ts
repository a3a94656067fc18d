import { readdir, readFile } from "node:fs/promises";
import path from "node:path";

import { canaries, secretsIn, withCanaries } from "../promises/canaries";
import { describeLanguage, type CommandResult } from "./harness";
import { tenantWithStack, type TenantWithStack } from "./tenant-with-stack";

/** Secrets in the properties of a rule, and in arguments that the program does not mark as secret. */
const words = {
  first: "canary-of-a-word",
  rotated: "canary-after-a-rotation",
  comments: "canary-of-a-comment",
  byHand: "canary-by-hand",
  password: "canary-of-a-certificate",
};

const program = (url: string, word: string): string => `resources:
  contoso:
    type: pulumi:providers:area1
    properties:
      tenantId: 0d7f6c1e-8a3b-4f4e-9d57-6f7d5b1c2a90
      clientId: 6f1f1b9e-52b5-4f6c-9f0a-2b1f0c7d4e11
      clientSecret: '${canaries.clientSecret}'
      clientCertificatePassword: ${words.password}
      cloudflareAccountId: 3f5a8c0d9b7e4a6f8c1d2e3f4a5b6c7d
      cloudflareApiToken: ${canaries.cloudflareApiToken}
      authorityHost: ${url}
      exchangeBaseUrl: ${url}
      graphBaseUrl: ${url}
      cloudflareBaseUrl: ${url}/client/v4
  rule:
    type: area1:TransportRule
    options: { provider: "\${contoso}" }
    properties:
      name: Scanner
      headerContainsMessageHeader: X-Scanner
      headerContainsWords: ["fn::secret": ${word}, plain]
      comments: { "fn::secret": ${words.comments} }
      setScl: 5
  domain:
    type: area1:Area1Domain
    options: { provider: "\${contoso}" }
    properties: { domain: example.com, transport: example-com.mail.protection.outlook.com }
`;

describeLanguage(
  "yaml",
  "secrets that a program marks, and credentials that it does not",
  () => {
    let at: TenantWithStack;
    let head = "";

    const found = (text: string): string[] => [
      ...secretsIn(text),
      ...Object.values(words).filter((word) => text.includes(word)),
    ];

    const edit = (word: string) =>
      at.project.write("Pulumi.yaml", head + program(at.simulator.url, word));

    /** Returns the secrets in the output and the events of a command. */
    const shownBy = ({ stdout, stderr, events }: CommandResult): string[] =>
      found(stdout + stderr + JSON.stringify(events));

    /** Returns the secrets in all files of the backend: the state, its backups and its history. */
    async function stored(): Promise<string[]> {
      const state = path.join(at.project.directory, "../state");
      const files = (
        await readdir(state, { recursive: true, withFileTypes: true })
      ).filter((entry) => entry.isFile());
      expect(files.length).toBeGreaterThan(1);
      const texts = await Promise.all(
        files.map(({ parentPath, name }) =>
          readFile(path.join(parentPath, name), "utf8"),
        ),
      );
      return texts.flatMap(found);
    }

    beforeAll(async () => {
      at = await tenantWithStack("", {
        runtime: "yaml",
        seed: withCanaries({}),
      });
      head = await readFile(
        path.join(at.project.directory, "Pulumi.yaml"),
        "utf8",
      );
      await edit(words.first);
    });

    test("appear in no preview, no state and no transcript", async () => {
      expect(shownBy(await at.stack.preview(["--json"]))).toEqual([]);
      const transcript = path.join(at.project.directory, "transcript.jsonl");
      expect(
        shownBy(await at.stack.up([], { env: { AREA1_RECORD: transcript } })),
      ).toEqual([]);
      expect(at.simulator.tenant.transportRules[0]).toMatchObject({
        HeaderContainsWords: [words.first, "plain"],
      });
      const recorded = await readFile(transcript, "utf8");
      expect(recorded).toContain("New-TransportRule");
      expect(found(recorded)).toEqual([]);
      expect(await stored()).toEqual([]);
    });

    test("appear in no difference after a rotation or a change by hand", async () => {
      await edit(words.rotated);
      expect(shownBy(await at.stack.preview(["--diff"]))).toEqual([]);
      expect(shownBy(await at.stack.preview(["--json"]))).toEqual([]);
      const rule = at.simulator.tenant.transportRules[0] ?? {};
      const { HeaderContainsWords, Comments } = rule as Record<string, unknown>;
      Object.assign(rule, {
        HeaderContainsWords: [words.byHand],
        Comments: words.byHand,
      });
      expect(
        shownBy(await at.stack.refresh(["--preview-only", "--diff"])),
      ).toEqual([]);
      expect(shownBy(await at.stack.refresh())).toEqual([]);
      expect(await stored()).toEqual([]);
      Object.assign(rule, { HeaderContainsWords, Comments });
    });

    test("appear in no error that quotes them, and not in the errors that the state keeps", async () => {
      // Neither the program nor the state has the first word any more.
      const quoted = Object.values(words).filter((one) => one !== words.first);
      at.simulator.faults.add({
        kind: "body",
        status: 400,
        body: {
          error: {
            code: "BadRequest",
            message: `Refused: ${[...quoted, ...Object.values(canaries).slice(0, 2)].join(", ")}`,
          },
        },
        match: { cmdlet: "Set-TransportRule", times: "always" },
      });
      const result = await at.stack.up([], { exit: "any" });
      at.simulator.faults.clear();
      expect(result.stdout).toContain("Refused: ");
      expect(shownBy(result)).toEqual([]);
      const { deployment } = await at.stack.export();
      const rule = deployment.resources.find(({ urn }) => urn.endsWith("rule"));
      expect(rule?.initErrors).toEqual([expect.stringContaining("Refused: ")]);
      expect(await stored()).toEqual([]);
    });
  },
);
