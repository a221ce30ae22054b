// The board: mouse, keys and menu; what is refused goes back; what others do shows at once.
import type { APIRequestContext, Locator, Page } from "@playwright/test";
import { accessible, as, expect, hold, signIn, test } from "./people";

/** Leads of ali's that only this journey knows, the first one on top, and the address of their board. */
async function boardOf(context: APIRequestContext, names: string[], more: object = {}) {
  const mark = `B${Date.now()}${Math.floor(Math.random() * 1e6)}`;
  const ids: number[] = [];
  for (const name of [...names].reverse()) {
    const answer = await context.post("/api/leads", { data: { name: `${name} ${mark}`, value: 500, ...more } });
    ids.unshift((await answer.json()).id);
  }
  return { ids, mark, board: `/kanban?q=${mark}` };
}

const card = (page: Page, id: number) => page.locator(`.k[data-lead="${id}"]`);
const column = (page: Page, status: string) => page.locator(`[data-column="${status}"]`);
/** The board takes hold of cards once its code is there, and follows others once it is connected. */
const ready = (page: Page) => expect(page.locator(".live", { hasText: "Live" })).toBeVisible();

async function status(context: APIRequestContext, id: number) {
  return (await (await context.get(`/api/leads/${id}`)).json()).status;
}

async function order(page: Page, status: string) {
  const ids = await column(page, status).locator(".k[data-lead]").evaluateAll((cards) => cards.map((card) => card.getAttribute("data-lead")));
  return ids.map(Number);
}

async function drag(page: Page, from: Locator, to: Locator, where: "above" | "below" | "inside") {
  const [start, end] = [await from.boundingBox(), await to.boundingBox()];
  if (!start || !end) throw new Error("nothing to drag");
  const y = where === "above" ? end.y + 4 : where === "below" ? end.y + end.height - 4 : end.y + 90;
  await page.mouse.move(start.x + start.width / 2, start.y + 16);
  await page.mouse.down();
  await page.mouse.move(start.x + start.width / 2 + 12, start.y + 24, { steps: 3 });
  await page.mouse.move(end.x + end.width / 2, y, { steps: 6 });
}

test("a card dragged by mouse goes where it is dropped, and undo brings it back", async ({ page, playwright, baseURL }) => {
  const ali = await as(playwright, baseURL, "ali");
  const { ids, board } = await boardOf(ali, ["Ada", "Ben", "Cleo"]);
  await signIn(page, "ali", board);
  await ready(page);
  await drag(page, card(page, ids[0]), card(page, ids[2]), "below");
  await page.mouse.up();
  await expect.poll(() => order(page, "new")).toEqual([ids[1], ids[2], ids[0]]);
  await expect(page.getByText("put in its new place")).toBeVisible();
  await drag(page, card(page, ids[1]), column(page, "qualified"), "inside");
  await expect(column(page, "qualified")).toHaveClass(/column-target/);
  await page.mouse.up();
  await expect(column(page, "qualified").locator(".k")).toHaveCount(1);
  await expect(page.getByText(/moved to Qualified/)).toBeVisible();
  expect(await status(ali, ids[1])).toBe("qualified");
  await expect(column(page, "qualified").locator(".column-head")).toContainText("1");
  await page.getByRole("button", { name: "Undo" }).click();
  await expect.poll(() => order(page, "new")).toEqual([ids[1], ids[2], ids[0]]);
  expect(await status(ali, ids[1])).toBe("new");
  await accessible(page);
});

test("what is edited in the sheet counts in the heads behind it", async ({ page, playwright, baseURL }) => {
  const ali = await as(playwright, baseURL, "ali");
  const { ids, board } = await boardOf(ali, ["Ada", "Ben"]);
  await signIn(page, "ali", board);
  await ready(page);
  await expect(column(page, "new").locator(".column-head")).toContainText("$1,000");
  await card(page, ids[0]).getByRole("link").first().click();
  const sheet = page.getByRole("dialog", { name: "Lead", exact: true });
  await sheet.getByRole("button", { name: "Edit Value" }).click();
  await sheet.getByLabel("Value").fill("2,500");
  await page.keyboard.press("Enter");
  await expect(column(page, "new").locator(".column-head")).toContainText("$3,000");
  await sheet.getByRole("button", { name: "Qualified" }).click();
  await expect(column(page, "new").locator(".column-head")).toContainText("$500");
  await expect(column(page, "qualified").locator(".column-head")).toContainText("$2,500");
});

