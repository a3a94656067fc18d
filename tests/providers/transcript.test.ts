import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import type { Answer, Request } from "../../providers/http/http";
import { Transcript } from "../../providers/transcripts/transcript";

let directory: string;
let file: string;
beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), "area1-transcript-"));
  file = path.join(directory, "transcript.jsonl");
});
afterEach(() => rm(directory, { recursive: true }));

const asked: Request = {
  method: "POST",
  url: "https://vendor.example/rules/corp.example?order=asc",
  headers: {
    Authorization: "Bearer x",
    Prefer: "odata.maxpagesize=1000",
    "X-ResponseFormat": "json",
    "content-type": "application/json",
  },
  body: '{"Name":"My rule","Comments":"hush"}',
  repeatable: false,
};
const { body: _, ...bare } = asked;
const answered: Answer = {
  status: 201,
  headers: new Headers({
    "Content-Type": "application/json",
    "Retry-After": "7",
    "Set-Cookie": "who=am-i",
    "X-ExceptionType": "T",
  }),
  text: '{"Name":"My rule","said":"hush"}',
};

const transcript = () =>
  new Transcript(file, "s", (text) => text.replaceAll("hush", "[secret]"));
const lines = async (): Promise<unknown[]> =>
  (await readFile(file, "utf8"))
    .split("\n")
    .filter((line) => line !== "")
    .map((line): unknown => JSON.parse(line));

test("A transcript has a line for its form and one for each request, with pseudonyms and without secrets", async () => {
  transcript().note("Exchange Online", asked, answered);
  const [begin, line, ...more] = await lines();
  expect(begin).toEqual({ transcript: 1, of: "pulumi-area1-m365" });
  expect(line).toEqual({
    vendor: "exchange",
    at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as unknown,
    request: {
      method: "POST",
      path: "/rules/d-8aad7fb0.example?order=asc",
      headers: {
        prefer: "odata.maxpagesize=1000",
        "x-responseformat": "json",
      },
      body: {
        Name: "name-eb3741d7",
        Comments: expect.stringMatching(/^name-/) as unknown,
      },
    },
    answer: {
      status: 201,
      headers: {
        "content-type": "application/json",
        "retry-after": "7",
        "x-exceptiontype": "T",
      },
      body: {
        Name: "name-eb3741d7",
        said: expect.stringMatching(/^name-/) as unknown,
      },
    },
  });
  expect(more).toEqual([]);
  expect(await readFile(file, "utf8")).not.toMatch(/hush|Bearer|who/);
});

test("A transcript can be written by several processes, has one first line, and is readable only by its owner", async () => {
  transcript().note("Cloudflare", asked, answered);
  transcript().note("Microsoft Graph", asked, answered);
  transcript().note("Another", asked, answered);
  const [, ...noted] = (await lines()) as { vendor?: string }[];
  expect(noted.map(({ vendor }) => vendor)).toEqual([
    ...["cloudflare", "graph", "Another"],
  ]);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

test("A secret is also removed from a vendor's text that is otherwise unchanged", async () => {
  const headers = new Headers({ "Retry-After": "hush" });
  transcript().note("Cloudflare", bare, {
    ...answered,
    headers,
    text: '{"message":"hush was wrong","code":"hush"}',
  });
  const [, line] = await lines();
  expect(line).toMatchObject({
    answer: {
      headers: { "retry-after": "[secret]" },
      body: { message: "[secret] was wrong", code: "[secret]" },
    },
  });
});

test("Of a body that is not JSON only the length is recorded, and nothing of an empty one", async () => {
  transcript().note("Cloudflare", bare, {
    ...answered,
    text: "<html>corp.example",
  });
  const [, line] = (await lines()) as {
    request: object;
    answer: object;
  }[];
  expect(line?.request).not.toHaveProperty("body");
  expect(line?.request).not.toHaveProperty("characters");
  expect(line?.answer).toMatchObject({ characters: 18 });
  expect(line?.answer).not.toHaveProperty("body");
});
