/**
 * The text that stands as `__provider` in the state of every resource: it finds the installed package and asks it for the
 * handlers of a kind, so that none of our code is ever copied into a state, and a bug that a release mends is mended for
 * `refresh` and `destroy` of old states, too.
 *
 * Frozen: this text, the entry `pulumi-area1-m365/provider`, its function `provider` and the names of the kinds live in users' states.
 */
export const loader = (kind: string): string =>
  `exports.handler=()=>{const s="pulumi-area1-m365/provider";let m;try{m=require(s)}catch(e){if(e.code!="MODULE_NOT_FOUND")throw e;m=require("module").createRequire(process.cwd()+"/_")(s)}return m.provider("${kind}")}`;