test("Escape lets a card go where it was", async ({ page, playwright, baseURL }) => {
  const ali = await as(playwright, baseURL, "ali");
  const { ids, board } = await boardOf(ali, ["Ada", "Ben"]);
  await signIn(page, "ali", board);
  await ready(page);
  await drag(page, card(page, ids[0]), column(page, "proposal"), "inside");
  await expect(page.locator(".k-ghost")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.locator(".k-ghost")).toHaveCount(0);
  await page.mouse.up();
  expect(await order(page, "new")).toEqual(ids);
  expect(await status(ali, ids[0])).toBe("new");
});

test("a card is carried by the keyboard, and the page says where it is", async ({ page, playwright, baseURL }) => {
  const ali = await as(playwright, baseURL, "ali");
  const { ids, board } = await boardOf(ali, ["Ada", "Ben"]);
  await signIn(page, "ali", board);
  await ready(page);
  const says = page.locator("#board-says");
  await card(page, ids[0]).focus();
  await page.keyboard.press("Space");
  await expect(says).toContainText("lifted");
  await page.keyboard.press("ArrowDown");
  await expect(says).toHaveText("New, place 2 of 2");
  await page.keyboard.press("ArrowRight");
  await expect(says).toHaveText("Contacted, place 1 of 1");
  await page.keyboard.press("Space");
  await expect(column(page, "contacted").locator(".k")).toHaveCount(1);
  await expect(card(page, ids[0])).toBeFocused();
  await expect.poll(() => status(ali, ids[0])).toBe("contacted");
  await page.keyboard.press("Space");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Escape");
  await expect(says).toHaveText("Put back where it was.");
  expect(await status(ali, ids[0])).toBe("contacted");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(new RegExp(`/kanban/${ids[0]}`));
  await expect(page.getByRole("dialog", { name: "Lead" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page).toHaveURL((url) => url.pathname === "/kanban");
});

test("the menu moves a card, and lost asks why", async ({ page, playwright, baseURL }) => {
  const ali = await as(playwright, baseURL, "ali");
  const { ids, board } = await boardOf(ali, ["Ada"]);
  await signIn(page, "ali", board);
  await ready(page);
  await card(page, ids[0]).focus();
  await page.keyboard.press("m");
  const menu = page.getByRole("dialog", { name: /^Move / });
  await expect(menu).toBeVisible();
  await accessible(page);
  await menu.getByRole("button", { name: "Lost" }).click();
  const asked = page.getByRole("dialog", { name: "Why was it lost?" });
  await asked.getByLabel("Reason").fill("Price");
  await asked.getByRole("button", { name: "Mark as lost" }).click();
  await expect(column(page, "lost").locator(".k")).toHaveCount(1);
  await expect.poll(() => status(ali, ids[0])).toBe("lost");
  expect((await (await ali.get(`/api/leads/${ids[0]}`)).json()).lostReason).toBe("Price");
});

test("dropping on won shows who would deliver, and another one can be chosen", async ({ page, playwright, baseURL }) => {
  const ali = await as(playwright, baseURL, "ali");
  const { ids, board } = await boardOf(ali, ["Ada"], { status: "negotiation" });
  await signIn(page, "ali", board);
  await ready(page);
  await drag(page, card(page, ids[0]), column(page, "won"), "inside");
  await expect(page.getByText("Drop to win")).toBeVisible();
  await page.mouse.up();
  const asked = page.getByRole("dialog", { name: /won!/ });
  await expect(asked.getByText("Next")).toBeVisible();
  await accessible(page);
  const other = asked.getByRole("radio").nth(1);
  await other.check();
  await asked.getByRole("button", { name: "Mark as won" }).click();
  await expect(page.getByText(/delivers it/)).toBeVisible();
  await expect(column(page, "won").locator(".k")).toHaveCount(1);
  const lead = await (await ali.get(`/api/leads/${ids[0]}`)).json();
  const engineers = (await (await ali.get("/api/assignees")).json()).filter((one: { role: string }) => one.role === "engineer");
  expect(engineers.map((one: { id: number }) => one.id)).toContain(lead.assignedEngineer);
  expect(lead.status).toBe("won");
});

test("a refused move goes back with the reason", async ({ page, playwright, baseURL }) => {
  const ali = await as(playwright, baseURL, "ali");
  const { ids, board } = await boardOf(ali, ["Ada"]);
  await signIn(page, "ali", board);
  await ready(page);
  await page.route("**/ui/board/move", (route) => route.abort());
  await drag(page, card(page, ids[0]), column(page, "proposal"), "inside");
  await page.mouse.up();
  await expect(page.getByText(/cannot be reached/).first()).toBeVisible();
  await expect.poll(() => order(page, "new")).toEqual(ids);
  await expect(column(page, "proposal").locator(".k")).toHaveCount(0);
  expect(await status(ali, ids[0])).toBe("new");
});

test("what another person does shows at once, and who was faster is said", async ({ page, playwright, baseURL }) => {
  const [ali, ada] = [await as(playwright, baseURL, "ali"), await as(playwright, baseURL, "ada")];
  const { ids, board } = await boardOf(ali, ["Ada", "Ben"]);
  await signIn(page, "ali", board);
  await ready(page);
  await ada.post(`/api/leads/${ids[0]}/move`, { data: { status: "qualified" } });
  await expect(column(page, "qualified").locator(".k")).toHaveCount(1);
  await expect(column(page, "new").locator(".k")).toHaveCount(1);
  // Someone else is faster while this card is in hand: its move is refused, and it goes where they put it.
  await drag(page, card(page, ids[1]), column(page, "contacted"), "inside");
  await ada.post(`/api/leads/${ids[1]}/move`, { data: { status: "proposal" } });
  await page.mouse.up();
  await expect(page.getByText(/Ada Keller moved this lead to Proposal/).first()).toBeVisible();
  await expect(column(page, "proposal").locator(".k")).toHaveCount(1);
  expect(await status(ali, ids[1])).toBe("proposal");
});

test("the table and the sheet follow what others do, and the bell rings", async ({ page, playwright, baseURL }) => {
  const [ali, ada] = [await as(playwright, baseURL, "ali"), await as(playwright, baseURL, "ada")];
  const amy = await (await (await as(playwright, baseURL, "amy")).get("/api/me")).json();
  const { ids, mark } = await boardOf(ada, ["Ada"], { assignedTo: amy.id });
  await signIn(page, "ali", `/leads?q=${mark}`);
  await ready(page);
  const row = page.locator(`tr[data-lead="${ids[0]}"]`);
  await expect(row).toHaveCount(0);
  const me = await (await ali.get("/api/me")).json();
  await ada.patch(`/api/leads/${ids[0]}`, { data: { assignedTo: me.id } });
  await expect(row).toBeVisible();
  await expect(page.locator(".bell-count")).toBeVisible();
  await ada.patch(`/api/leads/${ids[0]}`, { data: { value: 4321 } });
  await expect(row).toContainText("$4,321");
  await row.getByRole("link").first().click();
  await expect(page.getByRole("dialog", { name: "Lead" })).toBeVisible();
  const note = page.getByRole("textbox", { name: "Note" });
  await note.fill("Half a sent");
  await ada.post(`/api/leads/${ids[0]}/interactions`, { data: { type: "call", text: "She called back" } });
  await expect(page.getByText("She called back")).toBeVisible();
  await expect(note).toHaveValue("Half a sent");
  await note.fill("");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Notifications" }).click();
  await expect(page.locator(".bell-line").first()).toContainText("gave you");
  await accessible(page);
  await expect(page.locator(".bell-count")).toHaveCount(0);
});

test("an engineer's board shows no worth and moves nothing", async ({ page }) => {
  await signIn(page, "eve", "/kanban");
  await ready(page);
  await expect(page.locator(".column")).toHaveCount(7);
  await expect(page.locator(".column-head").first()).not.toContainText("$");
  await expect(page.locator(".card-menu")).toHaveCount(0);
});

test("a card goes to the top of its column, and more cards than come at once stay when the board loads again", async ({ page, playwright, baseURL }) => {
  test.setTimeout(60_000);
  const ali = await as(playwright, baseURL, "ali");
  const { ids, board, mark } = await boardOf(ali, Array.from({ length: 30 }, (_, i) => `N${i}`));
  await signIn(page, "ali", board);
  await ready(page);
  const cards = column(page, "new").locator(".k[data-lead]");
  await expect(cards).toHaveCount(25);
  await column(page, "new").locator(".cards").evaluate((list) => list.scrollTo(0, list.scrollHeight));
  await expect(cards).toHaveCount(30);
  await column(page, "new").locator(".cards").evaluate((list) => list.scrollTo(0, 0));
  await card(page, ids[2]).focus();
  await page.keyboard.press("m");
  await page.getByRole("button", { name: "To the top of this column" }).click();
  await expect(page.getByText("put in its new place")).toBeVisible();
  await expect.poll(async () => (await order(page, "new"))[0]).toBe(ids[2]);
  await expect(cards).toHaveCount(30);
  await ali.post("/api/leads", { data: { name: `Late ${mark}` } });
  await expect(cards).toHaveCount(31);
  await expect(column(page, "new").locator(".column-head")).toContainText("31");
});

test("keyboard: a card that is carried is let go by the mouse, and won gives the focus back", async ({ page, playwright, baseURL }) => {
  const ali = await as(playwright, baseURL, "ali");
  const { ids, board } = await boardOf(ali, ["Ada", "Ben"]);
  await signIn(page, "ali", board);
  await ready(page);
  await card(page, ids[0]).focus();
  await page.keyboard.press("Space");
  await page.keyboard.press("ArrowRight");
  await page.locator("h1").click();
  await expect(page.locator(".k-lifted")).toHaveCount(0);
  await card(page, ids[0]).focus();
  await page.keyboard.press("m");
  await page.getByRole("dialog").getByRole("button", { name: "Won" }).click();
  await expect(page.getByRole("dialog", { name: /won!/ })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(card(page, ids[0])).toBeFocused();
  expect(await status(ali, ids[0])).toBe("new");
});

test("what is filtered before the board's code is there counts", async ({ page, playwright, baseURL }) => {
  const ali = await as(playwright, baseURL, "ali");
  const { ids, board } = await boardOf(ali, ["Gus", "Hal"], { priority: "low" });
  await ali.patch(`/api/leads/${ids[1]}`, { data: { priority: "high" } });
  const arrive = await hold(page, "board");
  await signIn(page, "ali", board);
  await page.getByRole("button", { name: "Filter" }).click();
  await page.getByLabel("High", { exact: true }).check();
  arrive();
  await expect(page).toHaveURL(/priority=high/);
  await expect(card(page, ids[1])).toBeVisible();
  await expect(card(page, ids[0])).toHaveCount(0);
});

test("a filter that leaves nothing says so, and is taken away", async ({ page }) => {
  await signIn(page, "ali", `/kanban?q=nothing${Date.now()}`);
  await ready(page);
  const none = page.locator(".empty");
  await expect(none).toContainText("No lead matches these filters");
  await expect(page.locator(".column")).toHaveCount(0);
  await accessible(page);
  await none.getByRole("link", { name: "Clear all" }).click();
  await expect(page).toHaveURL(/\/kanban$/);
  await expect(page.locator(".k").first()).toBeVisible();
});
