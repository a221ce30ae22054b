import { accessible, alive, expect, signIn, test, tidy } from "./people";

test("an agent finds, creates, changes and deletes a lead", async ({ page }) => {
  const name = `Zora Quist ${Date.now()}`;
  await signIn(page, "ali");
  await page.getByRole("link", { name: "New lead" }).click();
  const dialog = page.getByRole("dialog", { name: "New lead" });
  await expect(dialog).toBeVisible();
  await dialog.getByLabel("Name").fill(name);
  await dialog.getByLabel("Company").fill("Northlight Studio");
  await dialog.getByLabel("E-mail").fill("zora@northlight.example");
  await dialog.getByLabel("Value").fill("12,500");
  await dialog.getByLabel("Priority").selectOption("High");
  await accessible(page);
  await dialog.getByRole("button", { name: "Create lead" }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText(`${name} created`)).toBeVisible();

  await page.getByLabel("Search leads").fill(name);
  await expect(page).toHaveURL(/q=Zora/);
  const row = page.getByRole("row").filter({ hasText: name });
  await expect(row).toContainText("$12,500");
  await expect(row).toContainText("Ali");
  await expect(page.locator(".total")).toHaveText("1");

  await row.getByRole("link", { name }).click();
  const sheet = page.getByRole("dialog", { name: "Lead", exact: true });
  await expect(sheet.getByRole("link", { name: "zora@northlight.example" })).toBeVisible();
  await sheet.getByRole("button", { name: "Qualified" }).click();
  await expect(sheet.getByRole("button", { name: "Qualified" })).toHaveAttribute("aria-current", "step");
  await page.keyboard.press("Escape");
  await expect(sheet).toBeHidden();
  await expect(row).toContainText("Qualified");

  await row.getByRole("link", { name }).click();
  await sheet.getByRole("button", { name: "More" }).click();
  await sheet.getByRole("button", { name: "Delete…" }).click();
  await page.getByRole("button", { name: "Delete lead" }).click();
  await expect(page.getByText("No lead matches")).toBeVisible();
});

test("a broken rule stands at its field and the dialog stays", async ({ page }) => {
  await signIn(page, "amy", "/leads/new");
  const dialog = page.getByRole("dialog", { name: "New lead" });
  await dialog.getByLabel("E-mail").fill("not an address");
  await dialog.getByLabel("Value").fill("lots");
  await dialog.getByRole("button", { name: "Create lead" }).click();
  await expect(dialog.locator("#value-message")).toContainText("amount");
  await dialog.getByLabel("Value").fill("100");
  await dialog.getByRole("button", { name: "Create lead" }).click();
  await expect(dialog.locator("#name-message")).toContainText("is required");
  await expect(dialog.locator("#email-message")).toContainText("is not a valid e-mail address");
  await expect(dialog).toBeVisible();
});

test("filters, sort and pages stand in the address", async ({ page }) => {
  await signIn(page, "ada");
  await accessible(page);
  await page.getByRole("button", { name: "Filter" }).click();
  await tidy(page.locator("#filter-panel"), ".input");
  await page.getByRole("checkbox", { name: "Won", exact: true }).check();
  await expect(page).toHaveURL(/status=won/);
  await accessible(page);
  await page.keyboard.press("Escape");
  await expect(page.locator("tbody .badge").first()).toHaveText("Won");
  for (const badge of await page.locator("tbody .badge").all()) await expect(badge).toHaveText("Won");

  await page.getByRole("link", { name: "Value" }).click();
  await expect(page).toHaveURL(/sort=value/);
  await expect(page.getByRole("columnheader", { name: "Value" })).toHaveAttribute("aria-sort", "ascending");
  await page.getByRole("link", { name: "Value" }).click();
  await expect(page).toHaveURL(/sort=-value/);
  await expect(page.getByRole("columnheader", { name: "Value" })).toHaveAttribute("aria-sort", "descending");

  // The panel keeps an order that it does not offer itself, and what else was chosen.
  await page.getByRole("columnheader", { name: "Status" }).getByRole("link").click();
  await expect(page).toHaveURL(/sort=status/);
  await page.getByRole("button", { name: "Filter" }).click();
  await page.getByRole("checkbox", { name: "High", exact: true }).check();
  await expect(page).toHaveURL(/priority=high/);
  await expect(page).toHaveURL(/sort=status/);
  await page.getByRole("checkbox", { name: "High", exact: true }).uncheck();
  await expect(page).not.toHaveURL(/priority=high/);
  await page.keyboard.press("Escape");
  await page.getByRole("link", { name: "Value" }).click();
  await page.getByRole("link", { name: "Value" }).click();
  await expect(page).toHaveURL(/sort=-value/);

  await page.getByRole("link", { name: "25", exact: true }).click();
  await expect(page.locator("tbody tr")).toHaveCount(25);
  const first = await page.locator("tbody tr").first().getAttribute("data-lead");
  await page.getByRole("link", { name: "Next page" }).click();
  await expect(page).toHaveURL(/cursor=/);
  await expect(page.locator("tbody tr").first()).not.toHaveAttribute("data-lead", first ?? "");
  const address = page.url();
  const second = await page.locator("tbody tr").first().getAttribute("data-lead");
  await page.goto(address);
  await alive(page);
  await expect(page.locator("tbody tr").first()).toHaveAttribute("data-lead", second ?? "");
  await page.getByRole("link", { name: "Remove condition on Status" }).click();
  await expect(page).not.toHaveURL(/status=/);
});

test("a sheet closes with Escape and comes back with the address", async ({ page }) => {
  await signIn(page, "ali", "/leads?status=new");
  await page.locator("tbody tr").first().getByRole("link").click();
  const sheet = page.getByRole("dialog", { name: "Lead", exact: true });
  await expect(sheet.locator(".sheet-name")).not.toBeEmpty();
  const address = page.url();
  await page.keyboard.press("Escape");
  await expect(sheet).toBeHidden();
  await expect(page).toHaveURL(/\/leads\?status=new$/);
  await page.goto(address);
  await expect(sheet.locator(".sheet-name")).not.toBeEmpty();
});

test("what is wrong with an address is said", async ({ page }) => {
  await signIn(page, "ali", "/leads?status=sold");
  await expect(page.getByRole("alert")).toContainText("status");
  await page.getByRole("link", { name: "Show all leads" }).click();
  await expect(page.locator("tbody tr").first()).toBeVisible();
});
