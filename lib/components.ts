import type * as pulumi from "@pulumi/pulumi";

import { InlineDeployment, inlineDeploymentOutputs } from "./inline-deployment";
import type { InlineDeploymentArgs } from "./inline-deployment-args";
import { outputsOf } from "./mail-routes";
import type { AnyUseCaseArgs } from "./use-case-args";
import { UseCase1, UseCase2, UseCase3, UseCase4, UseCase5 } from "./use-cases";

/** A component as other languages get it. */
interface Constructed {
  readonly urn: pulumi.Output<pulumi.URN>;
  readonly state: pulumi.Inputs;
}

/** Constructs each component, by the last part of its type. The inputs are those of the program, and may be wrong. */
export const components: Readonly<
  Record<
    string,
    (
      name: string,
      inputs: pulumi.Inputs,
      opts: pulumi.ComponentResourceOptions,
    ) => Constructed
  >
> = {
  ...Object.fromEntries(
    Object.entries({ UseCase1, UseCase2, UseCase3, UseCase4, UseCase5 }).map(
      ([component, UseCase]) => [
        component,
        (
          name: string,
          inputs: pulumi.Inputs,
          opts: pulumi.ComponentResourceOptions,
        ) => {
          const mail = new UseCase(name, inputs as AnyUseCaseArgs, opts);
          return {
            urn: mail.urn,
            state: { ...outputsOf(mail), rules: mail.rules },
          };
        },
      ],
    ),
  ),
  InlineDeployment(name, inputs, opts) {
    const mail = new InlineDeployment(
      name,
      inputs as InlineDeploymentArgs,
      opts,
    );
    return {
      urn: mail.urn,
      state: { ...inlineDeploymentOutputs(mail), rules: mail.rules },
    };
  },
};
