// A day in the lead table: cells, rows, columns, views, and everything by the keyboard.
import type { APIRequestContext, Page } from "@playwright/test";
import { accessible, as, expect, signIn, test } from "./people";

/** Leads of ali's that only this journey knows, and the address of their list. */
async function leadsOf(context: APIRequestContext, names: string[]) {
  const mark = `Q${Date.now()}${Math.floor(Math.random() * 1e6)}`;
  const ids: number[] = [];
  for (const name of names) {
    const answer = await context.post("/api/leads", { data: { name: `${name} ${mark}`, company: "Kite & Co", value: 500 } });
    ids.push((await answer.json()).id);
  }
  return { ids, mark, list: `/leads?q=${mark}&sort=name` };
}

const row = (page: Page, id: number) => page.locator(`tr[data-lead="${id}"]`);
const cell = (page: Page, id: number, column: string) => row(page, id).locator(`td[data-col="${column}"]`);
/** The table listens to clicks into cells once what editing takes is there. */
const ready = (page: Page) => expect(page.getByRole("button", { name: /My day/ })).toBeVisible();

test("a cell is edited in place, Tab goes on, and undo takes it back", async ({ page, playwright, baseURL }) => {
  const ali = await as(playwright, baseURL, "ali");
  const { ids, list } = await leadsOf(ali, ["Maya"]);
  await signIn(page, "ali", list);
  await ready(page);
  await cell(page, ids[0], "value").click();
  const field = page.getByRole("textbox", { name: "Value" });
  await expect(field).toBeFocused();
  await field.fill("2,400");
  await page.keyboard.press("Tab");
  await expect(cell(page, ids[0], "value")).toHaveText("$2,400");
  await expect(page.getByRole("combobox", { name: "Product" })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(page.getByText("Value of Maya")).toBeVisible();
  expect((await (await ali.get(`/api/leads/${ids[0]}`)).json()).value).toBe(2400);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(cell(page, ids[0], "value")).toHaveText("$500");
  expect((await (await ali.get(`/api/leads/${ids[0]}`)).json()).value).toBe(500);
});

test("looking into a cell changes nothing, and a product is replaced and taken away", async ({ page, playwright, baseURL }) => {
  const ali = await as(playwright, baseURL, "ali");
  const { ids, list } = await leadsOf(ali, ["Maya"]);
  const lead = async () => (await ali.get(`/api/leads/${ids[0]}`)).json();
  await ali.patch(`/api/leads/${ids[0]}`, { data: { followUpAt: "2030-03-04T14:30:00Z", assignedProduct: 1 } });
  const before = await lead();
  await signIn(page, "ali", `${list}&columns=lead,score,followUp,product`);
  await ready(page);
  await cell(page, ids[0], "score").click();
  await expect(page.getByRole("spinbutton", { name: "Score" })).toBeFocused();
  await page.keyboard.press("Tab");
  await expect(page.getByRole("textbox", { name: "Follow-up" })).toBeFocused();
  await page.keyboard.press("Tab");
  const product = page.getByRole("combobox", { name: "Product" });
  await expect(product).toBeFocused();
  const other = page.getByRole("option").nth(2);
  const name = await other.innerText();
  await other.click();
  await expect(cell(page, ids[0], "product")).toHaveText(name);
  await expect(page.getByText("Product of Maya")).toBeVisible();
  const after = await lead();
  expect(after.products).toEqual([after.assignedProduct]);
  expect(after.assignedProduct).not.toBe(1);
  // Neither the score nor the follow-up was written.
  expect([after.scoreIsSet, after.followUpAt, after.version]).toEqual([false, before.followUpAt, before.version + 1]);
  await cell(page, ids[0], "product").click();
  await page.getByRole("option", { name: "No product" }).click();
  await expect.poll(async () => (await lead()).products).toEqual([]);
});

test("a refused cell goes back, keeps what was typed, and says why", async ({ page, playwright, baseURL }) => {
  const ali = await as(playwright, baseURL, "ali");
  const { ids, list } = await leadsOf(ali, ["Maya"]);
  await signIn(page, "ali", list);
  await ready(page);
  await cell(page, ids[0], "value").click();
  await page.getByRole("textbox", { name: "Value" }).fill("lots");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("alert")).toContainText("not an amount");
  await page.getByRole("textbox", { name: "Value" }).fill("700");
  await ali.patch(`/api/leads/${ids[0]}`, { data: { value: 900 } });
  await page.keyboard.press("Enter");
  await expect(page.getByRole("alert")).toContainText("Someone set it to “900” meanwhile");
  await expect(page.getByRole("textbox", { name: "Value" })).toHaveValue("700");
  await page.getByRole("button", { name: "Retry" }).click();
  await expect(cell(page, ids[0], "value")).toHaveText("$700");
  await expect(page.getByRole("alert")).toHaveCount(0);
});

