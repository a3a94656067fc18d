import { dispositionHeaders } from "../../mail-flow/message";
import { list } from "../../mail-flow/names";
import {
  judgedUseCase,
  useCaseSentence,
  type Destination,
  type Place,
} from "../../mail-flow/use-case";
import { visibleLines } from "../../mail-flow/visible";
import { differenceText, type Difference } from "./component";
import type { Language } from "./language";
import type { Written } from "./project-files";
import type { LeftOut, Takeover } from "./takeover";

/** The commands after `init`. */
export const nextCommands = [
  "pulumi import --file import.json --yes --generate-code=false --protect=false",
  "pulumi preview --expect-no-changes",
] as const;

/** What must be done before the first command, in a new folder. */
const preparations: Readonly<Record<Language, string>> = {
  typescript: "`npm install`",
  yaml: "`npm install`",
  python: "`npm install` and the SDK of docs/languages.md",
};

const destinations: Readonly<Record<Destination, string>> = {
  cloudflare: "Cloudflare's quarantine",
  hostedQuarantine: "hosted quarantine",
  adminQuarantine: "administrator's quarantine",
  userQuarantine: "recipient's quarantine",
  junk: "Junk",
  other: "something else",
  microsoft: "by Microsoft's own verdict",
};

/** Returns the summary for people. */
export function summaryText(
  takeover: Takeover,
  { files, remarks }: Written,
  language: Language,
): string {
  const { useCase, differences, program, notImported, notManaged, others } =
    takeover;
  const asInputs = differences.filter(({ input }) => input !== undefined);
  const open = differences.filter(({ input }) => input === undefined);
  const component = `UseCase${judgedUseCase(useCase)}`;
  const hasComponent = program.some(({ type }) => type === component);
  const own = program.length - (hasComponent ? 1 : 0);
  const sections = [
    [useCaseSentence(useCase), ...useCase.places.map(placeLine)],
    [...useCase.remarks, ...takeover.remarks],
    hasComponent
      ? []
      : section(
          `The component ${component} does not fit, so the objects become resources of their own. It would fit after these changes:`,
          open.map(differenceText),
        ),
    section(
      hasComponent
        ? `These properties differ from the defaults of ${component}; the program sets them:`
        : `These differ from the defaults of ${component}, which has inputs for them:`,
      asInputs.map(inputLine),
    ),
    section("Not imported:", notImported.map(leftOutLine)),
    section("Imported, but not wholly managed:", notManaged.map(leftOutLine)),
    others > 0
      ? [
          `${others} other ${others === 1 ? "object has" : "objects have"} no part in it, and no resource. --all adds them.`,
        ]
      : [],
    [
      `Written: ${files.join(", ")}`,
      `  ${[hasComponent ? `the component ${component}` : "", own > 0 ? `${own} ${own === 1 ? "resource" : "resources"}` : ""].filter((part) => part !== "").join(" and ") || "no resource"}`,
    ],
    remarks,
    program.length === 0
      ? ["There is nothing to import."]
      : [
          `Next, in that folder (in a new one after ${preparations[language]}), with a stack and its configuration:`,
          ...nextCommands.map((command) => `  ${command}`),
        ],
  ];
  return visibleLines(
    `${sections
      .filter((lines) => lines.length > 0)
      .map((lines) => lines.join("\n"))
      .join("\n\n")}\n`,
  );
}

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [title, ...lines.map((line) => `  ${line}`)];

const leftOutLine = ({ object, reason }: LeftOut): string =>
  `${object}: ${reason}`;

const inputLine = (difference: Difference): string =>
  `${differenceText(difference)} (${difference.input})`;

const placeLine = ({ domains, header, destinations: ends }: Place): string =>
  `  ${[
    domains.length > 0 ? list(domains) : "no domain",
    ...(header ? [dispositionHeaders[header]] : []),
  ].join(", ")}: ${Object.entries(ends)
    .map(([disposition, end]) => `${disposition} → ${destinations[end]}`)
    .join("; ")}`;
