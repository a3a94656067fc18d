import { comparedState, stateOf } from "../../plugin/managed";
import { kinds } from "../../providers/kinds";

const form = kinds.TransportRule;

describe("The state of a resource of the provider area1", () => {
  test("has the outputs' values where a partial failure has left older inputs", () => {
    const inputs = { name: "R", setScl: 5, enabled: false, mode: "Audit" };
    const outputs = {
      name: "R",
      setScl: 9,
      enabled: false,
      ruleErrorAction: "Defer",
      pending: ["enabled"],
    };
    // The failed update has removed `mode` and added `ruleErrorAction`.
    expect(stateOf(form, outputs, inputs)).toEqual(outputs);
  });

  test("has the inputs' spelling of an equal value", () => {
    expect(
      stateOf(
        form,
        { headerContainsWords: ["ok", "up"] },
        { headerContainsWords: ["OK", "up"] },
      ),
    ).toEqual({ headerContainsWords: ["OK", "up"] });
  });

  describe("after an import", () => {
    const outputs = {
      imported: true,
      adopted: true,
      name: "R",
      setScl: 5,
      comments: "by hand",
      priority: 3,
      ruleErrorAction: "Ignore",
      previous: {
        name: "R",
        setScl: 5,
        comments: "by hand",
        priority: 3,
        ruleErrorAction: "Ignore",
      },
    };
    const given = {
      name: "R",
      setScl: 5,
      comments: "Managed by Pulumi: ops/dev/r",
    };

    test("has only the values that the program gives, and its mark", () => {
      expect(stateOf(form, outputs, given)).toEqual({
        imported: true,
        adopted: true,
        previous: outputs.previous,
        ...given,
      });
    });

    test.each(["priority", "ruleErrorAction"] as const)(
      "is no difference if the program gives the %s that the import found",
      (name) => {
        const news = { ...given, [name]: outputs[name] };
        expect(comparedState(form, outputs, given, news)).toMatchObject(news);
      },
    );

    test("is a difference if a refresh has forgotten the value since", () => {
      const { ruleErrorAction, ...refreshed } = outputs;
      expect(
        comparedState(form, refreshed, given, { ...given, ruleErrorAction })[
          "ruleErrorAction"
        ],
      ).toBeUndefined();
    });
  });
});