test("without a connection the cell goes back and Retry saves it", async ({ page, playwright, baseURL }) => {
  const ali = await as(playwright, baseURL, "ali");
  const { ids, list } = await leadsOf(ali, ["Maya"]);
  await signIn(page, "ali", list);
  await ready(page);
  await page.route("**/ui/leads/update", (route) => route.abort());
  await cell(page, ids[0], "source").click();
  await page.getByRole("textbox", { name: "Source" }).fill("Referral");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("alert")).toContainText("cannot be reached");
  await expect(page.getByRole("textbox", { name: "Source" })).toHaveValue("Referral");
  await page.unroute("**/ui/leads/update");
  await page.getByRole("button", { name: "Retry" }).click();
  await expect(cell(page, ids[0], "source")).toHaveText("Referral");
});

test("the table is worked by keys alone", async ({ page, playwright, baseURL }) => {
  const ali = await as(playwright, baseURL, "ali");
  const { ids, list } = await leadsOf(ali, ["Anna", "Berta", "Clara"]);
  await signIn(page, "ali", list);
  await ready(page);
  await page.keyboard.press("j");
  await expect(row(page, ids[0]).locator(".lead-name")).toBeFocused();
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("k");
  await expect(row(page, ids[1]).locator(".lead-name")).toBeFocused();
  await page.keyboard.press("x");
  await expect(row(page, ids[1]).getByRole("checkbox")).toBeChecked();
  await page.keyboard.press("ArrowRight");
  await expect(cell(page, ids[1], "status")).toBeFocused();
  await page.keyboard.press("Enter");
  await page.keyboard.type("qual");
  await page.keyboard.press("Enter");
  await expect(cell(page, ids[1], "status")).toHaveText("Qualified");
  await expect(cell(page, ids[1], "status")).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(row(page, ids[1]).getByRole("checkbox")).not.toBeChecked();
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keyboard shortcuts" })).toBeVisible();
  await accessible(page);
  await page.keyboard.press("Escape");
  await page.keyboard.press("/");
  await expect(page.getByLabel("Search leads")).toBeFocused();
});

test("keyboard: dialogs and bulk changes leave one where one was", async ({ page, playwright, baseURL }) => {
  const ali = await as(playwright, baseURL, "ali");
  const { ids, list } = await leadsOf(ali, ["Anna", "Berta", "Clara", "Doris"]);
  const name = (nth: number) => row(page, ids[nth]).locator(".lead-name");
  await signIn(page, "ali", list);
  await ready(page);
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keyboard shortcuts" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(name(1)).toBeFocused();
  await page.keyboard.press("j");
  await page.keyboard.press("Control+k");
  await expect(page.getByRole("combobox", { name: "Search or jump to" })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(name(2)).toBeFocused();
  await page.keyboard.press("x");
  await page.getByRole("region", { name: "Selected leads" }).getByRole("button", { name: "Priority" }).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("combobox", { name: "Priority" })).toBeFocused();
  await page.keyboard.type("hi");
  await page.keyboard.press("Enter");
  await expect(page.getByText("1 lead changed")).toBeVisible();
  await expect(name(2)).toBeFocused();
  await page.keyboard.press("j");
  await expect(name(3)).toBeFocused();
});

test("a change whose answer was lost is saved when it is tried again", async ({ page, playwright, baseURL }) => {
  const ali = await as(playwright, baseURL, "ali");
  const { ids, list } = await leadsOf(ali, ["Maya"]);
  await signIn(page, "ali", list);
  await ready(page);
  await page.route("**/ui/leads/update", async (route) => {
    await route.fetch();
    await route.abort();
  });
  await cell(page, ids[0], "value").click();
  await page.getByRole("textbox", { name: "Value" }).fill("777");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("alert")).toContainText("cannot be reached");
  await page.unroute("**/ui/leads/update");
  await page.getByRole("button", { name: "Retry" }).click();
  await expect(page.getByRole("alert")).toHaveCount(0);
  await expect(cell(page, ids[0], "value")).toHaveText("$777");
});

test("a menu closes when one of its links leads on", async ({ page }) => {
  await signIn(page, "ali");
  await ready(page);
  await page.getByRole("button", { name: /My day/ }).click();
  await page.getByRole("group", { name: "My day" }).getByRole("heading", { name: /Today/ }).getByRole("link").click();
  await expect(page).toHaveURL(/followUpTo=/);
  await expect(page.locator("#my-day")).toBeHidden();
});

