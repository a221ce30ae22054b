// What must work before, and without, any script.
import { expect, test } from "@playwright/test";
import { as, password } from "./people";

test("signing in and the filtered list need no script", async ({ page }) => {
  await page.goto("/leads?status=won");
  await expect(page).toHaveURL(/\/sign-in\?next=/);
  await page.getByLabel("E-mail or username").fill("ali@example.com");
  await page.getByLabel("Password").fill("wrong");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("alert")).toContainText("No active account");
  await expect(page.getByLabel("E-mail or username")).toHaveValue("ali@example.com");
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL(/\/leads\?status=won$/);
  for (const badge of await page.locator("tbody .badge").all()) await expect(badge).toHaveText("Won");

  await page.getByLabel("Search leads").fill("a");
  await page.getByLabel("Search leads").press("Enter");
  await expect(page).toHaveURL(/q=a/);
  await expect(page).toHaveURL(/status=won/);
  await page.getByRole("link", { name: "Value" }).click();
  await expect(page).toHaveURL(/sort=value/);
  await page.getByRole("button", { name: "Filter" }).click();
  await page.getByRole("checkbox", { name: "Lost", exact: true }).check();
  await page.getByRole("button", { name: "Apply" }).click();
  await expect(page).toHaveURL(/status=won&status=lost/);
  await page.getByRole("link", { name: "Clear all" }).click();
  await expect(page.locator("tbody tr").first()).toBeVisible();
  await page.getByRole("link", { name: "Next page" }).click();
  await expect(page).toHaveURL(/cursor=/);
  await expect(page.locator("tbody tr").first()).toBeVisible();
});

test("a lead is read and a note is logged without a script", async ({ page, playwright, baseURL }) => {
  // Whether ali has another one in that stage depends on the day.
  const name = `Noor ${Date.now()}`;
  await (await as(playwright, baseURL, "ali")).post("/api/leads", { data: { name, status: "negotiation" } });
  const note = `Written without a script ${Date.now()}`;
  await page.goto("/leads?status=negotiation");
  await page.getByLabel("E-mail or username").fill("ali@example.com");
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.locator("tbody tr .lead-name", { hasText: name }).click();
  await expect(page).toHaveURL(/\/leads\/\d+\?status=negotiation$/);
  const sheet = page.getByRole("dialog", { name: "Lead", exact: true });
  await expect(sheet.locator(".sheet-name")).toHaveText(name);
  await expect(sheet.getByRole("listitem").filter({ hasText: "Negotiation" }).first()).toBeVisible();
  await sheet.getByText("Call", { exact: true }).first().click();
  await sheet.locator("#composer-text").fill(note);
  await sheet.getByRole("button", { name: "Log note" }).click();
  await expect(page).toHaveURL(/\/leads\/\d+\?status=negotiation$/);
  await expect(sheet.locator(".entry").first()).toContainText(note);
  await expect(sheet.locator(".entry").first()).toContainText("Call");
  await sheet.getByRole("link", { name: "Close" }).click();
  await expect(page).toHaveURL(/\/leads\?status=negotiation$/);
});

test("the board is read without a script, and its filter is a form", async ({ page }) => {
  await page.goto("/kanban");
  await page.getByLabel("E-mail or username").fill("ali@example.com");
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.locator(".column")).toHaveCount(7);
  const first = page.locator(".k-title").first();
  const name = await first.innerText();
  await first.click();
  await expect(page).toHaveURL(/\/kanban\/\d+/);
  await expect(page.locator("dialog.sheet")).toContainText(name);
  await page.getByRole("link", { name: "Close" }).click();
  await expect(page).toHaveURL((url) => url.pathname === "/kanban");
  await page.getByLabel("Search leads").fill("zzzz-nobody");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/kanban\?q=zzzz/);
  await expect(page.locator(".k-title")).toHaveCount(0);
});
