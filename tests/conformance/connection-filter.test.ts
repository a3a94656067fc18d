import { egressIpRanges } from "../../lib/egress";
import { bench, messageOf } from "./bench";
import { inProcess } from "./chosen-platform";
import { connectionFilter } from "./subjects";
import { conforms } from "./suite";

conforms(connectionFilter);

describe("A part of a list of the connection filter", () => {
  const stage = bench(connectionFilter, inProcess);
  const first = ["52.11.209.0/24", "192.0.2.1", "192.0.2.16/28"];

  const allowed = (): unknown => stage.live()["IPAllowList"];
  const set = (list: readonly string[]): void =>
    connectionFilter.edit(stage.simulator, "IPAllowList", [...list]);
  const sent = (): unknown[] =>
    stage
      .requests()
      .filter(({ write }) => write)
      .map(({ parameters }) => parameters?.["IPAllowList"]);

  beforeEach(() => {
    set(first);
    stage.simulator.account.add({
      domain: "example.com",
      transport: "example-com.mail.protection.outlook.com",
    });
  });

  const keepsOff = { ipAllowListExcludes: egressIpRanges };

  test("keeps Cloudflare's addresses off the list, and leaves the rest", async () => {
    const resource = stage.resource();
    stage.forget();
    await resource.up(keepsOff);
    expect(stage.writes()).toEqual(["Set-HostedConnectionFilterPolicy"]);
    expect(sent()).toEqual([
      expect.objectContaining({ Remove: ["52.11.209.0/24"] }),
    ]);
    expect(allowed()).toEqual(
      expect.arrayContaining(["192.0.2.1", "192.0.2.16/28"]),
    );
    expect(stage.simulator.mail.where(fromCloudflare).steps).not.toContainEqual(
      expect.objectContaining({ property: "IPAllowList" }),
    );
    expect(await resource.preview(keepsOff)).toEqual([]);
    expect(await resource.refresh()).toEqual([]);
    await resource.destroy();
    expect(sorted(allowed())).toEqual(sorted(first));
  });

  test("shows drift only where one of its addresses is on the list again", async () => {
    const resource = stage.resource();
    await resource.up(keepsOff);
    set(["198.51.100.0/24"]);
    expect(await resource.refresh()).toEqual([]);
    set(["198.51.100.0/24", "52.11.209.211"]);
    expect(await resource.refresh()).toEqual(["ipAllowListExcludes"]);
    expect(await resource.refresh()).toEqual([]);
    expect(await resource.preview(keepsOff)).toEqual(["ipAllowListExcludes"]);
    await resource.up(keepsOff);
    expect(allowed()).toEqual(["198.51.100.0/24"]);
    expect(await resource.preview(keepsOff)).toEqual([]);
  });

  test("shows no drift when somebody else has repaired it", async () => {
    const resource = stage.resource();
    await resource.up(keepsOff);
    set(["52.11.209.211"]);
    expect(await resource.refresh()).toEqual(["ipAllowListExcludes"]);
    set([]);
    expect(await resource.refresh()).toEqual(["ipAllowListExcludes"]);
    expect(await resource.preview(keepsOff)).toEqual([]);
  });

  test("restores exactly what it removed, and keeps what others did meanwhile", async () => {
    const resource = stage.resource();
    await resource.up(keepsOff);
    const rest = allowed() as string[];
    set([...rest.filter((one) => one !== "192.0.2.1"), "198.51.100.9"]);
    await resource.destroy();
    expect(sorted(allowed())).toEqual(
      sorted(["52.11.209.0/24", "192.0.2.16/28", "198.51.100.9"]),
    );
  });

  test("restores what it removed after a refresh that found drift", async () => {
    const resource = stage.resource();
    await resource.up(keepsOff);
    set([...(allowed() as string[]), "35.157.195.63"]);
    expect(await resource.refresh()).toEqual(["ipAllowListExcludes"]);
    await resource.destroy();
    expect(sorted(allowed())).toEqual(sorted([...first, "35.157.195.63"]));
  });

  test("adds addresses, and destroy removes those that were not there", async () => {
    const program = {
      ipAllowListContains: ["192.0.2.17", "198.51.100.0/28", "203.0.113.7"],
    };
    const resource = stage.resource();
    stage.forget();
    await resource.up(program);
    expect(sent()).toEqual([
      {
        "@odata.type": "#Exchange.GenericHashTable",
        Add: ["198.51.100.0/28", "203.0.113.7"],
      },
    ]);
    expect(await resource.refresh()).toEqual([]);
    set((allowed() as string[]).filter((one) => one !== "203.0.113.7"));
    expect(await resource.refresh()).toEqual(["ipAllowListContains"]);
    await resource.up(program);
    expect(allowed()).toContain("203.0.113.7");
    await resource.destroy();
    expect(sorted(allowed())).toEqual(sorted(first));
  });

  test("removes an address that leaves the program, and adds the new one, in one write", async () => {
    const resource = stage.resource();
    await resource.up({ ipAllowListContains: ["198.51.100.1"] });
    stage.forget();
    await resource.up({ ipAllowListContains: ["198.51.100.2"] });
    expect(stage.writes()).toHaveLength(1);
    expect(sorted(allowed())).toEqual(sorted([...first, "198.51.100.2"]));
    await resource.up({ enableSafeList: false });
    expect(sorted(allowed())).toEqual(sorted(first));
  });

  test("puts an entry back when the program no longer excludes it", async () => {
    const resource = stage.resource();
    await resource.up({ ipAllowListExcludes: ["192.0.2.0/27"] });
    expect(allowed()).toEqual(["52.11.209.0/24"]);
    await resource.up({ ipAllowListExcludes: ["192.0.2.16"] });
    expect(sorted(allowed())).toEqual(
      sorted(["52.11.209.0/24", "192.0.2.1", "192.0.2.17-192.0.2.31"]),
    );
    await resource.destroy();
    expect(sorted(allowed())).toEqual(sorted(first));
  });

  test("becomes the whole list, and the whole list becomes a part", async () => {
    const resource = stage.resource();
    const part = { ipAllowListExcludes: ["192.0.2.1"], allowExposure: true };
    await resource.up(part);
    await resource.up({ ipAllowList: ["198.51.100.1"], allowExposure: true });
    expect(allowed()).toEqual(["198.51.100.1"]);
    // One of Cloudflare's addresses comes back with the previous list.
    await resource.up(part);
    expect(sorted(allowed())).toEqual(
      sorted(first.filter((one) => one !== "192.0.2.1")),
    );
    await resource.destroy();
    expect(sorted(allowed())).toEqual(sorted(first));
  });

  test("replaces a whole list by entries of several types, of one type, and of none", async () => {
    const resource = stage.resource();
    const lists = [
      ["192.0.2.1", "198.51.100.0/28", "203.0.113.4-203.0.113.9"],
      ["192.0.2.1", "198.51.100.7"],
      [],
    ];
    stage.forget();
    for (const ipAllowList of lists) {
      await resource.up({ ipAllowList });
      expect(sorted(allowed())).toEqual(ipAllowList);
      expect(await resource.refresh()).toEqual([]);
    }
    expect(sent()).toEqual([
      expect.objectContaining({ Remove: ["52.11.209.0/24", "192.0.2.16/28"] }),
      lists[1],
      null,
    ]);
  });

  test("sends nothing when the list is as the program wants it", async () => {
    const resource = stage.resource();
    stage.forget();
    await resource.up({
      ipAllowListExcludes: ["198.51.100.0/24"],
      ipAllowListContains: ["192.0.2.18"],
    });
    expect(stage.writes()).toEqual([]);
    await resource.destroy();
    expect(stage.writes()).toEqual([]);
  });

  test("repeats a write that failed, and undoes what the program had before it", async () => {
    const resource = stage.resource();
    await resource.up({ ipAllowListContains: ["198.51.100.1"] });
    stage.simulator.faults.add({
      kind: "status",
      status: 403,
      match: { cmdlet: "Set-HostedConnectionFilterPolicy" },
    });
    await messageOf(resource.up({ ipAllowListContains: ["198.51.100.2"] }));
    await resource.up({ ipAllowListContains: ["198.51.100.2"] });
    expect(sorted(allowed())).toEqual(sorted([...first, "198.51.100.2"]));
    await resource.destroy();
    expect(sorted(allowed())).toEqual(sorted(first));
  });

  test.each([
    [
      "a whole list and a part of it",
      { ipAllowList: [], ipAllowListExcludes: ["192.0.2.1"] },
      /cannot be given together with ipAllowList/,
    ],
    [
      "addresses that must be there and must not",
      {
        ipBlockListContains: ["192.0.2.0/28"],
        ipBlockListExcludes: ["192.0.2.5"],
      },
      /192\.0\.2\.0\/28, which ipBlockListExcludes has too/,
    ],
    ["no property", {}, /must be given, or ipAllowListContains or/],
    ["IPv6", { ipAllowList: ["2001:db8::1"] }, /is IPv6/],
    ["a wide block", { ipBlockList: ["192.0.0.0/16"] }, /wider than the \/24/],
    ["no addresses", { ipAllowListContains: [] }, /must not be empty/],
  ])("refuses %s", async (_, program, message) => {
    expect(await messageOf(stage.resource().up(program))).toMatch(message);
  });

  test("refuses to expose mail by allowing Cloudflare's addresses", async () => {
    const message = await messageOf(
      stage.resource().up({ ipAllowListContains: ["104.30.32.5"] }),
    );
    expect(message).toMatch(
      /would expose .* \(HostedConnectionFilterPolicy "Default", ipAllowList/,
    );
    expect(allowed()).toEqual(first);
  });

  test.each([
    [{ ipBlockList: ["52.11.209.211"] }],
    [{ ipBlockListContains: ["52.11.209.211"], allowExposure: true }],
  ])(
    "refuses to lose mail by blocking Cloudflare's addresses: %j",
    async (program) => {
      set([]);
      const message = await messageOf(stage.resource().up(program));
      expect(message).toMatch(
        /would be lost: .* \(HostedConnectionFilterPolicy "Default", ipBlockList/,
      );
      expect(stage.live()["IPBlockList"]).toEqual([]);
    },
  );
});

const fromCloudflare = {
  recipient: "megan@example.com",
  disposition: "NONE",
} as const;

const sorted = (list: unknown): string[] => [...(list as string[])].sort();