test("many leads change at once, and come back at once", async ({ page, playwright, baseURL }) => {
  const ali = await as(playwright, baseURL, "ali");
  const { ids, list } = await leadsOf(ali, ["Anna", "Berta", "Clara"]);
  await signIn(page, "ali", list);
  await ready(page);
  await page.getByLabel("Select all on this page").check();
  const bar = page.getByRole("region", { name: "Selected leads" });
  await expect(bar).toContainText("3 selected");
  await bar.getByRole("button", { name: "Priority" }).click();
  await accessible(page);
  await page.getByRole("option", { name: "High" }).click();
  await expect(page.getByText("3 leads changed")).toBeVisible();
  for (const id of ids) await expect(cell(page, id, "priority")).toHaveText("High");
  await page.getByRole("button", { name: "Undo" }).click();
  for (const id of ids) await expect(cell(page, id, "priority")).toHaveText("Medium");

  await page.getByLabel("Select all on this page").check();
  await bar.getByRole("button", { name: "Delete" }).click();
  await page.getByRole("button", { name: "Delete leads" }).click();
  await expect(page.getByText("No lead matches")).toBeVisible();
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.locator("tbody tr")).toHaveCount(3);
});

test("a bulk change is about what is shown, and only what is chosen", async ({ page, playwright, baseURL }) => {
  const ali = await as(playwright, baseURL, "ali");
  const { ids, list } = await leadsOf(ali, ["Anna", "Berta"]);
  const statuses = () => Promise.all(ids.map(async (id) => (await (await ali.get(`/api/leads/${id}`)).json()).status));
  await signIn(page, "ali", `${list}&status=new`);
  await ready(page);
  await page.getByLabel("Select all on this page").check();
  const bar = page.getByRole("region", { name: "Selected leads" });
  await bar.getByRole("button", { name: "Status" }).click();
  await expect(page.getByRole("option", { name: "New" })).toBeInViewport({ ratio: 1 });
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Tab");
  await expect(page.getByRole("option")).toHaveCount(0);
  await expect(bar).toContainText("2 selected");
  expect(await statuses()).toEqual(["new", "new"]);
  await ali.patch(`/api/leads/${ids[0]}`, { data: { status: "contacted" } });
  await expect(row(page, ids[0])).toHaveCount(0);
  await expect(bar).toContainText("1 selected");
  await expect(row(page, ids[1]).getByRole("checkbox")).toBeChecked();
});

test("half a date is no date, and a list of choices is whole wherever its cell is", async ({ page, playwright, baseURL }) => {
  const ali = await as(playwright, baseURL, "ali");
  const { ids, list } = await leadsOf(ali, ["Maya"]);
  const lead = async () => (await ali.get(`/api/leads/${ids[0]}`)).json();
  await ali.patch(`/api/leads/${ids[0]}`, { data: { followUpAt: "2030-03-04T14:30:00Z" } });
  const before = await lead();
  await signIn(page, "ali", `${list}&columns=lead,status,followUp`);
  await ready(page);
  await cell(page, ids[0], "followUp").click();
  const field = page.getByRole("textbox", { name: "Follow-up" });
  await expect(field).toBeFocused();
  await page.keyboard.press("Backspace");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("alert")).toContainText("expected a day");
  await expect(page.getByRole("alert")).toBeInViewport({ ratio: 1 });
  await page.getByRole("button", { name: "Discard" }).click();
  expect(await lead()).toEqual(before);
  await cell(page, ids[0], "followUp").click();
  await expect(field).toBeFocused();
  for (const key of ["Backspace", "ArrowRight", "Backspace", "ArrowRight", "Backspace", "Enter"]) await page.keyboard.press(key);
  await expect(page.getByText(/Follow-up of Maya .* saved/)).toBeVisible();
  expect((await lead()).followUpAt).toBe(null);
  await cell(page, ids[0], "status").click();
  await expect(page.getByRole("option", { name: "Lost" })).toBeInViewport({ ratio: 1 });
  await page.keyboard.press("Escape");
});

test("columns are chosen, moved, and stand in the address", async ({ page }) => {
  await signIn(page, "ali");
  await ready(page);
  await page.getByRole("button", { name: "Columns" }).click();
  const panel = page.getByRole("group", { name: "Columns" });
  await panel.getByRole("checkbox", { name: "Source" }).uncheck();
  await expect(page.getByRole("columnheader", { name: "Source" })).toHaveCount(0);
  // The boxes of the others stay as they are.
  await expect(panel.getByRole("checkbox", { name: "Source" })).not.toBeChecked();
  await expect(panel.getByRole("checkbox", { name: "Score" })).toBeChecked();
  await panel.getByRole("checkbox", { name: "E-mail" }).check();
  await expect(page.getByRole("columnheader", { name: "E-mail" })).toBeVisible();
  await panel.getByRole("button", { name: "Move Status right" }).click();
  await expect(page.getByRole("columnheader").nth(2)).toHaveText("Value");
  await expect(panel.getByRole("button", { name: "Move Status right" })).toBeFocused();
  await accessible(page);
  await expect(page).toHaveURL(/columns=/);
  await page.reload();
  await expect(page.getByRole("columnheader").nth(2)).toHaveText("Value");
  await expect(page.getByRole("columnheader", { name: "E-mail" })).toBeVisible();
});

