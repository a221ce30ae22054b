import { accessible, expect, hold, password, signIn, test, tidy } from "./people";

test("the list is cards, and everything is within reach of a thumb", async ({ page }) => {
  await signIn(page, "ali");
  await expect(page.locator("tbody tr").first()).toBeVisible();
  await accessible(page);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(wide, "nothing sticks out sideways").toBeLessThanOrEqual(0);
  const bar = page.getByRole("navigation", { name: "Main, on phones" });
  await expect(bar.getByRole("link", { name: "Leads" })).toHaveAttribute("aria-current", "page");
  for (const target of await bar.getByRole("link").all()) {
    expect((await target.boundingBox())?.height ?? 0).toBeGreaterThanOrEqual(44);
  }
});

test("a lead is made on the phone", async ({ page }) => {
  const name = `Phone Lead ${Date.now()}`;
  await signIn(page, "amy");
  await page.getByRole("link", { name: "New lead" }).click();
  const dialog = page.getByRole("dialog", { name: "New lead" });
  await dialog.getByLabel("Name").fill(name);
  await accessible(page);
  await dialog.getByRole("button", { name: "Create lead" }).click();
  await expect(dialog).toBeHidden();
  await page.getByLabel("Search leads").fill(name);
  await expect(page.locator("tbody tr")).toHaveCount(1);
  await page.locator("tbody tr").tap();
  const sheet = page.getByRole("dialog", { name: "Lead", exact: true });
  await expect(sheet.locator(".sheet-name")).toHaveText(name);
  await expect(sheet.getByRole("button", { name: "Log note" })).toBeVisible();
  await accessible(page);
  const wide = await sheet.evaluate((element) => (element.firstElementChild as HTMLElement).scrollWidth - element.clientWidth);
  expect(wide, "nothing sticks out sideways").toBeLessThanOrEqual(0);
  await sheet.getByRole("link", { name: "Close" }).tap();
  await expect(sheet).toHaveCount(0);
});

test("a card's buttons lead to the composer and change the status", async ({ page, playwright, baseURL }) => {
  const ali = await playwright.request.newContext({ baseURL });
  await ali.post("/api/login", { data: { login: "ali@example.com", password } });
  const name = `Card ${Date.now()}`;
  await ali.post("/api/leads", { data: { name, phone: "+1 555 0123" } });
  await signIn(page, "ali", `/leads?q=${encodeURIComponent(name)}`);
  const card = page.locator("tbody tr");
  await expect(card.getByRole("link", { name: `Call ${name}` })).toHaveAttribute("href", "tel:+1 555 0123");
  await card.getByRole("button", { name: `Change the status of ${name}` }).tap();
  await page.getByRole("option", { name: "Qualified" }).tap();
  await expect(card.locator(".badge")).toHaveText("Qualified");
  await accessible(page);
  await card.getByRole("link", { name: `Write a note on ${name}` }).tap();
  await expect(page.locator("#composer-text")).toBeFocused();
});

test("the order of the list is chosen without headings", async ({ page }) => {
  await signIn(page, "ali");
  await page.getByRole("button", { name: "Filter" }).tap();
  await page.getByLabel("Order").selectOption("Value, highest first");
  await expect(page).toHaveURL(/sort=-value/);
  await tidy(page.locator("#filter-panel"), ".input");
  await accessible(page);
  await page.getByRole("button", { name: "Show leads" }).tap();
  await expect(page.locator("#filter-panel")).toBeHidden();
});

test("what is chosen before the table's code is there counts", async ({ page }) => {
  const arrive = await hold(page, "desk");
  await signIn(page, "ali");
  await page.getByRole("button", { name: "Filter" }).tap();
  await page.getByLabel("Order").selectOption("Value, highest first");
  arrive();
  await expect(page).toHaveURL(/sort=-value/);
  await expect(page.getByLabel("Order")).toHaveValue("-value");
});

test("the menu of the other pages closes when one is chosen", async ({ page }) => {
  await signIn(page, "ada");
  await page.getByRole("button", { name: "More" }).tap();
  await page.locator("#more-tabs").getByRole("link", { name: "Engineering" }).tap();
  await expect(page.getByRole("heading", { level: 1, name: "Engineering" })).toBeVisible();
  await expect(page.locator("#more-tabs")).toBeHidden();
});
