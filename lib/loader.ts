/**
 * Returns the text of `__provider` in the state of every resource. It loads the installed package and gets the handlers of a kind
 * from it. So the library's code is never copied into a state, and a bug fix in a release also applies to `refresh` and `destroy` of
 * old states.
 *
 * It resolves the package from the program's folder, and then from the SDK that runs the provider. With pnpm, a program sees only its
 * direct dependencies, and this package may be an indirect one. The SDK is in a folder where pnpm links all packages.
 *
 * Frozen: this text, the entry `pulumi-area1-m365/provider`, its function `provider` and the names of the kinds are in users' states.
 */
export const loader = (kind: string): string =>
  `exports.handler=()=>{const r=f=>require("module").createRequire(f)("pulumi-area1-m365/provider").provider("${kind}");try{return r(process.cwd()+"/_")}catch(e){if(e.code!="MODULE_NOT_FOUND")throw e;return r(process.argv[1])}}`;
