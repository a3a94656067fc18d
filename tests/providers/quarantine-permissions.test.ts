import {
  permissionsFromNumber,
  permissionsFromText,
  permissionsToNumber,
  quarantinePermissions as codec,
} from "../../providers/exchange-online/quarantine-permissions";

const all =
  "Delete, Preview, Release, RequestRelease, BlockSender, AllowSender, Download, ViewHeader";

describe("Permissions of a program", () => {
  test.each([
    [[], undefined],
    [["release", "DELETE"], undefined],
    [["Delete", "Read"], `has "Read", which is none of ${all}`],
    [["Delete", 7], `has 7, which is none of ${all}`],
    ["Delete", "must be a list, not a string"],
    [undefined, "must be a list, not nothing"],
    [["RequestRelease", "Delete"], undefined],
    [
      ["release", "requestRelease"],
      "has Release together with RequestRelease; Microsoft 365 takes one of them, so remove the other",
    ],
  ])("%j are answered %j", (value, reason) => {
    expect(codec.refuse(value)).toBe(reason);
  });

  test("are kept in Microsoft's order and case, and sent as a number", () => {
    expect(codec.normalize(["preview", "RELEASE", "Delete"])).toEqual([
      "Delete",
      "Preview",
      "Release",
    ]);
    expect(codec.encode(["Delete", "Preview", "Release"])).toBe(7);
    expect(permissionsToNumber(["Delete", "Delete", "unheard of"])).toBe(1);
    expect(permissionsToNumber(all.split(", "))).toBe(255);
  });

  test("are compared without those that have no effect", () => {
    expect(codec.key(["Delete", "Download", "ViewHeader"])).toBe(1);
    expect(codec.key(["Delete", "AllowSender"])).toBe(33);
  });
});

describe("Permissions that Exchange returns", () => {
  test.each([
    ["PermissionToDelete:True", ["Delete"]],
    ["[permissiontodelete \t:  true]", ["Delete"]],
    [
      "[PermissionToBlockSender: False\r\nPermissionToViewHeader: True\r\nPermissionToPreview: TRUE]",
      ["Preview", "ViewHeader"],
    ],
    ["PermissionToDelete: False", []],
    ["PermissionToFly: True", []],
    ["PermissionToDelete:\nTrue", undefined],
    ["Delete: True", undefined],
    ["", undefined],
  ])("in %j are %j", (text, permissions) => {
    expect(permissionsFromText(text)).toEqual(permissions);
    expect(codec.decode(text)).toEqual(permissions);
  });

  test.each([
    [0, []],
    [11, ["Delete", "Preview", "RequestRelease"]],
    ["11", ["Delete", "Preview", "RequestRelease"]],
    [" 4 ", ["Release"]],
    ["  16\n\n", ["BlockSender"]],
    ["PermissionToDelete: True 7", ["Delete"]],
    ["7 PermissionToDelete: True", ["Delete"]],
    ["7x", undefined],
    [null, undefined],
    [true, undefined],
  ])("as %j are %j", (wire, permissions) => {
    expect(codec.decode(wire)).toEqual(permissions);
  });

  test("as a number are one for each bit", () => {
    expect(
      [1, 2, 4, 8, 16, 32, 64, 128, 256].map((bit) =>
        permissionsFromNumber(bit).join(),
      ),
    ).toEqual([...all.split(", "), ""]);
  });
});
