// The board in one hand: one stage on the screen, a rail to the others, and cards that are lifted by resting on them.
import type { CDPSession, Page } from "@playwright/test";
import { accessible, as, expect, signIn, test } from "./people";

const ready = (page: Page) => expect(page.locator(".live")).toHaveText("Live");
const card = (page: Page, id: number) => page.locator(`.k[data-lead="${id}"]`);

async function touch(cdp: CDPSession, type: "touchStart" | "touchMove" | "touchEnd", at?: { x: number; y: number }) {
  await cdp.send("Input.dispatchTouchEvent", { type, touchPoints: at ? [at] : [] });
}

test("a finger that rests on a card lifts it, and one that moves at once scrolls", async ({ page, playwright, baseURL }) => {
  const ali = await as(playwright, baseURL, "ali");
  const mark = `P${Date.now()}`;
  const ids: number[] = [];
  for (const name of ["Cleo", "Ben", "Ada"]) {
    const answer = await ali.post("/api/leads", { data: { name: `${name} ${mark}` } });
    ids.unshift((await answer.json()).id);
  }
  await signIn(page, "ali", `/kanban?q=${mark}`);
  await ready(page);
  await accessible(page);
  const cdp = await page.context().newCDPSession(page);
  const middle = async (id: number) => {
    const box = await card(page, id).boundingBox();
    if (!box) throw new Error("no card");
    return { x: box.x + box.width / 3, y: box.y + box.height / 2, bottom: box.y + box.height };
  };
  const [first, last] = [await middle(ids[0]), await middle(ids[2])];
  // Moving at once is scrolling: nothing is lifted.
  await touch(cdp, "touchStart", { x: first.x, y: first.y });
  await touch(cdp, "touchMove", { x: first.x, y: first.y + 60 });
  await touch(cdp, "touchEnd");
  await expect(page.locator(".k-ghost")).toHaveCount(0);
  // A scroll that is not over yet would take the next touch for its own.
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  await touch(cdp, "touchStart", { x: first.x, y: first.y });
  await expect(page.locator(".k-ghost")).toBeVisible();
  await touch(cdp, "touchMove", { x: first.x, y: first.y + 20 });
  await touch(cdp, "touchMove", { x: last.x, y: last.bottom - 6 });
  await expect(card(page, ids[2])).toHaveClass(/drop-below/);
  await touch(cdp, "touchEnd");
  const order = () => page.locator('[data-column="new"] .k[data-lead]').evaluateAll((cards) => cards.map((one) => Number(one.getAttribute("data-lead"))));
  await expect.poll(order).toEqual([ids[1], ids[2], ids[0]]);
  await expect(page.getByText("put in its new place")).toBeVisible();
});

test("the rail goes to a stage, and the menu moves a card there", async ({ page, playwright, baseURL }) => {
  const ali = await as(playwright, baseURL, "ali");
  const mark = `R${Date.now()}`;
  const id = (await (await ali.post("/api/leads", { data: { name: `Maya ${mark}` } })).json()).id;
  await signIn(page, "ali", `/kanban?q=${mark}`);
  await ready(page);
  await card(page, id).getByRole("button", { name: /^Move/ }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Proposal" }).click();
  await expect.poll(async () => (await (await ali.get(`/api/leads/${id}`)).json()).status).toBe("proposal");
  await page.locator(".rail").getByText("Proposal").click();
  await expect(card(page, id)).toBeInViewport();
  const here = page.locator(".rail [aria-current]");
  await expect(here, "the rail says where one is").toContainText("Proposal");
  await expect(here).toBeInViewport();
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
  expect(wide).toBe(false);
});

test("an engineer's board opens where the leads are", async ({ page }) => {
  await signIn(page, "eve", "/kanban");
  await ready(page);
  await expect(page.locator('[data-column="won"] .k').first()).toBeInViewport();
  await expect(page.locator(".rail").getByText("Won")).toBeInViewport({ ratio: 0.9 });
});
