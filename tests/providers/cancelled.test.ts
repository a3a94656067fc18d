import { endWaiting, Patience } from "../../providers/http/patience";
import { Http } from "../../providers/http/http";

// Waiting ends for the whole process and for good, so these tests have a file of their own, and their order matters.

test("Waiting between two tries ends when the command is cancelled, and the error keeps the reason", async () => {
  const started = Date.now();
  let tries = 0;
  const waiting = new Patience(600_000).persist(
    () => {
      tries += 1;
      return Promise.reject(new Error("the vendor is throttling"));
    },
    () => 300_000,
  );
  setTimeout(endWaiting, 50);
  await expect(waiting).rejects.toThrow(
    "the vendor is throttling. The command was cancelled before another try",
  );
  expect(tries).toBe(1);
  expect(Date.now() - started).toBeLessThan(5000);
}, 10_000);

test("Afterwards no time is left, and a poll returns its first result", async () => {
  const patience = new Patience(600_000);
  expect(patience.left).toBe(0);
  expect(patience.grants(1)).toBe(false);
  let asked = 0;
  const last = await patience.until(
    () => Promise.resolve(++asked),
    () => false,
  );
  expect([last, asked]).toEqual([1, 1]);
});

test("Afterwards no request is sent", async () => {
  const http = new Http("Exchange Online", 1000, () => undefined);
  await expect(
    http.send(
      {
        method: "GET",
        url: "https://127.0.0.1:1/",
        headers: {},
        repeatable: true,
      },
      () => undefined,
      new Patience(1000),
    ),
  ).rejects.toThrow(
    "The command was cancelled before Exchange Online could be asked.",
  );
});
