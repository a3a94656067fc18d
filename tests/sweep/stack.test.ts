import type { Platform } from "../conformance/platform";
import { Stack, type Wanted } from "./stack";

const wanted = (kind: string, name: string, ...needs: string[]): Wanted => ({
  kind,
  name,
  inputs: { name },
  needs,
});
const program = [
  wanted("QuarantinePolicy", "quarantine"),
  wanted("AntiSpamPolicy", "policy", "quarantine"),
  wanted("TransportRule", "rule-admin", "quarantine", "policy"),
  wanted("TransportRule", "rule-user", "quarantine", "policy", "rule-admin"),
  wanted("QuarantineNotification", "notification"),
];
const names = program.map(({ name }) => name);

/** A provider that accepts all inputs, and records its calls. */
function recorded(): { stack: Stack; calls: () => string[] } {
  const calls: string[] = [];
  const platform: Platform = {
    name: "nobody's",
    everyProperty: false,
    run: () => ({
      warnings: () => Promise.resolve([]),
      of: () => ({
        check: (_olds, inputs) => {
          calls.push(`check ${String(inputs["name"])}`);
          return Promise.resolve({ inputs, failures: [] });
        },
        diff: (id, _olds, news) => {
          calls.push(`diff ${id}`);
          const changes = "changed" in news ? "some" : "none";
          return Promise.resolve({ changes, replaces: [] });
        },
        create: (inputs) => {
          const id = String(inputs["name"]);
          calls.push(`create ${id}`);
          return Promise.resolve({ id, outputs: inputs });
        },
        read: (id, outputs) => {
          calls.push(`read ${id}`);
          return Promise.resolve({ id, outputs, inputs: outputs });
        },
        update: (id, _olds, news) => {
          calls.push(`update ${id} ${JSON.stringify(news)}`);
          return Promise.resolve({ outputs: news });
        },
        delete: (id) => {
          calls.push(`delete ${id}`);
          return Promise.resolve();
        },
      }),
    }),
  };
  return {
    stack: new Stack({}, platform),
    calls: () => calls.splice(0),
  };
}

async function made() {
  const { stack, calls } = recorded();
  await stack.up(program);
  calls();
  return { stack, calls };
}

test("calls nothing for a resource that is not targeted", async () => {
  const { stack, calls } = await made();
  const before = stack.state;
  await stack.up(program, { target: ["policy"] });
  expect(calls()).toEqual(["check policy", "diff policy"]);
  expect(stack.state).toEqual(before);
});

test("calls nothing for a resource that is excluded", async () => {
  const { stack, calls } = await made();
  await stack.up(program, {
    exclude: names.filter((name) => name !== "rule-user"),
  });
  expect(calls()).toEqual(["check rule-user", "diff rule-user"]);
});

test("creates no new resource that is not targeted, and none that depends on it", async () => {
  const { stack } = recorded();
  expect(
    await stack.up(program, { target: ["quarantine", "rule-admin"] }),
  ).toEqual(["create quarantine"]);
  expect([...stack.resources.keys()]).toEqual(["quarantine"]);
});

test("creates a new resource that depends on an existing one", async () => {
  const { stack } = recorded();
  await stack.up(program, { target: ["quarantine", "policy"] });
  expect(await stack.up(program, { target: ["rule-admin"] })).toEqual([
    "create rule-admin",
  ]);
});

test("deletes a resource that the program no longer has only if it is targeted", async () => {
  const { stack, calls } = await made();
  const rest = program.slice(0, 2);
  expect(await stack.up(rest, { target: ["policy"] })).toEqual([]);
  expect(await stack.up(rest, { target: ["notification"] })).toEqual([
    "delete notification",
  ]);
  calls();
  expect(await stack.up(rest, { exclude: ["rule-admin"] })).toEqual([
    "delete rule-user",
  ]);
  expect(await stack.up(rest)).toEqual(["delete rule-admin"]);
});

test("deletes no resource on which another one depends that should be deleted but is not targeted", async () => {
  const { stack } = await made();
  const rest = program.slice(0, 2);
  expect(await stack.up(rest, { target: ["rule-admin"] })).toEqual([]);
  expect([...stack.resources.keys()]).toEqual(names);
});

test("deletes the old resource of a replacement only if it is targeted", async () => {
  const { stack, calls } = await made();
  stack.state = {
    ...stack.state,
    leftovers: stack.state.resources.map(({ name, kind, kept }) => ({
      name,
      kind,
      kept: { ...kept, id: `old ${kept.id}` },
    })),
  };
  await stack.up(program, { target: ["policy"] });
  expect(calls()).toEqual(["check policy", "diff policy", "delete old policy"]);
  expect(stack.state.leftovers).toHaveLength(program.length - 1);
});

test("uses the state's name of a quarantine policy that is not targeted in the inputs of an anti-spam policy", async () => {
  const { stack, calls } = await made();
  const renamed = [
    { ...wanted("QuarantinePolicy", "quarantine"), inputs: { name: "other" } },
    {
      ...wanted("AntiSpamPolicy", "policy"),
      inputs: { name: "policy", changed: 1, spamQuarantineTag: "other" },
    },
  ];
  await stack.up(renamed, { target: ["policy"] });
  expect(calls().at(-1)).toBe(
    'update policy {"name":"policy","changed":1,"spamQuarantineTag":"quarantine"}',
  );
});

test("refreshes and destroys only targeted resources", async () => {
  const { stack, calls } = await made();
  await stack.refresh({ target: ["policy"] });
  expect(calls()).toEqual(["read policy", "diff policy"]);
  await stack.destroy({ target: ["rule-user", "quarantine"] });
  expect(calls()).toEqual(["delete rule-user"]);
});
