import { text } from "../../promises/meanings";

/** The mark of the resource that the suite makes. */
export const ourMark = "Managed by Pulumi: ops/dev/mail";
/** The mark of another resource of the same stack. */
export const siblingsMark = "Managed by Pulumi: ops/dev/other";
/** The mark of another stack. */
export const foreignMark = "Managed by Pulumi: ops/prod/mail";

/** What somebody makes of the property that holds the mark. */
export const marks = text("made by hand", foreignMark);
