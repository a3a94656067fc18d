import { MailFlowCheck } from "pulumi-area1-m365";

// Use case 4 was set up by hand, and stays so. This only looks: what defeats it shows as drift in every refresh.
const mailFlow = new MailFlowCheck("mail-flow", {
  domains: ["example.com"],
  // A pilot group is in the Standard preset. That is known, and no drift.
  findings: ["preset-in-force"],
});

export const known = mailFlow.details.apply((details) =>
  details.map(({ check, object }) => `${check}: ${object}`),
);
export const malicious = mailFlow.routes.apply((routes) =>
  routes
    .filter(({ disposition }) => disposition === "Malicious")
    .map(({ header, recipient, outcome, release }) =>
      [header, recipient, outcome, release].join(", "),
    ),
);
