import { credentials, type ServiceError } from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import type {
  ConstructRequest,
  ConstructResponse,
} from "@pulumi/pulumi/proto/provider_pb";

/** The largest message, in bytes: the engine's own limit. */
export const messageLimits = {
  "grpc.max_receive_message_length": 400 * 1024 * 1024,
  "grpc.max_send_message_length": 400 * 1024 * 1024,
} as const;

/**
 * Constructs a component as a Node.js program would. Loads the SDK and the library on first use, because they take longer to load than the
 * rest, and a program without a component does not need them.
 *
 * @param engine address of the engine, `127.0.0.1:<port>`.
 * @param provider reference to this provider, `<URN>::<id>`: the provider of the component's children, unless the program gives another.
 */
export async function construct(
  request: ConstructRequest,
  engine: string,
  provider: string | undefined,
): Promise<ConstructResponse> {
  const server = await (started ??= start(engine));
  const providers = request.getProvidersMap();
  if (provider !== undefined && !providers.has("area1"))
    providers.set("area1", provider);
  return new Promise((resolve, reject) => {
    server.construct(
      request,
      (error: ServiceError | null, response: ConstructResponse) => {
        if (error) reject(new Error(error.details, { cause: error }));
        else resolve(response);
      },
    );
  });
}

let started: Promise<ResourceProviderClient> | undefined;

/** Starts the SDK's own server of components in this process. It has no other interface to construct one. */
async function start(engine: string): Promise<ResourceProviderClient> {
  const { provider } = await import("@pulumi/pulumi");
  const { UseCase4, outputsOf } = await import("../lib/use-case-4.js");
  const { usePlugin } = await import("../lib/registration.js");
  usePlugin();
  const port = await printedPort(() =>
    provider.main(
      {
        version: "",
        construct: (name, type, inputs, options) => {
          if (type !== "area1:index:UseCase4")
            throw new Error(`area1 has no component ${type}`);
          const component = new UseCase4(
            name,
            inputs as unknown as ConstructorParameters<typeof UseCase4>[1],
            options,
          );
          return Promise.resolve({
            urn: component.urn,
            state: { ...outputsOf(component), rules: component.rules },
          });
        },
      },
      [engine],
    ),
  );
  return new ResourceProviderClient(
    `127.0.0.1:${port}`,
    credentials.createInsecure(),
    messageLimits,
  );
}

/** Returns the port that the SDK's server prints to stdout, without printing it: the engine reads only the first port there. */
function printedPort(main: () => Promise<void>): Promise<string> {
  const { log } = console;
  return new Promise((resolve, reject) => {
    console.log = (text: unknown) => {
      console.log = log;
      resolve(String(text).trim());
    };
    main().catch((error: Error) => {
      console.log = log;
      reject(error);
    });
  });
}
