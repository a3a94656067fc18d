import { mapped, SharedList } from "../../providers/session/shared-list";

/** A list whose readings end when the test says so. */
function stage() {
  const readings: {
    ends(...items: string[]): void;
    fails(reason: string): void;
  }[] = [];
  const list = new SharedList<string>(
    () =>
      new Promise((resolve, reject) => {
        readings.push({
          ends: (...items) => resolve(items),
          fails: (reason) => reject(new Error(reason)),
        });
      }),
  );
  return { list, readings };
}

/** Something that is over when the test says so. */
function pause() {
  let end = (): void => undefined;
  const over = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { over, end };
}

describe("A shared list", () => {
  test("is read once for all callers, while it is being read and later", async () => {
    const { list, readings } = stage();
    const [one, other] = [list.get(), list.get()];
    expect(readings).toHaveLength(1);
    readings[0]?.ends("a", "b");
    expect((await one).items).toEqual(["a", "b"]);
    expect(await other).toBe(await one);
    expect(await list.get()).toBe(await one);
    expect(readings).toHaveLength(1);
    expect(await one).not.toHaveProperty("earlier");
  });

  test("that was requested after another is used if the other is not new enough, also for the next caller", async () => {
    const { list, readings } = stage();
    const first = list.get();
    readings[0]?.ends("a");
    const { begun } = await first;
    expect(begun).toBeGreaterThan(0);
    expect(await list.get(begun - 1)).toBe(await first);
    const [newer, same] = [list.get(begun), list.get(begun)];
    expect(readings).toHaveLength(2);
    readings[1]?.ends("b");
    expect(await newer).toEqual({
      items: ["b"],
      begun: begun + 1,
      earlier: ["a"],
    });
    expect(await same).toBe(await newer);
    expect(await list.get()).toBe(await newer);
    expect(readings).toHaveLength(2);
  });

  test("is numbered in the order of all lists of the process", async () => {
    const [one, other] = [stage(), stage()];
    const first = one.list.get();
    const second = other.list.get();
    one.readings[0]?.ends();
    other.readings[0]?.ends();
    expect((await second).begun).toBe((await first).begun + 1);
  });

  test("that failed is read again by the next caller", async () => {
    const { list, readings } = stage();
    const first = list.get();
    readings[0]?.fails("no");
    await expect(first).rejects.toThrow("no");
    const second = list.get();
    expect(readings).toHaveLength(2);
    readings[1]?.ends("a");
    expect((await second).items).toEqual(["a"]);
    // What failed says nothing of what was there earlier.
    expect(await second).not.toHaveProperty("earlier");
  });

  test("does not wait for an earlier one that failed, and is kept", async () => {
    const { list, readings } = stage();
    const first = list.get();
    const second = list.get(Number.MAX_SAFE_INTEGER);
    readings[0]?.fails("no");
    await expect(first).rejects.toThrow("no");
    readings[1]?.ends("a");
    expect(await second).not.toHaveProperty("earlier");
    expect((await second).items).toEqual(["a"]);
    expect(await list.get()).toBe(await second);
    expect(readings).toHaveLength(2);
  });

  test("is read again after it was discarded, also while it is being read, and is not compared with the new one", async () => {
    const { list, readings } = stage();
    const first = list.get();
    list.forget();
    const second = list.get();
    expect(readings).toHaveLength(2);
    readings[1]?.ends("new");
    readings[0]?.ends("old");
    expect((await first).items).toEqual(["old"]);
    expect((await second).items).toEqual(["new"]);
    expect(await second).not.toHaveProperty("earlier");
    expect((await list.get()).items).toEqual(["new"]);
  });

  describe("that is requested during a write", () => {
    test("begins when all running writes have ended, so that one list shows them all to all waiting callers", async () => {
      const { list, readings } = stage();
      const [one, other] = [pause(), pause()];
      const writes = [list.write(() => one.over), list.write(() => other.over)];
      one.end();
      await writes[0];
      const [wanted, same] = [list.get(), list.get(Number.MAX_SAFE_INTEGER)];
      expect(readings).toHaveLength(0);
      other.end();
      await writes[1];
      expect(readings).toHaveLength(1);
      readings[0]?.ends("both");
      expect((await wanted).items).toEqual(["both"]);
      expect(await same).toBe(await wanted);
      expect(await list.get()).toBe(await wanted);
      expect(readings).toHaveLength(1);
    });

    test("is neither taken from nor compared with a list that began before the write ended", async () => {
      const { list, readings } = stage();
      const before = list.get();
      readings[0]?.ends("old");
      const { begun } = await before;
      const write = pause();
      const written = list.write(() => write.over);
      expect(await list.get()).toBe(await before);
      const wanted = list.get(begun);
      write.end();
      await written;
      readings[1]?.ends("new");
      expect(await wanted).toEqual({ items: ["new"], begun: begun + 1 });
    });

    test("is as new as its first request, not as the call", async () => {
      const [{ list, readings }, other] = [stage(), stage()];
      const write = pause();
      const written = list.write(() => write.over);
      const wanted = list.get();
      const meanwhile = other.list.get();
      other.readings[0]?.ends();
      write.end();
      await written;
      readings[0]?.ends("a");
      expect((await wanted).begun).toBe((await meanwhile).begun + 1);
    });

    test("is read once the write has failed, and does not wait for one that hangs", async () => {
      const { list, readings } = stage();
      await expect(
        list.write(() => Promise.reject(new Error("refused"))),
      ).rejects.toThrow("refused");
      const first = list.get();
      readings[0]?.ends("before");
      await first;
      const hanging = pause();
      const written = list.write(() => hanging.over);
      const wanted = list.get(Number.MAX_SAFE_INTEGER - 1);
      await new Promise((resolve) => setTimeout(resolve, 1100));
      expect(readings).toHaveLength(2);
      readings[1]?.ends("without");
      expect((await wanted).items).toEqual(["without"]);
      hanging.end();
      await written;
      void list.get();
      expect(readings).toHaveLength(3);
    });
  });

  test("keeps its number when it is mapped, and its earlier items are mapped as well", () => {
    const length = (item: string): number => item.length;
    expect(mapped({ items: ["a", "bb"], begun: 7 }, length)).toEqual({
      items: [1, 2],
      begun: 7,
    });
    expect(
      mapped({ items: ["a"], begun: 8, earlier: ["ccc"] }, length),
    ).toEqual({ items: [1], begun: 8, earlier: [3] });
  });
});
