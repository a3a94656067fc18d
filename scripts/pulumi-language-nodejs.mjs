// Replaces Pulumi's language host for Node.js, which only the official download contains. It runs a Node.js program for the Pulumi CLI.
// It is installed next to a built engine as `pulumi-language-nodejs`, for demo and tests. It implements a part of
// `pulumi/language.proto`; the engine works without the rest, which is UNIMPLEMENTED.
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

/** Exit code of `cmd/run` after it has reported an error to the user. */
const BAIL = 32;
const PARENT_POLL_MS = 500;
const KILL_AFTER_MS = 3_000;

const engineAddress = process.argv
  .slice(2)
  .find((each) => !each.startsWith("-"));
const parent = process.ppid;
const programs = new Set();

// The engine starts a language host in the project's or in the program's folder. Both can resolve the program's packages.
const fromHere = createRequire(path.join(process.cwd(), "_"));
const sdk = resolveSdk(process.cwd());
const fromSdk = createRequire(sdk);
const grpc = fromSdk("@grpc/grpc-js");
const empty = fromSdk("google-protobuf/google/protobuf/empty_pb.js");
const language = fromSdk("./proto/language_pb.js");
const plugin = fromSdk("./proto/plugin_pb.js");
const { LanguageRuntimeService } = fromSdk("./proto/language_grpc_pb.js");

const server = new grpc.Server({
  // Configuration and stacks can be large: the engine sets the same limit.
  "grpc.max_receive_message_length": 400 * 1024 * 1024,
});
server.addService(LanguageRuntimeService, {
  handshake: (_call, done) =>
    done(null, new language.LanguageHandshakeResponse()),
  getPluginInfo: (_call, done) =>
    done(null, new plugin.PluginInfo().setVersion("")),
  getRequiredPackages: (_call, done) =>
    done(null, new language.GetRequiredPackagesResponse()),
  getRequiredPlugins: (_call, done) =>
    done(null, new language.GetRequiredPluginsResponse()),
  about: (_call, done) =>
    done(
      null,
      new language.AboutResponse()
        .setExecutable(process.execPath)
        .setVersion(process.version),
    ),
  getProgramDependencies: answer(getProgramDependencies),
  installDependencies,
  run: answer(run),
  cancel: (_call, done) => {
    for (const program of programs) end(program);
    done(null, new empty.Empty());
  },
});
server.bindAsync(
  "127.0.0.1:0",
  grpc.ServerCredentials.createInsecure(),
  (error, port) => {
    if (error) fail(error.message);
    // The engine reads the port from the first line. It shows later lines to the user.
    process.stdout.write(`${port}\n`);
  },
);

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, leave);
setInterval(() => {
  if (process.ppid !== parent) leave();
}, PARENT_POLL_MS);

/** Runs one program and waits for its end. */
async function run(call) {
  const request = call.request;
  const info = request.getInfo();
  const directory = info.getProgramDirectory() || request.getPwd();
  const options = info.getOptions()?.toJavaScript() ?? {};
  const script = createRequire(path.join(directory, "_")).resolve(
    "@pulumi/pulumi/cmd/run",
  );
  const args = [
    ...words(options.nodeargs),
    script,
    ...flag("monitor", request.getMonitorAddress()),
    ...flag("engine", engineAddress),
    ...flag("organization", request.getOrganization()),
    ...flag("project", request.getProject()),
    ...flag("root-directory", info.getRootDirectory()),
    ...flag("stack", request.getStack()),
    ...flag("pwd", directory),
    ...(request.getDryrun() ? ["--dry-run"] : []),
    ...flag("parallel", String(request.getParallel())),
    info.getEntryPoint() || request.getProgram(),
    ...request.getArgsList(),
  ];
  const env = {
    ...process.env,
    PULUMI_CONFIG: JSON.stringify(
      Object.fromEntries(
        request
          .getConfigMap()
          .toObject()
          .map(([key, value]) => [
            key.replace(/^([^:]*):(?:config:)?/, "$1:config:"),
            value,
          ]),
      ),
    ),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(
      request.getConfigsecretkeysList(),
    ),
    ...(options.typescript !== false && { PULUMI_NODEJS_TYPESCRIPT: "true" }),
    ...(options.tsconfig && {
      PULUMI_NODEJS_TSCONFIG_PATH: path.resolve(directory, options.tsconfig),
    }),
  };
  const program = start(process.execPath, args, { cwd: directory, env });
  program.stdout.pipe(process.stdout, { end: false });
  program.stderr.pipe(process.stderr, { end: false });
  call.on("cancelled", () => end(program));

  const { code, signal } = await ended(program);
  const response = new language.RunResponse();
  if (code === BAIL) response.setBail(true);
  else if (signal) response.setError(`Program ended by ${signal}`);
  else if (code !== 0)
    response.setError(`Program exited with non-zero exit code: ${code}`);
  return response;
}