test("a list is saved under a name, shows what changed, and goes", async ({ page }) => {
  const name = `Hot ${Date.now()}`;
  await signIn(page, "ali", "/leads?priority=high");
  await ready(page);
  await page.getByRole("button", { name: "Save view" }).click();
  const dialog = page.getByRole("dialog", { name: "Save view" });
  await dialog.getByLabel("Name").fill(name);
  await accessible(page);
  await dialog.getByRole("button", { name: "Save view" }).click();
  const tab = page.getByRole("link", { name });
  await expect(tab).toHaveAttribute("aria-current", "page");
  await page.getByRole("link", { name: "Value" }).click();
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page.getByText(`${name} saved`)).toBeVisible();
  await page.getByRole("link", { name: "All leads" }).click();
  await tab.click();
  await expect(page).toHaveURL(/sort=value/);
  await page.getByRole("button", { name: "Edit this view" }).click();
  await page.getByRole("button", { name: "Delete view" }).click();
  await expect(tab).toHaveCount(0);
  await page.getByRole("button", { name: "Undo" }).click();
  await tab.click();
  await expect(page).toHaveURL(/sort=value/);
});

test("anything is found and reached from anywhere", async ({ page, playwright, baseURL }) => {
  const ali = await as(playwright, baseURL, "ali");
  const { ids, mark } = await leadsOf(ali, ["Zita"]);
  await signIn(page, "ali", "/kanban");
  await expect(page.getByRole("button", { name: /Search or jump/ })).toBeVisible();
  await page.keyboard.press("Control+k");
  const input = page.getByRole("combobox", { name: "Search or jump to" });
  await input.fill(mark);
  await expect(page.getByRole("option", { name: /Zita/ })).toBeVisible();
  await accessible(page);
  // Enter means what is being asked for, however slow the answer: not what was found for the words before.
  let answer: () => void = () => {};
  const answered = new Promise<void>((resolve) => (answer = resolve));
  await page.route("**/ui/search?**", async (route) => {
    await answered;
    await route.continue();
  });
  const other = await leadsOf(ali, ["Yara"]);
  await input.fill(other.mark);
  await page.keyboard.press("Enter");
  await expect(input).toBeVisible();
  answer();
  await expect(page).toHaveURL(new RegExp(`/leads/${other.ids[0]}`));
});

test("a lead that may be there already is shown while a new one is made", async ({ page, playwright, baseURL }) => {
  const ali = await as(playwright, baseURL, "ali");
  const email = `maya.${Date.now()}@brightline.example`;
  await ali.post("/api/leads", { data: { name: "Maya Okafor", email } });
  await signIn(page, "ali", "/leads/new");
  const dialog = page.getByRole("dialog", { name: "New lead" });
  await dialog.getByLabel("E-mail").fill(email.toUpperCase());
  await expect(dialog.getByText("has the same e-mail")).toBeVisible();
  await accessible(page);
  // Looked at beside it, and kept however often somebody begins to leave.
  const beside = page.waitForEvent("popup");
  await dialog.getByRole("link", { name: "Maya Okafor" }).click();
  await (await beside).close();
  let asked = 0;
  page.on("dialog", async (question) => {
    asked += 1;
    await question.dismiss();
  });
  for (const times of [1, 2, 3]) {
    await page.keyboard.press("Escape");
    await expect.poll(() => asked).toBe(times);
  }
  await expect(dialog.getByLabel("E-mail")).toHaveValue(email.toUpperCase());
});

test("a page whose leads went elsewhere shows those before it", async ({ page, playwright, baseURL }) => {
  const ali = await as(playwright, baseURL, "ali");
  const { ids, list } = await leadsOf(ali, Array.from({ length: 27 }, (_, n) => `Row${String(n + 10)}`));
  await signIn(page, "ali", `${list}&limit=25`);
  await ready(page);
  await page.getByRole("link", { name: "Next" }).click();
  await expect(row(page, ids[26])).toBeVisible();
  await expect(row(page, ids[0])).toHaveCount(0);
  for (const id of ids.slice(25)) await ali.delete(`/api/leads/${id}`);
  await page.reload();
  await expect(row(page, ids[0])).toBeVisible();
  await expect(page.getByText("No lead matches")).toHaveCount(0);
});
