import { QuarantinePolicy, RestorePoint } from "pulumi-area1-m365";

// What the policy was before anything is written: kept even if the process is killed while it takes the policy over.
const first = new RestorePoint("first", {
  objects: [{ kind: "QuarantinePolicy", name: "Finance" }],
});

const finance = new QuarantinePolicy(
  "finance",
  {
    name: "Finance",
    endUserQuarantinePermissions: ["RequestRelease", "Preview"],
    adopt: true,
    // No other state has this mark, whatever its names.
    adminDisplayName: first.mark("finance"),
    restorePoint: first.of("QuarantinePolicy", "Finance"),
  },
  { dependsOn: [first] },
);

export const { takenAt } = first;
export const { adopted } = finance;