/** Returns the dependencies in the program's package.json, with their installed versions. */
async function getProgramDependencies(call) {
  const directory =
    call.request.getInfo()?.getProgramDirectory() || process.cwd();
  const { dependencies = {}, devDependencies = {} } = json(
    path.join(directory, "package.json"),
  );
  const response = new language.GetProgramDependenciesResponse();
  for (const [name, range] of Object.entries({
    ...dependencies,
    ...devDependencies,
  })) {
    const installed = json(
      path.join(directory, "node_modules", name, "package.json"),
    );
    response.addDependencies(
      new language.DependencyInfo()
        .setName(name)
        .setVersion(installed.version ?? range),
    );
  }
  return response;
}

/** Runs `npm install` and streams its output. */
async function installDependencies(call) {
  const directory =
    call.request.getInfo()?.getProgramDirectory() ||
    call.request.getDirectory();
  const npm = start("npm", ["install", "--loglevel=error"], {
    cwd: directory,
    env: process.env,
  });
  const send = (set) => (chunk) =>
    call.write(new language.InstallDependenciesResponse()[set](chunk));
  npm.stdout.on("data", send("setStdout"));
  npm.stderr.on("data", send("setStderr"));
  call.on("cancelled", () => end(npm));
  try {
    const { code } = await ended(npm);
    if (code === 0) call.end();
    else
      call.emit("error", unknown(`npm install failed with exit code ${code}`));
  } catch (error) {
    call.emit("error", unknown(`Cannot start npm: ${error.message}`));
  }
}

function start(command, args, options) {
  const child = spawn(command, args, {
    ...options,
    stdio: ["ignore", "pipe", "pipe"],
  });
  programs.add(child);
  child.once("close", () => programs.delete(child));
  return child;
}

function ended(child) {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve({ code, signal }));
  });
}

function end(child) {
  child.kill("SIGTERM");
  setTimeout(() => child.kill("SIGKILL"), KILL_AFTER_MS).unref();
}

/** Ends all programs and then this process, so that none outlives the engine. */
function leave() {
  if (programs.size === 0) process.exit(0);
  for (const program of programs) {
    program.once("close", () => programs.size === 0 && process.exit(0));
    end(program);
  }
  setTimeout(() => {
    for (const program of programs) program.kill("SIGKILL");
    process.exit(0);
  }, KILL_AFTER_MS);
}

function answer(handler) {
  return (call, done) =>
    handler(call).then(
      (response) => done(null, response),
      (error) => done(unknown(error.message)),
    );
}

function unknown(details) {
  return { code: grpc.status.UNKNOWN, details };
}

function resolveSdk(directory) {
  try {
    return fromHere.resolve("@pulumi/pulumi/package.json");
  } catch {
    return fail(
      `It looks like the Pulumi SDK has not been installed: no @pulumi/pulumi in reach of ${directory}. Run npm install there.`,
    );
  }
}

function fail(message) {
  process.stderr.write(`pulumi-language-nodejs: ${message}\n`);
  process.exit(1);
}

function json(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
}

function words(text) {
  return typeof text === "string" ? text.split(/\s+/).filter(Boolean) : [];
}

function flag(name, value) {
  return value ? [`--${name}`, value] : [];
}
