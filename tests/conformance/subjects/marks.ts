import { text } from "../../promises/meanings";

/** The mark of the resource that the suite creates. */
export const ourMark = "Managed by Pulumi: ops/dev/mail";
/** The mark of another resource of the same stack. */
export const siblingsMark = "Managed by Pulumi: ops/dev/other";
/** The mark of another stack. */
export const foreignMark = "Managed by Pulumi: ops/prod/mail";

/** The meaning of the property that carries the mark, with values that somebody else writes. */
export const marks = text("made by hand", foreignMark);
