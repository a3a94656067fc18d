/**
 * The text that stands as `__provider` in the state of every resource: it finds the installed package and asks it for the
 * handlers of a kind, so that none of our code is ever copied into a state, and a bug that a release mends is mended for
 * `refresh` and `destroy` of old states, too.
 *
 * It looks from the program's folder, and then from the SDK that runs the provider: pnpm shows a program only the packages that it
 * names itself, and this one may be named by a package in between; the SDK lies where pnpm links all packages for one another.
 *
 * Frozen: this text, the entry `pulumi-area1-m365/provider`, its function `provider` and the names of the kinds live in users' states.
 */
export const loader = (kind: string): string =>
  `exports.handler=()=>{const r=f=>require("module").createRequire(f)("pulumi-area1-m365/provider").provider("${kind}");try{return r(process.cwd()+"/_")}catch(e){if(e.code!="MODULE_NOT_FOUND")throw e;return r(process.argv[1])}}`;
