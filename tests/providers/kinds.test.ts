import { provider } from "../../providers";
import { readingForms } from "../../providers/forms";
import { kinds } from "../../providers/kinds";

const nobody = () => {
  throw new Error("nobody opened a session");
};

test("A kind that this version does not support is refused, and the message says what to do", async () => {
  await expect(
    (async () => provider("NoSuchKind", nobody).read("id", {}))(),
  ).rejects.toThrow(
    "pulumi-area1-m365 has no kind NoSuchKind: a newer version of it wrote this state; install that",
  );
});

test.each(Object.keys({ ...kinds, ...readingForms }))(
  "%s is a kind, which creates the session only when it is needed",
  async (name) => {
    await expect(
      (async () => provider(name, nobody).check({}, {}))(),
    ).rejects.toThrow("nobody opened a session");
  },
);
